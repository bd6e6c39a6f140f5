"""What people type about lots."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillon.collection.models import Lot
from maillon.kernel.actor import Actor
from maillon.territory.models import Organisation, OrganisationKind

GIVES = (
    OrganisationKind.DONOR,
    OrganisationKind.TOWN,
    OrganisationKind.SCHOOL,
    OrganisationKind.LANDLORD,
    OrganisationKind.ASSOCIATION,
    OrganisationKind.COORDINATION,
)


class LotForm(forms.ModelForm[Lot]):
    class Meta:
        model = Lot
        fields = ("donor", "holder", "regime", "waste_status", "announced_count", "agreement", "agreed_on")
        widgets = {"agreed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        territory = Organisation.objects.filter(territory_id=actor.territory_id)
        donor, holder = self.fields["donor"], self.fields["holder"]
        donor.queryset = territory.filter(kind__in=GIVES)  # type: ignore[attr-defined]
        donor.empty_label = _("An individual (no name is kept)")  # type: ignore[attr-defined]
        holder.queryset = territory.filter(kind=OrganisationKind.WORKSHOP)  # type: ignore[attr-defined]
        holder.empty_label = _("The coordination's first workshop")  # type: ignore[attr-defined]
        holder.required = False
        if self.instance.territory_id:  # a lot that is filed keeps its donor and its workshop
            del self.fields["donor"], self.fields["holder"]
        else:
            regime = self.fields["regime"]
            regime.required = False
            regime.choices = [("", _("As the kind of donor says")), *Lot._meta.get_field("regime").choices]  # type: ignore[attr-defined,misc]
        if actor.may("stock.move") and not actor.oversees:  # a workshop files what it receives
            self.fields.pop("holder", None)
        if not actor.may("lots.change"):  # a donor announces its own machines
            for name in ("donor", "regime", "waste_status"):
                self.fields.pop(name, None)
            self.fields["announced_count"].required = True  # an empty form pressed too soon announces nothing
