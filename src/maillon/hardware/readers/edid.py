"""EDID: what a screen says of itself, 128 bytes a block, binary or as hexadecimal text (`xrandr --prop`, edid-decode).

Layout: VESA E-EDID Standard, release A revision 2. A wrong checksum is warned of, not fatal: cables and adapters of
some screens spoil a byte. Whether a screen is a built-in panel is not in EDID; it follows from who makes it (panel
makers sell no monitors under these codes) and from a name descriptor, which monitors have and bare panels do not.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from maillon.hardware.facts import Facts
from maillon.hardware.formats import BinaryFormat, TextFormat, Where
from maillon.hardware.junk import clean, clean_serial
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Display, Machine, Origin, Reading, Unreadable

HEADER = b"\x00\xff\xff\xff\xff\xff\xff\x00"
BLOCK = 128
# UEFI Forum's PNP ID registry; the makers met on retired computers and their screens.
_VENDORS = {
    "AAC": "AcerView", "ACI": "Asus", "ACR": "Acer", "ADI": "ADI", "AOC": "AOC", "API": "Acer", "APP": "Apple",
    "AUO": "AU Optronics", "AUS": "Asus", "BNQ": "BenQ", "BOE": "BOE", "CMN": "Chimei Innolux", "CMO": "Chi Mei",
    "CPL": "Compal", "CPQ": "Compaq", "CPT": "Chunghwa", "CSO": "CSOT", "DEL": "Dell", "EIZ": "Eizo", "ENC": "Eizo",
    "FUS": "Fujitsu", "GSM": "LG", "HEI": "Hyundai", "HIT": "Hitachi", "HPN": "HP", "HSD": "HannStar", "HWP": "HP",
    "HYO": "Hyundai", "IBM": "IBM", "INL": "Innolux", "INX": "Innolux", "IVM": "Iiyama", "IVO": "InfoVision",
    "KDB": "Kaohsiung",
    "LEN": "Lenovo", "LGD": "LG Display", "LPL": "LG Philips", "MAX": "Maxdata", "MED": "Medion", "MSI": "MSI",
    "NCP": "NCP", "NEC": "NEC", "PAC": "Packard Bell", "PHL": "Philips", "PKB": "Packard Bell", "QDS": "Quanta",
    "SAM": "Samsung", "SDC": "Samsung Display", "SEC": "Samsung", "SHP": "Sharp", "SNY": "Sony", "TMX": "Tianma",
    "TOS": "Toshiba", "TSB": "Toshiba", "VSC": "ViewSonic",
}  # fmt: skip
PANEL_MAKERS = frozenset(
    [
        "AUO",
        "BOE",
        "CMN",
        "CMO",
        "CPT",
        "CSO",
        "HSD",
        "INX",
        "IVO",
        "KDB",
        "LGD",
        "LPL",
        "NCP",
        "QDS",
        "SDC",
        "SHP",
        "TMX",
    ]
)
_BOTH = frozenset({"APP", "LEN", "SEC", "TOS", "TSB", "SNY", "FUS"})  # panels and monitors alike


class _Text(NamedTuple):
    tag: int
    text: str
    offset: int


def vendor_code(data: bytes) -> str:
    """The three letters of bytes 8 and 9, five bits each."""
    number = data[8] << 8 | data[9]
    letters = (number >> 10 & 31, number >> 5 & 31, number & 31)
    return "".join(chr(64 + letter) if 1 <= letter <= 26 else "?" for letter in letters)


def vendor_name(code: str) -> str | None:
    return _VENDORS.get(code) or (code if code.isalpha() else None)


def display_of(data: bytes, where: Where) -> tuple[Display, tuple[Message, ...]]:
    """The screen of one EDID; `data` begins with the header and holds at least one block."""
    facts = Facts(Display)

    def at(byte: int) -> Origin:
        place = f"byte {byte}"
        return Origin(where.tool, f"{where.prefix}, {place}" if where.prefix else place, where.file)

    code, texts = vendor_code(data), _texts(data)
    names = [text for text in texts if text.tag == 0xFC and clean(text.text)]
    parts = [text for text in texts if text.tag == 0xFE and _is_part_number(text.text)]
    facts.put("vendor", vendor_name(code), at(8))
    for text in names + parts[-1:]:
        facts.put("model", clean(text.text), at(text.offset))
    facts.put("model", f"{code} {data[11]:02X}{data[10]:02X}" if code.isalpha() else None, at(10))
    for text in texts:
        if text.tag == 0xFF:
            facts.put("serial", clean_serial(text.text), at(text.offset))
    facts.put("serial", _number_serial(data), at(12))
    facts.put("year", 1990 + data[17] if 3 <= data[17] <= 60 else None, at(17))
    _sizes(facts, data, at)
    facts.put("built_in", _built_in(code, bool(names), bool(parts), digital=bool(data[20] & 0x80)), at(8))
    wrong = sum(data[:BLOCK]) % 256 != 0
    warning = Message(_("The checksum of this EDID is wrong: a value may be spoilt."), {})
    return facts.build(), (warning,) if wrong else ()


def _texts(data: bytes) -> list[_Text]:
    """The text descriptors: 0xFC name, 0xFE free text, 0xFF serial number."""
    found = []
    for offset in (54, 72, 90, 108):
        block = data[offset : offset + 18]
        if block[:3] == b"\x00\x00\x00" and block[3] in (0xFC, 0xFE, 0xFF):
            # Dell parts its own number from the panel's by 0x80
            text = "".join(chr(byte) if 32 <= byte < 127 else " " for byte in block[5:].split(b"\n")[0])
            found.append(_Text(block[3], " ".join(text.split()), offset))
    return found


def _is_part_number(text: str) -> bool:
    """A panel's part number has letters and digits: "N133BGE-EAA", unlike "LG Display" or "AUO"."""
    return len(text) >= 5 and any(c.isdecimal() for c in text) and any(c.isalpha() for c in text)


def _number_serial(data: bytes) -> str | None:
    number = int.from_bytes(data[12:16], "little")
    filler = number < 0x100 or number in (0x01010101, 0xFFFFFFFF) or len({data[12], data[13], data[14], data[15]}) == 1
    return None if filler else clean_serial(str(number))


def _sizes(facts: Facts[Display], data: bytes, place: Callable[[int], Origin]) -> None:
    """Preferred timing and size. The first timing's size is in mm, the header's in cm.

    The first timing is the preferred one where byte 24 says so, and always for digital screens and since EDID 1.4.
    """
    timing = data[54:72]
    if (timing[0] or timing[1]) and (data[24] & 2 or data[20] & 0x80 or data[19] >= 4):
        width, height = timing[2] | (timing[4] & 0xF0) << 4, timing[5] | (timing[7] & 0xF0) << 4
        if timing[17] & 0x80:
            height *= 2  # interlaced: the timing describes one field
        facts.put("width_px", width or None, place(56))
        facts.put("height_px", height or None, place(59))
        across, down = timing[12] | (timing[14] & 0xF0) << 4, timing[13] | (timing[14] & 0x0F) << 8
        if _plausible(across, down, data[21] * 10, data[22] * 10):
            facts.put("width_mm", across, place(66))
            facts.put("height_mm", down, place(67))
    if data[21] and data[22]:
        facts.put("width_mm", data[21] * 10, place(21))
        facts.put("height_mm", data[22] * 10, place(22))


def _plausible(across: int, down: int, width: int, height: int) -> bool:
    """Some timings hold an aspect ratio (16 by 9 mm) or leave the size out; the header then knows better."""
    if across < 60 or down < 40:
        return False
    return not width or not height or (abs(across - width) <= 20 and abs(down - height) <= 20)


def _built_in(code: str, named: bool, part: bool, *, digital: bool) -> bool | None:
    if not digital:
        return False if named else None  # old notebooks' panels say analogue or nothing
    if code in PANEL_MAKERS:
        return True
    if code in _BOTH:
        return None if named else (True if part else None)
    return False if named else None


def _recognise(data: bytes) -> bool:
    return data[:8] == HEADER and len(data) >= BLOCK and len(data) <= 64 * BLOCK


def _parse(data: bytes, where: Where) -> Machine | Reading | Unreadable:
    display, warnings = display_of(data, where)
    return Reading("edid", (Machine(displays=(display,), tools=(where.tool,)),), warnings)


# --- hexadecimal text -----------------------------------------------------------------------------------------------

_DUMP = re.compile(r"^[0-9a-f]{7,8}:?\s{1,2}((?:[0-9a-f]{2,4}(?:\s{1,2}|$)){2,16})", re.IGNORECASE)  # xxd, hexdump -C
_START = re.compile(
    r"00[\s,]*(?:0x)?ff[\s,]*(?:0x)?ff[\s,]*(?:0x)?ff[\s,]*(?:0x)?ff[\s,]*(?:0x)?ff[\s,]*(?:0x)?ff[\s,]*(?:0x)?00",
    re.IGNORECASE,
)


def _blobs(text: str) -> list[tuple[int, bytes]]:
    """Every run of hexadecimal lines that begins with the header, with the line it begins on."""
    found: list[tuple[int, bytes]] = []
    digits, start = "", 0
    for number, line in enumerate((text + "\n").split("\n"), 1):
        dump = _DUMP.match(line[:600])
        body = dump.group(1) if dump else line[:600].replace("0x", "")
        hexadecimal = re.sub(r"[\s,]", "", body)
        if len(hexadecimal) >= 16 and re.fullmatch(r"[0-9a-fA-F]+", hexadecimal):
            if hexadecimal.lower().startswith("00ffffffffffff00"):
                digits, start = "", number
            if start and len(digits) < 64 * BLOCK * 2:
                digits += hexadecimal
        else:
            if start and len(digits) >= BLOCK * 2:
                found.append((start, bytes.fromhex(digits[: len(digits) // 2 * 2])))
            digits, start = "", 0
    return found


def _recognise_text(text: str) -> bool:
    return bool(_START.search(text)) and bool(_blobs(text))


def _parse_text(text: str, where: Where) -> Machine | Reading:
    displays: list[Display] = []
    warnings: list[Message] = []
    for line, data in _blobs(text):
        place = f"line {line + where.offset}"
        inner = Where(where.tool, where.file, f"{where.prefix}, {place}" if where.prefix else place)
        display, said = display_of(data, inner)
        displays.append(display)
        warnings += said
    return Reading("edid-text", (Machine(displays=tuple(displays), tools=(where.tool,)),), tuple(warnings))


FORMATS = (
    BinaryFormat("edid", "edid", _recognise, _parse),
    TextFormat("edid-text", "edid", _recognise_text, _parse_text),
)
