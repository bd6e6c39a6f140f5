"""A machine that no tool can read."""

import pytest

from maillon.kernel.errors import NotAllowed, Refusal
from maillon.kernel.ledger import Entry
from maillon.workshop.intake import by_hand, receiving
from maillon.workshop.intake.receiving import Incoming, Outcome
from maillon.workshop.models import Device
from maillon.workshop.stock import index
from tests.world import dmidecode, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
SAID = {"kind": "notebook", "vendor": "Lenovo", "model": "ThinkPad T470", "serial": "PF0AAAA1"}


@pytest.fixture
def world():
    return make_world()


def test_it_is_received_not_inspected_and_found_in_the_stock(world):
    device = by_hand.register(actor=world.actor("technician"), **SAID, place=world.shelf)
    assert (device.state, device.title, device.place) == ("received", "Lenovo ThinkPad T470", world.shelf)
    assert Entry.objects.get(stream=f"device:{device.id}").kind == "device.received" and index.check() == []


def test_a_later_reading_recognises_it(world):
    device = by_hand.register(actor=world.actor("technician"), **SAID)
    files = [Incoming("a.txt", dmidecode("PF0AAAA1"))]
    [line] = list(receiving.receive(actor=world.actor("technician"), files=files))
    device.refresh_from_db()
    assert (line.outcome, line.device_code, device.state) == (Outcome.KNOWN, device.code, "inspected")


def test_a_known_serial_number_is_refused_with_the_machine_to_open(world):
    device = by_hand.register(actor=world.actor("technician"), **SAID)
    with pytest.raises(Refusal, match=device.code[:3]):
        by_hand.register(actor=world.actor("technician"), **SAID)
    with pytest.raises(Refusal, match="another workshop"):
        by_hand.register(actor=world.actor("neighbour"), **SAID)
    assert Device.objects.count() == 1


def test_filler_is_no_serial_number(world):
    for _time in range(2):
        by_hand.register(actor=world.actor("technician"), kind="desktop", serial="To be filled by O.E.M.")
    assert Device.objects.count() == 2


def test_who_may_not(world):
    with pytest.raises(NotAllowed):
        by_hand.register(actor=world.actor("reader"), **SAID)


def test_the_page(world, client):
    client.force_login(world.users["technician"])
    response = client.post("/releves/a-la-main/", SAID)
    assert response.status_code == 302 and response.url == f"/machines/{Device.objects.get().code}/"
    assert client.post("/releves/a-la-main/", SAID).status_code == 409
