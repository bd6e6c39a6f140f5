"""Lists of requests as they were received, sealed, until their rows are entered; what an organisation's words mean."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation

KEPT_DAYS = 7  # of a list that nobody enters, and of the rows left to correct


class ListState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("a list", "Columns to confirm")
    ENTERING = "entering", pgettext_lazy("a list", "Being entered")
    ENTERED = "entered", pgettext_lazy("a list", "Entered")
    ERASED = "erased", pgettext_lazy("a list", "Erased without being entered")


class RequestListQuerySet(models.QuerySet["RequestList"]):
    def readable_by(self, actor: Actor) -> "RequestListQuerySet":
        """Those of the actor's own organisation, whoever oversees it: they name people."""
        if actor.may("needs.identity") and actor.organisation_id:
            return self.filter(prescriber_id=actor.organisation_id)
        return self.none()


class RequestList(models.Model):
    """sealed: vault, use "identity": JSON {"name", "data"}, the file as it was received (base64 of zstandard); once it
    is entered, {"name", "titles", "rows"}, the rows left to correct; empty when nothing is left.

    columns: `columns.Columns.to_json`. whole: `rows.Whole.to_json`. updates: rows that say otherwise of a request
    entered before change it. entered, changed, known: [row, request's code] of each request that the list made, that it
    changed, or that was there already.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    prescriber = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.UUIDField()
    sealed = models.TextField(blank=True)
    columns = models.JSONField(default=dict)
    whole = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=ListState, default=ListState.WAITING)
    job = models.CharField(max_length=64, blank=True)
    count = models.PositiveIntegerField(default=0)  # rows under the titles
    entered = models.JSONField(default=list)
    changed = models.JSONField(default=list)
    known = models.JSONField(default=list)
    updates = models.BooleanField(default=True)
    wrong = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = RequestListQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def erased_on(self) -> Any:
        """The day its file, or what is left of it, is erased at the latest."""
        return timezone.localdate(self.finished_at or self.created_at) + timedelta(days=KEPT_DAYS)


class ListHabits(models.Model):
    """What an organisation's titles and words mean, as one of its people said: proposed for its next list.

    titles: folded title -> field. words: field -> folded word -> value. whole: what its last list said of every row.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    titles = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    whole = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.pk)
