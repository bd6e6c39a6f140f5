"""The nodes of the network of docs/allocation.md, section 6: what is asked, what is in stock, and what lies between.

Nodes of the tree that bind nothing share the price of the one above; parts of the lattice that no request reaches, or
from where no device can be had, get no arc (`arcs`). `Network.complete` gives them the prices that follow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillon.allocation.core.problem import Problem

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

    def take(self, at: Int64) -> "Signatures":
        return Signatures(self.zone[at], self.km[at], self.kinds[at], self.grade[at], self.mask[at])


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
        for start in range(0, max(1, len(signatures)), chunk):
            part = slice(start, start + chunk)
            km = self.problem.distance[signatures.zone[part]]
            near = (km >= 0) & (km <= signatures.km[part, None])
            for kind in range(self.problem.kinds):
                accepted = (signatures.kinds[part] >> kind & 1).astype(bool)
                row, place = np.nonzero(near & accepted[:, None])
                at = row + start
                yield at, self.node(place, kind, signatures.grade[at], signatures.mask[at]), km[row, place]

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
