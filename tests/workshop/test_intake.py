"""Files in, machines out."""

import io
import zipfile

import pytest
from django.db import transaction

from maillon.collection.commands import announce_lot, lot_arrived, withdraw_lot
from maillon.kernel.errors import NotAllowed, NotFound
from maillon.kernel.ledger import Entry
from maillon.workshop import moves
from maillon.workshop.forms import IntakeForm
from maillon.workshop.intake import doubts, receiving
from maillon.workshop.intake.receiving import Incoming, Outcome
from maillon.workshop.models import Device, Doubt, RawInput, Snapshot
from maillon.workshop.queries import machine_of
from maillon.workshop.stock import index
from tests.workshop.fleet_lists import again
from tests.world import dmidecode, make_world, smartctl

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    return make_world()


def receive(world, *files, who="technician", **more):
    incoming = [Incoming(name, data) for name, data in files]
    return list(receiving.receive(actor=world.actor(who), files=incoming, **more))


def kinds(device):
    return list(Entry.objects.filter(stream=f"device:{device.id}").order_by("sequence").values_list("kind", flat=True))


def test_a_first_reading_makes_a_device_with_its_events(world):
    [line] = receive(world, ("t470.txt", dmidecode()))
    device = Device.objects.get()
    assert (line.outcome, line.device_code) == (Outcome.NEW, device.code)
    assert (device.title, device.state, device.kind, device.memory_mb) == (
        "Lenovo ThinkPad T470",
        "inspected",
        "notebook",
        8192,
    )
    assert device.holder == world.workshop and device.territory == world.coordination
    assert kinds(device) == ["device.received", "device.inspected"]
    assert index.check() == []


def test_the_same_bytes_twice_change_nothing(world):
    receive(world, ("t470.txt", dmidecode()))
    before = (Entry.objects.count(), Snapshot.objects.count(), RawInput.objects.count())
    [line] = receive(world, ("renamed.txt", dmidecode()))
    assert (line.outcome, line.device_code) == (Outcome.UNCHANGED, Device.objects.get().code)
    assert (Entry.objects.count(), Snapshot.objects.count(), RawInput.objects.count()) == before


def test_the_same_bytes_twice_in_one_batch_are_one_reading(world):
    lines = receive(world, ("a.txt", dmidecode()), ("b.txt", dmidecode()))
    assert [line.outcome for line in lines] == [Outcome.NEW, Outcome.UNCHANGED]
    assert lines[1].device_code == Device.objects.get().code and Snapshot.objects.count() == 1


def test_a_part_alone_makes_no_device_and_waits_for_its_machine(world):
    [line] = receive(world, ("smartctl.json", smartctl("S3Z9NB0K")))
    raw = RawInput.objects.get()
    assert line.outcome is Outcome.REFUSED and "parts alone" in str(line.because) and "one folder" in str(line.hint)
    assert raw.status == "refused" and Device.objects.count() == 0 and Doubt.objects.count() == 0
    receive(world, ("pc/dmidecode.txt", dmidecode()), ("pc/smartctl.json", smartctl("S3Z9NB0K") + b" "))
    [line] = again(world, [raw.pk])
    assert line.outcome is Outcome.DOUBT and Device.objects.count() == 1, (
        "its disk may have been moved: someone decides"
    )
    assert RawInput.objects.get(pk=raw.pk).status == "read"


def test_another_reading_of_the_same_machine_is_known_with_a_reason(world):
    receive(world, ("t470.txt", dmidecode()))
    [line] = receive(world, ("again.txt", dmidecode() + b"\n# read later\n"))
    assert line.outcome is Outcome.KNOWN and str(line.because) == "Same serial number."
    assert kinds(Device.objects.get())[-1] == "device.read_again"


def test_two_readings_of_one_new_machine_in_one_batch_are_one_device(world):
    lines = receive(world, ("a.txt", dmidecode()), ("b.txt", dmidecode() + b"\n"))
    assert [line.outcome for line in lines] == [Outcome.NEW, Outcome.KNOWN] and Device.objects.count() == 1


def test_a_cloned_identifier_with_another_serial_number_is_another_machine(world):
    receive(world, ("a.txt", dmidecode("PF0AAAA1")), ("b.txt", dmidecode("PF0BBBB2")))
    assert Device.objects.count() == 2


def test_what_can_not_be_read_is_kept_with_its_reason_and_the_rest_goes_in(world):
    lines = receive(world, ("poem.txt", b"Sous le pont Mirabeau"), ("t470.txt", dmidecode()))
    assert sorted(line.outcome for line in lines) == [Outcome.NEW, Outcome.REFUSED]
    raw = RawInput.objects.get(status="refused")
    assert receiving.content_of(raw) == b"Sous le pont Mirabeau" and str(raw.messages[0]) and str(raw.messages[1])


def test_what_was_refused_is_read_again_after_an_upgrade(world, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr("maillon.hardware.reading.TEXT", ())
        older.setattr("maillon.__version__", "0.0.1")
        [line] = receive(world, ("t470.txt", dmidecode()))
        assert line.outcome is Outcome.REFUSED
    [line] = again(world)
    assert line.outcome is Outcome.NEW and RawInput.objects.get().status == "read"
    assert again(world) == []


def test_the_members_of_an_archive_are_read_and_one_bad_member_loses_nothing(world):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("pc1.txt", dmidecode("PF0AAAA1", uuid="11111111-2222-4333-8444-555555555555"))
        archive.writestr("pc2.txt", dmidecode("PF0BBBB2", uuid="21111111-2222-4333-8444-555555555555"))
        archive.writestr("note.txt", b"bonjour")
    lines = receive(world, ("lot.zip", packed.getvalue()))
    assert sorted(line.outcome for line in lines) == [Outcome.NEW, Outcome.NEW, Outcome.REFUSED]


def test_an_archive_without_any_file_has_its_line_too(world):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as members:
        members.writestr("dossier/", b"")
    [line] = receive(world, ("vide.zip", packed.getvalue()))
    assert line.outcome is Outcome.REFUSED and line.hint and RawInput.objects.get().status == "refused"


def test_a_damaged_archive_is_kept_whole(world):
    [line] = receive(world, ("lot.zip", b"PK\x03\x04" + b"\x00" * 200))
    assert line.outcome is Outcome.REFUSED
    assert receiving.content_of(RawInput.objects.get()).startswith(b"PK\x03\x04")


def test_files_of_one_folder_are_one_machine_with_its_disk(world):
    [line] = receive(world, ("pc/dmidecode.txt", dmidecode()), ("pc/smartctl-sda.json", smartctl()))
    device = Device.objects.get(code=line.device_code)
    assert [medium.serial for medium in device.media.all()] == ["S3Z9NB0K111111"]
    assert device.disk_kind == "sata_ssd" and device.disk_gb == 256


def test_a_changed_disk_is_fitted_and_the_former_one_taken_out(world):
    receive(world, ("pc/dmidecode.txt", dmidecode()), ("pc/smartctl-sda.json", smartctl()))
    receive(world, ("pc/dmidecode.txt", dmidecode()), ("pc/smartctl-sda.json", smartctl("S3Z9NB0K222222")))
    device = Device.objects.get()
    assert {m.serial: m.fitted for m in device.media.all()} == {"S3Z9NB0K111111": False, "S3Z9NB0K222222": True}
    assert "device.medium_removed" in kinds(device)


def test_a_disk_moved_to_another_machine_brings_its_state_along(world):
    receive(world, ("a/dmidecode.txt", dmidecode("PF0AAAA1")), ("a/smartctl-sda.json", smartctl()))
    other = dmidecode("PF0BBBB2", uuid="21111111-2222-4333-8444-555555555555")
    receive(world, ("b/dmidecode.txt", other), ("b/smartctl-sda.json", smartctl()))
    medium = Device.objects.get(serial="PF0BBBB2").media.get()
    assert medium.fitted and Device.objects.get(serial="PF0AAAA1").media.count() == 0


def test_doubt_goes_to_a_person_who_decides(world):
    receive(world, ("a.txt", dmidecode("PF0AAAA1", board="BOARD-1")))
    doubtful = dmidecode("PF0AAAA1", uuid="21111111-2222-4333-8444-555555555555", board="BOARD-2")
    [line] = receive(world, ("b.txt", doubtful))
    assert line.outcome is Outcome.DOUBT and Device.objects.count() == 1
    device = doubts.decide(
        actor=world.actor("technician"), doubt_id=Doubt.objects.get().pk, device_id=Device.objects.get().id
    )
    assert kinds(device)[-2:] == ["device.read_again", "device.recognised"]
    with pytest.raises(NotFound):
        doubts.decide(actor=world.actor("technician"), doubt_id=Doubt.objects.get().pk, device_id=None)


def test_a_doubt_may_be_a_new_machine(world):
    receive(world, ("a.txt", dmidecode("PF0AAAA1", board="BOARD-1")))
    receive(world, ("b.txt", dmidecode("PF0AAAA1", uuid="21111111-2222-4333-8444-555555555555", board="BOARD-2")))
    doubts.decide(actor=world.actor("technician"), doubt_id=Doubt.objects.get().pk, device_id=None)
    assert Device.objects.count() == 2 and index.check() == []


def test_machines_of_a_lot_that_has_not_arrived_are_announced(world):
    lot = announce_lot(actor=world.actor("coordinator"), donor_id=world.donor.pk, holder_id=world.workshop.pk)
    receive(world, ("a.txt", dmidecode()), lot_id=lot.pk)
    device = Device.objects.get()
    assert (device.state, device.donor, kinds(device)[0]) == ("announced", world.donor, "device.announced")
    lot_arrived(actor=world.actor("coordinator"), lot_id=lot.pk)
    receive(world, ("again.txt", dmidecode() + b"\n"), lot_id=lot.pk)
    device.refresh_from_db()
    assert device.state == "inspected"


@pytest.mark.parametrize("who", ["reader", "donor", "prescriber", "nobody"])
def test_who_may_not_receive(world, who):
    with pytest.raises(NotAllowed):
        receive(world, ("a.txt", dmidecode()), who=who)
    assert not RawInput.objects.exists()


def test_a_lot_of_another_territory_is_not_found(world):
    foreign = make_world(" étrangère")
    lot = announce_lot(actor=foreign.actor("coordinator"), donor_id=None, holder_id=foreign.workshop.pk)
    with pytest.raises(NotFound):
        receive(world, ("a.txt", dmidecode()), lot_id=lot.pk)


def test_a_chunk_costs_a_constant_number_of_queries(world, django_assert_max_num_queries):
    def files(first, count):
        return [
            Incoming(f"{n}.txt", dmidecode(f"PF1{n:05d}", uuid=f"11111111-2222-4333-8444-{n:012d}"))
            for n in range(first, first + count)
        ]

    list(receiving.receive(actor=world.actor("technician"), files=files(0, 2)))
    with django_assert_max_num_queries(90):
        list(receiving.receive(actor=world.actor("technician"), files=files(100, receiving.CHUNK)))


def test_nothing_half_enters(world, monkeypatch):
    monkeypatch.setattr(index, "sync", lambda numbers: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        receive(world, ("a.txt", dmidecode()))
    assert (
        not Device.objects.exists()
        and not RawInput.objects.exists()
        and not Entry.objects.filter(kind__startswith="device").exists()
    )


def test_the_hardware_keeps_where_each_value_was_read(world):
    receive(world, ("pc/dmidecode.txt", dmidecode()), ("pc/smartctl-sda.json", smartctl()))
    machine = machine_of(Device.objects.get())
    assert machine.system.origin["serial"].tool == "dmidecode" and machine.system.origin["serial"].at.startswith(
        "line "
    )
    assert machine.storage[0].origin["serial"].tool == "smartctl"


def test_a_machine_of_another_workshop_waits_for_the_coordination_which_transfers_it(world, client):
    receive(world, ("a.txt", dmidecode()), who="neighbour")
    [line] = receive(world, ("b.txt", dmidecode() + b"\n"))
    assert (line.outcome, line.device_code) == (Outcome.DOUBT, None)
    device = Device.objects.get()
    assert device.holder == world.neighbour
    assert line.doubt_id is None, "it is not for the technician to decide"
    with pytest.raises(NotFound):
        doubts.decide(actor=world.actor("technician"), doubt_id=Doubt.objects.get().pk, device_id=device.id)
    with pytest.raises(NotAllowed):
        doubts.decide(actor=world.actor("technician"), doubt_id=Doubt.objects.get().pk, device_id=None)
    client.force_login(world.users["technician"])
    assert b"<button" not in client.get("/releves/doutes/").content.split(b'class="panel"')[1].split(b"</section>")[0]
    doubts.decide(actor=world.actor("coordinator"), doubt_id=Doubt.objects.get().pk, device_id=device.id)
    device.refresh_from_db()
    assert device.holder == world.workshop and "device.transferred" in kinds(device) and index.check() == []


def test_the_same_bytes_in_two_workshops_are_two_inputs_that_each_downloads_alone(world, client):
    poem = ("poeme.txt", b"Sous le pont Mirabeau coule la Seine")
    receive(world, poem)
    receive(world, poem, who="neighbour")
    ours, theirs = (RawInput.objects.get(organisation=each) for each in (world.workshop, world.neighbour))
    for who, own, other in (("technician", ours, theirs), ("neighbour", theirs, ours), ("coordinator", None, ours)):
        client.force_login(world.users[who])
        assert client.get(f"/releves/{other.pk}/brut/").status_code == 404
        if own:
            answer = client.get(f"/releves/{own.pk}/brut/")
            assert answer.content == poem[1] and "attachment" in answer.headers["Content-Disposition"]


def test_no_machine_enters_a_lot_that_was_withdrawn(world):
    actor = world.actor("technician")
    lot = announce_lot(actor=world.actor("coordinator"), donor_id=world.donor.pk, holder_id=world.workshop.pk)
    list(receiving.receive(actor=actor, files=[Incoming("dmidecode.txt", dmidecode())]))
    withdraw_lot(actor=world.actor("coordinator"), lot_id=lot.pk)
    with pytest.raises(NotFound):
        receiving.receive(actor=actor, files=[Incoming("other.txt", dmidecode("PF0OTHER"))], lot_id=lot.pk)
    with pytest.raises(NotFound):
        moves.describe(actor=actor, device_id=Device.objects.get().id, changes={"lot": lot})
    assert "lot" in IntakeForm({"lot": lot.code}, actor=actor).errors
