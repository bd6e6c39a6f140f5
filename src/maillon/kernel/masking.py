"""Counts of people that may be shown to anyone. Pure.

No count from 1 to 10 is shown, nor one that would let it be found:
- by subtraction in a table with its total: a cell hidden alone, or hidden ones whose sum is small, take others with
  them (secondary suppression);
- by subtraction between two days: a published count stays as it is until it is wrong by 11 or more (`settled`), so
  that two readings of one figure never differ by fewer than 11 people.

The threshold of 11 is that of tax data on households (INSEE: from memory, not confirmed).
"""

from collections.abc import Mapping
from typing import NamedTuple

SMALLEST = 11


class Masked(NamedTuple):
    """cells: None is hidden. total: None is hidden, or there is nothing that may be told of the whole."""

    cells: dict[str, int | None]
    total: int | None


def masked(counts: Mapping[str, int]) -> Masked:
    """A partition of people and its total, as they may be shown together.

    Whoever subtracts the visible cells from the total learns the sum of the hidden ones, and nothing else: each of
    them may then be anything from 0 to 10 at least. Where that cannot be had, the total is hidden.
    Raises ValueError: a negative count.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError(f"Expected counts of 0 or more, got {dict(counts)}.")
    hidden = {key for key, count in counts.items() if count < SMALLEST}
    smallest_first = sorted(set(counts) - hidden, key=lambda key: (counts[key], key))
    while hidden and smallest_first and not _safe(counts, hidden):
        hidden.add(smallest_first.pop(0))
    whole = sum(counts.values())
    told = whole if whole >= SMALLEST and (not hidden or _safe(counts, hidden)) else None
    return Masked({key: None if key in hidden else count for key, count in counts.items()}, told)


def _safe(counts: Mapping[str, int], hidden: set[str]) -> bool:
    return len(hidden) >= 2 and sum(counts[key] for key in hidden) >= SMALLEST - 1


def settled(published: int | None, actual: int) -> int:
    """The count to publish now: the former one until it is wrong by 11 or more. None: never published before."""
    return actual if published is None or abs(actual - published) >= SMALLEST else published
