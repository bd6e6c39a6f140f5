"""What the workshop does in the background."""

from django.utils.translation import gettext_lazy as _

from maillon.kernel.jobs import JobContext, job
from maillon.workshop.drops import commands
from maillon.workshop.drops.models import Drop
from maillon.workshop.intake import CHUNK


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
