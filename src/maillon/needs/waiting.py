"""What waits for a prescriber, for its start page. What the coordination waits for is its campaigns'."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting
from maillon.needs import queries
from maillon.needs.vocabulary import RequestState


def waiting(actor: Actor) -> Iterator[Waiting]:
    """What someone asked first, then what to complete, what is about to be erased, what is promised."""
    if not actor.may("needs.change"):
        if actor.oversees and (count := queries.state_counts(actor).get(RequestState.WAITING.value, 0)):
            yield Waiting(count, ngettext("request waits", "requests wait", count), reverse("needs:requests"), "people")
        return
    address = reverse("needs:to-do")
    if count := queries.erasures_asked(actor).count():
        label = ngettext("person asks for the erasure of its data", "people ask for the erasure of their data", count)
        yield Waiting(count, label, f"{address}#effacements", "eraser", _("Answer"))
    if count := queries.incomplete(actor).count():
        label = ngettext("request has a proof to see", "requests have a proof to see", count)
        yield Waiting(count, label, f"{address}#preuves", "clipboard-check", _("Complete them"))
    if count := queries.followed_twice(actor).count():
        label = ngettext("request is also followed elsewhere", "requests are also followed elsewhere", count)
        yield Waiting(count, label, f"{address}#ailleurs", "link-45deg", _("Ask them"))
    if count := queries.about_to_expire(actor, timezone.localdate()).count():
        label = ngettext("request closes soon without news", "requests close soon without news", count)
        yield Waiting(count, label, f"{address}#nouvelles", "clock-history", _("Ask for news"))
    counts = queries.state_counts(actor)
    if count := counts.get(RequestState.PROMISED.value, 0):
        label = ngettext("machine promised", "machines promised", count)
        yield Waiting(count, label, f"{reverse('needs:requests')}?state=promised", "gift", _("See what is promised"))
    if count := counts.get(RequestState.WAITING.value, 0):
        yield Waiting(count, ngettext("request waits", "requests wait", count), reverse("needs:requests"), "people")
    if not counts:
        yield Waiting(
            1,
            _("Does someone you follow need a computer?"),
            reverse("needs:new-request"),
            "plus",
            _("File a request"),
            False,
        )
