"""The demonstration's desks: they take appointments, and those to whom a machine is promised have one."""

from random import Random

from django.utils import timezone

from maillon.demo.acting import actor
from maillon.demo.people import COORDINATION
from maillon.distribution.appointments import commands, opening, queries
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.territory.models import Place

SHARE = 0.8  # of those who wait for a handover; the others are to be called


def receive(draw: Random) -> None:
    who, now = actor(COORDINATION), timezone.now()
    for place in Place.objects.filter(open_to_public=True).order_by("name"):
        opening.set_desk(actor=who, place_id=place.pk, settings={"slot_minutes": 45, "capacity": 2})
    for request in Request.objects.filter(state=RequestState.PROMISED.value).order_by("code"):
        desks = list(queries.bookable(request))
        if not desks or request.delivery:  # it names places that take no appointment, or waits at home
            continue
        desk = draw.choice(desks)
        free = [slot for slots in queries.slots(desk, now=now).values() for slot in slots][:20]
        if free and draw.random() < SHARE:
            starts_at = draw.choice(free).starts_at
            commands.book(actor=who, request_id=request.pk, place_id=desk.place_id, starts_at=starts_at, now=now)
