"""What a donor is told of its machines: what became of them, how long they served, what that avoided. Pure.

Figures and their sources:
- Emissions: 27 kgCO2e avoided a year of use of a reconditioned laptop instead of a new one. ADEME, "Évaluation de
  l'impact environnemental d'un ensemble de produits reconditionnés", 2022, as reported by alliancy.fr; the study itself
  was not read. It holds when the laptop stands in for a new one: from none of them (0 %) to all (100 %), hence a range.
  The emissions of having made the machine are past: they are never counted as avoided. Other kinds of machines: no
  source was read, so nothing is counted.
- Reuse by public bodies: décret n° 2023-266 du 12 avril 2023, art. 1 and 3 (loi n° 2021-1485, art. 16, "REEN"):
  A/B x 100, A: oriented to reuse in the year, B: retired and in stock on 1 January; 25 % in 2023, 35 % in 2024, 50 %
  from 2025; machines over ten years old when retired, and classified ones, are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from maillon.hardware.model import Kind

DAYS_A_YEAR = 365.25
KG_A_YEAR = 27  # kgCO2e, of a laptop
WITH_SOURCE = frozenset({Kind.NOTEBOOK, Kind.CONVERTIBLE})
OLDEST = 10  # years, when retired
COUNTED_KINDS = frozenset(Kind) - {Kind.SERVER, Kind.VIRTUAL, Kind.UNKNOWN}  # surely of categories 2° and 6°
SOURCE_EMISSIONS = "ADEME 2022"
SOURCE_REEN = "décret n° 2023-266"


class Fate(StrEnum):
    """What became of a machine, as coarse as what anyone may know."""

    EXPECTED = "expected"
    PREPARING = "preparing"
    AVAILABLE = "available"
    IN_USE = "in_use"
    PARTS = "parts"
    RECYCLED = "recycled"
    LOST = "lost"


_FATES = {
    "announced": Fate.EXPECTED,
    "ready": Fate.AVAILABLE,
    "reserved": Fate.AVAILABLE,
    "handed_over": Fate.IN_USE,
    "for_parts": Fate.PARTS,
    "recycled": Fate.RECYCLED,
    "lost": Fate.LOST,
}


def fate_of(state: str) -> Fate:
    """state: of `workshop.life.State`; all those of the workshop are one."""
    return _FATES.get(state, Fate.PREPARING)


# --- serving


@dataclass(frozen=True, slots=True)
class Period:
    """In someone's hands. end None: still."""

    start: date
    end: date | None


_ENDS = frozenset({"returned", "lost", "recycled", "for_parts", "restored"})


def periods(steps: Iterable[tuple[str, date]]) -> list[Period]:
    """steps: (name, day) in their order, of one machine."""
    found: list[Period] = []
    start: date | None = None
    for name, day in steps:
        if name == "handed_over" and start is None:
            start = day
        elif name in _ENDS and start is not None:
            found.append(Period(start, max(start, day)))
            start = None
    return [*found, Period(start, None)] if start is not None else found


def days_served(served: Iterable[Period], until: date) -> int:
    """Until a day, both ends of a period being one day of difference when they follow each other."""
    return sum(max(0, ((period.end or until) - period.start).days) for period in served)


# --- emissions


@dataclass(frozen=True, slots=True)
class Avoided:
    """kgCO2e, from `low` (nobody would have bought a new one) to `high` (everybody would).

    machines, days: those of a kind with a source; others, others_days: of kinds without one, not counted.
    """

    high: float
    machines: int
    days: int
    others: int
    others_days: int
    low: float = 0.0


def avoided(served: Iterable[tuple[Kind, int]]) -> Avoided:
    """served: kind and days served of each machine that served at all."""
    known: list[int] = []
    others: list[int] = []
    for kind, days in served:
        (known if kind in WITH_SOURCE else others).append(days)
    years = sum(known) / DAYS_A_YEAR
    return Avoided(KG_A_YEAR * years, len(known), sum(known), len(others), sum(others))


# --- reuse by public bodies


class Age(StrEnum):
    WITHIN = "within"
    OVER = "over"
    UNKNOWN = "unknown"


def age_when_retired(retired: date, bought: date | None, not_before: int | None) -> Age:
    """Whether a machine was ten years old at most when it was retired.

    bought: the day of its first use, when a list told it. not_before: the year in which its processor came out, or in
    which it was bought when the day is not known. It can not be older, so that one of nine years before at most is
    surely within; an older one may have been bought later.
    """
    if bought is not None:
        tenth = date(bought.year + OLDEST, bought.month, min(bought.day, 28) if bought.month == 2 else bought.day)
        return Age.OVER if retired > tenth else Age.WITHIN
    if not_before is not None and retired.year - not_before < OLDEST:
        return Age.WITHIN
    return Age.UNKNOWN


@dataclass(frozen=True, slots=True)
class Given:
    """One machine of a public body. served: it was in someone's hands once, which is the proof of its reuse."""

    year: int  # in which it came
    kind: Kind
    age: Age
    fate: Fate
    served: bool


@dataclass(frozen=True, slots=True)
class Reuse:
    """A year of a public body. stock: B, None until the donor tells it.

    oriented: A, of which `proved` were in someone's hands. left_out: over ten years old. age_unknown: whose age could
    not be told, counted in neither. other_kinds: not surely of the decree's categories, counted in neither.
    not_reused: came, but ended for parts, recycled or lost before anyone used them.
    """

    year: int
    oriented: int
    proved: int
    not_reused: int
    left_out: int
    age_unknown: int
    other_kinds: int
    stock: int | None
    target: int | None

    @property
    def rate(self) -> float | None:
        return self.oriented / self.stock if self.stock else None

    @property
    def rate_proved(self) -> float | None:
        return self.proved / self.stock if self.stock else None

    @property
    def more_than_stock(self) -> bool:
        """The stock told is too small for what came: one of the two is wrong, or more was retired within the year."""
        return self.stock is not None and self.oriented > self.stock


def target(year: int) -> int | None:
    """In percent; None before the decree."""
    return None if year < 2023 else {2023: 25, 2024: 35}.get(year, 50)


def reuse(given: Iterable[Given], stocks: dict[int, int]) -> list[Reuse]:
    """Year after year, the latest first. stocks: B as the donor told it."""
    by_year: dict[int, list[Given]] = {year: [] for year in stocks}
    for machine in given:
        if machine.fate is not Fate.EXPECTED:
            by_year.setdefault(machine.year, []).append(machine)
    return [_reuse(year, by_year[year], stocks.get(year)) for year in sorted(by_year, reverse=True)]


def _reuse(year: int, machines: list[Given], stock: int | None) -> Reuse:
    of_kind = [machine for machine in machines if machine.kind in COUNTED_KINDS]
    counted = [machine for machine in of_kind if machine.age is Age.WITHIN]
    ended = (Fate.PARTS, Fate.RECYCLED, Fate.LOST)
    oriented = [machine for machine in counted if machine.served or machine.fate not in ended]
    return Reuse(
        year=year,
        oriented=len(oriented),
        proved=sum(machine.served for machine in oriented),
        not_reused=len(counted) - len(oriented),
        left_out=sum(machine.age is Age.OVER for machine in of_kind),
        age_unknown=sum(machine.age is Age.UNKNOWN for machine in of_kind),
        other_kinds=len(machines) - len(of_kind),
        stock=stock,
        target=target(year),
    )
