"""Who is asking: the actor of a person, of a token, of a request."""

import hashlib
from uuid import UUID

from django.utils import timezone

from maillon.kernel.actor import PUBLIC, Actor, ActorKind
from maillon.territory.models import Membership, Organisation, OrganisationKind, Token, User
from maillon.territory.roles import PERMISSIONS


def actor_of(user: User, memberships: list[Membership]) -> Actor:
    """The actor this person is, acting for the organisation of these memberships (all of one organisation)."""
    if not memberships:
        return Actor(ActorKind.PERSON, user_id=user.pk)
    return _actor(
        ActorKind.PERSON,
        memberships[0].organisation,
        frozenset().union(*(PERMISSIONS[membership.role] for membership in memberships)),
        user_id=user.pk,
    )


def actor_for(user: User, organisation_id: UUID | None) -> Actor:
    """The person acting for this organisation, or for the first one it belongs to. One query."""
    memberships = list(user.memberships.select_related("organisation"))
    if not memberships:
        return Actor(ActorKind.PERSON, user_id=user.pk)
    chosen = [m for m in memberships if m.organisation_id == organisation_id]
    if not chosen:
        chosen = [m for m in memberships if m.organisation_id == memberships[0].organisation_id]
    return actor_of(user, chosen)


def actor_of_token(secret: str) -> Actor | None:
    """The organisation that holds this API key, limited to the key's scopes; None when it opens nothing."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    token = Token.objects.select_related("organisation").filter(digest=digest, revoked_at=None).first()
    if token is None or token.expired:
        return None
    now = timezone.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)  # at most one write a minute
    return _actor(ActorKind.TOKEN, token.organisation, frozenset(token.granted), user_id=None)


def _actor(kind: ActorKind, organisation: Organisation, permissions: frozenset[str], user_id: UUID | None) -> Actor:
    return Actor(
        kind,
        user_id=user_id,
        organisation_id=organisation.pk,
        territory_id=organisation.territory_id,
        oversees=organisation.kind == OrganisationKind.COORDINATION,
        gives=organisation.kind not in (OrganisationKind.COORDINATION, OrganisationKind.WORKSHOP),
        permissions=permissions,
    )


__all__ = ["PUBLIC", "actor_for", "actor_of", "actor_of_token"]
