"""What only a donor can tell: how much retired equipment it held on 1 January."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation


class RetiredStock(models.Model):
    """B of the rate of reuse (décret n° 2023-266, art. 3), of one public body and one year."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    donor = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2023)])
    count = models.PositiveIntegerField(_("retired equipment in stock on 1 January"))
    told_at = models.DateTimeField(auto_now=True)
    told_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["donor", "year"], name="one_retired_stock_a_year")]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.year}"
