"""What the start page shows: to a reader what waits, to a passer-by what can be done without an account.

Each app says what it knows, the page shows it in order.

# maillon/workshop/apps.py
def ready(self) -> None:
    start.add("stock.view", stock_waiting, order=20, group=_("Machines"))
    start.welcome("workshop/_label.html")
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from maillon.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """One figure of the start page, and where it opens. The first one that calls for action is put forward."""

    value: int
    label: str | Promise
    url: str
    icon: str
    action: str | Promise = ""  # the button, when something is to be done
    counted: bool = True  # False: something to do that is no figure


Source = Callable[[Actor], Iterable[Waiting]]
_sources: dict[str, tuple[int, str, Source, str | Promise]] = {}


def add(permission: str, source: Source, *, order: int = 100, group: str | Promise = "") -> None:
    """group: the heading of its figures; sources of one group that follow each other share it.

    Adding the same function again replaces it: `ready` may run twice.
    """
    _sources[f"{source.__module__}.{source.__qualname__}"] = (order, permission, source, group)


def waiting(actor: Actor) -> list[tuple[str | Promise, list[Waiting]]]:
    """All that the actor may see, in order, by group."""
    groups: list[tuple[str | Promise, list[Waiting]]] = []
    for _order, permission, source, group in sorted(_sources.values(), key=lambda entry: entry[0]):
        items = list(source(actor)) if actor.may(permission) else []
        if items and groups and groups[-1][0] == group:
            groups[-1][1].extend(items)
        elif items:
            groups.append((group, items))
    return groups


_parts: list[str] = []


def welcome(template: str) -> None:
    """A part of the page of those who are not signed in. Adding it again changes nothing."""
    if template not in _parts:
        _parts.append(template)


def welcome_parts() -> list[str]:
    return list(_parts)
