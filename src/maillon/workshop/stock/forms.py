"""What people choose on the stock's pages."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from maillon.territory.models import Place
from maillon.workshop.models import SavedView

MOST_SELECTED = 1_000


class SavedViewForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = SavedView
        fields = ["name"]
        labels = {"name": _("Name of the view")}


class SelectionForm(forms.Form):
    """Which machines: those ticked (`device`, several), those of a page before (`devices`, one field), or all those of
    the filters (`every`, with `filters` as in an address).
    """

    devices = forms.CharField(required=False, max_length=40 * MOST_SELECTED)
    every = forms.BooleanField(required=False)
    filters = forms.CharField(required=False, max_length=2_000)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        listed = [*self.data.getlist("device"), *cleaned.get("devices", "").split()]  # type: ignore[attr-defined]
        try:
            cleaned["ids"] = list(dict.fromkeys(UUID(each) for each in listed))
        except ValueError:
            self.add_error(None, _("This selection is not understood. Choose the machines again."))
        return cleaned


class PlaceForm(forms.Form):
    """Where to put machines: a place of theirs, or nowhere in particular."""

    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False, empty_label=_("No place"))

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
