"""The allocation for the rest of the platform: a problem comes in, a plan with its proof and its reasons goes out."""

from pathlib import Path
from typing import Any

from maillon.allocation.core import hashing
from maillon.allocation.core.hashing import problem_hash
from maillon.allocation.core.problem import Problem, Refusal, Refused, read
from maillon.allocation.core.reasons import reasons
from maillon.allocation.core.solve import Decision, decide, received
from maillon.hardware.messages import Message, _

__all__ = ["Refusal", "Refused", "problem_hash", "read", "solve"]


def solve(problem: dict[str, Any], seed: str, tables: Path | None = None) -> dict[str, Any]:
    """The plan (`alloc-plan/1`) of a problem (`alloc-problem/1`): docs/allocation.md defines both.

    seed: the text whose SHA-256 the problem commits to. tables: the folder of the problem's Parquet files.
    Raises Refused with every reason.
    """
    read_problem = read(problem, tables)
    commitment = problem["seed_commitment"]
    if hashing.sha256(seed.encode(errors="surrogatepass")) != commitment or problem.get("seed", seed) != seed:
        raise Refused([Refusal("seed", Message(_("This is not the seed that was committed to: its SHA-256 differs.")))])
    return written(problem_hash(problem), seed, read_problem, decide(read_problem, seed))


def written(problem_sha256: str, seed: str, problem: Problem, decision: Decision) -> dict[str, Any]:
    requests, devices, tree = problem.requests, problem.devices, problem.tree
    got = received(decision.network, decision.given)
    why = reasons(decision)
    plan: dict[str, Any] = {
        "schema": "alloc-plan/1",
        "problem_sha256": problem_sha256,
        "seed": seed,
        "values": [{"stage": stage.name, "value": value} for stage, value in decision.values],
        "assign": {
            "request": requests.ids.take(decision.given.request).to_pylist(),
            "device": devices.ids.take(decision.given.device).to_pylist(),
        },
        "shortfalls": [
            {"node": tree.ids[node], "floor": int(tree.floor[node]), "received": int(got[node])}
            for node in range(len(tree.ids))
            if got[node] < tree.floor[node]
        ],
        "reasons": {
            "request": requests.ids.take(why.request).to_pylist(),
            "code": why.code.tolist(),
            "cutoff_tier": why.cutoff_tier.tolist(),
            "cutoff_points": why.cutoff_points.tolist(),
            "changes": why.changes.tolist(),
        },
    }
    plan["certificate"] = {
        "schema": "alloc-cert/1",
        "groups": {
            "served": requests.ids.take(decision.served_groups).to_pylist(),
            "stages": [
                {
                    "stage": part.stage.name,
                    "value": part.value,
                    "bound": part.bound,
                    "solver": part.solver,
                    "status": part.status,
                }
                for part in decision.group_stages
            ],
        },
        "stages": [{"stage": stage.name, "prices": price.tolist()} for stage, price in decision.prices],
    }
    plan["certificate"]["plan_sha256"] = hashing.plan_hash(plan)
    return plan
