"""How long what is known of people is kept: one table, published on /donnees/, to which each app adds its rows.

# maillon/needs/apps.py
def ready(self) -> None:
    retention.add(*rules.RETENTION, order=10)

A row says what the program does, not what one hopes: an app that publishes a period runs the job that ends it. Pure.
"""

from dataclasses import dataclass

from maillon.hardware.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """what: the data. readers: who reads them. period: how long, from when. then: what becomes of them.

    source: the text that asks for it, or "ours". note: how far that text was read, when it was not itself.
    """

    key: str
    what: Message
    readers: Message
    period: Message
    then: Message
    source: Message
    note: Message | None = None


_rows: dict[str, tuple[int, Kept]] = {}


def add(*rows: Kept, order: int = 100) -> None:
    """Adding the same key again replaces it: `ready` may run twice."""
    _rows.update((row.key, (order, row)) for row in rows)


def table() -> list[Kept]:
    """Every row, in order."""
    return [row for _order, row in sorted(_rows.values(), key=lambda entry: entry[0])]
