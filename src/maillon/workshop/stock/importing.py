"""An export, corrected in a spreadsheet, brought back: first what would change, line by line, then the change.

Only the place, the looks, the donor's tag and the lot can be changed so. The other columns are compared: a line that
differs there is refused as a whole, because its file is out of date, or because that is changed otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from maillon.collection.models import Lot
from maillon.kernel import codes, wording
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal
from maillon.territory.models import Place
from maillon.workshop import moves
from maillon.workshop.models import Device
from maillon.workshop.stock import queries, sheets
from maillon.workshop.stock.columns import COLUMNS, CONDITIONS, Column, known_titles
from maillon.workshop.stock.queries import DeviceRow, places_for
from maillon.workshop.stock.words import folded

MOST_CHANGES = 2_000
_CHUNK = 1_000
_SALT = "maillon.workshop.stock.importing"


class Change(NamedTuple):
    """field: the name of a column. key: what to write (an identifier for a place or a lot); new: how it reads."""

    field: str
    old: str
    new: str
    key: str

    @property
    def title(self) -> str:
        return str(_TITLES[self.field])


class Problem(NamedTuple):
    column: str
    value: str
    why: str
    remedy: str


@dataclass(slots=True)
class Line:
    """One line of the file. number: as the spreadsheet counts them, titles being line 1."""

    number: int
    code: str
    device_id: UUID | None = None
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    lines: list[Line]
    ignored: list[str]  # titles of columns that an export does not have

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.changes and not line.problems]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.problems]

    @property
    def unchanged(self) -> int:
        return sum(not line.changes and not line.problems for line in self.lines)


_TITLES = {column.name: column.title for column in COLUMNS}


def plan(data: bytes, actor: Actor) -> Plan:
    """What the file would change; writes nothing. A few queries for each thousand lines.

    Raises NotAllowed, Refusal (not a table, no column of codes, too many changes).
    """
    actor.require("stock.move")
    titles, *rows = sheets.table(data)
    known = known_titles()
    columns = [known.get(folded(title.strip())) for title in titles]
    names = [column.name for column in columns if column]
    if "code" not in names:
        raise Refusal(
            _("No column of this file holds the codes of machines."),
            _("Its first line must hold the titles of an export, “%(title)s” among them.") % {"title": _TITLES["code"]},
        )
    if twice := sorted({str(_TITLES[name]) for name in names if names.count(name) > 1}):
        raise Refusal(_("Two columns have the same title: %(titles)s.") % {"titles": ", ".join(twice)}, _("Keep one."))
    reader = _Reader(actor, columns)
    lines: list[Line] = []
    filled = [(number, row) for number, row in enumerate(rows, start=2) if any(row)]
    for start in range(0, len(filled), _CHUNK):
        lines += reader.read(filled[start : start + _CHUNK])
    found = Plan(lines, [title for title, column in zip(titles, columns, strict=True) if title and not column])
    if len(found.changed) > MOST_CHANGES:
        raise Refusal(
            _("This file changes more than %(most)d machines.") % {"most": MOST_CHANGES},
            _("Send it in several parts."),
        )
    return found


class _Reader:
    """Reads lines a thousand at a time, remembering the codes already seen and the places and lots of the actor."""

    def __init__(self, actor: Actor, columns: Sequence[Column | None]) -> None:
        self.actor = actor
        self.columns = columns
        self.seen: dict[str, int] = {}
        places = places_for(actor)
        self.places: dict[tuple[UUID, str], tuple[UUID, str]] = {
            (holder, folded(name)): (id, name)
            for id, holder, name in places.values_list("id", "organisation_id", "name")
        }

    def read(self, rows: list[tuple[int, list[str]]]) -> list[Line]:
        cells = [
            (number, {c.name: v.strip() for c, v in zip(self.columns, row, strict=False) if c}) for number, row in rows
        ]
        parsed = {number: codes.parse(values.get("code", "")) for number, values in cells}
        wanted = [code for code in parsed.values() if isinstance(code, str)]
        held = Device.objects.workable_by(self.actor).filter(code__in=wanted).values_list("number", "holder_id")
        holders = dict(held)
        known = {row.code: row for row in queries.rows_of(list(holders))}
        lots = self._lots(values.get("lot", "") for _number, values in cells)
        return [self._line(number, values, parsed[number], known, holders, lots) for number, values in cells]

    def _lots(self, written: Iterable[str]) -> dict[str, tuple[str, str]]:
        wanted = {text.upper() for text in written if text} | {text for text in written if text}
        lots = Lot.objects.fillable_by(self.actor).filter(code__in=wanted) if wanted else Lot.objects.none()
        return {folded(code): (str(id), code) for id, code in lots.values_list("pk", "code")}

    def _line(
        self,
        number: int,
        values: Mapping[str, str],
        code: "str | codes.Misread",
        known: Mapping[str, DeviceRow],
        holders: Mapping[int, UUID],
        lots: Mapping[str, tuple[str, str]],
    ) -> Line:
        written = values.get("code", "")
        line = Line(number, written)
        title = str(_TITLES["code"])
        if not isinstance(code, str):
            line.problems.append(Problem(title, written, _("This is not the code of a machine."), str(code.message)))
        elif code in self.seen:
            why = _("This machine is already on line %(line)d.") % {"line": self.seen[code]}
            line.problems.append(Problem(title, written, why, _("Keep one of the two lines.")))
        elif code not in known:
            why = _("No machine of your stock has this code.")
            line.problems.append(Problem(title, written, why, _("Read its label again, or delete the line.")))
        else:
            row = known[code]
            line.code, line.device_id = codes.pretty(code), row.id
            self._compare(line, values, row, holders[row.number], lots)
        if isinstance(code, str):
            self.seen.setdefault(code, number)
        return line

    def _compare(
        self, line: Line, values: Mapping[str, str], row: DeviceRow, holder: UUID, lots: Mapping[str, tuple[str, str]]
    ) -> None:
        for column in filter(None, self.columns):
            if column.name == "donor" and "lot" in values:
                continue  # it follows from the lot
            new, old = values.get(column.name), column.value(row)
            current = "" if old is None else str(old)
            if new is None or not (column.editable or column.compared) or _same(new, current):
                continue
            if not column.editable:
                line.problems.append(_out_of_date(column, new, current))
                continue
            found = self._edited(column, new, holder, lots)
            if isinstance(found, Problem):
                line.problems.append(found)
            else:
                key, reads = found
                if reads != current:
                    line.changes.append(Change(column.name, current, reads, key))

    def _edited(
        self, column: Column, new: str, holder: UUID, lots: Mapping[str, tuple[str, str]]
    ) -> tuple[str, str] | Problem:
        """The key to write and how it reads, or why not."""
        title = str(column.title)
        if column.name == "asset_tag":
            if len(new) > 80:
                return Problem(title, new, _("This tag is too long."), _("Write 80 signs at most."))
            return new, new
        if not new:
            return "", ""
        if column.name == "condition":
            letter = new[:1].upper()
            if letter in CONDITIONS and (len(new) == 1 or not new[1].isalnum()):
                return letter, letter
            return Problem(title, new, _("The looks are one letter."), _("Write A, B, C or D."))
        if column.name == "place":
            if place := self.places.get((holder, folded(new))):
                return str(place[0]), place[1]
            mine = sorted(name for (owner, _name), (_id, name) in self.places.items() if owner == holder)
            remedy = _("Write one of these: %(names)s.") % {"names": ", ".join(mine[:12])} if mine else ""
            return Problem(
                title,
                new,
                _("The workshop has no such place."),
                remedy or _("Make the place first, or leave it empty."),
            )
        if lot := lots.get(folded(new)):
            return lot
        return Problem(title, new, _("You have no such lot."), _("Write the code of a lot as its page shows it."))


def _same(new: str, current: str) -> bool:
    """Whether a spreadsheet may have written one for the other: spaces, and numbers ("00123" becomes 123)."""
    if " ".join(new.split()) == " ".join(current.split()):
        return True
    try:
        return bool(new and current) and float(new.replace(",", ".")) == float(current.replace(",", "."))
    except (ValueError, OverflowError):
        return False


def _out_of_date(column: Column, new: str, current: str) -> Problem:
    return Problem(
        str(column.title),
        new,
        _("The stock says “%(current)s”.") % {"current": current} if current else _("The stock says nothing here."),
        _("This is not changed by a file: export again, or delete this column."),
    )


# Doing it.


class Applied(NamedTuple):
    code: str
    done: bool
    sentence: str


def sealed(found: Plan) -> str:
    """The changes, signed, for the page to hand back: nothing is kept here meanwhile."""
    kept = [[str(line.device_id), line.code, [list(change) for change in line.changes]] for line in found.changed]
    return signing.dumps(kept, salt=_SALT, compress=True)


def apply(seal: str, actor: Actor) -> list[Applied]:
    """Make the changes of a plan, one transaction a machine. What changed since the plan is left alone, and said.

    Raises NotAllowed, Refusal (not our seal, or a day old).
    """
    actor.require("stock.move")
    try:
        kept = signing.loads(seal, salt=_SALT, max_age=24 * 3600)
    except signing.BadSignature as error:
        raise Refusal(_("This plan is too old or was altered."), _("Send the file again.")) from error
    return [_apply_line(actor, UUID(id), code, [Change(*change) for change in changes]) for id, code, changes in kept]


def _apply_line(actor: Actor, device_id: UUID, code: str, changes: list[Change]) -> Applied:
    try:
        with transaction.atomic():
            row = _current(actor, device_id)
            late = [c.title for c in changes if _now(row, c.field) != c.old]
            if late:
                raise Refusal(
                    _("Changed by someone since: %(columns)s.") % {"columns": ", ".join(late)},
                    _("Export this machine again."),
                )
            _write(actor, device_id, changes)
    except Refusal as refused:
        return Applied(code, False, str(refused))
    except NotFound:
        return Applied(code, False, _("No machine of your stock has this code."))
    return Applied(code, True, ", ".join(f"{wording.colon(change.title)} {change.new or '–'}" for change in changes))


def _current(actor: Actor, device_id: UUID) -> DeviceRow:
    number = Device.objects.workable_by(actor).select_for_update().filter(id=device_id).values_list("number", flat=True)
    rows = queries.rows_of(list(number))
    if not rows:
        raise NotFound
    return rows[0]


def _now(row: DeviceRow, name: str) -> str:
    return getattr(row, name) or ""


def _write(actor: Actor, device_id: UUID, changes: list[Change]) -> None:
    described: dict[str, Any] = {}
    for change in changes:
        if change.field == "place":
            place = Place.objects.filter(pk=change.key).first() if change.key else None
            if change.key and place is None:
                raise Refusal(_("The place “%(name)s” is gone.") % {"name": change.new}, _("Send the file again."))
            moves.move_to(actor=actor, device_ids=[device_id], place=place)
        elif change.field == "lot":
            lot = Lot.objects.fillable_by(actor).filter(pk=change.key).first() if change.key else None
            if change.key and lot is None:
                raise Refusal(_("The lot “%(name)s” is gone.") % {"name": change.new}, _("Send the file again."))
            described["lot"] = lot
        else:
            described[change.field] = change.key
    if described:
        moves.describe(actor=actor, device_id=device_id, changes=described)
