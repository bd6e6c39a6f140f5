"""The process that does the jobs: threads that each run one, and a keeper that gives signs of life.

Stopping it (SIGTERM, Ctrl-C) lets running jobs end; jobs in steps rest after their step. A second signal, or kill -9,
ends it at once: nothing is left half-done and another worker takes the jobs back when their lease has run out.
"""

import argparse
import atexit
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from maillon.kernel import trouble
from maillon.kernel.jobs import housekeeping  # noqa: F401 - the kernel's own periodic jobs
from maillon.kernel.jobs.leases import LEASE, claim, take_back
from maillon.kernel.jobs.running import Pulse, run
from maillon.kernel.jobs.schedule import Planner

logger = logging.getLogger("maillon.worker")

FIRST_POLL, LONGEST_POLL = 0.02, 1.0  # seconds; a poll is one read by an index
COMPLAINS_EVERY = 60.0  # seconds, while the database is away
GRACE = timedelta(seconds=25)  # under the 30 s that service managers commonly wait before they kill


class Worker:
    """
    queues: those whose jobs it takes. concurrency: how many at a time, each in its thread.
    once: do what is ready (and what is due), then stop. lease: how long a job is held without a sign of life.
    grace: how long running jobs may take to end once it is told to stop.
    parent: the process to stop with, when it ends however it ends.
    """

    def __init__(
        self,
        queues: Sequence[str] = ("default",),
        *,
        concurrency: int = 1,
        once: bool = False,
        lease: timedelta = LEASE,
        grace: timedelta = GRACE,
        parent: int | None = None,
    ) -> None:
        if concurrency < 1:
            raise ValueError(f"Expected a concurrency of at least 1, got {concurrency}.")
        self.queues, self.concurrency, self.once, self.lease, self.grace = queues, concurrency, once, lease, grace
        self.parent = parent
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}"
        self.stop = threading.Event()
        self.ran = 0
        self._pulse = Pulse(lease, self.stop.is_set)
        self._planner = Planner()
        self._counting = threading.Lock()
        self.away = ""  # why the database does not answer; empty while it does
        self.interrupted = False  # it did not answer at some moment
        self._complained_at = 0.0

    def run(self) -> int:
        """Work until told to stop. Returns how many attempts were made; see `interrupted`."""
        autodiscover_modules("jobs")
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._on_signal)
            signal.signal(signal.SIGINT, self._on_signal)
        _do_not_wait_for_locks()
        self._keep()  # what is due is known before the first look at what is ready
        slots = [threading.Thread(target=self._slot, args=(n,), daemon=True) for n in range(self.concurrency)]
        for slot in slots:
            slot.start()
        logger.info("worker %s: %s at a time, queues %s", self.name, self.concurrency, ", ".join(self.queues))
        self._keep_until_done(slots)
        connection.close()
        return self.ran

    def _keep_until_done(self, slots: list[threading.Thread]) -> None:
        rhythm = min(1.0, self.lease.total_seconds() / 6)  # five beats may fail before the lease runs out
        ends_at = None
        while any(slot.is_alive() for slot in slots):
            next(slot for slot in slots if slot.is_alive()).join(rhythm)
            self._keep()
            if self.parent and os.getppid() != self.parent:
                self.stop.set()
            if self.stop.is_set():
                ends_at = ends_at or time.monotonic() + self.grace.total_seconds()
                if time.monotonic() > ends_at:
                    logger.warning("worker %s: jobs still run; another worker will take them back", self.name)
                    return

    def _keep(self) -> None:
        try:
            close_old_connections()
            self._pulse.beat()
            take_back()
            if not self.stop.is_set():
                self._planner.plan()
            self._is_back()
        except (DatabaseError, InterfaceError) as error:  # busy or away: the next round tries again
            if "locked" in str(error):  # it does not wait: see _do_not_wait_for_locks
                logger.info("worker %s: the database is busy", self.name)
            else:
                self._is_away(error)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()

    def _is_away(self, error: Exception) -> None:
        """Said at once, then once a minute: whoever reads the log must see why nothing is done."""
        self.away, self.interrupted = trouble.of_database(error) or type(error).__name__, True
        if (now := time.monotonic()) >= self._complained_at + COMPLAINS_EVERY or not self._complained_at:
            self._complained_at = now
            logger.error("worker %s: %s", self.name, self.away)

    def _is_back(self) -> None:
        if self.away:
            logger.warning("worker %s: the database answers again", self.name)
            self.away, self._complained_at = "", 0.0

    def _slot(self, number: int) -> None:
        pause = FIRST_POLL
        while not self.stop.is_set():
            if self._work(f"{self.name}:{number}"):
                pause = FIRST_POLL
                continue
            if self.once:
                break
            self.stop.wait(pause)
            pause = min(2 * pause, LONGEST_POLL)
        connection.close()

    def _work(self, name: str) -> bool:
        """Take one job and run it. A database that is away counts as nothing to do."""
        try:
            close_old_connections()
            job = claim(self.queues, name, self.lease)
            if job is None:
                return False
            run(job, self._pulse)
        except (DatabaseError, InterfaceError) as error:
            self._is_away(error)
            return False
        with self._counting:
            self.ran += 1
        return True

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            os._exit(1)
        self.stop.set()


def _do_not_wait_for_locks() -> None:
    """The keeper's connection asks again instead of waiting: it must stay able to hear a signal."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 500")


class WorkerProcess:
    """A worker in a process of its own, started again when it dies, stopped with the process that asked for it.

    A process rather than a thread: a job that is heavy, leaks or crashes does not touch the pages.
    """

    def __init__(self, concurrency: int = 1, pause: float = 1.0) -> None:
        self._command = [sys.executable, "-m", "maillon.cli", "worker", f"--concurrency={concurrency}"]
        self._pause = pause  # seconds before it is started again, doubled each time up to a minute
        self._stopping = threading.Event()
        self.process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()
        atexit.register(self.stop)

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches the pages first, and this one is then told to stop.
        return subprocess.Popen([*self._command, f"--parent={os.getpid()}"], start_new_session=True)

    def _watch(self) -> None:
        pause = self._pause
        while True:
            code = self.process.wait()
            if self._stopping.wait(pause):
                return
            logger.warning("the worker ended with code %s and is started again", code)
            self.process = self._start()
            pause = min(2 * pause, 60)

    def stop(self) -> None:
        self._stopping.set()
        self.process.terminate()
        try:
            self.process.wait(GRACE.total_seconds() + 5)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start_process(concurrency: int = 1) -> WorkerProcess:
    """The worker beside the pages, for an installation where one command runs everything."""
    return WorkerProcess(concurrency)


def main(argv: Sequence[str]) -> int:
    """`maillon worker`."""
    queues = sorted(settings.TASKS["default"].get("QUEUES", ["default"]))
    parser = argparse.ArgumentParser(
        prog="maillon worker",
        description=_(
            "Run the jobs waiting in the database, and those that are due. Several workers may run at the same time, "
            "on several machines (PostgreSQL): each job is done once. Ctrl-C or SIGTERM lets running jobs end."
        ),
        epilog=_("Exit codes: 0 stopped as asked, 1 the database did not answer (with --once), 2 wrong use."),
    )
    parser.add_argument(
        "--queue", action="append", choices=queues, help=_("take its jobs only; repeatable (all queues)")
    )
    parser.add_argument("--concurrency", type=int, default=1, metavar="N", help=_("jobs at a time (1)"))
    parser.add_argument("--once", action="store_true", help=_("run what is ready, then stop"))
    parser.add_argument(
        "--lease",
        type=float,
        default=LEASE.total_seconds(),
        metavar="SECONDS",
        help=_("a job whose worker gave no sign of life for so long is given to another worker (%(default)g)"),
    )
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.concurrency < 1 or not 1 <= options.lease <= 3600:
        parser.error(_("--concurrency is at least 1, --lease from 1 to 3600."))
    worker = Worker(
        options.queue or queues,
        concurrency=options.concurrency,
        once=options.once,
        lease=timedelta(seconds=options.lease),
        parent=options.parent,
    )
    worker.run()
    return 1 if options.once and worker.interrupted else 0
