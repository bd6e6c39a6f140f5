"""The machine that a set of CIM objects describes.

Source of codes: the WMI reference of Microsoft (cimwin32prov and Storage Management API) and SMBIOS 3.7 (DMTF DSP0134)
for chassis, memory types and form factors.
"""

import re
from collections.abc import Iterable
from typing import Any

from maillon.hardware.drives import clean_wwn, drive_kind, drive_serial, drive_text
from maillon.hardware.facts import Facts, text_of
from maillon.hardware.formats import Where
from maillon.hardware.junk import clean, clean_mac, clean_serial, clean_uuid
from maillon.hardware.model import (
    Battery,
    Board,
    Chassis,
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
from maillon.hardware.processor_names import processor_name, processor_vendor
from maillon.hardware.quantities import decimal, iso_moment, whole
from maillon.hardware.readers import windows
from maillon.hardware.readers.cim import Instance
from maillon.hardware.vendors import memory_vendor

CHASSIS = (
    "", "", "", "Desktop", "Low Profile Desktop", "Pizza Box", "Mini Tower", "Tower", "Portable", "Laptop", "Notebook",
    "Hand Held", "Docking Station", "All In One", "Sub Notebook", "Space-saving", "Lunch Box", "Main Server Chassis",
    "Expansion Chassis", "Sub Chassis", "Bus Expansion Chassis", "Peripheral Chassis", "RAID Chassis",
    "Rack Mount Chassis", "Sealed-case PC", "Multi-system", "CompactPCI", "AdvancedTCA", "Blade", "Blade Enclosing",
    "Tablet", "Convertible", "Detachable", "IoT Gateway", "Embedded PC", "Mini PC", "Stick PC",
)  # fmt: skip
MEMORY_TYPES = {
    18: "DDR", 19: "DDR2", 20: "DDR2 FB-DIMM", 24: "DDR3", 26: "DDR4", 27: "LPDDR", 28: "LPDDR2", 29: "LPDDR3",
    30: "LPDDR4", 34: "DDR5", 35: "LPDDR5",
}  # fmt: skip
FORM_FACTORS = {8: "DIMM", 12: "SODIMM"}  # CIM's own numbers, not those of SMBIOS
BUSES = {3: "IDE", 6: "FC", 7: "USB", 8: "RAID", 10: "SAS", 11: "SATA", 12: "SD", 13: "eMMC", 17: "NVMe"}
BUS_NAMES = {"ata": "IDE", "mmc": "eMMC"} | {name.lower(): name for name in BUSES.values()}
MEDIA = {"3": "hdd", "4": "ssd", "hdd": "hdd", "ssd": "ssd"}
CHEMISTRY = {3: "Pb-acid", 4: "NiCd", 5: "NiMH", 6: "Li-ion", 8: "Li-poly"}
ARCHITECTURES = {0: "x86", 5: "arm", 9: "x86_64", 12: "aarch64"}
INTERNAL_OUTPUTS = (6, 11, 13, 0x80000000)  # LVDS, embedded DisplayPort, embedded UDI, "internal"

_REAL_DEVICE = re.compile(r"(?:PCI|USB|HDAUDIO|INTELAUDIO|SOUNDWIRE|ACPI|SD)\\", re.IGNORECASE)


def build(instances: list[Instance], extra: dict[str, Any], where: Where) -> Machine:
    """extra: what `COLLECT` adds beside the classes (Secure Boot, Autopilot, dsregcmd, Absolute)."""
    by_class: dict[str, list[Instance]] = {}
    for instance in instances:
        by_class.setdefault(instance.cls, []).append(instance)
    get = by_class.get
    os_name, seen_at = _operating_system(get("Win32_OperatingSystem", []))
    sound = _peripherals(get("Win32_SoundDevice", []), ".")
    entities = get("Win32_PnPEntity", [])
    return Machine(
        system=_system(get),
        chassis=_chassis(get("Win32_SystemEnclosure", [])),
        board=_board(get("Win32_BaseBoard", [])),
        firmware=_firmware(get("Win32_BIOS", []), extra, where),
        processors=tuple(_processors(get("Win32_Processor", []))),
        memory=_memory(get),
        storage=tuple(_storage(get)),
        graphics=tuple(_graphics(get("Win32_VideoController", []))),
        displays=tuple(_displays(get)),
        network=tuple(_network(get("Win32_NetworkAdapter", []))),
        batteries=tuple(_batteries(get)),
        audio=sound,
        cameras=_peripherals(entities, "camera|image"),
        bluetooth=_peripherals(entities, "bluetooth"),
        tpm=_tpm(get("Win32_Tpm", [])),
        locks=tuple(_locks(extra, where)),
        clues=_clues(get("Win32_ComputerSystem", [])) | _listed(by_class, extra, where),
        operating_system=os_name,
        seen_at=iso_moment(text_of(extra.get("SeenAt"))) or seen_at,
        tools=(where.tool,),
    )


def _texts(facts: Facts[Any], instance: Instance, *fields: tuple[str, str]) -> None:
    """Put the cleaned texts of properties into fields: ("vendor", "Manufacturer")."""
    for field, name in fields:
        facts.put(field, clean(text_of(instance.properties.get(name))), instance.at(name))


def _system(get: Any) -> System:
    system = Facts(System)
    for product in get("Win32_ComputerSystemProduct", [])[:1]:
        _texts(system, product, ("vendor", "Vendor"), ("product_name", "Name"), ("version", "Version"))
        serial = clean_serial(text_of(product.properties.get("IdentifyingNumber")))
        system.put("serial", serial, product.at("IdentifyingNumber"))
        system.put("uuid", clean_uuid(text_of(product.properties.get("UUID"))), product.at("UUID"))
        _texts(system, product, ("sku", "SKUNumber"))
    for computer in get("Win32_ComputerSystem", [])[:1]:
        names = (
            ("vendor", "Manufacturer"),
            ("product_name", "Model"),
            ("family", "SystemFamily"),
            ("sku", "SystemSKUNumber"),
        )
        _texts(system, computer, *names)
    for bios in get("Win32_BIOS", [])[:1]:
        serial = clean_serial(text_of(bios.properties.get("SerialNumber")))
        system.put("serial", serial, bios.at("SerialNumber"))
    return system.build()


def _chassis(enclosures: list[Instance]) -> Chassis:
    chassis = Facts(Chassis)
    for enclosure in enclosures[:1]:
        types = enclosure.properties.get("ChassisTypes")
        number = whole(types[0] if isinstance(types, list) and types else types)
        known = CHASSIS[number & 0x7F] if number is not None and (number & 0x7F) < len(CHASSIS) else ""
        chassis.put("type", known or None, enclosure.at("ChassisTypes"))
        _texts(chassis, enclosure, ("vendor", "Manufacturer"))
        for field, name in (("serial", "SerialNumber"), ("asset_tag", "SMBIOSAssetTag")):
            chassis.put(field, clean_serial(text_of(enclosure.properties.get(name))), enclosure.at(name))
    return chassis.build()


def _board(boards: list[Instance]) -> Board:
    board = Facts(Board)
    for one in boards[:1]:
        _texts(board, one, ("vendor", "Manufacturer"), ("model", "Product"), ("version", "Version"))
        board.put("serial", clean_serial(text_of(one.properties.get("SerialNumber"))), one.at("SerialNumber"))
    return board.build()


def _firmware(bioses: list[Instance], extra: dict[str, Any], where: Where) -> Firmware:
    firmware = Facts(Firmware)
    for bios in bioses[:1]:
        _texts(firmware, bios, ("vendor", "Manufacturer"), ("version", "SMBIOSBIOSVersion"), ("version", "Name"))
        firmware.put("date", windows.cim_date(bios.properties.get("ReleaseDate")), bios.at("ReleaseDate"))
        kind = {"2": True, "uefi": True, "1": False, "bios": False}.get(
            str(bios.properties.get("FirmwareType", "")).lower()
        )
        firmware.put("uefi", kind, bios.at("FirmwareType"))
    kind = {"UEFI": True, "Legacy": False}.get(str(extra.get("Firmware")))
    firmware.put("uefi", kind, where.path(".Firmware"))
    secure = extra.get("SecureBoot")
    firmware.put("secure_boot", secure if isinstance(secure, bool) else None, where.path(".SecureBoot"))
    return firmware.build()


def _processors(found: list[Instance]) -> Iterable[Processor]:
    for one in found:
        processor = Facts(Processor)
        maker = text_of(one.properties.get("Manufacturer"))
        processor.put("vendor", processor_vendor(maker), one.at("Manufacturer"))
        said = processor_name(text_of(one.properties.get("Name")))
        processor.put("vendor", said.vendor, one.at("Name"))
        processor.put("model", said.model, one.at("Name"))
        processor.put("frequency_mhz", said.frequency_mhz, one.at("Name"))
        processor.put("architecture", _architecture(one.properties), one.at("Architecture"))
        for field, name in (
            ("cores", "NumberOfCores"),
            ("threads", "NumberOfLogicalProcessors"),
            ("frequency_mhz", "MaxClockSpeed"),
        ):
            processor.put(field, whole(one.properties.get(name)) or None, one.at(name))
        _texts(processor, one, ("socket", "SocketDesignation"))
        if processor:
            yield processor.build()


def _architecture(properties: dict[str, Any]) -> str | None:
    """The processor's own, whatever the width of the Windows that runs on it: DataWidth is 64 on a 64-bit one."""
    code = whole(properties.get("Architecture"))
    known = ARCHITECTURES.get(code if code is not None else -1)
    width = whole(properties.get("DataWidth"))
    if known in ("x86", None) and width in (32, 64):
        return "x86_64" if width == 64 else "i686"
    return None if known in ("x86", "arm") else known


def _memory(get: Any) -> Memory:
    memory = Facts(Memory)
    chips: list[Instance] = get("Win32_PhysicalMemory", [])
    modules = tuple(_module(chip) for chip in chips)
    sizes = [module.size_bytes for module in modules if module.size_bytes]
    if sizes:
        memory.put("total_bytes", sum(sizes), chips[0].at("Capacity"))
    for installed in get("InstalledMemory", []):
        memory.put("total_bytes", installed.properties["Kibibytes"] * 1024, installed.at(""))
    for computer in get("Win32_ComputerSystem", [])[:1]:  # what Windows may use: firmware and graphics took theirs
        usable = whole(computer.properties.get("TotalPhysicalMemory"))
        memory.put("total_bytes", usable or None, computer.at("TotalPhysicalMemory"))
    arrays = get("Win32_PhysicalMemoryArray", [])
    maxima = [_maximum(array.properties) for array in arrays]
    if arrays and all(maxima):
        memory.put("maximum_bytes", sum(m for m in maxima if m), arrays[0].at("MaxCapacity"))
    slots = [whole(array.properties.get("MemoryDevices")) for array in arrays]
    if arrays and all(slots):
        memory.put("slots", sum(s for s in slots if s), arrays[0].at("MemoryDevices"))
    if modules:
        memory.put("modules", modules, chips[0].at("Capacity"))
    return memory.build()


def _maximum(properties: dict[str, Any]) -> int | None:
    kibibytes = whole(properties.get("MaxCapacityEx")) or whole(properties.get("MaxCapacity"))
    return kibibytes * 1024 if kibibytes else None


def _module(chip: Instance) -> MemoryModule:
    module = Facts(MemoryModule)
    said = chip.properties
    _texts(module, chip, ("slot", "DeviceLocator"), ("slot", "BankLabel"), ("part_number", "PartNumber"))
    module.put("size_bytes", whole(said.get("Capacity")) or None, chip.at("Capacity"))
    for name in ("SMBIOSMemoryType", "MemoryType"):
        module.put("type", MEMORY_TYPES.get(whole(said.get(name)) or 0), chip.at(name))
    module.put("form_factor", FORM_FACTORS.get(whole(said.get("FormFactor")) or 0), chip.at("FormFactor"))
    for name in ("Speed", "ConfiguredClockSpeed"):
        module.put("speed_mts", whole(said.get(name)) or None, chip.at(name))
    module.put("vendor", memory_vendor(text_of(said.get("Manufacturer"))), chip.at("Manufacturer"))
    module.put("serial", clean_serial(text_of(said.get("SerialNumber"))), chip.at("SerialNumber"))
    return module.build()


def _storage(get: Any) -> Iterable[Storage]:
    """Drives as two classes see them: `MSFT_PhysicalDisk` knows the kind and health, `Win32_DiskDrive` the rest."""
    physical: list[Instance] = list(get("MSFT_PhysicalDisk", []))
    counters = {str(c.properties.get("DeviceId")): c for c in get("MSFT_StorageReliabilityCounter", [])}
    for drive in get("Win32_DiskDrive", []):
        twin = _twin(drive, physical)
        if twin:
            physical.remove(twin)
        number = str(twin.properties.get("DeviceId") if twin else drive.properties.get("Index"))
        yield _drive(drive, twin, counters.get(number))
    for disk in physical:
        yield _drive(None, disk, counters.get(str(disk.properties.get("DeviceId"))))
    for reader in get("Win32_CDROMDrive", []):
        optical = Facts(Storage)
        optical.put("kind", StorageKind.OPTICAL, reader.at("Name"))
        _texts(optical, reader, ("model", "Name"))
        yield optical.build()


def _twin(drive: Instance, physical: list[Instance]) -> Instance | None:
    index = drive.properties.get("Index")
    serial = _squeezed(drive.properties.get("SerialNumber"))
    for disk in physical:
        if serial and _squeezed(disk.properties.get("SerialNumber")) == serial:
            return disk
    for disk in physical:
        if index is not None and str(disk.properties.get("DeviceId")) == str(index):
            return disk
    return None


def _squeezed(value: Any) -> str:
    return re.sub(r"[\W_]", "", text_of(value) or "").upper()


def _drive(drive: Instance | None, disk: Instance | None, counter: Instance | None) -> Storage:
    storage = Facts(Storage)
    interface, solid = None, None
    if disk:
        interface = _bus(disk.properties.get("BusType"))
        solid = MEDIA.get(str(disk.properties.get("MediaType")).lower())
        storage.put("interface", interface, disk.at("BusType"))
        if (spindle := whole(disk.properties.get("SpindleSpeed"))) and 3000 <= spindle <= 20000:
            storage.put("rotation_rpm", spindle, disk.at("SpindleSpeed"))
        if solid == "ssd":
            storage.put("rotation_rpm", 0, disk.at("MediaType"))
        health = {"0": True, "healthy": True, "1": False, "warning": False, "2": False, "unhealthy": False}
        said = str(disk.properties.get("HealthStatus")).lower()
        storage.put("healthy", health.get(said), disk.at("HealthStatus"))
        storage.put("wwn", clean_wwn(text_of(disk.properties.get("UniqueId"))), disk.at("UniqueId"))
        _drive_texts(storage, disk, ("model", "Model"), ("model", "FriendlyName"), ("firmware", "FirmwareVersion"))
    if drive:
        _drive_texts(storage, drive, ("model", "Model"), ("model", "Caption"), ("firmware", "FirmwareRevision"))
        interface = interface or _drive_interface(drive.properties)
        storage.put("interface", interface, drive.at("InterfaceType"))
        if "fail" in str(drive.properties.get("Status")).lower():
            storage.put("healthy", False, drive.at("Status"))
    if counter:
        storage.put("power_on_hours", whole(counter.properties.get("PowerOnHours")), counter.at("PowerOnHours"))
        wear = whole(counter.properties.get("Wear"))
        storage.put("wear_percent", wear if wear is not None and wear <= 100 else None, counter.at("Wear"))
    source = disk or drive
    if source:
        kind = _drive_kind(storage.values, solid, drive)
        storage.put("kind", kind, source.at("MediaType"))
    return storage.build()


def _drive_texts(storage: Facts[Storage], source: Instance, *fields: tuple[str, str]) -> None:
    for field, name in fields:
        storage.put(field, drive_text(_without_bus(text_of(source.properties.get(name)))), source.at(name))
    said = text_of(source.properties.get("SerialNumber"))
    storage.put("serial", drive_serial(windows.disk_serial(said)), source.at("SerialNumber"))
    storage.put("wwn", clean_wwn(windows.nvme_name(said)), source.at("SerialNumber"))
    size = whole(source.properties.get("Size"))
    storage.put("size_bytes", size or None, source.at("Size"))


def _without_bus(model: str | None) -> str | None:
    """Windows adds how the disk is attached to its name: "SAMSUNG MZVLB256 ATA Device"."""
    return re.sub(r"\s+(?:(?:ATA|USB|SCSI|SATA)(?: Disk)? Device|SCSI Disk Device)$", "", model or "") or None


def _bus(value: Any) -> str | None:
    number = whole(value) if not isinstance(value, str) or value.isdigit() else None
    return BUSES.get(number) if number is not None else BUS_NAMES.get(str(value).lower())


def _drive_interface(properties: dict[str, Any]) -> str | None:
    """`InterfaceType` says IDE for SATA and SCSI for NVMe: only USB can be believed; the device path says more."""
    path = str(properties.get("PNPDeviceID", "")).upper()
    named = str(properties.get("Model") or properties.get("Caption") or "")
    by_name = re.search(r"\bUSB(?: Disk)? Device$", named[:200])
    if str(properties.get("InterfaceType", "")).upper() == "USB" or path.startswith("USBSTOR") or by_name:
        return "USB"
    return "NVMe" if "NVME" in path else None


def _drive_kind(values: dict[str, Any], solid: str | None, drive: Instance | None) -> StorageKind:
    interface = values.get("interface")
    removable = str(drive.properties.get("MediaType", "")).lower() if drive else ""
    if "removable" in removable or "external" in removable or interface == "SD":
        return StorageKind.REMOVABLE
    if interface == "RAID" and solid == "ssd":  # Intel RST hides whether the drive behind is SATA or NVMe
        return StorageKind.NVME if "nvme" in str(values.get("model", "")).lower() else StorageKind.UNKNOWN
    return drive_kind(
        model=values.get("model"),
        interface=interface,
        rotation_rpm=values.get("rotation_rpm"),
        rotational=True if solid == "hdd" else None,
    )


_REMOTE = re.compile(
    r"remote|mirror|indirect|virtual display|citrix|displaylink|basic (?:display|render)", re.IGNORECASE
)


def _graphics(cards: list[Instance]) -> Iterable[Graphics]:
    for card in cards:
        path = text_of(card.properties.get("PNPDeviceID")) or ""
        name = text_of(card.properties.get("Name")) or ""
        if path.upper().startswith(("ROOT\\", "SWD\\")) or (not path and _REMOTE.search(name)):
            continue  # drivers of remote screens, no card
        graphics = Facts(Graphics)
        _texts(graphics, card, ("vendor", "AdapterCompatibility"), ("model", "Name"), ("model", "Description"))
        graphics.put("bus_id", windows.bus_id(path), card.at("PNPDeviceID"))
        memory = whole(card.properties.get("AdapterRAM"))
        graphics.put("memory_bytes", memory if memory and memory >= 2**20 else None, card.at("AdapterRAM"))
        if graphics:
            yield graphics.build()


def _displays(get: Any) -> Iterable[Display]:
    sizes = {str(i.properties.get("InstanceName")).lower(): i for i in get("WmiMonitorBasicDisplayParams", [])}
    outputs = {str(i.properties.get("InstanceName")).lower(): i for i in get("WmiMonitorConnectionParams", [])}
    for monitor in get("WmiMonitorID", []):
        display = Facts(Display)
        key = str(monitor.properties.get("InstanceName")).lower()
        for field, name in (
            ("vendor", "ManufacturerName"),
            ("model", "UserFriendlyName"),
            ("serial", "SerialNumberID"),
        ):
            value = windows.characters(monitor.properties.get(name))
            display.put(field, clean_serial(value) if field == "serial" else clean(value), monitor.at(name))
        year = whole(monitor.properties.get("YearOfManufacture"))
        display.put("year", year if year and 1990 <= year < 2100 else None, monitor.at("YearOfManufacture"))
        if size := sizes.get(key):
            for field, name in (("width_mm", "MaxHorizontalImageSize"), ("height_mm", "MaxVerticalImageSize")):
                centimetres = whole(size.properties.get(name))
                display.put(field, centimetres * 10 if centimetres else None, size.at(name))
        if output := outputs.get(key):
            code = decimal(output.properties.get("VideoOutputTechnology"))
            inside = None if code is None else int(code) % 2**32 in INTERNAL_OUTPUTS
            display.put("built_in", inside, output.at("VideoOutputTechnology"))
        if display:
            yield display.build()


_ON_A_BUS = re.compile(r"(?:PCI|USB|SD)\\", re.IGNORECASE)


def _network(adapters: list[Instance]) -> Iterable[NetworkInterface]:
    """Real adapters: a bus behind them. Windows lists a dozen of its own besides."""
    for adapter in adapters:
        path = text_of(adapter.properties.get("PNPDeviceID")) or ""
        name = text_of(adapter.properties.get("Name")) or text_of(adapter.properties.get("Description")) or ""
        if adapter.properties.get("PhysicalAdapter") is False or (path and not _ON_A_BUS.match(path)):
            continue
        if not path and (windows.virtual_adapter(name) or not adapter.properties.get("MACAddress")):
            continue  # without its place, only its name tells software from hardware
        kind = windows.network_kind(name)
        interface = Facts(NetworkInterface)
        interface.put("kind", kind if kind is not NetworkKind.UNKNOWN else None, adapter.at("Name"))
        _texts(interface, adapter, ("vendor", "Manufacturer"), ("model", "Name"), ("model", "Description"))
        interface.put("mac", clean_mac(text_of(adapter.properties.get("MACAddress"))), adapter.at("MACAddress"))
        interface.put("bus_id", windows.bus_id(path), adapter.at("PNPDeviceID"))
        yield interface.build()


def _batteries(get: Any) -> Iterable[Battery]:
    """The ACPI driver's classes, matched by instance; `Win32_Battery` alone seldom knows a capacity."""
    static: list[Instance] = get("BatteryStaticData", [])
    full: list[Instance] = get("BatteryFullChargedCapacity", [])
    cycles: list[Instance] = get("BatteryCycleCount", [])
    plain = [*get("Win32_PortableBattery", []), *get("Win32_Battery", [])]
    count = max(len(static), len(full), len({str(b.properties.get("DeviceID")) for b in plain}), 0)
    for index in range(min(count, 8)):
        battery = Facts(Battery)
        one = static[index] if index < len(static) else None
        key = str(one.properties.get("InstanceName")) if one else ""
        if one:
            _texts(battery, one, ("vendor", "ManufactureName"), ("model", "DeviceName"))
            battery.put("serial", clean_serial(text_of(one.properties.get("SerialNumber"))), one.at("SerialNumber"))
            battery.put("design_wh", _wh(one.properties.get("DesignedCapacity")), one.at("DesignedCapacity"))
            battery.put("technology", windows.chemistry(one.properties.get("Chemistry")), one.at("Chemistry"))
        if charged := _same_battery(full, key, index):
            at = charged.at("FullChargedCapacity")
            battery.put("full_wh", _wh(charged.properties.get("FullChargedCapacity")), at)
        if cycled := _same_battery(cycles, key, index):
            battery.put("cycles", whole(cycled.properties.get("CycleCount")) or None, cycled.at("CycleCount"))
        for other in plain[index : index + 1]:
            _plain_battery(battery, other)
        if battery:
            yield battery.build()


def _same_battery(found: list[Instance], key: str, index: int) -> Instance | None:
    same = [one for one in found if key and str(one.properties.get("InstanceName")) == key]
    return same[0] if same else (found[index] if index < len(found) and not key else None)


def _plain_battery(battery: Facts[Battery], other: Instance) -> None:
    _texts(battery, other, ("vendor", "Manufacturer"), ("model", "Name"))
    battery.put("design_wh", _wh(other.properties.get("DesignCapacity")), other.at("DesignCapacity"))
    battery.put("full_wh", _wh(other.properties.get("FullChargeCapacity")), other.at("FullChargeCapacity"))
    battery.put("technology", CHEMISTRY.get(whole(other.properties.get("Chemistry")) or 0), other.at("Chemistry"))


def _wh(milliwatt_hours: Any) -> float | None:
    amount = whole(milliwatt_hours)
    return round(amount / 1000, 3) if amount and 1_000 <= amount < 1_000_000 else None


def _peripherals(found: list[Instance], classes: str) -> tuple[Peripheral, ...]:
    parts: list[Peripheral] = []
    for one in found:
        kind = str(one.properties.get("PNPClass") or "sound").lower()
        path = text_of(one.properties.get("PNPDeviceID")) or text_of(one.properties.get("DeviceID")) or ""
        if not re.match(classes, kind) or not re.match(
            r"(?:PCI|USB|HDAUDIO|INTELAUDIO|SOUNDWIRE|ACPI|SD)\\", path.upper()
        ):
            continue
        part = Facts(Peripheral)
        _texts(part, one, ("vendor", "Manufacturer"), ("model", "Name"))
        part.put("bus_id", windows.bus_id(path), one.at("PNPDeviceID"))
        parts.append(part.build())
    return tuple(parts)


def _tpm(found: list[Instance]) -> Tpm | None:
    tpm = Facts(Tpm)
    for one in found[:1]:
        version = (text_of(one.properties.get("SpecVersion")) or "").split(",")[0].strip()
        tpm.put("version", clean(version) if re.match(r"[12]\.\d", version) else None, one.at("SpecVersion"))
        _texts(tpm, one, ("vendor", "ManufacturerIdTxt"))
    return tpm.build() if tpm else None


def _clues(found: list[Instance]) -> dict[str, Origin]:
    for one in found[:1]:
        return windows.platform_clue(one.properties.get("PCSystemType"), one.at("PCSystemType"))
    return {}


_LISTED = {
    "Win32_DiskDrive": "disk", "MSFT_PhysicalDisk": "disk", "Win32_NetworkAdapter": "network",
    "BatteryFullChargedCapacity": "battery", "Win32_Battery": "battery", "Win32_PnPEntity": "camera",
    "Win32_SoundDevice": "sound",
}  # fmt: skip


def _listed(by_class: dict[str, list[Instance]], extra: dict[str, Any], where: Where) -> dict[str, Origin]:
    """Which sorts of parts were asked for, those that came back empty included."""
    return {f"{part} listed": where.path(f".{cls}") for cls, part in _LISTED.items() if cls in by_class or cls in extra}


def _operating_system(found: list[Instance]) -> tuple[str | None, str | None]:
    for one in found[:1]:
        name = clean(text_of(one.properties.get("Caption")) or "Windows")
        version = clean(text_of(one.properties.get("Version")))
        seen = windows.cim_moment(one.properties.get("LocalDateTime"))
        return " ".join(filter(None, (name, version))) or None, seen
    return None, None


# --- what may forbid reuse


def _locks(extra: dict[str, Any], where: Where) -> Iterable[Lock]:
    autopilot = extra.get("Autopilot")
    if isinstance(autopilot, dict):
        tenant = clean(
            text_of(autopilot.get("CloudAssignedTenantDomain")) or text_of(autopilot.get("CloudAssignedTenantId"))
        )
        if tenant:
            yield windows.autopilot_lock(tenant, where.path(".Autopilot"))
    dsregcmd = extra.get("Dsregcmd")
    lines = dsregcmd if isinstance(dsregcmd, list) else str(dsregcmd or "").split("\n")
    yield from windows.registration_locks([str(line) for line in lines], lambda _n: where.path(".Dsregcmd"))
    services = extra.get("Absolute")
    names = [str(name) for name in services] if isinstance(services, list) else [str(services or "")]
    if any(names):
        origin: Origin = where.path(".Absolute")
        evidence = "service " + ", ".join(name for name in names if name)
        yield Lock(kind=LockKind.COMPUTRACE, state=LockState.PRESENT, evidence=evidence, origin={"state": origin})
