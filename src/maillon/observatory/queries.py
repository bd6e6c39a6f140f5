"""What the coordinator's board reads: machines by stage, need against stock, how long things take, who waits."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Aggregate, Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from maillon.allocation.models import Promise, PromiseState
from maillon.kernel.actor import Actor
from maillon.kernel.ledger import Entry
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.observatory.flow import STAGES, Fate, Now, Stage
from maillon.territory.models import Commune, District
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


def came_in(actor: Actor, since: datetime) -> QuerySet[Any]:
    """The machines that came in since then, with what they reached: erased, ready, left."""
    events = Entry.objects.filter(subject=OuterRef("id"))
    devices = Device.objects.visible_to(actor).filter(created_at__gte=since).exclude(state=State.ANNOUNCED.value)
    reached: QuerySet[Any] = devices.annotate(
        erased=Exists(events.filter(kind="device.erased")),
        ready=Exists(events.filter(kind="device.ready")),
        left=Exists(events.filter(kind="device.handed_over")),
    )
    return reached


def fates(actor: Actor, since: datetime) -> Counter[Fate]:
    """How far each machine that came in since then went, and where it is. One query.

    A machine that came back after use counts as returned, whatever is done with it since, until it leaves again.
    """
    reached = ("erased", "ready", "left")
    rows = came_in(actor, since).values_list("state", *reached).annotate(n=Count("number")).order_by()
    found: Counter[Fate] = Counter()
    for state, erased, ready, left, count in rows:
        stage: Stage = "handed_over" if left else "ready" if ready else "erased" if erased else "received"
        now = _NOW.get(State(state), "returned" if left else "here")
        found[Fate(stage, now)] += count
    return found


def at_stage(devices: QuerySet[Any], stage: Stage, now: Now | None) -> QuerySet[Any]:
    """Of those of `came_in`: the machines that reached a stage, or that went no further and are `now` there."""
    flags = ("erased", "ready", "left")  # of the stages after the first
    place = STAGES.index(stage)
    reached = Q()
    for flag in flags[max(0, place - 1) :] if place else ():
        reached |= Q(**{flag: True})
    devices = devices.filter(reached)
    if now is None:
        return devices
    devices = devices.filter(**dict.fromkeys(flags[place:], False))
    elsewhere = [state.value for state in _NOW]
    if now in ("here", "returned"):
        return devices.exclude(state__in=elsewhere).filter(left=now == "returned")
    return devices.filter(state__in=[state.value for state, where in _NOW.items() if where == now])


class Delay(NamedTuple):
    """days: median, None when nothing happened. over: how many it is the median of."""

    days: int | None
    over: int


def first_handovers(actor: Actor, since: datetime) -> QuerySet[Any]:
    """The machines first handed over since then; `left`: when."""
    first = (
        Entry.objects.filter(subject=OuterRef("id"), kind="device.handed_over")
        .order_by()
        .values("subject")
        .annotate(first=Min("at"))
        .values("first")
    )
    devices = Device.objects.visible_to(actor).annotate(left=Subquery(first))
    handed: QuerySet[Any] = devices.filter(left__gte=since)
    return handed


def days_before_handover(left: datetime, arrived: datetime | None, came: datetime) -> int:
    """From the day a machine's lot arrived, or it came in, to its first handover."""
    return max(0, (left - (arrived or came)).days)


def donation_to_handover(actor: Actor, since: datetime) -> Delay:
    """For the machines first handed over since. One query."""
    rows = first_handovers(actor, since).values_list("left", "lot__arrived_at", "created_at")
    return _median(days_before_handover(*row) for row in rows)


def first_served(actor: Actor, since: datetime) -> QuerySet[Any]:
    """The requests for which a machine was handed over since then; `first`: the first time."""
    kept = Q(promises__state=PromiseState.KEPT.value, promises__ended_at__gte=since)
    requests = Request.objects.visible_to(actor).filter(kept)
    served: QuerySet[Any] = requests.annotate(first=Min("promises__ended_at", filter=kept))
    return served


def days_before_machine(since: date, first: datetime) -> int:
    """From the day a request was complete to the first machine handed over for it."""
    return max(0, (timezone.localdate(first) - since).days)


def request_to_machine(actor: Actor, since: datetime) -> Delay:
    """For the requests served since. One query."""
    return _median(days_before_machine(*row) for row in first_served(actor, since).values_list("since", "first"))


def _median(days: Iterable[int]) -> Delay:
    known = list(days)
    return Delay(round(median(known)) if known else None, len(known))


class OldestRequest(NamedTuple):
    code: str
    since: date
    use: str
    commune: str | None


def waiting(actor: Actor) -> QuerySet[Request]:
    requests: QuerySet[Request] = Request.objects.visible_to(actor).filter(state=RequestState.WAITING.value)
    return requests


def oldest_waiting(actor: Actor) -> list[OldestRequest]:
    """One query."""
    oldest = waiting(actor).order_by("since", "code")
    return [OldestRequest(*row) for row in oldest.values_list("code", "since", "use", "commune__name")[:OLDEST]]


@dataclass(frozen=True, slots=True)
class Need:
    """In one place: machines asked by requests that wait, promised since, and available there."""

    key: str
    name: str
    asked: int
    promised: int
    available: int


# Where a request is: its priority district, else its commune. Where a machine is: the commune of its place or holder.
REQUEST_ZONE = Coalesce("district_id", "commune_id")
PROMISE_ZONE = Coalesce("request__district_id", "request__commune_id")
DEVICE_ZONE = Coalesce("place__commune_id", "holder__commune_id")


def promised_since(actor: Actor, since: datetime) -> QuerySet[Promise]:
    """Promises that hold, or that were kept."""
    promises: QuerySet[Promise] = Promise.objects.filter(
        request__in=Request.objects.visible_to(actor),
        made_at__gte=since,
        state__in=(PromiseState.ACTIVE.value, PromiseState.KEPT.value),
    )
    return promises


def available(actor: Actor) -> QuerySet[Device]:
    devices: QuerySet[Device] = Device.objects.visible_to(actor).filter(state=State.READY.value, parts_only=False)
    return devices


def need_by_zone(actor: Actor, since: datetime) -> list[Need]:
    """By priority district, or commune outside of one; the greatest need first. Five queries."""
    asked = _by_zone(waiting(actor), REQUEST_ZONE, Sum("quantity"))
    promised = _by_zone(promised_since(actor, since), PROMISE_ZONE, Count("pk"))
    there = _by_zone(available(actor), DEVICE_ZONE, Count("pk"))
    shown = asked.keys() | there.keys()
    names = dict(Commune.objects.filter(code__in=shown).values_list("code", "name"))
    names |= dict(District.objects.filter(code__in=shown).values_list("code", "name"))
    needs = [Need(key, names.get(key, ""), asked[key], promised[key], there[key]) for key in shown]
    return sorted(needs, key=lambda need: (-need.asked, need.name))


def _by_zone(rows: QuerySet[Any], zone: Coalesce, counted: Aggregate) -> Counter[str]:
    found = rows.annotate(zone=zone).values_list("zone").annotate(n=counted).order_by()
    return Counter({zone or "": count for zone, count in found})


def need_by_use(actor: Actor) -> dict[str, int]:
    """Machines asked by waiting requests, by use. One query."""
    return dict(waiting(actor).values_list("use").annotate(n=Sum("quantity")).order_by())


def stock_by_use(actor: Actor) -> dict[str, int]:
    """Available machines that suit each use, as their hardware is judged. Three queries."""
    fit = uses_of(available(actor).values_list("number", flat=True))
    return dict(Counter(use.value for uses in fit.values() for use in uses))


def lately() -> datetime:
    return timezone.now() - SPAN
