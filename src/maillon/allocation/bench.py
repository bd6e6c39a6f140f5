"""`maillon bench allocation`: how long deciding takes, in how much memory, and what rules of thumb would cost instead.

Each size runs in a process of its own, started afresh: the memory told is that of deciding it, imports included.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from maillon.allocation.core import api, files, generate, lottery, naive
from maillon.allocation.core.network import build
from maillon.allocation.core.problem import read

Result = TypeVar("Result")

GOAL_SECONDS, GOAL_MB, GROUPS_GOAL_SECONDS = 10, 1000, 120  # a million; 100,000 with 5 % of groups


@dataclass(frozen=True, slots=True)
class Run:
    """One size decided: seconds from the files to the plan, of which of processor, seconds to write it, MB at most."""

    decided: float
    processor: float
    written: float
    megabytes: int
    served: list[int]  # machines, by tier
    changes: int  # unserved requests that one change would serve


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon bench allocation",
        description="Decide synthetic problems, as many requests as devices, from Parquet: every level, every reason "
        "and every single change. Beside it, the rules of thumb on the same problem.",
        epilog=f"Goals on 2 cores: a million under {GOAL_SECONDS} s and {GOAL_MB} MB; 100,000 with 5 % of groups under "
        f"{GROUPS_GOAL_SECONDS} s.",
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000], metavar="N",
        help="requests, and as many devices (default: 1000 10000 100000 1000000)",
    )  # fmt: skip
    parser.add_argument(
        "--groups", type=int, default=0, metavar="PERCENT", help="of requests for 2 to 28 machines, all or nothing"
    )
    parser.add_argument(
        "--write", type=Path, metavar="DIR", help="write the problem of the largest size there, and stop"
    )
    options = parser.parse_args(argv)
    if min(options.sizes) < 1 or not 0 <= options.groups <= 100:
        parser.error("sizes start at 1, and groups go from 0 to 100")
    if options.write:
        write(options.write, max(options.sizes), options.groups)
        _say(f"{options.write / 'problem.json'}; the seed is “{generate.SEED}”.")
        return 0
    late = False
    _row("requests = devices", "decided", "processor", "written", "memory", "tier 0", "in all", "lost in tier 0")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), size, options.groups)
            run: Run = _apart(decide, folder)
            best, total = run.served[0], sum(run.served)
            _row(
                f"{size:,}", f"{run.decided:.2f} s", f"{run.processor:.2f} s", f"{run.written:.2f} s",
                f"{run.megabytes} MB", f"{best:,}", f"{total:,}", "-",
            )  # fmt: skip
            for name, served, seconds in _apart(rules_of_thumb, folder):
                lost = f"{best - served[0]:,}"
                _row(f"  {name}", f"{seconds:.2f} s", "", "", "", f"{served[0]:,}", f"{sum(served):,}", lost)
            _say(f"  {run.changes:,} requests not served have a single change that would serve them")
        late |= not options.groups and size >= 1_000_000 and (run.decided > GOAL_SECONDS or run.megabytes > GOAL_MB)
        late |= bool(options.groups) and size >= 100_000 and run.decided > GROUPS_GOAL_SECONDS
    return 1 if late else 0


def write(folder: Path, size: int, groups: int) -> None:
    """A problem.json and its Parquet tables."""
    folder.mkdir(parents=True, exist_ok=True)
    problem = generate.problem(size, size, groups=groups / 100, folder=folder)
    (folder / "problem.json").write_text(json.dumps(problem, ensure_ascii=False), encoding="utf-8")


def _apart(function: Callable[[str], Result], folder: str) -> Result:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, (folder,))


def decide(folder: str) -> Run:
    start, used = time.perf_counter(), time.process_time()
    problem = files.load(Path(folder, "problem.json").read_text(encoding="utf-8"))
    plan = api.solve(problem, generate.SEED, tables=Path(folder))
    decided, processor = time.perf_counter() - start, time.process_time() - used
    start = time.perf_counter()
    with Path(folder, "plan.json").open("w", encoding="utf-8") as file:
        files.write(plan, file)
    written = time.perf_counter() - start
    served = [row["value"] for row in plan["values"] if row["stage"].startswith("tier ")]
    changes = sum(map(bool, plan["reasons"]["changes"]))
    return Run(decided, processor, written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, served, changes)


def rules_of_thumb(folder: str) -> list[tuple[str, list[int], float]]:
    """(name, machines by tier, seconds) of each."""
    problem = read(json.loads(Path(folder, "problem.json").read_text(encoding="utf-8")), Path(folder))
    network, rank = build(problem), lottery.ranks(generate.SEED, len(problem.requests))
    found = []
    for name, rule in naive.RULES.items():
        start = time.perf_counter()
        taken = rule(network, rank)
        by_tier = np.bincount(problem.requests.tier, taken, problem.rules.tiers).astype(int).tolist()
        found.append((name, by_tier, time.perf_counter() - start))
    return found


def _row(name: str, *cells: str) -> None:
    _say(f"{name:<28}" + "".join(f"{cell:>12}" for cell in cells[:-1]) + f"{cells[-1]:>16}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
