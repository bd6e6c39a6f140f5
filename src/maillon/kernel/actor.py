"""Who acts: a person in an organisation, a machine with a token, the system itself, or a passer-by."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from maillon.kernel.errors import NotAllowed


class ActorKind(StrEnum):
    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - a kind of actor, not a secret
    SYSTEM = "system"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Actor:
    """Handed to every command and query. Holds identifiers only: it may be logged and written to the ledger.

    organisation_id: on whose behalf; None for a passer-by.
    territory_id: the coordination this organisation belongs to (its own id when it is the coordination).
    oversees: sees every organisation of its territory, not its own alone (coordination).
    gives: sees the machines its organisation gave, not those it holds (all but workshops and coordinations).
    permissions: what its roles allow, such as "stock.view"; see `maillon.territory.roles`.
    """

    kind: ActorKind
    user_id: UUID | None = None
    organisation_id: UUID | None = None
    territory_id: UUID | None = None
    oversees: bool = False
    gives: bool = False
    permissions: frozenset[str] = field(default_factory=frozenset)

    @property
    def home(self) -> UUID:
        """The organisation it acts for. Raises NotAllowed for who acts for none."""
        if self.organisation_id is None:
            raise NotAllowed("(no organisation)")
        return self.organisation_id

    @property
    def territory(self) -> UUID:
        """The coordination its organisation belongs to. Raises NotAllowed for who acts for no organisation."""
        if self.territory_id is None:
            raise NotAllowed("(no organisation)")
        return self.territory_id

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises NotAllowed."""
        if not self.may(permission):
            raise NotAllowed(permission)


PUBLIC = Actor(ActorKind.PUBLIC)


def system(territory_id: UUID | None = None) -> Actor:
    """The platform acting by itself (periodic jobs, migrations). It names a territory where one is concerned."""
    return Actor(ActorKind.SYSTEM, organisation_id=territory_id, territory_id=territory_id, oversees=True)
