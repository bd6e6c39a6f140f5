"""The rules by which machines are given: a document that anyone can read, check and change. Pure.

    rules = read(document)                 every refusal at once
    standing = standing_of(facts, rules)   tier, points, and the line of each point

The document ("alloc-rules/1") is JSON: {"schema", "levels": [the eight levels, first things first], "tiers": [{"name",
"any": [condition]}], "points": {criterion: points}, "exclusive": [[criteria of which the best one alone counts]],
"points_max", "ageing": {"points", "days", "max"}, "limits": {"territory", "districts", "prescribers"},
"distance": {"same_commune", "same_grouping", "elsewhere", "carried", "delivered", "reach"}}.

A condition is {"all": [criteria], "one_of": [criteria], "deadline_days": n, "waited_days": n}; what it leaves out it
does not ask. A request is in the first tier one of whose conditions holds; the last tier takes everybody.
Limits are {"floor": machines, "cap": machines or null}: of the territory, of each district by its code, of each
prescriber (by the key of its organisation) within each district; "default" stands for those not named.
Criteria are those of a request (needs.vocabulary.Criterion) and two that follow from it: see CRITERIA.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maillon.hardware.messages import Message, _

SCHEMA = "alloc-rules/1"
LEVELS = ("floors", "tier", "points", "fairness", "waiting", "lottery", "waste", "distance")
COUNTED_DOWN = frozenset({"fairness", "lottery", "waste", "distance"})
FAIRNESS_SCALE = 1000
MOST_TIERS = 16
MOST_POINTS = 1000  # of one criterion; the solver takes 10 000 in all
LONGEST_NAME = 80

CRITERIA: Mapping[str, Message] = {
    "no_computer": Message(_("no computer at home")),
    "smartphone_only": Message(_("a telephone only")),
    "shared_computer": Message(_("three children or more for one computer")),
    "schooling": Message(_("needed for school or studies")),
    "exam_year": Message(_("an exam this year")),
    "job_search": Message(_("needed to look for work")),
    "formalities": Message(_("needed for administrative steps")),
    "income_a": Message(_("income in the lowest band")),
    "income_b": Message(_("income in the second band")),
    "income_c": Message(_("income in the third band")),
    "single_parent": Message(_("single parent")),
    "emergency_housing": Message(_("emergency or temporary housing")),
    "recent_accident": Message(_("a recent loss of income, separation, fire…")),
    "newcomer": Message(_("learning French")),
    "replacement": Message(_("replaces a machine of ours that broke down")),
    "priority_district": Message(_("lives in a priority district")),  # the request names one
    "partner": Message(_("filed by a partner that knows the person")),  # any prescriber but the coordination itself
}

FORMER_NAMES = (_("Without a computer"),)  # in documents adopted before: still told in the reader's language
DEFAULT: dict[str, Any] = {
    "schema": SCHEMA,
    "levels": list(LEVELS),
    "tiers": [
        {"name": _("Broken down"), "any": [{"all": ["replacement"]}]},
        {
            "name": _("Urgent"),
            "any": [
                {"one_of": ["no_computer", "smartphone_only"], "deadline_days": 14},
                {"all": ["emergency_housing"], "one_of": ["no_computer", "smartphone_only"]},
            ],
        },
        {
            "name": _("Without a computer, or waiting for long"),
            "any": [{"one_of": ["no_computer", "smartphone_only"]}, {"waited_days": 180}],
        },
        {"name": _("Other requests"), "any": [{}]},
    ],
    "points": {
        "no_computer": 30,
        "smartphone_only": 25,
        "shared_computer": 15,
        "schooling": 20,
        "exam_year": 20,
        "job_search": 20,
        "formalities": 10,
        "income_a": 20,
        "income_b": 12,
        "income_c": 6,
        "recent_accident": 20,
        "priority_district": 10,
        "emergency_housing": 10,
        "single_parent": 10,
        "partner": 10,
    },
    "exclusive": [
        ["no_computer", "smartphone_only", "shared_computer"],
        ["schooling", "exam_year", "job_search", "formalities"],
        ["income_a", "income_b", "income_c", "recent_accident"],
        ["priority_district", "emergency_housing"],
    ],
    "points_max": 100,
    "ageing": {"points": 2, "days": 14, "max": 30},
    "limits": {
        "territory": {"floor": 0, "cap": None},
        "districts": {"default": {"floor": 0, "cap": None}},
        "prescribers": {"default": {"floor": 0, "cap": None}},
    },
    "distance": {
        "same_commune": 2,
        "same_grouping": 10,
        "elsewhere": 30,
        "carried": 15,
        "delivered": 15,
        "reach": 15,
    },
}


@dataclass(frozen=True, slots=True)
class Condition:
    all: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()
    deadline_days: int | None = None  # needed within so many days of the decision, or overdue
    waited_days: int | None = None  # complete since at least so many days

    @property
    def always(self) -> bool:
        return self == Condition()


@dataclass(frozen=True, slots=True)
class Tier:
    name: str
    any: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    floor: int = 0
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    territory: Limit = field(default_factory=Limit)
    districts: Mapping[str, Limit] = field(default_factory=dict)
    prescribers: Mapping[str, Limit] = field(default_factory=dict)

    def of_district(self, code: str) -> Limit:
        return self.districts.get(code) or self.districts.get("default") or Limit()

    def of_prescriber(self, key: str) -> Limit:
        return self.prescribers.get(key) or self.prescribers.get("default") or Limit()


@dataclass(frozen=True, slots=True)
class Ageing:
    points: int
    days: int
    max: int

    def gained(self, waited: int) -> int:
        """Points gained by so many days in the queue."""
        return min(self.max, self.points * (max(0, waited) // self.days))


@dataclass(frozen=True, slots=True)
class Distance:
    """Kilometres of the published steps: nobody's address is measured."""

    same_commune: int
    same_grouping: int
    elsewhere: int
    carried: int  # a machine that the workshop brings to a place accepted
    delivered: int
    reach: int  # how far someone who names no place is sent


@dataclass(frozen=True, slots=True)
class Rules:
    levels: tuple[str, ...]
    tiers: tuple[Tier, ...]
    points: Mapping[str, int]
    exclusive: tuple[frozenset[str], ...]
    points_max: int
    ageing: Ageing
    limits: Limits
    distance: Distance


@dataclass(frozen=True, slots=True)
class Refused:
    where: str  # "tiers.2.any.0.deadline_days"
    what: Message


class RulesRefused(ValueError):
    """Everything that is wrong with a document of rules."""

    def __init__(self, refusals: Sequence[Refused]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(f"{refused.where}: {refused.what}" for refused in refusals))


# -- what they give to a request --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the rules look at. criteria: names of CRITERIA; one that needs a proof is there once it was seen."""

    criteria: frozenset[str]
    since: date
    deadline: date | None
    as_of: date  # the day of the decision

    @property
    def waited(self) -> int:
        """Days, never less than 0."""
        return max(0, (self.as_of - self.since).days)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the points. counted: False when a better one of its group counts instead."""

    criterion: str
    points: int
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """tier: from 0, first served. points: without what waiting adds. aged: what waiting adds on the day."""

    tier: int
    points: int
    aged: int
    lines: tuple[Line, ...]

    @property
    def effective(self) -> int:
        return self.points + self.aged


def standing_of(facts: RequestFacts, rules: Rules) -> Standing:
    """Where a request stands on the day of the decision, and each line of its points."""
    tier = next(rank for rank, tier in enumerate(rules.tiers) if any(_holds(c, facts) for c in tier.any))
    lines = _lines(facts, rules)
    points = min(rules.points_max, sum(line.points for line in lines if line.counted))
    return Standing(tier, points, rules.ageing.gained(facts.waited), lines)


def _holds(condition: Condition, facts: RequestFacts) -> bool:
    if not condition.all <= facts.criteria:
        return False
    if condition.one_of and not condition.one_of & facts.criteria:
        return False
    if condition.deadline_days is not None and (
        facts.deadline is None or (facts.deadline - facts.as_of).days > condition.deadline_days
    ):
        return False
    return condition.waited_days is None or facts.waited >= condition.waited_days


def _lines(facts: RequestFacts, rules: Rules) -> tuple[Line, ...]:
    held = [name for name in CRITERIA if name in facts.criteria and rules.points.get(name)]
    best: dict[int, str] = {}
    for name in held:  # of equal ones, the first of CRITERIA
        group = _group(name, rules)
        if group is not None and (group not in best or rules.points[name] > rules.points[best[group]]):
            best[group] = name
    return tuple(
        Line(name, rules.points[name], (group := _group(name, rules)) is None or best[group] == name) for name in held
    )


def _group(name: str, rules: Rules) -> int | None:
    return next((rank for rank, group in enumerate(rules.exclusive) if name in group), None)


# -- reading a document -----------------------------------------------------------------------------------------------

_NUMBER = Message(_("Write a whole number."))
_UNKNOWN_KEY = _("“%(key)s” is not known here.")
_CODE = re.compile(r"default|[0-9A-Za-z][0-9A-Za-z-]{0,39}")


class _Reader:
    """Reads what it can and keeps every refusal."""

    def __init__(self) -> None:
        self.refusals: list[Refused] = []

    def refuse(self, where: str, text: str, **values: object) -> None:
        self.refusals.append(Refused(where, Message(text, values)))

    def keys(self, where: str, value: object, known: Iterable[str], *, needed: bool = True) -> Mapping[str, Any]:
        """The mapping itself, empty when it is none. needed: each key must be there."""
        if not isinstance(value, dict):
            self.refuse(where or "rules", _("This part is missing, or is no list of named values."))
            return {}
        known = tuple(known)
        for key in value:
            if key not in known:
                self.refuse(_at(where, key), _UNKNOWN_KEY, key=str(key)[:40])
        for key in known if needed else ():
            if key not in value:
                self.refuse(_at(where, key), _("This part is missing."))
        return value

    def number(self, where: str, value: object, least: int, most: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            self.refusals.append(Refused(where, _NUMBER))
        elif not least <= value <= most:
            self.refuse(where, _("Write a number from %(least)d to %(most)d."), least=least, most=most)
        else:
            return value
        return least

    def criteria(self, where: str, value: object) -> frozenset[str]:
        if not isinstance(value, list):
            self.refuse(where, _("Write a list of criteria."))
            return frozenset()
        for name in value:
            if name not in CRITERIA:
                self.refuse(where, _("“%(name)s” is no criterion."), name=str(name)[:40])
        return frozenset(name for name in value if isinstance(name, str) and name in CRITERIA)


def _at(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def read(document: object) -> Rules:
    """Raises RulesRefused with everything that is wrong."""
    reader = _Reader()
    parts = reader.keys("", document, DEFAULT)
    if parts.get("schema") != SCHEMA:
        reader.refuse("schema", _("These are not rules of this version: “%(schema)s” is expected."), schema=SCHEMA)
    exclusive = _exclusive(reader, parts.get("exclusive"))
    points = {
        name: reader.number(f"points.{name}", value, 0, MOST_POINTS)
        for name, value in reader.keys("points", parts.get("points"), CRITERIA, needed=False).items()
        if name in CRITERIA
    }
    points_max = reader.number("points_max", parts.get("points_max"), 0, 10_000)
    _check_most(reader, points, exclusive, points_max)
    found = Rules(
        levels=_levels(reader, parts.get("levels")),
        tiers=_tiers(reader, parts.get("tiers")),
        points=points,
        exclusive=exclusive,
        points_max=points_max,
        ageing=_ageing(reader, parts.get("ageing")),
        limits=_limits(reader, parts.get("limits")),
        distance=_distance(reader, parts.get("distance")),
    )
    if reader.refusals:
        raise RulesRefused(reader.refusals)
    return found


def _levels(reader: _Reader, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or sorted(map(str, value)) != sorted(LEVELS):
        reader.refuse("levels", _("Each of the eight levels is there once: %(levels)s."), levels=", ".join(LEVELS))
        return LEVELS
    early = [name for name in value[: value.index("tier")] if name in COUNTED_DOWN]
    if early:  # the least of them is had by serving nobody
        reader.refuse("levels", _("“tier” comes before %(levels)s."), levels=", ".join(early))
    return tuple(value)


def _exclusive(reader: _Reader, value: object) -> tuple[frozenset[str], ...]:
    if not isinstance(value, list):
        reader.refuse("exclusive", _("Write a list of lists of criteria."))
        return ()
    groups = tuple(reader.criteria(f"exclusive.{rank}", group) for rank, group in enumerate(value))
    seen: set[str] = set()
    for rank, group in enumerate(groups):
        for name in sorted(group & seen):
            reader.refuse(f"exclusive.{rank}", _("%(name)s is in two groups."), name=CRITERIA[name])
        seen |= group
    return groups


def _check_most(
    reader: _Reader, points: Mapping[str, int], exclusive: Sequence[frozenset[str]], points_max: int
) -> None:
    grouped = frozenset().union(*exclusive) if exclusive else frozenset()
    most = sum(max((points.get(name, 0) for name in group), default=0) for group in exclusive)
    most += sum(value for name, value in points.items() if name not in grouped)
    if most > points_max:
        reader.refuse(
            "points_max",
            _("A request may reach %(most)d points, more than the %(max)d told: raise one or lower the other."),
            most=most,
            max=points_max,
        )


def _tiers(reader: _Reader, value: object) -> tuple[Tier, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_TIERS:
        reader.refuse("tiers", _("There are from 1 to %(most)d tiers."), most=MOST_TIERS)
        return ()
    tiers = tuple(_tier(reader, f"tiers.{rank}", tier) for rank, tier in enumerate(value))
    if not any(condition.always for condition in tiers[-1].any):
        reader.refuse(f"tiers.{len(tiers) - 1}.any", _("The last tier takes everybody: its condition asks nothing."))
    for rank, tier in enumerate(tiers[:-1]):
        if any(condition.always for condition in tier.any):
            reader.refuse(f"tiers.{rank}.any", _("This tier takes everybody: nobody would be in those after it."))
    return tiers


def _tier(reader: _Reader, where: str, value: object) -> Tier:
    parts = reader.keys(where, value, ("name", "any"))
    name = parts.get("name")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= LONGEST_NAME:
        reader.refuse(f"{where}.name", _("Give this tier a name of %(most)d signs at most."), most=LONGEST_NAME)
    conditions = parts.get("any")
    if not isinstance(conditions, list) or not conditions:
        reader.refuse(f"{where}.any", _("Give at least one condition."))
        conditions = []
    return Tier(str(name), tuple(_condition(reader, f"{where}.any.{rank}", c) for rank, c in enumerate(conditions)))


def _condition(reader: _Reader, where: str, value: object) -> Condition:
    parts = reader.keys(where, value, ("all", "one_of", "deadline_days", "waited_days"), needed=False)
    days: dict[str, int | None] = {
        name: reader.number(f"{where}.{name}", parts[name], 0, 3650) if parts.get(name) is not None else None
        for name in ("deadline_days", "waited_days")
    }
    return Condition(
        all=reader.criteria(f"{where}.all", parts.get("all", [])),
        one_of=reader.criteria(f"{where}.one_of", parts.get("one_of", [])),
        **days,
    )


def _ageing(reader: _Reader, value: object) -> Ageing:
    parts = reader.keys("ageing", value, ("points", "days", "max"))
    return Ageing(
        reader.number("ageing.points", parts.get("points"), 0, MOST_POINTS),
        reader.number("ageing.days", parts.get("days"), 1, 3650),
        reader.number("ageing.max", parts.get("max"), 0, 10_000),
    )


def _limits(reader: _Reader, value: object) -> Limits:
    parts = reader.keys("limits", value, ("territory", "districts", "prescribers"))
    named: dict[str, dict[str, Limit]] = {}
    for name in ("districts", "prescribers"):
        group = parts.get(name)
        if not isinstance(group, dict):
            reader.refuse(f"limits.{name}", _("This part is missing, or is no list of named values."))
            group = {}
        for key in group:
            if not isinstance(key, str) or not _CODE.fullmatch(key):
                reader.refuse(f"limits.{name}", _UNKNOWN_KEY, key=str(key)[:40])
        named[name] = {str(key): _limit(reader, f"limits.{name}.{key}", limit) for key, limit in group.items()}
    return Limits(_limit(reader, "limits.territory", parts.get("territory")), named["districts"], named["prescribers"])


def _limit(reader: _Reader, where: str, value: object) -> Limit:
    parts = reader.keys(where, value, ("floor", "cap"))
    floor = reader.number(f"{where}.floor", parts.get("floor"), 0, 1_000_000)
    if parts.get("cap") is None:
        return Limit(floor)
    cap = reader.number(f"{where}.cap", parts.get("cap"), 0, 1_000_000)
    if cap < floor:
        reader.refuse(where, _("The least (%(floor)d) is above the most (%(cap)d)."), floor=floor, cap=cap)
    return Limit(floor, cap)


def _distance(reader: _Reader, value: object) -> Distance:
    names = ("same_commune", "same_grouping", "elsewhere", "carried", "delivered", "reach")
    parts = reader.keys("distance", value, names)
    return Distance(*(reader.number(f"distance.{name}", parts.get(name), 0, 1000) for name in names))
