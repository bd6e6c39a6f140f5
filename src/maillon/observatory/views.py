"""The coordinator's board, and the figures that anyone may see."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from maillon.kernel import sheets
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import find
from maillon.kernel.http import Request
from maillon.observatory import board, lists, publishing
from maillon.observatory.words import MEASURE_LABELS, PART_LABELS, names_of
from maillon.territory.models import Organisation, OrganisationKind


@access("observatory.view")
@require_safe
def show_board(request: Request) -> HttpResponse:
    return render(request, "observatory/board.html", {"board": board.board(request.actor)})


@access("observatory.view")
@require_safe
def show_list(request: Request, figure: str) -> HttpResponse:
    """The machines or the requests that a figure of the board counts."""
    page = request.GET.get("page", "1")
    if not (page.isascii() and page.isdigit() and len(page) < 7):
        raise Http404
    chosen = {name: request.GET[name] for name in lists.CHOICES if request.GET.get(name)}
    return render(request, "observatory/list.html", {"listed": lists.listed(request.actor, figure, chosen, int(page))})


def _territories() -> Any:
    return Organisation.objects.filter(kind=OrganisationKind.COORDINATION)


@access(EVERYONE)
@require_safe
def figures(request: Request) -> HttpResponse:
    """One territory: its figures; several: the choice between them."""
    territories = list(_territories().order_by("name", "id")[:200])
    if len(territories) == 1:
        return redirect("observatory:territory-figures", territories[0].pk)
    return render(request, "observatory/territories.html", {"territories": territories})


@access(EVERYONE)
@require_safe
def territory_figures(request: Request, territory_id: UUID) -> HttpResponse:
    """Kept by no cache, unlike its data: a page names who is signed in, and holds the token of its forms."""
    territory = find(_territories(), territory_id)
    context = {"territory": territory, "shown": board.public(territory.pk), "counted": publishing.counted(territory.pk)}
    return render(request, "observatory/figures.html", context)


@access(EVERYONE)
@require_safe
@cache_control(public=True, max_age=600)
def territory_data(request: Request, territory_id: UUID, extension: str) -> HttpResponse:
    """The same figures as the page's, for machines: they are read from the same rows."""
    territory = find(_territories(), territory_id)
    rows = list(_rows(territory.pk))
    if extension == "json":
        return JsonResponse({"territory": str(territory.pk), "smallest": 11, "figures": rows})
    if extension != "csv":
        raise Http404
    text = io.StringIO()
    writer = csv.DictWriter(text, ["measure", "part", "key", "name", "count"])
    writer.writeheader()
    writer.writerows({name: sheets.guarded(value) for name, value in row.items()} for row in rows)
    return HttpResponse(
        text.getvalue().encode("utf-8"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="maillon-figures.csv"'},
    )


def _rows(territory_id: UUID) -> Iterator[dict[str, str | int | None]]:
    measures = publishing.measures(territory_id)
    names = names_of(measures)
    for measure in measures:
        yield {"measure": measure.name, "part": "all", "key": "", "name": _("Total"), "count": measure.total}
        for part, cells in measure.parts.items():
            for key, count in cells.items():
                yield {
                    "measure": measure.name,
                    "part": part,
                    "key": key,
                    "name": names[part].get(key, key),
                    "count": count,
                }


__all__ = ["MEASURE_LABELS", "PART_LABELS", "figures", "show_board", "show_list", "territory_data", "territory_figures"]
