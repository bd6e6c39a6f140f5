"""When a place opens, with its closures: `calendar_of(place)`."""

from collections.abc import Iterable
from uuid import UUID

from maillon.distribution.appointments import models
from maillon.territory import hours
from maillon.territory.holidays import region_of
from maillon.territory.models import Place


def calendar_of(place: Place) -> hours.Calendar:
    """One query."""
    return calendars_of([place])[place.pk]


def calendars_of(places: Iterable[Place]) -> dict[UUID, hours.Calendar]:
    """Of each place, by its key. One query."""
    shown = {place.pk: place for place in places}
    closures: dict[UUID, list[hours.Closure]] = {key: [] for key in shown}
    for closure in models.Closure.objects.filter(place__in=shown):
        closures[closure.place_id].append(hours.Closure(closure.first, closure.last, hours.ClosureKind(closure.kind)))
    return {
        key: hours.Calendar(hours.kept(place.hours), region_of(place.commune_id or ""), tuple(closures[key]))
        for key, place in shown.items()
    }
