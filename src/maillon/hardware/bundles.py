"""Files that came together: which of them speak of the same machine, and what each machine is.

The rule, in this order (a group never holds what the next paragraph forbids):

1. **Name.** Files whose path is the same once the words that name tools, disks and screens are taken out are about
   one machine: `PC12/dmidecode.txt`, `PC12/smart/sda.txt` and `PC12_lspci.txt` beside `PC12_lsusb.txt`; so are files
   named by tools alone in one folder. If the files of one name contradict each other, all of them stay apart.
2. **Identity.** Files that say the same system UUID or the same system serial number.
3. **Folder.** In a folder where exactly one file describes a whole machine, the others that only describe parts of
   one are about that machine, unless their names say otherwise (`PC7_lspci.txt` beside `PC12_dmidecode.txt`). A
   warning says so.

Files stay apart when they say different serial numbers, UUIDs or product names, or when the same tool spoke
twice, except tools that speak of one part (two disks, two screens). So two readings of one machine by the same tool
are two results: whether they are one machine is for `identity` to say, with its reasons. Lists and documents of
several machines are never joined with anything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from maillon.hardware import archives, reading
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Limits, Machine, Reading, Unreadable

_TOOLS = (
    "dmidecode dmi lshw hwinfo inxi lscpu cpuinfo lspci lsusb smartctl smartmontools hdparm nvme upower edid xrandr "
    "lsblk lsmod meminfo systeminfo msinfo32 msinfo cim wmi wmic powershell dsregcmd autopilot systemprofiler ioreg"
)
_EVERYDAY = (
    "proc pci usb smart acpi system profiler batterie batteries battery disk disks disque disques ecran screen display "
    "displays bios carte cartes id ctrl info infos all full json xml text txt out log k nn vmm x a i le la les de du"
)
_TOOL_NAMES = frozenset(_TOOLS.split())
_TOOL_WORDS = _TOOL_NAMES | frozenset(_EVERYDAY.split())
_DEVICE = re.compile(r"(?:[shv]d[a-z]{1,2}|nvme\d*(?:n\d+)?|mmcblk\d+|bat\d+|card\d+|e?dp\d*|hdmi\d*|lvds\d*|disk\d+)")
_WORD = re.compile(r"[^\W_]+")
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,5}$")

Content = bytes | Unreadable


@dataclass(frozen=True, slots=True)
class FileResult:
    """The files that are about one machine (or the one file of a list), and what they say."""

    names: tuple[str, ...]
    result: Reading | Unreadable


def read_many(named: Iterable[tuple[str, Content]], limits: Limits = archives.DEFAULT_LIMITS) -> list[FileResult]:
    """Read every file and put together those about one machine; one result a group, in the order of the files.

    named: names and bytes, as `archives.members` gives them; a content that is already `Unreadable` is passed on.
    Machines are finished (vendors, models, kind); the `file` of each origin is the file's name. Never raises.
    """
    results: dict[int, FileResult] = {}
    parts: list[_Part] = []
    for index, (name, content) in enumerate(named):
        said = content if isinstance(content, Unreadable) else reading.parse(content, file=name, limits=limits)
        if isinstance(said, Reading) and len(said.machines) == 1 and "fleet" not in said.format:
            parts.append(_Part(index, name, said))
        else:
            results[index] = FileResult((name,), said if isinstance(said, Unreadable) else _finished(said))
    for group in _grouped(parts):
        results[min(part.index for part in group.parts)] = group.result()
    return [results[index] for index in sorted(results)]


def groups(outlines: Iterable[tuple[str, Reading | None]]) -> list[list[int]]:
    """Which files are about one machine, as lists of positions, in the order of the files.

    outlines: names and what was read; the machines need only what tells them apart (system, chassis, board, and
    whether they speak of parts), so that several processes may do the reading. None: read by nobody, stands alone.
    """
    parts, alone = [], []
    for index, (name, said) in enumerate(outlines):
        if said and len(said.machines) == 1 and "fleet" not in said.format:
            parts.append(_Part(index, name, said))
        else:
            alone.append([index])
    together = [sorted(part.index for part in group.parts) for group in _grouped(parts)]
    return sorted(together + alone)


def read_archive(
    data: bytes, name: str | None = None, limits: Limits = archives.DEFAULT_LIMITS
) -> Reading | Unreadable:
    """All the machines of an archive in one reading of format "archive"; what was refused is in its warnings."""
    opened = archives.members(data, limits, name or "")
    return opened if isinstance(opened, Unreadable) else as_one(read_many(opened, limits))


def read_folder(folder: Path, limits: Limits = archives.DEFAULT_LIMITS) -> list[FileResult]:
    """The results for the files of a folder and its subfolders, archives among them opened."""
    return read_many(archives.folder_members(folder, limits), limits)


def as_one(results: list[FileResult]) -> Reading | Unreadable:
    """One reading for many files; `Unreadable` when none of them could be read."""
    machines: list[Machine] = []
    warnings: list[Message] = []
    refusals: list[Unreadable] = []
    for file in results:
        if isinstance(file.result, Unreadable):
            refusals.append(file.result)
            warnings.append(_refused(file.names[0], file.result))
        else:
            machines.extend(file.result.machines)
            told = file.result.warnings
            warnings.extend(told if len(file.names) > 1 else [_of(file.names[0], warning) for warning in told])
    if machines:
        return Reading("archive", tuple(machines), tuple(warnings))
    if len(results) == 1 and refusals:
        return refusals[0]
    if not results:
        return Unreadable(
            Message(_("The archive holds no file.")), Message(_("Pack the outputs of the tools and send it again."))
        )
    return Unreadable(
        Message(
            _("None of its %(count)d files could be read. The first: %(file)s: %(reason)s"),
            {"count": len(results), "file": results[0].names[0], "reason": refusals[0].reason if refusals else ""},
        ),
        refusals[0].hint if refusals else Message(_("Pack the outputs of the tools and send it again.")),
    )


def _refused(name: str, refusal: Unreadable) -> Message:
    return Message(
        _("%(file)s was not read: %(reason)s %(hint)s"),
        {"file": name, "reason": refusal.reason, "hint": refusal.hint},
    )


def _of(name: str, warning: Message) -> Message:
    return Message(_("%(file)s: %(warning)s"), {"file": name, "warning": warning})


def _finished(said: Reading) -> Reading:
    return replace(said, machines=tuple(map(reading.finish, said.machines)))


# --- grouping


class _Part:
    """A file that describes one machine, or a part of one."""

    __slots__ = ("anchor", "folder", "index", "key", "name", "named_machine", "one_part", "said")

    def __init__(self, index: int, name: str, said: Reading) -> None:
        self.index, self.name, self.said = index, name, said
        self.folder, _slash, stem = name.rpartition("/")
        self.key = _key(name)
        words = _words(stem)
        # its own name says a machine beside a tool: "PC12_lspci"
        self.named_machine = not _TOOL_NAMES.isdisjoint(words) and bool(_key(stem))
        machine = said.machines[0]
        self.anchor = _describes_machine(machine)
        self.one_part = not self.anchor and not (
            machine.processors or machine.memory.modules or machine.memory.total_bytes
            or machine.graphics or machine.network or machine.audio or machine.ports
        )  # fmt: skip


def _words(name: str) -> list[str]:
    return _WORD.findall(_EXTENSION.sub("", name).lower())


def _key(name: str) -> tuple[str, ...]:
    """The words of a path that do not name a tool or a part: those that may name a machine."""
    return tuple(word for word in _words(name) if word not in _TOOL_WORDS and not _DEVICE.fullmatch(word))


def _describes_machine(machine: Machine) -> bool:
    system, board, chassis = machine.system, machine.board, machine.chassis
    return bool(
        system.vendor or system.model or system.product_name or system.serial or system.uuid
        or board.model or board.vendor or chassis.type or chassis.serial
    )  # fmt: skip


@dataclass(slots=True)
class _Group:
    parts: list[_Part]
    formats: set[str] = field(default_factory=set)  # of tools that may speak once
    facts: dict[str, str] = field(default_factory=dict)  # what must not differ
    notes: list[Message] = field(default_factory=list)

    def accepts(self, other: "_Group") -> bool:
        if not self.formats.isdisjoint(other.formats):
            return False
        return all(self.facts.get(name, value) == value for name, value in other.facts.items())

    def take(self, other: "_Group") -> None:
        self.parts.extend(other.parts)
        self.formats |= other.formats
        self.facts.update(other.facts)
        other.parts = []

    @property
    def anchored(self) -> bool:
        return any(part.anchor for part in self.parts)

    def result(self) -> FileResult:
        parts = sorted(self.parts, key=lambda part: part.index)
        names = tuple(part.name for part in parts)
        if len(parts) == 1:
            return FileResult(names, _finished(parts[0].said))
        from maillon.hardware.join import join  # most inputs have nothing to join

        machine = reading.finish(join([part.said.machines[0] for part in parts]))
        formats = " + ".join(dict.fromkeys(part.said.format for part in parts))
        warnings = [_of(part.name, warning) for part in parts for warning in part.said.warnings]
        return FileResult(names, Reading(formats, (machine,), (*self.notes, *warnings)))


def _alone(part: _Part) -> _Group:
    machine = part.said.machines[0]
    system = machine.system
    said = {
        "uuid": system.uuid,
        "serial": system.serial,
        "product": (system.product_name or "").split(" (")[0],  # lshw adds the SKU in brackets
    }
    facts = {name: value.casefold() for name, value in said.items() if value}
    return _Group([part], set() if part.one_part else {part.said.format}, facts)


def _grouped(parts: list[_Part]) -> Iterator[_Group]:
    """The groups, by the rule of the module. Time grows with the number of files, whatever they are."""
    groups = list(_by_name(parts))
    _by_identity(groups)
    _by_folder(groups)
    return (group for group in groups if group.parts)


def _by_name(parts: list[_Part]) -> Iterator[_Group]:
    named: dict[tuple[str, ...], list[_Group]] = {}
    for part in parts:
        named.setdefault(part.key, []).append(_alone(part))
    for key, same in named.items():
        first = same[0]
        if len(same) > 1 and _agree(same) and (key or _one_place(same)):
            for other in same[1:]:
                first.take(other)
            yield first
        else:
            yield from same


def _agree(groups: list[_Group]) -> bool:
    """Whether all may be one machine: no tool twice, no fact that differs."""
    seen = _Group([])
    for group in groups:
        if not seen.accepts(group):
            return False
        seen.formats |= group.formats
        seen.facts.update(group.facts)
    return True


def _one_place(groups: list[_Group]) -> bool:
    """For files that only tools name: a whole machine among them, or one folder around them."""
    return any(group.anchored for group in groups) or len({group.parts[0].folder for group in groups}) == 1


def _by_identity(groups: list[_Group]) -> None:
    holders: dict[tuple[str, str], _Group] = {}
    for group in groups:
        for name in ("uuid", "serial"):
            value = group.facts.get(name)
            if not value or not group.parts:
                continue
            holder = holders.setdefault((name, value), group)
            if holder is not group and holder.parts and holder.accepts(group):
                holder.take(group)


def _by_folder(groups: list[_Group]) -> None:
    folders: dict[str, list[_Group]] = {}
    for group in groups:
        for folder in {part.folder for part in group.parts}:
            folders.setdefault(folder, []).append(group)
    for folder, here in folders.items():
        anchors = [group for group in here if group.anchored]
        others = [group for group in here if not group.anchored and _may_follow(group, folder)]
        if len(anchors) != 1 or not others or not _agree([anchors[0], *others]):
            continue
        names = ", ".join(part.name for group in others for part in group.parts)
        for other in others:
            anchors[0].take(other)
        note = Message(
            _("%(files)s: taken as parts of the same machine as %(anchor)s, the only one in this folder."),
            {"files": names, "anchor": anchors[0].parts[0].name},
        )
        anchors[0].notes.append(note)


def _may_follow(group: _Group, folder: str) -> bool:
    return all(part.folder == folder and not part.named_machine for part in group.parts)
