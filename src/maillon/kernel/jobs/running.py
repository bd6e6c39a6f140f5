"""One attempt at one job, from its claim to its mark."""

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django_tasks.base import Task
from django_tasks.signals import task_finished, task_started
from django_tasks.utils import get_module_path, normalize_json

from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.jobs.backend import DatabaseBackend, result_of, task_of
from maillon.kernel.jobs.context import JobContext, Stopped
from maillon.kernel.jobs.leases import LEASE, Claim, LeaseLost, beat, claim, fail, finish, release
from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.jobs.tasks import GiveUp, JobTask

logger = logging.getLogger("maillon.jobs")

HOPELESS = (GiveUp, Refusal, NotAllowed, NotFound)  # the same call would get the same answer
FRAMES = 12


class Pulse:
    """The jobs that this process runs, for the thread that gives signs of life."""

    def __init__(self, lease: timedelta = LEASE, stopping: Callable[[], bool] = lambda: False) -> None:
        self.lease = lease
        self.stopping = stopping
        self._contexts: set[JobContext] = set()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, context: JobContext) -> Iterator[None]:
        with self._lock:
            self._contexts.add(context)
        try:
            yield
        finally:
            with self._lock:
                self._contexts.discard(context)

    def beat(self) -> None:
        """Renew every lease, with the caller's own connection. A database that is busy is asked again next time."""
        with self._lock:
            contexts = list(self._contexts)
        for context in contexts:
            try:
                beat(context.held, self.lease, **context.progress())
            except LeaseLost:
                with self._lock:  # it may just have ended by itself
                    context.lost = context in self._contexts
            except DatabaseError as error:
                logger.info("no sign of life for job %s: %s", context.held.job_id, type(error).__name__)


def run(job: Job, pulse: Pulse | None = None) -> Status:
    """Make the attempt that `job` was claimed for, and record how it ended. Returns the state the job is left in."""
    pulse = pulse or Pulse()
    held = Claim(job.pk, job.attempt)
    try:
        return _attempt(job, pulse)
    except LeaseLost:
        logger.warning("job %s: attempt %s was taken back, its effects are rolled back", job.pk, job.attempt)
        return Status.RUNNING
    except Stopped:
        release(held)
        return Status.READY
    except Exception as error:
        logger.debug("job %s", job.pk, exc_info=True)
        described, again = describe(error), not isinstance(error, HOPELESS)
    logger.warning("job %s (%s): %s, attempt %s", job.pk, job.task, described["class"], job.attempt)
    try:
        return fail(held, described, again=again)
    except LeaseLost:
        return Status.RUNNING


def _attempt(job: Job, pulse: Pulse) -> Status:
    task = task_of(job)
    result = result_of(job, task)
    context = JobContext(job, result, lease=pulse.lease, stopping=pulse.stopping)
    task_started.send(DatabaseBackend, task_result=result)
    together = transaction.atomic() if not isinstance(task, JobTask) or task.atomic else nullcontext()
    with pulse.of(context), together:
        value = normalize_json(_call(task, job, context))
        finish(context.held, value, **context.progress())
    object.__setattr__(result, "status", Status.SUCCESSFUL)
    task_finished.send(DatabaseBackend, task_result=result)
    return Status.SUCCESSFUL


def _call(task: Task[..., Any], job: Job, context: JobContext) -> Any:
    return task.call(context, *job.args, **job.kwargs) if task.takes_context else task.call(*job.args, **job.kwargs)


def describe(error: BaseException) -> dict[str, Any]:
    """What may be kept of an error: its class and where it was raised. Its message and arguments may name people."""
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    modules = [frame.f_globals.get("__name__", "?") for frame, _line in traceback.walk_tb(error.__traceback__)]
    where = [f"{module}:{frame.lineno} {frame.name}" for module, frame in zip(modules, frames, strict=True)]
    described: dict[str, Any] = {"class": get_module_path(type(error)), "where": "\n".join(where[-FRAMES:])}
    if isinstance(error, GiveUp):
        described["what"] = str(error.what)[:500]
    return described


def drain(queues: tuple[str, ...] = ("default",), most: int = 1_000) -> int:
    """Run what is ready, here and now, in this thread: for tests and for commands that wait. Returns how many."""
    for ran in range(most):
        job = claim(queues, "here")
        if job is None:
            return ran
        run(job)
    return most
