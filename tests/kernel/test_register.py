"""The ledger's public page."""

import json

import pytest
from django.db import transaction

from maillon.kernel import ledger
from maillon.kernel.ledger import command
from maillon.kernel.ledger.models import Checkpoint
from tests.world import make_world

pytestmark = pytest.mark.django_db


def test_anyone_sees_signed_lines_and_no_event(client):
    world = make_world()
    with transaction.atomic():
        ledger.append("organisation.created", world.actor("coordinator"), world.workshop.pk, type="workshop")
    ledger.checkpoint()
    page = client.get("/registre/").content.decode()
    assert Checkpoint.objects.get().root in page and str(world.workshop.pk) not in page
    statement = json.loads(client.get("/registre/1.json").content)
    assert statement["statement"]["entries"] == 1 and len(statement["signature"]) == 128


def test_a_line_kept_from_the_page_is_what_the_command_compares_with(client, tmp_path, capsys):
    world = make_world()
    with transaction.atomic():
        ledger.append("organisation.created", world.actor("coordinator"), world.workshop.pk, type="workshop")
    ledger.checkpoint()
    line = tmp_path / "1.json"
    line.write_bytes(client.get("/registre/1.json").content)
    assert command.main(["verify", "--against", str(line)]) == 0
    root = Checkpoint.objects.get().root
    line.write_text(line.read_text().replace(root, root[::-1]))
    assert command.main(["verify", "--against", str(line)]) == 1
    assert "checkpoint" in capsys.readouterr().out


def test_a_line_that_does_not_exist_is_not_found(client):
    assert client.get("/registre/9.json").status_code == 404
    assert client.get("/registre/").status_code == 200
