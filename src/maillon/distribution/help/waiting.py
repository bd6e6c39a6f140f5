"""What waits of the requests for help, for the start page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.distribution.help import queries
from maillon.distribution.help.rules import Due
from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting

DONE_BY_REPAIRERS = (Due.ANSWER, Due.LOOK)


def waiting(actor: Actor) -> Iterator[Waiting]:
    """Requests for help that wait for something from us. One query."""
    if not actor.organisation_id:
        return
    repairs = actor.may("stock.move")
    due = [row for row in queries.queue(actor) if row.due is not Due.NOTHING]
    mine = [row for row in due if repairs or row.due not in DONE_BY_REPAIRERS]
    if mine:
        label = ngettext("request for help to look at", "requests for help to look at", len(mine))
        yield Waiting(len(mine), label, reverse("help:queue"), "life-preserver", _("See the requests for help"))
