"""Lists as people send them, as rows of cells: CSV in any of its dialects, and the spreadsheets of Excel and
LibreOffice.

Row numbers are those that a spreadsheet shows, from 1.
"""

import csv
import datetime
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from maillon.hardware.archives import is_spreadsheet
from maillon.hardware.decoding import decode
from maillon.hardware.foreign import refuse
from maillon.hardware.messages import _
from maillon.hardware.model import Limits, Unreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and other old documents of Office
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # what Excel makes of a workbook with a password
CHILD_MEMORY = 2**30  # bytes of address space; a list of 50,000 rows takes some 200 MB
MAX_ROWS = 50_000
_MAX_COLUMNS = 200
_DELIMITERS = ";\t,|"

Cell = str | int | float | bool | datetime.date | None


@dataclass(frozen=True, slots=True)
class Table:
    sheet: str  # "" for CSV
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0  # rows beyond what is read


def is_list_file(data: bytes) -> bool:
    """Whether these bytes are a spreadsheet; CSV is text and is recognised by its content."""
    return data.startswith(OLE) or is_spreadsheet(data)


def read_tables(data: bytes, limits: Limits) -> list[Table] | Unreadable:
    """The sheets of a spreadsheet that hold anything, or the one table of a CSV."""
    if is_list_file(data):
        return _spreadsheet(data, limits)
    text = decode(data)
    if text is None:
        return refuse(_("This is neither a spreadsheet nor text."), _("Export the list as .csv, .xlsx or .ods."))
    return [csv_table(text)]


# --- CSV


def csv_table(text: str, rows: int = MAX_ROWS) -> Table:
    """The cells of a CSV, whose delimiter is the one that cuts its first lines most evenly."""
    delimiter = find_delimiter(text)
    found: list[tuple[Cell, ...]] = []
    left_out = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:  # a field longer than any list holds
            left_out += 1
            continue
        if len(found) < rows:
            found.append(tuple(_csv_cell(cell) for cell in row[:_MAX_COLUMNS]))
        else:
            left_out += 1
    while found and not any(found[-1]):
        found.pop()
    return Table("", tuple(found), left_out)


def find_delimiter(text: str) -> str:
    """The mark that most lines hold the same number of times, outside quotes; the more columns, the
    better."""
    lines = [line for line in text[:65536].split("\n")[:60] if line.strip()]
    first = lines[0].strip().lower() if lines else ""
    if first.startswith("sep=") and len(first) == 5:  # a hint that Excel writes
        return first[4]
    scores = {mark: _evenness(lines, mark) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: scores[mark])


def _evenness(lines: list[str], mark: str) -> float:
    counts = [line.count(mark) - _quoted(line, mark) for line in lines]
    usual = max(set(counts), key=lambda count: (counts.count(count) * bool(count), count), default=0)
    return counts.count(usual) * min(usual, 10) if usual else 0.0


def _quoted(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[1::2]) if '"' in line else 0


def _csv_cell(cell: str) -> str:
    """The text of a cell; `="00123"` is how Excel is made to keep leading zeros."""
    cell = cell.strip()[:500]
    if cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1]
    return cell


# --- spreadsheets


def _spreadsheet(data: bytes, limits: Limits) -> list[Table] | Unreadable:
    if data.startswith(OLE) and _ENCRYPTED in data:
        return _protected()
    seconds = max(1, min(int(limits.seconds), 60))
    script = Path(__file__).with_name("spreadsheet_child.py")
    command = [sys.executable, "-I", str(script), str(CHILD_MEMORY), str(seconds)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=seconds + 5, check=False)
        sheets = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, json.JSONDecodeError, OSError):
        done, sheets = None, None
    if sheets is None:
        return _refusal(done.stderr.decode("utf-8", "replace") if done else "")
    tables = [_table(sheet) for sheet in sheets if sheet["rows"]]
    return tables or refuse(_("This spreadsheet is empty."), _("Save it again with the list in its first sheet."))


def _table(sheet: dict[str, object]) -> Table:
    rows = sheet["rows"] if isinstance(sheet["rows"], list) else []
    height = sheet["height"] if isinstance(sheet["height"], int) else len(rows)
    cells = tuple(tuple(_cell(cell) for cell in row) for row in rows)
    return Table(str(sheet["name"]), cells, height - len(rows) if height > MAX_ROWS else 0)


def _cell(cell: object) -> Cell:
    if isinstance(cell, dict):
        text = str(cell.get("d"))
        try:
            return datetime.date.fromisoformat(text[:10])
        except ValueError:
            return text  # a time of day
    if isinstance(cell, str):
        return cell.strip()
    return cell if isinstance(cell, int | float) else None


def _refusal(error: str) -> Unreadable:
    last = error.strip().split("\n")[-1]
    if "assword" in last:
        return _protected()
    if "CalamineError" in last or "XmlError" in last or "ZipError" in last:
        return refuse(
            _("This spreadsheet is damaged or is no list."),
            _("Open it and save it again as .xlsx, .ods or .csv; send a text document as plain text."),
        )
    return refuse(
        _("This spreadsheet asks for an absurd amount of memory or time."),
        _("Copy the list alone into a new spreadsheet, or save it as .csv."),
    )


def _protected() -> Unreadable:
    return refuse(
        _("This spreadsheet is protected by a password."), _("Open it, save it without password, and send that.")
    )
