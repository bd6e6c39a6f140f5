"""Authentication of the API by an organisation's key."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from maillon.kernel.actor import Actor
from maillon.territory.actors import actor_of_token


class OrganisationKey(HttpBearer):
    """`Authorization: Bearer maillon_…`; the request then acts for the organisation, within the key's scopes."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_token(token)
        if actor is not None:
            request.actor = actor  # type: ignore[attr-defined]
        return actor
