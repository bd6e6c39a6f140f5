"""Tiny random problems of every shape that the format allows, small enough for brute force.

A generator draws everything, so a number is enough to have the same problem again: `problem(random.Random(7))`.
"""

import hashlib
import random
from typing import Any

Problem = dict[str, Any]

LEVELS = ["floors", "tier", "points", "fairness", "waiting", "lottery", "waste", "distance"]
SEED = "la graine du tirage 🌱"
# Sorted by code points these are in another order than by eye, and two are not in their NFC form.
IDS = [
    "a", "B", "e\u0301te", "été2", "Ω", "Ω2", "z z", "名", "🙂", "\ufb01n", "0", "-1", "A\u030angström", "ﬀ", "\u200bz",
]  # fmt: skip


def table(rows: list[dict[str, Any]], columns: str) -> dict[str, Any]:
    return {"n": len(rows), "columns": {column: [row[column] for row in rows] for column in columns.split()}}


def rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    """The table line by line, for those who read it rather than compute on it."""
    names = list(table["columns"])
    return [dict(zip(names, line, strict=True)) for line in zip(*table["columns"].values(), strict=True)]


DEVICES = "id place kind grade extras"
REQUESTS = "id node zone kinds grade extras km tier points since quantity minimum"


def problem(
    rng: random.Random,
    *,
    requests: int = 6,
    devices: int = 5,
    groups: float = 0.25,
    floors: float = 0.35,
    caps: float = 0.2,
    promises: float = 0.12,
    shuffled_levels: float = 0.25,
) -> Problem:
    """A valid `alloc-problem/1`: at most that many requests and devices; the rest are chances, from 0 to 1."""

    def chance(of: float) -> bool:
        return rng.random() < of

    kinds, extras, grades = rng.randint(1, 2), rng.randint(0, 3), rng.randint(1, 3)
    places = [
        {"id": f"place {i}", "cap": rng.choice([0, 1, 2, 2, 3]) if chance(caps) else None}
        for i in range(rng.randint(1, 2))
    ]
    zones = [{"id": f"zone {i}"} for i in range(rng.randint(1, 2))]
    nodes = _tree(rng, floors, caps)
    inner = {node["parent"] for node in nodes}
    leaves = [index for index in range(len(nodes)) if index not in inner]
    plain = chance(0.15)  # everything equal: the lottery alone decides
    ids = IDS + [f"n{number}" for number in range(max(requests, devices) - len(IDS))]
    names = rng.sample(ids, len(ids))

    def mask(bits: int) -> int:
        return rng.choice([0, 0, 1 % 2**bits, rng.randrange(2**bits)])

    asked = []
    for _ in range(_size(rng, requests)):
        quantity = rng.randint(2, 3) if chance(groups) else 1
        asked.append({
            "id": names.pop(), "node": rng.choice(leaves), "zone": 0 if plain else rng.randrange(len(zones)),
            "kinds": 1 if plain else rng.choice([2**kinds - 1, 2**kinds - 1, rng.randrange(2**kinds)]),
            "grade": 0 if plain else min(rng.randrange(grades), rng.randrange(grades)),
            "extras": 0 if plain else mask(extras),
            "km": 20 if plain else rng.choice([-1, -1, 5, 10, 20, 20, 20]), "tier": 0 if plain else rng.randrange(3),
            "points": 4 if plain else rng.randint(0, 4),
            "since": "2026-03-01" if plain else f"2026-0{rng.randint(1, 4)}-{rng.randint(10, 28)}",
            "quantity": quantity, "minimum": rng.randint(1, quantity),
        })  # fmt: skip
    stock = [
        {"id": name, "place": rng.randrange(len(places)), "kind": 0 if plain else rng.randrange(kinds),
         "grade": max(rng.randrange(grades), rng.randrange(grades)),
         "extras": rng.randrange(2**extras) | rng.randrange(2**extras)}
        for name in rng.sample(ids, _size(rng, devices))
    ]  # fmt: skip
    promised = []
    free = [device["id"] for device in stock]
    for request in asked:
        for _ in range(rng.randint(1, request["quantity"]) if chance(promises) else 0):
            if free:  # whether it fits or not: a promise is kept
                run = hashlib.sha256(request["id"].encode()).hexdigest()
                promised.append({"request": request["id"], "device": free.pop(rng.randrange(len(free))), "run": run})
    return {
        "schema": "alloc-problem/1",
        "as_of": "2026-04-01",  # some asked later: they have waited 0 days
        "seed_commitment": hashlib.sha256(SEED.encode()).hexdigest(),
        "rules": {
            "levels": rng.sample(LEVELS, len(LEVELS)) if chance(shuffled_levels) else LEVELS,
            "tiers": 3,
            "points_max": 4,
            "ageing": {"points": rng.randint(0, 2), "days": rng.choice([1, 7, 30]), "max": rng.randint(0, 5)},
            "fairness_scale": 1000,
        },
        "nodes": nodes,
        "kinds": [f"kind {i}" for i in range(kinds)],
        "extras": [f"extra {i}" for i in range(extras)],
        "grades": grades,
        "places": places,
        "zones": zones,
        "distance_km": [[rng.choice([-1, 0, 3, 5, 9, 9, 20]) for _ in places] for _ in zones],
        "delivery_km": rng.randint(0, 30),
        "devices": table(stock, DEVICES),
        "requests": table(asked, REQUESTS),
        "promises": promised,
    }


def _size(rng: random.Random, most: int) -> int:
    """Often the most, sometimes none."""
    return max(rng.randint(0, most) for _ in range(3))


def _tree(rng: random.Random, floors: float, caps: float) -> list[dict[str, Any]]:
    """A territory; perhaps districts; under some of them prescribers. Districts may be of prescribers, or none."""
    nodes: list[dict[str, Any]] = [{"parent": None}]
    for _ in range(rng.choice([0, 1, 2, 2, 3])):
        nodes.append({"parent": 0})
        district = len(nodes) - 1
        nodes += [{"parent": district} for _ in range(rng.choice([0, 0, 1, 2]))]
    at = rng.choice([None, 0, 1, 1, 1, 2])  # the depth where the districts are
    for index, node in enumerate(nodes):
        depth = 0 if index == 0 else 1 if node["parent"] == 0 else 2
        node |= {
            "id": f"e\u0301tage {index}",  # not in its NFC form
            "district": depth == at,
            "floor": rng.randint(1, 3) if rng.random() < floors else 0,
            "cap": rng.choice([0, 1, 1, 2, 2, 3]) if rng.random() < caps else None,
        }
    return nodes
