"""Least-cost flows and their prices, exact and in integers."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

BEYOND = 2**52  # no price exceeds it


class NotOptimal(AssertionError):
    """A flow and its prices disagree: an error of this program, never of the problem."""


@dataclass(slots=True)
class Arcs:
    """Parallel columns of arcs, each with its flow. An arc where low = high is decided: it keeps that flow."""

    tail: Int64
    head: Int64
    low: Int64
    high: Int64
    flow: Int64

    def __len__(self) -> int:
        return len(self.tail)

    @property
    def open(self) -> Bool:
        return self.low < self.high


def cheapest(arcs: Arcs, cost: Int64, supply: Int64) -> Int64:
    """The flow of least cost. supply: flow entering at each node (negative: leaving), of sum 0.

    Raises NotOptimal when there is no flow at all.
    """
    undecided = arcs.open
    flow = arcs.low.copy()
    left = supply - _net(arcs.tail, arcs.head, flow, len(supply))
    at = np.flatnonzero(undecided)
    solver = min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(
        arcs.tail[at], arcs.head[at], arcs.high[at] - arcs.low[at], cost[at]
    )
    nodes = np.flatnonzero(left)
    solver.set_nodes_supplies(nodes, left[nodes])
    if len(at) and (status := solver.solve()) != solver.OPTIMAL:
        raise NotOptimal(f"The flow solver answered {status}.")
    flow[at] += solver.flows(numbers)
    return flow


def _net(tail: Int64, head: Int64, flow: Int64, nodes: int) -> Int64:
    """What leaves each node minus what enters it."""
    moving = np.flatnonzero(flow)
    out = np.bincount(tail[moving], flow[moving], nodes)  # exact: floats hold integers to 2^53
    into = np.bincount(head[moving], flow[moving], nodes)
    return (out - into).astype(np.int64)


def residual(arcs: Arcs, cost: Int64) -> tuple[Int64, Int64, Int64]:
    """(tail, head, cost) of the ways a machine could still move: more on an arc that is not full, less on one used."""
    forward = np.flatnonzero(arcs.flow < arcs.high)
    backward = np.flatnonzero(arcs.flow > arcs.low)
    return (
        np.concatenate([arcs.tail[forward], arcs.head[backward]]),
        np.concatenate([arcs.head[forward], arcs.tail[backward]]),
        np.concatenate([cost[forward], -cost[backward]]),
    )


class Ways(NamedTuple):
    """Arcs by their head: those that enter node v are first[v] … first[v+1]-1."""

    tail: Int64
    cost: Int64
    first: Int64


def ways(tail: Int64, head: Int64, cost: Int64, nodes: int) -> Ways:
    order = np.argsort(head, kind="stable")
    return Ways(tail[order], cost[order], np.searchsorted(head[order], np.arange(nodes + 1)))


def descend(value: Int64, ways: Ways, changed: Int64) -> Int64:
    """The largest values at most those given such that value[tail] <= cost + value[head] along every arc.

    Bellman and Ford's rule, by rounds over the nodes that have just changed. It ends when no cycle of arcs has a
    negative cost, which is so around a flow of least cost. changed: the nodes that may lower another one at first.
    """
    value = value.copy()
    source, weight, first = ways
    seen = np.zeros(len(value), bool)
    for _round in range(2 * len(value) + 2):
        if not len(changed):
            return value
        length = first[changed + 1] - first[changed]
        ends = np.cumsum(length)
        arc = np.arange(ends[-1]) + np.repeat(first[changed] - ends + length, length)
        offer = weight[arc] + np.repeat(value[changed], length)
        to = source[arc]
        better = np.flatnonzero(offer < value[to])
        to = to[better]
        np.minimum.at(value, to, offer[better])
        seen[to] = True
        changed = np.flatnonzero(seen)
        seen[changed] = False
    raise NotOptimal("The flow is not of least cost: its prices fall for ever.")


def prices(arcs: Arcs, cost: Int64, sink: int, nodes: int) -> Int64:
    """Prices that prove the flow to be of least cost: minus the cost of the cheapest way from each node to the sink."""
    start = np.full(nodes, min(BEYOND, (int(np.abs(cost).max(initial=0)) + 1) * nodes), np.int64)
    start[sink] = 0
    return -descend(start, ways(*residual(arcs, cost), nodes), np.arange(nodes))


def decide(arcs: Arcs, cost: Int64, price: Int64) -> None:
    """Fix the arcs whose reduced cost is not 0: what stays open is exactly the flows that are optimal so far.

    Raises NotOptimal unless the prices prove the flow.
    """
    reduced = cost + price[arcs.tail] - price[arcs.head]
    undecided = arcs.open
    if (undecided & (reduced > 0) & (arcs.flow > arcs.low)).any() or (
        undecided & (reduced < 0) & (arcs.flow < arcs.high)
    ).any():
        raise NotOptimal("The prices do not prove the flow.")
    fixed = undecided & (reduced != 0)
    arcs.low[fixed] = arcs.high[fixed] = arcs.flow[fixed]
