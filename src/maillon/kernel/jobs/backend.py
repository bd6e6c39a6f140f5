"""The django-tasks backend: jobs are rows of the platform's own database, written in the caller's transaction."""

from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json
from typing_extensions import ParamSpec

from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.jobs.tasks import JobTask

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseBackend(BaseTaskBackend):
    """Nothing runs if the caller's transaction is rolled back; what runs is seen by every worker once committed."""

    task_class = JobTask
    supports_defer = True
    supports_async_task = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Raises InvalidTaskError (task), TypeError (arguments that JSON does not hold)."""
        self.validate_task(task)
        now = timezone.now()
        job = Job(
            task=task.module_path,
            args=normalize_json(args),
            kwargs=normalize_json(kwargs),
            queue=task.queue_name,
            priority=task.priority,
            run_after=task.run_after or now,
            enqueued_at=now,
        )
        if isinstance(task, JobTask):
            job.max_attempts = task.max_attempts
            if task.actor:
                job.organisation_id = task.actor.organisation_id
                job.territory_id = task.actor.territory_id
                job.user_id = task.actor.user_id
        job.save(force_insert=True)
        result = result_of(job, task, self.alias)
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Raises TaskResultDoesNotExist."""
        try:
            job = Job.objects.get(pk=UUID(str(result_id)))
            return result_of(job, task_of(job), self.alias)
        except (ValueError, ValidationError, Job.DoesNotExist) as error:
            raise TaskResultDoesNotExist(result_id) from error


def task_of(job: Job) -> Task[..., Any]:
    """The function a job calls. Raises ImportError when this version of the platform does not have it."""
    task = import_string(job.task)
    if not isinstance(task, Task):
        raise ImportError(f"{job.task} is not a task.")
    return task


def result_of(job: Job, task: Task[P, T], backend: str = "default") -> TaskResult[T]:
    result: TaskResult[T] = TaskResult(
        task=task,
        id=str(job.pk),
        status=Status(job.status),
        enqueued_at=job.enqueued_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        last_attempted_at=job.attempted_at,
        args=job.args,
        kwargs=job.kwargs,
        backend=backend,
        errors=[TaskError(exception_class_path=error["class"], traceback=error["where"]) for error in job.errors],
        worker_ids=list(job.workers),
    )
    object.__setattr__(result, "_return_value", job.result)  # the field has no constructor argument
    return result
