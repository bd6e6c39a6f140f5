"""Proofs of erasure: what is believed, what is refused, what is signed."""

import io
import json

import pytest
from PIL import Image

from maillon.kernel import codes, events
from maillon.kernel.documents import certificate as paper
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.workshop.erasure import certificate, proving
from maillon.workshop.erasure.command import main as erasure_command
from maillon.workshop.intake import by_hand, receiving
from maillon.workshop.intake.receiving import Incoming, Outcome
from maillon.workshop.models import Device, Erasure, Medium, RawInput
from maillon.workshop.moves import take_step
from maillon.workshop.stock import index
from tests.workshop.fleet_lists import again
from tests.world import dmidecode, make_world, smartctl, wipe_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
DISK = "S3Z9NB0K111111"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def device(world):
    receive(world, ("pc/dmidecode.txt", dmidecode()), ("pc/smartctl-sda.json", smartctl(DISK)))
    return Device.objects.get()


def receive(world, *files, who="technician"):
    return list(receiving.receive(actor=world.actor(who), files=[Incoming(*file) for file in files]))


def photo():
    image = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(image, "JPEG")
    return image.getvalue()


def test_a_disk_read_back_whole_is_erased_and_its_machine_with_it(world, device):
    [line] = receive(world, ("wipe.json", wipe_report(DISK)))
    device.refresh_from_db()
    row = Erasure.objects.get()
    assert (line.outcome, device.state, row.level, row.proved) == (Outcome.ERASURE, "erased", "clear", True)
    assert device.media.get().state == "erased" and proving.signature_holds(row)
    kinds = list(Entry.objects.filter(stream=f"device:{device.id}").order_by("sequence").values_list("kind", flat=True))
    assert kinds[-2:] == ["device.erasure_recorded", "device.erased"] and index.check() == []


def test_a_report_and_the_reading_of_its_machine_may_come_together(world):
    lines = receive(
        world,
        ("wipe.json", wipe_report(DISK)),
        ("pc/dmidecode.txt", dmidecode()),
        ("pc/smartctl-sda.json", smartctl(DISK)),
    )
    assert {line.outcome for line in lines} == {Outcome.NEW, Outcome.ERASURE}
    assert Device.objects.get().state == "erased"


def test_blocks_that_hold_data_prove_nothing_whatever_the_report_says(world, device):
    lying = wipe_report(DISK, bad=38).replace(b'"ok":false', b'"ok":true')
    [line] = receive(world, ("wipe.json", lying))
    device.refresh_from_db()
    assert line.outcome is Outcome.REFUSED and "38 blocks" in str(line.because)
    assert device.state == "inspected" and device.media.get().state == "to_erase"
    assert Erasure.objects.get().number is None


def test_a_failing_disk_is_to_be_destroyed(world, device):
    [line] = receive(world, ("wipe.json", wipe_report(DISK, errors=2)))
    assert line.outcome is Outcome.REFUSED and device.media.get().state == "failed"


def test_a_report_of_an_unknown_disk_waits_until_the_machine_is_read(world):
    [line] = receive(world, ("wipe.json", wipe_report(DISK)))
    assert line.outcome is Outcome.REFUSED and RawInput.objects.get().status == "refused"
    receive(world, ("pc/dmidecode.txt", dmidecode()), ("pc/smartctl-sda.json", smartctl(DISK)))
    [line] = again(world, [RawInput.objects.get(status="refused").pk])
    assert line.outcome is Outcome.ERASURE and Device.objects.get().state == "erased"


def test_a_report_without_the_disk_s_serial_number_is_attributed_to_nobody(world, device):
    document = json.loads(wipe_report(DISK))
    del document["result"]["serial"]
    [line] = receive(world, ("wipe.json", json.dumps(document).encode()))
    assert line.outcome is Outcome.REFUSED and device.media.get().state == "to_erase"


def test_another_workshop_can_not_erase_this_one_s_disk_on_paper(world, device):
    [line] = receive(world, ("wipe.json", wipe_report(DISK)), who="neighbour")
    assert line.outcome is Outcome.REFUSED and device.media.get().state == "to_erase"


@pytest.mark.parametrize("step", ["erased", "inspected"])
def test_nobody_declares_by_hand_what_follows_from_evidence(world, device, step):
    with pytest.raises(Refusal, match="by hand"):
        take_step(actor=world.actor("technician"), device_id=device.id, step=step)


def test_what_is_missing_is_named(world, device):
    Device.objects.update(state="repaired")
    with pytest.raises(Refusal, match=DISK):
        take_step(actor=world.actor("technician"), device_id=device.id, step="installed", answers={"system": "lmde-7"})
    device.refresh_from_db()
    assert device.state == "repaired"


def test_a_destruction_needs_a_witness_and_a_photo(world, device):
    medium = device.media.get()
    common = {"actor": world.actor("technician"), "device_id": device.id, "medium_id": medium.pk}
    with pytest.raises(Refusal, match="witness"):
        proving.record_destruction(**common, witness=" ", photo=photo())
    with pytest.raises(Refusal, match="photo"):
        proving.record_destruction(**common, witness="Quelqu'un", photo=b"not a picture")
    row = proving.record_destruction(**common, witness="Quelqu'un", photo=photo())
    device.refresh_from_db()
    assert (row.level, device.state, device.media.get().state) == ("destroy", "erased", "destroyed")
    assert proving.signature_holds(row)
    assert "Quelqu'un" not in "".join(Entry.objects.values_list("payload", flat=True))


def test_a_machine_that_was_used_must_be_erased_again(world, device):
    receive(world, ("wipe.json", wipe_report(DISK)))
    Device.objects.update(state="handed_over")
    take_step(actor=world.actor("technician"), device_id=device.id, step="returned", answers={"condition": "B"})
    assert device.media.get().state == "to_erase"


def test_no_disk_is_declared_only_where_none_is_known(world, device):
    with pytest.raises(Refusal, match="has disks"):
        proving.declare_absent(
            actor=world.actor("technician"), device_id=device.id, medium_id=None, witness="Quelqu'un"
        )
    receive(world, ("b.txt", dmidecode("PF0BBBB2", uuid="21111111-2222-4333-8444-555555555555")))
    bare = Device.objects.get(serial="PF0BBBB2")
    proving.declare_absent(actor=world.actor("technician"), device_id=bare.id, medium_id=None, witness="Quelqu'un")
    bare.refresh_from_db()
    assert bare.state == "erased" and bare.no_disk_declared


@pytest.mark.parametrize(("who", "error"), [("reader", NotAllowed), ("donor", NotAllowed), ("neighbour", NotFound)])
def test_who_may_not_declare(world, device, who, error):
    with pytest.raises(error):
        proving.record_destruction(
            actor=world.actor(who), device_id=device.id, medium_id=Medium.objects.get().pk, witness="x", photo=photo()
        )
    assert not Erasure.objects.exists()


def test_an_altered_certificate_is_found_out(world, device, client):
    receive(world, ("wipe.json", wipe_report(DISK)))
    row = Erasure.objects.get()
    assert "success" in client.get(f"/c/{row.number}/").content.decode()
    Erasure.objects.update(statement=row.statement.replace(DISK, "S3Z9NB0K999999"))
    row.refresh_from_db()
    assert not proving.signature_holds(row)
    assert "danger" in client.get(f"/c/{row.number}/").content.decode()


def test_a_certificate_is_verified_from_its_file_alone(world, device, client, tmp_path, capsys):
    receive(world, ("wipe.json", wipe_report(DISK)))
    number = Erasure.objects.get().number
    (tmp_path / "key.pem").write_bytes(client.get("/cle-publique.pem").content)
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(client.get(f"/c/{number}/certificat.json").content)
    bad.write_bytes(good.read_bytes().replace(b"clear", b"purge"))
    assert erasure_command(["--key", str(tmp_path / "key.pem"), str(good)]) == 0
    assert DISK in capsys.readouterr().out
    assert erasure_command(["--key", str(tmp_path / "key.pem"), str(bad)]) == 1


def test_the_pdf_says_what_was_signed_and_is_the_same_each_time(world, device):
    receive(world, ("wipe.json", wipe_report(DISK)))
    row = Erasure.objects.get()
    told = certificate.on_paper(row)
    assert isinstance(told, paper.Certificate) and told.medium.serial == DISK and told.level == "clear"
    assert certificate.pdf(row, "fr") == certificate.pdf(row, "fr") != certificate.pdf(row, "en")


def test_who_filed_a_report_is_not_said_to_have_verified_it(world, device):
    receive(world, ("wipe.json", wipe_report(DISK)))
    told = certificate.on_paper(Erasure.objects.get())
    assert told.sanitized_by.name == "technician"
    assert told.verified_by.name == "the bench" and not told.verified_by.signs
    assert told.sanitization.report == "not signed by a bench"


def test_the_history_tells_the_level_and_the_certificate(world, device):
    receive(world, ("failed.json", wipe_report(DISK, bad=3)), ("wipe.json", wipe_report(DISK)))
    row = Erasure.objects.get(proved=True)
    told = [
        events.sentence(entry) for entry in Entry.objects.filter(kind="device.erasure_recorded").order_by("sequence")
    ]
    assert told == [
        "Erasure report of a disk: not proved; certificate: none",
        f"Erasure report of a disk: Clear (erased); certificate: {codes.pretty(row.number)}",
    ]


def test_the_witness_of_an_absence_is_told_to_the_workshop_and_to_nobody_else(world, device, client):
    who = "Camille Témoin"
    disk = device.media.get()
    proving.declare_absent(actor=world.actor("technician"), device_id=device.id, medium_id=disk.pk, witness=who)
    receive(world, ("b.txt", dmidecode("PF0BBBB2", uuid="21111111-2222-4333-8444-555555555555")))
    bare = Device.objects.get(serial="PF0BBBB2")
    proving.declare_absent(actor=world.actor("technician"), device_id=bare.id, medium_id=None, witness=who)
    Device.objects.update(donor=world.donor)
    for code in (device.code, bare.code):
        for reader, shown in (("technician", True), ("reader", False), ("donor", False)):
            client.force_login(world.users[reader])
            assert (who in client.get(f"/machines/{code}/").content.decode()) is shown
        client.logout()
        assert who not in client.get(f"/p/{code}/").content.decode()


def test_the_passport_tells_nobody_s_number_name_or_place(world, device, client):
    receive(world, ("wipe.json", wipe_report(DISK)))
    page = client.get(f"/p/{device.code}/").content.decode()
    data = client.get(f"/p/{device.code}/passeport.jsonld").content.decode()
    for secret in (DISK, device.serial, world.workshop.name, "technician", Erasure.objects.get().number):
        assert secret not in page and secret not in data
    assert "ThinkPad T470" in page and json.loads(data)["@type"] == "Product"


def test_a_disk_named_from_its_label_must_be_proved_like_any_other(world):
    bare = by_hand.register(actor=world.actor("technician"), kind="desktop", vendor="HP", model="6005")
    common = {"actor": world.actor("technician"), "device_id": bare.id, "kind": "hdd", "model": "WD"}
    with pytest.raises(Refusal, match="serial number"):
        proving.name_disk(**common, serial=" ")
    medium = proving.name_disk(**common, serial="WX 123456")
    assert medium.serial == "WX123456"
    with pytest.raises(Refusal, match="already known"):
        proving.name_disk(**common, serial="wx123456")
    proving.record_destruction(
        actor=world.actor("technician"), device_id=bare.id, medium_id=medium.pk, witness="x", photo=photo()
    )
    bare.refresh_from_db()
    assert bare.state == "erased"
