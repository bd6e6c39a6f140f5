"""What people type about loans."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from maillon.distribution.agreements.forms import PlaceChoice, places_for
from maillon.distribution.agreements.models import Agreement, Item, Terms
from maillon.distribution.agreements.vocabulary import Accessory, ItemState, LossKind
from maillon.distribution.desk.forms import answered
from maillon.kernel.actor import Actor
from maillon.kernel.forms import keep_within, near
from maillon.territory.models import Organisation, Place
from maillon.workshop.models import Condition

DAY = {"type": "date"}
MOST_MONTHS = 120


class TermsForm(forms.ModelForm[Terms]):
    class Meta:
        model = Terms
        fields = ("loan_months", "gift_after_months", "category")
        help_texts = {
            "gift_after_months": _("Empty: never by itself. Only a loan without a nearer last day becomes a gift."),
            "category": _("Needed to sell again what came from a public body. Empty: not known, nothing is sold."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("loan_months", "gift_after_months"):
            keep_within(self.fields[name], [MinValueValidator(1), MaxValueValidator(MOST_MONTHS)])


class ExtendForm(forms.Form):
    due_on = forms.DateField(
        label=_("New last day"),
        required=False,
        validators=[near],
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text=_("Empty: no date any more, as long as schooling or studies last."),
    )


class LossForm(forms.Form):
    how = forms.ChoiceField(label=_("What happened?"), choices=LossKind.choices, widget=forms.RadioSelect)


class ReturnForm(forms.Form):
    """What is seen when a machine comes back. said: what was answered so far."""

    condition = forms.ChoiceField(label=_("Looks now"), choices=Condition.choices, widget=forms.RadioSelect)
    accessories = forms.MultipleChoiceField(
        label=_("What came back with it"),
        choices=Accessory.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    broken = forms.BooleanField(
        label=_("It does not work: the person needs another one"),
        help_text=_("Their request keeps its place, and comes first in the next round."),
        required=False,
    )
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Put on the place"), required=False, empty_label=_("No place")
    )

    def __init__(self, *args: Any, actor: Actor, item: Item, said: QueryDict | None = None, **kwargs: Any) -> None:
        kept = {"accessories": item.accessories}  # its looks are said by who sees it
        kwargs["initial"] = kept if said is None else answered(type(self), said)
        super().__init__(*args, **kwargs)
        known = set(item.accessories)
        self.fields["accessories"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in Accessory.choices if value in known
        ]
        if not known:
            del self.fields["accessories"]
        if item.state != ItemState.LENT:
            del self.fields["broken"]
        receives = actor.oversees or actor.organisation_id == item.device.holder_id
        if receives:
            self.fields["place"].queryset = Place.objects.filter(  # type: ignore[attr-defined]
                organisation_id=item.device.holder_id
            )
        else:
            del self.fields["place"]


class RecallForm(forms.Form):
    prescriber = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("School or prescriber"), empty_label=_("Choose one")
    )
    due_before = forms.DateField(
        label=_("Only what is due on or before"),
        required=False,
        validators=[near],
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text=_("Empty: everything it has on loan."),
    )
    day = forms.DateField(
        label=_("To be brought back on"), validators=[near], widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    place = PlaceChoice(Place.objects.none(), label=_("Place"), required=False, empty_label=_("No place"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lent = Agreement.objects.visible_to(actor).filter(items__state=ItemState.LENT)
        self.fields["prescriber"].queryset = Organisation.objects.filter(  # type: ignore[attr-defined]
            pk__in=lent.values("prescriber")
        )
        self.fields["place"].queryset = places_for(actor)  # type: ignore[attr-defined]
