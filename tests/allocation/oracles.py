"""Other ways to the same answer, slow and simple, that share nothing with the solver nor with the checker.

brute_force: every plan of a tiny problem, its values, and which are the best by the rule of docs/allocation.md.
greedy: the matroid greedy, requests one by one in their strict order with augmenting paths, without floors and caps.
linear: each stage as a linear programme on pairs of a request and a device, by HiGHS.
"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import highspy
import numpy as np

from tests.allocation.instances import SEED, Problem, rows

Row = dict[str, Any]
Plan = dict[str, list[str]]  # the devices of each request, by id
Values = dict[str, int]  # of each stage
GREATEST = ("tier", "points", "waiting")  # levels where more is better; in the others less is


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@dataclass
class World:
    """A problem as people would write it on cards: a dict for each request and device, by id, promises taken out."""

    problem: Problem
    seed: str = SEED
    asked: dict[str, Row] = field(init=False)
    stock: dict[str, Row] = field(init=False)
    stages: list[str] = field(init=False)

    def __post_init__(self) -> None:
        problem, rules = self.problem, self.problem["rules"]
        asked = {nfc(row["id"]): row for row in rows(problem["requests"])}
        stock = {nfc(row["id"]): row for row in rows(problem["devices"])}
        ageing = rules["ageing"]
        for row in asked.values():
            row["days"] = max(0, (date.fromisoformat(problem["as_of"]) - date.fromisoformat(row["since"])).days)
            row["points"] += min(ageing["max"], ageing["points"] * (row["days"] // ageing["days"]))
        for rank, identifier in enumerate(self._lottery(asked), 1):
            asked[identifier]["rank"] = rank
        self.need = Counter[int]()
        for row in asked.values():
            self.need.update(dict.fromkeys(self.above(row["node"]), row["quantity"]))
        self.kept, self.kept_at = Counter[int](), Counter[int]()
        for promise in problem["promises"]:
            self.kept.update(self.above(asked[nfc(promise["request"])]["node"]))
            self.kept_at.update([stock.pop(nfc(promise["device"]))["place"]])
        for request in {nfc(promise["request"]) for promise in problem["promises"]}:
            asked.pop(request)
        self.asked, self.stock = dict(sorted(asked.items())), dict(sorted(stock.items()))
        self.used = 0
        for row in asked.values():
            self.used |= row["extras"]
        tiers = range(rules["tiers"])
        self.stages = []
        for level in rules["levels"]:
            self.stages += [f"{level} {t}" for t in tiers] if level in ("tier", "points") else [level]

    def _lottery(self, asked: dict[str, Row]) -> list[str]:
        """The requests, luckiest first."""
        base = int.from_bytes(hashlib.sha256(self.seed.encode()).digest()[:8], "big")
        mixed = {}
        with np.errstate(over="ignore"):
            for number, identifier in enumerate(sorted(asked)):
                x = np.uint64(base) + np.uint64(number) * np.uint64(0x9E3779B97F4A7C15)
                for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
                    x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
                mixed[identifier] = int(x ^ (x >> np.uint64(31)))
        return sorted(mixed, key=lambda identifier: (mixed[identifier], identifier))

    def above(self, node: int | None) -> Iterator[int]:
        while node is not None:
            yield node
            node = self.problem["nodes"][node]["parent"]

    def km(self, request: Row, device: Row) -> int | None:
        """The distance that counts for this pair, or None when the place is out of reach."""
        if request["km"] == -1:
            return int(self.problem["delivery_km"])
        km = int(self.problem["distance_km"][request["zone"]][device["place"]])
        return km if 0 <= km <= request["km"] else None

    def fits(self, request: Row, device: Row) -> bool:
        return bool(
            request["kinds"] & (1 << device["kind"])
            and device["grade"] >= request["grade"]
            and device["extras"] & request["extras"] == request["extras"]
            and self.km(request, device) is not None
        )

    def allowed(self, plan: Plan) -> bool:
        """No cap is exceeded, and groups receive nothing or their minimum at least."""
        got, at = self.received(plan), self.kept_at.copy()
        for devices in plan.values():
            at.update(self.stock[device]["place"] for device in devices)
        return (
            all(not plan[r] or self.asked[r]["minimum"] <= len(plan[r]) <= self.asked[r]["quantity"] for r in plan)
            and all(
                node["cap"] is None or got[v] <= max(node["cap"], self.kept[v])
                for v, node in enumerate(self.problem["nodes"])
            )
            and all(
                place["cap"] is None or at[i] <= max(place["cap"], self.kept_at[i])
                for i, place in enumerate(self.problem["places"])
            )
        )

    def received(self, plan: Plan) -> Counter[int]:
        got = self.kept.copy()
        for request, devices in plan.items():
            got.update({node: len(devices) for node in self.above(self.asked[request]["node"])})
        return got

    def values(self, plan: Plan) -> Values:
        """Every value of section 2, as its table words them."""
        nodes, got = self.problem["nodes"], self.received(plan)
        values: Values = dict.fromkeys(self.stages, 0)
        values["floors"] = sum(max(0, node["floor"] - got[v]) for v, node in enumerate(nodes))
        scale = self.problem["rules"]["fairness_scale"]
        values["fairness"] = sum(
            scale * j // self.need[v] for v, node in enumerate(nodes) if node["district"] for j in range(got[v])
        )
        for identifier, devices in plan.items():
            request = self.asked[identifier]
            for device in map(self.stock.__getitem__, devices):
                values[f"tier {request['tier']}"] += 1
                values[f"points {request['tier']}"] += request["points"]
                values["waiting"] += request["days"]
                values["lottery"] += request["rank"]
                values["waste"] += device["grade"] - request["grade"]
                values["waste"] += (device["extras"] & self.used & ~request["extras"]).bit_count()
                values["distance"] += self.km(request, device) or 0
        return values

    def order(self, values: Values, stages: list[str]) -> tuple[int, ...]:
        """What to sort plans by, the best first."""
        return tuple(-values[s] if s.startswith(GREATEST) else values[s] for s in stages)

    def plans(self) -> Iterator[Plan]:
        """Every plan that is allowed, devices of a request in order. Caps are counted on the way: what exceeds one,
        whatever comes after, is left at once."""
        takers = {d: [r for r, row in self.asked.items() if self.fits(row, device)] for d, device in self.stock.items()}
        limits: list[Row] = [*self.problem["nodes"], *self.problem["places"]]
        kept = [self.kept[v] for v in range(len(self.problem["nodes"]))]
        kept += [self.kept_at[i] for i in range(len(self.problem["places"]))]
        room = [len(takers) if x["cap"] is None else max(0, x["cap"] - n) for x, n in zip(limits, kept, strict=True)]
        above = {r: [*self.above(row["node"])] for r, row in self.asked.items()}
        at = {d: len(self.problem["nodes"]) + device["place"] for d, device in self.stock.items()}
        groups = [r for r, row in self.asked.items() if row["minimum"] > 1]
        plan: Plan = {request: [] for request in self.asked}
        waiting = list(takers)

        def give(index: int) -> Iterator[Plan]:
            if index == len(waiting):
                if all(not plan[r] or len(plan[r]) >= self.asked[r]["minimum"] for r in groups):
                    yield {request: list(devices) for request, devices in plan.items()}
                return
            yield from give(index + 1)
            device = waiting[index]
            for request in takers[device]:
                limited = [*above[request], at[device]]
                if len(plan[request]) < self.asked[request]["quantity"] and all(room[x] for x in limited):
                    plan[request].append(device)
                    for x in limited:
                        room[x] -= 1
                    yield from give(index + 1)
                    for x in limited:
                        room[x] += 1
                    plan[request].pop()

        return give(0)

    def groups(self, plan: Plan) -> frozenset[str]:
        """The groups served."""
        return frozenset(r for r, devices in plan.items() if devices and self.asked[r]["quantity"] > 1)


@dataclass
class Best:
    """What brute force found: for each choice of groups that is optimal, the best values of all stages."""

    by_groups: dict[frozenset[str], Values]
    group_stages: Values  # the values of the choice of groups itself; empty without groups
    plans: list[tuple[Plan, Values]]  # every plan


def brute_force(world: World) -> Best:
    plans = [(plan, world.values(plan)) for plan in world.plans()]
    chosen_by = [stage for stage in world.stages if stage.partition(" ")[0] in ("floors", "tier", "points")]
    of_choice: dict[frozenset[str], tuple[tuple[int, ...], Values]] = {}
    for plan, values in plans:
        served = world.groups(plan)
        whole = [world.asked[r] for r in served]
        said = {stage: values[stage] for stage in chosen_by}
        said["waiting"] = sum(row["days"] * row["minimum"] for row in whole)
        said["lottery"] = sum(row["rank"] * row["minimum"] for row in whole)
        last = sorted(("waiting", "lottery"), key=world.stages.index)
        place = world.order(said, [*chosen_by, *last])
        if served not in of_choice or place < of_choice[served][0]:
            of_choice[served] = place, said
    first = min(place for place, _ in of_choice.values())
    best: dict[frozenset[str], Values] = {}
    for plan, values in plans:
        served = world.groups(plan)
        better = served not in best or world.order(values, world.stages) < world.order(best[served], world.stages)
        if of_choice[served][0] == first and better:
            best[served] = values
    group_stages = next(said for place, said in of_choice.values() if place == first)
    has_groups = any(row["quantity"] > 1 for row in world.asked.values())
    return Best(best, group_stages if has_groups else {}, plans)


def greedy(world: World) -> dict[int, list[int]]:
    """The points of those served, by tier: requests in their strict order, each kept if all those kept still can be.

    Right when the devices and the caps of places alone limit who is served: no floor, no cap of a node, no group.
    """
    arcs: dict[object, dict[object, int]] = {}  # what each arc can still carry, both ways

    def arc(tail: object, head: object, capacity: int) -> None:
        arcs.setdefault(tail, {})[head] = capacity
        arcs.setdefault(head, {}).setdefault(tail, 0)

    for request, asked in world.asked.items():
        arcs.setdefault(("request", request), {})
        for device, row in world.stock.items():
            if world.fits(asked, row):
                arc(("request", request), ("device", device), 1)
    for device, row in world.stock.items():
        arc(("device", device), ("place", row["place"]), 1)
    for i, place in enumerate(world.problem["places"]):
        arc(("place", i), "out", len(world.stock) if place["cap"] is None else max(0, place["cap"] - world.kept_at[i]))

    def push(node: object, seen: set[object]) -> bool:
        if node == "out":
            return True
        seen.add(node)
        for head, left in arcs[node].items():
            if left and head not in seen and push(head, seen):
                arcs[node][head] -= 1
                arcs[head][node] += 1
                return True
        return False

    served: dict[int, list[int]] = {t: [] for t in range(world.problem["rules"]["tiers"])}
    for request in sorted(world.asked, key=lambda r: (world.asked[r]["tier"], -world.asked[r]["points"])):
        if push(("request", request), set()):
            served[world.asked[request]["tier"]].append(world.asked[request]["points"])
    return served


def linear(world: World, groups: frozenset[str]) -> Values:
    """The value of every stage, these groups being served: a linear programme a stage, the earlier values as rows."""
    highs = highspy.Highs()
    highs.silent()
    pairs = [(r, d) for r, row in world.asked.items() for d, device in world.stock.items() if world.fits(row, device)]
    gives = {pair: highs.addVariable(0, 1) for pair in pairs}

    def total(of: Any) -> Any:
        return highs.qsum([of(world.asked[r], world.stock[d]) * gives[r, d] for r, d in pairs])

    if not pairs:
        gives["", ""] = highs.addVariable(0, 0)  # a programme needs a column
    for device in world.stock:
        highs.addConstr(highs.qsum([gives[pair] for pair in pairs if pair[1] == device]) <= 1)
    for request, row in world.asked.items():
        most = row["quantity"] if request in groups or row["quantity"] == 1 else 0
        given = highs.qsum([gives[pair] for pair in pairs if pair[0] == request])
        highs.addConstr(given <= most)
        highs.addConstr(given >= (row["minimum"] if request in groups else 0))
    shortfall, unfair = [], []
    for v, node in enumerate(world.problem["nodes"]):
        below = {r for r, row in world.asked.items() if v in world.above(row["node"])}
        new = highs.qsum([gives[pair] for pair in pairs if pair[0] in below])
        if node["cap"] is not None:
            highs.addConstr(new <= max(0, node["cap"] - world.kept[v]))
        short = highs.addVariable(0, highspy.kHighsInf)
        highs.addConstr(short + new >= node["floor"] - world.kept[v])
        shortfall.append(short)
        if node["district"] and world.need[v] > world.kept[v]:
            scale = world.problem["rules"]["fairness_scale"]
            machines = [highs.addVariable(0, 1) for _ in range(world.kept[v], world.need[v])]
            highs.addConstr(highs.qsum(machines) == new)
            unfair += [scale * j // world.need[v] * x for j, x in enumerate(machines, world.kept[v])]
    for i, place in enumerate(world.problem["places"]):
        if place["cap"] is not None:
            at = highs.qsum([gives[r, d] for r, d in pairs if world.stock[d]["place"] == i])
            highs.addConstr(at <= max(0, place["cap"] - world.kept_at[i]))
    already = sum(
        world.problem["rules"]["fairness_scale"] * j // world.need[v]
        for v, node in enumerate(world.problem["nodes"]) if node["district"] for j in range(world.kept[v])
    )  # fmt: skip
    objectives = {
        "floors": highs.qsum(shortfall),
        "fairness": highs.qsum(unfair) + already,
        "waiting": total(lambda r, d: -r["days"]),
        "lottery": total(lambda r, d: r["rank"]),
        "waste": total(lambda r, d: d["grade"] - r["grade"] + (d["extras"] & world.used & ~r["extras"]).bit_count()),
        "distance": total(lambda r, d: world.km(r, d)),
    }
    for t in range(world.problem["rules"]["tiers"]):
        objectives[f"tier {t}"] = total(lambda r, d, t=t: -(r["tier"] == t))
        objectives[f"points {t}"] = total(lambda r, d, t=t: -r["points"] * (r["tier"] == t))
    values: Values = {}
    for stage in world.stages:
        highs.minimize(objectives[stage])
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise AssertionError(f"{stage}: {highs.getModelStatus()}")
        value = highs.getInfo().objective_function_value
        if abs(value - round(value)) > 1e-6:
            raise AssertionError(f"{stage}: {value} is not an integer")
        highs.addConstr(objectives[stage] <= round(value))
        values[stage] = abs(round(value))
    return values
