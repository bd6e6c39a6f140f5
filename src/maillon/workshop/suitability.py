"""What each of many machines is fit for, for the board."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from django.db.models import QuerySet

from maillon.hardware.criteria import Criterion
from maillon.hardware.judgement import Fit, judge
from maillon.hardware.thresholds import Use
from maillon.workshop.models import CheckAnswer, Hardware
from maillon.workshop.queries import CHECKED, seen_of, unpacked


def uses_of(numbers: "QuerySet[Any, int]") -> dict[int, frozenset[Use]]:
    """The uses that nothing forbids and everything needed was seen for, by device number. Two queries.

    numbers: not evaluated, for they may be more than a query takes as values. A device whose hardware was never read
    is fit for none.
    """
    answers: dict[int, dict[str, str]] = {}
    checks = CheckAnswer.objects.filter(device_id__in=numbers, line__in=CHECKED)
    for number, line, answer in checks.values_list("device_id", "line", "answer"):
        answers.setdefault(number, {})[line] = answer
    documents: Any = Hardware.objects.filter(device_id__in=numbers).values_list("device_id", "document")
    return {
        number: _judged(bytes(document), seen_of(answers.get(number, {}))) for number, document in documents.iterator()
    }


# What was judged already, by a digest of all that it was judged by: reading 10,000 documents again takes five seconds.
_known: dict[bytes, frozenset[Use]] = {}
_sets: dict[frozenset[Use], frozenset[Use]] = {}  # each kept once: at most 2 to the number of uses
MOST_KNOWN = 200_000


def _judged(document: bytes, seen: Mapping[Criterion, bool]) -> frozenset[Use]:
    key = blake2b(repr(sorted(seen.items())).encode() + document, digest_size=16).digest()
    if (uses := _known.get(key)) is None:
        verdicts = judge(unpacked(document), seen).uses
        uses = frozenset(use for use, verdict in verdicts.items() if verdict.fit is Fit.YES)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = uses = _sets.setdefault(uses, uses)
    return uses
