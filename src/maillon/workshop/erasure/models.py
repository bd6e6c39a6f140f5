"""The benches whose reports can be told from anyone's: each signs with a key of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation


class Bench(models.Model):
    """A bench of a workshop, or of the coordination for its whole territory, and the key that its reports hold."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    key = models.CharField(max_length=64)  # Ed25519 public key, hexadecimal
    added_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="one_bench_a_key")]

    def __str__(self) -> str:
        return self.name
