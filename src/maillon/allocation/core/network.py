"""The network of docs/allocation.md, section 6, with what costs the same gathered on one arc.

Requests alike so far share an entry, and nodes of the tree that bind nothing share the price of the one above; parts
of the lattice that no request reaches, or where no device is at hand, get no arc. The prices of all of them follow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillon.allocation.core.flow import Arcs
from maillon.allocation.core.problem import Problem
from maillon.allocation.core.rules import Stage

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Signatures:
    """What is asked of a machine: columns, sorted as tuples (zone, km, kinds, grade, extras). mask: extras in use."""

    zone: Int64
    km: Int64
    kinds: Int64
    grade: Int64
    mask: Int64

    def __len__(self) -> int:
        return len(self.zone)


@dataclass(frozen=True, slots=True)
class Space:
    """The requirement lattice: numbers its nodes and hubs, and knows what a signature can enter by."""

    problem: Problem
    extras_in_use: tuple[int, ...]

    @property
    def masks(self) -> int:
        return 1 << len(self.extras_in_use)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Places, kinds, grades, masks."""
        return (len(self.problem.places_cap), self.problem.kinds, self.problem.grades, self.masks)

    @property
    def hubs(self) -> int:
        return self.problem.kinds * self.problem.grades * self.masks

    @property
    def lattice(self) -> int:
        return self.hubs * len(self.problem.places_cap)

    @property
    def by_hub(self) -> tuple[int, int]:
        """The lattice as a table: a row for each place, a column for each hub."""
        return (len(self.problem.places_cap), self.hubs)

    def compact(self, extras: Int64) -> Int64:
        """Masks of extras as masks of the extras in use."""
        mask = np.zeros_like(extras)
        for bit, extra in enumerate(self.extras_in_use):
            mask |= (extras >> extra & 1) << bit
        return mask

    def node(self, place: Int64, kind: Int64 | int, grade: Int64, mask: Int64) -> Int64:
        return ((place * self.problem.kinds + kind) * self.problem.grades + grade) * self.masks + mask

    def hub(self, kind: Int64 | int, grade: Int64, mask: Int64) -> Int64:
        return (kind * self.problem.grades + grade) * self.masks + mask

    def entries(self, signatures: Signatures, chunk: int = 4096) -> Iterator[tuple[Int64, Int64, Int64]]:
        """(signature, lattice node, km) of all that is within reach, not delivered; in pieces."""
        places = np.flatnonzero(np.ones(len(self.problem.places_cap), bool))
        for start in range(0, max(1, len(signatures)), chunk):
            part = slice(start, start + chunk)
            km = self.problem.distance[signatures.zone[part]]
            near = (km >= 0) & (km <= signatures.km[part, None])
            for kind in range(self.problem.kinds):
                accepted = (signatures.kinds[part] >> kind & 1).astype(bool)
                row, place = np.nonzero(near & accepted[:, None])
                at = row + start
                yield at, self.node(places[place], kind, signatures.grade[at], signatures.mask[at]), km[row, place]

    def deliveries(self, signatures: Signatures) -> tuple[Int64, Int64]:
        """(signature, hub) of those delivered."""
        found = [(_NONE, _NONE)]
        for kind in range(self.problem.kinds):
            at = np.flatnonzero((signatures.km < 0) & (signatures.kinds >> kind & 1).astype(bool))
            found.append((at, self.hub(kind, signatures.grade[at], signatures.mask[at])))
        return np.concatenate([at for at, _ in found]), np.concatenate([hub for _, hub in found])

    def above(self, marked: Bool) -> Bool:
        """Nodes at or above a marked one: more grade, more extras."""
        return self._spread(marked, np.logical_or, up=True)

    def below(self, marked: Bool) -> Bool:
        """Nodes at or below a marked one."""
        return self._spread(marked, np.logical_or, up=False)

    def least_above(self, value: Int64) -> Int64:
        """The least value among each node and those above it."""
        return self._spread(value, np.minimum, up=False)

    def _spread(self, values: NDArray[Any], join: np.ufunc, *, up: bool) -> NDArray[Any]:
        values = values.reshape(self.shape).copy()
        along = values if up else values[:, :, ::-1]
        join.accumulate(along, axis=2, out=along)
        for bit in range(len(self.extras_in_use)):
            halves = values.reshape(*self.shape[:3], self.shape[3] >> (bit + 1), 2, 1 << bit)
            source, target = (0, 1) if up else (1, 0)
            join(halves[..., target, :], halves[..., source, :], out=halves[..., target, :])
        return values.ravel()

    def steps(self, alive: Bool) -> tuple[Int64, Int64]:
        """(tail, head) of the arcs of the lattice between living nodes: one grade more, or one extra in use more."""
        node = np.flatnonzero(alive)
        mask = node % self.masks
        grade = node // self.masks % self.problem.grades
        tails, heads = [], []
        lower = node[grade < self.problem.grades - 1]
        for tail, step in [(lower, self.masks)] + [
            (node[(mask >> bit & 1) == 0], 1 << bit) for bit in range(len(self.extras_in_use))
        ]:
            kept = tail[alive[tail + step]]
            tails.append(kept)
            heads.append(kept + step)
        return np.concatenate(tails), np.concatenate(heads)


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
class Network:
    """Nodes are numbered as in the certificate: S, tree, signatures, lattice, hubs, places, T."""

    problem: Problem
    space: Space
    signatures: Signatures
    signature_of: Int64  # of each request; -1 for promised ones
    stock: Int64  # unpromised devices at each lattice node
    lattice_of: Int64  # node of each device
    promised: Int64  # machines already promised, at each node of the tree and those below
    promised_at: Int64  # machines already promised, at each place
    anchor: Int64  # of each node of the tree: the nearest node above (or itself) that binds something; -1 for S
    alive: Bool  # lattice nodes that a request reaches and from where a device can be had
    demanded: Bool  # lattice nodes that a request reaches
    supplied: Bool  # lattice nodes from where a device can be had
    need: Int64  # machines asked below each node of the tree

    @property
    def source(self) -> int:
        return 0

    @property
    def first_signature(self) -> int:
        return 1 + len(self.problem.tree.ids)

    @property
    def first_lattice(self) -> int:
        return self.first_signature + len(self.signatures)

    @property
    def first_hub(self) -> int:
        return self.first_lattice + self.space.lattice

    @property
    def first_place(self) -> int:
        return self.first_hub + self.space.hubs

    @property
    def sink(self) -> int:
        return self.first_place + len(self.problem.places_cap)

    @property
    def nodes(self) -> int:
        return self.sink + 1

    def complete(self, price: Int64) -> Int64:
        """The prices of all nodes, from those of the nodes that have arcs."""
        price = price.copy()
        most = max(int(np.abs(price).max(initial=0)), 1)
        price[1 : self.first_signature] = price[1 + self.anchor]
        lattice = price[self.first_lattice : self.first_hub]
        lattice[~self.supplied] = -most  # nothing is to be had there, at any price
        lattice[~self.demanded] = most  # nobody comes there
        hub_demanded = np.zeros(self.space.hubs, bool)
        hub_demanded[self.space.deliveries(self.signatures)[1]] = True
        price[self.first_hub : self.first_place][~hub_demanded] = most
        return price


def build(problem: Problem) -> Network:
    """The nodes of the network of a problem, and what is known of them before any decision."""
    requests, devices, tree = problem.requests, problem.devices, problem.tree
    free = np.ones(len(requests), bool)
    free[problem.promised_request] = False
    in_stock = np.ones(len(devices), bool)
    in_stock[problem.promised_device] = False
    used = int(np.bitwise_or.reduce(requests.extras[free], initial=0))
    space = Space(problem, tuple(bit for bit in range(problem.extras) if used >> bit & 1))
    signatures, signature_of = _signatures(problem, space, free)
    lattice_of = space.node(devices.place, devices.kind, devices.grade, space.compact(devices.extras))
    stock = np.bincount(lattice_of[in_stock], minlength=space.lattice)
    asked = np.zeros(space.lattice, bool)
    for _at, node, _km in space.entries(signatures):
        asked[node] = True
    by_hub = np.zeros(space.hubs, bool)
    by_hub[space.deliveries(signatures)[1]] = True
    asked = (asked.reshape(space.by_hub) | by_hub).ravel()
    demanded, supplied = space.above(asked), space.below(stock > 0)
    count = len(tree.ids)
    promised = tree.upward(np.bincount(requests.node[problem.promised_request], minlength=count))
    anchor: Int64 = np.arange(count)
    plain = ~tree.district & (tree.floor == 0) & (tree.cap < 0)
    for at in np.flatnonzero(plain):
        anchor[at] = anchor[tree.parent[at]] if at else -1
    need = np.zeros(count, np.int64)
    np.add.at(need, requests.node, requests.quantity)
    return Network(
        problem, space, signatures, signature_of, stock, lattice_of, promised,
        np.bincount(devices.place[problem.promised_device], minlength=len(problem.places_cap)),
        anchor, demanded & supplied, demanded, supplied, tree.upward(need),
    )  # fmt: skip


def _signatures(problem: Problem, space: Space, free: Bool) -> tuple[Signatures, Int64]:
    requests = problem.requests
    at = np.flatnonzero(free)
    # Compact masks keep the order of the masks: all the bits asked for are in use.
    columns = [requests.zone[at], requests.km[at] + 1, requests.kinds[at], requests.grade[at],
               space.compact(requests.extras[at])]  # fmt: skip
    number: Int64 = np.zeros(len(at), np.int64)
    place: int = 1
    packed = []
    for column in columns:
        _values, code = np.unique(column, return_inverse=True)
        size = len(_values) or 1
        if place * size >= 2**62:  # pack again what there is so far
            _kept, number = np.unique(number, return_inverse=True)
            place = len(_kept) or 1
        number, place = number * size + code, place * size
        packed.append(column)
    _numbers, first, inverse = np.unique(number, return_index=True, return_inverse=True)
    zone, km, kinds, grade, mask = (column[first] for column in packed)
    signature_of = np.full(len(requests), -1, np.int64)
    signature_of[at] = inverse
    return Signatures(zone, km - 1, kinds, grade, mask), signature_of


# --- Arcs -------------------------------------------------------------------------------------------------------------


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
    parts: tuple[
        int, ...
    ]  # ends of: tree, places within reach, deliveries, lattice, hubs, stock, places, S to T, groups
    machine: Int64  # of a tree arc: the number of its first machine (0 elsewhere)
    below_floor: Bool
    fairness: Int64
    km: Int64
    waste: Int64
    capacity: Int64  # of the arcs before the entries, whatever was decided
    start: Int64  # of each entry: its first item; the next one's is its end
    detail: int = 0

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
    rules = problem.rules
    asking = (network.signature_of >= 0) & (requests.quantity == 1)
    units = np.where(asking, 1, 0)
    units[served_groups] = requests.quantity[served_groups] - requests.minimum[served_groups]
    items = _items(network, rules.effective_points(requests.points, requests.days), units)
    anchor_of = network.anchor[requests.node]
    asked = np.where(network.signature_of >= 0, requests.quantity, 0) if open_groups else units.copy()
    asked[served_groups] = requests.quantity[served_groups]
    below = problem.tree.upward(_sums(requests.node, asked, len(problem.tree.ids)))
    total = int(asked.sum())
    tree_tail, tree_head, tree_high, machine, below_floor, fairness = _tree_arcs(network, below)
    alive, space = network.alive, network.space
    near = np.concatenate(
        [
            np.zeros((3, 0), np.int64),
            *(np.stack(entry)[:, alive[entry[1]]] for entry in space.entries(network.signatures)),
        ],
        axis=1,
    )
    at, node, km = near
    sent, hub = space.deliveries(network.signatures)
    hub_alive = alive.reshape(space.by_hub)
    reached: Bool = np.logical_or.reduce(hub_alive, axis=0)
    sent, hub = sent[reached[hub]], hub[reached[hub]]
    wanted = np.zeros(space.hubs, bool)
    wanted[hub] = True
    hub_place, hub_from = np.nonzero(hub_alive & wanted)
    low_node, high_node = space.steps(alive)
    stocked = np.flatnonzero(alive & (network.stock > 0))
    places = np.arange(len(problem.places_cap))
    room = np.where(problem.places_cap >= 0, np.maximum(0, problem.places_cap - network.promised_at), total + 1)
    many = total + 1  # more than can ever flow: no limit
    parts = [
        (tree_tail, tree_head, tree_high),
        (network.first_signature + at, network.first_lattice + node, many),
        (network.first_signature + sent, network.first_hub + hub, many),
        (network.first_lattice + low_node, network.first_lattice + high_node, many),
        (network.first_hub + hub_from, network.first_lattice + hub_place * space.hubs + hub_from, many),
        (network.first_lattice + stocked, network.first_place + stocked // space.hubs, network.stock[stocked]),
        (network.first_place + places, np.full(len(places), network.sink), room),
        (np.array([network.source]), np.array([network.sink]), many),
        (1 + anchor_of[served_groups], network.first_signature + network.signature_of[served_groups],
         requests.minimum[served_groups]),
    ]  # fmt: skip
    sizes = [len(tail) for tail, _head, _high in parts]
    fixed = sum(sizes)
    ends = np.cumsum(sizes)

    def placed(part: int, values: Int64 | int) -> Int64:
        column = np.zeros(fixed, np.int64)
        column[ends[part] - sizes[part] : ends[part]] = values
        return column

    tail = np.concatenate([tail for tail, _head, _high in parts])
    head = np.concatenate([head for _tail, head, _high in parts])
    high = np.concatenate([np.broadcast_to(np.asarray(high), len(tail)) for tail, _head, high in parts])
    low = placed(8, requests.minimum[served_groups])
    supply = np.zeros(network.nodes, np.int64)
    supply[network.source], supply[network.sink] = total, -total
    start = _runs(items)
    first = start[:-1]
    entry_units = np.add.reduceat(items.units, first) if len(first) else _NONE
    return Model(
        network=network,
        items=items,
        arcs=Arcs(
            np.concatenate([tail, 1 + items.anchor[first]]),
            np.concatenate([head, network.first_signature + items.signature[first]]),
            np.concatenate([low, np.zeros(len(first), np.int64)]),
            np.concatenate([high, entry_units]),
            np.concatenate([low, np.zeros(len(first), np.int64)]),
        ),
        supply=supply,
        fixed=fixed,
        parts=tuple(int(end) for end in ends),
        machine=placed(0, machine),
        below_floor=placed(0, below_floor).astype(bool),
        fairness=placed(0, fairness),
        km=placed(1, km) + placed(2, problem.delivery_km),
        waste=placed(3, 1),
        capacity=high.copy(),
        start=start,
    )


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


def _tree_arcs(network: Network, below: Int64) -> tuple[Int64, Int64, Int64, Int64, Int64, Int64]:
    """(tail, head, machines, number of the first one, under a floor, fairness) of the arcs towards each node.

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
        columns = (1 + above, 1 + node, np.diff(cut), machine, machine < tree.floor[node],
                   machine * scale // need if tree.district[node] else 0)  # fmt: skip
        rows.append(np.stack([np.broadcast_to(column, len(machine)) for column in columns]))
    table = np.concatenate(rows, axis=1) if rows else np.zeros((6, 0), np.int64)
    return table[0], table[1], table[2], table[3], table[4], table[5]
