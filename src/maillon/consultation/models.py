"""Reports of consultations: the file as it was received, what was read of it, what a person made of it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation


class ReportState(models.TextChoices):
    REFUSED = "refused", pgettext_lazy("a report", "Not read")
    DRAFT = "draft", pgettext_lazy("a report", "To read over")
    CHECKED = "checked", pgettext_lazy("a report", "Read over")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, actor: Actor) -> "ReportQuerySet":
        """Those of the actor's own organisation, whoever oversees it: a report names people."""
        if actor.may("consultation.view") and actor.organisation_id:
            return self.filter(organisation_id=actor.organisation_id)
        return self.none()


class Report(models.Model):
    """A trame de restitution received.

    file, original, restitution: vault, use "consultation": the bytes received (base64 of zstandard); its lines as JSON
    (`trame.original`), empty when the file was data; the restitution as JSON (`trame.document`), with what a person
    corrected. title: sealed too. refusal: why it was not read, in the words told then.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.UUIDField()
    state = models.CharField(_("state"), max_length=8, choices=ReportState, default=ReportState.DRAFT)
    file = models.TextField()
    original = models.TextField(blank=True)
    restitution = models.TextField(blank=True)
    title = models.TextField()
    format = models.CharField(max_length=8, blank=True)
    sha256 = models.CharField(max_length=64)
    refusal = models.TextField(blank=True)
    doubts = models.PositiveIntegerField(default=0)
    statements = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)  # of the restitution: two people do not undo each other
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "sha256"], name="one_report_a_file")]

    def __str__(self) -> str:
        return str(self.pk)


from maillon.consultation.plan.models import Action, Indicator, Line, Measure  # noqa: E402, F401 - Django looks here
