"""Verification names what was done to the ledger by someone who may do anything in the database but has not the key."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from maillon.kernel import ledger
from maillon.kernel.ids import new_id
from maillon.kernel.ledger.hashing import GENESIS, entry_hash
from maillon.kernel.ledger.models import Entry
from tests.kernel.ledger_sample import chain, found, key, unprotected

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

OTHER = new_id()
LATER = timezone.now() + timedelta(days=1)
FIELDS = {
    "id": key(OTHER),
    "kind": "sample.lost",
    "actor_kind": "system",
    "user_id": key(OTHER),
    "organisation_id": key(OTHER),
    "at": LATER,
    "recorded_at": LATER,
    "subject": key(OTHER),
    "payload": '{"times":99}',
    "previous": "f" * 64,
    "hash": "f" * 64,
}


def place(entry, fault):
    return (fault, entry.stream, entry.sequence, str(entry.pk))


def write(cursor, entry, column, value):
    cursor.execute(f"UPDATE ledger_entry SET {column} = %s WHERE id = %s", [value, key(entry.pk)])


def rewrite(cursor, entry, **changes):
    """Change an entry and hash the rest of its stream again, head included, as an attacker without the key can."""
    for name, value in changes.items():
        setattr(entry, name, value)
    later = Entry.objects.filter(stream=entry.stream, sequence__gt=entry.sequence)
    previous = entry.previous
    for each in [entry, *later.order_by("sequence")]:
        each.previous = previous
        previous = each.hash = entry_hash(each.facts())
        write(cursor, each, "payload", each.payload)
        write(cursor, each, "previous", each.previous)
        write(cursor, each, "hash", each.hash)
    cursor.execute("UPDATE ledger_head SET hash = %s WHERE stream = %s", [previous, entry.stream])


def test_a_sound_ledger_has_nothing_to_tell():
    for length in (1, 2, 7):
        chain(length)
    ledger.checkpoint()
    chain(3)
    report = ledger.verify()
    assert (report.entries, report.streams, report.checkpoints, report.problems) == (13, 4, 1, [])


def test_an_empty_one_neither():
    assert ledger.verify().found == 0
    ledger.checkpoint()
    assert ledger.verify().found == 0


@pytest.mark.parametrize("sequence", [1, 2, 4])
@pytest.mark.parametrize("column", FIELDS)
def test_any_field_of_any_event(column, sequence):
    chain(4)
    entry = chain(4)[sequence - 1]
    with unprotected() as cursor:
        write(cursor, entry, column, FIELDS[column])
    if column == "id":
        entry.pk = OTHER
    assert found() == [place(entry, "altered")]


@pytest.mark.parametrize("column", ["user_id", "organisation_id"])
def test_who_acted_is_forgotten(column):
    entry = chain(2)[0]
    with unprotected() as cursor:
        write(cursor, entry, column, None)
    assert found() == [place(entry, "altered")]


@pytest.mark.parametrize("sequence", [1, 2, 4])
def test_a_seal_changed(sequence):
    entry = chain(4)[sequence - 1]
    for seal, fault in ((entry.seal[:-1] + "x", "unsealed"), ("", "unknown_key"), ("f" * 40, "unknown_key")):
        with unprotected() as cursor:
            write(cursor, entry, "seal", seal)
        assert found() == [place(entry, fault)]


def test_an_event_moved_to_another_stream():
    first, second, third = chain(3)
    other = chain(1)[0]
    with unprotected() as cursor:
        write(cursor, second, "sequence", 2)
        write(cursor, second, "stream", other.stream)
    assert sorted(found(), key=str) == sorted(
        [
            ("altered", other.stream, 2, str(second.pk)),
            ("inserted", other.stream, 2, str(second.pk)),
            ("removed", first.stream, 2, None),
        ],
        key=str,
    )
    assert third.sequence == 3


def test_events_reordered():
    chain(2)
    entries = chain(5)
    with unprotected() as cursor:
        for entry, sequence in ((entries[1], 99), (entries[3], 2), (entries[1], 4)):
            write(cursor, entry, "sequence", sequence)
    assert found() == [
        ("reordered", entries[0].stream, 2, str(entries[3].pk)),
        ("reordered", entries[0].stream, 4, str(entries[1].pk)),
    ]


@pytest.mark.parametrize("gone", [(1,), (2,), (1, 2), (2, 3), (4,), (3, 4), (1, 2, 3, 4)])
def test_events_removed_anywhere(gone):
    entries = chain(4)
    chain(2)
    with unprotected() as cursor:
        for sequence in gone:
            cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [key(entries[sequence - 1].pk)])
    assert found() == [("removed", entries[0].stream, gone[0], None)]


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_the_end_removed_and_the_head_set_back(kept):
    """Since the checkpoint: its leaf says what is missing. Since then: the head's seal is not one of ours."""
    entries = chain(4)
    chain(1)
    ledger.checkpoint()
    with unprotected() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE stream = %s AND sequence > %s", [entries[0].stream, kept])
        if kept:
            cursor.execute(
                "UPDATE ledger_head SET sequence = %s, hash = %s WHERE stream = %s",
                [kept, entries[kept - 1].hash, entries[0].stream],
            )
        else:
            cursor.execute("DELETE FROM ledger_head WHERE stream = %s", [entries[0].stream])
    faults = [("removed", entries[0].stream, 4, None)]
    if kept:
        faults.insert(0, ("unsealed", entries[0].stream, kept, None))
    assert found() == faults


def test_the_end_removed_after_the_last_checkpoint():
    entries = chain(4)
    with unprotected() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE sequence = 4")
        cursor.execute("UPDATE ledger_head SET sequence = 3, hash = %s", [entries[2].hash])
    assert found() == [("unsealed", entries[0].stream, 3, None)]


def test_an_event_inserted():
    """Chained and hashed rightly: the seal is what is missing."""
    last = chain(2)[-1]
    forged = Entry.objects.get(pk=last.pk)
    forged.id, forged.sequence, forged.previous = new_id(), 3, last.hash
    forged.hash = entry_hash(forged.facts())
    fields = Entry._meta.concrete_fields
    row = [field.get_db_prep_save(getattr(forged, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:  # no trigger stands against adding
        names = ", ".join(field.column for field in fields)
        cursor.execute(f"INSERT INTO ledger_entry ({names}) VALUES ({', '.join(['%s'] * len(row))})", row)
    assert found() == [place(forged, "unsealed"), place(forged, "inserted")]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_head SET sequence = 3, hash = %s", [forged.hash])
    assert found() == [place(forged, "unsealed"), ("unsealed", forged.stream, 3, None)]


def test_a_whole_stream_inserted():
    other = chain(1)[0]
    with unprotected() as cursor:
        write(cursor, other, "stream", f"sample:{OTHER}")
        rewrite(cursor, Entry.objects.get())
        cursor.execute("UPDATE ledger_head SET stream = %s", [f"sample:{OTHER}"])
        cursor.execute("UPDATE ledger_head SET hash = (SELECT hash FROM ledger_entry)")
    assert found() == [
        ("unsealed", f"sample:{OTHER}", 1, str(other.pk)),
        ("unsealed", f"sample:{OTHER}", 1, None),
    ]


def test_the_past_rewritten_with_all_its_hashes():
    """Every entry from the one that was changed on has a hash that nobody here sealed."""
    entries = chain(4)
    chain(4)
    with unprotected() as cursor:
        rewrite(cursor, entries[1], payload='{"times":99}')
    assert found() == [
        *[("unsealed", entry.stream, entry.sequence, str(entry.pk)) for entry in entries[1:]],
        ("unsealed", entries[0].stream, 4, None),
    ]


def test_the_past_rewritten_by_someone_who_has_the_key():
    """The checkpoint still knows; rewritten too, its signature does not hold; signed again, a kept copy tells."""
    entries = chain(3)
    signed = ledger.statement_of(ledger.checkpoint())
    with unprotected() as cursor:
        rewrite(cursor, entries[0], payload='{"times":99}')
        for entry in Entry.objects.all():
            write(cursor, entry, "seal", ledger.keys.seal_key().entry(entry.hash))
        last = Entry.objects.get(sequence=3)
        seal = ledger.keys.seal_key().head(last.stream, 3, last.hash)
        cursor.execute("UPDATE ledger_head SET seal = %s", [seal])
    assert found() == [place(last, "checkpoint")]
    with unprotected() as cursor:
        cursor.execute("UPDATE ledger_leaf SET hash = %s", [last.hash])
    assert found() == [("checkpoint", "", None, None)]
    with unprotected() as cursor:
        cursor.execute("DELETE FROM ledger_leaf")
        cursor.execute("DELETE FROM ledger_checkpoint")
    ledger.checkpoint()
    assert found() == []
    assert found(kept=[signed]) == [("checkpoint", "", None, None)]


def test_heads_changed_and_removed():
    one, two, three = (chain(2)[-1] for _ in range(3))
    with unprotected() as cursor:
        cursor.execute("DELETE FROM ledger_head WHERE stream = %s", [one.stream])
        cursor.execute("UPDATE ledger_head SET hash = %s WHERE stream = %s", ["f" * 64, two.stream])
        cursor.execute("UPDATE ledger_head SET seal = %s WHERE stream = %s", ["", three.stream])
    assert sorted(found(), key=str) == sorted(
        [
            ("head", one.stream, None, None),
            ("head", two.stream, 2, None),
            ("unknown_key", three.stream, 2, None),
        ],
        key=str,
    )


def test_a_head_set_back():
    entries = chain(3)
    with unprotected() as cursor:
        cursor.execute("UPDATE ledger_head SET sequence = 1, hash = %s", [entries[0].hash])
    assert found() == [
        ("unsealed", entries[0].stream, 1, None),
        place(entries[1], "inserted"),
        place(entries[2], "inserted"),
    ]


def test_an_event_unlinked_by_someone_who_has_the_key():
    second = chain(2)[1]
    with unprotected() as cursor:
        second.previous = GENESIS
        second.hash = entry_hash(second.facts())
        write(cursor, second, "previous", second.previous)
        write(cursor, second, "hash", second.hash)
        write(cursor, second, "seal", ledger.keys.seal_key().entry(second.hash))
        seal = ledger.keys.seal_key().head(second.stream, 2, second.hash)
        cursor.execute("UPDATE ledger_head SET hash = %s, seal = %s", [second.hash, seal])
    assert found() == [place(second, "unlinked")]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL refuses such values itself")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", "CAST(x'ff' AS TEXT)"),
        ("payload", "x'7b7d'"),
        ("at", "'long ago'"),
        ("at", "12"),
        ("id", "'no uuid'"),
        ("user_id", "''"),
        ("kind", "x'00'"),
        ("sequence", "'two'"),
    ],
)
def test_what_is_no_value_is_named_too(column, value):
    chain(1)
    entry = chain(3)[1]
    with unprotected() as cursor:
        cursor.execute(f"UPDATE ledger_entry SET {column} = {value} WHERE id = %s", [key(entry.pk)])
    faults = found()
    assert entry.stream in {stream for _, stream, *_ in faults}
    if column == "sequence":
        assert sorted(fault for fault, *_ in faults) == ["inserted", "removed"]
    else:
        assert [(fault, stream, sequence) for fault, stream, sequence, _ in faults] == [("altered", entry.stream, 2)]


def test_checkpoints_changed_and_removed():
    for _ in range(3):
        chain(1)
        ledger.checkpoint()
    changes = ["entries = 9", "streams = 9", "root = previous", "at = recorded_at", "previous = root"]
    for change in changes:
        with transaction.atomic():
            with unprotected() as cursor:
                table = " FROM (SELECT recorded_at FROM ledger_entry LIMIT 1) e" if "recorded" in change else ""
                cursor.execute(f"UPDATE ledger_checkpoint SET {change}{table} WHERE number = 2")
            assert "checkpoint 2: its signature is not that of what it says" in told()
            transaction.set_rollback(True)
    with unprotected() as cursor:
        cursor.execute("UPDATE ledger_checkpoint SET signature = 'zz' WHERE number = 1")
        cursor.execute("UPDATE ledger_checkpoint SET key_id = 'zz' WHERE number = 3")
    assert "checkpoint 1: its signature is not that of what it says" in told()
    assert "checkpoint 3: it is signed with a key not known here (zz)" in told()
    with unprotected() as cursor:
        cursor.execute("DELETE FROM ledger_checkpoint WHERE number = 2")
    assert "checkpoint 2: checkpoints 2 to 2 are missing" in told()


def told() -> list[str]:
    return [problem.detail for problem in ledger.verify().problems]


def test_the_last_checkpoint_removed():
    chain(1)
    ledger.checkpoint()
    entry = chain(2)[1]
    ledger.checkpoint()
    with unprotected() as cursor:
        cursor.execute("DELETE FROM ledger_checkpoint WHERE number = 2")
    assert found() == [("checkpoint", entry.stream, 2, None)]


def test_a_checkpoint_unlinked_by_someone_who_has_the_key():
    ledger.checkpoint()
    second = ledger.checkpoint()
    second.previous = GENESIS
    signature = ledger.keys.sign(ledger.statement_of(second).signed_bytes()).hex()
    with unprotected() as cursor:
        cursor.execute(
            "UPDATE ledger_checkpoint SET previous = %s, signature = %s WHERE number = 2", [GENESIS, signature]
        )
    assert told() == ["checkpoint 2: it does not name the checkpoint before it"]


def test_an_old_root_is_recomputed_on_demand():
    entry = chain(1)[0]
    ledger.checkpoint()
    chain(1, entry.subject)
    ledger.checkpoint()
    with unprotected() as cursor:
        cursor.execute("UPDATE ledger_leaf SET checkpoint = 2")
    assert found() == []
    assert found(every_checkpoint=True) == [("checkpoint", "", None, None)]


def test_since_reads_the_streams_that_grew():
    old, grown = chain(2), chain(2)
    begin = timezone.now()
    chain(1, grown[0].subject)
    chain(1)
    report = ledger.verify(since=begin)
    assert (report.entries, report.streams) == (4, 2)
    with unprotected() as cursor:
        write(cursor, old[0], "kind", "x.y")
        write(cursor, grown[0], "kind", "x.y")
    assert found(since=begin) == [place(grown[0], "altered")]


def test_the_list_is_bounded_and_the_count_is_not():
    chain(5)
    with unprotected() as cursor:
        cursor.execute("UPDATE ledger_entry SET kind = 'x.y'")
    report = ledger.verify(most=2)
    assert (report.found, len(report.problems)) == (5, 2)


def test_a_former_key_still_opens_its_seals(settings, tmp_path):
    settings.DATA = tmp_path
    chain(2)
    ledger.checkpoint()
    former, settings.VAULT_KEY = settings.VAULT_KEY, "another key, long enough to be accepted"
    assert {fault for fault, *_ in found()} == {"unknown_key"}
    (tmp_path / "vault-key.old").write_text(former + "\n")
    chain(2)
    ledger.checkpoint()
    assert found() == []


def test_problems_are_told_in_a_line():
    entry = chain(1)[0]
    with unprotected() as cursor:
        write(cursor, entry, "kind", "x.y")
    problem = ledger.verify().problems[0]
    assert str(problem) == f"{entry.stream} #1 ({entry.pk}): altered: its content does not give its hash"
