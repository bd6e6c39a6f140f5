"""The page of a list of machines, its neighbours, the command line and the API."""

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from maillon.kernel.errors import NotAllowed, NotFound
from maillon.kernel.ledger import Entry
from maillon.territory.commands import create_token
from maillon.workshop.intake import command, fleet_lists, receiving
from maillon.workshop.intake.receiving import Lists
from maillon.workshop.models import Device, RawInput, Snapshot
from tests.workshop.fleet_lists import (
    ROWS,
    TITLES,
    again,
    csv_of,
    list_world,  # noqa: F401 - the fixture "world"
    mapping_of,
    outcomes,
    receive,
)
from tests.world import dmidecode

pytestmark = pytest.mark.django_db


# --- who


@pytest.mark.parametrize("who", ["neighbour", "coordinator"])
def test_another_organisation_finds_no_pending_list(world, who):
    [line] = receive(world, csv_of(*ROWS), lists=Lists(ask=True))
    with pytest.raises(NotFound):
        receiving.read_list(actor=world.actor(who), raw_id=line.raw_id, mappings=(mapping_of(csv_of(*ROWS)),))
    client = Client()
    client.force_login(world.users[who])
    assert client.get(reverse("workshop:fleet", args=[line.raw_id])).status_code == 404
    assert client.post(reverse("workshop:fleet-set-aside", args=[line.raw_id])).status_code == 404
    assert RawInput.objects.get().status == "pending"


@pytest.mark.parametrize("who", ["reader", "donor", "prescriber"])
def test_who_may_not_receive_may_not_confirm(world, who):
    [line] = receive(world, csv_of(*ROWS), lists=Lists(ask=True))
    with pytest.raises(NotAllowed):
        receiving.read_list(actor=world.actor(who), raw_id=line.raw_id, mappings=(mapping_of(csv_of(*ROWS)),))
    client = Client()
    client.force_login(world.users[who])
    assert client.get(reverse("workshop:fleet", args=[line.raw_id])).status_code == 403


# --- the page


@pytest.fixture
def client(world):
    signed_in = Client()
    signed_in.force_login(world.users["technician"])
    return signed_in


def drop(client, data, name="parc.csv"):
    answer = client.post(
        reverse("workshop:intake"), {"lot": "", "files": SimpleUploadedFile(name, data)}, headers={"X-Batch": "1"}
    )
    assert answer.status_code == 200
    return RawInput.objects.order_by("-received_at").first()


def posted(page):
    """The fields of the page's forms, as a browser would send them."""
    sent = {"lot": "", "place": "", "seen": page.context.get("mark", "")}
    for sheet in page.context["sheets"]:
        for field in sheet.form:
            value = field.value()
            if value is not False:
                sent[field.html_name] = "" if value is None else value
    return sent


def test_the_page_shows_columns_rows_and_what_would_enter_and_writes_nothing(world, client):
    data = csv_of(*ROWS, "Portable;HP;ProBook;5CD8123CCC;INV-4;8 Go ?;SSD 256;i5-8250U")
    raw = drop(client, data)
    page = client.get(reverse("workshop:fleet", args=[raw.pk]))
    assert page.status_code == 200 and page.context["counts"] == {"new": 4, "known": 0, "unchanged": 0, "doubt": 0}
    [cell] = page.context["cells"]
    assert (cell["row"], cell["column"], cell["value"]) == (5, "RAM", "8 Go ?") and "8" in str(cell["sentence"])
    text = page.content.decode()
    assert "N° de série" in text and "5CD8123AAA" in text and "8 Go ?" in text
    assert not Device.objects.exists() and not Snapshot.objects.exists() and not Entry.objects.filter(
        kind__startswith="device"
    ).exists()  # fmt: skip


def test_the_person_corrects_sees_again_and_confirms(world, client):
    raw = drop(client, csv_of(*ROWS))
    address = reverse("workshop:fleet", args=[raw.pk])
    page = client.get(address)
    sent = posted(page) | {"s0-c2": "", "place": str(world.shelf.pk)}
    page = client.post(address, sent | {"action": "enter"})
    assert page.context["changed"] and not Device.objects.exists(), "what was not seen does not enter"
    page = client.post(address, posted(page) | {"place": str(world.shelf.pk), "action": "enter"})
    assert page.templates[0].name == "workshop/fleet_done.html"
    assert set(Device.objects.values_list("model", "place")) == {("", world.shelf.pk)}
    again = client.get(address)
    assert again.context["counts"]["unchanged"] == 3 and again.context["again"]
    page = client.post(address, posted(again) | {"s0-c2": "model", "action": "preview"})
    assert page.context["counts"]["known"] == 3
    client.post(address, posted(page) | {"action": "enter"})
    assert Device.objects.count() == 3 and Device.objects.get(serial="5CD8123AAA").model == "ProBook 450 G5"


def test_the_plan_is_what_happens(world, client):
    receive(world, csv_of(*ROWS[:2]))
    receive(world, dmidecode("5CD8123CCC", vendor="HP"), "bench.txt", who="neighbour")
    data = csv_of(
        ROWS[0],
        ROWS[1].replace("8 Go", "16 Go"),
        ROWS[2],
        ROWS[1].replace("BBB", "CCC"),
        ROWS[2].replace("INV-3", "INV-5"),
    )
    raw = drop(client, data)
    page = client.get(reverse("workshop:fleet", args=[raw.pk]))
    planned = [p.outcome for p in page.context["plan"].machines]
    lines = receiving.read_list(actor=world.actor("technician"), raw_id=raw.pk, mappings=(mapping_of(data),))
    assert outcomes(lines) == planned and set(planned) == {"new", "known", "doubt", "unchanged"}


def test_a_workbook_is_read_by_the_sheets_that_are_ticked(world, client):
    book = openpyxl.Workbook()
    book.active.title = "Salle 1"
    other = book.create_sheet("Salle 2")
    notes = book.create_sheet("Notes")
    for sheet, rows in ((book.active, ROWS[:2]), (other, ROWS[2:])):
        for row in (TITLES, *rows):
            sheet.append(row.split(";"))
    notes.append(["bonjour", "à tous"])
    notes.append(["merci", "bien"])
    packed = io.BytesIO()
    book.save(packed)
    raw = drop(client, packed.getvalue())
    address = reverse("workshop:fleet", args=[raw.pk])
    page = client.get(address)
    assert [sheet.chosen for sheet in page.context["sheets"]] == [True, True, False]
    sent = posted(page)
    del sent["s1-read"]
    page = client.post(address, sent | {"action": "preview"})
    assert page.context["counts"]["new"] == 2
    client.post(address, posted(page) | {"action": "enter"})
    assert Device.objects.count() == 2
    page = client.get(address)
    assert [sheet.chosen for sheet in page.context["sheets"]] == [True, False, False]
    page = client.post(address, posted(page) | {"s1-read": "on", "action": "preview"})
    client.post(address, posted(page) | {"action": "enter"})
    assert Device.objects.count() == 3


def test_the_row_of_the_titles_can_be_said(world, client):
    data = b"Inventaire;2024\nchoses;diverses\n" + csv_of(*ROWS)
    raw = drop(client, data)
    address = reverse("workshop:fleet", args=[raw.pk])
    page = client.get(address)
    assert page.context["sheets"][0].mapping.header_row == 3
    page = client.post(address, posted(page) | {"s0-header": "4", "action": "enter"})
    assert page.context["sheets"][0].mapping.header_row == 4 and not Device.objects.exists()
    page = client.post(address, posted(page) | {"s0-header": "3", "action": "preview"})
    assert page.context["counts"]["new"] == 3
    page = client.post(address, posted(page) | {"s0-header": "9999", "action": "preview"})
    assert page.status_code == 422


def test_a_list_that_no_title_tells_can_be_said_by_hand(world, client):
    raw = drop(client, b"qui;quoi;combien\nDell;AZERTY 12;bleu\nHP;QWERTY 13;vert\n")
    assert (raw.status, raw.format) == ("refused", "table")
    address = reverse("workshop:fleet", args=[raw.pk])
    assert address in client.get(reverse("workshop:refused")).content.decode()
    page = client.get(address)
    page = client.post(address, posted(page) | {"s0-header": "1", "action": "preview"})
    page = client.post(
        address, posted(page) | {"s0-c0": "vendor", "s0-c1": "model", "s0-read": "on", "action": "preview"}
    )
    client.post(address, posted(page) | {"action": "enter"})
    assert set(Device.objects.values_list("vendor", "model")) == {("Dell", "AZERTY 12"), ("HP", "QWERTY 13")}


def test_the_columns_can_be_kept_in_a_file_that_the_command_line_takes(world, client):
    raw = drop(client, csv_of(*ROWS))
    address = reverse("workshop:fleet", args=[raw.pk])
    answer = client.post(address, posted(client.get(address)) | {"action": "columns"})
    mappings = fleet_lists.mappings_from(answer.content.decode())
    assert outcomes(receive(world, csv_of(*ROWS), lists=Lists(mappings))) == ["new"] * 3


def test_a_list_can_be_set_aside_and_read_after_all(world, client):
    raw = drop(client, csv_of(*ROWS))
    address = reverse("workshop:fleet", args=[raw.pk])
    assert address in client.get(reverse("workshop:intake")).content.decode()
    client.post(reverse("workshop:fleet-set-aside", args=[raw.pk]))
    raw.refresh_from_db()
    RawInput.objects.update(reader_version="0.0.1")
    assert again(world) == [], "an upgrade does not read it by itself"
    assert raw.status == "refused" and address not in client.get(reverse("workshop:intake")).content.decode()
    client.post(address, posted(client.get(address)) | {"action": "enter"})
    raw.refresh_from_db()
    assert raw.status == "read" and Device.objects.count() == 3


def test_what_is_no_list_has_no_such_page(world, client):
    receive(world, dmidecode(), "t470.txt")
    receive(world, b"Sous le pont Mirabeau coule la Seine", "poeme.txt")
    for raw in RawInput.objects.all():
        assert client.get(reverse("workshop:fleet", args=[raw.pk])).status_code == 422


def test_the_page_of_a_machine_shows_what_its_list_says_and_its_passport_does_not(world, client):
    receive(
        world, csv_of(f"{ROWS[0]};HS;Salle 12;18/03/2019;Mairie d'Aubance", titles=f"{TITLES};Etat;Lieu;Achat;Don de")
    )
    code = Device.objects.get().code
    page = client.get(reverse("workshop:device", args=[code])).content.decode()
    assert "Salle 12" in page and "HS" in page and "18 mars 2019" in page
    passport = Client().get(reverse("public-passport", args=[code])).content.decode()
    assert "Salle 12" not in passport and "Aubance" not in passport


# --- the command line and the API


def test_the_command_line_takes_a_mapping(world, tmp_path, capsys):
    data = csv_of("HP;machin;8 Go", "Dell;truc;4 Go", titles="Marque;Modèle;Vive")
    (tmp_path / "parc.csv").write_bytes(data)
    (tmp_path / "colonnes.json").write_text(json.dumps(mapping_of(data, C="memory").to_json()))
    (tmp_path / "faux.json").write_text("{")
    who = ["--as", world.users["technician"].email, "--lang", "en"]
    assert command.main([str(tmp_path / "parc.csv"), *who]) == 1
    assert "/releves/listes/" in capsys.readouterr().out
    with pytest.raises(SystemExit) as wrong:
        command.main([str(tmp_path / "parc.csv"), *who, "--mapping", str(tmp_path / "faux.json")])
    assert wrong.value.code == 2 and "faux.json" in capsys.readouterr().err
    assert command.main([str(tmp_path / "parc.csv"), *who, "--mapping", str(tmp_path / "colonnes.json")]) == 0
    assert set(Device.objects.values_list("memory_mb", flat=True)) == {8192, 4096}


def test_the_api_takes_a_mapping(world):
    key = create_token(
        actor=world.actor("head"), organisation_id=world.workshop.pk, label="banc", scopes=["stock.intake"]
    )[1]
    data = csv_of("HP;machin;8 Go", "Dell;truc;4 Go", titles="Marque;Modèle;Vive")

    def send(**more):
        files = {"files": SimpleUploadedFile("parc.csv", data), **more}
        return Client().post("/api/v1/snapshots", files, headers={"Authorization": f"Bearer {key}"})

    [line] = send().json()
    assert line["outcome"] == "refused" and "/releves/listes/" in line["hint"]
    assert send(mapping="{").status_code == 422
    lines = send(mapping=json.dumps(mapping_of(data, C="memory").to_json())).json()
    assert [line["outcome"] for line in lines] == ["new", "new"]
