"""Lists of machines come in: once their columns are sure or confirmed, row by row, as any other reading.

What a list says beyond the hardware is kept with the reading (`Snapshot.notes`) and goes where it belongs: a place of
the workshop's own by its name, the looks where the words are clear. The donor's name stays a remark: a list never
makes an organisation.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as TextMapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop as _

import maillon
from maillon.collection.models import Lot
from maillon.hardware import fleet, fleet_columns, fleet_values, identity, tables
from maillon.hardware.current import current
from maillon.hardware.fleet import Fleet
from maillon.hardware.fleet_columns import Column, Mapping
from maillon.hardware.foreign import refuse
from maillon.hardware.identity import Decision
from maillon.hardware.judgement import Judgement, judge
from maillon.hardware.messages import Message
from maillon.hardware.model import Limits, Machine, Reading, Unreadable
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.kernel.translation import kept
from maillon.territory.models import Organisation, Place
from maillon.workshop.description import columns, own_disks
from maillon.workshop.intake.filing import Batch, Filed, work_out
from maillon.workshop.intake.fleet_rows import Listed, Row, Rows, listed
from maillon.workshop.life import MediumState
from maillon.workshop.marks import Marks
from maillon.workshop.models import Condition, Device, Doubt, RawInput, Snapshot
from maillon.workshop.models import Fingerprint as FingerprintRow
from maillon.workshop.queries import unpacked

SURE = 0.75  # a whole title, or a part of one that the values confirm: see fleet_columns._guess
LEFT_OUT = frozenset({"person", "other"})
LIMITS = Limits()
_LOOKS: dict[str, str] = {
    Condition.A: "a|neuf|comme neuf|etat neuf|excellent|excellent etat|tres bon etat|tres bon|parfait etat|like new",
    Condition.B: "b|bon|bon etat|bon etat general|good|good condition|very good",
    Condition.C: "c|moyen|etat moyen|etat correct|correct|passable|usage|etat d usage|fair|used",
    Condition.D: "d|mauvais|mauvais etat|abime|tres use|poor|bad",
}
_CONDITIONS = {word: condition for condition, words in _LOOKS.items() for word in words.split("|")}


@dataclass(frozen=True, slots=True)
class Lists:
    """How the lists among the files of an intake enter.

    mappings: what their columns hold; when empty, what was recorded or, when it is sure, the guess.
    ask: a person confirms the columns first, however sure the guess is (the web page).
    most: beyond so many machines it waits for a person, whose confirmation a job follows; None where nobody waits.
    """

    mappings: tuple[Mapping, ...] = ()
    ask: bool = False
    most: int | None = None
    prepared: "Prepared | None" = None  # the list itself, read by these mappings beforehand


@dataclass(frozen=True, slots=True)
class Prepared:
    """A list read, and what is worked out of its rows alone: nothing is locked meanwhile."""

    fleet: Fleet
    machines: list[Listed]
    ready: dict[int, tuple[Judgement, bytes]] = field(default_factory=dict)

    def work_out(self) -> Iterator[int]:
        """Row after row: how many are done. The machines of one row are one, and are worked out once."""
        for done, one in enumerate(self.machines, 1):
            if id(one.machine) not in self.ready:
                self.ready[id(one.machine)] = work_out(one.machine)
            yield done


ALONE = Lists()


# --- what is a list, and what its columns hold


def is_list(result: object, data: bytes) -> bool:
    """Whether an input is a list of machines: read as one, or a spreadsheet that could be."""
    if isinstance(result, Reading):
        return result.format == fleet.FORMAT
    return isinstance(result, Unreadable) and tables.is_list_file(data) and readable(data) is not None


def readable(data: bytes) -> list[tables.Table] | None:
    """The tables in which a person could name the columns of a list; None when there are none."""
    found = tables.read_tables(data, LIMITS)
    if isinstance(found, Unreadable):
        return None
    return [table for table in found if len(table.rows) > 1 and max(map(len, table.rows)) > 1] or None


def looks_tabular(data: bytes) -> bool:
    """Whether a text that no reader knew may be a list, cheaply: most first lines are cut in as many cells."""
    if tables.is_list_file(data) or len(data) > LIMITS.input_bytes or b"\0" in data[:1024]:
        return False
    head = data[:8192].decode("utf-8", "replace")
    widths = Counter(len(row) for row in tables.csv_table(head, 40).rows[:-1] or ())
    cells, lines = widths.most_common(1)[0] if widths else (0, 0)
    return cells >= 3 and lines >= 2 and 2 * lines >= widths.total()


def taken(mapping: Mapping) -> list[Column]:
    return [column for column in mapping.columns if column.field and column.field not in LEFT_OUT]


def unsure(mappings: Iterable[Mapping]) -> list[Column]:
    """The columns that a machine alone should not decide. Without any, the guess is sure."""
    return [column for mapping in mappings for column in taken(mapping) if column.confidence < SURE]


def mappings_from(text: str) -> tuple[Mapping, ...]:
    """The mappings of a JSON text: one, several, or what the page of a list gives. Raises ValueError."""
    try:
        said = json.loads(text)
        if isinstance(said, dict) and "mappings" in said:
            said = said["mappings"]
        ones = said if isinstance(said, list) else [said]
        found = tuple(Mapping.from_json(one) for one in ones)
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a mapping of columns: {type(error).__name__}: {error}") from None
    if not found or any(not 0 <= one.header_row <= tables.MAX_ROWS for one in found):
        raise ValueError("not a mapping of columns: it names no sheet, or a row of titles that no list has")
    if any(not 0 <= column.index < 200 for one in found for column in one.columns):
        raise ValueError("not a mapping of columns: a column is beyond those that a list may have (0 to 199)")
    return found


def recorded(raw: RawInput) -> tuple[Mapping, ...]:
    """The columns as they were confirmed, or guessed with certainty, when this input was read."""
    return tuple(Mapping.from_json(one) for one in raw.instructions.get("mappings", []))


def same(some: Iterable[Mapping], others: Iterable[Mapping]) -> bool:
    """Whether they say the same of the columns that are taken."""
    return _essence(some) == _essence(others)


def _essence(mappings: Iterable[Mapping]) -> list[Any]:
    return sorted((m.sheet, m.header_row, sorted((c.index, c.field) for c in taken(m))) for m in mappings)


def mark(raw: RawInput, mappings: Sequence[Mapping], lot: Lot | None, place: Place | None) -> str:
    """What a person is shown, in a few signs: another mark means that something else would enter.

    The stock may change before the list enters, and each row is then what the stock says; the rows, their columns, the
    lot, the place and what the list made before stay as they were shown, or nothing enters.
    """
    shown = [_essence(mappings), _essence(recorded(raw)), str(lot.pk if lot else ""), str(place.pk if place else "")]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


def prepare(data: bytes, mappings: Sequence[Mapping]) -> Prepared | Unreadable:
    """The rows, by these columns or by the guess. A mapping that is not of this list is refused, saying where."""
    found = tables.read_tables(data, LIMITS)
    rows = found if isinstance(found, Unreadable) else rows_of(found, mappings)
    return rows if isinstance(rows, Unreadable) else Prepared(rows, listed(rows))


def rows_of(found: list[tables.Table], mappings: Sequence[Mapping]) -> Fleet | Unreadable:
    if wrong := next(filter(None, (_misfit(found, mapping) for mapping in mappings)), None):
        return wrong
    rows = fleet.rows_of(found, list(mappings))
    if isinstance(rows, Unreadable):
        return rows
    bounded = fleet.as_reading(rows, LIMITS)
    return bounded if isinstance(bounded, Unreadable) else rows


def _misfit(found: Sequence[tables.Table], mapping: Mapping) -> Unreadable | None:
    table = next((table for table in found if table.sheet == mapping.sheet), None)
    hint = _("Confirm the columns of this list on its own page, and use that mapping.")
    if table is None:
        return refuse(_("The mapping is of a sheet “%(sheet)s”, which this list has not."), hint, sheet=mapping.sheet)
    if mapping.header_row > len(table.rows):
        return refuse(_("The mapping looks for titles after the end of this list."), hint)
    titles = table.rows[mapping.header_row - 1] if mapping.header_row else ()
    for column in taken(mapping) if mapping.header_row else ():
        title = fleet_values.text(titles[column.index]) if 0 <= column.index < len(titles) else ""
        if fleet_values.fold(title) != fleet_values.fold(column.title):
            said = {"column": fleet_columns.letters(max(column.index, 0)), "title": title, "expected": column.title}
            text = _("Column %(column)s is titled “%(title)s”; the mapping expects “%(expected)s”.")
            return refuse(text, hint, **said)
    return None


# --- entering


def file(batch: Batch, raw: RawInput, data: bytes, lists: Lists) -> tuple[list[Filed], tuple[Message, ...]]:
    """File a list in, or say what it waits for; with the remarks on its rows."""
    before = recorded(raw)
    if raw.status == RawInput.Status.READ and (not lists.mappings or same(lists.mappings, before)):
        filed = batch.unchanged(raw)
        filed[0].raw_id = raw.pk
        return filed, ()
    mappings = lists.mappings or before
    found = lists.prepared or prepare(data, mappings)
    raw.reader_version = maillon.__version__
    if isinstance(found, Unreadable):
        if not mappings and readable(data) is not None:
            return [_wait(batch, raw, Message(_("A list whose columns are not known: say what they hold.")), lists)], ()
        return [_refuse(batch, raw, found)], ()
    if not mappings and (lists.ask or unsure(found.fleet.mappings)):
        waits = Message(_("List of %(count)d machines, columns to confirm."), {"count": len(found.machines)})
        return [_wait(batch, raw, waits, lists, unsure(found.fleet.mappings))], ()
    if lists.most is not None and len(found.machines) > lists.most:
        return [_too_long(batch, raw, found, lists)], ()
    return _enter(batch, raw, found)


def _refuse(batch: Batch, raw: RawInput, found: Unreadable) -> Filed:
    if raw.status != RawInput.Status.READ:  # a wrong mapping undoes nothing of what was read before
        raw.status = RawInput.Status.REFUSED
        raw.reason = {"reason": kept(found.reason), "hint": kept(found.hint)}
        raw.format = fleet.FORMAT
        batch.keep(raw)
    return Filed("refused", found.reason, hint=found.hint, raw_id=raw.pk)


def _too_long(batch: Batch, raw: RawInput, found: Prepared, lists: Lists) -> Filed:
    """Kept for its page, where a job enters it; one that was read stays as it was read."""
    if raw.status != RawInput.Status.READ:
        _wait(batch, raw, Message(""), lists)
    text = _("This list holds %(count)d machines, too many to be waited for (%(most)d at most).")
    said = {"address": reverse("workshop:fleet", args=[raw.pk])}
    hint = Message(_("It is kept: confirm it at %(address)s, or send it in several parts."), said)
    return Filed("refused", Message(text, {"count": len(found.machines), "most": lists.most}), hint=hint, raw_id=raw.pk)


def _wait(batch: Batch, raw: RawInput, because: Message, lists: Lists, columns: Sequence[Column] = ()) -> Filed:
    raw.status, raw.reason, raw.format = RawInput.Status.PENDING, {}, fleet.FORMAT
    raw.lot = batch.lot
    raw.instructions = {"place": str(batch.place.pk) if batch.place else None}
    batch.keep(raw)
    if lists.ask:
        return Filed("pending", because, raw_id=raw.pk)
    if columns:
        names = ", ".join(f"“{column.name}”" for column in columns)
        because = Message(_("It is not sure what these columns of the list hold: %(columns)s."), {"columns": names})
    said = {"address": reverse("workshop:fleet", args=[raw.pk])}
    hint = Message(_("Confirm its columns at %(address)s, or send it with a mapping of its columns."), said)
    return Filed("refused", because, hint=hint, raw_id=raw.pk)


def _enter(batch: Batch, raw: RawInput, prepared: Prepared) -> tuple[list[Filed], tuple[Message, ...]]:
    found, machines = prepared.fleet, prepared.machines
    batch.ready = prepared.ready
    rows = Rows(raw, batch.actor.home, batch.lot, batch.marks)
    rows.prepare(machines)
    if not raw._state.adding:
        Doubt.objects.filter(raw=raw, decided_at=None).delete()  # what the other columns left in doubt
    warnings = (*found.warnings, *_gone(rows.gone(machines)))
    _record(batch, raw, found, warnings)
    batch.fetch(rows.likely(machines))
    entering = _Entering(batch, raw, rows)
    filed = [entering.take(one) for one in machines]
    return entering.named(filed), warnings


def _record(batch: Batch, raw: RawInput, found: Fleet, warnings: Sequence[Message]) -> None:
    raw.status, raw.reason, raw.format = RawInput.Status.READ, {}, fleet.FORMAT
    raw.warnings = [kept(warning) for warning in warnings]
    raw.lot = batch.lot
    place = str(batch.place.pk) if batch.place else None
    raw.instructions = {"mappings": [mapping.to_json() for mapping in found.mappings], "place": place}
    batch.keep(raw)


def _gone(device_ids: Iterable[UUID]) -> list[Message]:
    codes = list(Device.objects.filter(id__in=device_ids).order_by("number").values_list("code", flat=True))
    text = _("Made by an earlier reading of this list, and no longer in it: %(codes)s. Withdraw them by hand.")
    return [Message(text, {"codes": ", ".join(codes)})] if codes else []


def condition_of(words: str) -> str:
    """The looks that the words of a list clearly mean, "" for all others: they stay a remark."""
    return _CONDITIONS.get(fleet_values.fold(words), "")


def places_of(organisation_id: UUID) -> dict[str, Place]:
    """The places that a list may name, by their name as it is compared."""
    return {fleet_values.fold(place.name): place for place in Place.objects.filter(organisation_id=organisation_id)}


def place_named(notes: TextMapping[str, str], organisation_id: UUID) -> Place | None:
    return places_of(organisation_id).get(fleet_values.fold(notes.get("place", "")))


def add_remarks(batch: Batch, device: Device, notes: TextMapping[str, str], place: Place | None) -> None:
    """What a list says beyond the hardware goes where nothing is said yet: the place it names, the looks."""
    if place and device.place_id is None and not batch.announced:
        device.place = place
        moved: dict[str, object] = {"place": place.pk, "from_place": None}
        batch.events.append(ledger.Event("device.moved", batch.actor, device.id, batch.at, None, moved))
    looks = condition_of(notes.get("state", ""))
    if looks and not device.condition:
        device.condition = looks
        described: dict[str, object] = {"changed": ["condition"]}
        batch.events.append(ledger.Event("device.described", batch.actor, device.id, batch.at, None, described))


class _Entering:
    """The rows of one list, filed one after the other into one batch."""

    def __init__(self, batch: Batch, raw: RawInput, rows: Rows) -> None:
        self.batch, self.raw, self.rows = batch, raw, rows
        self.place = batch.place
        self.places = places_of(batch.actor.home)
        self.history = _history(one.device_id for one in rows.own.values())
        self.same: dict[int, UUID] = {}  # by position in the answer: machines that stay as they are
        self.count = 0

    def take(self, one: Listed) -> Filed:
        row = self.rows.recognise(one)
        self.count += 1
        if row.unchanged and row.recognition.key:
            self.same[self.count - 1] = row.recognition.key
            return Filed("unchanged", Message(_("Nothing new on this row.")))
        if row.former and row.recognition.key == row.former.device_id:
            self._forget(one, row)
        place = self.places.get(fleet_values.fold(one.notes.get("place", "")))
        self.batch.place = self.place if place is None or self.batch.announced else place
        filed = self.batch.take(self.raw, one.member, one.machine, row.recognition, row.marks, one.notes)
        self.batch.place = self.place
        if filed.device:
            add_remarks(self.batch, filed.device, one.notes, None if filed.outcome == "new" else place)
        return filed

    def named(self, filed: list[Filed]) -> list[Filed]:
        """The answers, with the machines that stay as they are."""
        devices = {device.id: device for device in Device.objects.filter(id__in=set(self.same.values()))}
        for position, device_id in self.same.items():
            filed[position].device = devices.get(device_id)
        return filed

    def _forget(self, one: Listed, row: Row) -> None:
        """Take back what the same row said when its columns were read otherwise; what others said of it stays."""
        former = row.former
        if former is None:
            return
        device = self.batch.known(former.device_id)
        others = [m for raw_id, member, m in self.history.get(device.id, []) if (raw_id, member) != self._here(one)]
        left: Machine | None = None
        for machine in others:
            left = current(left, machine) if left else machine
        if left:
            self.batch.machines[device.id] = left
        else:
            self.batch.machines.pop(device.id, None)
        said_then = columns(former.machine, judge(former.machine))
        for name in ("vendor", "model", "serial", "asset_tag"):
            if getattr(device, name) == said_then[name]:
                setattr(device, name, "")
        if device.kind == said_then["kind"]:
            device.kind = "unknown"
        if device.condition and device.condition == condition_of(former.notes.get("state", "")):
            device.condition = ""
        self._forget_marks(device, former.machine, [*others, one.machine])
        if own_disks(former.machine) and not own_disks(one.machine) and not (left and own_disks(left)):
            self._forget_disks(device)

    def _here(self, one: Listed) -> tuple[UUID, str]:
        return self.raw.pk, one.member

    def _forget_marks(self, device: Device, former: Machine, still: Sequence[Machine]) -> None:
        stays = {(mark.kind, mark.value) for machine in still for mark in identity.fingerprints(machine)}
        stale = [mark for mark in identity.fingerprints(former) if (mark.kind, mark.value) not in stays]
        for mark in stale:
            FingerprintRow.objects.filter(device=device, kind=mark.kind.value, value=mark.value).delete()
        self.batch.marks.drop(device.id, stale)

    def _forget_disks(self, device: Device) -> None:
        """The nameless disks of a column that was none. They never bore a proof: nothing is lost of it."""
        nameless = device.media.filter(fitted=True, serial="", model="", state=MediumState.TO_ERASE.value)
        for medium in nameless:
            payload: dict[str, object] = {"medium": medium.pk}
            self.batch.events.append(
                ledger.Event("device.medium_removed", self.batch.actor, device.id, self.batch.at, None, payload)
            )
        nameless.update(fitted=False)


def _history(device_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, str, Machine]]]:
    """Every reading kept of these devices, oldest first: input, member, machine."""
    found: dict[UUID, list[tuple[UUID, str, Machine]]] = {}
    rows = Snapshot.objects.filter(device__id__in=set(device_ids)).order_by("read_at", "id")
    for device_id, raw_id, member, document in rows.values_list("device__id", "raw_id", "member", "document"):
        found.setdefault(device_id, []).append((raw_id, member, unpacked(document)))
    return found


# --- before anything is written


@dataclass(frozen=True, slots=True)
class Planned:
    """What one machine of a list would become."""

    one: Listed
    outcome: str  # new, known, unchanged, doubt
    because: Message
    device: Device | None = None

    @property
    def title(self) -> str:
        machine = self.one.machine
        return " ".join(part for part in (machine.vendor, machine.model) if part)


@dataclass(slots=True)
class Plan:
    """What would enter. refusal: why nothing can."""

    refusal: Unreadable | None = None
    machines: list[Planned] = field(default_factory=list)
    warnings: tuple[Message, ...] = ()
    rows: int = 0  # rows of the list that hold anything
    left_out: int = 0  # of those, rows that describe no machine
    nameless: int = 0  # new machines that only this file's name and lot will recognise
    looks: int = 0  # machines whose state words are understood
    places: int = 0  # machines whose place is one of the workshop's

    @property
    def counts(self) -> Counter[str]:
        return Counter(planned.outcome for planned in self.machines)

    @property
    def cells(self) -> list[dict[str, object]]:
        """The remarks as rows of a table: row, column, value, sentence."""
        return [{**dict.fromkeys(("row", "column", "value"), ""), **w.values, "sentence": w} for w in self.warnings]


def plan(
    *, actor: Actor, raw: RawInput, sheets: list[tables.Table], mappings: Sequence[Mapping], lot: Lot | None
) -> Plan:
    """What would enter with these columns, by the same rules as entering. Writes nothing. Raises NotAllowed."""
    actor.require("stock.intake")
    found = rows_of(sheets, mappings)
    if isinstance(found, Unreadable):
        return Plan(refusal=found)
    machines = listed(found)
    marks = Marks(Organisation.objects.get(pk=actor.territory))
    rows = Rows(raw, actor.home, lot, marks)
    rows.prepare(machines)
    recognised = []
    for one in machines:
        row = rows.recognise(one)
        recognised.append((one, row))
        if row.recognition.decision is Decision.NEW:
            marks.add(new_id(), row.marks)
    keys = {row.recognition.key for _one, row in recognised if row.recognition.key}
    devices = {device.id: device for device in Device.objects.filter(id__in=keys)}
    planned = [_planned(actor, one, row, devices) for one, row in recognised]
    places = places_of(actor.home)
    filled = sum(_filled(sheets, mapping) for mapping in found.mappings)
    return Plan(
        machines=planned,
        warnings=(*found.warnings, *_gone(rows.gone(machines))),
        rows=filled,
        left_out=max(0, filled - len(found.rows)),
        nameless=sum(
            p.outcome == "new" and not identity.fingerprints(p.one.machine) and not p.one.tag for p in planned
        ),
        looks=sum(bool(condition_of(one.notes.get("state", ""))) for one in machines),
        places=sum(fleet_values.fold(one.notes.get("place", "")) in places for one in machines),
    )


def _planned(actor: Actor, one: Listed, row: Row, devices: dict[UUID, Device]) -> Planned:
    found = row.recognition
    device = devices.get(found.key) if found.key else None
    if row.unchanged:
        return Planned(one, "unchanged", Message(_("Nothing new on this row.")), device)
    if found.decision is Decision.KNOWN:
        if device and device.holder_id != actor.organisation_id and not actor.oversees:
            return Planned(one, "doubt", Message(_("This machine is in the stock of another workshop.")))
        return Planned(one, "known", found.because, device)
    return Planned(one, "doubt" if found.decision is Decision.DOUBT else "new", found.because)


def _filled(sheets: Iterable[tables.Table], mapping: Mapping) -> int:
    """The rows under the titles that hold anything."""
    table = next((table for table in sheets if table.sheet == mapping.sheet), None)
    body = table.rows[mapping.header_row :] if table else ()
    return sum(any(fleet_values.text(cell) for cell in row) for row in body)
