"""Why a request is served or not, in words: everything for its prescriber, what is neutral for the family. Pure.

Nobody is told the points of another: a prescriber is told the last place served among the machines that fit, which
belongs to no one; a family is told neither points nor place. A need given up (a lower grade, fewer extras) is never
proposed to a family: it is for those who know what a machine must do.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from maillon.allocation.rules import CRITERIA, Rules
from maillon.hardware.messages import Message, _


class Why(IntEnum):
    """docs/allocation.md, section 7."""

    SERVED = 0
    NOTHING_FITS = 1
    OTHERS_FIRST = 2
    TIE = 3
    CAP = 4
    FLOOR = 5
    GROUP = 6
    IN_PART = 7


class Change(IntFlag):
    FARTHER = 1
    ANY_KIND = 2
    GRADE = 4
    EXTRAS = 8


CHANGES = {
    Change.FARTHER: Message(_("fetching it farther away, or having it delivered")),
    Change.ANY_KIND: Message(_("accepting any kind of machine")),
    Change.GRADE: Message(_("a machine one grade below, if that is enough for the use")),
    Change.EXTRAS: Message(
        _("a machine not proved fit for this use, nor large or light where asked, if that is enough")
    ),
}
FOR_THE_FAMILY = (Change.FARTHER, Change.ANY_KIND)

SHORT = {
    Why.SERVED: Message(_("served")),
    Why.NOTHING_FITS: Message(_("no machine fits")),
    Why.OTHERS_FIRST: Message(_("others came before")),
    Why.TIE: Message(_("level with the last one served")),
    Why.CAP: Message(_("a most was reached")),
    Why.FLOOR: Message(_("a machine kept by a least")),
    Why.GROUP: Message(_("too few machines at once")),
    Why.IN_PART: Message(_("served in part")),
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What a campaign answered. lines: (criterion, points, counted). cutoff_*: -1 where there is none."""

    code: int
    tier: int
    points: int
    aged: int
    lines: tuple[tuple[str, int, bool], ...]
    cutoff_tier: int
    cutoff_points: int
    changes: int


def lines_told(decided: Decided) -> list[tuple[Message, int, bool]]:
    """Each line of the points, what waiting added last."""
    told = [
        (CRITERIA[name] if name in CRITERIA else Message(name), points, counted)
        for name, points, counted in decided.lines
    ]
    if decided.aged:
        told.append((Message(_("days of waiting")), decided.aged, True))
    return told


def why_told(decided: Decided, rules: Rules) -> list[Message]:
    """For the prescriber: the whole of it, a sentence a line."""
    why = Why(decided.code)
    told = [_SENTENCES[why]]
    if decided.cutoff_tier >= 0:
        told.append(
            Message(
                _LAST_UNDER_THE_MOST if why is Why.CAP else _LAST,
                {
                    "tier": decided.cutoff_tier + 1,
                    "name": _tier_name(decided.cutoff_tier, rules),
                    "points": decided.cutoff_points,
                    "own_tier": decided.tier + 1,
                    "own_name": _tier_name(decided.tier, rules),
                    "own_points": decided.points,
                },
            )
        )
    return told


_LAST = _(
    "The last one served with a machine that meets this need: tier %(tier)d (%(name)s), %(points)d points. This "
    "request: tier %(own_tier)d (%(own_name)s), %(own_points)d points."
)
_LAST_UNDER_THE_MOST = _(
    "The last one served under this most with a machine that meets this need: tier %(tier)d (%(name)s), %(points)d "
    "points. This request: tier %(own_tier)d (%(own_name)s), %(own_points)d points."
)


def _tier_name(tier: int, rules: Rules) -> Message:
    return Message(rules.tiers[tier].name) if tier < len(rules.tiers) else Message("?")


_SENTENCES = {
    Why.SERVED: Message(_("A machine was promised to it by this campaign.")),
    Why.NOTHING_FITS: Message(_("No machine that was ready and near enough meets this need.")),
    Why.OTHERS_FIRST: Message(
        _("The machines that meet this need went to requests that come before, by tier or points.")
    ),
    Why.TIE: Message(
        _(
            "It has the tier and the points of the last one served. Between equals, the district served least for its "
            "needs comes first, then who has waited longest, then the public draw."
        )
    ),
    Why.CAP: Message(
        _(
            "The most that may be given to its district or prescriber, or handed over there, is reached: machines "
            "promised before and not handed over yet count in it."
        )
    ),
    Why.FLOOR: Message(
        _("It comes before someone who was served, whose machine was kept by the least of a district or a prescriber.")
    ),
    Why.GROUP: Message(
        _(
            "A request for several machines receives the fewest it accepts, or none: so many could not be given "
            "without passing others over or going above a most."
        )
    ),
    Why.IN_PART: Message(
        _("Some of the machines asked were promised; no more could be given without passing others over.")
    ),
}


def changes_told(decided: Decided, *, family: bool = False) -> list[Message]:
    """Single changes, any one of which would have served it, all else equal; none when it was served."""
    offered = FOR_THE_FAMILY if family else tuple(CHANGES)
    return [CHANGES[change] for change in offered if decided.changes & change]


def family_told(decided: Decided) -> Message:
    """For the person: one sentence that judges nobody and tells nothing of the others."""
    return _FAMILY[Why(decided.code)]


_FAMILY = {
    Why.SERVED: Message(_("A computer was found for you.")),
    Why.IN_PART: Message(_("Some of the computers you asked for are kept for you.")),
    Why.NOTHING_FITS: Message(_("No computer like the one you need was ready.")),
    Why.OTHERS_FIRST: Message(_("There were not enough computers. This time the rules put other situations first.")),
    Why.TIE: Message(_("There were not enough computers. It was very close this time.")),
    Why.CAP: Message(_("There were not enough computers for your area this time.")),
    Why.FLOOR: Message(_("There were not enough computers. Some are kept for areas that received few.")),
    Why.GROUP: Message(_("There were not enough computers at once for what you asked.")),
}
