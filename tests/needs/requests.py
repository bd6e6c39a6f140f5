"""Requests for tests, filed through the real command by a world's prescriber."""

from datetime import datetime
from typing import Any

from maillon.needs.commands import file_request
from maillon.needs.facts import Facts
from maillon.needs.identities import Person
from maillon.needs.models import Request
from maillon.territory.models import Commune
from tests.world import World

KNOWN_PERSON = set(Person.__dataclass_fields__)


def commune(code: str = "44109", name: str = "Nantes") -> Commune:
    return Commune.objects.get_or_create(code=code, defaults={"name": name, "postcodes": ["44000"]})[0]


def facts(**fields: Any) -> Facts:
    given: dict[str, Any] = {
        "beneficiary": "household",
        "use": "administrative",
        "kinds": ["convertible", "notebook"],
        "commune": commune().pk,
        "criteria": {"no_computer": None},
    }
    return Facts(**(given | fields))


def make_request(world: World, who: str = "prescriber", *, at: datetime | None = None, **fields: Any) -> Request:
    """A household's request for a laptop. fields: of Facts, of Person (name, phone…), since, import_key."""
    person = {"name": "Camille Exemple"} | {name: fields.pop(name) for name in KNOWN_PERSON & fields.keys()}
    command = {name: fields.pop(name) for name in {"since", "import_key"} & fields.keys()}
    return file_request(actor=world.actor(who), person=Person(**person), facts=facts(**fields), at=at, **command)
