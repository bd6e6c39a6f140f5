"""Lots and the rules of their origin."""

import pytest

from maillon.collection import commands
from maillon.collection.models import Lot
from maillon.collection.rules import RULES, RecipientCategory, Regime, may_sell, price_caps
from maillon.hardware.model import Kind
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.territory.models import Place
from maillon.workshop.models import Device
from maillon.workshop.stock import index
from tests.world import make_world

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def pages_in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def world(db):
    return make_world()


def announce(world, who="coordinator", **more):
    given = {"donor_id": world.donor.pk, "holder_id": world.workshop.pk, **more}
    return commands.announce_lot(actor=world.actor(who), **given)


def test_a_lot_is_announced_arrives_and_is_closed_each_with_its_event(world):
    lot = announce(world, announced_count=12)
    commands.lot_arrived(actor=world.actor("technician"), lot_id=lot.pk)
    commands.close_lot(actor=world.actor("technician"), lot_id=lot.pk)
    kinds = list(Entry.objects.filter(stream=f"lot:{lot.pk}").order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["lot.announced", "lot.arrived", "lot.closed"]


def test_a_lot_does_not_arrive_twice(world):
    lot = announce(world)
    commands.lot_arrived(actor=world.actor("technician"), lot_id=lot.pk)
    with pytest.raises(Refusal):
        commands.lot_arrived(actor=world.actor("technician"), lot_id=lot.pk)


def test_a_donor_announces_its_own_machines_and_no_one_else_s(world):
    lot = announce(world, "donor", donor_id=world.neighbour.pk)
    assert lot.donor == world.donor


def test_who_may_not_file_a_lot(world):
    with pytest.raises(NotAllowed):
        announce(world, "prescriber")


def test_a_lot_of_another_territory_is_not_found(world):
    foreign = make_world(" étrangère")
    lot = announce(foreign)
    with pytest.raises(NotFound):
        commands.lot_arrived(actor=world.actor("coordinator"), lot_id=lot.pk)
    assert not Lot.objects.visible_to(world.actor("coordinator")).exists()


def test_a_public_body_s_computer_is_sold_by_few_and_at_a_capped_price():
    assert may_sell(Regime.COMPANY, None)
    assert not may_sell(Regime.PUBLIC, RecipientCategory.ESUS_REUSE)
    assert may_sell(Regime.PUBLIC, RecipientCategory.PRECARITY_INTEREST)
    assert [cap.euros for cap in price_caps(Regime.PUBLIC, Kind.NOTEBOOK)] == [180]
    assert [cap.euros for cap in price_caps(Regime.PUBLIC, Kind.TABLET)] == [100]
    assert price_caps(Regime.PUBLIC, Kind.SERVER) == [] == price_caps(Regime.COMPANY, Kind.NOTEBOOK)


def test_every_rule_names_its_source():
    assert all(rule.source for rules in RULES.values() for rule in rules)


def test_the_pages_show_the_rules_where_they_bind(world, client):
    lot = announce(world, regime="public")
    client.force_login(world.users["technician"])
    page = client.get(f"/lots/{lot.code}/").content.decode()
    assert "L3212-2" in page and "180" in page
    assert "from memory, not confirmed" in page and "as reported by others" in page


def test_a_workshop_files_the_lots_that_it_receives(world, client):
    client.force_login(world.users["technician"])
    form = {"donor": str(world.donor.pk), "holder": str(world.neighbour.pk), "waste_status": "product"}
    answer = client.post("/lots/nouveau/", form, follow=True)
    assert answer.status_code == 200 and Lot.objects.get().holder == world.workshop


def test_only_a_workshop_receives(world):
    with pytest.raises(NotFound):
        announce(world, holder_id=world.donor.pk)


def test_a_reader_is_not_shown_a_form_that_will_be_refused(world, client):
    client.force_login(world.users["reader"])
    assert client.get("/lots/nouveau/").status_code == 403


@pytest.mark.parametrize("field", ["donor", "holder"])
def test_a_form_does_not_name_an_organisation_of_another_territory(world, client, field):
    foreign = make_world(" étrangère")
    client.force_login(world.users["coordinator"])
    form = {"waste_status": "product", field: str(foreign.donor.pk if field == "donor" else foreign.workshop.pk)}
    assert client.post("/lots/nouveau/", form).status_code == 422 and not Lot.objects.exists()


def test_a_donor_does_not_choose_what_the_workshop_decides(world, client):
    client.force_login(world.users["donor"])
    form = {"donor": str(world.neighbour.pk), "regime": "individual", "waste_status": "waste", "announced_count": "3"}
    client.post("/lots/nouveau/", form)
    lot = Lot.objects.get()
    assert (lot.donor, lot.regime, lot.waste_status) == (world.donor, "company", "product")
    assert client.post(f"/lots/{lot.code}/fiche/", {"regime": "individual"}).status_code == 403


def test_what_was_typed_stays_when_a_lot_is_refused(world, client):
    client.force_login(world.users["donor"])
    form = {"announced_count": "-3", "agreement": "Convention 12", "agreed_on": "2026-02-30"}
    answer = client.post("/lots/nouveau/", form)
    page = answer.content.decode()
    assert answer.status_code == 422 and all(f'value="{typed}"' in page for typed in form.values())


def test_an_empty_form_announces_nothing_for_a_donor(world, client):
    client.force_login(world.users["donor"])
    assert client.post("/lots/nouveau/", {"agreement": ""}).status_code == 422 and not Lot.objects.exists()
    page = client.post("/lots/nouveau/", {"announced_count": "3"}, follow=True).content.decode()
    assert "The collection is arranged by phone." in page


def test_a_lot_that_arrived_leads_to_its_readings(world, client):
    lot = announce(world)
    commands.lot_arrived(actor=world.actor("technician"), lot_id=lot.pk)
    client.force_login(world.users["technician"])
    assert f'href="/releves/?lot={lot.code}"' in client.get(f"/lots/{lot.code}/").content.decode()
    assert f'<option value="{lot.code}" selected>' in client.get(f"/releves/?lot={lot.code}").content.decode()
    assert f'{lot.code}" selected' not in client.get("/releves/?lot=other").content.decode()


def start(client, user):
    client.force_login(user)
    return client.get("/").content.decode()


def test_a_lot_on_its_way_is_the_next_step_of_who_will_receive_it(world, client):
    Device.objects.create(code="AAAA1", holder=world.workshop, territory=world.coordination, state="ready")
    index.rebuild()
    announce(world)
    assert "See what is coming" in start(client, world.users["technician"])


def test_each_role_has_one_next_step_or_is_told_there_is_none(world, client):
    announce(world)
    assert "Announce a lot" in start(client, world.users["donor"])
    assert "Drop a first reading" in start(client, world.users["coordinator"])  # no machine yet: that goes first
    assert "Nothing urgent" in start(client, world.users["reader"])
    assert "File a request" in start(client, world.users["prescriber"])
    assert "Add a place" in start(client, world.users["mediator"])  # a place open to the public without an address
    at = world.actor("mediator").organisation_id
    Place.objects.create(organisation_id=at, name="Accueil")
    assert "Nothing waits for you here yet" in start(client, world.users["mediator"])
    assert "belongs to no organisation" in start(client, world.users["nobody"])
    for who in world.users.values():
        assert start(client, who).count('class="btn btn-primary"') <= 1


def test_a_donor_withdraws_a_lot_that_will_not_come(world, client):
    lot = announce(world, "donor")
    client.force_login(world.users["donor"])
    assert "Withdraw the lot" in client.get(f"/lots/{lot.code}/").content.decode()
    assert client.post(f"/lots/{lot.code}/retire/").status_code == 302
    lot.refresh_from_db()
    assert lot.state == "withdrawn"
    assert Entry.objects.filter(stream=f"lot:{lot.pk}").order_by("-sequence").first().kind == "lot.withdrawn"
    assert client.post(f"/lots/{lot.code}/retire/").status_code == 409


def test_a_lot_whose_machines_are_known_is_not_withdrawn(world):
    lot = announce(world)
    Device.objects.create(code="AAAA1", holder=world.workshop, territory=world.coordination, lot=lot, state="announced")
    with pytest.raises(Refusal, match="1 machine of this lot is known"):
        commands.withdraw_lot(actor=world.actor("coordinator"), lot_id=lot.pk)


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("neighbour", 404), ("prescriber", 403)])
def test_who_may_not_withdraw_a_lot(world, client, who, status):
    lot = announce(world)
    client.force_login(world.users[who])
    assert client.post(f"/lots/{lot.code}/retire/").status_code == status


def test_a_donor_neither_receives_nor_closes_its_lot(world, client):
    lot = announce(world, "donor")
    client.force_login(world.users["donor"])
    assert client.post(f"/lots/{lot.code}/arrive/").status_code == 403
    assert client.post(f"/lots/{lot.code}/clos/").status_code == 403
