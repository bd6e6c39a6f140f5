"""Puts on each request who asks."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from maillon.kernel.actor import PUBLIC
from maillon.territory.actors import actor_for

SESSION_KEY = "organisation"


def actor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = PUBLIC  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            chosen = request.session.get(SESSION_KEY)
            request.actor = actor_for(request.user, UUID(chosen) if chosen else None)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware
