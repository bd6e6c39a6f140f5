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
    """A coordination: its territory's; a workshop: those it holds; the others: those they gave. None: nothing.

    By the organisation, not by the role: a town's reader, or a donor's API key, sees what the town or the donor gave.
    """
    if actor.oversees and actor.territory_id:
        return Scope("territory", actor.territory_id)
    if not actor.organisation_id:
        return None
    return Scope("donor" if actor.gives else "holder", actor.organisation_id)
