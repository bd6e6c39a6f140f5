"""Recalls: machines of several loans that are to come back on the same days, as those of a school each summer."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.distribution.agreements.models import Item
from maillon.kernel.actor import Actor
from maillon.kernel.codes import pretty
from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation, Place


class RecallQuerySet(models.QuerySet["Recall"]):
    def visible_to(self, actor: Actor) -> "RecallQuerySet":
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        own = actor.organisation_id
        return self.filter(Q(prescriber_id=own) | Q(organisation_id=own)) if own else self.none()


class Recall(models.Model):
    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a recall", "Under way")
        CLOSED = "closed", pgettext_lazy("a recall", "Closed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # who recalls
    prescriber = models.ForeignKey(  # whose loans are recalled
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("school or prescriber")
    )
    place = models.ForeignKey(Place, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("place"))
    day = models.DateField(_("to be brought back on"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = RecallQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-created_at", "id"]

    def __str__(self) -> str:
        return pretty(self.code)


class RecallLine(models.Model):
    """One machine asked back. Whether it came is read of the machine itself; that nobody came is written here."""

    recall = models.ForeignKey(Recall, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="recall_lines")
    no_show = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["recall", "item"], name="one_line_a_recall")]

    def __str__(self) -> str:
        return str(self.pk)
