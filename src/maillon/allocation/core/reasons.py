"""Why each request is or is not served, and which single change would have served it.

Everything is read off the final flow. A device that a request could have may be free, or come to it through a chain of
exchanges that ends at someone who would give way: one spread over the arcs where machines could still move tells, for
each node, whether a free device can be had, else how far down the order the last one is who would give way.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillon.allocation.core import flow
from maillon.allocation.core.arcs import Family
from maillon.allocation.core.network import Signatures
from maillon.allocation.core.solve import Decision, received

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

SERVED, NOTHING_FITS, COME_BEFORE, TIE, CAP, FLOOR, GROUP, IN_PART = range(8)
FARTHER, ANY_KIND, LOWER_GRADE, NO_EXTRAS = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Reasons:
    """Columns, one value for each unpromised request: `request` is its position. Cutoffs: -1 for none."""

    request: Int64
    code: Int64
    cutoff_tier: Int64
    cutoff_points: Int64
    changes: Int64


def reasons(decision: Decision) -> Reasons:
    network, problem = decision.network, decision.network.problem
    requests, tree, rules = problem.requests, problem.tree, problem.rules
    at = np.flatnonzero(network.signature_of >= 0)
    signature, leaf = network.signature_of[at], requests.node[at]
    got = received(network, decision.given)
    taken = np.bincount(decision.given.request, minlength=len(requests))
    most = rules.most_points
    # The order of tier then points, as one number: 0 comes first.
    order = requests.tier * (most + 1) + most - rules.effective_points(requests.points, requests.days)
    floored = _lowest(tree.parent, (tree.floor > 0) & (got <= tree.floor))
    capped = _lowest(tree.parent, (tree.cap >= 0) & (got >= tree.cap))
    exchange = _Exchange(decision, order, rules.tiers * (most + 1))
    gives = (taken > 0) & (network.signature_of >= 0)
    gives[decision.served_groups] = (taken > requests.minimum)[decision.served_groups]

    mine, unserved = order[at], taken[at] == 0
    last_here, freely_here, changes = (np.full(len(at), start) for start in (-1, -1, 0))
    hopeful = unserved & (requests.quantity[at] == 1) & rules.tier_and_points_lead()
    # Under a full node, only those under it make room; at a floor, a node gives way to those under it alone. Who is
    # under a floor not reached comes before all those outside that no floor keeps.
    short = _lowest(tree.parent, got < tree.floor) if rules.levels[0] == "floors" else np.full(len(got), -1)
    above = np.where(unserved, np.stack([capped[leaf], floored[leaf], short[leaf]]), -1)
    scopes, scope_of = np.unique(above, axis=1, return_inverse=True)
    for scope, (cap, floor, missing) in enumerate(scopes.T.tolist()):
        inside = np.flatnonzero(scope_of.ravel() == scope)
        asked, place = np.unique(signature[inside], return_inverse=True)
        signatures = network.signatures.take(asked)
        makes_room = gives & _under(tree.parent, cap)[requests.node]
        last = exchange.last(makes_room, room=cap < 0)
        last_here[inside] = exchange.entering(signatures, last)[place]
        freely = makes_room & np.isin(floored, [-1, *_path(tree.parent, floor)])[requests.node]
        if (freely != makes_room).any():
            last = exchange.last(freely, room=cap < 0)
        freely_here[inside] = exchange.entering(signatures, last)[place]
        if missing >= 0:
            outside = exchange.last(freely & ~_under(tree.parent, missing)[requests.node], room=cap < 0)
            last = np.where(outside >= 0, exchange.free, last)
        for change, (changed, possible) in _changed(decision, signatures).items():
            label = np.where(possible, exchange.entering(changed, last), -1)[place]
            changes[inside] |= np.where(hopeful[inside] & (label > mine[inside]), change, 0)

    code = np.where(
        last_here > mine, np.where(freely_here > mine, TIE, FLOOR), np.where(last_here == mine, TIE, COME_BEFORE)
    )
    signatures = network.signatures
    code[(capped[leaf] >= 0) | exchange.kept_by_places(signatures)[signature]] = CAP
    code[requests.quantity[at] > 1] = GROUP
    code[~exchange.fits(signatures)[signature]] = NOTHING_FITS
    code[taken[at] > 0] = IN_PART
    code[taken[at] == requests.quantity[at]] = SERVED
    cutoff = np.where(last_here == exchange.free, -1, last_here)
    return Reasons(
        at,
        code,
        np.where(cutoff < 0, -1, cutoff // (most + 1)),
        np.where(cutoff < 0, -1, most - cutoff % (most + 1)),
        changes,
    )


def _lowest(parent: Int64, marked: Bool) -> Int64:
    """The lowest marked node among each node and those above it; -1 when there is none."""
    lowest = np.where(marked, np.arange(len(parent)), -1)
    for node in range(1, len(parent)):
        if not marked[node]:
            lowest[node] = lowest[parent[node]]
    return lowest


def _path(parent: Int64, node: int) -> list[int]:
    """A node and those above it; empty for -1."""
    path = []
    while node >= 0:
        path.append(node)
        node = int(parent[node])
    return path


def _under(parent: Int64, top: int) -> Bool:
    """Whether each node is this one, or under it; all are, for -1."""
    if top < 0:
        return np.ones(len(parent), bool)
    under: Bool = np.arange(len(parent)) == top
    for node in range(top + 1, len(parent)):
        under[node] = under[parent[node]]
    return under


def _changed(decision: Decision, signatures: Signatures) -> dict[int, tuple[Signatures, Bool]]:
    """These signatures after each single change, and where there is such a change."""
    problem = decision.network.problem
    zone, km, kinds = signatures.zone, signatures.km, signatures.kinds
    grade, mask = signatures.grade, signatures.mask
    steps = np.append(np.unique(problem.requests.km[problem.requests.km >= 0]), -1)  # after the last: delivered
    farther = np.where(km < 0, -1, steps[np.searchsorted(steps[:-1], km, side="right")])
    every = np.full_like(kinds, (1 << problem.kinds) - 1)
    return {
        FARTHER: (Signatures(zone, farther, kinds, grade, mask), km >= 0),
        ANY_KIND: (Signatures(zone, km, every, grade, mask), kinds != every),
        LOWER_GRADE: (Signatures(zone, km, kinds, np.maximum(grade - 1, 0), mask), grade > 0),
        NO_EXTRAS: (Signatures(zone, km, kinds, grade, np.zeros_like(mask)), mask > 0),
    }


class _Exchange:
    """What could still move between requests and devices once everything is decided.

    A label is the order of the last one who would give way, `free` when a device is free, -1 when neither.
    """

    def __init__(self, decision: Decision, order: Int64, free: int) -> None:
        self.network, self.order, self.free = decision.network, order, free
        model = decision.model
        network, problem = self.network, self.network.problem
        between = model.families(Family.NEAR, Family.PLACES)
        arcs = flow.Arcs(
            model.arcs.tail[between], model.arcs.head[between], np.zeros_like(model.capacity[between]),
            model.capacity[between], model.arcs.flow[between],
        )  # fmt: skip
        self.ways = flow.ways(*flow.residual(arcs, np.zeros(len(arcs), np.int64)), network.nodes)
        used = np.bincount(network.lattice_of[decision.given.device], minlength=network.space.lattice)
        self.unused = network.stock > used
        at_place = np.bincount(problem.devices.place[decision.given.device], minlength=len(problem.places_cap))
        self.full = (problem.places_cap >= 0) & (network.promised_at + at_place >= problem.places_cap)

    def last(self, gives: Bool, *, room: bool) -> Int64:
        """The label of each lattice node, when these requests would give way to those that come before.

        room: whether one machine more may be given, so that a free device is enough.
        """
        network = self.network
        value = np.ones(network.nodes, np.int64)  # minus the labels: the spread looks for the least
        value[network.sink] = -self.free if room else 1
        at = np.flatnonzero(gives)
        np.minimum.at(value, network.first_signature + network.signature_of[at], -self.order[at])
        value = flow.descend(value, self.ways, np.flatnonzero(value < 1))
        lattice = value[network.first_lattice : network.first_hub]
        # Where no request comes, there is no arc: a device is as good as its place, and leads those below to it.
        place = np.repeat(value[network.first_place : network.sink], network.space.hubs)
        lattice = np.where(network.stock > 0, np.where(network.alive, lattice, place), lattice)
        return -network.space.least_above(lattice)

    def entering(self, signatures: Signatures, label: Int64) -> Int64:
        """The label of a signature: the largest one among the nodes it can enter by."""
        space = self.network.space
        found = np.full(len(signatures), -1, np.int64)
        for at, node, _km in space.entries(signatures):
            np.maximum.at(found, at, label[node])
        at, hub = space.deliveries(signatures)
        if len(at) and len(label):
            np.maximum.at(found, at, label.reshape(space.by_hub).max(axis=0)[hub])
        return found

    def fits(self, signatures: Signatures) -> Bool:
        return self.entering(signatures, self.network.supplied.astype(np.int64)) > 0

    def kept_by_places(self, signatures: Signatures) -> Bool:
        """Whether free devices fit, and each of them is at a place that can hand over no more."""
        space = self.network.space
        full = np.repeat(self.full, space.hubs)
        kept, to_have = (self.entering(signatures, space.below(self.unused & at).astype(np.int64)) > 0
                         for at in (full, ~full))  # fmt: skip
        return kept & ~to_have
