"""Agreements at any stage, for tests that need some."""

from maillon.distribution.agreements import commands, queries
from maillon.distribution.agreements.commands import Card, Signature
from maillon.distribution.agreements.text import Party
from maillon.distribution.agreements.vocabulary import Way
from maillon.distribution.desk import commands as desk
from maillon.distribution.desk.commands import Answers
from tests.allocation.promises import make_promise, make_request

NAME = "Aminata Koné-Lefèvre"
GUARDIAN = "Fatoumata Koné"
STROKES = "[[10,20,100,180,300,40],[320,60,420,160]]"


def card(**fields):
    fields = {"kind": "loan", "party": Party(NAME), "language": "fr", **fields}
    return Card(**fields)


def drafted(world, who="head", *, machines=1, request=None, **fields):
    """An agreement for so many machines promised to a request, nothing read at the desk yet."""
    request = request or make_request(world, quantity=machines)
    for _each in range(machines):
        make_promise(world, request=request)
    return commands.prepare(actor=world.actor(who), request_id=request.pk, card=card(**fields))


def prepared(world, who="head", **fields):
    """The same, with every machine read and its check-list confirmed."""
    agreement = drafted(world, who, **fields)
    for item in queries.items_of(agreement):
        answers = Answers(condition="B", accessories=["charger", "mouse"], first_start=["starts"])
        desk.scan(actor=world.actor(who), agreement_id=agreement.pk, text=item.device.code)
        desk.prepare_item(actor=world.actor(who), item_id=item.pk, answers=answers)
    return agreement


def digest_of(agreement):
    agreement = type(agreement).objects.select_related("lender", "desk", "prescriber", "request").get(pk=agreement.pk)
    return queries.text_and_digest(agreement, queries.items_of(agreement))[1]


def signed(world, who="head", **fields):
    """The same, signed with a finger: the machines are out."""
    agreement = prepared(world, who, **fields)
    return commands.sign(
        actor=world.actor(who),
        agreement_id=agreement.pk,
        text_sha256=digest_of(agreement),
        signature=Signature(Way.FINGER, strokes=STROKES),
    )
