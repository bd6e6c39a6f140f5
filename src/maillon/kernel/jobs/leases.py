"""Every change of state of a job. Each is one statement that names the attempt it writes for.

The attempt number is the fencing token: once a job was taken back or taken again, what an earlier attempt still
writes matches no row, and the transaction that held its effects is rolled back. Clocks only decide how soon a job is
taken back: machines whose clocks disagree lose time, never an effect.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from maillon.kernel.jobs.models import Job, Status

LEASE = timedelta(seconds=30)
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
KEPT_WORKERS = 20


class LeaseLost(Exception):
    """This attempt was taken back: its effects are rolled back, another attempt does the job."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one attempt to write."""

    job_id: UUID
    attempt: int

    def rows(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job_id, attempt=self.attempt, status=Status.RUNNING)

    def write(self, **values: Any) -> None:
        """Raises LeaseLost. Inside the transaction of the effects, this is what makes them happen once."""
        if not self.rows().update(**values):
            raise LeaseLost(f"job {self.job_id}, attempt {self.attempt}")


def ready(queues: Iterable[str], now: datetime) -> QuerySet[Job]:
    waiting = Job.objects.filter(status=Status.READY, run_after__lte=now, queue__in=list(queues))
    return waiting.order_by("-priority", "run_after", "pk")


def claim(queues: Sequence[str], worker: str, lease: timedelta = LEASE) -> Job | None:
    """Take the first job that is ready, or None. A plain read comes first, so that an idle worker locks nothing."""
    if not ready(queues, timezone.now()).exists():
        return None
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():  # BEGIN IMMEDIATE on SQLite, SKIP LOCKED on PostgreSQL
        now = timezone.now()
        job = ready(queues, now).select_for_update(skip_locked=skip).first()
        if job is None:
            return None
        job.attempt += 1
        job.status = Status.RUNNING
        job.workers = [*job.workers, worker][-KEPT_WORKERS:]
        job.lease_until = now + lease
        job.heartbeat_at = job.attempted_at = now
        job.started_at = job.started_at or now
        job.save(
            update_fields=[
                "attempt", "status", "workers", "lease_until", "heartbeat_at", "attempted_at", "started_at",
            ]
        )  # fmt: skip
        return job


def beat(held: Claim, lease: timedelta = LEASE, **progress: Any) -> None:
    """Say that the worker lives; `progress` holds done, total, message as they are known. Raises LeaseLost."""
    now = timezone.now()
    held.write(heartbeat_at=now, lease_until=now + lease, **progress)


def finish(held: Claim, result: Any, **progress: Any) -> None:
    """Mark as done, in the transaction of the last effects. Raises LeaseLost."""
    held.write(
        status=Status.SUCCESSFUL, result=result, finished_at=timezone.now(), lease_until=None, cursor=None, **progress
    )


def release(held: Claim) -> None:
    """Give the job back unharmed: the worker stops. Raises LeaseLost."""
    held.write(status=Status.READY, lease_until=None)


def fail(held: Claim, error: dict[str, Any], *, again: bool) -> Status:
    """Record a failed attempt; the job waits and is tried again when that may help. Raises LeaseLost."""
    with transaction.atomic():
        job = held.rows().select_for_update().first()
        if job is None:
            raise LeaseLost(f"job {held.job_id}, attempt {held.attempt}")
        _count_failure(job, error, again=again)
        return Status(job.status)


def take_back(now: datetime | None = None) -> int:
    """Take the jobs whose lease ran out from workers that gave no sign of life. Returns how many."""
    now = now or timezone.now()
    expired = Job.objects.filter(status=Status.RUNNING, lease_until__lt=now)
    if not expired.exists():
        return 0
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        jobs = list(expired.select_for_update(skip_locked=skip))
        for job in jobs:
            _count_failure(job, {"class": "maillon.kernel.jobs.WorkerDied", "where": ""}, again=True)
            if job.status == Status.READY:
                job.run_after = now  # the worker died, not the job: no reason to wait
                job.save(update_fields=["run_after"])
        return len(jobs)


def _count_failure(job: Job, error: dict[str, Any], *, again: bool) -> None:
    now = timezone.now()
    job.failures += 1
    job.errors = [*job.errors, {**error, "attempt": job.attempt, "at": now.isoformat(timespec="seconds")}]
    job.lease_until = None
    if again and job.failures < job.max_attempts:
        job.status = Status.READY
        job.run_after = now + pause(job.failures)
    else:
        job.status = Status.FAILED
        job.finished_at = now
    job.save(update_fields=["failures", "errors", "lease_until", "status", "run_after", "finished_at"])


def pause(failures: int, spread: float | None = None) -> timedelta:
    """How long to wait after this many failures: 5 s doubled each time up to an hour, less up to half at random.

    spread: in [0, 1), drawn when not given; it keeps jobs that failed together from coming back together.
    """
    longest: timedelta = min(FIRST_RETRY * (1 << min(failures - 1, 20)), LONGEST_RETRY)
    return longest * (1 - 0.5 * (random.random() if spread is None else spread))  # noqa: S311 - not a secret
