"""Two people at the same desk at the same moment, each with their own connection, on a database of their own."""

import pytest

from maillon.distribution.agreements import commands
from maillon.distribution.agreements.commands import Signature
from maillon.distribution.agreements.models import Agreement, Paper
from maillon.distribution.agreements.vocabulary import Way
from maillon.distribution.desk import commands as desk
from maillon.distribution.loans.commands import take_back
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.ledger import Entry
from tests import scratch
from tests.allocation.promises import make_promise, make_request
from tests.distribution.handing import STROKES, card, digest_of, prepared, signed
from tests.kernel.test_ledger_concurrency import together
from tests.world import make_world


@pytest.fixture(scope="module")
def world(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database():
        yield make_world()


def attempted(change):
    try:
        change()
    except (Refusal, NotFound):
        return False
    return True


def test_an_agreement_is_signed_once(world):
    agreement = prepared(world, machines=2)
    actor, digest = world.actor("head"), digest_of(agreement)

    def sign():
        given = Signature(Way.FINGER, strokes=STROKES)
        commands.sign(actor=actor, agreement_id=agreement.pk, text_sha256=digest, signature=given)

    assert sorted(together([lambda: attempted(sign)] * 4)) == [False, False, False, True]
    assert Entry.objects.filter(subject=agreement.pk, kind="handover.done").count() == 1
    assert Paper.objects.filter(agreement=agreement).count() == 2


def test_the_machines_of_a_request_are_in_one_agreement(world):
    request = make_request(world, quantity=2)
    for _each in range(2):
        make_promise(world, request=request)
    actor = world.actor("head")
    made = [lambda: attempted(lambda: commands.prepare(actor=actor, request_id=request.pk, card=card()))] * 4
    assert sorted(together(made)) == [False, False, False, True]
    assert Agreement.objects.filter(request=request).count() == 1


def test_a_machine_is_refused_or_signed_for_not_both(world):
    agreement = prepared(world)
    item, actor, digest = agreement.items.get(), world.actor("head"), digest_of(agreement)

    def sign():
        given = Signature(Way.FINGER, strokes=STROKES)
        commands.sign(actor=actor, agreement_id=agreement.pk, text_sha256=digest, signature=given)

    done = together(
        [lambda: attempted(sign), lambda: attempted(lambda: desk.refuse(actor=actor, item_id=item.pk, reason="looks"))]
    )
    item.refresh_from_db()
    item.device.refresh_from_db()
    assert sorted(done) == [False, True]
    assert (item.state, item.device.state) in {("lent", "handed_over"), ("refused", "ready")}


def test_a_machine_comes_back_once(world):
    item, actor = signed(world).items.get(), world.actor("head")
    back = [lambda: attempted(lambda: take_back(actor=actor, item_id=item.pk, condition="B"))] * 3
    assert sorted(together(back)) == [False, False, True]
    assert Entry.objects.filter(subject=item.device.id, kind="device.returned").count() == 1
