"""What anyone may know of the needs of a territory: counted once a day, settled, kept, and only then shown."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.kernel import masking
from maillon.kernel.jobs import job, periodic
from maillon.needs.models import Request
from maillon.needs.vocabulary import OPEN, RequestState
from maillon.observatory.models import Published
from maillon.territory.models import Organisation, OrganisationKind
from maillon.workshop.life import State
from maillon.workshop.models import Device

MEASURES: Mapping[str, tuple[str, ...]] = {  # the states of the requests that are counted
    "needed": tuple(state.value for state in OPEN),
    "served": (RequestState.SERVED.value,),
}
MACHINES: Mapping[str, str] = {"available": State.READY.value, "given": State.HANDED_OVER.value}
OTHERS = ""  # the key of what is too small to be told alone, and of what has no known place
PARTS = {"zone": Coalesce("district_id", "commune_id"), "use": F("use")}


@periodic(daily_at="04:10")
@job(title=_("Publish the figures of the needs"))
def publish_figures() -> int:
    """Returns how many figures moved."""
    territories = Organisation.objects.filter(kind=OrganisationKind.COORDINATION).values_list("pk", flat=True)
    return sum(publish(territory) for territory in territories)


def publish(territory_id: UUID, *, on: date | None = None) -> int:
    """Bring the published counts of a territory nearer to the requests. Returns how many moved.

    on: the day it is done, today. A count that fell under 11 leaves on the first of a month.
    """
    may_leave = (on or timezone.localdate()).day == 1
    moved = 0
    with transaction.atomic():
        rows = {
            (row.measure, row.part, row.key): row
            for row in Published.objects.select_for_update().filter(territory_id=territory_id)
        }
        kept = {cell: row.count for cell, row in rows.items()}
        for cell, count in sorted(_next(territory_id, kept, may_leave).items()):
            if kept.get(cell, 0) == count and (cell in kept or cell[0] != "machines"):
                continue
            measure, part, key = cell
            Published.objects.update_or_create(
                territory_id=territory_id,
                measure=measure,
                part=part,
                key=key,
                defaults={"count": count, "since": timezone.now()},
            )
            moved += 1
    return moved


Cell = tuple[str, str, str]  # measure, part, key


def _next(territory_id: UUID, kept: Mapping[Cell, int], may_leave: bool) -> dict[Cell, int]:
    """The counts to publish. Those of a part that are too small alone are told together, under no key."""
    found: dict[Cell, int] = {}
    for measure, states in MEASURES.items():
        requests = Request.objects.filter(territory_id=territory_id, state__in=states)
        for part, expression in PARTS.items():
            rows = requests.annotate(cell=expression).values_list("cell").annotate(n=Count("pk")).order_by()
            actual = Counter({key or OTHERS: count for key, count in rows})
            known = {key for a_measure, a_part, key in kept if (a_measure, a_part) == (measure, part)}
            others = actual.pop(OTHERS, 0)
            for key in (known | actual.keys()) - {OTHERS}:
                count = masking.settled(kept.get((measure, part, key), 0), actual[key], may_leave=may_leave)
                found[measure, part, key] = count
                others += 0 if count else actual[key]
            before = kept.get((measure, part, OTHERS), 0)
            found[measure, part, OTHERS] = masking.settled(before, others, may_leave=may_leave)
    devices = Device.objects.filter(territory_id=territory_id).values_list("state").annotate(n=Count("pk"))
    by_state = dict(devices.order_by())
    available, given = (by_state.get(state, 0) for state in MACHINES.values())
    found["machines", "available", ""] = masking.stepped(kept.get(("machines", "available", "")), available)
    before = kept.get(("machines", "given", ""), 0)
    found["machines", "given", ""] = masking.settled(before, given, may_leave=may_leave)
    return found


def counted(territory_id: UUID) -> bool:
    """Whether its figures were counted once: a platform begins with none."""
    found: bool = Published.objects.filter(territory_id=territory_id).exists()
    return found


@dataclass(frozen=True, slots=True)
class Measure:
    """What may be shown of one measure. parts: part -> key -> count, None is hidden; total: None is hidden.

    The key OTHERS: all those too small to be told alone.
    """

    name: str
    parts: Mapping[str, Mapping[str, int | None]]
    total: int | None


def measures(territory_id: UUID) -> list[Measure]:
    """All that is public of a territory's needs, in order. One query.

    The total is the sum of the places shown, so that nothing hidden is in it. The uses are of the same requests: where
    their sum and the total differ by less than 11, the difference is a few families of a small place or a rare use,
    and a use is hidden with it. A machine given is a family served: it moves and is hidden as families are.
    """
    counts: dict[str, dict[str, dict[str, int]]] = {name: {part: {} for part in PARTS} for name in MEASURES}
    machines: dict[str, int] = {}
    for row in Published.objects.filter(territory_id=territory_id).order_by("key"):
        if row.measure == "machines":
            machines[row.part] = row.count
        elif row.count >= masking.LEAST and row.part in counts.get(row.measure, {}):
            counts[row.measure][row.part][row.key] = row.count
    if machines.get("given", masking.LEAST) < masking.LEAST:
        del machines["given"]
    shown = [Measure(f"machines_{key}", {}, machines.get(key)) for key in MACHINES]
    for name, parts in counts.items():
        zones, uses = parts["zone"], parts["use"]
        total = sum(zones.values())
        shown.append(Measure(name, {"zone": {**zones}, "use": _hidden_apart(uses, total)}, total or None))
    return shown


def _hidden_apart(uses: Mapping[str, int], total: int) -> dict[str, int | None]:
    """The uses as they may be shown beside the total: the smallest are hidden until what lacks is not a small count."""
    shown: dict[str, int | None] = {**uses}
    lacks = total - sum(uses.values())
    for key in sorted(uses, key=lambda key: (uses[key], key)):
        if not 0 < abs(lacks) < masking.LEAST:
            break
        shown[key] = None
        lacks += uses[key]
    return shown
