"""Each thing a requirement asks of a machine: met, not met, or not known; and how to say it.

Shared by the judgement and by the search for upgrades. A fact that nobody read is None, never assumed good; a part
that a tool looked for and did not find is known to be absent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from maillon.hardware.cpus import describe
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind, Machine, NetworkKind, Processor, Storage, StorageKind
from maillon.hardware.thresholds import CLASS_BY_YEAR, DISK_SHARE, GRADES, MEMORY_SHARE, Requirement

GIB = 2**30
GB = 10**9
_SOLID = (StorageKind.SATA_SSD, StorageKind.NVME, StorageKind.EMMC)
_NOT_ITS_OWN = (StorageKind.OPTICAL, StorageKind.REMOVABLE)


class Criterion(StrEnum):
    PROCESSOR = "processor"
    CORES = "cores"
    MEMORY = "memory"
    DISK = "disk"
    SCREEN = "screen"
    BATTERY = "battery"
    NETWORK = "network"
    CAMERA = "camera"
    SOUND = "sound"


class DiskFact(NamedTuple):
    solid: bool | None
    size_gb: float | None


@dataclass(frozen=True, slots=True)
class CapabilityFacts:
    """The machine reduced to what is judged. None: not known."""

    processor: str | None
    speed_class: int | None
    cores: int | None
    memory_gb: float | None
    disks: tuple[DiskFact, ...] | None  # usable ones; () when it is known that there is none
    screen: tuple[int, int] | None
    battery_health: float | None
    has_battery: bool | None
    network: bool | None
    camera: bool | None
    sound: bool | None
    judged_screen: bool
    judged_battery: bool
    needs_wifi: bool


# Tools that list every part of a sort: when one of them spoke and names none, there is none.
_INVENTORIES = frozenset(
    {"bench", "workbench", "glpi", "hwinfo", "inxi", "lshw", "msinfo32", "powershell", "system_profiler"}
)
LOOKERS: Mapping[Criterion, frozenset[str]] = {
    Criterion.DISK: _INVENTORIES | {"lsblk"},
    Criterion.BATTERY: frozenset({"bench", "inxi", "powershell", "system_profiler", "upower"}),
    Criterion.NETWORK: _INVENTORIES,
    Criterion.CAMERA: frozenset({"bench", "powershell", "system_profiler"}),  # names in lsusb do not tell all
    Criterion.SOUND: _INVENTORIES | {"lspci"},
}  # first words of `Machine.tools`


# Tools asked for one section at a time: what they list is among the clues ("camera listed").
_BY_SECTION = frozenset({"glpi", "powershell", "system_profiler"})


def looked_for(machine: Machine, criterion: Criterion) -> bool:
    """Whether a tool that would have seen this part spoke, and of this sort of part."""
    tools = {tool.lower().split(" ")[0] for tool in machine.tools} & LOOKERS[criterion]
    return bool(tools - _BY_SECTION) or bool(tools and f"{criterion} listed" in machine.clues)


def facts_of(machine: Machine, checked: Mapping[Criterion, bool] | None = None) -> CapabilityFacts:
    """checked: whether a person saw the camera, the sound or the network work; it counts before what tools listed."""
    own_screen = machine.kind.portable or machine.kind in (Kind.ALL_IN_ONE, Kind.UNKNOWN)
    portable = machine.kind.portable or machine.kind is Kind.UNKNOWN
    name, speed = _processor(machine)
    healths = [battery.condition for battery in machine.batteries]
    known = [health for health in healths if health is not None]
    has_battery = bool(machine.batteries) or (False if looked_for(machine, Criterion.BATTERY) else None)
    facts = CapabilityFacts(
        processor=name,
        speed_class=speed,
        cores=_cores(machine),
        memory_gb=_memory_gb(machine),
        disks=_disks(machine),
        screen=_screen(machine, own_screen),
        battery_health=min(known) if known and len(known) == len(healths) else None,
        has_battery=has_battery,
        network=_network(machine, own_screen),
        camera=bool(machine.cameras) or (False if looked_for(machine, Criterion.CAMERA) else None),
        sound=bool(machine.audio) or (False if looked_for(machine, Criterion.SOUND) else None),
        judged_screen=own_screen,
        judged_battery=portable,
        needs_wifi=own_screen,
    )
    seen: dict[str, Any] = {criterion.value: works for criterion, works in (checked or {}).items()}
    return replace(facts, **seen) if seen else facts


def _processor(machine: Machine) -> tuple[str | None, int | None]:
    for processor in machine.processors:
        speed = speed_class(processor)
        if processor.model or speed is not None:
            return processor.model or processor.generation, speed
    return None, None


def speed_class(processor: Processor) -> int | None:
    """From its name, else a careful guess from the year its family first sold.

    "Core i5" alone is a line of fifteen years: the name says the least, the year may say more.
    """
    facts = describe(f"{processor.vendor or ''} {processor.model}") if processor.model else None
    named = facts.speed_class if facts else None
    if processor.release_year is None or (facts and named is not None and facts.release_year):
        return named
    by_year = next(speed for year, speed in CLASS_BY_YEAR if processor.release_year >= year)
    return max(named or 0, by_year)


def _cores(machine: Machine) -> int | None:
    counts = [processor.cores for processor in machine.processors if processor.cores]
    return sum(counts) or None


def _memory_gb(machine: Machine) -> float | None:
    total = machine.memory.total_bytes or sum(module.size_bytes or 0 for module in machine.memory.modules)
    return total / GIB if total else None


def is_usable(disk: Storage) -> bool:
    """The machine's own, not locked, not failing."""
    return disk.kind not in _NOT_ITS_OWN and disk.security != "locked" and disk.healthy is not False


def _disks(machine: Machine) -> tuple[DiskFact, ...] | None:
    own = [disk for disk in machine.storage if disk.kind not in _NOT_ITS_OWN]
    if not own:
        return () if looked_for(machine, Criterion.DISK) else None
    usable = filter(is_usable, own)
    return tuple(DiskFact(_solid(disk), disk.size_bytes / GB if disk.size_bytes else None) for disk in usable)


def _solid(disk: Storage) -> bool | None:
    if disk.kind is StorageKind.UNKNOWN:
        return None if disk.rotation_rpm is None else disk.rotation_rpm == 0
    return disk.kind in _SOLID


def _screen(machine: Machine, own_screen: bool) -> tuple[int, int] | None:
    if not own_screen:
        return None
    built_in = [d for d in machine.displays if d.built_in] or [d for d in machine.displays if d.built_in is None]
    sizes = [(d.width_px, d.height_px) for d in built_in if d.width_px and d.height_px]
    return max(sizes, default=None)


def _network(machine: Machine, wifi: bool) -> bool | None:
    kinds = {card.kind for card in machine.network}
    if NetworkKind.WIFI in kinds or (not wifi and NetworkKind.ETHERNET in kinds):
        return True
    return False if looked_for(machine, Criterion.NETWORK) and NetworkKind.UNKNOWN not in kinds else None


# --- one test and one sentence a criterion


def _at_least(have: float | None, need: float) -> bool | None:
    return None if have is None else have >= need


def _disk_meets(facts: CapabilityFacts, need: Requirement) -> bool | None:
    if not need.disk_gb and not need.solid_state:
        return True
    if facts.disks is None:
        return None
    answers = []
    for disk in facts.disks:
        kind = True if not need.solid_state else disk.solid
        size = _at_least(disk.size_gb, need.disk_gb * DISK_SHARE)
        answers.append(False if False in (kind, size) else None if None in (kind, size) else True)
    return True if True in answers else None if None in answers else False


def _screen_meets(facts: CapabilityFacts, need: Requirement) -> bool | None:
    if need.screen is None or not facts.judged_screen:
        return True
    if facts.screen is None:
        return None
    return facts.screen[0] >= need.screen[0] and facts.screen[1] >= need.screen[1]


def _battery_meets(facts: CapabilityFacts, need: Requirement) -> bool | None:
    if not need.battery_health or not facts.judged_battery:
        return True
    if facts.has_battery is False:
        return False
    return _at_least(facts.battery_health, need.battery_health)


MEETS: Mapping[Criterion, Callable[[CapabilityFacts, Requirement], bool | None]] = {
    Criterion.PROCESSOR: lambda f, need: _at_least(f.speed_class, need.speed_class) if need.speed_class else True,
    Criterion.CORES: lambda f, need: _at_least(f.cores, need.cores) if need.cores else True,
    Criterion.MEMORY: lambda f, need: _at_least(f.memory_gb, need.memory_gb * MEMORY_SHARE) if need.memory_gb else True,
    Criterion.DISK: _disk_meets,
    Criterion.SCREEN: _screen_meets,
    Criterion.BATTERY: _battery_meets,
    Criterion.NETWORK: lambda f, need: f.network if need.network else True,
    Criterion.CAMERA: lambda f, need: f.camera if need.camera else True,
    Criterion.SOUND: lambda f, need: f.sound if need.sound else True,
}


def level(criterion: Criterion, facts: CapabilityFacts, *, unknown: bool) -> int:
    """The highest grade this criterion allows; unknown: what a missing fact is taken for."""
    reached = 0
    for grade, need in GRADES.items():
        met = MEETS[criterion](facts, need)
        if not (unknown if met is None else met):
            break
        reached = grade
    return reached


def shortfall(criterion: Criterion, facts: CapabilityFacts, need: Requirement) -> Message:
    """What is too little, and how much is needed."""
    if criterion is Criterion.PROCESSOR:
        return Message(_("Processor too slow: %(model)s."), {"model": facts.processor or "?"})
    if criterion is Criterion.CORES:
        return Message(_("Processor cores: %(have)d, %(need)d needed."), {"have": facts.cores or 0, "need": need.cores})
    if criterion is Criterion.MEMORY:
        values = {"have": _rounded(facts.memory_gb), "need": need.memory_gb}
        return Message(_("Memory: %(have)s GB, %(need)s GB needed."), values)
    if criterion is Criterion.DISK:
        return _disk_shortfall(facts, need)
    if criterion is Criterion.SCREEN:
        width, height = facts.screen or (0, 0)
        wanted = need.screen or (0, 0)
        values = {"width": width, "height": height, "need_width": wanted[0], "need_height": wanted[1]}
        return Message(_("Screen: %(width)d×%(height)d, %(need_width)d×%(need_height)d needed."), values)
    if criterion is Criterion.BATTERY:
        if facts.has_battery is False:
            return Message(_("No battery."))
        health = {"have": round(100 * (facts.battery_health or 0)), "need": round(100 * need.battery_health)}
        return Message(_("Battery worn: %(have)d %% of its capacity, %(need)d %% needed."), health)
    if criterion is Criterion.NETWORK:
        return Message(_("No Wi-Fi.")) if facts.needs_wifi else Message(_("No network adapter."))
    return Message(_("No camera.")) if criterion is Criterion.CAMERA else Message(_("No sound device."))


def _disk_shortfall(facts: CapabilityFacts, need: Requirement) -> Message:
    if not facts.disks:
        return Message(_("No usable disk."))
    if need.solid_state and not any(disk.solid for disk in facts.disks):
        return Message(_("Slow disk: an SSD of %(need)d GB is needed."), {"need": need.disk_gb})
    largest = max((disk.size_gb or 0 for disk in facts.disks if disk.solid or not need.solid_state), default=0)
    return Message(_("Disk: %(have)d GB, %(need)d GB needed."), {"have": round(largest), "need": need.disk_gb})


def _rounded(gb: float | None) -> float | int:
    """4, 7.6: what a person says of an amount of memory; a number, so that each language writes it its way."""
    tenths = round(gb or 0, 1)
    return int(tenths) if tenths == int(tenths) else tenths
