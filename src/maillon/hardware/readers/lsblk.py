"""lsblk's JSON (`lsblk -J -b -O`, or fewer columns): the drives the kernel sees, with their transport.

Sizes are numbers of bytes with -b and rounded texts without. Only whole disks and optical drives are kept; zram,
loop devices, RAID and mapped volumes are software.
"""

import re
from typing import Any

from maillon.hardware.drives import clean_wwn, drive_kind, drive_serial, drive_text
from maillon.hardware.facts import Facts, objects_of, text_of
from maillon.hardware.formats import JsonFormat, Where
from maillon.hardware.model import Machine, Storage, StorageKind
from maillon.hardware.quantities import size_bytes, whole

_INTERFACES = {"sata": "SATA", "ata": "IDE", "nvme": "NVMe", "usb": "USB", "sas": "SAS", "mmc": None}
_HARDWARE = re.compile(r"^(?:sd[a-z]+|hd[a-z]|nvme\d+n\d+|mmcblk\d+|sr\d+|vd[a-z]+|xvd[a-z]+)$")


def _flag(value: object) -> bool | None:
    """Booleans as lsblk writes them: true, or "1" before util-linux 2.33."""
    if isinstance(value, bool):
        return value
    return {"1": True, "0": False}.get(str(value))


def _size(value: object) -> int | None:
    if isinstance(value, str) and not value.isdecimal():
        letters = re.match(r"^([\d.,]+)([KMGTP])$", value.strip())
        return size_bytes(f"{letters.group(1)} {letters.group(2)}iB") if letters else None
    return whole(value) or None


def drives(devices: object, path: str, where: Where) -> tuple[Storage, ...]:
    """The drives among these block devices. Soldered eMMC shows boot partitions beside itself, a card does not."""
    listed = objects_of(devices)
    boots = {name for _index, device in listed if (name := text_of(device.get("name")) or "").endswith("boot0")}
    found = (_drive(device, f"{path}[{index}]", where, boots) for index, device in listed)
    return tuple(storage for storage in found if storage)


def _drive(device: dict[str, Any], path: str, where: Where, boots: set[str]) -> Storage | None:
    """One block device; None for what is no drive."""
    name = text_of(device.get("kname")) or text_of(device.get("name")) or ""
    if not _HARDWARE.match(name) or device.get("type", "disk") not in ("disk", "rom"):
        return None
    optical = device.get("type") == "rom"
    size = None if optical else _size(device.get("size"))
    model, transport = drive_text(text_of(device.get("model"))), text_of(device.get("tran"))
    if not optical and not size:
        return None  # the empty slot of a card reader
    interface = "eMMC" if f"{name}boot0" in boots else _INTERFACES.get(transport or "")
    kind = StorageKind.OPTICAL if optical else _kind(name, device, model, interface)
    facts = Facts(Storage)

    def put(field: str, key: str, value: object) -> None:
        facts.put(field, value, where.path(f"{path}.{key}"))

    put("kind", "tran" if transport else "rota", kind)
    vendor = drive_text(text_of(device.get("vendor")))
    put("vendor", "vendor", None if vendor == "ATA" else vendor)
    put("model", "model", model)
    put("serial", "serial", drive_serial(text_of(device.get("serial"))))
    put("wwn", "wwn", clean_wwn(text_of(device.get("wwn"))))
    put("firmware", "rev", drive_text(text_of(device.get("rev"))))
    put("size_bytes", "size", size)
    put("interface", "tran", interface)
    put("device", "name", text_of(device.get("path")) or f"/dev/{name}")
    return facts.build()


def _kind(name: str, device: dict[str, Any], model: str | None, interface: str | None) -> StorageKind:
    if name.startswith("mmcblk") and interface != "eMMC":
        return StorageKind.REMOVABLE if _flag(device.get("rm")) else StorageKind.UNKNOWN
    virtual = name.startswith(("vd", "xvd"))
    kind = drive_kind(
        model=model,
        interface=interface,
        rotational=None if virtual else _flag(device.get("rota")),
        device=name,
    )
    usb_like = _flag(device.get("rm")) and kind not in (StorageKind.OPTICAL, StorageKind.NVME)
    return StorageKind.REMOVABLE if usb_like else kind


def _recognise(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("blockdevices"), list)


def _parse(document: Any, where: Where) -> Machine:
    storage = drives(document.get("blockdevices"), ".blockdevices", where)
    return Machine(storage=storage, tools=(where.tool,))


FORMAT = JsonFormat("lsblk", "lsblk", _recognise, _parse)
