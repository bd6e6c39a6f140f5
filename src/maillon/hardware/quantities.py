"""Numbers, sizes, frequencies and dates as tools print them, in any language: "47,3708 Wh", "465GiB (500GB)".

Everything returns None for what it can not understand; nothing raises. Expressions are linear in the text's length,
and texts longer than a value can be are not looked at.
"""

import re
from datetime import date

_LONGEST = 200  # characters; no single value is longer
_NUMBER = re.compile(r"[-+]?\d[\d.,\u00a0\u202f'’]*")
_GROUPED = re.compile(r"\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?!\d)|\d{1,30}")
_SIZE = re.compile(
    r"(\d[\d.,]{0,30})\s*(?:([kKMGTP])(i?)(?:[Bb]ytes|B|b|o)?(?![A-Za-z])|(bytes|octets|B)\b)"
)  # "o" is the French octet: "8 Go"
_STEPS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_FREQUENCY = re.compile(r"(\d[\d.,]{0,12})\s*([kMG]?)Hz", re.IGNORECASE)
_HERTZ = {"": 1e-6, "k": 1e-3, "m": 1.0, "g": 1000.0}
_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)[-/.]?(\d\d)[-/.]?(\d\d)(?!\d)")
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?!\d)")
_MOMENT = re.compile(r"((?:19|20)\d\d-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?\s*(Z|[+-]\d\d:?\d\d)?")


def decimal(value: object) -> float | None:
    """The first number of a measure, with either decimal mark: "39,264 Wh" -> 39.264. Booleans are no numbers."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e30 else None
    found = _NUMBER.search(str(value)[:_LONGEST])
    return _to_float(found.group()) if found else None


def _to_float(text: str) -> float | None:
    text = re.sub(r"[\u00a0\u202f'’]", "", text).rstrip(".,")
    marks = [mark for mark in text if mark in ".,"]
    if len(set(marks)) == 2:  # the last of the two is the decimal mark
        text = text.replace(marks[0], "").replace(",", ".")
    elif len(marks) > 1:  # one mark several times groups the digits
        text = text.replace(marks[0], "")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def whole(value: object) -> int | None:
    """A count, whatever groups its digits: "128 035 676 160 bytes", "11,756,399,230,976" -> an int >= 0."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 1e30 else None
    found = _GROUPED.search(str(value)[:_LONGEST])
    return int(re.sub(r"\D", "", found.group())) if found else None


def size_bytes(value: object, *, kilo: int = 1000) -> int | None:
    """A size with its unit, in bytes: "8 GiB", "8192 MB", "500.1 GB", "8 Go".

    kilo: what "kB", "MB", "GB" mean where the tool does not say: 1024 for memory (JEDEC 100B.01), 1000 for disks.
    Units with an "i" are always 1024. A bare number is not a size. Of "465GiB (500GB)" the first is taken.
    """
    found = _SIZE.search(value[:_LONGEST]) if isinstance(value, str) else None
    if not found:
        return None
    amount = whole(found.group(1)) if found.group(4) else _to_float(found.group(1))
    if amount is None:
        return None
    if found.group(4):
        return int(amount)
    base = 1024 if found.group(3) else kilo
    return round(amount * float(base ** _STEPS[found.group(2).lower()]))


def megahertz(value: object) -> int | None:
    """A frequency in MHz: "2.40GHz" -> 2400, "3400 MHz" -> 3400; the last one given in the text."""
    if not isinstance(value, str):
        return None
    amount = None
    for number, unit in _FREQUENCY.findall(value[:_LONGEST]):
        figure = _to_float(number)
        amount = None if figure is None else round(figure * _HERTZ[unit.lower()])
    return amount or None


def iso_date(value: object) -> str | None:
    """A day as ISO 8601. Firmware writes months first (SMBIOS 3.7, 7.1.1): "03/18/2022" -> "2022-03-18"."""
    if not isinstance(value, str):
        return None
    value = value.strip()[:_LONGEST]
    if found := _YEAR_FIRST.match(value):
        year, month, day = (int(part) for part in found.groups())
    elif found := _MONTH_FIRST.match(value):
        month, day, year = (int(part) for part in found.groups())
        if year < 100:
            year += 1900 if year >= 80 else 2000
        if month > 12:  # a few vendors write the day first
            month, day = day, month
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def iso_moment(value: object) -> str | None:
    """A moment as ISO 8601, to the second, with its offset when it is given: "2024-12-13 14:04:49+01:00"."""
    found = _MOMENT.match(value.strip()) if isinstance(value, str) else None
    if not found:
        return iso_date(value)
    day, clock, offset = found.groups()
    if iso_date(day) is None or clock[:2] > "24":
        return None
    return f"{day}T{clock}{'+00:00' if offset == 'Z' else offset or ''}"


def watt_hours(value: object) -> float | None:
    """An energy in Wh, above zero: "47,3708 Wh", "57570 mWh"; a bare number is Wh."""
    amount = decimal(value)
    if isinstance(value, str) and re.search(r"\bmWh\b|\dmWh", value[:_LONGEST]):
        amount = None if amount is None else amount / 1000
    return round(amount, 3) if amount and 0 < amount < 1000 else None
