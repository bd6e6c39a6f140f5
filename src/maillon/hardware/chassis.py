"""The words tools use for a chassis, as SMBIOS names them (SMBIOS 3.7, 7.4.1: System Enclosure types).

And the input devices that only a portable's chassis holds, by the names Linux's drivers give them.
"""

import re

TYPES = {
    1: "Other", 2: "Unknown", 3: "Desktop", 4: "Low Profile Desktop", 5: "Pizza Box", 6: "Mini Tower", 7: "Tower",
    8: "Portable", 9: "Laptop", 10: "Notebook", 11: "Hand Held", 12: "Docking Station", 13: "All In One",
    14: "Sub Notebook", 15: "Space-saving", 16: "Lunch Box", 17: "Main Server Chassis", 18: "Expansion Chassis",
    19: "Sub Chassis", 20: "Bus Expansion Chassis", 21: "Peripheral Chassis", 22: "RAID Chassis",
    23: "Rack Mount Chassis", 24: "Sealed-case PC", 25: "Multi-system", 26: "CompactPCI", 27: "AdvancedTCA",
    28: "Blade", 29: "Blade Enclosing", 30: "Tablet", 31: "Convertible", 32: "Detachable", 33: "IoT Gateway",
    34: "Embedded PC", 35: "Mini PC", 36: "Stick PC",
}  # fmt: skip
_ALIASES = {
    "desktopcomputer": "Desktop", "netbook": "Notebook", "microtower": "Mini Tower", "minitower": "Mini Tower",
    "allinone": "All In One", "aio": "All In One", "handheld": "Hand Held", "subnotebook": "Sub Notebook",
    "server": "Main Server Chassis", "rackmount": "Rack Mount Chassis", "towercomputer": "Tower",
    "lowprofile": "Low Profile Desktop", "lowprofiledesktop": "Low Profile Desktop", "slim": "Low Profile Desktop",
    "smallformfactor": "Low Profile Desktop", "spacesaving": "Space-saving", "minipc": "Mini PC", "nettop": "Mini PC",
    "stickpc": "Stick PC", "rackmountchassis": "Rack Mount Chassis", "pizzabox": "Pizza Box", "lunchbox": "Lunch Box",
    "sealedcasepc": "Sealed-case PC", "mainserverchassis": "Main Server Chassis", "hand-held": "Hand Held",
}  # fmt: skip
_BY_KEY = {re.sub(r"[^a-z]", "", name.lower()): name for name in TYPES.values()} | _ALIASES


def chassis_type(value: object) -> str | None:
    """The SMBIOS name of a number ("10"), of a name in any spelling ("all-in-one"), None when it says nothing."""
    text = str(value).strip()[:60] if isinstance(value, str | int) and not isinstance(value, bool) else ""
    name = TYPES.get(int(text) & 0x7F) if text.isascii() and text.isdecimal() and len(text) < 4 else _BY_KEY.get(
        re.sub(r"[^a-z]", "", text.lower())
    )  # fmt: skip
    return None if name in (None, "Other", "Unknown") else name


_TOUCHPAD = re.compile(
    r"PS/2 .{0,40}(?:touch ?pad|glide ?point|track ?pad|dual ?point)"
    r"|^[A-Z]{3,4}\w{4}:\d\d [0-9A-F]{4}:[0-9A-F]{4} Touchpad",
    re.IGNORECASE,
)


def input_clue(name: str | None) -> str | None:
    """The clue an input device gives: "touchpad" for one on PS/2 or I2C (a USB one can be unplugged), or "lid"."""
    if not name:
        return None
    if _TOUCHPAD.search(name[:200]):
        return "touchpad"
    return "lid" if name == "Lid Switch" else None
