"""Whose devices someone sees, as the index writes it: the same rule as `DeviceQuerySet.visible_to`."""

from typing import NamedTuple
from uuid import UUID

from maillon.kernel.actor import Actor
from maillon.workshop.stock.facets import word


class View(NamedTuple):
    facet: str  # "territory", "holder" or "donor"
    id: UUID

    @property
    def word(self) -> str:
        return word(self.facet, self.id)


def view_of(actor: Actor) -> View | None:
    """None: sees nothing. A test compares this with `visible_to` for every role."""
    if actor.oversees and actor.territory_id:
        return View("territory", actor.territory_id)
    if not actor.organisation_id:
        return None
    donates = actor.may("lots.announce") and not actor.may("stock.move")
    return View("donor" if donates else "holder", actor.organisation_id)
