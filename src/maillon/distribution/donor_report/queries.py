"""What became of a donor's machines, as its report tells it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from maillon.collection.models import regime_of
from maillon.collection.rules import Regime
from maillon.distribution.donor_report import rules
from maillon.distribution.donor_report.models import RetiredStock
from maillon.distribution.donor_report.rules import Avoided, Fate, Given, Reuse
from maillon.hardware.model import Kind
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger import Entry
from maillon.territory.models import Organisation
from maillon.workshop.models import Device, Erasure, Snapshot
from maillon.workshop.queries import hardware_of

AT_ONCE = 500
STEPS = ("received", "handed_over", "returned", "lost", "recycled", "for_parts", "restored")


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine given. since: in use since, None when nobody has it. days: served, all its users together."""

    number: int
    code: str
    title: str
    kind: Kind
    kind_label: str
    tag: str
    serial: str
    came: date
    fate: Fate
    certificates: tuple[str, ...]
    since: date | None
    days: int
    served: bool

    @property
    def years(self) -> float:
        return self.days / rules.DAYS_A_YEAR


@dataclass(frozen=True, slots=True)
class Report:
    """year: in which the machines came; None: all. partial: the reader sees those its workshop holds alone."""

    donor: Organisation
    year: int | None
    years: tuple[int, ...]
    until: date
    machines: tuple[Machine, ...]
    fates: dict[Fate, int]
    avoided: Avoided
    public: bool
    reuse: tuple[Reuse, ...]
    partial: bool

    @property
    def days(self) -> int:
        return sum(machine.days for machine in self.machines)

    @property
    def years_served(self) -> float:
        return self.days / rules.DAYS_A_YEAR

    @property
    def certificates(self) -> int:
        return sum(len(machine.certificates) for machine in self.machines)


def counts(actor: Actor) -> dict[UUID, tuple[int, int]]:
    """Machines of each donor, and those of them in use. One query."""
    visible = Device.objects.visible_to(actor).exclude(donor=None).order_by()
    in_use = Count("pk", filter=Q(state="handed_over"))
    return {key: (count, used) for key, count, used in visible.values_list("donor").annotate(n=Count("pk"), u=in_use)}


def donor_of(actor: Actor, donor_id: UUID) -> Organisation:
    """Whose report the actor may read. Raises NotFound."""
    if actor.gives and donor_id != actor.organisation_id:
        raise NotFound
    found: Organisation | None = Organisation.objects.filter(territory_id=actor.territory_id, pk=donor_id).first()
    if found is None:
        raise NotFound
    if not (actor.gives or actor.oversees or Device.objects.visible_to(actor).filter(donor=found).exists()):
        raise NotFound
    return found


def is_public(donor: Organisation) -> bool:
    return regime_of(donor) is Regime.PUBLIC


def this_year(now: datetime | None = None) -> int:
    return timezone.localdate(now).year


def report(actor: Actor, donor: Organisation, year: int | None = None, until: date | None = None) -> Report:
    """All that is told. Some ten queries for each 500 machines."""
    today = until or timezone.localdate()
    devices = Device.objects.visible_to(actor).filter(donor=donor).select_related("lot").order_by("-number")
    every = [row for some in _chunks(devices) for row in _machines(some, today)]
    shown = [row for row in every if year is None or row[0].came.year == year]
    machines = tuple(machine for machine, _given in shown)
    public = is_public(donor)
    stocks = dict(RetiredStock.objects.filter(donor=donor).values_list("year", "count")) if public else {}
    return Report(
        donor=donor,
        year=year,
        years=tuple(sorted({machine.came.year for machine, _given in every}, reverse=True)),
        until=today,
        machines=machines,
        fates=_fates(machines),
        avoided=rules.avoided((machine.kind, machine.days) for machine in machines if machine.served),
        public=public,
        reuse=tuple(rules.reuse((given for _machine, given in every if given), stocks)) if public else (),
        partial=not (actor.gives or actor.oversees),
    )


def _fates(machines: Iterable[Machine]) -> dict[Fate, int]:
    counted = Counter(machine.fate for machine in machines)
    return {fate: counted[fate] for fate in Fate if counted[fate]}


def _chunks(devices: Any) -> Iterator[list[Device]]:
    some: list[Device] = []
    for device in devices.iterator(AT_ONCE):
        some.append(device)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _machines(devices: list[Device], today: date) -> list[tuple[Machine, Given | None]]:
    """Each machine, and what counts of it for the rate of reuse. Five queries."""
    steps, proofs = _steps(devices), _certificates(devices)
    days, years = _bought(devices)
    years = _processor_years(devices) | years
    return [
        _machine(device, steps[device.id], proofs[device.pk], days.get(device.pk), years.get(device.pk), today)
        for device in devices
    ]


def _machine(
    device: Device,
    steps: list[tuple[str, date]],
    certificates: list[str],
    bought: date | None,
    not_before: int | None,
    today: date,
) -> tuple[Machine, Given | None]:
    served, fate = rules.periods(steps), rules.fate_of(device.state)
    came = next((day for name, day in steps if name == "received"), timezone.localdate(device.created_at))
    kind = Kind(device.kind)
    machine = Machine(
        number=device.pk,
        code=device.code,
        title=device.title,
        kind=kind,
        kind_label=str(device.get_kind_display()),
        tag=device.asset_tag,
        serial=device.serial,
        came=came,
        fate=fate,
        certificates=tuple(certificates),
        since=served[-1].start if served and served[-1].end is None else None,
        days=rules.days_served(served, today),
        served=bool(served),
    )
    if device.lot and device.lot.regime != Regime.PUBLIC:
        return machine, None
    retired = device.lot.agreed_on if device.lot and device.lot.agreed_on else came
    age = rules.age_when_retired(retired, bought, not_before)
    return machine, Given(came.year, kind, age, fate, machine.served)


def _steps(devices: list[Device]) -> dict[UUID, list[tuple[str, date]]]:
    kinds = [f"device.{name}" for name in STEPS]
    entries = Entry.objects.filter(subject__in=[device.id for device in devices], kind__in=kinds)
    found: dict[UUID, list[tuple[str, date]]] = defaultdict(list)
    for subject, kind, at in entries.order_by("subject", "sequence").values_list("subject", "kind", "at"):
        found[subject].append((kind.partition(".")[2], timezone.localdate(at)))
    return found


def _certificates(devices: list[Device]) -> dict[int, list[str]]:
    rows = Erasure.objects.filter(medium__device__in=devices, number__isnull=False, proved=True)
    found: dict[int, list[str]] = defaultdict(list)
    for device, number in rows.order_by("recorded_at", "id").values_list("medium__device", "number"):
        found[device].append(str(number))
    return found


def _bought(devices: list[Device]) -> tuple[dict[int, date], dict[int, int]]:
    """What the latest list told of when they were bought: the day, or the year alone."""
    rows = Snapshot.objects.filter(device__in=devices, notes__has_key="purchase_date").order_by("read_at", "id")
    told = {device: str(notes["purchase_date"]) for device, notes in rows.values_list("device", "notes")}
    days: dict[int, date] = {}
    years: dict[int, int] = {}
    for device, text in told.items():
        try:
            days[device] = date.fromisoformat(text)
        except ValueError:  # a list may say "2019", or "spring"
            if text.isascii() and text.isdigit() and len(text) == 4:
                years[device] = int(text)
    return days, years


def _processor_years(devices: list[Device]) -> dict[int, int]:
    """The year in which the latest of their processors came out."""
    known = hardware_of(device.pk for device in devices)
    years = {
        number: [processor.release_year for processor in machine.processors if processor.release_year]
        for number, machine in known.items()
    }
    return {number: max(each) for number, each in years.items() if each}
