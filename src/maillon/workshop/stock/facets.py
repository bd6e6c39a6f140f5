"""What the stock is sorted by: the facets, their values, and how each is written in the index."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.kernel.machine_words import KIND_LABELS, STORAGE_LABELS
from maillon.workshop.life import State
from maillon.workshop.models import STATE_LABELS, Condition

Label = str | Promise

# A module of 4 GB is often reported a little under, the part of the graphics being taken off: a class begins at seven
# eighths of its nominal size.
_MEMORY_FLOORS = (("32", 28 * 1024), ("16", 14 * 1024), ("8", 7 * 1024), ("4", 3584), ("2", 1792), ("1", 0))

MEMORY_LABELS: Mapping[str, Label] = {
    "32": _("32 GB and more"),
    "16": _("16 GB"),
    "8": _("8 GB"),
    "4": _("4 GB"),
    "2": _("2 GB"),
    "1": _("Less than 2 GB"),
    "none": _("Not known"),
}
GRADE_LABELS: Mapping[str, Label] = {
    "5": _("5 out of 5"),
    "4": _("4 out of 5"),
    "3": _("3 out of 5"),
    "2": _("2 out of 5"),
    "1": _("1 out of 5"),
    "0": _("0 out of 5"),
    "none": _("Not graded"),
}
DISK_LABELS: Mapping[str, Label] = {
    **{kind.value: label for kind, label in STORAGE_LABELS.items() if kind.value not in ("optical", "removable")},
    "none": _("No disk known"),
}

# The five dimensions of the cube, in the order of its columns.
DIMENSIONS: Mapping[str, Mapping[str, Label]] = {
    "state": {state.value: STATE_LABELS[state] for state in State},
    "kind": {kind.value: label for kind, label in KIND_LABELS.items()},
    "grade": GRADE_LABELS,
    "memory": MEMORY_LABELS,
    "disk": DISK_LABELS,
}
TITLES: Mapping[str, Label] = {
    "state": _("State"),
    "kind": _("Kind"),
    "grade": _("Grade"),
    "memory": _("Memory"),
    "disk": _("Disk"),
    "holder": _("Workshop"),
    "donor": _("Donor"),
    "place": _("Place"),
    "lot": _("Lot"),
    "condition": _("Looks"),
}
CONDITIONS: Mapping[str, Label] = {choice.value: choice.label for choice in Condition}
_LETTERS = {
    "state": "s",
    "kind": "k",
    "grade": "g",
    "memory": "m",
    "disk": "x",
    "territory": "t",
    "holder": "h",
    "donor": "d",
    "place": "p",
    "lot": "l",
    "condition": "c",
}


def memory_class(megabytes: int | None) -> str:
    """A key of MEMORY_LABELS."""
    if megabytes is None:
        return "none"
    return next(name for name, floor in _MEMORY_FLOORS if megabytes >= floor)


def word(facet: str, value: UUID | str) -> str:
    """A facet's value as the index holds it: the random half of an identifier is enough."""
    written = value.hex[16:] if isinstance(value, UUID) else "_".join(value.lower().split())  # words end at a space
    return _LETTERS[facet] + written


def dimensions_of(device: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """The values of a device, in the order of DIMENSIONS."""
    grade = device["grade"]
    return (
        device["state"],
        device["kind"],
        "none" if grade is None else str(grade),
        memory_class(device["memory_mb"]),
        device["disk_kind"] or "none",
    )


def facet_words(device: Mapping[str, Any]) -> str:
    """Every facet of a device, as `StockDoc.facets` holds them.

    "b…" is the block of 32,768 numbers the device is in: PostgreSQL goes through the stock block by block.
    """
    words = [word(name, value) for name, value in zip(DIMENSIONS, dimensions_of(device), strict=True)]
    for name in ("territory", "holder", "donor", "place", "lot"):
        if device[f"{name}_id"]:
            words.append(word(name, device[f"{name}_id"]))
    if device["condition"]:
        words.append(word("condition", device["condition"]))
    words.append(f"b{device['number'] >> 15}")
    return f" {' '.join(words)} "


def dimensions_in(facet_words: str) -> dict[str, str]:
    """The values of the five dimensions read back from `StockDoc.facets`: they come first, in order."""
    return {name: found[1:] for name, found in zip(DIMENSIONS, facet_words.split(maxsplit=5), strict=False)}
