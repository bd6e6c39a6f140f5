"""Proofs of erasure that must not be had by trick."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from maillon.kernel import ledger
from maillon.kernel.errors import Refusal
from maillon.kernel.ledger import Entry
from maillon.territory.commands import create_token
from maillon.workshop import life, moves
from maillon.workshop.erasure import proving
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming, Outcome
from maillon.workshop.life import MediumState
from maillon.workshop.models import Device, Erasure, Medium
from maillon.workshop.queries import device_facts
from tests.world import dmidecode, make_world, smartctl, wipe_report

pytestmark = pytest.mark.django_db
DISK = "S3Z9NB0K111111"
WITNESS = "le témoin"


@pytest.fixture
def world():
    return make_world()


def photo():
    made = io.BytesIO()
    Image.new("RGB", (40, 40), "grey").save(made, "JPEG")
    return made.getvalue()


def bring(actor, *files, **more):
    return list(receiving.receive(actor=actor, files=[Incoming(*file) for file in files], **more))


def machine(actor, serial="PF0AAAA1", disk=DISK):
    bring(actor, ("pc/dmidecode.txt", dmidecode(serial)), ("pc/smartctl.json", smartctl(disk)))
    return Device.objects.get(serial=serial)


def established(device):
    device.refresh_from_db()
    return life.erasure_established(device_facts(device))


def test_a_disk_declared_absent_that_is_read_again_must_be_erased(world):
    actor = world.actor("technician")
    device = machine(actor)
    proving.declare_absent(actor=actor, device_id=device.id, medium_id=device.media.get().pk, witness=WITNESS)
    assert established(device)
    again = smartctl(DISK).replace(b'"passed":true', b'"passed":false')
    bring(actor, ("pc/dmidecode.txt", dmidecode("PF0AAAA1")), ("pc/smartctl.json", again))
    assert device.media.get().state == MediumState.TO_ERASE
    assert not established(device)


def test_a_disk_certified_destroyed_that_is_read_again_must_be_erased(world):
    actor = world.actor("technician")
    device = machine(actor)
    proving.record_destruction(
        actor=actor, device_id=device.id, medium_id=device.media.get().pk, witness=WITNESS, photo=photo()
    )
    again = smartctl(DISK).replace(b'"passed":true', b'"passed":false')
    bring(actor, ("pc/dmidecode.txt", dmidecode("PF0AAAA1")), ("pc/smartctl.json", again))
    assert not established(device)


def test_a_destruction_is_certified_once(world):
    actor = world.actor("technician")
    device = machine(actor)
    medium = device.media.get()
    send = {"actor": actor, "device_id": device.id, "medium_id": medium.pk, "witness": WITNESS, "photo": photo()}
    proving.record_destruction(**send)
    with pytest.raises(Refusal):
        proving.record_destruction(**send)
    with pytest.raises(Refusal):
        proving.declare_absent(actor=actor, device_id=device.id, medium_id=medium.pk, witness=WITNESS)
    assert Erasure.objects.filter(number__isnull=False).count() == 1


def test_a_report_that_was_counted_proves_nothing_again_after_the_machine_came_back(world):
    actor = world.actor("technician")
    device = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)))
    assert established(device)
    Device.objects.filter(pk=device.pk).update(state="handed_over")
    moves.take_step(actor=actor, device_id=device.id, step="returned", answers={"condition": "B"})
    assert not established(device)
    for replayed in (wipe_report(DISK) + b"\n", json.dumps([json.loads(wipe_report(DISK))]).encode()):
        [line] = bring(actor, ("wipe-again.json", replayed))
        assert line.outcome is Outcome.REFUSED, line
    assert not established(device)


def test_another_workshop_can_not_take_a_disk_by_naming_it(world):
    mine = world.actor("technician")
    device = machine(mine)
    machine(world.actor("neighbour"), "PF0OTHER", DISK)
    assert device.media.get(fitted=True).serial == DISK
    assert not established(device)


def test_a_report_sent_by_another_workshop_proves_nothing_here(world):
    device = machine(world.actor("technician"))
    machine(world.actor("neighbour"), "PF0OTHER", DISK)
    bring(world.actor("neighbour"), ("wipe.json", wipe_report(DISK)))
    assert not established(device)


def test_a_key_for_readings_alone_does_not_certify_erasures(world, client):
    head = world.actor("head")
    _token, secret = create_token(
        actor=head, organisation_id=world.workshop.pk, label="banc", scopes=["stock.intake", "stock.view"]
    )
    device = machine(world.actor("technician"))

    response = client.post(
        "/api/v1/snapshots",
        {"files": SimpleUploadedFile("wipe.json", wipe_report(DISK))},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert response.status_code in (200, 403), response.content
    assert not Erasure.objects.filter(proved=True).exists()
    assert not established(device)


def test_two_disks_of_one_serial_number_in_two_machines_are_not_proved_by_one_report(world):
    actor = world.actor("technician")
    first, second = machine(actor, "PF0AAAA1", DISK), machine(actor, "PF0BBBB2", "S9OTHER00000001")
    Medium.objects.filter(device=second).update(serial=DISK.lower())
    bring(actor, ("wipe.json", wipe_report(DISK)))
    assert not (established(first) and established(second))


@pytest.mark.parametrize("serial", ["", "   ", "0000000000", "123456789"])
def test_a_report_without_a_true_serial_number_proves_nothing(world, serial):
    actor = world.actor("technician")
    device = machine(actor, disk=serial)
    bring(actor, ("wipe.json", wipe_report(serial)))
    assert not established(device)


def test_a_report_made_before_the_machine_was_given_proves_nothing_after_it_came_back(world):
    actor = world.actor("technician")
    device = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)))
    Device.objects.filter(pk=device.pk).update(state="ready")
    device.checks.all().delete()
    ledger.append("device.handed_over", actor, device.id, reference="R-1")
    Device.objects.filter(pk=device.pk).update(state="handed_over")
    moves.take_step(actor=actor, device_id=device.id, step="returned", answers={"condition": "B"})
    report = proving.erasure.read_erasure(wipe_report(DISK))[0]
    medium = device.media.get()
    old = proving.erasure.replace(report, session="another", ended="2020-01-01T10:00:00+01:00")
    new = proving.erasure.replace(report, session="another", ended="2100-01-01T10:00:00+01:00")
    assert proving._stale(medium, old) is not None
    assert proving._stale(medium, new) is None


def test_a_report_of_the_same_erasure_makes_one_certificate(world):
    actor = world.actor("technician")
    machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)), ("again.json", wipe_report(DISK) + b"\n"))
    assert Erasure.objects.filter(number__isnull=False).count() == 1


def test_a_disk_that_moves_leaves_a_trace_on_the_machine_it_left(world):
    actor = world.actor("technician")
    device = machine(actor)
    machine(actor, "PF0BBBB2", DISK)
    assert Entry.objects.filter(stream=f"device:{device.id}", kind="device.medium_removed").count() == 1
    assert not established(device)


def test_the_signed_statement_of_another_certificate_does_not_hold_under_this_number(world, client):
    actor = world.actor("technician")
    machine(actor)
    machine(actor, "PF0BBBB2", "S3Z9NB0K222222")
    bring(actor, ("one.json", wipe_report(DISK)), ("two.json", wipe_report("S3Z9NB0K222222")))
    one, two = Erasure.objects.filter(number__isnull=False)
    assert client.get(f"/c/{one.number}/").context["shown"]["holds"]
    Erasure.objects.filter(pk=one.pk).update(statement=two.statement, signature=two.signature)
    assert not client.get(f"/c/{one.number}/").context["shown"]["holds"]
