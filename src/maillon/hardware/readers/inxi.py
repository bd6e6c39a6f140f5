"""inxi's JSON (`inxi -Fxxx --output json`): sections of rows whose keys carry their order, "007#0#2#serial".

A row's keys in that order read like a sentence: a container ("Mobo: Dell") opens a part, the keys after it are of
that part. inxi rewrites names ("Intel Haswell-ULT Integrated Graphics") and rounds sizes, so it is trusted last.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from maillon.hardware.chassis import chassis_type
from maillon.hardware.drives import drive_kind, drive_serial, drive_text
from maillon.hardware.facts import Facts, list_of, text_of
from maillon.hardware.formats import JsonFormat, Where
from maillon.hardware.junk import clean, clean_mac, clean_serial
from maillon.hardware.model import (
    Battery,
    Board,
    Chassis,
    Display,
    Firmware,
    Graphics,
    Machine,
    Memory,
    MemoryModule,
    NetworkInterface,
    NetworkKind,
    Origin,
    Peripheral,
    Processor,
    Storage,
    System,
)
from maillon.hardware.processor_names import processor_name
from maillon.hardware.quantities import decimal, iso_date, size_bytes, watt_hours, whole
from maillon.hardware.readers.lshw import VIRTUAL_NAMES
from maillon.hardware.readers.upower import technology

_KEY = re.compile(r"^(\d{3})#\d+#\d+#(.{1,60})$")
_PIXELS = re.compile(r"^(\d{3,5})x(\d{3,5})")
_MILLIMETRES = re.compile(r"^(\d{2,4})x(\d{2,4})mm")


class Word(NamedTuple):
    key: str
    value: str
    at: Origin


class Row:
    """One row: its words in order, and the first of each name."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.first: dict[str, Word] = {}
        for word in words:
            self.first.setdefault(word.key, word)

    def get(self, *keys: str) -> str | None:
        return next((clean(self.first[key].value) for key in keys if key in self.first), None)

    def at(self, *keys: str) -> Origin:
        return next((self.first[key].at for key in keys if key in self.first), self.words[0].at)

    def after(self, key: str) -> "Row":
        """The words from this one on."""
        start = next((index for index, word in enumerate(self.words) if word.key == key), len(self.words))
        return Row(self.words[start:])

    def before(self, key: str) -> "Row":
        stop = next((index for index, word in enumerate(self.words) if word.key == key), len(self.words))
        return Row(self.words[:stop])

    def __bool__(self) -> bool:
        return bool(self.words)


def _recognise(document: Any) -> bool:
    items = document if isinstance(document, list) else []
    names = [key for item in items[:40] if isinstance(item, dict) for key in item]
    return bool(names) and all(_KEY.match(name) for name in names)


def _sections(document: Any, where: Where) -> dict[str, list[Row]]:
    """Section name -> rows, e.g. "Machine", "Drives"."""
    found: dict[str, list[Row]] = {}
    for index, item in enumerate(list_of(document)):
        for key, rows in item.items() if isinstance(item, dict) else ():
            if name := _KEY.match(key):
                found.setdefault(name.group(2), []).extend(_rows(rows, f"[{index}]", key, where))
    return found


def _rows(rows: Any, path: str, section: str, where: Where) -> Iterator[Row]:
    for number, row in enumerate(list_of(rows)):
        words = []
        for key, value in sorted(row.items()) if isinstance(row, dict) else ():
            name, text = _KEY.match(key), text_of(value)
            if name:
                at = where.path(f"{path}['{section}'][{number}]['{key}']")
                words.append(Word(name.group(2), text or "", at))
        if words:
            yield Row(words)


def _system(rows: list[Row]) -> tuple[System, Chassis, Board, Firmware]:
    system, chassis, board, firmware = Facts(System), Facts(Chassis), Facts(Board), Facts(Firmware)
    for row in rows:
        head = row.before("Mobo").before("Chassis") if "Chassis" in row.first else row.before("Mobo")
        if "System" in head.first or "product" in head.first:
            system.put("vendor", head.get("System"), head.at("System"))
            system.put("product_name", head.get("product"), head.at("product"))
            system.put("version", head.get("v"), head.at("v"))
            system.put("serial", clean_serial(head.get("serial")), head.at("serial"))
        case = row.after("Chassis").before("Mobo")
        if case:
            chassis.put("type", chassis_type(case.get("type")), case.at("type"))
            chassis.put("vendor", case.get("Chassis"), case.at("Chassis"))
            chassis.put("serial", clean_serial(case.get("serial")), case.at("serial"))
        chassis.put("type", chassis_type(row.get("Type")), row.at("Type"))
        mobo = row.after("Mobo")
        if mobo:
            board.put("vendor", mobo.get("Mobo"), mobo.at("Mobo"))
            board.put("model", mobo.get("model"), mobo.at("model"))
            board.put("version", mobo.before("UEFI").before("BIOS").get("v"), mobo.at("v"))
            board.put("serial", clean_serial(mobo.get("serial")), mobo.at("serial"))
        for kind in ("UEFI", "UEFI-[Legacy]", "BIOS"):
            if part := row.after(kind):
                firmware.put("vendor", part.get(kind), part.at(kind))
                firmware.put("version", part.get("v"), part.at("v"))
                firmware.put("date", iso_date(part.get("date")), part.at("date"))
                firmware.put("uefi", kind != "BIOS" or None, part.at(kind))
    return system.build(), chassis.build(), board.build(), firmware.build()


def _memory(rows: list[Row]) -> Memory:
    facts = Facts(Memory)
    modules = []
    for row in rows:
        if "Array" in row.first:
            facts.put("maximum_bytes", size_bytes(row.get("capacity"), kilo=1024), row.at("capacity"))
            facts.put("slots", whole(row.get("slots")) or None, row.at("slots"))
        elif "Device" in row.first and (size := size_bytes(row.get("size"), kilo=1024)):
            modules.append(_module(row, size))
        elif "RAM" in row.first or "total" in row.first:
            facts.put("total_bytes", size_bytes(row.get("total"), kilo=1024), row.at("total"))
    built = facts.build()
    return Memory(**{**facts.values, "modules": tuple(modules), "origin": built.origin})


def _module(row: Row, size: int) -> MemoryModule:
    facts = Facts(MemoryModule)
    facts.put("slot", row.get("Device"), row.at("Device"))
    facts.put("size_bytes", size, row.at("size"))
    facts.put("type", row.get("type"), row.at("type"))
    facts.put("speed_mts", whole(row.get("speed")) or None, row.at("speed"))
    facts.put("vendor", row.get("manufacturer"), row.at("manufacturer"))
    facts.put("part_number", row.get("part-no"), row.at("part-no"))
    facts.put("serial", clean_serial(row.get("serial")), row.at("serial"))
    return facts.build()


def _processors(rows: list[Row]) -> tuple[Processor, ...]:
    facts = Facts(Processor)
    sockets = 1
    for row in rows:
        name = processor_name(row.get("model"))
        if "Info" in row.first and name.model:
            facts.put("vendor", name.vendor, row.at("model"))
            facts.put("model", name.model, row.at("model"))
            if row.get("bits") == "64":
                facts.put("architecture", "x86_64" if name.vendor in ("Intel", "AMD", "VIA") else None, row.at("bits"))
            if row.get("bits") == "32":
                facts.put("architecture", "i686" if name.vendor in ("Intel", "AMD", "VIA") else None, row.at("bits"))
        if "Topology" in row.first:
            facts.put("cores", whole(row.get("cores")) or None, row.at("cores"))
            facts.put(
                "threads", whole(row.get("threads")) or whole(row.get("cores")) or None, row.at("threads", "cores")
            )
            sockets = min(whole(row.get("cpus")) or 1, 16)
    return (facts.build(),) * sockets if "model" in facts else ()


def _peripheral(row: Row) -> Peripheral:
    facts = Facts(Peripheral)
    facts.put("model", row.get("Device"), row.at("Device"))
    chips = [word for word in row.words if word.key == "chip-ID"]
    if len(chips) == 1:  # rows of two devices are sometimes mixed into one
        facts.put("bus_id", clean(chips[0].value), chips[0].at)
    driver = (row.get("driver") or "").split(",")[0]
    facts.put("driver", clean(driver), row.at("driver"))
    return facts.build()


def _is_camera(row: Row) -> bool:
    return (row.get("class-ID") or "").startswith("0e") or "uvcvideo" in (row.get("driver") or "")


def _graphics(rows: list[Row]) -> tuple[tuple[Graphics, ...], tuple[Display, ...], tuple[Peripheral, ...]]:
    graphics, displays, cameras = [], [], []
    for row in rows:
        if "Monitor" in row.first:
            displays.append(_display(row))
        elif "Device" in row.first and (_is_camera(row) or row.get("type") == "USB"):
            cameras.append(_peripheral(row))
        elif "Device" in row.first:
            facts = Facts(Graphics)
            facts.put("model", row.get("Device"), row.at("Device"))
            facts.put("bus_id", row.get("chip-ID"), row.at("chip-ID"))
            facts.put("driver", row.get("driver"), row.at("driver"))
            graphics.append(facts.build())
    return tuple(graphics), tuple(displays), tuple(cameras)


def _display(row: Row) -> Display:
    """A screen; "res" is the mode in use, the largest mode is the screen's own."""
    facts = Facts(Display)
    facts.put("model", row.get("model"), row.at("model"))
    facts.put("serial", clean_serial(row.get("serial")), row.at("serial"))
    facts.put("year", whole(row.get("built")), row.at("built"))
    listed = (row.get("modes") or row.get("res") or "").split(", ")
    found = [_PIXELS.match(mode) for mode in listed[:200]]
    modes = [(int(mode.group(1)), int(mode.group(2))) for mode in found if mode]
    if modes:
        width, height = max(modes, key=lambda mode: mode[0] * mode[1])
        facts.put("width_px", width, row.at("modes", "res"))
        facts.put("height_px", height, row.at("modes", "res"))
    if size := _MILLIMETRES.match(row.get("size") or ""):
        facts.put("width_mm", int(size.group(1)), row.at("size"))
        facts.put("height_mm", int(size.group(2)), row.at("size"))
    port = row.get("Monitor") or ""
    if re.match(r"(?:eDP|LVDS|DSI)", port):
        facts.put("built_in", True, row.at("Monitor"))
    elif re.match(r"(?:HDMI|DVI|VGA|DP)-", port):
        facts.put("built_in", False, row.at("Monitor"))
    return facts.build()


def _network(rows: list[Row]) -> tuple[NetworkInterface, ...]:
    """A device row, then the rows of its interfaces ("IF"); rows "IF-ID" are made by software."""
    found: list[NetworkInterface] = []
    facts: Facts[NetworkInterface] | None = None
    for row in rows:
        if "Device" in row.first:
            if facts:
                found.append(facts.build())
            facts = Facts(NetworkInterface)
            kind = NetworkKind.WIFI if (row.get("class-ID") or "") == "0280" else NetworkKind.ETHERNET
            facts.put(
                "kind", kind if row.get("class-ID") in ("0280", "0200") else NetworkKind.UNKNOWN, row.at("class-ID")
            )
            facts.put("model", row.get("Device"), row.at("Device"))
            facts.put("bus_id", row.get("chip-ID"), row.at("chip-ID"))
            facts.put("driver", row.get("driver"), row.at("driver"))
        elif facts and "IF" in row.first and not VIRTUAL_NAMES.match(row.get("IF") or ""):
            facts.put("mac", clean_mac(row.get("mac")), row.at("mac"))
    return tuple([*found, facts.build()] if facts else found)


def _drives(rows: list[Row]) -> tuple[Storage, ...]:
    """A drive row, then its SMART row."""
    found: list[Facts[Storage]] = []
    for row in rows:
        if (row.get("ID") or "").startswith("/dev/"):
            found.append(_drive(row))
        elif found and "SMART" in row.first:
            facts = found[-1]
            health = row.get("health")
            facts.put(
                "healthy", None if health is None else health.upper().startswith(("PASS", "OK")), row.at("health")
            )
            facts.put("power_cycles", whole(row.get("cycles")), row.at("cycles"))
            facts.put("power_on_hours", _age(row.get("on")), row.at("on"))
    return tuple(facts.build() for facts in found)


def _drive(row: Row) -> Facts[Storage]:
    facts = Facts(Storage)
    model, device = drive_text(row.get("model")), row.get("ID")
    usb = row.get("type") == "USB"
    interface = "USB" if usb else "SATA" if "sata" in row.first else "NVMe" if "nvme" in (device or "") else None
    solid = row.get("type", "tech") == "SSD"
    spun = whole(row.get("rpm"))
    kind = drive_kind(model=model, interface=interface, rotation_rpm=0 if solid else spun, device=device)
    facts.put("kind", kind, row.at("type"))
    facts.put("vendor", row.get("vendor"), row.at("vendor"))
    facts.put("model", model, row.at("model"))
    facts.put("serial", drive_serial(row.get("serial")), row.at("serial"))
    facts.put("firmware", drive_text(row.get("rev", "fw-rev")), row.at("rev", "fw-rev"))
    facts.put("size_bytes", size_bytes(row.get("size")), row.at("size"))
    facts.put("interface", interface, row.at("sata", "type"))
    facts.put("rotation_rpm", 0 if solid else spun, row.at("type", "rpm"))
    facts.put("device", device, row.at("ID"))
    return facts


def _age(value: str | None) -> int | None:
    """Hours of "2y 7d 14h"."""
    if not value or not re.fullmatch(r"(?:\d{1,3}y ?)?(?:\d{1,3}d ?)?(?:\d{1,2}h)?", value):
        return None
    units = {"y": 365 * 24, "d": 24, "h": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([ydh])", value))


def _batteries(rows: list[Row]) -> tuple[Battery, ...]:
    found = []
    for row in rows:
        if not (row.get("ID-1", "ID-2", "ID") or "").upper().startswith("BAT"):
            continue
        facts = Facts(Battery)
        full, _slash, design = (row.get("condition") or "").partition("/")
        facts.put("full_wh", watt_hours(full), row.at("condition"))
        facts.put("design_wh", watt_hours(design), row.at("condition"))
        model = row.get("model") or ""
        facts.put("model", clean(model), row.at("model"))
        facts.put("technology", technology(row.get("type")), row.at("type"))
        facts.put("serial", clean_serial(row.get("serial")), row.at("serial"))
        cycles = decimal(row.get("cycles"))
        facts.put("cycles", int(cycles) if cycles and 0 < cycles < 100_000 else None, row.at("cycles"))
        found.append(facts.build())
    return tuple(found)


def _parse(document: Any, where: Where) -> Machine:
    sections = _sections(document, where)
    system, chassis, board, firmware = _system(sections.get("Machine", []))
    graphics, displays, cameras = _graphics(sections.get("Graphics", []))
    sounds = [row for row in sections.get("Audio", []) if "Device" in row.first and not _is_camera(row)]
    radios = [row for row in sections.get("Bluetooth", []) if "Device" in row.first]
    return Machine(
        system=system,
        chassis=chassis,
        board=board,
        firmware=firmware,
        processors=_processors(sections.get("CPU", [])),
        memory=_memory(sections.get("Memory", sections.get("Info", []))),
        storage=_drives(sections.get("Drives", [])),
        graphics=graphics,
        displays=displays,
        network=_network(sections.get("Network", [])),
        batteries=_batteries(sections.get("Battery", [])),
        audio=tuple(_peripheral(row) for row in sounds),
        cameras=cameras,
        bluetooth=tuple(_peripheral(row) for row in radios),
        tools=(where.tool,),
    )


FORMAT = JsonFormat("inxi", "inxi", _recognise, _parse)
