"""What people told when they asked for help is forgotten in time."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.distribution.help.models import Ticket
from maillon.kernel import ledger
from maillon.kernel.actor import system
from maillon.kernel.jobs import job, periodic
from maillon.needs.models import Request

KEPT_DAYS = 90  # after the end: long enough for a machine that comes back with the same fault
AT_ONCE = 1_000


@periodic(daily_at="03:50")
@job(title=_("Erase what people wrote when they asked for help"))
def forget_words() -> int:
    """Returns how many were erased, of help finished three months ago."""
    return _forget(Ticket.objects.filter(done_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)))


def forget_of_request(sender: object, *, request: Request, **_more: object) -> None:
    """Nothing of who a request is for is left: nor of what they told. In the same transaction."""
    _forget(Ticket.objects.filter(request=request))


def _forget(tickets: QuerySet[Ticket]) -> int:
    with transaction.atomic():
        found = list(tickets.exclude(sealed="").select_for_update(of=("self",)).order_by("id")[:AT_ONCE])
        Ticket.objects.filter(pk__in=[ticket.pk for ticket in found]).update(sealed="")
        ledger.append_many(ledger.Event("ticket.forgotten", system(ticket.territory_id), ticket.pk) for ticket in found)
    return len(found)
