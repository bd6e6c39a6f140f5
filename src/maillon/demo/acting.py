"""Who acts in the demonstration, and where: its organisations and people, by their keys in `people`."""

from functools import cache
from uuid import UUID

from maillon.demo.people import ORGANISATIONS, PEOPLE
from maillon.kernel.actor import Actor
from maillon.territory.actors import actor_for
from maillon.territory.models import Organisation, Place, User

WORKS_AS = ("technician", "coordinator", "prescriber", "mediator", "donor")


@cache
def organisation(key: str) -> Organisation:
    name = next(told.name for told in ORGANISATIONS if told.key == key)
    found: Organisation = Organisation.objects.get(name=name)
    return found


@cache
def actor(key: str) -> Actor:
    """Someone of this organisation who works there."""
    people = (person for person in PEOPLE if person.organisation == key and person.role.value in WORKS_AS)
    return actor_for(User.objects.get(email=next(people).email), organisation(key).pk)


@cache
def place(workshop: Organisation, position: int) -> Place:
    """A place of an organisation in the order of the work: 0 where machines arrive, -1 where they leave."""
    told = next(one for one in ORGANISATIONS if one.name == workshop.name)
    found: Place = workshop.places.get(name=told.places[position])
    return found


def workshop_of(organisation_id: UUID) -> str:
    """The key of a workshop."""
    return next(key for key in ("atelier-nord", "atelier-sud") if organisation(key).pk == organisation_id)


def forget() -> None:
    """Another demonstration begins: nobody of the one before is in it."""
    for known in (organisation, actor, place):
        known.cache_clear()
