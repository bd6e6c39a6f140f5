"""What is due now of a request for help. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Due(StrEnum):
    """The next thing to do, in the order in which tickets are shown."""

    ANSWER = "answer"
    EXCHANGE = "exchange"
    CALL = "call"  # the person has not answered for a while
    LOOK = "look"  # the part should be there
    NOTHING = "nothing"  # it waits for someone else, not yet for long


CALL_AFTER = timedelta(days=7)
LOOK_AFTER = timedelta(days=14)
_ORDER = list(Due)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a living ticket stands. state: open, part, person or exchange; waited: in this state, open: since then."""

    state: str
    waited: timedelta


def due(standing: Standing) -> Due:
    """Raises ValueError: a state that waits for nothing."""
    match standing.state:
        case "open":
            return Due.ANSWER
        case "exchange":
            return Due.EXCHANGE
        case "person":
            return Due.CALL if standing.waited >= CALL_AFTER else Due.NOTHING
        case "part":
            return Due.LOOK if standing.waited >= LOOK_AFTER else Due.NOTHING
    raise ValueError(f"Expected the state of a living ticket, got {standing.state!r}.")


def order(standing: Standing) -> tuple[int, timedelta]:
    """The sort key of a queue: what is due first, then who has waited longest."""
    return _ORDER.index(due(standing)), -standing.waited
