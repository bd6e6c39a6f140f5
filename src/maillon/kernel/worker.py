"""The process that does the jobs: threads that each run one, and a keeper that gives signs of life.

Stopping it (SIGTERM, Ctrl-C) lets running jobs end; jobs in steps rest after their step. A second signal, or kill -9,
ends it at once: nothing is left half-done and another worker takes the jobs back when their lease has run out.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from types import FrameType

from django.db import DatabaseError, close_old_connections, connection
from django.utils.module_loading import autodiscover_modules

from maillon.kernel.jobs.leases import LEASE, claim, take_back
from maillon.kernel.jobs.periodic import Planner
from maillon.kernel.jobs.running import Pulse, run

logger = logging.getLogger("maillon.worker")

FIRST_POLL, LONGEST_POLL = 0.02, 1.0  # seconds; a poll is one read by an index
GRACE = timedelta(seconds=25)  # under the 30 s that service managers commonly wait before they kill


class Worker:
    """
    queues: those whose jobs it takes. concurrency: how many at a time, each in its thread.
    once: do what is ready (and what is due), then stop. lease: how long a job is held without a sign of life.
    """

    def __init__(
        self,
        queues: Sequence[str] = ("default",),
        *,
        concurrency: int = 1,
        once: bool = False,
        lease: timedelta = LEASE,
        grace: timedelta = GRACE,
    ) -> None:
        if concurrency < 1:
            raise ValueError(f"Expected a concurrency of at least 1, got {concurrency}.")
        self.queues, self.concurrency, self.once, self.lease, self.grace = queues, concurrency, once, lease, grace
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}"
        self.stop = threading.Event()
        self.ran = 0
        self._pulse = Pulse(lease, self.stop.is_set)
        self._planner = Planner()
        self._counting = threading.Lock()

    def run(self) -> int:
        """Work until told to stop. Returns how many attempts were made."""
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
        except DatabaseError as error:  # busy or away: the next round tries again
            logger.info("worker %s: %s", self.name, type(error).__name__)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()

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
        """Take one job and run it. A database that is busy or away counts as nothing to do."""
        try:
            close_old_connections()
            job = claim(self.queues, name, self.lease)
            if job is None:
                return False
            run(job, self._pulse)
        except DatabaseError as error:
            logger.info("worker %s: %s", name, type(error).__name__)
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
