"""Repairs in the Open Repair Data Standard v0.3, read and written. Pure.

Source: standard.openrepair.org (openrepair/datastandard, `standard.rst`) for the fields, categories, statuses and
barriers; the published data (openrepair/data, `tableschema.json` of 2025-07) where they differ from it: `product_age`
for `product_age_estimate`, "Unknown" for a brand that is not known, and three spellings of two barriers.

A row is one attempt to repair one product. One that can not be understood is refused alone, with its row as a
spreadsheet counts them, why, and what to write; the others are kept.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from maillon.hardware.decoding import decode
from maillon.hardware.foreign import refuse
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind, Unreadable
from maillon.hardware.tables import find_delimiter

VERSION = "0.3"
LICENCE = "CC-BY-SA-4.0"  # what the standard asks of data that follow it
CATEGORIES: Mapping[int, str] = {
    1: "Aircon/dehumidifier",
    2: "Battery/charger/adapter",
    3: "Decorative or safety lights",
    4: "Desktop computer",
    5: "Digital compact camera",
    6: "DSLR/video camera",
    7: "Fan",
    8: "Flat screen",
    9: "Hair & beauty item",
    10: "Handheld entertainment device",
    11: "Headphones",
    12: "Hi-Fi integrated",
    13: "Hi-Fi separates",
    14: "Kettle",
    15: "Lamp",
    16: "Laptop",
    17: "Large home electrical",
    18: "Misc",
    19: "Mobile",
    20: "Musical instrument",
    21: "Paper shredder",
    22: "PC accessory",
    23: "Portable radio",
    24: "Power tool",
    25: "Printer/scanner",
    26: "Projector",
    27: "Sewing machine",
    28: "Small home electrical",
    29: "Small kitchen item",
    30: "Tablet",
    31: "Toaster",
    32: "Toy",
    33: "TV and gaming-related accessories",
    34: "Vacuum",
    35: "Watch/clock",
    36: "Coffee maker",
    37: "Food processor",
    38: "Games console",
    39: "Hair dryer",
    40: "Iron",
}
DESKTOP, LAPTOP, MISC, TABLET = 4, 16, 18, 30
KINDS: Mapping[int, frozenset[Kind]] = {
    DESKTOP: frozenset({Kind.DESKTOP, Kind.ALL_IN_ONE, Kind.MINI_PC, Kind.THIN_CLIENT}),
    LAPTOP: frozenset({Kind.NOTEBOOK, Kind.CONVERTIBLE}),
    TABLET: frozenset({Kind.TABLET}),
}
"""The categories that are machines of ours, and the kinds each covers."""


class Status(StrEnum):
    UNKNOWN = "unknown"
    FIXED = "fixed"
    REPAIRABLE = "repairable"
    END_OF_LIFE = "end_of_life"


class Barrier(StrEnum):
    """Why nothing more is tried."""

    NO_PARTS = "no_parts"
    DEAR_PARTS = "dear_parts"
    NOT_OPENED = "not_opened"
    NO_INFORMATION = "no_information"
    NO_EQUIPMENT = "no_equipment"
    WORN_OUT = "worn_out"


# The first spelling is the one written; the number is the standard's code, accepted as well.
_STATUSES: Mapping[Status, tuple[str, ...]] = {
    Status.UNKNOWN: ("Unknown", "0", ""),
    Status.FIXED: ("Fixed", "1"),
    Status.REPAIRABLE: ("Repairable", "2"),
    Status.END_OF_LIFE: ("End of life", "3"),
}
_BARRIERS: Mapping[Barrier, tuple[str, ...]] = {
    Barrier.NO_PARTS: ("Spare parts not available", "1"),
    Barrier.DEAR_PARTS: ("Spare parts too expensive", "2"),
    Barrier.NOT_OPENED: ("No way to open the product", "No way to open product", "3"),
    Barrier.NO_INFORMATION: ("Repair information not available", "4"),
    Barrier.NO_EQUIPMENT: ("Lack of equipment", "5"),
    Barrier.WORN_OUT: ("Product too worn out", "Item too worn out", "Too worn out", "6"),
}
_STATUS_OF = {spelling.casefold(): status for status, spellings in _STATUSES.items() for spelling in spellings}
_BARRIER_OF = {spelling.casefold(): barrier for barrier, spellings in _BARRIERS.items() for spelling in spellings}
_CATEGORY_OF = {name.casefold(): number for number, name in CATEGORIES.items()}
NO_BRAND = "Unknown"

COLUMNS = (
    "id",
    "data_provider",
    "country",
    "partner_product_category",
    "product_category",
    "product_category_id",
    "brand",
    "year_of_manufacture",
    "product_age",
    "repair_status",
    "repair_barrier_if_end_of_life",
    "group_identifier",
    "event_date",
    "problem",
)
RECORDED = "record_date"  # optional, written after the others when a record has one
REQUIRED = ("id", "data_provider", "country", "partner_product_category", "repair_status", "event_date", "problem")
_OTHER_NAMES = {"product_age_estimate": "product_age"}
MOST_ROWS = 1_000_000
LONGEST_NAME = 120  # characters of an identifier or of a provider
_COUNTRY = re.compile(r"[A-Z]{3}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
Chosen = TypeVar("Chosen", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One attempt to repair. Texts are kept as they were written; brand "" and None: not known.

    category: a key of CATEGORIES. age: years, as the provider estimated it. on: the day of the repair.
    """

    id: str
    provider: str
    country: str
    partner_category: str
    category: int | None = None
    brand: str = ""
    year: int | None = None
    age: Decimal | None = None
    status: Status = Status.UNKNOWN
    barrier: Barrier | None = None
    group: str = ""
    on: date
    problem: str = ""
    recorded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was left out. row: as a spreadsheet shows it, the titles being row 1."""

    row: int
    column: str
    reason: Message
    hint: Message


@dataclass(frozen=True, slots=True)
class Repairs:
    records: tuple[Record, ...]
    refused: tuple[Refused, ...]
    unread_columns: tuple[str, ...] = ()  # not the standard's: nothing was taken from them


class _Wrong(ValueError):
    def __init__(self, column: str, reason: str, hint: str, /, **values: object) -> None:
        self.column, self.reason, self.hint = column, Message(reason, values), Message(hint, values)
        super().__init__(str(self.reason))


def category_of(kind: Kind) -> int:
    """The standard's category of a machine of ours; "Misc" for what it does not tell apart."""
    return next((category for category, kinds in KINDS.items() if kind in kinds), MISC)


# --- reading


def read(data: bytes) -> Repairs | Unreadable:
    """A CSV of repairs, its columns in any order. Unreadable: not such a CSV at all."""
    text = _text(data)
    if text is None:
        return refuse(_("This is not text."), _("Export the repairs as CSV (UTF-8), with the standard's column names."))
    rows = _rows(text)
    titles = next(rows, None)
    names = [_name(title) for title in titles] if isinstance(titles, list) else []
    if missing := [column for column in REQUIRED if column not in names]:
        return refuse(
            _("These columns of the Open Repair Data Standard are missing: %(columns)s."),
            _("Name them on the first row, in English, as the standard does."),
            columns=", ".join(missing),
        )
    if twice := sorted({name for name in names if name in COLUMNS and names.count(name) > 1}):
        return refuse(
            _("These columns are there twice: %(columns)s."), _("Keep one of each."), columns=", ".join(twice)
        )
    return _read(names, rows)


def _read(names: list[str], rows: Iterator[list[str] | None]) -> Repairs:
    records: list[Record] = []
    refused: list[Refused] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in enumerate(rows, 2):
        try:
            if number > MOST_ROWS:
                raise _Wrong("", _("There are more rows than are read at once."), _("Cut the file in parts."))
            if cells is None:
                raise _Wrong("", _("This row is broken."), _("Check its quotation marks."))
            if not any(map(str.strip, cells)):
                continue
            record = _record(dict(zip(names, cells, strict=False)), len(cells), len(names))
            if first := seen.get((record.provider, record.id)):
                raise _Wrong(
                    "id",
                    _("“%(id)s” is on row %(first)s already."),
                    _("Give each repair its own identifier, or remove one of the two rows."),
                    id=record.id,
                    first=first,
                )
            seen[record.provider, record.id] = number
            records.append(record)
        except _Wrong as wrong:
            refused.append(Refused(number, wrong.column, wrong.reason, wrong.hint))
            if number > MOST_ROWS:
                break
    known = {*COLUMNS, RECORDED}
    return Repairs(tuple(records), tuple(refused), tuple(name for name in names if name and name not in known))


def _text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8-sig")  # exactly as it is written: a text of several lines keeps them
    except UnicodeDecodeError:
        return decode(data)
    return None if "\0" in text else text


def _rows(text: str) -> Iterator[list[str] | None]:
    """Rows of cells; None for one that is no row of a CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text[:65_536]), strict=False)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell longer than any text of a repair
            yield None


def _name(title: str) -> str:
    name = title.strip().casefold()
    return _OTHER_NAMES.get(name, name)


def _record(cells: Mapping[str, str], found: int, expected: int) -> Record:
    if found > expected:
        raise _Wrong(
            "",
            _("This row has %(found)s cells, the first one has %(expected)s."),
            _("Put quotation marks around the texts that hold the delimiter."),
            found=found,
            expected=expected,
        )
    on = _day(cells, "event_date")
    if on is None:
        raise _Wrong("event_date", _("The day of the repair is not there."), _("Write it as 2026-11-24."))
    status = _choice(cells, "repair_status", _STATUS_OF, [spellings[0] for spellings in _STATUSES.values()])
    barrier = None
    if cells.get("repair_barrier_if_end_of_life", "").strip():
        known = [spellings[0] for spellings in _BARRIERS.values()]
        barrier = _choice(cells, "repair_barrier_if_end_of_life", _BARRIER_OF, known)
        if status is not Status.END_OF_LIFE:
            raise _Wrong(
                "repair_barrier_if_end_of_life",
                _("A barrier is told although the product is not at its end of life."),
                _("Empty this cell, or write “End of life” as the status."),
            )
    brand = cells.get("brand", "")
    return Record(
        id=_needed(cells, "id"),
        provider=_needed(cells, "data_provider"),
        country=_country(cells),
        partner_category=_needed(cells, "partner_product_category"),
        category=_category(cells),
        brand="" if brand.strip().casefold() in ("", NO_BRAND.casefold()) else brand,
        year=_year(cells, on),
        age=_age(cells),
        status=status,
        barrier=barrier,
        group=cells.get("group_identifier", ""),
        on=on,
        problem=cells.get("problem", ""),
        recorded_on=_day(cells, RECORDED),
    )


def _needed(cells: Mapping[str, str], column: str) -> str:
    value = cells.get(column, "")
    if not value.strip():
        raise _Wrong(column, _("“%(column)s” is empty."), _("The standard requires it: write it."), column=column)
    if len(value) > LONGEST_NAME:
        raise _Wrong(
            column,
            _("“%(column)s” is too long: %(length)s characters."),
            _("Write %(most)s characters at most."),
            column=column,
            length=len(value),
            most=LONGEST_NAME,
        )
    return value


def _choice(cells: Mapping[str, str], column: str, known: Mapping[str, Chosen], told: list[str]) -> Chosen:
    value = cells.get(column, "")
    found = known.get(" ".join(value.split()).casefold())
    if found is None:
        raise _Wrong(
            column,
            _("“%(value)s” is none of the values of “%(column)s”."),
            _("Write one of: %(known)s."),
            value=value[:80],
            column=column,
            known=", ".join(told),
        )
    return found


def _country(cells: Mapping[str, str]) -> str:
    value = _needed(cells, "country").strip()
    if not _COUNTRY.fullmatch(value):
        raise _Wrong(
            "country",
            _("“%(value)s” is no country code of three letters."),
            _("Write it as in ISO 3166-1: FRA, BEL, GBR…"),
            value=value[:80],
        )
    return value


def _category(cells: Mapping[str, str]) -> int | None:
    """By its name or by its number; both must agree."""
    name, number = cells.get("product_category", "").strip(), cells.get("product_category_id", "").strip()
    by_name = _CATEGORY_OF.get(name.casefold()) if name else None
    by_number = int(number) if number.isascii() and number.isdigit() and int(number) in CATEGORIES else None
    if name and by_name is None:
        close = get_close_matches(name, CATEGORIES.values(), n=1)
        raise _Wrong(
            "product_category",
            _("“%(value)s” is no category of the standard."),
            _("Write one of its 40 categories, such as “%(close)s”, or leave it empty."),
            value=name[:80],
            close=close[0] if close else CATEGORIES[LAPTOP],
        )
    if number and by_number is None:
        raise _Wrong(
            "product_category_id",
            _("“%(value)s” is no category of the standard."),
            _("Write a number from 1 to 40, or leave it empty."),
            value=number[:80],
        )
    if by_name and by_number and by_name != by_number:
        raise _Wrong(
            "product_category_id",
            _("%(number)s is “%(numbered)s”, but the row says “%(named)s”."),
            _("Correct one of the two."),
            number=by_number,
            numbered=CATEGORIES[by_number],
            named=CATEGORIES[by_name],
        )
    return by_name or by_number


def _day(cells: Mapping[str, str], column: str) -> date | None:
    value = cells.get(column, "").strip()
    if not value:
        return None
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _Wrong(column, _("“%(value)s” is no day."), _("Write it as 2026-11-24."), value=value[:80])


def _year(cells: Mapping[str, str], on: date) -> int | None:
    value = cells.get("year_of_manufacture", "").strip()
    if not value:
        return None
    if not _YEAR.fullmatch(value):
        raise _Wrong(
            "year_of_manufacture",
            _("“%(value)s” is no year."),
            _("Write four figures, or leave it empty."),
            value=value[:80],
        )
    if int(value) > on.year:
        raise _Wrong(
            "year_of_manufacture",
            _("Made in %(year)s, but repaired in %(repaired)s."),
            _("Correct one of the two, or leave the year of manufacture empty."),
            year=value,
            repaired=str(on.year),
        )
    return int(value)


def _age(cells: Mapping[str, str]) -> Decimal | None:
    value = cells.get("product_age", "").strip()
    if not value:
        return None
    try:
        age = Decimal(value)
    except InvalidOperation:
        age = Decimal(-1)
    if not age.is_finite() or not 0 <= age <= 150:
        raise _Wrong(
            "product_age",
            _("“%(value)s” is no age in years."),
            _("Write a number such as 5 or 2.5, or leave it empty."),
            value=value[:80],
        )
    return age


# --- writing


def write(records: Iterable[Record]) -> bytes:
    """The CSV of these records, as the Open Repair Alliance publishes its own: UTF-8, commas, CR LF."""
    return "".join(lines(records)).encode()


def lines(records: Iterable[Record]) -> Iterator[str]:
    """The same, a line at a time. The column `record_date` is there when the first record has one."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)

    def line(cells: Iterable[str]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(cells)
        return buffer.getvalue()

    rest = iter(records)
    first = next(rest, None)
    dated = first is not None and first.recorded_on is not None
    yield line([*COLUMNS, RECORDED] if dated else COLUMNS)
    if first is not None:
        yield line(_cells(first, dated))
    for record in rest:
        yield line(_cells(record, dated))


def _cells(record: Record, dated: bool) -> list[str]:
    category = record.category
    cells = [
        record.id,
        record.provider,
        record.country,
        record.partner_category,
        CATEGORIES[category] if category else "",
        str(category or ""),
        record.brand or NO_BRAND,
        str(record.year or ""),
        "" if record.age is None else str(record.age),
        _STATUSES[record.status][0],
        _BARRIERS[record.barrier][0] if record.barrier else "",
        record.group,
        record.on.isoformat(),
        record.problem,
    ]
    return [*cells, record.recorded_on.isoformat() if record.recorded_on else ""] if dated else cells


# --- counting


@dataclass(frozen=True, slots=True)
class Count:
    """Repairs of a group by their outcome."""

    total: int = 0
    fixed: int = 0
    repairable: int = 0
    end_of_life: int = 0
    unknown: int = 0

    @property
    def fixed_share(self) -> float | None:
        """Fixed among those whose outcome is known; None when none is."""
        known = self.total - self.unknown
        return self.fixed / known if known else None


def by_category(records: Iterable[Record]) -> dict[int | None, Count]:
    """The outcomes of each category, most repairs first."""
    tally: dict[int | None, dict[Status, int]] = {}
    for record in records:
        counts = tally.setdefault(record.category, dict.fromkeys(Status, 0))
        counts[record.status] += 1
    most_first = sorted(tally.items(), key=lambda each: (-sum(each[1].values()), each[0] or 0))
    return {category: _count(counts) for category, counts in most_first}


def _count(counts: Mapping[Status, int]) -> Count:
    return Count(
        total=sum(counts.values()),
        fixed=counts[Status.FIXED],
        repairable=counts[Status.REPAIRABLE],
        end_of_life=counts[Status.END_OF_LIFE],
        unknown=counts[Status.UNKNOWN],
    )


# --- the data package


def data_package(*, title: str, provider: str, name: str, digest: str, size: int, rows: int) -> dict[str, object]:
    """The descriptor of a CSV of ours (Frictionless tabular data package 1.0).

    name: the CSV beside it. digest: its SHA-256 in hexadecimal. size: bytes. rows: without the titles.
    """
    text: dict[str, object] = {"type": "string"}
    types: dict[str, dict[str, object]] = {
        "id": {"type": "string", "constraints": {"required": True, "unique": True}},
        "data_provider": {"type": "string", "constraints": {"required": True}},
        "country": {"type": "string", "constraints": {"required": True, "pattern": "[A-Z]{3}"}},
        "partner_product_category": {"type": "string", "constraints": {"required": True}},
        "product_category": {"type": "string", "constraints": {"enum": list(CATEGORIES.values())}},
        "product_category_id": {"type": "integer", "constraints": {"minimum": 1, "maximum": 40}},
        "year_of_manufacture": {"type": "year"},
        "product_age": {"type": "number", "constraints": {"minimum": 0}},
        "repair_status": {
            "type": "string",
            "constraints": {"required": True, "enum": [spellings[0] for spellings in _STATUSES.values()]},
        },
        "repair_barrier_if_end_of_life": {
            "type": "string",
            "constraints": {"enum": [spellings[0] for spellings in _BARRIERS.values()]},
        },
        "event_date": {"type": "date", "format": "default", "constraints": {"required": True}},
    }
    return {
        "profile": "tabular-data-package",
        "name": "open-repair-data",
        "title": title,
        "homepage": "https://standard.openrepair.org/",
        "version": VERSION,
        "contributors": [{"title": provider, "role": "author"}],
        "licenses": [
            {
                "name": LICENCE,
                "title": "Creative Commons Attribution-ShareAlike 4.0",
                "path": "https://creativecommons.org/licenses/by-sa/4.0/",
            }
        ],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "repairs",
                "path": name,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": size,
                "hash": f"sha256:{digest}",
                "rows": rows,
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True},
                "schema": {
                    "fields": [{"name": column, **types.get(column, text)} for column in COLUMNS],
                    "primaryKey": "id",
                },
            }
        ],
    }
