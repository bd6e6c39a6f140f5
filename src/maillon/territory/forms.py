"""What people type about organisations, members, places and keys."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.kernel.translation import told
from maillon.territory import hours
from maillon.territory.models import Commune, Organisation, OrganisationKind, Place
from maillon.territory.numbers import SIRET_DIGITS, siret_problem
from maillon.territory.queries import communes_called
from maillon.territory.roles import ROLES_OF_KIND, Role


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


WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class PlaceCardForm(forms.Form):
    """A place and its hours: a line a day, or OpenStreetMap's words for what a week does not say."""

    name = forms.CharField(label=_("Name of the place"), max_length=80)
    open_to_public = forms.BooleanField(label=_("Machines are handed over here"), required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    commune = CommuneField()
    expert = forms.CharField(
        label=_("As OpenStreetMap writes them"),
        max_length=255,
        required=False,
        help_text=_("For what a week does not say: every other week, the first Saturday, a summer timetable."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, place: Place) -> None:
        self._kept = place.hours
        week = hours.kept(place.hours).week()
        initial = {name: getattr(place, name) for name in ("name", "open_to_public", "address")}
        initial |= {"commune": place.commune_id, "expert": place.hours}
        initial |= {day: hours.shown_spans(spans) for day, spans in zip(WEEK, week or ((),) * 7, strict=True)}
        super().__init__(data, initial=initial)
        self.beyond_a_week = week is None
        for day, label in zip(WEEK, WEEKDAYS.values(), strict=True):
            self.fields[day] = forms.CharField(label=label, required=False, max_length=80)

    def days(self) -> list[forms.BoundField]:
        return [self[day] for day in WEEK]

    def clean(self) -> dict[str, Any]:
        """The card as the command takes it. The line of an expert and the week are not both to be changed."""
        typed = {**(super().clean() or {})}
        week = [typed.pop(day, "") for day in WEEK]
        expert = typed.pop("expert", "")
        by_week = any(day in self.changed_data for day in WEEK)
        if "expert" not in self.changed_data:
            spans = [self._understood(day, hours.typed_spans, text) for day, text in zip(WEEK, week, strict=True)]
            said = hours.write(hours.from_week(spans)) if by_week and None not in spans else self._kept
        elif by_week:
            said = self._kept
            self.add_error("expert", _("Both the week and this line were changed: change one of them."))
        else:
            said = expert
            self._understood("expert", hours.parse, expert)
        return {**typed, "hours": said}

    def _understood(self, field: str, read: Callable[[str], Any], text: str) -> Any:
        """What was read; None, and the reason beside the field, when it was not."""
        try:
            return read(text)
        except hours.HoursError as error:
            self.add_error(field, told(error.message))
            return None


class TokenForm(forms.Form):
    label = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    expires_at = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, scopes: dict[str, Promise], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = list(scopes.items())  # type: ignore[attr-defined]

    def clean_expires_at(self) -> date | None:
        until: date | None = self.cleaned_data["expires_at"]
        if until and until < timezone.localdate():
            raise forms.ValidationError(_("This day is past: choose a day to come, or none."))
        return until
