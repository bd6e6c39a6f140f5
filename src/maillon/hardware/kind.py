"""What sort of machine it is, and the evidence that says so.

Firmware says the type of its chassis, and is wrong about once in thirty: boards sold alone leave it blank, small
computers call themselves "Desktop" or even "Notebook", old notebooks "Other". So the evidence is heard in this order:

1. the product line (`data/families.csv`): a ThinkPad is a notebook whatever its chassis field holds;
2. a touchpad, against a chassis that says fixed;
3. the type of the chassis;
4. with no usable chassis, a line that holds several kinds ("Inspiron"), unless the parts say the contrary;
5. the balance of the parts: battery, touchpad, memory format, processor series, slots.

`Machine.clues` holds what readers saw and no part of the machine holds:
"touchpad", "battery template", "expansion slot", "management controller", "virtual machine", and what Windows says of
its platform: "mobile platform", "fixed platform".
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from maillon.hardware.cpus import describe
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind, Machine

_CHASSIS = {  # SMBIOS 3.7 §7.4.1, lower case
    "notebook": Kind.NOTEBOOK,
    "laptop": Kind.NOTEBOOK,
    "portable": Kind.NOTEBOOK,
    "sub notebook": Kind.NOTEBOOK,
    "hand held": Kind.TABLET,
    "convertible": Kind.CONVERTIBLE,
    "detachable": Kind.TABLET,  # a tablet whose keyboard comes off
    "tablet": Kind.TABLET,
    "all in one": Kind.ALL_IN_ONE,
    "mini pc": Kind.MINI_PC,
    "stick pc": Kind.MINI_PC,
    "main server chassis": Kind.SERVER,
    "rack mount chassis": Kind.SERVER,
    "blade": Kind.SERVER,
    "blade enclosure": Kind.SERVER,
    "blade enclosing": Kind.SERVER,
    "multi-system": Kind.SERVER,
    "desktop": Kind.DESKTOP,
    "low profile desktop": Kind.DESKTOP,
    "pizza box": Kind.DESKTOP,
    "mini tower": Kind.DESKTOP,
    "tower": Kind.DESKTOP,
    "space-saving": Kind.DESKTOP,
    "lunch box": Kind.DESKTOP,
    "sealed-case pc": Kind.DESKTOP,
    "embedded pc": Kind.MINI_PC,
    "iot gateway": Kind.MINI_PC,
}
_VIRTUAL_VENDORS = frozenset(
    ["VMware", "QEMU", "VirtualBox", "Xen", "Parallels", "Bochs", "OpenStack", "DigitalOcean", "Amazon EC2", "Red Hat"]
)

Verdict = tuple[Kind, Message]


def with_kind(machine: Machine) -> Machine:
    """The machine with its kind and why; a kind that the tool itself stated (a fleet list's column) is kept."""
    if machine.kind is not Kind.UNKNOWN and machine.kind_because is None:
        return machine
    kind, because = decide(machine)
    return replace(machine, kind=kind, kind_because=because)


def decide(machine: Machine) -> Verdict:
    """The kind and the sentence that names the rule and its evidence."""
    return (
        _by_virtual_vendor(machine)
        or _by_line(machine)
        or _by_parts_against_chassis(machine)
        or _by_chassis(machine)
        or _by_parts(machine)
    )


def _by_virtual_vendor(machine: Machine) -> Verdict | None:
    """Clouds put their own name on the product and leave the hypervisor's on the chassis."""
    makers = (machine.system.vendor, machine.chassis.vendor, machine.board.vendor)
    vendor = next((maker for maker in makers if maker in _VIRTUAL_VENDORS), None)
    if vendor and "metal" not in (machine.system.product_name or ""):
        return Kind.VIRTUAL, Message(_("“%(vendor)s” makes virtual machines."), {"vendor": vendor})
    return None


# --- 1. Product lines -------------------------------------------------------------------------------------------------


class _Rule(NamedTuple):
    kind: Kind
    pattern: re.Pattern[str]
    weak: bool  # yields to the chassis


Row = tuple[str, str]
"""A kind, with "?" when it yields to the chassis, and a pattern."""


class Line(NamedTuple):
    """A product line found in the machine's names."""

    kind: Kind
    name: str
    weak: bool


@cache
def _table() -> dict[str, list[Row]]:
    """Maker ("*" for any) -> its rows, in order."""
    text = files("maillon.hardware").joinpath("data/families.csv").read_text(encoding="utf-8")
    rows: dict[str, list[Row]] = {}
    for line in text.splitlines():
        if line and not line.startswith(("#", "kind;")):
            kind, makers, pattern = line.split(";", 2)
            for maker in makers.split(","):
                rows.setdefault(maker, []).append((kind, pattern))
    return rows


@cache
def _rules(vendor: str) -> tuple[_Rule, ...]:
    """The rules for a maker, then those for any; compiled when the maker is first met."""
    rows = [row for maker in (vendor, "*") for row in _table().get(maker, ())]
    return tuple(_Rule(Kind(k.rstrip("?")), re.compile(pattern), k.endswith("?")) for k, pattern in rows)


@lru_cache(maxsize=8192)
def product_line(vendor: str, names: str) -> Line | None:
    """The first rule that the names match; its name is quoted as they spell it."""
    text = names.lower() if names.isascii() else "".join(c.lower() if len(c.lower()) == 1 else c for c in names)
    for kind, pattern, weak in _rules(vendor if vendor in _table() else ""):
        found = pattern.search(text)
        if found:
            return Line(kind, _whole_words(names, found.start(), found.end()) or vendor, weak)
    return None


def _whole_words(names: str, start: int, end: int) -> str:
    """What was matched, with the rest of the words it cuts: "CF-3" in "CF-31SBM24DG" is no name."""
    while start and start < end and names[start - 1] not in " |":
        start -= 1
    letters = names[end - 1 : end].isalpha()  # "MacBook" goes on to "MacBookPro", not to "MacBookPro15,2"
    while start < end < len(names) and (names[end].isalpha() if letters else names[end] not in " |"):
        end += 1
    return names[start:end].strip(" |")


def _line(machine: Machine) -> Line | None:
    system = machine.system
    names = [system.product_name, system.version, system.family, system.model]
    if not any(names):
        names = [machine.board.model]
    text = " | ".join(dict.fromkeys(name for name in names if name))
    return product_line(machine.vendor or "", text[:400]) if text else None


_GENERIC = (Kind.NOTEBOOK, Kind.DESKTOP)


def _by_line(machine: Machine) -> Verdict | None:
    """The line decides portable or fixed; a chassis of the same side says which sort, if the line does not.

    A weak line is heard only where the chassis says nothing, and the parts do not say the contrary.
    """
    line = _line(machine)
    if line is None:
        return None
    verdict = line.kind, Message(_KIND_SENTENCES[line.kind], {"line": line.name})
    chassis = _by_chassis(machine)
    if line.weak:
        return None if chassis or _parts_deny(machine, line.kind) else verdict
    if chassis and line.kind in _GENERIC and chassis[0] not in _GENERIC and chassis[0].portable == line.kind.portable:
        return chassis
    return verdict


def _parts_deny(machine: Machine, kind: Kind) -> bool:
    total = sum(weight for weight, _seen in _evidence(machine))
    return abs(total) >= 2 and kind.portable != (total > 0)


_KIND_SENTENCES = {
    Kind.NOTEBOOK: _("“%(line)s” is a line of notebooks."),
    Kind.DESKTOP: _("“%(line)s” is a line of desktop computers."),
    Kind.ALL_IN_ONE: _("“%(line)s” is a line of all-in-one computers."),
    Kind.MINI_PC: _("“%(line)s” is a line of small desktop computers."),
    Kind.TABLET: _("“%(line)s” is a line of tablets."),
    Kind.CONVERTIBLE: _("“%(line)s” is a line of notebooks that turn into tablets."),
    Kind.SERVER: _("“%(line)s” is a line of servers."),
    Kind.THIN_CLIENT: _("“%(line)s” is a line of thin clients."),
    Kind.VIRTUAL: _("“%(line)s” is the name of a virtual machine."),
}


# --- 2 to 5. Chassis and parts ----------------------------------------------------------------------------------------


def _by_chassis(machine: Machine) -> Verdict | None:
    stated = machine.chassis.type
    kind = _CHASSIS.get(stated.lower()) if stated else None
    return (kind, Message(_("The chassis is of type “%(type)s”."), {"type": stated})) if kind else None


def _by_parts_against_chassis(machine: Machine) -> Verdict | None:
    """A "desktop" that has a touchpad is a notebook; where the firmware is a template, its processor must agree."""
    if _CHASSIS.get((machine.chassis.type or "").lower()) is not Kind.DESKTOP or "touchpad" not in machine.clues:
        return None
    if "expansion slot" in machine.clues or ("battery template" in machine.clues and not _mobile(machine)):
        return None
    return Kind.NOTEBOOK, Message(
        _("It has a touchpad, although its chassis says “%(type)s”."), {"type": machine.chassis.type}
    )


def _mobile(machine: Machine) -> bool | None:
    """Whether the processor belongs to a series made for portables; None when its name does not say."""
    names = [processor.model for processor in machine.processors if processor.model]
    return describe(names[0]).mobile if names else None


def _evidence(machine: Machine) -> Iterator[tuple[int, str]]:
    """(weight, what was seen): above zero speaks for a portable, below for a fixed machine."""
    if machine.batteries:
        yield 3, _("a battery")
    if "touchpad" in machine.clues:
        yield 2 if "battery template" in machine.clues else 3, _("a touchpad")
    if "mobile platform" in machine.clues:
        yield 3, _("a platform that Windows calls mobile")
    if "fixed platform" in machine.clues:
        yield -2, _("a platform that Windows calls a desktop's")
    mobile = _mobile(machine)
    if mobile is not None:
        yield (2, _("a processor made for portables")) if mobile else (-2, _("a processor made for fixed computers"))
    formats = {module.form_factor for module in machine.memory.modules}
    if formats & {"SODIMM", "soldered"}:
        yield 1, _("small or soldered memory")
    elif formats & {"DIMM", "FB-DIMM", "RIMM"}:
        yield -1, _("full-size memory modules")
    if (machine.memory.slots or 0) >= 4:
        yield -2, _("four memory slots or more")
    if "expansion slot" in machine.clues:
        yield -1, _("slots for full-size cards")
    if sum(port.kind in ("PS/2", "Parallel", "Serial") for port in machine.ports) >= 3:
        yield -1, _("serial, parallel or PS/2 sockets")


_EMULATED = re.compile(r"\b(?:qemu|kvm)\b", re.IGNORECASE)  # "QEMU Virtual CPU version 2.5+", "Common KVM processor"


def _by_parts(machine: Machine) -> Verdict:
    if "virtual machine" in machine.clues:
        return Kind.VIRTUAL, Message(
            _("What its tools saw is a virtual machine: a hypervisor, its graphics or its firmware.")
        )
    if "management controller" in machine.clues:
        return Kind.SERVER, Message(
            _("It has a controller for remote management and no chassis of a personal computer.")
        )
    emulated = next((p.model for p in machine.processors if p.model and _EMULATED.search(p.model)), None)
    if emulated:
        return Kind.VIRTUAL, Message(_("“%(model)s” is the processor of a virtual machine."), {"model": emulated})
    named = machine.system.product_name or machine.system.model or machine.board.model
    if len(machine.processors) > 1 and not named:
        return Kind.SERVER, Message(_("It has %(count)d processors."), {"count": len(machine.processors)})
    evidence = list(_evidence(machine))
    total = sum(weight for weight, _seen in evidence)
    if not total or (not named and abs(total) < 2):
        return Kind.UNKNOWN, Message(_("Nothing in this input tells what kind of machine it is."))
    _weight, strongest = max(evidence, key=lambda found: found[0] * total)
    values = {"part": Message(strongest)}
    if total < 0:
        return Kind.DESKTOP, Message(_DESKTOP_PARTS, values)
    if total < 3 and machine.board.model and not machine.system.product_name:
        return Kind.MINI_PC, Message(_MINI_PARTS, values)
    return Kind.NOTEBOOK, Message(_NOTEBOOK_PARTS, values)


_DESKTOP_PARTS = _("Its chassis has no known type; its parts are those of a desktop computer, such as %(part)s.")
_NOTEBOOK_PARTS = _("Its chassis has no known type; its parts are those of a notebook, such as %(part)s.")
_MINI_PARTS = _("A board sold alone, with parts of a small computer, such as %(part)s.")
