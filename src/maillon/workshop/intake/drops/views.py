"""The page that follows a large drop."""

from uuid import UUID

from django.db.models import Case, Count, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from maillon.kernel.access import access
from maillon.kernel.errors import find
from maillon.kernel.http import Request
from maillon.kernel.jobs import queries as jobs
from maillon.workshop.intake.drops.commands import line_of
from maillon.workshop.intake.drops.models import Drop
from maillon.workshop.intake.receiving import Outcome
from maillon.workshop.intake.views import summary_of

SHOWN = 300
ASKING = (Outcome.REFUSED.value, Outcome.DOUBT.value, Outcome.PENDING.value)  # these ask for something: they come first


@access("stock.intake")
@require_safe
@vary_on_headers("HX-Request")
def drop(request: Request, drop_id: UUID) -> HttpResponse:
    """How far it is, and each line; those that ask for something first."""
    shown: Drop = find(Drop.objects.visible_to(request.actor), drop_id)
    asking = Case(When(outcome__in=ASKING, then=Value(0)), default=Value(1))
    rows = shown.lines.order_by(asking, "pk").values_list("told", flat=True)[:SHOWN]
    counts = dict(shown.lines.order_by().values_list("outcome").annotate(Count("pk")))
    context = {
        "drop": shown,
        "job": jobs.job_row(request.actor, UUID(shown.job)) if not shown.finished_at else None,
        "summary": summary_of(counts),
        "lines": [line_of(told) for told in rows],
        "count": sum(counts.values()),
        "shown": SHOWN,
    }
    return render(request, "workshop/_drop.html" if request.htmx else "workshop/drop.html", context)
