"""What breaks most, by model, make and age: counts of repairs, ours first, then those that others published.

A group of fewer than 11 repairs is not shown: chance would speak. What is known of a model orders the check-list, with
a note, and the grade of a machine is subject to it until a person has looked (docs/decisions/0027).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillon.distribution.help.models import OthersRepair, Repair
from maillon.distribution.help.ords import KINDS, Status, category_of
from maillon.distribution.help.vocabulary import LINES_OF, SAYS_NOTHING, Fault
from maillon.hardware.model import Kind
from maillon.kernel import wording
from maillon.kernel.masking import LEAST
from maillon.workshop.life import State
from maillon.workshop.models import Device

WEAK_SHARE = 0.2  # a fault that takes so much of a model's repairs is looked at first
AGES: tuple[tuple[int, str | Promise], ...] = (  # youngest of the band, in years
    (12, gettext_lazy("12 years and more")),
    (9, gettext_lazy("9 to 11 years")),
    (6, gettext_lazy("6 to 8 years")),
    (3, gettext_lazy("3 to 5 years")),
    (0, gettext_lazy("0 to 2 years")),
)
CATEGORY_LABELS: Mapping[int, str | Promise] = {  # of those that are machines of ours
    4: gettext_lazy("Desktop computers"),
    16: gettext_lazy("Laptops"),
    30: gettext_lazy("Tablets"),
}


@dataclass(slots=True)
class Tally:
    """Repairs of a group. faults: of ours alone, those that say the machine broke; statuses: outcomes in use."""

    repairs: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    statuses: Counter[Status] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Line:
    """A group of at least LEAST repairs. None: not known, or of too few.

    machines: of that model or make in the territory. fixed: share of those whose outcome is known.
    main: the fault seen most, and main_share: of the group's repairs.
    """

    label: str | Promise
    repairs: int
    machines: int | None = None
    fixed: float | None = None
    end_of_life: float | None = None
    main: Fault | None = None
    main_share: float | None = None

    @property
    def per_hundred(self) -> float | None:
        return 100 * self.repairs / self.machines if self.machines else None


@dataclass(frozen=True, slots=True)
class Table:
    lines: tuple[Line, ...]
    repairs: int  # of all groups, those that are not shown included
    hidden: int  # groups of fewer than LEAST repairs


def by_model(territory_id: UUID) -> Table:
    """Repairs of our machines by make and model. Two queries."""
    tallies = _ours(territory_id, ("device__vendor", "device__model"), lambda vendor, model: (vendor, model))
    tallies.pop(("", ""), None)
    known = _machines(territory_id, ("vendor", "model"))
    return _table(tallies, lambda group: " ".join(filter(None, group)), lambda group: known.get(group))


def by_make(territory_id: UUID) -> Table:
    tallies = _ours(territory_id, ("device__vendor",), lambda vendor: vendor)
    tallies.pop("", None)
    known = _machines(territory_id, ("vendor",))
    return _table(tallies, lambda vendor: vendor, lambda vendor: known.get((vendor,)))


def by_age(territory_id: UUID) -> Table:
    """Counted from the year in which the processor came out. One query."""
    tallies = _ours(territory_id, ("on__year", "year"), lambda on, year: None if year is None else _band(on - year))
    return _table(tallies, _age_label, lambda _band: None, key=lambda band: -1 if band is None else band)


def others_by_make(territory_id: UUID) -> Table:
    """Repairs that others published, by kind of machine and make. One query."""
    rows = _others(territory_id).values_list("category", "vendor", "status").annotate(count=Count("pk"))
    tallies: dict[tuple[int, str], Tally] = defaultdict(Tally)
    for category, vendor, status, count in rows:
        if vendor:
            _add(tallies[category, vendor], count, None, status, in_use=True)
    return _table(tallies, lambda group: f"{group[1]} ({CATEGORY_LABELS[group[0]]})", lambda _group: None)


def others_by_age(territory_id: UUID) -> Table:
    rows = _others(territory_id).values_list("age", "status").annotate(count=Count("pk"))
    tallies: dict[int | None, Tally] = defaultdict(Tally)
    for age, status, count in rows:
        _add(tallies[None if age is None else _band(int(age))], count, None, status, in_use=True)
    return _table(tallies, _age_label, lambda _band: None, key=lambda band: -1 if band is None else band)


def has_others(territory_id: UUID) -> bool:
    found: bool = OthersRepair.objects.filter(territory_id=territory_id).exists()
    return found


# --- one machine


@dataclass(frozen=True, slots=True)
class Weakness:
    """What is known of machines like one. repairs: of the same model here, 0 when too few to speak.

    faults: those that take a fifth of them or more, the most frequent first. others: published repairs of the same
    kind and make, and the share of them that succeeded.
    """

    repairs: int = 0
    faults: tuple[tuple[Fault, float], ...] = ()
    others: int = 0
    others_fixed: float | None = None

    def __bool__(self) -> bool:
        return bool(self.faults or self.others)


def weakness(device: Device) -> Weakness:
    """Two queries; none for a machine whose make is not known."""
    if not device.vendor:
        return Weakness()
    tally = Tally()
    if device.model:
        mine = _counted(device.territory_id).filter(device__vendor=device.vendor, device__model=device.model)
        for fault, count in mine.values_list("fault").annotate(count=Count("pk")).order_by():
            _add(tally, count, Fault(fault), Status.UNKNOWN, in_use=False)
    others = Tally()
    category = category_of(Kind(device.kind))
    if category in KINDS:
        rows = _others(device.territory_id).filter(category=category, vendor=device.vendor).values_list("status")
        for status, count in rows.annotate(count=Count("pk")):
            _add(others, count, None, status, in_use=True)
    return Weakness(
        repairs=tally.repairs if tally.repairs >= LEAST else 0,
        faults=_weak(tally),
        others=others.repairs if others.repairs >= LEAST else 0,
        others_fixed=_share(others.statuses, Status.FIXED) if others.repairs >= LEAST else None,
    )


def notes_on_checks(device: Device) -> dict[str, str]:
    """The lines of the check-list to look at first on this model, and why: see `workshop.additions`."""
    known = weakness(device)
    return {
        line: _("Often fails on this model: %(share)s of %(count)s repairs here.")
        % {"share": wording.percent(share), "count": wording.number(known.repairs)}
        for fault, share in known.faults
        for line in LINES_OF.get(fault, ())
    }


def _weak(tally: Tally) -> tuple[tuple[Fault, float], ...]:
    if tally.repairs < LEAST:
        return ()
    shares = [(fault, count / tally.repairs) for fault, count in tally.faults.most_common()]
    return tuple((fault, share) for fault, share in shares if share >= WEAK_SHARE and fault in LINES_OF)


# --- counting


def _counted(territory_id: UUID) -> Any:
    """Repairs that say a machine broke."""
    return Repair.objects.filter(territory_id=territory_id).exclude(fault__in=[fault.value for fault in SAYS_NOTHING])


def _others(territory_id: UUID) -> Any:
    return OthersRepair.objects.filter(territory_id=territory_id).order_by()


def _ours(territory_id: UUID, columns: tuple[str, ...], group: Callable[..., Hashable]) -> dict[Any, Tally]:
    bench = ExpressionWrapper(Q(ticket__isnull=True), BooleanField())
    rows = _counted(territory_id).order_by().annotate(bench=bench).values_list(*columns, "fault", "status", "bench")
    tallies: dict[Any, Tally] = defaultdict(Tally)
    for *values, fault, status, on_the_bench, count in rows.annotate(count=Count("pk")):
        _add(tallies[group(*values)], count, Fault(fault), status, in_use=not on_the_bench)
    return tallies


def _add(tally: Tally, count: int, fault: Fault | None, status: str, *, in_use: bool) -> None:
    """Outcomes count for machines in use alone: the bench records what it repaired, never what it gave up."""
    tally.repairs += count
    if fault:
        tally.faults[fault] += count
    if in_use:
        tally.statuses[Status(status)] += count


def _machines(territory_id: UUID, columns: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    here = Device.objects.filter(territory_id=territory_id).exclude(state=State.ANNOUNCED.value).order_by()
    return {tuple(values): count for *values, count in here.values_list(*columns).annotate(count=Count("pk"))}


def _table(
    tallies: Mapping[Any, Tally],
    label: Callable[[Any], str | Promise],
    machines: Callable[[Any], int | None],
    key: Callable[[Any], Any] | None = None,
) -> Table:
    """key: the order of the groups; None: most repairs first."""
    shown = [(group, tally) for group, tally in tallies.items() if tally.repairs >= LEAST]
    shown.sort(key=(lambda each: key(each[0])) if key else (lambda each: (-each[1].repairs, str(label(each[0])))))
    return Table(
        lines=tuple(_line(label(group), tally, machines(group)) for group, tally in shown),
        repairs=sum(tally.repairs for tally in tallies.values()),
        hidden=len(tallies) - len(shown),
    )


def _line(label: str | Promise, tally: Tally, machines: int | None) -> Line:
    main, count = tally.faults.most_common(1)[0] if tally.faults else (None, 0)
    return Line(
        label=label,
        repairs=tally.repairs,
        machines=machines,
        fixed=_share(tally.statuses, Status.FIXED),
        end_of_life=_share(tally.statuses, Status.END_OF_LIFE),
        main=main,
        main_share=count / tally.repairs if main else None,
    )


def _share(statuses: Counter[Status], status: Status) -> float | None:
    known = sum(statuses.values()) - statuses[Status.UNKNOWN]
    return statuses[status] / known if known >= LEAST else None


def _band(years: int) -> int:
    return next((youngest for youngest, _label in AGES if years >= youngest), 0)


def _age_label(band: int | None) -> str | Promise:
    return dict(AGES)[band] if band is not None else _("Age not known")
