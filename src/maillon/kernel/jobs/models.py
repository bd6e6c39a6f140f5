"""Jobs as they are stored: one row a job, one row a periodic run."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus as Status

from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id

__all__ = ["Job", "PeriodicRun", "Status"]


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Actor) -> "JobQuerySet":
        """The jobs of the actor's organisation; of every organisation of its territory for a coordination."""
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        return self.filter(organisation_id=actor.organisation_id) if actor.organisation_id else self.none()


class Job(models.Model):
    """A call of a task, to be made once by some worker.

    attempt: how many times a worker took it; also the token that lets this attempt, and no earlier one, write.
    failures: attempts that ended in an error or with the worker's death; at `max_attempts` the job has failed.
    lease_until: a running job past this instant is taken back from its worker.
    cursor: where a job in steps will resume; written in the same transaction as the step's effects.
    errors: one {"class", "where", "attempt", "at"} a failure; neither messages nor arguments, which may name people.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.CharField(_("task"), max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(_("queue"), max_length=40, default="default")
    priority = models.SmallIntegerField(_("priority"), default=0)
    run_after = models.DateTimeField(_("not before"), default=timezone.now)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.READY)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    failures = models.PositiveIntegerField(_("failures"), default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    workers = models.JSONField(default=list)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    cursor = models.JSONField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    errors = models.JSONField(default=list)
    enqueued_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    attempted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    organisation_id = models.UUIDField(null=True)
    territory_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["-priority", "run_after", "id"], condition=models.Q(status=Status.READY), name="job_ready"
            ),
            models.Index(fields=["lease_until"], condition=models.Q(status=Status.RUNNING), name="job_leased"),
            models.Index(fields=["organisation_id", "-id"], name="job_organisation"),
            models.Index(fields=["territory_id", "-id"], name="job_territory"),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.id}"

    @property
    def percent(self) -> int | None:
        """How far, in whole per cent, never 100 before the end; None when the total is not known."""
        if self.status == Status.SUCCESSFUL:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else None


class PeriodicRun(models.Model):
    """One due instant of a periodic job. Unique, so that one worker alone plans it. No job: it was only noted."""

    name = models.CharField(max_length=200)
    due = models.DateTimeField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-due", "name"]
        constraints = [models.UniqueConstraint(fields=["name", "due"], name="one_run_a_due_instant")]

    def __str__(self) -> str:
        return f"{self.name} {self.due:%Y-%m-%d %H:%M:%S}"
