"""Figures as they were published: the public pages and exports read these, and nothing else."""

from django.db import models

from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation


class Published(models.Model):
    """One count of people, as anyone may come to know it. It moves by steps of 11 or more (`kernel.masking`).

    measure: needed, served. part: zone or use, what it is counted by. key: a district's or commune's code, a use; none
    for all those too small to be told alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    territory = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    measure = models.CharField(max_length=16)
    part = models.CharField(max_length=16)
    key = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["territory", "measure", "part", "key"], name="one_published_a_cell")
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.part} {self.key}"
