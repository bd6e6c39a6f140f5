"""The stock as a file: CSV written as it is read, ODS for people who open it in a spreadsheet.

A cell that a spreadsheet would take for a formula is preceded by an apostrophe in CSV (CWE-1236, "CSV injection");
imports take it off again. ODS says of each cell that it is text, so nothing in it can be a formula.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from odfdo import Document

from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal
from maillon.workshop.stock import queries
from maillon.workshop.stock.columns import COLUMNS, spelled
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.queries import DeviceRow

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
DELIMITER = ";"  # what French spreadsheets expect
MOST_ODS_ROWS = 100_000


def device_rows(actor: Actor, filters: StockFilters | None, numbers: list[int] | None = None) -> Iterator[DeviceRow]:
    """Rows of a selection, or of everything the filters give, a thousand at a time. Raises NotAllowed at once."""
    actor.require("stock.export")
    runs: Iterable[list[int]]
    if numbers is not None:
        runs = (numbers[i : i + queries.MOST_COUNTED] for i in range(0, len(numbers), queries.MOST_COUNTED))
    else:
        runs = queries.numbers_of(actor, filters or StockFilters())
    return (row for run in runs for row in queries.rows_of(run))


def guarded(value: Any) -> str:
    """A cell of a CSV file that no spreadsheet runs."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def csv_lines(rows: Iterable[DeviceRow]) -> Iterator[str]:
    """A CSV file in pieces: UTF-8 with its mark, semicolons, one line a device. Titles first."""
    titles = [str(column.title) for column in COLUMNS]  # in the language of the request, which ends before the file
    return _csv_pieces(titles, rows)


def _csv_pieces(titles: list[str], rows: Iterable[DeviceRow]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=DELIMITER, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(titles)
    for row in rows:
        writer.writerow([guarded(value) for value in spelled(row)])
        if buffer.tell() > 2**16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="Stock">'
)
_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"


def write_ods(rows: Iterable[DeviceRow], target: IO[bytes]) -> int:
    """Write an ODS file; returns how many devices it holds. Raises Refusal over MOST_ODS_ROWS.

    The package (styles, manifest) is odfdo's; the sheet is written line by line, as building its tree takes 6 ms a
    line.
    """
    skeleton = io.BytesIO()
    Document("spreadsheet").save(skeleton)
    count = 0
    with zipfile.ZipFile(skeleton) as model, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for part in model.infolist():  # "mimetype" is first and stored as it is
            if part.filename != "content.xml":
                made.writestr(part, model.read(part))
        with made.open("content.xml", "w", force_zip64=True) as sheet:
            sheet.write((_HEAD + _line([str(column.title) for column in COLUMNS])).encode())
            for row in rows:
                count += 1
                if count > MOST_ODS_ROWS:
                    raise Refusal(
                        _("An ODS file holds at most %(most)d machines.") % {"most": MOST_ODS_ROWS},
                        _("Narrow the list with the filters, or export it as CSV, which has no limit."),
                    )
                sheet.write(_line(spelled(row)).encode())
            sheet.write(_TAIL.encode())
    return count


def _line(values: Iterable[Any]) -> str:
    return f"<table:table-row>{''.join(map(_cell, values))}</table:table-row>"


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, int):
        shown = f"<text:p>{value}</text:p>"
        return f'<table:table-cell office:value-type="float" office:value="{value}">{shown}</table:table-cell>'
    text = escape("".join(sign for sign in value if sign >= " " and sign not in "\ufffe\uffff"))  # not in XML
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
