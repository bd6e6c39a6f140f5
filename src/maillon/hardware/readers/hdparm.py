"""`hdparm -I`: what an ATA drive answers to IDENTIFY DEVICE; several drives may follow each other."""

import re
from collections.abc import Iterator

from maillon.hardware.drives import clean_wwn, drive_kind, drive_serial, drive_text, password_lock, security_word
from maillon.hardware.facts import Facts
from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Lock, Machine, Reading, Storage
from maillon.hardware.quantities import whole

_DEVICE = re.compile(r"^(/dev/[\w/.-]{1,60}):\s*$")
_ROTATION = re.compile(r"^\s*Nominal Media Rotation Rate:\s*(.{1,40})")
_SECURITY = re.compile(r"^\s+(not)?\s*(supported|enabled|locked|frozen)\s*$")
_SECTORS = re.compile(r"^\s*LBA(48)?\s+user addressable sectors:\s*(\d{1,20})")
_SECTOR_SIZE = re.compile(r"^\s*Logical(?:/Physical)?\s+Sector size:\s*(\d{1,6}) bytes")
_MEGABYTES = re.compile(r"^\s*device size with M = 1000\*1000:\s*(\d{1,12}) MBytes")


def _recognise(text: str) -> bool:
    return bool(
        re.search(r"^(?:ATA|ATAPI|CompactFlash ATA|SATA) [^\n]*, with (?:non-)?removable media", text, re.MULTILINE)
    )


def _drives(text: str) -> Iterator[list[tuple[int, str]]]:
    """The numbered lines of each drive."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if _DEVICE.match(line) and lines:
            yield lines
            lines = []
        if lines or _DEVICE.match(line) or "removable media" in line:
            lines.append((number, line[:400]))
    if lines:
        yield lines


class _Drive:
    """One drive under way: flags and sizes come on several lines."""

    def __init__(self, where: Where) -> None:
        self.facts: Facts[Storage] = Facts(Storage)
        self.where = where
        self.flags: dict[str, bool] = {}
        self.security_line = 0
        self.sectors: tuple[int, int] | None = None
        self.sector_bytes = 512
        self.megabytes: tuple[int, int] | None = None
        self.optical = False
        self.garbled = False

    def line(self, number: int, line: str) -> None:
        at = self.where.line(number)
        if device := _DEVICE.match(line):
            self.facts.put("device", device.group(1), at)
        elif line.startswith("ATAPI") or "CD-ROM" in line:
            self.optical = True
        elif found := _SECTORS.match(line):
            if found.group(1) or self.sectors is None:
                self.sectors = (int(found.group(2)), number)
        elif found := _SECTOR_SIZE.match(line):
            self.sector_bytes = int(found.group(1))
        elif found := _MEGABYTES.match(line):
            self.megabytes = (int(found.group(1)), number)
        elif found := _ROTATION.match(line):
            solid = "solid state" in found.group(1).lower()
            self.facts.put("rotation_rpm", 0 if solid else whole(found.group(1)), at)
        elif line.strip() == "Security:":
            self.security_line = number
        elif self.security_line and (flag := _SECURITY.match(line)):
            self.flags.setdefault(flag.group(2), not flag.group(1))
        elif ":" in line:
            self.field(number, *line.split(":", 1))

    def field(self, number: int, label: str, value: str) -> None:
        at = self.where.line(number)
        label, value = label.strip(), value.strip()
        if label == "Model Number":
            self.garbled = not value.isprintable()
            self.facts.put("model", drive_text(value), at)
        elif label == "Serial Number" and not self.garbled:
            self.facts.put("serial", drive_serial(value), at)
        elif label == "Firmware Revision" and not self.garbled:
            self.facts.put("firmware", drive_text(value), at)
        elif label == "Logical Unit WWN Device Identifier" and not self.garbled:
            self.facts.put("wwn", clean_wwn(value), at)
        elif label == "Transport" and not self.garbled:
            word = {"serial": "SATA", "parallel": "IDE"}.get(value.lower().split(",")[0].split(";")[0].strip())
            self.facts.put("interface", word, at)
        elif label == "Form Factor":
            self.facts.put("form_factor", drive_text(value), at)

    def storage(self) -> Storage:
        if not self.garbled and self.sectors and self.sectors[0]:
            self.facts.put("size_bytes", self.sectors[0] * self.sector_bytes, self.where.line(self.sectors[1]))
        elif not self.garbled and self.megabytes:
            self.facts.put("size_bytes", self.megabytes[0] * 10**6, self.where.line(self.megabytes[1]))
        if self.flags.get("supported") and not self.garbled:
            word = security_word(**{name: self.flags.get(name, False) for name in ("enabled", "locked", "frozen")})
            self.facts.put("security", word, self.where.line(self.security_line))
        values = self.facts.values
        kind = drive_kind(
            model="DVD" if self.optical else values.get("model"),
            interface=values.get("interface"),
            rotation_rpm=values.get("rotation_rpm"),
        )
        if not self.garbled:
            self.facts.put("kind", kind, self.where.line(self.line_of("rotation_rpm", "model")))
        return self.facts.build()

    def line_of(self, *fields: str) -> int:
        origins = self.facts.build().origin
        place = next((origins[field].at for field in fields if field in origins), "line 1")
        return (whole(place.rpartition("line ")[2]) or 1) - self.where.offset

    def lock(self, storage: Storage) -> Lock | None:
        name = storage.serial or storage.model
        if not storage.security or not name:
            return None
        return password_lock(storage.security, name, self.where.line(self.security_line))


def _parse(text: str, where: Where) -> Reading:
    storages, locks, warnings = [], [], []
    for lines in _drives(text):
        drive = _Drive(where)
        for number, line in lines:
            drive.line(number, line)
        storage = drive.storage()
        storages.append(storage)
        if lock := drive.lock(storage):
            locks.append(lock)
        if drive.garbled:
            warnings.append(
                Message(
                    _("line %(line)d: the drive %(device)s answers garbage (no model, no serial number): hdparm can "
                      "not talk to it. Run smartctl on it."),
                    {"line": lines[0][0], "device": storage.device or "?"},
                )
            )  # fmt: skip
    machine = Machine(storage=tuple(storages), locks=tuple(locks), tools=(where.tool,))
    return Reading("hdparm", (machine,), tuple(warnings))


FORMAT = TextFormat("hdparm", "hdparm", _recognise, _parse)
