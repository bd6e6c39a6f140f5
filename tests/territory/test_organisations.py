"""Organisations, members, keys."""

import pytest
from django.core.exceptions import ValidationError

from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.territory import commands
from maillon.territory.actors import actor_of_token
from maillon.territory.forms import CommuneField
from maillon.territory.models import Commune, Membership, Organisation, User
from maillon.territory.places import load_communes
from maillon.territory.uai import LETTERS, uai_problem
from tests.world import make_world

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def world(db):
    return make_world()


@pytest.mark.parametrize(
    ("value", "problem"),
    [("0440021J", None), ("0440021K", "letter"), ("440021J", "shape"), ("0440021j", "shape"), ("9990001A", "shape")],
)
def test_a_school_number_is_checked_by_its_letter(value, problem):
    assert uai_problem(value) == problem


def test_the_letter_catches_any_digit_mistaken():
    number = 440021
    for place in range(7):
        for digit in "0123456789":
            other = f"{number:07d}"[:place] + digit + f"{number:07d}"[place + 1 :]
            if int(other) != number:
                assert LETTERS[int(other) % 23] != LETTERS[number % 23]


def test_a_platform_begins_with_one_coordinator(db):
    coordination = commands.found_territory(email="Coordination@Exemple.invalid")
    user = User.objects.get()
    assert user.email == "coordination@exemple.invalid" and coordination.territory == coordination
    assert list(Entry.objects.order_by("sequence").values_list("kind", flat=True)) == [
        "organisation.created",
        "organisation.member_added",
    ]
    assert "exemple" not in "".join(Entry.objects.values_list("payload", flat=True))


def test_only_a_coordination_creates_organisations(world):
    with pytest.raises(NotAllowed):
        commands.create_organisation(actor=world.actor("head"), kind="workshop", name="Autre")
    made = commands.create_organisation(actor=world.actor("coordinator"), kind="workshop", name="Autre")
    assert made.territory == world.coordination


def test_a_role_must_exist_in_the_kind_of_organisation(world):
    with pytest.raises(Refusal):
        commands.add_member(
            actor=world.actor("coordinator"), organisation_id=world.donor.pk, email="a@b.invalid", role="technician"
        )
    assert not User.objects.filter(email="a@b.invalid").exists()


def test_the_last_coordinator_stays(world):
    last = Membership.objects.get(user=world.users["coordinator"])
    with pytest.raises(Refusal, match="last coordinator"):
        commands.remove_member(actor=world.actor("coordinator"), membership_id=last.pk)


def test_a_workshop_does_not_touch_its_neighbour(world):
    with pytest.raises(NotFound):
        commands.add_place(actor=world.actor("head"), organisation_id=world.neighbour.pk, name="Étagère")
    with pytest.raises(NotFound):
        commands.add_member(
            actor=world.actor("head"), organisation_id=world.neighbour.pk, email="a@b.invalid", role="technician"
        )


def test_a_key_is_told_once_limited_and_revocable(world):
    token, secret = commands.create_token(
        actor=world.actor("head"), organisation_id=world.workshop.pk, label="banc", scopes=["stock.intake"]
    )
    actor = actor_of_token(secret)
    assert actor.organisation_id == world.workshop.pk and actor.permissions == {"stock.intake"}
    assert secret not in token.digest and actor_of_token("maillon_wrong") is None
    commands.revoke_token(actor=world.actor("head"), token_id=token.pk)
    assert actor_of_token(secret) is None


def test_a_key_can_not_be_given_what_keys_never_hold(world):
    with pytest.raises(Refusal):
        commands.create_token(
            actor=world.actor("head"), organisation_id=world.workshop.pk, label="x", scopes=["members.change"]
        )


def test_the_same_place_name_twice_is_refused_in_words(world):
    common = {"actor": world.actor("head"), "organisation_id": world.workshop.pk}
    commands.add_place(**common, name="Banc")
    with pytest.raises(Refusal, match="already"):
        commands.add_place(**common, name="Banc")


def test_the_home_territory_s_communes_are_shipped(db):
    assert load_communes("244400404") == 24
    assert Commune.objects.get(code="44109").name == "Nantes" and load_communes("244400404") == 24


def test_signing_up_alone_is_not_possible(client, db):
    response = client.post("/compte/signup/", {"email": "intrus@exemple.invalid"})
    assert response.status_code in (200, 302, 403) and not User.objects.exists()


def test_the_demonstration_s_door_does_not_exist_elsewhere(client, world, settings):
    settings.DEMO = False
    assert client.get("/demonstration/").status_code == 404
    assert client.post("/demonstration/", {"email": "coordination@exemple.invalid"}).status_code == 404


def test_switching_to_an_organisation_one_does_not_belong_to_changes_nothing(client, world):
    client.force_login(world.users["technician"])
    client.post("/organisation/changer/", {"organisation": str(world.donor.pk)})
    assert "organisation" not in client.session


def test_one_sees_one_s_own_organisation_and_a_coordination_its_territory(world):
    make_world(" étrangère")
    assert list(Organisation.objects.visible_to(world.actor("technician"))) == [world.workshop]
    seen = Organisation.objects.visible_to(world.actor("coordinator"))
    assert {o.territory_id for o in seen} == {world.coordination.pk} and len(seen) == 6


@pytest.mark.parametrize(
    ("text", "found"), [("44109", "Nantes"), ("nantes", "Nantes"), ("44300", "Nantes"), ("rezé", "Rezé"), ("", None)]
)
def test_a_commune_is_named_as_people_do(db, text, found):
    load_communes("244400404")
    commune = CommuneField().clean(text)
    assert (commune.name if commune else None) == found


@pytest.mark.parametrize(("text", "told"), [("Atlantide", "No commune"), ("saint", "Several communes")])
def test_a_commune_unknown_or_ambiguous_is_told(db, text, told):
    load_communes("244400404")
    with pytest.raises(ValidationError, match=told):
        CommuneField().clean(text)


def test_the_card_takes_a_commune(world, client):
    load_communes("244400404")
    client.force_login(world.users["coordinator"])
    url = f"/organisations/{world.coordination.pk}/fiche/"
    assert client.post(url, {"name": "Coordination", "commune": "Nantes"}).status_code == 302
    world.coordination.refresh_from_db()
    assert world.coordination.commune_id == "44109"
    assert 'value="Nantes"' in client.get(f"/organisations/{world.coordination.pk}/").content.decode()
