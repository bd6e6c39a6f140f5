"""What a free description of a computer holds: "PC portable HP ProBook 450 G5 i5-8250U 8Go SSD 256Go"."""

import re
from dataclasses import dataclass

from maillon.hardware import fleet_values as values
from maillon.hardware.junk import clean
from maillon.hardware.model import Kind, Memory, Origin, Processor, Storage
from maillon.hardware.processor_names import processor_name

_PROCESSOR = re.compile(
    r"\b(?:(?:intel|amd) )?(?:core )?(?:i[3579][ -]?\d{3,5}[a-z]{0,2}\d?|i[3579]|ultra [579] \d{3}[a-z]?"
    r"|2 duo(?: [a-z]\d{4})?"
    r"|ryzen [3579](?: pro)? \d{4}[a-z]{0,2}|ryzen [3579]|celeron(?: [a-z]?\d{3,4}[a-z]?)?"
    r"|pentium(?: [a-z]+)?(?: [a-z]?\d{4})?"
    r"|xeon(?: [a-z]\d-\d{4}(?: v\d)?)?|atom(?: [a-z]?\d{3,4})?|athlon(?: [a-z0-9]+)?|a\d{1,2}-\d{4}[a-z]?"
    r"|m[1-4](?: pro| max)?)\b",
    re.IGNORECASE,
)
_SIZE = r"\d{1,5}(?:[.,]\d)? ?(?:[gt][ob]|[gt])\b"
_DISK = r"disque(?: dur)?|ssd|hdd|nvme|e-?mmc|dd"
_STORAGE = re.compile(
    rf"\b(?:(?:{_DISK})(?: de)? ?(?:{_SIZE}|\d{{2,5}}\b)|{_SIZE} ?(?:de )?(?:{_DISK})\b(?! ?\d)(?: (?:nvme|ssd))?"
    r"|\d ?t[ob]\b)",
    re.IGNORECASE,
)
_MEMORY = re.compile(
    r"\b(?:(?:ram|m[ée]moire)(?: de)? ?\d{1,3} ?(?:go|gb|g)?|\d{1,3} ?(?:go|gb|g)(?: de)?(?: (?:ram|m[ée]moire"
    r"|ddr\d\w?))*)\b",
    re.IGNORECASE,
)
_KIND_WORDS = re.compile(
    r"^(?:(?:pc|ordinateurs?|poste|micro|unit[ée] centrale|uc|portables?|fixes?|laptop|notebook|desktop|tablette"
    r"|de bureau|bureau"
    r"|tour|tout[ -]en[ -]un|station de travail|client l[ée]ger|serveur)\b[ :,-]*)+",
    re.IGNORECASE,
)
_MAKERS = (
    ("HP", r"hp|hewlett[ -]packard"), ("Dell", "dell"), ("Lenovo", "lenovo"), ("Asus", "asus"), ("Acer", "acer"),
    ("Apple", "apple"), ("Toshiba", "toshiba"), ("Fujitsu", r"fujitsu(?:[ -]siemens)?"), ("MSI", "msi"),
    ("Sony", "sony"),
    ("Samsung", "samsung"), ("Microsoft", "microsoft"), ("Packard Bell", "packard ?bell"), ("IBM", "ibm"),
    ("Panasonic", "panasonic"), ("Medion", "medion"), ("Dynabook", "dynabook"), ("Compaq", "compaq"),
)  # fmt: skip
_BY_MAKER = [(maker, re.compile(rf"^(?:{names})\b[ :,-]*", re.IGNORECASE)) for maker, names in _MAKERS]
_LINES = (  # product lines that no other maker uses
    ("Lenovo", "thinkpad|thinkcentre|thinkstation|ideapad|ideacentre|yoga"),
    ("HP", "probook|elitebook|elitedesk|prodesk|proone|eliteone|zbook|pavilion|compaq pro|omen"),
    ("Dell", "latitude|optiplex|vostro|inspiron|precision|xps|wyse|poweredge"),
    ("Apple", "macbook|imac|mac ?mini|mac ?pro|ipad"),
    ("Acer", "aspire|travelmate|veriton|extensa|swift"),
    ("Asus", "vivobook|zenbook|expertbook|eee ?pc"),
    ("Toshiba", "satellite|tecra|port[ée]g[ée]"),
    ("Fujitsu", "lifebook|esprimo|celsius|futro"),
    ("Microsoft", "surface"),
)
_BY_LINE = [(maker, re.compile(rf"^(?:{lines})\b", re.IGNORECASE)) for maker, lines in _LINES]


@dataclass(frozen=True, slots=True)
class Described:
    text: str
    kind: Kind | None
    vendor: str | None
    model: str | None
    processors: tuple[Processor, ...] = ()
    memory: Memory | None = None
    storage: tuple[Storage, ...] = ()

    @property
    def detailed(self) -> bool:
        return bool(self.processors or self.memory or self.storage)


def describe(said: str, at: Origin) -> Described:
    """The parts that are surely there; what is left, before the first of them, is the model."""
    text = " ".join(said.split())[:200]
    cuts: list[int] = []
    storage = _found_storage(text, at, cuts)
    blank = text
    for found in list(_STORAGE.finditer(text)):  # so that "256 Go SSD" is not taken for memory
        blank = blank[: found.start()] + " " * (found.end() - found.start()) + blank[found.end() :]
    memory = _found_memory(blank, at, cuts)
    processors = _found_processor(blank, at, cuts)
    name = text[: min(cuts)] if cuts and min(cuts) > 0 else "" if cuts else text
    name = _KIND_WORDS.sub("", name).strip(" ,;:-/(")
    vendor, model = _maker_and_model(name)
    kind = values.kind(text)
    return Described(text, kind, vendor, clean(model), processors, memory, storage)


def _found_storage(text: str, at: Origin, cuts: list[int]) -> tuple[Storage, ...]:
    disks: list[Storage] = []
    for found in list(_STORAGE.finditer(text))[:4]:
        said = values.disks(found.group(), "")
        for disk in said or []:
            cuts.append(found.start())
            disks.append(Storage(kind=disk.kind, size_bytes=disk.size_bytes, origin={"size_bytes": at, "kind": at}))
    return tuple(disks)


def _found_memory(text: str, at: Origin, cuts: list[int]) -> Memory | None:
    for found in _MEMORY.finditer(text):
        said = values.memory(found.group(), "g")
        if said and said.total_bytes <= 128 * values.GIBI:
            cuts.append(found.start())
            return Memory(total_bytes=said.total_bytes, origin={"total_bytes": at})
    return None


def _found_processor(text: str, at: Origin, cuts: list[int]) -> tuple[Processor, ...]:
    found = _PROCESSOR.search(text)
    name = processor_name(found.group()) if found else None
    if not found or not name or not name.model:
        return ()
    cuts.append(found.start())
    origin = {"model": at} | ({"vendor": at} if name.vendor else {})
    return (Processor(vendor=name.vendor, model=name.model, origin=origin),)


def _maker_and_model(name: str) -> tuple[str | None, str]:
    for maker, mark in _BY_MAKER:
        if found := mark.match(name):
            return maker, _KIND_WORDS.sub("", name[found.end() :])
    return next((maker for maker, mark in _BY_LINE if mark.match(name)), None), name
