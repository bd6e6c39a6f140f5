"""The indicators that the trame of 2020 names, ready to be measured: their unit and how they are counted. Ours."""

import re
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.consultation.trame.words import folded


class Ready(NamedTuple):
    unit: str | Promise
    how: str | Promise


NONE = Ready("", "")
_READY: tuple[tuple[str, Ready], ...] = (
    (
        r"\bdecroch",
        Ready(
            _("pupils"),
            _("Pupils without work nor news for two weeks, counted on the same day each month. Less is better."),
        ),
    ),
    (
        r"\bconnexions?\b.*\b(?:ent|e lyco|e primo)\b|\bent\b.*\bconnexions?\b",
        Ready(
            _("logins a week"),
            _("Different people who logged in during a school week, as the statistics of the ENT tell them."),
        ),
    ),
    (
        r"\btaux de retours?\b",
        Ready(
            "%",
            _("Work handed back, of a hundred asked for: the start is what exists, the aim what is expected."),
        ),
    ),
)


def ready(label: str) -> Ready:
    """What is known of an indicator by its words; NONE for another."""
    words = folded(label)
    return next((each for pattern, each in _READY if re.search(pattern, words)), NONE)
