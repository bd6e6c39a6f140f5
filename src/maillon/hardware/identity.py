"""Is this the machine we already know? Decided from marks that firmware and parts carry, with the reason.

Three marks name the machine itself: the serial number on its case, its SMBIOS UUID, its motherboard's serial number.
The others support or contradict them: chassis serial, network adapters, disks, memory modules, batteries, which a
technician may move from one machine to another. `compare` reads a table of what agrees and what conflicts; whatever it
can not settle is `DOUBT`, for a person to decide with both shown. The rules are ours (judgement); vendor filler never
gets here (`junk`).

For a stock in a database: index `fingerprints(machine)` by (kind, value), fetch every known machine that shares one of
them with the new reading, with all its fingerprints, and ask `best_candidates`.
"""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from maillon.hardware.junk import clean, clean_mac, clean_serial, clean_uuid
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Machine, NetworkInterface, NetworkKind, StorageKind


class Mark(StrEnum):
    """What a fingerprint was taken from."""

    SYSTEM_SERIAL = "system_serial"  # with the vendor: "lenovo/PF0ABC12"
    PLAIN_SERIAL = "plain_serial"  # the same without the vendor, for lists that do not say it
    SYSTEM_UUID = "system_uuid"
    BOARD_SERIAL = "board_serial"
    CHASSIS_SERIAL = "chassis_serial"
    MAC = "mac"
    DISK_SERIAL = "disk_serial"
    DISK_WWN = "disk_wwn"
    MEMORY_SERIAL = "memory_serial"
    BATTERY_SERIAL = "battery_serial"


MARK_NAMES: Mapping[Mark, Message] = {
    Mark.SYSTEM_SERIAL: Message(_("serial number")),
    Mark.PLAIN_SERIAL: Message(_("serial number")),
    Mark.SYSTEM_UUID: Message(_("system UUID")),
    Mark.BOARD_SERIAL: Message(_("motherboard")),
    Mark.CHASSIS_SERIAL: Message(_("chassis")),
    Mark.MAC: Message(_("network adapter")),
    Mark.DISK_SERIAL: Message(_("disk")),
    Mark.DISK_WWN: Message(_("disk")),
    Mark.MEMORY_SERIAL: Message(_("memory module")),
    Mark.BATTERY_SERIAL: Message(_("battery")),
}
_WEIGHTS = {
    Mark.SYSTEM_SERIAL: 4,
    Mark.SYSTEM_UUID: 4,
    Mark.BOARD_SERIAL: 4,
    Mark.PLAIN_SERIAL: 3,
    Mark.CHASSIS_SERIAL: 3,
    Mark.MAC: 2,
    Mark.DISK_SERIAL: 2,
    Mark.DISK_WWN: 2,
    Mark.MEMORY_SERIAL: 1,
    Mark.BATTERY_SERIAL: 1,
}
VALUE_LENGTH = 160  # longer serial numbers are cut, so that an index can hold them


class Fingerprint(NamedTuple):
    kind: Mark
    value: str  # normalised, at most VALUE_LENGTH characters
    weight: int  # 4 names the machine, 1 is a part that moves easily


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Match:
    verdict: Verdict
    because: Message
    agreeing: tuple[Mark, ...] = ()
    conflicting: tuple[Mark, ...] = ()
    moved: tuple[Mark, ...] = ()  # parts of one seen in the other, when they are two machines


def is_computer(machine: Machine) -> bool:
    """Whether a computer was read (its case, board or processor), or parts alone (a disk, a screen)."""
    system, chassis, board = machine.system, machine.chassis, machine.board
    return bool(
        machine.vendor
        or machine.model
        or machine.processors
        or chassis.type
        or system.serial
        or system.uuid
        or chassis.serial
        or board.serial
    )


def fingerprints(machine: Machine) -> tuple[Fingerprint, ...]:
    """What identifies this machine, sorted, without filler and without repeats; empty when nothing does."""
    found: set[tuple[Mark, str]] = set()
    vendor = (clean(machine.system.vendor) or clean(machine.board.vendor) or "").lower()
    chassis = _own_serial(machine.chassis.serial, machine)
    serial = _own_serial(machine.system.serial, machine) or chassis
    if serial:
        found.add((Mark.PLAIN_SERIAL, _normal(serial)))
        if vendor:
            found.add((Mark.SYSTEM_SERIAL, f"{vendor}/{_normal(serial)}"))
    if chassis and chassis != serial:
        found.add((Mark.CHASSIS_SERIAL, _normal(chassis)))
    if uuid := clean_uuid(machine.system.uuid):
        found.add((Mark.SYSTEM_UUID, min(uuid, _other_byte_order(uuid))))
    board = _own_serial(machine.board.serial, machine)
    if board and board not in (serial, chassis):  # some vendors print the machine's number on the board as well
        found.add((Mark.BOARD_SERIAL, f"{(clean(machine.board.vendor) or '').lower()}/{_normal(board)}"))
    found.update(_part_marks(machine))
    cut = {(kind, value[:VALUE_LENGTH]) for kind, value in found}
    return tuple(Fingerprint(kind, value, _WEIGHTS[kind]) for kind, value in sorted(cut))


def _own_serial(serial: str | None, machine: Machine) -> str | None:
    """A number of this machine alone: some makers write the model there, the same on all of them."""
    serial = clean_serial(serial)
    system, board = machine.system, machine.board
    names = (system.product_name, system.model, system.version, system.sku, system.family, board.model, board.version)
    return None if serial and _normal(serial) in {_normal(name) for name in names if name} else serial


# Linux's drivers of network adapters on USB: dongles, docking stations, phones. They go from machine to machine.
_ON_USB = frozenset([
    "r8152", "r8153_ecm", "ax88179_178a", "asix", "aqc111", "cdc_ether", "cdc_ncm", "cdc_eem", "cdc_subset",
    "rndis_host", "ipheth", "dm9601", "sr9700", "sr9800", "mcs7830", "pegasus", "rtl8150", "rtl8192cu", "rtl8xxxu",
    "rt2800usb", "rt73usb", "ath9k_htc", "carl9170", "mt7601u", "mt76x0u", "mt76x2u",
])  # fmt: skip


def _is_carried(card: NetworkInterface) -> bool:
    """Whether it is plugged in, and another machine's tomorrow: all that are read on one bench may share it."""
    return card.driver in _ON_USB or bool(re.search(r"\busb\b|\bdock", card.model or "", re.IGNORECASE))


def _part_marks(machine: Machine) -> Iterable[tuple[Mark, str]]:
    for card in machine.network:
        if card.kind is not NetworkKind.WWAN and not _is_carried(card) and (mac := clean_mac(card.mac)):
            yield Mark.MAC, mac
    for disk in machine.storage:
        if disk.kind in (StorageKind.OPTICAL, StorageKind.REMOVABLE):
            continue
        if (serial := clean_serial(disk.serial)) and not _normal(serial).startswith("QM0000"):  # QEMU's every disk
            yield Mark.DISK_SERIAL, _normal(serial)
        if disk.wwn and (wwn := clean_serial(disk.wwn.lower().removeprefix("0x").replace(" ", ""))):
            yield Mark.DISK_WWN, wwn
    for module in machine.memory.modules:
        if serial := clean_serial(module.serial):
            yield Mark.MEMORY_SERIAL, f"{_normal(clean(module.part_number) or '')}/{_normal(serial)}"
    for battery in machine.batteries:
        if serial := clean_serial(battery.serial):
            yield Mark.BATTERY_SERIAL, f"{_normal(clean(battery.model) or '')}/{_normal(serial)}"


def _normal(serial: str) -> str:
    return "".join(serial.split()).upper()


def _other_byte_order(uuid: str) -> str:
    """The first three groups byte by byte reversed: SMBIOS before and after 2.6, Windows against old dmidecode."""
    swapped = [bytes.fromhex(group)[::-1].hex() for group in uuid.split("-")[:3]]
    return "-".join([*swapped, *uuid.split("-")[3:]])


def match(a: Machine, b: Machine) -> Match:
    """Whether two readings are of one machine. Symmetric."""
    return compare(fingerprints(a), fingerprints(b))


# Marks that stand for one thing: two readings of a disk may know it by serial or by WWN.
_GROUPS: tuple[tuple[str, tuple[Mark, ...]], ...] = (
    ("serial", (Mark.SYSTEM_SERIAL, Mark.PLAIN_SERIAL)),
    ("uuid", (Mark.SYSTEM_UUID,)),
    ("board", (Mark.BOARD_SERIAL,)),
    ("chassis", (Mark.CHASSIS_SERIAL,)),
    ("mac", (Mark.MAC,)),
    ("disk", (Mark.DISK_SERIAL, Mark.DISK_WWN)),
    ("memory", (Mark.MEMORY_SERIAL,)),
    ("battery", (Mark.BATTERY_SERIAL,)),
)
_GROUP_MARKS = dict(_GROUPS)
_NAMING = ("serial", "uuid", "board")
_PARTS = ("chassis", "mac", "disk", "memory", "battery")


def compare(a: Iterable[Fingerprint], b: Iterable[Fingerprint]) -> Match:
    """The same on fingerprints alone. Symmetric and deterministic."""
    left, right = _by_mark(a), _by_mark(b)
    table = {group: _agreement(left, right, marks) for group, marks in _GROUPS}
    verdict, because = decide(table)
    agreeing = tuple(_GROUP_MARKS[group][0] for group, sign in table.items() if sign > 0)
    conflicting = tuple(_GROUP_MARKS[group][0] for group, sign in table.items() if sign < 0)
    moved = agreeing if verdict is Verdict.DIFFERENT else ()
    return Match(verdict, because, agreeing, conflicting, moved)


def _by_mark(marks: Iterable[Fingerprint]) -> dict[Mark, set[str]]:
    values: dict[Mark, set[str]] = {}
    for fingerprint in marks:
        values.setdefault(Mark(fingerprint.kind), set()).add(fingerprint.value)
    return values


def _agreement(left: dict[Mark, set[str]], right: dict[Mark, set[str]], marks: tuple[Mark, ...]) -> int:
    """1 when one value is shared, -1 when both speak and none is, 0 when either is silent."""
    signs = []
    for mark in marks:
        ours, theirs = left.get(mark), right.get(mark)
        if ours and theirs:
            signs.append(1 if ours & theirs else -1)
            if mark is Mark.SYSTEM_SERIAL:  # vendors are known on both sides: the bare number adds nothing
                break
    return max(signs, default=0)


def decide(table: Mapping[str, int]) -> tuple[Verdict, Message]:
    """The verdict for what agrees (1), conflicts (-1) or is silent (0). Keys: serial, uuid, board, then the parts.

    More agreement never lowers the verdict (DIFFERENT < DOUBT < SAME): checked over every table by a test.
    """
    agree = sum(table[name] > 0 for name in _NAMING)
    conflict = sum(table[name] < 0 for name in _NAMING)
    parts = {name for name in _PARTS if table[name] > 0}
    against = {name for name in ("mac", "disk", "chassis") if table[name] < 0}
    if agree == 0:
        return _nothing_names_it(table, conflict, parts, against)
    if conflict == 0:
        return _names_agree(table, agree, parts, against)
    if agree == 2:
        return _two_of_three(table, parts, against)
    return _names_conflict(table, conflict, parts, against)


def _names_agree(table: Mapping[str, int], agree: int, parts: set[str], against: set[str]) -> tuple[Verdict, Message]:
    if agree >= 2 or parts or not against or (table["serial"] > 0 and len(against) == 1):
        return Verdict.SAME, _why_same(table)
    if table["serial"] <= 0 and {"mac", "disk"} <= against:
        return Verdict.DIFFERENT, Message(
            _("They share one identifier, cloned by the maker: disks and network adapters are others.")
        )
    return Verdict.DOUBT, Message(_("One identifier is the same, but the parts are others: look at both labels."))


def _why_same(table: Mapping[str, int]) -> Message:
    if table["serial"] > 0:
        if table["disk"] < 0:
            return Message(_("Same serial number; the disk was changed."))
        return Message(_("Same serial number."))
    if table["disk"] < 0:
        return Message(_("Same motherboard or system UUID; the disk was changed."))
    if table["board"] > 0:
        return Message(_("Same motherboard; its serial number or UUID can no longer be read."))
    return Message(_("Same system UUID."))


def _two_of_three(table: Mapping[str, int], parts: set[str], against: set[str]) -> tuple[Verdict, Message]:
    if against >= {"mac", "disk"} and not parts:
        return Verdict.DOUBT, Message(
            _("Some identifiers are the same, but the parts are others: look at both labels.")
        )
    if table["serial"] < 0:
        return Verdict.SAME, Message(_("Same motherboard and system UUID; the serial number was rewritten."))
    if table["board"] < 0:
        return Verdict.SAME, Message(_("Same serial number and system UUID; the motherboard was replaced."))
    return Verdict.SAME, Message(_("Same serial number and motherboard; the system UUID was rewritten."))


def _names_conflict(
    table: Mapping[str, int], conflict: int, parts: set[str], against: set[str]
) -> tuple[Verdict, Message]:
    """One of serial, UUID and board agrees, at least one other conflicts."""
    if table["serial"] > 0:
        if parts:
            return Verdict.SAME, Message(_("Same serial number and parts; the motherboard was replaced or reset."))
        if conflict == 2 and {"mac", "disk"} & against:
            return Verdict.DIFFERENT, Message(
                _("Two machines with one serial number: motherboard, system UUID and parts are others.")
            )
        return Verdict.DOUBT, Message(
            _("Same serial number, other motherboard or UUID: replaced board, or a number used twice.")
        )
    if parts and (table["serial"] == 0 or conflict == 1):
        if table["serial"] == 0 and len(parts) >= 2:
            return Verdict.SAME, Message(_("Same motherboard or UUID, and the same parts."))
        return Verdict.DOUBT, Message(
            _("Some identifiers and parts are the same, others are not: look at both labels.")
        )
    if len(parts) >= 2:
        return Verdict.DOUBT, Message(
            _("Some identifiers and parts are the same, others are not: look at both labels.")
        )
    if conflict == 2 or {"mac", "disk"} & against:
        cloned = Message(_("A cloned system UUID: serial number, motherboard or parts are others."))
        shared = Message(_("They share a motherboard number, but serial number, UUID or parts are others."))
        return Verdict.DIFFERENT, cloned if table["uuid"] > 0 else shared
    return Verdict.DOUBT, Message(_("Some identifiers are the same, others are not: look at both labels."))


def _nothing_names_it(
    table: Mapping[str, int], conflict: int, parts: set[str], against: set[str]
) -> tuple[Verdict, Message]:
    if conflict == 0:
        if len(parts) >= 2 and ("mac" not in against or len(parts) >= 3):
            return Verdict.SAME, Message(_("No serial number on one side, but the same parts."))
        if parts:
            return Verdict.DOUBT, Message(
                _("One part is the same, and nothing names the machine: it may have been moved.")
            )
        if {"mac", "disk"} <= against:
            return Verdict.DIFFERENT, Message(_("Two machines: their disks and network adapters differ."))
        return Verdict.DOUBT, Message(_("Too little is known of one of them to tell."))
    enough = 3 if table["serial"] < 0 else 2
    if len(parts) >= enough:
        return Verdict.DOUBT, Message(
            _("Several parts are the same in another motherboard: replaced board, or moved parts.")
        )
    if table["serial"] == 0 and conflict == 1 and parts and not against:
        return Verdict.DOUBT, Message(
            _("One part is the same, motherboard or UUID is not: moved part, or reset board.")
        )
    if "disk" in parts:
        return Verdict.DIFFERENT, Message(_("Two machines; a disk moved from one to the other."))
    if parts:
        return Verdict.DIFFERENT, Message(_("Two machines; a part moved from one to the other."))
    return Verdict.DIFFERENT, Message(_("Two machines: their identifiers differ."))


Key = TypeVar("Key", bound=Hashable)


class Decision(StrEnum):
    KNOWN = "known"
    NEW = "new"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Recognition(Generic[Key]):
    """What a new reading is, given the known machines that share a fingerprint with it."""

    decision: Decision
    key: Key | None  # the known machine, when decision is KNOWN
    because: Message
    matches: tuple[tuple[Key, Match], ...] = ()  # best first: SAME, DOUBT, DIFFERENT, then by agreement


def best_candidates(
    new: Machine | Sequence[Fingerprint], known: Mapping[Key, Iterable[Fingerprint]]
) -> Recognition[Key]:
    """Known, new or in doubt. `known`: all fingerprints of each candidate, under its key in the stock."""
    marks = fingerprints(new) if isinstance(new, Machine) else tuple(new)
    if not marks:
        return Recognition(
            Decision.NEW, None, Message(_("Nothing identifies it: if it is already known, scan its label."))
        )
    matches = [(key, compare(marks, theirs)) for key, theirs in known.items()]
    rank = {Verdict.SAME: 0, Verdict.DOUBT: 1, Verdict.DIFFERENT: 2}
    matches.sort(key=lambda m: (rank[m[1].verdict], -sum(_WEIGHTS[k] for k in m[1].agreeing), str(m[0])))
    ordered = tuple(matches)
    same = [m for m in ordered if m[1].verdict is Verdict.SAME]
    if len(same) == 1:
        return Recognition(Decision.KNOWN, same[0][0], same[0][1].because, ordered)
    if same:
        return Recognition(Decision.DOUBT, None, Message(_("Two known machines match: are they one?")), ordered)
    doubts = [m for m in ordered if m[1].verdict is Verdict.DOUBT and m[1].agreeing]
    if doubts:
        return Recognition(Decision.DOUBT, None, doubts[0][1].because, ordered)
    moved = next((m for m in ordered if m[1].moved), None)
    because = moved[1].because if moved else Message(_("No known machine has these identifiers."))
    return Recognition(Decision.NEW, None, because, ordered)
