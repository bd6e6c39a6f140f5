"""Bytes to text: which encoding, and a text that every reader can rely on.

Tools write UTF-8, Windows consoles write code page 850 (`systeminfo > file`), Windows programs write cp1252 or UTF-16,
and vendors leave raw bytes anywhere. The text handed to readers holds no NUL, no BOM, no carriage return and no
control character but tab and line feed, so that line numbers are those an editor shows.
"""

import codecs
import re

_KEPT_CONTROLS = b"\t\n\r"
_CONTROLS = bytes(set(range(0x20)) - set(_KEPT_CONTROLS)) + b"\x7f"
_CONTROL_CHARACTERS = {**dict.fromkeys(_CONTROLS), 0xFEFF: None}  # for str.translate: delete
_BOMS = (  # the longer first: the UTF-32 mark begins with the UTF-16 one
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 8192
_QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)


def decode(data: bytes) -> str | None:
    """The text of `data` whatever its encoding, cleaned as the module says; None when it is not text."""
    if data.isascii() and len(data.translate(None, _CONTROLS)) == len(data):  # nearly every input: spare the rest
        text = data.decode("ascii")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    encoding = _marked_or_wide(data)
    if encoding:
        text = data.decode(encoding, errors="replace")
        if _mostly_controls(text):
            return None
    else:
        if _looks_binary(data):
            return None
        text = _decode_bytewise(data)
    return text.translate(_CONTROL_CHARACTERS).replace("\r\n", "\n").replace("\r", "\n")


def unquote(text: str) -> str:
    """Without the "> " that mail programs put before the lines of a quoted message, when most lines have it."""
    head = text[:_HEAD]
    lines = [line for line in head.split("\n") if line.strip()]
    quoted = sum(line.lstrip().startswith(">") for line in lines)
    return _QUOTE.sub("", text) if quoted * 2 > len(lines) else text


def _marked_or_wide(data: bytes) -> str | None:
    """The encoding said by a byte order mark, or guessed from where the zero bytes are."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    head = data[: _HEAD // 2 * 2]
    zeros = head.count(0)
    if zeros * 5 < len(head) or len(head) < 4:  # ASCII in UTF-16 has one zero in two
        return None
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else None


def _mostly_controls(text: str) -> bool:
    head = text[:_HEAD]
    odd = sum(not (c.isprintable() or c in "\t\r\n") for c in head) + head.count("\ufffd")
    return odd * 10 > len(head)


def _looks_binary(data: bytes) -> bool:
    """More than one control character in twenty, zero bytes apart: tools pad broken strings with those."""
    head = data[:_HEAD]
    printable = len(head.translate(None, _CONTROLS))
    zeros = head.count(0)
    return (len(head) - printable - zeros) * 20 > len(head) or zeros * 4 > len(head)


def _decode_bytewise(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        legacy = _legacy_encoding(data)
    lines = []
    for line in data.split(b"\n"):  # files glued from several tools mix encodings, each line has one
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode(legacy, errors="replace"))
    return "\n".join(lines)


def _legacy_encoding(data: bytes) -> str:
    """cp850 when the accented letters of French, German and Spanish sit where DOS puts them, else cp1252."""
    sample = data[: 64 * 1024]
    dos = sum(
        map(sample.count, b"\x81\x82\x83\x84\x85\x87\x88\x89\x8a\x8b\x8c\x93\x94\x96\x97\xa0\xa1\xa2\xa3\xa4\xff")
    )
    windows = sum(map(sample.count, range(0xC0, 0xFF)))
    return "cp850" if dos > windows else "cp1252"
