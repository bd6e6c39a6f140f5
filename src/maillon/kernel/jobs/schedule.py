"""Jobs that come back by themselves: once an instant, whatever the number of workers.

    @periodic(daily_at="03:30")
    @job(title=_("Sign the ledger's checkpoint"))
    def checkpoint() -> None: ...

After a stop, one run makes up for all that were missed. A run is left out while the one before is not finished.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from maillon.kernel.jobs.models import PeriodicRun, Status
from maillon.kernel.jobs.tasks import JobTask

Marked = TypeVar("Marked", bound=JobTask[..., Any])

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Periodic:
    """Exactly one of `every` (from one second; counted from 1970) and `daily_at` (time of TIME_ZONE) is given."""

    task: JobTask[..., Any]
    every: timedelta | None = None
    daily_at: time | None = None

    def latest(self, now: datetime) -> datetime:
        """The last due instant at or before now, in UTC."""
        if self.every:
            return EPOCH + (now - EPOCH) // self.every * self.every
        zone, local = timezone.get_default_timezone(), now.astimezone(timezone.get_default_timezone())
        today = datetime.combine(local.date(), self.daily_at or time(), tzinfo=zone)
        due = today if today <= now else datetime.combine(local.date() - timedelta(days=1), today.timetz())
        return due.astimezone(UTC)


REGISTRY: dict[str, Periodic] = {}


def periodic(*, every: timedelta | None = None, daily_at: str | None = None) -> Callable[[Marked], Marked]:
    """Raises ValueError when the times are not exactly one that is understood."""
    if (every is None) == (daily_at is None):
        raise ValueError("Expected either every or daily_at.")
    if every is not None and every < timedelta(seconds=1):
        raise ValueError(f"Expected every of at least one second, got {every}.")

    def mark(task: Marked) -> Marked:
        at = time.fromisoformat(daily_at) if daily_at else None
        REGISTRY[task.module_path] = Periodic(task, every, at)
        return task

    return mark


class Planner:
    """Enqueues what is due. Remembers what it has seen, so that looking again costs nothing."""

    def __init__(self, registry: dict[str, Periodic] | None = None) -> None:
        self._registry = REGISTRY if registry is None else registry
        self._seen: dict[str, datetime] = {}

    def plan(self, now: datetime | None = None) -> list[UUID]:
        """The jobs enqueued for what became due."""
        now = now or timezone.now()
        enqueued = []
        for name, periodic_job in self._registry.items():
            due = periodic_job.latest(now)
            if self._seen.get(name) == due:
                continue
            if job_id := _plan(name, periodic_job.task, due):
                enqueued.append(job_id)
            self._seen[name] = due
        return enqueued


def _plan(name: str, task: JobTask[..., Any], due: datetime) -> UUID | None:
    """Unique (name, due): of the workers that come here at the same time, one makes the row and the job."""
    with transaction.atomic():
        before = PeriodicRun.objects.filter(name=name).select_related("job").first()
        run, made = PeriodicRun.objects.get_or_create(name=name, due=due)
        if not made or before is None:  # planned by another; or never seen: the first run is the next one due
            return None
        if before.job and before.job.status in (Status.READY, Status.RUNNING):
            return None
        run.job_id = UUID(task.enqueue().id)
        run.save(update_fields=["job"])
        return run.job_id
