"""Writers at the same moment, each with its own connection, on a database of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from maillon.kernel import ledger
from maillon.kernel.ids import new_id
from maillon.kernel.ledger.models import Entry, Head
from tests import scratch
from tests.kernel.ledger_sample import MEMBER, MOVED, chain, found

WRITERS = 6


@pytest.fixture(scope="module")
def own_database(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database():
        yield


def together(writes):
    """Run these at one moment, each in a thread; raises what one of them raised."""
    gate = threading.Barrier(len(writes))

    def run(write):
        connection.ensure_connection()
        gate.wait()
        try:
            return write()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(writes)) as pool:
        return [each.result() for each in [pool.submit(run, write) for write in writes]]


def test_one_stream_is_one_chain_whoever_writes(own_database):
    subject = new_id()
    together([lambda: [chain(1, subject) for _ in range(10)]] * WRITERS)
    stream = Entry.objects.filter(subject=subject).order_by("sequence")
    assert list(stream.values_list("sequence", flat=True)) == list(range(1, WRITERS * 10 + 1))
    assert Head.objects.get(stream=f"sample:{subject}").sequence == WRITERS * 10
    assert found() == []


def test_batches_that_cross_do_not_lock_each_other_out(own_database):
    """The same streams, some new at each turn, in every order: who comes second waits and goes on."""
    subjects = [new_id() for _ in range(12)]

    def write(shift):
        for turn in range(8):
            told = [*subjects[shift:], *subjects[:shift]][: 3 + turn]
            with transaction.atomic():
                ledger.append_many([ledger.Event(MOVED, MEMBER, subject) for subject in told])

    together([lambda shift=shift: write(shift * 2) for shift in range(WRITERS)])
    assert Entry.objects.filter(subject__in=subjects).count() == WRITERS * sum(3 + turn for turn in range(8))
    assert found() == []


def test_checkpoints_taken_while_others_write_hold(own_database):
    subjects = [new_id() for _ in range(5)]
    writes = [lambda: [chain(1, subject) for subject in subjects * 4]] * (WRITERS - 2)
    together([*writes, *[lambda: [ledger.checkpoint() for _ in range(5)]] * 2])
    report = ledger.verify(every_checkpoint=True)
    assert report.checkpoints == 10 and report.problems == []
    connection.close()
