"""The pages of appointments: each for who may, codes alone, and nothing lost when refused."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from maillon.distribution.appointments import commands, jobs, opening, queries
from maillon.distribution.appointments.forms import DeskForm
from maillon.distribution.appointments.models import Appointment, Closure, Desk, Feed, Reminder, WaitingEntry
from maillon.kernel.jobs.running import drain
from maillon.kernel.ledger import Entry
from maillon.needs import letter
from maillon.needs.commands import set_pin
from tests.distribution.appointments import at, make_desk, promised
from tests.distribution.test_reminders import PERSON
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
    return make_desk(world, directions="Second floor")


def url(name, *arguments):
    return reverse(f"appointments:{name}", args=arguments)


def slot(when):
    return f"{timezone.localtime(when):%Y-%m-%dT%H:%M}"


def booked(world, desk, days=3, **fields):
    request = promised(world, **{**PERSON, **fields})
    return commands.book(
        actor=world.actor("prescriber"), request_id=request.pk, place_id=desk.place_id, starts_at=at(days)
    )


def test_a_prescriber_books_moves_and_cancels_in_clicks(world, desk, client):
    request = promised(world, **PERSON)
    client.force_login(world.users["prescriber"])
    listed = client.get(url("list")).content.decode()
    assert "book the appointment" in listed and url("request", request.code) in listed
    assert url("request", request.code) in client.get(f"/besoins/{request.code}/").content.decode()
    page = client.get(url("request", request.code)).content.decode()
    assert f'name="at" value="{slot(at())}"' in page and "Second floor" in page and "Camille" not in page
    form = {"at": slot(at()), "lieu": str(desk.place_id)}
    assert client.post(url("request", request.code), form).status_code == 302
    appointment = Appointment.objects.get()
    assert appointment.starts_at == at()
    client.post(url("request", request.code), form | {"at": slot(at(4))})
    appointment.refresh_from_db()
    assert appointment.starts_at == at(4)
    page = client.get(url("request", request.code)).content.decode()
    assert "Cancel this appointment" in page and "Remind now" in page
    client.post(url("cancel", appointment.pk), {"raison": "machine"})
    appointment.refresh_from_db()
    assert (appointment.state, appointment.reason) == ("cancelled", "machine")


def test_a_slot_taken_meanwhile_is_said_with_the_others_still_there(world, desk, client):
    booked(world, desk)
    request = promised(world)
    client.force_login(world.users["prescriber"])
    answer = client.post(url("request", request.code), {"at": slot(at()), "lieu": str(desk.place_id)})
    page = answer.content.decode()
    assert answer.status_code == 409 and "just been taken" in page and f'value="{slot(at(3, 570))}"' in page
    elsewhere = make_desk(world, name="Un autre accueil")
    booked(world, elsewhere)
    first = client.get(url("request", request.code)).content.decode()
    other = next(one for one in (desk, elsewhere) if f'value="{one.place_id}" selected' not in first)
    answer = client.post(url("request", request.code), {"at": slot(at()), "lieu": str(other.place_id)})
    assert f'value="{other.place_id}" selected' in answer.content.decode(), "the place they had chosen"
    for wrong in ({"at": "hier", "lieu": str(desk.place_id)}, {"at": slot(at()), "lieu": "là"}, {}):
        assert client.post(url("request", request.code), wrong).status_code == 404


def test_the_desk_sees_its_day_by_codes_and_says_who_came(world, desk, client):
    appointment = booked(world, desk)
    other = booked(world, desk, days=4, name="Dominique Autre", phone="", email="d@exemple.invalid")
    Appointment.objects.filter(pk=appointment.pk).update(starts_at=at(0, 540))
    client.force_login(world.users["mediator"])
    page = client.get(url("day", desk.place_id)).content.decode()
    code = f"{appointment.request.code[:3]}-{appointment.request.code[3:]}"
    assert code in page and "1 person expected" in page and "Camille" not in page and "They came" in page
    coming = client.get(url("day", desk.place_id) + f"?jour={timezone.localdate(at(4))}").content.decode()
    assert "They came" not in coming and url("request", other.request.code) in coming
    answer = client.post(url("held", appointment.pk), {"retour": "jour"})
    assert answer.status_code == 302 and answer.url.startswith(url("day", desk.place_id))
    appointment.refresh_from_db()
    assert appointment.state == "held"
    assert client.get(url("day", desk.place_id) + "?jour=demain").status_code == 200
    found = client.get(url("find"), {"code": code.lower()})
    assert found.status_code == 302 and found.url == url("request", appointment.request.code)
    assert client.get(url("find"), {"code": "AAAAAAA"}).status_code == 404


def test_nobody_opens_what_is_not_theirs(world, desk, client):
    foreign = make_world(" étrangère")
    appointment = booked(world, desk)
    theirs = make_desk(foreign)
    here = [
        ("get", url("day", desk.place_id)),
        ("get", url("opening", desk.place_id)),
        ("get", url("request", appointment.request.code)),
        ("post", url("cancel", appointment.pk)),
        ("post", url("held", appointment.pk)),
        ("post", url("make-feed", desk.place_id)),
        ("post", url("add-closure", desk.place_id)),
    ]
    client.force_login(foreign.users["mediator"])
    assert [getattr(client, method)(address).status_code for method, address in here] == [404] * len(here)
    client.force_login(world.users["technician"])  # of the territory, of another place
    assert [getattr(client, method)(address).status_code for method, address in here] == [404] * len(here)
    client.force_login(world.users["donor"])
    assert [getattr(client, method)(address).status_code for method, address in here] == [403] * len(here)
    client.force_login(world.users["mediator"])
    assert client.get(url("day", theirs.place_id)).status_code == 404
    assert client.post(url("remind", appointment.request.code)).status_code == 403
    assert client.get(url("reminders")).status_code == 403
    client.force_login(world.users["prescriber"])
    assert client.get(url("day", desk.place_id)).status_code == 404


def test_a_place_is_opened_closed_and_followed_in_a_calendar(world, desk, client):
    appointment = booked(world, desk)
    day = timezone.localdate(appointment.starts_at)
    client.force_login(world.users["mediator"])
    page = url("opening", desk.place_id)
    settings = {"active": "on", "slot_minutes": "45", "capacity": "2", "notice_hours": "2", "horizon_days": "30"}
    assert client.post(page, settings).status_code == 302
    assert (Desk.objects.get().slot_minutes, Desk.objects.get().families) == (45, False)
    refused = client.post(page, settings | {"first": "12:00", "last": "09:00", "directions": "Porte B"})
    assert refused.status_code == 422 and 'value="Porte B"' in refused.content.decode()
    assert client.post(url("add-closure", desk.place_id), {"first": "2020-01-01", "kind": "works"}).status_code == 422
    client.post(url("add-closure", desk.place_id), {"first": day.isoformat(), "kind": "works"})
    assert "to be moved" in client.get(page).content.decode()
    client.post(url("remove-closure", desk.place_id, Closure.objects.get().pk))
    assert not Closure.objects.exists()
    made = client.post(url("make-feed", desk.place_id)).content.decode()
    secret = re.search(r"calendrier/([\w-]+)\.ics", made)[1]
    assert secret not in Feed.objects.get().digest and secret not in client.get(page).content.decode()
    client.logout()
    calendar = client.get(url("feed", secret))
    text = calendar.content.decode()
    assert calendar["Content-Type"].startswith("text/calendar") and text.count("BEGIN:VEVENT") == 1
    assert appointment.request.code[:3] in text and "Camille" not in text and f"UID:{appointment.pk}@" in text
    commands.cancel(actor=world.actor("prescriber"), appointment_id=appointment.pk)
    assert "STATUS:CANCELLED" in client.get(url("feed", secret)).content.decode()
    opening.make_feed(actor=world.actor("mediator"), place_id=desk.place_id)
    assert client.get(url("feed", secret)).status_code == 404
    assert client.get(url("feed", "devine")).status_code == 404


def test_a_feed_is_revoked(world, desk, client):
    secret = opening.make_feed(actor=world.actor("mediator"), place_id=desk.place_id)
    client.force_login(world.users["mediator"])
    client.post(url("revoke-feed", desk.place_id))
    assert client.get(url("feed", secret)).status_code == 404
    kinds = Entry.objects.filter(kind__startswith="appointment.feed").order_by("sequence")
    assert [entry.kind for entry in kinds] == ["appointment.feed_made", "appointment.feed_revoked"]
    assert secret not in "".join(entry.payload for entry in kinds)


def family_client(client, world, request):
    pin = set_pin(actor=world.actor("prescriber"), request_id=request.pk)
    assert client.post(reverse("needs:family"), {"code": request.code, "pin": pin}).status_code == 302


def test_a_family_takes_changes_and_cancels_its_own_appointment(world, desk, client):
    request = promised(world, **PERSON)
    assert client.get(url("choose")).url == reverse("needs:family")
    assert client.post(url("choose"), {"at": slot(at())}).url == reverse("needs:family")
    family_client(client, world, request)
    assert url("choose") in client.get(reverse("needs:family")).content.decode()
    page = client.get(url("choose")).content.decode()
    assert "Choose your appointment" in page and f'value="{slot(at())}"' in page
    assert client.post(url("choose"), {"at": slot(at()), "lieu": str(desk.place_id)}).status_code == 302
    assert Appointment.objects.get().booked_by == "family"
    own = client.get(reverse("needs:family")).content.decode()
    assert " at 09:00" in own and "I can not come" in own and "Second floor" in own
    assert any("Your appointment" in line and "at 09:00" in line for line in letter.where(request))
    client.post(url("choose"), {"at": slot(at(5)), "lieu": str(desk.place_id)})
    assert Appointment.objects.get().starts_at == at(5)
    client.post(url("family-wait"), {"lieu": str(desk.place_id)})
    assert WaitingEntry.objects.get().request == request
    client.post(url("family-wait"), {"lieu": str(desk.place_id), "fin": "1"})
    assert not WaitingEntry.objects.exists()
    client.post(url("family-cancel"))
    assert Appointment.objects.get().state == "cancelled"


@pytest.mark.parametrize(("delivery", "asked_to_come"), [(False, True), (True, False)])
def test_who_is_delivered_is_not_asked_to_come(world, desk, client, delivery, asked_to_come):
    request = promised(world, **PERSON, delivery=delivery)
    family_client(client, world, request)
    family = client.get("/suivi/").content.decode()
    client.post("/suivi/quitter/")
    client.force_login(world.users["prescriber"])
    followed = client.get(f"/besoins/{request.code}/").content.decode()
    assert (url("choose") in family) is (url("request", request.code) in followed) is asked_to_come
    assert ("brought to you" in family) is delivery


def test_a_family_whose_request_waits_is_shown_nothing_to_book(world, desk, client):
    request = make_request(world, **PERSON)
    family_client(client, world, request)
    assert "rendez-vous" not in client.get(reverse("needs:family")).content.decode()
    assert client.get(url("choose")).url == reverse("needs:family")


def test_the_list_of_calls_tells_names_when_asked_and_says_who_was_told(world, desk, client, monkeypatch):
    booked(world, desk, days=2, contact_way="phone")
    jobs.plan_reminders.enqueue()
    drain()
    client.force_login(world.users["prescriber"])
    page = client.get(url("reminders")).content.decode()
    assert "Camille" not in page and "I told them" in page
    assert not Entry.objects.filter(kind="identity.read").exists()
    named = client.post(url("reminders-named")).content.decode()
    assert "Camille Exemple" in named and "tel:+33612345678" in named
    assert Entry.objects.filter(kind="identity.read").count() == 1
    client.post(url("told"), {"rappel": str(Reminder.objects.get().pk)})
    assert Reminder.objects.get().state == "done"
    assert "Nobody to call" in client.get(url("reminders")).content.decode()
    assert client.post(url("told"), {"rappel": "x"}).status_code == 404


def test_letters_are_one_page_a_person(world, desk, client):
    import io

    import pikepdf

    for n in range(2):
        booked(world, desk, days=7 + n, contact_way="post", name=f"Foyer {n}", phone="", email="")
    jobs.plan_reminders.enqueue()
    drain()
    client.force_login(world.users["prescriber"])
    assert "2 letters" in client.get(url("reminders")).content.decode()
    answer = client.post(url("letters"))
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert len(document.pages) == 2
    keys = [str(one.pk) for one in Reminder.objects.all()]
    assert Reminder.objects.filter(state="due").count() == 2, "printing is not posting"
    client.post(url("told"), {"rappel": keys})
    assert Reminder.objects.filter(state="done").count() == 2
    assert client.post(url("letters")).status_code == 302


def test_a_reminder_is_asked_by_hand_from_the_request(world, desk, client):
    appointment = booked(world, desk, days=20, contact_way="email")
    client.force_login(world.users["prescriber"])
    assert client.post(url("remind", appointment.request.code)).status_code == 302
    drain()
    assert Reminder.objects.get().state == "done" and Reminder.objects.get().manual
    again = client.post(url("remind", appointment.request.code))
    assert again.status_code == 409 and "less than a day ago" in again.content.decode()


def test_what_did_not_leave_is_seen_and_tried_again(world, desk, client):
    booked(world, desk, days=1, contact_way="email")
    Reminder.objects.all().delete()
    jobs.plan_reminders.enqueue()
    drain()
    reminder = Reminder.objects.get()
    Reminder.objects.update(state="failed", failure="refused")
    client.force_login(world.users["prescriber"])
    page = client.get(url("reminders")).content.decode()
    assert "refused it" in page and url("again", reminder.pk) in page
    assert client.post(url("again", reminder.pk)).status_code == 302
    drain()
    reminder.refresh_from_db()
    assert reminder.state == "done"
    assert client.post(url("again", reminder.pk)).status_code == 409


def test_the_list_costs_the_same_however_many_come(world, desk, client, django_assert_max_num_queries):
    for n in range(3):
        booked(world, desk, days=3 + n, phone="", email="", contact_way="prescriber")
    client.force_login(world.users["mediator"])
    with django_assert_max_num_queries(16):
        client.get(url("list"))
    for n in range(3):
        booked(world, desk, days=8 + n, phone="", email="", contact_way="prescriber")
    with django_assert_max_num_queries(16):
        client.get(url("list"))
    with django_assert_max_num_queries(16):
        client.get(url("day", desk.place_id) + f"?jour={timezone.localdate(at(3))}")


def test_what_waits_is_on_the_start_page(world, desk, client):
    promised(world)
    client.force_login(world.users["prescriber"])
    assert "no appointment yet" in client.get("/").content.decode()
    appointment = booked(world, desk)
    Appointment.objects.filter(pk=appointment.pk).update(starts_at=queries.local(timezone.localdate(), 540))
    client.force_login(world.users["mediator"])
    assert "appointment today" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("typed", "says"), [("-3", "greater than or equal to 1."), ("51", "less than or equal to 50.")]
)
def test_a_wrong_number_is_told_its_own_limit_alone(world, desk, typed, says):
    form = DeskForm({"slot_minutes": 30, "capacity": typed, "notice_hours": 0, "horizon_days": 42}, instance=desk)
    [said] = form.errors["capacity"]
    assert said.endswith(says) and 'min="1"' in str(form["capacity"]) and 'max="50"' in str(form["capacity"])


def test_a_feed_is_revoked_after_a_question(world, desk, client):
    opening.make_feed(actor=world.actor("mediator"), place_id=desk.place_id)
    client.force_login(world.users["mediator"])
    assert "Revoke this address?" in client.get(url("opening", desk.place_id)).content.decode()


def test_the_page_offers_other_places_to_the_coordination_and_their_own_to_those_of_a_place(world, desk, client):
    named, request = make_desk(world, name="Annexe"), promised(world)
    request.places.set([named.place])
    offered = {}
    for who in ("prescriber", "mediator", "coordinator"):
        client.force_login(world.users[who])
        offered[who] = "Accueil" in client.get(url("request", request.code)).content.decode()
    assert offered == {"prescriber": False, "mediator": True, "coordinator": True}
