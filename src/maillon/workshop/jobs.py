"""What the workshop does in the background."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.kernel.jobs import JobContext, job, periodic
from maillon.territory.models import Organisation
from maillon.workshop import retention
from maillon.workshop.intake.drops import commands
from maillon.workshop.intake.drops.models import Drop
from maillon.workshop.intake.receiving import CHUNK
from maillon.workshop.stock import index

AT_ONCE = 200


@job(title=_("Find the machines of a donor under its new name"))
def reindex_donor(organisation_id: str) -> None:
    index.sync_donor(UUID(organisation_id))


def donor_renamed(sender: object, *, organisation: Organisation, **_kwargs: object) -> None:
    """The stock is searched by the donor's name, and a donor may have given thousands of machines."""
    reindex_donor.enqueue(str(organisation.pk))


@job(title=_("Read the files received"), atomic=False, takes_context=True)
def read_drop(context: JobContext, drop_id: str) -> int:
    """Read a drop, a few machines a step. Returns how many lines were answered. Cursor: [source, unit] to go on at."""
    drop = Drop.objects.select_related("lot", "place").get(pk=drop_id)
    cursor = context.cursor or [0, 0]
    first, start = cursor if isinstance(cursor, list) else (0, cursor)  # a number: asked before lists had sources
    for number, source in enumerate(commands.sources_of(drop, first, context.report), first):
        for at in range(start, max(1, len(source.units)), CHUNK):
            with context.step() as step:
                commands.file_some(drop, source, at)
                step.cursor = [number, at + CHUNK]
                step.done, step.total = source.progress or (min(at + CHUNK, len(source.units)), len(source.units))
        start = 0
    with context.step():
        commands.finish(drop)
    return drop.lines.count()


@periodic(daily_at="03:50")
@job(title=_("Empty the readings of machines that left a year ago"), atomic=False, takes_context=True)
def empty_old_readings(context: JobContext) -> int:
    """Returns how many readings were emptied."""
    today, emptied = timezone.localdate(), 0
    while True:
        with context.step() as step:
            keys = list(retention.due(today).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
            emptied += sum(retention.empty(key, today) for key in keys)
            step.done = emptied
        if len(keys) < AT_ONCE:
            return emptied
