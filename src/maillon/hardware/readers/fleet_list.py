"""Lists of computers among the formats: CSV by its titles, spreadsheets by their bytes. See `fleet`."""

from maillon.hardware import fleet, fleet_columns, tables
from maillon.hardware.formats import BinaryFormat, TextFormat, Where
from maillon.hardware.model import Limits, Reading, Unreadable


def recognise_text(head: str) -> bool:
    """Cells cut by one mark, with the titles and values of a list of computers. Asked after all other formats."""
    lines = head.split("\n", 60)
    if len(lines) < 2 or not any(mark in head for mark in ";,\t|"):
        return False
    table = tables.csv_table("\n".join(lines[:60]))
    return fleet.is_fleet(fleet_columns.guess_columns(table), table)


def parse_text(text: str, where: Where) -> Reading:
    found = fleet.rows_of([tables.csv_table(text)], None, where.file)
    read = found if isinstance(found, Unreadable) else fleet.as_reading(found)
    if isinstance(read, Unreadable):  # titles without a row that says anything
        return Reading(fleet.FORMAT, (), (read.reason, read.hint))
    return read


def parse_spreadsheet(data: bytes, where: Where) -> Reading | Unreadable:
    return fleet.read_fleet(data, file=where.file, limits=Limits())


FORMATS = (
    TextFormat(fleet.FORMAT, fleet.TOOL, recognise_text, parse_text),
    BinaryFormat(fleet.FORMAT, fleet.TOOL, tables.is_list_file, parse_spreadsheet),
)
