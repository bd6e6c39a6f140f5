"""Jobs as the pages show them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.kernel.actor import Actor
from maillon.kernel.errors import find
from maillon.kernel.jobs.backend import task_of
from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.jobs.tasks import JobTask

Text = str | Promise

PAGE = 50
STATES: dict[str, tuple[Text, str, str]] = {  # label, tone, icon
    Status.READY: (_("Waiting"), "neutral", "clock"),
    Status.RUNNING: (_("Running"), "info", "arrow-repeat"),
    Status.SUCCESSFUL: (_("Done"), "success", "check-circle"),
    Status.FAILED: (_("Failed"), "danger", "x-circle"),
}


class JobRow(NamedTuple):
    """
    done, total: in the job's own units; total None when not known. going: it will still change by itself.
    reason: what the job said of its failure, empty when nothing was foreseen. fault: the last error's class.
    again_at: when it is tried again after a failure.
    """

    id: UUID
    title: Text
    state: Text
    tone: str
    icon: str
    going: bool
    failed: bool
    done: int
    total: int | None
    message: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempt: int
    again_at: datetime | None
    reason: str
    fault: str


class JobPage(NamedTuple):
    rows: list[JobRow]
    before: UUID | None  # key of the last row when older ones exist


def job_page(actor: Actor, before: UUID | None = None) -> JobPage:
    """The viewer's jobs, latest first, 50 at most, those older than `before`. One query."""
    jobs = Job.objects.visible_to(actor).order_by("-pk")
    if before:
        jobs = jobs.filter(pk__lt=before)
    found = list(jobs[: PAGE + 1])
    return JobPage([_row(job) for job in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None)


def job_row(actor: Actor, job_id: UUID) -> JobRow:
    """Raises NotFound. One query."""
    return _row(find(Job.objects.visible_to(actor), job_id))


def _row(job: Job) -> JobRow:
    state, tone, icon = STATES[job.status]
    last = job.errors[-1] if job.errors and job.status != Status.SUCCESSFUL else {}
    return JobRow(
        id=job.pk,
        title=_title(job),
        state=state,
        tone=tone,
        icon=icon,
        going=job.status in (Status.READY, Status.RUNNING),
        failed=job.status == Status.FAILED,
        done=job.done,
        total=job.total,
        message=job.message,
        asked_at=job.enqueued_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        attempt=job.attempt,
        again_at=job.run_after if job.status == Status.READY and job.failures else None,
        reason=last.get("what", ""),
        fault=last.get("class", ""),
    )


def _title(job: Job) -> Text:
    try:
        task = task_of(job)
    except ImportError:  # asked by another version of the platform
        return job.task
    return (task.title if isinstance(task, JobTask) else "") or job.task
