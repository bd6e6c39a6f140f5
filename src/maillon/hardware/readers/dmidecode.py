"""Text of dmidecode: what the firmware's own tables (SMBIOS) say of the machine.

Understands every version since 2.4, the quiet output (`-q`, without handles), outputs pasted without their tabs, cut
short, or with warnings between the structures. Only the structures that say something of use are sliced into fields:
the text is walked once. Field names and units: SMBIOS 3.7 (DMTF DSP0134) and dmidecode's own printing of it.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.junk import clean, clean_serial, clean_uuid
from maillon.hardware.messages import Message, _
from maillon.hardware.model import (
    Battery,
    Board,
    Chassis,
    Firmware,
    Lock,
    LockKind,
    LockState,
    Machine,
    Memory,
    MemoryModule,
    Origin,
    Port,
    Processor,
    Reading,
    System,
    Tpm,
)
from maillon.hardware.processor_names import processor_name, processor_vendor
from maillon.hardware.quantities import iso_date, size_bytes, watt_hours, whole
from maillon.hardware.readers.dmi_structures import HANDLE, Fields, Section, Sections, fields_of, machines
from maillon.hardware.vendors import memory_vendor


def recognise(head: str) -> bool:
    """Handles with their types, the tool's own first line, or (quiet output) two known titles with their fields."""
    if HANDLE in head and "DMI type " in head:
        return True
    if "# dmidecode " in head[:2000] or "SMBIOS entry point" in head[:2000]:
        return True
    titles = sum(f"{title}\n" in head for title in ("System Information", "Chassis Information", "BIOS Information"))
    return titles >= 2 and ("Serial Number:" in head or "Release Date:" in head)


def parse(text: str, where: Where) -> Machine | Reading:
    """One machine; several when outputs of different machines were put one after the other."""
    groups = machines(text)
    found = tuple(_machine(sections, version, where) for sections, version in groups)
    return Reading(FORMAT.name, found, tuple(_warnings(groups)))


# --- Values -----------------------------------------------------------------------------------------------------------

Spec = tuple[tuple[str, str, Callable[[str], object]], ...]
"""What fills a part: (its field, dmidecode's key, how the text becomes a value or None)."""


@lru_cache(maxsize=1024)
def size(text: str) -> int | None:
    """Bytes, in the binary units of SMBIOS: "8192 MB", "8 GB", "512 MB (Single-bank Connection)"; None for zero."""
    return size_bytes(text, kilo=1024) or None if text[:1].isdigit() else None


@lru_cache(maxsize=1024)
def count(text: str) -> int | None:
    """The number a text begins with: "2667 MT/s", "1600 MHz (0.6 ns)", "4"; None for zero or none."""
    return whole(text) or None if text[:1].isdigit() else None


_FORM_FACTORS = {
    "row of chips": "soldered",
    "chip": "soldered",
    "die": "soldered",
    "tsop": "soldered",
    "so-dimm": "SODIMM",
    "sodimm": "SODIMM",
}


@lru_cache(maxsize=256)
def form_factor(text: str) -> str | None:
    value = clean(text)
    return _FORM_FACTORS.get(value.lower(), value) if value else None


@lru_cache(maxsize=256)
def memory_type(text: str) -> str | None:
    """ "DDR4"; of the several words of a type 6 structure, the one that says most ("DIMM SDRAM" -> "SDRAM")."""
    words = (clean(text) or "").split()
    known = [word for word in words if word not in ("DIMM", "SIMM", "Parity", "ECC", "Standard", "FPM", "Burst")]
    return " ".join(known) or None


@lru_cache(maxsize=1024)
def capacity(text: str) -> float | None:
    """Watt-hours from "47520 mWh"; none outside of what portables carry."""
    energy = watt_hours(text) if text.endswith("mWh") else None
    return energy if energy and 1 <= energy <= 200 else None


def processor_model(text: str) -> str | None:
    """The name without marks; None for what firmware writes in its place ("Version", "8-core", a row of digits)."""
    name = processor_name(text).model
    if name is None or not re.search(r"[a-z]", name, re.IGNORECASE) or _NO_PROCESSOR.fullmatch(name):
        return None
    return name


_NO_PROCESSOR = re.compile(
    r"intel|amd|version|(?:pc|virt|rhel)-[\w.]+|rhel-.*|[0-9A-F]{8,}|x86|other|cpu\d?", re.IGNORECASE
)


def specification(text: str) -> str | None:
    """ "2.0" of "2.0" and of the longer lines some versions of the tool print."""
    found = re.match(r"\d\.\d", text)
    return found[0] if found else None


def socket(text: str) -> str | None:
    """ "Socket BGA1440" -> "BGA1440"."""
    value = clean(text)
    return (value.removeprefix("Socket ") if value != "Other" else None) if value else None


_CHEMISTRIES = {
    "lion": "Li-ion",
    "lithiumion": "Li-ion",
    "liion": "Li-ion",
    "lithiumpolymer": "Li-poly",
    "lip": "Li-poly",
    "lipo": "Li-poly",
    "nickelmetalhydride": "NiMH",
    "nimh": "NiMH",
}


@lru_cache(maxsize=128)
def chemistry(text: str) -> str | None:
    value = clean(text)
    return _CHEMISTRIES.get(re.sub(r"[^a-z]", "", value.lower()), value) if value else None


_SYSTEM: Spec = (
    ("vendor", "Manufacturer", clean),
    ("product_name", "Product Name", clean),
    ("version", "Version", clean),
    ("family", "Family", clean),
    ("sku", "SKU Number", clean),
    ("serial", "Serial Number", clean_serial),
    ("uuid", "UUID", clean_uuid),
)
_CHASSIS: Spec = (
    ("type", "Type", clean),
    ("vendor", "Manufacturer", clean),
    ("serial", "Serial Number", clean_serial),
    ("asset_tag", "Asset Tag", clean_serial),
)
_BOARD: Spec = (
    ("vendor", "Manufacturer", clean),
    ("model", "Product Name", clean),
    ("version", "Version", clean),
    ("serial", "Serial Number", clean_serial),
)
_FIRMWARE: Spec = (
    ("vendor", "Vendor", clean),
    ("version", "Version", clean),
    ("date", "Release Date", iso_date),
)
_PROCESSOR: Spec = (
    ("vendor", "Manufacturer", processor_vendor),
    ("model", "Version", processor_model),
    ("cores", "Core Count", count),
    ("threads", "Thread Count", count),
    ("socket", "Upgrade", socket),
)
_MODULE: Spec = (
    ("slot", "Locator", clean),
    ("size_bytes", "Size", size),
    ("type", "Type", memory_type),
    ("form_factor", "Form Factor", form_factor),
    ("speed_mts", "Speed", count),
    ("vendor", "Manufacturer", memory_vendor),
    ("part_number", "Part Number", clean),
    ("serial", "Serial Number", clean_serial),
)
_OLD_MODULE: Spec = (  # type 6, before SMBIOS 2.3
    ("slot", "Socket Designation", clean),
    ("size_bytes", "Installed Size", size),
    ("type", "Type", memory_type),
)
_BATTERY: Spec = (
    ("vendor", "Manufacturer", clean),
    ("model", "Name", clean),
    ("serial", "Serial Number", clean_serial),
    ("technology", "Chemistry", chemistry),
    ("design_wh", "Design Capacity", capacity),
)
_SMART_BATTERY: Spec = (  # where the structure points to the battery's own data
    ("technology", "SBDS Chemistry", chemistry),
    ("serial", "SBDS Serial Number", clean_serial),
)
_TPM: Spec = (
    ("vendor", "Vendor ID", clean),
    ("version", "Specification Version", specification),
)


def _take(fields: Fields, spec: Spec, where: Where) -> dict[str, Any]:
    """Constructor arguments of one part: the values that mean something, and their origins."""
    part: dict[str, Any] = {}
    origin: dict[str, Origin] = {}
    for name, key, read in spec:
        found = fields.values.get(key)
        if found:
            value = read(found[0])
            if value is not None:
                part[name] = value
                origin[name] = where.line(fields.start + found[1])
    if origin:
        part["origin"] = origin
    return part


# --- Parts ------------------------------------------------------------------------------------------------------------


def _machine(sections: Sections, version: str, where: Where) -> Machine:
    batteries, template = _batteries(sections, where)
    firmware, clues = _firmware(sections, where)
    clues |= _clues(sections, where)
    if template:
        clues["battery template"] = template
    return Machine(
        system=System(**_first(sections, 1, _SYSTEM, where)),
        board=Board(**_first(sections, 2, _BOARD, where)),
        chassis=Chassis(**_first(sections, 3, _CHASSIS, where)),
        firmware=firmware,
        processors=tuple(_processors(sections, where)),
        memory=_memory(sections, where),
        batteries=batteries,
        ports=tuple(_ports(sections, where)),
        tpm=_tpm(sections, where),
        locks=tuple(_locks(sections, where)),
        clues=clues,
        tools=(f"dmidecode {version}".strip(),),
    )


def _first(sections: Sections, number: int, spec: Spec, where: Where) -> dict[str, Any]:
    """The structure of this type that says most; the first among equals."""
    found = [_take(fields_of(section), spec, where) for section in sections.get(number, ())[:8]]
    return max(found, key=len, default={})


def _firmware(sections: Sections, where: Where) -> tuple[Firmware, dict[str, Origin]]:
    part: dict[str, Any] = {}
    clues: dict[str, Origin] = {}
    for section in sections.get(0, ())[:1]:
        part = _take(fields_of(section), _FIRMWARE, where)
        for name, phrase in (("uefi", "UEFI is supported"), ("virtual machine", "System is a virtual machine")):
            at = section.body.find(phrase)
            if at >= 0:
                seen = where.line(section.line + section.body.count("\n", 0, at))
                if name == "uefi":
                    part["uefi"] = True
                    part.setdefault("origin", {})["uefi"] = seen
                else:
                    clues[name] = seen
    return Firmware(**part), clues


def _processors(sections: Sections, where: Where) -> Iterator[Processor]:
    for section in sections.get(4, ())[:64]:
        fields = fields_of(section)
        if "Unpopulated" in fields.get("Status"):
            continue
        part = _take(fields, _PROCESSOR, where)
        if "model" not in part:
            part |= _merge_origin(part, _take(fields, (("model", "Family", processor_model),), where))
        frequency, at = _frequency(fields)
        if frequency:
            part["frequency_mhz"] = frequency
            part.setdefault("origin", {})["frequency_mhz"] = where.line(at)
        at = section.body.find("64-bit capable")
        if at >= 0 and "ARM" not in fields.get("Family"):
            part["architecture"] = "x86_64"
            line = section.line + section.body.count("\n", 0, at)
            part.setdefault("origin", {})["architecture"] = where.line(line)
        if part:
            yield Processor(**part)


def _merge_origin(part: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    if "origin" in more:
        more["origin"] = part.get("origin", {}) | more["origin"]
    return more


def _frequency(fields: Fields) -> tuple[int | None, int]:
    """The nominal clock in MHz and its line: the one in the processor's name, else the current one.

    "Max Speed" is what the socket takes (8300 MHz on some boards), so it is not used.
    """
    nominal = processor_name(fields.get("Version")).frequency_mhz
    if nominal:
        return nominal, fields.line("Version")
    megahertz = count(fields.get("Current Speed"))
    return (megahertz if megahertz and 100 <= megahertz <= 6500 else None), fields.line("Current Speed")


_EMPTY_SLOT = "Size: No Module Installed"
_NOT_MEMORY = ("Flash", "ROM", "EEPROM", "FEPROM", "EPROM", "Non-volatile RAM")


def _memory(sections: Sections, where: Where) -> Memory:
    arrays = [fields_of(section) for section in sections.get(16, ())[:64]]
    main = [fields for fields in arrays if fields.get("Use") in ("", "System Memory")]
    others = len(arrays) - len(main)
    modules, places = _modules(sections, where, others)
    part: dict[str, Any] = {"modules": modules}
    origin: dict[str, Origin] = {}
    total = sum(module.size_bytes or 0 for module in modules)
    if total:
        part["total_bytes"] = total
        origin["total_bytes"] = next(m.origin["size_bytes"] for m in modules if m.size_bytes)
    for name, key, read in (("maximum_bytes", "Maximum Capacity", size), ("slots", "Number Of Devices", count)):
        known = [(value, fields.line(key)) for fields in main if (value := read(fields.get(key)))]
        if known:
            part[name] = sum(value for value, _line in known)
            origin[name] = where.line(known[0][1])
    if "slots" not in part and places:
        part["slots"], origin["slots"] = places, where.line(sections[17 if 17 in sections else 6][0].line)
    if part.get("maximum_bytes", total) < total:  # firmware older than the modules it holds
        part["maximum_bytes"] = total
    return Memory(**part, origin=origin)


def _modules(sections: Sections, where: Where, others: int) -> tuple[tuple[MemoryModule, ...], int]:
    """The modules that are there, and how many places the firmware lists, empty ones included.

    others: how many arrays are not main memory (flash of the firmware, cache): their devices are left out.
    """
    number, spec = (17, _MODULE) if 17 in sections else (6, _OLD_MODULE)
    modules: list[MemoryModule] = []
    places = 0
    for section in sections.get(number, ())[:512]:
        if _EMPTY_SLOT in section.body:
            places += 1
            continue
        fields = fields_of(section)
        kind = fields.get("Type")
        if others and (kind in _NOT_MEMORY or "ROM" in fields.get("Locator").upper().split()):
            continue
        places += 1
        part = _take(fields, spec, where)
        if "size_bytes" not in part:
            continue
        if kind.startswith("LPDDR") and "CAMM" not in fields.get("Form Factor"):
            part["form_factor"] = "soldered"  # LPDDR chips exist on no other module, whatever the firmware says
            part["origin"]["form_factor"] = where.line(fields.line("Type"))
        if "speed_mts" not in part:
            for key in ("Configured Memory Speed", "Configured Clock Speed"):
                part |= _merge_origin(part, _take(fields, (("speed_mts", key, count),), where))
        modules.append(MemoryModule(**part))
    return tuple(modules), places


def _batteries(sections: Sections, where: Where) -> tuple[tuple[Battery, ...], Origin | None]:
    """The batteries that say something of themselves; and where a firmware template's false battery stands.

    InsydeH2O's template ("-Virtual Battery 0-", "CRB Battery 0", location "Fake") is left in by many vendors, on
    notebooks and desktops alike, so it is neither a battery nor the absence of one.
    """
    found: list[Battery] = []
    template: Origin | None = None
    for section in sections.get(22, ())[:8]:
        fields = fields_of(section)
        text = section.body[:400]
        if "Virtual Battery" in text or "CRB Battery" in text or "Location: Fake" in text:
            template = where.line(section.line)
            continue
        part = _take(fields, _BATTERY, where)
        for spec in _SMART_BATTERY:
            if spec[0] not in part:
                part |= _merge_origin(part, _take(fields, (spec,), where))
        if part.keys() - {"technology", "origin"}:
            found.append(Battery(**part))
        else:
            template = template or where.line(section.line)
    return tuple(found), template


_CONNECTORS = (  # first match wins; designators are freer than connector types, so they come first
    (re.compile(r"\bhdmi", re.IGNORECASE), "HDMI"),
    (re.compile(r"thunderbolt|\btbt", re.IGNORECASE), "Thunderbolt"),
    (re.compile(r"display ?port|\bm?dp ?\d?\b|mini ?dp", re.IGNORECASE), "DisplayPort"),
    (re.compile(r"\bdvi", re.IGNORECASE), "DVI"),
    (re.compile(r"e-?sata", re.IGNORECASE), "eSATA"),
    (re.compile(r"type ?-?c\b", re.IGNORECASE), "USB-C"),
    (re.compile(r"\busb", re.IGNORECASE), "USB"),
    (re.compile(r"vga|\bcrt|\bd-?sub\b|db-15", re.IGNORECASE), "VGA"),
    (re.compile(r"s-?video|tv.?out|mini din|composite", re.IGNORECASE), "TV"),
    (re.compile(r"1394|firewire", re.IGNORECASE), "FireWire"),
    (re.compile(r"rj-?11|modem", re.IGNORECASE), "Modem"),
    (re.compile(r"rj-?45|\blan\b|network|ethernet", re.IGNORECASE), "Ethernet"),
    (re.compile(r"mic|audio|head-?(?:phone|set)|line.?(?:in|out)|speaker|jack|spdif", re.IGNORECASE), "Audio"),
    (re.compile(r"ps/?2|keyboard|mouse", re.IGNORECASE), "PS/2"),
    (re.compile(r"db-25|parallel|lpt|printer", re.IGNORECASE), "Parallel"),
    (re.compile(r"db-9|serial|\bcom ?[a-d\d]?\b", re.IGNORECASE), "Serial"),
    (re.compile(r"card ?reader|\bsd\b|memory ?stick", re.IGNORECASE), "Card reader"),
    (re.compile(r"e-?sata|sas", re.IGNORECASE), "SAS"),
)


def port_kind(label: str, connector: str, port_type: str) -> str | None:
    for text in (label, connector, port_type):
        for pattern, kind in _CONNECTORS:
            if pattern.search(text):
                return kind
    return None


def _ports(sections: Sections, where: Where) -> Iterator[Port]:
    for section in sections.get(8, ())[:64]:
        found = _socket(section.body)
        if found:
            kind, label, line = found
            at = where.line(section.line + line)
            origin = {key: at for key, value in (("kind", kind), ("label", label)) if value}
            yield Port(kind=kind, label=label, origin=origin)


@lru_cache(maxsize=4096)  # machines of one maker print the same sockets to the letter
def _socket(body: str) -> tuple[str | None, str | None, int] | None:
    """The kind and the label of a socket one can plug into, and the line within its structure; None for others.

    Such a socket has an external connector or an external name.
    """
    fields = fields_of(Section(8, 0, body))
    connector = fields.get("External Connector Type") or "None"
    label = clean(fields.get("External Reference Designator"))
    if connector == "None" or (label is None and connector == "Other"):
        return None
    kind = port_kind(label or "", connector, fields.get("Port Type"))
    return (kind, label, fields.line("External Reference Designator")) if kind or label else None


def _tpm(sections: Sections, where: Where) -> Tpm | None:
    for section in sections.get(43, ())[:1]:
        part = _take(fields_of(section), _TPM, where)
        return Tpm(**part) if part else None
    return None


_PASSWORDS = (("Power-On Password Status", LockState.LOCKED), ("Administrator Password Status", LockState.PRESENT))
_TRACKER = re.compile(r"computrace|lojack|absolute (?:software|persistence)", re.IGNORECASE)


def _locks(sections: Sections, where: Where) -> Iterator[Lock]:
    """Passwords the firmware says are set, and Computrace named in the firmware's strings.

    A power-on password stops the next user: locked. A setup password leaves the machine usable as it is: present.
    """
    for section in sections.get(24, ())[:1]:
        fields = fields_of(section)
        enabled = [(key, state) for key, state in _PASSWORDS if fields.get(key) == "Enabled"]
        disabled = [key for key, _state in _PASSWORDS if fields.get(key) == "Disabled"]
        seen = enabled[0] if enabled else (disabled[0], LockState.ABSENT) if len(disabled) == 2 else None
        if seen:
            origin = {"state": where.line(fields.line(seen[0]))}
            evidence = f"{seen[0]}: {fields.get(seen[0])}"
            yield Lock(kind=LockKind.FIRMWARE_PASSWORD, state=seen[1], evidence=evidence, origin=origin)
    for section in sections.get(11, ()):
        found = _TRACKER.search(section.body)
        if found:
            start = section.body.rfind("\n", 0, found.start()) + 1
            line = section.line + section.body.count("\n", 0, start)
            yield Lock(
                kind=LockKind.COMPUTRACE,
                state=LockState.PRESENT,
                evidence=section.body[start:].split("\n", 1)[0].strip()[:200],
                origin={"state": where.line(line)},
            )


def _clues(sections: Sections, where: Where) -> dict[str, Origin]:
    """What no part of the machine holds but tells portable from fixed: see `kind`."""
    clues: dict[str, Origin] = {}
    for section in sections.get(21, ())[:4]:
        if "Touch Pad" in section.body or "Track Point" in section.body:
            clues["touchpad"] = where.line(section.line)
    for section in sections.get(9, ())[:32]:
        found = _DESKTOP_SLOT.search(section.body)
        if found:
            clues.setdefault("expansion slot", where.line(section.line + section.body.count("\n", 0, found.start())))
    if 38 in sections:
        clues["management controller"] = where.line(sections[38][0].line)
    return clues


_DESKTOP_SLOT = re.compile(
    r"Type: (?:32-bit PCI|x16 PCI Express)[^\n]*\n\s*Current Usage: (?:Available|In Use)[^\n]*\n\s*Length: Long"
)


def _warnings(groups: list[tuple[Sections, str]]) -> Iterator[Message]:
    if len(groups) > 1:
        yield Message(_("The text holds the outputs of %(count)d machines."), {"count": len(groups)})
    if not any(sections for sections, _version in groups):
        yield Message(_("The tool printed nothing of use: run it with sudo, on the machine itself."))


FORMAT = TextFormat("dmidecode", "dmidecode", recognise, parse)
