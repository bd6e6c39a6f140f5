"""Long lists entered in the background, and lists erased when their time is over."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.kernel.actor import system
from maillon.kernel.jobs import JobContext, job, periodic
from maillon.needs.lists import commands
from maillon.needs.lists.models import KEPT_DAYS, ListState, RequestList

CHUNK = 25  # rows a step: half a second


@job(title=_("Enter a list of requests"), atomic=False, takes_context=True)
def enter_list(context: JobContext, list_id: str) -> int:
    """Returns how many requests were filed. Cursor: how many rows were gone through."""
    listed = RequestList.objects.get(pk=list_id)
    if listed.state != ListState.ENTERING:
        return len(listed.entered)
    actor = commands.actor_of(listed)
    content, habits = commands.open_list(actor, listed), commands.habits_of(actor)
    _said, found = commands.checked(actor, listed, content, habits)
    start = context.cursor if isinstance(context.cursor, int) else 0
    for at in range(start, len(found), CHUNK):
        with context.step() as step:
            listed = RequestList.objects.select_for_update().get(pk=list_id)
            commands.enter_some(actor, listed, found[at : at + CHUNK])
            step.cursor = at + CHUNK
            step.done, step.total = min(at + CHUNK, len(found)), len(found)
    with context.step():
        listed = RequestList.objects.select_for_update().get(pk=list_id)
        commands.finish(actor, listed, content, habits)
    return len(listed.entered)


@periodic(daily_at="03:45")
@job(title=_("Erase the lists of requests that are kept no longer"), atomic=False)
def erase_lists() -> int:
    """Returns how many were erased."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    due = RequestList.objects.exclude(sealed="").filter(created_at__lt=before)
    lists = list(due.values_list("pk", "prescriber__territory"))
    return sum(commands.erase_due(key, before, system(territory)) for key, territory in lists)
