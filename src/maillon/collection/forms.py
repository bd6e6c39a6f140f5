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
        self.fields["donor"].queryset = territory.filter(kind__in=GIVES)  # type: ignore[attr-defined]
        self.fields["holder"].queryset = territory.filter(kind=OrganisationKind.WORKSHOP)  # type: ignore[attr-defined]
        self.fields["donor"].empty_label = _("An individual (no name is kept)")  # type: ignore[attr-defined]
        if not self.instance.territory_id:
            self.fields["regime"].required = False
            self.fields["regime"].help_text = _("Leave empty: the kind of donor decides.")
        if "holder" in self.fields and not self.instance.territory_id:
            self.fields["holder"].required = False
            self.fields["holder"].help_text = _("Leave empty: the coordination's first workshop receives it.")
        if not actor.may("lots.change"):  # a donor announces its own machines
            for name in ("donor", "regime", "waste_status"):
                del self.fields[name]
        if self.instance.territory_id:  # a lot that is filed keeps its donor and its workshop
            for name in ("donor", "holder"):
                self.fields.pop(name, None)
