"""lsusb: the short list, and `-v`, which adds the classes of each device and what its own strings say."""

import re
from collections.abc import Iterator
from dataclasses import replace

from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.model import Machine
from maillon.hardware.pci import split_vendor
from maillon.hardware.usb import UsbDevice, machine_of

_HEAD = re.compile(r"^Bus (\d{3}) Device (\d{3}): ID ([0-9a-f]{4}):([0-9a-f]{4})(?: (.*))?$", re.IGNORECASE)
_NUMBER = re.compile(r"^\s+(b(?:Device|Interface)(?:Class|SubClass|Protocol))\s+(\d{1,3})\b")
_NAMED = re.compile(
    r"^\s+(iManufacturer|iProduct|idVendor|idProduct)\s+(?:0x[0-9a-f]{4}|\d{1,3})\s*(.*)$", re.IGNORECASE
)


def _recognise(text: str) -> bool:
    return any(_HEAD.match(line) for line in text[:4096].split("\n")[:40])


class _Under:
    """A device under way: verbose output gives its names and classes on the lines that follow."""

    def __init__(self, device: UsbDevice, rest: str) -> None:
        self.device = device
        self.rest = rest.strip()
        self.names: dict[str, str] = {}
        self.triple: list[int] = []
        self.classes: set[tuple[int, int, int]] = set()

    def line(self, line: str) -> None:
        if found := _NUMBER.match(line):
            self.triple = [] if found.group(1).endswith("Class") and "Sub" not in found.group(1) else self.triple
            self.triple.append(min(int(found.group(2)), 255))
            if len(self.triple) == 3:
                self.classes.add((self.triple[0], self.triple[1], self.triple[2]))
        elif found := _NAMED.match(line):
            self.names.setdefault(found.group(1), found.group(2).strip())

    def done(self) -> UsbDevice:
        vendor = self.names.get("idVendor") or None
        name = self.names.get("idProduct") or None
        if vendor and not name and self.rest.startswith(vendor):
            name = self.rest[len(vendor) :].strip() or None
        if not vendor:
            vendor, name = _split(self.rest)
        product = self.names.get("iProduct") or ""
        return replace(
            self.device,
            vendor=vendor or self.names.get("iManufacturer") or None,
            name=name or product or None,
            classes=frozenset(self.classes),
        )


# Makers whose names in usb.ids are several words without a legal form.
_SEVERAL_WORDS = ("IMC Networks", "Qualcomm Atheros Communications", "Foxconn / Hon Hai", "Linux Foundation", "TP-Link")


def _split(rest: str) -> tuple[str | None, str | None]:
    """usb.ids prints vendor then product; devices it does not know print their own two strings."""
    for maker in _SEVERAL_WORDS:
        if rest.startswith(maker + " "):
            return maker, rest[len(maker) :].strip() or None
    vendor, name = split_vendor(rest)
    if vendor:
        return vendor, name or None
    first, _space, others = rest.partition(" ")
    return (first or None, others or None) if others else (None, first or None)


def _devices(text: str, where: Where) -> Iterator[UsbDevice]:
    under: _Under | None = None
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:400]
        if found := _HEAD.match(line):
            if under:
                yield under.done()
            device = UsbDevice(found.group(3).lower(), found.group(4).lower(), at=where.line(number))
            under = _Under(device, found.group(5) or "")
        elif under and line[:1] == " ":
            under.line(line)
    if under:
        yield under.done()


def _parse(text: str, where: Where) -> Machine:
    return machine_of(_devices(text, where), where.tool)


FORMAT = TextFormat("lsusb", "lsusb", _recognise, _parse)
