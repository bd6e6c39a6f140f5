"""Why each request is or is not served, by hand; and what is claimed, replayed by deciding again."""

import copy

import pytest

from maillon.allocation.core.api import solve
from maillon.allocation.core.rules import LEVELS
from tests.allocation.small import NODE, SEED, anything, problem, reason, served, some

FARTHER, ANY_KIND, LOWER_GRADE, NO_EXTRAS = 1, 2, 4, 8
PLAIN = {"cutoff_tier": -1, "cutoff_points": -1, "changes": 0}


def decided(document):
    return solve(document, SEED)


def test_served_with_the_last_one_who_could_have_given_way():
    plan = decided(problem({"a": {"points": 5}, "b": {"tier": 1, "points": 3}}, some("D", 2)))
    assert reason(plan, "a") == {"code": 0, "cutoff_tier": 1, "cutoff_points": 3, "changes": 0}


def test_nobody_had_to_give_way_where_a_machine_is_left():
    assert reason(decided(problem(some("R", 1), some("D", 2))), "R1") == {"code": 0} | PLAIN


@pytest.mark.parametrize(
    ("asked", "had", "changes"),
    [
        ({"kinds": 0}, {}, ANY_KIND),
        ({"kinds": 2}, {}, ANY_KIND),
        ({"grade": 1}, {}, LOWER_GRADE),
        ({"grade": 2}, {}, 0),
        ({"extras": 3}, {"extras": 1}, NO_EXTRAS),
        ({"km": 4}, {}, FARTHER),  # delivered: no request goes farther
        ({"km": 4, "grade": 1}, {}, 0),  # each change alone is not enough
    ],
)
def test_nothing_fits_and_what_would(asked, had, changes):
    plan = decided(problem({"asked": asked}, {"D": had}))
    assert reason(plan, "asked") == {"code": 1} | PLAIN | {"changes": changes}


def test_the_next_step_of_distance_is_one_that_someone_accepts():
    places = [{"id": "near", "cap": None}, {"id": "far", "cap": None}]
    document = problem({"a": {"km": 4}, "b": {"km": 9, "tier": 2}}, {"D": {}}, places=places, distance_km=[[9, 20]])
    assert reason(decided(document), "a")["changes"] == FARTHER  # 9 km, where b would give way
    document["distance_km"] = [[10, 20]]
    assert reason(decided(document), "a")["changes"] == 0  # 9 km is not enough, and delivery is two steps away


def test_a_promised_machine_has_left_the_stock():
    promises = [{"request": "b", "device": "D", "run": "0" * 64}]
    assert reason(decided(problem({"a": {}, "b": {}}, {"D": {}}, promises=promises)), "a")["code"] == 1


def test_machines_went_to_requests_that_come_before():
    requests = {"first": {"points": 9}, "next": {"points": 5}, "out": {"points": 4, "grade": 0}}
    devices = some("D", 2) | {"far": {"place": 1}}
    places = [{"id": "here", "cap": None}, {"id": "there", "cap": None}]
    plan = decided(problem(requests, devices, places=places, distance_km=[[5, 12]]))
    assert reason(plan, "out") == {"code": 2, "cutoff_tier": 0, "cutoff_points": 5, "changes": FARTHER}


def test_the_one_who_would_give_way_may_be_at_the_end_of_a_chain():
    """Only "either" could go to the desktop; it is then the desktop's holder who gives way."""
    requests = {
        "either": {"kinds": 3, "points": 9}, "desktop": {"kinds": 2, "points": 2}, "laptop": {"points": 1, "tier": 1},
    }  # fmt: skip
    plan = decided(problem(requests, {"L": {}, "D": {"kind": 1}}))
    assert served(plan) == {"either", "desktop"}
    assert reason(plan, "laptop") == {"code": 2, "cutoff_tier": 0, "cutoff_points": 2, "changes": 0}


def test_the_same_rank_as_the_last_one_served():
    requests = {"old": {"since": "2026-01-01"}, "new": {}}
    assert reason(decided(problem(requests, some("D", 1))), "new") == PLAIN | {
        "code": 3,
        "cutoff_tier": 0,
        "cutoff_points": 0,
    }


def test_a_cap_of_the_node_or_of_the_place():
    nodes = [NODE | {"id": "territory", "parent": None, "cap": 1}]
    plan = decided(problem({"a": {"points": 1}, "b": {}}, some("D", 2), nodes=nodes))
    assert reason(plan, "b") == {"code": 4, "cutoff_tier": 0, "cutoff_points": 1, "changes": 0}
    places = [{"id": "here", "cap": 1}]
    plan = decided(problem({"a": {"points": 1}, "b": {}}, some("D", 2), places=places))
    assert reason(plan, "b") == {"code": 4, "cutoff_tier": 0, "cutoff_points": 1, "changes": 0}


DISTRICTS = [NODE | {"id": "territory", "parent": None}, NODE | {"id": "a", "cap": 1}, NODE | {"id": "b"}]


@pytest.mark.parametrize(
    ("inside", "outside", "devices", "changes"),
    [
        ({"tier": 2}, {}, some("D", 2), LOWER_GRADE),  # its neighbour gives its machine
        ({"points": 1}, {"tier": 2}, some("D", 3), 0),  # neither who is elsewhere nor a free machine makes room
        ({"tier": 2, "kinds": 2}, {}, some("L", 2) | {"D": {"kind": 1}}, LOWER_GRADE),  # its place, for a free machine
    ],
)
def test_under_a_full_node_its_own_alone_make_room(inside, outside, devices, changes):
    requests = {"served": {"node": 1} | inside, "asks": {"node": 1, "grade": 1}, "elsewhere": {"node": 2} | outside}
    plan = decided(problem(requests, devices, nodes=DISTRICTS))
    assert "served" in served(plan) and reason(plan, "asks")["code"] == 1
    assert reason(plan, "asks")["changes"] == changes


def test_the_last_one_served_is_then_one_of_them():
    requests = {"served": {"node": 1, "points": 9}, "asks": {"node": 1}, "elsewhere": {"node": 2, "tier": 2}}
    plan = decided(problem(requests, some("D", 2), nodes=DISTRICTS))
    assert reason(plan, "asks") == {"code": 4, "cutoff_tier": 0, "cutoff_points": 9, "changes": 0}


@pytest.mark.parametrize(
    ("floor", "asks", "changes"),
    [
        (2, {}, LOWER_GRADE),  # not reached, nobody of the district was served: even who comes before gives way
        (1, {"node": 3, "tier": 1}, LOWER_GRADE),  # reached by a neighbour who comes after: it stays reached
        (1, {"node": 2, "tier": 1}, 0),  # reached by someone of another district
    ],
)
def test_a_floor_keeps_its_machines_within_its_node(floor, asks, changes):
    nodes = [
        NODE | {"id": "territory", "parent": None}, NODE | {"id": "north", "floor": floor}, NODE | {"id": "south"},
        NODE | {"id": "school", "parent": 1}, NODE | {"id": "town", "parent": 1},
    ]  # fmt: skip
    last = {"node": 2, "tier": 0} if floor == 2 else {"node": 4, "tier": 2}
    requests = {"last": last, "asks": {"node": 3, "tier": 2, "grade": 2} | asks}
    plan = decided(problem(requests, {"D": {"grade": 1}}, nodes=nodes))
    assert served(plan) == {"last"} and reason(plan, "asks")["changes"] == changes


def test_a_machine_kept_by_a_floor_can_not_be_claimed():
    nodes = [NODE | {"id": "territory", "parent": None}, NODE | {"id": "a"}, NODE | {"id": "b", "floor": 1}]
    requests = {"before": {"node": 1, "grade": 1}, "floored": {"node": 2, "tier": 2}}
    document = problem(requests, {"D": {"grade": 1}}, nodes=nodes)
    assert reason(decided(document), "before") == {"code": 5, "cutoff_tier": 2, "cutoff_points": 0, "changes": 0}
    document["devices"]["columns"]["grade"] = [0]
    assert reason(decided(document), "before") == {"code": 1} | PLAIN  # a lower grade would still meet the floor


def test_a_group_that_is_not_chosen_and_one_served_in_part():
    plan = decided(problem({"big": {"quantity": 9, "minimum": 9}, "part": {"quantity": 3, "minimum": 1}}, some("D", 2)))
    assert reason(plan, "big")["code"] == 6 and reason(plan, "part")["code"] == 7


def test_nothing_is_claimed_when_other_levels_come_before():
    levels = ["waiting", *(level for level in LEVELS if level != "waiting")]
    document = problem({"a": {"grade": 1}}, {"D": {}})
    assert reason(decided(document), "a")["changes"] == LOWER_GRADE
    document["rules"]["levels"] = levels
    assert reason(decided(document), "a")["changes"] == 0


# --- Replayed ---------------------------------------------------------------------------------------------------------


def changed(document, at, change):
    """The problem after one change of request number `at`; None when there is no such change."""
    document = copy.deepcopy(document)
    columns = document["requests"]["columns"]
    if change == FARTHER:
        steps = sorted(km for km in set(columns["km"]) if km > columns["km"][at])
        if columns["km"][at] < 0:
            return None
        columns["km"][at] = steps[0] if steps else -1
    elif change == ANY_KIND:
        columns["kinds"][at] = 2 ** len(document["kinds"]) - 1
    elif change == LOWER_GRADE:
        columns["grade"][at] -= 1
    else:
        columns["extras"][at] = 0
    return document if columns["grade"][at] >= 0 else None


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", ["plain", "tree", "groups"])
def test_what_is_claimed_happens(kind, seed):
    document = anything(seed, tree=kind == "tree", groups=kind == "groups", promises=kind != "plain")
    plan, ids = decided(document), document["requests"]["columns"]["id"]
    before = {row["stage"]: row["value"] for row in plan["values"]}
    for request in plan["reasons"]["request"]:
        why = reason(plan, request)
        for change in (FARTHER, ANY_KIND, LOWER_GRADE, NO_EXTRAS):
            other = changed(document, ids.index(request), change)
            if why["changes"] & change:
                assert other is not None and request in served(decided(other)), (request, change)
            elif kind == "plain" and other and why["code"] in (1, 2, 3):
                # All that is certain is claimed: other changes do no more than draw lots again.
                after = {row["stage"]: row["value"] for row in decided(other)["values"]}
                assert all(after[s] == before[s] for s in before if s.startswith(("tier", "points"))), (request, change)


@pytest.mark.parametrize("seed", range(40))
def test_more_points_than_the_last_one_served_would_have_served(seed):
    document = anything(seed, tree=False)
    plan, columns = decided(document), document["requests"]["columns"]
    for request in plan["reasons"]["request"]:
        why, at = reason(plan, request), columns["id"].index(request)
        if why["code"] in (2, 3):
            other = copy.deepcopy(document)
            other["rules"]["ageing"]["max"] = 0
            raised = other["requests"]["columns"]
            raised["tier"][at], raised["points"][at] = why["cutoff_tier"], why["cutoff_points"] + 1
            if document["rules"]["ageing"]["points"] == 0:
                assert request in served(decided(other))
