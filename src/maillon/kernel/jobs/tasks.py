"""What may be asked of a worker: a module-level function marked with `@job`.

    @job(title=_("Print labels"))
    def print_labels(device_ids: list[str]) -> str: ...

    print_labels.using(actor=request.actor).enqueue([str(device.pk) for device in devices])

It is a task of django-tasks (Django 6's interface) that also knows how it runs and on whose behalf.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self, TypeVar, cast

from django.utils.functional import Promise
from django_tasks import task
from django_tasks.base import Task
from typing_extensions import ParamSpec

from maillon.kernel.actor import Actor

P = ParamSpec("P")
T = TypeVar("T")


class GiveUp(Exception):
    """The job can not be done, and trying again would not help. What is said is stored and shown: name nobody."""

    def __init__(self, what: str | Promise) -> None:
        self.what = what
        super().__init__(what)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask(Task[P, T]):
    """
    title: what the page of jobs calls it; its path when empty.
    atomic: the body runs in one transaction with the mark that it is done. Otherwise it runs without one and writes
        inside `context.step(...)`.
    max_attempts: how many failures or deaths of a worker before the job has failed.
    actor: on whose behalf, which is who sees the job; None for the platform itself.
    """

    title: str | Promise = ""
    atomic: bool = True
    max_attempts: int = 5
    actor: Actor | None = None

    def using(
        self,
        *,
        priority: int | None = None,
        queue_name: str | None = None,
        run_after: datetime | None = None,
        backend: str | None = None,
        actor: Actor | None = None,
    ) -> Self:
        """The same task with other settings; those left out stay as they are."""
        given = {
            "priority": priority,
            "queue_name": queue_name,
            "run_after": run_after,
            "backend": backend,
            "actor": actor,
        }
        return replace(self, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def job(
    *,
    title: str | Promise = "",
    atomic: bool = True,
    max_attempts: int = 5,
    priority: int = 0,
    queue_name: str = "default",
    takes_context: bool = False,
) -> Callable[[Callable[..., T]], JobTask[..., T]]:
    """Mark a module-level function as a job. With `takes_context` its first argument is `context: JobContext`.

    Arguments and result must be what JSON holds (text, numbers, lists, mappings): give keys, not rows, and as text.
    """
    if max_attempts < 1:
        raise ValueError(f"Expected max_attempts of at least 1, got {max_attempts}.")
    options: dict[str, Any] = {"title": title, "atomic": atomic, "max_attempts": max_attempts}
    mark = task(priority=priority, queue_name=queue_name, takes_context=cast(Any, takes_context), **options)
    return cast(Callable[[Callable[..., T]], JobTask[..., T]], mark)
