"""Whose devices someone sees, as the index writes it: the same rule as `DeviceQuerySet.visible_to`."""

from typing import NamedTuple
from uuid import UUID

from maillon.kernel.actor import Actor
from maillon.territory.scopes import scope_of
from maillon.workshop.stock.facets import word


class View(NamedTuple):
    facet: str  # "territory", "holder" or "donor"
    id: UUID

    @property
    def word(self) -> str:
        return word(self.facet, self.id)


def view_of(actor: Actor) -> View | None:
    """None: sees nothing. A test compares this with `visible_to` for every role."""
    scope = scope_of(actor)
    return View(scope.side, scope.id) if scope else None
