"""From machines that flow to machines that are given: which device goes to which request."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillon.allocation.core.arcs import Family, Model

Int64 = NDArray[np.int64]


class Given(NamedTuple):
    """Pairs, in the order of requests then devices: positions in the problem's tables."""

    request: Int64
    device: Int64


def given(model: Model, served_groups: Int64, rank: Int64) -> Given:
    """Give the machines of a flow: the same ones whatever the order of the files.

    In a class of like devices, those with the fewest extras that nobody asks for go first, then by id; among requests
    that ask for the same, those that come first by tier, points, waiting and lottery choose first.
    """
    network = model.network
    requests, devices = network.problem.requests, network.problem.devices
    taken = _machines(model, served_groups)
    _signature, node, units = _bundles(model)
    asking = np.repeat(np.arange(len(requests)), taken)
    points = network.problem.rules.effective_points(requests.points, requests.days)
    order = np.lexsort((
        rank[asking], -requests.days[asking], -points[asking], requests.tier[asking], network.signature_of[asking]
    ))  # fmt: skip
    asking = asking[order]
    offered = np.repeat(node, units)  # by signature, as `asking` is
    if len(asking) != len(offered):
        raise AssertionError("The flow and the requests served disagree.")
    in_stock = np.ones(len(devices), bool)
    in_stock[network.problem.promised_device] = False
    stock = np.flatnonzero(in_stock)
    idle = np.bitwise_count(devices.extras[stock] & ~sum(1 << bit for bit in network.space.extras_in_use))
    stock = stock[np.lexsort((idle, network.lattice_of[stock]))]
    first = np.searchsorted(network.lattice_of[stock], offered)
    by_node = np.argsort(offered, kind="stable")
    turn = np.empty(len(offered), np.int64)
    sorted_nodes = offered[by_node]
    turn[by_node] = np.arange(len(offered)) - np.searchsorted(sorted_nodes, sorted_nodes)
    device = stock[first + turn]
    order = np.lexsort((device, asking))
    return Given(asking[order], device[order])


def _machines(model: Model, served_groups: Int64) -> Int64:
    """Machines given to each request."""
    items, arcs = model.items, model.arcs
    taken = np.zeros(len(model.network.problem.requests), np.int64)
    if len(items.request):
        entry = np.repeat(np.arange(len(model.start) - 1), np.diff(model.start))
        before = np.cumsum(items.units) - items.units
        left = arcs.flow[model.fixed :][entry] - (before - before[model.start[:-1]][entry])
        taken[items.request] = np.clip(left, 0, items.units)
    taken[served_groups] += model.network.problem.requests.minimum[served_groups]
    return taken


def _bundles(model: Model) -> tuple[Int64, Int64, Int64]:
    """(signature, lattice node of the devices, machines), sorted by signature then node.

    A flow is cut into the ways that make it up, level after level of the lattice: in each node, what comes in and what
    goes out are laid along the same line, each in its order, and cut at the ends of both.
    """
    network, arcs = model.network, model.arcs
    base, hubs = network.first_lattice, network.space.hubs
    count = network.space.lattice + hubs

    def moving(first: Family, last: Family) -> Int64:
        part = model.families(first, last)
        return np.arange(part.start, part.stop)[arcs.flow[part] > 0]

    entries = moving(Family.NEAR, Family.DELIVERED)
    signature = arcs.tail[entries] - network.first_signature
    node, units = arcs.head[entries] - base, arcs.flow[entries]
    way = moving(Family.LATTICE, Family.STOCK)  # the stock's head, a place, ends the way
    order = np.lexsort((way, arcs.tail[way]))
    way = way[order]
    tail, out = arcs.tail[way] - base, arcs.flow[way]
    head = np.where(way >= model.families(Family.STOCK, Family.STOCK).start, count, arcs.head[way] - base)
    masks, grades = network.space.masks, network.problem.grades
    number = np.arange(count)
    level = 1 + number // masks % grades + np.bitwise_count(number % masks).astype(np.int64)
    level[network.space.lattice :] = 0
    found: list[tuple[Int64, Int64, Int64]] = []
    for at in range(int(level.max(initial=0)) + 1):
        here = level[node] == at
        if not here.any():
            continue
        leaving = np.flatnonzero(level[tail] == at)
        order = np.lexsort((signature[here], node[here]))
        come, who, much = node[here][order], signature[here][order], units[here][order]
        ends_in, ends_out = np.cumsum(much), np.cumsum(out[leaving])
        cuts = np.union1d(ends_in, ends_out)
        source = np.searchsorted(ends_in, cuts)
        target = leaving[np.searchsorted(ends_out, cuts)]
        piece = np.diff(cuts, prepend=0)
        last = head[target] == count
        found.append((who[source][last], come[source][last], piece[last]))
        signature = np.concatenate([signature[~here], who[source][~last]])
        node = np.concatenate([node[~here], head[target][~last]])
        units = np.concatenate([units[~here], piece[~last]])
    who, come, much = (np.concatenate([part[at] for part in found] or [_NONE]) for at in range(3))
    order = np.lexsort((come, who))
    return who[order], come[order], much[order]


_NONE = np.zeros(0, np.int64)
