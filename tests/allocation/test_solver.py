"""Who receives which machine: each level by hand, what must never change, and the edges."""

import copy
import random

import pytest

from maillon.allocation.check import check
from maillon.allocation.core.api import problem_hash, solve
from maillon.allocation.core.rules import LEVELS
from tests.allocation.small import NODE, SEED, anything, pairs, problem, served, some, value

DISTRICTS = [
    NODE | {"id": "territory", "parent": None},
    NODE | {"id": "north", "district": True},
    NODE | {"id": "south", "district": True},
]


def decided(document):
    return solve(document, SEED)


# --- Each level, once those before it are at their best ---------------------------------------------------------------


def test_a_floor_goes_before_tiers():
    nodes = copy.deepcopy(DISTRICTS)
    nodes[2]["floor"] = 1
    plan = decided(problem({"first": {"node": 1}, "poor": {"node": 2, "tier": 2}}, some("D", 1), nodes=nodes))
    assert served(plan) == {"poor"} and value(plan, "floors") == 0 and plan["shortfalls"] == []


def test_the_first_tier_goes_before_a_later_one_whatever_their_points():
    plan = decided(problem({"later": {"tier": 1, "points": 100}, "first": {"tier": 0}}, some("D", 1)))
    assert served(plan) == {"first"}


def test_more_points_go_first_in_a_tier():
    plan = decided(problem({"a": {"points": 3}, "b": {"points": 4}, "c": {"points": 2}}, some("D", 2)))
    assert served(plan) == {"a", "b"} and value(plan, "points 0") == 7


def test_waiting_raises_points_up_to_its_most():
    ageing = {"points": 2, "days": 30, "max": 5}
    requests = {"new": {"points": 4}, "old": {"points": 0, "since": "2026-08-01"}}  # 115 days: 6, 5 at most
    plan = decided(problem(requests, some("D", 1), ageing=ageing))
    assert served(plan) == {"old"} and value(plan, "points 0") == 5


def test_the_district_served_least_for_its_need_goes_next():
    requests = some("N", 4, node=1, since="2020-01-01") | some("S", 2, node=2)
    plan = decided(problem(requests, some("D", 3), nodes=DISTRICTS))
    assert len([r for r in served(plan) if r[0] == "N"]) == 2  # 0, 250 and 0, not 0, 250 and 500
    assert value(plan, "fairness") == 250


def test_who_waited_longest_goes_next_and_a_date_to_come_counts_for_nothing():
    requests = {"old": {"since": "2026-01-01"}, "new": {"since": "2026-06-01"}, "future": {"since": "2027-01-01"}}
    plan = decided(problem(requests, some("D", 1)))
    assert served(plan) == {"old"} and value(plan, "waiting") == 327


def test_then_the_lottery_decides_and_another_seed_decides_otherwise():
    document = problem(some("R", 40), some("D", 20))
    winners = served(decided(document))
    other = document | {"seed_commitment": "b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78"}
    assert len(winners) == 20 and served(solve(other, "ABC")) != winners
    assert value(decided(document), "lottery") == sum(range(1, 21))


def test_machines_are_not_given_above_what_is_asked():
    requests = {"modest": {}, "webcam": {"extras": 1}}
    plan = decided(problem(requests, {"bare": {}, "best": {"grade": 3}, "seen": {"extras": 1}}))
    assert pairs(plan) == [("modest", "bare"), ("webcam", "seen")] and value(plan, "waste") == 0


def test_an_extra_nobody_asks_for_is_no_waste_but_is_kept_for_later():
    plan = decided(problem(some("R", 1), {"a": {"extras": 3}, "b": {"extras": 1}, "c": {"extras": 2}}))
    assert pairs(plan) == [("R1", "b")] and value(plan, "waste") == 0


def test_the_nearest_machine_last_and_never_beyond_reach():
    places = [{"id": "near", "cap": None}, {"id": "far", "cap": None}, {"id": "unknown", "cap": None}]
    devices = {"a": {"place": 2}, "b": {"place": 1}, "c": {"place": 0}}
    document = problem(some("R", 3), devices, places=places, distance_km=[[4, 10, -1]])
    assert sorted(device for _, device in pairs(decided(document))) == ["b", "c"]
    document["requests"]["columns"]["km"] = [10, 10, -1]
    plan = decided(document)
    assert ("R3", "a") in pairs(plan) and value(plan, "distance") == 4 + 10 + 30


def test_another_order_of_levels_is_followed():
    requests = {"old": {"tier": 1, "since": "2020-01-01"}, "first": {"tier": 0}}
    assert served(decided(problem(requests, some("D", 1)))) == {"first"}
    levels = ["waiting", *(level for level in LEVELS if level != "waiting")]
    assert served(decided(problem(requests, some("D", 1), levels=levels))) == {"old"}


# --- Caps, floors, promises, groups -----------------------------------------------------------------------------------


def test_caps_of_nodes_and_places_are_never_exceeded():
    nodes = copy.deepcopy(DISTRICTS)
    nodes[1]["cap"] = 1
    requests = some("N", 3, node=1, points=9) | some("S", 3, node=2)
    plan = decided(problem(requests, some("D", 6), nodes=nodes, places=[{"id": "here", "cap": 3}]))
    assert sorted(r[0] for r in served(plan)) == ["N", "S", "S"]


def test_a_cap_of_the_whole_need_changes_nothing():
    free = decided(problem(some("R", 3), some("D", 3)))
    nodes = [NODE | {"id": "territory", "parent": None, "cap": 3}]
    capped = decided(problem(some("R", 3), some("D", 3), nodes=nodes, places=[{"id": "here", "cap": 3}]))
    assert capped["assign"] == free["assign"]


def test_floors_that_can_not_be_met_are_told():
    nodes = copy.deepcopy(DISTRICTS)
    nodes[1] |= {"floor": 5}  # over its need
    nodes[2] |= {"floor": 2, "cap": 1}  # over its cap
    plan = decided(problem(some("N", 2, node=1) | some("S", 2, node=2), some("D", 2), nodes=nodes))
    assert value(plan, "floors") == 5
    assert sum(row["floor"] - row["received"] for row in plan["shortfalls"]) == 5
    assert [row["node"] for row in plan["shortfalls"]] == ["north", "south"]


def test_promises_count_in_floors_caps_fairness_and_places():
    nodes = copy.deepcopy(DISTRICTS)
    nodes[1] |= {"floor": 1, "cap": 2}
    promise = [{"request": "N1", "device": "D1", "run": "0" * 64}]
    requests = some("N", 3, node=1) | some("S", 3, node=2)
    document = problem(requests, some("D", 4), nodes=nodes, promises=promise, places=[{"id": "here", "cap": 3}])
    plan = decided(document)
    assert sorted(r[0] for r in served(plan)) == ["N", "S"] or sorted(r[0] for r in served(plan)) == ["S", "S"]
    assert len(pairs(plan)) == 2 and "N1" not in served(plan) and "D1" not in plan["assign"]["device"]
    assert "N1" not in plan["reasons"]["request"] and value(plan, "floors") == 0
    assert value(plan, "tier 0") == 2  # promised machines are not counted again
    assert value(plan, "fairness") == min(333, 333)  # north 0 and 1 (0, 333) with south 0; or south 0, 333


def test_a_promise_that_would_no_longer_fit_is_kept_and_its_group_leaves_whole():
    promises = [{"request": "class", "device": name, "run": "0" * 64} for name in ("D1", "D2")]
    requests = {"class": {"quantity": 3, "minimum": 3, "grade": 3}, "one": {}}
    plan = decided(problem(requests, some("D", 3), promises=promises))
    assert pairs(plan) == [("one", "D3")] and plan["certificate"]["groups"]["stages"] == []


def test_promises_over_a_cap_leave_no_room():
    nodes = [NODE | {"id": "territory", "parent": None, "cap": 1}]
    promises = [{"request": f"R{n}", "device": f"D{n}", "run": "0" * 64} for n in (1, 2)]
    assert pairs(decided(problem(some("R", 4), some("D", 4), nodes=nodes, promises=promises))) == []


def test_a_group_gets_its_minimum_or_nothing():
    group = {"class": {"quantity": 5, "minimum": 3, "points": 9}}
    alone = some("R", 2, tier=1)
    assert len(pairs(decided(problem(group | alone, some("D", 2))))) == 2
    assert served(decided(problem(group | alone, some("D", 2)))) == {"R1", "R2"}
    assert [request for request, _ in pairs(decided(problem(group | alone, some("D", 4))))] == ["class"] * 4


def test_of_two_groups_alike_the_one_that_waited_then_the_lucky_one_is_served():
    groups = {name: {"quantity": 2, "minimum": 2} for name in ("a", "b", "c")}
    groups["b"] = groups["b"] | {"since": "2026-01-01"}
    plan = decided(problem(groups, some("D", 2)))
    assert served(plan) == {"b"} and plan["certificate"]["groups"]["served"] == ["b"]
    stages = {row["stage"]: row for row in plan["certificate"]["groups"]["stages"]}
    assert stages["waiting"]["value"] == 2 * 327 and all(row["value"] == row["bound"] for row in stages.values())
    assert len(served(decided(problem(groups, some("D", 5))))) == 2


def test_more_machines_than_the_stock_is_no_error():
    assert pairs(decided(problem({"class": {"quantity": 50, "minimum": 50}}, some("D", 3)))) == []


# --- Edges ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("requests", "devices"), [(0, 0), (0, 3), (3, 0), (1, 1), (3, 3)])
def test_few_or_none_of_either(requests, devices):
    plan = decided(problem(some("R", requests), some("D", devices)))
    assert len(pairs(plan)) == min(requests, devices)
    assert len(plan["reasons"]["request"]) == requests


def test_neither_kinds_nor_places_nor_zones():
    nothing = {"kinds": [], "places": [], "zones": [], "extras": [], "distance_km": []}
    assert pairs(decided(problem({}, {}, **nothing))) == []


def test_a_district_without_need_and_a_request_of_no_kind():
    plan = decided(problem({"none": {"node": 1, "kinds": 0}, "one": {"node": 1}}, some("D", 2), nodes=DISTRICTS))
    assert served(plan) == {"one"}


def test_reach_of_0_km_is_the_place_itself():
    assert len(pairs(decided(problem(some("R", 1, km=0), some("D", 1), distance_km=[[0]])))) == 1
    assert len(pairs(decided(problem(some("R", 1, km=0), some("D", 1), distance_km=[[1]])))) == 0


def test_ids_are_those_of_their_composed_form():
    plan = decided(problem({"e\u0301te\u0301": {}}, {"De\u0301": {}}))
    assert pairs(plan) == [("\u00e9t\u00e9", "D\u00e9")]


@pytest.mark.parametrize("waited", ["0001-01-01", "9999-12-31"])
def test_the_largest_numbers_stay_exact(waited):
    largest = 10**9
    nodes = [NODE | {"id": "all", "parent": None, "district": True, "floor": largest, "cap": largest}]
    ageing = {"points": 10_000, "days": 1, "max": 10_000}
    requests = {"far": {"km": largest, "since": waited, "points": 10_000}, "sent": {"km": -1}}
    document = problem(
        requests, some("D", 2), nodes=nodes, ageing=ageing, points_max=10_000, fairness_scale=1_000_000,
        distance_km=[[largest]], delivery_km=largest, as_of="9999-12-31",
    )  # fmt: skip
    plan = decided(document)
    assert value(plan, "distance") == 2 * largest and value(plan, "floors") == largest - 2
    assert check(document, plan)


# --- What must never change -------------------------------------------------------------------------------------------


def shuffled(table, pick):
    order = list(range(table["n"]))
    pick.shuffle(order)
    return table | {"columns": {name: [values[at] for at in order] for name, values in table["columns"].items()}}


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_lines_changes_nothing(seed):
    document, pick = anything(seed, groups=seed % 3 == 0), random.Random(seed)
    other = document | {name: shuffled(document[name], pick) for name in ("devices", "requests")}
    one, two = decided(document), decided(other)
    for key in ("assign", "values", "shortfalls", "reasons"):
        assert one[key] == two[key], key


@pytest.mark.parametrize("seed", range(60))
def test_one_more_device_never_un_serves_anybody(seed):
    document = anything(seed, tree=False, promises=False)
    before = served(decided(document))
    columns = document["devices"]["columns"]
    document["devices"]["n"] += 1
    pick = random.Random(seed)
    for name, values in columns.items():
        most = {"place": len(document["places"]), "kind": len(document["kinds"]), "grade": document["grades"],
                "extras": 2 ** len(document["extras"])}  # fmt: skip
        values.append("new" if name == "id" else pick.randrange(most[name]))
    after = served(decided(document))
    assert before <= after and len(after) <= len(before) + 1


@pytest.mark.parametrize("seed", range(60))
def test_neither_more_points_nor_asking_less_un_serves_anybody(seed):
    document = anything(seed)
    columns = document["requests"]["columns"]
    kinds = 2 ** len(document["kinds"]) - 1
    for request in served(decided(document)):
        at = columns["id"].index(request)
        points = copy.deepcopy(document)
        points["requests"]["columns"]["points"][at] += 1
        assert request in served(decided(points)), request
        less = copy.deepcopy(document)
        for name, least in (("grade", 0), ("extras", 0), ("km", -1), ("kinds", kinds)):
            less["requests"]["columns"][name][at] = least
        assert request in served(decided(less)), request


@pytest.mark.parametrize("seed", range(60))
def test_one_more_request_takes_the_place_of_one_other_at_most(seed):
    document, pick = anything(seed, tree=False, promises=False), random.Random(seed)
    for node in document["nodes"]:
        node["district"] = False  # its need would change with one more request
    before = served(decided(document))
    new = {"id": "~", "node": len(document["nodes"]) - 1, "since": "2025-06-01"}  # the last id: the draw is the same
    new |= {"zone": 0, "kinds": 1, "grade": 0, "extras": 0, "km": -1, "quantity": 1, "minimum": 1}
    new |= {"tier": pick.randrange(2), "points": pick.randrange(4)}
    document["requests"]["n"] += 1
    for name, values in document["requests"]["columns"].items():
        values.append(new[name])
    after = served(decided(document))
    assert after - before <= {"~"} and len(before - after) <= len(after - before)


def test_the_hash_leaves_the_seed_out_and_nothing_else():
    document = problem(some("R", 1), some("D", 1))
    assert problem_hash(document) == problem_hash(document | {"seed": SEED})
    assert problem_hash(document) != problem_hash(document | {"delivery_km": 31})
    assert decided(document)["problem_sha256"] == problem_hash(document)
