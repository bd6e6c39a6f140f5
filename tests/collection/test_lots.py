"""Lots and the rules of their origin."""

import pytest

from maillon.collection import commands
from maillon.collection.models import Lot
from maillon.collection.rules import RULES, RecipientCategory, Regime, may_sell, price_caps
from maillon.hardware.model import Kind
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
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
