"""What the coordinator's board reads: machines by stage, need against stock, how long things take, who waits."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from maillon.allocation.models import Promise, PromiseState
from maillon.kernel.actor import Actor
from maillon.kernel.ledger import Entry
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.observatory.flow import Fate, Now, Stage
from maillon.workshop.life import State
from maillon.workshop.models import Device
from maillon.workshop.suitability import uses_of

SPAN = timedelta(days=365)  # what "lately" means on the board
OLDEST = 5

_NOW: dict[State, Now] = {
    State.HANDED_OVER: "in_use",
    State.FOR_PARTS: "parts",
    State.RECYCLED: "parts",
    State.LOST: "lost",
}


def fates(actor: Actor, since: datetime) -> Counter[Fate]:
    """How far each machine that came in since then went, and where it is. One query.

    A machine that came back after use counts as returned, whatever is done with it since, until it leaves again.
    """
    events = Entry.objects.filter(subject=OuterRef("id"))
    reached = {
        "erased": Exists(events.filter(kind="device.erased")),
        "ready": Exists(events.filter(kind="device.ready")),
        "left": Exists(events.filter(kind="device.handed_over")),
    }
    devices = Device.objects.visible_to(actor).filter(created_at__gte=since).exclude(state=State.ANNOUNCED.value)
    rows = devices.annotate(**reached).values_list("state", *reached).annotate(n=Count("number")).order_by()
    found: Counter[Fate] = Counter()
    for state, erased, ready, left, count in rows:
        stage: Stage = "handed_over" if left else "ready" if ready else "erased" if erased else "received"
        now = _NOW.get(State(state), "returned" if left else "here")
        found[Fate(stage, now)] += count
    return found


class Delay(NamedTuple):
    """days: median, None when nothing happened. over: how many it is the median of."""

    days: int | None
    over: int


def donation_to_handover(actor: Actor, since: datetime) -> Delay:
    """From the day a machine's lot arrived (or it came in) to its first handover, for those first handed over since.

    One query.
    """
    first = (
        Entry.objects.filter(subject=OuterRef("id"), kind="device.handed_over")
        .order_by()
        .values("subject")
        .annotate(first=Min("at"))
        .values("first")
    )
    devices = Device.objects.visible_to(actor).annotate(left=Subquery(first)).filter(left__gte=since)
    return _median(
        (left - (arrived or came)).days
        for left, arrived, came in devices.values_list("left", "lot__arrived_at", "created_at")
    )


def request_to_machine(actor: Actor, since: datetime) -> Delay:
    """From the day a request was complete to the first machine handed over for it. One query."""
    kept = Q(promises__state=PromiseState.KEPT.value, promises__ended_at__gte=since)
    served = Request.objects.visible_to(actor).filter(kept).annotate(first=Min("promises__ended_at", filter=kept))
    return _median((timezone.localdate(first) - day).days for day, first in served.values_list("since", "first"))


def _median(days: Iterable[int]) -> Delay:
    known = [max(0, count) for count in days]
    return Delay(round(median(known)) if known else None, len(known))


class OldestRequest(NamedTuple):
    code: str
    since: date
    use: str
    commune: str | None


def oldest_waiting(actor: Actor) -> list[OldestRequest]:
    """One query."""
    waiting = Request.objects.visible_to(actor).filter(state=RequestState.WAITING.value).order_by("since", "code")
    return [OldestRequest(*row) for row in waiting.values_list("code", "since", "use", "commune__name")[:OLDEST]]


@dataclass(frozen=True, slots=True)
class Need:
    """Machines asked by requests that wait, and machines promised since, in one place or for one use."""

    key: str
    name: str
    asked: int
    promised: int


def need_by_zone(actor: Actor, since: datetime) -> list[Need]:
    """By priority district, or commune outside of one; the greatest need first. Two queries."""
    zones: dict[str, tuple[str, int]] = {}
    rows = (
        Request.objects.visible_to(actor)
        .filter(state=RequestState.WAITING.value)
        .values_list("district_id", "district__name", "commune_id", "commune__name")
        .annotate(n=Sum("quantity"))
        .order_by()
    )
    for district, district_name, commune, commune_name, count in rows:
        key = district or commune or ""
        name, before = zones.get(key, (district_name or commune_name or "", 0))
        zones[key] = (name, before + count)
    promised = Counter[str]()
    given = (
        Promise.objects.filter(request__in=Request.objects.visible_to(actor), made_at__gte=since)
        .filter(state__in=(PromiseState.ACTIVE.value, PromiseState.KEPT.value))
        .values_list("request__district_id", "request__commune_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for district, commune, count in given:
        promised[district or commune or ""] += count
    needs = [Need(key, name, asked, promised[key]) for key, (name, asked) in zones.items()]
    return sorted(needs, key=lambda need: (-need.asked, need.name))


def need_by_use(actor: Actor) -> dict[str, int]:
    """Machines asked by waiting requests, by use. One query."""
    waiting = Request.objects.visible_to(actor).filter(state=RequestState.WAITING.value)
    return dict(waiting.values_list("use").annotate(n=Sum("quantity")).order_by())


def stock_by_use(actor: Actor) -> dict[str, int]:
    """Available machines that suit each use, as their hardware is judged. Three queries."""
    ready = Device.objects.visible_to(actor).filter(state=State.READY.value, parts_only=False)
    fit = uses_of(ready.values_list("number", flat=True))
    return dict(Counter(use.value for uses in fit.values() for use in uses))


def lately() -> datetime:
    return timezone.now() - SPAN
