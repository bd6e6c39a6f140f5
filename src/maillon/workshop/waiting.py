"""What waits in the workshop, for the start page."""

from collections.abc import Iterator

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting
from maillon.kernel.templatetags.maillon import STATE_LOOKS
from maillon.workshop.intake import doubts
from maillon.workshop.life import State
from maillon.workshop.models import RawInput
from maillon.workshop.stock import cube
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.scope import view_of

COUNTED = {
    State.ANNOUNCED: ngettext_lazy("machine announced", "machines announced"),
    State.RECEIVED: ngettext_lazy("machine received", "machines received"),
    State.TRIAGED: ngettext_lazy("machine sorted", "machines sorted"),
    State.INSPECTED: ngettext_lazy("machine inspected", "machines inspected"),
    State.ERASED: ngettext_lazy("machine erased", "machines erased"),
    State.REPAIRED: ngettext_lazy("machine repaired", "machines repaired"),
    State.INSTALLED: ngettext_lazy("machine installed", "machines installed"),
    State.CHECKED: ngettext_lazy("machine checked", "machines checked"),
    State.READY: ngettext_lazy("machine available", "machines available"),
    State.RESERVED: ngettext_lazy("machine reserved", "machines reserved"),
    State.HANDED_OVER: ngettext_lazy("machine handed over", "machines handed over"),
    State.RETURNED: ngettext_lazy("machine returned", "machines returned"),
    State.FOR_PARTS: ngettext_lazy("machine for parts", "machines for parts"),
    State.RECYCLED: ngettext_lazy("machine recycled", "machines recycled"),
    State.LOST: ngettext_lazy("machine lost", "machines lost"),
}


def waiting(actor: Actor) -> Iterator[Waiting]:
    """What needs a decision first, then the stock by state. A constant number of queries."""
    if actor.may("stock.identity") and (count := doubts.open_doubts(actor).count()):
        label = ngettext("reading to decide", "readings to decide", count)
        yield Waiting(count, label, reverse("workshop:doubts"), "question-circle", _("Decide"))
    if actor.may("stock.intake") and actor.organisation_id:
        lists = RawInput.objects.filter(organisation_id=actor.organisation_id, status=RawInput.Status.PENDING)
        if count := lists.aggregate(count=Count("pk"))["count"]:
            label = ngettext("list whose columns must be confirmed", "lists whose columns must be confirmed", count)
            yield Waiting(count, label, f"{reverse('workshop:intake')}#lists", "list-check", _("Confirm"))
        refused = RawInput.objects.filter(organisation_id=actor.organisation_id, status=RawInput.Status.REFUSED)
        if count := refused.aggregate(count=Count("pk"))["count"]:
            label = ngettext("file that could not be read", "files that could not be read", count)
            yield Waiting(count, label, reverse("workshop:refused"), "exclamation-triangle")
    view = view_of(actor)
    counts = cube.counts(view, StockFilters()).values["state"] if view else {}
    for state, counted in COUNTED.items():
        if count := counts.get(state.value, 0):
            action = _("See what must be erased") if state is State.INSPECTED and actor.may("stock.move") else ""
            yield Waiting(
                count,
                counted % count,
                f"{reverse('stock:list')}?state={state.value}",
                STATE_LOOKS[state.value][1],
                action,
            )
    if not counts and actor.may("stock.intake"):
        yield Waiting(1, _("No machine yet"), reverse("workshop:intake"), "upload", _("Drop a first reading"), False)
