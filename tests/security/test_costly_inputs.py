"""Small inputs made to keep a server busy. Work is counted, never timed."""

import io
import re
import sys
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillon.hardware import reading
from maillon.hardware.model import Reading, Unreadable
from maillon.hardware.readers import lshw_tree
from maillon.hardware.reading import parse
from maillon.territory.commands import create_token
from maillon.workshop import api
from maillon.workshop.intake.receiving import Outcome
from maillon.workshop.models import RawInput
from tests.world import make_world


@pytest.mark.parametrize("blank", ["\n", " ", "\t", "\n ", "\u3000", "\x0b"])
def test_recognisers_never_see_a_long_run_of_blanks(monkeypatch, blank):
    seen = []

    class Watching:
        def recognise(self, head):
            seen.append(head)
            return False

    monkeypatch.setattr(reading, "_formats", lambda _names, _kind: [Watching()])
    assert isinstance(reading.read_text("dmi" + blank * 60_000 + "end", reading.Where("")), Unreadable)
    assert seen and not re.search(r"\s{81,}", seen[0])


def test_a_text_of_names_alone_is_no_park_of_machines():
    told = parse(b"pc\n  *-core\n" + b"a\n" * 50_000)
    assert isinstance(told, Reading) and len(told.machines) <= 2


def test_more_machines_than_any_park_are_refused_before_they_are_all_built(monkeypatch):
    monkeypatch.setattr(lshw_tree, "MOST_SYSTEMS", 50)
    monkeypatch.setattr(sys.modules["maillon.hardware.readers.lshw"], "MOST_SYSTEMS", 50)
    assert isinstance(parse(b"pc\n  *-core\n" * 51), Unreadable)
    assert len(lshw_tree.from_text("pc\n  *-core\n" * 5_000, reading.Where(""))) == 51
    assert isinstance(parse(b"pc\n  *-core\n" * 50), Reading)


@pytest.mark.django_db
def test_a_small_archive_does_not_unpack_to_hours_of_reading_while_someone_waits(client):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.txt", b"\n" * (10 * 2**20) + str(number).encode())
    world = make_world()
    client.force_login(world.users["technician"])
    answer = client.post("/releves/", {"files": SimpleUploadedFile("parc.zip", made.getvalue())})
    assert answer.status_code == 200
    outcomes = [line.outcome for line in answer.context["lines"]]
    assert set(outcomes) == {Outcome.REFUSED}
    said = [line.because.text for line in answer.context["lines"]]
    assert any("unpack" in sentence for sentence in said), said
    assert RawInput.objects.filter(size__gt=32 * 2**20).count() == 0


@pytest.mark.django_db
def test_the_api_takes_no_more_than_it_can_read_at_once(client, monkeypatch):
    world = make_world()
    _key, secret = create_token(
        actor=world.actor("head"), organisation_id=world.workshop.pk, label="banc", scopes=["stock.intake"]
    )
    monkeypatch.setattr(api, "MOST_BYTES", 100)
    answer = client.post(
        "/api/v1/snapshots",
        {"files": SimpleUploadedFile("a.txt", b"a" * 101)},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 413
