"""The life of a device: one table of states and transitions, and what each step must be able to show. Pure.

A step is refused with everything that is missing, so that one visit to the bench mends it all. "Erased" is never
declared: it follows from the proofs of every medium (read back by the bench, destroyed before a witness with a photo,
or absent before a witness).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from maillon.hardware.messages import Message, _


class State(StrEnum):
    ANNOUNCED = "announced"
    RECEIVED = "received"
    TRIAGED = "triaged"
    INSPECTED = "inspected"
    ERASED = "erased"
    REPAIRED = "repaired"
    INSTALLED = "installed"
    CHECKED = "checked"
    READY = "ready"
    RESERVED = "reserved"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    FOR_PARTS = "for_parts"
    RECYCLED = "recycled"
    LOST = "lost"


class MediumState(StrEnum):
    TO_ERASE = "to_erase"
    ERASED = "erased"  # read back by the bench
    FAILED = "failed"  # to destroy
    DESTROYED = "destroyed"  # witness and photo
    ABSENT = "absent"  # declared at intake, with a witness


PROVED = frozenset({MediumState.ERASED, MediumState.DESTROYED, MediumState.ABSENT})


@dataclass(frozen=True, slots=True)
class MediumFacts:
    name: str  # what a person reads on the disk: model and serial
    state: MediumState


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a device when a step is asked for."""

    state: State
    inspected: bool = False  # a reading of its hardware is kept
    grade: int | None = None
    parts_only: bool = False
    media: tuple[MediumFacts, ...] = ()
    media_known: bool = False  # the reading lists its disks, or someone declared that there is none
    checks_open: int = 0  # lines of the check-list without an answer
    checks_failing: tuple[str, ...] = ()
    checks_done: bool = False


@dataclass(frozen=True, slots=True)
class Obstacle:
    code: str
    what: Message
    remedy: Message


@dataclass(frozen=True, slots=True)
class Step:
    """One way from a state to another."""

    name: str  # "device.checked" is its event kind
    to: State
    sources: frozenset[State]
    permission: str
    label: Message  # the button
    needs: tuple[str, ...] = ()  # names of the requirements below, all checked
    asks: tuple[str, ...] = ()  # fields the person fills in: see forms.py
    by_hand: bool = True  # False: follows from evidence, never from a button
    optional: bool = False  # allowed but not proposed as the next action


IN_WORKSHOP = frozenset(
    {
        State.RECEIVED,
        State.TRIAGED,
        State.INSPECTED,
        State.ERASED,
        State.REPAIRED,
        State.INSTALLED,
        State.CHECKED,
        State.READY,
    }
)


def _step(
    name: str, to: State, sources: set[State] | frozenset[State], permission: str, label: str, **more: object
) -> Step:
    return Step(name, to, frozenset(sources), permission, Message(label), **more)  # type: ignore[arg-type]


S = State
STEPS: tuple[Step, ...] = (
    _step("received", S.RECEIVED, {S.ANNOUNCED, S.RETURNED}, "stock.move", _("Receive"), asks=("place",)),
    _step("triaged", S.TRIAGED, {S.RECEIVED, S.RETURNED}, "stock.move", _("Sort"), asks=("condition",), optional=True),
    _step(
        "inspected",
        S.INSPECTED,
        {S.RECEIVED, S.TRIAGED, S.ANNOUNCED, S.RETURNED},
        "stock.intake",
        _("Read its hardware"),
        needs=("reading",),
        by_hand=False,
    ),
    _step(
        "erased",
        S.ERASED,
        {S.INSPECTED, S.REPAIRED, S.TRIAGED, S.RECEIVED, S.RETURNED},
        "stock.erasure",
        _("Erase"),
        needs=("erasure",),
        by_hand=False,
    ),
    _step(
        "repaired",
        S.REPAIRED,
        {S.INSPECTED, S.ERASED, S.INSTALLED, S.CHECKED, S.READY},
        "stock.move",
        _("Record a repair"),
        asks=("repair",),
        optional=True,
    ),
    _step(
        "installed",
        S.INSTALLED,
        {S.ERASED, S.REPAIRED},
        "stock.move",
        _("Record the installation"),
        needs=("erasure", "disk", "not_parts"),
        asks=("system",),
    ),
    _step(
        "checked",
        S.CHECKED,
        {S.INSTALLED, S.REPAIRED},
        "stock.move",
        _("Confirm the check-list"),
        needs=("erasure", "checks"),
    ),
    _step(
        "ready",
        S.READY,
        {S.CHECKED},
        "stock.move",
        _("Make available"),
        needs=("erasure", "checks", "grade", "not_parts"),
        asks=("place",),
    ),
    _step("faulty", S.ERASED, {S.READY, S.RESERVED}, "stock.move", _("Record a fault"), optional=True),
    _step("reserved", S.RESERVED, {S.READY}, "stock.decide", _("Reserve"), needs=("erasure",), asks=("reference",)),
    _step("released", S.READY, {S.RESERVED}, "stock.decide", _("Release"), asks=("reason",), optional=True),
    _step(
        "handed_over",
        S.HANDED_OVER,
        {S.READY, S.RESERVED},
        "stock.decide",
        _("Hand over"),
        needs=("erasure", "checks", "not_parts"),
        asks=("reference",),
    ),
    _step("returned", S.RETURNED, {S.HANDED_OVER}, "stock.move", _("Take back"), asks=("condition",)),
    _step(
        "for_parts",
        S.FOR_PARTS,
        IN_WORKSHOP | {S.RETURNED},
        "stock.move",
        _("Keep for parts"),
        asks=("reason",),
        optional=True,
    ),
    _step(
        "restored",
        S.RECEIVED,
        {S.FOR_PARTS, S.LOST},
        "stock.move",
        _("Put back into the workshop"),
        asks=("reason",),
        optional=True,
    ),
    _step(
        "recycled",
        S.RECYCLED,
        {S.FOR_PARTS, S.RECEIVED, S.TRIAGED, S.INSPECTED, S.ERASED, S.RETURNED},
        "stock.decide",
        _("Send to recycling"),
        needs=("erasure",),
        asks=("slip",),
        optional=True,
    ),
    _step(
        "lost",
        S.LOST,
        IN_WORKSHOP | {S.ANNOUNCED, S.RESERVED, S.HANDED_OVER, S.RETURNED, S.FOR_PARTS},
        "stock.decide",
        _("Declare lost or stolen"),
        asks=("reason",),
        optional=True,
    ),
)
BY_NAME: Mapping[str, Step] = {step.name: step for step in STEPS}


def obstacles(step: Step, facts: Facts) -> list[Obstacle]:
    """Everything that stands in the way of this step; empty when it may be taken."""
    if facts.state not in step.sources:
        return [
            Obstacle(
                "state",
                Message(_("It is not at this stage of its life.")),
                Message(_("Open its page: it shows what can be done next.")),
            )
        ]
    found: list[Obstacle] = []
    for need in step.needs:
        found.extend(_REQUIREMENTS[need](facts))
    return found


def next_steps(facts: Facts, permissions: frozenset[str]) -> list[tuple[Step, list[Obstacle]]]:
    """The steps open to someone with these permissions, the main one first; each with what it still lacks."""
    open_ = [s for s in STEPS if facts.state in s.sources and s.permission in permissions]
    return [(s, obstacles(s, facts)) for s in sorted(open_, key=lambda s: s.optional)]


def erasure_established(facts: Facts) -> bool:
    """Whether the proofs kept cover every medium of the device."""
    return facts.media_known and all(medium.state in PROVED for medium in facts.media)


def _reading(facts: Facts) -> list[Obstacle]:
    if facts.inspected:
        return []
    return [
        Obstacle(
            "not_inspected",
            Message(_("No reading of its hardware is kept.")),
            Message(_("Start it on the bench, or drop the file of a reading on its page.")),
        )
    ]


def _erasure(facts: Facts) -> list[Obstacle]:
    if not facts.media_known:
        return [
            Obstacle(
                "media_unknown",
                Message(_("Erasure not proved: its disks are not known.")),
                Message(_("Read its hardware, or declare before a witness that it has no disk.")),
            )
        ]
    return [
        Obstacle(
            "not_erased",
            Message(_("Erasure not proved: disk %(disk)s."), {"disk": medium.name}),
            Message(_("It failed: destroy it before a witness, with a photo."))
            if medium.state is MediumState.FAILED
            else Message(_("Erase it on the bench, or add the report of its erasure.")),
        )
        for medium in facts.media
        if medium.state not in PROVED
    ]


def _disk(facts: Facts) -> list[Obstacle]:
    if not facts.media_known or any(medium.state is not MediumState.ABSENT for medium in facts.media):
        return []  # not known: the requirement of erasure says so
    return [
        Obstacle(
            "no_disk",
            Message(_("It has no disk to install a system on.")),
            Message(_("Fit one, then read its hardware again.")),
        )
    ]


def _grade(facts: Facts) -> list[Obstacle]:
    if facts.grade is not None:
        return []
    return [
        Obstacle(
            "no_grade",
            Message(_("Its grade is not known.")),
            Message(_("Complete the reading of its hardware: memory, processor and disk are needed.")),
        )
    ]


def _not_parts(facts: Facts) -> list[Obstacle]:
    if not facts.parts_only:
        return []
    return [
        Obstacle(
            "parts_only",
            Message(_("It can only serve for parts.")),
            Message(_("See why beside its grade; keep it for parts or send it to recycling.")),
        )
    ]


def _checks(facts: Facts) -> list[Obstacle]:
    found = []
    if facts.checks_open or not facts.checks_done:
        found.append(
            Obstacle(
                "checks_open",
                Message(_("The check-list is not complete.")),
                Message(_("Answer every line; a line that does not apply has its own answer.")),
            )
        )
    found.extend(
        Obstacle(
            "check_failing",
            Message(_("Failing: %(check)s."), {"check": name}),
            Message(_("Repair it and check again, or keep the machine for parts.")),
        )
        for name in facts.checks_failing
    )
    return found


_REQUIREMENTS = {
    "reading": _reading,
    "erasure": _erasure,
    "disk": _disk,
    "grade": _grade,
    "not_parts": _not_parts,
    "checks": _checks,
}
