"""What people answer at the desk, with big targets: one machine, one page."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from maillon.distribution.agreements.models import Item
from maillon.distribution.agreements.vocabulary import Accessory, AgreementKind, FirstStart, RefusalReason
from maillon.distribution.desk.commands import Answers
from maillon.workshop.forms import PhotoForm
from maillon.workshop.models import Condition

KEEPS, LEAVES = "keeps", "leaves"


class FurtherPhotoForm(PhotoForm):
    """A photo beside the questions of a page, sent with them: by its own button, or by theirs."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photo"].widget.attrs["form"] = "list"


def answered(form: type[forms.Form], said: QueryDict) -> dict[str, Any]:
    """What was answered so far, to show again without judging it."""
    several = (name for name, field in form.base_fields.items() if isinstance(field, forms.MultipleChoiceField))
    return {**said.dict(), **{name: said.getlist(name) for name in several}}


class ItemForm(forms.Form):
    """The check-list of one machine. said: what was answered so far, instead of what is kept."""

    accessories = forms.MultipleChoiceField(
        label=_("Given with it"), choices=Accessory.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    first_start = forms.MultipleChoiceField(
        label=_("Done with the person"), choices=FirstStart.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    condition = forms.ChoiceField(label=_("Looks"), choices=Condition.choices, widget=forms.RadioSelect)
    price = forms.DecimalField(
        label=_("Price, taxes included (euros)"), min_value=Decimal("0.01"), max_digits=7, decimal_places=2
    )

    def __init__(self, *args: Any, item: Item, said: QueryDict | None = None, **kwargs: Any) -> None:
        kept = {
            "accessories": item.accessories,
            "first_start": item.first_start,
            "condition": item.condition,
            "price": None if item.price_cents is None else Decimal(item.price_cents) / 100,
        }
        kwargs["initial"] = kept if said is None else answered(type(self), said)
        super().__init__(*args, **kwargs)
        if item.agreement.kind != AgreementKind.SALE:
            del self.fields["price"]

    @property
    def answers(self) -> Answers:
        said = self.cleaned_data
        return Answers(
            condition=said["condition"],
            accessories=said["accessories"],
            first_start=said["first_start"],
            price_cents=int(said["price"] * 100) if "price" in said else None,
        )


class GroupForm(forms.Form):
    """What each machine of a group is given: said once, then one scan a machine."""

    accessories = forms.MultipleChoiceField(
        label=_("Given with each machine"),
        choices=Accessory.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class RefusalForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why is it refused?"), choices=RefusalReason.choices, widget=forms.RadioSelect)
    request = forms.ChoiceField(
        label=_("And their request?"),
        choices=[(KEEPS, _("It keeps its place: another machine will be found")), (LEAVES, _("It is closed"))],
        widget=forms.RadioSelect,
        initial=KEEPS,
    )
