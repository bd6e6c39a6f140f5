"""The solver against other ways to the same answer, on tiny problems drawn at random, and the checker on each.

More of them: `python -m tests.allocation.test_oracles 5000 20000`, the numbers of the first and the last.
"""

import random
import sys
from typing import Any

import pytest

from maillon.allocation.check import check
from maillon.allocation.core.api import solve
from tests.allocation.instances import LEVELS, SEED, problem
from tests.allocation.oracles import World, brute_force, greedy, linear, nfc

CALM = {"groups": 0, "floors": 0, "caps": 0}
TANGLED = {"devices": 6, "groups": 0.5, "floors": 0.6, "caps": 0.5}


def values_of(plan: dict[str, Any]) -> dict[str, int]:
    return {row["stage"]: row["value"] for row in plan["values"]}


def drawn(number: int, **chances: Any) -> tuple[World, dict[str, Any]]:
    world = World(problem(random.Random(number), **chances))
    return world, solve(world.problem, SEED)


def compare_with_brute_force(number: int, **chances: Any) -> None:
    """Every value is that of the best of all plans, the choice of groups too, and the checker accepts the proof."""
    world, plan = drawn(number, **chances)
    best = brute_force(world)
    served = frozenset(map(nfc, plan["certificate"]["groups"]["served"]))
    assert served in best.by_groups, number
    assert values_of(plan) == best.by_groups[served], number
    claimed = {row["stage"]: row["value"] for row in plan["certificate"]["groups"]["stages"]}
    assert claimed == best.group_stages, number
    given: dict[str, list[str]] = {request: [] for request in world.asked}
    for request, device in zip(plan["assign"]["request"], plan["assign"]["device"], strict=True):
        given[request].append(device)
    assert world.allowed(given), number
    assert world.values(given) == values_of(plan), number
    check(world.problem, plan)


# A slice a test, so that the runner can share them out.
@pytest.mark.parametrize("first", range(0, 2000, 250))
def test_no_plan_is_better_than_the_solvers(first):
    for number in range(first, first + 250):
        compare_with_brute_force(number)


@pytest.mark.parametrize("first", range(100_000, 100_200, 100))
def test_nor_with_many_groups_floors_and_caps(first):
    for number in range(first, first + 100):
        compare_with_brute_force(number, **TANGLED)


def test_a_linear_programme_a_stage_finds_the_same_values():
    for number in range(200_000, 200_080):
        world, plan = drawn(number, requests=8, devices=7)
        assert linear(world, frozenset(map(nfc, plan["certificate"]["groups"]["served"]))) == values_of(plan), number


def test_without_floors_caps_and_groups_nobody_is_passed_over():
    """The strict order that people expect: each in turn is served if all those before, who are, still can be."""
    served = 0
    for number in range(300_000, 300_200):
        world, plan = drawn(number, **CALM, requests=9, devices=7, shuffled_levels=0)
        assert world.problem["rules"]["levels"] == LEVELS
        values = values_of(plan)
        for tier, points in greedy(world).items():
            served += len(points)
            assert (values[f"tier {tier}"], values[f"points {tier}"]) == (len(points), sum(points)), number
    assert served > 300  # they are not all empty


def test_larger_ones_too_where_brute_force_can_not_follow():
    """Some fifty requests and machines: linear programmes with floors, caps and groups; the greedy without them."""
    for number in range(250_000, 250_006):
        world, plan = drawn(number, requests=50, devices=40)
        assert linear(world, frozenset(map(nfc, plan["certificate"]["groups"]["served"]))) == values_of(plan), number
        check(world.problem, plan)
    for number in range(260_000, 260_020):
        world, plan = drawn(number, **CALM, requests=120, devices=100, shuffled_levels=0)
        values = values_of(plan)
        for tier, points in greedy(world).items():
            assert (values[f"tier {tier}"], values[f"points {tier}"]) == (len(points), sum(points)), number
        check(world.problem, plan)


def test_with_caps_of_places_it_is_still_so():
    for number in range(400_000, 400_100):
        world = World(problem(random.Random(number), **CALM, requests=9, devices=7, shuffled_levels=0))
        for place in world.problem["places"]:
            place["cap"] = number % 4
        values = values_of(solve(world.problem, SEED))
        for tier, points in greedy(world).items():
            assert (values[f"tier {tier}"], values[f"points {tier}"]) == (len(points), sum(points)), number


if __name__ == "__main__":
    for number in range(*map(int, sys.argv[1:3])):
        compare_with_brute_force(number, **(TANGLED if number % 2 else {}))
