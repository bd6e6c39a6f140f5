"""The Open Repair Data Standard v0.3: what is read is written back, what is refused says where and what to do."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from maillon.distribution.help import ords
from maillon.distribution.help.ords import Barrier, Record, Repairs, Status, read, write
from maillon.hardware.model import Kind, Unreadable

SAMPLE = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "repairs" / "open-repair-computers.csv"
needs_sample = pytest.mark.skipif(not SAMPLE.is_file(), reason="../shared/samples/repairs is not on this machine")

ROW = {
    "id": "restart_1",
    "data_provider": "The Restart Project",
    "country": "GBR",
    "partner_product_category": "Laptop medium",
    "product_category": "Laptop",
    "product_category_id": "16",
    "brand": "HP",
    "year_of_manufacture": "2015",
    "product_age": "2.5",
    "repair_status": "End of life",
    "repair_barrier_if_end_of_life": "Spare parts too expensive",
    "group_identifier": "Hackney Fixers",
    "event_date": "2018-02-22",
    "problem": "Won't start, “black” screen",
}


def sheet(*changes, columns=ords.COLUMNS, delimiter=","):
    """A CSV of rows that differ from ROW."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    for number, change in enumerate(changes):
        row = {**ROW, "id": f"restart_{number}", **change}
        writer.writerow([row.get(column, "") for column in columns])
    return text.getvalue().encode()


def good(data):
    found = read(data)
    assert isinstance(found, Repairs) and found.refused == (), found
    return found.records


def refusal(**change):
    """The one refusal of a file whose second row is changed; its neighbours must be kept."""
    found = read(sheet({}, change, {"id": "restart_9"}))
    assert isinstance(found, Repairs) and len(found.records) == 2
    [refused] = found.refused
    assert refused.row == 3
    return refused


# --- the whole sample


@needs_sample
def test_the_whole_sample_is_read_and_written_back_byte_for_byte():
    data = SAMPLE.read_bytes()
    records = good(data)
    assert len(records) == 3000
    assert write(records) == data
    assert good(write(records)) == records


@needs_sample
def test_the_sample_s_figures_are_those_of_its_rows():
    counts = ords.by_category(good(SAMPLE.read_bytes()))
    assert list(counts) == [ords.LAPTOP, ords.DESKTOP]  # most repairs first
    with SAMPLE.open(encoding="utf-8", newline="") as file:  # counted apart, by the text of the cells alone
        rows = list(csv.DictReader(file))
    for category, count in counts.items():
        mine = [row["repair_status"] for row in rows if row["product_category_id"] == str(category)]
        assert count == ords.Count(
            len(mine),
            mine.count("Fixed"),
            mine.count("Repairable"),
            mine.count("End of life"),
            mine.count("Unknown"),
        )
    assert sum(count.total for count in counts.values()) == 3000
    assert sum(count.fixed for count in counts.values()) == 1599
    assert sum(count.end_of_life for count in counts.values()) == 351


@needs_sample
def test_the_sample_s_barriers_and_unknowns_are_kept():
    records = good(SAMPLE.read_bytes())
    barriers = [record.barrier for record in records if record.barrier]
    assert {barrier: barriers.count(barrier) for barrier in set(barriers)} == {
        Barrier.DEAR_PARTS: 28,
        Barrier.NO_INFORMATION: 15,
        Barrier.NO_PARTS: 6,
        Barrier.NO_EQUIPMENT: 4,
        Barrier.NOT_OPENED: 3,
    }
    assert sum(not record.brand for record in records) == 1569
    assert sum(record.year is None for record in records) == 2308
    assert Decimal("0.5") in {record.age for record in records}


# --- one row


def test_every_column_is_read():
    assert good(sheet({})) == (
        Record(
            id="restart_0",
            provider="The Restart Project",
            country="GBR",
            partner_category="Laptop medium",
            category=16,
            brand="HP",
            year=2015,
            age=Decimal("2.5"),
            status=Status.END_OF_LIFE,
            barrier=Barrier.DEAR_PARTS,
            group="Hackney Fixers",
            on=date(2018, 2, 22),
            problem="Won't start, “black” screen",
        ),
    )


def test_codes_other_spellings_and_the_standard_s_own_names_are_understood():
    columns = [name if name != "product_age" else "Product_Age_Estimate" for name in ords.COLUMNS]
    rows = [
        {"repair_status": "3", "repair_barrier_if_end_of_life": "6", "Product_Age_Estimate": "4"},
        {"repair_status": "end of  LIFE", "repair_barrier_if_end_of_life": "No way to open product"},
        {"repair_status": "", "repair_barrier_if_end_of_life": ""},
        {"repair_status": "1", "repair_barrier_if_end_of_life": "", "product_category": ""},
        {"repair_status": "Fixed", "repair_barrier_if_end_of_life": "", "product_category_id": "", "brand": "unknown"},
    ]
    worn, opened, unknown, fixed, last = good(sheet(*rows, columns=columns))
    assert (worn.barrier, worn.age) == (Barrier.WORN_OUT, Decimal(4))
    assert opened.barrier is Barrier.NOT_OPENED
    assert unknown.status is Status.UNKNOWN
    assert (fixed.status, fixed.category, last.category, last.brand) == (Status.FIXED, 16, 16, "")


def test_what_is_optional_may_be_blank():
    blank = dict.fromkeys(
        ("product_category", "product_category_id", "brand", "year_of_manufacture", "product_age", "group_identifier"),
        "",
    )
    [record] = good(sheet({**blank, "problem": "", "repair_barrier_if_end_of_life": ""}))
    assert (record.category, record.brand, record.year, record.age, record.group) == (None, "", None, None, "")
    assert good(write([record])) == (record,)


def test_a_spreadsheet_s_semicolons_its_mark_and_texts_of_several_lines():
    row = {"problem": "Écran noir ;\r\npuis plus rien"}
    [record] = good(b"\xef\xbb\xbf" + sheet(row, delimiter=";"))
    assert record.problem == row["problem"]
    assert good(write([record])) == (record,)


def test_the_day_of_the_record_goes_and_comes_back():
    [record] = good(sheet({"record_date": "2018-03-01"}, columns=[*ords.COLUMNS, "record_date"]))
    assert record.recorded_on == date(2018, 3, 1) and good(write([record])) == (record,)


def test_columns_that_are_not_the_standard_s_are_named():
    found = read(sheet({}, columns=[*ords.COLUMNS, "owner"]))
    assert isinstance(found, Repairs) and found.unread_columns == ("owner",) and len(found.records) == 1


@pytest.mark.parametrize(
    ("change", "column", "reason", "hint"),
    [
        ({"id": " "}, "id", "“id” is empty", "requires it"),
        ({"id": "restart_0"}, "id", "is on row 2 already", "its own identifier"),
        ({"data_provider": ""}, "data_provider", "is empty", "requires it"),
        ({"id": "x" * 121}, "id", "too long: 121 characters", "120 characters"),
        ({"country": "France"}, "country", "“France” is no country code", "FRA"),
        ({"country": "fra"}, "country", "is no country code", "FRA"),
        ({"partner_product_category": ""}, "partner_product_category", "is empty", "requires it"),
        ({"product_category": "Lap top"}, "product_category", "is no category", "“Laptop”"),
        ({"product_category_id": "41"}, "product_category_id", "“41” is no category", "from 1 to 40"),
        ({"product_category_id": "4"}, "product_category_id", "“Desktop computer”, but the row says “Laptop”", "one"),
        ({"repair_status": "Mended"}, "repair_status", "“Mended” is none", "Unknown, Fixed, Repairable, End of life"),
        ({"repair_status": "Fixed"}, "repair_barrier_if_end_of_life", "not at its end of life", "Empty this cell"),
        ({"repair_barrier_if_end_of_life": "Too late"}, "repair_barrier_if_end_of_life", "is none", "too expensive"),
        ({"event_date": ""}, "event_date", "is not there", "2026-11-24"),
        ({"event_date": "22/02/2018"}, "event_date", "“22/02/2018” is no day", "2026-11-24"),
        ({"event_date": "2018-02-30"}, "event_date", "is no day", "2026-11-24"),
        ({"event_date": "20180222"}, "event_date", "is no day", "2026-11-24"),
        ({"year_of_manufacture": "15"}, "year_of_manufacture", "“15” is no year", "four figures"),
        ({"year_of_manufacture": "2019"}, "year_of_manufacture", "Made in 2019, but repaired in 2018", "Correct"),
        ({"product_age": "old"}, "product_age", "“old” is no age", "2.5"),
        ({"product_age": "-1"}, "product_age", "is no age", "2.5"),
        ({"product_age": "NaN"}, "product_age", "is no age", "2.5"),
        ({"product_age": "1e9"}, "product_age", "is no age", "2.5"),
    ],
)
def test_a_wrong_row_is_refused_alone_and_says_what_to_write(change, column, reason, hint):
    refused = refusal(**change)
    assert refused.column == column
    assert reason in str(refused.reason) and hint in str(refused.hint)


def test_a_row_cut_by_a_bare_delimiter_is_refused():
    data = sheet({}) + b"restart_5,P,GBR,Laptop,Laptop,16,HP,,,Fixed,,G,2018-02-22,a, b\r\n\r\n"
    found = read(data)
    assert isinstance(found, Repairs) and len(found.records) == 1
    assert "15 cells, the first one has 14" in str(found.refused[0].reason) and found.refused[0].row == 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "missing: id, data_provider"),
        (b"id,brand\n1,HP\n", "missing: data_provider"),
        (bytes(range(256)) * 9, "not text"),
        (sheet({}, columns=[*ords.COLUMNS, "brand"]), "twice: brand"),
    ],
)
def test_what_is_no_such_file_is_said(data, reason):
    found = read(data)
    assert isinstance(found, Unreadable) and reason in str(found.reason) and str(found.hint)


# --- kinds and the data package


def test_every_kind_of_ours_has_a_category_and_back():
    assert {kind: ords.category_of(kind) for kind in (Kind.NOTEBOOK, Kind.CONVERTIBLE, Kind.TABLET)} == {
        Kind.NOTEBOOK: 16,
        Kind.CONVERTIBLE: 16,
        Kind.TABLET: 30,
    }
    assert ords.category_of(Kind.MINI_PC) == 4 and ords.category_of(Kind.UNKNOWN) == ords.MISC
    assert all(ords.category_of(kind) == category for category, kinds in ords.KINDS.items() for kind in kinds)
    assert set(ords.KINDS) < set(ords.CATEGORIES) and len(ords.CATEGORIES) == 40


def test_the_package_describes_the_columns_that_are_written():
    package = ords.data_package(title="T", provider="P", name="r.csv", digest="0" * 64, size=1, rows=0)
    [resource] = package["resources"]
    assert [field["name"] for field in resource["schema"]["fields"]] == list(ords.COLUMNS)
    titles = write([]).decode().strip().split(",")
    assert titles == list(ords.COLUMNS)
