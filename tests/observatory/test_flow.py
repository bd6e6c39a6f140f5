"""The picture of the machines' way: nothing is lost on it, and its bars and ribbons fit."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.observatory.flow import STAGES, Fate, links, picture

POSSIBLE = [Fate(stage, now) for stage in STAGES for now in ("here", "parts", "lost", "in_use", "returned")]
fates = st.dictionaries(st.sampled_from(POSSIBLE), st.integers(0, 10_000), max_size=12)


@given(fates)
def test_what_comes_in_a_node_leaves_it(counted):
    comes, leaves = Counter(), Counter()
    for link in links(counted):
        comes[link.target] += link.count
        leaves[link.source] += link.count
    for node in leaves:
        if node.column:
            assert comes[node] == leaves[node]
    assert sum(count for node, count in leaves.items() if node.column == 0) == sum(counted.values())


@given(fates)
def test_bars_are_as_high_as_their_ribbons_and_do_not_overlap(counted):
    drawn = picture(links(counted))
    columns = {}
    for bar in drawn.bars:
        columns.setdefault(bar.node.column, []).append(bar)
        assert bar.y >= 0 and bar.y + bar.height <= drawn.height
    for bars in columns.values():
        bars.sort(key=lambda bar: bar.y)
        for above, below in pairwise(bars):
            assert above.y + above.height <= below.y


def test_a_machine_handed_over_passed_every_stage():
    found = links({Fate("handed_over", "in_use"): 3, Fate("erased", "here"): 2})
    assert [(link.source.key, link.target.key, link.count) for link in found] == [
        ("received", "erased", 5),
        ("erased", "ready", 3),
        ("erased", "here", 2),
        ("ready", "handed_over", 3),
        ("handed_over", "in_use", 3),
    ]


def test_nothing_to_draw():
    assert picture(links({})).bars == ()
    assert picture(links({Fate("received", "here"): 0})).bars == ()


@pytest.mark.parametrize("count", [1, 10**6])
def test_a_rare_way_is_still_seen(count):
    drawn = picture(links({Fate("received", "here"): count, Fate("received", "lost"): 1}))
    assert min(ribbon.width for ribbon in drawn.ribbons) >= 1.5
