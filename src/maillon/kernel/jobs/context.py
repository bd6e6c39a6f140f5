"""What a running job may say and keep: how far it is, and where it would resume."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django_tasks.base import TaskResult

from maillon.kernel.jobs.leases import LEASE, Claim, LeaseLost, beat
from maillon.kernel.jobs.models import Job


class Stopped(Exception):
    """The worker is asked to stop: the job in steps rests where it is and another worker resumes it."""


@dataclass(slots=True)
class Step:
    """What is kept with a step's effects. `cursor` is anything JSON holds; `done` and `total` are whole numbers."""

    cursor: Any
    done: int
    total: int | None
    message: str


class JobContext:
    """Given to a job as `context`, its first argument, when it is marked `takes_context`."""

    def __init__(
        self,
        job: Job,
        task_result: TaskResult[Any],
        *,
        lease: timedelta = LEASE,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.task_result = task_result
        self.attempt = job.attempt
        self.lost = False  # set by the worker when the lease was taken back
        self._held = Claim(job.pk, job.attempt)
        self._lease = lease
        self._stopping = stopping
        self._state = Step(job.cursor, job.done, job.total, job.message)

    @property
    def cursor(self) -> Any:
        """Where the last step that was kept ended; None before the first."""
        return self._state.cursor

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        """Say how far the job is. Costs nothing: the worker writes it with its next sign of life."""
        self._state.done, self._state.total, self._state.message = done, total or self._state.total, message[:200]

    @contextmanager
    def step(self) -> Iterator[Step]:
        """One transaction: the effects, the cursor and the progress are kept together or not at all.

        Raises RuntimeError inside a transaction (mark the job `atomic=False`), LeaseLost, Stopped.
        """
        if self.lost:
            raise LeaseLost(f"job {self._held.job_id}, attempt {self._held.attempt}")
        if self._stopping():
            raise Stopped
        step = Step(self._state.cursor, self._state.done, self._state.total, self._state.message)
        with transaction.atomic(durable=True):
            yield step
            step.message = step.message[:200]
            beat(self._held, self._lease, cursor=step.cursor, **_progress(step))
        self._state = step

    def progress(self) -> dict[str, Any]:
        """done, total and message, as the columns of the job."""
        return _progress(self._state)

    @property
    def held(self) -> Claim:
        return self._held


def _progress(step: Step) -> dict[str, Any]:
    return {"done": step.done, "total": step.total, "message": step.message}
