"""Lots of machines given together."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.collection.rules import Regime, WasteStatus
from maillon.kernel.actor import Actor
from maillon.kernel.codes import pretty
from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation, OrganisationKind
from maillon.territory.scopes import scope_of

REGIME_LABELS = {
    Regime.PUBLIC: _("Public body (CG3P)"),
    Regime.COMPANY: _("Company"),
    Regime.INDIVIDUAL: _("Individual"),
}
WASTE_LABELS = {
    WasteStatus.PRODUCT: _("Product"),
    WasteStatus.WASTE_PREPARING: _("Waste being prepared for reuse"),
    WasteStatus.WASTE: _("Waste"),
}


class LotState(models.TextChoices):
    ANNOUNCED = "announced", pgettext_lazy("a lot", "Announced")
    ARRIVED = "arrived", _("Arrived")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("a lot", "Withdrawn")


class LotQuerySet(models.QuerySet["Lot"]):
    def visible_to(self, actor: Actor) -> "LotQuerySet":
        """A coordination: its territory's lots; a workshop: those it holds; a donor: those it gave."""
        scope = scope_of(actor)
        return self.filter(**scope.filter) if scope else self.none()

    def fillable_by(self, actor: Actor) -> "LotQuerySet":
        """Those that machines may still enter: no machine comes in a lot that was withdrawn."""
        return self.visible_to(actor).exclude(state=LotState.WITHDRAWN.value)


class Lot(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="lots_held", verbose_name=_("workshop")
    )
    donor = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lots_given",
        verbose_name=_("donor"),
        help_text=_("Leave empty for an individual: no name is kept."),
    )
    regime = models.CharField(
        _("origin"), max_length=12, choices=[(r.value, label) for r, label in REGIME_LABELS.items()]
    )
    waste_status = models.CharField(
        _("status"),
        max_length=16,
        choices=[(w.value, label) for w, label in WASTE_LABELS.items()],
        default=WasteStatus.PRODUCT.value,
    )
    state = models.CharField(_("state"), max_length=12, choices=LotState, default=LotState.ANNOUNCED)
    agreement = models.CharField(_("agreement or decision"), max_length=120, blank=True)
    agreed_on = models.DateField(_("signed on"), null=True, blank=True)
    announced_count = models.PositiveIntegerField(_("machines announced"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = LotQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["territory", "-created_at"], name="lot_by_territory"),
            models.Index(fields=["holder", "-created_at"], name="lot_by_holder"),
            models.Index(fields=["donor", "-created_at"], name="lot_by_donor"),
        ]

    def __str__(self) -> str:
        return pretty(self.code)


def regime_of(donor: Organisation | None) -> Regime:
    """The origin a donor's kind suggests; the person filing the lot may change it."""
    if donor is None:
        return Regime.INDIVIDUAL
    public = (OrganisationKind.TOWN, OrganisationKind.SCHOOL, OrganisationKind.COORDINATION)
    return Regime.PUBLIC if donor.kind in public else Regime.COMPANY
