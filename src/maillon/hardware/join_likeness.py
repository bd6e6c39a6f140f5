"""When two tools speak of the same part, and when they say the same thing of it in other words.

A likeness is a number: below zero the two are certainly different parts, zero says nothing, above zero the larger the
surer; from `SURE` on it needs no other proof, below it the pair must be the only one possible.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from maillon.hardware import vendors
from maillon.hardware.model import (
    Battery,
    Display,
    Graphics,
    MemoryModule,
    NetworkInterface,
    NetworkKind,
    Peripheral,
    Port,
    Processor,
    Storage,
    StorageKind,
)

SURE = 20
DIFFERENT = -1
_GIB = 2**30
_PORTABLE = frozenset({"Notebook", "Laptop", "Portable", "Sub Notebook"})
_NEVER_DISPUTED = frozenset({"driver", "device", "label"})  # hints, of which there may be several at once
_EXACT = frozenset({"serial", "uuid", "mac", "wwn", "bus_id", "asset_tag"})
_FEW_WORDS = frozenset(
    [
        "the",
        "of",
        "and",
        "for",
        "inc",
        "corp",
        "corporation",
        "co",
        "ltd",
        "limited",
        "technology",
        "technologies",
        "controller",
        "family",
        "chipset",
        "series",
        "device",
        "adapter",
        "network",
        "integrated",
        "pci",
        "pcie",
        "express",
        "usb",
        "hd",
        "core",
        "processor",
    ]
)


@lru_cache(maxsize=8192)
def squeezed(text: str) -> str:
    """Letters and digits in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    words = frozenset(re.findall(r"[a-z0-9]+", text.lower()))
    return (words - _FEW_WORDS) or words


@lru_cache(maxsize=8192)
def alike(one: str | None, other: str | None) -> bool:
    """Whether two names are one name, cut short, rewritten or with its maker's before it."""
    if not one or not other:
        return False
    left, right = squeezed(one), squeezed(other)
    if left == right or (min(len(left), len(right)) >= 3 and (left in right or right in left)):
        return True
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) * 5 >= min(len(mine), len(theirs)) * 3


def near(one: float | None, other: float | None, share: float = 0.01) -> bool:
    return one is not None and other is not None and abs(one - other) <= share * max(abs(one), abs(other))


def _serial(text: str | None) -> str:
    return re.sub(r"^0x", "", text.lower()).replace(" ", "").lstrip("-") if text else ""


def _same_serial(one: str | None, other: str | None) -> bool | None:
    """None when one of them is missing; cut or prefixed serial numbers are the same from eight characters on."""
    left, right = _serial(one), _serial(other)
    if not left or not right:
        return None
    shorter, longer = sorted((left, right), key=len)
    return left == right or (len(shorter) >= 8 and (longer.startswith(shorter) or longer.endswith(shorter)))


# --- the same value in other words ----------------------------------------------------------------------------------


def same_value(path: str, kept: Any, other: Any) -> bool:
    """Whether the difference means nothing: case, padding, a cut name, a rounded size, minutes between two tools."""
    field = path.rpartition(".")[2]
    if kept == other or field in _NEVER_DISPUTED:
        return True
    if isinstance(kept, bool) or isinstance(other, bool):
        return False
    if isinstance(kept, str) and isinstance(other, str):
        return _same_text(field, kept, other)
    if isinstance(kept, int | float) and isinstance(other, int | float):
        return _same_number(path, field, kept, other)
    return False


_MAKER_ALIASES = {"wdc": "Western Digital", "hgst": "Hitachi", "hl-dt-st": "LG", "liteonit": "Lite-On"}


def _maker(name: str) -> str | None:
    return vendors.display(_MAKER_ALIASES.get(name.lower(), name))


def _same_text(field: str, kept: str, other: str) -> bool:
    if squeezed(kept) == squeezed(other):
        return True
    if field == "serial":
        return bool(_same_serial(kept, other))
    if field in _EXACT:
        return False
    if field == "vendor":
        return _maker(kept) == _maker(other) or alike(kept, other)
    if field == "type" and {kept, other} <= _PORTABLE:
        return True
    if field == "operating_system":
        return alike(kept, other)
    shorter, longer = sorted((squeezed(kept), squeezed(other)), key=len)
    if field in ("model", "part_number", "product_name"):
        return alike(kept, other)
    return len(shorter) >= 3 and (longer.startswith(shorter) or longer.endswith(shorter))


def _same_number(path: str, field: str, kept: float, other: float) -> bool:
    if path == "memory.total_bytes":
        return abs(kept - other) <= max(_GIB, max(kept, other) / 8)  # what the graphics and the kernel keep
    if field in ("power_on_hours", "power_cycles", "cycles"):
        return abs(kept - other) <= 24
    if field == "size_bytes" or field.endswith("_wh"):
        return near(kept, other)
    if field.endswith("_mm"):
        return abs(kept - other) <= 10
    if field in ("frequency_mhz", "speed_mts"):
        return near(kept, other, 0.05)
    return False


# --- the same part --------------------------------------------------------------------------------------------------


def storage(one: Storage, other: Storage) -> int:
    serial = _same_serial(one.serial, other.serial)
    if serial:
        return 100
    if one.wwn and other.wwn:
        return 90 if one.wwn == other.wwn else DIFFERENT
    sizes = near(one.size_bytes, other.size_bytes)
    if one.size_bytes and other.size_bytes and not sizes:
        return DIFFERENT
    kinds = {one.kind, other.kind}
    if StorageKind.OPTICAL in kinds and len(kinds) == 2 and StorageKind.UNKNOWN not in kinds:
        return DIFFERENT
    models = alike(one.model, other.model)
    place = bool(one.device and other.device and _place(one.device) == _place(other.device))
    if serial is False:
        return 60 if place and sizes and models else DIFFERENT
    if place and (models or not one.model or not other.model):
        return 50
    if models and sizes and not (one.device and other.device):
        return 40
    if models and one.kind == other.kind == StorageKind.OPTICAL:
        return 30
    return 10 if _could_be(one, other) else 0


def _place(device: str) -> str:
    """The drive of a device file: an NVMe namespace and its controller are one; /dev/cdrom is the first sr."""
    name = re.sub(r"^(/dev/nvme\d+)(?:n\d+)?$", r"\1", device)
    return "/dev/sr0" if name == "/dev/cdrom" else name


def _could_be(one: Storage, other: Storage) -> bool:
    """One of the two only says that there is such a drive (lspci), or gives figures without a name."""
    bare = any(not (part.serial or part.device or part.size_bytes) for part in (one, other))
    kinds = one.kind == other.kind or StorageKind.UNKNOWN in (one.kind, other.kind)
    return bare and kinds and (not one.model or not other.model or alike(one.model, other.model))


def memory_module(one: MemoryModule, other: MemoryModule) -> int:
    if one.size_bytes and other.size_bytes and one.size_bytes != other.size_bytes:
        return DIFFERENT
    serial = _same_serial(one.serial, other.serial)
    slots = squeezed(one.slot or "") == squeezed(other.slot or "") if one.slot and other.slot else None
    if serial is not None:
        return (100 if slots else 90) if serial else DIFFERENT
    if slots:
        return 60
    if one.part_number and other.part_number and slots is None:
        return 40 if alike(one.part_number, other.part_number) else 0
    return 10 if slots is None else 0


def network(one: NetworkInterface, other: NetworkInterface) -> int:
    if one.mac and other.mac:
        return 100 if one.mac == other.mac else DIFFERENT
    kinds = one.kind == other.kind or NetworkKind.UNKNOWN in (one.kind, other.kind)
    if not kinds:
        return DIFFERENT
    if one.bus_id and other.bus_id:
        return 60 if one.bus_id == other.bus_id else DIFFERENT
    if one.model and other.model:
        return 40 if alike(one.model, other.model) else 0
    return 10


_GRAPHICS_MAKERS = re.compile(
    r"\b(?:intel|amd|ati|advanced micro devices|radeon|nvidia|geforce|quadro|matrox|vmware|red hat)\b", re.IGNORECASE
)
_MAKER_OF = {"ati": "amd", "radeon": "amd", "advanced micro devices": "amd", "geforce": "nvidia", "quadro": "nvidia"}


def graphics(one: Graphics, other: Graphics) -> int:
    if one.bus_id and other.bus_id:
        return 100 if one.bus_id == other.bus_id else DIFFERENT
    if one.model and other.model and alike(one.model, other.model):
        return 50
    makers = [
        found.group().lower()
        for part in (one, other)
        if (found := _GRAPHICS_MAKERS.search(f"{part.vendor or ''} {part.model or ''}"))
    ]
    return (
        DIFFERENT
        if len(makers) == 2 and _MAKER_OF.get(makers[0], makers[0]) != _MAKER_OF.get(makers[1], makers[1])
        else 10
    )


def display(one: Display, other: Display) -> int:
    serial = _same_serial(one.serial, other.serial)
    if serial is not None:
        return 100 if serial else DIFFERENT
    if one.built_in is not None and other.built_in is not None and one.built_in != other.built_in:
        return DIFFERENT
    sizes = _same_measure(one, other)
    if sizes is False:
        return DIFFERENT
    if sizes and (one.year == other.year or not one.year or not other.year):
        return 60
    if one.model and other.model:
        return 50 if alike(one.model, other.model) else 0
    pixels = (one.width_px, one.height_px) == (other.width_px, other.height_px) and one.width_px
    return 40 if pixels and one.year and one.year == other.year else 10


def _same_measure(one: Display, other: Display) -> bool | None:
    if not (one.width_mm and other.width_mm and one.height_mm and other.height_mm):
        return None
    return abs(one.width_mm - other.width_mm) <= 10 and abs(one.height_mm - other.height_mm) <= 10


def battery(one: Battery, other: Battery) -> int:
    serial = _same_serial(one.serial, other.serial)
    if serial is not None:
        return 100 if serial else DIFFERENT
    if one.model and other.model:
        return 60 if alike(one.model, other.model) else 0
    return 10


def peripheral(one: Peripheral, other: Peripheral) -> int:
    if one.bus_id and other.bus_id:
        return 100 if one.bus_id == other.bus_id else DIFFERENT
    if one.model and other.model:
        return 50 if alike(one.model, other.model) else 0
    return 10


def port(one: Port, other: Port) -> int:
    if one.kind != other.kind:
        return DIFFERENT
    if one.label and other.label:
        return 60 if alike(one.label, other.label) else 0
    return 30


def processor(one: Processor, other: Processor) -> int:
    return 60 if not one.model or not other.model or alike(one.model, other.model) else 10


LIKENESS: dict[str, Callable[[Any, Any], int]] = {
    "processors": processor,
    "memory.modules": memory_module,
    "storage": storage,
    "graphics": graphics,
    "displays": display,
    "network": network,
    "batteries": battery,
    "audio": peripheral,
    "cameras": peripheral,
    "bluetooth": peripheral,
    "ports": port,
}
