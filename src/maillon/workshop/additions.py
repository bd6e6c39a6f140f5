"""What the later links of the chain show on the pages of a machine, and what they know of its check-list.

    additions.add(additions.DEVICE, "help/_repairs.html", repairs_part, order=40)

A part is a template drawn with what its function returns, as `part`; None leaves it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from maillon.kernel.actor import Actor
from maillon.workshop.models import Device

DEVICE, PASSPORT = "device", "passport"
Context = Callable[[Actor, Device], Mapping[str, Any] | None]
Notes = Callable[[Device], Mapping[str, str | Promise]]


@dataclass(frozen=True, slots=True)
class Part:
    template: str
    context: Mapping[str, Any]


_parts: dict[tuple[str, str], tuple[int, Context]] = {}
_notes: dict[str, Notes] = {}


def add(page: str, template: str, context: Context, *, order: int = 100) -> None:
    """page: DEVICE (the workshop's page of a machine) or PASSPORT (the public one, whose actor may be anybody).

    Adding the same template again replaces it: `ready` may run twice.
    """
    _parts[page, template] = (order, context)


def shown(page: str, actor: Actor, device: Device) -> list[Part]:
    of_page = [(order, template, context) for (of, template), (order, context) in _parts.items() if of == page]
    ordered = sorted(of_page, key=lambda part: part[:2])
    told = ((template, context(actor, device)) for _order, template, context in ordered)
    return [Part(template, context) for template, context in told if context is not None]


def add_notes(source: Notes) -> None:
    """source: given a machine, answers what to look at first: line of the check-list -> why."""
    _notes[f"{source.__module__}.{source.__qualname__}"] = source


def notes_on_checks(device: Device) -> dict[str, str | Promise]:
    return {line: note for source in _notes.values() for line, note in source(device).items()}
