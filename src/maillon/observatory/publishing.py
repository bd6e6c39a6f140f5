"""What anyone may know of the needs of a territory: counted once a day, settled, kept, and only then shown."""

from collections.abc import Mapping
from dataclasses import dataclass
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
PARTS = {"zone": Coalesce("district_id", "commune_id"), "use": F("use")}


@periodic(daily_at="04:10")
@job(title=_("Publish the figures of the needs"))
def publish_figures() -> int:
    """Returns how many figures moved."""
    territories = Organisation.objects.filter(kind=OrganisationKind.COORDINATION).values_list("pk", flat=True)
    return sum(publish(territory) for territory in territories)


def publish(territory_id: UUID) -> int:
    """Bring the published counts of a territory nearer to the requests. Returns how many moved."""
    moved = 0
    with transaction.atomic():
        kept = {
            (row.measure, row.part, row.key): row
            for row in Published.objects.select_for_update().filter(territory_id=territory_id)
        }
        actual = _counts(territory_id)
        for cell in sorted(kept.keys() | actual.keys()):
            row = kept.get(cell)
            count = masking.settled(row.count if row else None, actual.get(cell, 0))
            if row and row.count == count:
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


def _counts(territory_id: UUID) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for measure, states in MEASURES.items():
        requests = Request.objects.filter(territory_id=territory_id, state__in=states)
        for part, expression in PARTS.items():
            rows = requests.annotate(cell=expression).values_list("cell").annotate(n=Count("pk")).order_by()
            found |= {(measure, part, key or ""): count for key, count in rows}
    devices = Device.objects.filter(territory_id=territory_id).values_list("state").annotate(n=Count("pk"))
    by_state = dict(devices.order_by())
    return found | {("machines", key, ""): by_state.get(state, 0) for key, state in MACHINES.items()}


@dataclass(frozen=True, slots=True)
class Measure:
    """What may be shown of one measure. parts: part -> key -> count, None is hidden; total: None is hidden."""

    name: str
    parts: Mapping[str, Mapping[str, int | None]]
    total: int | None


def measures(territory_id: UUID) -> list[Measure]:
    """All that is public of a territory's needs, in order. One query.

    The total is that of the zones. It is told only where neither zones nor uses could be undone by it. A machine given
    is a family served: such counts move by the same steps, and are hidden when small.
    """
    counts: dict[str, dict[str, dict[str, int]]] = {name: {part: {} for part in PARTS} for name in MEASURES}
    machines: dict[str, int] = {}
    for row in Published.objects.filter(territory_id=territory_id).order_by("key"):
        if row.measure == "machines":
            machines[row.part] = row.count
        if row.part in counts.get(row.measure, {}):
            counts[row.measure][row.part][row.key] = row.count
    if machines.get("given", masking.LEAST) < masking.LEAST:
        del machines["given"]
    shown = [Measure(f"machines_{key}", {}, machines.get(key)) for key in MACHINES]
    for name, parts in counts.items():
        cells: dict[str, dict[str, int | None]] = {}
        totals = {}
        for part, counted in parts.items():
            line, totals[part] = masking.mask_line(list(counted.values()))
            cells[part] = dict(zip(counted, line, strict=True))
        shown.append(Measure(name, cells, totals["zone"] if None not in totals.values() else None))
    return shown
