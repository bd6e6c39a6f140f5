"""One display name for each maker, however its firmware spells it.

"LENOVO", "Hewlett-Packard", "HP Inc.", "ASUSTeK COMPUTER INC." become the name on the lid: "Lenovo", "HP", "HP",
"Asus". A maker that is not in the table keeps its name without its legal form. Sources: the makers' own sites for
names and takeovers; JEDEC JEP106 for the identifiers of memory makers.
"""

import re
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from maillon.hardware.junk import clean
from maillon.hardware.model import Board, Chassis, Graphics, NetworkInterface, Peripheral, System

# The beginning of a squeezed name (lower case, letters and digits) -> display name. Longer beginnings win.
_MAKERS = {
    "abit": "Abit",
    "acer": "Acer",
    "actebis": "Actebis",
    "adata": "Adata",
    "advancedmicrodevices": "AMD",
    "advantech": "Advantech",
    "airis": "Airis",
    "alienware": "Alienware",
    "amazon": "Amazon EC2",
    "amicorporation": "AMI",
    "ami": "AMI",
    "americanmegatrends": "AMI",
    "aopen": "AOpen",
    "apacer": "Apacer",
    "apple": "Apple",
    "aquarius": "Aquarius",
    "archos": "Archos",
    "asrock": "ASRock",
    "aspeed": "ASPEED",
    "asus": "Asus",
    "atheros": "Qualcomm Atheros",
    "atitechnologies": "AMD",
    "avell": "Avell",
    "avita": "Avita",
    "azw": "Beelink",
    "beelink": "Beelink",
    "benq": "BenQ",
    "besstar": "Minisforum",
    "biostar": "Biostar",
    "bochs": "Bochs",
    "broadcom": "Broadcom",
    "bullmann": "Bullmann",
    "bullsas": "Bull",
    "casper": "Casper",
    "chicony": "Chicony",
    "chuwi": "Chuwi",
    "clevo": "Clevo",
    "colorful": "Colorful",
    "compal": "Compal",
    "compaqpresario": "Compaq",
    "compaq": "Compaq",
    "congatec": "congatec",
    "daktech": "DakTech",
    "dell": "Dell",
    "depo": "DEPO",
    "dexp": "DEXP",
    "dfi": "DFI",
    "digitalocean": "DigitalOcean",
    "dynabook": "Dynabook",
    "ecs": "ECS",
    "elitegroup": "ECS",
    "emachines": "eMachines",
    "epson": "Epson",
    "essentiel": "Essentiel b",
    "evga": "EVGA",
    "evoo": "EVOO",
    "everex": "Everex",
    "exo": "Exo",
    "exone": "exone",
    "firstint": "FIC",
    "foxconn": "Foxconn",
    "framework": "Framework",
    "fujitsusiemens": "Fujitsu Siemens",
    "fujitsu": "Fujitsu",
    "gateway": "Gateway",
    "gigabyte": "Gigabyte",
    "gpd": "GPD",
    "google": "Google",
    "getac": "Getac",
    "hasee": "Hasee",
    "hewlettpackardenterprise": "HPE",
    "hewlett": "HP",
    "hpenterprise": "HPE",
    "hpe": "HPE",
    "hp": "HP",
    "honor": "Honor",
    "huawei": "Huawei",
    "hyrican": "Hyrican",
    "ibm": "IBM",
    "igel": "IGEL",
    "infinix": "Infinix",
    "inforlandia": "Insys",
    "innotek": "VirtualBox",
    "insyde": "Insyde",
    "intel": "Intel",
    "inventec": "Inventec",
    "itautec": "Itautec",
    "jetway": "Jetway",
    "jumper": "Jumper",
    "juniper": "Juniper",
    "kontron": "Kontron",
    "lanix": "Lanix",
    "lenovo": "Lenovo",
    "lgelectronics": "LG",
    "lg": "LG",
    "machenike": "Machenike",
    "marvell": "Marvell",
    "matrox": "Matrox",
    "maxdata": "Maxdata",
    "mecer": "Mecer",
    "mediacom": "Mediacom",
    "mediatek": "MediaTek",
    "medion": "Medion",
    "microsoft": "Microsoft",
    "microstar": "MSI",
    "micron": "Micron",
    "minisforum": "Minisforum",
    "mitac": "MiTAC",
    "motion": "Motion",
    "msi": "MSI",
    "nec": "NEC",
    "notebook": "Clevo",  # Clevo's barebones call themselves "Notebook"
    "novatech": "Novatech",
    "nvidia": "Nvidia",
    "olidata": "Olidata",
    "onlogic": "OnLogic",
    "openstack": "OpenStack",
    "oracle": "Oracle",
    "origin": "Origin PC",
    "packardbell": "Packard Bell",
    "panasonic": "Panasonic",
    "parallels": "Parallels",
    "pcengines": "PC Engines",
    "pcspecialist": "PCSpecialist",
    "pegatron": "Pegatron",
    "phoenix": "Phoenix",
    "positivo": "Positivo",
    "primux": "Primux",
    "prestigio": "Prestigio",
    "protectli": "Protectli",
    "purism": "Purism",
    "qemu": "QEMU",
    "qualcommatheros": "Qualcomm Atheros",
    "qualcomm": "Qualcomm",
    "quanta": "Quanta",
    "razer": "Razer",
    "ralink": "Ralink",
    "realtek": "Realtek",
    "realme": "realme",
    "redhat": "Red Hat",
    "samsung": "Samsung",
    "schenker": "Schenker",
    "seneca": "Seneca",
    "shuttle": "Shuttle",
    "siemens": "Siemens",
    "slimbook": "Slimbook",
    "sony": "Sony",
    "starlabs": "Star Labs",
    "stone": "Stone",
    "sunmicro": "Sun",
    "supermicro": "Supermicro",
    "system76": "System76",
    "teclast": "Teclast",
    "terra": "Terra",
    "thomson": "Thomson",
    "thunderobot": "Thunderobot",
    "timi": "Xiaomi",
    "toshiba": "Toshiba",
    "tulip": "Tulip",
    "tuxedo": "Tuxedo",
    "tyan": "Tyan",
    "unowhy": "Unowhy",
    "via": "VIA",
    "viglen": "Viglen",
    "vmware": "VMware",
    "wistron": "Wistron",
    "wortmann": "Terra",
    "wyse": "Wyse",
    "xen": "Xen",
    "xiaomi": "Xiaomi",
    "xmg": "XMG",
    "zotac": "Zotac",
}
_WHOLE_WORDS = frozenset(  # beginnings that must be a word of their own: "HP Inc." but not "Hpower"
    {"ami", "exo", "hp", "hpe", "ibm", "nec", "lg", "via", "xen", "gpd", "dfi", "ecs", "msi", "honor", "stone", "terra"}
    | {"origin", "motion", "google", "notebook", "oracle", "siemens", "evga"}
)
_BY_LENGTH = sorted(_MAKERS, key=len, reverse=True)
_LEGAL = re.compile(
    r"[\s,.(]*\b(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|gmbh|ag|kg|s\.?\s?a\.?r?\.?l?|s\.?p\.?a"
    r"|s/a|s\.?r\.?o|b\.?v|plc|pty|oy|ab|a/s|group|int'?l|international)\b[.,)\s&]*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=2048)
def display(name: str | None) -> str | None:
    """The maker's name on the lid, or None for filler. Doing it twice changes nothing."""
    name = clean(name)
    if name is None:
        return None
    site = re.match(r"(?:https?://)?www\.([\w-]+)\.", name, re.IGNORECASE)  # "http://www.abit.com.tw/"
    name = site[1] if site else name
    squeezed = re.sub(r"[\W_]+", "", name.lower().replace("(r)", "").replace("(tm)", ""))
    first = re.split(r"[\W_]+", name.lower().strip(), maxsplit=1)[0]
    for beginning in _BY_LENGTH:
        if squeezed.startswith(beginning) and (beginning not in _WHOLE_WORDS or beginning in (first, squeezed)):
            return _MAKERS[beginning]
    previous = None
    while previous != name:  # "X Technology Co., Ltd." has several endings
        previous, name = name, _LEGAL.sub("", name).strip(" ,.&") or name
    return name.title() if name.isupper() and len(name) > 4 else name


# JEDEC JEP106: (bank, identifier with its parity bit) of the makers met in computers.
_JEDEC = {
    (1, 0xCE): "Samsung",
    (1, 0xAD): "SK hynix",
    (1, 0x2C): "Micron",
    (1, 0xC1): "Infineon",
    (1, 0x98): "Toshiba",
    (1, 0x89): "Intel",
    (1, 0xDA): "Winbond",
    (2, 0x98): "Kingston",
    (2, 0x4F): "Transcend",
    (2, 0x94): "Smart Modular",
    (2, 0xBA): "PNY",
    (2, 0x7A): "Apacer",
    (3, 0x9E): "Corsair",
    (3, 0xFE): "Elpida",
    (4, 0x0B): "Nanya",
    (4, 0x25): "Kingmax",
    (5, 0xCB): "Adata",
    (5, 0xCD): "G.Skill",
    (5, 0xEF): "Team Group",
    (5, 0x43): "Ramaxel",
    (6, 0x51): "Qimonda",
    (6, 0x9B): "Crucial",
    (6, 0x02): "Patriot",
}
_MEMORY_MAKERS = {
    "hynix": "SK hynix",
    "hyundai": "SK hynix",
    "skhynix": "SK hynix",
    "hynixsemiconductor": "SK hynix",
    "microntechnology": "Micron",
    "crucialtechnology": "Crucial",
    "gskill": "G.Skill",
    "gskillintl": "G.Skill",
    "teamgroup": "Team Group",
    "smart": "Smart Modular",
    "smartmodular": "Smart Modular",
    "smartbrazil": "Smart Modular",
    "kingmax": "Kingmax",
    "ramaxel": "Ramaxel",
    "ramaxeltechnology": "Ramaxel",
    "nanya": "Nanya",
    "nanyatechnology": "Nanya",
    "elpida": "Elpida",
    "corsair": "Corsair",
    "kingston": "Kingston",
    "samsung": "Samsung",
    "transcend": "Transcend",
    "adatatechnology": "Adata",
    "adata": "Adata",
    "patriot": "Patriot",
    "qimonda": "Qimonda",
}
_HEX = re.compile(r"(?:0x)?([0-9a-f]{4,16})$", re.IGNORECASE)


@lru_cache(maxsize=1024)
def memory_vendor(name: str | None) -> str | None:
    """A memory maker's name, read from its JEDEC identifier when the firmware gives only that."""
    if name is None:
        return None
    found = _HEX.match(name.strip())
    if found and not name.strip().isalpha():
        return _jedec(found[1].lower())
    name = clean(name)
    if name is None:
        return None
    site = re.match(r"(?:https?://)?www\.([\w-]+)\.", name, re.IGNORECASE)  # "http://www.abit.com.tw/"
    name = site[1] if site else name
    squeezed = re.sub(r"[\W_]+", "", name.lower())
    for key in (squeezed, re.split(r"[\W_]+", name.lower())[0]):
        if key in _MEMORY_MAKERS:
            return _MEMORY_MAKERS[key]
    return display(name)


def _jedec(digits: str) -> str | None:
    """The maker behind "7F7F9E0000000000" (continuation codes), "0x80AD" or "859B" (count of codes, identifier).

    The count may carry a parity bit; "00CE000080CE" gives the module's maker, then the chips'. "CE00000000000000" is
    the first bank.
    """
    codes = bytes.fromhex(digits[: len(digits) // 2 * 2])
    bank = 1
    while codes and codes[0] == 0x7F:
        bank, codes = bank + 1, codes[1:]
    if not codes:
        return None
    if bank == 1 and (codes[0] & 0x7F) < 16 and len(codes) > 1 and codes[1]:
        bank, codes = (codes[0] & 0x7F) + 1, codes[1:]
    identifier = codes[0]
    odd = identifier | 0x80 if bin(identifier & 0x7F).count("1") % 2 == 0 else identifier & 0x7F
    return _JEDEC.get((bank, odd)) or _JEDEC.get((bank, identifier))


Part = TypeVar("Part", System, Board, Chassis, Graphics, NetworkInterface, Peripheral)


def named(part: Part) -> Part:
    """The part with the display name of its maker; its origin stays where it was read."""
    name = display(part.vendor)
    return part if name == part.vendor else replace(part, vendor=name)
