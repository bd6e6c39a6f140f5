"""What people type about organisations, members, places and keys."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillon.territory.models import Commune, Organisation, OrganisationKind
from maillon.territory.roles import ROLES_OF_KIND, TOKEN_SCOPES, Role


class CardForm(forms.ModelForm[Organisation]):
    class Meta:
        model = Organisation
        fields = ("name", "commune", "address", "siret", "uai", "phone", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coordination = self.instance.territory_id or kwargs.get("initial", {}).get("territory_id")
        communes = Commune.objects.all()
        siren = (
            Organisation.objects.filter(pk=coordination).values_list("commune__grouping_siren", flat=True).first()
            if coordination
            else None
        )
        # A list of 35,000 communes is no choice: the coordination's own grouping, once it is known.
        self.fields["commune"].queryset = communes.filter(grouping_siren=siren) if siren else communes.none()  # type: ignore[attr-defined]
        if self.instance.kind != OrganisationKind.SCHOOL:
            del self.fields["uai"]

    def clean_siret(self) -> str:
        siret: str = "".join(self.cleaned_data["siret"].split())
        if siret and (len(siret) != 14 or not siret.isdecimal()):
            raise forms.ValidationError(_("A SIRET has fourteen digits."))
        return siret


class NewOrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in OrganisationKind if kind != OrganisationKind.COORDINATION],
    )


class MemberForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), help_text=_("The sign-in code is sent there."))
    name = forms.CharField(label=_("Name shown"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [Role(role) for role in ROLES_OF_KIND[kind]]
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    name = forms.CharField(label=_("Name of the place"), max_length=80, help_text=_("A shelf, a room, a van…"))


class TokenForm(forms.Form):
    label = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=list(TOKEN_SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    expires_at = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
