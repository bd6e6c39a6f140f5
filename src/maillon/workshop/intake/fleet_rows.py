"""Which machine each row of a list is: by its identifiers, else by the row itself. Reads, never writes.

A row is, in this order (docs/decisions/0022-rows-of-lists.md):

1. the machine that the same row of the same file made, when the file is read again with other columns;
2. the machine that its serial number, UUID or MAC address names, as any other reading;
3. the machine of the same lot (without a lot: of an earlier list of the same name) with the same inventory number;
4. the machine that a row saying exactly the same made, in an earlier list of the same name and lot;
5. in doubt, or the same where it only says more: the machine that the same row made in an earlier list of the same
   name and lot, when most of that list is found again;
6. a new machine.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from maillon.collection.models import Lot
from maillon.hardware import identity, reading, schema
from maillon.hardware.fleet import FORMAT, Fleet
from maillon.hardware.identity import Decision, Fingerprint, Match, Recognition, Verdict
from maillon.hardware.messages import Message
from maillon.hardware.model import Machine
from maillon.workshop.marks import Marks
from maillon.workshop.models import Device, RawInput, Snapshot
from maillon.workshop.queries import unpacked

_HOW = frozenset({"origin", "kind_because", "schema", "tools", "disputes"})  # how it was read, not what it says
NEW: Recognition[UUID] = Recognition(Decision.NEW, None, Message(_("No earlier list names this row.")))


@dataclass(frozen=True, slots=True)
class Listed:
    """One machine of a list. member: "Salle 3!12", or "12#2" for the second machine of row 12."""

    member: str
    row: int
    sheet: str
    machine: Machine
    notes: Mapping[str, str]

    @property
    def tag(self) -> str:
        return self.machine.chassis.asset_tag or ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A machine as an earlier reading of a list described it."""

    device_id: UUID
    member: str
    machine: Machine
    said: Mapping[str, Any]
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is. unchanged: it says what an earlier list said. former: what it said when it was read otherwise."""

    recognition: Recognition[UUID]
    marks: tuple[Fingerprint, ...]
    unchanged: bool = False
    former: Earlier | None = None


def listed(fleet: Fleet) -> list[Listed]:
    """The machines of a list, named as a person would, a row of several machines several times."""
    found = []
    for row in fleet.rows:
        place = f"{row.sheet[:200]}!{row.number}" if row.sheet else str(row.number)
        machine = reading.finish(row.machine)
        for copy in range(1, row.quantity + 1):
            member = f"{place}#{copy}" if copy > 1 else place
            found.append(Listed(member, row.number, row.sheet, machine, row.notes))
    return found


def said(machine: Machine) -> dict[str, Any]:
    """What is said of a machine, value by value, wherever it was read: {"system.model": "ThinkPad T470", …}."""
    return dict(_leaves(schema.to_dict(machine), ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in _HOW:
                yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{position}]")
    else:
        yield path, value


class Rows:
    """Tells what each row of one list is. `prepare` first, then `recognise` row by row, in order."""

    def __init__(self, raw: RawInput, holder: UUID, lot: Lot | None, marks: Marks) -> None:
        self.raw, self.holder, self.lot, self.marks = raw, holder, lot, marks
        self.own: dict[str, Earlier] = {}  # by member: what this very file made when it was read before
        self.earlier: list[Earlier] = []  # what earlier lists of the same name and lot made
        self.hints: dict[str, Recognition[UUID]] = {}  # by member: rules 3 to 5
        self._tags: dict[str, list[tuple[UUID, str]]] = {}
        self._read: dict[UUID, list[Earlier]] = defaultdict(list)

    def prepare(self, rows: Sequence[Listed]) -> None:
        """Read all that recognising these rows needs: five queries, whatever their number."""
        self.marks.load(mark for one in rows for mark in identity.fingerprints(one.machine))
        if not self.raw._state.adding:
            self.own = {one.member: one for one in _earlier([self.raw.pk])}
        self.earlier = list({(one.device_id, one.member): one for one in _earlier(self._same_name())}.values())
        for one in (*self.earlier, *self.own.values()):
            self._read[one.device_id].append(one)
        self._tags = self._machines_by_tag(rows)
        self._match(rows)

    def recognise(self, one: Listed) -> Row:
        marks = identity.fingerprints(one.machine)
        former = self.own.get(one.member)
        if former:
            found = self._named_otherwise(marks, former)
        else:
            found = identity.best_candidates(marks, self.marks.sharing(marks)) if marks else NEW
            if found.decision is Decision.NEW:
                found = self.hints.get(one.member, found)
        unchanged = found.key is not None and self._says_the_same(found.key, one)
        return Row(found, marks, unchanged, None if unchanged else former)

    def likely(self, rows: Iterable[Listed]) -> set[UUID]:
        """The known machines that these rows will change: a guess good enough to fetch them together."""
        keys = {row.recognition.key for row in map(self.recognise, rows) if not row.unchanged}
        return {key for key in keys if key is not None}

    def gone(self, rows: Iterable[Listed]) -> set[UUID]:
        """The machines that an earlier reading of this file made, and that no row describes any longer."""
        members = {one.member for one in rows}
        kept = {one.device_id for member, one in self.own.items() if member in members}
        return {one.device_id for one in self.own.values()} - kept

    def _says_the_same(self, device_id: UUID, one: Listed) -> bool:
        now = said(one.machine)
        return any(e.said == now and dict(e.notes) == dict(one.notes) for e in self._read.get(device_id, ()))

    def _named_otherwise(self, marks: Sequence[Fingerprint], former: Earlier) -> Recognition[UUID]:
        """The machine that the row made before, unless its identifiers are now those of another one."""
        because = Message(_("The same row of the same list, read with other columns."))
        others = {key: theirs for key, theirs in self.marks.sharing(marks).items() if key != former.device_id}
        found = identity.best_candidates(marks, others)
        if found.decision is Decision.NEW:
            return Recognition(Decision.KNOWN, former.device_id, because)
        both = (*found.matches, (former.device_id, Match(Verdict.DOUBT, because)))
        clash = Message(_("This row made one machine, and its identifiers are now those of another one."))
        return Recognition(Decision.DOUBT, None, clash, both)

    # -- rules 3 to 5

    def _match(self, rows: Sequence[Listed]) -> None:
        taken: set[UUID] = set()
        left: list[Listed] = []
        for one in rows:
            if one.member in self.own:
                continue
            marks = identity.fingerprints(one.machine)
            found = identity.best_candidates(marks, self.marks.sharing(marks)) if marks else NEW
            if found.decision is Decision.NEW:
                found = self._by_tag(one) or found
                if found.decision is not Decision.NEW:
                    self.hints[one.member] = found
            if found.key:
                taken.add(found.key)
            elif found.decision is Decision.NEW:
                left.append(one)
        if not self.earlier:
            return
        devices = {one.device_id for one in self.earlier}
        by_words = dict(self._by_words(left, taken))
        again = len(devices & taken) + len(by_words)
        mostly = 2 * again >= len(devices)
        if self.lot or mostly:
            self.hints.update({m: Recognition(Decision.KNOWN, key, _SAME_WORDS) for m, key in by_words.items()})
            taken |= set(by_words.values())
        if mostly:
            self.hints.update(self._by_position([one for one in left if one.member not in by_words], taken))

    def _by_tag(self, one: Listed) -> Recognition[UUID] | None:
        known = self._tags.get(one.tag, [])
        if len(known) != 1:
            return None
        device_id, serial = known[0]
        mine = one.machine.system.serial
        if serial and mine and serial.casefold() != mine.casefold():
            because = Message(_("The same inventory number, but another serial number: look at both labels."))
            return Recognition(Decision.DOUBT, None, because, ((device_id, Match(Verdict.DOUBT, because)),))
        where = (
            _("The same inventory number in this lot.") if self.lot else _("The same inventory number in this list.")
        )
        return Recognition(Decision.KNOWN, device_id, Message(where))

    def _by_words(self, rows: Sequence[Listed], taken: set[UUID]) -> Iterator[tuple[str, UUID]]:
        """Rows that say exactly what a row of an earlier list said: as many as it had, the same place first."""
        pool: dict[str, dict[str, UUID]] = defaultdict(dict)
        for earlier in self.earlier:
            if earlier.device_id not in taken:
                pool[_key(earlier.said)][earlier.member] = earlier.device_id
        waiting = []
        for one in rows:
            same = pool.get(_key(said(one.machine)), {})
            if one.member in same:
                yield one.member, same.pop(one.member)
            elif same:
                waiting.append((one, same))
        for one, same in waiting:
            if same:
                yield one.member, same.pop(next(iter(same)))

    def _by_position(self, rows: Sequence[Listed], taken: set[UUID]) -> Iterator[tuple[str, Recognition[UUID]]]:
        pool = {earlier.member: earlier for earlier in self.earlier if earlier.device_id not in taken}
        for one in rows:
            earlier = pool.get(one.member)
            if earlier is None:
                continue
            if earlier.said.items() <= said(one.machine).items():
                yield one.member, Recognition(Decision.KNOWN, earlier.device_id, _SAYS_MORE)
            else:
                match = Match(Verdict.DOUBT, _CHANGED)
                yield one.member, Recognition(Decision.DOUBT, None, _CHANGED, ((earlier.device_id, match),))

    # -- what is read

    def _same_name(self) -> list[UUID]:
        """Lists received earlier under this name, for the same lot."""
        name = _name(self.raw.name)
        lists = RawInput.objects.filter(organisation_id=self.holder, lot=self.lot, format=FORMAT, status="read")
        lists = lists.filter(name__endswith=name).exclude(pk=self.raw.pk).order_by("received_at", "pk")
        return [pk for pk, full in lists.values_list("pk", "name") if name and _name(full) == name]

    def _machines_by_tag(self, rows: Sequence[Listed]) -> dict[str, list[tuple[UUID, str]]]:
        counts = Counter(one.tag for one in rows if one.tag)
        once = [tag for tag, count in counts.items() if count == 1]
        found: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
        devices = Device.objects.filter(holder_id=self.holder, asset_tag__in=once)
        if self.lot:
            devices = devices.filter(lot=self.lot)
        else:
            devices = devices.filter(id__in={earlier.device_id for earlier in self.earlier})
        for device_id, tag, serial in devices.values_list("id", "asset_tag", "serial"):
            found[tag].append((device_id, serial))
        return found


_SAME_WORDS = Message(_("The same row as in the earlier list of this name."))
_SAYS_MORE = Message(_("The same row as in the earlier list of this name, which says more now."))
_CHANGED = Message(_("The earlier list of this name said something else on this row: is it the same machine?"))


def _key(words: Mapping[str, Any]) -> str:
    return json.dumps(sorted(words.items()))


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _earlier(raws: Sequence[UUID]) -> Iterator[Earlier]:
    """What these inputs said, oldest first: a row that was read twice comes twice."""
    if not raws:
        return
    rows = Snapshot.objects.filter(raw_id__in=raws).order_by("read_at", "id")
    for device_id, member, document, notes in rows.values_list("device__id", "member", "document", "notes"):
        machine = unpacked(document)
        yield Earlier(device_id, member, machine, said(machine), notes)
