"""A report is kept, read, seen beside its original, corrected, read over, taken away and erased by its own alone."""

import json
import re

import pytest

from maillon.consultation import commands, correcting
from maillon.consultation.models import Report
from maillon.consultation.trame import reading
from maillon.consultation.trame.model import Column, Kind
from maillon.demo.consultation import TRAME
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
DATA = TRAME.read_bytes()
WORDS = "Sept familles sur vingt-quatre"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def report(world):
    return commands.receive(actor=world.actor("prescriber"), data=DATA, name="trame Durand.md")


@pytest.fixture
def client(client, world):
    client.force_login(world.users["prescriber"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def told(report):
    return list(Entry.objects.filter(subject=report.pk).order_by("sequence").values_list("kind", flat=True))


def test_it_is_read_and_sealed(report):
    assert (report.state, report.format, report.doubts, report.statements) == ("draft", "md", 4, 33)
    kept = json.dumps(list(Report.objects.values()), default=str)
    events = json.dumps(list(Entry.objects.values()), default=str)
    for words in (WORDS, "Durand", "directrice"):
        assert words not in kept and words not in events
    assert told(report) == ["report.received"]


def test_the_same_file_again_is_the_same_report(world, report):
    again = commands.receive(actor=world.actor("prescriber"), data=DATA, name="autre.md")
    assert again == report and Report.objects.count() == 1


def test_what_can_not_be_read_is_kept_with_its_reason(world, client):
    sent = {"file": upload(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "ancien.doc")}
    page = client.post("/consultations/", sent, follow=True)
    assert "old version of Word" in page.content.decode()
    report = Report.objects.get()
    assert report.state == "refused" and commands.file_of(report).endswith(b"\0" * 600)
    assert client.get(f"/consultations/{report.pk}/corriger/1/").status_code == 404
    assert client.get(f"/consultations/{report.pk}/trame.odt").status_code == 404
    with pytest.raises(Refusal):
        commands.check(actor=world.actor("prescriber"), report_id=report.pk)


def upload(data, name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, data)


def test_a_file_too_large_is_refused_and_nothing_kept(world, monkeypatch):
    monkeypatch.setattr(commands, "MOST_BYTES", 100)
    with pytest.raises(Refusal, match="larger"):
        commands.receive(actor=world.actor("prescriber"), data=DATA, name="trame.md")
    assert not Report.objects.exists()


@pytest.mark.parametrize("who", ["coordinator", "technician", "mediator"])
def test_other_organisations_read_nothing_of_it(world, report, who):
    assert not Report.objects.visible_to(world.actor(who)).exists()
    with pytest.raises((NotAllowed, NotFound)):
        commands.check(actor=world.actor(who), report_id=report.pk)
    with pytest.raises((NotAllowed, NotFound)):
        commands.erase(actor=world.actor(who), report_id=report.pk)
    assert told(report) == ["report.received"]


def test_what_was_doubtful_is_marked_on_both_sides(client, report):
    page = client.get(f"/consultations/{report.pk}/").content.decode()
    assert WORDS in page and "4 things to look at" in page
    for said in ("is counted but its box is not ticked", "the number is still to be completed", "An empty bullet"):
        assert said in page
    for place in re.findall(r'class="passage-at" href="#(o\d+)"', page):
        assert f'id="{place}"' in page
    assert page.count("original-doubt") == 4


def test_a_person_corrects_it_and_what_they_left_alone_stays(client, world, report):
    address = f"/consultations/{report.pk}/corriger/1/"
    fields = boxes(client.get(address).content.decode())
    name = next(field for field, said in fields.items() if WORDS in said)
    fields[name] = fields[name].replace(WORDS, "Huit familles sur vingt-quatre") + "\nUne **de plus**"
    page = client.post(address, fields | {"s0.b0.p1.ticked": "on"}, follow=True).content.decode()
    assert "Huit familles" in page and WORDS not in page.split("original-text")[0]
    assert "<strong>de plus</strong>" in page
    assert "is counted but its box is not ticked" not in page
    report.refresh_from_db()
    before = reading.read(DATA, "a.md").restitution
    after = commands.restitution_of(report)
    assert report.version == 2 and told(report)[-1] == "report.corrected"
    changed = after.contributions[0].column(Kind.DIAGNOSIS, Column.IRRITANTS)
    assert [str(entry) for entry in changed][2] == "Une de plus"
    assert list(after.contributions[0].rows(Kind.PLAN)) == list(before.contributions[0].rows(Kind.PLAN))


def boxes(page):
    """What a browser would send back of the form, checkboxes of what is ticked included."""
    from lxml import html

    form = html.fromstring(page).xpath("//main//form")[0]
    return {name: (value or "").lstrip("\n") for name, value in form.fields.items() if value is not None}


def test_two_people_do_not_undo_each_other(client, world, report):
    address = f"/consultations/{report.pk}/corriger/1/"
    fields = boxes(client.get(address).content.decode())
    name = next(field for field, said in fields.items() if WORDS in said)
    client.post(address, fields | {name: "la première"})
    late = client.post(address, fields | {name: "la seconde"})
    assert late.status_code == 409 and "Somebody corrected" in late.content.decode()
    assert "la seconde" in late.content.decode()  # what was typed is not lost
    report.refresh_from_db()
    assert "la première" in str(commands.restitution_of(report))


def test_nothing_changed_writes_nothing(client, report):
    address = f"/consultations/{report.pk}/corriger/1/"
    client.post(address, boxes(client.get(address).content.decode()))
    report.refresh_from_db()
    assert report.version == 1 and told(report) == ["report.received"]


def test_a_row_may_be_added_and_emptied(report):
    before = commands.restitution_of(report)
    sent = {"s1.b0.r3.theme": "", "s1.b0.r3.irritants": "nouvel irritant"}
    after = correcting.corrected(before, 0, sent)
    rows = list(after.contributions[0].rows(Kind.DIAGNOSIS))
    assert len(rows) == 4 and [str(entry) for entry in rows[3].cells[1]] == ["nouvel irritant"]
    assert rows[3].theme == rows[2].theme and rows[3].continued
    empty = dict.fromkeys((f"s1.b0.r3.{name}" for name in ("theme", "feedback", "irritants", "strengths")), "")
    assert correcting.corrected(after, 0, empty).contributions == before.contributions


@pytest.mark.parametrize("written", ["docx", "odt", "pdf", "json"])
def test_it_is_taken_away_as_a_document_that_is_read_again(client, report, written):
    answer = client.get(f"/consultations/{report.pk}/trame.{written}")
    assert f'filename="ecole-fictive-du-canal.{written}"' in answer.headers["Content-Disposition"]
    again = reading.read(answer.content, f"a.{written}").restitution
    assert again == commands.restitution_of(report)


def test_the_file_comes_back_as_it_was_received(client, report):
    answer = client.get(f"/consultations/{report.pk}/fichier/")
    assert answer.content == DATA and answer.headers["Content-Type"] == "application/octet-stream"


def test_it_is_read_over_then_erased(client, report):
    client.post(f"/consultations/{report.pk}/relu/")
    report.refresh_from_db()
    assert report.state == "checked" and told(report) == ["report.received", "report.checked"]
    assert client.post(f"/consultations/{report.pk}/effacer/").status_code == 302
    assert not Report.objects.exists() and told(report)[-1] == "report.erased"


@pytest.mark.parametrize("count", [1, 5])
def test_pages_cost_the_same_whatever_their_number(client, world, count, django_assert_max_num_queries):
    for number in range(count):
        data = DATA.replace(b"Octobre 2026", f"{number + 1} octobre 2026".encode())
        last = commands.receive(actor=world.actor("prescriber"), data=data, name="trame.md")
    client.get("/consultations/")
    with django_assert_max_num_queries(6):
        client.get("/consultations/")
    with django_assert_max_num_queries(6):
        client.get(f"/consultations/{last.pk}/")
