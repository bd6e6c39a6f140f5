"""The rules people use without a solver, to measure what they cost: one request after another, no choice undone."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from maillon.allocation.core.network import Network

Int64 = NDArray[np.int64]

# For a request and the classes of devices that fit (grade, extras beyond those asked, km): the order to take them in.
Preference = Callable[[Int64, Int64, Int64], tuple[Int64, ...]]


def _closest_fit(grade: Int64, idle: Int64, km: Int64) -> tuple[Int64, ...]:
    return (km, grade + idle)  # the last key is the first one, as in lexsort


def _best_machine(grade: Int64, idle: Int64, km: Int64) -> tuple[Int64, ...]:
    return (km, -grade - idle)


def first_come(network: Network, rank: Int64) -> Int64:
    """Machines given to each request: who has waited longest first, each the machine that fits it most closely."""
    return _one_by_one(network, np.lexsort((rank, -network.problem.requests.days)), _closest_fit)


def best_machine_first(network: Network, rank: Int64) -> Int64:
    """By tier and points, each the best machine left."""
    return _one_by_one(network, _by_priority(network, rank), _best_machine)


def best_fit(network: Network, rank: Int64) -> Int64:
    """By tier and points, each the machine that fits it most closely."""
    return _one_by_one(network, _by_priority(network, rank), _closest_fit)


def _by_priority(network: Network, rank: Int64) -> Int64:
    requests = network.problem.requests
    points = network.problem.rules.effective_points(requests.points, requests.days)
    return np.lexsort((rank, -requests.days, -points, requests.tier))


def _one_by_one(network: Network, order: Int64, preference: Preference) -> Int64:
    problem, requests = network.problem, network.problem.requests
    classes = np.flatnonzero(network.stock)
    left = network.stock[classes].tolist()
    place_of = (classes // network.space.hubs).tolist()
    room = np.where(problem.places_cap < 0, len(problem.devices), problem.places_cap - network.promised_at).tolist()
    node_room = np.where(problem.tree.cap < 0, len(problem.devices), problem.tree.cap - network.promised).tolist()
    above = [_path(problem.tree.parent, node) for node in range(len(node_room))]
    fitting = _fitting(network, classes, preference)
    waiting: dict[int, list[int]] = {}  # for each signature: classes not yet seen empty, the next one last
    taken = [0] * len(requests)
    signature_of, node_of = network.signature_of.tolist(), requests.node.tolist()
    quantity, minimum = requests.quantity.tolist(), requests.minimum.tolist()
    for request in order.tolist():
        signature, path = signature_of[request], above[node_of[request]]
        wanted = min(quantity[request], min(node_room[node] for node in path))
        if signature < 0 or wanted < minimum[request]:
            continue
        if signature not in waiting:
            waiting[signature] = fitting(signature)
        found, got = waiting[signature], 0
        used: list[tuple[int, int]] = []
        while found and got < wanted:
            at = found[-1]
            much = min(wanted - got, left[at], room[place_of[at]])
            if much <= 0:
                found.pop()
                continue
            used.append((at, much))
            left[at] -= much
            room[place_of[at]] -= much
            got += much
        if got < minimum[request]:  # not enough for a group: nothing is taken
            for at, much in used:
                left[at] += much
                room[place_of[at]] += much
            waiting.pop(signature)
            continue
        taken[request] = got
        for node in path:
            node_room[node] -= got
    return np.array(taken, np.int64)


def _path(parent: Int64, node: int) -> list[int]:
    path = [node]
    while parent[path[-1]] >= 0:
        path.append(int(parent[path[-1]]))
    return path


def _fitting(network: Network, classes: Int64, preference: Preference) -> Callable[[int], list[int]]:
    """For a signature, the classes of devices that fit, the one to take first last."""
    space, problem, signatures = network.space, network.problem, network.signatures
    mask, rest = classes % space.masks, classes // space.masks
    grade, rest = rest % problem.grades, rest // problem.grades
    kind, place = rest % problem.kinds, rest // problem.kinds

    def fitting(signature: int) -> list[int]:
        asked = signatures.mask[signature]
        km, within = problem.distance[signatures.zone[signature], place], signatures.km[signature]
        near = (km >= 0) & (km <= within) if within >= 0 else np.ones(len(classes), bool)
        fits = near & (signatures.kinds[signature] >> kind & 1 == 1) & (grade >= signatures.grade[signature])
        at = np.flatnonzero(fits & (asked & ~mask == 0))
        idle = np.bitwise_count(mask[at] & ~asked).astype(np.int64)
        found: list[int] = at[np.lexsort(preference(grade[at], idle, km[at]))][::-1].tolist()
        return found

    return fitting


RULES: dict[str, Callable[[Network, Int64], Int64]] = {
    "first come, first served": first_come,
    "best machine first": best_machine_first,
    "best fit": best_fit,
}
