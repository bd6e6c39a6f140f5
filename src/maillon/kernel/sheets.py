"""Tables as files: CSV written as it is read, ODS for people who open it in a spreadsheet.

A cell that a spreadsheet would take for a formula is preceded by an apostrophe in CSV (CWE-1236, "CSV injection");
what reads it back takes it off again. ODS says of each cell that it is text, so nothing in it can be a formula.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any
from xml.sax.saxutils import escape

from odfdo import Document

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
DELIMITER = ";"  # what French spreadsheets expect
CSV_TYPE = "text/csv; charset=utf-8"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def guarded(value: Any) -> str:
    """A cell of a CSV file that no spreadsheet runs."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def csv_pieces(titles: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """A CSV file in pieces: UTF-8 with its mark, semicolons, titles first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=DELIMITER, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([guarded(title) for title in titles])
    for row in rows:
        writer.writerow([guarded(value) for value in row])
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
    "<office:body><office:spreadsheet>"
)
_TAIL = "</office:spreadsheet></office:body></office:document-content>"

Sheet = tuple[str, Sequence[str], Iterable[Iterable[Any]]]  # name, titles, rows


def write_ods(target: IO[bytes], *sheets: Sheet) -> None:
    """Write an ODS file. What a row's iterator raises stops it.

    The package (styles, manifest) is odfdo's; the sheets are written line by line, as building their tree takes 6 ms
    a line.
    """
    skeleton = io.BytesIO()
    Document("spreadsheet").save(skeleton)
    with zipfile.ZipFile(skeleton) as model, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for part in model.infolist():  # "mimetype" is first and stored as it is
            if part.filename != "content.xml":
                made.writestr(part, model.read(part))
        with made.open("content.xml", "w", force_zip64=True) as content:
            content.write(_HEAD.encode())
            for name, titles, rows in sheets:
                quoted = escape(name, {'"': "&quot;"})
                content.write(f'<table:table table:name="{quoted}">{_line(titles)}'.encode())
                for row in rows:
                    content.write(_line(row).encode())
                content.write(b"</table:table>")
            content.write(_TAIL.encode())


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
