"""What stands behind each figure of the board: its machines or its requests, as many as the figure says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise as Text
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillon.hardware.thresholds import Use
from maillon.kernel import codes, wording
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound
from maillon.needs.models import Request
from maillon.observatory import queries
from maillon.observatory.flow import NOWS, STAGES
from maillon.observatory.words import NODE_LABELS, place_name, use_name
from maillon.workshop.models import Device
from maillon.workshop.suitability import uses_of

PER_PAGE = 50
CHOICES = ("stage", "now", "use", "zone")  # what an address may say beside the figure
NO_ZONE = "-"  # in an address: the requests and machines of no known place
DEFINITIONS: Mapping[str, Text] = {
    "flow": gettext_lazy(
        "Counted from the register: a machine is “erased” once every disk is proved erased. One that came back after "
        "use is counted as such until it leaves again."
    ),
    "donation": gettext_lazy(
        "Median days from the arrival of a machine's lot (or the day it came in, without a lot) to its first "
        "handover, for the machines first handed over in the last twelve months."
    ),
    "request": gettext_lazy(
        "Median days from the day a request was complete to the first machine handed over for it, for those of the "
        "last twelve months. Requests still waiting are not in it: it looks better than the queue."
    ),
    "oldest": gettext_lazy("The day the oldest waiting request was complete."),
    "asked": gettext_lazy("The machines asked for by the requests that wait: one request may ask for several."),
    "suitable": gettext_lazy(
        "The machines available now whose hardware was read, and does all that the use needs. One machine may suit "
        "several uses."
    ),
    "promised": gettext_lazy(
        "The machines promised in the last twelve months, handed over since or still to be. Those refused, or that "
        "nobody came for, are not in it."
    ),
    "available": gettext_lazy(
        "The machines available now, where they are kept: the commune of their place, else of their workshop. They "
        "may go to another."
    ),
}


class Row(NamedTuple):
    """url: of the machine or the request. code: as people read it. cells: each head after the first, what is under."""

    url: str
    code: str
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of it. title: the figure's name. said: the figure itself, in words. previous, next: addresses."""

    title: str
    said: str
    definition: Text
    heads: Sequence[str]
    rows: Sequence[Row]
    previous: str
    next: str


def address(figure: str, **chosen: str) -> str:
    """Where the list of a figure is. chosen: stage and now of flow, use, zone ("" for no known place)."""
    query = urlencode({name: value or NO_ZONE for name, value in chosen.items()})
    return reverse("observatory:list", args=[figure]) + (f"?{query}" if query else "")


def listed(actor: Actor, figure: str, chosen: Mapping[str, str], page: int) -> Listed:
    """A page of a list. Raises NotFound: no such figure, or not the actor's to see."""
    make = _LISTS.get(figure)
    if make is None or (figure in _OVERSEEN and not actor.oversees) or page < 1:
        raise NotFound
    title, said, heads, rows, line = make(actor, chosen)
    start = (page - 1) * PER_PAGE
    shown = rows(start, start + PER_PAGE + 1)
    if page > 1 and not shown:  # beyond the last one
        raise NotFound
    here = reverse("observatory:list", args=[figure])
    previous = f"{here}?{urlencode([*chosen.items(), ('page', str(page - 1))])}" if page > 1 else ""
    following = f"{here}?{urlencode([*chosen.items(), ('page', str(page + 1))])}" if len(shown) > PER_PAGE else ""
    lines = [_row(*line(one), heads) for one in shown[:PER_PAGE]]
    return Listed(title, said, DEFINITIONS[figure], heads, lines, previous, following)


Line = tuple[str, str, Sequence[str]]  # address, code as it is kept, cells


def _row(url: str, code: str, cells: Sequence[str], heads: Sequence[str]) -> Row:
    return Row(url, codes.pretty(code), list(zip(heads[1:], cells, strict=True)))


class _Made(NamedTuple):
    title: str
    said: str
    heads: Sequence[str]
    rows: Callable[[int, int], Sequence[Any]]  # from one place to another, in the order of the list
    line: Callable[[Any], Line]


Chosen = Mapping[str, str]


def machines(count: int) -> str:
    return ngettext("%(count)s machine", "%(count)s machines", count) % {"count": wording.number(count)}


def requests(count: int) -> str:
    return ngettext("%(count)s request", "%(count)s requests", count) % {"count": wording.number(count)}


def _flow(actor: Actor, chosen: Chosen) -> _Made:
    stage = next((one for one in STAGES if one == chosen.get("stage")), None)
    now = next((one for one in NOWS if one == chosen.get("now")), None)
    if stage is None or (chosen.get("now") and now is None):
        raise NotFound
    found = queries.at_stage(queries.came_in(actor, queries.lately()), stage, now)
    title = str(NODE_LABELS[stage])
    return _of_machines(found, f"{title}, {str(NODE_LABELS[now]).lower()}" if now else title)


def _suitable(actor: Actor, chosen: Chosen) -> _Made:
    use = _use(chosen)
    fit = uses_of(queries.available(actor).values_list("number", flat=True))
    numbers = sorted((number for number, uses in fit.items() if use in uses), reverse=True)
    title = _("Available for this use: %(use)s") % {"use": use_name(use.value)}

    def rows(start: int, end: int) -> Sequence[Device]:
        found = Device.objects.filter(number__in=numbers[start:end])  # the list may be longer than a query takes
        return list(found.select_related("holder").order_by("-number"))

    return _Made(title, machines(len(numbers)), _machine_heads(), rows, _machine_line)


def _available(actor: Actor, chosen: Chosen) -> _Made:
    zone, name = _zone(chosen)
    found = _there(queries.available(actor), queries.DEVICE_ZONE, zone)
    return _of_machines(found, _("Available: %(place)s") % {"place": name})


def _of_machines(found: QuerySet[Any], title: str) -> _Made:
    rows = found.select_related("holder").order_by("-created_at", "-number")
    return _Made(title, machines(found.count()), _machine_heads(), _cut(rows), _machine_line)


def _machine_heads() -> list[str]:
    return [_("Machine"), _("What it is"), _("State"), _("Workshop"), _("Arrived on")]


def _machine_line(one: Device) -> Line:
    cells = [one.title, one.get_state_display(), one.holder.name, wording.long_date(one.created_at)]
    return _machine(one.code, cells)


def _cut(rows: QuerySet[Any]) -> Callable[[int, int], Sequence[Any]]:
    return lambda start, end: list(rows[start:end])


def _donation(actor: Actor, _chosen: Chosen) -> _Made:
    since = queries.lately()
    found = queries.first_handovers(actor, since).select_related("lot").order_by("-left", "-number")
    told = queries.donation_to_handover(actor, since)
    heads = [_("Machine"), _("What it is"), _("Arrived on"), _("First handed over on"), _("Days")]

    def line(one: Any) -> Line:
        arrived = one.lot.arrived_at if one.lot else None
        came, left = wording.long_date(arrived or one.created_at), wording.long_date(one.left)
        days = queries.days_before_handover(one.left, arrived, one.created_at)
        return _machine(one.code, [one.title, came, left, wording.number(days)])

    return _Made(_("From donation to handover"), _median(told, machines), heads, _cut(found), line)


def _request(actor: Actor, _chosen: Chosen) -> _Made:
    since = queries.lately()
    found = queries.first_served(actor, since).order_by("-first", "-pk")
    heads = [_("Request"), _("Use"), _("Complete on"), _("First machine on"), _("Days")]

    def line(one: Any) -> Line:
        days = queries.days_before_machine(one.since, one.first)
        return _asking(
            one.code, [_use_of(one), wording.long_date(one.since), wording.long_date(one.first), wording.number(days)]
        )

    told = queries.request_to_machine(actor, since)
    return _Made(_("From request to machine"), _median(told, requests), heads, _cut(found), line)


def _asked(actor: Actor, chosen: Chosen) -> _Made:
    if "use" in chosen:
        use = _use(chosen)
        title, found = use_name(use.value), queries.waiting(actor).filter(use=use.value)
    else:
        zone, title = _zone(chosen)
        found = _there(queries.waiting(actor), queries.REQUEST_ZONE, zone)
    asked = found.aggregate(n=Sum("quantity"))["n"] or 0
    said = _("%(machines)s, %(requests)s") % {"machines": machines(asked), "requests": requests(found.count())}
    heads = [_("Request"), _("Use"), _("Where"), _("Waiting since"), _("Machines")]
    rows = found.select_related("commune", "district").order_by("since", "pk")

    def line(one: Request) -> Line:
        return _asking(
            one.code, [_use_of(one), _place_of(one), wording.long_date(one.since), wording.number(one.quantity)]
        )

    return _Made(_("Asked for: %(what)s") % {"what": title}, said, heads, _cut(rows), line)


def _promised(actor: Actor, chosen: Chosen) -> _Made:
    zone, name = _zone(chosen)
    found = _there(queries.promised_since(actor, queries.lately()), queries.PROMISE_ZONE, zone)
    heads = [_("Request"), _("Machine"), _("What it is"), _("Promised on"), _("What became of it")]
    rows = found.select_related("request", "device").order_by("-made_at", "-pk")

    def line(one: Any) -> Line:
        device = codes.pretty(one.device.code)
        made, became = wording.long_date(one.made_at), one.get_state_display()
        return _asking(one.request.code, [device, one.device.title, made, became])

    return _Made(
        _("Promised in twelve months: %(place)s") % {"place": name}, machines(found.count()), heads, _cut(rows), line
    )


def _median(delay: queries.Delay, counted: Callable[[int], str]) -> str:
    if delay.days is None:
        return _("Not known yet")
    return _("%(days)s, over %(count)s") % {"days": wording.days(delay.days), "count": counted(delay.over)}


def _machine(code: str, cells: Sequence[str]) -> Line:
    return reverse("workshop:device", args=[code]), code, cells


def _asking(code: str, cells: Sequence[str]) -> Line:
    return reverse("needs:request", args=[code]), code, cells


def _use_of(request: Request) -> str:
    return use_name(request.use)


def _place_of(request: Request) -> str:
    places = (request.district, request.commune)
    return next((place.name for place in places if place), _("Elsewhere"))


def _use(chosen: Chosen) -> Use:
    try:
        return Use(chosen.get("use", ""))
    except ValueError:
        raise NotFound from None


def _zone(chosen: Chosen) -> tuple[str, str]:
    """Its code, "" for none, and its name."""
    zone = chosen.get("zone", "")
    if zone == NO_ZONE:
        return "", _("Elsewhere")
    name = place_name(zone)
    if name is None:
        raise NotFound
    return zone, name


def _there(found: QuerySet[Any], zone: Coalesce, key: str) -> QuerySet[Any]:
    placed: QuerySet[Any] = found.annotate(zone=zone)
    return placed.filter(zone=key) if key else placed.filter(zone=None)


_LISTS: Mapping[str, Callable[[Actor, Chosen], _Made]] = {
    "flow": _flow,
    "donation": _donation,
    "request": _request,
    "asked": _asked,
    "suitable": _suitable,
    "promised": _promised,
    "available": _available,
}
_OVERSEEN = frozenset({"request", "asked", "suitable", "promised", "available"})
