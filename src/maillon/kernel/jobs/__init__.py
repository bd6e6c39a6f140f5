"""Work done outside a request: asked in a transaction, done once by some worker, seen on a page. See docs/jobs.md."""

from maillon.kernel.jobs.context import JobContext
from maillon.kernel.jobs.schedule import periodic
from maillon.kernel.jobs.tasks import GiveUp, JobTask, job

__all__ = ["GiveUp", "JobContext", "JobTask", "job", "periodic"]
