"""The arcs of the network of docs/allocation.md, section 6, with what costs the same gathered on one arc.

Requests alike so far share an entry: a million of them make some 100,000 arcs until waiting and lottery tell the last
ones apart.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillon.allocation.core.flow import Arcs
from maillon.allocation.core.network import Network
from maillon.allocation.core.rules import Stage

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

_NONE = np.zeros(0, np.int64)


class Family(IntEnum):
    """The arcs before the entries, in their order."""

    TREE = 0  # S to the root, parents to children
    NEAR = 1  # signatures to the lattice of places within reach
    DELIVERED = 2  # signatures to hubs
    LATTICE = 3
    HUBS = 4  # hubs to the lattice of each place
    STOCK = 5  # lattice to places
    PLACES = 6  # places to T
    LEFT = 7  # S to T: what is not given
    GROUPS = 8  # the mandatory machines of served groups


@dataclass(frozen=True, slots=True)
class Items:
    """What asks for machines one by one: single requests, and the optional machines of served groups.

    Columns, sorted by (anchor, signature, tier, points, request), so that those alike are neighbours.
    """

    request: Int64
    anchor: Int64
    signature: Int64
    tier: Int64
    points: Int64
    units: Int64


@dataclass(slots=True)
class Model:
    """The arcs of a network for given served groups, and their costs stage by stage.

    Entries come last: they are split into finer ones when a stage tells their requests apart.
    """

    network: Network
    items: Items
    arcs: Arcs
    supply: Int64
    fixed: int  # arcs before the entries
    ends: tuple[int, ...]  # of each family, among them
    below_floor: Bool
    fairness: Int64
    km: Int64
    waste: Int64
    capacity: Int64  # of the arcs before the entries, whatever was decided
    start: Int64  # of each entry: its first item; the next one's is its end
    detail: int = 0

    def families(self, first: Family, last: Family) -> slice:
        """The arcs of these families and of those between."""
        return slice(self.ends[first - 1] if first else 0, self.ends[last])

    def cost(self, stage: Stage, days: Int64, rank: Int64) -> Int64:
        """The cost of each arc in a stage; splits entries first where the stage needs it."""
        entries = len(self.arcs) - self.fixed
        wanted = {"tier": 1, "points": 2, "waiting": 3, "lottery": 3}.get(stage.level, 0)
        if wanted > self.detail:
            self.refine(wanted)
            entries = len(self.arcs) - self.fixed
        cost = np.zeros(len(self.arcs), np.int64)
        if stage.level == "floors":
            cost[: self.fixed] = -self.below_floor.astype(np.int64)
        elif stage.level in ("fairness", "waste", "distance"):
            cost[: self.fixed] = {"fairness": self.fairness, "waste": self.waste, "distance": self.km}[stage.level]
        elif entries:
            first = self.start[:-1]
            if stage.level == "waiting":
                cost[self.fixed :] = -days[self.items.request[first]]
            elif stage.level == "lottery":
                cost[self.fixed :] = rank[self.items.request[first]]
            else:
                of_tier = self.items.tier[first] == stage.tier
                gain = self.items.points[first] if stage.level == "points" else 1
                cost[self.fixed :] = np.where(of_tier, -gain, 0)
        return cost

    def refine(self, detail: int) -> None:
        """Split undecided entries: 1 by tier, 2 by points, 3 by request."""
        items, arcs = self.items, self.arcs
        count = len(items.request)
        self.detail = detail
        if not count:
            return
        cut = np.zeros(count, bool)
        cut[self.start[:-1]] = True
        undecided = np.repeat(arcs.open[self.fixed :], np.diff(self.start))
        before = slice(None, -1)
        cut[1:] |= undecided[1:] & (
            np.ones(count - 1, bool) if detail == 3 else
            (items.tier[1:] != items.tier[before])
            | ((items.points[1:] != items.points[before]) if detail == 2 else False)
        )  # fmt: skip
        start = np.append(np.flatnonzero(cut), count)
        entry = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))[start[:-1]]
        units = np.add.reduceat(items.units, start[:-1])
        # The flow of an entry is shared among its parts in their order: what is decided was full or empty anyway.
        before_part = np.cumsum(units) - units
        first_part = np.searchsorted(entry, np.arange(len(self.start) - 1))
        flow = np.clip(arcs.flow[self.fixed :][entry] - (before_part - before_part[first_part][entry]), 0, units)
        decided = ~undecided[start[:-1]]
        self.start = start
        self.arcs = Arcs(
            np.concatenate([arcs.tail[: self.fixed], 1 + items.anchor[start[:-1]]]),
            np.concatenate([arcs.head[: self.fixed], self.network.first_signature + items.signature[start[:-1]]]),
            np.concatenate([arcs.low[: self.fixed], np.where(decided, flow, 0)]),
            np.concatenate([arcs.high[: self.fixed], np.where(decided, flow, units)]),
            np.concatenate([arcs.flow[: self.fixed], flow]),
        )


def model(network: Network, served_groups: Int64, *, open_groups: bool = False) -> Model:
    """The arcs when these groups (positions of requests) get their minimum at least, and other groups nothing.

    open_groups: leave room in the tree for the groups that are not served, as long as they may yet be.
    """
    problem, requests = network.problem, network.problem.requests
    asking = (network.signature_of >= 0) & (requests.quantity == 1)
    units = np.where(asking, 1, 0)
    units[served_groups] = requests.quantity[served_groups] - requests.minimum[served_groups]
    asked = np.where(network.signature_of >= 0, requests.quantity, 0) if open_groups else units.copy()
    asked[served_groups] = requests.quantity[served_groups]
    total = int(asked.sum())
    below = problem.tree.upward(_sums(requests.node[asked > 0], asked[asked > 0], len(problem.tree.ids)))
    mandatory = requests.minimum[served_groups]
    tree, below_floor, fairness = _tree_arcs(network, below)
    near, km = _near_arcs(network)
    parts = [
        tree,
        near,
        *_stock_arcs(network, total),
        _Part(np.array([network.source]), np.array([network.sink]), np.array([total + 1])),
        _Part(
            1 + network.anchor[requests.node[served_groups]],
            network.first_signature + network.signature_of[served_groups],
            mandatory,
        ),
    ]
    ends = np.cumsum([len(part.tail) for part in parts])
    fixed = int(ends[-1])

    def placed(family: Family, values: Int64 | int) -> Int64:
        column = np.zeros(fixed, np.int64)
        column[ends[family] - len(parts[family].tail) : ends[family]] = values
        return column

    items = _items(network, problem.rules.effective_points(requests.points, requests.days), units)
    start = _runs(items)
    first = start[:-1]
    nothing = np.zeros(len(first), np.int64)
    low = np.concatenate([placed(Family.GROUPS, mandatory), nothing])
    capacity = np.concatenate([np.minimum(part.high, total + 1) for part in parts])
    supply = np.zeros(network.nodes, np.int64)
    supply[network.source], supply[network.sink] = total, -total
    return Model(
        network=network,
        items=items,
        arcs=Arcs(
            np.concatenate([*(part.tail for part in parts), 1 + items.anchor[first]]),
            np.concatenate([*(part.head for part in parts), network.first_signature + items.signature[first]]),
            low,
            np.concatenate([capacity, np.add.reduceat(items.units, first) if len(first) else nothing]),
            low.copy(),
        ),
        supply=supply,
        fixed=fixed,
        ends=tuple(ends.tolist()),
        below_floor=placed(Family.TREE, below_floor) > 0,
        fairness=placed(Family.TREE, fairness),
        km=placed(Family.NEAR, km) + placed(Family.DELIVERED, problem.delivery_km),
        waste=placed(Family.LATTICE, 1),
        capacity=capacity,
        start=start,
    )


class _Part(NamedTuple):
    """The arcs of a family. high: more than all the machines asked for is no limit."""

    tail: Int64
    head: Int64
    high: Int64


def _near_arcs(network: Network) -> tuple[_Part, Int64]:
    """Signatures to what is within reach, and its kilometres."""
    pieces = [np.stack(piece)[:, network.alive[piece[1]]] for piece in network.space.entries(network.signatures)]
    at, node, km = np.concatenate([np.zeros((3, 0), np.int64), *pieces], axis=1)
    return _Part(network.first_signature + at, network.first_lattice + node, _endless(len(at))), km


def _stock_arcs(network: Network, total: int) -> tuple[_Part, ...]:
    """Families DELIVERED to PLACES. total: machines asked for."""
    problem, space, alive = network.problem, network.space, network.alive
    sent, hub = space.deliveries(network.signatures)
    by_hub = alive.reshape(space.by_hub)
    led = np.logical_or.reduce(by_hub, axis=0)[hub]  # to a device at least
    sent, hub = sent[led], hub[led]
    wanted = np.zeros(space.hubs, bool)
    wanted[hub] = True
    place, from_hub = np.nonzero(by_hub & wanted)
    lower, upper = space.steps(alive)
    stocked = np.flatnonzero(alive & (network.stock > 0))
    every = np.arange(len(problem.places_cap))
    room = np.where(problem.places_cap >= 0, np.maximum(0, problem.places_cap - network.promised_at), total + 1)
    lattice, hubs, places = network.first_lattice, network.first_hub, network.first_place
    return (
        _Part(network.first_signature + sent, hubs + hub, _endless(len(sent))),
        _Part(lattice + lower, lattice + upper, _endless(len(lower))),
        _Part(hubs + from_hub, lattice + place * space.hubs + from_hub, _endless(len(place))),
        _Part(lattice + stocked, places + stocked // max(1, space.hubs), network.stock[stocked]),
        _Part(places + every, np.full(len(every), network.sink), room),
    )


def _endless(count: int) -> Int64:
    return np.full(count, 2**62)


def _sums(place: Int64, values: Int64, size: int) -> Int64:
    total = np.zeros(size, np.int64)
    np.add.at(total, place, values)
    return total


def _items(network: Network, points: Int64, units: Int64) -> Items:
    at = np.flatnonzero(units)
    requests = network.problem.requests
    anchor, signature = network.anchor[requests.node[at]], network.signature_of[at]
    most = int(points.max(initial=0))
    where = (anchor + 1) * max(1, len(network.signatures)) + signature  # under 2^62: nodes × signatures of a problem
    rank = (requests.tier[at] * (most + 1)) + most - points[at]
    order = np.lexsort((rank, where))
    at = at[order]
    return Items(at, anchor[order], signature[order], requests.tier[at], points[at], units[at])


def _runs(items: Items) -> Int64:
    """The first item of each (anchor, signature), and the end."""
    count = len(items.request)
    if not count:
        return np.zeros(1, np.int64)
    new = np.ones(count, bool)
    new[1:] = (items.anchor[1:] != items.anchor[:-1]) | (items.signature[1:] != items.signature[:-1])
    return np.append(np.flatnonzero(new), count)


def _tree_arcs(network: Network, below: Int64) -> tuple[_Part, Int64, Int64]:
    """The arcs towards each node, which of them are under a floor (1) or not (0), and their cost in fairness.

    One arc for each range of machines that cost the same. below: machines asked for under each node.
    """
    tree, scale = network.problem.tree, network.problem.rules.fairness_scale
    rows: list[Int64] = []
    for node in np.flatnonzero(network.anchor == np.arange(len(network.anchor))).tolist():
        first = int(network.promised[node])
        end = first + int(below[node])
        if tree.cap[node] >= 0:
            end = min(end, int(tree.cap[node]))
        if end <= first:
            continue
        cuts = [np.array([first, end, min(max(int(tree.floor[node]), first), end)])]
        need = int(network.need[node])
        if tree.district[node]:
            step = np.arange(scale * first // need, scale * end // need + 1)
            cuts.append(np.clip(-(-step * need // scale), first, end))
        cut = np.unique(np.concatenate(cuts))
        machine = cut[:-1]
        parent = int(tree.parent[node])
        above = int(network.anchor[parent]) if parent >= 0 else -1
        fairness = machine * scale // need if tree.district[node] else 0
        columns = (1 + above, 1 + node, np.diff(cut), machine < tree.floor[node], fairness)
        rows.append(np.stack([np.broadcast_to(column, len(machine)) for column in columns]))
    table = np.concatenate(rows, axis=1) if rows else np.zeros((5, 0), np.int64)
    return _Part(table[0], table[1], table[2]), table[3], table[4]
