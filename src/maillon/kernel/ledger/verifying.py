"""Verification: every entry of every stream hashed again, every head, seal, leaf, signature and root."""

import json
import os
import time
from collections.abc import Iterable
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from maillon.kernel.ledger import keys, protection, reading
from maillon.kernel.ledger.chains import Tally, problems
from maillon.kernel.ledger.checkpoints import Statement, statement_of, summarise
from maillon.kernel.ledger.faults import Fault, Problem, Report
from maillon.kernel.ledger.hashing import GENESIS
from maillon.kernel.ledger.models import Checkpoint
from maillon.kernel.processes import pool

MOST_LISTED = 1000
FEW = 50_000  # entries that one process reads in the time others take to start
PARTS_A_PROCESS = 4  # streams are of unequal lengths: small parts end together


def verify(
    *,
    since: datetime | None = None,
    processes: int | None = None,
    every_checkpoint: bool = False,
    kept: Iterable[Statement] = (),
    most: int = MOST_LISTED,
) -> Report:
    """Read the ledger again and name what is wrong with it.

    since: only streams that have an entry recorded from then on (each of them whole).
    processes: None for one a core; one alone inside a transaction and on a database in memory, which others can not
        read.
    every_checkpoint: recompute the root of each checkpoint, not of the last alone (one pass over the leaves each).
    kept: checkpoints kept elsewhere, as `maillon ledger checkpoint --json` printed them: each must still be here.
    most: problems listed; the others are counted.
    """
    began = time.monotonic()
    report = Report()
    wanted = 1 if _alone() else (processes or os.cpu_count() or 1)
    _verify_entries(report, since, wanted, most)
    named = {(problem.stream, problem.sequence) for problem in report.problems}
    report.add([problem for problem in _lost() if (problem.stream, problem.sequence) not in named], most)
    report.add(_checkpoint_problems(report, every_checkpoint, list(kept)), most)
    for name in protection.missing(connection):
        report.add([Problem(Fault.UNPROTECTED, _("the trigger %s is missing or off") % name)], most)
    report.seconds = round(time.monotonic() - began, 3)
    return report


def _alone() -> bool:
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()  # type: ignore[attr-defined]
    return connection.in_atomic_block or in_memory


def _verify_entries(report: Report, since: datetime | None, wanted: int, most: int) -> None:
    total = reading.count()
    if wanted == 1 or total < FEW:
        _merge(report, _verify_part(reading.Part(since=since), most), most)
        return
    parts = reading.parts(wanted * PARTS_A_PROCESS, total, since)
    try:
        with pool(wanted) as workers:
            read = list(workers.map(_verify_part, parts, [most] * len(parts)))
    except BrokenProcessPool:  # killed for want of memory, or a script that can not be imported again: read alone
        read = [_verify_part(reading.Part(since=since), most)]
    for done in read:
        _merge(report, done, most)


def _verify_part(part: reading.Part, most: int) -> Report:
    try:
        return _read_part(part, most)
    except OperationalError as error:
        if "decode" not in str(error):
            raise
    with reading.tolerant():
        return _read_part(part, most)


def _read_part(part: reading.Part, most: int) -> Report:
    report, tally = Report(), Tally()
    for problem in problems(reading.rows(part), keys.seal_keys(), tally):
        report.add([problem], most)
    report.entries, report.streams = tally.entries, tally.streams
    return report


def _merge(report: Report, done: Report, most: int) -> None:
    report.entries += done.entries
    report.streams += done.streams
    report.add(done.problems, most, done.found)


def _lost() -> Iterable[Problem]:
    for stream, sequence in reading.lost_heads():
        detail = _("#1 to #%d are missing, the head says so") % sequence
        yield Problem(Fault.REMOVED, detail, stream, 1)
    for stream, sequence, number in reading.lost_leaves():
        detail = _("#%(place)d is missing, checkpoint %(number)d saw it") % {"place": sequence, "number": number}
        yield Problem(Fault.REMOVED, detail, stream, sequence)
    for stream, sequence, number in reading.stray_leaves():
        detail = _("a leaf of checkpoint %d, which is not there") % number
        yield Problem(Fault.CHECKPOINT, detail, stream, sequence)


def _checkpoint_problems(report: Report, every: bool, kept: list[Statement]) -> list[Problem]:
    found: list[Problem] = []
    expected, previous = 1, GENESIS
    statements: dict[int, Statement] = {}
    last = Checkpoint.objects.last()
    for checkpoint in Checkpoint.objects.defer("blocks").order_by("number").iterator():
        statement = statements[checkpoint.number] = statement_of(checkpoint)
        found += _signature_problems(statement, checkpoint.signature)
        if checkpoint.number != expected:
            missing = {"first": expected, "last": checkpoint.number - 1}
            found.append(_of(expected, _("checkpoints %(first)d to %(last)d are missing") % missing))
        elif statement.previous != previous:
            found.append(_of(checkpoint.number, _("it does not name the checkpoint before it")))
        expected, previous = checkpoint.number + 1, statement.digest()
        report.checkpoints += 1
        if every or (last and checkpoint.number == last.number):
            found += _tree_problems(Checkpoint.objects.get(pk=checkpoint.number), statement)
    return found + _kept_problems(statements, kept)


def _signature_problems(statement: Statement, signature: str) -> list[Problem]:
    key = keys.public_keys().get(statement.key)
    if key is None:
        return [
            _of(statement.number, _("it is signed with a key not known here (%s)") % statement.key, Fault.UNKNOWN_KEY)
        ]
    try:
        good = key.signed(bytes.fromhex(signature), statement.signed_bytes())
    except ValueError:
        good = False
    return [] if good else [_of(statement.number, _("its signature is not that of what it says"))]


def _tree_problems(checkpoint: Checkpoint, statement: Statement) -> list[Problem]:
    summary = summarise(checkpoint.number)
    if (summary.root, summary.entries, summary.streams) != (statement.root, statement.entries, statement.streams):
        return [_of(checkpoint.number, _("its leaves do not give the root that was signed"))]
    if json.loads(checkpoint.blocks) != [list(block) for block in summary.blocks]:
        return [_of(checkpoint.number, _("its blocks are not those of its leaves"))]
    return []


def _kept_problems(statements: dict[int, Statement], kept: list[Statement]) -> list[Problem]:
    found = []
    for statement in kept:
        if statements.get(statement.number) != statement:
            found.append(_of(statement.number, _("it is not the one that was kept elsewhere")))
    return found


def _of(number: int, detail: str, fault: Fault = Fault.CHECKPOINT) -> Problem:
    return Problem(fault, _("checkpoint %(number)d: %(detail)s") % {"number": number, "detail": detail})
