"""The stock is found by its donor's name as it is now."""

import pytest

from maillon.collection.commands import announce_lot, lot_arrived
from maillon.kernel.jobs.running import drain
from maillon.territory.commands import change_card
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.stock import index
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.queries import stock_page
from tests.world import dmidecode, make_world


@pytest.mark.django_db(transaction=True)
def test_a_donor_renamed_is_found_under_its_new_name():
    world = make_world()
    coordinator, technician = world.actor("coordinator"), world.actor("technician")
    lot = announce_lot(actor=coordinator, donor_id=world.donor.pk, holder_id=world.workshop.pk)
    lot_arrived(actor=coordinator, lot_id=lot.pk)
    list(receiving.receive(actor=technician, files=[Incoming("a.txt", dmidecode())], lot_id=lot.pk))
    change_card(actor=coordinator, organisation_id=world.donor.pk, card={"name": "Chocolaterie"})
    drain()
    assert len(stock_page(technician, StockFilters(q="chocolat")).rows) == 1
    assert index.check() == []
