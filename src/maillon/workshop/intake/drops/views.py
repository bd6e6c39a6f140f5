"""The page that follows what a job reads: how far it is, then what became of each machine."""

from uuid import UUID

from django.db.models import Case, Count, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from maillon.kernel.access import access
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, find
from maillon.kernel.http import Request
from maillon.kernel.jobs import queries as jobs
from maillon.workshop.intake.drops.commands import line_of
from maillon.workshop.intake.drops.models import Drop
from maillon.workshop.intake.views import ASKING, summary_of

SHOWN = 300
NAMES = 5


@access("stock.intake")
@require_safe
@vary_on_headers("HX-Request")
def drop(request: Request, drop_id: UUID) -> HttpResponse:
    """How far it is, and each line; those that ask for something first."""
    shown: Drop = find(Drop.objects.visible_to(request.actor), drop_id)
    asking = Case(When(outcome__in=ASKING, then=Value(0)), default=Value(1))
    rows = shown.lines.order_by(asking, "pk").values_list("told", flat=True)[:SHOWN]
    counts = dict(shown.lines.order_by().values_list("outcome").annotate(Count("pk")))
    job = _job(request.actor, shown)
    files = list(shown.files.order_by("pk").values_list("name", "raw_id"))
    context = {
        "drop": shown,
        "job": job,
        "going": job is not None and job.going,
        "list": files[0][1] if files and shown.purpose == Drop.Purpose.LIST else None,
        "names": [name for name, _raw in files[:NAMES]],
        "names_more": max(0, len(files) - NAMES),
        "changed": _changed(shown, counts),
        "summary": summary_of(counts),
        "lines": [line_of(told) for told in rows],
        "count": sum(counts.values()),
        "shown": SHOWN,
    }
    return render(request, "workshop/_drop.html" if request.htmx else "workshop/drop.html", context)


def _job(actor: Actor, drop: Drop) -> jobs.JobRow | None:
    """None once it is done, and for one so old that it is forgotten."""
    try:
        return None if drop.finished_at else jobs.job_row(actor, UUID(drop.job))
    except NotFound:
        return None


def _changed(drop: Drop, counts: dict[str, int]) -> str:
    """What the page of a list said would enter, when the stock changed before it did; else nothing."""
    said = {outcome: count for outcome, count in drop.confirmed.get("shown", {}).items() if count}
    return summary_of(said) if drop.finished_at and said and said != counts else ""
