"""Lists of computers (CSV, XLSX, XLS, ODS): a machine a row, and a sentence for whatever was not understood.

    guess_columns(table)                 which column holds what, with the evidence (`fleet_columns`)
    read_fleet(data, mapping=None)       the machines, as a `Reading`
    read_rows(data, mapping=None)        the same row by row, with what is no part of a machine: donor, state, date…

A mapping that a person corrected is given back to be followed. What happens to each row:

- a number in a quantity column makes that many machines, when the row has no serial number; with one, it makes one
  machine and a warning;
- a row that repeats another with the same serial number is left out with a warning; the same serial number on rows
  that differ stays on all of them, with a warning. Rows without a serial number may repeat: each is a machine;
- screens, printers and other things that are no computers are named in a warning and left out, as are lines of
  totals, lines that hold a single cell (titles between the rows) and lines that say nothing of a machine;
- a cell that is not understood leaves its field empty, with a warning that says what to write.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from maillon.hardware import fleet_values as values
from maillon.hardware.facts import Facts
from maillon.hardware.fleet_columns import Column, Mapping, describes_computers, guess_columns
from maillon.hardware.fleet_designation import Described, describe
from maillon.hardware.foreign import refuse
from maillon.hardware.junk import clean, clean_serial, clean_uuid
from maillon.hardware.messages import Message, _
from maillon.hardware.model import (
    Chassis,
    Graphics,
    Kind,
    Limits,
    Machine,
    Memory,
    MemoryModule,
    NetworkInterface,
    Origin,
    Processor,
    Reading,
    Storage,
    StorageKind,
    System,
    Unreadable,
)
from maillon.hardware.processor_names import processor_name
from maillon.hardware.tables import Cell, Table, read_tables

FORMAT = "fleet-list"
TOOL = "fleet list"
MAX_WARNINGS = 1000
MAX_QUANTITY = 500  # of one row; more is a mistake, or a list to be made properly
_NOTES = ("purchase_date", "state", "donor", "place", "host_name", "comment", "screen")
_TELLS = frozenset(["kind", "designation", "vendor", "model", "serial", "asset_tag", "processor", "memory", "storage"])
_DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class FleetRow:
    """A row that describes a computer; `quantity` of them."""

    number: int  # as the spreadsheet shows it
    sheet: str
    machine: Machine
    quantity: int = 1
    notes: dict[str, str] = field(default_factory=dict)  # purchase_date (ISO), state, donor, place, host_name, comment


@dataclass(frozen=True, slots=True)
class Fleet:
    rows: tuple[FleetRow, ...]
    mappings: tuple[Mapping, ...]  # one a sheet that was read
    warnings: tuple[Message, ...]


Mappings = Mapping | Sequence[Mapping] | None


def read_fleet(
    data: bytes, mapping: Mappings = None, *, file: str = "", limits: Limits = _DEFAULT
) -> Reading | Unreadable:
    """The machines of a list. mapping: of one sheet or of several, as `guess_columns` gave and a person
    corrected."""
    fleet = read_rows(data, mapping, file=file, limits=limits)
    return fleet if isinstance(fleet, Unreadable) else as_reading(fleet, limits)


def as_reading(fleet: Fleet, limits: Limits = _DEFAULT) -> Reading | Unreadable:
    machines = tuple(row.machine for row in fleet.rows for _copy in range(row.quantity))
    if len(machines) > limits.members * 5:
        return refuse(
            _("This list holds more than %(limit)d machines."), _("Send it in several parts."), limit=limits.members * 5
        )
    if not machines:
        return refuse(
            _("No row of this list describes a computer."),
            _("Check that it has a line of titles, such as “Type, Maker, Model, Serial number, RAM, Disk”."),
        )
    return Reading(FORMAT, machines, fleet.warnings)


def read_rows(
    data: bytes, mapping: Mappings = None, *, file: str = "", limits: Limits = _DEFAULT
) -> Fleet | Unreadable:
    tables = read_tables(data, limits)
    return tables if isinstance(tables, Unreadable) else rows_of(tables, mapping, file)


def is_fleet(mapping: Mapping, table: Table) -> bool:
    """Whether the columns found are those of a list of computers: two that tell of one, surely enough.

    One is enough beside a quantity, when what it describes are computers: "12; portables HP 250 G7".
    """
    telling = {column.field for column in mapping.columns if column.field in _TELLS and column.confidence >= 0.45}
    counted = telling == {"designation"} and mapping.of("quantity")
    return len(telling) >= 2 or bool(counted and describes_computers(mapping, table))


def rows_of(tables: list[Table], mapping: Mappings = None, file: str = "") -> Fleet | Unreadable:
    given = [mapping] if isinstance(mapping, Mapping) else list(mapping or [])
    rows: list[FleetRow] = []
    used: list[Mapping] = []
    warnings: list[Message] = []
    for table in tables:
        chosen = next((one for one in given if one.sheet == table.sheet), None)
        columns = chosen or guess_columns(table)
        if not chosen and (given or not is_fleet(columns, table)):
            if not given and len(table.rows) > 1 and table.sheet:
                warnings.append(
                    Message(_("Sheet “%(sheet)s” is no list of computers: left out."), {"sheet": table.sheet})
                )
            continue
        reader = _SheetReader(table, columns, file, named=len(tables) > 1)
        rows.extend(reader.rows())
        warnings.extend(reader.warnings())
        used.append(columns)
    if not used:
        return refuse(
            _("No column of this list was recognised."),
            _("Give it a line of titles, such as “Type, Maker, Model, Serial number, RAM, Disk”."),
        )
    kept, repeated = _without_repeats(rows)
    return Fleet(tuple(kept), tuple(used), _bounded([*warnings, *repeated]))


def _bounded(warnings: list[Message]) -> tuple[Message, ...]:
    if len(warnings) <= MAX_WARNINGS:
        return tuple(warnings)
    rest = Message(_("%(count)d more remarks like these."), {"count": len(warnings) - MAX_WARNINGS})
    return (*warnings[:MAX_WARNINGS], rest)


def _without_repeats(rows: list[FleetRow]) -> tuple[list[FleetRow], list[Message]]:
    kept: list[FleetRow] = []
    warnings: list[Message] = []
    seen: dict[str, FleetRow] = {}
    for row in rows:
        serial = row.machine.system.serial
        first = seen.setdefault(serial.casefold(), row) if serial else row
        if first is row:
            kept.append(row)
            continue
        said = {"row": row.number, "first": first.number, "serial": serial}
        if _same(first, row):
            warnings.append(Message(_("Row %(row)d repeats row %(first)d (serial number %(serial)s): left out."), said))
        else:
            kept.append(row)
            text = _(
                "Rows %(first)d and %(row)d have the same serial number %(serial)s and differ: correct one of them."
            )
            warnings.append(Message(text, said))
    return kept, warnings


def _same(one: FleetRow, other: FleetRow) -> bool:
    """Whether two rows say the same of the machine, wherever they stand."""
    return bool(_bare(one.machine) == _bare(other.machine))


def _bare(value: Any) -> Any:
    """A machine's values without where they were read."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_bare(item) for item in value)
    names = getattr(value, "__dataclass_fields__", None)
    if names is None or isinstance(value, Message):
        return value
    return tuple(_bare(getattr(value, name)) for name in names if name not in ("origin", "kind_because"))


class _SheetReader:
    """One sheet, row by row, collecting what was odd."""

    def __init__(self, table: Table, mapping: Mapping, file: str, named: bool) -> None:
        self.table, self.mapping, self.file = table, mapping, file
        self.sheet = table.sheet if named else ""
        self.remarks: list[Message] = []
        self.others: dict[str, list[int]] = {}  # what is no computer -> its rows
        self.telling = [column for column in mapping.columns if column.field]
        self.titles = tuple(values.fold(c.title) for c in mapping.columns) if mapping.header_row else ()
        self.sheet_kind = values.kind(table.sheet) if not mapping.of("kind") else None
        dates = [column.index for column in mapping.of("purchase_date")]
        cells = [row[dates[0]] for row in table.rows if dates and dates[0] < len(row)]
        self.month_first = values.months_first(cells)

    def rows(self) -> Iterator[FleetRow]:
        for number, cells in enumerate(self.table.rows[self.mapping.header_row :], self.mapping.header_row + 1):
            row = self._row(number, cells)
            if row and row.quantity:
                yield row

    def warnings(self) -> list[Message]:
        found = list(self.remarks)
        for what, rows in self.others.items():
            said = {"what": Message(what), "rows": _ranges(rows)}
            found.append(Message(_("Rows %(rows)s: %(what)s, no computers: left out."), said))
        if self.table.left_out:
            found.append(
                Message(
                    _("The list is too long: its last %(count)d rows were not read."), {"count": self.table.left_out}
                )
            )
        return found

    def remark(self, text: str, **said: object) -> None:
        self.remarks.append(Message(text, said))

    def _row(self, number: int, cells: Sequence[Cell]) -> FleetRow | None:
        said = [values.text(cell) for cell in cells]
        filled = [text for text in said if text]
        if not filled or self._is_repeated_title(said):
            return None
        if values.fold(filled[0]).split(" ")[0] in ("total", "totaux", "somme", "sous", "moyenne", "sum", "gesamt"):
            self.remark(_("Row %(row)d looks like a total and was left out: “%(value)s”."), row=number, value=filled[0])
            return None
        if len(filled) == 1 and len(self.telling) >= 3:
            self.remark(
                _("Row %(row)d holds only “%(value)s”: taken for a title, left out."), row=number, value=filled[0]
            )
            return None
        row = _RowReader(self, number, cells)
        if what := row.no_machine():
            self.others.setdefault(what, []).append(number)
            return None
        found = row.read()
        if found is None:
            self.remark(_("Row %(row)d says nothing of a computer and was left out: “%(value)s”."),
                        row=number, value=" ; ".join(filled)[:80])  # fmt: skip
        return found

    def _is_repeated_title(self, said: list[str]) -> bool:
        return bool(self.titles) and tuple(map(values.fold, said))[: len(self.titles)] == self.titles[: len(said)]


def _ranges(rows: list[int]) -> str:
    """[3, 4, 5, 9] -> "3-5, 9"."""
    parts: list[list[int]] = []
    for row in rows:
        if parts and row == parts[-1][-1] + 1:
            parts[-1].append(row)
        else:
            parts.append([row])
    shown = [f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts[:30]]
    return ", ".join(shown) + ("…" if len(parts) > 30 else "")


class _RowReader:
    def __init__(self, sheet: _SheetReader, number: int, cells: Sequence[Cell]) -> None:
        self.sheet, self.number, self.cells = sheet, number, cells

    def cell(self, column: Column) -> Cell:
        return self.cells[column.index] if column.index < len(self.cells) else None

    def text(self, column: Column) -> str:
        return values.text(self.cell(column))

    def said(self, name: str) -> Iterator[tuple[Column, Cell]]:
        """The cells of a field that say something."""
        for column in self.sheet.mapping.of(name):
            if not values.says_nothing(self.text(column)):
                yield column, self.cell(column)

    def _states(self) -> Iterator[tuple[Column, Cell]]:
        for column in self.sheet.mapping.of("state"):
            if values.fold(self.text(column)):
                yield column, self.cell(column)

    def at(self, column: Column) -> Origin:
        place = f"row {self.number}, column {column.name}"
        return Origin(TOOL, f"sheet {self.sheet.sheet}, {place}" if self.sheet.sheet else place, self.sheet.file)

    def wrong(self, column: Column, text: str, example: Message | str) -> None:
        """A cell that is not understood: which, and what to write."""
        value = self.text(column)[:80]
        self.sheet.remark(text, row=self.number, column=column.name, value=value, example=example)

    def no_machine(self) -> str | None:
        names = ("kind", "designation", "model")
        for name in names:
            for column, _cell in self.said(name):
                text = self.text(column)
                if what := values.no_machine(text):
                    return what
                if name == "kind" and values.kind(text):
                    return None
        return None

    def read(self) -> FleetRow | None:
        system, chassis = self._system()
        kind = self._kind()
        described = self._designation(system)
        if kind is Kind.UNKNOWN and described and described.kind:
            kind = described.kind
        machine = Machine(
            kind=kind,
            system=system.build(),
            chassis=chassis.build(),
            processors=self._processors() or (described.processors if described else ()),
            memory=self._memory(described.memory if described else None),
            storage=self._storage() or (described.storage if described else ()),
            graphics=self._graphics(),
            network=self._network(),
            operating_system=next((clean(self.text(column)) for column, _cell in self.said("os")), None),
            tools=(TOOL,),
        )
        if not (machine.system.origin or machine.chassis.origin or machine.processors or kind is not Kind.UNKNOWN):
            return None
        return FleetRow(self.number, self.sheet.table.sheet, machine, self._quantity(machine), self._notes())

    def _kind(self) -> Kind:
        """What the list states, which `kind` keeps as long as it comes without a reason."""
        for column, _cell in self.said("kind"):
            text = self.text(column)
            if found := values.kind(text):
                return found
            if values.fold(text) not in ("pc", "ordinateur", "computer", "micro", "poste", "informatique"):
                self.wrong(
                    column,
                    _("Row %(row)d, column “%(column)s”: “%(value)s” is not a kind of machine. Write %(example)s."),
                    "portable, fixe, tout-en-un, mini PC, tablette",
                )
        return self.sheet.sheet_kind or Kind.UNKNOWN

    def _system(self) -> tuple[Facts[System], Facts[Chassis]]:
        system, chassis = Facts(System), Facts(Chassis)
        for name in ("vendor", "model"):
            for column, _cell in self.said(name):
                system.put(name, clean(self.text(column)), self.at(column))
        for column, cell in self.said("serial"):
            system.put("serial", self._serial(column, cell), self.at(column))
        for column, _cell in self.said("uuid"):
            system.put("uuid", clean_uuid(self.text(column)), self.at(column))
        for column, cell in self.said("asset_tag"):
            tag = None if self._is_rounded(column, cell) else clean(self.text(column))
            chassis.put("asset_tag", tag, self.at(column))
        return system, chassis

    def _is_rounded(self, column: Column, cell: Cell) -> bool:
        if not values.rounded_number(cell):
            return False
        text = _(
            "Row %(row)d, column “%(column)s”: the spreadsheet turned this number into “%(value)s” and lost its"
            " digits. Set the column to text and type it again from the machine."
        )
        self.wrong(column, text, "")
        return True

    def _serial(self, column: Column, cell: Cell) -> str | None:
        if self._is_rounded(column, cell):
            return None
        serial = clean_serial(self.text(column))
        if serial and any(c.isdigit() for c in serial):
            return serial
        if clean(self.text(column)):
            text = _("Row %(row)d, column “%(column)s”: “%(value)s” is not a serial number. Copy the machine's label.")
            self.wrong(column, text, "")
        return None

    def _designation(self, system: Facts[System]) -> Described | None:
        for column, _cell in self.said("designation"):
            described = describe(self.text(column), self.at(column))
            system.put("vendor", described.vendor, self.at(column))
            system.put("model", described.model, self.at(column))
            return described
        model = next(self.said("model"), None)
        if model and not self.sheet.mapping.of("processor"):  # "ProBook 450 G5 i5 8Go" under "Modèle"
            described = describe(self.text(model[0]), self.at(model[0]))
            if described.detailed:
                system.values["model"] = described.model or system.values.get("model")
                system.put("vendor", described.vendor, self.at(model[0]))
                return described
        if model:  # "ProBook 450 G5" alone names its maker
            system.put("vendor", describe(self.text(model[0]), self.at(model[0])).vendor, self.at(model[0]))
        return None

    def _processors(self) -> tuple[Processor, ...]:
        for column, _cell in self.said("processor"):
            name = processor_name(self.text(column))
            if name.model and any(c.isalpha() for c in name.model) and "?" not in name.model:
                said = {"vendor": name.vendor, "model": name.model, "frequency_mhz": name.frequency_mhz}
                processor = Facts(Processor)
                for fact, value in said.items():
                    processor.put(fact, value, self.at(column))
                return (processor.build(),)
            text = _("Row %(row)d, column “%(column)s”: “%(value)s” is not a processor. Write %(example)s.")
            self.wrong(column, text, "Core i5-7300U")
        return ()

    def _memory(self, described: Memory | None) -> Memory:
        for column, cell in self.said("memory"):
            said = values.memory(cell, column.unit)
            if said:
                at = self.at(column)
                module = MemoryModule(type=said.type, origin={"type": at}) if said.type else None
                modules = (replace(module, size_bytes=None),) if module else ()
                origin = {"total_bytes": at} | ({"modules": at} if module else {})
                return Memory(total_bytes=said.total_bytes, modules=modules, origin=origin)
            text = _("Row %(row)d, column “%(column)s”: “%(value)s” is not a quantity. Write %(example)s.")
            self.wrong(column, text, values.example(self.text(column), "8", column.unit or "g"))
        return described or Memory()

    def _storage(self) -> tuple[Storage, ...]:
        found: list[Storage] = []
        kinds = [kind for column, _cell in self.said("storage_kind") if (kind := values.disk_kind(self.text(column)))]
        for column, cell in self.said("storage"):
            unit = column.unit
            said = values.disks(cell, unit)
            if said is None:
                text = _("Row %(row)d, column “%(column)s”: “%(value)s” is not a disk. Write %(example)s.")
                self.wrong(column, text, values.example(self.text(column), "SSD 256", unit or "g"))
            titled = values.disk_kind(column.title) or StorageKind.UNKNOWN
            for disk in said or []:
                kind = disk.kind
                if kind is StorageKind.UNKNOWN:
                    kind = kinds[0] if kinds else titled
                at = self.at(column)
                found.append(Storage(kind=kind, size_bytes=disk.size_bytes, origin={"size_bytes": at, "kind": at}))
        if not found and kinds:
            column = self.sheet.mapping.of("storage_kind")[0]
            found.append(Storage(kind=kinds[0], origin={"kind": self.at(column)}))
        return tuple(found)

    def _graphics(self) -> tuple[Graphics, ...]:
        for column, _cell in self.said("graphics"):
            if model := clean(self.text(column)):
                return (Graphics(model=model, origin={"model": self.at(column)}),)
        return ()

    def _network(self) -> tuple[NetworkInterface, ...]:
        found = ((values.mac(cell), column) for column, cell in self.said("mac"))
        return tuple(NetworkInterface(mac=mac, origin={"mac": self.at(column)}) for mac, column in found if mac)

    def _quantity(self, machine: Machine) -> int:
        for column, cell in self.said("quantity"):
            count = values.count(cell)
            if count is None or count > MAX_QUANTITY:
                text = _(
                    "Row %(row)d, column “%(column)s”: “%(value)s” is not a number of machines. Write %(example)s."
                )
                self.wrong(column, text, values.example(self.text(column), "1", ""))
                return 1
            if count == 0:
                self.sheet.remark(_("Row %(row)d says zero machines and was left out."), row=self.number)
                return 0
            if count > 1 and (machine.system.serial or machine.system.uuid):
                text = _("Row %(row)d: %(count)d machines can not share a serial number; one was kept.")
                self.sheet.remark(text, row=self.number, count=count)
                return 1
            if count > 1:
                text = _("Row %(row)d: %(count)d machines without serial numbers.")
                self.sheet.remark(text, row=self.number, count=count)
            return count
        return 1

    def _notes(self) -> dict[str, str]:
        notes: dict[str, str] = {}
        for name in _NOTES:
            # "HS" says nothing of a serial number, but a lot of a state.
            cells = self.said(name) if name != "state" else self._states()
            for column, cell in cells:
                said: str | None = self.text(column)[:500]
                if name == "purchase_date":
                    said = values.date(cell, self.sheet.month_first)
                    if said is None:
                        text = _("Row %(row)d, column “%(column)s”: “%(value)s” is not a date. Write %(example)s.")
                        self.wrong(column, text, "18/03/2022")
                if said and name not in notes:
                    notes[name] = said
        return notes
