"""Deciding: stage after stage, each exact, each proved."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillon.allocation.core import flow, groups, lottery
from maillon.allocation.core.arcs import Model, model
from maillon.allocation.core.groups import GroupStage
from maillon.allocation.core.network import Network, build
from maillon.allocation.core.plan import Given, given
from maillon.allocation.core.problem import Problem
from maillon.allocation.core.rules import Stage

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is given, and the prices that prove it, stage after stage."""

    network: Network
    model: Model
    rank: Int64
    served_groups: Int64
    group_stages: tuple[GroupStage, ...]
    given: Given
    values: list[tuple[Stage, int]]
    prices: list[tuple[Stage, Int64]]


def decide(problem: Problem, seed: str) -> Decision:
    network = build(problem)
    rank = lottery.ranks(seed, len(problem.requests))
    choice = groups.choose(network, rank)
    served_groups = choice.served
    arcs = model(network, served_groups)
    proof = prove(arcs, rank)
    pairs = given(arcs, served_groups, rank)
    return Decision(network, arcs, rank, served_groups, choice.stages, pairs, values(network, pairs, rank), proof)


def prove(arcs: Model, rank: Int64) -> list[tuple[Stage, Int64]]:
    """Find the best flow, stage after stage; it stays in the model. Returns each stage's prices."""
    network = arcs.network
    proof = []
    solved = False
    for stage in network.problem.rules.stages():
        cost = arcs.cost(stage, network.problem.requests.days, rank)
        if not cost[arcs.arcs.open].any():  # nothing left to decide here: prices of 0 prove it
            proof.append((stage, np.zeros(network.nodes, np.int64)))
            continue
        arcs.arcs.flow = flow.cheapest(arcs.arcs, cost, arcs.supply)
        price = flow.prices(arcs.arcs, cost, network.sink, network.nodes)
        flow.decide(arcs.arcs, cost, price)
        proof.append((stage, network.complete(price)))
        solved = True
    if not solved:
        arcs.arcs.flow = flow.cheapest(arcs.arcs, np.zeros(len(arcs.arcs), np.int64), arcs.supply)
    return proof


def received(network: Network, pairs: Given) -> Int64:
    """Machines received by each node of the tree, promised ones too."""
    tree = network.problem.tree
    leaf = network.problem.requests.node[pairs.request]
    return network.promised + tree.upward(np.bincount(leaf, minlength=len(tree.ids)))


def values(network: Network, pairs: Given, rank: Int64) -> list[tuple[Stage, int]]:
    """What each stage reaches, counted on the machines given."""
    problem = network.problem
    requests, devices, rules = problem.requests, problem.devices, problem.rules
    r, d = pairs
    tier = requests.tier[r]
    points = rules.effective_points(requests.points[r], requests.days[r])
    got = received(network, pairs)
    fairness = sum(
        _sum_of_floors(rules.fairness_scale, int(network.need[node]), int(got[node]))
        for node in np.flatnonzero(problem.tree.district).tolist()
    )
    space = network.space
    asked, has = space.compact(requests.extras[r]), space.compact(devices.extras[d])
    waste = devices.grade[d] - requests.grade[r] + np.bitwise_count(has & ~asked)
    km = np.where(requests.km[r] < 0, problem.delivery_km, problem.distance[requests.zone[r], devices.place[d]])
    totals = {
        "floors": np.maximum(0, problem.tree.floor - got), "waiting": requests.days[r], "lottery": rank[r],
        "waste": waste, "distance": km,
    }  # fmt: skip

    def value(stage: Stage) -> int:
        if stage.level == "fairness":
            return fairness
        if stage.level == "tier":
            return int((tier == stage.tier).sum())
        if stage.level == "points":
            return int(points[tier == stage.tier].sum())
        return int(totals[stage.level].sum())

    return [(stage, value(stage)) for stage in rules.stages()]


def _sum_of_floors(scale: int, need: int, count: int) -> int:
    """Sum of floor(scale × j / need) for j = 0 … count-1."""
    if not need:
        return 0
    return int((scale * np.arange(count, dtype=np.int64) // need).sum())
