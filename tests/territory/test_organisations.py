"""Organisations, members, keys."""

import pytest
from django.core.exceptions import ValidationError

from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.territory import commands
from maillon.territory.actors import actor_for, actor_of_token
from maillon.territory.forms import CommuneField
from maillon.territory.models import Commune, Membership, Organisation, Place, User
from maillon.territory.numbers import LETTERS, siret_problem, uai_problem
from maillon.territory.places import load_communes
from maillon.workshop.models import Device
from tests.world import make_world

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def pages_in_english(settings):
    settings.LANGUAGE_CODE = "en"


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


def test_the_first_thing_to_do_on_a_new_platform_is_to_add_a_workshop(db, client):
    coordination = commands.found_territory(email="coordination@exemple.invalid")
    client.force_login(User.objects.get())
    page = client.get("/").content.decode()
    assert 'class="btn btn-primary" href="/organisations/#add"' in page and "Add a workshop" in page
    actor = actor_for(User.objects.get(), coordination.pk)
    commands.create_organisation(actor=actor, kind="workshop", name="Atelier")
    assert "Add a workshop" not in client.get("/").content.decode()


def test_the_first_thing_to_do_of_a_place_open_to_the_public_is_to_say_where(world, client):
    actor = world.actor("coordinator")
    desk = commands.create_organisation(actor=actor, kind="place", name="Espace")
    commands.add_member(actor=actor, organisation_id=desk.pk, email="nouvelle@exemple.invalid", role="mediator")
    client.force_login(User.objects.get(email="nouvelle@exemple.invalid"))
    assert f'class="btn btn-primary" href="/organisations/{desk.pk}/#places"' in client.get("/").content.decode()
    commands.add_place(actor=actor, organisation_id=desk.pk, name="Accueil")
    assert "Add a place" not in client.get("/").content.decode()


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
        commands.remove_member(
            actor=world.actor("coordinator"), organisation_id=world.coordination.pk, membership_id=last.pk
        )


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
    commands.revoke_token(actor=world.actor("head"), organisation_id=world.workshop.pk, token_id=token.pk)
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


# Places


def place_url(world, *more):
    return "/".join(("/organisations", str(world.workshop.pk), "emplacements", str(world.shelf.pk), *more, ""))


def machine_on(world, place):
    return Device.objects.create(
        code="AAAA1", holder=world.workshop, territory=world.coordination, place=place, state="received"
    )


def test_a_place_takes_another_name_and_keeps_its_machines(world, client):
    device = machine_on(world, world.shelf)
    client.force_login(world.users["technician"])
    assert client.post(place_url(world), {"name": " Étagère du fond "}).status_code == 302
    device.refresh_from_db()
    assert device.place.name == "Étagère du fond"
    [entry] = Entry.objects.filter(stream=f"organisation:{world.workshop.pk}")
    assert (entry.kind, entry.data) == (
        "organisation.place_changed",
        {"place": str(world.shelf.pk), "changed": ["name"]},
    )


def place_card(**more):
    return {"name": "Étagère 1", "address": "", "commune": "", "expert": "", **more}


def test_a_place_s_hours_are_typed_a_day_a_line(world, client):
    load_communes("244400404")
    client.force_login(world.users["technician"])
    week = dict.fromkeys(("monday", "tuesday", "thursday", "friday"), "9h-12h30, 14h-18h") | {"wednesday": "9-12h30"}
    card = place_card(open_to_public="on", address="3 rue Neuve", commune="Rezé", **week)
    assert client.post(place_url(world), card).status_code == 302
    world.shelf.refresh_from_db()
    assert world.shelf.hours == "Mo,Tu,Th,Fr 09:00-12:30,14:00-18:00; We 09:00-12:30; PH off"
    assert world.shelf.open_to_public and world.shelf.commune.name == "Rezé"
    assert Entry.objects.get().data["changed"] == ["open_to_public", "commune", "address", "hours"]
    page = client.get(place_url(world)).content.decode()
    assert 'value="9h-12h30, 14h-18h"' in page and "Public holidays: closed" in page
    shown = {"expert": world.shelf.hours} | week  # sent again as it is shown: nothing changes
    assert client.post(place_url(world), {**card, **shown}).status_code == 302
    assert Entry.objects.count() == 1


def test_hours_that_are_not_understood_lose_nothing(world, client):
    client.force_login(world.users["technician"])
    answer = client.post(place_url(world), place_card(name="Accueil", monday="matin", tuesday="9h-12h"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "“matin” is no range of times" in page and 'value="9h-12h"' in page
    both = client.post(place_url(world), place_card(monday="9h-12h", expert="24/7"))
    assert both.status_code == 422 and "change one of them" in both.content.decode()
    expert = client.post(place_url(world), place_card(expert="Mo-Fr 9h"))
    assert expert.status_code == 422 and "Hours, sign 7" in expert.content.decode()
    world.shelf.refresh_from_db()
    assert world.shelf.hours == "" and not Entry.objects.exists()


def test_an_expert_says_more_than_a_week(world, client):
    client.force_login(world.users["technician"])
    assert client.post(place_url(world), place_card(expert="Sa[1] 9:00-12:00")).status_code == 302
    world.shelf.refresh_from_db()
    assert world.shelf.hours == "Sa[1] 09:00-12:00; PH off"
    page = client.get(place_url(world)).content.decode()
    assert "First Saturday of the month: from 9:00 to 12:00" in page and "say more than a week" in page
    client.post(place_url(world), place_card(expert=world.shelf.hours, saturday="10h-12h"))
    world.shelf.refresh_from_db()
    assert world.shelf.hours == "Sa 10:00-12:00; PH off"


def test_a_mediator_keeps_its_own_places_and_hours_alone(world, client):
    home = world.users["mediator"].memberships.get().organisation
    desk = commands.add_place(actor=world.actor("mediator"), organisation_id=home.pk, name="Accueil")
    kept = commands.change_place(
        actor=world.actor("mediator"), organisation_id=home.pk, place_id=desk.pk, card={"hours": "Mo 09:00-12:00"}
    )
    assert kept.hours == "Mo 09:00-12:00; PH off"
    with pytest.raises(Refusal, match="Hours, sign 1"):
        commands.change_place(
            actor=world.actor("mediator"), organisation_id=home.pk, place_id=desk.pk, card={"hours": "lundi"}
        )
    client.force_login(world.users["mediator"])
    assert client.get(f"/organisations/{home.pk}/emplacements/{desk.pk}/").status_code == 200
    assert client.get(place_url(world)).status_code == 404


def test_a_taken_name_is_said_beside_what_was_typed(world, client):
    Place.objects.create(organisation=world.workshop, name="Banc")
    client.force_login(world.users["technician"])
    for url in (place_url(world), f"/organisations/{world.workshop.pk}/emplacements/"):
        answer = client.post(url, {"name": "Banc"})
        page = answer.content.decode()
        assert answer.status_code == 422 and "already a place of this name" in page and 'value="Banc"' in page
    assert not Entry.objects.exists()


def test_an_empty_place_is_removed_and_one_with_machines_is_not(world, client):
    device = machine_on(world, world.shelf)
    client.force_login(world.users["technician"])
    answer = client.post(place_url(world, "retirer"))
    assert answer.status_code == 409 and "1 machine is kept there." in answer.content.decode()
    device.place = None
    device.save()
    assert client.post(place_url(world, "retirer")).status_code == 302
    assert not Place.objects.filter(pk=world.shelf.pk).exists()
    assert Entry.objects.get().kind == "organisation.place_removed"


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("neighbour", 404), ("donor", 403)])
def test_who_may_not_touch_a_place(world, client, who, status):
    client.force_login(world.users[who])
    assert client.get(place_url(world)).status_code == status
    assert client.post(place_url(world), {"name": "x"}).status_code == status
    assert client.post(place_url(world, "retirer")).status_code == status
    assert Place.objects.get(pk=world.shelf.pk).name == "Étagère 1"


def test_an_address_that_mixes_two_organisations_opens_nothing(world, client):
    client.force_login(world.users["coordinator"])
    here = f"/organisations/{world.neighbour.pk}"
    member = world.workshop.memberships.first()
    assert client.post(f"{here}/membres/{member.pk}/retirer/").status_code == 404
    assert client.post(f"{here}/emplacements/{world.shelf.pk}/retirer/").status_code == 404
    assert Membership.objects.filter(pk=member.pk).exists() and Place.objects.filter(pk=world.shelf.pk).exists()


# Numbers and forms


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("73282932000074", None),
        ("73282932000047", "digit"),
        ("35600000000048", None),
        ("7328293200007", "shape"),
        ("7328293200007A", "shape"),
    ],
)
def test_a_siret_is_checked_by_its_digits(value, problem):
    assert siret_problem(value) == problem


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("siret", "732 829 320 0007", "this one has 13"),
        ("siret", "732 829 320 00047", "A digit of this SIRET is wrong"),
        ("commune", "Atlantide", "No commune is called"),
        ("email", "pas une adresse", "valid email"),
        ("uai", "0440021K", "does not match its digits"),
    ],
)
def test_a_card_refused_says_why_and_keeps_all_that_was_typed(world, client, field, typed, told):
    school = Organisation.objects.create(kind="school", name="École", territory=world.coordination)
    client.force_login(world.users["coordinator"])
    card = {"name": "École du Port", "address": "3 rue Neuve", "phone": "02 40 00 00 00", field: typed}
    answer = client.post(f"/organisations/{school.pk}/fiche/", card)
    page = answer.content.decode()
    assert answer.status_code == 422 and told in page
    assert all(f'value="{value}"' in page for name, value in card.items() if name != field)
    assert f'value="{"".join(typed.split()) if field == "siret" else typed}"' in page or f'value="{typed}"' in page
    school.refresh_from_db()
    assert school.name == "École"


def test_numbers_are_taken_as_they_are_copied(world, client):
    school = Organisation.objects.create(kind="school", name="École", territory=world.coordination)
    client.force_login(world.users["coordinator"])
    card = {"name": "École", "siret": "732 829 320 00074", "uai": "0440021j "}
    assert client.post(f"/organisations/{school.pk}/fiche/", card).status_code == 302
    school.refresh_from_db()
    assert (school.siret, school.uai) == ("73282932000074", "0440021J")


@pytest.mark.parametrize("text", ["reze", "REZÉ", "st herblain", "Saint Herblain", "la montagne"])
def test_a_commune_is_found_without_its_accents_and_hyphens(db, text):
    load_communes("244400404")
    assert CommuneField().clean(text) is not None


def test_a_key_does_not_begin_expired(world, client):
    client.force_login(world.users["head"])
    url = f"/organisations/{world.workshop.pk}/cles/"
    answer = client.post(url, {"label": "banc", "scopes": ["stock.view"], "expires_at": "2020-01-01"})
    assert answer.status_code == 422 and not world.workshop.tokens.exists()


def test_keys_say_in_words_what_they_open_and_until_when(world, client):
    client.force_login(world.users["head"])
    url = f"/organisations/{world.workshop.pk}/cles/"
    client.post(url, {"label": "banc", "scopes": ["stock.view"], "expires_at": "2099-12-31"})
    page = client.get(f"/organisations/{world.workshop.pk}/").content.decode()
    assert "Read the stock" in page and "2099" in page and "stock.view</td>" not in page


# Who sees what


def test_a_reader_and_a_key_see_what_their_organisation_gave(world):
    town = Organisation.objects.create(kind="town", name="Ville", territory=world.coordination)
    commands.add_member(
        actor=world.actor("coordinator"), organisation_id=town.pk, email="lecture@ville.invalid", role="reader"
    )
    given = Device.objects.create(code="AAAA2", holder=world.workshop, territory=world.coordination, donor=town)
    machine_on(world, world.shelf)
    _token, secret = commands.create_token(
        actor=world.actor("coordinator"), organisation_id=town.pk, label="x", scopes=["stock.view"]
    )
    reader = actor_for(User.objects.get(email="lecture@ville.invalid"), None)
    for actor in (reader, actor_of_token(secret)):
        assert list(Device.objects.visible_to(actor)) == [given]


# What someone would try


def test_no_one_gives_oneself_more(world, client):
    for who in ("technician", "reader", "donor", "prescriber"):
        client.force_login(world.users[who])
        own = world.users[who].memberships.get().organisation_id
        form = {"email": world.users[who].email, "role": "coordinator"}
        assert client.post(f"/organisations/{own}/membres/", form).status_code == 403
    assert Membership.objects.filter(role="coordinator").count() == 2


def test_a_head_of_workshop_names_no_one_in_the_coordination(world, client):
    client.force_login(world.users["head"])
    form = {"email": "head@exemple.invalid", "role": "coordinator"}
    assert client.post(f"/organisations/{world.coordination.pk}/membres/", form).status_code == 404


def test_no_second_coordination_is_made_by_a_form(world, client):
    client.force_login(world.users["coordinator"])
    assert client.post("/organisations/", {"name": "Bis", "kind": "coordination"}).status_code == 422
    with pytest.raises(Refusal):
        commands.create_organisation(actor=world.actor("coordinator"), kind="coordination", name="Bis")
    assert Organisation.objects.filter(kind="coordination").count() == 1


def test_who_is_removed_loses_everything_at_the_next_page(world, client):
    client.force_login(world.users["technician"])
    assert client.get("/stock/").status_code == 200
    commands.remove_member(
        actor=world.actor("head"),
        organisation_id=world.workshop.pk,
        membership_id=world.users["technician"].memberships.get().pk,
    )
    assert client.get("/stock/").status_code == 403
    assert client.get(f"/organisations/{world.workshop.pk}/").status_code == 403


def test_a_coordinator_who_is_the_only_one_but_not_alone_stays_too(world):
    commands.add_member(
        actor=world.actor("head"), organisation_id=world.workshop.pk, email="aide@b.invalid", role="technician"
    )
    only = Membership.objects.get(user=world.users["head"])
    with pytest.raises(Refusal, match="last coordinator"):
        commands.remove_member(actor=world.actor("head"), organisation_id=world.workshop.pk, membership_id=only.pk)


def test_a_donor_s_key_only_reads(world, client):
    client.force_login(world.users["coordinator"])
    url = f"/organisations/{world.donor.pk}/cles/"
    assert client.post(url, {"label": "x", "scopes": ["stock.intake"]}).status_code == 422
    with pytest.raises(Refusal):
        commands.create_token(
            actor=world.actor("coordinator"), organisation_id=world.donor.pk, label="x", scopes=["stock.move"]
        )
    assert client.post(url, {"label": "x", "scopes": ["stock.view"]}).status_code == 200


def test_a_key_outlives_its_maker_and_never_gains_by_their_role(world):
    """It is the organisation's: a bench goes on when a person leaves; whoever stays revokes it."""
    _token, secret = commands.create_token(
        actor=world.actor("head"), organisation_id=world.workshop.pk, label="banc", scopes=["stock.intake"]
    )
    Membership.objects.filter(user=world.users["head"]).update(role="reader")
    assert actor_of_token(secret).permissions == {"stock.intake"}
    with pytest.raises(NotAllowed):
        commands.create_token(
            actor=world.actor("head"), organisation_id=world.workshop.pk, label="autre", scopes=["stock.intake"]
        )
