"""A desk that receives, and requests with a machine promised, for tests of appointments."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from maillon.distribution.appointments import opening, queries
from maillon.distribution.appointments.models import Desk
from maillon.needs.models import Request
from maillon.territory import commands as territory
from maillon.territory.models import Place
from tests.needs.requests import make_request
from tests.world import World

EVERY_DAY = "Mo-Su,PH 09:00-12:00"  # open whatever the day the tests are run on
NOON = timedelta(hours=12)


def make_desk(world: World, *, hours: str = EVERY_DAY, name: str = "Accueil", **settings: Any) -> Desk:
    """A place of the mediator's organisation, open every morning, which receives one person each half-hour."""
    mediator = world.actor("mediator")
    place: Place = territory.add_place(actor=mediator, organisation_id=mediator.home, name=name)
    card = {"open_to_public": True, "hours": hours, "address": "3 rue Neuve"}
    territory.change_place(actor=mediator, organisation_id=mediator.home, place_id=place.pk, card=card)
    return opening.set_desk(actor=mediator, place_id=place.pk, settings={"notice_hours": 0, **settings})


def promised(world: World, who: str = "prescriber", **fields: Any) -> Request:
    """A request with a machine promised; the promise itself is the allocation's business."""
    request = make_request(world, who, **fields)
    request.state = "promised"
    request.save(update_fields=["state"])
    return request


def at(days: int = 3, minute: int = 9 * 60) -> datetime:
    """A slot so many days ahead."""
    return queries.local(timezone.localdate() + timedelta(days=days), minute)
