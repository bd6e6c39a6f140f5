"""What waits about the allocation, for the start page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.allocation import campaigns, showing
from maillon.allocation.models import CampaignState
from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting


def waiting(actor: Actor) -> Iterator[Waiting]:
    """For those who decide: reviews asked, the campaign under way, machines ready that nobody was promised."""
    if not showing.decides(actor):
        return
    if count := showing.reviews_waiting(actor):
        label = ngettext(
            "review asked by a family or its prescriber", "reviews asked by families or prescribers", count
        )
        yield Waiting(count, label, reverse("allocation:reviews"), "chat-dots", _("Answer"))
    held = campaigns.under_way(actor.territory)
    if held and (held.state != CampaignState.DRAFT or held.closes_on <= timezone.localdate()):
        address = reverse("allocation:campaign", args=[held.code])
        label = _("Campaign %(code)s") % {"code": held}
        yield Waiting(1, label, address, "people", _next(CampaignState(held.state)), counted=False)
    elif held is None:
        stock = showing.stock(actor)
        if stock.ready and stock.waiting:
            label = ngettext("machine ready, promised to nobody", "machines ready, promised to nobody", stock.ready)
            yield Waiting(stock.ready, label, reverse("allocation:campaigns"), "people", _("Open a campaign"))


def _next(state: CampaignState) -> str:
    if state is CampaignState.DRAFT:
        return _("Compute its plan")
    return _("Look at its plan and approve it") if state is CampaignState.SIMULATED else _("Publish it")
