"""The same people filed twice are recognised without being read, and never told by whom."""

import pytest
from django.urls import reverse

from maillon.needs import commands, queries
from maillon.needs.models import IdentityMark, Request
from maillon.territory.models import Membership, Organisation, User
from tests.needs.requests import commune, facts, make_request
from tests.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """With a second prescriber, `other`."""
    world = make_world()
    elsewhere = Organisation.objects.create(kind="prescriber", name="Association voisine", territory=world.coordination)
    world.users["other"] = User.objects.create_user("other@exemple.invalid")
    Membership.objects.create(user=world.users["other"], organisation=elsewhere, role="prescriber")
    return world


def twins(request):
    return [(twin.request.pk, twin.by, twin.ours) for twin in queries.twins([request]).get(request.pk, [])]


@pytest.mark.parametrize(
    ("mine", "theirs", "by"),
    [
        ({"phone": "+33612345678"}, {"phone": "+33612345678"}, "phone"),
        ({"email": "c@exemple.invalid"}, {"email": " C@Exemple.invalid"}, "email"),
        ({"name": "LE GOFF Anne-Marie"}, {"name": "Mme Anne Marie Le Goff"}, "name"),
        ({"name": "Zoé B", "phone": "+33612345678"}, {"name": "Zoe B", "phone": "+33612345678"}, "phone"),
    ],
)
def test_the_same_people_are_recognised_on_both_sides(world, mine, theirs, by):
    first = make_request(world, **({"name": "Un Nom"} | mine))
    second = make_request(world, "other", **({"name": "Autre Nom"} | theirs))
    assert twins(first) == [(second.pk, by, False)]
    assert twins(second) == [(first.pk, by, False)]


@pytest.mark.parametrize(
    ("who", "words"), [("prescriber", "Perhaps filed twice"), ("other", "Also followed elsewhere")]
)
@pytest.mark.usefixtures("english")
def test_brothers_and_sisters_of_one_organisation_are_not_followed_elsewhere(client, world, who, words):
    first = make_request(world, phone="+33612345678")
    make_request(world, who, name="Autre Nom", phone="+33612345678")
    client.force_login(world.users["prescriber"])
    client.cookies["django_language"] = "en"
    page = client.get(reverse("needs:request", args=[first.code])).content.decode()
    told = {said for said in ("Perhaps filed twice", "Also followed elsewhere") if said in page}
    assert told == {words}


def test_a_name_counts_in_its_commune_alone(world):
    first = make_request(world, name="Camille Exemple")
    make_request(world, "other", name="Camille Exemple", commune=commune("44190", "Saint-Sébastien").pk)
    assert twins(first) == []


def test_other_territories_and_closed_requests_are_not_compared(world):
    first = make_request(world, phone="+33612345678")
    make_request(make_world(" autre"), phone="+33612345678")
    gone = make_request(world, "other", phone="+33612345678")
    commands.withdraw_request(actor=world.actor("other"), request_id=gone.pk)
    assert twins(first) == []
    Request.objects.filter(pk=gone.pk).update(state="served")
    assert twins(first) == [(gone.pk, "phone", False)], "who was served elsewhere is followed elsewhere"


def test_within_an_organisation_the_other_request_is_linked_and_elsewhere_never(client, world):
    mine = make_request(world, phone="+33612345678")
    again = make_request(world, phone="+33612345678")
    theirs = make_request(world, "other", phone="+33612345678")
    client.force_login(world.users["prescriber"])
    page = client.get(reverse("needs:request", args=[mine.code])).content.decode()
    assert f"/besoins/{again.code}/" in page
    assert theirs.code not in page and "Association voisine" not in page and str(theirs.pk) not in page
    client.force_login(world.users["coordinator"])
    assert f"/besoins/{theirs.code}/" in client.get(reverse("needs:request", args=[mine.code])).content.decode()


def test_what_was_kept_is_told_again_only_when_another_is_filed(world):
    mine = make_request(world, phone="+33612345678")
    make_request(world, "other", phone="+33612345678")
    mine = commands.keep_twin(actor=world.actor("prescriber"), request_id=mine.pk)
    assert queries.to_settle(mine, queries.twins([mine])[mine.pk]) == []
    newer = make_request(world, "other", phone="+33612345678")
    assert [twin.request.pk for twin in queries.to_settle(mine, queries.twins([mine])[mine.pk])] == [newer.pk]


def test_both_prescribers_are_told_what_to_settle_until_they_looked(client, world):
    mine, theirs = make_request(world, phone="+33612345678"), make_request(world, "other", phone="+33612345678")
    make_request(world, name="Alone Fictive")
    make_request(make_world(" autre"), phone="+33612345678")
    mine_actor, other = world.actor("prescriber"), world.actor("other")
    assert list(queries.followed_twice(mine_actor)) == [mine] and list(queries.followed_twice(other)) == [theirs]
    client.force_login(world.users["prescriber"])
    page = client.get(reverse("needs:to-do")).content.decode()
    assert f"/besoins/{mine.code}/" in page.partition("ailleurs")[2] and theirs.code not in page
    assert "#ailleurs" in client.get("/").content.decode()
    commands.keep_twin(actor=mine_actor, request_id=mine.pk)
    assert not queries.followed_twice(mine_actor) and list(queries.followed_twice(other)) == [theirs]
    make_request(world, "other", phone="+33612345678")
    assert list(queries.followed_twice(mine_actor)) == [mine], "another one, filed since"
    Request.objects.filter(prescriber=theirs.prescriber).update(state="withdrawn")
    assert not queries.followed_twice(mine_actor) and not queries.followed_twice(other)


def test_a_change_of_vault_key_does_not_part_them(world, settings, tmp_path):
    settings.DATA, settings.VAULT_KEY = tmp_path, "the-key-before"
    old = make_request(world, phone="+33612345678", name="Un Nom")
    (tmp_path / "vault-key.old").write_text("the-key-before\n")
    settings.VAULT_KEY = "the-key-after"
    new = make_request(world, "other", phone="+33612345678", name="Autre Nom")
    assert twins(new) == [(old.pk, "phone", False)] and twins(old) == [(new.pk, "phone", False)]
    person = commands.read_identity(actor=world.actor("prescriber"), request_id=old.pk, purpose="page")
    assert person.name == "Un Nom"


def test_marks_tell_nothing_without_the_key(world, settings):
    make_request(world, name="Camille Exemple", phone="+33612345678")
    first = set(IdentityMark.objects.values_list("value", flat=True))
    settings.VAULT_KEY = "another key altogether"
    make_request(world, name="Camille Exemple", phone="+33612345678")
    assert len(first) == 3 and first.isdisjoint(
        IdentityMark.objects.exclude(value__in=first).values_list("value", flat=True)
    )
    assert IdentityMark.objects.count() == 6


def test_a_moved_household_is_marked_in_its_new_commune(world):
    mine = make_request(world, name="Camille Exemple")
    there = commune("44190", "Saint-Sébastien").pk
    theirs = make_request(world, "other", name="Camille Exemple", commune=there)
    assert twins(mine) == []
    commands.change_request(actor=world.actor("prescriber"), request_id=mine.pk, facts=facts(commune=there))
    mine.refresh_from_db()
    assert twins(mine) == [(theirs.pk, "name", False)]


def test_a_page_of_requests_is_compared_in_four_queries(world, django_assert_num_queries):
    requests = [make_request(world, phone="+33612345678") for _number in range(6)]
    with django_assert_num_queries(4):
        assert len(queries.twins(requests)) == 6
