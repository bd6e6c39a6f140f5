"""The trame's words on our pages. Those of its documents are in `trame.words`, and stay French."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.consultation.trame.model import Column, Kind

COLUMN_LABELS: Mapping[Column, str | Promise] = {
    Column.FEEDBACK: _("Feedback"),
    Column.IRRITANTS: _("What hurts"),
    Column.STRENGTHS: _("What works"),
    Column.NEEDS: _("Needs"),
    Column.LEVERS: _("Levers"),
    Column.WHAT: pgettext_lazy("plan of action", "What"),
    Column.HOW: pgettext_lazy("plan of action", "How"),
    Column.WHO: pgettext_lazy("plan of action", "Who"),
    Column.WHEN: pgettext_lazy("plan of action", "When"),
    Column.INDICATORS: _("Indicators"),
}
KIND_LABELS: Mapping[Kind, str | Promise] = {
    Kind.DIAGNOSIS: _("What hurts, what works"),
    Kind.NEEDS: _("Needs and levers"),
    Kind.PLAN: _("Plan of action"),
}
KIND_ICONS = {Kind.DIAGNOSIS: "search", Kind.NEEDS: "lightning-charge", Kind.PLAN: "list-check"}
