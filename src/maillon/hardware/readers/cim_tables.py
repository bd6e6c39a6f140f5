"""CIM objects in tables: `Export-Csv` and `ConvertTo-Csv` of PowerShell, and what `wmic` prints unless told otherwise.

A row is an object. Its class is the one that the table names ("#TYPE …#root/cimv2/Win32_BIOS"), else the one whose
properties its columns are; several tables may follow each other. Columns that are no CIM class's make no such table:
those are lists of fleets (`fleet`). A class of which a computer has one object gives a machine a row.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from maillon.hardware.foreign import refuse
from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.messages import _
from maillon.hardware.model import Machine, Origin, Reading, Unreadable
from maillon.hardware.readers import cim
from maillon.hardware.tables import csv_table

_ONE_A_COMPUTER = frozenset(
    f"Win32_{name}" for name in ("ComputerSystem", "ComputerSystemProduct", "BIOS", "BaseBoard", "OperatingSystem")
)
_COMPUTER = ("PSComputerName", "Node", "__SERVER")
_MAX_ROWS = 20_000  # of one file; more are refused, never half read

Row = tuple[int, dict[str, str]]  # its number from 1, its properties


def _class_of(names: Iterable[str], said: str = "") -> str | None:
    """The class whose properties these are. A table with columns of people's own is none."""
    columns = [name for name in names if name]
    if not columns or not all(re.fullmatch(r"[A-Za-z_]\w{1,59}", name) for name in columns):
        return None
    if said or "CsManufacturer" in columns:
        return said or "Get-ComputerInfo"
    return cim.class_of_properties(columns)


# --- CSV


def recognise_csv(head: str) -> bool:
    start = head.lstrip("\n")
    if start.startswith("#TYPE ") and cim.known_class(start.split("\n", 1)[0]):
        return True
    first = start.split("\n", 1)[0][:20_000]
    return any(mark in first for mark in ',;\t"') and _class_of(_header(csv_table(first).rows[:1])) is not None


def _header(rows: Iterable[tuple[object, ...]]) -> list[str]:
    return [str(cell or "").strip() for row in rows for cell in row]


def _csv_rows(text: str) -> Iterator[tuple[str, Row]]:
    cls, columns = "", list[str]()
    said = ""
    for number, cells in enumerate(csv_table(text).rows, 1):
        texts = _header([cells])
        if texts and texts[0].startswith("#TYPE "):
            said, columns = cim.known_class(texts[0]) or "", []
        elif any(texts) and (found := _class_of(texts, said if not columns else "")):
            cls, columns, said = found, texts, ""
        elif cls and any(texts):
            yield cls, (number, {name: text for name, text in zip(columns, texts, strict=False) if name and text})


def parse_csv(text: str, where: Where) -> Machine | Reading | Unreadable:
    def at(number: int) -> Callable[[str], Origin]:
        return lambda name: Origin(where.tool, f"row {number}, column {name}", where.file)

    return _machines(_csv_rows(text), at, where, "cim-csv")


# --- the tables of wmic: columns at the places of their titles


def recognise_wmic(head: str) -> bool:
    return any(_titles(line) for line in head[:4096].split("\n")[:20])


def _titles(line: str) -> tuple[str, list[tuple[str, int]]] | None:
    """The class and the columns with their places, when the line holds the titles of a table."""
    names = [(found.group(), found.start()) for found in re.finditer(r"\S+", line[:4096])]
    if not line.endswith("  ") or not names or names[0][1]:
        return None  # wmic pads every column, the last too
    if names[0][0] in ("SerialNumber", "SMBIOSBIOSVersion") and len(names) == 1:
        return "Win32_BIOS", names
    if names[0][0] in ("IdentifyingNumber", "UUID") and len(names) == 1:
        return "Win32_ComputerSystemProduct", names
    cls = _class_of(name for name, _place in names)
    return (cls, names) if cls and len(names) > 1 else None


def _wmic_rows(text: str) -> Iterator[tuple[str, Row]]:
    table: tuple[str, list[tuple[str, int]]] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if titles := _titles(line):
            table = titles
        elif table and line.strip() and all(line[place - 1 : place] == " " for _name, place in table[1][1:]):
            ends = [place for _name, place in table[1][1:]] + [4096]
            cells = {name: line[place:end].strip() for (name, place), end in zip(table[1], ends, strict=True)}
            yield table[0], (number, {name: cell for name, cell in cells.items() if cell})


def parse_wmic(text: str, where: Where) -> Machine | Reading | Unreadable:
    def at(number: int) -> Callable[[str], Origin]:
        return lambda _name: where.line(number)

    return _machines(_wmic_rows(text), at, where, "wmic")


# --- rows to machines


def _machines(
    rows: Iterable[tuple[str, Row]], at: Callable[[int], Callable[[str], Origin]], where: Where, name: str
) -> Machine | Reading | Unreadable:
    from maillon.hardware.readers import cim_machine

    instances: list[cim.Instance] = []
    seen: dict[str, int] = {}
    for count, (cls, (number, row)) in enumerate(rows):
        if count >= _MAX_ROWS:
            return refuse(
                _("More than %(count)d machines in one file."),
                _("Send a smaller file, or the outputs one by one."),
                count=_MAX_ROWS,
            )
        computer = next((row[key] for key in _COMPUTER if row.get(key)), "")
        if cls in _ONE_A_COMPUTER or cls == "Get-ComputerInfo":
            seen[cls] = seen.get(cls, 0) + 1
            computer = computer or f"row {seen[cls]}"
        place = at(number)
        if cls == "Get-ComputerInfo":
            parts = cim.computer_info(dict(row), where, "")
            instances += [cim.Instance(part.cls, part.properties, place, computer) for part in parts]
            continue
        properties = cim.typed(row)
        instances.append(cim.Instance(cls, properties, place, computer))
        if cls == "Win32_ComputerSystem" and "SerialNumber" in row:  # added by hand, as many scripts do
            instances.append(cim.Instance("Win32_BIOS", {"SerialNumber": row["SerialNumber"]}, place, computer))
    machines = tuple(cim_machine.build(part, {}, where) for part in cim.by_computer(instances))
    return machines[0] if len(machines) == 1 else Reading(name, machines)


FORMATS = (
    TextFormat("cim-csv", "PowerShell CIM", recognise_csv, parse_csv),
    TextFormat("wmic", "wmic", recognise_wmic, parse_wmic),
)
