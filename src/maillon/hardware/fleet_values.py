"""What people write in the cells of a list of computers: "8 Go", "SSD 256", "PC portable", "mars 2019"…

Each function returns None for what it does not understand with certainty: the caller says so, with the cell
and an example of what to write. Nothing is guessed from "8 Go ?".
"""

import datetime
import re
import unicodedata
from typing import NamedTuple

from maillon.hardware.junk import clean_mac
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind, StorageKind
from maillon.hardware.quantities import iso_date
from maillon.hardware.tables import Cell

GIBI, MEBI, GIGA, TERA = 2**30, 2**20, 10**9, 10**12
_BLANK = re.compile(r"[\s\u00a0\u202f]+")


def text(cell: Cell) -> str:
    """The cell as one line of text; 8.0 is "8", dates are ISO 8601."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime.date):
        return cell.isoformat()[:10]
    return _BLANK.sub(" ", str(cell)).strip()


def fold(said: str) -> str:
    """Lower case words without accents or punctuation: "N° de série" -> "n de serie"."""
    plain = unicodedata.normalize("NFKD", said.lower())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))


_NOTHINGS = (
    "|neant|aucun|aucune|sans|non|no|none|n a|na|nc|inconnu|inconnue|unknown|pas de disque|pas de dd|retire|enleve"
    "|manquant|absent|vide|ko|hs|ras|x"
)
NOTHING = frozenset(_NOTHINGS.split("|"))


def says_nothing(said: str) -> bool:
    """Whether the cell says that there is none, or nothing at all: "-", "aucun", "N/A", "?"."""
    return fold(said) in NOTHING


# --- memory

_MEMORY_WORDS = re.compile(
    r"\b(?:de )?(?:ram|m[ée]moire(?: vive)?|sdram|so-?dimm|dimm|ecc|unbuffered|pc\d[a-z]?-?\d{4,5}\w?|\d{3,4} ?mhz"
    r"|mt/s)\b|\(\s*\d ?x ?\d+ ?(?:go|gb|g)?\s*\)",
    re.IGNORECASE,
)
_DDR = re.compile(r"\b((?:lp)?ddr\d?)(l|x)?(?:[ -]?\d{3,4})?\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?:(\d{1,2}) ?[x*] ?)?(\d{1,13}(?:[.,]\d{1,3})?) ?([kmgt])?(?:i?[bo]|octets?|bytes?)?", re.IGNORECASE
)
_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


class MemorySaid(NamedTuple):
    total_bytes: int
    type: str | None = None  # "DDR4"


def memory(cell: Cell, unit: str = "") -> MemorySaid | None:
    """ "8 Go", "8G", "8192", "8 GB DDR4", "2x4Go", "4+4". unit: "g" when the column's title says "(Go)".

    A bare number up to 128 is in gigabytes, from 512 on in megabytes, from 2**28 on in bytes; between them it
    could be either and is not understood. Several lines in a cell are several modules.
    """
    if isinstance(cell, str) and len(lines := cell[:400].strip().splitlines()) > 1:
        modules = [memory(line, unit) for line in lines if line.strip()]
        if None in modules:
            return None
        types = {module.type for module in modules if module}
        return MemorySaid(
            sum(module.total_bytes for module in modules if module), types.pop() if len(types) == 1 else None
        )
    said = text(cell)[:80]
    found = _DDR.search(said)
    kind = (found.group(1) + ("L" if (found.group(2) or "").lower() == "l" else "")).upper() if found else None
    rest = _MEMORY_WORDS.sub(" ", _DDR.sub(" ", said))
    rest = _BLANK.sub(" ", rest).strip(" ,;").removesuffix(" -")
    total = 0
    parts = re.split(r" ?\+ ?", rest)
    shared = next((m.group(3) for part in reversed(parts) if (m := _AMOUNT.fullmatch(part)) and m.group(3)), "")
    for part in parts:
        amount = _AMOUNT.fullmatch(part)
        if not amount:
            return None
        number = float(amount.group(2).replace(",", "."))
        size = _memory_amount(number, (amount.group(3) or shared).lower(), unit)
        if size is None:
            return None
        total += size * int(amount.group(1) or 1)
    return MemorySaid(total, kind) if 32 * MEBI <= total <= 4 * 2**40 else None


def _memory_amount(number: float, said: str, titled: str) -> int | None:
    """said: the unit in the cell, believed; titled: the one in the title, unless the number is absurd in it."""
    if said or (titled and not (titled == "g" and number >= 512)):
        return int(number * _UNITS[said or titled])
    if 0 < number <= 128:
        return int(number * GIBI)
    if 512 <= number <= 2**21:
        return int(number * MEBI)
    return int(number) if number >= 2**28 else None


# --- disks

_DISK_KINDS = (
    (StorageKind.NVME, re.compile(r"\bnvme\b|\bm\.?2 pcie\b|\bpcie\b", re.IGNORECASE)),
    (StorageKind.EMMC, re.compile(r"\be-?mmc\b", re.IGNORECASE)),
    (StorageKind.SATA_SSD, re.compile(r"ssd|flash|solid|\bm\.?2\b|m-?sata", re.IGNORECASE)),
    (StorageKind.HDD, re.compile(r"\bhdd\b|m[ée]canique|rotatif|\b5400|\b7200", re.IGNORECASE)),
)
_DISK_WORDS = re.compile(
    r"\b(?:disques?(?: dur)?|dur|disk|drive|hard|nvme|m\.?2|pcie|e-?mmc|ssd|hdd?|dd|flash|solid state|m-?sata"
    r"|sata|ide"
    r"|iii?|m[ée]canique|rotatif|de|x|2[.,]5(?:\"|p)?|3[.,]5(?:\"|p)?|(?:5400|7200) ?(?:rpm|t/?min)?|rpm|pouces"
    r"|capacit[ée])\b|[\"'():]",
    re.IGNORECASE,
)
_DISK_AMOUNT = re.compile(r"(\d{1,13}(?:[.,]\d{1,3})?) ?([kmgt])?(?:i?[bo]|octets?|bytes?)?", re.IGNORECASE)
_DISK_UNITS = {"m": 10**6, "g": GIGA, "t": TERA, "k": 10**3}


class DiskSaid(NamedTuple):
    size_bytes: int | None
    kind: StorageKind


def disks(cell: Cell, unit: str = "") -> list[DiskSaid] | None:
    """ "SSD 256", "256 Go SSD", "1 To", "HDD 500 + SSD 128", "SSD"; [] where the list says there is none.

    A bare number from 16 is in gigabytes, from 10,000 in megabytes, from 10**9 in bytes; below 16 it may be
    terabytes or a count, and is not understood. "Disque dur" and "DD" name disks of any kind.
    """
    said = text(cell.strip().replace("\n", " + ") if isinstance(cell, str) else cell)[:120]
    if says_nothing(said):
        return []
    found: list[DiskSaid] = []
    for part in re.split(r"\s*(?:\+|&| et |;|/)\s*", said):
        times = re.match(r"(\d) ?[x*] ?(?=\d|ssd|hdd)", part, re.IGNORECASE)
        disk = _disk(part[times.end() :] if times else part, unit)
        if disk is None:
            return None
        found.extend([disk] * (int(times.group(1)) if times else 1))
    merged = _one_disk(found)
    return merged if len(merged) <= 8 else None


def _one_disk(found: list[DiskSaid]) -> list[DiskSaid]:
    """ "SSD / 256" is one disk said in two parts."""
    if len(found) == 2 and (found[0].size_bytes is None) != (found[1].size_bytes is None):
        size = found[0].size_bytes or found[1].size_bytes
        kinds = [disk.kind for disk in found if disk.kind is not StorageKind.UNKNOWN]
        if len(kinds) == 1:
            return [DiskSaid(size, kinds[0])]
    return found


def _disk(said: str, unit: str) -> DiskSaid | None:
    kind = next((kind for kind, mark in _DISK_KINDS if mark.search(said)), StorageKind.UNKNOWN)
    rest = _BLANK.sub(" ", _DISK_WORDS.sub(" ", said)).strip(" ,-")
    if not rest:
        return DiskSaid(None, kind) if kind is not StorageKind.UNKNOWN else None
    amount = _DISK_AMOUNT.fullmatch(rest)
    if not amount:
        return None
    size = _disk_amount(float(amount.group(1).replace(",", ".")), (amount.group(2) or "").lower(), unit)
    return DiskSaid(size, kind) if size and 2 * GIGA <= size <= 100 * TERA else None


def _disk_amount(number: float, said: str, titled: str) -> int | None:
    absurd = (titled == "g" and number >= 10_000) or (titled == "t" and number >= 100)
    if said or (titled and not absurd):
        return int(number * _DISK_UNITS[said or titled])
    if number >= 10**9:
        return int(number)
    if number >= 10_000:
        return int(number * 10**6)
    return int(number * GIGA) if number >= 16 else None


def disk_kind(said: str) -> StorageKind | None:
    """The kind that words name: "SSD", "disque mécanique", "NVMe"."""
    return next((kind for kind, mark in _DISK_KINDS if mark.search(said)), None)


_SIZES = {"m": _("%(number)s MB"), "g": _("%(number)s GB"), "t": _("%(number)s TB")}


def example(said: str, default: str, unit: str) -> Message | str:
    """What to write instead: the number that the cell holds with its unit ("8 Go ?" -> 8 GB), else the default.

    unit: what a number without one is in; "g" gives way to megabytes for numbers that no gigabytes reach.
    """
    found = re.search(r"\d{1,6}(?:[.,]\d)?", said)
    if not found:
        return default
    letter = re.match(r" ?([mgt])(?:[bo]|\b)", said[found.end() :], re.IGNORECASE)
    number = found.group()
    size = (
        letter.group(1).lower() if letter else "m" if unit == "g" and len(number) > 3 and number.isdecimal() else unit
    )
    return Message(_SIZES[size], {"number": number}) if size in _SIZES else number


# --- kinds of machines, and what is none

_KINDS: tuple[tuple[Kind, str], ...] = (
    (Kind.THIN_CLIENT, "client leger|clients legers|thin client|terminal leger|zero client"),
    (Kind.ALL_IN_ONE, "tout en un|all in one|aio|imac|monobloc"),
    (Kind.MINI_PC, "mini pc|minipc|nuc|micro pc|ultra compact|usff|mini desktop|tiny|mac mini|barebone"),
    (Kind.CONVERTIBLE, "convertible|2 en 1|2 in 1|hybride|detachable"),
    (Kind.TABLET, "tablette|tablettes|tablet|ipad"),
    (Kind.SERVER, "serveur|serveurs|server|nas"),
    (Kind.VIRTUAL, "vm|machine virtuelle|virtual machine|virtuel"),
    (
        Kind.NOTEBOOK,
        "portable|portables|laptop|laptops|notebook|notebooks|ultrabook|ultraportable|netbook|chromebook|macbook"
        "|pc port"
        "|ordinateur portable|pcp|lap top|station mobile",
    ),
    (
        Kind.DESKTOP,
        "fixe|fixes|desktop|desktops|uc|u c|unite centrale|unites centrales|tour|tours|mini tour|minitour|tower|sff"
        "|bureau|de bureau|pc bureau|station de travail|workstation|station|poste fixe|unite|micro tour|mt|dt",
    ),
)
_NO_MACHINES: tuple[tuple[str, str], ...] = (
    (_("docking stations"), "station d accueil|stations d accueil|docking station|dock|replicateur|port replicator"),
    (_("screens"), "ecran|ecrans|moniteur|moniteurs|monitor|monitors|screen|display|television|tv"),
    (
        _("printers and scanners"),
        "imprimante|imprimantes|printer|copieur|photocopieur|multifonction|multifonctions|mfp|scanner|traceur"
        "|laserjet"
        "|officejet|imprimante multifonction",
    ),
    (
        _("projectors"),
        "videoprojecteur|videoprojecteurs|projecteur|projector|vpi|tbi|tni|tableau interactif|visualiseur",
    ),
    (_("telephones"), "telephone|telephones|smartphone|smartphones|phone|iphone|gsm"),
    (
        _("network equipment"),
        "switch|routeur|router|borne wifi|point d acces|access point|box|modem|firewall|pare feu|hub|baie|onduleur|ups",
    ),
    (
        _("accessories"),
        "clavier|claviers|souris|keyboard|mouse|chargeur|chargeurs|charger|cable|cables|casque|casques|webcam"
        "|webcams|sac"
        "|sacoche|housse|adaptateur|alimentation|batterie|batteries|barrette|disque externe|cle usb|enceinte"
        "|enceintes"
        "|haut parleur|haut parleurs|lecteur dvd|graveur|carte graphique|pave numerique|stylet|douchette",
    ),
)
_KIND_WORDS = [(kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _KINDS]
_SMALL_WORDS = r"(?:\d+ )?(?:petit |grand |vieil |vieux )?"
_OTHER_WORDS = [(what, re.compile(rf"^{_SMALL_WORDS}(?:{words})\b")) for what, words in _NO_MACHINES]


def kind(said: str) -> Kind | None:
    """The kind that words name, in French or English; "PC" alone names none."""
    folded = fold(said[:120])
    return next((kind for kind, mark in _KIND_WORDS if mark.search(folded)), None)


def no_machine(said: str) -> str | None:
    """What the words name when it is no computer, as a sentence to translate ("screens")."""
    folded = fold(said[:120])
    for what, mark in _OTHER_WORDS:
        if mark.match(folded):
            return what
    return None


# --- dates

_MONTHS = (
    "janvier january jan|fevrier february fev feb|mars march mar|avril april avr apr|mai may|juin june jun"
    "|juillet july juil jul|aout august aug|septembre september sept sep|octobre october oct|novembre november nov"
    "|decembre december dec"
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS.split("|"), 1) for name in names.split()}
_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d\d)(?: .*)?")
_MONTH = re.compile(r"(?:(\d{1,2})[/.-])(\d{4})")
_EXCEL_ZERO = datetime.date(1899, 12, 30)


def date(cell: Cell, month_first: bool = False) -> str | None:
    """A day, month or year as ISO 8601 as far as it is told: "18/03/2022", "mars 2019" -> "2019-03", 2018,
    44638.

    A number between 20,000 and 60,000 is a day as spreadsheets count them, from 30 December 1899.
    """
    said = text(cell)
    if isinstance(cell, datetime.date):
        return said
    if re.fullmatch(r"\d{4,5}(?:\.\d+)?", said):
        days = int(float(said))
        if 1985 <= days <= 2100:
            return said[:4]
        return (_EXCEL_ZERO + datetime.timedelta(days=days)).isoformat() if 20_000 <= days <= 60_000 else None
    if found := _DAY.fullmatch(said):
        first, second, year = (int(part) for part in found.groups())
        day, month = (second, first) if (month_first and first <= 12) or second > 12 else (first, second)
        year += 0 if year > 99 else 1900 if year >= 80 else 2000
        return iso_date(f"{year:04}-{month:02}-{day:02}") if month <= 12 else None
    if found := _MONTH.fullmatch(said):
        number = int(found.group(1))
        return f"{found.group(2)}-{number:02}" if 1 <= number <= 12 else None
    words = fold(said).split()
    if len(words) in (2, 3) and words[-1].isdigit() and words[-2] in _MONTH_NUMBERS and len(words[-1]) == 4:
        said = f"{words[-1]}-{_MONTH_NUMBERS[words[-2]]:02}"
        return iso_date(f"{said}-{int(words[0]):02}") if len(words) == 3 and words[0].isdigit() else said
    return iso_date(said)


def months_first(cells: list[Cell]) -> bool:
    """Whether a column of dates puts the month first: some value can be read in no other way, and none the
    other way."""
    found = [m for cell in cells if (m := _DAY.fullmatch(text(cell)))]
    return any(int(m.group(2)) > 12 for m in found) and not any(int(m.group(1)) > 12 for m in found)


# --- identifiers and counts

SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)


def rounded_number(cell: Cell) -> bool:
    """Whether a spreadsheet turned a long number into one that lost its digits: 1.23E+15."""
    if isinstance(cell, float):
        return abs(cell) >= 2**53 or not cell.is_integer()
    return isinstance(cell, str) and SCIENTIFIC.fullmatch(cell) is not None


_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|[0-9a-f]{12}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE)


def mac(cell: Cell) -> str | None:
    """A MAC address in one of its usual writings; "10.0.19045.2965" has its digits and is a version of Windows."""
    said = text(cell)
    return clean_mac(said) if _MAC.fullmatch(said) else None


def count(cell: Cell) -> int | None:
    """A number of machines: "12", "x 3", "3 pcs"."""
    found = re.fullmatch(r"x? ?(\d{1,4})(?: ?(?:pcs?|u|unites?|pieces?|postes?|machines?|x))?", fold(text(cell)))
    return int(found.group(1)) if found else None
