"""What people type about agreements."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.distribution.agreements.commands import LARGEST_SCAN, Card
from maillon.distribution.agreements.models import Agreement
from maillon.distribution.agreements.text import Party
from maillon.distribution.agreements.vocabulary import (
    CANCEL_BY_HAND,
    AgreementKind,
    CancelReason,
    Channel,
)
from maillon.distribution.appointments.reminders import gateway
from maillon.distribution.appointments.rules import is_mobile
from maillon.kernel import files
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal
from maillon.kernel.forms import near
from maillon.needs.contacts import phone_number, phone_shown
from maillon.needs.models import Request
from maillon.needs.vocabulary import Beneficiary, Language
from maillon.territory.models import Place

UNTIL, OPEN_ENDED = "until", "open"
SHARED = {"autocomplete": "off"}  # a tablet at a desk is used by many: it suggests nobody's name
PDF = b"%PDF-"


class PlaceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, place: Place) -> str:
        return f"{place.organisation.name} · {place.name}"


def places_for(actor: Actor, request: Request | None = None) -> Any:
    """Where the actor may hand over: its organisation's places, and those the request names."""
    own = Place.objects.filter(organisation_id=actor.home)
    if request is None:
        return own.select_related("organisation")
    return (own | Place.objects.filter(pk__in=request.places.values("pk"))).distinct().select_related("organisation")


class CardForm(forms.Form):
    """kind, who signs, for how long, in which language, where."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=AgreementKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Who is it for?"),
        max_length=120,
        help_text=_("First name and family name; for a group, who answers for it. It is encrypted."),
        widget=forms.TextInput(attrs=SHARED),
    )
    minor = forms.BooleanField(label=_("This person is a minor"), required=False)
    guardian = forms.CharField(
        label=_("Parent or legal guardian who signs"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=SHARED),
    )
    length = forms.ChoiceField(
        label=_("For how long? (a loan)"),
        choices=[(UNTIL, _("Until a day")), (OPEN_ENDED, _("No date: as long as schooling or studies last"))],
        widget=forms.RadioSelect,
        initial=UNTIL,
    )
    due_on = forms.DateField(
        label=_("Last day of the loan"),
        required=False,
        validators=[near],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: the usual length. A closed day is moved on to the next open one."),
    )
    language = forms.ChoiceField(label=_("Language of the agreement"), choices=Language.choices)
    place = PlaceChoice(
        Place.objects.none(), label=_("Handed over and returned at"), required=False, empty_label=_("No place")
    )
    email = forms.EmailField(
        label=_("Their e-mail, to sign with a code"),
        required=False,
        widget=forms.EmailInput(attrs=SHARED),
    )
    phone = forms.CharField(
        label=_("Their mobile number, to sign with a code"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={**SHARED, "type": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, actor: Actor, request: Request, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "kind": AgreementKind.LOAN,
            "language": request.language,
            "minor": request.beneficiary == Beneficiary.PUPIL,
            "length": OPEN_ENDED if request.beneficiary == Beneficiary.PUPIL else UNTIL,
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places_for(actor, request)  # type: ignore[attr-defined]
        if not gateway.configured():
            del self.fields["phone"]

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"].strip()
        number = phone_number(typed) if typed else ""
        if number is None or (number and not is_mobile(number)):
            raise forms.ValidationError(
                _("This is not a mobile number: write it like 06 12 34 56 78, or with its country, +32 470 12 34 56.")
            )
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("guardian"):
            cleaned["minor"] = True  # a guardian is written for nobody else
        elif cleaned.get("minor"):
            self.add_error("guardian", _("A minor does not sign alone: write who signs for them."))
        lent = cleaned.get("kind") == AgreementKind.LOAN and cleaned.get("length") == UNTIL
        if lent and cleaned.get("due_on") and cleaned["due_on"] < timezone.localdate():
            self.add_error("due_on", _("This day is past: choose a day to come, or none."))
        return cleaned

    @property
    def card(self) -> Card:
        said = self.cleaned_data
        return Card(
            kind=said["kind"],
            party=Party(said["name"], said["guardian"] if said["minor"] else "", said["email"], said.get("phone", "")),
            language=said["language"],
            minor=said["minor"],
            place=said["place"],
            due_on=said["due_on"],
            open_ended=said["length"] == OPEN_ENDED,
        )


def initial_of(agreement: Agreement, party: Party) -> dict[str, Any]:
    return {
        "kind": agreement.kind,
        "name": party.name,
        "minor": agreement.minor,
        "guardian": party.guardian,
        "length": OPEN_ENDED if agreement.open_ended else UNTIL,
        "due_on": agreement.due_on,
        "language": agreement.language,
        "place": agreement.place_id,
        "email": party.email,
        "phone": phone_shown(party.phone),
    }


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why?"), choices=[(r.value, CancelReason(r).label) for r in CANCEL_BY_HAND], widget=forms.RadioSelect
    )


class StrokesForm(forms.Form):
    strokes = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100_000)


class ScanForm(forms.Form):
    scan = forms.FileField(
        label=_("Photo or scan of the signed page"),
        help_text=_("JPEG, PNG, WebP or PDF, 8 MB at most. It is encrypted."),
        widget=forms.ClearableFileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf", "capture": "environment"}
        ),
    )

    def read(self) -> tuple[str, bytes]:
        """The content type and the bytes: a photo is made smaller and loses what the camera adds.

        Raises Refusal (too big, or neither a photo nor a PDF).
        """
        data: bytes = self.cleaned_data["scan"].read()
        if not data.startswith(PDF):
            return "image/jpeg", files.clean_photo(data)
        if len(data) > LARGEST_SCAN:
            raise Refusal(_("This file is too big."), _("At most 8 MB: scan it in black and white, or take a photo."))
        return "application/pdf", data


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code that the person received"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}),
    )


class ChannelForm(forms.Form):
    channel = forms.ChoiceField(label=_("Send it"), choices=Channel.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not gateway.configured():
            self.fields["channel"].choices = [  # type: ignore[attr-defined]
                choice for choice in Channel.choices if choice[0] != Channel.SMS
            ]
