"""hwinfo (openSUSE), the long text: blocks headed "21: PCI 02.0: 0300 VGA compatible controller (VGA)".

What it adds to the others: screens read by the graphics driver (EDID), identifiers beside names, drives' serial
numbers and world-wide names without root's smartctl.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from maillon.hardware.chassis import chassis_type
from maillon.hardware.drives import clean_wwn, drive_kind, drive_serial, drive_text
from maillon.hardware.facts import Facts
from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.junk import clean, clean_mac, clean_serial, clean_uuid
from maillon.hardware.model import (
    Board,
    Chassis,
    Display,
    Firmware,
    Graphics,
    Machine,
    NetworkInterface,
    NetworkKind,
    Origin,
    Peripheral,
    Processor,
    Storage,
    StorageKind,
    System,
)
from maillon.hardware.processor_names import architecture, processor_name, processor_vendor
from maillon.hardware.quantities import iso_date, whole
from maillon.hardware.readers.edid import PANEL_MAKERS, vendor_name
from maillon.hardware.readers.lshw import VIRTUAL_DRIVERS, VIRTUAL_NAMES

_HEAD = re.compile(r"^\d{2,4}: \w+ [0-9a-f.]+: ([0-9a-f]{4,6}) (\S.*)$")
_FIELD = re.compile(r"^( {2,6})([A-Z][\w /.#()-]{1,40}?): ?(.*)$")
_NAMED = re.compile(r'^(?:(pci|usb|eisa) 0x([0-9a-f]{3,6})\s*)?(?:([A-Z]{3})\s*)?(?:"([^"]*)")?')
_SIZE_MM = re.compile(r"^(\d{2,4})x(\d{2,4}) mm")
_PIXELS = re.compile(r"^(\d{3,5})x(\d{3,5})")


@dataclass
class Block:
    """One device: the first value of each field with its line, and those that repeat."""

    title: str
    where: Where
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    groups: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)  # "System Info": the fields below it

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def quoted(self, key: str) -> str | None:
        """The name between quotes of 'pci 0x8086 "Intel Corporation"'."""
        found = _NAMED.match(self.values.get(key, ""))
        return clean(found.group(4)) if found else None

    def number(self, key: str) -> str | None:
        found = _NAMED.match(self.values.get(key, ""))
        return found.group(2) if found and found.group(1) in ("pci", "usb") else None

    def at(self, key: str) -> Origin:
        return self.where.line(self.lines.get(key) or self.lines.get("", 1))

    @property
    def ids(self) -> str | None:
        vendor, device = self.number("Vendor"), self.number("Device")
        return f"{vendor}:{device}" if vendor and device else None


def _recognise(text: str) -> bool:
    head = text[:8192]
    return bool(re.search(r"^  \[Created at \w+\.\d+\]", head, re.MULTILINE)) and "Hardware Class:" in head


def _blocks(text: str, where: Where) -> Iterator[Block]:
    block: Block | None = None
    group = ""
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:2000]
        if head := _HEAD.match(line):
            if block:
                yield block
            block, group = Block(head.group(2), where, lines={"": number}), ""
        elif block and (found := _FIELD.match(line)):
            indent, key, value = len(found.group(1)), found.group(2), found.group(3).strip()
            if indent == 2:
                group = key if re.match(r"#\d|$", value) else ""
                key = f"{key} {value}" if key.startswith("Detailed Timings") else key
                block.values.setdefault(key, value)
                block.lines.setdefault(key, number)
                if key.startswith("Detailed"):
                    group = "Detailed Timings"
            elif group:
                block.groups.setdefault(group, {}).setdefault(key, (value.strip('" '), number))
    if block:
        yield block


def _named(facts: Facts[Any], block: Block) -> None:
    facts.put("vendor", block.quoted("Vendor"), block.at("Vendor"))
    facts.put("model", block.quoted("Device") or clean((block.get("Model") or "").strip('"')), block.at("Device"))
    facts.put("bus_id", block.ids, block.at("Device"))
    drivers = (block.get("Driver") or "").split(",")
    facts.put("driver", clean(drivers[0].strip().strip('"')), block.at("Driver"))


def _graphics(block: Block) -> Graphics:
    facts = Facts(Graphics)
    _named(facts, block)
    return facts.build()


def _peripheral(block: Block) -> Peripheral:
    facts = Facts(Peripheral)
    _named(facts, block)
    return facts.build()


def _network(block: Block) -> NetworkInterface | None:
    """Controllers; the "network interface" blocks repeat them, or are made by software."""
    name = block.get("Device File") or ""
    driver = (block.get("Driver") or "").strip('"')
    if driver in VIRTUAL_DRIVERS or (VIRTUAL_NAMES.match(name) and not block.ids):
        return None
    facts = Facts(NetworkInterface)
    wifi = "WLAN" in block.title or "wireless" in (block.get("Model") or "").lower() or block.get("WLAN channels")
    wwan = "WWAN" in block.title or name.startswith("ww")
    kind = NetworkKind.WWAN if wwan else NetworkKind.WIFI if wifi else NetworkKind.ETHERNET
    facts.put("kind", kind if wifi or wwan or "Ethernet" in block.title else NetworkKind.UNKNOWN, block.at(""))
    _named(facts, block)
    for key in ("Permanent HW Address", "HW Address"):
        facts.put("mac", clean_mac(block.get(key)), block.at(key))
    return facts.build()


def _storage(block: Block) -> Storage | None:
    optical = block.get("Hardware Class") == "cdrom"
    device = (block.get("Device File") or "").split(" ")[0]
    size = re.search(r"\((\d{1,20}) bytes\)", block.get("Capacity") or "")
    if not re.match(r"/dev/(?:sd|hd|sr|nvme|mmcblk|vd|xvd)", device):
        return None  # zvols, loop devices, RAID volumes: made by software
    if not (optical or size or drive_serial((block.get("Serial ID") or "").strip('"'))):
        return None  # the empty slot of a card reader
    usb = block.number("Vendor") is not None and "usb" in (block.get("Vendor") or "")
    facts = Facts(Storage)
    model = drive_text((block.get("Model") or "").strip('" '))
    interface = "USB" if usb else "NVMe" if "nvme" in device else None
    kind = StorageKind.OPTICAL if optical else drive_kind(model=model, interface=interface, device=device)
    facts.put("kind", kind, block.at("Hardware Class"))
    facts.put("interface", interface, block.at("Vendor"))
    facts.put("vendor", block.quoted("Vendor"), block.at("Vendor"))
    facts.put("model", model, block.at("Model"))
    facts.put("serial", drive_serial((block.get("Serial ID") or "").strip('"')), block.at("Serial ID"))
    facts.put("firmware", drive_text((block.get("Revision") or "").strip('"')), block.at("Revision"))
    names = re.search(r"/dev/disk/by-id/wwn-0x([0-9a-f]{16,32})(?:,|$)", block.get("Device Files") or "")
    facts.put("wwn", clean_wwn(names.group(1)) if names else None, block.at("Device Files"))
    facts.put("size_bytes", int(size.group(1)) or None if size and not optical else None, block.at("Capacity"))
    facts.put("device", device, block.at("Device File"))
    return facts.build()


def _display(block: Block) -> Display:
    facts = Facts(Display)
    vendor = _NAMED.match(block.get("Vendor") or "")
    code = vendor.group(3) if vendor else None
    maker = vendor_name(code) if code else None
    facts.put("vendor", maker, block.at("Vendor"))
    facts.put("built_in", True if code in PANEL_MAKERS else None, block.at("Vendor"))
    model = block.quoted("Device") or clean((block.get("Model") or "").strip('"'))
    model = re.sub(r"\s*\bLCD Monitor$", "", model) if model else None
    facts.put("model", None if model in ("", code, maker) else model, block.at("Model"))
    facts.put("serial", clean_serial((block.get("Serial ID") or "").strip('"')), block.at("Serial ID"))
    facts.put("year", whole(block.get("Year of Manufacture")), block.at("Year of Manufacture"))
    timing = block.groups.get("Detailed Timings", {}).get("Resolution")
    pixels = _PIXELS.match(timing[0] if timing else block.get("Resolution") or "")
    place = block.where.line(timing[1]) if timing else block.at("Resolution")
    if pixels:
        facts.put("width_px", int(pixels.group(1)), place)
        facts.put("height_px", int(pixels.group(2)), place)
    if size := _SIZE_MM.match(block.get("Size") or ""):
        facts.put("width_mm", int(size.group(1)), block.at("Size"))
        facts.put("height_mm", int(size.group(2)), block.at("Size"))
    return facts.build()


def _processors(blocks: list[Block]) -> tuple[Processor, ...]:
    """hwinfo lists logical CPUs, so how many cores there are it does not say; one name each."""
    found: dict[str, Processor] = {}
    for block in blocks:
        text = re.search(r'"([^"]*)"', block.get("Model") or "")
        name = processor_name(text.group(1) if text else None)
        if name.model and name.model not in found:
            facts = Facts(Processor)
            facts.put("vendor", processor_vendor((block.get("Vendor") or "").strip('"')), block.at("Vendor"))
            facts.put("model", name.model, block.at("Model"))
            facts.put("frequency_mhz", name.frequency_mhz, block.at("Model"))
            arch = (block.get("Arch") or "").lower().replace("x86-64", "x86_64")
            facts.put("architecture", architecture(arch) if arch != "intel" else None, block.at("Arch"))
            found[name.model] = facts.build()
    return tuple(found.values())


def _chassis(value: str) -> str | None:
    """The name of "0x0a (Notebook)"."""
    return chassis_type(re.sub(r"^0x[0-9a-f]+ \((.*)\)$", r"\1", value))


def _firmware_parts(block: Block) -> dict[str, Any]:
    """System, board, chassis and firmware, as the SMBIOS tables in the "BIOS" block say."""

    def fill(part: Any, group: str, fields: tuple[tuple[str, str, Any], ...]) -> Any:
        facts = Facts(part)
        for name, key, read in fields:
            value, line = block.groups.get(group, {}).get(key, (None, 0))
            facts.put(name, read(value) if value else None, block.where.line(line))
        return facts.build()

    return {
        "system": fill(System, "System Info", (
            ("vendor", "Manufacturer", clean), ("product_name", "Product", clean), ("version", "Version", clean),
            ("serial", "Serial", clean_serial), ("uuid", "UUID", clean_uuid))),
        "board": fill(Board, "Board Info", (
            ("vendor", "Manufacturer", clean), ("model", "Product", clean), ("version", "Version", clean),
            ("serial", "Serial", clean_serial))),
        "chassis": fill(Chassis, "Chassis Info", (
            ("vendor", "Manufacturer", clean), ("serial", "Serial", clean_serial),
            ("asset_tag", "Asset Tag", clean_serial), ("type", "Type", _chassis))),
        "firmware": fill(Firmware, "BIOS Info", (
            ("vendor", "Vendor", clean), ("version", "Version", clean), ("date", "Date", iso_date))),
    }  # fmt: skip


def _parse(text: str, where: Where) -> Machine:
    by_class: dict[str, list[Block]] = {}
    for block in _blocks(text, where):
        by_class.setdefault(block.get("Hardware Class") or "", []).append(block)
    bios = by_class.get("bios", [])
    sounds = by_class.get("sound", [])
    return Machine(
        **(_firmware_parts(bios[0]) if bios else {}),
        processors=_processors(by_class.get("cpu", [])),
        storage=tuple(
            drive for kind in ("disk", "cdrom") for block in by_class.get(kind, []) if (drive := _storage(block))
        ),
        graphics=tuple(_graphics(block) for block in by_class.get("graphics card", [])),
        displays=tuple(_display(block) for block in by_class.get("monitor", [])),
        network=tuple(card for block in by_class.get("network", []) if (card := _network(block))),
        audio=tuple(_peripheral(block) for block in sounds),
        cameras=tuple(_peripheral(block) for block in by_class.get("camera", [])),
        bluetooth=_once(_peripheral(block) for block in by_class.get("bluetooth", [])),
        tools=(where.tool,),
    )


def _once(parts: Iterator[Peripheral]) -> tuple[Peripheral, ...]:
    """One for each device: hwinfo prints a block an interface."""
    return tuple({part.bus_id or part.model: part for part in parts}.values())


FORMAT = TextFormat("hwinfo", "hwinfo", _recognise, _parse)
