"""Proofs of erasure that must not be had by trick."""

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from maillon.hardware.model import Kind
from maillon.kernel.codes import draw
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.territory.commands import create_token
from maillon.workshop import life, moves
from maillon.workshop.erasure import benches, proving
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming, Outcome
from maillon.workshop.life import MediumState
from maillon.workshop.models import CheckAnswer, Device, Erasure, Medium
from maillon.workshop.queries import device_facts
from maillon.workshop.vocabulary import check_lines
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


def returned(actor, device):
    """It was handed over, and came back."""
    Device.objects.filter(pk=device.pk).update(state="reserved")
    for line in check_lines(Kind(device.kind)):
        CheckAnswer.objects.create(device=device, line=line, answer="ok")
    decider = replace(actor, permissions=actor.permissions | {"stock.decide"})
    moves.take_step(actor=decider, device_id=device.id, step="handed_over", answers={"reference": "R-1"})
    moves.take_step(actor=actor, device_id=device.id, step="returned", answers={"condition": "B"})


def dated(ended, serial=DISK, session="another"):
    report = json.loads(wipe_report(serial))
    report["session"] = session
    report["result"]["ended"] = ended
    return json.dumps(report).encode()


def in_days(days):
    return (timezone.now() + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("days", "proved"),
    [(None, False), (-1, False), (0, True), (400, False)],
    ids=["undated", "before", "now", "future"],
)
def test_a_machine_that_came_back_is_erased_by_a_report_made_since_and_by_no_other(world, days, proved):
    actor = world.actor("technician")
    device = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)))
    returned(actor, device)
    [line] = bring(actor, ("again.json", dated(None if days is None else in_days(days))))
    assert (line.outcome is Outcome.ERASURE) is proved and established(device) is proved


def test_a_disk_moved_to_another_machine_takes_along_that_it_was_used(world):
    actor = world.actor("technician")
    device = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)))
    returned(actor, device)
    other = machine(actor, "PF0BBBB2", DISK)
    bring(actor, ("old.json", dated(in_days(-1))))
    assert not established(other)


def test_a_machine_lost_and_found_again_is_erased_again(world):
    actor = replace(world.actor("technician"), permissions=world.actor("technician").permissions | {"stock.decide"})
    device = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)))
    moves.take_step(actor=actor, device_id=device.id, step="lost", answers={"reason": "not_found"})
    moves.take_step(actor=actor, device_id=device.id, step="restored", answers={"reason": "found"})
    assert not established(device)


def test_a_machine_declared_without_a_disk_is_looked_into_again_when_it_comes_back(world):
    actor = world.actor("technician")
    device = machine(actor)
    proving.declare_absent(actor=actor, device_id=device.id, medium_id=device.media.get().pk, witness=WITNESS)
    returned(actor, device)
    assert not established(device)


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


def pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed(report, key):
    text = report.decode()
    return json.dumps({"report": text, "signature": key.sign(report).hex(), "public_key": pem(key)}).encode()


def vouched(actor, device, data):
    """What the certificate says of who vouches for the report."""
    bring(actor, ("wipe.json", data))
    assert established(device)
    return json.loads(Erasure.objects.get(number__isnull=False).statement)["report"]["bench"]


def test_a_certificate_names_the_bench_that_signed_the_report(world):
    key = Ed25519PrivateKey.generate()
    benches.register_bench(actor=world.actor("head"), name="Banc 1", public_key=pem(key))
    actor = world.actor("technician")
    assert vouched(actor, machine(actor), signed(wipe_report(DISK), key)) == "Banc 1"


def test_a_bench_of_the_coordination_is_known_in_its_workshops(world):
    key = Ed25519PrivateKey.generate()
    benches.register_bench(actor=world.actor("coordinator"), name="Banc commun", public_key=pem(key))
    actor = world.actor("technician")
    assert vouched(actor, machine(actor), signed(wipe_report(DISK), key)) == "Banc commun"


@pytest.mark.parametrize("case", ["unsigned", "own key", "withdrawn", "neighbour's"])
def test_a_report_that_no_bench_of_ours_signed_is_said_to_be_unsigned(world, case):
    key = Ed25519PrivateKey.generate()
    actor = world.actor("technician")
    if case == "withdrawn":
        bench = benches.register_bench(actor=world.actor("head"), name="Banc 1", public_key=pem(key))
        benches.withdraw_bench(actor=world.actor("head"), bench_id=bench.pk)
    elif case == "neighbour's":
        neighbour = world.actor("neighbour")
        head = replace(neighbour, permissions=neighbour.permissions | {"benches.change"})
        benches.register_bench(actor=head, name="Leur banc", public_key=pem(key))
    data = wipe_report(DISK) if case == "unsigned" else signed(wipe_report(DISK), key)
    assert vouched(actor, machine(actor), data) is None
    limits = json.loads(Erasure.objects.get(number__isnull=False).statement)["limits"]
    assert any("not signed by a bench" in text for text, _values in limits)


def test_a_report_signed_then_improved_is_refused(world):
    key = Ed25519PrivateKey.generate()
    benches.register_bench(actor=world.actor("head"), name="Banc 1", public_key=pem(key))
    actor = world.actor("technician")
    device = machine(actor)
    improved = signed(wipe_report(DISK, bad=9), key).replace(b'bad_chunks\\":9', b'bad_chunks\\":0')
    assert b'bad_chunks\\":0' in improved
    [line] = bring(actor, ("wipe.json", improved))
    assert line.outcome is Outcome.REFUSED and not established(device)


@pytest.mark.parametrize("who", ["technician", "reader", "donor", "prescriber"])
def test_who_may_not_register_a_bench(world, client, who):
    client.force_login(world.users[who])
    key = pem(Ed25519PrivateKey.generate())
    assert client.post("/effacements/bancs/", {"name": "Le mien", "public_key": key}).status_code == 403
    assert not benches.Bench.objects.exists()


def test_another_workshop_can_not_withdraw_a_bench(world, client):
    bench = benches.register_bench(
        actor=world.actor("head"), name="Banc 1", public_key=pem(Ed25519PrivateKey.generate())
    )
    neighbour = world.actor("neighbour")
    with pytest.raises(NotFound):
        benches.withdraw_bench(
            actor=replace(neighbour, permissions=neighbour.permissions | {"benches.change"}), bench_id=bench.pk
        )


@pytest.mark.parametrize("text", ["", "rubbish", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
def test_what_is_no_key_registers_no_bench(world, client, text):
    client.force_login(world.users["head"])
    assert client.post("/effacements/bancs/", {"name": "Banc 1", "public_key": text}).status_code in (409, 422)
    assert not benches.Bench.objects.exists()


def told_since(client, row):
    return [
        sentence
        for _tone, sentence in client.get(f"/c/{row.number}/", headers={"Accept-Language": "en"}).context["since"]
    ]


def test_a_certificate_says_what_became_of_its_disk(world, client):
    actor = world.actor("technician")
    device = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)))
    first = Erasure.objects.get(number__isnull=False)
    assert told_since(client, first) == []
    returned(actor, device)
    [used] = told_since(client, first)
    assert "used again" in used
    bring(actor, ("again.json", dated(in_days(0))))
    [again] = told_since(client, first)
    assert "erased again" in again
    assert told_since(client, Erasure.objects.exclude(pk=first.pk).get(number__isnull=False)) == []


def test_a_certificate_of_destruction_is_contradicted_by_a_reading_of_its_disk(world, client):
    actor = world.actor("technician")
    device = machine(actor)
    row = proving.record_destruction(
        actor=actor, device_id=device.id, medium_id=device.media.get().pk, witness=WITNESS, photo=photo()
    )
    assert told_since(client, row) == []
    again = smartctl(DISK).replace(b'"passed":true', b'"passed":false')
    bring(actor, ("pc/dmidecode.txt", dmidecode("PF0AAAA1")), ("pc/smartctl.json", again))
    [sentence] = told_since(client, row)
    assert "do not rely" in sentence


def test_a_certificate_says_that_the_key_of_its_bench_was_withdrawn(world, client):
    key = Ed25519PrivateKey.generate()
    bench = benches.register_bench(actor=world.actor("head"), name="Banc 1", public_key=pem(key))
    actor = world.actor("technician")
    machine(actor)
    bring(actor, ("wipe.json", signed(wipe_report(DISK), key)))
    row = Erasure.objects.get(number__isnull=False)
    assert told_since(client, row) == []
    benches.withdraw_bench(actor=world.actor("head"), bench_id=bench.pk)
    [sentence] = told_since(client, row)
    assert "withdrawn" in sentence


@pytest.mark.parametrize(
    "said",
    [
        {"size_bytes": 2**60, "verify": {"bytes_read": 2**60, "bad_chunks": 0}},
        {"started": "9999-12-31T23:59:59-14:00", "ended": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_numbers_and_days_that_can_be_of_no_disk_fail_no_page(world, client, said):
    actor = world.actor("technician")
    machine(actor)
    Medium.objects.update(size_bytes=None)
    report = json.loads(wipe_report(DISK))
    report["result"] |= said
    [line] = bring(actor, ("wipe.json", json.dumps(report).encode()))
    assert line.outcome is (Outcome.REFUSED if "verify" in said else Outcome.ERASURE)
    for row in Erasure.objects.filter(number__isnull=False):
        for page in ("", "certificat.pdf"):
            assert client.get(f"/c/{row.number}/{page}").status_code == 200


def test_codes_of_machines_are_not_to_be_found_one_after_the_other(world, client):
    device = machine(world.actor("technician"))
    others = [code for code in draw(60, lambda _codes: []) if code != device.code]
    answers = [client.get(f"/p/{code}/").status_code for code in others]
    assert answers[0] == 404 and answers[-1] == 429
    assert client.get(f"/m/{device.code}").status_code == 429
