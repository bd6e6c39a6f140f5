"""Windows seen through CIM (WMI): what `Get-CimInstance` and its older forms print, in any of their shapes.

Shapes: `ConvertTo-Json` of one object, of a list, of a hash table by class (what `COLLECT` writes), of
`Get-ComputerInfo`; `Export-Clixml`; the text of `Format-List` and of `wmic … /value`. Objects are known by the class
they name, else by the key that holds them, else by properties that no other class has. A document about several
computers (`-ComputerName a,b,c`) gives one machine each.

Source: the WMI reference of Microsoft (learn.microsoft.com/windows/win32/cimwin32prov) for classes, properties and
codes; [MS-PSRP] 2.2.5 for CLIXML.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from maillon.hardware.formats import JsonFormat, TextFormat, Where, XmlFormat
from maillon.hardware.model import Machine, Origin, Reading
from maillon.hardware.quantities import whole

COLLECT = r"""
$ErrorActionPreference = 'SilentlyContinue'
$d = [ordered]@{ Format = 'maillon-cim/1'; SeenAt = (Get-Date).ToString('o') }
$hidden = 'Cim*', 'PS*', 'UserName', 'PrimaryOwner*', 'RegisteredUser', 'DNSHostName'
$hidden += 'SystemName', 'CSName', 'Organization'
@{ 'root/cimv2' = 'ComputerSystem', 'ComputerSystemProduct', 'BIOS', 'BaseBoard', 'SystemEnclosure', 'Processor',
     'PhysicalMemory', 'PhysicalMemoryArray', 'DiskDrive', 'CDROMDrive', 'VideoController', 'NetworkAdapter',
     'SoundDevice', 'Battery', 'OperatingSystem' | ForEach-Object { "Win32_$_" }
   'root/wmi' = 'BatteryStaticData', 'BatteryFullChargedCapacity', 'BatteryCycleCount', 'WmiMonitorID',
     'WmiMonitorBasicDisplayParams', 'WmiMonitorConnectionParams'
   'root/Microsoft/Windows/Storage' = , 'MSFT_PhysicalDisk'
   'root/cimv2/Security/MicrosoftTpm' = , 'Win32_Tpm'
}.GetEnumerator() | ForEach-Object { $namespace = $_.Key; $_.Value | ForEach-Object {
    $d[$_] = @(Get-CimInstance -Namespace $namespace -ClassName $_ | Select-Object * -ExcludeProperty $hidden) } }
$named = 'Name', 'Caption', 'Domain', 'Workgroup'
$d['Win32_ComputerSystem'] = @($d['Win32_ComputerSystem'] | Select-Object * -ExcludeProperty $named)
$d['Win32_PnPEntity'] = @(Get-CimInstance Win32_PnPEntity | Where-Object PNPClass -in Camera, Image, Bluetooth |
  Select-Object Name, Manufacturer, PNPClass, PNPDeviceID)
$d['MSFT_StorageReliabilityCounter'] = @(Get-PhysicalDisk | Get-StorageReliabilityCounter |
  Select-Object DeviceId, PowerOnHours, Wear, StartStopCycleCount)
$d['SecureBoot'] = try { Confirm-SecureBootUEFI } catch { $null }
$d['Firmware'] = $env:firmware_type
$autopilot = 'HKLM:\SOFTWARE\Microsoft\Provisioning\Diagnostics\Autopilot'
$d['Autopilot'] = Get-ItemProperty $autopilot | Select-Object CloudAssignedTenantId, CloudAssignedTenantDomain
$managed = 'AzureAdJoined|DomainJoined|TenantName|MdmUrl'
$d['Dsregcmd'] = @(dsregcmd /status | Select-String $managed | ForEach-Object { "$_" })
$d['Absolute'] = @(Get-Service rpcnet, rpcnetp | ForEach-Object Name)
$file = Join-Path ([Environment]::GetFolderPath('Desktop')) 'machine.json'
$d | ConvertTo-Json -Depth 4 | Out-File -Encoding utf8 $file
""".strip()
"""The PowerShell lines that write all that is known of a machine to a JSON file on the desktop.

Runs on the Windows PowerShell 5.1 that Windows 10 and 11 carry, as administrator (serial numbers of disks, battery
capacities, TPM, Secure Boot and Autopilot are refused otherwise). It installs nothing, sends nothing, and leaves out
the names of people and of the machine on its network. Needs Windows 8 or later; for Windows 7 use `systeminfo`.
"""

_MAX_INSTANCES = 20_000  # of one document; a machine has some 300


@dataclass(frozen=True, slots=True)
class Instance:
    """One CIM object: its class ("Win32_BIOS"), its properties, and where each was read."""

    cls: str
    properties: dict[str, Any]
    at: Callable[[str], Origin]
    computer: str = ""


# --- which class an object is of

_CLASSES = (
    "Win32_ComputerSystem Win32_ComputerSystemProduct Win32_BIOS Win32_BaseBoard Win32_SystemEnclosure Win32_Processor "
    "Win32_PhysicalMemory Win32_PhysicalMemoryArray Win32_DiskDrive Win32_CDROMDrive Win32_VideoController "
    "Win32_NetworkAdapter Win32_SoundDevice Win32_Battery Win32_PortableBattery Win32_OperatingSystem Win32_Tpm "
    "Win32_PnPEntity BatteryStaticData BatteryFullChargedCapacity BatteryCycleCount WmiMonitorID "
    "WmiMonitorBasicDisplayParams WmiMonitorConnectionParams MSFT_PhysicalDisk MSFT_StorageReliabilityCounter"
)
_BY_KEY = {name.lower().removeprefix("win32_").removeprefix("msft_"): name for name in _CLASSES.split()} | {
    "computer": "Win32_ComputerSystem",
    "system": "Win32_ComputerSystem",
    "computerproduct": "Win32_ComputerSystemProduct",
    "csproduct": "Win32_ComputerSystemProduct",
    "motherboard": "Win32_BaseBoard",
    "enclosure": "Win32_SystemEnclosure",
    "chassis": "Win32_SystemEnclosure",
    "cpu": "Win32_Processor",
    "processors": "Win32_Processor",
    "memory": "Win32_PhysicalMemory",
    "memorychip": "Win32_PhysicalMemory",
    "ram": "Win32_PhysicalMemory",
    "disks": "Win32_DiskDrive",
    "diskdrives": "Win32_DiskDrive",
    "physicaldisks": "MSFT_PhysicalDisk",
    "gpu": "Win32_VideoController",
    "video": "Win32_VideoController",
    "network": "Win32_NetworkAdapter",
    "nic": "Win32_NetworkAdapter",
    "os": "Win32_OperatingSystem",
}
_SIGNATURES: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (name, frozenset(needed.split()))
    for name, needed in (
        ("Win32_BIOS", "SMBIOSBIOSVersion"),
        ("Win32_PhysicalMemoryArray", "MaxCapacity MemoryDevices"),
        ("Win32_PhysicalMemory", "Capacity DeviceLocator"),
        ("Win32_PhysicalMemory", "Capacity BankLabel"),
        ("Win32_PhysicalMemory", "Capacity PartNumber"),
        ("Win32_Processor", "NumberOfCores Name"),
        ("Win32_Processor", "MaxClockSpeed Name"),
        ("Win32_SystemEnclosure", "ChassisTypes"),
        ("Win32_ComputerSystemProduct", "IdentifyingNumber UUID"),
        ("Win32_ComputerSystemProduct", "IdentifyingNumber Vendor"),
        ("Win32_ComputerSystem", "TotalPhysicalMemory Model"),
        ("Win32_ComputerSystem", "TotalPhysicalMemory Manufacturer"),
        ("Win32_ComputerSystem", "PrimaryOwnerName Model"),
        ("Win32_ComputerSystem", "PCSystemType Model"),
        ("Win32_BaseBoard", "Product Manufacturer"),
        ("MSFT_PhysicalDisk", "FriendlyName BusType"),
        ("MSFT_PhysicalDisk", "FriendlyName MediaType"),
        ("Win32_DiskDrive", "InterfaceType Model"),
        ("Win32_DiskDrive", "MediaType Model Size"),
        ("Win32_DiskDrive", "Partitions Model Size"),
        ("Win32_VideoController", "AdapterRAM"),
        ("Win32_NetworkAdapter", "MACAddress PNPDeviceID"),
        ("Win32_Battery", "EstimatedChargeRemaining"),
        ("BatteryStaticData", "DesignedCapacity"),
        ("BatteryFullChargedCapacity", "FullChargedCapacity"),
        ("Win32_Tpm", "SpecVersion ManufacturerIdTxt"),
        ("Win32_OperatingSystem", "BuildNumber OSArchitecture"),
        ("Win32_OperatingSystem", "Caption BuildNumber"),
    )
)
_NAMING = ("__CLASS", "CimClassName", "CreationClassName")
_CLASS_IN_TEXT = re.compile(
    r"\b(Win32_\w+|MSFT_\w+|Battery(?:StaticData|FullChargedCapacity|CycleCount)|WmiMonitor\w+)\b"
)


def _class_of(properties: dict[str, Any], key: str) -> str | None:
    for named in _NAMING:
        if found := known_class(properties.get(named)):
            return found
    cim_class = properties.get("CimClass")
    if isinstance(cim_class, dict):
        cim_class = cim_class.get("CimClassName")
    if found := known_class(cim_class):
        return found
    by_key = known_class(key) or _BY_KEY.get(
        re.sub(r"[\W_]", "", key.lower()).removeprefix("win32").removeprefix("msft")
    )
    return by_key or class_of_properties(properties)


def class_of_properties(names: Iterable[str]) -> str | None:
    """The class that has these properties and no other has."""
    held = set(names)
    return next((name for name, needed in _SIGNATURES if needed <= held), None)


def known_class(name: object) -> str | None:
    """The class that a text names: "…CimInstance#root/cimv2/Win32_BIOS" -> "Win32_BIOS"."""
    found = _CLASS_IN_TEXT.search(name[:200]) if isinstance(name, str) else None
    return found.group(1) if found else None


# --- JSON


def recognise_json(document: Any) -> bool:
    """A sure sign is enough: a class named in a value or a key, or a pair of properties of one class."""
    for index, (key, item) in enumerate(_objects(document, "")):
        if index > 40:
            break
        if known_class(key) or "CimClass" in item or "__CLASS" in item or "CsManufacturer" in item:
            return True
        if any(
            needed <= item.keys() for _name, needed in _SIGNATURES if len(needed) > 1 or "SMBIOSBIOSVersion" in needed
        ):
            return True
    return False


def parse_json(document: Any, where: Where) -> Machine | Reading:
    from maillon.hardware.readers import cim_machine

    documents = document if _is_list_of_collections(document) else [document]
    machines: list[Machine] = []
    for index, one in enumerate(documents):
        prefix = f"[{index}]" if len(documents) > 1 else ""
        extra = one if isinstance(one, dict) else {}
        instances = list(_json_instances(one, where, prefix))
        machines.extend(cim_machine.build(part, extra, where) for part in by_computer(instances))
    return machines[0] if len(machines) == 1 else Reading("cim-json", tuple(machines))


def _is_list_of_collections(document: Any) -> bool:
    """`[{"Win32_BIOS": …}, {"Win32_BIOS": …}]`: a machine each."""
    return (
        isinstance(document, list)
        and bool(document)
        and all(isinstance(one, dict) and sum(1 for key in one if known_class(key)) >= 2 for one in document)
    )


def _json_instances(document: Any, where: Where, prefix: str) -> Iterator[Instance]:
    counts: dict[str, int] = {}
    for index, (path, item) in enumerate(_objects(document, prefix)):
        if index >= _MAX_INSTANCES:
            return
        key = re.sub(r"\[\d+\]$", "", path).rpartition(".")[2]
        if "CsManufacturer" in item:
            yield from computer_info(item, where, path)
            continue
        cls = _class_of(item, key)
        if cls:
            counts[cls] = counts.get(cls, 0) + 1
            computer = item.get("PSComputerName") or item.get("__SERVER") or ""
            yield Instance(cls, item, _pather(where, path), str(computer))


def _objects(node: Any, path: str, depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a document that may be CIM objects, with their paths; `{"value": […], "Count": 2}` is a list."""
    if depth > 5:
        return
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _objects(item, f"{path}[{index}]", depth + 1)
    elif isinstance(node, dict):
        if isinstance(node.get("value"), list) and node.keys() <= {"value", "Count"}:
            yield from _objects(node["value"], path + ".value", depth + 1)
            return
        plain = sum(1 for value in node.values() if not isinstance(value, dict | list))
        if plain:
            yield path, node
        if "CsManufacturer" in node:  # Get-ComputerInfo holds its own parts
            return
        if depth == 0 or not plain or any(known_class(key) for key in node):
            for key, value in node.items():
                if isinstance(value, dict | list):
                    yield from _objects(value, f"{path}.{key}", depth + 1)


def _pather(where: Where, path: str) -> Callable[[str], Origin]:
    return lambda name: where.path(f"{path}.{name}")


_COMPUTER_INFO = (
    ("Cs", "Win32_ComputerSystem"),
    ("Bios", "Win32_BIOS"),
    ("Os", "Win32_OperatingSystem"),
)


def computer_info(item: dict[str, Any], where: Where, path: str) -> Iterator[Instance]:
    """`Get-ComputerInfo`: the properties of several classes in one object, with prefixes and two spelling mistakes."""
    for prefix, cls in _COMPUTER_INFO:
        own = {key[len(prefix) :]: value for key, value in item.items() if key.startswith(prefix)}
        if cls == "Win32_BIOS":
            own["SerialNumber"] = own.pop("SeralNumber", own.get("SerialNumber"))
        if cls == "Win32_OperatingSystem":
            own["Caption"] = own.get("Name")
        yield Instance(cls, own, lambda name, prefix=prefix: where.path(f"{path}.{prefix}{name}"))  # type: ignore[misc]
    installed = whole(item.get("CsPhyicallyInstalledMemory"))  # as Microsoft spells it; kibibytes
    if installed:
        yield Instance(
            "InstalledMemory", {"Kibibytes": installed}, lambda _name: where.path(f"{path}.CsPhyicallyInstalledMemory")
        )
    processors = item.get("CsProcessors")
    for index, processor in enumerate(processors if isinstance(processors, list) else []):
        named = processor if isinstance(processor, dict) else {"Name": processor}  # the text has the names alone
        yield Instance("Win32_Processor", named, _pather(where, f"{path}.CsProcessors[{index}]"))


def by_computer(instances: list[Instance]) -> list[list[Instance]]:
    """One list a computer, when the objects say they come from several; those that say nothing go to the first."""
    computers: dict[str, list[Instance]] = {}
    for instance in instances:
        computers.setdefault(instance.computer.casefold(), []).append(instance)
    unnamed = computers.pop("", [])
    if len(computers) < 2:
        return [instances]
    groups = list(computers.values())
    groups[0].extend(unnamed)
    return groups


# --- CLIXML

_CLIXML = "{http://schemas.microsoft.com/powershell/2004/04}"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def recognise_clixml(root: Any) -> bool:
    return bool(root.tag == _CLIXML + "Objs")


def parse_clixml(root: Any, where: Where) -> Machine | Reading:
    types: dict[str, str] = {}
    content = [_clixml_value(child, types, 0) for child in root]
    document = content[0] if len(content) == 1 else content
    found = parse_json(document, where)
    return found if isinstance(found, Machine) else Reading("cim-clixml", found.machines, found.warnings)


def _clixml_value(node: Any, types: dict[str, str], depth: int) -> Any:
    """The value of a CLIXML element: objects become dicts with their class, lists lists, the rest text."""
    tag = str(node.tag).removeprefix(_CLIXML)
    if tag == "Nil" or depth > 12:
        return None
    if tag == "B":
        return (node.text or "").strip().lower() == "true"
    if tag != "Obj":
        return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), node.text or "")
    found: dict[str, Any] = {}
    for child in node:
        kind = str(child.tag).removeprefix(_CLIXML)
        if kind in ("TN", "TNRef"):
            name = _clixml_type(child, kind, types)
            if name:
                found["__CLASS"] = name
        elif kind in ("LST", "IE", "QUE", "STK"):
            return [_clixml_value(item, types, depth + 1) for item in child]
        elif kind in ("Props", "MS"):
            for prop in child:
                found.setdefault(str(prop.get("N", "")), _clixml_value(prop, types, depth + 1))
        elif kind == "DCT":
            found.update(_clixml_entries(child, types, depth))
    return found


def _clixml_type(node: Any, kind: str, types: dict[str, str]) -> str | None:
    """The CIM class of an object, from its list of .NET types; later objects refer to an earlier list by number."""
    reference = str(node.get("RefId", ""))
    if kind == "TN":
        names = " ".join(item.text or "" for item in node)
        types[reference] = known_class(names) or ""
    return types.get(reference) or None


def _clixml_entries(node: Any, types: dict[str, str], depth: int) -> Iterator[tuple[str, Any]]:
    for entry in node:
        pair = {str(item.get("N", "")): _clixml_value(item, types, depth + 1) for item in entry}
        yield str(pair.get("Key")), pair.get("Value")


# --- text of Format-List and of wmic /value

_PROPERTY = re.compile(r"^(\w{2,60})\s*(:|=)\s?(.*)$")
_SURE = re.compile(
    r"^(?:SMBIOSBIOSVersion|CimClass|__CLASS|CreationClassName|CimInstanceProperties|PCSystemType|ChassisTypes"
    r"|TotalPhysicalMemory|DeviceLocator|MaxClockSpeed|IdentifyingNumber|NumberOfCores|AdapterRAM|FullChargedCapacity"
    r"|DesignedCapacity|InterfaceType|PNPDeviceID|CsManufacturer)\s*[:=]",
    re.MULTILINE,
)


def recognise_text(head: str) -> bool:
    return _SURE.search(head) is not None


def parse_text(text: str, where: Where) -> Machine | Reading:
    from maillon.hardware.readers import cim_machine

    instances: list[Instance] = []
    for block, lines in _blocks(text):
        at = _liner(where, lines)
        if "CsManufacturer" in block:
            for part in computer_info(dict(block), where, ""):
                instances.append(Instance(part.cls, part.properties, at))
            continue
        cls = _class_of(block, "")
        if cls and len(instances) < _MAX_INSTANCES:
            instances.append(Instance(cls, block, at, str(block.get("PSComputerName") or "")))
    machines = [cim_machine.build(part, {}, where) for part in by_computer(instances)]
    return machines[0] if len(machines) == 1 else Reading("cim-text", tuple(machines))


def _liner(where: Where, lines: dict[str, int]) -> Callable[[str], Origin]:
    first = min(lines.values(), default=1)
    return lambda name: where.line(lines.get(name, first))


def _blocks(text: str) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    """The objects of the text: each ends at a blank line, or where a property comes back.

    `wmic` ends its lines with CR CR LF, which reads as a blank line after each: there, only three blanks end one.
    """
    block: dict[str, Any] = {}
    lines: dict[str, int] = {}
    last, blanks, needed = "", 0, 1
    for number, line in enumerate(text.split("\n"), 1):
        found = _PROPERTY.match(line)
        if not line.strip():
            blanks += 1
            continue
        if found:
            name, sign, value = found.groups()
            if block and (blanks >= needed or name in block):
                yield typed(block), lines
                block, lines = {}, {}
            needed = 3 if sign == "=" else 1
            block[name], lines[name], last = value.strip(), number, name
        elif last and line[0] == " " and not blanks and last in block:
            block[last] = f"{block[last]}{' ' if ' ' in block[last] else ''}{line.strip()}"[:10_000]
        blanks = 0
    if block:
        yield typed(block), lines


def typed(block: dict[str, str]) -> dict[str, Any]:
    """The values of an object printed as text.

    Lists as PowerShell prints them, "{8, 9}", become lists; True and False become booleans."""
    values: dict[str, Any] = {}
    for name, value in block.items():
        if value.startswith("{") and value.rstrip().endswith(("}", "…}", "...}")):
            values[name] = [item.strip() for item in value.strip()[1:-1].rstrip("….").split(",") if item.strip()]
        else:
            values[name] = {"True": True, "TRUE": True, "False": False, "FALSE": False, "": None}.get(value, value)
    return values


FORMATS = (
    JsonFormat("cim-json", "PowerShell CIM", recognise_json, parse_json),
    XmlFormat("cim-clixml", "PowerShell CIM", recognise_clixml, parse_clixml),
    TextFormat("cim-text", "PowerShell CIM", recognise_text, parse_text),
)
