"""The plan of action of a report, followed: its lines, their actions, their indicators and what was measured."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.consultation.models import Report
from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation


class Status(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("an action", "Planned")
    UNDER_WAY = "under_way", pgettext_lazy("an action", "Under way")
    DONE = "done", pgettext_lazy("an action", "Done")
    SET_ASIDE = "set_aside", pgettext_lazy("an action", "Set aside")


class Source(models.TextChoices):
    """Where the figures of an indicator come from: people, or the ledger of the platform."""

    TYPED = "typed", _("Typed by a person")
    MACHINES = "machines", _("Machines handed over to our requests, counted by the platform")
    REQUESTS = "requests", _("Requests filed, counted by the platform")


class OwnQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> "OwnQuerySet":
        """Those of the actor's own organisation."""
        if actor.may("consultation.view") and actor.organisation_id:
            return self.filter(organisation_id=actor.organisation_id)
        return self.none()


class Line(models.Model):
    """A row of the plan: what is aimed at. said: vault, use "consultation": JSON {theme, what, who, when}.

    place: of the row in its report, "2.0" for the first row of the second contribution.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="lines")
    place = models.CharField(max_length=12)
    said = models.TextField()

    objects: ClassVar[Any] = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["report", "place"]
        constraints = [models.UniqueConstraint(fields=["report", "place"], name="one_line_a_row")]

    def __str__(self) -> str:
        return str(self.pk)


class Action(models.Model):
    """One thing to do. said: sealed too: JSON {how, carrier, concerned, success, evidence}.

    mark: keyed digest of what the report said, so that following a plan again adds what is new alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="actions")
    mark = models.CharField(max_length=32)
    said = models.TextField()
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PLANNED)
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["line", "created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["line", "mark"], name="one_action_a_statement")]

    def __str__(self) -> str:
        return str(self.pk)


class Indicator(models.Model):
    """What tells whether a line of the plan succeeds. label: sealed. lower: less is better (pupils who drop out).

    since: from when the platform counts, for the sources it counts itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="indicators")
    mark = models.CharField(max_length=32)
    label = models.TextField()
    source = models.CharField(max_length=10, choices=Source, default=Source.TYPED)
    since = models.DateField(null=True)
    baseline = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    expected = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    unit = models.CharField(max_length=20, blank=True)
    next_on = models.DateField(null=True)

    objects: ClassVar[Any] = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["line", "id"]
        constraints = [models.UniqueConstraint(fields=["line", "mark"], name="one_indicator_a_statement")]

    def __str__(self) -> str:
        return str(self.pk)


class Measure(models.Model):
    """A value of an indicator on a day. source: where it comes from, sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="measures")
    on = models.DateField()
    value = models.DecimalField(max_digits=12, decimal_places=2)
    source = models.TextField(blank=True)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["indicator", "on"], name="one_measure_a_day")]

    def __str__(self) -> str:
        return str(self.pk)
