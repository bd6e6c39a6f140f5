"""Documents on paper: Typst templates and data in, tagged PDF/A-2a and PDF/UA-1 out.

The same template, data and date always give the same bytes, so that a document can be made again instead of kept, and
its hash compared. Data reach the template as JSON, never as markup: a serial number may hold `#`, `[` or quotes.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).resolve().parent
STANDARDS = ("a-2a", "ua-1")
PAGES_AT_ONCE = 100  # 100 pages take 190 MB, 1,000 in one take 1.3 GB (measured, decisions/)
UNKNOWN_CHARACTER = "\ufffd"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")  # PDF/A-2a: each character must have a known meaning
_UNDRAWABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


def render(
    template: str,
    data: Mapping[str, Any],
    *,
    date: datetime,
    lang: str = "fr",
    standard: Sequence[str] = STANDARDS,
    format: str = "pdf",
    ppi: int = 144,
) -> bytes:
    """The PDF of one of this folder's templates, such as "erasure_certificate.typ".

    data: anything JSON holds; the template reads it as `data`. date: aware; the document's own date, not the time it
    is printed. lang: "fr" or "en", for hyphenation and screen readers. format: "png" gives the first page at so many
    dots an inch (ppi), for looking.
    Characters that no shipped font holds are replaced by U+FFFD rather than refusing the document.
    Raises ValueError for an unknown template or a naive date; typst.TypstError when the template itself is wrong.
    """
    if not (FOLDER / template).is_file() or "/" in template:
        raise ValueError(f"No template {template!r} in {FOLDER.name}.")
    if date.tzinfo is None:
        raise ValueError(f"The document's date needs a time zone, got {date!r}.")
    moment = date.astimezone(UTC)
    whole = {
        **data,
        "lang": lang,
        "date": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
    }
    text = json.dumps(_printable(whole), ensure_ascii=False)
    compiler = typst.Compiler(FOLDER / template, root=FOLDER, font_paths=_fonts(), ignore_system_fonts=True)
    options: dict[str, Any] = {"format": format, "timestamp": int(moment.timestamp())}
    options |= {"pdf_standards": list(standard)} if format == "pdf" else {"ppi": ppi}
    for _ in range(64):  # the error names one character at a time
        try:
            return _first(compiler.compile(sys_inputs={"data": text}, **options))
        except typst.TypstError as error:
            if not (found := _UNDRAWABLE.search(str(error))):
                raise
            text = _without(text, _ESCAPE.sub(lambda m: chr(int(m[1], 16)), found[1]))
    plain = re.sub("[^\x20-\u024f]", UNKNOWN_CHARACTER, text)  # a text in a script unknown to us: no more trying
    return _first(compiler.compile(sys_inputs={"data": plain}, **options))


def chunks(items: Sequence[Any], size: int = PAGES_AT_ONCE) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _first(pages: bytes | list[bytes] | None) -> bytes:
    """A PDF is one file, PNG one a page; None only when Typst was given a file to write to."""
    if pages is None:
        raise TypeError("Typst gave nothing back.")
    return pages if isinstance(pages, bytes) else pages[0]


def _printable(value: Any) -> Any:
    """The same data without control and private characters nor halves of surrogate pairs, which no page can show."""
    if isinstance(value, str):
        shown = _PRIVATE.sub(UNKNOWN_CHARACTER, _CONTROL.sub(" ", value))
        return shown.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {key: _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list | tuple) else value


def _without(text: str, undrawable: str) -> str:
    return text.translate({ord(character): UNKNOWN_CHARACTER for character in undrawable if character > "~"})


@cache
def _fonts() -> typst.Fonts:
    """Ours, then the families Typst embeds, for names written in other scripts; never the machine's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FOLDER / "fonts")])
