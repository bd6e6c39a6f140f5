"""`system_profiler` of macOS: `-json` (macOS 10.15 and later), `-xml` (any, also what “System Information” saves as
.spx), and its text for hardware and power, in English and in French.

Apple prints the total memory, not what it could be; Macs made since 2020 have one soldered part. Batteries: Macs with
Intel processors give the full charge in mAh, which times the present voltage is the energy; newer ones give only a
percentage of the original capacity.
"""

import re
from collections.abc import Iterator
from typing import Any

from maillon.hardware.drives import drive_serial, drive_text
from maillon.hardware.facts import Facts, dict_of, objects_of, text_of
from maillon.hardware.formats import JsonFormat, TextFormat, Where, XmlFormat
from maillon.hardware.junk import clean, clean_mac, clean_serial, clean_uuid
from maillon.hardware.model import (
    Battery,
    Display,
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
    Processor,
    Storage,
    StorageKind,
    System,
    Tpm,
)
from maillon.hardware.processor_names import processor_name
from maillon.hardware.quantities import decimal, megahertz, size_bytes, whole
from maillon.hardware.vendors import memory_vendor

_SMART = {"verified": True, "vérifié": True, "überprüft": True, "verificado": True, "failing": False, "en échec": False}


# --- JSON


def recognise_json(document: Any) -> bool:
    return isinstance(document, dict) and any(
        isinstance(key, str) and key.startswith("SP") and key.endswith("DataType") for key in document
    )


def parse_json(document: Any, where: Where) -> Machine:
    hardware = _first(document, "SPHardwareDataType")
    at = _under(where, ".SPHardwareDataType[0]")
    return Machine(
        system=_system(hardware, at),
        firmware=_firmware(document, hardware, where),
        processors=tuple(_processors(hardware, at)),
        memory=_memory(document, hardware, where),
        storage=tuple(_storage(document, where)),
        graphics=tuple(_graphics(document, where)),
        displays=tuple(_displays(document, where)),
        network=tuple(_network(document, where)),
        batteries=_batteries(document, where),
        audio=_peripherals(document, "SPAudioDataType", where, builtin=True),
        cameras=_peripherals(document, "SPCameraDataType", where),
        bluetooth=_bluetooth(document, where),
        tpm=_security_chip(document, where),
        locks=tuple(_locks(hardware, at("activation_lock_status"))),
        clues={f"{part} listed": where.path(f".{section}") for section, part in _LISTED.items() if section in document},
        operating_system=clean(text_of(_first(document, "SPSoftwareDataType").get("os_version"))),
        tools=(where.tool,),
    )


_LISTED = {
    "SPSerialATADataType": "disk", "SPNVMeDataType": "disk", "SPPowerDataType": "battery",
    "SPNetworkDataType": "network", "SPCameraDataType": "camera", "SPAudioDataType": "sound",
}  # fmt: skip


def _under(where: Where, path: str) -> Any:
    return lambda name: where.path(f"{path}.{name}")


def _first(document: Any, kind: str) -> dict[str, Any]:
    found = objects_of(dict_of(document).get(kind))
    return found[0][1] if found else {}


def _items(document: Any, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The devices of a data type with their paths: those of `_items` of each group, or the groups themselves."""
    for index, group in objects_of(dict_of(document).get(kind)):
        inner = objects_of(group.get("_items"))
        if not inner:
            yield f".{kind}[{index}]", group
        for position, item in inner:
            yield f".{kind}[{index}]._items[{position}]", item


def _system(hardware: dict[str, Any], at: Any) -> System:
    system = Facts(System)
    if hardware:
        system.put("vendor", "Apple", at("machine_model"))
    for field, name in (
        ("product_name", "machine_model"),
        ("family", "machine_name"),
        ("sku", "model_number"),
    ):
        system.put(field, clean(text_of(hardware.get(name))), at(name))
    system.put("serial", clean_serial(text_of(hardware.get("serial_number"))), at("serial_number"))
    system.put("uuid", clean_uuid(text_of(hardware.get("platform_UUID"))), at("platform_UUID"))
    return system.build()


def _firmware(document: Any, hardware: dict[str, Any], where: Where) -> Firmware:
    firmware = Facts(Firmware)
    at = _under(where, ".SPHardwareDataType[0]")
    version = clean(text_of(hardware.get("boot_rom_version")))
    firmware.put("vendor", "Apple" if version else None, at("boot_rom_version"))
    firmware.put("version", version, at("boot_rom_version"))
    bridge = _first(document, "SPiBridgeDataType")
    secure = _secure_boot(text_of(bridge.get("ibridge_secure_boot")) or "")
    firmware.put("secure_boot", secure, where.path(".SPiBridgeDataType[0].ibridge_secure_boot"))
    return firmware.build()


def _secure_boot(value: str) -> bool | None:
    """Apple's levels, in the language of the system: all but "no" and "permissive" check what starts."""
    value = value.lower()
    if re.search(r"no security|permissi|aucune s|keine s|sin seg", value):
        return False
    return (
        True if re.search(r"full|medium|reduced|maxim|moyen|r[ée]duite|volle|mittlere|completa|media", value) else None
    )


def _processors(hardware: dict[str, Any], at: Any) -> Iterator[Processor]:
    """Apple's chips have a name; of Intel's only the line is told ("Dual-Core Intel Core i5") and the speed."""
    processor = Facts(Processor)
    chip = text_of(hardware.get("chip_type"))
    said = text_of(hardware.get("cpu_type"))
    name = processor_name(chip or said)
    source = "chip_type" if chip else "cpu_type"
    processor.put("vendor", name.vendor, at(source))
    processor.put("model", name.model, at(source))
    if chip and chip.startswith("Apple"):
        processor.put("architecture", "aarch64", at(source))
    elif said and re.search(r"Core i\d|Xeon|Core 2|Core M", said):
        processor.put("architecture", "x86_64", at(source))
    speed = megahertz((text_of(hardware.get("current_processor_speed")) or "").replace(",", "."))
    processor.put("frequency_mhz", speed, at("current_processor_speed"))
    counts = text_of(hardware.get("number_processors")) or ""
    if found := re.match(r"proc (\d{1,3})", counts):  # "proc 8:4:4": in all, fast, frugal
        processor.put("cores", int(found.group(1)), at("number_processors"))
        processor.put("threads", int(found.group(1)), at("number_processors"))
    elif chip or said:
        total = whole(hardware.get("number_processors"))
        packages = whole(hardware.get("packages")) or 1
        processor.put("cores", total if total and total < 128 else None, at("number_processors"))
        if said and packages > 1 and "cores" in processor:
            processor.values["cores"] = max(1, processor.values["cores"] // packages)
    if processor:
        yield from [processor.build()] * min(whole(hardware.get("packages")) or 1, 4)


def _memory(document: Any, hardware: dict[str, Any], where: Where) -> Memory:
    memory = Facts(Memory)
    at = _under(where, ".SPHardwareDataType[0]")
    memory.put("total_bytes", _memory_size(hardware.get("physical_memory")), at("physical_memory"))
    modules: list[MemoryModule] = []
    slots = 0
    for path, item in _items(document, "SPMemoryDataType"):
        here = _under(where, path)
        whole_memory = _memory_size(item.get("SPMemoryDataType"))
        memory.put("total_bytes", whole_memory, here("SPMemoryDataType"))
        slots += 1 if "dimm_size" in item else 0
        module = _module(item, here, whole_memory)
        if module:
            modules.append(module)
    if modules:
        memory.put("modules", tuple(modules), where.path(".SPMemoryDataType"))
    if slots:
        memory.put("slots", slots, where.path(".SPMemoryDataType"))
    return memory.build()


def _memory_size(value: Any) -> int | None:
    return size_bytes((text_of(value) or "").replace("\u00a0", " "), kilo=1024)


def _module(item: dict[str, Any], at: Any, soldered: int | None) -> MemoryModule | None:
    size = soldered or _memory_size(item.get("dimm_size"))
    if not size:
        return None
    module = Facts(MemoryModule)
    module.put("size_bytes", size, at("SPMemoryDataType" if soldered else "dimm_size"))
    if soldered:
        module.put("form_factor", "soldered", at("SPMemoryDataType"))
    else:
        module.put("slot", clean(text_of(item.get("_name"))), at("_name"))
    kind = clean(text_of(item.get("dimm_type")))
    module.put("type", kind.split(" ")[0] if kind else None, at("dimm_type"))
    speed = megahertz(text_of(item.get("dimm_speed")) or "")
    module.put("speed_mts", speed, at("dimm_speed"))
    module.put("vendor", memory_vendor(text_of(item.get("dimm_manufacturer"))), at("dimm_manufacturer"))
    module.put("part_number", _decoded(item.get("dimm_part_number")), at("dimm_part_number"))
    module.put("serial", clean_serial(text_of(item.get("dimm_serial_number"))), at("dimm_serial_number"))
    return module.build()


def _decoded(value: Any) -> str | None:
    """Part numbers that macOS prints as the hexadecimal of their letters: "0x4D34…"."""
    said = text_of(value) or ""
    if re.fullmatch(r"0x(?:[2-7][0-9a-fA-F])+", said):
        said = bytes.fromhex(said[2:]).decode("ascii")
    return clean(said)


def _storage(document: Any, where: Where) -> Iterator[Storage]:
    seen = 0
    for kind in ("SPNVMeDataType", "SPSerialATADataType"):
        for path, item in _items(document, kind):
            drive = _drive(item, _under(where, path), kind)
            if drive:
                seen += 1
                yield drive
    if not seen:  # only the list of volumes: each names the drive it is on
        yield from _volumes(document, where)


def _drive(item: dict[str, Any], at: Any, kind: str) -> Storage | None:
    storage = Facts(Storage)
    for name in ("device_model", "_name"):
        if "device_model" in item or "size_in_bytes" in item or "size" in item:
            storage.put("model", drive_text(text_of(item.get(name))), at(name))
    if not storage:
        return None  # a controller without a drive
    storage.put("serial", drive_serial(text_of(item.get("device_serial"))), at("device_serial"))
    storage.put("firmware", drive_text(text_of(item.get("device_revision"))), at("device_revision"))
    size = whole(item.get("size_in_bytes")) or size_bytes(text_of(item.get("size")) or "")
    storage.put("size_bytes", size, at("size_in_bytes"))
    node = text_of(item.get("bsd_name"))
    storage.put("device", f"/dev/{node}" if node else None, at("bsd_name"))
    said = str(item.get("smart_status") or item.get("spnvme_smart_status") or item.get("spsata_smart_status")).lower()
    storage.put("healthy", _SMART.get(said), at("smart_status"))
    medium = str(item.get("spsata_medium_type", "")).lower()
    solid = "solid" in medium or "ssd" in medium
    if kind == "SPNVMeDataType":
        storage.put("interface", "NVMe", at("_name"))
        storage.put("kind", StorageKind.NVME, at("_name"))
        storage.put("rotation_rpm", 0, at("_name"))
    else:
        storage.put("interface", "SATA", at("_name"))
        rate = whole(item.get("spsata_rotational_rate"))
        storage.put("rotation_rpm", rate or (0 if solid else None), at("spsata_rotational_rate"))
        sata = StorageKind.SATA_SSD if solid else StorageKind.HDD if "rotati" in medium else None
        optical = re.search(r"\bDVD|\bCD-|SuperDrive|BD-", text_of(item.get("_name")) or "")
        storage.put("kind", StorageKind.OPTICAL if optical else sata, at("spsata_medium_type"))
    return storage.build()


def _volumes(document: Any, where: Where) -> Iterator[Storage]:
    names: set[str] = set()
    for index, volume in objects_of(dict_of(document).get("SPStorageDataType")):
        drive = dict_of(volume.get("physical_drive"))
        name = drive_text(text_of(drive.get("device_name")))
        if not name or name in names:
            continue
        names.add(name)
        at = _under(where, f".SPStorageDataType[{index}].physical_drive")
        inside = str(drive.get("is_internal_disk", "yes")).lower() in ("yes", "true")
        medium, protocol = str(drive.get("medium_type")).lower(), str(drive.get("protocol")).lower()
        nvme = protocol in ("pci-express", "pci", "apple fabric", "nvmexpress")
        solid = StorageKind.NVME if nvme else StorageKind.SATA_SSD
        kind = {"ssd": solid, "rotational": StorageKind.HDD}.get(medium, StorageKind.UNKNOWN)
        storage = Facts(Storage)
        storage.put("model", name, at("device_name"))
        storage.put("kind", kind if inside else StorageKind.REMOVABLE, at("medium_type"))
        storage.put(
            "healthy",
            _SMART.get(str(drive.get("smart_status")).lower()),
            at("smart_status"),
        )
        yield storage.build()


def _graphics(document: Any, where: Where) -> Iterator[Graphics]:
    for path, item in _items(document, "SPDisplaysDataType"):
        at = _under(where, path)
        graphics = Facts(Graphics)
        vendor = re.sub(r"^sppci_vendor_|\s*\(0x[0-9a-f]+\)$", "", text_of(item.get("spdisplays_vendor")) or "")
        names = {"intel": "Intel", "amd": "AMD", "nvidia": "NVIDIA", "apple": "Apple"}
        known = names.get(vendor.lower(), clean(vendor))
        graphics.put("vendor", known, at("spdisplays_vendor"))
        graphics.put("model", clean(text_of(item.get("sppci_model"))), at("sppci_model"))
        for name in ("spdisplays_vram", "_spdisplays_vram", "spdisplays_vram_shared"):
            graphics.put("memory_bytes", size_bytes(text_of(item.get(name)) or "", kilo=1024), at(name))
        makers = {"Intel": "8086", "AMD": "1002", "NVIDIA": "10de"}
        device = re.fullmatch(r"0x([0-9a-fA-F]{4})", text_of(item.get("spdisplays_device-id")) or "")
        maker = makers.get(graphics.values.get("vendor", ""))
        if device and maker:
            graphics.put("bus_id", f"{maker}:{device.group(1).lower()}", at("spdisplays_device-id"))
        if graphics:
            yield graphics.build()


def _displays(document: Any, where: Where) -> Iterator[Display]:
    for path, item in _items(document, "SPDisplaysDataType"):
        for index, screen in objects_of(item.get("spdisplays_ndrvs")):
            at = _under(where, f"{path}.spdisplays_ndrvs[{index}]")
            display = Facts(Display)
            display.put("model", clean(text_of(screen.get("_name"))), at("_name"))
            for name in ("_spdisplays_pixels", "spdisplays_pixelresolution", "_spdisplays_resolution"):
                found = re.search(r"(\d{3,5})\s*x\s*(\d{3,5})", text_of(screen.get(name)) or "")
                if found:
                    display.put("width_px", int(found.group(1)), at(name))
                    display.put("height_px", int(found.group(2)), at(name))
            inside = f"{screen.get('spdisplays_connection_type')} {screen.get('spdisplays_display_type')}".lower()
            display.put("built_in", "internal" in inside or "built-in" in inside, at("spdisplays_connection_type"))
            serial = clean_serial(text_of(screen.get("_spdisplays_display-serial-number2")))
            display.put("serial", serial, at("_spdisplays_display-serial-number2"))
            year = whole(screen.get("_spdisplays_display-year"))
            display.put("year", year if year and 1990 <= year < 2100 else None, at("_spdisplays_display-year"))
            yield display.build()


def _network(document: Any, where: Where) -> Iterator[NetworkInterface]:
    for path, item in _items(document, "SPNetworkDataType"):
        kinds = {"airport": NetworkKind.WIFI, "wi-fi": NetworkKind.WIFI, "ethernet": NetworkKind.ETHERNET}
        kind = kinds.get(str(item.get("hardware") or item.get("type")).lower())
        name = text_of(item.get("_name")) or ""
        if kind is None or re.search(r"bridge|thunderbolt|usb|iphone|bluetooth|vpn", name, re.IGNORECASE):
            continue
        mac = clean_mac(text_of(dict_of(item.get("Ethernet")).get("MAC Address")))
        origin = where.path(f"{path}.Ethernet")
        at = {"kind": where.path(f"{path}.hardware")} | ({"mac": origin} if mac else {})
        yield NetworkInterface(kind=kind, mac=mac, origin=at)


def _batteries(document: Any, where: Where) -> tuple[Battery, ...]:
    for path, item in _items(document, "SPPowerDataType"):
        health = dict_of(item.get("sppower_battery_health_info"))
        if not health or str(item.get("sppower_battery_installed", "TRUE")).upper() == "FALSE":
            continue
        return _battery(item, health, _under(where, path))
    return ()


def _battery(item: dict[str, Any], health: dict[str, Any], at: Any) -> tuple[Battery, ...]:
    battery = Facts(Battery)
    model = dict_of(item.get("sppower_battery_model_info"))
    charge = dict_of(item.get("sppower_battery_charge_info"))
    maker, name = "sppower_battery_manufacturer", "sppower_battery_device_name"
    battery.put("vendor", clean(text_of(model.get(maker))), at(maker))
    battery.put("model", clean(text_of(model.get(name))), at(name))
    serial = clean_serial(text_of(model.get("sppower_battery_serial_number")))
    battery.put("serial", serial, at("sppower_battery_serial_number"))
    battery.put("cycles", whole(health.get("sppower_battery_cycle_count")), at("sppower_battery_cycle_count"))
    percent = decimal(text_of(health.get("sppower_battery_health_maximum_capacity")))
    full = whole(charge.get("sppower_battery_max_capacity"))
    volts = whole(item.get("sppower_current_voltage"))
    full_at, percent_at = at("sppower_battery_max_capacity"), at("sppower_battery_health_maximum_capacity")
    return _with_energy(battery, full, volts, percent, full_at, percent_at)


def _with_energy(
    battery: Facts[Battery],
    mah: int | None,
    millivolts: int | None,
    percent: float | None,
    at: Origin,
    percent_at: Origin,
) -> tuple[Battery, ...]:
    """The energy where it can be known: of mAh above 100 (newer Macs write a percentage there) and a voltage."""
    if mah and mah > 100 and millivolts and 3000 < millivolts < 30000:
        battery.put("full_wh", round(mah * millivolts / 1e6, 3), at)
    if percent and 1 <= percent <= 110:
        battery.put("health", round(percent / 100, 3), percent_at)
    return (battery.build(),) if battery else ()


def _peripherals(document: Any, kind: str, where: Where, builtin: bool = False) -> tuple[Peripheral, ...]:
    parts: list[Peripheral] = []
    for path, item in _items(document, kind):
        transport = str(item.get("coreaudio_device_transport", "coreaudio_device_type_builtin"))
        name = clean(text_of(item.get("_name")))
        if name and not (builtin and "builtin" not in transport):
            parts.append(Peripheral(vendor=None, model=name, origin={"model": where.path(f"{path}._name")}))
    return tuple(parts)


def _bluetooth(document: Any, where: Where) -> tuple[Peripheral, ...]:
    radio = _first(document, "SPBluetoothDataType")
    controller = dict_of(radio.get("controller_properties") or radio.get("local_device_title"))
    for name in ("controller_chipset", "general_chipset", "general_name"):
        if found := clean(text_of(controller.get(name))):
            at = where.path(f".SPBluetoothDataType[0].controller_properties.{name}")
            return (Peripheral(vendor="Apple", model=found, origin={"model": at}),)
    return ()


def _security_chip(document: Any, where: Where) -> Tpm | None:
    """Apple's T1 and T2 do what a TPM does; they are named as such and have no TPM version."""
    name = clean(text_of(_first(document, "SPiBridgeDataType").get("ibridge_model_name")))
    return Tpm(vendor=name, origin={"vendor": where.path(".SPiBridgeDataType[0].ibridge_model_name")}) if name else None


def _locks(hardware: dict[str, Any], at: Origin) -> Iterator[Lock]:
    said = text_of(hardware.get("activation_lock_status"))
    state = _lock_state(said)
    if said and state:
        evidence = f"Activation Lock Status: {said}"
        yield Lock(kind=LockKind.ACTIVATION_LOCK, state=state, evidence=evidence, origin={"state": at})


def _lock_state(said: str | None) -> LockState | None:
    """ "Enabled" means that the owner's Apple account is needed before anything can be installed."""
    word = (said or "").lower().removeprefix("activation_lock_")
    if word in ("enabled", "activé", "aktiviert", "activado"):
        return LockState.LOCKED
    return LockState.ABSENT if word in ("disabled", "désactivé", "deaktiviert", "desactivado") else None


# --- XML (a property list)


def recognise_plist(root: Any) -> bool:
    return root.tag == "plist" and any(key.text == "_dataType" for key in root.iter("key"))


def parse_plist(root: Any, where: Where) -> Machine:
    """The list of data types, as `-json` names them: {"SPHardwareDataType": [...]}."""
    document = {}
    for group in _plist_value(next(iter(root), None), 0) or []:
        if isinstance(group, dict) and isinstance(group.get("_dataType"), str):
            document[group["_dataType"]] = group.get("_items")
    return parse_json(document, where)


def _plist_value(node: Any, depth: int) -> Any:
    if node is None or depth > 30:
        return None
    if node.tag == "array":
        return [_plist_value(item, depth + 1) for item in node]
    if node.tag == "dict":
        parts = list(node)
        pairs = zip(parts[::2], parts[1::2], strict=False)
        return {str(key.text): _plist_value(value, depth + 1) for key, value in pairs}
    if node.tag == "integer":
        return whole(node.text)
    return {"true": True, "false": False}.get(node.tag, node.text)


# --- text

_FIELDS = {
    "Model Name": "machine_name",
    "Model Identifier": "machine_model",
    "Model Number": "model_number",
    "Chip": "chip_type",
    "Processor Name": "cpu_type",
    "Processor Speed": "current_processor_speed",
    "Total Number of Cores": "number_processors",
    "Number of Processors": "packages",
    "Memory": "physical_memory",
    "System Firmware Version": "boot_rom_version",
    "Boot ROM Version": "boot_rom_version",
    "Serial Number (system)": "serial_number",
    "Hardware UUID": "platform_UUID",
    "Activation Lock Status": "activation_lock_status",
    "Nom du modèle": "machine_name",
    "Identifiant du modèle": "machine_model",
    "Numéro du modèle": "model_number",
    "Puce": "chip_type",
    "Nom du processeur": "cpu_type",
    "Vitesse du processeur": "current_processor_speed",
    "Nombre total de cœurs": "number_processors",
    "Nombre de processeurs": "packages",
    "Mémoire": "physical_memory",
    "Version de la ROM système": "boot_rom_version",
    "Version de la ROM de démarrage": "boot_rom_version",
    "Version du programme interne du système": "boot_rom_version",
    "Numéro de série (système)": "serial_number",
    "UUID du matériel": "platform_UUID",
    "État du verrouillage d’activation": "activation_lock_status",
}
_BATTERY = {
    "Serial Number": "serial",
    "Manufacturer": "vendor",
    "Device Name": "model",
    "Cycle Count": "cycles",
    "Maximum Capacity": "percent",
    "Full Charge Capacity (mAh)": "mah",
    "Voltage (mV)": "millivolts",
    "Numéro de série": "serial",
    "Fabricant": "vendor",
    "Nom de l’appareil": "model",
    "Nombre de cycles": "cycles",
    "Capacité maximale": "percent",
    "Capacité de charge complète (mAh)": "mah",
    "Voltage": "millivolts",
    "Tension (mV)": "millivolts",
}
_HEADINGS = {
    "Hardware": "hardware", "Hardware Overview": "hardware", "Matériel": "hardware",
    "Informations matérielles": "hardware", "Présentation du matériel": "hardware",
    "Power": "power", "Battery Information": "power", "Alimentation": "power",
    "Informations sur la batterie": "power", "Informations concernant la batterie": "power",
}  # fmt: skip
_WITHIN = frozenset([
    "Model Information", "Charge Information", "Health Information",
    "Informations sur le modèle", "Informations sur la charge", "Informations sur l’état",
])  # fmt: skip
_LINE = re.compile(r"^(\s*)([A-ZÀ-Þ][^:]{1,60}?)\s*:\s*(.*?)\s*$")


def recognise_text(head: str) -> bool:
    heading = r"^\s*(?:Hardware Overview|Informations matérielles|Présentation du matériel) ?:\s*$"
    overview = re.search(heading, head, re.MULTILINE) and re.search(r"Model Identifier:|Identifiant du modèle ?:", head)
    power = re.search(r"^\s*Battery Information:\s*$", head, re.MULTILINE) and "Cycle Count:" in head
    return bool(overview or power)


def parse_text(text: str, where: Where) -> Machine:
    """The hardware overview and the battery; other sections are passed over."""
    said: dict[str, Any] = {}
    lines: dict[str, int] = {}
    battery: dict[str, tuple[str, int]] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        found = _LINE.match(line[:500].replace("'", "’"))
        if not found:
            continue
        _indent, label, value = found.groups()
        if not value:
            section = _section(label, section)
        elif section == "hardware" and label in _FIELDS:
            said.setdefault(_FIELDS[label], value)
            lines.setdefault(_FIELDS[label], number)
        elif section == "power" and label in _BATTERY:
            battery.setdefault(_BATTERY[label], (value, number))
    return _text_machine(said, lines, battery, where)


def _section(label: str, current: str) -> str:
    """Which of the sections that matter a heading opens; headings within one leave it open."""
    return _HEADINGS.get(label) or (current if label in _WITHIN else "other")


def _text_machine(
    said: dict[str, Any], lines: dict[str, int], battery: dict[str, tuple[str, int]], where: Where
) -> Machine:
    if found := re.match(r"(\d{1,3}) \(\d+ performance", str(said.get("number_processors"))):
        said["number_processors"] = f"proc {found.group(1)}"  # "8 (4 performance and 4 efficiency)"

    def at(name: str) -> Origin:
        return where.line(lines.get(name, 1))

    memory, firmware = Facts(Memory), Facts(Firmware)
    memory.put("total_bytes", _memory_size(said.get("physical_memory")), at("physical_memory"))
    version = clean(text_of(said.get("boot_rom_version")))
    firmware.put("vendor", "Apple" if version else None, at("boot_rom_version"))
    firmware.put("version", version, at("boot_rom_version"))
    return Machine(
        system=_system(said, at),
        firmware=firmware.build(),
        processors=tuple(_processors(said, at)),
        memory=memory.build(),
        batteries=_text_battery(battery, where),
        locks=tuple(_locks(said, at("activation_lock_status"))),
        tools=(where.tool,),
    )


def _text_battery(said: dict[str, tuple[str, int]], where: Where) -> tuple[Battery, ...]:
    if "cycles" not in said:
        return ()

    def at(field: str) -> Origin:
        return where.line(said[field][1] if field in said else said["cycles"][1])

    battery = Facts(Battery)
    for field in ("vendor", "model"):
        if field in said:
            battery.put(field, clean(said[field][0]), at(field))
    if "serial" in said:
        battery.put("serial", clean_serial(said["serial"][0]), at("serial"))
    battery.put("cycles", whole(said["cycles"][0]), at("cycles"))
    numbers = {field: whole(said[field][0]) for field in ("mah", "millivolts") if field in said}
    percent = decimal(said["percent"][0]) if "percent" in said else None
    return _with_energy(battery, numbers.get("mah"), numbers.get("millivolts"), percent, at("mah"), at("percent"))


FORMATS = (
    JsonFormat("system_profiler", "system_profiler", recognise_json, parse_json),
    XmlFormat("system_profiler-xml", "system_profiler", recognise_plist, parse_plist),
    TextFormat("system_profiler-text", "system_profiler", recognise_text, parse_text),
)
