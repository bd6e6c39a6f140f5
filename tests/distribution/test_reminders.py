"""Reminders: one a person, read again when they leave, never after the fact, and no name where none belongs."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from maillon.distribution.appointments import commands, jobs, opening
from maillon.distribution.appointments.models import Appointment, Reminder, ReminderLine, WaitingEntry
from maillon.distribution.appointments.reminders import digest, gateway, handling, planning, sending
from maillon.distribution.appointments.rules import LETTER_TRAVELS, is_mobile, way_to_reach
from maillon.distribution.appointments.vocabulary import Failure, ReminderState
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.jobs.models import Job
from maillon.kernel.jobs.running import drain
from maillon.kernel.ledger import Entry
from maillon.needs.commands import erase_identity
from maillon.needs.models import Request
from tests.distribution.appointments import at, make_desk, promised
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
PERSON = {
    "name": "Camille Exemple",
    "email": "camille@exemple.invalid",
    "phone": "+33612345678",
    "address": "1 rue du Port\n44000 Nantes",
}


@pytest.fixture(autouse=True)
def pages_in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def by_day(monkeypatch):
    """Whatever the hour at which the tests run, messages may ring."""
    monkeypatch.setattr(planning, "waking", lambda _now: True)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def desk(world):
    return make_desk(world)


def expected(world, desk, *, way="email", days=1, who="prescriber", minute=540, language="en", **fields):
    """An appointment to come for someone who is reached that way."""
    request = promised(world, who, contact_way=way, language=language, **{**PERSON, **fields})
    commands.book(actor=world.actor(who), request_id=request.pk, place_id=desk.place_id, starts_at=at(days, minute))
    return request


def same_person(first: Request, second: Request) -> None:
    Request.objects.filter(pk=second.pk).update(identity=first.identity)


def plan_and_send():
    jobs.plan_reminders.enqueue()
    drain()


def told(request):
    entries = Entry.objects.filter(stream=f"request:{request.pk}", kind__startswith="reminder.")
    return [entry.kind.removeprefix("reminder.") for entry in entries.order_by("sequence")]


# --- Rules


@given(
    st.sampled_from(["email", "sms", "post", "phone", "prescriber"]),
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.booleans(),
)
def test_somebody_is_always_told_in_a_way_that_arrives_in_time(contact_way, left, sms):
    way = way_to_reach(contact_way, left=left, sms=sms)
    assert way in ("email", "sms", "letter", "call", "in_person")
    assert way != "letter" or left >= LETTER_TRAVELS
    assert way != "sms" or sms


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("+33612345678", True),
        ("+33712345678", True),
        ("+33240123456", False),
        ("+590690123456", True),
        ("+590590123456", False),
        ("+262692123456", True),
        ("+262639123456", True),
        ("+262262123456", False),
        ("+594694123456", True),
        ("+596696123456", True),
        ("+32470123456", True),
        ("0612345678", False),
        ("", False),
    ],
)
def test_mobile_telephones_of_all_france_are_known(number, mobile):
    assert is_mobile(number) is mobile


# --- By e-mail


def test_one_message_a_person_whatever_is_coming(world, desk):
    requests = [expected(world, desk, days=1), expected(world, desk, days=2)]
    same_person(*requests)
    other = expected(world, desk, days=1, minute=600, name="Dominique Autre", email="dominique@exemple.invalid")
    plan_and_send()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["camille@exemple.invalid", "dominique@exemple.invalid"]
    letter = next(letter for letter in mail.outbox if "camille" in letter.to[0])
    assert "these 2 dates" in letter.body and letter.body.count("to receive the machine") == 2
    assert "Dominique" not in letter.body and "Camille" not in letter.body
    name, content, kind = letter.attachments[0]
    assert name.endswith(".ics") and kind == "text/calendar" and content.count("BEGIN:VEVENT") == 2
    assert all(told(request) == ["planned", "sent"] for request in (*requests, other))
    plan_and_send()
    assert len(mail.outbox) == 2, "each thing is recalled once"


def test_what_comes_within_the_same_hour_is_one_message(world, desk):
    same_person(expected(world, desk, days=3), expected(world, desk, days=3, minute=570))
    first = at(1)  # two days before the first of them, and half an hour too soon for the other
    assert [reminder.lines.count() for reminder in planning.plan(first)] == [2]
    assert planning.plan(first + timedelta(minutes=45)) == []


def test_what_is_far_is_not_recalled_yet(world, desk):
    expected(world, desk, days=6)
    plan_and_send()
    assert mail.outbox == [] and not Reminder.objects.exists()


def test_a_message_is_in_french_unless_english_is_asked(world, desk):
    expected(world, desk, language="ar")
    plan_and_send()
    assert "Bonjour" in mail.outbox[0].body and "Hello" not in mail.outbox[0].body


def test_what_changed_since_is_not_sent(world, desk):
    request = expected(world, desk)
    [reminder] = planning.plan(timezone.now())
    commands.cancel(actor=world.actor("prescriber"), appointment_id=Appointment.objects.get().pk)
    jobs.send_reminder.enqueue(str(reminder.pk))
    drain()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.DROPPED and mail.outbox == [] and told(request)[-1] == "dropped"


def test_a_moved_appointment_is_recalled_at_its_new_time_alone(world, desk):
    request = expected(world, desk)
    [reminder] = planning.plan(timezone.now())
    commands.move(
        actor=world.actor("prescriber"),
        appointment_id=Appointment.objects.get().pk,
        place_id=desk.place_id,
        starts_at=at(1, 600),
    )
    jobs.send_reminder.enqueue(str(reminder.pk))
    drain()
    assert mail.outbox == []
    plan_and_send()
    assert "10:00" in mail.outbox[0].body and told(request) == ["planned", "dropped", "planned", "sent"]


def test_never_after_the_fact(world, desk):
    request = expected(world, desk)
    [reminder] = planning.plan(timezone.now())
    Appointment.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    Reminder.objects.update(expires_at=timezone.now() - timedelta(hours=2))
    jobs.send_reminder.enqueue(str(reminder.pk))
    drain()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.EXPIRED and mail.outbox == [] and told(request)[-1] == "expired"
    assert planning.plan(timezone.now()) == []


def test_a_letter_nobody_printed_in_time_expires_by_itself(world, desk):
    expected(world, desk, way="post", days=8)
    plan_and_send()
    assert Reminder.objects.get().channel == "letter"
    Reminder.objects.update(expires_at=timezone.now())
    plan_and_send()
    assert Reminder.objects.get(channel="letter").state == ReminderState.EXPIRED


def test_a_closed_place_is_not_recalled(world, desk):
    expected(world, desk)
    day = timezone.localdate() + timedelta(days=1)
    opening.add_closure(actor=world.actor("mediator"), place_id=desk.place_id, first=day, last=day, kind="works")
    plan_and_send()
    assert mail.outbox == [] and not Reminder.objects.exists()


def test_an_erased_identity_is_not_reached(world, desk):
    request = expected(world, desk)
    [reminder] = planning.plan(timezone.now())
    Request.objects.filter(pk=request.pk).update(state="served")
    erase_identity(actor=world.actor("prescriber"), request_id=request.pk)
    jobs.send_reminder.enqueue(str(reminder.pk))
    drain()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.DROPPED and mail.outbox == []


def test_the_contact_is_read_at_sending_alone_by_who_may_and_kept_nowhere(world, desk, caplog):
    request = expected(world, desk)
    [reminder] = planning.plan(timezone.now())
    reads = Entry.objects.filter(kind="identity.read", subject=request.pk)
    assert not reads.exists()
    jobs.send(reminder)
    drain()
    [read] = reads
    assert read.data["purpose"] == "reminder" and read.organisation_id == request.prescriber_id
    assert read.actor_kind == "system"
    kept = [str(values) for values in Job.objects.values()] + list(Entry.objects.values_list("payload", flat=True))
    kept += [str(values) for values in Reminder.objects.values()] + [caplog.text]
    assert not any(word in text for text in kept for word in ("Camille", "camille@", "612345678"))
    assert Job.objects.get(task__endswith="send_reminder").organisation_id == request.prescriber_id


def test_a_mail_server_that_does_not_answer_is_seen_and_tried_again(world, desk, settings, monkeypatch):
    request = expected(world, desk)
    [reminder] = planning.plan(timezone.now())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nothing listens there
    jobs.send(reminder)
    drain()
    reminder.refresh_from_db()
    assert (reminder.state, reminder.failure) == ("failed", "unreachable") and "failed" in told(request)
    assert list(handling.waiting(world.actor("prescriber"))) == [reminder]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    jobs.retry(handling.again(actor=world.actor("prescriber"), reminder_id=reminder.pk), world.actor("prescriber"))
    drain()
    reminder.refresh_from_db()
    assert reminder.state == "done" and len(mail.outbox) == 1


def test_without_an_address_it_waits_for_someone(world, desk):
    request = expected(world, desk, way="phone", email="")
    Request.objects.filter(pk=request.pk).update(contact_way="email")
    plan_and_send()
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.failure) == ("failed", "no_address")
    assert list(handling.waiting(world.actor("prescriber"))) == [reminder]


# --- By text message


class Gateway(BaseHTTPRequestHandler):
    answers = [(200, b'{"id": "SM-42"}')]
    received: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).received.append((self.headers["Authorization"], self.headers["Content-Type"], body))
        status, answer = self.answers[0] if len(self.answers) == 1 else type(self).answers.pop(0)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def sms(settings):
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/messages"
    settings.SMS_TOKEN, settings.SMS_SENDER = "the-key", "Maillon"
    Gateway.received, Gateway.answers = [], [(200, b'{"id": "SM-42"}')]
    yield Gateway
    server.shutdown()
    server.server_close()


def test_a_text_message_goes_through_the_gateway_with_its_receipt(world, desk, sms):
    request = expected(world, desk, way="sms", phone="+590690123456")
    plan_and_send()
    [(key, kind, body)] = sms.received
    assert (key, kind) == ("Bearer the-key", "application/json")
    sent = json.loads(body)
    assert sent["to"] == "+590690123456" and sent["from"] == "Maillon" and "09:00" in sent["text"]
    assert "Camille" not in sent["text"]
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.receipt) == ("done", "SM-42")
    entry = Entry.objects.filter(stream=f"request:{request.pk}", kind="reminder.sent").get()
    assert entry.data["receipt"] == "SM-42" and "690123456" not in entry.payload


def test_a_gateway_s_own_names_and_forms_are_spoken(sms, settings):
    settings.SMS_FORMAT = "FORM"
    settings.SMS_FIELDS = {"to": "recipient", "text": "body", "from": "sender"}
    sms.answers = [(202, b"accepted")]
    assert gateway.send("+33612345678", "Bonjour à tous") == ""
    assert sms.received[0][2] == b"recipient=%2B33612345678&body=Bonjour+%C3%A0+tous&sender=Maillon"


@pytest.mark.parametrize(
    ("status", "failure", "again"),
    [(400, Failure.REFUSED, False), (503, Failure.REFUSED, True), (302, Failure.REFUSED, False)],
)
def test_a_gateway_that_refuses_or_sends_elsewhere_is_not_believed(sms, status, failure, again):
    sms.answers = [(status, b"no")]
    with pytest.raises(gateway.NotSent) as refused:
        gateway.send("+33612345678", "x")
    assert (refused.value.failure, refused.value.again) == (failure, again) and len(sms.received) == 1


def test_a_gateway_that_is_away_is_tried_again(settings):
    settings.SMS_URL = "http://127.0.0.1:1/"
    with pytest.raises(gateway.NotSent) as away:
        gateway.send("+33612345678", "x")
    assert away.value.failure == Failure.UNREACHABLE and away.value.again


def test_a_landline_gets_no_text_message(world, desk, sms):
    expected(world, desk, way="sms", phone="+33240123456")
    plan_and_send()
    assert sms.received == [] and Reminder.objects.get().failure == "not_mobile"


def test_without_a_gateway_they_are_called(world, desk):
    expected(world, desk, way="sms")
    plan_and_send()
    assert Reminder.objects.get().channel == "call"


# --- By hand


def test_calls_letters_and_the_prescriber_s_own_are_a_list_for_its_organisation_alone(world, desk):
    expected(world, desk, way="phone", days=1)
    expected(world, desk, way="prescriber", days=2, name="Dominique Autre")
    expected(world, desk, way="post", days=7, minute=600, name="Claude Encore")
    plan_and_send()
    assert mail.outbox == []
    prescriber, now = world.actor("prescriber"), timezone.now()
    rows = list(handling.waiting(prescriber))
    assert [row.channel for row in rows] == ["call", "in_person", "letter"]
    for who in ("coordinator", "mediator", "technician"):
        assert not handling.waiting(world.actor(who)).exists()
        with pytest.raises(NotAllowed):
            handling.to_tell(world.actor(who), rows, now, named=True)
    listed = handling.to_tell(prescriber, rows, now)
    assert [item.person for item in listed] == [None, None, None]
    assert not Entry.objects.filter(kind="identity.read").exists()
    named = handling.to_tell(prescriber, rows, now, named=True)
    assert [item.person.name for item in named] == ["Camille Exemple", "Dominique Autre", "Claude Encore"]
    assert Entry.objects.filter(kind="identity.read").count() == 3
    assert handling.told(actor=prescriber, reminder_ids=[rows[0].pk]) == 1
    assert handling.told(actor=prescriber, reminder_ids=[rows[0].pk]) == 0
    assert list(handling.waiting(prescriber)) == rows[1:]
    assert told(named[0].requests[0]) == ["planned", "sent"]


def test_another_prescriber_touches_none_of_them(world, desk):
    expected(world, desk, way="phone")
    plan_and_send()
    foreign = make_world(" étrangère").actor("prescriber")
    reminder = Reminder.objects.get()
    assert handling.told(actor=foreign, reminder_ids=[reminder.pk]) == 0
    with pytest.raises(NotFound):
        handling.again(actor=foreign, reminder_id=reminder.pk)
    with pytest.raises(NotFound):
        handling.remind_now(actor=foreign, request_id=Request.objects.first().pk)


def test_a_reminder_asked_by_hand_is_logged_and_not_repeated(world, desk):
    request = expected(world, desk, days=20)
    prescriber = world.actor("prescriber")
    reminder = handling.remind_now(actor=prescriber, request_id=request.pk)
    jobs.send(reminder, prescriber)
    drain()
    assert len(mail.outbox) == 1
    planned = Entry.objects.get(stream=f"request:{request.pk}", kind="reminder.planned")
    assert planned.data["manual"] is True and planned.user_id == world.users["prescriber"].pk
    with pytest.raises(Refusal, match="less than a day ago"):
        handling.remind_now(actor=prescriber, request_id=request.pk)
    other = promised(world, **{**PERSON, "name": "Dominique Autre", "phone": "", "email": "x@exemple.invalid"})
    with pytest.raises(Refusal, match="Nothing is coming"):
        handling.remind_now(actor=prescriber, request_id=other.pk)
    with pytest.raises(NotAllowed):
        handling.remind_now(actor=world.actor("mediator"), request_id=request.pk)


def test_a_reminder_asked_by_hand_replaces_the_one_about_to_leave(world, desk):
    request = expected(world, desk, days=1)
    (planned,) = planning.plan(timezone.now())
    by_hand = handling.remind_now(actor=world.actor("prescriber"), request_id=request.pk)
    planned.refresh_from_db()
    assert (planned.state, by_hand.state) == (ReminderState.DROPPED, ReminderState.DUE)
    jobs.send(by_hand)
    jobs.send(planned)
    drain()
    assert len(mail.outbox) == 1 and planning.plan(timezone.now()) == []


def test_what_was_just_recalled_by_hand_is_not_again(world, desk):
    soon, far = (
        expected(world, desk, days=1),
        expected(world, desk, days=20, name="Dominique Autre", email="d@e.invalid"),
    )
    for request in (soon, far):
        handling.remind_now(actor=world.actor("prescriber"), request_id=request.pk)
    assert planning.plan(timezone.now()) == []
    (later,) = planning.plan(at(18, 540))
    assert later.lines.get().request == far, "three weeks after, it has to be said again"


# --- Those who wait


def test_a_freed_slot_is_told_to_those_who_wait_three_times_at_most(world, desk):
    holder = expected(world, desk, days=2)
    waiting = expected(world, desk, days=9, name="Dominique Autre", email="dominique@exemple.invalid")
    prescriber = world.actor("prescriber")
    commands.wait_for_earlier(actor=prescriber, request_id=waiting.pk, place_id=desk.place_id)
    for _time in range(4):
        appointment = Appointment.objects.get(request=holder, state="booked")
        commands.cancel(actor=prescriber, appointment_id=appointment.pk)
        drain()
        commands.book(
            actor=prescriber,
            request_id=holder.pk,
            place_id=desk.place_id,
            starts_at=at(2, 540 + 30 * (_time + 1)),
        )
    assert [letter.to for letter in mail.outbox] == [["dominique@exemple.invalid"]] * 3
    assert "earlier appointment is free" in mail.outbox[0].subject
    assert WaitingEntry.objects.get().told == 3


def test_who_gives_a_slot_up_is_not_told_that_it_is_free(world, desk):
    holder, prescriber = expected(world, desk, days=2), world.actor("prescriber")
    commands.wait_for_earlier(actor=prescriber, request_id=holder.pk, place_id=desk.place_id)
    commands.cancel(actor=prescriber, appointment_id=Appointment.objects.get(request=holder).pk)
    drain()
    assert mail.outbox == [] and WaitingEntry.objects.get().told == 0


def test_a_slot_taken_again_is_told_to_nobody(world, desk):
    holder = expected(world, desk, days=2)
    waiting = expected(world, desk, days=9, name="Dominique Autre", email="dominique@exemple.invalid")
    prescriber = world.actor("prescriber")
    commands.wait_for_earlier(actor=prescriber, request_id=waiting.pk, place_id=desk.place_id)
    commands.cancel(actor=prescriber, appointment_id=Appointment.objects.get(request=holder).pk)
    commands.book(actor=prescriber, request_id=holder.pk, place_id=desk.place_id, starts_at=at(2))
    drain()
    assert mail.outbox == [] and WaitingEntry.objects.get().told == 0
    assert not ReminderLine.objects.filter(what="slot").exists()


def test_a_slot_freed_in_the_evening_for_the_next_morning_costs_nobody_its_turn(world, desk, monkeypatch):
    monkeypatch.setattr(planning, "waking", lambda now: 9 <= now.hour < 20)
    waiting = expected(world, desk, days=9)
    commands.wait_for_earlier(actor=world.actor("prescriber"), request_id=waiting.pk, place_id=desk.place_id)
    evening = at(0, 21 * 60)
    assert planning.tell_waiting(desk.place, at(1), evening) == [] and WaitingEntry.objects.get().told == 0
    assert len(planning.tell_waiting(desk.place, at(1, 690), evening)) == 1, "told at nine, two hours before"


# --- Staff


def test_staff_get_one_message_each_whatever_waits(world, desk):
    for minute in (540, 570, 600):
        expected(world, desk, way="phone", minute=minute, name=f"Foyer {minute}", phone=f"+33612345{minute}")
    plan_and_send()
    letters = {letter.to: letter.lines for letter in digest.letters(timezone.now())}
    assert set(letters) == {"prescriber@exemple.invalid"}
    assert letters["prescriber@exemple.invalid"] == ("3 people to tell",)
    tomorrow = timezone.now() + timedelta(days=1)
    assert "mediator@exemple.invalid" in {letter.to for letter in digest.letters(tomorrow)}


def test_a_parcel_tells_nothing_of_itself():
    parcel = sending.Parcel(make_world().shelf.pk, "sms", "+33612345678", "", "Bonjour")
    assert repr(parcel) == "<Parcel>"


def test_old_reminders_are_forgotten_and_those_that_wait_are_not(world, desk):
    expected(world, desk, way="phone")
    expected(world, desk, days=1, minute=600, name="Dominique Autre", email="d@exemple.invalid")
    plan_and_send()
    long_ago = timezone.now() - timedelta(days=91)
    Reminder.objects.filter(state="done").update(expires_at=long_ago)
    jobs.forget_reminders.enqueue()
    drain()
    assert [one.channel for one in Reminder.objects.all()] == ["call"]
    assert Entry.objects.filter(kind="reminder.sent").exists()


def test_a_list_of_calls_costs_the_same_however_long(world, desk, django_assert_max_num_queries):
    for minute in (540, 570, 600, 630, 660):
        expected(world, desk, way="phone", minute=minute, name=f"Foyer {minute}", phone=f"+33612345{minute}")
    plan_and_send()
    prescriber = world.actor("prescriber")
    for count in (2, 5):
        rows = list(handling.waiting(prescriber)[:count])
        with django_assert_max_num_queries(6):
            assert len(handling.to_tell(prescriber, rows, timezone.now())) == count
