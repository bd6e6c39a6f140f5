"""Synthetic problems, for benches and tests: any size, the same for the same seed. No real territory is in them."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from maillon.allocation.core.problem import EPOCH
from maillon.allocation.core.rules import LEVELS

Int64 = NDArray[np.int64]

PLACES, ZONES, DISTRICTS, PRESCRIBERS = 50, 100, 20, 5  # prescribers: in each district
KINDS = ("laptop", "desktop", "tablet")
EXTRAS = ("webcam", "wifi", "long-battery", "accessible")
GRADES, TIERS, POINTS, DELIVERY_KM = 6, 4, 20, 30
AS_OF = date(2026, 11, 24)
DISTANCES = (10, 25, 50, -1)  # accepted; -1: delivered
GROUP_SIZES = (2, 3, 8, 15, 28)
SEED = "graine publique du banc d'essai"


def problem(
    requests: int, devices: int, *, groups: float = 0.0, seed: int = 1, folder: Path | None = None
) -> dict[str, Any]:
    """A problem document; its tables are written as Parquet in `folder` when there is one.

    groups: share of the requests that ask for several machines, all or nothing, from 0 to 1.
    """
    random = np.random.default_rng(seed)
    zone_xy, place_xy = random.uniform(0, 120, (ZONES, 2)), random.uniform(0, 120, (PLACES, 2))
    km = np.rint(np.hypot(*(zone_xy[:, None] - place_xy[None]).transpose(2, 0, 1))).astype(int)
    district = np.empty(ZONES, np.int64)
    district[np.lexsort((zone_xy[:, 1], zone_xy[:, 0] // 30))] = np.arange(ZONES) * DISTRICTS // ZONES
    asked = _requests(random, requests, district, groups)
    return {
        "schema": "alloc-problem/1",
        "as_of": AS_OF.isoformat(),
        "seed_commitment": hashlib.sha256(SEED.encode()).hexdigest(),
        "rules": {
            "levels": list(LEVELS),
            "tiers": TIERS,
            "points_max": POINTS,
            "ageing": {"points": 1, "days": 90, "max": 4},
            "fairness_scale": 1000,
        },
        "nodes": _nodes(district, asked),
        "kinds": list(KINDS),
        "extras": list(EXTRAS),
        "grades": GRADES,
        "places": [{"id": f"place-{at:02}", "cap": None} for at in range(PLACES)],
        "zones": [{"id": f"zone-{at:03}"} for at in range(ZONES)],
        "distance_km": km.tolist(),
        "delivery_km": DELIVERY_KM,
        "devices": _table("devices", _devices(random, devices), folder),
        "requests": _table("requests", asked, folder),
        "promises": [],
    }


def _nodes(district: Int64, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A territory, its districts, their prescribers; a few districts have a floor, a few prescribers a cap."""
    wanted = np.bincount(asked["node"], asked["quantity"], minlength=1 + DISTRICTS * (1 + PRESCRIBERS)).astype(int)
    by_prescriber = wanted[1 + DISTRICTS :].reshape(DISTRICTS, PRESCRIBERS)
    nodes: list[dict[str, Any]] = [{"id": "territory", "parent": None, "district": False, "floor": 0, "cap": None}]
    for at in range(DISTRICTS):
        floor = int(by_prescriber[at].sum()) * 7 // 10 if at % 5 == 0 else 0
        nodes.append({"id": f"district-{at:02}", "parent": 0, "district": True, "floor": floor, "cap": None})
    for at in range(DISTRICTS):
        for who in range(PRESCRIBERS):
            cap = int(by_prescriber[at, who]) * 6 // 10 + 1 if who == 0 and at % 4 == 1 else None
            name = f"prescriber-{at:02}-{who}"
            nodes.append({"id": name, "parent": 1 + at, "district": False, "floor": 0, "cap": cap})
    return nodes


def _devices(random: np.random.Generator, count: int) -> dict[str, Any]:
    weight = 1 / (1 + np.arange(PLACES)) ** 0.7
    kind = random.choice(3, count, p=[0.6, 0.3, 0.1])
    share = np.array([[0.85, 0.15, 0.95], [0.98, 0.45, 1], [0.45, 0, 0.7], [0.08, 0.08, 0.08]])
    extras = sum((random.random(count) < share[bit][kind]) << bit for bit in range(len(EXTRAS)))
    return {
        "id": _ids("D", count),
        "place": random.choice(PLACES, count, p=weight / weight.sum()),
        "kind": kind,
        "grade": random.choice(GRADES, count, p=[0.08, 0.2, 0.3, 0.25, 0.12, 0.05]),
        "extras": np.asarray(extras, np.int64) if count else np.zeros(0, np.int64),
    }


def _requests(random: np.random.Generator, count: int, district: Int64, groups: float) -> dict[str, Any]:
    profile = random.choice(5, count, p=[0.3, 0.2, 0.27, 0.15, 0.08])  # paperwork, pupil, student, calls, creation
    extras = np.array([2, 2, 2, 3, 2])[profile]
    extras = extras + (random.random(count) < 0.10) * 4 + (random.random(count) < 0.03) * 8
    zone = random.choice(ZONES, count, p=random.dirichlet(np.full(ZONES, 2.0)))
    poor = district[zone] % 5 == 0
    tier = np.where(
        poor, random.choice(4, count, p=[0.25, 0.3, 0.3, 0.15]), random.choice(4, count, p=[0.13, 0.24, 0.36, 0.27])
    )
    prescriber = random.integers(0, PRESCRIBERS, count)
    group = random.random(count) < groups
    quantity = np.where(group, random.choice(GROUP_SIZES, count, p=[0.4, 0.3, 0.15, 0.1, 0.05]), 1)
    return {
        "id": _ids("R", count),
        "node": 1 + DISTRICTS + district[zone] * PRESCRIBERS + prescriber,
        "zone": zone,
        "kinds": random.choice([1, 3, 7, 4], count, p=[0.42, 0.43, 0.1, 0.05]),
        "grade": np.array([1, 1, 2, 2, 4])[profile],
        "extras": extras,
        "km": random.choice(DISTANCES, count, p=[0.25, 0.35, 0.2, 0.2]),
        "tier": tier,
        "points": np.minimum(POINTS, random.poisson(7, count)),
        "since": AS_OF.toordinal() - EPOCH - random.integers(0, 366, count),
        "quantity": quantity,
        "minimum": quantity,
    }


def _ids(letter: str, count: int) -> list[str]:
    return [f"{letter}{at:07}" for at in range(count)]


def _table(name: str, columns: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    count = len(columns["id"])
    if folder is None:
        lists = {key: values if key == "id" else values.tolist() for key, values in columns.items()}
        if "since" in lists:
            lists["since"] = [date.fromordinal(EPOCH + day).isoformat() for day in lists["since"]]
        return {"n": count, "columns": lists}
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table({key: pa.array(values) if key == "id" else pa.array(values, pa.int32())
                             for key, values in columns.items()}), path, compression="zstd")  # fmt: skip
    return {"n": count, "uri": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
