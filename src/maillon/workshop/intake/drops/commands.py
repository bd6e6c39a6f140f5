"""Taking a large drop in: the bytes are kept at once, the reading is a job's."""

from collections.abc import Iterator, Sequence
from typing import Any

import zstandard
from django.db import transaction
from django.utils import timezone

from maillon.collection.models import Lot
from maillon.hardware import archives
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed
from maillon.kernel.translation import from_kept, kept
from maillon.territory.actors import actor_for
from maillon.territory.models import Place, User
from maillon.workshop.intake import receiving
from maillon.workshop.intake.drops.models import Drop, DropFile, DropLine
from maillon.workshop.intake.fleet_lists import Lists
from maillon.workshop.intake.receiving import Incoming, Line, Outcome

# Beyond these a page would keep its reader waiting: an archive may hold thousands of machines.
ARCHIVE_BYTES = 256 * 2**10
PLAIN_BYTES = 8 * 2**20


def is_large(files: Sequence[Incoming]) -> bool:
    plain = sum(len(file.data) for file in files)
    packed = sum(len(file.data) for file in files if archives.is_archive(file.data))
    return packed > ARCHIVE_BYTES or plain > PLAIN_BYTES


def take_in(*, actor: Actor, files: Sequence[Incoming], lot: Lot | None, place: Place | None) -> Drop:
    """Keep the files and ask for their reading. Raises NotAllowed."""
    from maillon.workshop.jobs import read_drop  # the job calls `read` below

    actor.require("stock.intake")
    if actor.user_id is None:
        raise NotAllowed("(not a person)")
    with transaction.atomic():
        drop = Drop.objects.create(organisation_id=actor.home, user=actor.user_id, lot=lot, place=place)
        DropFile.objects.bulk_create(
            [
                DropFile(drop=drop, name=file.name[:255], content=zstandard.compress(file.data, 3), size=len(file.data))
                for file in files
            ]
        )
        drop.job = str(read_drop.using(actor=actor).enqueue(str(drop.pk)).id)
        drop.save(update_fields=["job"])
    return drop


def units_of(drop: Drop) -> list[receiving.Unit]:
    """Everything that the files hold, opened and read, in the same order each time."""
    return list(receiving.read_units(_incoming(drop)))


def _incoming(drop: Drop) -> Iterator[Incoming]:
    for file in drop.files.order_by("pk").iterator(chunk_size=1):
        data = zstandard.decompress(bytes(file.content), max_output_size=max(file.size, 1))
        yield Incoming(file.name, data)


def file_some(drop: Drop, units: list[receiving.Unit]) -> None:
    """File a few units and keep their lines. Inside the step's transaction."""
    actor = actor_for(User.objects.get(pk=drop.user), drop.organisation_id)
    actor.require("stock.intake")
    lines = receiving.file_units(actor, units, drop.lot, drop.place, lists=Lists(ask=True))
    DropLine.objects.bulk_create(
        [DropLine(drop=drop, outcome=line.outcome.value, told=kept_line(line)) for line in lines]
    )
    drop.save(update_fields=["total"])


def finish(drop: Drop) -> None:
    """All is read: the stock's inputs hold the bytes now. Inside the step's transaction."""
    drop.finished_at = timezone.now()
    drop.save(update_fields=["finished_at", "total"])
    drop.files.all().delete()


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
