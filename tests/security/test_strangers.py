"""What strangers and neighbours must not learn or do."""

import pytest
from django.core.cache import cache

from maillon.collection.commands import announce_lot
from maillon.kernel import guesses
from maillon.kernel.codes import new_code
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.models import Device, Doubt, Erasure, RawInput
from tests.world import dmidecode, make_world, smartctl, wipe_report

pytestmark = pytest.mark.django_db
DISK = "S3Z9NB0K111111"


@pytest.fixture(autouse=True)
def counted_from_zero():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world():
    world = make_world()
    lot = announce_lot(actor=world.actor("coordinator"), donor_id=world.donor.pk, holder_id=world.workshop.pk)
    files = [
        Incoming("pc/dmidecode.txt", dmidecode()),
        Incoming("pc/smartctl.json", smartctl(DISK)),
        Incoming("wipe.json", wipe_report(DISK)),
    ]
    list(receiving.receive(actor=world.actor("technician"), files=files, lot_id=lot.pk))
    return world


def test_numbers_of_certificates_can_not_be_tried_one_after_the_other(client, world, monkeypatch):
    monkeypatch.setattr(guesses, "MOST", 5)
    number = Erasure.objects.get(number__isnull=False).number
    for _time in range(5):
        assert client.get(f"/c/{new_code()}/").status_code == 404
    for page in ("", "certificat.json", "certificat.pdf"):
        answer = client.get(f"/c/{number}/{page}")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert client.get(f"/c/{number}/", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_who_holds_certificates_reads_them_without_limit(client, world, monkeypatch):
    monkeypatch.setattr(guesses, "MOST", 2)
    number = Erasure.objects.get(number__isnull=False).number
    assert {client.get(f"/c/{number}/").status_code for _time in range(6)} == {200}


@pytest.mark.parametrize(
    ("behind_proxy", "remote", "forwarded", "counted"),
    [
        (False, "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (True, "127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (True, "127.0.0.1", "", "unknown"),
        (False, "2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::/64"),
        (False, "", "", "unknown"),
    ],
)
def test_guesses_are_counted_for_who_really_asks(rf, settings, behind_proxy, remote, forwarded, counted):
    settings.BEHIND_PROXY = behind_proxy
    request = rf.get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert guesses._address(request) == counted


def test_a_donor_reads_which_workshop_acted_and_never_who(client, world):
    device = Device.objects.get()
    assert any("technician" in line["who"] for line in timeline_of(client, world, "reader", device))
    assert any("technician" in line["who"] for line in timeline_of(client, world, "coordinator", device))
    lines = timeline_of(client, world, "donor", device)
    assert {line["who"] for line in lines} == {world.workshop.name}


def timeline_of(client, world, who, device):
    client.force_login(world.users[who])
    return client.get(f"/machines/{device.code}/").context["timeline"]


def test_what_a_list_says_of_a_machine_stays_with_the_workshop(client, world):
    """Its comments, its users' names for a computer: a donor sees the machine, not them."""
    device = Device.objects.get()
    device.snapshots.update(notes={"comment": "vient de Mme Untel", "host_name": "PC-UNTEL"})
    seen = {}
    for who in ("donor", "technician"):
        client.force_login(world.users[who])
        answer = client.get(f"/machines/{device.code}/")
        seen[who] = (answer.status_code, "untel" in answer.content.decode().casefold())
    assert seen == {"donor": (200, False), "technician": (200, True)}


def test_an_answer_to_a_doubt_that_is_no_candidate_decides_nothing(client, world):
    device = Device.objects.get()
    doubt = Doubt.objects.create(
        organisation=world.workshop,
        territory=world.coordination,
        raw=RawInput.objects.first(),
        document=bytes(device.hardware.document),
        candidates=[{"device": str(device.id), "because": ["", {}]}],
    )
    client.force_login(world.users["technician"])
    for chosen in ("garbage", "00000000-0000-0000-0000-000000000000", "\x00"):
        assert client.post(f"/releves/doutes/{doubt.pk}/", {"device": chosen}).status_code == 404
    doubt.refresh_from_db()
    assert doubt.decided_at is None and Device.objects.count() == 1


def test_reading_garbage_again_is_not_a_fault(client, world):
    client.force_login(world.users["technician"])
    assert client.post("/releves/refuses/relire/", {"input": "garbage"}).status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/devices", "/api/v1/snapshots"])
def test_the_api_does_not_take_a_session_for_a_key(client, world, path):
    client.force_login(world.users["coordinator"])
    assert client.get(path).status_code in (401, 405)
    assert client.post(path, {}).status_code in (401, 405)
