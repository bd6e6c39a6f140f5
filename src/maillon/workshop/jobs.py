"""What the workshop does in the background."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from maillon.kernel.jobs import JobContext, job
from maillon.territory.models import Organisation
from maillon.workshop.intake.drops import commands
from maillon.workshop.intake.drops.models import Drop
from maillon.workshop.intake.receiving import CHUNK
from maillon.workshop.stock import index


@job(title=_("Find the machines of a donor under its new name"))
def reindex_donor(organisation_id: str) -> None:
    index.sync_donor(UUID(organisation_id))


def donor_renamed(sender: object, *, organisation: Organisation, **_kwargs: object) -> None:
    """The stock is searched by the donor's name, and a donor may have given thousands of machines."""
    reindex_donor.enqueue(str(organisation.pk))


@job(title=_("Read the files received"), atomic=False, takes_context=True)
def read_drop(context: JobContext, drop_id: str) -> int:
    """Read a large drop, a few machines a step. Returns how many lines were answered."""
    drop = Drop.objects.select_related("lot", "place").get(pk=drop_id)
    units = commands.units_of(drop)
    drop.total = len(units)
    for start in range(context.cursor or 0, len(units), CHUNK):
        with context.step() as step:
            commands.file_some(drop, units[start : start + CHUNK])
            step.cursor = start + CHUNK
            step.done, step.total = min(start + CHUNK, len(units)), len(units)
    with context.step():
        commands.finish(drop)
    return drop.lines.count()
