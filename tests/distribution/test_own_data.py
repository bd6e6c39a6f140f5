"""What a person takes as its own data holds what it gave to every link of the chain, and no word of others."""

import pytest
from django.urls import reverse
from django.utils import timezone

from maillon.allocation.models import Review
from maillon.allocation.reviews import USE
from maillon.distribution.agreements.text import Party
from maillon.distribution.help.commands import open_ticket, public
from maillon.distribution.help.words import Words
from maillon.kernel import vault
from maillon.needs import commands, own_data
from maillon.workshop.models import Device
from tests.distribution.handing import GUARDIAN, NAME, signed
from tests.needs.requests import make_request
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
SAID = "Mon fils passe son brevet"


@pytest.fixture
def served():
    """A request with a review asked by the family and one by its prescriber, an agreement and a call for help."""
    world = make_world()
    request = make_request(world)
    signed(world, request=request, minor=True, party=Party(NAME, GUARDIAN, "aminata@exemple.invalid", "+33612345678"))
    for asker, words in (("family", SAID), ("prescriber", "Mots du prescripteur")):
        Review.objects.create(
            territory=world.coordination,
            request=request,
            asker=asker,
            words=vault.seal(words, USE),
            answer="confirmed",
            reply=vault.seal(f"Relu ({asker})", USE),
            answered_at=timezone.now(),
        )
    device = Device.objects.get(agreement_items__agreement__request=request)
    words = Words("Il est tombé", "06 12 34 56 78 le soir")
    open_ticket(actor=public(device), device=device, source="family", symptom="slow", told=words)
    return world, request


def test_all_that_the_person_gave_is_in_its_own_data(client, served):
    world, request = served
    pin = commands.set_pin(actor=world.actor("prescriber"), request_id=request.pk)
    client.post(reverse("needs:family"), {"code": request.code, "pin": pin})
    file = client.post(reverse("needs:family-data"), {"pin": pin, "json": "1"}).json()
    assert {one["key"]: one["words"] for one in file["given"] if one["key"] != "review_answer"} == {
        "review": SAID,
        "agreement_name": NAME,
        "agreement_guardian": GUARDIAN,
        "agreement_email": "aminata@exemple.invalid",
        "agreement_phone": "+33612345678",
        "help": "Il est tombé",
        "help_contact": "06 12 34 56 78 le soir",
    }
    assert [one["words"] for one in file["given"] if one["key"] == "review_answer"] == [
        "Relu (family)",
        "Relu (prescriber)",
    ]
    shown = client.post(reverse("needs:family-data"), {"pin": pin}).content.decode()
    for word in (SAID, GUARDIAN, "Il est tombé", "aminata@exemple.invalid"):
        assert word in shown
    assert "Mots du prescripteur" not in shown + str(file), "read by the coordination alone"


def test_what_was_erased_is_told_no_more(served):
    world, request = served
    person = commands.read_identity(actor=world.actor("prescriber"), request_id=request.pk, purpose="page")
    commands.erase_identity(actor=world.actor("prescriber"), request_id=request.pk)
    request.refresh_from_db()
    kept = {one.key for one in own_data.own_data(request, person).given}
    of_agreements = {"agreement_name", "agreement_guardian", "agreement_email", "agreement_phone"}
    assert kept <= of_agreements, "an agreement has its own period"
