"""What each of many machines is fit for, for the allocation and the board."""

from collections.abc import Iterable

from maillon.hardware.judgement import Fit, judge
from maillon.hardware.thresholds import Use
from maillon.workshop.models import CheckAnswer
from maillon.workshop.queries import CHECKED, hardware_of


def uses_of(numbers: Iterable[int]) -> dict[int, frozenset[Use]]:
    """The uses that nothing forbids and everything needed was seen for, by device number. Two queries.

    A device whose hardware was never read is fit for none.
    """
    machines = hardware_of(numbers)
    seen: dict[int, dict[str, str]] = {}
    answers = CheckAnswer.objects.filter(device_id__in=list(machines), line__in=CHECKED)
    for number, line, answer in answers.values_list("device_id", "line", "answer"):
        seen.setdefault(number, {})[line] = answer
    found = {}
    for number, machine in machines.items():
        told = {
            CHECKED[line]: answer == CheckAnswer.Answer.OK
            for line, answer in seen.get(number, {}).items()
            if answer == CheckAnswer.Answer.OK or (answer == CheckAnswer.Answer.ABSENT and line != "wifi")
        }
        verdicts = judge(machine, told).uses
        found[number] = frozenset(use for use, verdict in verdicts.items() if verdict.fit is Fit.YES)
    return found
