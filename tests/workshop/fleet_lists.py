"""Invented lists of machines, and what the tests of lists say often."""

import pytest

from maillon.hardware.fleet_columns import guess_columns
from maillon.hardware.tables import csv_table
from maillon.kernel.jobs.running import drain
from maillon.kernel.ledger import Entry
from maillon.workshop.intake import receiving
from maillon.workshop.intake.drops import commands as dropping
from maillon.workshop.intake.receiving import Incoming
from tests.world import make_world

TITLES = "Type;Marque;Modèle;N° de série;Inventaire;RAM;Disque;Processeur"
ROWS = (
    "Portable;HP;ProBook 450 G5;5CD8123AAA;INV-1;8 Go;SSD 256;i5-8250U",
    "Portable;HP;ProBook 450 G5;5CD8123BBB;INV-2;8 Go;SSD 256;i5-8250U",
    "Fixe;Dell;OptiPlex 7010;;INV-3;4 Go;HDD 500;i5-3470",
)
PLAIN_TITLES = "Type;Marque;Modèle;RAM;Disque"
PLAIN_ROWS = tuple(f"Fixe;Dell;OptiPlex {model};4 Go;HDD 500" for model in ("3010", "3010", "7010", "9010"))


@pytest.fixture(name="world")
def list_world(db):
    return make_world()


def csv_of(*rows, titles=TITLES):
    return "\n".join((titles, *rows)).encode()


def receive(world, data, name="parc.csv", who="technician", **more):
    return list(receiving.receive(actor=world.actor(who), files=[Incoming(name, data)], **more))


def again(world, raw_ids=None, who="technician"):
    """Read again what was refused: its lines, once the job is done; none when there is nothing to read again."""
    drop = dropping.take_again(actor=world.actor(who), raw_ids=raw_ids)
    drain()
    return [dropping.line_of(told) for told in drop.lines.order_by("pk").values_list("told", flat=True)] if drop else []


def outcomes(lines):
    return [line.outcome.value for line in lines]


def mapping_of(data, **fields):
    """The guess, corrected: {"B": "model"} or {"B": None}."""
    guess = guess_columns(csv_table(data.decode()))
    for letter, field in fields.items():
        guess = guess.with_field(ord(letter) - 65, field)
    return guess


def kinds(device):
    return list(Entry.objects.filter(stream=f"device:{device.id}").order_by("sequence").values_list("kind", flat=True))
