"""Spreadsheets of a kilobyte that ask for more memory than there is: the process that serves pages must live."""

import io
import zipfile

import pytest

from maillon.kernel.errors import Refusal
from maillon.workshop.stock import sheets

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx(*cells):
    """A workbook with one sheet. cells: (reference, text)"""
    rows = "".join(
        f'<row r="{reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{reference}" t="inlineStr"><is><t>{text}</t>'
        "</is></c></row>"
        for reference, text in cells
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" Type="{OFFICE}/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="a"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" Type='
        f'"{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def test_a_cell_at_the_far_corner_is_refused_and_ends_nothing_here():
    with pytest.raises(Refusal):
        sheets.table(xlsx(("A1", "Code"), ("XFD1048576", "x")))


def test_a_spreadsheet_is_still_read_with_its_empty_cells():
    assert sheets.table(xlsx(("A1", "Code"), ("B2", "x"), ("A3", "=1+1"))) == [["Code", ""], ["", "x"], ["=1+1", ""]]


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 400])
def test_what_is_no_spreadsheet_is_refused(data):
    with pytest.raises(Refusal):
        sheets.table(data)
