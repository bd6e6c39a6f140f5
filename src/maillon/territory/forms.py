"""What people type about organisations, members, places and keys."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.territory.models import Commune, Organisation, OrganisationKind
from maillon.territory.numbers import SIRET_DIGITS, siret_problem
from maillon.territory.queries import communes_called
from maillon.territory.roles import ROLES_OF_KIND, Role, scopes_of_kind


class CommuneField(forms.CharField):
    """A commune by its INSEE code, its postcode or its name: a list of 35,000 is no choice."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("Its name, its postcode or its INSEE code.")
        super().__init__(label=_("Commune"), required=False, max_length=100, help_text=help_text, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        found = Commune.objects.filter(pk=value).first() if isinstance(value, str) and len(value) == 5 else None
        return found.name if found else value

    def clean(self, value: Any) -> Commune | None:
        text = super().clean(value).strip()
        if not text:
            return None
        found = list(communes_called(text)[:6])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("No commune is called “%(text)s”.") % {"text": text})
        names = ", ".join(f"{commune.name} ({commune.code})" for commune in found[:5])
        raise forms.ValidationError(_("Several communes: write the code of one of them. %(names)s") % {"names": names})


class NumberField(forms.CharField):
    """A number copied from a paper: its spaces and the case of its letters do not count."""

    def to_python(self, value: Any) -> str:
        return "".join(str(super().to_python(value)).split()).upper()


def check_siret(value: str) -> None:
    problem = siret_problem(value)
    if problem == "shape":
        given = {"expected": SIRET_DIGITS, "count": sum(sign.isdecimal() for sign in value)}
        raise forms.ValidationError(_("A SIRET has %(expected)d digits; this one has %(count)d.") % given)
    if problem == "digit":
        raise forms.ValidationError(_("A digit of this SIRET is wrong: compare it with the original, one by one."))


class CardForm(forms.ModelForm[Organisation]):
    commune = CommuneField()
    siret = NumberField(label=_("SIRET"), required=False, validators=[check_siret])
    uai = NumberField(label=_("UAI"), required=False)

    class Meta:
        model = Organisation
        fields = ("name", "commune", "address", "siret", "uai", "phone", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind != OrganisationKind.SCHOOL:
            del self.fields["uai"]


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
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    expires_at = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = list(scopes_of_kind(kind).items())  # type: ignore[attr-defined]

    def clean_expires_at(self) -> date | None:
        until: date | None = self.cleaned_data["expires_at"]
        if until and until < timezone.localdate():
            raise forms.ValidationError(_("This day is past: choose a day to come, or none."))
        return until
