"""What people type about desks and closures."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.distribution.appointments.models import Desk
from maillon.distribution.appointments.vocabulary import CLOSURES
from maillon.kernel.forms import keep_within, near


class DeskForm(forms.ModelForm[Desk]):
    class Meta:
        model = Desk
        fields = (
            "active",
            "families",
            "slot_minutes",
            "capacity",
            "first",
            "last",
            "notice_hours",
            "horizon_days",
            "directions",
        )
        widgets = {
            "first": forms.TimeInput(attrs={"type": "time"}),
            "last": forms.TimeInput(attrs={"type": "time"}),
        }
        help_texts = {
            "first": _("Within the opening hours. Empty: from the opening on."),
            "last": _("Empty: until the closing."),
            "notice_hours": _("The place itself may receive sooner."),
            "directions": _("The door, the floor, the bus. It is written in the reminders."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("slot_minutes", "capacity", "notice_hours", "horizon_days"):
            keep_within(self.fields[name], Desk._meta.get_field(name).validators)  # type: ignore[union-attr]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last <= first:
            self.add_error("last", _("This is before the beginning: write a later time."))
        return data


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ClosureForm(forms.Form):
    first = forms.DateField(label=_("First day closed"), widget=_day(), validators=[near])
    last = forms.DateField(
        label=_("Last day closed"),
        widget=_day(),
        required=False,
        validators=[near],
        help_text=_("Empty: that day alone."),
    )
    kind = forms.ChoiceField(label=_("Reason"), choices=CLOSURES)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last") or data.get("first")
        if first and last and last < first:
            self.add_error("last", _("The closure ends before it begins."))
        if last and last < timezone.localdate():
            self.add_error("last" if data.get("last") else "first", _("These days are past."))
        return {**data, "last": last}
