"""lshw, as text (any of its languages), as XML, and as JSON of every version: an object, a list, objects in a row.

lshw prints what the firmware says (as dmidecode), what the buses hold (as lspci, lsusb) and what the kernel named.
Sizes in its text are rounded ("465GiB (500GB)"), in its JSON exact. A processor's "size" is its frequency of the
moment and its "capacity" the turbo, so the nominal one is only taken from the name.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from maillon.hardware.chassis import chassis_type, input_clue
from maillon.hardware.drives import drive_kind, drive_serial, drive_text
from maillon.hardware.facts import Facts, text_of
from maillon.hardware.formats import JsonFormat, TextFormat, Where, XmlFormat
from maillon.hardware.junk import clean, clean_mac, clean_serial, clean_uuid
from maillon.hardware.messages import Message, _
from maillon.hardware.model import (
    Battery,
    Board,
    Chassis,
    Firmware,
    Graphics,
    Lock,
    LockKind,
    LockState,
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
from maillon.hardware.processor_names import processor_name, processor_vendor
from maillon.hardware.quantities import decimal, iso_date, size_bytes, whole
from maillon.hardware.readers.lshw_tree import MOST_SYSTEMS, Node, from_json, from_text, node_of_xml

_EMPTY = re.compile(r"\[?empty\]?$|^\[?vide\]?$", re.IGNORECASE)
_NUMERIC_ID = re.compile(r"\s*\[([0-9A-Fa-f]{4})(?::([0-9A-Fa-f]{4}))?\]$")  # of `lshw -numeric`
# Interfaces that software makes; mac80211_hwsim is the kernel's radio simulator.
VIRTUAL_DRIVERS = frozenset(
    [
        "bridge",
        "veth",
        "tun",
        "dummy",
        "bonding",
        "team",
        "macvlan",
        "macvtap",
        "ipvlan",
        "vxlan",
        "wireguard",
        "mac80211_hwsim",
        "vboxnet",
        "openvswitch",
        "ifb",
        "nlmon",
    ]
)
VIRTUAL_NAMES = re.compile(
    r"^(?:lo\d*|docker|br-|virbr|veth|vnet|tun|tap|lxc|lxdbr|vboxnet|vmnet|bond|dummy|wg\d|zt|cni|flannel|ham\d|hwsim|awdl|"
    r"utun|llw|p2p\d|gif|stf|bridge\d)"
)
_WWAN_DRIVERS = frozenset(["qmi_wwan", "cdc_mbim", "cdc_ncm", "huawei_cdc_ncm", "sierra_net", "iosm", "mtk_t7xx"])
P = TypeVar("P")


def _text(value: str | None) -> str | None:
    """A value without the marks lshw puts for nothing; identifiers of -numeric are cut off."""
    if value is None or _EMPTY.search(value):
        return None
    return clean(_NUMERIC_ID.sub("", value))


def _ids(node: Node) -> str | None:
    found = _NUMERIC_ID.search(node.get("product") or "")
    return f"{found.group(1)}:{found.group(2)}".lower() if found and found.group(2) else None


def _size(node: Node, key: str = "size", kilo: int = 1024) -> int | None:
    """Bytes: a plain number whose unit is "bytes" in JSON, or a text with its unit."""
    value = node.get(key)
    if value is None:
        return None
    if re.fullmatch(r"\d{1,25}", value):
        return int(value) if node.get("units") in (None, "bytes") else None
    exact = re.search(r"\(([^()]*)\)", value)  # "465GiB (500GB)": the decimal figure is the nearer to what drives hold
    return size_bytes(exact.group(1)) if exact and kilo == 1000 else size_bytes(value, kilo=1024)


def machine_of(root: Node, tool: str) -> Machine:
    """What one system's tree says."""
    nodes = list(root.walk())
    system, chassis, locks = _system(root)
    return Machine(
        system=system,
        chassis=chassis,
        board=_board(nodes),
        firmware=_firmware(nodes),
        processors=_every(nodes, "processor", _processor),
        memory=_memory(nodes),
        storage=_drives(nodes),
        graphics=_every(nodes, "display", _graphics),
        network=_network(nodes),
        batteries=_every(nodes, "power", _battery),
        audio=_every(nodes, "multimedia bus generic", _audio),
        cameras=_every(nodes, "multimedia bus generic", _camera),
        bluetooth=_every(nodes, "communication bus generic", _bluetooth),
        ports=_card_readers(nodes),
        locks=locks,
        clues=_clues(nodes),
        tools=(tool,),
    )


def _every(nodes: list[Node], kinds: str, read: Callable[[Node], P | None]) -> tuple[P, ...]:
    """The parts among the nodes of these classes; in text, where classes are not shown, USB devices are "bus"."""
    return tuple(part for node in nodes if node.kind in kinds.split() and (part := read(node)) is not None)


def _clues(nodes: list[Node]) -> dict[str, Origin]:
    """The first input device that gives each clue about the kind of machine."""
    found: dict[str, Origin] = {}
    for node in nodes:
        if node.kind == "input" and (clue := input_clue(node.get("product"))):
            found.setdefault(clue, node.at("product"))
    return found


def _system(root: Node) -> tuple[System, Chassis, tuple[Lock, ...]]:
    facts = Facts(System)
    facts.put("vendor", _text(root.get("vendor")), root.at("vendor"))
    sku = root.settings.get("sku")
    product = root.get("product") or ""
    if product.endswith(")") and " (" in product:  # lshw adds the SKU to the name
        name, _open, added = product[:-1].rpartition(" (")
        product, sku = (name, sku or added) if sku in (None, added) else (product, sku)
    facts.put("product_name", _text(product), root.at("product"))
    facts.put("version", _text(root.get("version")), root.at("version"))
    facts.put("serial", clean_serial(_text(root.get("serial"))), root.at("serial"))
    facts.put("sku", clean(sku), root.at("configuration"))
    facts.put("family", clean(root.settings.get("family")), root.at("configuration"))
    facts.put("uuid", clean_uuid(root.settings.get("uuid")), root.at("configuration"))
    case = Facts(Chassis)
    case.put("type", chassis_type(root.settings.get("chassis")), root.at("configuration"))
    case.put("type", chassis_type(root.get("description")), root.at("description"))
    return facts.build(), case.build(), _locks(root)


def _locks(root: Node) -> tuple[Lock, ...]:
    """The firmware's passwords: the power-on one stops the next user, the administrator's one does not."""
    power_on, administrator = root.settings.get("power-on_password"), root.settings.get("administrator_password")
    if power_on == "enabled":
        state, evidence = LockState.LOCKED, "power-on_password=enabled"
    elif administrator == "enabled":
        state, evidence = LockState.PRESENT, "administrator_password=enabled"
    elif power_on == administrator == "disabled":
        state, evidence = LockState.ABSENT, "power-on_password=disabled"
    else:
        return ()
    origin = {"state": root.at("configuration")}
    return (Lock(kind=LockKind.FIRMWARE_PASSWORD, state=state, evidence=evidence, origin=origin),)


def _board(nodes: list[Node]) -> Board:
    facts = Facts(Board)
    core = next((node for node in nodes if node.id == "core" or node.get("description") == "Motherboard"), None)
    if core:
        facts.put("vendor", _text(core.get("vendor")), core.at("vendor"))
        facts.put("model", _text(core.get("product")), core.at("product"))
        facts.put("version", _text(core.get("version")), core.at("version"))
        facts.put("serial", clean_serial(_text(core.get("serial"))), core.at("serial"))
    return facts.build()


def _firmware(nodes: list[Node]) -> Firmware:
    facts = Facts(Firmware)
    node = next((node for node in nodes if node.id == "firmware"), None)
    if node:
        facts.put("vendor", _text(node.get("vendor")), node.at("vendor"))
        facts.put("version", _text(node.get("version")), node.at("version"))
        facts.put("date", iso_date(node.get("date")), node.at("date"))
        facts.put("uefi", True if "uefi" in node.features else None, node.at("capabilities"))
    return facts.build()


def _processor(node: Node) -> Processor | None:
    name = processor_name(_text(node.get("product")))
    if not name.model or (node.get("disabled") == "true" and not node.settings.get("cores")):
        return None
    facts = Facts(Processor)
    facts.put("vendor", processor_vendor(_text(node.get("vendor"))) or name.vendor, node.at("vendor"))
    facts.put("model", name.model, node.at("product"))
    facts.put("frequency_mhz", name.frequency_mhz, node.at("product"))
    if "x86-64" in node.features:
        facts.put("architecture", "x86_64", node.at("capabilities"))
    elif node.get("width") in ("32", "32 bits") and name.vendor in ("Intel", "AMD", "VIA"):
        facts.put("architecture", "i686", node.at("width"))
    facts.put("cores", whole(node.settings.get("cores")) or None, node.at("configuration"))
    facts.put("threads", whole(node.settings.get("threads")) or None, node.at("configuration"))
    return facts.build()


# --- memory ---------------------------------------------------------------------------------------------------------

_SPEED = re.compile(r"(\d{2,5}) ?M(?:Hz|T/s)")
_TYPE = re.compile(r"\b((?:LP)?DDR\d?[A-Z]?|SDRAM|RDRAM|EDO)\b(?!\S)", re.IGNORECASE)
_FORMS = (
    ("SODIMM", "SODIMM"),
    ("Row of chips", "soldered"),
    ("Chip", "soldered"),
    ("FB-DIMM", "FB-DIMM"),
    ("DIMM", "DIMM"),
)


def _memory(nodes: list[Node]) -> Memory:
    main = [node for node in nodes if node.kind == "memory" and _is_main(node)]
    banks = [child for node in main for child in node.children if re.match(r"bank(?::\d+)?$", child.id)]
    facts = Facts(Memory)
    sizes = [size for node in main if (size := _size(node))]
    limits = [size for node in main if (size := _size(node, "capacity"))]
    if main:
        facts.put("total_bytes", sum(sizes) or None, main[0].at("size"))
        facts.put("maximum_bytes", sum(limits) or None, main[0].at("capacity"))
        facts.put("slots", len(banks) or None, main[0].at("children"))
    modules = tuple(module for bank in banks if (module := _module(bank)))
    return replace(facts.build(), modules=modules)


def _is_main(node: Node) -> bool:
    """lshw calls "memory" caches, flash and firmware too; the main one is described so, or holds banks."""
    if re.match(r"(?:cache|flash|firmware|bank)", node.id):
        return False
    described = (node.get("description") or "").lower()
    return described in ("system memory", "mémoire système", "memoria de sistema") or (
        bool(re.match(r"memory(?::\d+)?$", node.id)) and (_size(node) or 0) >= 2**24 and "controller" not in described
    )


def _module(bank: Node) -> MemoryModule | None:
    """A module that is there: an empty bank has no size, whatever else the firmware left in its fields."""
    size = _size(bank)
    if not size:
        return None
    described = bank.get("description") or ""
    facts = Facts(MemoryModule)
    facts.put("slot", _text(bank.get("slot")), bank.at("slot"))
    facts.put("size_bytes", size, bank.at("size"))
    kind = _TYPE.search(described)
    facts.put("type", kind.group(1).upper() if kind else None, bank.at("description"))
    form = next((name for word, name in _FORMS if word.lower() in described.lower()), None)
    facts.put("form_factor", form, bank.at("description"))
    speed = _SPEED.search(described)
    facts.put("speed_mts", int(speed.group(1)) if speed else None, bank.at("description"))
    facts.put("vendor", _text(bank.get("vendor")), bank.at("vendor"))
    facts.put("part_number", _text(bank.get("product")), bank.at("product"))
    facts.put("serial", clean_serial(_text(bank.get("serial"))), bank.at("serial"))
    return facts.build()


# --- drives ---------------------------------------------------------------------------------------------------------


def _drives(nodes: list[Node]) -> tuple[Storage, ...]:
    controllers = [node for node in nodes if node.kind == "storage" and _is_nvme(node)]
    drives = [_nvme(node) for node in controllers]
    spaces = {id(below) for top in controllers for below in top.walk()}
    for node in nodes:
        held = id(node) in spaces or node.above("disk")
        if node.kind == "disk" and not held and (drive := _disk(node)) is not None:
            drives.append(drive)
    return tuple(drives)


def _is_nvme(node: Node) -> bool:
    described = (node.get("description") or "").lower()
    return described in ("nvme device", "nvme controller") or (node.id.startswith("nvme") and bool(node.get("serial")))


def _nvme(node: Node) -> Storage:
    facts = Facts(Storage)
    spaces = [below for below in node.walk() if below.device and _size(below, kilo=1000)]
    facts.put("kind", StorageKind.NVME, node.at("description"))
    facts.put("interface", "NVMe", node.at("description"))
    facts.put("model", drive_text(_text(node.get("product"))), node.at("product"))
    facts.put("serial", drive_serial(_text(node.get("serial"))), node.at("serial"))
    facts.put("firmware", drive_text(_text(node.get("version"))), node.at("version"))
    for space in spaces[:1]:
        facts.put("size_bytes", _size(space, kilo=1000), space.at("size"))
        facts.put("device", space.device, space.at("logicalname"))
    return facts.build()


def _disk(node: Node) -> Storage | None:
    """A disk, an optical drive or a card; a card reader's empty slot (no size, no serial) is no drive."""
    described, bus = node.get("description") or "", node.get("businfo") or ""
    optical = node.id.startswith(("cdrom", "dvd")) or "dvd" in described.lower() or "cd-" in described.lower()
    interface = _interface(node, described, bus)
    model, device, size = drive_text(_text(node.get("product"))), node.device, _size(node, kilo=1000)
    if not optical and not size and not drive_serial(_text(node.get("serial"))):
        return None
    facts = Facts(Storage)
    kind = StorageKind.OPTICAL if optical else drive_kind(model=model, interface=interface, device=device)
    turns = next((whole(word[:-3]) for word in node.features if re.fullmatch(r"\d{4,5}rpm", word)), None)
    facts.put("kind", StorageKind.HDD if turns and kind == StorageKind.UNKNOWN else kind, node.at("description"))
    facts.put("interface", interface, node.at("businfo" if node.get("businfo") else "description"))
    facts.put("vendor", drive_text(_text(node.get("vendor"))), node.at("vendor"))
    facts.put("model", model, node.at("product"))
    facts.put("serial", drive_serial(_text(node.get("serial"))), node.at("serial"))
    facts.put("firmware", drive_text(_text(node.get("version"))), node.at("version"))
    facts.put("size_bytes", None if optical else size, node.at("size"))
    facts.put("rotation_rpm", turns, node.at("capabilities"))
    facts.put("device", device, node.at("logicalname"))
    return facts.build()


def _interface(node: Node, described: str, bus: str) -> str | None:
    if bus.startswith("usb") or _under_usb(node):
        return "USB"
    if bus.startswith("nvme") or "nvme" in described.lower():
        return "NVMe"
    if bus.startswith("mmc"):
        name = f"{node.get('product') or ''} {described}".lower()
        return "eMMC" if "emmc" in name or "mmcblk0boot" in (node.get("logicalname") or "") else None
    controller = node.above("storage")
    about = f"{controller.get('description') or ''} {controller.get('product') or ''}" if controller else ""
    if re.search(r"sata|ahci", about, re.IGNORECASE):
        return "SATA"
    return "IDE" if bus.startswith("ide@") or re.search(r"\bide\b", about, re.IGNORECASE) else None


def _under_usb(node: Node) -> bool:
    """lshw hangs a USB disk below its "usb" node, or a "scsi" host on the USB bus, with a SCSI address."""
    above = node.parent
    while above:
        if (above.get("businfo") or "").startswith("usb@"):
            return True
        above = above.parent
    return False


# --- buses ----------------------------------------------------------------------------------------------------------


_PART_NUMBER = re.compile(r"(?=(?:[^\d]*\d){3})[A-Z0-9-]{8,}$")


def _named(facts: Facts[Any], node: Node) -> None:
    vendor = _text(node.get("vendor"))
    if vendor and _PART_NUMBER.match(vendor):
        vendor = None  # webcams give the number of the part in place of their maker
    facts.put("vendor", vendor, node.at("vendor"))
    facts.put("model", _text(node.get("product")), node.at("product"))
    facts.put("bus_id", _ids(node), node.at("product"))
    facts.put("driver", clean(node.settings.get("driver")), node.at("configuration"))


def _graphics(node: Node) -> Graphics | None:
    facts = Facts(Graphics)
    _named(facts, node)
    if "model" not in facts or not (node.get("businfo") or "pci").startswith("pci"):
        return None  # a frame buffer or a screen, not a graphics processor
    return facts.build()


def _network(nodes: list[Node]) -> tuple[NetworkInterface, ...]:
    """Interfaces of hardware. A virtio device's address is on its child: the two are one."""
    found = []
    children = {id(child) for node in nodes if node.kind == "network" for child in node.children}
    for node in nodes:
        if node.kind == "network" and id(node) not in children and not _is_virtual(node):
            child = next((child for child in node.children if child.kind == "network"), None)
            found.append(_interface_of(node, child))
    return tuple(found)


def _is_virtual(node: Node) -> bool:
    if node.get("businfo"):
        return False
    name, driver = (node.get("logicalname") or "").split(" ")[0], node.settings.get("driver")
    return driver in VIRTUAL_DRIVERS or bool(VIRTUAL_NAMES.match(name)) or not (driver or node.get("product"))


def _interface_of(node: Node, child: Node | None) -> NetworkInterface:
    facts = Facts(NetworkInterface)
    facts.put("kind", _network_kind(node), node.at("description"))
    _named(facts, node)
    for place in (node, child):
        if place:
            facts.put("mac", clean_mac(place.get("serial")), place.at("serial"))
            facts.put("speed_mbps", _speed(place.get("capacity")), place.at("capacity"))
    return facts.build()


def _network_kind(node: Node) -> NetworkKind:
    described = f"{node.get('description') or ''} {node.get('product') or ''}".lower()
    name = (node.get("logicalname") or "").split(" ")[0]
    if node.settings.get("driver") in _WWAN_DRIVERS or name.startswith("ww"):
        return NetworkKind.WWAN
    if "wireless" in node.features or node.settings.get("wireless") or re.search(r"wireless|wi-?fi|802\.11", described):
        return NetworkKind.WIFI
    if "ethernet" in node.features or "ethernet" in described:
        return NetworkKind.ETHERNET
    return NetworkKind.WIFI if described.startswith("network controller") else NetworkKind.UNKNOWN


def _speed(value: str | None) -> int | None:
    """Mbit/s from "1000000000" (JSON, bit/s) or "1Gbit/s" (text)."""
    if value is None:
        return None
    if value.isdecimal():
        return int(value) // 10**6 or None if len(value) < 16 else None
    amount = decimal(value)
    unit = re.search(r"([KMG])bit/s", value)
    return round(amount * {"K": 0.001, "M": 1, "G": 1000}[unit.group(1)]) or None if amount and unit else None


def _battery(node: Node) -> Battery | None:
    if not node.id.startswith("battery"):
        return None
    if re.search(r"virtual battery|crb battery", " ".join(node.values.values()), re.IGNORECASE):
        return None  # InsydeH2O's template, left in by many vendors
    facts = Facts(Battery)
    facts.put("vendor", _text(node.get("vendor")), node.at("vendor"))
    facts.put("model", _text(node.get("product")), node.at("product"))
    facts.put("serial", clean_serial(_text(node.get("serial"))), node.at("serial"))
    if re.search(r"lithium ion", node.get("description") or "", re.IGNORECASE):
        facts.put("technology", "Li-ion", node.at("description"))
    capacity = node.get("capacity") or ""
    energy = decimal(capacity) if "mWh" in f"{capacity} {node.get('units') or ''}" else None
    facts.put(
        "design_wh", round(energy / 1000, 3) if energy and 1000 <= energy <= 200_000 else None, node.at("capacity")
    )
    # The firmware's template ("CRB Battery 0", no capacity) is on machines without a battery too.
    return facts.build() if facts.values.keys() & {"vendor", "serial", "design_wh"} else None


_CAMERA_NAME = re.compile(r"web ?cam|camera", re.IGNORECASE)


def _is_camera(node: Node) -> bool:
    described = (node.get("description") or "").lower()
    return (
        node.settings.get("driver") == "uvcvideo"
        or described in ("video", "vidéo", "video capture device")
        or bool(_CAMERA_NAME.search(node.get("product") or ""))
    )


def _peripheral(node: Node) -> Peripheral | None:
    facts = Facts(Peripheral)
    _named(facts, node)
    return facts.build() if facts.values.keys() & {"vendor", "model"} else None


def _audio(node: Node) -> Peripheral | None:
    on_bus = (node.get("businfo") or "").startswith(("pci", "usb"))
    sounds = node.kind == "multimedia" or "snd" in (node.settings.get("driver") or "")
    return _peripheral(node) if sounds and on_bus and not _is_camera(node) else None


def _camera(node: Node) -> Peripheral | None:
    return _peripheral(node) if _is_camera(node) else None


def _bluetooth(node: Node) -> Peripheral | None:
    about = f"{node.get('description') or ''} {node.get('product') or ''} {node.settings.get('driver') or ''}"
    device = node.kind == "communication" or (node.get("businfo") or "").startswith("usb@")
    hub = re.search(r"\bhub\b", about, re.IGNORECASE)
    return _peripheral(node) if device and not hub and re.search(r"bluetooth|btusb", about, re.IGNORECASE) else None


def _card_readers(nodes: list[Node]) -> tuple[Port, ...]:
    found = []
    for node in nodes:
        product, businfo = node.get("product") or "", node.get("businfo") or ""
        if re.search(r"card ?reader|sd host controller", product, re.IGNORECASE) and businfo.startswith(("pci", "usb")):
            facts = Facts(Port)
            facts.put("kind", "Card reader", node.at("product"))
            facts.put("label", _text(product), node.at("product"))
            found.append(facts.build())
    return tuple(found)


# --- formats --------------------------------------------------------------------------------------------------------

_NOT_ROOT = Message(
    _("lshw ran without root's rights: serial numbers and memory modules are missing. Run “sudo lshw”."), {}
)


def _reading(name: str, roots: list[Node], tool: str, *, partial: bool) -> Reading | Unreadable:
    if len(roots) > MOST_SYSTEMS:
        return Unreadable(
            Message(_("More than %(count)d machines in one file."), {"count": MOST_SYSTEMS}),
            Message(_("Send a smaller file, or the outputs one by one.")),
        )
    machines = tuple(machine_of(root, tool) for root in roots)
    return Reading(name, machines, (_NOT_ROOT,) if partial else ())


def _is_node(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("class"), str)


def _recognise_json(document: Any) -> bool:
    items = document if isinstance(document, list) else [document]
    return bool(items) and all(_is_node(item) for item in items[:64]) and any(
        item.get("class") == "system" or "children" in item or "claimed" in item for item in items[:64]
    )  # fmt: skip


def _parse_json(document: Any, where: Where) -> Reading | Unreadable:
    """Several systems in one document are several machines; loose nodes (`lshw -C disk -json`) are of one."""
    roots = from_json(document, where)
    systems = [root for root in roots if root.kind == "system"]
    if not systems or len(systems) < len(roots):
        whole_machine = Node("computer", "system", where=where)
        whole_machine.children = roots
        systems = [whole_machine]
    return _reading("lshw-json", systems, where.tool, partial=False)


_PARTIAL = re.compile(r"^WARNING: (?:you should run this program as super-user|output may be incomplete)", re.MULTILINE)
_ROOT_MARK = re.compile(r"^ *\*-(?:core|cpu|memory|disk|network|display|firmware)(?::\d+)?(?: \w+)?\s*$", re.MULTILINE)


def _recognise_text(text: str) -> bool:
    return bool(_ROOT_MARK.search(text[:16384]))


def _parse_text(text: str, where: Where) -> Reading | Unreadable:
    partial = bool(_PARTIAL.search(text))
    kept = _PARTIAL.sub("  ", text) if partial else text
    return _reading("lshw", from_text(kept, where), where.tool, partial=partial)


def _recognise_xml(root: Any) -> bool:
    return root.tag in ("list", "node", "lshw") and any(node.get("class") for node in root.iter("node"))


def _parse_xml(root: Any, where: Where) -> Reading | Unreadable:
    nodes = [root] if root.tag == "node" else root.findall("node")
    read = _parse_json([node_of_xml(node) for node in nodes], where)
    return replace(read, format="lshw-xml") if isinstance(read, Reading) else read


def machine_of_document(document: Any, where: Where) -> Machine:
    """The one machine of a document held inside another; an empty machine when it is no lshw."""
    if not _recognise_json(document):
        return Machine()
    read = _parse_json(document, where)
    return read.machines[0] if isinstance(read, Reading) and read.machines else Machine()


FORMATS = (
    JsonFormat("lshw-json", "lshw", _recognise_json, _parse_json),
    TextFormat("lshw", "lshw", _recognise_text, _parse_text),
    XmlFormat("lshw-xml", "lshw", _recognise_xml, _parse_xml),
)
__all__ = ["FORMATS", "VIRTUAL_DRIVERS", "VIRTUAL_NAMES", "machine_of_document", "text_of"]
