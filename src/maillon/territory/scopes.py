"""Whose machines someone sees: one rule for lots, devices and the index of the stock."""

from typing import Literal, NamedTuple
from uuid import UUID

from maillon.kernel.actor import Actor


class Scope(NamedTuple):
    side: Literal["territory", "holder", "donor"]  # the column that must hold `id`
    id: UUID

    @property
    def filter(self) -> dict[str, UUID]:
        return {f"{self.side}_id": self.id}


def scope_of(actor: Actor) -> Scope | None:
    """A coordination: its territory's; a donor's correspondent: those given; the others: those held. None: nothing."""
    if actor.oversees and actor.territory_id:
        return Scope("territory", actor.territory_id)
    if not actor.organisation_id:
        return None
    gives = actor.may("lots.announce") and not actor.may("stock.move")
    return Scope("donor" if gives else "holder", actor.organisation_id)
