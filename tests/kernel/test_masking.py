"""Nothing hidden is found again: compared with linear algebra on random tables."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.kernel.masking import LEAST, mask_line, mask_table, settled, stepped


def test_a_small_count_is_hidden_with_another_that_keeps_its_secret():
    assert mask_line([4, 30, 12, 50]) == ([None, 30, None, 50], 96)
    assert mask_line([4, 3, 30, 12]) == ([None, None, 30, None], 49)  # 4 + 3 would be told by the total
    assert mask_line([6, 7, 30]) == ([None, None, 30], 43)


def test_a_line_where_nothing_is_small_is_shown_whole():
    assert mask_line([11, 12]) == ([11, 12], 23)
    assert mask_line([]) == ([], None)


def test_a_total_that_is_small_hides_all():
    assert mask_line([3, 4]) == ([None, None], None)
    assert mask_line([5]) == ([None], None)


def test_nobody_is_hidden_as_somebody_is():
    assert mask_line([0, 40, 20]) == ([None, 40, None], 60)


def test_a_table_whose_rows_differ_is_refused():
    with pytest.raises(ValueError, match="same length"):
        mask_table([[1, 2], [3]])


def found_again(whole, hidden):
    """Hidden places that the sums of the whole table (totals included) determine."""
    height, width = len(whole), len(whole[0])
    places = sorted(hidden)
    if not places:
        return []
    sums = []
    for r in range(height):
        sums.append([(1 if c < width - 1 else -1) if (row, c) in hidden and row == r else 0 for row, c in places])
    for column in range(width):
        sums.append([(1 if r < height - 1 else -1) if c == column else 0 for r, c in places])
    matrix = np.array(sums, dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    return [
        place
        for i, place in enumerate(places)
        if np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(places))[i]])) == rank
    ]


def small_sums(whole, hidden, least=11):
    """Lines whose total is shown and whose hidden counts add up to a small one."""
    height, width = len(whole), len(whole[0])
    found = []
    for r in range(height):
        inside = [whole[r][c] for c in range(width) if (r, c) in hidden]
        if inside and (r, width - 1) not in hidden and sum(inside) < least:
            found.append(("row", r))
    for c in range(width):
        inside = [whole[r][c] for r in range(height) if (r, c) in hidden]
        if inside and (height - 1, c) not in hidden and sum(inside) < least:
            found.append(("column", c))
    return found


@pytest.mark.parametrize("seed", range(300))
def test_no_sum_of_a_random_table_finds_a_hidden_count(seed):
    draw = random.Random(seed)
    height, width = draw.randint(1, 6), draw.randint(1, 6)
    high = draw.choice([5, 15, 40, 200])
    cells = [[draw.randint(0, high) for _ in range(width)] for _ in range(height)]
    masked = mask_table(cells)
    whole = [[*row, sum(row)] for row in cells]
    whole.append([sum(column) for column in zip(*whole, strict=True)])
    shown = [[*row, total] for row, total in zip(masked.cells, masked.rows, strict=True)]
    shown.append([*masked.columns, masked.total])
    hidden = {(r, c) for r, row in enumerate(shown) for c, count in enumerate(row) if count is None}
    for r, row in enumerate(whole):
        for c, count in enumerate(row):
            assert (r, c) in hidden or (shown[r][c] == count and count >= 11)
    assert found_again(whole, hidden) == []
    assert small_sums(whole, hidden) == []


def test_a_rich_table_is_not_hidden_without_need():
    cells = [[50, 60, 70], [80, 20, 15], [4, 90, 30]]
    masked = mask_table(cells)
    hidden = sum(count is None for row in masked.cells for count in row)
    assert hidden == 4 and masked.total == 419 and None not in masked.rows


@given(st.lists(st.integers(0, 60), min_size=2, max_size=30))
def test_two_days_never_differ_by_a_few_things(days):
    published, shown = None, []
    for actual in days:
        published = stepped(published, actual)
        assert abs(published - actual) < LEAST
        shown.append(published)
    assert all(one == other or abs(one - other) >= LEAST for one, other in pairwise(shown))
    assert shown[0] == days[0]


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=2, max_size=30))
def test_two_days_never_differ_by_a_few_people(days):
    """From nothing, never a small count, and gone on the days kept for it alone."""
    published, shown = 0, [0]
    for actual, may_leave in days:
        before, published = published, settled(published, actual, may_leave=may_leave)
        assert published == 0 or published >= LEAST
        assert published or not before or (may_leave and actual < LEAST)
        assert not (may_leave and actual < LEAST and published)
        assert abs(published - actual) < (LEAST if actual >= LEAST or not published else 2 * LEAST)
        shown.append(published)
    assert all(one == other or abs(one - other) >= LEAST for one, other in pairwise(shown))


def test_small_counts_kept_from_before_are_dropped():
    assert settled(4, 4, may_leave=False) == 0 and settled(4, 12, may_leave=False) == 12
