"""What people type about the allocation."""

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import Campaign, Ending, PromiseState, Review
from maillon.allocation.reviews import LONGEST
from maillon.allocation.rules import CRITERIA, LEVELS, MOST_POINTS, RulesRefused, read
from maillon.allocation.telling import LEVEL_NAMES
from maillon.kernel.forms import near
from maillon.kernel.translation import told
from maillon.needs.forms import CLOSINGS
from maillon.workshop.forms import UNSAID

AGEING = {
    "points": _("Points added"),
    "days": _("Every so many days"),
    "max": _("At most"),
}
DISTANCE = {
    "same_commune": _("Within a commune (km)"),
    "same_grouping": _("Within a grouping of communes (km)"),
    "elsewhere": _("Beyond (km)"),
    "carried": _("Brought by the workshop (km)"),
    "delivered": _("Delivered (km)"),
    "reach": _("Farthest for who names no place (km)"),
}


LIMITS = {  # of every node of the tree that the document does not name
    "territory": (_("The whole territory, at least"), _("The whole territory, at most")),
    "districts": (_("Each district, at least"), _("Each district, at most")),
    "prescribers": (_("Each prescriber in a district, at least"), _("Each prescriber in a district, at most")),
}


class OpenForm(forms.Form):
    closes_on = forms.DateField(
        label=_("Requests taken until"),
        validators=[near],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Included. The plan is computed from that day on."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"closes_on": timezone.localdate()}, **kwargs})


class RulesForm(forms.Form):
    """The rules, field by field; tiers and limits as they are written in the document, for those who change them."""

    def __init__(self, *args: Any, document: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document
        for name, criterion in CRITERIA.items():
            self._number(f"points_{name}", capfirst(told(criterion)), document["points"].get(name, 0), MOST_POINTS)
        self._number("points_max", _("Most points of a request"), document["points_max"], 10_000)
        for name, label in AGEING.items():
            self._number(f"ageing_{name}", label, document["ageing"][name], 10_000)
        for rank, level in enumerate(document["levels"], 1):
            self._number(f"level_{level}", capfirst(told(LEVEL_NAMES[level])), rank, len(LEVELS), least=1)
        for name, label in DISTANCE.items():
            self._number(f"distance_{name}", label, document["distance"][name], 1000)
        for part, labels in LIMITS.items():
            limit = self._limit(deepcopy(document["limits"]), part)
            for bound, label in zip(("floor", "cap"), labels, strict=True):
                self._number(f"limit_{part}_{bound}", label, limit.get(bound), 1_000_000)
                self.fields[f"limit_{part}_{bound}"].required = False
        for name, label in (
            ("tiers", _("Tiers")),
            ("limits", _("Least and most")),
            ("exclusive", _("Criteria of which the best alone counts")),
        ):
            text = json.dumps(document[name], ensure_ascii=False, indent=1)
            self.fields[name] = forms.CharField(
                label=label,
                initial=text,
                max_length=100_000,
                widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code"}),
            )

    @staticmethod
    def _limit(limits: Any, part: str) -> dict[str, Any]:
        """Where the document keeps the least and the most of all those that it does not name."""
        held: dict[str, Any] = limits.setdefault(part, {})
        return held if part == "territory" else held.setdefault("default", {"floor": 0, "cap": None})

    def _number(self, name: str, label: Any, value: int | None, most: int, *, least: int = 0) -> None:
        self.fields[name] = forms.IntegerField(label=label, initial=value, min_value=least, max_value=most)

    def _bound(self, prefix: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(prefix)]

    @property
    def points(self) -> list[forms.BoundField]:
        return self._bound("points_")

    @property
    def ageing(self) -> list[forms.BoundField]:
        return self._bound("ageing_")

    @property
    def levels(self) -> list[forms.BoundField]:
        return self._bound("level_")

    @property
    def distance(self) -> list[forms.BoundField]:
        return self._bound("distance_")

    @property
    def limited(self) -> list[forms.BoundField]:
        return self._bound("limit_")

    def clean(self) -> dict[str, Any]:
        """`changed` is the whole document, once everything in it was accepted."""
        data: dict[str, Any] = super().clean() or {}
        parts = {name: self._json(name, data.get(name)) for name in ("tiers", "limits", "exclusive")}
        if self.errors:
            return data
        with suppress(AttributeError, TypeError):  # not written as a document of limits: `read` says so
            for part in LIMITS:
                for bound, none in (("floor", 0), ("cap", None)):
                    name = f"limit_{part}_{bound}"
                    if name in self.data and name in self.changed_data:  # else the document below says it
                        value = data[name]
                        self._limit(parts["limits"], part)[bound] = none if value is None else value
        self.changed = self.document | {
            "levels": sorted(LEVELS, key=lambda level: (data[f"level_{level}"], LEVELS.index(level))),
            "points": {name: data[f"points_{name}"] for name in CRITERIA if data[f"points_{name}"]},
            "points_max": data["points_max"],
            "ageing": {name: data[f"ageing_{name}"] for name in AGEING},
            "distance": {name: data[f"distance_{name}"] for name in DISTANCE},
            **parts,
        }
        if len({data[f"level_{level}"] for level in LEVELS}) < len(LEVELS):
            self.add_error(None, _("Two levels have the same rank: number them from 1 to 8."))
        try:
            read(self.changed)
        except RulesRefused as refused:
            for each in refused.refusals:
                field = self._field_of(each.where)
                self.add_error(field, told(each.what) if field == each.where else f"{each.where}: {told(each.what)}")
        return data

    def _json(self, name: str, text: str | None) -> Any:
        try:
            return json.loads(text or "null", parse_constant=lambda _text: None)
        except (ValueError, RecursionError) as error:
            at = getattr(error, "lineno", 1)
            self.add_error(
                name, _("Line %(line)s is not written as expected: compare with the example.") % {"line": at}
            )
            return None

    def _field_of(self, where: str) -> str | None:
        name = where.replace(".", "_") if where.startswith(("points.", "ageing.", "distance.")) else where.split(".")[0]
        return name if name in self.fields else None


class UrgencyForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why it does not wait"), choices=[UNSAID, *Campaign.Urgency.choices])


class EndForm(forms.Form):
    """Why a promise ends, and whether the request stays in the queue."""

    STATES = (PromiseState.REFUSED, PromiseState.NO_SHOW, PromiseState.RELEASED, PromiseState.BROKEN)
    state = forms.ChoiceField(label=_("What happened"), choices=[UNSAID, *((s.value, s.label) for s in STATES)])
    reason = forms.ChoiceField(label=_("Why"), choices=[UNSAID, *Ending.choices])
    leaves = forms.ChoiceField(
        label=_("The request"),
        required=False,
        choices=[("", _("keeps its place in the queue")), (_("is closed"), CLOSINGS)],
    )


class AskForm(forms.Form):
    words = forms.CharField(
        label=_("What should be looked at again?"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Read by the coordination alone. You may leave it empty."),
    )


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(label=_("Decision"), choices=[UNSAID, *Review.Answer.choices])
    reply = forms.CharField(
        label=_("Answer, read by the person and their prescriber"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Plain words: what you looked at, what you decided, what happens now."),
    )
