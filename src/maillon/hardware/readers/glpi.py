"""Fleet inventories as GLPI Agent, FusionInventory and OCS Inventory send them, in JSON and in XML.

The two are one structure: sections of records, with lower-case names in JSON and capitals in XML. Capacities are in
MiB for memory, in MB (10^6 bytes; MiB from macOS) for drives, in mWh for batteries; older agents write the unit.
The memory of `hardware` is what the system sees, less than what is fitted. Persons (users, logins) are not read.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from maillon.hardware import pci, usb
from maillon.hardware.chassis import chassis_type, input_clue
from maillon.hardware.drives import drive_kind, drive_serial, drive_text
from maillon.hardware.facts import Facts, dict_of, list_of, text_of
from maillon.hardware.formats import JsonFormat, Where, XmlFormat
from maillon.hardware.join import join
from maillon.hardware.junk import clean, clean_mac, clean_serial, clean_uuid
from maillon.hardware.messages import Message, _
from maillon.hardware.model import (
    Battery,
    Board,
    Chassis,
    Display,
    Dispute,
    Firmware,
    Graphics,
    Machine,
    Memory,
    MemoryModule,
    NetworkInterface,
    NetworkKind,
    Origin,
    Peripheral,
    Port,
    Processor,
    Reading,
    Storage,
    StorageKind,
    System,
    Unreadable,
)
from maillon.hardware.processor_names import architecture, processor_name, processor_vendor
from maillon.hardware.quantities import decimal, iso_date, iso_moment, size_bytes, whole
from maillon.hardware.readers import edid
from maillon.hardware.readers.dmidecode import port_kind
from maillon.hardware.readers.lshw import VIRTUAL_NAMES
from maillon.hardware.readers.upower import technology

_ALIASES = {"macaddr": "mac", "serialnumber": "serial"}


@dataclass(frozen=True)
class Record:
    """One entry of a section: texts by lower-case name, and how to name their places."""

    values: dict[str, str]
    place: Callable[[str], Origin]

    def get(self, *keys: str) -> str | None:
        return next((self.values[key] for key in keys if self.values.get(key)), None)

    def at(self, *keys: str) -> Origin:
        return self.place(next((key for key in keys if key in self.values), keys[0]))


class Inventory:
    """The sections of one inventory."""

    def __init__(self, sections: dict[str, list[Record]], tool: str) -> None:
        self.sections = sections
        self.tool = tool

    def all(self, *names: str) -> list[Record]:
        return [record for name in names for record in self.sections.get(name, [])]

    def one(self, name: str) -> Record:
        records = self.sections.get(name)
        return records[0] if records else Record({}, lambda key: Origin(self.tool, key))

    @property
    def macos(self) -> bool:
        system = self.one("operatingsystem")
        names = f"{system.get('kernel_name') or ''} {self.one('hardware').get('osname') or ''}".lower()
        return "darwin" in names or "macos" in names or "mac os" in names


# --- reading the two syntaxes ---------------------------------------------------------------------------------------


def _from_json(content: dict[str, Any], where: Where) -> Inventory:
    sections: dict[str, list[Record]] = {}
    for name, value in content.items():
        single = isinstance(value, dict)
        records = []
        for index, item in enumerate(list_of(value)):
            if isinstance(item, dict):
                path = f".content.{name}" if single else f".content.{name}[{index}]"
                texts = {key: text for key, one in item.items() if (text := _scalar(one)) is not None}
                records.append(Record(texts, lambda key, path=path: where.path(f"{path}.{key}")))  # type: ignore[misc]
        sections[name.lower()] = records
    return Inventory(sections, where.tool)


def _scalar(value: Any) -> str | None:
    return ("1" if value else "0") if isinstance(value, bool) else text_of(value)


def _from_xml(content: Any, where: Where) -> Inventory:
    sections: dict[str, list[Record]] = {}
    for element in content:
        name = str(element.tag)
        records = sections.setdefault(name.lower(), [])
        number = len(records) + 1
        texts: dict[str, str] = {}
        for child in element:
            text = (child.text or "").strip()
            if text:
                texts.setdefault(str(child.tag).lower(), text)
        for alias, key in _ALIASES.items():
            if alias in texts:
                texts.setdefault(key, texts[alias])

        def place(key: str, name: str = name, number: int = number) -> Origin:
            at = f"/REQUEST/CONTENT/{name}[{number}]/{key.upper()}"
            return Origin(where.tool, at, where.file)

        records.append(Record(texts, place))
    return Inventory(sections, where.tool)


# --- parts ----------------------------------------------------------------------------------------------------------

Spec = tuple[tuple[str, tuple[str, ...], Callable[[str], object]], ...]


def _fill(part: Any, record: Record, spec: Spec) -> Any:
    facts = Facts(part)
    for field, keys, read in spec:
        text = record.get(*keys)
        facts.put(field, read(text) if text else None, record.at(*keys))
    return facts.build()


def _machine(inventory: Inventory) -> Machine:
    bios, hardware, system = inventory.one("bios"), inventory.one("hardware"), inventory.one("operatingsystem")
    uuid = Facts(System)
    uuid.put("uuid", clean_uuid(hardware.get("uuid")), hardware.at("uuid"))
    named = _fill(System, bios, (
        ("vendor", ("smanufacturer",), clean), ("product_name", ("smodel",), clean), ("sku", ("skunumber",), clean),
        ("serial", ("ssn",), clean_serial)))  # fmt: skip
    chassis = _fill(Chassis, hardware, (("type", ("chassis_type",), chassis_type),))
    tag = _fill(Chassis, bios, (("type", ("type",), chassis_type), ("asset_tag", ("assettag",), clean_serial)))
    clues: dict[str, Origin] = {}
    virtual = hardware.get("vmsystem")
    if virtual and virtual.lower() not in ("physical", "physique"):
        clues["virtual machine"] = hardware.at("vmsystem")
    for record in inventory.all("inputs"):
        if clue := input_clue(record.get("description", "caption")):
            clues.setdefault(clue, record.at("description", "caption"))
    for section, part in (("storages", "disk"), ("networks", "network"), ("sounds", "sound")):
        for record in inventory.all(section)[:1]:
            clues[f"{part} listed"] = record.at("model", "name", "description")
    base = Machine(
        system=replace(named, uuid=uuid.values.get("uuid"), origin={**named.origin, **uuid.build().origin}),
        chassis=replace(chassis, asset_tag=tag.asset_tag, type=chassis.type or tag.type,
                        origin={**tag.origin, **chassis.origin}),
        board=_fill(Board, bios, (("vendor", ("mmanufacturer",), clean), ("model", ("mmodel",), clean),
                                  ("serial", ("msn",), clean_serial))),
        firmware=_fill(Firmware, bios, (("vendor", ("bmanufacturer",), clean), ("version", ("bversion",), clean),
                                        ("date", ("bdate",), iso_date))),
        processors=_processors(inventory),
        memory=_memory(inventory),
        storage=tuple(drive for record in inventory.all("storages") if (drive := _drive(record, inventory.macos))),
        displays=tuple(_display(record) for record in inventory.all("monitors")),
        batteries=tuple(battery for record in inventory.all("batteries") if (battery := _battery(record))),
        ports=tuple(_ports(inventory)),
        clues=clues,
        operating_system=clean(_system_name(system, hardware)),
        seen_at=iso_moment(inventory.one("accesslog").get("logdate")),
        tools=(_agent(inventory),),
    )  # fmt: skip
    return _with_buses(base, inventory)


def _agent(inventory: Inventory) -> str:
    client = inventory.one("versionclient").get("text") or ""
    return f"glpi {client}".strip()


def _system_name(system: Record, hardware: Record) -> str | None:
    """ "macOS" alone says little: the version is put after a name that holds none."""
    name, version = system.get("full_name"), system.get("version")
    if name and version and not re.search(r"\d", name):
        return f"{name} {version}"
    return name or hardware.get("osname")


def _processors(inventory: Inventory) -> tuple[Processor, ...]:
    system = inventory.one("operatingsystem")
    found = []
    for record in inventory.all("cpus"):
        facts = Facts(Processor)
        name = processor_name(record.get("name", "type"))
        facts.put("vendor", processor_vendor(record.get("manufacturer")) or name.vendor, record.at("manufacturer"))
        facts.put("model", name.model, record.at("name"))
        facts.put("cores", whole(record.get("core")) or None, record.at("core"))
        facts.put("threads", whole(record.get("thread")) or None, record.at("thread"))
        speed = whole(record.get("speed"))
        facts.put("frequency_mhz", name.frequency_mhz, record.at("name"))
        facts.put("frequency_mhz", speed if speed and 100 <= speed <= 6500 else None, record.at("speed"))
        # the agents write "i386" for every PC, so only what the running system proves is kept
        runs = architecture(system.get("arch"))
        facts.put("architecture", runs if runs in ("x86_64", "aarch64") else None, system.at("arch"))
        found.append(facts.build())
    return tuple(found)


# --- memory ---------------------------------------------------------------------------------------------------------


def _memory(inventory: Inventory) -> Memory:
    facts = Facts(Memory)
    records = inventory.all("memories")
    modules = tuple(module for record in records if (module := _module(record)))
    known = sum(module.size_bytes or 0 for module in modules)
    if modules:
        facts.put("total_bytes", known or None, modules[0].origin.get("size_bytes") or records[0].at("capacity"))
    hardware = inventory.one("hardware")
    seen = whole(hardware.get("memory"))
    facts.put("total_bytes", seen * 2**20 if seen and seen < 2**26 else None, hardware.at("memory"))
    facts.put("slots", len(records) or None, records[0].at("numslots") if records else hardware.at("memory"))
    built = facts.build()
    return replace(built, modules=modules)


_NO_SLOT = re.compile(r"status|physical memory|mémoire physique", re.IGNORECASE)  # macOS: "Status: OK"; Windows


def _module(record: Record) -> MemoryModule | None:
    mebibytes = whole(record.get("capacity"))
    if not mebibytes or mebibytes >= 2**26:
        return None
    facts = Facts(MemoryModule)
    caption, described = record.get("caption"), record.get("description") or ""
    facts.put("size_bytes", mebibytes * 2**20, record.at("capacity"))
    kind = re.match(r"(?:LP)?DDR\d?[A-Z]?|SDRAM", record.get("type") or "", re.IGNORECASE)
    facts.put("type", kind.group().upper() if kind else None, record.at("type"))
    facts.put("form_factor", _form(described), record.at("description"))
    speed = re.match(r"(\d{2,5})(?: ?M(?:Hz|T/s))?$", record.get("speed") or "")
    facts.put("speed_mts", int(speed.group(1)) if speed else None, record.at("speed"))
    facts.put("vendor", clean(record.get("manufacturer")), record.at("manufacturer"))
    facts.put("serial", clean_serial(record.get("serialnumber", "serial")), record.at("serialnumber", "serial"))
    part = record.get("model") or (
        described if _form(described) is None and any(c.isdecimal() for c in described) else None
    )
    facts.put("part_number", clean(part), record.at("model", "description"))
    if caption and not _NO_SLOT.match(caption):
        facts.put("slot", clean(caption), record.at("caption"))
    return facts.build()


def _form(described: str) -> str | None:
    key = re.sub(r"[^a-z]", "", described.lower())
    if key in ("chip", "rowofchips", "proprietarycard", "die"):
        return "soldered" if key != "proprietarycard" else None
    return {"sodimm": "SODIMM", "dimm": "DIMM", "fbdimm": "FB-DIMM"}.get(key)


# --- drives, screens, batteries -------------------------------------------------------------------------------------


def _drive(record: Record, macos: bool) -> Storage | None:
    named = " ".join(filter(None, (record.get("type"), record.get("description"), record.get("interface"))))
    model = drive_text(record.get("model")) or drive_text(record.get("description"))
    size = _drive_size(record.get("disksize"), macos)
    serial = drive_serial(record.get("serial", "serialnumber"))
    reader = re.search(r"card ?reader", f"{named} {model}", re.IGNORECASE)
    optical = re.search(r"cd-?rom|dvd|optical|\bcd\b", named, re.IGNORECASE)
    if reader or not (size or serial or optical):
        return None
    facts = Facts(Storage)
    interface = _interface(
        record.get("interface") or record.get("description") or "", record.get("name") or "", model or ""
    )
    solid = bool(re.search(r"\bssd\b", record.get("type") or "", re.IGNORECASE))
    kind = StorageKind.OPTICAL if optical else drive_kind(
        model=model, interface=interface, rotation_rpm=0 if solid else None, device=record.get("name")
    )  # fmt: skip
    facts.put("kind", kind, record.at("type", "description"))
    facts.put("interface", interface, record.at("interface", "description"))
    facts.put("vendor", drive_text(record.get("manufacturer")), record.at("manufacturer"))
    facts.put("model", model, record.at("model"))
    facts.put("serial", serial, record.at("serial", "serialnumber"))
    facts.put("firmware", drive_text(record.get("firmware")), record.at("firmware"))
    facts.put("size_bytes", None if optical else size, record.at("disksize"))
    name = record.get("name") or ""
    if re.fullmatch(r"(?:sd[a-z]+|hd[a-z]|nvme\d+n\d+|mmcblk\d+|sr\d+|vd[a-z]|disk\d+)", name):
        facts.put("device", f"/dev/{name}", record.at("name"))
    return facts.build()


def _drive_size(text: str | None, macos: bool) -> int | None:
    if not text:
        return None
    if re.search(r"[A-Za-z]", text):
        return size_bytes(text)
    amount = decimal(text)
    return round(amount * (2**20 if macos else 10**6)) or None if amount and 0 < amount < 2**40 else None


def _interface(described: str, name: str, model: str) -> str | None:
    if name.startswith("nvme") or "nvme" in f"{described} {model}".lower():
        return "NVMe"
    words = {"SATA": r"\bs-?ata\b|serial-ata", "USB": r"\busb\b", "IDE": r"\b(?:ide|p-?ata)\b", "SAS": r"\bsas\b",
             "eMMC": r"\bemmc\b"}  # fmt: skip
    return next((word for word, mark in words.items() if re.search(mark, described, re.IGNORECASE)), None)


def _display(record: Record) -> Display:
    """The EDID that came along, else what the agent made of it."""
    parts = []
    blob = record.get("base64")
    if blob:
        try:
            data = base64.b64decode(re.sub(r"\s", "", blob[:20_000]), validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if data[:8] == edid.HEADER and len(data) >= edid.BLOCK:
            at = record.at("base64")
            display, _warnings = edid.display_of(data, Where("edid", at.file, at.at))
            parts.append(Machine(displays=(display,), tools=("edid",)))
    facts = Facts(Display)
    maker = record.get("manufacturer") or ""
    code = maker.upper() if re.fullmatch(r"[A-Za-z]{3}", maker) else ""
    facts.put("vendor", edid.vendor_name(code) if code else clean(maker or None), record.at("manufacturer"))
    facts.put("model", clean(record.get("name", "caption")), record.at("name", "caption"))
    facts.put("serial", clean_serial(record.get("serial", "serialnumber", "altserial")), record.at("serial"))
    made = re.search(r"\b((?:19|20)\d\d)\b", record.get("description") or "")
    facts.put("year", int(made.group(1)) if made else None, record.at("description"))
    if not parts:
        return facts.build()
    known = parts[0].displays[0]
    return replace(known, **{
        field: value for field, value in facts.values.items() if getattr(known, field) is None
    }, origin={**facts.build().origin, **known.origin})  # fmt: skip


def _battery(record: Record) -> Battery | None:
    facts = Facts(Battery)
    facts.put("vendor", clean(record.get("manufacturer")), record.at("manufacturer"))
    facts.put("model", clean(record.get("name")), record.at("name"))
    facts.put("serial", clean_serial(record.get("serial")), record.at("serial"))
    facts.put("technology", technology(record.get("chemistry")), record.at("chemistry"))
    facts.put("design_wh", _energy(record.get("capacity")), record.at("capacity"))
    facts.put("full_wh", _energy(record.get("real_capacity")), record.at("real_capacity"))
    cycles = whole(record.get("cycles"))
    facts.put("cycles", cycles if cycles and cycles < 100_000 else None, record.at("cycles"))
    return facts.build() if facts else None


def _energy(text: str | None) -> float | None:
    """Wh; a bare number is mWh. Older agents wrote the unit."""
    amount = decimal(text)
    if not text or not amount:
        return None
    energy = amount if re.search(r"(?<!m)Wh", text) else amount / 1000
    return round(energy, 3) if 1 <= energy <= 1000 else None


def _ports(inventory: Inventory) -> Iterator[Port]:
    for record in inventory.all("ports"):
        facts = Facts(Port)
        label, connector, kind = record.get("name"), record.get("caption") or "", record.get("type") or ""
        facts.put("kind", port_kind(label or "", connector, kind), record.at("caption", "type"))
        facts.put("label", clean(label), record.at("name"))
        if facts:
            yield facts.build()


# --- buses ----------------------------------------------------------------------------------------------------------


def _with_buses(machine: Machine, inventory: Inventory) -> Machine:
    """Cards, USB devices and interfaces, joined: a card and its interface are one."""
    cards = [_pci_device(record) for record in inventory.all("controllers")]
    from_pci = replace(pci.machine_of(cards, inventory.tool), storage=())
    from_usb = usb.machine_of((_usb_device(record) for record in inventory.all("usbdevices")), inventory.tool)
    interfaces, disputes = _interfaces(inventory)
    more = Machine(
        network=interfaces,
        graphics=() if from_pci.graphics else tuple(_video(record) for record in inventory.all("videos")),
        audio=() if from_pci.audio else tuple(_sound(record) for record in inventory.all("sounds")),
        tools=machine.tools,
    )
    buses = join([replace(part, tools=machine.tools) for part in (from_pci, from_usb, more)])
    return replace(
        machine,
        network=buses.network, graphics=buses.graphics, audio=buses.audio, cameras=buses.cameras,
        bluetooth=buses.bluetooth, ports=machine.ports + buses.ports, disputes=buses.disputes + disputes,
    )  # fmt: skip


def _hex(text: str | None, length: int = 4) -> str | None:
    text = (text or "").lower().removeprefix("0x")
    return text.zfill(length) if re.fullmatch(rf"[0-9a-f]{{1,{length}}}", text) else None


def _pci_device(record: Record) -> pci.PciDevice:
    at = {"slot": record.at("pcislot"), "class": record.at("pciclass", "type"), "vendor": record.at("manufacturer"),
          "name": record.at("name", "caption"), "ids": record.at("productid"),
          "driver": record.at("driver")}  # fmt: skip
    return pci.PciDevice(
        slot=record.get("pcislot") or "",
        class_code=_hex(record.get("pciclass")),
        class_name=record.get("type") or "",
        vendor_id=_hex(record.get("vendorid")),
        device_id=_hex(record.get("productid")),
        vendor=record.get("manufacturer"),
        name=record.get("name", "caption"),
        driver=record.get("driver"),
        at=at,
    )


def _usb_device(record: Record) -> usb.UsbDevice:
    codes = [record.get("class"), record.get("subclass")]
    numbers = [int(code) if code and code.isdecimal() and len(code) < 4 else -1 for code in codes]
    bluetooth = numbers == [0xE0, 1]
    return usb.UsbDevice(
        vendor_id=_hex(record.get("vendorid")) or "",
        product_id=_hex(record.get("productid")) or "",
        vendor=record.get("manufacturer"),
        name=record.get("caption", "name"),
        classes=frozenset({(numbers[0], numbers[1], 1 if bluetooth else 0)}) if numbers[0] > 0 else frozenset(),
        at=record.at("productid"),
    )


def _interfaces(inventory: Inventory) -> tuple[tuple[NetworkInterface, ...], tuple[Dispute, ...]]:
    """One for each interface of hardware; an inventory repeats them for each of their addresses.

    The agent of macOS calls every interface virtual; there the name tells.
    """
    found: dict[str, NetworkInterface] = {}
    others: dict[str, list[tuple[object, Origin]]] = {}
    for record in inventory.all("networks"):
        name = record.get("description") or ""
        virtual = record.get("virtualdev") not in (None, "0") and not (inventory.macos and re.fullmatch(r"en\d+", name))
        if virtual or record.get("type") == "loopback" or record.get("management") or VIRTUAL_NAMES.match(name):
            continue
        interface = _interface_card(record, name)
        if not (interface.mac or interface.bus_id):
            continue
        known = found.setdefault(name, interface)
        if known.mac and interface.mac and interface.mac != known.mac:
            others.setdefault(name, []).append((interface.mac, interface.origin["mac"]))
    disputes = tuple(
        Dispute(
            f"network[{found[name].mac}].mac", found[name].mac, found[name].origin["mac"], tuple(said), _TWO_ADDRESSES
        )
        for name, said in others.items()
    )
    return tuple(found.values()), disputes


_TWO_ADDRESSES = Message(_("The inventory gives one interface several addresses; the first is kept."))


_PNP = re.compile(r"(?:VEN|VID)_([0-9A-F]{4})&(?:DEV|PID)_([0-9A-F]{4})", re.IGNORECASE)  # Windows's names of devices


def _interface_card(record: Record, name: str) -> NetworkInterface:
    facts = Facts(NetworkInterface)
    kind = (record.get("type") or "").lower()
    wifi = (
        "wifi" in kind
        or name.startswith("wl")
        or record.get("wifi_version")
        or re.search(r"wi-?fi|wireless", name, re.IGNORECASE)
    )
    wwan = name.startswith("ww")
    word = (
        NetworkKind.WIFI
        if wifi
        else NetworkKind.WWAN
        if wwan
        else NetworkKind.ETHERNET
        if "ethernet" in kind
        else NetworkKind.UNKNOWN
    )
    facts.put("kind", word, record.at("type", "description"))
    facts.put("mac", clean_mac(record.get("mac", "macaddr")), record.at("mac", "macaddr"))
    ids = re.match(r"([0-9a-f]{4}):([0-9a-f]{4})\b", (record.get("pciid") or "").lower())
    facts.put("bus_id", f"{ids.group(1)}:{ids.group(2)}" if ids else None, record.at("pciid"))
    windows = _PNP.search(record.get("pnpdeviceid") or "")
    facts.put("bus_id", ":".join(windows.groups()).lower() if windows else None, record.at("pnpdeviceid"))
    facts.put("driver", clean(record.get("driver")), record.at("driver"))
    facts.put("model", clean(record.get("model")) or (clean(name) if " " in name else None), record.at("description"))
    return facts.build()


def _video(record: Record) -> Graphics:
    facts = Facts(Graphics)
    facts.put("model", clean(record.get("name", "chipset")), record.at("name", "chipset"))
    mebibytes = whole(record.get("memory"))
    facts.put("memory_bytes", mebibytes * 2**20 if mebibytes and mebibytes < 2**20 else None, record.at("memory"))
    return facts.build()


def _sound(record: Record) -> Peripheral:
    facts = Facts(Peripheral)
    vendor, name = pci.split_vendor(record.get("manufacturer") or "")
    facts.put("vendor", clean(vendor), record.at("manufacturer"))
    facts.put("model", clean(name) or clean(record.get("name")), record.at("manufacturer", "name"))
    return facts.build()


# --- formats --------------------------------------------------------------------------------------------------------


def _reading(name: str, inventory: Inventory, query: str) -> Reading | Unreadable:
    if query.lower() not in ("inventory", "") and not inventory.one("hardware").values:
        return Unreadable(
            Message(
                _("This is a “%(query)s” request of an inventory agent: it describes no machine."),
                {"query": query[:60]},
            ),
            Message(_("Send the inventory itself: run “glpi-agent --local=.” on the machine.")),
        )
    return Reading(name, (_machine(inventory),))


def _recognise_json(document: Any) -> bool:
    content = document.get("content") if isinstance(document, dict) else None
    return isinstance(content, dict) and ("deviceid" in document or "versionclient" in content)


def _parse_json(document: Any, where: Where) -> Reading | Unreadable:
    content = dict_of(document["content"])
    inventory = _from_json({key: value for key, value in content.items() if key != "softwares"}, where)
    client = text_of(content.get("versionclient"))
    inventory.sections["versionclient"] = [
        Record({"text": client or ""}, lambda key: where.path(".content.versionclient"))
    ]
    return _reading("glpi-json", inventory, text_of(document.get("action")) or "")


def _recognise_xml(root: Any) -> bool:
    return str(root.tag) == "REQUEST" and root.find("CONTENT") is not None


def _parse_xml(root: Any, where: Where) -> Reading | Unreadable:
    content = root.find("CONTENT")
    inventory = _from_xml([child for child in content if child.tag not in ("SOFTWARES", "PROCESSES")], where)
    client = (content.findtext("VERSIONCLIENT") or "").strip()
    inventory.sections["versionclient"] = [
        Record({"text": client}, lambda key: Origin(where.tool, "/REQUEST/CONTENT/VERSIONCLIENT", where.file))
    ]
    reading = _reading("glpi-xml", inventory, (root.findtext("QUERY") or "").strip())
    stray = _stray_text(content)
    return replace(reading, warnings=(*reading.warnings, stray)) if stray and isinstance(reading, Reading) else reading


def _stray_text(content: Any) -> Message | None:
    """Characters between the elements, which no agent writes: the file was edited or damaged."""
    for element in content.iter():
        between = [element.text or ""] if len(element) else []
        between += [child.tail or "" for child in element]
        for text in between:
            if text.strip():
                return Message(
                    _("Stray characters (“%(text)s”) in %(element)s were passed over: the file was edited or damaged."),
                    {"text": text.strip()[:20], "element": str(element.tag)},
                )
    return None


FORMATS = (
    JsonFormat("glpi-json", "glpi", _recognise_json, _parse_json),
    XmlFormat("glpi-xml", "glpi", _recognise_xml, _parse_xml),
)
