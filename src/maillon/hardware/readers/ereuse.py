"""eReuse snapshots, four generations: a computer as the Workbench of eReuse saw it.

* Workbench 11 and 12: `device` and `components` as eReuse understood them, with the raw lshw and hwinfo in `debug`;
* workbench-script: the raw outputs in `data`, some as objects, some as texts, some as JSON inside a text.

Raw outputs are read by the readers of their tools and trusted before the components made from them. Component sizes:
memory in MiB, disks in MB (10^6 bytes), with decimals.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from maillon.hardware.chassis import chassis_type
from maillon.hardware.drives import drive_serial, drive_text
from maillon.hardware.facts import Facts, dict_of, objects_of, text_of
from maillon.hardware.formats import JsonFormat, TextFormat, Where
from maillon.hardware.join import join
from maillon.hardware.junk import clean, clean_mac, clean_serial
from maillon.hardware.messages import Message
from maillon.hardware.model import (
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
    Peripheral,
    Processor,
    Reading,
    Storage,
    StorageKind,
    System,
)
from maillon.hardware.processor_names import processor_name, processor_vendor
from maillon.hardware.quantities import decimal, iso_date, iso_moment, whole
from maillon.hardware.readers import dmidecode, edid, hwinfo, inxi, lscpu, lshw, lspci, lsusb, smartctl, upower
from maillon.hardware.readers.nested import opened, read_nested

_TEXTS: dict[str, TextFormat] = {
    "dmidecode": dmidecode.FORMAT,
    "hwinfo": hwinfo.FORMAT,
    "lspci": lspci.FORMAT,
    "lsusb": lsusb.FORMAT,
    "lshw": lshw.FORMATS[1],
    "smart": smartctl.TEXT,
    "smartctl": smartctl.TEXT,
    "lscpu": lscpu.TEXT,
    "upower": upower.FORMAT,
    "edid": edid.FORMATS[1],
}
_DOCUMENTS: dict[str, JsonFormat] = {
    "lshw": lshw.FORMATS[0],
    "smart": smartctl.JSON,
    "smartctl": smartctl.JSON,
    "inxi": inxi.FORMAT,
    "lscpu": lscpu.JSON,
}
_MAX_COMPONENTS = 500
Path = Callable[[str], Any]


def _is_snapshot(document: Any) -> bool:
    return isinstance(document, dict) and document.get("type") == "Snapshot"


def _is_workbench(document: Any) -> bool:
    return _is_snapshot(document) and isinstance(document.get("device"), dict)


def _is_script(document: Any) -> bool:
    return _is_snapshot(document) and isinstance(document.get("data"), dict)


# --- raw outputs ----------------------------------------------------------------------------------------------------


def _raw(holder: dict[str, Any], path: str, where: Where) -> Iterator[tuple[Machine, tuple[Message, ...]]]:
    """What each tool's output in this object says; outputs that can not be read give a warning."""
    for name, value in holder.items():
        if name not in _TEXTS and name not in _DOCUMENTS:
            continue
        inner = f"{where.prefix or '$'}{path}.{name}"
        content = opened(value) if isinstance(value, str) and name in _DOCUMENTS else value
        form = (_TEXTS if isinstance(content, str) else _DOCUMENTS).get(name)
        if content and form is not None:
            yield read_nested(form, content, Where(form.tool, where.file, inner))


def _parse_script(document: Any, where: Where) -> Reading:
    return _reading("ereuse-workbench-script", [], _raw(document["data"], ".data", where), document, "timestamp")


def _parse_workbench(document: Any, where: Where) -> Reading:
    own = Machine(tools=(f"workbench {text_of(document.get('version')) or ''}".strip(),))
    own = _device(own, document, where)
    for index, component in objects_of(document.get("components"))[:_MAX_COMPONENTS]:
        own = _component(own, component, f".components[{index}]", where)
    debug = dict_of(document.get("debug"))
    return _reading("ereuse-workbench", [own], _raw(debug, ".debug", where), document, "endTime")


def _reading(
    name: str,
    parts: list[Machine],
    raw: Iterator[tuple[Machine, tuple[Message, ...]]],
    document: dict[str, Any],
    moment: str,
) -> Reading:
    warnings: list[Message] = []
    for machine, said in raw:
        parts.append(machine)
        warnings += said
    machine = join([part for part in parts if part != Machine()])
    seen_at = iso_moment(document.get(moment)) or machine.seen_at
    return Reading(name, (replace(machine, seen_at=seen_at),), tuple(warnings))


# --- components -----------------------------------------------------------------------------------------------------


def _device(machine: Machine, document: dict[str, Any], where: Where) -> Machine:
    device = dict_of(document.get("device"))
    facts, case = Facts(System), Facts(Chassis)

    def said(key: str) -> str | None:
        return text_of(device.get(key))

    facts.put("vendor", clean(said("manufacturer")), where.path(".device.manufacturer"))
    facts.put("product_name", clean(said("model")), where.path(".device.model"))
    facts.put("version", clean(said("version")), where.path(".device.version"))
    facts.put("sku", clean(said("sku")), where.path(".device.sku"))
    facts.put("serial", clean_serial(said("serialNumber")), where.path(".device.serialNumber"))
    # eReuse calls every notebook "Netbook" in `chassis`, and says what it is in `type`
    kind = said("type") if said("type") in ("Laptop", "Tablet", "Server") else None
    case.put("type", chassis_type(kind), where.path(".device.type"))
    case.put("type", chassis_type(said("chassis")), where.path(".device.chassis"))
    return replace(machine, system=facts.build(), chassis=case.build())


def _component(machine: Machine, component: dict[str, Any], path: str, where: Where) -> Machine:
    kind = text_of(component.get("type")) or ""
    read = _COMPONENTS.get(kind)
    return read(machine, component, lambda key: where.path(f"{path}.{key}")) if read else machine


def _processor(machine: Machine, said: dict[str, Any], at: Path) -> Machine:
    facts = Facts(Processor)
    name = processor_name(text_of(said.get("model")))
    facts.put("vendor", name.vendor or processor_vendor(text_of(said.get("manufacturer"))), at("model"))
    facts.put("model", name.model, at("model"))
    facts.put("frequency_mhz", name.frequency_mhz, at("model"))
    facts.put("cores", whole(said.get("cores")) or None, at("cores"))
    facts.put("threads", whole(said.get("threads")) or None, at("threads"))
    if said.get("address") == 64 and name.vendor in ("Intel", "AMD", "VIA"):
        facts.put("architecture", "x86_64", at("address"))
    return replace(machine, processors=(*machine.processors, facts.build()))


def _module(machine: Machine, said: dict[str, Any], at: Path) -> Machine:
    facts = Facts(MemoryModule)
    mebibytes = decimal(said.get("size"))
    facts.put("size_bytes", round(mebibytes * 2**20) if mebibytes and 0 < mebibytes < 2**24 else None, at("size"))
    facts.put("type", clean(text_of(said.get("interface"))), at("interface"))
    facts.put("form_factor", clean(text_of(said.get("format"))), at("format"))
    facts.put("speed_mts", whole(said.get("speed")) or None, at("speed"))
    facts.put("vendor", clean(text_of(said.get("manufacturer"))), at("manufacturer"))
    facts.put("part_number", clean(text_of(said.get("model"))), at("model"))
    facts.put("serial", clean_serial(text_of(said.get("serialNumber"))), at("serialNumber"))
    module = facts.build()
    memory = machine.memory
    total = (memory.total_bytes or 0) + (module.size_bytes or 0)
    origin = {**memory.origin, "total_bytes": memory.origin.get("total_bytes", at("size"))} if total else memory.origin
    modules = (*memory.modules, module) if module.size_bytes else memory.modules
    return replace(machine, memory=replace(memory, total_bytes=total or None, modules=modules, origin=origin))


def _drive(machine: Machine, said: dict[str, Any], at: Path) -> Machine:
    facts = Facts(Storage)
    solid = said.get("type") == "SolidStateDrive"
    bus = {"ATA": None, "USB": "USB", "PCI": "NVMe", "NVME": "NVMe"}.get(str(said.get("interface")).upper())
    kind = StorageKind.NVME if bus == "NVMe" else StorageKind.SATA_SSD if solid else StorageKind.HDD
    facts.put("kind", StorageKind.REMOVABLE if bus == "USB" else kind, at("type"))
    facts.put("interface", bus, at("interface"))
    facts.put("vendor", drive_text(text_of(said.get("manufacturer"))), at("manufacturer"))
    facts.put("model", drive_text(text_of(said.get("model"))), at("model"))
    facts.put("serial", drive_serial(text_of(said.get("serialNumber"))), at("serialNumber"))
    facts.put("firmware", drive_text(text_of(said.get("variant"))), at("variant"))
    megabytes = decimal(said.get("size"))
    facts.put("size_bytes", round(megabytes * 10**6) if megabytes and 0 < megabytes < 10**9 else None, at("size"))
    facts.put("rotation_rpm", 0 if solid else None, at("type"))
    for index, action in objects_of(said.get("actions")):
        if action.get("type") == "TestDataStorage":
            _health(facts, action, at, f"actions[{index}]")
    return replace(machine, storage=(*machine.storage, facts.build()))


def _health(facts: Facts[Storage], test: dict[str, Any], at: Path, path: str) -> None:
    """What SMART said; "remainingLifetimePercentage" is a raw counter on many drives, so only 0 to 100 counts."""
    passed = test.get("assessment")
    facts.put("healthy", passed if isinstance(passed, bool) else None, at(f"{path}.assessment"))
    hours = whole(test.get("lifetime"))
    facts.put("power_on_hours", hours if hours is not None and hours < 300_000 else None, at(f"{path}.lifetime"))
    facts.put("power_cycles", whole(test.get("powerCycleCount")), at(f"{path}.powerCycleCount"))
    facts.put("reallocated_sectors", whole(test.get("reallocatedSectorCount")), at(f"{path}.reallocatedSectorCount"))
    facts.put("pending_sectors", whole(test.get("currentPendingSectorCount")), at(f"{path}.currentPendingSectorCount"))
    left = whole(test.get("remainingLifetimePercentage"))
    facts.put(
        "wear_percent",
        100 - left if left is not None and left <= 100 else None,
        at(f"{path}.remainingLifetimePercentage"),
    )


def _network(machine: Machine, said: dict[str, Any], at: Path) -> Machine:
    facts = Facts(NetworkInterface)
    wireless = said.get("wireless")
    kind = NetworkKind.WIFI if wireless is True else NetworkKind.ETHERNET if wireless is False else NetworkKind.UNKNOWN
    if kind == NetworkKind.ETHERNET and re.search(r"802\.11|wireless|wi-?fi", str(said.get("model")), re.IGNORECASE):
        kind = NetworkKind.WIFI  # a radio whose driver was missing
    facts.put("kind", kind, at("wireless"))
    facts.put("vendor", clean(text_of(said.get("manufacturer"))), at("manufacturer"))
    facts.put("model", clean(text_of(said.get("model"))), at("model"))
    facts.put("mac", clean_mac(text_of(said.get("serialNumber"))), at("serialNumber"))
    facts.put("speed_mbps", whole(said.get("speed")) or None, at("speed"))
    return replace(machine, network=(*machine.network, facts.build()))


def _graphics(machine: Machine, said: dict[str, Any], at: Path) -> Machine:
    facts = Facts(Graphics)
    facts.put("vendor", clean(text_of(said.get("manufacturer"))), at("manufacturer"))
    facts.put("model", clean(text_of(said.get("model"))), at("model"))
    mebibytes = decimal(said.get("memory"))
    facts.put("memory_bytes", round(mebibytes * 2**20) if mebibytes and 0 < mebibytes < 2**20 else None, at("memory"))
    return replace(machine, graphics=(*machine.graphics, facts.build()))


def _sound(machine: Machine, said: dict[str, Any], at: Path) -> Machine:
    """Webcams are listed here too: they have a microphone."""
    facts = Facts(Peripheral)
    facts.put("vendor", clean(text_of(said.get("manufacturer"))), at("manufacturer"))
    facts.put("model", clean(text_of(said.get("model"))), at("model"))
    if re.search(r"web ?cam|camera", str(said.get("model")), re.IGNORECASE):
        if re.fullmatch(r"(?=(?:\D*\d){3})[A-Z0-9-]{8,}", facts.values.get("vendor", "")):
            facts = Facts(Peripheral)  # the number of a part in place of the maker
            facts.put("model", clean(text_of(said.get("model"))), at("model"))
        return replace(machine, cameras=(*machine.cameras, facts.build()))
    return replace(machine, audio=(*machine.audio, facts.build()))


def _display(machine: Machine, said: dict[str, Any], at: Path) -> Machine:
    """`size` is the diagonal in inches; the model has no place for it without the two sides."""
    facts = Facts(Display)
    maker = text_of(said.get("manufacturer"))
    code = maker.upper() if maker and re.fullmatch(r"[A-Za-z]{3}", maker) else ""
    facts.put("vendor", edid.vendor_name(code) if code else clean(maker), at("manufacturer"))
    facts.put("built_in", True if code in edid.PANEL_MAKERS else None, at("manufacturer"))
    model = clean(text_of(said.get("model")))
    facts.put("model", None if (model or "").lower() == "lcd monitor" else model, at("model"))
    facts.put("serial", clean_serial(text_of(said.get("serialNumber"))), at("serialNumber"))
    made = iso_date(said.get("productionDate"))
    facts.put("year", int(made[:4]) if made else None, at("productionDate"))
    facts.put("width_px", whole(said.get("resolutionWidth")) or None, at("resolutionWidth"))
    facts.put("height_px", whole(said.get("resolutionHeight")) or None, at("resolutionHeight"))
    return replace(machine, displays=(*machine.displays, facts.build()))


def _board(machine: Machine, said: dict[str, Any], at: Path) -> Machine:
    """`version` and `biosDate` are the firmware's."""
    board, firmware = Facts(Board), Facts(Firmware)
    board.put("vendor", clean(text_of(said.get("manufacturer"))), at("manufacturer"))
    board.put("model", clean(text_of(said.get("model"))), at("model"))
    board.put("serial", clean_serial(text_of(said.get("serialNumber"))), at("serialNumber"))
    firmware.put("version", clean(text_of(said.get("version"))), at("version"))
    firmware.put("date", iso_date(said.get("biosDate")), at("biosDate"))
    memory = Facts(Memory)
    gibibytes = whole(said.get("ramMaxSize"))
    memory.put("maximum_bytes", gibibytes * 2**30 if gibibytes and gibibytes < 2**16 else None, at("ramMaxSize"))
    memory.put("slots", whole(said.get("ramSlots")) or None, at("ramSlots"))
    known = machine.memory
    filled = replace(known, **memory.values, origin={**known.origin, **memory.build().origin})
    return replace(machine, board=board.build(), firmware=firmware.build(), memory=filled)


_COMPONENTS: dict[str, Callable[[Machine, dict[str, Any], Path], Machine]] = {
    "Processor": _processor,
    "RamModule": _module,
    "HardDrive": _drive,
    "SolidStateDrive": _drive,
    "NetworkAdapter": _network,
    "GraphicCard": _graphics,
    "SoundCard": _sound,
    "Display": _display,
    "Motherboard": _board,
}

FORMATS = (
    JsonFormat("ereuse-workbench", "workbench", _is_workbench, _parse_workbench),
    JsonFormat("ereuse-workbench-script", "workbench", _is_script, _parse_script),
)
