"""upower: `upower -d`, `upower -i BATTERY` (several may follow each other) and the bare list of `upower --enumerate`.

Only batteries that power the machine: those of mice and telephones say "power supply: no". Numbers come with the
decimal mark of the user's language.
"""

import re
from collections.abc import Iterator

from maillon.hardware.facts import Facts
from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.junk import clean, clean_serial
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Battery, Machine, Reading
from maillon.hardware.quantities import decimal, watt_hours

_DEVICE = re.compile(r"^\s*Device:\s*(/org/freedesktop/UPower/devices/\S{1,200})")
_PATH = re.compile(r"^/org/freedesktop/UPower/devices/(\S{1,200})\s*$")
_NATIVE = re.compile(r"^\s*native-path:\s*(\S*)")
_FIELD = re.compile(r"^\s*([a-z][a-z -]{1,30}):\s+(\S.*?)\s*$")
_TECHNOLOGIES = {
    "lithium-ion": "Li-ion",
    "lithium-polymer": "Li-poly",
    "lithium-iron-phosphate": "LiFePO4",
    "lead-acid": "Pb-acid",
    "nickel-cadmium": "NiCd",
    "nickel-metal-hydride": "NiMH",
}


def _recognise(text: str) -> bool:
    if "/org/freedesktop/UPower/devices/" in text[:65536]:
        return any(_DEVICE.match(line) or _PATH.match(line) for line in text[:65536].split("\n"))
    head = text[:4096]
    return bool(re.search(r"^ *native-path:", head, re.MULTILINE)) and "power supply:" in head


def technology(value: str | None) -> str | None:
    """The chemistry under one name, whichever tool wrote it: "lithium-ion", "Li-ION", "LION"."""
    value = clean(value)
    if not value:
        return None
    if value.lower() in _TECHNOLOGIES:
        return _TECHNOLOGIES[value.lower()]
    key = re.sub(r"[^a-z]", "", value.lower())
    short = {"liion": "Li-ion", "lion": "Li-ion", "li": "Li-ion", "lithiumion": "Li-ion", "lip": "Li-poly",
             "lipo": "Li-poly", "lipoly": "Li-poly", "lipolymer": "Li-poly", "lithiumpolymer": "Li-poly",
             "nimh": "NiMH", "nicd": "NiCd", "pbac": "Pb-acid"}  # fmt: skip
    return short.get(key, value)


def _blocks(text: str) -> Iterator[dict[str, tuple[str, int]]]:
    """The fields of each device with their line; a device begins at "Device:" or at "native-path:"."""
    block: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:500]
        if (device := _DEVICE.match(line)) or (_NATIVE.match(line) and "native-path" in block):
            if block:
                yield block
            block = {"device": (device.group(1), number)} if device else {}
        if line.strip() == "battery":
            block["battery"] = ("", number)
        if found := _FIELD.match(line):
            block.setdefault(found.group(1), (found.group(2), number))
        elif line.startswith("Daemon:"):
            break
    if block:
        yield block


def _battery(block: dict[str, tuple[str, int]], where: Where) -> Battery | None:
    if "battery" not in block or block.get("power supply", ("yes", 0))[0] == "no":
        return None
    if block.get("device", ("", 0))[0].endswith("DisplayDevice") or block.get("present", ("yes", 0))[0] == "no":
        return None
    facts = Facts(Battery)

    def put(field: str, key: str, value: object) -> None:
        line = block[key][1] if key in block else 1
        facts.put(field, value, where.line(line))

    said = {key: value for key, (value, _line) in block.items()}
    put("vendor", "vendor", clean(said.get("vendor")))
    put("model", "model", clean(said.get("model")))
    put("serial", "serial", clean_serial(said.get("serial")))
    put("technology", "technology", technology(said.get("technology")))
    put("design_wh", "energy-full-design", watt_hours(said.get("energy-full-design")))
    put("full_wh", "energy-full", watt_hours(said.get("energy-full")))
    capacity = decimal(said.get("capacity"))  # of what knows no energies; 100 is upowerd's word for "no idea"
    if capacity and 0 < capacity < 100 and not facts.values.keys() >= {"design_wh", "full_wh"}:
        put("health", "capacity", round(capacity / 100, 3))
    cycles = decimal(said.get("charge-cycles"))
    put("cycles", "charge-cycles", int(cycles) if cycles and 0 < cycles < 100_000 else None)
    return facts.build()


def _parse(text: str, where: Where) -> Machine | Reading:
    batteries = tuple(battery for block in _blocks(text) if (battery := _battery(block, where)))
    if batteries or "native-path:" in text:
        return Machine(batteries=batteries, tools=(where.tool,))
    names = [found.group(1) for line in text.split("\n") if (found := _PATH.match(line[:300]))]
    named = tuple(Battery() for name in names if name.startswith("battery_"))
    warning = Message(
        _("This only names the batteries. Send the output of “upower -d”, which holds their capacities."), {}
    )
    return Reading("upower", (Machine(batteries=named, tools=(where.tool,)),), (warning,))


FORMAT = TextFormat("upower", "upower", _recognise, _parse)
