"""Many who book at the same moment, each with their own connection, on a database of their own."""

import pytest

from maillon.distribution.appointments import commands
from maillon.distribution.appointments.models import Appointment
from maillon.kernel.errors import Refusal
from tests import scratch
from tests.distribution.appointments import at, make_desk, promised
from tests.kernel.test_ledger_concurrency import together
from tests.world import make_world


@pytest.fixture(scope="module")
def world(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database():
        yield make_world()


def attempted(change):
    try:
        change()
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("capacity", [1, 3])
def test_no_slot_takes_more_than_its_capacity(world, capacity):
    desk = make_desk(world, name=f"Accueil {capacity}", capacity=capacity)
    actor = world.actor("prescriber")

    def booking(request):
        return lambda: attempted(
            lambda: commands.book(actor=actor, request_id=request.pk, place_id=desk.place_id, starts_at=at())
        )

    answers = together([booking(promised(world)) for _n in range(8)])
    assert sorted(answers) == [False] * (8 - capacity) + [True] * capacity
    assert Appointment.objects.filter(place=desk.place).count() == capacity


def test_a_request_booked_twice_at_once_has_one_appointment(world):
    desk = make_desk(world, name="Accueil double", capacity=9)
    request, actor = promised(world), world.actor("prescriber")

    def booking(day):
        return lambda: attempted(
            lambda: commands.book(actor=actor, request_id=request.pk, place_id=desk.place_id, starts_at=at(day))
        )

    assert sorted(together([booking(day) for day in (3, 4, 5)])) == [False, False, True]
    assert Appointment.objects.filter(request=request).count() == 1


def test_moves_into_one_slot_at_once_leave_one(world):
    desk = make_desk(world, name="Accueil mobile")
    actor = world.actor("prescriber")
    there = [
        commands.book(actor=actor, request_id=promised(world).pk, place_id=desk.place_id, starts_at=at(day))
        for day in (3, 4, 5)
    ]

    def moving(appointment):
        return lambda: attempted(
            lambda: commands.move(actor=actor, appointment_id=appointment.pk, place_id=desk.place_id, starts_at=at(6))
        )

    assert sorted(together([moving(one) for one in there])) == [False, False, True]
    assert Appointment.objects.filter(place=desk.place, starts_at=at(6)).count() == 1
