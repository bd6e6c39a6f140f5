"""What a person says of a list: what its columns hold, what is true of every row, what its words mean."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillon.hardware.tables import Table
from maillon.kernel.actor import Actor
from maillon.needs.commands import public_places
from maillon.needs.facts import MOST_MACHINES, Facts
from maillon.needs.forms import PhoneField
from maillon.needs.identities import Person
from maillon.needs.lists import words
from maillon.needs.lists.columns import FIELDS, MOST_HEADER, Columns
from maillon.needs.lists.rows import Whole
from maillon.needs.vocabulary import Beneficiary, kinds_of
from maillon.territory.forms import CommuneField
from maillon.territory.models import Place

MOST_COLUMNS = 60


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("List"),
        help_text=gettext_lazy(
            "CSV, Excel (XLSX) or LibreOffice (ODS), one request a row, titles first; 5 MB at most."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.ods,.xlsx,.xls,.txt"}),
    )


class ColumnsForm(forms.Form):
    """Which sheet, which row holds the titles, what each column holds."""

    def __init__(self, data: Any = None, *, sheets: Sequence[Table], columns: Columns) -> None:
        initial: dict[str, Any] = {f"c{column.index}": column.field for column in columns.columns}
        initial |= {"sheet": columns.sheet, "header": columns.header}
        super().__init__(data, initial=initial)
        self.columns = columns
        names = [(table.sheet, table.sheet or _("The list")) for table in sheets]
        one = len(names) == 1
        widget = forms.HiddenInput() if one else forms.Select()
        self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=names, required=False, widget=widget)
        self.fields["header"] = forms.IntegerField(
            label=_("Row of the titles (0: there are none)"), min_value=0, max_value=MOST_HEADER
        )
        choices: list[tuple[str, str | Promise]] = [("", _("left out")), *FIELDS.items()]
        for column in columns.columns[:MOST_COLUMNS]:
            label = _("What column %(letter)s holds: %(title)s") % {
                "letter": column.letter,
                "title": column.title or _("without title"),
            }
            select = forms.Select(attrs={"aria-label": label})
            self.fields[f"c{column.index}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, widget=select
            )

    @property
    def elsewhere(self) -> bool:
        """Another sheet or row of titles was asked for: what its columns hold is proposed anew."""
        return bool({"sheet", "header"} & set(self.changed_data))

    def said(self) -> Columns:
        fields = {column.index: self.cleaned_data[f"c{column.index}"] for column in self.columns.columns[:MOST_COLUMNS]}
        return self.columns.said(fields)


class WholeForm(forms.Form):
    """What is true of every row whose own cell says nothing."""

    beneficiary = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)
    use = forms.ChoiceField(label=gettext_lazy("Use"), required=False)
    machines = forms.MultipleChoiceField(
        label=gettext_lazy("Machine"), required=False, widget=forms.CheckboxSelectMultiple
    )
    commune = CommuneField()
    contact_way = forms.ChoiceField(label=gettext_lazy("How to reach them"), required=False)
    criteria = forms.MultipleChoiceField(
        label=gettext_lazy("Situation"), required=False, widget=forms.CheckboxSelectMultiple
    )
    proof = forms.DateField(
        label=gettext_lazy("Proofs seen on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    places = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Where can they fetch it?"),
        queryset=Place.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    delivery = forms.BooleanField(label=gettext_lazy("They cannot come: to be delivered"), required=False)
    deadline = forms.DateField(
        label=gettext_lazy("Needed by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any = None, *, actor: Actor, whole: Whole) -> None:
        super().__init__(data, initial=whole.to_json())
        for name in ("beneficiary", "use", "contact_way"):
            self.fields[name].choices = [("", _("as each row says")), *words.choices(name)]  # type: ignore[attr-defined]
        for name in ("machines", "criteria"):
            self.fields[name].choices = words.choices(name)  # type: ignore[attr-defined]
        self.fields["places"].queryset = public_places(actor)  # type: ignore[attr-defined]
        if not self.fields["places"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["places"]

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in ("beneficiary", "use", "machines", "commune")]

    @property
    def more(self) -> list[forms.BoundField]:
        names = ("contact_way", "criteria", "proof", "places", "delivery", "deadline")
        return [self[name] for name in names if name in self.fields]

    def whole(self) -> Whole:
        said = self.cleaned_data
        return Whole(
            beneficiary=said["beneficiary"],
            use=said["use"],
            machines=tuple(said["machines"]),
            commune=said["commune"].pk if said["commune"] else "",
            places=tuple(str(place.pk) for place in said.get("places") or ()),
            delivery=said["delivery"],
            deadline=said["deadline"].isoformat() if said["deadline"] else "",
            criteria=tuple(said["criteria"]),
            proof=said["proof"].isoformat() if said["proof"] else "",
            contact_way=said["contact_way"],
        )


class WordsForm(forms.Form):
    """What the words that are not understood mean, said once for all their rows and for the next lists."""

    def __init__(self, *args: Any, unknown: Mapping[str, Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, tuple[str, str]] = {}
        for field, said in unknown.items():
            for number, word in enumerate(said):
                name = f"w_{field}_{number}"
                self.places[name] = (field, word)
                self.fields[name] = forms.ChoiceField(
                    label=_("%(column)s: “%(word)s” means") % {"column": FIELDS[field], "word": word},
                    choices=[("", _("to correct in the list")), *words.choices(field)],
                    required=False,
                )
                # The word travels with its choice: the rows may not be the same when the answer comes.
                self.fields[f"{name}_word"] = forms.CharField(
                    widget=forms.HiddenInput, required=False, max_length=80, initial=word
                )

    @staticmethod
    def meant(posted: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """What was chosen, of the words as they were shown: field -> word -> value."""
        found: dict[str, dict[str, str]] = {}
        for name, value in posted.items():
            kind, _sep, rest = name.partition("_")
            field, _sep, number = rest.rpartition("_")
            word = posted.get(f"{name}_word", "")[:80]
            if kind == "w" and value and word and number.isdecimal() and field in words.SYNONYMS:
                found.setdefault(field, {})[word] = value
        return found


class GroupForm(forms.Form):
    """A whole list as one request: how many, and whom to ask for. No name of the list is kept."""

    use_required_attribute = False  # it stands in the form of the list, whose other buttons do not need it
    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=120)
    quantity = forms.IntegerField(label=gettext_lazy("Machines"), min_value=1, max_value=MOST_MACHINES)
    minimum = forms.IntegerField(
        label=gettext_lazy("Fewest accepted"),
        min_value=1,
        max_value=MOST_MACHINES,
        required=False,
        help_text=gettext_lazy("A class of 12 that cannot work with 5 says 12: all or nothing. Empty: one is useful."),
    )
    contact = forms.CharField(label=gettext_lazy("Whom to ask for"), max_length=120, required=False)
    phone = PhoneField(label=gettext_lazy("Telephone"), max_length=30, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)

    def person(self) -> Person:
        said = self.cleaned_data
        return Person(said["name"].strip(), said["contact"].strip(), said["phone"], said["email"])

    def facts(self, whole: Whole) -> Facts:
        said = self.cleaned_data
        return Facts(
            beneficiary=Beneficiary.GROUP.value,
            use=whole.use,
            kinds=kinds_of(whole.machines),
            quantity=said["quantity"],
            minimum=said["minimum"] or 1,
            commune=whole.commune or None,
            places=[UUID(place) for place in whole.places],
            delivery=whole.delivery,
            deadline=date.fromisoformat(whole.deadline) if whole.deadline else None,
            criteria=dict.fromkeys(whole.criteria),
        )
