"""What waits about lots, for the start page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.collection.models import Lot, LotState
from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting


def waiting(actor: Actor) -> Iterator[Waiting]:
    """The lots on their way, to record when they arrive; and for who gives, the next one to announce. One query."""
    if actor.may("lots.announce"):
        give = _("Do you have machines to give?")
        yield Waiting(1, give, reverse("collection:new-lot"), "truck", _("Announce a lot"), counted=False)
    if count := Lot.objects.visible_to(actor).filter(state=LotState.ANNOUNCED).count():
        label = ngettext("lot announced, on its way", "lots announced, on their way", count)
        action = _("See what is coming") if actor.may("lots.change") else ""
        yield Waiting(count, label, reverse("collection:lots"), "truck", action)
