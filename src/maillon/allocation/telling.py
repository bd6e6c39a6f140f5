"""The rules as plain sentences, each with its source: what a coordinator answers for, what anyone may read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maillon.allocation.rules import CRITERIA, Condition, Distance, Limit, Rules
from maillon.hardware.messages import Message, _

OURS = Message(_("ours: a first proposal, to adjust"))
OURS_FROM_PRACTICE = Message(_("ours, from what associations practise: a first proposal, to adjust"))
DECIDED = Message(_("decided by the coordination"))

LEVEL_NAMES: Mapping[str, Message] = {
    "floors": Message(_("the machines promised to a district or a prescriber at least")),
    "tier": Message(_("the first tier, then the second, and so on")),
    "points": Message(_("within a tier, those who have most points")),
    "fairness": Message(_("at equal points, the district served least for its needs")),
    "waiting": Message(_("then those who have waited longest")),
    "lottery": Message(_("then a public draw, whose seed is sealed beforehand")),
    "waste": Message(_("a machine that is not better than needed, so that better ones are left to whoever needs them")),
    "distance": Message(_("the nearest machine")),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of the rules, and where it comes from."""

    what: Message
    source: Message
    more: tuple[Message, ...] = ()  # what completes it, one a line


@dataclass(frozen=True, slots=True)
class Section:
    title: Message
    said: tuple[Said, ...]

    @property
    def source(self) -> Message | None:
        """Where all of it comes from; None when its sentences differ in that: each then tells its own."""
        sources = {str(said.source) for said in self.said}
        return self.said[0].source if len(sources) == 1 else None


def sections(rules: Rules, default: Rules) -> tuple[Section, ...]:
    """The rules in plain sentences. default: those proposed with the platform, to tell what was changed since."""
    return (
        Section(Message(_("What counts, first things first")), _said_levels(rules, default)),
        Section(Message(_("Tiers: who comes first")), _said_tiers(rules, default)),
        Section(Message(_("Points: within a tier")), _said_points(rules, default)),
        Section(Message(_("Waiting")), _said_ageing(rules, default)),
        Section(Message(_("Least and most")), _said_limits(rules, default)),
        Section(Message(_("Distance")), _said_distance(rules, default)),
    )


def _source(same: bool, of: Message = OURS) -> Message:
    return of if same else DECIDED


def _said_levels(rules: Rules, default: Rules) -> tuple[Said, ...]:
    source = _source(rules.levels == default.levels)
    return tuple(Said(LEVEL_NAMES[level], source) for level in rules.levels)


def _said_tiers(rules: Rules, default: Rules) -> tuple[Said, ...]:
    said = []
    for rank, tier in enumerate(rules.tiers):
        same = rank < len(default.tiers) and default.tiers[rank] == tier
        name = Message(_("Tier %(rank)d: %(name)s"), {"rank": rank + 1, "name": Message(tier.name)})
        said.append(Said(name, _source(same), tuple(condition_told(condition) for condition in tier.any)))
    return tuple(said)


def condition_told(condition: Condition) -> Message:
    """A condition as a phrase: each thing it asks, one after the other."""
    if condition.always:
        return Message(_("everybody else"))
    parts = [CRITERIA[name] for name in CRITERIA if name in condition.all]
    if condition.one_of:
        parts.append(_either([CRITERIA[name] for name in CRITERIA if name in condition.one_of]))
    if condition.deadline_days is not None:
        parts.append(Message(_("needed within %(days)d days"), {"days": condition.deadline_days}))
    if condition.waited_days is not None:
        parts.append(Message(_("waiting for at least %(days)d days"), {"days": condition.waited_days}))
    return _joined(parts, _("%(a)s, and %(b)s"))


def _joined(parts: Sequence[Message], pair: str) -> Message:
    told = parts[0]
    for part in parts[1:]:
        told = Message(pair, {"a": told, "b": part})
    return told


def _either(parts: Sequence[Message]) -> Message:
    """One, another or a third."""
    if len(parts) == 1:
        return parts[0]
    return Message(_("%(a)s or %(b)s"), {"a": _joined(parts[:-1], _("%(a)s, %(b)s")), "b": parts[-1]})


def _said_points(rules: Rules, default: Rules) -> tuple[Said, ...]:
    said = [
        Said(
            Message(
                _("%(criterion)s: adds %(points)d points"), {"criterion": CRITERIA[name], "points": rules.points[name]}
            ),
            _source(rules.points[name] == default.points.get(name, 0), OURS_FROM_PRACTICE),
        )
        for name in CRITERIA
        if rules.points.get(name)
    ]
    same = rules.exclusive == default.exclusive
    for group in rules.exclusive:
        names = [CRITERIA[name] for name in CRITERIA if name in group and rules.points.get(name)]
        if len(names) > 1:
            text = Message(_("Only the best of these counts: %(names)s."), {"names": _either(names)})
            said.append(Said(text, _source(same, OURS_FROM_PRACTICE)))
    most = Message(_("%(points)d points at most."), {"points": rules.points_max})
    said.append(Said(most, _source(rules.points_max == default.points_max, OURS_FROM_PRACTICE)))
    return tuple(said)


def _said_ageing(rules: Rules, default: Rules) -> tuple[Said, ...]:
    ageing = rules.ageing
    text = _("Waiting adds %(points)d points every %(days)d days, %(max)d at most, so that nobody is left behind.")
    if not ageing.points or not ageing.max:
        text = _("Waiting adds no points.")
    values = {"days": ageing.days, "points": ageing.points, "max": ageing.max}
    return (Said(Message(text, values), _source(ageing == default.ageing)),)


def _said_limits(rules: Rules, default: Rules) -> tuple[Said, ...]:
    said = []
    limits = rules.limits
    named: list[tuple[Message, Limit]] = [(Message(_("The territory")), limits.territory)]
    each_district = _("Each other district") if len(limits.districts) > 1 else _("Each district")
    for code, limit in sorted(limits.districts.items()):
        text = each_district if code == "default" else _("District %(code)s")
        named.append((Message(text, {"code": code}), limit))
    each_prescriber = _("Each prescriber, in each district")
    if len(limits.prescribers) > 1:
        each_prescriber = _("Each other prescriber, in each district")
    for key, limit in sorted(limits.prescribers.items()):
        text = each_prescriber if key == "default" else _("Prescriber %(code)s, in each district")
        named.append((Message(text, {"code": key}), limit))
    for who, limit in named:
        if limit.floor:
            least = _("%(who)s: at least %(machines)s each time, if possible, with those promised and not handed over.")
            said.append(Said(Message(least, {"who": who, "machines": _machines(limit.floor)}), DECIDED))
        if limit.cap is not None:
            most = _("%(who)s: at most %(machines)s each time, with those promised and not handed over.")
            if not limit.cap:
                most = _("%(who)s: no machine.")
            said.append(Said(Message(most, {"who": who, "machines": _machines(limit.cap)}), DECIDED))
    if not said:
        none = Message(_("No district and no prescriber has a least or a most: needs alone count."))
        said.append(Said(none, _source(limits == default.limits)))
    return tuple(said)


def _machines(count: int) -> Message:
    return Message(_("one machine") if count == 1 else _("%(count)d machines"), {"count": count})


def _said_distance(rules: Rules, default: Rules) -> tuple[Said, ...]:
    steps = rules.distance
    source = _source(steps == default.distance)
    texts = (
        _("Distances are steps, not measures: %(same_commune)d km within a commune, %(same_grouping)d km within a "
          "grouping of communes, %(elsewhere)d km beyond."),
        _("Whoever names no place is sent %(reach)d km away at most."),
        _("A machine brought to a place by the workshop counts for %(carried)d km, delivered for %(delivered)d km."),
    )  # fmt: skip
    values = {name: getattr(steps, name) for name in Distance.__dataclass_fields__}
    return tuple(Said(Message(text, values), source) for text in texts)
