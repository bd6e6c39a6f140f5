"""PCI functions, whichever tool listed them: what the model keeps of each, by class code or class name.

Class codes: PCI Code and ID Assignment Specification 1.16. The two hexadecimal identifiers are trusted over names,
which depend on the age of the database of the machine that printed them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from maillon.hardware.facts import Facts
from maillon.hardware.junk import clean, clean_mac
from maillon.hardware.model import (
    Graphics,
    Machine,
    NetworkInterface,
    NetworkKind,
    Origin,
    Peripheral,
    Port,
    Storage,
    StorageKind,
)


@dataclass(frozen=True)
class PciDevice:
    """One function. Codes are four hexadecimal digits in lower case; `at` says where each value stood."""

    slot: str = ""  # "0000:00:02.0"
    class_code: str | None = None  # "0300"
    class_name: str = ""
    vendor_id: str | None = None
    device_id: str | None = None
    vendor: str | None = None
    name: str | None = None
    driver: str | None = None
    mac: str | None = None
    label: str | None = None
    at: dict[str, Origin] = field(default_factory=dict)

    @property
    def ids(self) -> str | None:
        return f"{self.vendor_id}:{self.device_id}" if self.vendor_id and self.device_id else None


# Names as in class codes of pci.ids, for outputs without "-nn".
_BY_NAME = {
    "vga compatible controller": "0300", "3d controller": "0302", "display controller": "0380",
    "xga compatible controller": "0301",
    "ethernet controller": "0200", "network controller": "0280", "wireless controller": "0d80",
    "audio device": "0403", "multimedia audio controller": "0401", "multimedia controller": "0480",
    "non-volatile memory controller": "0108", "sd host controller": "0805", "bluetooth": "0d11",
    "rf controller": "0d10", "unassigned class": "ff00", "system peripheral": "0880",
    "wlan controller": "0282",
}  # fmt: skip

# What precedes the device's name where a tool prints vendor and device in one string.
_VENDORS = {
    "8086": ("Intel Corporation", "Intel Corp."),
    "10de": ("NVIDIA Corporation", "nVidia Corporation"),
    "1002": ("Advanced Micro Devices, Inc. [AMD/ATI]", "Advanced Micro Devices [AMD] nee ATI",
             "Advanced Micro Devices, Inc. [AMD]", "AMD nee ATI", "ATI Technologies Inc", "AMD/ATI"),
    "1022": ("Advanced Micro Devices, Inc. [AMD]", "Advanced Micro Devices [AMD]", "AMD"),
    "10ec": ("Realtek Semiconductor Co., Ltd.", "Realtek Semiconductor Corp.", "Realtek"),
    "14e4": ("Broadcom Inc. and subsidiaries", "Broadcom Corporation", "Broadcom Limited", "Broadcom"),
    "168c": ("Qualcomm Atheros", "Atheros Communications Inc.", "Atheros Communications"),
    "1969": ("Qualcomm Atheros", "Atheros Communications", "Attansic Technology Corp."),
    "17cb": ("Qualcomm Technologies, Inc", "Qualcomm"),
    "14c3": ("MEDIATEK Corp.", "MediaTek Inc.", "MEDIATEK"),
    "1814": ("Ralink corp.", "RaLink", "Ralink"),
    "11ab": ("Marvell Technology Group Ltd.", "Marvell"),
    "144d": ("Samsung Electronics Co Ltd",), "15b7": ("Sandisk Corp", "SanDisk"), "1c5c": ("SK hynix",),
    "1344": ("Micron Technology Inc", "Micron/Crucial Technology"), "1987": ("Phison Electronics Corporation",),
    "c0a9": ("Micron/Crucial Technology",), "2646": ("Kingston Technology Company, Inc.",),
    "1e0f": ("KIOXIA Corporation",), "1179": ("Toshiba Corporation", "Toshiba America Info Systems"),
    "126f": ("Silicon Motion, Inc.",), "1217": ("O2 Micro, Inc.",), "1180": ("Ricoh Co Ltd",),
    "104c": ("Texas Instruments",), "197b": ("JMicron Technology Corp.",), "1106": ("VIA Technologies, Inc.",),
    "10b7": ("3Com Corporation",), "1039": ("Silicon Integrated Systems [SiS]",),
    "102b": ("Matrox Electronics Systems Ltd.",),
    "1a03": ("ASPEED Technology, Inc.",), "15ad": ("VMware",), "80ee": ("InnoTek Systemberatung GmbH",),
    "1af4": ("Red Hat, Inc.",), "1b36": ("Red Hat, Inc.",), "1013": ("Cirrus Logic",), "1274": ("Ensoniq",),
    "12d1": ("Huawei Technologies Co., Ltd.",), "1d6a": ("Aquantia Corp.",), "106b": ("Apple Inc.",),
}  # fmt: skip
_KNOWN = tuple(sorted({name for names in _VENDORS.values() for name in names}, key=len, reverse=True))
_LEGAL = r"(?:Corporation|Corp\b\.?|Inc\b\.?|Co\b\.?(?:,? ?Ltd\b\.?)?|Ltd\b\.?|Limited|GmbH)"
_COMPANY = re.compile(
    rf"^(.{{2,60}}?\b(?:{_LEGAL}|Technologies|Technology|Semiconductor|Electronics)(?:,? {_LEGAL})*)(?=\s|$)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(rf"[,\s]*(?:{_LEGAL}|Technolog|Semiconductor|Electronics)", re.IGNORECASE)


def split_vendor(text: str, vendor_id: str | None = None) -> tuple[str | None, str]:
    """The vendor and the device's name of one string: "Intel Corporation WiFi Link 5100"."""
    for name in (*_VENDORS.get(vendor_id or "", ()), *_KNOWN):
        if (
            text.startswith(name)
            and not _GOES_ON.match(text, len(name))
            and text[len(name) : len(name) + 1] in ("", " ")
        ):
            return name, text[len(name) :].strip()
    found = _COMPANY.match(text)
    if found:
        return found.group(1), text[found.end() :].strip()
    return (_VENDORS[vendor_id][0], text) if vendor_id in _VENDORS else (None, text)


def class_of(device: PciDevice) -> str:
    """The class code, or what the class's name stands for, or "" for none that the model keeps."""
    if device.class_code:
        return device.class_code.lower()
    name = device.class_name.lower()
    return _BY_NAME.get(name, "")


def machine_of(devices: Iterable[PciDevice], tool: str) -> Machine:
    """Graphics, network, sound, radios, card readers and NVMe controllers among these functions."""
    found: dict[str, list[Any]] = {}
    screens: set[str] = set()
    clues: dict[str, Origin] = {}
    for device in devices:
        place = device.slot.partition(".")[0]
        if class_of(device)[:2] == "03":
            if _is_virtual(device):
                clues.setdefault("virtual machine", _at(device, "ids"))
            if place and place in screens and class_of(device) == "0380":
                continue  # the second head of one chip: the same place, another function
            screens.add(place)
        if part := _part(device):
            found.setdefault(part[0], []).append(part[1])
    lists: dict[str, Any] = {name: tuple(parts) for name, parts in found.items()}
    return Machine(tools=(tool,), clues=clues, **lists)


# Makers of graphics cards that are software: VMware, VirtualBox, Red Hat (virtio, QXL), QEMU, Hyper-V, Parallels.
_SOFTWARE = frozenset(["15ad", "80ee", "1af4", "1b36", "1234", "1414", "1ab8"])


def _is_virtual(device: PciDevice) -> bool:
    return device.vendor_id in _SOFTWARE or (device.vendor or "") in {n for i in _SOFTWARE for n in _VENDORS.get(i, ())}


def _part(device: PciDevice) -> tuple[str, Any] | None:
    """The list of the machine that this function goes into, and its entry there."""
    code = class_of(device)
    name = (device.name or "").lower()
    if code[:2] == "03":
        return "graphics", _graphics(device)
    if kind := _network_kind(code, name):
        return "network", _network(device, kind)
    if code == "0d11" or (code[:2] == "0d" and "bluetooth" in name):
        return "bluetooth", _peripheral(device)
    if code in ("0401", "0403"):
        return "audio", _peripheral(device)
    if code == "0108":
        return "storage", _nvme(device)
    if code == "0805" or "card reader" in name or "cardreader" in name:
        return "ports", _card_reader(device)
    return None


def _network_kind(code: str, name: str) -> NetworkKind | None:
    if code == "0200":
        wireless = re.search(r"\b(?:wi-?fi|wireless|802\.11|wlan)", name)  # Broadcom's and Atheros' say Ethernet
        return NetworkKind.WIFI if wireless else NetworkKind.ETHERNET
    if code in ("0280", "0282"):
        if re.search(r"ethernet|lan controller", name) and "wireless" not in name:
            return NetworkKind.ETHERNET
        return NetworkKind.WWAN if re.search(r"\b(?:lte|5g|wwan|modem)\b", name) else NetworkKind.WIFI
    if code in ("0d20", "0d21"):
        return NetworkKind.WIFI
    if code == "0d40" or (code[:2] == "0d" and re.search(r"\b(?:lte|5g|wwan|modem)\b", name)):
        return NetworkKind.WWAN
    return None


def _at(device: PciDevice, key: str) -> Origin:
    return device.at.get(key) or next(iter(device.at.values()))


def _named(facts: Facts[Any], device: PciDevice) -> None:
    facts.put("vendor", clean(device.vendor), _at(device, "vendor"))
    facts.put("model", clean(device.name), _at(device, "name"))
    facts.put("bus_id", device.ids, _at(device, "ids"))
    facts.put("driver", clean(device.driver), _at(device, "driver"))


def _graphics(device: PciDevice) -> Graphics:
    facts = Facts(Graphics)
    _named(facts, device)
    return facts.build()


def _peripheral(device: PciDevice) -> Peripheral:
    facts = Facts(Peripheral)
    _named(facts, device)
    return facts.build()


def _network(device: PciDevice, kind: NetworkKind) -> NetworkInterface:
    facts = Facts(NetworkInterface)
    facts.put("kind", kind, _at(device, "class"))
    _named(facts, device)
    facts.put("mac", clean_mac(device.mac), _at(device, "mac"))
    return facts.build()


def _nvme(device: PciDevice) -> Storage:
    """The controller shows that there is an NVMe drive; its own name and serial come from other tools."""
    facts = Facts(Storage)
    facts.put("kind", StorageKind.NVME, _at(device, "class"))
    facts.put("interface", "NVMe", _at(device, "class"))
    facts.put("vendor", clean(device.vendor), _at(device, "vendor"))
    return facts.build()


def _card_reader(device: PciDevice) -> Port:
    facts = Facts(Port)
    facts.put("kind", "Card reader", _at(device, "class"))
    facts.put("label", clean(device.name), _at(device, "name"))
    return facts.build()
