"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from maillon.kernel import navigation


def page(request: HttpRequest) -> dict[str, object]:
    """Lazy where it costs: fragments answered to htmx have no frame."""
    return {
        "demo": settings.DEMO,
        "actor": getattr(request, "actor", None),
        "menu": SimpleLazyObject(lambda: navigation.entries(request)),
        "my_organisations": SimpleLazyObject(lambda: my_organisations(request)),
    }


def my_organisations(request: HttpRequest) -> list[Any]:
    """The organisations the reader may act for, by name; one query, kept for the request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    memberships = user.memberships.select_related("organisation")
    return sorted({m.organisation for m in memberships}, key=lambda organisation: organisation.name)
