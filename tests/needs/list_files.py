"""Lists of requests for tests. Every person is invented."""

import io

import openpyxl

from maillon.kernel import sheets
from maillon.needs.lists import commands
from maillon.territory.places import load_communes

TITLES = ["Nom", "Prénom", "Téléphone", "Usage", "Matériel", "Commune"]
ROWS = [
    ["EXEMPLE", "Camille", "06 12 34 56 78", "collège", "portable", "Nantes"],
    ["FICTIVE", "Sacha", "", "démarches", "portable ou fixe", "44800"],
    ["INVENTÉE", "Dominique", "0240123456", "Visio", "Tablette", "st herblain"],
]
WHOLE = {"beneficiary": "household"}


def communes():
    load_communes("244400404")


def csv(rows=None, titles=None, delimiter=";", encoding="utf-8-sig"):
    lines = [titles or TITLES, *(ROWS if rows is None else rows)]
    return "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)


def xlsx(rows=None, titles=None, above=()):
    book = openpyxl.Workbook()
    for line in [*above, titles or TITLES, *(ROWS if rows is None else rows)]:
        book.active.append(line)
    book.create_sheet("Notes").append(["rien"])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def ods(rows=None, titles=None):
    made = io.BytesIO()
    sheets.write_ods(made, ("Demandes", titles or TITLES, ROWS if rows is None else rows))
    return made.getvalue()


def receive(world, data=None, who="prescriber", name="demandes.csv", **whole):
    """A list received, with what is said of every row."""
    listed = commands.receive(actor=world.actor(who), data=csv() if data is None else data, name=name)
    listed.whole = commands.Whole(**{**WHOLE, **whole}).to_json()
    listed.save()
    return listed


def check(world, listed, who="prescriber"):
    actor = world.actor(who)
    return commands.checked(actor, listed, commands.open_list(actor, listed), commands.habits_of(actor))


def sentences(world, data, **whole):
    _said, found = check(world, receive(world, data, **whole))
    return [problem.sentence for row in found for problem in row.problems]
