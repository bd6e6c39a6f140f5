"""The stock page and what it leads to: donors, saved views, a selection."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from maillon.collection.models import Lot
from maillon.kernel import wording
from maillon.kernel.access import access
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, find
from maillon.kernel.http import Request
from maillon.workshop.models import SavedView
from maillon.workshop.stock import cube, queries, showing
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.forms import SavedViewForm
from maillon.workshop.stock.queries import Cursor, StockPage
from maillon.workshop.stock.scope import view_of

RESULTS = "stock-results"  # the part of the page that htmx replaces


@access("stock.view")
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def stock(request: Request) -> HttpResponse:
    """The list. With htmx, its results alone: the same template part."""
    filters = StockFilters.of(request.GET)
    page = queries.stock_page(request.actor, filters, _cursor(request.GET))
    context = _results(request.actor, filters, page)
    if request.htmx and request.htmx.target == RESULTS:
        return render(request, "workshop/stock/_results.html", context)
    context["views"] = _saved_views(request.actor)
    return render(request, "workshop/stock/list.html", context)


def _cursor(query: QueryDict) -> Cursor:
    before, after = query.get("before", ""), query.get("after", "")
    return Cursor(_number(before), None if _number(before) else _number(after))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _results(actor: Actor, filters: StockFilters, page: StockPage) -> dict[str, Any]:
    places = queries.places_of(actor, filters)
    names = _names(actor, filters, page, places)
    address = reverse("stock:list")

    def turned(cursor: Cursor | None) -> str | None:
        return f"{address}?{filters.query(**cursor._asdict())}" if cursor else None

    return {
        "filters": filters,
        "query": filters.query(),
        "rows": page.rows,
        "lines": showing.table_lines(page.rows, shows_holder=actor.oversees),
        "total": page.total,
        "heading": _heading(page.total, filters),
        "facets": showing.facets(page, filters, names),
        "chips": showing.chips(filters, names),
        "places": [(id, name, id in filters.place) for id, name in places],
        "lots": filters.lot,
        "donors": filters.donor,
        "previous_url": turned(page.previous),
        "next_url": turned(page.next),
        "may_move": actor.may("stock.move"),
        "may_export": actor.may("stock.export"),
        "may_keep": actor.may("stock.views"),
        "may_intake": actor.may("stock.intake"),
    }


def _heading(total: int | None, filters: StockFilters) -> str:
    if total is None:
        return _("More than %(count)s machines") % {"count": wording.number(queries.MOST_COUNTED)}
    return ngettext("%(count)s machine", "%(count)s machines", total) % {"count": wording.number(total)}


def _names(actor: Actor, filters: StockFilters, page: StockPage, places: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """Names of what the page speaks of by its identifier. At most two queries."""
    names = dict(places)
    names |= queries.organisation_names(actor, {*page.holders, *filters.holder, *filters.donor})
    if filters.lot:
        names |= dict(Lot.objects.visible_to(actor).filter(pk__in=filters.lot).values_list("pk", "code"))
    return names


def _saved_views(actor: Actor) -> list[SavedView]:
    return list(SavedView.objects.filter(organisation_id=actor.organisation_id)) if actor.organisation_id else []


@access("stock.view")
@require_safe
def donors(request: Request) -> HttpResponse:
    """Every donor with its number of machines under the other filters: too many for the side of the list."""
    filters = StockFilters.of(request.GET)
    view = view_of(request.actor)
    without = replace(filters, donor=(), q="", place=(), lot=(), condition=())
    counted = cube.counts_by("donor", view, without) if view else {}
    names = queries.organisation_names(request.actor, counted)
    listed = [
        (names[id], wording.number(count), f"{reverse('stock:list')}?{replace(filters, donor=(id,)).query()}")
        for id, count in sorted(counted.items(), key=lambda item: (-item[1], names.get(item[0], "")))
        if id in names
    ]
    return render(request, "workshop/stock/donors.html", {"donors": listed, "query": filters.query()})


# Saved views: of an organisation, for all its members.


@access("stock.views")
@require_POST
def save_view(request: Request) -> HttpResponse:
    """Keep the filters in force under a name; the same name again replaces them."""
    query = StockFilters.of(QueryDict(request.POST.get("query", ""))).query()
    form = SavedViewForm(request.POST)
    if not form.is_valid() or not request.actor.organisation_id:
        messages.error(request, _("The view was not kept: give it a name of 60 signs at most."))
        return redirect(f"{reverse('stock:list')}?{query}")
    SavedView.objects.update_or_create(
        organisation_id=request.actor.organisation_id, name=form.cleaned_data["name"], defaults={"query": query}
    )
    messages.success(request, _("View kept: %(name)s.") % {"name": form.cleaned_data["name"]})
    return redirect(f"{reverse('stock:list')}?{query}")


@access("stock.views")
@require_safe
def saved_views(request: Request) -> HttpResponse:
    forms = [(view, SavedViewForm(instance=view, auto_id=f"{view.pk}_%s")) for view in _saved_views(request.actor)]
    return render(request, "workshop/stock/views.html", {"forms": forms})


def _own_view(actor: Actor, view_id: UUID) -> SavedView:
    if not actor.organisation_id:
        raise NotFound
    found: SavedView = find(SavedView.objects.filter(organisation_id=actor.organisation_id), view_id)
    return found


@access("stock.views")
@require_POST
def rename_view(request: Request, view_id: UUID) -> HttpResponse:
    view = _own_view(request.actor, view_id)
    form = SavedViewForm(request.POST, instance=view, auto_id=f"{view.pk}_%s")
    taken = SavedView.objects.filter(organisation_id=view.organisation_id, name=request.POST.get("name", "").strip())
    if taken.exclude(pk=view.pk).exists():
        form.add_error("name", _("Another view has this name: choose another one."))
    if not form.is_valid():
        others = [(v, SavedViewForm(instance=v, auto_id=f"{v.pk}_%s")) for v in _saved_views(request.actor)]
        shown = [(v, form if v.pk == view.pk else f) for v, f in others]
        return render(request, "workshop/stock/views.html", {"forms": shown}, status=422)
    form.save()
    messages.success(request, _("Renamed."))
    return redirect("stock:views")


@access("stock.views")
@require_POST
def delete_view(request: Request, view_id: UUID) -> HttpResponse:
    _own_view(request.actor, view_id).delete()
    messages.success(request, _("View deleted."))
    return redirect("stock:views")
