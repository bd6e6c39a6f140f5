"""Values that vendors, tools and virtual hardware leave in place of facts. One place turns them into None.

The lists and their sources are in `data/junk.txt`.
Filler is compared without case, padding or punctuation, so a new spelling of an old joke is caught as well.
"""

import re
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise


def _read_lists() -> dict[str, frozenset[str]]:
    lists: dict[str, list[str]] = {}
    words: list[str] = []
    for line in files("maillon.hardware").joinpath("data/junk.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = lists.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            words.extend(line.split())
    return {name: frozenset(found) for name, found in lists.items()}


_LISTS = _read_lists()
_FILLER = _LISTS["filler"]
_BEGINNINGS = ("tobefilled", "filledbyoem", "defaultstring", "oemstring", "oemdefine")
_LETTERS_AND_DIGITS = re.compile(r"[\W_]+")
# Controls, what reverses the direction of writing (a name that reads "exe.gnp"), half characters, no characters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd-\uffff]+")


def legible(text: str) -> str:
    """A file's name as it may be shown and stored anywhere: signs that are not written are marked, never kept."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


@lru_cache(maxsize=16384)
def clean(value: str | None) -> str | None:
    """The value in one line without padding, or None when it is filler."""
    if value is None:
        return None
    if not value.isprintable() or "\ufffd" in value:
        value = _CONTROL.sub(" ", value)
    value = " ".join(value.split())
    core = _LETTERS_AND_DIGITS.sub("", value).lower()
    if not core or core in _FILLER or core.startswith(_BEGINNINGS):
        return None
    if len(core) > 1 and len(set(core.removeprefix("0x"))) < 2 and (core[0] == "0" or core.isalpha()):
        return None  # "0000", "0x0", "xxxx", "FFFFFFFF"
    return value


def _is_ramp(text: str) -> bool:
    """Each character follows the one before, up or down, as in "123456789" or "abcdef"; digits wrap after 9."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9} or steps == {0}


_RAMPS = re.compile(r"(?:0?123456789(?:0?abcdef|0?abc?|0)?|a?1b2c3d4e5f6?)+$", re.IGNORECASE)
_COUNTED = re.compile(r"[a-z]{1,5}(\d{7,})$")  # "MB-1234567890", "BSN12345678901234567"


def _counts(core: str) -> bool:
    """The digits that fingers type one after the other, alone, behind a few letters or each twice."""
    counted = _COUNTED.match(core)
    twice = len(core) > 7 and core[::2] == core[1::2] and _is_ramp(core[::2])
    return twice or _is_ramp(core) or bool(_RAMPS.match(core) or (counted and _is_ramp(counted[1])))


@lru_cache(maxsize=8192)
def clean_serial(value: str | None) -> str | None:
    """A serial number or asset tag that may tell two machines apart, or None.

    On top of `clean`: at least four letters or digits, more than one distinct, and no counting ("123456789"); not
    the words "serial number" with something around, not the address of a web site.
    """
    value = clean(value)
    if value is None:
        return None
    core = _LETTERS_AND_DIGITS.sub("", value).lower()
    if len(core) < 4 or len(set(core)) < 2 or not core.strip("0") or _counts(core):
        return None
    if "serialnum" in core or value.lower().startswith("www."):
        return None
    if len(set(core.strip("0"))) == 1 and len(core.strip("0")) < 3:  # "00000001", "0000000000000011"
        return None
    return value


_UUID = re.compile(r"[0-9a-f]{32}$")
_JUNK_UUIDS = _LISTS["uuid"]


@lru_cache(maxsize=8192)
def clean_uuid(value: str | None) -> str | None:
    """The UUID in lower case with dashes, or None when it is malformed, blank or a known template.

    Known templates are those many boards share; a UUID with fewer than four distinct digits, or whose halves repeat,
    is no identity either; nor is one made of a service tag of blanks, or of an address that identifies nothing.
    """
    if not value:
        return None
    digits = re.sub(r"[\s{}-]", "", value).lower()
    if not _UUID.match(digits) or digits in _JUNK_UUIDS:
        return None
    if len(set(digits)) < 4 or digits[:16] == digits[16:] or digits.count("0") > 26:
        return None
    if digits.startswith(("ffffffff", "00000000")) and len(set(digits[8:])) < 5:
        return None
    if digits.startswith(("4c4c4544", "44454c4c")) and digits.endswith("202020"):
        return None  # Dell writes the service tag there, and blanks where there is none
    if digits.endswith("000000") or (digits.startswith("00000000") and digits[20:] in _SHARED_MACS):
        return None  # a maker's address without its own half, or a network chip's template
    groups = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    if all(len(set(group)) == 1 for group in groups):
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_MAC = re.compile(r"[0-9a-f]{12}$")
_SHARED_MACS = _LISTS["mac"]
_SHARED_PREFIXES = tuple(_LISTS["mac prefix"])


@lru_cache(maxsize=8192)
def clean_mac(value: str | None) -> str | None:
    """A burnt-in MAC address, lower case with colons; None when it is malformed, virtual, random or shared by many.

    Locally administered addresses (second lowest bit of the first byte) are made by software: random Wi-Fi
    addresses, bridges, containers. They identify nothing.
    """
    if not value:
        return None
    digits = re.sub(r"[\s:.\-]", "", value).lower()
    if not _MAC.match(digits) or digits in _SHARED_MACS or int(digits[:2], 16) & 3:
        return None
    if digits.startswith(_SHARED_PREFIXES) or digits.startswith("000000") or len(set(digits)) < 3:
        return None
    if digits[6:] in ("000000", "ffffff") or _is_ramp(digits):
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))
