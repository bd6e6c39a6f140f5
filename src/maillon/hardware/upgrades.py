"""The cheapest parts that lift a machine's grade: memory, SSD, battery, webcam, Wi-Fi adapter.

A grade is the lowest of what each criterion allows and each part serves one criterion, so the cheapest way to a grade
is the cheapest way for each criterion: exact, without trying combinations (a test compares with brute force). Parts
are proposed only where the facts allow it: free or replaceable memory slots of a known type, a SATA or NVMe disk to
replace, a battery known to be worn. An unknown processor, memory or disk is to look at first; an unknown screen,
battery, camera… does not stop the search, but the upgrade then says what it is provided on. Prices: thresholds.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from maillon.hardware.cpus import describe
from maillon.hardware.criteria import GB, GIB, MEETS, CapabilityFacts, Criterion, facts_of, level, looked_for
from maillon.hardware.messages import Message, _
from maillon.hardware.model import (
    Battery,
    Machine,
    MemoryModule,
    NetworkInterface,
    NetworkKind,
    Peripheral,
    Storage,
    StorageKind,
)
from maillon.hardware.thresholds import (
    BATTERY_PRICE,
    GRADES,
    MEMORY_PRICES,
    NVME_SSD_PRICES,
    SATA_BAY_UNTIL,
    SATA_SSD_PRICES,
    TARGET_GRADE,
    WEBCAM_PRICE,
    WIFI_DONGLE_PRICE,
)

EASY_TO_CHECK = frozenset(
    {Criterion.SCREEN, Criterion.BATTERY, Criterion.NETWORK, Criterion.CAMERA, Criterion.SOUND}
)  # unknown, they do not keep parts from being proposed: the upgrade says "provided"
_SLOTS_CONSIDERED = 4  # a server's 24 slots would only lengthen the search
_USB = "USB"


@dataclass(frozen=True, slots=True)
class Part:
    """One part to buy and where it goes."""

    criterion: Criterion
    label: Message  # "+4 GB DDR4 SO-DIMM"
    price_eur: int
    size: int = 0  # GB
    replaces: int | None = None  # index of the module or disk that leaves; None: an addition


@dataclass(frozen=True, slots=True)
class Upgrade:
    parts: tuple[Part, ...]
    price_eur: int  # the sum, a hypothesis
    before: int
    after: int
    provided: tuple[Criterion, ...] = ()  # not known today: `after` holds if they turn out well

    def __str__(self) -> str:
        """ "+4 GB DDR4 SO-DIMM, SSD 240 GB: 1 -> 3" """
        return f"{', '.join(str(part.label) for part in self.parts)}: {self.before} -> {self.after}"


Option = tuple[Part, ...]


def upgrades(machine: Machine) -> tuple[Upgrade, ...]:
    """For each grade that parts can reach, the cheapest set of parts; dearer sets for no more grade are left out."""
    facts = facts_of(machine)
    before = min(level(criterion, facts, unknown=False) for criterion in Criterion)
    allowed = _allowed(facts)
    found: list[Upgrade] = []
    for grade in range(max(before, min(allowed.values())) + 1, max(GRADES) + 1):
        parts: list[Part] = []
        for criterion in Criterion:
            if allowed[criterion] >= grade:
                continue
            if (best := _cheapest(machine, criterion, grade)) is None:
                return tuple(found)
            parts += best
        if not found or found[-1].parts != tuple(parts):
            found.append(_upgrade(machine, tuple(parts), before))
    return tuple(found)


def _allowed(facts: CapabilityFacts) -> dict[Criterion, int]:
    """The grade each criterion allows, what can be looked at without tools being taken as good."""
    return {criterion: level(criterion, facts, unknown=criterion in EASY_TO_CHECK) for criterion in Criterion}


def _upgrade(machine: Machine, parts: tuple[Part, ...], before: int) -> Upgrade:
    facts = facts_of(install(machine, parts))
    after = min(_allowed(facts).values())
    provided = tuple(c for c in Criterion if level(c, facts, unknown=False) < after)
    return Upgrade(parts, sum(part.price_eur for part in parts), before, after, provided)


def cheapest_upgrade(machine: Machine) -> Upgrade | None:
    """The upgrade to propose: the cheapest to the target grade or past it; if parts can not, the best below it."""
    ways = upgrades(machine)
    return next((way for way in ways if way.after >= TARGET_GRADE), ways[-1] if ways else None)


def _cheapest(machine: Machine, criterion: Criterion, grade: int) -> Option | None:
    """Options come cheapest first; all lower grades must be met as well."""
    list_options = _OPTIONS.get(criterion)
    for option in list_options(machine) if list_options else ():
        facts = facts_of(install(machine, option))
        if all(MEETS[criterion](facts, GRADES[g]) for g in range(1, grade + 1)):
            return option
    return None


# --- what can be bought


def _memory_options(machine: Machine) -> Iterator[Option]:
    memory = machine.memory
    modules = memory.modules
    if any(_is_empty(module) for module in modules):
        yield from _memory_options(_without_empty_slots(machine))
        return
    types = {(module.type or "").upper() for module in modules}
    if len(types) != 1 or any(not module.size_bytes for module in modules):
        return
    kind = types.pop()
    prices = MEMORY_PRICES.get(kind.removeprefix("LP"))
    if prices is None:
        return
    sizes = tuple((module.size_bytes or 0) // GIB for module in modules)
    fixed = tuple(_is_soldered(module) for module in modules)
    free = max(0, (memory.slots or 0) - len(modules)) if not kind.startswith("LP") else 0
    total = sum(sizes)
    maximum = (memory.maximum_bytes or 0) // GIB
    limit = maximum if maximum >= total else 0
    form = next((module.form_factor for module in modules if not _is_soldered(module)), None)
    name = " ".join(part for part in (kind, _form_name(form)) if part)
    for way in _memory_ways(kind, sizes, fixed, min(free, _SLOTS_CONSIDERED), limit):
        yield tuple(_module(name, size, old, sizes, prices) for old, size in way)


def _is_empty(module: MemoryModule) -> bool:
    return not (module.size_bytes or module.type or module.part_number or module.serial)


def _without_empty_slots(machine: Machine) -> Machine:
    """Some tools list empty slots as modules without size."""
    memory = machine.memory
    modules = tuple(module for module in memory.modules if not _is_empty(module))
    return replace(machine, memory=replace(memory, modules=modules, slots=memory.slots or len(memory.modules)))


def _is_soldered(module: MemoryModule) -> bool:
    return (module.form_factor or "").lower() in ("soldered", "row of chips", "chip") or (
        (module.type or "").upper().startswith("LP")
    )


def _form_name(form: str | None) -> str:
    return {"SODIMM": "SO-DIMM"}.get((form or "").upper().replace("-", ""), form or "")


def _module(name: str, size: int, old: int | None, sizes: tuple[int, ...], prices: object) -> Part:
    price = prices[size]  # type: ignore[index]
    if old is None:
        return Part(Criterion.MEMORY, Message(_("+%(size)d GB %(type)s"), {"size": size, "type": name}), price, size)
    values = {"size": size, "type": name, "old": sizes[old]}
    label = Message(_("%(size)d GB %(type)s instead of %(old)d GB"), values)
    return Part(Criterion.MEMORY, label, price, size, old)


@lru_cache(maxsize=4096)
def _memory_ways(
    kind: str, sizes: tuple[int, ...], fixed: tuple[bool, ...], free: int, limit: int
) -> tuple[tuple[tuple[int | None, int], ...], ...]:
    """Every set of (module replaced or None, new size) worth its price, cheapest first, one for each total."""
    prices = MEMORY_PRICES[kind.removeprefix("LP")]
    choices: list[list[tuple[int | None, int] | None]] = []
    for index, (size, stays) in enumerate(zip(sizes, fixed, strict=True)):
        if not stays and len(choices) < _SLOTS_CONSIDERED:
            choices.append([None, *((index, new) for new in prices if new > size)])
    choices += [[None, *((None, new) for new in prices)] for _slot in range(free)]
    best: dict[int, tuple[int, int, tuple[tuple[int | None, int], ...]]] = {}
    for chosen in product(*choices):
        way = tuple(choice for choice in chosen if choice is not None)
        total = sum(sizes) + sum(new - (sizes[old] if old is not None else 0) for old, new in way)
        if not way or (limit and total > limit):
            continue
        cost = (sum(prices[new] for _old, new in way), len(way), way)
        if total not in best or cost[:2] < best[total][:2]:
            best[total] = cost
    ordered = sorted(best.items(), key=lambda found: (found[1][:2], -found[0]))  # more memory for the same price first
    return tuple(way for _total, (_price, _count, way) in ordered)


def _disk_options(machine: Machine) -> Iterator[Option]:
    if any(disk.solid is None or disk.size_gb is None for disk in facts_of(machine).disks or ()):
        return
    own = [(i, d) for i, d in enumerate(machine.storage) if d.kind not in (StorageKind.OPTICAL, StorageKind.REMOVABLE)]

    nvme = next((i for i, d in own if d.kind is StorageKind.NVME), None)
    sata = next((i for i, d in own if _is_sata(d)), None)
    ways: list[Part] = []
    if nvme is not None:
        ways += [_ssd(_("NVMe SSD %(size)d GB"), size, price, nvme) for size, price in NVME_SSD_PRICES.items()]
    if sata is not None or (not own and _takes_a_sata_disk(machine)):
        ways += [_ssd(_("SSD %(size)d GB"), size, price, sata) for size, price in SATA_SSD_PRICES.items()]
    for part in sorted(ways, key=lambda p: (p.price_eur, p.size)):
        yield (part,)


def _is_sata(disk: Storage) -> bool:
    bus = (disk.interface or "").upper()
    if bus and not bus.startswith(("SATA", "ATA", "AHCI")):
        return False
    return disk.kind in (StorageKind.HDD, StorageKind.SATA_SSD) or bus.startswith("SATA")


def _takes_a_sata_disk(machine: Machine) -> bool:
    """No disk was found in it: taken to have a SATA bay when it is of that age."""
    years = [p.release_year or describe(p.model or "").release_year for p in machine.processors]
    return looked_for(machine, Criterion.DISK) and any(year and year <= SATA_BAY_UNTIL for year in years)


def _ssd(text: str, size: int, price: int, replaces: int | None) -> Part:
    return Part(Criterion.DISK, Message(text, {"size": size}), price, size, replaces)


def _battery_options(machine: Machine) -> Iterator[Option]:
    """The worn ones, the worst first; or one for a laptop found without."""
    facts = facts_of(machine)
    if facts.has_battery is False:
        yield (_battery(None),)
    if facts.battery_health is None:
        return
    healths = [battery.condition or 0.0 for battery in machine.batteries]
    for worn in sorted(set(healths)):
        yield tuple(_battery(i) for i, health in enumerate(healths) if health <= worn)


def _battery(replaces: int | None) -> Part:
    return Part(Criterion.BATTERY, Message(_("battery")), BATTERY_PRICE, replaces=replaces)


def _camera_options(machine: Machine) -> Iterator[Option]:
    if facts_of(machine).camera is False:
        yield (Part(Criterion.CAMERA, Message(_("USB webcam")), WEBCAM_PRICE),)


def _network_options(machine: Machine) -> Iterator[Option]:
    if facts_of(machine).network is False:
        yield (Part(Criterion.NETWORK, Message(_("USB Wi-Fi adapter")), WIFI_DONGLE_PRICE),)


_OPTIONS: dict[Criterion, Callable[[Machine], Iterator[Option]]] = {
    Criterion.MEMORY: _memory_options,
    Criterion.DISK: _disk_options,
    Criterion.BATTERY: _battery_options,
    Criterion.CAMERA: _camera_options,
    Criterion.NETWORK: _network_options,
}


# --- the machine once the parts are in


def install(machine: Machine, parts: Iterable[Part]) -> Machine:
    """The machine with these parts in it, as a reading would then describe it."""
    if any(_is_empty(module) for module in machine.memory.modules):
        machine = _without_empty_slots(machine)
    for part in parts:
        machine = _INSTALLERS[part.criterion](machine, part)
    return machine


def _install_memory(machine: Machine, part: Part) -> Machine:
    memory = machine.memory
    model = next((module for module in memory.modules if not _is_soldered(module)), memory.modules[0])
    new = MemoryModule(size_bytes=part.size * GIB, type=model.type, form_factor=model.form_factor)
    modules = list(memory.modules)
    gained = part.size * GIB
    if part.replaces is None:
        modules.append(new)
    else:
        gained -= modules[part.replaces].size_bytes or 0
        modules[part.replaces] = replace(new, slot=modules[part.replaces].slot)
    total = (memory.total_bytes or sum(module.size_bytes or 0 for module in memory.modules)) + gained
    return replace(machine, memory=replace(memory, modules=tuple(modules), total_bytes=total))


def _install_disk(machine: Machine, part: Part) -> Machine:
    disks = list(machine.storage)
    old = disks[part.replaces] if part.replaces is not None else None
    kind = StorageKind.NVME if old and old.kind is StorageKind.NVME else StorageKind.SATA_SSD
    bus = "NVMe" if kind is StorageKind.NVME else "SATA"
    new = Storage(kind=kind, interface=bus, size_bytes=part.size * GB, rotation_rpm=0)
    if part.replaces is None:
        disks.append(new)
    else:
        disks[part.replaces] = new
    return replace(machine, storage=tuple(disks))


def _install_battery(machine: Machine, part: Part) -> Machine:
    batteries = list(machine.batteries) or [Battery(design_wh=40.0)]
    index = part.replaces or 0
    design = batteries[index].design_wh or 40.0
    batteries[index] = Battery(design_wh=design, full_wh=design)
    return replace(machine, batteries=tuple(batteries))


def _install_camera(machine: Machine, _part: Part) -> Machine:
    return replace(machine, cameras=(*machine.cameras, Peripheral(model="USB webcam")))


def _install_network(machine: Machine, _part: Part) -> Machine:
    adapter = NetworkInterface(kind=NetworkKind.WIFI, model="USB Wi-Fi adapter")
    return replace(machine, network=(*machine.network, adapter))


_INSTALLERS: dict[Criterion, Callable[[Machine, Part], Machine]] = {
    Criterion.MEMORY: _install_memory,
    Criterion.DISK: _install_disk,
    Criterion.BATTERY: _install_battery,
    Criterion.CAMERA: _install_camera,
    Criterion.NETWORK: _install_network,
}
