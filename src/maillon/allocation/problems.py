"""The problem of a territory on a day, as the file that anyone can solve again ("alloc-problem/1", docs/allocation.md).

It holds codes of requests, never who they are for. Machines, districts, prescribers, zones and places are numbered in
an order that only the vault key gives, so that a line of the file can not be laid on a map, nor found from the label of
a machine seen at someone's; a district to which the rules give a least or a most is named, when at least eleven of the
requests come from it, since anyone must be able to see that they were kept. What a machine can do is what its reading
and its check-list prove: a use counts when it is judged fit for it, a large screen or a light machine when its screen
was measured. What no reading shows (a screen reader, large letters on the keyboard, use with one hand, a simple
desktop) is installed by the workshop on any machine, and asks nothing of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from maillon.allocation.models import Promise, PromiseState
from maillon.allocation.rules import FAIRNESS_SCALE, RequestFacts, Rules, Standing, standing_of
from maillon.hardware.judgement import Fit, Judgement
from maillon.hardware.model import Kind, Machine
from maillon.hardware.thresholds import GRADES, USES, Requirement, Use
from maillon.kernel import vault
from maillon.kernel.masking import LEAST
from maillon.needs.models import Request, RequestCriterion
from maillon.needs.vocabulary import PROVED, Adaptation, RequestState
from maillon.workshop.life import State
from maillon.workshop.models import Device
from maillon.workshop.queries import judged

KINDS = [kind.value for kind in Kind]
SHOWN_BY_A_MACHINE = (Adaptation.LARGE_SCREEN, Adaptation.LIGHT)
EXTRAS = [*(f"use:{use.value}" for use in Use), *(str(adaptation.value) for adaptation in SHOWN_BY_A_MACHINE)]
BIT = {name: 1 << place for place, name in enumerate(EXTRAS)}
LARGE_INCHES = 15.5  # what is sold as 15.6 inches. Ours
LIGHT_INCHES = 14.2  # what is sold as 14 inches; no tool reads a weight. Ours
UNKNOWN = "-"  # the district of a request without a commune
BY_HAND = "0" * 64  # no plan made this promise: a person of the coordination did

ANY_PLACE: frozenset[UUID] = frozenset()


@dataclass(slots=True)
class Built:
    """problem: the file. standings, district_of: by request code; districts by their own codes. device_of: the code of
    each machine, by its name in the file. unread: machines ready but left out, since no reading says what they are.
    whose: the district and the prescriber (its key, or "") of each node under the territory, by its name in the file.
    """

    problem: dict[str, Any]
    standings: dict[str, Standing]
    district_of: dict[str, str]
    request_ids: dict[str, UUID]
    device_of: dict[str, str]
    unread: list[str] = field(default_factory=list)
    whose: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as the problem sees it."""

    id: UUID
    code: str
    prescriber: UUID
    district: str
    commune: str
    grouping: str
    places: frozenset[UUID]
    delivery: bool
    kinds: int
    grade: int
    extras: int
    standing: Standing
    since: date
    quantity: int
    minimum: int


def build(
    *,
    territory_id: UUID,
    rules: Rules,
    as_of: date,
    commitment: str,
    only: UUID | None = None,
    devices: Iterable[int] | None = None,
) -> Built:
    """The requests that wait and were complete on this day, the machines that are ready, the promises alive.

    only: this request alone is asked for (same-day urgency). devices: these machines alone are given (late ones).
    Eight queries, whatever the size.
    """
    promises = list(
        Promise.objects.filter(territory_id=territory_id, state=PromiseState.ACTIVE)
        .order_by()
        .values_list("request_id", "device__number", "campaign__plan_sha256")
    )
    asked = _asked(territory_id, rules, as_of, only)
    machines, unread = _machines(territory_id, None if devices is None else set(devices))
    had = {machine.code: machine for machine in machines}
    machines = [had[code] for code in _shuffled(had, commitment)]
    code_of = {request.id: request.code for request in asked}
    name_of = {machine.number: f"M{rank}" for rank, machine in enumerate(machines, 1)}
    tree = _Tree(asked, rules, commitment)
    land = _Land(asked, machines, rules, commitment)
    problem = {
        "schema": "alloc-problem/1",
        "as_of": as_of.isoformat(),
        "seed_commitment": commitment,
        "rules": {
            "levels": list(rules.levels),
            "tiers": len(rules.tiers),
            "points_max": rules.points_max,
            "ageing": {"points": rules.ageing.points, "days": rules.ageing.days, "max": rules.ageing.max},
            "fairness_scale": FAIRNESS_SCALE,
        },
        "nodes": tree.nodes,
        "kinds": KINDS,
        "extras": EXTRAS,
        "grades": max(GRADES) + 1,
        "places": [{"id": name, "cap": None} for name in land.place_names],
        "zones": [{"id": name} for name in land.zone_names],
        "distance_km": land.distances,
        "delivery_km": rules.distance.delivered,
        "devices": _table(
            id=[name_of[machine.number] for machine in machines],
            place=[land.place_of[machine.number] for machine in machines],
            kind=[KINDS.index(machine.kind) for machine in machines],
            grade=[machine.grade for machine in machines],
            extras=[machine.extras for machine in machines],
        ),
        "requests": _table(
            id=[request.code for request in asked],
            node=[tree.leaf_of[request.code] for request in asked],
            zone=[land.zone_of[request.code] for request in asked],
            kinds=[request.kinds for request in asked],
            grade=[request.grade for request in asked],
            extras=[request.extras for request in asked],
            km=[land.km(request) for request in asked],
            tier=[request.standing.tier for request in asked],
            points=[request.standing.points for request in asked],
            since=[request.since.isoformat() for request in asked],
            quantity=[request.quantity for request in asked],
            minimum=[request.minimum for request in asked],
        ),
        "promises": sorted(
            (
                {"request": code_of[request], "device": name_of[number], "run": run or BY_HAND}
                for request, number, run in promises
                if request in code_of and number in name_of
            ),
            key=lambda promise: (promise["request"], promise["device"]),
        ),
    }
    return Built(
        problem,
        standings={request.code: request.standing for request in asked},
        district_of={request.code: request.district for request in asked},
        request_ids={request.code: request.id for request in asked},
        device_of={name_of[machine.number]: machine.code for machine in machines},
        unread=unread,
        whose=tree.whose,
    )


def _table(**columns: list[Any]) -> dict[str, Any]:
    return {"n": len(columns["id"]), "columns": columns}


# -- requests ---------------------------------------------------------------------------------------------------------


def waiting(territory_id: UUID, as_of: date) -> QuerySet[Request]:
    """The requests that a decision of this day is about."""
    found: QuerySet[Request] = Request.objects.filter(
        territory_id=territory_id, state=RequestState.WAITING, since__lte=as_of
    )
    return found


def _asked(territory_id: UUID, rules: Rules, as_of: date, only: UUID | None) -> list[_Asked]:
    """Those that wait, and those with a promise alive, in the order of their codes. Four queries."""
    wanted = Q(pk=only) if only else Q(pk__in=waiting(territory_id, as_of).values("pk"))
    wanted |= Q(pk__in=Promise.objects.filter(territory_id=territory_id, state=PromiseState.ACTIVE).values("request"))
    requests = Request.objects.filter(wanted, territory_id=territory_id).select_related("commune").order_by("code")
    keys = requests.order_by().values("pk")
    held = _held(keys)
    criteria = _criteria(keys)
    places: dict[UUID, set[UUID]] = {}
    for request_id, place_id in Request.places.through.objects.filter(request__in=keys).values_list(
        "request_id", "place_id"
    ):
        places.setdefault(request_id, set()).add(place_id)
    return [
        _Asked(
            id=request.pk,
            code=request.code,
            prescriber=request.prescriber_id,
            district=request.district_id or request.commune_id or UNKNOWN,
            commune=request.commune_id or "",
            grouping=request.commune.grouping_siren if request.commune else "",
            places=frozenset(places.get(request.pk, ())) or ANY_PLACE,
            delivery=request.delivery,
            kinds=_mask(request.kinds),
            grade=least_grade(Use(request.use)),
            extras=extras_asked(request),
            standing=standing_of(facts_of(request, criteria.get(request.pk, {}), as_of), rules),
            since=min(request.since, as_of),
            quantity=request.quantity - held.get(request.pk, 0),
            minimum=max(1, request.minimum - held.get(request.pk, 0)),
        )
        for request in requests
    ]


def _held(keys: Any) -> dict[UUID, int]:
    """How many machines each has in its hands already: it asks for the rest."""
    kept = Promise.objects.filter(request__in=keys, state=PromiseState.KEPT).order_by().values_list("request_id")
    return dict(kept.annotate(count=Count("pk")))


def _criteria(keys: Any) -> dict[UUID, dict[str, date | None]]:
    found: dict[UUID, dict[str, date | None]] = {}
    rows = RequestCriterion.objects.filter(request__in=keys).values_list("request_id", "criterion", "proof_seen_on")
    for request_id, criterion, seen_on in rows:
        found.setdefault(request_id, {})[criterion] = seen_on
    return found


def facts_of(request: Request, criteria: Mapping[str, date | None], as_of: date) -> RequestFacts:
    """criteria: each with the day its proof was seen. One that needs a proof counts once someone saw it."""
    held = {name for name, seen_on in criteria.items() if seen_on is not None or name not in PROVED}
    if request.district_id:
        held.add("priority_district")
    if request.prescriber_id != request.territory_id:
        held.add("partner")
    return RequestFacts(frozenset(held), request.since, request.deadline, as_of)


def facts_now(request: Request, as_of: date) -> RequestFacts:
    """What the rules look at in one request. One query."""
    return facts_of(request, dict(request.criteria.values_list("criterion", "proof_seen_on")), as_of)


def extras_asked(request: Request) -> int:
    """What only some machines have, among what the request needs."""
    mask = BIT[f"use:{request.use}"]
    for adaptation in request.adaptations:
        mask |= BIT.get(adaptation, 0)
    return mask


def _mask(kinds: Iterable[str]) -> int:
    return sum(1 << place for place, kind in enumerate(KINDS) if kind in set(kinds))


@cache
def least_grade(use: Use) -> int:
    """The best grade that every machine fit for this use has: what it asks of processor, memory and disk covers it."""
    return max((grade for grade, need in GRADES.items() if _covers(USES[use], need)), default=0)


def _covers(use: Requirement, grade: Requirement) -> bool:
    screen, asked = use.screen or (0, 0), grade.screen or (0, 0)
    others = [name for name in Requirement._fields if name != "screen"]
    return all(getattr(use, name) >= getattr(grade, name) for name in others) and (
        screen[0] >= asked[0] and screen[1] >= asked[1]
    )


# -- machines ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Had:
    number: int
    code: str
    holder: UUID
    place: UUID | None  # open to the public; None: at the workshop, which brings it
    commune: str
    grouping: str
    kind: str
    grade: int
    extras: int


def _machines(territory_id: UUID, only: set[int] | None) -> tuple[list[_Had], list[str]]:
    """Those that are ready, and those promised, in the order of their codes; and the ready ones never read. Three
    queries."""
    promised = Promise.objects.filter(territory_id=territory_id, state=PromiseState.ACTIVE).values("device")
    ready = Q(state=State.READY.value)
    if only is not None:
        ready &= Q(pk__in=only)
    devices = Device.objects.filter(ready | Q(pk__in=promised), territory_id=territory_id)
    extras = {number: extras_had(machine, judgement) for number, machine, judgement in judged(devices)}
    had, unread = [], []
    rows = devices.select_related("place", "place__commune", "place__organisation__commune").order_by("code")
    for device in rows:
        place = device.place if device.place and device.place.open_to_public else None
        commune = (place.commune or place.organisation.commune) if place else None
        if device.number not in extras and device.state == State.READY:
            unread.append(device.code)
            continue
        had.append(
            _Had(
                number=device.number,
                code=device.code,
                holder=device.holder_id,
                place=place.pk if place else None,
                commune=commune.code if commune else "",
                grouping=commune.grouping_siren if commune else "",
                kind=device.kind,
                grade=device.grade or 0,
                extras=extras.get(device.number, 0),
            )
        )
    return had, unread


def extras_had(machine: Machine, judgement: Judgement) -> int:
    """What this machine proved that it has."""
    mask = sum(BIT[f"use:{use.value}"] for use, verdict in judgement.uses.items() if verdict.fit is Fit.YES)
    inches = max((size for display in machine.displays if (size := display.diagonal_inches)), default=None)
    own_screen = machine.kind.portable or machine.kind is Kind.ALL_IN_ONE
    # A desktop's screen is chosen apart, as large as needed.
    if (inches is not None and inches >= LARGE_INCHES) or not own_screen:
        mask |= BIT[Adaptation.LARGE_SCREEN]
    if machine.kind.portable and inches is not None and inches <= LIGHT_INCHES:
        mask |= BIT[Adaptation.LIGHT]
    return mask


# -- tree, places and zones -------------------------------------------------------------------------------------------


class _Tree:
    """Territory, then districts, then the prescribers of each."""

    def __init__(self, asked: list[_Asked], rules: Rules, commitment: str) -> None:
        limits = rules.limits
        self.nodes: list[dict[str, Any]] = [_node("T", None, limits.territory.floor, limits.territory.cap)]
        self.leaf_of: dict[str, int] = {}
        self.whose: dict[str, tuple[str, str]] = {}
        inside: dict[str, list[_Asked]] = {}
        for request in asked:
            inside.setdefault(request.district, []).append(request)
        for rank, district in enumerate(_shuffled(inside, commitment), 1):
            requests = inside[district]
            name = district if district in limits.districts and len(requests) >= LEAST else f"D{rank}"
            limit = limits.of_district(district)
            at = len(self.nodes)
            self.whose[name] = district, ""
            self.nodes.append(_node(name, 0, limit.floor, limit.cap, district=True))
            leaves: dict[UUID, int] = {}
            for key in _shuffled({request.prescriber for request in requests}, commitment):
                limit = limits.of_prescriber(str(key))
                leaves[key] = len(self.nodes)
                self.whose[f"{name}.{len(leaves)}"] = district, str(key)
                self.nodes.append(_node(f"{name}.{len(leaves)}", at, limit.floor, limit.cap))
            self.leaf_of |= {request.code: leaves[request.prescriber] for request in requests}


T = TypeVar("T", str, UUID)


def _shuffled(keys: Iterable[T], commitment: str) -> list[T]:
    """In an order that is the same each time for one campaign, and that nobody without the vault key can find."""
    return sorted(keys, key=lambda key: vault.marks(f"{commitment}|{key}", "allocation")[0])


def _node(name: str, parent: int | None, floor: int, cap: int | None, *, district: bool = False) -> dict[str, Any]:
    return {"id": name, "parent": parent, "district": district, "floor": floor, "cap": cap}


class _Land:
    """Places, zones (a commune and the places accepted), and the steps of distance between them."""

    def __init__(self, asked: list[_Asked], machines: list[_Had], rules: Rules, commitment: str) -> None:
        self.steps = rules.distance
        spots = {(machine.place or machine.holder): machine for machine in machines}
        keys = _shuffled(spots, commitment)
        self.place_names = [f"{'P' if spots[key].place else 'W'}{rank}" for rank, key in enumerate(keys, 1)]
        rank_of = {key: rank for rank, key in enumerate(keys)}
        self.place_of = {machine.number: rank_of[machine.place or machine.holder] for machine in machines}
        found = {
            "|".join((r.commune, r.grouping, *map(str, sorted(r.places)))): (r.commune, r.grouping, r.places)
            for r in asked
        }
        zones = [found[key] for key in _shuffled(found, commitment)]
        self.zone_names = [f"Z{rank}" for rank in range(1, len(zones) + 1)]
        zone_at = {zone: rank for rank, zone in enumerate(zones)}
        self.zone_of = {request.code: zone_at[request.commune, request.grouping, request.places] for request in asked}
        self.distances = [[self._distance(zone, spots[key]) for key in keys] for zone in zones]

    def _distance(self, zone: tuple[str, str, frozenset[UUID]], machine: _Had) -> int:
        commune, grouping, accepted = zone
        if machine.place is None:
            return self.steps.carried
        if accepted and machine.place not in accepted:
            return -1
        if commune and commune == machine.commune:
            return self.steps.same_commune
        return self.steps.same_grouping if grouping and grouping == machine.grouping else self.steps.elsewhere

    def km(self, request: _Asked) -> int:
        """Whoever named the places is sent there, however far; the others no farther than the rules say."""
        if request.delivery:
            return -1
        if request.places:
            return max(self.steps.elsewhere, self.steps.carried, self.steps.same_grouping, self.steps.same_commune)
        return self.steps.reach
