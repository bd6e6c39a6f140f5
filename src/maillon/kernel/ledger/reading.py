"""The ledger's rows as the database holds them, without Django's conversions: what can not be converted is a finding.

Each query is one statement, so that an entry, its head and its leaf are seen at one moment while others write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection, transaction

from maillon.kernel.ledger.chains import Row
from maillon.kernel.ledger.hashing import Facts, instant

_ROWS = """
SELECT e.stream, e.sequence, {uuid[id]}, e.kind, e.actor_kind, {uuid[user_id]}, {uuid[organisation_id]},
    {time[at]}, {time[recorded_at]}, {uuid[subject]}, e.payload, e.previous, e.hash, e.seal,
    h.sequence, h.hash, h.seal, l.hash, l.checkpoint
FROM ledger_entry e
LEFT JOIN ledger_head h ON h.stream = e.stream
LEFT JOIN ledger_leaf l ON l.stream = e.stream AND l.sequence = e.sequence
WHERE {where} ORDER BY e.stream, e.sequence
"""
_LOST_HEADS = """
SELECT h.stream, h.sequence FROM ledger_head h
WHERE h.sequence > 0 AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.stream = h.stream)
ORDER BY h.stream
"""
_LOST_LEAVES = """
SELECT l.stream, l.sequence, l.checkpoint FROM ledger_leaf l
WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.stream = l.stream AND e.sequence = l.sequence)
ORDER BY l.stream, l.sequence
"""
_STRAY_LEAVES = """
SELECT l.stream, l.sequence, l.checkpoint FROM ledger_leaf l
WHERE NOT EXISTS (SELECT 1 FROM ledger_checkpoint c WHERE c.number = l.checkpoint)
ORDER BY l.stream, l.sequence
"""
_AT_ONCE = 2000


class Part(NamedTuple):
    """The streams from one name to before another, and, with `since`, only those that grew from then on."""

    first: str | None = None
    before: str | None = None
    since: datetime | None = None


def rows(part: Part) -> Iterator[Row]:
    where, values = _where(part)
    postgresql = connection.vendor == "postgresql"
    sql = _ROWS.format(uuid=_Uuid(), time=_Time(), where=where)
    with steady(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while found := cursor.fetchmany(_AT_ONCE):
            yield from map(_postgresql_row if postgresql else _sqlite_row, found)


def count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM ledger_entry")
        total: int = cursor.fetchone()[0]
    return total


def parts(most: int, total: int, since: datetime | None) -> list[Part]:
    """At most `most` parts with about as many entries each, that together hold every stream there is."""
    with connection.cursor() as cursor:
        cuts: list[str] = []
        for number in range(1, most):
            cursor.execute(
                "SELECT stream FROM ledger_entry ORDER BY stream, sequence LIMIT 1 OFFSET %s", [total * number // most]
            )
            cuts += [stream for (stream,) in cursor.fetchall() if isinstance(stream, str) and stream not in cuts]
    bounds = [None, *cuts, None]
    return [Part(first, before, since) for first, before in pairwise(bounds)]


def lost_heads() -> Iterator[tuple[str, int]]:
    """Heads of streams that have no entry."""
    return _all(_LOST_HEADS)


def lost_leaves() -> Iterator[tuple[str, int, int]]:
    """(stream, sequence, checkpoint) of leaves whose entry is not there."""
    return _all(_LOST_LEAVES)


def stray_leaves() -> Iterator[tuple[str, int, int]]:
    """Leaves of a checkpoint that is not there."""
    return _all(_STRAY_LEAVES)


def _all(sql: str) -> Iterator[Any]:
    with steady(), connection.cursor() as cursor:
        cursor.execute(sql)
        while found := cursor.fetchmany(_AT_ONCE):
            yield from found


def _where(part: Part) -> tuple[str, list[str]]:
    clauses, values = ["1 = 1"], list[str]()
    if part.first is not None:
        clauses.append("e.stream >= %s")
        values.append(part.first)
    if part.before is not None:
        clauses.append("e.stream < %s")
        values.append(part.before)
    if part.since is not None:
        clauses.append("e.stream IN (SELECT stream FROM ledger_entry WHERE recorded_at >= %s)")
        values.append(str(connection.ops.adapt_datetimefield_value(part.since)))
    return " AND ".join(clauses), values


@contextmanager
def steady() -> Iterator[None]:
    """For one query over whole tables. On SQLite nothing: a transaction would shut writers out.

    PostgreSQL streams rows inside a transaction alone. And while it believes a table small, because it was when last
    analysed, it joins by reading it again for each row of the other: hours for a million. Other joins always do well.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_nestloop = off")
        yield


class _Uuid(dict[str, str]):
    def __missing__(self, column: str) -> str:
        return f"e.{column}::text" if connection.vendor == "postgresql" else f"e.{column}"


class _Time(dict[str, str]):
    def __missing__(self, column: str) -> str:
        if connection.vendor == "postgresql":
            return f"""to_char(e.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        return f"e.{column}"


def _postgresql_row(row: tuple[Any, ...]) -> Row:
    return Row(Facts(*row[:12]), *row[12:])


def _sqlite_row(row: tuple[Any, ...]) -> Row:
    facts = Facts(
        str(row[0]),
        row[1],
        _dashed(row[2]),
        str(row[3]),
        str(row[4]),
        None if row[5] is None else _dashed(row[5]),
        None if row[6] is None else _dashed(row[6]),
        _utc(row[7]),
        _utc(row[8]),
        _dashed(row[9]),
        str(row[10]),
        str(row[11]),
    )
    head_sequence = row[14] if isinstance(row[14], int) else None
    return Row(facts, str(row[12]), str(row[13]), head_sequence, str(row[15]), str(row[16]), row[17], row[18])


def _dashed(value: object) -> str:
    """Django's 32 digits -> the usual text. Anything else comes out as a text that gives another hash."""
    digits = str(value)
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _utc(value: object) -> str:
    """Django's "2026-11-24 10:00:00[.000000]" -> the hashed text."""
    text = str(value)
    if len(text) == 26:
        return f"{text[:10]}T{text[11:]}Z"
    if len(text) == 19:
        return f"{text[:10]}T{text[11:]}.000000Z"
    try:  # written by hand, with a time zone perhaps: the same instant is the same fact
        return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))
    except ValueError:
        return text


@contextmanager
def tolerant() -> Iterator[None]:
    """Bytes that are no text come out as something, instead of ending the reading (SQLite)."""
    connection.ensure_connection()
    raw = connection.connection
    if connection.vendor != "sqlite":
        yield
        return
    before = raw.text_factory
    raw.text_factory = lambda data: data.decode(errors="surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = before
