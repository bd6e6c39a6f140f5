"""Flows of least cost, and the prices that prove them."""

import numpy as np
import pytest

from maillon.allocation.core import flow
from maillon.allocation.core.files import canonical_pieces, load
from maillon.allocation.core.hashing import canonical_hash


def arcs(rows, flows=None):
    tail, head, high = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    low = np.zeros_like(high)
    return flow.Arcs(tail, head, low, high, np.array(flows, np.int64) if flows else low.copy())


WAYS = [(0, 1, 2), (0, 2, 5), (1, 3, 5), (2, 3, 5)]  # two ways from 0 to 3, the first for 2 units
COST = np.array([1, 3, 1, 1])


def test_the_cheapest_way_is_filled_first_and_its_prices_prove_it():
    found = arcs(WAYS)
    found.flow = flow.cheapest(found, COST, np.array([3, 0, 0, -3]))
    assert found.flow.tolist() == [2, 1, 2, 1]
    price = flow.prices(found, COST, 3, 4)
    flow.decide(found, COST, price)
    assert found.open.tolist() == [False, True, True, True]  # the full way is settled, the rest may still be tied


@pytest.mark.parametrize("worse", [[1, 2, 1, 2], [0, 3, 0, 3]])
def test_a_flow_that_is_not_the_cheapest_has_no_prices(worse):
    with pytest.raises(flow.NotOptimal, match="for ever"):
        flow.prices(arcs(WAYS, worse), COST, 3, 4)


def test_wrong_prices_prove_nothing():
    with pytest.raises(flow.NotOptimal, match="do not prove"):
        flow.decide(arcs(WAYS, [2, 1, 2, 1]), COST, np.array([0, 0, 0, 0]))


def test_more_than_can_flow_is_no_flow():
    with pytest.raises(flow.NotOptimal):
        flow.cheapest(arcs(WAYS), COST, np.array([9, 0, 0, -9]))


def test_a_decided_arc_keeps_its_flow():
    found = arcs(WAYS, [1, 0, 1, 0])
    found.low[0] = found.high[0] = 1
    assert flow.cheapest(found, COST, np.array([3, 0, 0, -3])).tolist() == [1, 2, 1, 2]


def test_a_long_column_is_hashed_as_if_it_were_written_at_once():
    import hashlib
    import json

    value = {"b": list(range(50_001)), "a": {"é": ["x"] * 20_001, "n": None, "e": {}, "l": []}}
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert "".join(canonical_pieces(value)) == text
    assert canonical_hash(value) == hashlib.sha256(text.encode()).hexdigest()
    assert load(text) == value
