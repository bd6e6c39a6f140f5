"""Appointments: who may, when, how many; what moves, what is cancelled, who waits."""

from datetime import UTC, date, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from maillon.distribution.appointments import commands, opening, queries
from maillon.distribution.appointments.calendars import calendar_of
from maillon.distribution.appointments.models import Appointment, Closure, Desk, WaitingEntry
from maillon.distribution.appointments.rules import slot_starts
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs import family
from maillon.needs.commands import withdraw_request
from maillon.territory.commands import remove_place
from maillon.territory.hours import Span
from maillon.workshop import moves
from tests.allocation.promises import make_promise
from tests.distribution.appointments import at, make_desk, promised
from tests.needs.requests import make_request
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture(autouse=True)
def pages_in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def desk(world):
    return make_desk(world)


def book(world, desk, request, who="prescriber", **more):
    given = {"starts_at": at(), **more}
    return commands.book(actor=world.actor(who), request_id=request.pk, place_id=desk.place_id, **given)


# --- Slots


@given(
    st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(sorted),
    st.integers(5, 240),
    st.integers(0, 1440),
    st.integers(0, 1440),
)
def test_slots_fit_within_what_is_open_and_never_overlap(points, minutes, first, last):
    spans = tuple(Span(*pair) for pair in zip(points[: len(points) // 2 * 2 : 2], points[1::2], strict=True))
    starts = list(slot_starts(spans, minutes, first=first, last=last))
    assert starts == sorted(starts)
    for before, after in pairwise(starts):
        assert before + minutes <= after
    for start in starts:
        assert first <= start and start + minutes <= last
        assert any(span.start <= start and start + minutes <= span.end for span in spans)


def test_slots_follow_the_hours_the_desk_and_the_closures(world, desk, django_assert_num_queries):
    mediator = world.actor("mediator")
    opening.set_desk(actor=mediator, place_id=desk.place_id, settings={"slot_minutes": 60, "capacity": 2})
    day = timezone.localdate() + timedelta(days=4)
    opening.add_closure(actor=mediator, place_id=desk.place_id, first=day, last=day, kind="works")
    desk = Desk.objects.select_related("place").get()
    with django_assert_num_queries(2):
        found = queries.slots(desk, now=timezone.now(), first=day - timedelta(days=1), days=3)
    assert list(found) == [day - timedelta(days=1), day + timedelta(days=1)]
    free = found[day - timedelta(days=1)]
    assert [slot.at[-5:] for slot in free] == ["09:00", "10:00", "11:00"] and {slot.free for slot in free} == {2}


def test_the_hour_that_summer_time_skips_is_no_slot(world):
    desk = make_desk(world, hours="24/7")
    change = date(2027, 3, 28)
    starts = queries.starts_of(desk, calendar_of(desk.place), change)
    assert len(starts) == len({start.astimezone(UTC) for start in starts}) == 46
    assert [f"{start:%H:%M}" for start in starts[3:5]] == ["01:30", "03:00"]


def test_a_desk_needs_hours(world):
    with pytest.raises(Refusal, match="no opening hours"):
        make_desk(world, hours="")
    assert not Desk.objects.exists()


# --- Booking


def test_a_prescriber_books_and_the_ledger_says_it_without_a_name(world, desk):
    request = promised(world, name="Camille Exemple")
    appointment = book(world, desk, request)
    assert (appointment.state, appointment.booked_by, appointment.minutes) == ("booked", "prescriber", 30)
    entry = Entry.objects.filter(stream=f"request:{request.pk}").latest("sequence")
    assert entry.kind == "appointment.booked" and entry.subject == appointment.pk
    assert entry.data["by"] == "prescriber" and entry.data["place"] == str(desk.place_id)
    assert "Camille" not in entry.payload
    assert queries.booked(request) == appointment


def test_the_desk_and_the_family_book_too(world, desk):
    first, second = promised(world), promised(world)
    assert book(world, desk, first, "mediator").booked_by == "desk"
    own = family.actor_of(second)
    made = commands.book(actor=own, request_id=second.pk, place_id=desk.place_id, starts_at=at(minute=570))
    assert made.booked_by == "family"
    with pytest.raises(NotAllowed):
        commands.book(actor=own, request_id=first.pk, place_id=desk.place_id, starts_at=at(minute=600))


def test_only_the_desk_and_the_coordination_choose_a_place_that_the_request_does_not_name(world, desk):
    named, request = make_desk(world, name="Annexe"), promised(world)
    request.places.set([named.place])
    own = family.actor_of(request)
    for who in (world.actor("prescriber"), own):
        asked = {"actor": who, "request_id": request.pk, "place_id": desk.place_id}
        with pytest.raises(Refusal, match="names other places than Accueil"):
            commands.book(**asked, starts_at=at())
        with pytest.raises(Refusal, match="names other places"):
            commands.wait_for_earlier(**asked)
    kept = book(world, named, request)
    with pytest.raises(Refusal, match="names other places"):
        commands.move(actor=own, appointment_id=kept.pk, place_id=desk.place_id, starts_at=at())
    for who, days in (("mediator", 4), ("coordinator", 5)):
        moved = commands.move(
            actor=world.actor(who), appointment_id=kept.pk, place_id=desk.place_id, starts_at=at(days)
        )
        assert moved.place_id == desk.place_id


def test_who_may_not_book(world, desk):
    foreign = make_world(" étrangère")
    request, theirs = promised(world), promised(foreign)
    with pytest.raises(NotAllowed):
        book(world, desk, request, "donor")
    with pytest.raises(NotFound):
        book(world, desk, request, "technician")  # neither its request nor its place
    with pytest.raises(NotFound):
        book(world, desk, theirs)
    with pytest.raises(NotFound):
        commands.book(actor=foreign.actor("prescriber"), request_id=theirs.pk, place_id=desk.place_id, starts_at=at())
    assert not Appointment.objects.exists()


def test_only_a_request_with_a_machine_promised_and_one_appointment_each(world, desk):
    with pytest.raises(Refusal, match="No machine is promised"):
        book(world, desk, make_request(world))
    request = promised(world)
    book(world, desk, request)
    with pytest.raises(Refusal, match="already has an appointment"):
        book(world, desk, request, starts_at=at(5))
    with pytest.raises(Refusal, match="no machine on loan"):
        book(world, desk, request, starts_at=at(5), purpose="return")


def test_a_full_slot_refuses_and_one_that_is_none_too(world, desk):
    book(world, desk, promised(world))
    with pytest.raises(Refusal, match="just been taken"):
        book(world, desk, promised(world))
    for wrong in (at(minute=545), at(minute=12 * 60)):
        with pytest.raises(Refusal, match="no appointment at"):
            book(world, desk, promised(world), starts_at=wrong)
    with pytest.raises(Refusal, match="is past"):
        book(world, desk, promised(world), starts_at=at(-3))
    assert Appointment.objects.count() == 1


def test_a_closed_day_refuses_with_the_next_open_one(world):
    day = timezone.localdate() + timedelta(days=3)
    desk = make_desk(world)
    opening.add_closure(
        actor=world.actor("mediator"), place_id=desk.place_id, first=day, last=day + timedelta(days=1), kind="leave"
    )
    with pytest.raises(Refusal, match=r"is closed on .*: annual leave\. The next open day is") as refused:
        book(world, desk, promised(world))
    assert str((day + timedelta(days=2)).year) in str(refused.value)


def test_the_desk_s_notice_and_horizon_hold_for_all_but_the_desk(world):
    desk = make_desk(world, notice_hours=24 * 7, horizon_days=10)
    request = promised(world)
    for when in (at(3), at(20)):
        with pytest.raises(Refusal):
            book(world, desk, request, starts_at=when)
    assert book(world, desk, request, "mediator", starts_at=at(3)).state == "booked"


def test_families_book_only_where_the_desk_says_so(world):
    desk = make_desk(world, families=False)
    request = promised(world)
    with pytest.raises(Refusal, match="No appointment is taken"):
        commands.book(actor=family.actor_of(request), request_id=request.pk, place_id=desk.place_id, starts_at=at())
    assert not queries.bookable(request, families=True).exists() and queries.bookable(request).exists()


# --- Moving, cancelling, answering


def test_moving_keeps_the_appointment_and_counts_the_change(world, desk):
    request = promised(world)
    appointment = book(world, desk, request)
    prescriber = world.actor("prescriber")
    moved = commands.move(actor=prescriber, appointment_id=appointment.pk, place_id=desk.place_id, starts_at=at(5))
    assert (moved.pk, moved.starts_at, moved.sequence) == (appointment.pk, at(5), 1)
    same = commands.move(actor=prescriber, appointment_id=appointment.pk, place_id=desk.place_id, starts_at=at(5))
    assert same.sequence == 1
    kinds = Entry.objects.filter(subject=appointment.pk).order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == ["appointment.booked", "appointment.moved"]
    book(world, desk, promised(world))  # the slot it left is free


def test_a_cancelled_slot_is_free_and_nothing_follows_a_cancellation(world, desk):
    request = promised(world)
    appointment = book(world, desk, request)
    for who, error in (("technician", NotFound), ("donor", NotFound)):
        with pytest.raises(error):
            commands.cancel(actor=world.actor(who), appointment_id=appointment.pk)
    commands.cancel(actor=family.actor_of(request), appointment_id=appointment.pk)
    with pytest.raises(Refusal, match="Cancelled"):
        commands.cancel(actor=world.actor("prescriber"), appointment_id=appointment.pk)
    assert book(world, desk, request).pk != appointment.pk


def test_what_happened_is_answered_on_the_day_by_who_may(world, desk):
    appointment = book(world, desk, promised(world))
    with pytest.raises(Refusal, match="is to come"):
        commands.held(actor=world.actor("mediator"), appointment_id=appointment.pk)
    Appointment.objects.update(starts_at=at(-1))
    assert list(queries.unanswered(world.actor("mediator"), now=timezone.now())) == [appointment]
    assert not queries.unanswered(world.actor("technician"), now=timezone.now()).exists()
    with pytest.raises(NotFound):
        commands.no_show(actor=world.actor("technician"), appointment_id=appointment.pk)
    with pytest.raises(Refusal, match="no reason"):
        commands.no_show(actor=world.actor("mediator"), appointment_id=appointment.pk, reason="lazy")
    commands.no_show(actor=world.actor("mediator"), appointment_id=appointment.pk, reason="transport")
    entry = Entry.objects.filter(subject=appointment.pk).latest("sequence")
    assert (entry.kind, entry.data) == ("appointment.no_show", {"reason": "transport"})


def test_a_handover_says_that_they_came(world, desk):
    request = make_request(world)
    device = make_promise(world, request=request).device
    appointment = book(world, desk, request)
    Appointment.objects.update(starts_at=at(0, 0))
    to_come = book(world, desk, promised(world))
    answers = {"reference": request.code}
    moves.take_step(actor=world.actor("coordinator"), device_id=device.id, step="handed_over", answers=answers)
    appointment.refresh_from_db()
    to_come.refresh_from_db()
    assert (appointment.state, to_come.state) == ("held", "booked")
    assert Entry.objects.filter(subject=appointment.pk).latest("sequence").kind == "appointment.held"


def test_a_request_that_closes_keeps_no_slot(world, desk):
    request = promised(world)
    appointment = book(world, desk, request)
    withdraw_request(actor=world.actor("prescriber"), request_id=request.pk)
    appointment.refresh_from_db()
    assert (appointment.state, appointment.reason) == ("cancelled", "request_closed")


def test_a_place_where_people_are_expected_is_not_removed(world, desk):
    book(world, desk, promised(world))
    mediator = world.actor("mediator")
    with pytest.raises(Refusal, match="People are expected there: 1"):
        remove_place(actor=mediator, organisation_id=mediator.home, place_id=desk.place_id)
    commands.cancel(actor=mediator, appointment_id=Appointment.objects.get().pk)
    remove_place(actor=mediator, organisation_id=mediator.home, place_id=desk.place_id)
    assert Appointment.objects.get().place is None


def test_a_closure_lists_the_appointments_to_move(world, desk):
    appointment = book(world, desk, promised(world))
    day = timezone.localdate(appointment.starts_at)
    closure = opening.add_closure(
        actor=world.actor("mediator"), place_id=desk.place_id, first=day, last=day, kind="event"
    )
    again = opening.add_closure(
        actor=world.actor("mediator"), place_id=desk.place_id, first=day, last=day, kind="event"
    )
    assert again == closure, "the form sent twice"
    assert queries.in_closures(desk.place, now=timezone.now()) == [appointment]
    opening.remove_closure(actor=world.actor("mediator"), place_id=desk.place_id, closure_id=closure.pk)
    assert queries.in_closures(desk.place, now=timezone.now()) == [] and not Closure.objects.exists()


def test_only_who_keeps_the_place_changes_its_desk(world, desk):
    for who in ("technician", "prescriber"):
        with pytest.raises(NotFound):
            opening.set_desk(actor=world.actor(who), place_id=desk.place_id, settings={"capacity": 9})
    with pytest.raises(NotAllowed):
        opening.set_desk(actor=world.actor("donor"), place_id=desk.place_id, settings={"capacity": 9})
    opening.set_desk(actor=world.actor("coordinator"), place_id=desk.place_id, settings={"capacity": 9})
    assert Desk.objects.get().capacity == 9


# --- Waiting for an earlier slot


def test_who_waits_is_kept_once_and_no_more_once_served(world, desk):
    request = promised(world)
    prescriber = world.actor("prescriber")
    for _time in range(2):
        commands.wait_for_earlier(actor=prescriber, request_id=request.pk, place_id=desk.place_id)
    entry = WaitingEntry.objects.get()
    book(world, desk, request)
    assert WaitingEntry.objects.exists()  # booked, and would still come earlier
    entry.told = 1
    entry.save()
    commands.move(
        actor=prescriber,
        appointment_id=Appointment.objects.get().pk,
        place_id=desk.place_id,
        starts_at=at(2),
    )
    assert not WaitingEntry.objects.exists()


def test_nobody_else_ends_the_waiting_of_a_person(world, desk):
    """A code seen once is not enough: neither one's request nor one's place."""
    request = promised(world)
    commands.wait_for_earlier(actor=world.actor("prescriber"), request_id=request.pk, place_id=desk.place_id)
    for who in ("technician", "neighbour"):
        with pytest.raises(NotFound):
            commands.stop_waiting(actor=world.actor(who), request_id=request.pk, place_id=desk.place_id)
    assert WaitingEntry.objects.exists()
    commands.stop_waiting(actor=family.actor_of(request), request_id=request.pk, place_id=desk.place_id)
    assert not WaitingEntry.objects.exists()
