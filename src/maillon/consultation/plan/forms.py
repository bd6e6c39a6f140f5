"""What a person says of an action and of an indicator."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.consultation.plan.commands import LONGEST, Card
from maillon.consultation.plan.models import Source, Status


def _words(label: Any, help_text: Any = "", *, required: bool = False, rows: int = 2) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ActionForm(forms.Form):
    how = _words(_("What is done"), required=True)
    carrier = forms.CharField(
        label=_("Who carries it"),
        required=False,
        max_length=200,
        help_text=_("A function or a group rather than a name: it outlives who holds it."),
    )
    concerned = forms.CharField(label=_("Who is concerned"), required=False, max_length=400)
    start = _day(pgettext_lazy("an action", "From"))
    end = _day(pgettext_lazy("an action", "Until"))
    success = _words(_("What makes it succeed"))
    status = forms.ChoiceField(label=_("Where it stands"), choices=Status.choices, widget=forms.RadioSelect)
    evidence = _words(_("How one knows"), _("Where it may be seen; for one that is set aside, why."))

    def card(self) -> Card:
        said = self.cleaned_data
        return Card(**{**said, "status": Status(said["status"])})


class IndicatorForm(forms.Form):
    source = forms.ChoiceField(label=_("Where its figures come from"), choices=Source.choices)
    since = _day(_("Counted by the platform since"))
    baseline = forms.DecimalField(label=_("At the start"), required=False, max_digits=12, decimal_places=2)
    expected = forms.DecimalField(label=_("Expected"), required=False, max_digits=12, decimal_places=2)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=20, help_text=_("%, pupils, logins a week…"))
    next_on = _day(_("Next measure"))

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "source": Source(self.cleaned_data["source"])}


class ListForm(forms.Form):
    file = forms.FileField(
        label=_("Several measures from a list"),
        help_text=_("CSV, Excel or LibreOffice: a day, a value, where it comes from; one row a measure."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.ods,.xlsx,.xls,.txt"}),
    )


class MeasureForm(forms.Form):
    on = forms.DateField(
        label=_("Measured on"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    value = forms.DecimalField(label=_("Value"), max_digits=12, decimal_places=2, min_value=Decimal("-9999999999"))
    source = forms.CharField(label=_("Where it comes from"), required=False, max_length=300)
