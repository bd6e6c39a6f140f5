"""What waits of the requests for help, for the start page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.distribution.help import queries
from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting


def waiting(actor: Actor) -> Iterator[Waiting]:
    """Requests for help that wait for something from us. One query."""
    if not actor.organisation_id:
        return
    mine = [row for row in queries.queue(actor) if row.mine]
    if mine:
        label = ngettext("request for help to look at", "requests for help to look at", len(mine))
        yield Waiting(len(mine), label, reverse("help:queue"), "life-preserver", _("See the requests for help"))
