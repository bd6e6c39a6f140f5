"""The family's page: two codes, no account, half an hour, and nothing that is not its own."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillon.kernel import guesses
from maillon.kernel.codes import new_code, pretty
from maillon.kernel.ledger import Entry
from maillon.needs import commands, family
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from tests.needs.requests import make_request
from tests.world import make_world

pytestmark = pytest.mark.django_db
PAGE = "needs:family"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def opened(client, world):
    """A request and its secret code, its page opened in `client`."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    request = make_request(world, name="Camille Exemple", phone="+33612345678")
    pin = commands.set_pin(actor=world.actor("prescriber"), request_id=request.pk)
    assert client.post(reverse(PAGE), {"code": pretty(request.code), "pin": f"{pin[:3]} {pin[3:]}"}).status_code == 302
    return request, pin


def page(client):
    return client.get(reverse(PAGE)).content.decode()


def test_two_codes_open_the_page_in_this_session_alone(client, opened):
    request, pin = opened
    assert len(pin) == 6 and pin.isdecimal()
    told = page(client)
    assert "waiting list" in told and pretty(request.code) in told
    assert "Camille" not in told and "06 12" not in told, "a telephone left on a table names nobody"
    assert "waiting list" not in page(Client())


@pytest.mark.parametrize("wrong", ["code", "pin", "both"])
def test_wrong_codes_are_answered_alike(client, world, wrong):
    request = make_request(world)
    pin = commands.set_pin(actor=world.actor("prescriber"), request_id=request.pk)
    other = f"{(int(pin) + 1) % 10**6:06d}"
    sent = {
        "code": new_code() if wrong in ("code", "both") else request.code,
        "pin": other if wrong in ("pin", "both") else pin,
    }
    answer = client.post(reverse(PAGE), sent, HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 422 and "do not go together" in answer.content.decode()
    assert family.SESSION_KEY not in client.session


def test_a_request_without_secret_code_opens_for_nobody(client, world):
    request = make_request(world)
    for pin in ("", "000000", "!"):
        assert client.post(reverse(PAGE), {"code": request.code, "pin": pin}).status_code == 422


def test_guessing_stops_whatever_the_address_it_comes_from(client, world):
    request = make_request(world)
    pin = commands.set_pin(actor=world.actor("prescriber"), request_id=request.pk)
    wrong = f"{(int(pin) + 1) % 10**6:06d}"
    for number in range(guesses.MOST):
        client.post(reverse(PAGE), {"code": request.code, "pin": wrong}, REMOTE_ADDR=f"198.51.100.{number}")
    last = client.post(reverse(PAGE), {"code": request.code, "pin": pin}, REMOTE_ADDR="203.0.113.9")
    assert last.status_code == 429 and last["Retry-After"]
    assert f'href="{reverse(PAGE)}"' in last.content.decode(), "a page, with the way back"


def test_guessing_codes_stops_for_an_address(client, world):
    for _number in range(guesses.MOST):
        client.post(reverse(PAGE), {"code": new_code(), "pin": "123456"})
    assert client.post(reverse(PAGE), {"code": new_code(), "pin": "123456"}).status_code == 429


def test_the_page_closes_by_itself_and_when_asked(client, opened, monkeypatch):
    client.post(reverse("needs:family-leave"))
    assert "waiting list" not in page(client)
    request, pin = opened
    client.post(reverse(PAGE), {"code": request.code, "pin": pin})
    assert "waiting list" in page(client)
    later = timezone.now() + timedelta(seconds=family.SECONDS + 1)
    monkeypatch.setattr("maillon.needs.family.timezone.now", lambda: later)
    assert "waiting list" not in page(client)


def test_a_new_secret_code_opens_and_the_one_before_does_not(client, opened, world):
    request, before = opened
    pin = commands.set_pin(actor=world.actor("prescriber"), request_id=request.pk)
    if pin != before:
        assert client.post(reverse(PAGE), {"code": request.code, "pin": before}).status_code == 422
    assert client.post(reverse(PAGE), {"code": request.code, "pin": pin}).status_code == 302


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (RequestState.WAITING, "You are on the waiting list."),
        (RequestState.PROMISED, "A computer is kept for you."),
        (RequestState.SERVED, "You have your computer."),
        (RequestState.WITHDRAWN, "Your request is closed."),
        (RequestState.EXPIRED, "we had no news"),
    ],
)
def test_each_state_has_its_plain_words(client, opened, state, said):
    Request.objects.update(state=state)
    assert said in page(client)


def test_every_state_is_told():
    assert {choice.value for choice in RequestState} == {"waiting", "promised", "served", "withdrawn", "expired"}


def test_still_needed_renews_the_contact_in_the_family_s_name(client, opened):
    request, _pin = opened
    request.identity.last_contact_on -= timedelta(days=300)
    request.identity.save()
    answer = client.post(reverse("needs:family-still-needed"), follow=True)
    assert "We noted" in answer.content.decode()
    request.identity.refresh_from_db()
    assert request.identity.last_contact_on == timezone.localdate()
    entry = Entry.objects.get(kind="request.contacted")
    assert (entry.actor_kind, entry.user_id, entry.organisation_id) == ("public", None, None)


def test_no_longer_needed_closes_the_request(client, opened):
    request, _pin = opened
    client.post(reverse("needs:family-withdraw"))
    request.refresh_from_db()
    assert (request.state, request.closing) == ("withdrawn", "no_longer_needed")
    again = client.post(reverse("needs:family-withdraw"))
    assert again.status_code == 409, "once is enough"
    assert "no-store" in again.headers["Cache-Control"]


def test_an_erasure_is_asked_once_and_its_prescriber_sees_it(client, opened, world):
    request, _pin = opened
    client.post(reverse("needs:family-erasure"))
    client.post(reverse("needs:family-erasure"))
    assert Entry.objects.filter(kind="request.erasure_asked").count() == 1
    request.refresh_from_db()
    assert request.erasure_asked_at and request.identity
    commands.erase_identity(actor=world.actor("prescriber"), request_id=request.pk)
    assert "waiting list" not in page(client), "the page closes with the identity"


def test_one_s_data_are_shown_after_the_secret_code_again_and_the_reading_is_told(client, opened):
    _request, pin = opened
    refused = client.post(reverse("needs:family-data"), {"pin": "wrong"})
    assert refused.status_code == 422 and "Camille" not in refused.content.decode()
    shown = client.post(reverse("needs:family-data"), {"pin": pin}).content.decode()
    assert "Camille Exemple" in shown and "06 12 34 56 78" in shown
    file = client.post(reverse("needs:family-data"), {"pin": pin, "json": "1"})
    assert file.json()["name"] == "Camille Exemple" and file.json()["history"][-1]["event"].startswith("Request filed")
    assert "attachment" in file.headers["Content-Disposition"]
    assert [entry.data for entry in Entry.objects.filter(kind="identity.read")] == [{"purpose": "own_data"}] * 2
    assert client.get(reverse("needs:family-data")).status_code == 302


def test_a_page_acts_on_its_own_request_alone(client, opened, world):
    other = make_request(world)
    client.post(reverse("needs:family-withdraw"))
    other.refresh_from_db()
    assert other.state == "waiting"
    for name in ("family-still-needed", "family-withdraw", "family-data", "family-erasure"):
        client.post(reverse("needs:family-leave"))
        assert client.post(reverse(f"needs:{name}"), {"pin": "123456"}).url == reverse(PAGE)


def test_the_square_of_the_letter_writes_the_code(client):
    code = new_code()
    assert pretty(code) in client.get(reverse(PAGE), {"c": code}).content.decode()
    assert "&lt;b" not in client.get(reverse(PAGE), {"c": "<b>"}).content.decode()


def test_other_links_of_the_chain_add_their_parts(client, opened):
    family.add_part("needs/_family_door.html", lambda shown: {"code": shown.code}, order=5)
    try:
        assert [part.template for part in family.parts(opened[0])][:1] == ["needs/_family_door.html"]
        assert "two codes of your letter" in page(client)
        family.add_part("needs/_family_door.html", lambda shown: None)
        assert "two codes of your letter" not in page(client)
    finally:
        family._parts.pop("needs/_family_door.html")
