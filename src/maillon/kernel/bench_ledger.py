"""`maillon bench ledger`: events a second for 1, 8 and 50 writers on both databases, and a long ledger verified.

A write is what a command does: one transaction, one event, one row of state updated. Each writer holds its own
connection; they are spread as the server spreads requests, one process a core, threads inside. Databases are made for
the bench and dropped.
"""

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from maillon.kernel import events, ledger, scratch
from maillon.kernel.actor import Actor, ActorKind
from maillon.kernel.events import Field
from maillon.kernel.ids import new_id
from maillon.kernel.processes import pool

KIND = events.register("bench.written", sentence="Written %(count)s", fields={"count": Field.INT, "state": Field.ENUM})
ACTOR = Actor(ActorKind.PERSON, user_id=new_id(), organisation_id=new_id())
STREAM_LENGTH = 5  # events of a stream in the long ledger
BATCH = 1000


@dataclass(frozen=True)
class Run:
    """What every writer does. start: Unix time; subjects: what they write about, at random, all of them together."""

    start: float
    seconds: float
    subjects: list[UUID]


def main(argv: list[str]) -> int:
    options = _parser().parse_args(argv)
    databases = ["sqlite"]
    if options.postgres or connection.vendor == "postgresql":
        databases.append("postgresql")
    else:
        _say("PostgreSQL: not measured. Give --postgres URL, or set DATABASE_URL, to measure it too.")
    wrong = 0
    for vendor in databases:
        if options.writers:
            wrong += _bench_writers(vendor, options)
        if options.verify:
            wrong += _bench_verify(vendor, options)
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maillon bench ledger", description=__doc__.partition("\n")[2].strip())
    parser.add_argument(
        "--writers", type=_counts, default=[1, 8, 50], metavar="N,N", help='default 1,8,50; "none" for none'
    )
    parser.add_argument("--seconds", type=float, default=5, help="of each measure (default 5)")
    parser.add_argument("--subjects", type=int, default=10_000, help="devices written about (default 10000)")
    parser.add_argument("--verify", type=int, default=0, metavar="N", help="also write N events and verify them")
    parser.add_argument("--processes", type=int, help="that verify (default: one a core)")
    parser.add_argument("--postgres", metavar="URL", help="a server where a database may be made and dropped")
    return parser


def _counts(text: str) -> list[int]:
    return [] if text == "none" else [int(part) for part in text.split(",")]


@contextmanager
def _database(vendor: str, options: argparse.Namespace) -> Iterator[None]:
    if vendor == "postgresql" and options.postgres:
        with scratch.using(options.postgres), scratch.database(vendor):
            yield
    else:
        with scratch.database(vendor):
            yield


def _bench_writers(vendor: str, options: argparse.Namespace) -> int:
    """Prints a line for each number of writers. Returns how many faults verification found in what they wrote."""
    with _database(vendor, options):
        subjects = [new_id() for _ in range(options.subjects)]
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_state (subject varchar(36) PRIMARY KEY, count integer NOT NULL)")
            with transaction.atomic():
                cursor.executemany("INSERT INTO bench_state VALUES (%s, 0)", [(str(subject),) for subject in subjects])
        _say(f"\n{_version()}: one event and one state a transaction, about {len(subjects)} subjects")
        _say("| writers | written/s | p50 ms | p95 ms | longest ms | errors |")
        _say("| ---: | ---: | ---: | ---: | ---: | ---: |")
        for writers in options.writers:
            _measure(writers, options.seconds, subjects)
        report = ledger.verify()
        _say(f"{report.entries} events verified afterwards: {report.found} faults.")
        return report.found


def _measure(writers: int, seconds: float, subjects: list[UUID]) -> None:
    count = min(writers, os.cpu_count() or 1)
    threads = [writers // count + (place < writers % count) for place in range(count)]
    with pool(count) as workers:
        for ready in [workers.submit(_ready) for _ in range(count)]:
            ready.result()
        run = Run(time.time() + 0.5, seconds, subjects)
        done = [each.result() for each in [workers.submit(_write, number, run) for number in threads]]
    took = time.time() - run.start  # until the last writer that was waiting has written too
    times = sorted(moment for part, _ in done for moment in part)
    errors = sum(part for _, part in done)
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    _say(
        f"| {writers} | {len(times) / took:,.0f} | {p50 * 1000:.1f} | {p95 * 1000:.1f} "
        f"| {times[-1] * 1000:,.0f} | {errors} |"
    )


def _ready() -> None:
    time.sleep(0.3)  # long enough that the next one is given to another process


def _write(threads: int, run: Run) -> tuple[list[float], int]:
    """Durations in seconds of what these writers wrote before the end, and how many writes failed."""
    times: list[float] = []
    errors: list[str] = []
    writers = [threading.Thread(target=_writer, args=(run, times, errors)) for _ in range(threads)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for error in sorted(set(errors)):
        sys.stderr.write(f"{error}\n")
    return times, len(errors)


def _writer(run: Run, times: list[float], errors: list[str]) -> None:
    chance = random.Random()  # noqa: S311 - picks what to write about
    connection.ensure_connection()
    time.sleep(max(0.0, run.start - time.time()))
    until = time.monotonic() + run.seconds
    while (began := time.monotonic()) < until:
        subject = chance.choice(run.subjects)
        try:
            _one(subject)
        except Exception as error:  # noqa: BLE001 - counted and shown: any failure is a finding here
            errors.append(repr(error))
            continue
        times.append(time.monotonic() - began)
    connection.close()


def _one(subject: UUID) -> None:
    with transaction.atomic():
        ledger.append(KIND, ACTOR, subject, count=1, state="ready")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE bench_state SET count = count + 1 WHERE subject = %s", [str(subject)])


def _bench_verify(vendor: str, options: argparse.Namespace) -> int:
    with _database(vendor, options):
        _say(f"\n{_version()}: a ledger of {options.verify} events, {STREAM_LENGTH} a stream")
        began = time.monotonic()
        _fill(options.verify)
        took = time.monotonic() - began
        _say(f"written {BATCH} at a time by one writer: {options.verify / took:,.0f}/s")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        began = time.monotonic()
        made = ledger.checkpoint()
        _say(f"checkpoint of {made.streams} streams: {time.monotonic() - began:.1f} s")
        began = time.monotonic()
        proof = ledger.proof(ledger.Head.objects.values_list("stream", flat=True)[0])
        _say(f"proof of one stream: {(time.monotonic() - began) * 1000:.1f} ms, {len(proof.path)} hashes")
        report = ledger.verify(processes=options.processes)
        _say(
            f"verified: {report.seconds:.1f} s, {report.entries / report.seconds:,.0f} events/s, "
            f"{options.processes or os.cpu_count()} processes, {report.found} faults"
        )
        return report.found


def _fill(count: int) -> None:
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        subjects = [new_id() for _ in range(-(-size // STREAM_LENGTH))]
        batch = [
            ledger.Event(KIND, ACTOR, subjects[place // STREAM_LENGTH], payload={"count": place, "state": "ready"})
            for place in range(size)
        ]
        with transaction.atomic():
            ledger.append_many(batch)


def _version() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"
        cursor.execute("SELECT sqlite_version()")
        return f"SQLite {cursor.fetchone()[0]} (WAL, synchronous FULL)"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
