"""Small counts are not shown, and can not be found again by subtraction. Pure.

A count under 11 may tell of one family in a district that its neighbours know (the figure is the one that INSEE uses
for fiscal households; from memory, not confirmed). It is hidden: None, shown "fewer than 11" or "not shown". Zero is
hidden too, for "nobody" tells of everybody.

Hiding it is not enough where a total stands beside: total minus the others gives it back. So more is hidden, the
smallest first where there is a choice (secondary suppression), until

- in each line whose total is shown, what is hidden adds up to at least 11 and is at least two counts;
- no hidden count is the only solution of all the sums together. In a table with totals, a hidden count is found
  exactly when it lies on no closed path of hidden counts, each step along a row, then along a column: so each must.

What this does not do: a range may still be told of a hidden count (it is not above its line's hidden sum), and two
tables of the same people cut otherwise must be masked together. Publish one cut, and let it move by `settled`: a count
published day after day would otherwise tell of one family arriving. Totals published day after day are sums of what is
shown, never of what is hidden: a hidden count that comes or goes would be the difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST = 11

Shown = int | None


@dataclass(frozen=True, slots=True)
class Masked:
    """A table as it may be shown: cells[row][column], the totals of each and of all. None: hidden."""

    cells: list[list[Shown]]
    rows: list[Shown]
    columns: list[Shown]
    total: Shown


def mask_line(counts: Sequence[int], least: int = LEAST) -> tuple[list[Shown], Shown]:
    """Counts and their total. counts: 0 or more each."""
    total = sum(counts)
    hidden = {place for place, count in enumerate(counts) if count < least}
    if total < least:
        return [None] * len(counts), None
    while hidden and (len(hidden) < 2 or sum(counts[place] for place in hidden) < least):
        shown = [place for place in range(len(counts)) if place not in hidden]
        if not shown:  # a line of one count: its total is the count itself
            return [None] * len(counts), None
        hidden.add(min(shown, key=lambda place: (counts[place], place)))
    return [None if place in hidden else count for place, count in enumerate(counts)], total


def mask_table(cells: Sequence[Sequence[int]], least: int = LEAST) -> Masked:
    """A table of counts, with the totals of its rows, of its columns and of all.

    cells: rows of the same length, 0 or more each. Raises ValueError for rows of different lengths.
    """
    width = len(cells[0]) if cells else 0
    if any(len(row) != width for row in cells):
        raise ValueError("Expected rows of the same length.")
    whole = [[*row, sum(row)] for row in cells]
    whole.append([sum(column) for column in zip(*whole, strict=True)] if whole else [0])
    hidden = {(r, c) for r, row in enumerate(whole) for c, count in enumerate(row) if count < least}
    while exposed := _exposed(whole, hidden, least):
        hidden.add(exposed)
    shown = [[None if (r, c) in hidden else count for c, count in enumerate(row)] for r, row in enumerate(whole)]
    return Masked([row[:-1] for row in shown[:-1]], [row[-1] for row in shown[:-1]], shown[-1][:-1], shown[-1][-1])


Place = tuple[int, int]


def _exposed(whole: list[list[int]], hidden: set[Place], least: int) -> Place | None:
    """The next count to hide, None when nothing hidden can be found again."""
    height, width = len(whole), len(whole[0])
    lines = [([(r, c) for c in range(width)], (r, width - 1)) for r in range(height)]
    lines += [([(r, c) for r in range(height)], (height - 1, c)) for c in range(width)]
    for places, total in lines:
        inside = [place for place in places if place in hidden]
        if not inside or len(inside) == len(places):
            continue
        known = total not in hidden
        small = known and sum(whole[r][c] for r, c in inside) < least
        if len(inside) == 1 or small:
            return _smallest(whole, places, hidden)
    for r, c in sorted(_alone(hidden, height)):
        beside = [(r, other) for other in range(width)] + [(other, c) for other in range(height)]
        if any(place not in hidden for place in beside):
            return _smallest(whole, beside, hidden)
    return None


def _smallest(whole: list[list[int]], places: Iterable[Place], hidden: set[Place]) -> Place:
    """The smallest count still shown; rather one that closes a path of hidden counts, so that fewer need follow."""
    rows, columns = {r for r, _c in hidden}, {c for _r, c in hidden}

    def rank(place: Place) -> tuple[bool, int, Place]:
        r, c = place
        return not (r in rows and c in columns), whole[r][c], place

    return min((place for place in places if place not in hidden), key=rank)


def _alone(hidden: set[Place], height: int) -> set[Place]:
    """Hidden counts on no closed path: the bridges of the graph that joins the row and the column of each."""
    joined: dict[int, list[tuple[int, Place]]] = {}
    for r, c in hidden:
        joined.setdefault(r, []).append((height + c, (r, c)))
        joined.setdefault(height + c, []).append((r, (r, c)))
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    bridges: set[Place] = set()
    for start in joined:
        if start in order:
            continue
        order[start] = low[start] = len(order)
        path: list[tuple[int, Place | None, Iterable[tuple[int, Place]]]] = [(start, None, iter(joined[start]))]
        while path:
            node, came, rest = path[-1]
            step = next(iter(rest), None)
            if step is None:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[node])
                    if came is not None and low[node] > order[above]:
                        bridges.add(came)
                continue
            other, by = step
            if by == came:
                continue
            if other in order:
                low[node] = min(low[node], order[other])
            else:
                order[other] = low[other] = len(order)
                path.append((other, by, iter(joined[other])))
    return bridges


# From one day to the next.


def stepped(published: int | None, actual: int, least: int = LEAST) -> int:
    """The count to publish now: the former one until it is wrong by `least` or more. None: never published before."""
    return actual if published is None or abs(actual - published) >= least else published


def settled(published: int, actual: int, *, may_leave: bool, least: int = LEAST) -> int:
    """The same for a count of people: never between 0, which says "fewer than `least`", and `least`.

    One that falls under `least` would tell, the day it goes, how many are left: it goes only when it `may_leave`, on
    days that have nothing to do with it.
    """
    before = published if published >= least else 0
    if before and actual < least:
        if may_leave:
            return 0
        return least if before - least >= least and before - actual >= least else before
    after = stepped(before, actual, least)
    return after if after >= least else 0
