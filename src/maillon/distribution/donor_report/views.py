"""A donor's report: its page, its files, and what only the donor can tell."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maillon.distribution.donor_report import commands, paper, queries, words
from maillon.distribution.donor_report.forms import StockForm
from maillon.distribution.donor_report.queries import Report
from maillon.kernel import sheets
from maillon.kernel.access import access
from maillon.kernel.errors import NotAllowed, Refusal
from maillon.kernel.http import Request
from maillon.territory.models import Organisation

PER_PAGE = 25


@access("lots.view")
@require_safe
def donors(request: Request) -> HttpResponse:
    """A donor's own report; for the others, the donors whose machines they see."""
    if request.actor.gives:
        return redirect("donor_report:report", request.actor.home)
    counts = queries.counts(request.actor)
    found = Organisation.objects.filter(pk__in=counts).order_by("name", "id")
    rows = [(donor, *counts[donor.pk]) for donor in found]
    return render(request, "donor_report/donors.html", {"rows": rows})


def _year(request: Request) -> int | None:
    asked = request.GET.get("annee", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else None


def _report(request: Request, donor_id: UUID) -> Report:
    """Raises NotFound."""
    return queries.report(request.actor, queries.donor_of(request.actor, donor_id), _year(request))


@access("lots.view")
@require_safe
def report(request: Request, donor_id: UUID) -> HttpResponse:
    """`annee`: machines received in that year. `apres`: the number of the last machine of the page before."""
    return _page(request, donor_id)


def _page(request: Request, donor_id: UUID, *, status: int = 200, **more: object) -> HttpResponse:
    shown = _report(request, donor_id)
    after = request.GET.get("apres", "")
    rest = shown.machines
    if after.isascii() and after.isdigit():
        rest = tuple(machine for machine in rest if machine.number < int(after))
    page = rest[:PER_PAGE]
    may_tell = shown.public and commands.may_tell(request.actor, shown.donor)
    context = {
        "report": shown,
        "own": request.actor.organisation_id == shown.donor.pk,
        "tiles": words.tiles(shown),
        "fates": [(words.FATES[fate], *words.LOOKS[fate], count) for fate, count in shown.fates.items()],
        "range": words.emissions_range(shown),
        "emissions": words.emissions(shown),
        "reuse": [(year.year, words.reuse(year)) for year in shown.reuse],
        "reuse_notes": words.reuse_notes() if shown.public else [],
        "machines": [(machine, words.FATES[machine.fate], *words.LOOKS[machine.fate]) for machine in page],
        "next": page[-1].number if len(rest) > PER_PAGE else None,
        "form": StockForm(initial={"year": queries.this_year()}) if may_tell else None,
    }
    return render(request, "donor_report/report.html", {**context, **more}, status=status)


@access("lots.view")
@require_safe
def report_pdf(request: Request, donor_id: UUID) -> HttpResponse:
    response = HttpResponse(paper.pdf(_report(request, donor_id)), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{_name()}.pdf"'
    return response


@access("lots.view")
@require_safe
def report_csv(request: Request, donor_id: UUID) -> StreamingHttpResponse:
    pieces = paper.csv_pieces(_report(request, donor_id))
    response = StreamingHttpResponse(pieces, content_type=sheets.CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{_name()}.csv"'
    return response


def _name() -> str:
    return f"dons-{timezone.localdate().isoformat()}"


@access("lots.view")  # the command asks for more, by who tells
@require_POST
def tell_stock(request: Request, donor_id: UUID) -> HttpResponse:
    donor = queries.donor_of(request.actor, donor_id)
    form = StockForm(request.POST)
    if not commands.may_tell(request.actor, donor):
        raise NotAllowed("lots.announce")
    if not form.is_valid():
        return _page(request, donor_id, status=422, form=form)
    try:
        commands.tell_stock(actor=request.actor, donor=donor, **form.cleaned_data)
    except Refusal as refused:
        return _page(request, donor_id, status=409, form=form, refused=refused)
    messages.success(request, _("The figure is kept."))
    return redirect("donor_report:report", donor.pk)
