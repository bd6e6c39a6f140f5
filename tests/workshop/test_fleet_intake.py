"""Lists of machines into the stock: confirmed columns, rows recognised, what a list says beyond the hardware."""

import json

import pytest
from django.urls import reverse

from maillon.collection.commands import announce_lot, lot_arrived
from maillon.kernel.ledger import Entry
from maillon.territory.models import Place
from maillon.workshop.intake import doubts, fleet_lists, receiving
from maillon.workshop.intake.receiving import Incoming, Lists, Outcome
from maillon.workshop.models import Device, Doubt, Fingerprint, RawInput, Snapshot
from maillon.workshop.queries import device_facts, machine_of
from maillon.workshop.stock import index
from tests.workshop.fleet_lists import (
    PLAIN_ROWS,
    PLAIN_TITLES,
    ROWS,
    TITLES,
    again,
    csv_of,
    kinds,
    list_world,  # noqa: F401 - the fixture "world"
    mapping_of,
    outcomes,
    receive,
)
from tests.world import dmidecode, smartctl

pytestmark = pytest.mark.django_db


# --- confirmed first


def test_from_the_page_a_list_waits_for_its_columns_to_be_confirmed(world):
    [line] = receive(world, csv_of(*ROWS), lists=Lists(ask=True), place_id=world.shelf.pk)
    assert line.outcome is Outcome.PENDING and not Device.objects.exists()
    assert str(line.because) == "List of 3 machines, columns to confirm."
    raw = RawInput.objects.get()
    assert (line.raw_id, raw.status) == (raw.pk, "pending")
    assert raw.instructions == {"place": str(world.shelf.pk)}
    [again] = receive(world, csv_of(*ROWS), lists=Lists(ask=True))
    assert again.outcome is Outcome.PENDING and RawInput.objects.count() == 1


def test_a_tools_output_does_not_wait(world):
    [line] = receive(world, dmidecode(), "t470.txt", lists=Lists(ask=True))
    assert line.outcome is Outcome.NEW


def test_a_confirmed_list_enters_with_its_columns_recorded(world):
    data = csv_of(*ROWS)
    [line] = receive(world, data, lists=Lists(ask=True))
    lines = receiving.read_list(actor=world.actor("technician"), raw_id=line.raw_id, mappings=(mapping_of(data),))
    assert outcomes(lines) == ["new"] * 3
    raw = RawInput.objects.get()
    assert raw.status == "read" and fleet_lists.same(fleet_lists.recorded(raw), [mapping_of(data)])
    first = Device.objects.get(serial="5CD8123AAA")
    assert (first.title, first.kind, first.asset_tag, first.memory_mb, first.state) == (
        "HP ProBook 450 G5",
        "notebook",
        "INV-1",
        8192,
        "received",
    )
    assert kinds(first) == ["device.received", "device.listed"] and index.check() == []


def test_by_the_command_line_and_the_api_a_sure_list_enters_and_its_columns_are_recorded(world):
    assert outcomes(receive(world, csv_of(*ROWS))) == ["new"] * 3
    assert len(RawInput.objects.get().instructions["mappings"]) == 1


def test_by_the_command_line_and_the_api_an_unsure_list_is_refused_with_its_page(world):
    data = csv_of("HP;machin;8 Go", "Dell;truc;4 Go", titles="Marque;Modèle;Vive")
    [line] = receive(world, data)
    assert line.outcome is Outcome.REFUSED and not Device.objects.exists()
    raw = RawInput.objects.get()
    assert raw.status == "pending" and reverse("workshop:fleet", args=[raw.pk]) in str(line.hint)
    given = mapping_of(data, B="model", C="memory")
    assert outcomes(receive(world, data, lists=Lists((given,)))) == ["new", "new"]
    assert RawInput.objects.get().status == "read"


def test_the_same_file_and_the_same_columns_twice_change_nothing(world):
    data = csv_of(*ROWS)
    receive(world, data)
    before = (Entry.objects.count(), Snapshot.objects.count(), Device.objects.count())
    assert outcomes(receive(world, data)) == ["unchanged"] * 3
    assert outcomes(receive(world, data, lists=Lists((mapping_of(data),)))) == ["unchanged"] * 3
    assert (Entry.objects.count(), Snapshot.objects.count(), Device.objects.count()) == before


def test_a_mapping_of_another_list_is_refused_saying_where(world):
    other = csv_of("HP;5CD8123AAA", titles="Marque;Numéro de série")
    [line] = receive(world, csv_of(*ROWS), lists=Lists((mapping_of(other),)))
    assert line.outcome is Outcome.REFUSED
    assert str(line.because) == "Column A is titled “Type”; the mapping expects “Marque”."
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        '{"sheet": ""}',
        '{"mappings": [3]}',
        "[" * 5000,
        '{"columns": 3}',
        '{"sheet": "", "header_row": 1, "columns": [{"index": -1, "title": "a", "field": "model"}]}',
    ],
)
def test_what_is_no_mapping_is_said_to_be_none(text):
    with pytest.raises(ValueError, match=r"mapping|Expecting|nested|recursion"):
        fleet_lists.mappings_from(text)


def test_a_mapping_goes_out_and_comes_back():
    mapping = mapping_of(csv_of(*ROWS), B=None)
    text = json.dumps({"mappings": [mapping.to_json()]})
    assert fleet_lists.same(fleet_lists.mappings_from(text), [mapping])
    assert fleet_lists.same(fleet_lists.mappings_from(json.dumps(mapping.to_json())), [mapping])


# --- read again with other columns


def test_other_columns_correct_what_the_list_made_without_making_it_twice(world):
    data = csv_of(*ROWS)
    wrong = mapping_of(data, C=None, D="asset_tag", E=None)  # the serial number taken for the tag
    receive(world, data, lists=Lists((wrong,)))
    first = Device.objects.get(asset_tag="5CD8123AAA")
    assert (first.serial, first.model) == ("", "")
    lines = receive(world, data, lists=Lists((mapping_of(data),)))
    assert outcomes(lines) == ["known"] * 3 and Device.objects.count() == 3
    first.refresh_from_db()
    assert (first.serial, first.asset_tag, first.model) == ("5CD8123AAA", "INV-1", "ProBook 450 G5")
    assert kinds(first)[-1] == "device.listed" and index.check() == []


def test_only_the_rows_that_the_other_columns_change_are_read_again(world):
    data = csv_of(*ROWS)
    receive(world, data)
    lines = receive(world, data, lists=Lists((mapping_of(data, F=None, H=None),)))
    assert outcomes(lines) == ["known"] * 3
    assert machine_of(Device.objects.get(serial="5CD8123AAA")).processors == ()
    assert outcomes(receive(world, data, lists=Lists((mapping_of(data, F=None, H=None),)))) == ["unchanged"] * 3


def test_marks_of_a_wrong_column_are_forgotten(world):
    data = csv_of(*ROWS[:2])
    receive(world, data, lists=Lists((mapping_of(data, D=None, E="serial"),)))
    assert Fingerprint.objects.filter(value__contains="INV-1").exists()
    receive(world, data, lists=Lists((mapping_of(data),)))
    assert not Fingerprint.objects.filter(value__contains="INV-1").exists()
    assert Fingerprint.objects.filter(value="5CD8123AAA").exists()


def test_a_mark_forgotten_on_one_row_may_name_the_machine_of_the_next(world):
    data = csv_of(
        "Portable;HP;ProBook;5CD8123AAA;5CD8123BBB;8 Go;SSD 256;i5-8250U",
        "Portable;HP;ProBook;5CD8123BBB;5CD8123CCC;8 Go;SSD 256;i5-8250U",
    )
    receive(world, data, lists=Lists((mapping_of(data, D=None, E="serial"),)))
    assert outcomes(receive(world, data, lists=Lists((mapping_of(data, D="serial", E=None),)))) == ["known"] * 2
    assert list(Device.objects.order_by("number").values_list("serial", flat=True)) == ["5CD8123AAA", "5CD8123BBB"]


def test_what_the_bench_read_stands_when_a_list_is_read_again(world):
    receive(world, dmidecode("5CD8123AAA"), "bench.txt")
    data = csv_of("Portable;Lenovo;Thinkpad;5CD8123AAA;INV-1;2 Go;HDD 80;Celeron", *ROWS[1:])
    receive(world, data)
    device = Device.objects.get(serial="5CD8123AAA")
    assert (device.memory_mb, device.processor, device.asset_tag) == (8192, "Core i5-7300U", "INV-1")
    receive(world, data, lists=Lists((mapping_of(data, E=None, G=None),)))
    device.refresh_from_db()
    assert (device.memory_mb, device.model, device.asset_tag) == (8192, "ThinkPad T470", "")
    assert [tool.split(" ")[0] for tool in machine_of(device).tools] == ["dmidecode"]


def test_a_disk_that_was_none_leaves_the_machine(world):
    data = csv_of(*PLAIN_ROWS, titles="Type;Marque;Modèle;RAM;Prix")
    receive(world, data.replace(b"HDD 500", b"500"), lists=Lists((mapping_of(data, E="storage"),)))
    device = Device.objects.order_by("number").first()
    assert device.media.filter(fitted=True).count() == 1
    receive(world, data.replace(b"HDD 500", b"500"), lists=Lists((mapping_of(data, E=None),)))
    assert device.media.filter(fitted=True).count() == 0


def test_the_disk_of_a_list_is_the_one_that_the_bench_reads(world):
    receive(world, csv_of("Portable;Lenovo;ThinkPad;PF0AAAA1;;8 Go;SSD 256;i5-7300U"))
    device = Device.objects.get()
    [listed] = device.media.all()
    assert (listed.serial, listed.state) == ("", "to_erase")
    files = [Incoming("pc/dmidecode.txt", dmidecode()), Incoming("pc/smartctl-sda.json", smartctl())]
    list(receiving.receive(actor=world.actor("technician"), files=files))
    [medium] = device.media.all()
    assert (medium.pk, medium.serial, medium.fitted) == (listed.pk, "S3Z9NB0K111111", True)
    assert "device.medium_removed" not in kinds(device)


def test_a_row_whose_identifiers_are_now_those_of_another_machine_goes_to_a_person(world):
    data = csv_of(*ROWS)
    receive(world, data, lists=Lists((mapping_of(data, D=None),)))
    receive(world, dmidecode("5CD8123AAA", vendor="HP"), "bench.txt")
    lines = receive(world, data, lists=Lists((mapping_of(data),)))
    assert outcomes(lines) == ["doubt", "known", "unchanged"]
    assert len(Doubt.objects.get().candidates) == 2
    receive(world, data, lists=Lists((mapping_of(data, H=None),)))
    assert Doubt.objects.count() == 1, "the doubt of the former columns is replaced"


def test_machines_that_no_row_describes_any_longer_are_named(world):
    data = csv_of("Fixe;Dell;3", "Fixe;HP;2", titles="Type;Marque;Quantité")
    receive(world, data)
    assert Device.objects.count() == 5
    lines = receive(world, data, lists=Lists((mapping_of(data, C=None),)))
    assert len(lines) == 2 and Device.objects.count() == 5
    [warning] = lines[0].warnings
    assert sum(code in str(warning) for code in Device.objects.values_list("code", flat=True)) == 3


def test_a_replay_asks_for_columns_that_nobody_confirmed(world):
    receive(world, csv_of(*ROWS), lists=Lists(ask=True))
    RawInput.objects.update(status="refused", reader_version="0.0.1")
    assert outcomes(again(world)) == ["pending"]


def test_what_a_list_says_of_a_doubtful_row_is_kept_until_it_is_decided(world):
    receive(world, csv_of(*PLAIN_ROWS, titles=PLAIN_TITLES))
    rows = [f"{row};" for row in PLAIN_ROWS[:3]]
    receive(world, csv_of(*rows, "Fixe;Dell;OptiPlex 9010;16 Go;SSD 256;Salle 3", titles=f"{PLAIN_TITLES};Lieu"))
    device = Device.objects.get(model="OptiPlex 9010")
    doubts.decide(actor=world.actor("technician"), doubt_id=Doubt.objects.get().pk, device_id=device.id)
    assert device.snapshots.first().notes == {"place": "Salle 3"}


@pytest.mark.parametrize("same", [True, False])
def test_a_doubtful_row_once_decided_says_all_that_the_list_said(world, same):
    titles = f"{PLAIN_TITLES};Etat;Lieu"
    receive(world, csv_of(*(f"{row};;" for row in PLAIN_ROWS), titles=titles))
    rows = [f"{row};;" for row in PLAIN_ROWS[:3]]
    data = csv_of(*rows, "Fixe;Dell;OptiPlex 9010;16 Go;SSD 256;Bon état;etagere 1", titles=titles)
    assert outcomes(receive(world, data)).count("doubt") == 1
    device = Device.objects.get(model="OptiPlex 9010") if same else None
    actor = world.actor("coordinator")  # whose own places are others
    decided = doubts.decide(actor=actor, doubt_id=Doubt.objects.get().pk, device_id=device.id if device else None)
    decided.refresh_from_db()
    assert (decided.place, decided.condition, decided.memory_mb) == (world.shelf, "B", 16384)
    expected = ["device.moved", "device.described"] if same else ["device.described"]
    assert [kind for kind in kinds(decided) if kind in {"device.moved", "device.described"}] == expected
    assert index.check() == []


def test_a_machine_that_stands_somewhere_is_not_moved_by_a_doubtful_row(world):
    titles = f"{PLAIN_TITLES};Etat;Lieu"
    receive(world, csv_of(*(f"{row};C;" for row in PLAIN_ROWS), titles=titles), place_id=world.shelf.pk)
    Place.objects.create(organisation=world.workshop, name="Réserve")
    rows = [f"{row};C;" for row in PLAIN_ROWS[:3]]
    receive(world, csv_of(*rows, "Fixe;Dell;OptiPlex 9010;16 Go;SSD 256;A;Réserve", titles=titles))
    device = Device.objects.get(model="OptiPlex 9010")
    doubts.decide(actor=world.actor("technician"), doubt_id=Doubt.objects.get().pk, device_id=device.id)
    device.refresh_from_db()
    assert (device.place, device.condition) == (world.shelf, "C")


def test_a_replay_reads_with_the_recorded_columns(world, monkeypatch):
    data = csv_of(*ROWS)
    mapping = mapping_of(data, C=None)
    receive(world, data, lists=Lists((mapping,)))
    raw = RawInput.objects.get()
    Device.objects.all().delete()
    raw.status, raw.reader_version = "refused", "0.0.1"
    raw.save()
    assert outcomes(again(world)) == ["new"] * 3
    assert set(Device.objects.values_list("model", flat=True)) == {""}


# --- lists without serial numbers, sent again


def test_a_list_sent_again_with_one_row_changed_duplicates_nothing(world):
    receive(world, csv_of(*PLAIN_ROWS, titles=PLAIN_TITLES))
    changed = csv_of(*PLAIN_ROWS[:3], "Fixe;Dell;OptiPlex 9010;16 Go;SSD 256", titles=PLAIN_TITLES)
    lines = receive(world, changed)
    assert outcomes(lines) == ["unchanged"] * 3 + ["doubt"]
    assert Device.objects.count() == 4
    device = Device.objects.get(model="OptiPlex 9010")
    doubts.decide(actor=world.actor("technician"), doubt_id=Doubt.objects.get().pk, device_id=device.id)
    device.refresh_from_db()
    assert device.memory_mb == 16384 and Device.objects.count() == 4


def test_rows_that_move_are_recognised_and_a_new_row_is_a_new_machine(world):
    receive(world, csv_of(*PLAIN_ROWS, titles=PLAIN_TITLES))
    lines = receive(world, csv_of("Fixe;HP;ProDesk 600;4 Go;HDD 500", *PLAIN_ROWS[::-1], titles=PLAIN_TITLES))
    assert outcomes(lines) == ["new"] + ["unchanged"] * 4


def test_a_list_that_says_more_is_the_same_list(world):
    receive(world, csv_of(*PLAIN_ROWS, titles=PLAIN_TITLES))
    more = [*PLAIN_ROWS[:3], f"{PLAIN_ROWS[3]}"]
    data = csv_of(*(f"{row};{serial}" for row, serial in zip(more, ("", "", "", "5CD1112223"), strict=True)),
                  titles=f"{PLAIN_TITLES};N° de série")  # fmt: skip
    lines = receive(world, data)
    assert outcomes(lines) == ["unchanged"] * 3 + ["known"]
    assert Device.objects.get(serial="5CD1112223").model == "OptiPlex 9010" and Device.objects.count() == 4


def test_another_donors_list_of_the_same_name_is_another_list(world):
    receive(world, csv_of(*PLAIN_ROWS, titles=PLAIN_TITLES))
    other = [f"Fixe;HP;ProDesk {n};8 Go;HDD 500" for n in range(400, 406)]
    lines = receive(world, csv_of(PLAIN_ROWS[0], *other, titles=PLAIN_TITLES))
    assert outcomes(lines) == ["new"] * 7


def test_lists_of_two_lots_are_apart_whatever_their_names(world):
    coordinator = world.actor("coordinator")
    lots = [announce_lot(actor=coordinator, donor_id=world.donor.pk, holder_id=world.workshop.pk).pk for _ in range(2)]
    data = csv_of(*PLAIN_ROWS, titles=PLAIN_TITLES)
    assert outcomes(receive(world, data, lot_id=lots[0])) == ["new"] * 4
    assert outcomes(receive(world, data + b"\n\n", lot_id=lots[1])) == ["new"] * 4
    assert outcomes(receive(world, data + b"\n", lot_id=lots[0])) == ["unchanged"] * 4


def test_an_inventory_number_names_a_machine_in_its_lot(world):
    lot = announce_lot(actor=world.actor("coordinator"), donor_id=world.donor.pk, holder_id=world.workshop.pk)
    titles = "Inventaire;Type;Marque;Modèle;RAM"
    receive(world, csv_of("INV-1;Fixe;HP;ProDesk;4 Go", "INV-2;Fixe;HP;ProDesk;4 Go", titles=titles), lot_id=lot.pk)
    lines = receive(
        world,
        csv_of("INV-2;Fixe;HP;ProDesk;8 Go", "INV-9;Fixe;HP;ProDesk;8 Go", titles=titles),
        "autre.csv",
        lot_id=lot.pk,
    )
    assert outcomes(lines) == ["known", "new"]
    assert Device.objects.get(asset_tag="INV-2").memory_mb == 8192
    lines = receive(world, csv_of("INV-2;Fixe;HP;ProDesk;8 Go", titles=titles), "ailleurs.csv")
    assert outcomes(lines) == ["new"], "without the lot, the number may be another donor's"


def test_one_inventory_number_and_two_serial_numbers_go_to_a_person(world):
    lot = announce_lot(actor=world.actor("coordinator"), donor_id=world.donor.pk, holder_id=world.workshop.pk)
    receive(world, csv_of(ROWS[0]), lot_id=lot.pk)
    lines = receive(world, csv_of(ROWS[0].replace("5CD8123AAA", "5CD9999ZZZ")), "b.csv", lot_id=lot.pk)
    assert outcomes(lines) == ["doubt"] and Device.objects.count() == 1


def test_two_rows_with_one_serial_number_are_one_machine(world):
    data = csv_of(ROWS[0], ROWS[0].replace("8 Go", "16 Go"))
    assert outcomes(receive(world, data)) == ["new", "known"] and Device.objects.count() == 1


# --- what a list says beyond the machine


def test_place_looks_and_the_rest_go_where_they_belong(world):
    titles = f"{TITLES};Etat;Lieu;Date d'achat;Donateur"
    data = csv_of(
        f"{ROWS[0]};Bon état;etagere 1;18/03/2019;Mairie",
        f"{ROWS[1]};HS;Salle 12;2018;Mairie",
        titles=titles,
    )
    assert outcomes(receive(world, data)) == ["new"] * 2
    first, second = Device.objects.order_by("number")
    assert (first.place, first.condition) == (world.shelf, "B")
    assert (second.place, second.condition) == (None, "")
    assert kinds(first) == ["device.received", "device.listed", "device.described"]
    notes = first.snapshots.get().notes
    assert notes == {"purchase_date": "2019-03-18", "state": "Bon état", "donor": "Mairie", "place": "etagere 1"}
    assert second.snapshots.get().notes["state"] == "HS"
    assert first.donor is None, "a list makes no organisation, and gives no machine to one"
    assert Entry.objects.filter(payload__contains="Mairie").count() == 0
    assert index.check() == []


def test_a_known_machine_is_not_moved_by_a_list(world):
    receive(world, dmidecode("5CD8123AAA", vendor="HP"), "bench.txt", place_id=world.shelf.pk)
    Place.objects.create(organisation=world.workshop, name="Réserve")
    receive(world, csv_of(f"{ROWS[0]};Réserve", titles=f"{TITLES};Lieu"))
    assert Device.objects.get().place == world.shelf


def test_machines_of_a_lot_that_has_not_arrived_are_announced_and_stand_nowhere(world):
    lot = announce_lot(actor=world.actor("coordinator"), donor_id=world.donor.pk, holder_id=world.workshop.pk)
    data = csv_of(*(f"{row};Étagère 1" for row in ROWS), titles=f"{TITLES};Lieu")
    receive(world, data, lot_id=lot.pk)
    assert set(Device.objects.values_list("state", "place", "donor")) == {("announced", None, world.donor.pk)}
    lot_arrived(actor=world.actor("coordinator"), lot_id=lot.pk)
    assert outcomes(receive(world, data, lot_id=lot.pk)) == ["unchanged"] * 3


def test_a_list_is_no_reading_of_the_machine(world):
    lot = announce_lot(actor=world.actor("coordinator"), donor_id=world.donor.pk, holder_id=world.workshop.pk)
    receive(world, csv_of(ROWS[0].replace("5CD8123AAA", "PF0AAAA1").replace("HP", "Lenovo")), lot_id=lot.pk)
    lot_arrived(actor=world.actor("coordinator"), lot_id=lot.pk)
    receive(world, csv_of(ROWS[0].replace("5CD8123AAA", "PF0AAAA1").replace("HP", "Lenovo")) + b"\n", lot_id=lot.pk)
    device = Device.objects.get()
    assert device.state == "announced" and not device_facts(device).inspected
    receive(world, dmidecode(), "bench.txt")
    device.refresh_from_db()
    assert device.state == "inspected" and device_facts(device).inspected
    receive(world, csv_of(ROWS[0].replace("5CD8123AAA", "PF0AAAA1").replace("8 Go", "4 Go")), "c.csv")
    device.refresh_from_db()
    assert device.state == "inspected" and device.memory_mb == 8192 and device_facts(device).inspected


@pytest.mark.parametrize(
    ("words", "looks"),
    [("B", "B"), ("Très bon état", "A"), ("usagé", "C"), ("HS", ""), ("en panne", ""), ("fonctionne", ""), ("", "")],
)
def test_state_words_become_looks_only_where_they_are_clear(words, looks):
    assert fleet_lists.condition_of(words) == looks


def test_entering_a_list_costs_the_same_whatever_its_length(world, django_assert_max_num_queries):
    rows = [f"Fixe;Dell;OptiPlex {n};;INV-{n};4 Go;HDD 500;i5-3470" for n in range(3000, 3300)]
    with django_assert_max_num_queries(110):
        receive(world, csv_of(*rows))
    with django_assert_max_num_queries(110):
        receive(world, csv_of(*(row.replace("4 Go", "8 Go") for row in rows)))
    assert Device.objects.count() == 300 and set(Device.objects.values_list("memory_mb", flat=True)) == {8192}
