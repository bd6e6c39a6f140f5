"""What breaks most, and repairs out and in as open data."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from maillon.cli import main
from maillon.distribution.help import breakdowns, exchange, ords
from maillon.distribution.help.models import OthersRepair, Repair, Ticket
from maillon.distribution.help.ords import Status
from maillon.distribution.help.vocabulary import Fault
from maillon.hardware.model import Kind, Machine
from maillon.kernel.codes import new_code
from maillon.kernel.errors import NotAllowed, Refusal
from maillon.kernel.ledger import Entry
from maillon.workshop.models import Device, Hardware
from maillon.workshop.queries import packed, reservations
from maillon.workshop.vocabulary import CHECK_LINES
from tests.distribution.help_world import machine, repairs
from tests.distribution.test_ords import SAMPLE, needs_sample, sheet
from tests.world import make_world

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def pages_in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def world(db):
    return make_world()


def ticket_of(world, device):
    return Ticket.objects.create(
        code=new_code(),
        territory=world.coordination,
        holder=world.workshop,
        device=device,
        source="phone",
        symptom="screen",
        state="done",
    )


# --- what breaks most


def test_a_group_of_ten_repairs_is_not_shown_and_one_of_eleven_is(world):
    device, other = machine(world), machine(world, vendor="Dell", model="Latitude 5490")
    repairs(world, device, 11)
    repairs(world, other, 10)
    table = breakdowns.by_model(world.coordination.pk)
    assert [(line.label, line.repairs) for line in table.lines] == [("Lenovo ThinkPad T470", 11)]
    assert (table.repairs, table.hidden) == (21, 1)


def test_what_breaks_most_and_how_often_it_is_repaired(world):
    device = machine(world)
    machine(world)  # the same model, never repaired
    machine(world, state="announced")  # not here yet
    ticket = ticket_of(world, device)
    repairs(world, device, 8, "screen", "fixed", ticket=ticket)
    repairs(world, device, 4, "battery", "end_of_life", ticket=ticket)
    repairs(world, device, 2, "battery", "unknown", ticket=ticket)
    repairs(world, device, 6, "case", "fixed")  # on the bench: what was given up there is not known
    repairs(world, device, 9, "settings", "fixed", ticket=ticket)  # nothing broke
    [line] = breakdowns.by_model(world.coordination.pk).lines
    assert (line.repairs, line.machines, line.per_hundred) == (20, 2, 1000)
    assert (line.fixed, line.end_of_life) == (8 / 12, 4 / 12)
    assert (line.main, line.main_share) == (Fault.SCREEN, 8 / 20)


def test_outcomes_of_fewer_than_eleven_are_not_told(world):
    device = machine(world)
    repairs(world, device, 10, ticket=ticket_of(world, device))
    repairs(world, device, 5)
    [line] = breakdowns.by_model(world.coordination.pk).lines
    assert line.repairs == 15 and line.fixed is None


def test_by_make_and_by_age(world):
    old, young = machine(world), machine(world, model="ThinkPad L14")
    repairs(world, old, 6, year=2013, on=date(2026, 1, 5))
    repairs(world, young, 11, year=2021, on=date(2026, 1, 5))
    repairs(world, young, 12, year=None)
    [make] = breakdowns.by_make(world.coordination.pk).lines
    assert (make.label, make.repairs, make.machines) == ("Lenovo", 29, 2)
    ages = breakdowns.by_age(world.coordination.pk)
    assert [(str(line.label), line.repairs) for line in ages.lines] == [("Age not known", 12), ("3 to 5 years", 11)]
    assert ages.hidden == 1


def test_another_territory_s_repairs_are_not_counted(world):
    foreign = make_world(" étrangère")
    repairs(foreign, machine(foreign), 20)
    assert breakdowns.by_model(world.coordination.pk).lines == ()


@pytest.mark.parametrize(("screens", "others", "weak"), [(11, 0, True), (10, 0, False), (2, 9, False), (3, 9, True)])
def test_a_model_is_weak_where_a_fifth_of_eleven_repairs_say_so(world, screens, others, weak):
    device = machine(world)
    repairs(world, device, screens, "screen")
    repairs(world, device, others, "other")
    known = breakdowns.weakness(device)
    assert [fault for fault, _share in known.faults] == [Fault.SCREEN] * weak
    assert ("screen" in breakdowns.notes_on_checks(device)) is weak


def test_a_weakness_orders_the_check_list_and_the_grade_is_subject_to_it(world, client):
    device = machine(world, state="installed", grade=3)
    Hardware.objects.create(device=device, document=packed(Machine(kind=Kind.NOTEBOOK)))
    repairs(world, machine(world), 12, "ports")
    client.force_login(world.users["technician"])
    page = client.get(f"/machines/{device.code}/controle/").content.decode()
    assert page.index('name="usb"') < page.index('name="starts"')  # the last becomes the first
    assert "Often fails on this model: 100% of 12 repairs here." in page
    for address in ("", "note/"):
        assert "This grade is subject to" in client.get(f"/machines/{device.code}/{address}").content.decode()
    device.refresh_from_db()
    assert device.grade == 3
    client.post(f"/machines/{device.code}/controle/", {"usb": "ok", "video": "failing"})
    assert [str(line) for line, _why in reservations(device)] == [str(CHECK_LINES["video"])]
    client.post(f"/machines/{device.code}/controle/", {"video": "absent"})
    assert reservations(device) == []


def test_a_machine_of_an_unknown_make_is_asked_nothing(world, django_assert_num_queries):
    device = machine(world, vendor="", model="")
    with django_assert_num_queries(0):
        assert not breakdowns.weakness(device)


@pytest.mark.parametrize("by", ["", "modele", "marque", "age", "n'importe"])
def test_the_page_shows_ours_and_others_named_as_such(world, client, by):
    repairs(world, machine(world), 12, year=2017)
    OthersRepair.objects.bulk_create(
        OthersRepair(
            territory=world.coordination,
            provider="P",
            reference=str(number),
            country="GBR",
            category=16,
            vendor="HP",
            age=Decimal("4.5"),
            status="fixed",
            on=date(2020, 1, 1),
        )
        for number in range(11)
    )
    client.force_login(world.users["mediator"])
    page = client.get("/aide/pannes/", {"par": by}).content.decode()
    assert "Our repairs" in page and ">12<" in page and "Import the repairs" not in page
    if by in ("marque", "age"):
        assert "Published by others" in page and "Open Repair Alliance" in page
    client.force_login(world.users["technician"])
    assert "Import the repairs of others" in client.get("/aide/pannes/").content.decode()


def test_an_empty_territory_says_so(world, client):
    client.force_login(world.users["technician"])
    assert "Not enough repairs yet" in client.get("/aide/pannes/").content.decode()


# --- others'


@needs_sample
def test_the_sample_is_imported_and_gives_its_own_figures_back(world):
    data = SAMPLE.read_bytes()
    done = exchange.import_others(actor=world.actor("technician"), data=data)
    assert (done.new, done.known, done.set_aside, done.refused) == (3000, 0, 0, ())
    table = breakdowns.others_by_make(world.coordination.pk)
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    laptops = [row for row in every if row["product_category"] == "Laptop"]
    rows = [row for row in laptops if row["brand"].casefold().startswith("apple")]  # as makes are named here
    fixed = sum(row["repair_status"] == "Fixed" for row in rows)
    known = sum(row["repair_status"] != "Unknown" for row in rows)
    [apple] = [line for line in table.lines if line.label == "Apple (Laptops)"]
    assert apple.repairs == len(rows) and apple.fixed == fixed / known
    assert table.repairs == OthersRepair.objects.exclude(vendor="").count() and table.hidden > 0
    assert sum(line.repairs for line in breakdowns.others_by_age(world.coordination.pk).lines) <= 3000
    # A second source, named as such, on a machine's own page.
    mac = machine(world, vendor="Apple", model="MacBook Air")
    assert breakdowns.weakness(mac).others == len(rows)


@needs_sample
def test_the_same_file_twice_changes_nothing(world):
    data = SAMPLE.read_bytes()
    exchange.import_others(actor=world.actor("technician"), data=data)
    again = exchange.import_others(actor=world.actor("technician"), data=data)
    assert (again.new, again.known) == (0, 3000) and OthersRepair.objects.count() == 3000


def test_a_corrected_row_corrects_and_other_products_are_left_out(world):
    first = sheet({}, {"product_category": "Toaster", "product_category_id": "31"}, {"event_date": "yesterday"})
    done = exchange.import_others(actor=world.actor("technician"), data=first)
    assert (done.new, done.set_aside, [row.row for row in done.refused]) == (1, 1, [4])
    fixed = sheet({"repair_status": "Fixed", "repair_barrier_if_end_of_life": ""}, {"event_date": "2018-02-23"})
    done = exchange.import_others(actor=world.actor("technician"), data=fixed)
    assert (done.new, done.known) == (1, 1)
    row = OthersRepair.objects.get(reference="restart_0")
    assert (row.status, row.barrier, row.vendor, row.age) == ("fixed", "", "HP", Decimal("2.50"))
    entry = Entry.objects.filter(kind="repair.imported").order_by("sequence").first()
    assert json.loads(entry.payload) == {
        "count": 1,
        "refused": 1,
        "set_aside": 1,
        "input": hashlib.sha256(first).hexdigest(),
    }


def test_no_text_of_others_is_kept(world):
    exchange.import_others(actor=world.actor("technician"), data=sheet({"problem": "Call Ann, 06 12 34 56 78"}))
    kept = " ".join(str(value) for value in OthersRepair.objects.values_list().get())
    assert "Ann" not in kept and "Hackney" not in kept


def test_makes_are_named_as_ours(world):
    exchange.import_others(actor=world.actor("technician"), data=sheet({"brand": "hewlett-packard"}))
    assert OthersRepair.objects.get().vendor == "HP"


def test_who_may_not_import(world):
    with pytest.raises(NotAllowed):
        exchange.import_others(actor=world.actor("mediator"), data=sheet({}))
    with pytest.raises(Refusal, match=r"columns .* are missing"):
        exchange.import_others(actor=world.actor("technician"), data=b"a,b\n1,2\n")


def test_the_page_imports_and_says_what_was_refused(world, client):
    client.force_login(world.users["technician"])
    file = io.BytesIO(sheet({}, {"country": "France"}))
    file.name = "repairs.csv"
    page = client.post("/aide/pannes/importer/", {"file": file}).content.decode()
    assert "1 repairs added" in page and "Row 3" in page and "“France” is no country code" in page
    empty = io.BytesIO(b"poem")
    empty.name = "poem.csv"
    answer = client.post("/aide/pannes/importer/", {"file": empty})
    assert answer.status_code == 409 and "are missing" in answer.content.decode()
    assert client.post("/aide/pannes/importer/", {}).status_code == 422


# --- ours


def test_our_repairs_go_out_as_open_data_and_come_back_as_they_are(world):
    device = machine(world, asset_tag="INV-7", serial="PF0SECRET")
    repairs(world, device, 1, "screen", "end_of_life", barrier="dear_parts", year=2017, on=date(2026, 9, 1))
    repairs(world, machine(world, kind="tablet", vendor="=cmd()"), 1, "battery", "fixed", year=None)
    with zipfile.ZipFile(io.BytesIO(exchange.package(world.actor("technician")))) as made:
        package, table = json.loads(made.read("datapackage.json")), made.read(exchange.CSV_NAME)
    found = ords.read(table)
    assert found.refused == () and ords.write(found.records) == table
    first, second = found.records
    assert (first.category, first.brand, first.year, first.age, first.country) == (
        16,
        "Lenovo",
        2017,
        Decimal(9),
        "FRA",
    )
    assert (first.problem, first.partner_category, first.provider) == ("Screen", "Laptop", "Coordination")
    assert (second.category, second.brand, second.status) == (30, "cmd()", Status.FIXED)
    text = table.decode()
    assert device.code not in text and "PF0SECRET" not in text and "INV-7" not in text
    [resource] = package["resources"]
    assert resource["hash"] == f"sha256:{hashlib.sha256(table).hexdigest()}" and resource["bytes"] == len(table)
    assert package["licenses"][0]["name"] == "CC-BY-SA-4.0" and resource["rows"] == 2


def test_the_export_is_of_one_s_territory_and_for_those_who_help(world, client):
    foreign = make_world(" étrangère")
    repairs(foreign, machine(foreign), 3)
    assert exchange.records(world.actor("mediator")) == []
    client.force_login(world.users["technician"])
    answer = client.get("/aide/pannes/reparations.zip")
    assert answer.status_code == 200 and answer.content.startswith(b"PK")
    client.force_login(world.users["donor"])
    assert client.get("/aide/pannes/reparations.zip").status_code == 403


def test_the_export_costs_as_much_for_many_repairs(world, django_assert_num_queries):
    repairs(world, machine(world), 30)
    actor = world.actor("technician")
    with django_assert_num_queries(2):
        assert len(exchange.records(actor)) == 30


# --- the command


def test_the_command_checks_imports_and_exports(world, tmp_path, capsys):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(sheet({}))
    bad.write_bytes(sheet({}, {"event_date": "22/02/2018"}))
    assert main(["repairs", str(good)]) == 0
    told = capsys.readouterr().out
    assert "1 repairs." in told and "Laptop: 1 repairs, 0%" in told and not OthersRepair.objects.exists()
    assert main(["repairs", str(bad), str(tmp_path / "absent.csv"), "--as", "technician@exemple.invalid"]) == 1
    said = capsys.readouterr()
    assert "row 3, event_date" in said.err and "absent.csv" in said.err and OthersRepair.objects.count() == 1
    assert "1 repairs added" in said.out
    repairs(world, machine(world), 2)
    target = tmp_path / "ours.zip"
    assert main(["repairs", "--export", str(target), "--as", "technician@exemple.invalid"]) == 0
    assert zipfile.is_zipfile(target)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--export", "x.zip"],
        ["x.csv", "--as", "nobody@else.invalid"],
        ["x.csv", "--as", "mediator@exemple.invalid"],
    ],
)
def test_wrong_uses_of_the_command(world, arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["repairs", *arguments])
    assert stopped.value.code == 2 and "maillon repairs" in capsys.readouterr().err


def test_repairs_keep_their_machine(world):
    device = machine(world)
    repairs(world, device, 1)
    with pytest.raises(Exception, match="protected"):
        Device.objects.filter(pk=device.pk).delete()
    assert Repair.objects.count() == 1
