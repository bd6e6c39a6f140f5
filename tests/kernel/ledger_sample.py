"""Events of no app, for the ledger's own tests."""

from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction

from maillon.kernel import events, ledger
from maillon.kernel.actor import Actor, ActorKind
from maillon.kernel.events import Field
from maillon.kernel.ids import new_id
from maillon.kernel.ledger import protection

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MEMBER = Actor(ActorKind.PERSON, user_id=new_id(), organisation_id=new_id())

MOVED = events.register(
    "sample.moved",
    sentence="Moved to %(place)s, state %(state)s, by %(times)s",
    fields={
        "place": Field.CODE,
        "state": Field.ENUM,
        "times": Field.INT,
        "checked": Field.BOOL,
        "lot": Field.ID,
        "day": Field.DATE,
        "note": Field.TEXT,  # free text: written by these tests alone
    },
    labels={"state": {"ready": "Ready to go"}},
)


def append(subject: UUID, **payload: object) -> ledger.Entry:
    with transaction.atomic():
        return ledger.append(MOVED, MEMBER, subject, at=NOON, **payload)


def chain(length: int, subject: UUID | None = None) -> list[ledger.Entry]:
    """A stream of this many events."""
    subject = subject or new_id()
    with transaction.atomic():
        return [ledger.append(MOVED, MEMBER, subject, at=NOON, times=number) for number in range(length)]


@contextmanager
def unprotected():
    """As someone who may do anything in the database: the triggers are dropped, then put back."""
    protection.remove(connection)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        protection.install(connection)


def key(value: UUID) -> str | UUID:
    """A UUID as raw SQL takes it."""
    return value if connection.vendor == "postgresql" else value.hex


def found(**options) -> list[tuple[str, str, int | None, str | None]]:
    """What verification names: (fault, stream, sequence, id)."""
    report = ledger.verify(**options)
    assert report.found == len(report.problems)
    return [(problem.fault.value, problem.stream, problem.sequence, problem.id) for problem in report.problems]
