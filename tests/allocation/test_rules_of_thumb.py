"""The rules of thumb the bench compares with, and the synthetic problems it measures them on."""

import numpy as np
import pytest

from maillon.allocation import bench
from maillon.allocation.core import generate, lottery, naive
from maillon.allocation.core.api import solve
from maillon.allocation.core.network import build
from maillon.allocation.core.problem import read
from tests.allocation.small import NODE, SEED, anything, problem, some, value


def taken(rule, document):
    """Machines by request."""
    network = build(read(document))
    found = naive.RULES[rule](network, lottery.ranks(SEED, document["requests"]["n"]))
    return dict(zip(network.problem.requests.ids.to_pylist(), found.tolist(), strict=True))


def test_first_come_looks_at_waiting_alone():
    requests = {"old": {"tier": 2, "since": "2020-01-01"}, "first": {"tier": 0}}
    assert taken("first come, first served", problem(requests, some("D", 1))) == {"old": 1, "first": 0}
    assert taken("best fit", problem(requests, some("D", 1))) == {"old": 0, "first": 1}


def test_the_best_machine_may_be_the_only_one_that_fits_someone_else():
    document = problem({"a": {"points": 1}, "b": {"grade": 2}}, {"D1": {"grade": 3}, "D2": {}})
    assert taken("best machine first", document) == {"a": 1, "b": 0}
    assert taken("best fit", document) == {"a": 1, "b": 1}


def test_groups_get_their_minimum_or_nothing_and_caps_hold():
    nodes = [NODE | {"id": "territory", "parent": None, "cap": 3}]
    requests = {
        "big": {"quantity": 9, "minimum": 4},
        "small": {"quantity": 3, "minimum": 2, "tier": 1},
        "one": {"tier": 2},
    }
    document = problem(requests, some("D", 9), nodes=nodes)
    assert taken("best fit", document) == {"big": 0, "small": 3, "one": 0}
    places = [{"id": "here", "cap": 2}]
    assert taken("best fit", problem(requests, some("D", 9), places=places)) == {"big": 0, "small": 2, "one": 0}


@pytest.mark.parametrize("rule", naive.RULES)
def test_no_rule_of_thumb_serves_the_first_tier_better(rule):
    for seed in range(40):
        document = anything(seed, tree=False, promises=False)
        plan, found = solve(document, SEED), taken(rule, document)
        tiers = dict(zip(document["requests"]["columns"]["id"], document["requests"]["columns"]["tier"], strict=True))
        assert sum(much for request, much in found.items() if tiers[request] == 0) <= value(plan, "tier 0")
        assert sum(found.values()) <= document["devices"]["n"]


def test_a_synthetic_problem_is_the_same_from_json_and_parquet(tmp_path):
    inline = generate.problem(200, 200, groups=0.05)
    beside = generate.problem(200, 200, groups=0.05, folder=tmp_path)
    one, two = solve(inline, generate.SEED), solve(beside, generate.SEED, tables=tmp_path)
    assert one["assign"] == two["assign"] and one["values"] == two["values"]
    assert inline == generate.problem(200, 200, groups=0.05)
    assert np.max(inline["requests"]["columns"]["quantity"]) > 1


def test_the_bench_writes_a_problem_that_the_command_decides(tmp_path, capsys):
    from maillon import cli

    assert bench.main(["--sizes", "60", "--write", str(tmp_path / "here")]) == 0
    assert generate.SEED in capsys.readouterr().out
    plan = tmp_path / "plan.json"
    assert (
        cli.main(["allocate", str(tmp_path / "here" / "problem.json"), "--seed", generate.SEED, "-o", str(plan)]) == 0
    )
    assert cli.main(["check", str(tmp_path / "here" / "problem.json"), str(plan)]) == 0
