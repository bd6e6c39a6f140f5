"""What a machine is good for: grade 0 to 5, uses, systems, or parts only; why, and what nobody could judge.

The thresholds and their sources are in `thresholds.py`. The grade is a lower bound: a fact that nobody read counts as
too little and is listed in `unknowns`, with who can look; `at_best` is the grade if all of them turn out well. Better
hardware never lowers the grade. A machine that nothing seen makes useless has no grade yet, rather than 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from maillon.hardware.cpus import describe
from maillon.hardware.criteria import MEETS, CapabilityFacts, Criterion, facts_of, level, shortfall
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind, LockKind, LockState, Machine, Processor
from maillon.hardware.thresholds import GRADES, SYSTEMS, USES, Requirement, SystemRow, Use
from maillon.hardware.upgrades import Upgrade, cheapest_upgrade


class Fit(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # nothing seen forbids it, but not all was seen


@dataclass(frozen=True, slots=True)
class UseVerdict:
    fit: Fit
    why_not: tuple[Message, ...] = ()  # what is too little, or what is not known


@dataclass(frozen=True, slots=True)
class SystemVerdict:
    name: str
    fit: Fit
    comfortable: bool | None  # enough memory to forget about it
    why_not: tuple[Message, ...]
    source: Message


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that could not be judged, and who can look."""

    criterion: Criterion
    what: Message
    who: Message


@dataclass(frozen=True, slots=True)
class Judgement:
    grade: int | None  # 0 to 5; None when what was not read decides whether it serves, or for what is no real machine
    at_best: int | None  # the grade if every unknown turns out well
    because: tuple[Message, ...]  # what keeps it from a higher grade, the most limiting first
    uses: Mapping[Use, UseVerdict]
    systems: tuple[SystemVerdict, ...]
    parts_only: Message | None
    unknowns: tuple[Unknown, ...]
    upgrade: Upgrade | None


_UNKNOWN: Mapping[Criterion, tuple[Message, Message]] = {
    Criterion.PROCESSOR: (
        Message(_("Processor not known.")),
        Message(_("Boot the bench, or send dmidecode or lscpu.")),
    ),
    Criterion.CORES: (Message(_("Number of cores not known.")), Message(_("Boot the bench, or send lscpu."))),
    Criterion.MEMORY: (Message(_("Memory not known.")), Message(_("Boot the bench, or send dmidecode."))),
    Criterion.DISK: (
        Message(_("Disk, or its kind, not known.")),
        Message(_("Boot the bench, or send lshw or smartctl.")),
    ),
    Criterion.SCREEN: (Message(_("Screen not known.")), Message(_("Boot the bench, or read its definition on site."))),
    Criterion.BATTERY: (Message(_("Battery wear not known.")), Message(_("Boot the bench, or send upower -d."))),
    Criterion.NETWORK: (Message(_("Network adapters not known.")), Message(_("Boot the bench, or send lspci."))),
    Criterion.CAMERA: (Message(_("Camera not known.")), Message(_("Look at it, or send lsusb."))),
    Criterion.SOUND: (Message(_("Sound not known.")), Message(_("Boot the bench, or send lspci."))),
}
_LOCKS: Mapping[LockKind, Message] = {
    LockKind.FIRMWARE_PASSWORD: Message(_("Firmware password: its owner must lift it, otherwise for parts.")),
    LockKind.COMPUTRACE: Message(_("Computrace (Absolute) lock: its owner must lift it, otherwise for parts.")),
    LockKind.AUTOPILOT: Message(_("Windows Autopilot: its owner must remove it, otherwise for parts.")),
    LockKind.MDM: Message(_("Managed by its owner (MDM): it must be released, otherwise for parts.")),
    LockKind.ACTIVATION_LOCK: Message(_("Apple activation lock: its owner must lift it, otherwise for parts.")),
    LockKind.FRP: Message(_("Google account lock (FRP): its owner must lift it, otherwise for parts.")),
}  # an ATA password locks a disk, not the machine: the disk is not counted


def judge(machine: Machine, checked: Mapping[Criterion, bool] | None = None) -> Judgement:
    """Total: any machine, even an empty one. checked: what a person saw work, see `facts_of`."""
    facts = facts_of(machine, checked)
    if machine.kind is Kind.VIRTUAL:
        return _no_machine(Message(_("A virtual machine: nothing to give.")))
    unknowns = tuple(Unknown(c, *_UNKNOWN[c]) for c in Criterion if _is_unknown(c, facts))
    parts_only = _parts_only(machine)
    foreign = _foreign(machine)
    grade = min(level(c, facts, unknown=False) for c in Criterion)
    at_best = min(level(c, facts, unknown=True) for c in Criterion)
    because = _limits(facts)
    if blocked := parts_only or foreign:
        grade = at_best = 0
        because = (blocked, *because)
    undecided = grade == 0 and at_best > 0
    return Judgement(
        grade=None if undecided else grade,
        at_best=None if _knows_nothing(facts) and not blocked else at_best,
        because=because,
        uses={use: _use(facts, need, blocked or _not_for_a_home(machine)) for use, need in USES.items()},
        systems=tuple(_system(facts, row, blocked) for row in SYSTEMS),
        parts_only=parts_only,
        unknowns=unknowns,
        upgrade=None if blocked else cheapest_upgrade(machine),
    )


def to_dict(judgement: Judgement, render: Callable[[Message], str] = str) -> dict[str, Any]:
    """A document that `json.dumps` takes, its sentences said by `render`; what does not apply is null."""
    upgrade = judgement.upgrade
    return {
        "grade": judgement.grade,
        "at_best": judgement.at_best,
        "because": [render(reason) for reason in judgement.because],
        "uses": {
            use.value: {"fit": verdict.fit.value, "why_not": [render(reason) for reason in verdict.why_not]}
            for use, verdict in judgement.uses.items()
        },
        "systems": [
            {"name": system.name, "fit": system.fit.value, "comfortable": system.comfortable}
            for system in judgement.systems
        ],
        "parts_only": render(judgement.parts_only) if judgement.parts_only else None,
        "unknowns": [
            {"criterion": unknown.criterion.value, "what": render(unknown.what), "who": render(unknown.who)}
            for unknown in judgement.unknowns
        ],
        "upgrade": upgrade
        and {
            "parts": [render(part.label) for part in upgrade.parts],
            "price_eur": upgrade.price_eur,
            "before": upgrade.before,
            "after": upgrade.after,
            "provided": [criterion.value for criterion in upgrade.provided],
        },
    }


def _no_machine(why: Message) -> Judgement:
    refused = UseVerdict(Fit.NO, (why,))
    systems = tuple(SystemVerdict(row.name, Fit.NO, None, (why,), row.source) for row in SYSTEMS)
    return Judgement(None, None, (why,), dict.fromkeys(USES, refused), systems, None, (), None)


def _is_unknown(criterion: Criterion, facts: CapabilityFacts) -> bool:
    return any(MEETS[criterion](facts, need) is None for need in GRADES.values())


def _knows_nothing(facts: CapabilityFacts) -> bool:
    known = (facts.speed_class, facts.cores, facts.memory_gb, facts.disks, facts.screen, facts.battery_health)
    return all(fact is None for fact in known)


def _limits(facts: CapabilityFacts) -> tuple[Message, ...]:
    """For each criterion that stops short of the best grade, what the next one asks; the most limiting first."""
    found = []
    for order, criterion in enumerate(Criterion):
        reached = level(criterion, facts, unknown=False)
        if reached == max(GRADES):
            continue
        need = GRADES[reached + 1]
        unknown = MEETS[criterion](facts, need) is None
        found.append((reached, order, _UNKNOWN[criterion][0] if unknown else shortfall(criterion, facts, need)))
    return tuple(message for _reached, _order, message in sorted(found, key=lambda limit: limit[:2]))


def _use(facts: CapabilityFacts, need: Requirement, blocked: Message | None) -> UseVerdict:
    if blocked:
        return UseVerdict(Fit.NO, (blocked,))
    short = tuple(shortfall(c, facts, need) for c in Criterion if MEETS[c](facts, need) is False)
    if short:
        return UseVerdict(Fit.NO, short)
    unknown = tuple(_UNKNOWN[c][0] for c in Criterion if MEETS[c](facts, need) is None)
    return UseVerdict(Fit.UNKNOWN, unknown) if unknown else UseVerdict(Fit.YES)


def _not_for_a_home(machine: Machine) -> Message | None:
    if machine.kind is Kind.SERVER:
        return Message(_("A server: noisy and heavy, not for a home or a classroom."))
    return None


def _system(facts: CapabilityFacts, row: SystemRow, blocked: Message | None) -> SystemVerdict:
    need = Requirement(memory_gb=row.memory_gb, disk_gb=row.disk_gb, screen=row.screen)
    verdict = _use(facts, need, blocked)
    comfortable = MEETS[Criterion.MEMORY](facts, Requirement(memory_gb=row.comfortable_gb))
    return SystemVerdict(row.name, verdict.fit, comfortable, verdict.why_not, row.source)


# --- what forbids reuse


def _parts_only(machine: Machine) -> Message | None:
    for lock in machine.locks:
        if lock.state is LockState.LOCKED and lock.kind in _LOCKS:
            return _LOCKS[lock.kind]
    if any(is_64_bit(processor) is False for processor in machine.processors):
        model = next(p.model for p in machine.processors if is_64_bit(p) is False)
        return Message(_("32-bit processor (%(model)s): for parts."), {"model": model or "?"})
    return None


def is_64_bit(processor: Processor) -> bool | None:
    """What the name says, else what a tool saw: a 64-bit processor may run a 32-bit system, never the reverse."""
    architecture = (processor.architecture or "").lower()
    if architecture in ("x86_64", "amd64", "x64", "aarch64", "arm64"):
        return True
    named = describe(f"{processor.vendor or ''} {processor.model}").is_64_bit if processor.model else None
    if named is not None:
        return named
    return False if architecture in ("armv6l", "armv7l", "ppc", "i386", "i486", "i586") else None


_FOREIGN = ("aarch64", "arm64", "arm", "armv6l", "armv7l", "ppc", "ppc64", "ppc64le", "riscv64", "s390x")
_FOREIGN_MAKERS = ("Apple", "ARM", "Qualcomm", "Broadcom")


def _foreign(machine: Machine) -> Message | None:
    """The systems that workshops install are for x86-64 only."""
    for processor in machine.processors:
        maker = describe(f"{processor.vendor or ''} {processor.model}").vendor if processor.model else processor.vendor
        if (processor.architecture or "").lower() in _FOREIGN or maker in _FOREIGN_MAKERS:
            name = processor.model or processor.architecture or "?"
            return Message(_("No system that we install runs on this processor (%(model)s)."), {"model": name})
    return None
