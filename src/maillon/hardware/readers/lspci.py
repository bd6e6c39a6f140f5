"""lspci: the plain list with or without identifiers (-nn, -n), with details (-k, -v, -vv) and by fields (-vmm)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.model import Machine, Origin
from maillon.hardware.pci import PciDevice, machine_of, split_vendor

_SLOT = r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]"
_HEAD = re.compile(rf"^({_SLOT}) ([^:\n]{{3,80}}?)(?: \[([0-9a-f]{{4}})\])?: (.*)$", re.IGNORECASE)
_NUMERIC = re.compile(rf"^({_SLOT}) (?:Class )?([0-9a-f]{{4}}): ([0-9a-f]{{4}}):([0-9a-f]{{4}})", re.IGNORECASE)
_QUOTED = re.compile(rf'^({_SLOT}) "([^"]*)" "([^"]*)" "([^"]*)"')
_IDS = re.compile(r" \[([0-9a-f]{4}):([0-9a-f]{4})\]", re.IGNORECASE)
_CODE = re.compile(r"^(.*?)\s*\[([0-9a-f]{4})\]$", re.IGNORECASE)
_TRAILING = re.compile(r" \((?:rev [0-9a-f]{2}|prog-if [^()]*(?:\([^()]*\))?)\)", re.IGNORECASE)
_FIELD = re.compile(r"^([A-Z][A-Za-z]{2,10}):\t(.*)$")
_DRIVER = re.compile(r"^\s+Kernel driver in use: (\S+)")


def _recognise(text: str) -> bool:
    for line in text[:8192].split("\n")[:120]:
        if _NUMERIC.match(line) or _QUOTED.match(line):
            return True
        if (found := _HEAD.match(line)) and re.search(
            r"bridge|controller|device|class|memory", found.group(2), re.IGNORECASE
        ):
            return True
    return bool(re.search(rf"^(?:Slot|Device):\t{_SLOT}\nClass:\t", text[:4096], re.MULTILINE))


def _head(line: str, at: Origin) -> PciDevice | None:
    """A device's first line of the plain list."""
    if found := _NUMERIC.match(line):
        slot, code, vendor, device = (part.lower() for part in found.groups())
        name = split_vendor("", vendor)[0]
        return PciDevice(slot, code, "", vendor, device, name, at={"slot": at})
    if found := _QUOTED.match(line):
        slot, kind, vendor, device = found.groups()
        return _coded(PciDevice(slot.lower(), at={"slot": at}), kind, vendor, device)
    found = _HEAD.match(line)
    if not found:
        return None
    slot, kind, code, rest = found.groups()
    rest = _TRAILING.sub("", rest)
    ids = list(_IDS.finditer(rest))
    vendor_id, device_id = (ids[-1].group(1).lower(), ids[-1].group(2).lower()) if ids else (None, None)
    vendor, name = split_vendor(rest[: ids[-1].start()] if ids else rest, vendor_id)
    return PciDevice(slot.lower(), code, kind, vendor_id, device_id, vendor, name, at={"slot": at})


def _coded(device: PciDevice, kind: str, vendor: str, name: str) -> PciDevice:
    """Class, vendor and name that each carry their code in brackets, when -nn was given."""

    def cut(text: str) -> tuple[str, str | None]:
        found = _CODE.match(text)
        return (found.group(1), found.group(2).lower()) if found else (text, None)

    (class_name, code), (maker, maker_id), (model, model_id) = cut(kind), cut(vendor), cut(name)
    return replace(
        device, class_code=code, class_name=class_name, vendor_id=maker_id, device_id=model_id, vendor=maker, name=model
    )


def _listed(text: str, where: Where) -> Iterator[PciDevice]:
    device: PciDevice | None = None
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:600]
        if line[:1] not in ("", " ", "\t"):
            begun = _head(line, where.line(number))
            if begun and device:
                yield device
            device = begun or device
        elif device and (driver := _DRIVER.match(line)):
            device = replace(device, driver=driver.group(1), at=device.at | {"driver": where.line(number)})
    if device:
        yield device


_PLACES = {"Slot": "slot", "Class": "class", "Vendor": "vendor", "Device": "name", "Driver": "driver"}


def _by_fields(text: str, where: Where) -> Iterator[PciDevice]:
    """`-vmm`: one record a function, blank lines between."""
    record: dict[str, str] = {}
    at: dict[str, Origin] = {}
    for number, line in enumerate((text + "\n").split("\n"), 1):
        found = _FIELD.match(line[:600])
        if found:
            record.setdefault(found.group(1), found.group(2).strip())
            if found.group(1) in _PLACES:
                at.setdefault(_PLACES[found.group(1)], where.line(number))
        elif record and not line.strip():
            if "Class" in record:
                yield _record(record, at)
            record, at = {}, {}


def _record(record: dict[str, str], at: dict[str, Origin]) -> PciDevice:
    places = dict(at)
    if "name" in places:
        places["ids"] = places["name"]
    device = PciDevice(record.get("Slot", "").lower(), driver=record.get("Driver"), at=places)
    return _coded(device, record["Class"], record.get("Vendor", ""), record.get("Device", ""))


def devices(text: str, where: Where) -> list[PciDevice]:
    """Every function listed, for readers that link them with what else they hold."""
    fields = re.search(r"^Class:\t", text[:4096], re.MULTILINE)
    return list(_by_fields(text, where) if fields else _listed(text, where))


def _parse(text: str, where: Where) -> Machine:
    return machine_of(devices(text, where), where.tool)


FORMAT = TextFormat("lspci", "lspci", _recognise, _parse)
