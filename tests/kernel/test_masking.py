"""No small count can be found, neither in one table nor between two days."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.kernel.masking import SMALLEST, masked, settled

counts = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8)


def possible(cells, total, key):
    """Every value of a hidden cell that agrees with what is shown: the cells are whole numbers of 0 or more."""
    hidden = [name for name, shown in cells.items() if shown is None]
    if total is None:
        return set(range(SMALLEST))  # nothing ties the hidden cells
    rest = total - sum(shown for shown in cells.values() if shown is not None)
    return set(range(rest + 1)) if len(hidden) > 1 else {rest}


@given(counts)
def test_a_hidden_cell_may_be_any_small_number(table):
    cells, total = masked(table)
    for key, shown in cells.items():
        assert shown is None or shown == table[key] >= SMALLEST
        if shown is None:
            assert possible(cells, total, key) >= set(range(SMALLEST))


@given(counts)
def test_a_total_is_never_small(table):
    total = masked(table).total
    assert total is None or total == sum(table.values()) >= SMALLEST


def test_a_cell_hidden_alone_takes_the_smallest_other_with_it():
    assert masked({"a": 3, "b": 50, "c": 20}) == ({"a": None, "b": 50, "c": None}, 73)


def test_two_hidden_cells_whose_sum_is_small_take_a_third():
    assert masked({"a": 0, "b": 1, "c": 30, "d": 12}) == ({"a": None, "b": None, "c": 30, "d": None}, 43)


def test_what_can_not_be_hidden_otherwise_hides_the_total():
    assert masked({"a": 4, "b": 5}) == ({"a": None, "b": None}, None)


def test_nothing_to_hide():
    assert masked({"a": 11, "b": 12}) == ({"a": 11, "b": 12}, 23)
    assert masked({}) == ({}, None)


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="0 or more"):
        masked({"a": -1})


@given(st.lists(st.integers(0, 60), min_size=2, max_size=30))
def test_two_days_never_differ_by_a_few_people(days):
    published, shown = None, []
    for actual in days:
        published = settled(published, actual)
        assert abs(published - actual) < SMALLEST
        shown.append(published)
    assert all(one == other or abs(one - other) >= SMALLEST for one, other in pairwise(shown))
    assert shown[0] == days[0]


def test_differences_of_totals_are_sums_of_settled_steps():
    """Cells that settle apart: a total of settled cells moves by whole steps of 11 or more, or not at all."""
    for before, after in product(product(range(0, 30, 4), repeat=2), repeat=2):
        steps = [settled(was, now) - was for was, now in zip(before, after, strict=True)]
        assert all(step == 0 or abs(step) >= SMALLEST for step in steps)
