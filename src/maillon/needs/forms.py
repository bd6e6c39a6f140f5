"""What a prescriber types of a request. The same rules as lists and the API: `facts.problems`."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from maillon.hardware.thresholds import USE_NAMES, Use
from maillon.kernel.actor import Actor
from maillon.needs import contacts
from maillon.needs.commands import district_problem, public_places
from maillon.needs.facts import MOST_MACHINES, Facts, problems
from maillon.needs.identities import Person
from maillon.needs.models import Request
from maillon.needs.vocabulary import (
    EQUIPMENT,
    INCOMES,
    OURS,
    PROVED,
    Adaptation,
    Beneficiary,
    Closing,
    ContactWay,
    Criterion,
    KindOfMachine,
    Language,
    chosen_of,
    kinds_of,
)
from maillon.territory.districts import department_of_commune
from maillon.territory.forms import CommuneField
from maillon.territory.models import District, Organisation, Place

OTHERS = tuple(criterion for criterion in Criterion if criterion not in (*EQUIPMENT, *INCOMES, *OURS))
IDENTITY = ("name", "contact", "phone", "email", "address", "note")
CLOSINGS = tuple(choice for choice in Closing.choices if choice[0] not in (Closing.ERASED, Closing.NO_NEWS))


def _labelled(criterion: Criterion) -> Any:
    """Its words, and that someone must have seen its proof where one is needed."""
    return format_lazy("{} ({})", criterion.label, _("with proof")) if criterion in PROVED else criterion.label


class PhoneField(forms.CharField):
    """Any way of writing a number; kept as E.164."""

    def prepare_value(self, value: Any) -> Any:
        return contacts.phone_shown(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text:
            return ""
        number = contacts.phone_number(text)
        if number is None:
            raise forms.ValidationError(
                _("This is no telephone number: ten digits, or “+” and the country's code for one from abroad.")
            )
        return number


def _date(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class DistrictField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Districts of one name are many: each is told with its communes."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({', '.join(commune.name for commune in obj.communes.all())})"


def _districts(actor: Actor, known: Request | None) -> QuerySet[District]:
    """Those of the department of the prescriber's territory: the whole country's would weigh more than the page."""
    here = Organisation.objects.filter(pk=actor.territory).values_list("commune", flat=True).first()
    near = District.objects.prefetch_related("communes")
    if here:
        asked = Q(communes__code__startswith=department_of_commune(here))
        near = near.filter(asked | Q(pk=known.district_id) if known and known.district_id else asked).distinct()
    return near


class IdentityForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Of the person, the household or the group (class, association).")
    )
    contact = forms.CharField(
        label=_("Whom to ask for"),
        max_length=120,
        required=False,
        help_text=_("A parent, a teacher… if it is not them."),
    )
    phone = PhoneField(label=_("Telephone"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    address = forms.CharField(
        label=_("Postal address"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    note = forms.CharField(
        label=_("To reach them"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as “after 5 pm”. Nothing about health, origin or beliefs."),
    )

    def person(self) -> Person:
        given = {name: self.cleaned_data.get(name, "").strip() for name in IDENTITY}
        return Person(**given)


class RequestForm(IdentityForm):
    """All of a request on one page. Its fields come in groups: see `groups`."""

    beneficiary = forms.ChoiceField(label=_("For whom?"), choices=Beneficiary.choices, widget=forms.RadioSelect)
    use = forms.ChoiceField(label=_("What for?"), widget=forms.RadioSelect)
    machines = forms.MultipleChoiceField(
        label=_("Which machine would do?"), choices=KindOfMachine.choices, widget=forms.CheckboxSelectMultiple
    )
    quantity = forms.IntegerField(label=_("How many machines"), min_value=1, max_value=MOST_MACHINES, initial=1)
    minimum = forms.IntegerField(
        label=_("Fewest accepted"),
        min_value=1,
        max_value=MOST_MACHINES,
        required=False,
        help_text=_("A class of 12 that cannot work with 5 says 12: all or nothing. Empty: one is already useful."),
    )
    equipment = forms.ChoiceField(
        label=_("At home today"),
        choices=[*((c.value, c.label) for c in EQUIPMENT), ("", _("None of these"))],
        required=False,
        widget=forms.RadioSelect,
    )
    situation = forms.MultipleChoiceField(
        label=_("Situation"),
        choices=[(criterion.value, _labelled(criterion)) for criterion in OTHERS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    income = forms.ChoiceField(
        label=_("Income (with proof)"),
        choices=[*((c.value, c.label) for c in INCOMES), ("", _("Not said"))],
        required=False,
        widget=forms.RadioSelect,
    )
    proofs_today = forms.BooleanField(
        label=_("I saw today the proof of all that is ticked here and needs one"), required=False
    )
    commune = CommuneField()
    district = DistrictField(
        label=_("Priority district"), queryset=District.objects.none(), required=False, empty_label=_("None")
    )
    places = forms.ModelMultipleChoiceField(
        label=_("Where can they fetch it?"),
        queryset=Place.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: anywhere near."),
    )
    delivery = forms.BooleanField(label=_("They cannot come: to be delivered"), required=False)
    deadline = _date(_("Needed by"))
    adaptations = forms.MultipleChoiceField(
        label=_("To use it, they need"),
        choices=Adaptation.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What they must be able to do, never why."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, initial=Language.FRENCH)
    contact_way = forms.ChoiceField(
        label=_("How to reach them"), choices=ContactWay.choices, initial=ContactWay.PRESCRIBER
    )
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)  # the same page sent twice files one request

    def __init__(self, *args: Any, actor: Actor, known: Request | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.fields["use"].choices = [(use.value, capfirst(_(USE_NAMES[use].text))) for use in Use]  # type: ignore[attr-defined]
        self.fields["commune"].required = True
        for criterion in sorted(PROVED):
            self.fields[f"seen_{criterion.value}"] = _date(_("Proof seen on"))
        districts = _districts(actor, known)
        self.fields["district"].queryset = districts  # type: ignore[attr-defined]
        self.fields["places"].queryset = public_places(actor)  # type: ignore[attr-defined]
        if not districts.exists():
            del self.fields["district"]
        if not self.fields["places"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["places"]

    def without_identity(self) -> None:
        """The facts alone: who it is for stays sealed, and as it is."""
        for name in IDENTITY:
            del self.fields[name]

    def person_or_none(self) -> Person | None:
        return self.person() if "name" in self.fields else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("minimum"):
            cleaned["minimum"] = 1
        if self.errors:
            return cleaned
        deadline_kept = self.known is not None and cleaned["deadline"] == self.known.deadline
        facts = self.facts()
        for name, sentence in problems(facts, self.person_or_none(), timezone.localdate()):
            if name == "deadline" and deadline_kept:
                continue
            self.add_error({"kinds": "machines", "criteria": None}.get(name, name), sentence)  # type: ignore[arg-type]
        if facts.district and (wrong := district_problem(facts.district, facts.commune)):
            self.add_error("district", str(wrong))
        return cleaned

    def facts(self) -> Facts:
        said = self.cleaned_data
        return Facts(
            beneficiary=said["beneficiary"],
            use=said["use"],
            kinds=kinds_of(said["machines"]),
            quantity=said["quantity"],
            minimum=said["minimum"],
            commune=said["commune"].pk,
            district=said["district"].pk if said.get("district") else None,
            places=[place.pk for place in said.get("places") or ()],
            delivery=said["delivery"],
            deadline=said["deadline"],
            adaptations=sorted(said["adaptations"]),
            language=said["language"],
            contact_way=said["contact_way"],
            criteria={criterion: self._seen(criterion) for criterion in self._criteria()},
        )

    def _criteria(self) -> list[str]:
        said = self.cleaned_data
        return [criterion for criterion in (said["equipment"], *said["situation"], said["income"]) if criterion]

    def _seen(self, criterion: str) -> Any:
        """The day its proof was seen; a day typed for what is not ticked says nothing."""
        if criterion not in PROVED:
            return None
        seen = self.cleaned_data.get(f"seen_{criterion}")
        return timezone.localdate() if seen is None and self.cleaned_data["proofs_today"] else seen

    @property
    def proofs_open(self) -> bool:
        """A day said, or to correct, is not hidden."""
        return any(field.value() or field.errors for _label, field in self.proofs)

    @property
    def proofs(self) -> Iterator[tuple[str, forms.BoundField]]:
        """Each criterion that needs a proof, and the field of the day it was seen."""
        for criterion in Criterion:
            if criterion in PROVED:
                yield str(criterion.label), self[f"seen_{criterion.value}"]


def initial_of(request: Request, person: Person | None) -> dict[str, Any]:
    """What the form of a known request begins with."""
    criteria = dict(request.criteria.values_list("criterion", "proof_seen_on"))
    return {
        "beneficiary": request.beneficiary,
        "use": request.use,
        "machines": [choice.value for choice in chosen_of(request.kinds)],
        "quantity": request.quantity,
        "minimum": request.minimum,
        "equipment": next((c.value for c in EQUIPMENT if c.value in criteria), ""),
        "situation": [c.value for c in OTHERS if c.value in criteria],
        "income": next((c.value for c in INCOMES if c.value in criteria), ""),
        "commune": request.commune_id,
        "district": request.district_id,
        "places": list(request.places.values_list("pk", flat=True)),
        "delivery": request.delivery,
        "deadline": request.deadline,
        "adaptations": request.adaptations,
        "language": request.language,
        "contact_way": request.contact_way,
        **{f"seen_{criterion}": seen for criterion, seen in criteria.items() if seen},
        **({name: getattr(person, name) for name in IDENTITY} if person else {}),
    }


class WithdrawForm(forms.Form):
    closing = forms.ChoiceField(label=_("Why?"), choices=CLOSINGS, widget=forms.RadioSelect)


class SearchForm(forms.Form):
    """A code, a name, a telephone or an e-mail. Sent by POST: an address stays in histories and logs."""

    sought = forms.CharField(label=_("Code, name, telephone or e-mail"), max_length=120)


class FamilyForm(forms.Form):
    code = forms.CharField(label=_("Your code"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    pin = forms.CharField(
        label=_("Your secret code"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Six digits, on your letter."),
    )


class PinForm(forms.Form):
    pin = forms.CharField(
        label=_("Your secret code"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Six digits, on your letter."),
    )
