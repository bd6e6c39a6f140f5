"""Writing events: what is chained, what is refused, what it costs, and what the database refuses."""

import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest
import rfc8785
from django.core.management.color import no_style
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from maillon.kernel import events, ledger
from maillon.kernel.actor import PUBLIC, system
from maillon.kernel.canonical import NotCanonical
from maillon.kernel.events import BadPayload, Field, UnknownKind
from maillon.kernel.ids import new_id
from maillon.kernel.ledger import protection, reading
from maillon.kernel.ledger.hashing import GENESIS
from maillon.kernel.ledger.models import Entry, Head, Unchangeable
from tests.kernel.ledger_sample import MEMBER, MOVED, NOON, append, chain, found, key

pytestmark = pytest.mark.django_db


def test_an_event_is_kept_as_it_was_told():
    subject, lot = new_id(), new_id()
    entry = append(subject, place="A-1", state="ready", times=3, checked=True, lot=lot, day=NOON, note="« ok »")
    read = Entry.objects.get()
    assert read == entry and (read.kind, read.subject, read.at) == (MOVED, subject, NOON)
    assert (read.stream, read.sequence, read.previous) == (f"sample:{subject}", 1, GENESIS)
    assert (read.actor_kind, read.user_id, read.organisation_id) == (
        "person",
        MEMBER.user_id,
        MEMBER.organisation_id,
    )
    assert read.data == {
        "place": "A-1",
        "state": "ready",
        "times": 3,
        "checked": True,
        "lot": str(lot),
        "day": "2026-11-24T12:00:00+00:00",
        "note": "« ok »",
    }


def test_the_hash_is_what_anyone_computes_from_the_documented_statement():
    first, second = chain(2)
    read = Entry.objects.get(pk=second.pk)
    stated = {
        "actor": {"kind": "person", "user": str(MEMBER.user_id)},
        "at": "2026-11-24T12:00:00.000000Z",
        "id": str(read.pk),
        "kind": MOVED,
        "organisation": str(MEMBER.organisation_id),
        "payload": json.loads(read.payload),
        "previous": first.hash,
        "recorded_at": read.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "sequence": 2,
        "stream": f"sample:{read.subject}",
        "subject": str(read.subject),
    }
    assert read.hash == hashlib.sha256(rfc8785.dumps(stated)).hexdigest()


def test_a_stream_is_a_chain_and_its_head_follows():
    entries = chain(3)
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [GENESIS, entries[0].hash, entries[1].hash]
    head = Head.objects.get()
    assert (head.stream, head.sequence, head.hash) == (entries[0].stream, 3, entries[2].hash)


def test_a_batch_is_as_good_as_one_after_the_other():
    one, two, stream = new_id(), new_id(), "room:A-1"
    chain(2, one)
    told = [
        ledger.Event(MOVED, MEMBER, subject, NOON, named, {"times": number})
        for number, (subject, named) in enumerate([(one, None), (two, None), (one, None), (one, stream), (two, stream)])
    ]
    with transaction.atomic():
        entries = ledger.append_many(told)
    places = [(entry.stream, entry.sequence, entry.data["times"]) for entry in entries]
    assert places == [
        (f"sample:{one}", 3, 0),
        (f"sample:{two}", 1, 1),
        (f"sample:{one}", 4, 2),
        (stream, 1, 3),
        (stream, 2, 4),
    ]
    assert found() == []


def test_an_empty_batch_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ledger.append_many([]) == []


@pytest.mark.parametrize("actor", [system(), system(new_id()), PUBLIC])
def test_actors_that_are_no_person(actor):
    with transaction.atomic():
        ledger.append(MOVED, actor, new_id())
    assert found() == []


def test_the_instant_is_one_whatever_its_zone():
    paris = timezone(timedelta(hours=1))
    with transaction.atomic():
        ledger.append(MOVED, MEMBER, new_id(), at=NOON.astimezone(paris).replace(microsecond=120))
    assert found() == []


def test_what_an_event_costs(django_assert_num_queries):
    subject = new_id()
    with transaction.atomic(), django_assert_num_queries(5):
        ledger.append(MOVED, MEMBER, subject)
    with transaction.atomic(), django_assert_num_queries(3):
        ledger.append(MOVED, MEMBER, subject)


@pytest.mark.parametrize("count", [2, 40, 400])
def test_a_batch_costs_the_same_whatever_its_length(django_assert_num_queries, count):
    subjects = [new_id() for _ in range(count)]
    batch = [ledger.Event(MOVED, MEMBER, subject) for subject in subjects]
    with transaction.atomic(), django_assert_num_queries(5):
        ledger.append_many(batch)
    with transaction.atomic(), django_assert_num_queries(4):
        ledger.append_many(batch * 2)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused():
    with pytest.raises(TransactionManagementError, match=r"inside transaction\.atomic"):
        ledger.append(MOVED, MEMBER, new_id())


@pytest.mark.django_db(transaction=True)
def test_the_event_goes_with_its_transaction():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ledger.append(MOVED, MEMBER, new_id())
        raise ZeroDivisionError
    assert not Entry.objects.exists() and not Head.objects.exists()


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ({"weight": 1}, "unregistered field weight"),
        ({"times": 1.5}, "times=1.5 is not INT"),
        ({"times": True}, "times=True is not INT"),
        ({"times": 2**53}, "is not INT"),
        ({"place": "Mme Martin"}, "place='Mme Martin' is not CODE"),
        ({"place": "a@b.fr" * 30}, "is not CODE"),
        ({"state": "Ready"}, "is not ENUM"),
        ({"lot": "12"}, "lot='12' is not ID"),
        ({"day": "yesterday"}, "is not DATE"),
        ({"checked": 1}, "is not BOOL"),
        ({"note": "x" * 2001}, "is not TEXT"),
        ({"place": ["A-1", ["A-2"]]}, "is not CODE"),
        ({"place": {"a": 1}}, "is not CODE"),
    ],
)
def test_a_payload_holds_what_was_registered(payload, named):
    with pytest.raises(BadPayload, match=named):
        append(new_id(), **payload)
    assert not Entry.objects.exists() and not Head.objects.exists()


def test_other_refusals():
    with pytest.raises(UnknownKind, match=r"sample.lost: no app registered this kind"):
        ledger.append("sample.lost", MEMBER, new_id())
    with pytest.raises(ValueError, match="has no time zone"):
        ledger.append(MOVED, MEMBER, new_id(), at=datetime(2026, 1, 1))  # noqa: DTZ001
    for stream in ("sample", "Sample:1", "sample:é", 'sample:"', "sample:" + "x" * 65):
        with pytest.raises(ValueError, match="is not a stream"):
            ledger.append(MOVED, MEMBER, new_id(), stream=stream)
    with pytest.raises(ValueError, match="a payload of 20"):
        append(new_id(), note=["é" * 1000] * 10)
    with pytest.raises(NotCanonical, match="half a character"):
        append(new_id(), note="\ud800")
    assert not Entry.objects.exists() and not Head.objects.exists()


def test_lists_and_unknown_values_are_accepted():
    entry = append(new_id(), place=("B", "A"), state={"z", "a"}, times=None)
    assert entry.data == {"place": ["B", "A"], "state": ["a", "z"], "times": None}


def test_a_kind_is_registered_once_and_rightly():
    with pytest.raises(ValueError, match="registered twice"):
        events.register(MOVED, sentence="")
    with pytest.raises(ValueError, match="is not a kind of event"):
        events.register("moved", sentence="")
    with pytest.raises(ValueError, match="at can not name a field"):
        events.register("sample.wrong", sentence="", fields={"at": Field.DATE})
    with pytest.raises(ValueError, match="labels of unknown fields: state"):
        events.register("sample.wrong", sentence="", labels={"state": {}})
    assert "sample.wrong" not in events.registered()


def test_the_sentence_tells_choices_in_words_and_unknown_values_as_such():
    assert events.sentence(append(new_id(), state="ready", place=["A", "B"])) == (
        "Moved to A, B, state Ready to go, by –"
    )
    assert events.sentence(Entry(kind="gone.away", payload="{}")).endswith("gone.away")


def test_every_registered_sentence_can_be_told():
    for kind in events.registered().values():
        assert str(kind.sentence) % dict.fromkeys(kind.fields, "x")


def test_models_do_not_write_alone():
    entry = append(new_id())
    for refused in (entry.save, entry.delete, Head.objects.get().save, Head.objects.get().delete):
        with pytest.raises(Unchangeable):
            refused()
    with pytest.raises(Unchangeable):
        Head.objects.create(stream="sample:1", sequence=1)


STATEMENTS = [
    "UPDATE ledger_entry SET payload = '{}'",
    "DELETE FROM ledger_entry",
    "DELETE FROM ledger_entry WHERE sequence = 2",
    "UPDATE ledger_head SET sequence = 1",
    "UPDATE ledger_head SET hash = previous FROM ledger_entry",
    "UPDATE ledger_head SET stream = 'sample:x', sequence = 9",
    "DELETE FROM ledger_head",
    "UPDATE ledger_leaf SET hash = ''",
    "DELETE FROM ledger_leaf",
    "UPDATE ledger_checkpoint SET root = ''",
    "DELETE FROM ledger_checkpoint",
]
TABLES = ["ledger_entry", "ledger_head", "ledger_leaf", "ledger_checkpoint"]


def refused(sql: str) -> None:
    with pytest.raises(DatabaseError, match="the ledger is only added to"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.parametrize("sql", STATEMENTS)
def test_the_database_refuses_changes_from_anyone(sql):
    chain(2)
    ledger.checkpoint()
    refused(sql)
    assert found() == []


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_replace_and_to_empty(table):
    chain(2)
    ledger.checkpoint()
    if connection.vendor == "postgresql":
        refused(f"TRUNCATE {table} CASCADE")
    else:
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
        refused(f"REPLACE INTO {table} SELECT * FROM {table}")
    assert found() == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="rows have a hidden number on SQLite alone")
def test_the_database_refuses_to_replace_by_the_hidden_row_number():
    chain(2)
    columns = [field.column for field in Entry._meta.concrete_fields if field.column not in ("id", "stream")]
    names = ", ".join(columns)
    refused(
        f"INSERT OR REPLACE INTO ledger_entry (rowid, id, stream, {names}) "
        f"SELECT rowid, '{new_id().hex}', 'sample:other', {names} FROM ledger_entry LIMIT 1"
    )
    assert found() == []


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite sorts by bytes and has no such planner")
def test_what_a_postgresql_server_may_be_set_to_does_not_matter():
    """Its language must not order streams, nor old statistics make it join a million rows one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, collation_name FROM information_schema.columns WHERE column_name = 'stream'")
        found_here = {table: collation for table, collation in cursor.fetchall() if table in TABLES}
        assert found_here == dict.fromkeys(("ledger_entry", "ledger_head", "ledger_leaf"), "C")
        with reading.steady():
            cursor.execute("SHOW enable_nestloop")
            assert cursor.fetchone() == ("off",)


def test_the_place_of_an_entry_is_taken_once():
    entry, _ = chain(2)
    columns = [field.column for field in Entry._meta.concrete_fields if field.column != "id"]
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        connection.cursor().execute(
            f"INSERT INTO ledger_entry (id, {', '.join(columns)}) SELECT %s, {', '.join(columns)} FROM ledger_entry",
            [key(new_id())],
        )
    assert found() == [] and entry.sequence == 1


@pytest.mark.django_db(transaction=True)
def test_no_trigger_was_lost_by_a_later_migration():
    assert protection.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_a_migration_may_lift_the_protection_and_put_it_back():
    protection.remove(connection)
    assert len(protection.missing(connection)) == 12
    assert [fault for fault, *_ in found()] == ["unprotected"] * 12
    protection.install(connection)
    protection.install(connection)
    assert protection.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_is_refused_outside_tests(ledger_emptied_between_tests):
    flush = ledger_emptied_between_tests  # Django's own
    chain(1)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        flush(connection.ops, connection.ops.sql_flush(no_style(), TABLES))
    assert Entry.objects.exists()
