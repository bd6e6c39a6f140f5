"""What each of many machines is fit for, for the allocation and the board."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from django.db.models import QuerySet

from maillon.hardware.criteria import Criterion
from maillon.hardware.judgement import Fit, judge
from maillon.hardware.thresholds import Use
from maillon.workshop.models import CheckAnswer, Hardware
from maillon.workshop.queries import CHECKED, unpacked


def uses_of(numbers: Iterable[int]) -> dict[int, frozenset[Use]]:
    """The uses that nothing forbids and everything needed was seen for, by device number. Two queries.

    A device whose hardware was never read is fit for none.
    """
    wanted = numbers if isinstance(numbers, QuerySet) else list(numbers)  # more than a query takes as values
    documents = dict(Hardware.objects.filter(device_id__in=wanted).values_list("device_id", "document"))
    seen: dict[int, dict[str, str]] = {}
    answers = CheckAnswer.objects.filter(device_id__in=wanted, line__in=CHECKED)
    for number, line, answer in answers.values_list("device_id", "line", "answer"):
        seen.setdefault(number, {})[line] = answer
    found = {}
    for number, document in documents.items():
        told = {
            CHECKED[line]: answer == CheckAnswer.Answer.OK
            for line, answer in sorted(seen.get(number, {}).items())
            if answer == CheckAnswer.Answer.OK or (answer == CheckAnswer.Answer.ABSENT and line != "wifi")
        }
        found[number] = _judged(bytes(document), told)
    return found


# What was judged already, by a digest of all that it was judged by: reading 10,000 documents again takes five seconds.
_known: dict[bytes, frozenset[Use]] = {}
MOST_KNOWN = 200_000


def _judged(document: bytes, told: Mapping[Criterion, bool]) -> frozenset[Use]:
    key = blake2b(repr([(str(line), ok) for line, ok in told.items()]).encode() + document, digest_size=16).digest()
    if (uses := _known.get(key)) is None:
        verdicts = judge(unpacked(document), told).uses
        uses = frozenset(use for use, verdict in verdicts.items() if verdict.fit is Fit.YES)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = uses
    return uses
