"""Files waiting to be read by a job, and what became of them."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from maillon.collection.models import Lot
from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation, Place


class DropQuerySet(models.QuerySet["Drop"]):
    def visible_to(self, actor: Actor) -> "DropQuerySet":
        """Those of the actor's own organisation."""
        return self.filter(organisation_id=actor.organisation_id) if actor.organisation_id else self.none()


class Drop(models.Model):
    """What one person asked to be read: files that came in, a list whose columns were confirmed, or refused inputs."""

    class Purpose(models.TextChoices):
        FILES = "files", _("Large drop")
        LIST = "list", _("Entry of a list")
        AGAIN = "again", _("Files read again")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.UUIDField()
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.FILES)
    confirmed = models.JSONField(default=dict)  # of a list: `commands.Confirmed` as JSON
    lot = models.ForeignKey(Lot, null=True, on_delete=models.SET_NULL, related_name="+")
    place = models.ForeignKey(Place, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = DropQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class DropLine(models.Model):
    """What became of one input, for one machine: `commands.kept_line`."""

    drop = models.ForeignKey(Drop, on_delete=models.CASCADE, related_name="lines")
    outcome = models.CharField(max_length=12)
    told = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["drop", "outcome"], name="drop_line_outcome")]

    def __str__(self) -> str:
        return self.outcome


class DropFile(models.Model):
    """One thing to read: a file, whose bytes are here until the inputs of the stock hold them, or such an input."""

    drop = models.ForeignKey(Drop, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content = models.BinaryField()  # zstandard; empty when it is an input
    raw = models.ForeignKey("workshop.RawInput", null=True, on_delete=models.CASCADE, related_name="+")
    size = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return self.name
