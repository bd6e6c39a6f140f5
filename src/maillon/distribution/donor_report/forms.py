"""What a donor tells for its report."""

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 10_000_000


class StockForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2023, max_value=2999)
    count = forms.IntegerField(
        label=_("Retired equipment in stock on 1 January"),
        min_value=0,
        max_value=MOST,
        help_text=_(
            "Computers, tablets and screens you no longer used that day; without what is over ten years old, nor what "
            "is classified."
        ),
    )
