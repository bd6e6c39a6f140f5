"""Reads one spreadsheet from its standard input and writes its cells as JSON: run by `tables`, in a process
of its own.

A spreadsheet of a few hundred bytes can ask for more memory than there is (a cell at the far corner of the
sheet, a row repeated a million times), and the library that reads it then aborts the process. So this one is
expendable, its memory and time are bounded by the kernel, and it imports nothing of ours.
"""

import datetime
import io
import json
import sys

MAX_SHEETS = 30
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELLS = 2_000_000
MAX_TEXT = 500  # characters of a cell


def bound(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain(cell: object) -> object:
    """A cell as JSON: dates as {"d": ISO 8601}, long texts cut."""
    if cell is None or isinstance(cell, bool | int | float):
        return cell
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return {"d": cell.isoformat()}
    return str(cell)[:MAX_TEXT]


def main() -> None:
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    data = sys.stdin.buffer.read()
    bound(memory, seconds)
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = []
    cells = 0
    for name in book.sheet_names[:MAX_SHEETS]:
        sheet = book.get_sheet_by_name(name)
        rows = []
        for row in sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS):
            kept = [plain(cell) for cell in row[:MAX_COLUMNS]]
            while kept and kept[-1] in ("", None):
                kept.pop()
            cells += len(kept) + 1
            if cells > MAX_CELLS:
                break
            rows.append(kept)
        while rows and not rows[-1]:
            rows.pop()
        sheets.append({"name": name[:100], "rows": rows, "height": max(sheet.total_height, len(rows))})
    json.dump(sheets, sys.stdout)


if __name__ == "__main__":
    main()
