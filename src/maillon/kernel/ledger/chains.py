"""Reading chains again: rows as the database holds them -> what is wrong with them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from maillon.kernel.ledger.faults import Fault, Problem
from maillon.kernel.ledger.hashing import GENESIS, Facts, SealKey, entry_hash

MOST_PLACES_TRIED = 2000  # of a stream, when looking where an entry that is out of order belongs


class Row(NamedTuple):
    """An entry, its stream's head and the leaf that a checkpoint holds of it, if any; as read: nothing is trusted."""

    facts: Facts
    hash: str
    seal: str
    head_sequence: int | None
    head_hash: str | None
    head_seal: str | None
    leaf_hash: str | None
    leaf_checkpoint: int | None


class Tally:
    def __init__(self) -> None:
        self.entries = 0
        self.streams = 0


def problems(rows: Iterable[Row], seal_keys: Mapping[str, SealKey], tally: Tally) -> Iterator[Problem]:
    """Rows come by stream, then sequence, streams whole. At most one problem an entry, the one that explains most."""
    chain: Chain | None = None
    for row in rows:
        if chain is None or chain.stream != row.facts.stream:
            if chain is not None:
                yield from chain.ended()
            chain = Chain(row, seal_keys)
            tally.streams += 1
        tally.entries += 1
        yield from chain.follow(row)
    if chain is not None:
        yield from chain.ended()


class Chain:
    """One stream, entry after entry."""

    def __init__(self, first: Row, seal_keys: Mapping[str, SealKey]) -> None:
        self.stream = first.facts.stream
        self.head = first
        self.seal_keys = seal_keys
        self.sequence = 0  # of the last entry read
        self.hash: str | None = GENESIS  # of the last entry read; None where its content does not give it
        self.stated_head = False  # the head's place was met

    def follow(self, row: Row) -> Iterator[Problem]:
        facts = row.facts
        if not isinstance(facts.sequence, int) or facts.sequence < 1:
            yield self._entry(Fault.INSERTED, row, _("this is not a place of a stream"))
            return
        hole = facts.sequence > self.sequence + 1
        if hole:
            yield self._hole(self.sequence + 1, facts.sequence - 1)
        computed = entry_hash(facts)
        problem = self._entry_problem(row, computed, hole)
        if problem is not None:
            yield problem
        yield from self._head_problem(row, altered=computed != row.hash)
        self.sequence, self.hash = facts.sequence, row.hash if computed == row.hash else None

    def ended(self) -> Iterator[Problem]:
        head = self.head
        if head.head_sequence is None:
            yield Problem(Fault.HEAD, _("this stream has entries and no head"), self.stream)
        elif isinstance(head.head_sequence, int) and head.head_sequence > self.sequence:
            yield self._hole(self.sequence + 1, head.head_sequence, _("the head says so"))
        elif not self.stated_head:
            yield Problem(Fault.HEAD, _("the head says #%s, which is not there") % head.head_sequence, self.stream)

    def _entry_problem(self, row: Row, computed: str, hole: bool) -> Problem | None:
        if computed != row.hash:
            return self._content_problem(row)
        if not hole and self.hash not in (None, row.facts.previous):
            if row.facts.sequence > 1:
                detail = _("it does not name #%d as the one before it") % (row.facts.sequence - 1)
            else:
                detail = _("it does not name the start of its stream as the one before it")
            return self._entry(Fault.UNLINKED, row, detail)
        if fault := self._seal_fault(row.seal, row.hash):
            detail = (
                _("its seal is of a key not known here") if fault is Fault.UNKNOWN_KEY else _("its seal is not ours")
            )
            return self._entry(fault, row, detail)
        if row.leaf_hash is not None and row.leaf_hash != row.hash:
            return self._entry(Fault.CHECKPOINT, row, _("checkpoint %s saw another entry here") % row.leaf_checkpoint)
        return None

    def _content_problem(self, row: Row) -> Problem:
        for place in range(1, min(MOST_PLACES_TRIED, max(self.head.head_sequence or 0, self.sequence + 1)) + 1):
            if entry_hash(row.facts._replace(sequence=place)) == row.hash:
                return self._entry(Fault.REORDERED, row, _("it was written as #%d") % place)
        return self._entry(Fault.ALTERED, row, _("its content does not give its hash"))

    def _head_problem(self, row: Row, altered: bool) -> Iterator[Problem]:
        if row.head_sequence is None:
            return
        if row.facts.sequence > row.head_sequence:
            yield self._entry(Fault.INSERTED, row, _("the head of its stream is #%s") % row.head_sequence)
        elif row.facts.sequence == row.head_sequence:
            self.stated_head = True
            if row.head_hash != row.hash and not altered:
                yield Problem(
                    Fault.HEAD, _("the head holds another hash than its entry"), self.stream, row.facts.sequence
                )
            elif (fault := self._head_seal_fault(row)) and not altered:
                yield Problem(fault, _("the seal of the head is not ours"), self.stream, row.facts.sequence)

    def _seal_fault(self, seal: str, digest: str) -> Fault | None:
        key = self.seal_keys.get(seal[:8])
        if key is None:
            return Fault.UNKNOWN_KEY
        return None if key.entry(digest) == seal else Fault.UNSEALED

    def _head_seal_fault(self, row: Row) -> Fault | None:
        seal = row.head_seal or ""
        key = self.seal_keys.get(seal[:8])
        if key is None:
            return Fault.UNKNOWN_KEY
        expected = key.head(self.stream, row.facts.sequence, row.hash)
        return None if expected == seal else Fault.UNSEALED

    def _hole(self, first: int, last: int, why: str = "") -> Problem:
        missing = _("#%d is missing") % first
        if first != last:
            missing = _("#%(first)d to #%(last)d are missing") % {"first": first, "last": last}
        why = why or _("the next one is there")
        return Problem(Fault.REMOVED, f"{missing}, {why}", self.stream, first)

    def _entry(self, fault: Fault, row: Row, detail: str) -> Problem:
        return Problem(fault, detail, self.stream, row.facts.sequence, row.facts.id)
