"""What the retention rules ask for, each night: see `rules` for the rules and /donnees/ where they are published."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.kernel import ledger
from maillon.kernel.actor import system
from maillon.kernel.jobs import JobContext, job, periodic
from maillon.needs import rules
from maillon.needs.commands import close, forget, stream
from maillon.needs.models import Request
from maillon.needs.vocabulary import Closing, RequestState

AT_ONCE = 200
GONE = (RequestState.WITHDRAWN, RequestState.EXPIRED)

Holding = Callable[[], QuerySet[Request]]
_holding: dict[str, Holding] = {}


def keep(source: Holding) -> None:
    """Requests whose identity another rule still holds, such as a loan that runs: a queryset of requests.

    Adding the same function again replaces it.
    """
    _holding[f"{source.__module__}.{source.__qualname__}"] = source


def due(today: date) -> QuerySet[Request]:
    """The requests whose identity is to be erased today."""
    last = rules.years_before(today, rules.ACTIVE_YEARS)
    closed = today - timedelta(days=rules.CLOSED_DAYS)
    over = Q(identity__last_contact_on__lte=last) | Q(state__in=GONE, closed_at__date__lte=closed)
    requests = Request.objects.filter(over, identity__isnull=False)
    for source in _holding.values():
        requests = requests.exclude(pk__in=source().order_by().values("pk"))
    return requests


@periodic(daily_at="03:40")
@job(title=_("Erase the names that are kept no longer"), atomic=False, takes_context=True)
def apply_retention(context: JobContext) -> int:
    """Returns how many were erased. A request each in its own small transaction, hundreds a step."""
    today, erased = timezone.localdate(), 0
    while True:
        with context.step() as step:
            keys = list(due(today).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
            for key in keys:
                erased += erase_due(key, today)
            step.done = erased
        if len(keys) < AT_ONCE:
            return erased


def erase_due(request_id: UUID, today: date) -> bool:
    """Erase one identity; False when someone renewed the contact meanwhile. An open request closes: nobody answers."""
    with transaction.atomic():
        request = Request.objects.select_for_update(of=("self",)).select_related("identity").get(pk=request_id)
        if not due(today).filter(pk=request_id).exists() or request.identity is None:
            return False
        actor, since = system(request.territory_id), request.identity.last_contact_on
        expires = request.open
        if expires:
            close(request, RequestState.EXPIRED, Closing.NO_NEWS.value, actor)
        forget(request)
        if expires:
            ledger.append("request.expired", actor, request.pk, since=since)
        else:
            ledger.append("identity.erased", actor, request.pk, stream=stream(request.pk), reason="retention")
    return True
