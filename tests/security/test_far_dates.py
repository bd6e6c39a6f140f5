"""Days far away and numbers too long, wherever one is taken: refused in words, never a broken page."""

from datetime import date

import pytest
from django.utils import timezone

from maillon.allocation import campaigns
from maillon.distribution.agreements.models import Agreement
from maillon.distribution.appointments.models import Appointment, Closure
from maillon.distribution.loans.models import Recall
from maillon.needs.facts import Facts, problems
from tests.allocation.promises import make_promise, make_request
from tests.distribution.appointments import make_desk, promised
from tests.distribution.handing import NAME, signed
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

FAR_SAID = "This day is too far away. Read its year again."
FAR = ("0001-01-01", "9999-12-31")


@pytest.fixture
def world():
    return make_world()


def enter(client, world, who):
    client.force_login(world.users[who])
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("day", FAR)
def test_no_loan_ends_on_a_day_far_away(world, client, day):
    enter(client, world, "head")
    request = make_request(world)
    make_promise(world, request=request)
    form = {"kind": "loan", "name": NAME, "length": "until", "due_on": day, "language": "fr"}
    answer = client.post(f"/conventions/nouvelle/{request.code}/", form)
    assert answer.status_code in (409, 422) and NAME in answer.content.decode()
    assert not Agreement.objects.exists()
    lent = signed(world)
    before = lent.due_on
    assert client.post(f"/prets/{lent.code}/prolonger/", {"due_on": day}).status_code in (409, 422)
    lent.refresh_from_db()
    assert lent.due_on == before


@pytest.mark.parametrize("day", FAR)
def test_nothing_is_recalled_on_a_day_far_away(world, client, day):
    lent = signed(world)
    enter(client, world, "head")
    form = {"prescriber": str(lent.prescriber_id), "day": day}
    assert client.post("/prets/rappels/nouveau/", form).status_code in (409, 422)
    assert not Recall.objects.exists()


@pytest.mark.parametrize("day", FAR)
def test_no_appointment_is_taken_on_a_day_far_away(world, client, day):
    desk, request = make_desk(world), promised(world)
    for who in ("mediator", "prescriber"):
        enter(client, world, who)
        for at in (f"{day}T09:00", f"{day}T00:00+14:00", f"{day}T23:59-12:00"):
            answer = client.post(f"/rendez-vous/demandes/{request.code}/", {"at": at, "lieu": str(desk.place_id)})
            assert answer.status_code in (404, 409), (who, at)
        assert client.get(f"/rendez-vous/demandes/{request.code}/?des={day}").status_code == 200
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("day", FAR)
def test_the_day_of_a_place_may_be_any(world, client, day):
    desk = make_desk(world)
    enter(client, world, "mediator")
    assert client.get(f"/rendez-vous/lieux/{desk.place_id}/?jour={day}").status_code == 200


def test_a_place_is_not_closed_for_ten_thousand_years(world, client):
    desk = make_desk(world)
    enter(client, world, "mediator")
    address = f"/rendez-vous/lieux/{desk.place_id}/ouverture/"
    answer = client.post(f"{address}fermetures/", {"first": FAR[0], "last": FAR[1], "kind": "works"})
    assert answer.status_code == 422 and not Closure.objects.exists()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("day", FAR)
def test_no_campaign_closes_on_a_day_far_away(world, client, day):
    enter(client, world, "coordinator")
    assert client.post("/attributions/nouvelle/", {"closes_on": day}).status_code in (409, 422)


def test_a_number_too_long_is_no_number(world, client):
    enter(client, world, "coordinator")
    campaign = campaigns.open_campaign(actor=world.actor("coordinator"), closes_on=timezone.localdate())
    long = "9" * 5000
    assert client.get(f"/attributions/{campaign.code}/reponses/?pourquoi={long}").status_code == 200
    make_promise(world, request=make_request(world))
    for query in (f"apres={long}", "annee=0000", "annee=9999"):
        assert client.get(f"/dons/{world.donor.pk}/?{query}").status_code in (200, 404), query[:20]


def test_a_request_is_not_needed_in_another_age(world):
    facts = Facts(beneficiary="household", use="administrative", kinds=("notebook",), deadline=date(9999, 12, 31))
    assert ("deadline", FAR_SAID) in [(name, str(said)) for name, said in problems(facts, None, timezone.localdate())]
