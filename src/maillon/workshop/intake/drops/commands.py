"""Taking in what a page should not wait for: it is kept at once, and a job reads it.

A drop is read source by source: all its files together (those about one machine may be anywhere among them), or each
input that is read again. A source is filed a few units a step; a list is one unit, and enters whole or not at all.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import zstandard
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.collection.models import Lot
from maillon.hardware import archives
from maillon.hardware.fleet_columns import Mapping
from maillon.hardware.model import Unreadable
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, Refusal, find
from maillon.kernel.jobs import GiveUp
from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.translation import from_kept, kept
from maillon.territory.actors import actor_for
from maillon.territory.models import Organisation, Place, User
from maillon.workshop.intake import fleet_lists, receiving
from maillon.workshop.intake.drops.models import Drop, DropFile, DropLine
from maillon.workshop.intake.fleet_lists import Lists
from maillon.workshop.intake.receiving import CHUNK, Incoming, Line, Outcome
from maillon.workshop.models import RawInput

# Beyond these a page would keep its reader waiting: an archive may hold thousands of machines, and so may a list.
PACKED_BYTES = 256 * 2**10
PLAIN_BYTES = 8 * 2**20
LIST_MACHINES = 1_000
ASK = Lists(ask=True)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirmed of a list. mark: `fleet_lists.mark`. shown: machines by outcome, as the page told."""

    mappings: list[dict[str, Any]]
    mark: str
    shown: dict[str, int]


@dataclass(frozen=True, slots=True)
class Source:
    """What is read together, and where it goes.

    raw: the input, when it is one that was kept. progress: what is done once it is filed, and of how many, where units
    do not tell.
    """

    units: list[receiving.Unit]
    lot: Lot | None
    place: Place | None
    lists: Lists = ASK
    raw: RawInput | None = None
    progress: tuple[int, int] | None = None


# --- asking


def is_large(files: Sequence[Incoming]) -> bool:
    """Whether a page would keep its reader waiting for these."""
    plain = sum(len(file.data) for file in files)
    packed = sum(len(file.data) for file in files if _packed(file.data))
    return packed > PACKED_BYTES or plain > PLAIN_BYTES


def _packed(data: bytes) -> bool:
    """Small, and long to read: an archive, a spreadsheet, a list as text."""
    if archives.is_archive(data) or archives.is_spreadsheet(data):
        return True
    return len(data) > PACKED_BYTES and fleet_lists.looks_tabular(data)


def take_in(*, actor: Actor, files: Sequence[Incoming], lot: Lot | None, place: Place | None) -> Drop:
    """Keep the files and ask for their reading. Raises NotAllowed."""
    with transaction.atomic():
        drop = _drop(actor, lot=lot, place=place)
        DropFile.objects.bulk_create(
            [
                DropFile(drop=drop, name=file.name[:255], content=zstandard.compress(file.data, 3), size=len(file.data))
                for file in files
            ],
            batch_size=100,
        )
        return _ask(drop, actor)


def take_list(*, actor: Actor, raw: RawInput, confirmed: Confirmed, lot: Lot | None, place: Place | None) -> Drop:
    """Ask for the entry of a list. Raises NotAllowed, Refusal (it is being entered)."""
    with transaction.atomic():
        find(RawInput.objects.select_for_update().filter(organisation_id=actor.home), raw.pk)
        if reading(raw):
            raise Refusal(_("This list is being entered."), _("Wait for its end, then look at its page again."))
        drop = _drop(actor, purpose=Drop.Purpose.LIST, lot=lot, place=place, confirmed=asdict(confirmed))
        DropFile.objects.bulk_create([_input(drop, raw)])
        return _ask(drop, actor)


def take_again(*, actor: Actor, raw_ids: Iterable[UUID] | None = None) -> Drop | None:
    """Ask for another reading of what was refused (`receiving.refused_by`); None when there is nothing to read again.

    Raises NotAllowed.
    """
    with transaction.atomic():
        raws = receiving.refused_by(actor, raw_ids)
        if not raws:
            return None
        drop = _drop(actor, purpose=Drop.Purpose.AGAIN)
        DropFile.objects.bulk_create([_input(drop, raw) for raw in raws], batch_size=500)
        return _ask(drop, actor)


def _drop(actor: Actor, **more: Any) -> Drop:
    actor.require("stock.intake")
    if actor.user_id is None:
        raise NotAllowed("(not a person)")
    drop: Drop = Drop.objects.create(organisation_id=actor.home, user=actor.user_id, **more)
    return drop


def _input(drop: Drop, raw: RawInput) -> DropFile:
    return DropFile(drop=drop, raw=raw, name=raw.name, size=raw.size, content=b"")


def _ask(drop: Drop, actor: Actor) -> Drop:
    from maillon.workshop.jobs import read_drop  # the job calls what is below

    drop.job = str(read_drop.using(actor=actor).enqueue(str(drop.pk)).id)
    drop.save(update_fields=["job"])
    return drop


def reading(raw: RawInput) -> Drop | None:
    """The drop that enters this list now."""
    drops = Drop.objects.filter(purpose=Drop.Purpose.LIST, finished_at=None, files__raw=raw)
    going = {drop.job: drop for drop in drops}
    jobs = Job.objects.filter(pk__in=going, status__in=[Status.READY, Status.RUNNING])
    return next((going[str(job)] for job in jobs.values_list("pk", flat=True)), None)


# --- reading


def sources_of(drop: Drop, start: int, report: Callable[[int, int], None]) -> Iterator[Source]:
    """What the drop holds, opened and read, in the same order each time, from the source `start` on.

    report: told how far a long source is. Raises GiveUp when a list can not be read by its columns.
    """
    if drop.purpose == Drop.Purpose.FILES:
        if start == 0:
            yield Source(list(receiving.read_units(_incoming(drop))), drop.lot, drop.place)
        return
    count = drop.files.count()
    for number, file in enumerate(_inputs(drop)[start:].iterator(chunk_size=1), start + 1):
        raw = file.raw
        if drop.purpose == Drop.Purpose.LIST:
            yield _list(drop, raw, report)
        else:
            units, place = receiving.units_again(raw), receiving.place_said(raw)
            yield Source(units, raw.lot, place, raw=raw, progress=(number, count))


def _inputs(drop: Drop) -> Any:
    return drop.files.select_related("raw__lot").order_by("pk")


def _incoming(drop: Drop) -> Iterator[Incoming]:
    for file in drop.files.order_by("pk").iterator(chunk_size=1):
        data = zstandard.decompress(bytes(file.content), max_output_size=max(file.size, 1))
        yield Incoming(file.name, data)


def _list(drop: Drop, raw: RawInput, report: Callable[[int, int], None]) -> Source:
    """The list read and worked out before its transaction: on SQLite nobody else writes during it."""
    mappings = tuple(Mapping.from_json(one) for one in drop.confirmed["mappings"])
    unit = receiving.list_unit(raw)
    prepared = fleet_lists.prepare(unit.data, mappings)
    if isinstance(prepared, Unreadable):
        return Source([unit], drop.lot, drop.place, Lists(mappings), raw)
    count = len(prepared.machines)
    for done in prepared.work_out():
        report(done, count)
    return Source([unit], drop.lot, drop.place, Lists(mappings, prepared=prepared), raw, (count, count))


def file_some(drop: Drop, source: Source, start: int) -> None:
    """File a few units of a source and keep their lines. Inside the step's transaction.

    Raises NotAllowed, GiveUp (a list is not what was confirmed any longer).
    """
    actor = _actor(drop)
    if drop.purpose == Drop.Purpose.LIST:
        _as_shown(drop, actor)
    units = source.units[start : start + CHUNK]
    lines = receiving.file_units(actor, units, source.lot, source.place, lists=source.lists)
    DropLine.objects.bulk_create(
        [DropLine(drop=drop, outcome=line.outcome.value, told=kept_line(line)) for line in lines], batch_size=500
    )
    last = start + CHUNK >= len(source.units)
    if source.raw and last and all(unit.digest != source.raw.digest for unit in source.units):
        receiving.opened(source.raw)


def _actor(drop: Drop) -> Actor:
    """Who asked, as it is today: never on behalf of another organisation of its own."""
    actor = actor_for(User.objects.get(pk=drop.user), drop.organisation_id)
    if actor.organisation_id != drop.organisation_id:
        raise NotAllowed("(no longer of this organisation)")
    actor.require("stock.intake")
    return actor


def _as_shown(drop: Drop, actor: Actor) -> None:
    """The list was not read otherwise, nor its lot or place taken away, since someone saw what would enter."""
    Organisation.objects.select_for_update(of=("self",)).get(pk=actor.territory)  # as every intake does first
    raw = _inputs(drop).get().raw
    mappings = [Mapping.from_json(one) for one in drop.confirmed["mappings"]]
    if fleet_lists.mark(raw, mappings, drop.lot, drop.place) != drop.confirmed["mark"]:
        raise GiveUp(_("This list is not as you were shown it any longer: nothing entered. Look at its page again."))


def finish(drop: Drop) -> None:
    """All is read: the stock's inputs hold the bytes now. Inside the step's transaction."""
    drop.finished_at = timezone.now()
    drop.save(update_fields=["finished_at"])
    if drop.purpose == Drop.Purpose.FILES:
        drop.files.all().delete()


# --- lines as they are kept


def kept_line(line: Line) -> dict[str, Any]:
    """A line as JSON keeps it."""
    return {
        "name": line.name,
        "outcome": line.outcome.value,
        "because": kept(line.because),
        "hint": kept(line.hint) if line.hint else None,
        "device_code": line.device_code,
        "title": line.title,
        "grade": line.grade,
        "doubt_id": str(line.doubt_id) if line.doubt_id else None,
        "raw_id": str(line.raw_id) if line.raw_id else None,
        "warnings": [kept(warning) for warning in line.warnings],
    }


def line_of(stored: dict[str, Any]) -> Line:
    return Line(
        name=stored["name"],
        outcome=Outcome(stored["outcome"]),
        because=from_kept(stored["because"]),
        hint=from_kept(stored["hint"]) if stored["hint"] else None,
        device_code=stored["device_code"],
        title=stored["title"],
        grade=stored["grade"],
        doubt_id=stored["doubt_id"],
        raw_id=stored["raw_id"],
        warnings=tuple(from_kept(warning) for warning in stored["warnings"]),
    )
