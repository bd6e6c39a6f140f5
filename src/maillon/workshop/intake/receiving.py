"""Files come in, machines come out: kept as received, read, recognised, filed; one line of answer a machine.

Each file (each group of files about one machine) ends as one of `Outcome`. What can not be read is kept with its
reason and read again after an upgrade (`replay`). The same bytes twice change nothing.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from uuid import UUID

import zstandard
from django.db import transaction
from django.utils.translation import gettext_noop as _

import maillon
from maillon.collection.models import Lot
from maillon.hardware import archives, bundles, erasure, fleet
from maillon.hardware.fleet_columns import Mapping
from maillon.hardware.foreign import refuse
from maillon.hardware.junk import legible
from maillon.hardware.messages import Message
from maillon.hardware.model import Limits, Reading, Unreadable
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, find
from maillon.kernel.translation import kept
from maillon.territory.models import Place
from maillon.workshop.intake import fleet_lists
from maillon.workshop.intake.filing import Batch, Filed
from maillon.workshop.intake.fleet_lists import ALONE, Lists
from maillon.workshop.models import RawInput

CHUNK = 50  # readings a transaction: enough to share its cost, few enough to answer as they go
LIMITS = Limits()
READ = RawInput.Status.READ
EMPTY_ARCHIVE = _("This archive holds no file.")
EMPTY_ARCHIVE_HINT = _("Make it again from the folder of the readings.")
NO_READINGS = _("This key may not send readings of machines.")
NO_READINGS_HINT = _("Make one that may, or read this file again on the page of refused files: it is kept.")
# A thread of the server reads while someone waits, and nothing stops it: a small archive must not hold hours of work.
WHILE_WAITED_FOR = Limits(input_bytes=24 * 2**20, unpacked_bytes=32 * 2**20, members=2_000, seconds=20)


class Outcome(StrEnum):
    NEW = "new"
    KNOWN = "known"
    UNCHANGED = "unchanged"
    DOUBT = "doubt"
    ERASURE = "erasure"
    PENDING = "pending"  # a list whose columns a person confirms first
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Incoming:
    name: str  # a stranger's: see `legible`
    data: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", legible(self.name))


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one input, for one machine."""

    name: str
    outcome: Outcome
    because: Message
    hint: Message | None = None
    device_code: str | None = None
    device_id: UUID | None = None
    title: str = ""
    grade: int | None = None
    doubt_id: UUID | None = None
    warnings: tuple[Message, ...] = ()
    raw_id: UUID | None = None  # an input whose columns may be said on its own page


@dataclass(slots=True)
class Unit:
    """One file, or the files of one machine, and what they said."""

    name: str
    data: bytes
    said: Reading | Unreadable | tuple[erasure.ErasureReport, ...]
    digest: str = field(default="")

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256(self.data).hexdigest()


def receive(
    *,
    actor: Actor,
    files: Iterable[Incoming],
    lot_id: UUID | None = None,
    place_id: UUID | None = None,
    at: datetime | None = None,
    lists: Lists = ALONE,
    limits: Limits = LIMITS,
) -> Iterator[Line]:
    """File everything in; lines come as chunks are committed. at: when it happened, now unless told.

    lists: how the lists of machines among the files enter. limits: WHILE_WAITED_FOR where someone waits for the answer.
    Who may send readings or erasure reports alone has the others kept and refused.
    Raises NotAllowed, NotFound (lot or place of another organisation) before anything is read.
    """
    if not actor.may("stock.erasure"):
        actor.require("stock.intake")
    lot = find(Lot.objects.fillable_by(actor), lot_id) if lot_id else None
    place = find(Place.objects.filter(organisation_id=actor.home), place_id) if place_id else None
    return _receive(actor, read_units(files, limits), lot, place, at, lists)


def _receive(
    actor: Actor, units: Iterator[Unit], lot: Lot | None, place: Place | None, at: datetime | None, lists: Lists
) -> Iterator[Line]:
    while chunk := list(islice(units, CHUNK)):
        yield from file_units(actor, chunk, lot, place, at, lists)


def read_list(
    *,
    actor: Actor,
    raw_id: UUID,
    mappings: tuple[Mapping, ...],
    lot_id: UUID | None = None,
    place_id: UUID | None = None,
) -> list[Line]:
    """File a list that was received, by the columns that a person confirmed; a list already read is read again.

    Raises NotAllowed, NotFound (the input, the lot or the place are another organisation's).
    """
    actor.require("stock.intake")
    raw = find(RawInput.objects.filter(organisation_id=actor.home), raw_id)
    lot = find(Lot.objects.fillable_by(actor), lot_id) if lot_id else None
    place = find(Place.objects.filter(organisation_id=actor.home), place_id) if place_id else None
    return file_units(actor, [list_unit(raw)], lot, place, None, Lists(mappings))


def list_unit(raw: RawInput) -> Unit:
    """An input that is a list, to be filed by its columns: its rows are read then."""
    return Unit(raw.name, content_of(raw), Reading(fleet.FORMAT, ()))


def file_units(
    actor: Actor,
    chunk: list[Unit],
    lot: Lot | None,
    place: Place | None,
    at: datetime | None = None,
    lists: Lists = ALONE,
) -> list[Line]:
    """File one chunk in one transaction; its lines, in order."""
    with transaction.atomic():
        batch = Batch(actor, lot, place, at)
        batch.prepare(
            machine
            for unit in chunk
            if isinstance(unit.said, Reading) and unit.said.format != fleet.FORMAT  # lists prepare for themselves
            for machine in unit.said.machines
        )
        known = {
            raw.digest: raw
            for raw in RawInput.objects.defer("content").filter(
                organisation_id=actor.home, digest__in={unit.digest for unit in chunk}
            )
        }
        pending: list[tuple[Unit, list[Filed] | Line]] = []
        may_read = actor.may("stock.intake")
        for unit in chunk:
            earlier = known.get(unit.digest)
            if not may_read and not isinstance(unit.said, tuple) and (earlier is None or earlier.status != READ):
                raw = known[unit.digest] = earlier or _raw(actor, unit, lot, place)
                pending.append((unit, _kept_aside(batch, raw, unit)))
                continue
            if fleet_lists.is_list(unit.said, unit.data):
                raw = known[unit.digest] = earlier or _raw(actor, unit, lot, place)
                filed, warnings = fleet_lists.file(batch, raw, unit.data, lists)
                unit.said = Reading(fleet.FORMAT, (), warnings)
                pending.append((unit, filed))
                continue
            if earlier and earlier.status == READ:
                pending.append((unit, batch.unchanged(earlier)))
                continue
            raw = known[unit.digest] = earlier or _raw(actor, unit, lot, place)
            pending.append((unit, _file(batch, raw, unit)))
        batch.write()
    return [line for unit, filed in pending for line in _lines(unit, filed)]


def _file(batch: Batch, raw: RawInput, unit: Unit) -> list[Filed] | Line:
    said = unit.said
    raw.reader_version = maillon.__version__
    if isinstance(said, Unreadable):
        raw.status = RawInput.Status.REFUSED
        raw.reason = {"reason": kept(said.reason), "hint": kept(said.hint)}
        tabular = fleet_lists.looks_tabular(unit.data)
        raw.format = "table" if tabular else ""
        batch.keep(raw)
        return Line(unit.name, Outcome.REFUSED, said.reason, said.hint, raw_id=raw.pk if tabular else None)
    raw.status, raw.reason = RawInput.Status.READ, {}
    if isinstance(said, Reading):
        raw.format = said.format[:120]
        raw.warnings = [kept(warning) for warning in said.warnings]
        batch.keep(raw)
        return batch.file(raw, said.machines)
    raw.format = "erasure-report"
    batch.keep(raw)
    return batch.erasures(raw, said)


def _kept_aside(batch: Batch, raw: RawInput, unit: Unit) -> Line:
    """A reading from a key that may send erasure reports alone: kept if it is new, and read by nobody."""
    reason, hint = Message(NO_READINGS), Message(NO_READINGS_HINT)
    if raw._state.adding:
        raw.status, raw.reader_version = RawInput.Status.REFUSED, maillon.__version__
        raw.reason = {"reason": kept(reason), "hint": kept(hint)}
        batch.keep(raw)
    return Line(unit.name, Outcome.REFUSED, reason, hint)


def _lines(unit: Unit, filed: list[Filed] | Line) -> Iterator[Line]:
    if isinstance(filed, Line):
        yield filed
        return
    warnings = unit.said.warnings if isinstance(unit.said, Reading) else ()
    for one in filed:
        yield Line(
            unit.name,
            Outcome(one.outcome),
            one.because,
            hint=one.hint,
            device_code=one.device.code if one.device else None,
            device_id=one.device.id if one.device else None,
            title=one.device.title if one.device else one.title,
            grade=one.device.grade if one.device else None,
            doubt_id=one.doubt_id,
            warnings=tuple(warnings),
            raw_id=one.raw_id,
        )
        warnings = ()  # said once, on the first machine of the input


def read_units(files: Iterable[Incoming], limits: Limits = LIMITS) -> Iterator[Unit]:
    """Open archives, put together the files of one machine, read each. Never raises.

    Erasure reports come last: the reading that makes their disk known may be among the same files.
    """
    loose: dict[str, bytes] = {}
    reports: list[Unit] = []
    for file in files:
        for name, content in _members(file, limits):
            if isinstance(content, Unreadable):
                # Nothing of it could be taken out: the whole is kept, to be opened again.
                yield Unit(name, file.data, content)
            elif erasure.recognise(content):
                reports.append(Unit(name, content, erasure.read_erasure(content, name)))
            else:
                loose[_free_name(loose, name)] = content
    for group in bundles.read_many(loose.items(), limits):
        yield Unit(", ".join(group.names), _bundle([(name, loose[name]) for name in group.names]), group.result)
    yield from reports


def _members(file: Incoming, limits: Limits) -> Iterator[tuple[str, bytes | Unreadable]]:
    if not archives.is_archive(file.data):
        yield file.name, file.data
        return
    opened = archives.members(file.data, limits, file.name)
    if isinstance(opened, Unreadable):
        yield file.name, opened
        return
    empty = True
    for member in opened:
        empty = False
        yield member
    if empty:
        yield file.name, refuse(EMPTY_ARCHIVE, EMPTY_ARCHIVE_HINT)


def _free_name(taken: dict[str, bytes], name: str) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def _bundle(contents: list[tuple[str, bytes]]) -> bytes:
    """The bytes to keep: the file itself, or a plain zip of the files of one machine, always the same for the same."""
    if len(contents) == 1:
        return contents[0][1]
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(contents):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return kept.getvalue()


def _raw(actor: Actor, unit: Unit, lot: Lot | None, place: Place | None) -> RawInput:
    return RawInput(
        organisation_id=actor.home,
        digest=unit.digest,
        name=unit.name[:255],
        size=len(unit.data),
        content=zstandard.compress(unit.data, 3),
        lot=lot,
        instructions={"place": str(place.pk)} if place else {},
        received_by=actor.user_id,
    )


def refused_by(actor: Actor, raw_ids: Iterable[UUID] | None = None) -> list[RawInput]:
    """What may be read again, oldest first, without its bytes: those named, or all that an earlier version refused.

    Raises NotAllowed.
    """
    actor.require("stock.intake")
    refused = RawInput.objects.filter(organisation_id=actor.home, status=RawInput.Status.REFUSED)
    if raw_ids is None:
        refused = refused.exclude(reader_version=maillon.__version__).exclude(instructions__has_key="aside")
    else:
        refused = refused.filter(pk__in=list(raw_ids))
    return list(refused.defer("content").order_by("received_at", "pk"))


def units_again(raw: RawInput) -> list[Unit]:
    """What an input that was kept holds, opened and read as it would be today."""
    return list(read_units([Incoming(raw.name, content_of(raw))]))


def opened(raw: RawInput) -> None:
    """An archive that was refused whole, and whose members are inputs now, is refused no longer."""
    RawInput.objects.filter(pk=raw.pk, status=RawInput.Status.REFUSED).update(
        status=RawInput.Status.READ, reason={}, format="archive", reader_version=maillon.__version__
    )


def place_said(raw: RawInput) -> Place | None:
    """Where the machines of this input were said to stand when it was received."""
    said = raw.instructions.get("place")
    return Place.objects.filter(organisation_id=raw.organisation_id, pk=said).first() if said else None


def content_of(raw: RawInput) -> bytes:
    """The bytes as they were received. Raises NotFound once they are kept no longer (see `workshop.retention`)."""
    if not raw.content:
        raise NotFound
    return zstandard.decompress(bytes(raw.content), max_output_size=max(raw.size, 1))


__all__ = ["Incoming", "Line", "Lists", "Outcome", "content_of", "read_list", "receive"]
