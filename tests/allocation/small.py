"""Small problems, written by what differs from an ordinary one; and random ones."""

import hashlib
import random
from typing import Any

from maillon.allocation.core.rules import LEVELS

SEED = "graine"
DEVICE = {"place": 0, "kind": 0, "grade": 0, "extras": 0}
REQUEST = {
    "node": 0, "zone": 0, "kinds": 1, "grade": 0, "extras": 0, "km": 10, "tier": 0, "points": 0, "since": "2026-11-24",
    "quantity": 1, "minimum": 1,
}  # fmt: skip
NODE = {"parent": 0, "district": False, "floor": 0, "cap": None}


def table(rows: list[dict[str, Any]], columns: list[str]) -> dict[str, Any]:
    return {"n": len(rows), "columns": {column: [row[column] for row in rows] for column in columns}}


def problem(requests: dict[str, dict[str, Any]], devices: dict[str, dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Requests and devices by id; `changes` are keys of the problem, or of its rules."""
    rules = {
        "levels": list(LEVELS),
        "tiers": 3,
        "points_max": 100,
        "ageing": {"points": 0, "days": 1, "max": 0},
        "fairness_scale": 1000,
    }
    rules |= {name: changes.pop(name) for name in list(changes) if name in rules}
    return {
        "schema": "alloc-problem/1",
        "as_of": "2026-11-24",
        "seed_commitment": hashlib.sha256(SEED.encode()).hexdigest(),
        "rules": rules,
        "nodes": [NODE | {"id": "territory", "parent": None}],
        "kinds": ["laptop", "desktop"],
        "extras": ["webcam", "long battery"],
        "grades": 4,
        "places": [{"id": "here", "cap": None}],
        "zones": [{"id": "zone"}],
        "distance_km": [[5]],
        "delivery_km": 30,
        "devices": table([DEVICE | row | {"id": name} for name, row in devices.items()], ["id", *DEVICE]),
        "requests": table([REQUEST | row | {"id": name} for name, row in requests.items()], ["id", *REQUEST]),
        "promises": [],
    } | changes


def some(letter: str, count: int, **values: Any) -> dict[str, dict[str, Any]]:
    """Alike rows: A1, A2…"""
    return {f"{letter}{at + 1}": values for at in range(count)}


def pairs(plan: dict[str, Any]) -> list[tuple[str, str]]:
    return list(zip(plan["assign"]["request"], plan["assign"]["device"], strict=True))


def served(plan: dict[str, Any]) -> set[str]:
    return set(plan["assign"]["request"])


def value(plan: dict[str, Any], stage: str) -> int:
    return next(row["value"] for row in plan["values"] if row["stage"] == stage)


def reason(plan: dict[str, Any], request: str) -> dict[str, int]:
    at = plan["reasons"]["request"].index(request)
    return {key: values[at] for key, values in plan["reasons"].items() if key != "request"}


def anything(seed: int, *, groups: bool = False, tree: bool = True, promises: bool = True) -> dict[str, Any]:
    """A random problem, tiny, often short of machines. tree: with floors and caps."""
    pick = random.Random(seed)
    places, zones, kinds, extras, grades = (pick.randint(1, most) for most in (3, 2, 2, 2, 3))
    nodes = [NODE | {"id": "territory", "parent": None}]
    for district in range(pick.randint(1, 2)):
        nodes.append(NODE | {"id": f"district {district}", "district": True})
        if tree:
            nodes[-1] |= {"floor": pick.choice([0, 0, 1, 2]), "cap": pick.choice([None, None, 0, 1, 2, 3])}
        at = len(nodes) - 1
        for prescriber in range(pick.randint(0, 2)):
            nodes.append(NODE | {"id": f"prescriber {district} {prescriber}", "parent": at})
            if tree:
                nodes[-1] |= {"floor": pick.choice([0, 0, 1]), "cap": pick.choice([None, None, 1, 2])}
    leaves = sorted(set(range(len(nodes))) - {node["parent"] for node in nodes})
    requests, devices = {}, {}
    for at in range(pick.randint(0, 7)):
        quantity = pick.choice([1, 1, 1, 2, 3]) if groups else 1
        requests[f"R{at}"] = {
            "node": pick.choice(leaves), "zone": pick.randrange(zones),
            "kinds": pick.choice([2**kinds - 1, 2**kinds - 1, pick.randrange(2**kinds)]),
            "grade": pick.choice([0, 0, pick.randrange(grades)]),
            "extras": pick.choice([0, 0, pick.randrange(2**extras)]), "km": pick.choice([-1, 5, 10, 20]),
            "tier": pick.randrange(2), "points": pick.randint(0, 3),
            "since": pick.choice(["2026-01-01", "2026-03-05", "2026-10-11", "2027-01-01"]),
            "quantity": quantity, "minimum": pick.randint(1, quantity),
        }  # fmt: skip
    for at in range(pick.randint(0, 6)):
        devices[f"D{at}"] = {
            "place": pick.randrange(places), "kind": pick.randrange(kinds), "grade": pick.randrange(grades),
            "extras": pick.randrange(2**extras),
        }  # fmt: skip
    promised = []
    if promises and requests and devices and pick.random() < 0.3:
        promised = [{"request": pick.choice([*requests]), "device": pick.choice([*devices]), "run": "0" * 64}]
    return problem(
        requests, devices, tiers=2, nodes=nodes, kinds=["laptop", "desktop"][:kinds], promises=promised,
        extras=["webcam", "long battery"][:extras], grades=grades, delivery_km=pick.choice([0, 15]),
        ageing={"points": pick.choice([0, 1]), "days": 90, "max": 3},
        places=[
            {"id": f"place {at}", "cap": pick.choice([None, None, 1, 2]) if tree else None} for at in range(places)
        ],
        zones=[{"id": f"zone {at}"} for at in range(zones)],
        distance_km=[[pick.choice([-1, 3, 7, 12, 30]) for _ in range(places)] for _ in range(zones)],
    )  # fmt: skip
