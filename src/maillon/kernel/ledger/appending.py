"""Writing events: inside the transaction of the change they explain."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from maillon.kernel import canonical, events
from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.kernel.ledger import keys
from maillon.kernel.ledger.hashing import GENESIS, entry_hash
from maillon.kernel.ledger.models import Entry, Head

LARGEST_PAYLOAD = 16_384  # bytes of canonical JSON
_STREAM = re.compile(r"[a-z][a-z0-9_]{0,31}:[0-9A-Za-z._-]{1,64}")
_AT_ONCE = 500  # streams whose heads are asked for in one query


@dataclass(frozen=True, slots=True)
class Event:
    """An event to write. stream: None for "<prefix of kind>:<subject>"; at: None for now."""

    kind: str
    actor: Actor
    subject: UUID
    at: datetime | None = None
    stream: str | None = None
    payload: Mapping[str, object] = field(default_factory=dict)


def append(
    kind: str,
    actor: Actor,
    subject: UUID,
    *,
    at: datetime | None = None,
    stream: str | None = None,
    **payload: object,
) -> Entry:
    """Write one event in the transaction under way; three queries, five for a new stream.

    Raises UnknownKind, BadPayload, NotCanonical, ValueError (stream, naive `at`, payload over 16 kB),
    TransactionManagementError outside a transaction. Nothing is written then.
    """
    return append_many([Event(kind, actor, subject, at, stream, payload)])[0]


def append_many(batch: Iterable[Event]) -> list[Entry]:
    """Write events in their order; several may belong to one stream. Raises as `append`.

    Four queries for up to 500 streams, old or new, whatever the number of events (five when some are new).
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            "ledger.append belongs in the transaction of the change it explains: call it inside transaction.atomic()."
        )
    now = timezone.now()
    entries = [_entry(event, now) for event in batch]
    if not entries:
        return []
    by_stream: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_stream[entry.stream].append(entry)
    heads = _locked_heads(sorted(by_stream))
    for stream, added in by_stream.items():
        _chain(heads[stream], added)
    _insert(entries)
    _move(list(heads.values()))
    return entries


def _entry(event: Event, now: datetime) -> Entry:
    at = now if event.at is None else event.at
    if timezone.is_naive(at):
        raise ValueError(f"{event.kind}: at={at} has no time zone.")
    stream = event.stream or f"{event.kind.partition('.')[0]}:{event.subject}"
    if not _STREAM.fullmatch(stream):
        raise ValueError(f'{stream!r} is not a stream: "what:identifier".')
    payload = canonical.text(events.checked(event.kind, event.payload))
    if (size := len(payload.encode())) > LARGEST_PAYLOAD:
        raise ValueError(f"{event.kind}: a payload of {size} bytes, {LARGEST_PAYLOAD} are allowed.")
    return Entry(
        id=new_id(),
        stream=stream,
        kind=event.kind,
        actor_kind=event.actor.kind.value,
        user_id=event.actor.user_id,
        organisation_id=event.actor.organisation_id,
        at=at,
        recorded_at=now,
        subject=event.subject,
        payload=payload,
    )


def _locked_heads(streams: list[str]) -> dict[str, Head]:
    """The heads of these streams, locked until the end of the transaction, made where there was none.

    Everyone opens, then locks, in the order of names: two batches wait for each other without a deadlock.
    """
    heads: dict[str, Head] = {}
    for start in range(0, len(streams), _AT_ONCE):
        part = streams[start : start + _AT_ONCE]
        if len(part) > 1:
            _open(part, set(Head.objects.filter(stream__in=part).values_list("stream", flat=True)))
        found = _lock(part)
        if len(found) < len(part):  # one new stream
            _open(part, set(found))
            found = _lock(part)
        heads |= found
    return heads


def _lock(streams: list[str]) -> dict[str, Head]:
    locked = Head.objects.select_for_update().filter(stream__in=streams).order_by("stream")
    return {head.stream: head for head in locked}


def _open(streams: list[str], known: set[str]) -> None:
    new = [(stream, 0, GENESIS, "") for stream in streams if stream not in known]
    if new:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO ledger_head (stream, sequence, hash, seal) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (stream) DO NOTHING",
                new,
            )


def _chain(head: Head, added: Sequence[Entry]) -> None:
    key = keys.seal_key()
    for entry in added:
        entry.sequence = head.sequence + 1
        entry.previous = head.hash
        entry.hash = entry_hash(entry.facts())
        entry.seal = key.entry(entry.hash)
        head.sequence, head.hash = entry.sequence, entry.hash
    head.seal = key.head(head.stream, head.sequence, head.hash)


def _insert(entries: list[Entry]) -> None:
    """One `executemany`: bulk_create would cut the batch at 71 rows on SQLite."""
    fields = Entry._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    rows = [
        [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in fields] for entry in entries
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO ledger_entry ({columns}) VALUES ({places})", rows)  # noqa: S608 - our columns
    for entry in entries:
        entry._state.adding, entry._state.db = False, connection.alias


def _move(heads: list[Head]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE ledger_head SET sequence = %s, hash = %s, seal = %s WHERE stream = %s",
            [(head.sequence, head.hash, head.seal, head.stream) for head in heads],
        )
