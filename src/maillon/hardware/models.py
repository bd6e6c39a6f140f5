"""The name a person would say: "20HEZ0PWUS" -> "ThinkPad T470", "HP ProBook 450 G3 Notebook PC" -> "ProBook 450 G3".

Each maker puts the marketing name elsewhere in its firmware: the rules below say where, and the tables of `data/`
translate identifiers (Apple's, Lenovo's machine types) that hold no name at all. What is already a name is only
trimmed: of the maker's name, of words that say what everybody sees ("Notebook PC"), of repetitions.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files

from maillon.hardware.junk import clean
from maillon.hardware.model import Board, Processor, System

Named = tuple[str, str]
"""A name, and the field of `System` it was read from."""


def named_system(system: System, board: Board) -> System:
    """The system with `model`, where its firmware allows to know it. Both parts have the display names of makers."""
    if system.model:
        return _decoded(system)
    named = marketing_name(system, system.vendor or board.vendor)
    if named is None:
        return system
    name, field = named
    origin = system.origin.get(field)
    code = _BOARD_CODE.fullmatch(board.model or "") if _CODE.fullmatch(name) else None
    if code:  # MSI's boards: the product is a code, the board has the name too
        name, origin = code[1], board.origin.get("model")
    return replace(system, model=name, origin={**system.origin, "model": origin} if origin else system.origin)


def _decoded(system: System) -> System:
    """Lists of fleets often name a machine by its maker's identifier: "20L5CTO1WW", "MacBookPro11,1"."""
    if system.product_name or system.model in lenovo_types().values():
        return system
    coded = replace(system, product_name=system.model, model=None)
    is_code = {"Lenovo": _MACHINE_TYPE, "Apple": _APPLE_CODE}.get(system.vendor or "")
    named = marketing_name(coded, system.vendor) if is_code and is_code.match(system.model or "") else None
    if named is None or named[0] == system.model:
        return system
    origin = {**system.origin, "product_name": system.origin["model"]} if "model" in system.origin else system.origin
    return replace(coded, model=named[0], origin=origin)


_APPLE_CODE = re.compile(r"[A-Z][A-Za-z]+\d{1,2},\d{1,2}$")
_CODE = re.compile(r"MS-[0-9A-Z]{4,5}")
_BOARD_CODE = re.compile(r"(.+?) \(MS-[0-9A-Z]{4,5}\)")


def dated_processor(processor: Processor) -> Processor:
    """The processor with the generation and the year its name tells."""
    from maillon.hardware.cpus import describe

    facts = describe(processor.model) if processor.model and not processor.release_year else None
    if not facts or not (facts.generation or facts.release_year):
        return processor
    at = processor.origin.get("model")
    return replace(
        processor,
        generation=processor.generation or facts.generation,
        release_year=facts.release_year,
        vendor=processor.vendor or facts.vendor,
        origin={**processor.origin, "generation": at, "release_year": at} if at else processor.origin,
    )


def dated_by_machine(processor: Processor, system: System) -> Processor:
    """The processor with the year of its Mac: macOS says "Core i5", the line of fifteen years."""
    year = re.search(r"\b20\d\d\b", system.model or "") if system.vendor == "Apple" else None
    if not year or processor.release_year or processor.vendor != "Intel":
        return processor
    at = system.origin.get("model") or system.origin.get("product_name")
    origin = {**processor.origin, "release_year": at} if at else processor.origin
    return replace(processor, release_year=int(year[0]), origin=origin)


def marketing_name(system: System, vendor: str | None) -> Named | None:
    """The name and the field it came from; None when the firmware names no product."""
    rule = _RULES.get(vendor or "")
    named = rule(system) if rule else None
    if named is None and system.product_name:
        named = _trim(system.product_name, vendor or ""), "product_name"
    return named


@lru_cache(maxsize=8192)
def _trim(name: str, vendor: str) -> str:
    """The name without its maker before it; the whole when nothing else would be left."""
    if vendor and name.lower().startswith(vendor.lower() + " "):
        rest = name[len(vendor) + 1 :].strip()
        return rest if len(rest) > 2 and not rest.lower().startswith(_TYPES_OF_PC) else name
    return name


_TYPES_OF_PC = ("notebook", "laptop", "desktop", "pc", "computer")  # "HP Notebook" is a name, "Notebook" is none


# --- One rule a maker -------------------------------------------------------------------------------------------------

_MACHINE_TYPE = re.compile(r"[0-9A-Z]{4}(?:[0-9A-Z]{3,6})?$")
_LENOVO_SKU = re.compile(r"_FM_(.+)$")
_NO_NAME = re.compile(
    r"(?:lenovo|ideapad|thinkpad|thinkcentre|lenovo product|invalid|pvt|win\d*|\W*[\d.]+)$", re.IGNORECASE
)


def _lenovo(system: System) -> Named | None:
    """The version holds the name ("ThinkPad T470"), the product name a machine type ("20HEZ0PWUS").

    Else the family, else what follows "_FM_" in the SKU, else the machine type is looked up.
    """
    product = system.product_name or ""
    sku = _LENOVO_SKU.search(system.sku or "")
    candidates = (
        (system.version, "version"),
        (system.family if _MACHINE_TYPE.match(product) else None, "family"),
        (sku[1] if sku else None, "sku"),
        (lenovo_types().get(product[:4].upper()) if _MACHINE_TYPE.match(product) else None, "product_name"),
    )
    for name, field in candidates:
        if name and not _NO_NAME.fullmatch(name.strip()) and re.search(r"\d", name) and not _firmware_word(name):
            return _trim(name, "Lenovo").replace("ideapad", "IdeaPad").replace("Ideapad", "IdeaPad"), field
    return None


def _firmware_word(name: str) -> bool:
    """Lenovo's version is sometimes that of the firmware or of the board, not a name."""
    return re.fullmatch(r"(?:SDK|NOK|0B|31900|REV|V)[\w. ]*", name, re.IGNORECASE) is not None and not re.fullmatch(
        r"V\d{1,3}(?:[ -].*)?", name
    )


_HP_ENDS = re.compile(
    r"\s+(?:Notebook PC|Notebook|Business PC|Desktop PC|PC|Mobile Workstation|\(\w+(?:#\w+)?\))$", re.IGNORECASE
)
_HP_ORDER = re.compile(r"^[A-Z0-9]{5,7}-[A-Z]{3} ")  # "FQ679AA-ABM SG3613LA": the order number first


def _hp(system: System) -> Named | None:
    name = system.product_name
    if not name:
        return None
    name = _HP_ORDER.sub("", name)
    before = None
    while before != name:
        before, shorter = name, _HP_ENDS.sub("", name)
        name = shorter if re.search(r"\d", shorter) else name
    name = _trim(name.removeprefix("Hewlett-Packard "), "HP")
    return (name if name != "HP" else system.product_name or name), "product_name"


def _dell(system: System) -> Named | None:
    name = system.product_name
    if not name:
        return None
    return re.sub(r"^(?:Dell )?(?:System )?", "", name).strip() or name, "product_name"


_ASUS_FAMILY = re.compile(r"(?:Eee PC|ZenBook|VivoBook)(?: Flip)?|ExpertBook|VivoPC|Transformer", re.IGNORECASE)


def _asus(system: System) -> Named | None:
    """ "VivoBook_ASUSLaptop X512DA_F512DA" -> "VivoBook X512DA"; the code is not repeated."""
    name = system.product_name
    if not name:
        return None
    name = name.replace("_ASUSLaptop", "")
    name = re.sub(r"\b([A-Z]{1,3}\d{2,4}[A-Z0-9]*)_[A-Z]{1,3}\d{2,4}[A-Z0-9]*$", r"\1", name)
    family = clean(system.family) or ""
    if re.fullmatch(
        r"(?:Eee PC|ZenBook|VivoBook|VivoBook Flip|ZenBook Flip|ExpertBook|VivoPC|Transformer)", family, re.I
    ):
        name = name if family.lower().split()[0] in name.lower() else f"{family} {name}"
    return _trim(name, "Asus"), "product_name"


def _apple(system: System) -> Named | None:
    product = system.product_name
    return (apple_models().get(product, product), "product_name") if product else None


_TITLES = {"SATELLITE": "Satellite", "TECRA": "Tecra", "PORTEGE": "Portégé", "QOSMIO": "Qosmio", "PRO": "Pro"}


def _toshiba(system: System) -> Named | None:
    if not system.product_name:
        return None
    return " ".join(_TITLES.get(word, word) for word in system.product_name.split()), "product_name"


def _huawei(system: System) -> Named | None:
    """The family holds the name, the product a code: "MateBook X MACH-WX9"."""
    family, product = system.family, system.product_name
    if not family or not product or "book" not in family.lower():
        return None
    return f"{_trim(family, 'Honor')} {product}", "product_name"


def _sony(system: System) -> Named | None:
    return (f"VAIO {system.product_name}", "product_name") if system.product_name else None


_RULES: dict[str, Callable[[System], Named | None]] = {
    "Lenovo": _lenovo,
    "IBM": _lenovo,
    "HP": _hp,
    "Compaq": _hp,
    "Dell": _dell,
    "Asus": _asus,
    "Apple": _apple,
    "Toshiba": _toshiba,
    "Dynabook": _toshiba,
    "Huawei": _huawei,
    "Honor": _huawei,
    "Sony": _sony,
}


# --- Tables -----------------------------------------------------------------------------------------------------------


def _rows(table: str) -> list[tuple[str, str]]:
    text = files("maillon.hardware").joinpath(f"data/{table}").read_text(encoding="utf-8")
    pairs = (row.partition(";") for row in text.splitlines() if row and not row.startswith("#"))
    return [(left, right) for left, _separator, right in pairs]


@cache
def apple_models() -> dict[str, str]:
    """ "MacBookPro11,1" -> "MacBook Pro (Retina, 13-inch, Late 2013 or Mid 2014)"."""
    return dict(_rows("apple-models.csv"))


@cache
def lenovo_types() -> dict[str, str]:
    """ "20HE" -> "ThinkPad T470"."""
    return {code: name for name, codes in _rows("lenovo-types.csv") for code in codes.split()}
