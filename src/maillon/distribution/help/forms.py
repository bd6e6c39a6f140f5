"""What people type to ask for help, and to record a repair."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillon.distribution.help.jobs import KEPT_DAYS
from maillon.distribution.help.models import BARRIERS, STATUSES
from maillon.distribution.help.ords import Status
from maillon.distribution.help.vocabulary import BY_HAND, Fault, Source, Symptom
from maillon.distribution.help.words import LONGEST, LONGEST_CONTACT, Words
from maillon.kernel import codes
from maillon.kernel.actor import Actor
from maillon.kernel.forms import near
from maillon.territory.models import Place
from maillon.workshop.vocabulary import Repair as Part

UNSAID = ("", _("Choose one"))
# Cleaning is work, not a part.
PARTS = [(part.value, part.label) for part in Part if part is not Part.CLEANING]


class AskForm(forms.Form):
    """By the person, without an account."""

    symptom = forms.ChoiceField(label=_("What is wrong?"), choices=Symptom.choices, widget=forms.RadioSelect)
    said = forms.CharField(
        label=_("What happens, in your words"),
        required=False,
        max_length=LONGEST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    contact = forms.CharField(
        label=_("A telephone number to call you back"),
        required=False,
        max_length=LONGEST_CONTACT,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=_("Or any other way to reach you. Nothing: the person who follows you is asked."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said"].help_text = gettext(
            "Only those who help you read it. It is erased %(days)d days after the end."
        ) % {"days": KEPT_DAYS}

    def words(self) -> Words:
        return Words(self.cleaned_data["said"], self.cleaned_data["contact"])


class TicketForm(AskForm):
    """By a professional, for someone."""

    code = forms.CharField(
        label=_("Code on the label"),
        max_length=200,
        help_text=_("Or the code of the agreement, that the person has on paper."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    source = forms.ChoiceField(label=_("How the request came"), widget=forms.RadioSelect)
    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("The machine was left at"),
        required=False,
        empty_label=_("Nowhere: the person keeps it"),
    )
    field_order = ("code", "source", "symptom", "said", "contact", "place")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = [(s.value, s.label) for s in (Source.PHONE, Source.PLACE, Source.STAFF)]
        self.fields["source"].choices = taken  # type: ignore[attr-defined]
        places = Place.objects.filter(organisation__territory_id=actor.territory)
        own = places.filter(organisation_id=actor.home)
        offered = (places.filter(open_to_public=True) | own).select_related("organisation").distinct()
        self.fields["place"].queryset = offered.order_by("organisation__name", "name")  # type: ignore[attr-defined]
        self.fields["said"].label = _("What the person tells")
        self.fields["said"].help_text = _("Only those who help read it, and each reading is written down.")
        self.fields["contact"].label = _("How to reach the person")
        self.fields["contact"].help_text = _("A telephone number, or nothing if you follow them yourself.")

    def clean_code(self) -> str:
        parsed = codes.parse(self.cleaned_data["code"])
        if not isinstance(parsed, str):
            raise forms.ValidationError(str(parsed.message))
        return parsed


class RepairForm(forms.Form):
    fault = forms.ChoiceField(label=_("What was found"), choices=[UNSAID, *Fault.choices])
    status = forms.ChoiceField(
        label=_("How it ended"),
        choices=[choice for choice in STATUSES if choice[0] != Status.UNKNOWN],
        widget=forms.RadioSelect,
    )
    barrier = forms.ChoiceField(
        label=_("What stood in the way"),
        choices=[("", _("Nothing, or not known")), *BARRIERS],
        required=False,
        help_text=_("Only when it can not be repaired."),
    )
    parts = forms.MultipleChoiceField(
        label=_("Parts changed"), choices=PARTS, required=False, widget=forms.CheckboxSelectMultiple
    )
    on = forms.DateField(
        label=_("Day"),
        initial=timezone.localdate,
        validators=[near],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("How it ended"), choices=[UNSAID, *((outcome.value, outcome.label) for outcome in BY_HAND)]
    )


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File of repairs"),
        help_text=_("CSV in the Open Repair Data Standard, such as those of openrepair.org."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}),
    )
