"""USB devices, whichever tool listed them: cameras, radios, network adapters and card readers, by class or by name.

Class codes: USB-IF "Defined Class Codes" (0x0e video, 0xe0/01/01 Bluetooth, 0x02 communications, 0x0b smart card).
A list without classes leaves the name; without a name, the identifiers of Intel's Bluetooth radios, which are on
most notebooks' mainboards and often unnamed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from maillon.hardware.facts import Facts
from maillon.hardware.junk import clean
from maillon.hardware.model import Machine, NetworkInterface, NetworkKind, Origin, Peripheral, Port

_NOWHERE = Origin("lsusb", "")


@dataclass(frozen=True)
class UsbDevice:
    """classes: of the device and its interfaces, as (class, subclass, protocol) numbers; empty when not listed."""

    vendor_id: str
    product_id: str
    vendor: str | None = None
    name: str | None = None
    classes: frozenset[tuple[int, int, int]] = field(default_factory=frozenset)
    driver: str | None = None
    at: Origin = _NOWHERE

    @property
    def ids(self) -> str:
        return f"{self.vendor_id}:{self.product_id}"


_CAMERA = re.compile(r"\b(?:web ?cam(?:era)?|camera|facecam|uvc|easycamera|truevision|cam)\b|webcam", re.IGNORECASE)
_BLUETOOTH = re.compile(r"bluetooth|\bbtusb\b", re.IGNORECASE)
_WIFI = re.compile(
    r"802\.11|\bwi-?fi\b|\bwlan\b|wireless (?:n |lan |network |ac )?(?:adapter|lan|dongle)|\bwireless-[nag]",
    re.IGNORECASE,
)
_ETHERNET = re.compile(r"\bethernet\b|\b10/100|gigabit (?:lan|network)|\bRTL815\d", re.IGNORECASE)
_WWAN = re.compile(r"\b(?:wwan|lte|hspa|hsdpa|umts|mobile broadband|gobi|4g modem|5g modem|3g modem)\b", re.IGNORECASE)
_CARD_READER = re.compile(r"card ?reader|multi-?card|\bsd/mmc\b|\bmmc/sd\b", re.IGNORECASE)
_SMART_CARD = re.compile(r"smart ?card|\bccid\b", re.IGNORECASE)
_HUB = re.compile(r"\bhub\b", re.IGNORECASE)
_INTEL_BLUETOOTH = frozenset(
    [
        "8087:07da",
        "8087:07dc",
        "8087:0a2a",
        "8087:0a2b",
        "8087:0aa7",
        "8087:0aaa",
        "8087:0025",
        "8087:0026",
        "8087:0029",
        "8087:0032",
        "8087:0033",
        "8087:0036",
    ]
)


def machine_of(devices: Iterable[UsbDevice], tool: str) -> Machine:
    found: dict[str, list[Any]] = {}
    for device in devices:
        if part := _part(device):
            found.setdefault(part[0], []).append(part[1])
    lists: dict[str, Any] = {name: tuple(parts) for name, parts in found.items()}
    return Machine(tools=(tool,), **lists)


def _part(device: UsbDevice) -> tuple[str, Any] | None:
    """The list of the machine that this device goes into, and its entry there."""
    name = " ".join(part for part in (device.vendor, device.name) if part)
    kinds = {code for code, _sub, _protocol in device.classes}
    if 9 in kinds or (not device.classes and _HUB.search(name)) or device.vendor_id == "1d6b":
        return None
    if (0xE0, 1, 1) in device.classes or _BLUETOOTH.search(name) or device.ids in _INTEL_BLUETOOTH:
        return "bluetooth", _peripheral(device)
    if 0x0E in kinds or _CAMERA.search(device.name or ""):
        return "cameras", _peripheral(device)
    if kind := _network_kind(device, name):
        return "network", _network(device, kind)
    if 0x0B in kinds or _SMART_CARD.search(name):
        return "ports", _port(device, "Smart card reader")
    if _CARD_READER.search(name):
        return "ports", _port(device, "Card reader")
    return ("audio", _peripheral(device)) if 1 in kinds else None


def _network_kind(device: UsbDevice, name: str) -> NetworkKind | None:
    if _WWAN.search(name) or any(code == 2 and sub == 0x0E for code, sub, _protocol in device.classes):
        return NetworkKind.WWAN
    if _WIFI.search(name):
        return NetworkKind.WIFI
    ethernet = any(code == 2 and sub in (6, 0x0D) for code, sub, _protocol in device.classes)
    return NetworkKind.ETHERNET if ethernet or _ETHERNET.search(name) else None


def _peripheral(device: UsbDevice) -> Peripheral:
    facts = Facts(Peripheral)
    facts.put("vendor", clean(device.vendor), device.at)
    facts.put("model", clean(device.name), device.at)
    facts.put("bus_id", device.ids, device.at)
    facts.put("driver", clean(device.driver), device.at)
    return facts.build()


def _network(device: UsbDevice, kind: NetworkKind) -> NetworkInterface:
    facts = Facts(NetworkInterface)
    facts.put("kind", kind, device.at)
    facts.put("vendor", clean(device.vendor), device.at)
    facts.put("model", clean(device.name), device.at)
    facts.put("bus_id", device.ids, device.at)
    facts.put("driver", clean(device.driver), device.at)
    return facts.build()


def _port(device: UsbDevice, kind: str) -> Port:
    facts = Facts(Port)
    facts.put("kind", kind, device.at)
    facts.put("label", clean(device.name), device.at)
    return facts.build()
