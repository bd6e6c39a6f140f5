"""Reading a table out of a file that people made: CSV however it is written, XLSX, ODS. Within bounds."""

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from maillon.hardware import tables
from maillon.hardware.model import Limits, Unreadable
from maillon.kernel.errors import Refusal
from maillon.kernel.sheets import unguarded
from maillon.kernel.translation import told

MOST_BYTES = 30 * 2**20
MOST_UNPACKED = 400 * 2**20
LIMITS = Limits(seconds=20)
MOST_LINES = 100_000
MOST_COLUMNS = 200
DELIMITERS = ";,\t|"


def table(data: bytes) -> list[list[str]]:
    """The lines of the first sheet as text, titles first. Raises Refusal with what to do."""
    if len(data) > MOST_BYTES:
        raise Refusal(_("This file is too big."), _("Export fewer machines at a time: 30 MB at most."))
    lines = _spreadsheet(data) if data[:4] == b"PK\x03\x04" else _csv(data)
    if not any(any(line) for line in lines):
        raise Refusal(_("This file is empty."), _("Send an export of the stock, corrected."))
    return lines


def _spreadsheet(data: bytes) -> list[list[str]]:
    """The first sheet that holds anything, read by a process of its own: a kilobyte can ask for more memory than there
    is, and the library that reads it then ends its process.
    """
    _must_not_swell(data)
    read = tables.read_tables(data, LIMITS)
    if isinstance(read, Unreadable):
        raise Refusal(told(read.reason), told(read.hint))
    if read[0].left_out:
        raise Refusal(
            _("This file has too many lines or columns."),
            _("Send at most %(lines)d lines, with the columns of an export.") % {"lines": tables.MAX_ROWS},
        )
    rows = read[0].rows
    width = max(map(len, rows), default=0)  # empty cells at the end of a line are not told
    return _bounded([_written(cell) for cell in row] + [""] * (width - len(row)) for row in rows)


def _must_not_swell(data: bytes) -> None:
    """Raises Refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(part.file_size for part in package.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refusal(
            _("This spreadsheet can not be read."), _("Save it again as ODS, XLSX or CSV from your spreadsheet.")
        ) from error
    if size > MOST_UNPACKED:
        raise Refusal(_("This file is too big once unpacked."), _("Export fewer machines at a time."))


def _written(cell: Any) -> str:
    """A cell as text: a spreadsheet holds 8192 as 8192.0."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return "" if cell is None else unguarded(str(cell).strip())


def _csv(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what older French spreadsheets save
    if "\0" in text:
        raise Refusal(_("This file is not a table."), _("Send an export of the stock as CSV, ODS or XLSX."))
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return _bounded(
            [unguarded(cell.strip()) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)
        )
    except csv.Error as error:
        raise Refusal(
            _("This CSV file can not be read: %(why)s.") % {"why": error}, _("Save it again from your spreadsheet.")
        ) from error


def _bounded(rows: Iterable[list[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    for row in rows:
        if len(found) > MOST_LINES or len(row) > MOST_COLUMNS:
            raise Refusal(
                _("This file has too many lines or columns."),
                _("Send at most %(lines)d lines, with the columns of an export.") % {"lines": MOST_LINES},
            )
        found.append(row)
    return found
