"""What is known of a machine after several readings over its life: the newest word on each of its parts.

Unlike `join`, which merges tools that spoke at one moment, a later reading replaces an earlier one: a disk that is no
longer listed is no longer there. A part the newest reading does not speak of keeps what was known of it.
"""

from dataclasses import fields, replace
from typing import Any

from maillon.hardware.model import Kind, Machine, Memory

_LISTS = (
    "processors",
    "storage",
    "graphics",
    "displays",
    "network",
    "batteries",
    "audio",
    "cameras",
    "bluetooth",
    "ports",
    "locks",
)
_CARDS = ("system", "chassis", "board", "firmware")


LIST = "fleet list"  # fleet.TOOL, which would import all that reads lists


def current(known: Machine, newest: Machine) -> Machine:
    """The machine as it stands: `newest` wherever it speaks, `known` elsewhere.

    A list typed by people only fills in what no tool has read, even when it comes later.
    """
    if is_listed(newest) and not is_listed(known):
        known, newest = newest, known
    kept: dict[str, Any] = {name: getattr(newest, name) or getattr(known, name) for name in _LISTS}
    kept.update({name: _card(getattr(known, name), getattr(newest, name)) for name in _CARDS})
    kept["memory"] = newest.memory if newest.memory != Memory() else known.memory
    kept["tpm"] = newest.tpm or known.tpm
    kept["operating_system"] = newest.operating_system or known.operating_system
    if newest.kind is Kind.UNKNOWN and known.kind is not Kind.UNKNOWN:
        kept["kind"], kept["kind_because"] = known.kind, known.kind_because
    return replace(newest, **kept)


def is_listed(machine: Machine) -> bool:
    """Whether only lists typed by people speak of it: no tool read it."""
    return bool(machine.tools) and set(machine.tools) == {LIST}


def _card(known: Any, newest: Any) -> Any:
    """A card field by field: firmware may lose its serial number (a new battery on the board), the machine does not."""
    missing = {
        field.name: getattr(known, field.name)
        for field in fields(newest)
        if field.name != "origin" and getattr(newest, field.name) is None and getattr(known, field.name) is not None
    }
    if not missing:
        return newest
    origin = {name: place for name, place in known.origin.items() if name in missing}
    return replace(newest, **missing, origin={**newest.origin, **origin})
