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
    floored = _at_or_above(tree.parent, (tree.floor > 0) & (got <= tree.floor))
    capped = _at_or_above(tree.parent, (tree.cap >= 0) & (got >= tree.cap))
    exchange = _Exchange(decision, order, rules.tiers * (most + 1))
    gives = (taken > 0) & (network.signature_of >= 0)
    gives[decision.served_groups] = (taken > requests.minimum)[decision.served_groups]
    last = exchange.last(gives)
    freely = exchange.last(gives & ~floored[requests.node]) if floored.any() else last

    mine = order[at]
    signatures = network.signatures
    last_here = exchange.entering(signatures, last)[signature]
    freely_here = exchange.entering(signatures, freely)[signature]
    code = np.where(
        last_here > mine, np.where(freely_here > mine, TIE, FLOOR), np.where(last_here == mine, TIE, COME_BEFORE)
    )
    held = capped[leaf]
    code[held | exchange.kept_by_places(signatures)[signature]] = CAP
    code[requests.quantity[at] > 1] = GROUP
    code[~exchange.fits(signatures)[signature]] = NOTHING_FITS
    code[taken[at] > 0] = IN_PART
    code[taken[at] == requests.quantity[at]] = SERVED
    cutoff = np.where((last_here < 0) | (last_here == exchange.free) | (held & (code == CAP)), -1, last_here)

    changes = np.zeros(len(at), np.int64)
    if rules.tier_and_points_lead():
        hopeful = np.flatnonzero((taken[at] == 0) & (requests.quantity[at] == 1) & ~held)
        asked = np.unique(signature[hopeful])
        place = np.searchsorted(asked, signature[hopeful])
        for change, (changed, possible) in _changed(decision, asked).items():
            label = np.where(possible, exchange.entering(changed, freely), -1)
            changes[hopeful] |= np.where(label[place] > mine[hopeful], change, 0)
    return Reasons(
        at,
        code,
        np.where(cutoff < 0, -1, cutoff // (most + 1)),
        np.where(cutoff < 0, -1, most - cutoff % (most + 1)),
        changes,
    )


def _at_or_above(parent: Int64, marked: Bool) -> Bool:
    """Whether each node, or one above it, is marked."""
    marked = marked.copy()
    for node in range(1, len(marked)):
        marked[node] |= marked[parent[node]]
    return marked


def _changed(decision: Decision, at: Int64) -> dict[int, tuple[Signatures, Bool]]:
    """These signatures after each single change, and where there is such a change."""
    problem, signatures = decision.network.problem, decision.network.signatures
    zone, km, kinds, grade, mask = (
        column[at] for column in (signatures.zone, signatures.km, signatures.kinds, signatures.grade, signatures.mask)
    )
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
        self.moves = flow.residual(arcs, np.zeros(len(arcs), np.int64))
        used = np.bincount(network.lattice_of[decision.given.device], minlength=network.space.lattice)
        self.unused = network.stock > used
        at_place = np.bincount(problem.devices.place[decision.given.device], minlength=len(problem.places_cap))
        self.full = (problem.places_cap >= 0) & (network.promised_at + at_place >= problem.places_cap)

    def last(self, gives: Bool) -> Int64:
        """The label of each lattice node, when these requests would give way to those that come before."""
        network = self.network
        value = np.ones(network.nodes, np.int64)  # minus the labels: the spread looks for the least
        value[network.sink] = -self.free
        at = np.flatnonzero(gives)
        np.minimum.at(value, network.first_signature + network.signature_of[at], -self.order[at])
        value = flow.descend(value, *self.moves)
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
