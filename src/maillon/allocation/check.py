"""Checks, alone, that an allocation of machines is the best one its published rules allow.

    python3 check.py problem.json plan.json        (Python 3.9 or later, nothing to install)

It computes everything again from the problem: hashes, lottery, who may receive what, the value of each stage. Then the
prices of the certificate prove that nothing better exists. A price is an integer for each node of a network where one
unit of flow is one machine. If another plan were better, some flow could be moved around a circle of arcs whose costs
add up to less than 0; around a circle the prices cancel out, and section 5 sees that each arc where flow could still be
moved costs at least 0, prices counted. So there is no such circle. docs/allocation.md defines the files and the rule.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections import Counter, namedtuple
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any
from unicodedata import normalize

Device = namedtuple("Device", "id place kind grade extras")
Request = namedtuple("Request", "id node zone km kinds grade extras tier points since quantity minimum rank")
LARGEST = NO_LIMIT = 2**53  # the first integer that some JSON readers round; the capacity of an arc that has none


class Refused(Exception):
    """The plan is not what it claims to be; the message says why, in the reader's language."""


def must(true: object, reason: str, *values: object) -> None:
    if not true:
        raise Refused(say(reason, *values))


def fingerprint(content: Any) -> str:
    """The SHA-256 of the content, in the one writing that does not depend on who writes."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def unique(where: str, ids: Iterable[str]) -> list[str]:
    must(len({*(known := [normalize("NFC", identifier) for identifier in ids])}) == len(known), "invalid", where)
    return known


def whole(where: str, values: Iterable[Any], low: int, end: int = LARGEST) -> None:
    wrong = [value for value in values if type(value) is not int or not low <= value < end]  # 1.5, NaN, true…
    must(not wrong, "invalid", f"{where}, {wrong[:1]}")


def check(problem: Any, plan: Any, tables: Mapping[str, Any] | None = None) -> str:
    """What is proved, in sentences; raises Refused. tables: the columns of those that are not in the problem."""
    try:
        return "\n".join(proved(problem, plan, tables or {}))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError) as error:
        raise Refused(say("invalid", repr(error))) from error


def proved(problem: dict[str, Any], plan: dict[str, Any], tables: Mapping[str, Any]) -> list[str]:
    """Everything, in the order of the proof."""
    # 1. The files: what was published is what is checked.
    must("certificate" not in problem, "swapped")
    certificate, rules, nodes, places = plan["certificate"], problem["rules"], problem["nodes"], problem["places"]
    schemas = [file["schema"] for file in (problem, plan, certificate)]
    must(schemas == ["alloc-problem/1", "alloc-plan/1", "alloc-cert/1"], "invalid", schemas)
    must(plan["problem_sha256"] == fingerprint({key: problem[key] for key in problem if key != "seed"}), "problem")
    decided = fingerprint({**plan, "certificate": {k: v for k, v in certificate.items() if k != "plan_sha256"}})
    must(decided == certificate["plan_sha256"], "plan")
    seed = hashlib.sha256(plan["seed"].encode())
    must(seed.hexdigest() == problem["seed_commitment"] and problem.get("seed", plan["seed"]) == plan["seed"], "seed")

    # 2. The problem: numbers in their range; days waited, points and lottery computed again; promises set apart.
    stock, asked = (tables.get(name) or problem[name].get("columns") for name in ("devices", "requests"))
    must(stock and asked, "parquet")
    for name, columns in (("devices", stock), ("requests", asked)):
        must({len(column) for column in columns.values()} == {problem[name]["n"]}, "invalid", f"{name}.n")
    limited, ageing, distance, scale = nodes + places, rules["ageing"], problem["distance_km"], rules["fairness_scale"]
    whole("rules, delivery_km", [*ageing.values(), scale, problem["delivery_km"]], 0)
    whole("floor, cap", [node["floor"] for node in nodes] + [x["cap"] for x in limited if x["cap"] is not None], 0)
    whole("km", [*asked["km"], *(km for row in distance for km in row)], -1)
    for column, end in {
        "place": len(places), "node": len(nodes), "zone": len(distance), "grade": problem["grades"],
        "kind": len(problem["kinds"]), "kinds": 2 ** len(problem["kinds"]), "extras": 2 ** len(problem["extras"]),
        "tier": rules["tiers"], "points": rules["points_max"] + 1, "quantity": LARGEST, "minimum": LARGEST,
    }.items():  # fmt: skip
        whole(column, [*stock.get(column, []), *asked.get(column, [])], 0, end)
    for v, node in enumerate(nodes):  # one root, and parents first
        must(node["parent"] in range(v) if v else node["parent"] is None, "invalid", node)
    number = {day: date.fromisoformat(day).toordinal() for day in {problem["as_of"], *asked["since"]}}
    days = [max(0, number[problem["as_of"]] - number[day]) for day in asked["since"]]
    points = [n + min(ageing["max"], ageing["points"] * (w // ageing["days"])) for n, w in zip(asked["points"], days)]
    ids, drawn = unique("requests.id", asked["id"]), []
    for i, request in enumerate(sorted(ids)):  # the lottery: from the seed and the ids, whatever the order of the file
        x = (int.from_bytes(seed.digest()[:8], "big") + i * 0x9E3779B97F4A7C15) % 2**64
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
        drawn.append((x ^ x >> 31, request))
    rank = {request: place for place, (_, request) in enumerate(sorted(drawn), 1)}
    asked = {**asked, "id": ids, "since": days, "points": points, "rank": map(rank.get, ids)}
    requests = {row[0]: Request(*row) for row in zip(*(asked[field] for field in Request._fields))}
    stock = {**stock, "id": unique("devices.id", stock["id"])}
    devices = {row[0]: Device(*row) for row in zip(*(stock[field] for field in Device._fields))}

    def below(machines: Mapping[str, int]) -> list[int]:
        """For each node of the tree, the machines of all the requests below it."""
        total = [0] * len(nodes)
        for request, number in machines.items():
            total[requests[request].node] += number
        for v in range(len(total) - 1, 0, -1):
            total[nodes[v]["parent"]] += total[v]
        return total

    need = below({r.id: r.quantity for r in requests.values()})
    promised = Counter(normalize("NFC", promise["request"]) for promise in problem["promises"])
    gone = [devices.pop(d).place for d in unique("promises", (promise["device"] for promise in problem["promises"]))]
    kept = below(promised) + [gone.count(place) for place in range(len(places))]  # by node, then by place
    room = [NO_LIMIT if x["cap"] is None else max(0, x["cap"] - promises) for x, promises in zip(limited, kept)]
    for request, machines in promised.items():
        must(machines <= requests.pop(request).quantity, "invalid", "promises")

    # 3. The decisions: each one is allowed, and no cap is exceeded.
    def misfits(r: Any, d: Any) -> list[str]:
        near = r.km < 0 or 0 <= distance[r.zone][d.place] <= r.km
        tests = {"kind": r.kinds >> d.kind & 1, "grade": d.grade >= r.grade, "extras": not r.extras & ~d.extras}
        return [why for why, right in {**tests, "km": near}.items() if not right]

    served = {*unique("groups.served", certificate["groups"]["served"])}
    takers = [normalize("NFC", request) for request in plan["assign"]["request"]]
    pairs = [*zip(takers, unique("assign.device", plan["assign"]["device"]))]
    must(pairs == sorted(pairs) and len(takers) == len(plan["assign"]["device"]), "invalid", "assign")
    for request, device in pairs:
        must(request in requests and device in devices, "gone", request, device)
        why = misfits(requests[request], devices[device])
        must(not why, "misfit", request, device, why)
    given, least, most = Counter(takers), {}, {}
    for r in requests.values():  # groups that are not served receive nothing, the others their minimum at least
        least[r.id] = r.minimum if r.id in served and r.quantity > 1 else 0
        most[r.id] = r.quantity if r.id in served or r.quantity == 1 else 0
        must(least[r.id] <= given[r.id] <= most[r.id], "machines", r.id, given[r.id])
    must(all(least.get(request) for request in served), "invalid", "groups.served")
    at = Counter(devices[device].place for _, device in pairs)
    new = below(given) + [at[place] for place in range(len(places))]
    received = [*map(int.__add__, kept, new)]
    for x, machines, limit in zip(limited, new, room):
        must(machines <= limit, "cap", x["id"])
    short = [(normalize("NFC", x["id"]), x["floor"], n) for x, n in zip(nodes, received) if n < x["floor"]]
    must(short == [(x["node"], x["floor"], x["received"]) for x in plan["shortfalls"]], "shortfalls", short)

    # 4. The network: its arcs, (tail, head, capacity, flow of the plan, family, what its cost depends on).
    kinds, grades, masks = range(len(problem["kinds"])), range(problem["grades"]), [0]
    forms = {r[2:7]: r for r in requests.values()}  # what is asked: zone, km, kinds, grade, extras
    bits = [1 << bit for bit in range(24) if any(form[4] >> bit & 1 for form in forms)]  # the extras in use
    for bit in bits:
        masks += [mask | bit for mask in masks]
    must(len(bits) <= 12 and (len(places) + 1) * len(kinds) * len(grades) * len(masks) <= 4_000_000, "invalid", "size")
    cells = [*product([*range(len(places)), "all"], kinds, grades, masks)]
    doors = [("place", place) for place in range(len(places))]
    names = ["S", *range(len(nodes)), *sorted(forms), *cells, *doors, "T"]  # the nodes, in the order of the prices
    cell = {d.id: (d.place, d.kind, d.grade, d.extras & sum(bits)) for d in devices.values()}
    here, sample = Counter(cell.values()), {cell[d.id]: d for d in devices.values()}

    def ups(place: Any, kind: int, grade: int, mask: int) -> list[Any]:
        """One step up the lattice: one grade more, or one extra in use more."""
        better = [(place, kind, grade + 1, mask)] if grade + 1 in grades else []
        return better + [(place, kind, grade, mask | bit) for bit in bits if not mask & bit]

    flow: Counter[Any] = Counter({("S", "T"): sum(most.values()) - len(pairs)})
    for (form, end), machines in Counter((requests[r][2:7], cell[d]) for r, d in pairs).items():
        path = [form, *([("all", end[1], *form[3:])] if form[1] < 0 else []), (*end[:2], *form[3:])]
        while path[-1] != end:  # any way up will do: all of them cost the same
            path.append(next(up for up in ups(*path[-1]) if up[2] <= end[2] and not up[3] & ~end[3]))
        flow.update(dict.fromkeys(zip(path, [*path[1:], doors[end[0]]]), machines))
        flow[doors[end[0]], "T"] += machines
    arcs: list[tuple[Any, ...]] = [("S", "T", NO_LIMIT, flow["S", "T"], "other", 0)]
    for v, (node, asking) in enumerate(zip(nodes, below(most))):
        for j in range(kept[v], kept[v] + min(asking, room[v], len(devices))):  # machine number j of the node
            arcs.append((node["parent"] if v else "S", v, 1, int(j < received[v]), "tree", (v, j)))
    for r in requests.values():  # one machine, or what a group may receive over its minimum, which is fixed
        arcs.append((r.node, r[2:7], most[r.id] - least[r.id], given[r.id] - least[r.id], "request", r))
    for form in forms:
        zone, within, accepted, *own = form
        near = [*enumerate(distance[zone])] if within >= 0 else [("all", problem["delivery_km"])]
        for (place, km), kind in product(near, kinds):
            if accepted >> kind & 1 and (within < 0 or 0 <= km <= within):
                arcs.append((form, c := (place, kind, *own), NO_LIMIT, flow[form, c], "entry", km))
    for c in (c for c in cells if c[0] != "all"):
        arcs += [(c, up, NO_LIMIT, flow[c, up], "lattice", 1) for up in ups(*c)]
        arcs.append((("all", *c[1:]), c, NO_LIMIT, flow[("all", *c[1:]), c], "other", 0))
        arcs.append((c, doors[c[0]], here[c], flow[c, doors[c[0]]], "other", 0))
    arcs += [(door, "T", room[len(nodes) + place], flow[door, "T"], "other", 0) for place, door in enumerate(doors)]

    # 5. The proof: after each stage stay only the arcs whose flow may differ in plans as good as this one.
    costs: dict[str, tuple[str, Callable[[Any], int]]] = {  # of a stage: the family of arcs that have one, and which
        "floors": ("tree", lambda at: -(at[1] < nodes[at[0]]["floor"])),
        "fairness": ("tree", lambda at: scale * at[1] // need[at[0]] if nodes[at[0]]["district"] else 0),
        "waiting": ("request", lambda r: -r.since),
        "lottery": ("request", lambda r: r.rank),
        "waste": ("lattice", int),
        "distance": ("entry", int),
    }
    must(sorted(rules["levels"]) == sorted([*costs, "tier", "points"]) and rules["tiers"] <= 16, "invalid", "levels")
    for t in range(rules["tiers"]):
        costs[f"tier {t}"] = ("request", lambda r, t=t: -(r.tier == t))  # type: ignore[misc]
        costs[f"points {t}"] = ("request", lambda r, t=t: -r.points * (r.tier == t))  # type: ignore[misc]
    stages = [stage for level in rules["levels"] for stage in costs if stage.split()[0] == level]
    values, proofs = plan["values"], certificate["stages"]
    must(stages == [row["stage"] for row in values] == [row["stage"] for row in proofs], "invalid", "stages")
    moved = {name: [(arc[5], arc[3]) for arc in arcs if arc[4] == name] for name in ("lattice", "entry")}
    moved["request"] = [(requests[request], n) for request, n in given.items()]
    moved["tree"] = [((v, j), 1) for v in range(len(nodes)) for j in range(received[v])]
    for stage, claimed, proof in zip(stages, values, proofs):
        costly, cost = costs[stage]
        value = abs(sum(cost(item) * machines for item, machines in moved[costly]))
        value = sum(node["floor"] for node in nodes) - value if stage == "floors" else value
        must(claimed == {"stage": stage, "value": value}, "value", stage, claimed["value"], value)
        must(len(proof["prices"]) == len(names), "invalid", f"{stage}, prices")
        whole(f"{stage}, prices", proof["prices"], 1 - LARGEST)
        price, same = dict(zip(names, proof["prices"])), []
        for arc in arcs:
            tail, head, capacity, machines, family, item = arc
            reduced = price[tail] - price[head] + (cost(item) if family == costly else 0)
            if reduced == 0:
                same.append(arc)
            elif machines != (0 if reduced > 0 else capacity):
                must(False, "proof", stage, tail, head)
        arcs = same

    # 6. The reasons, where they follow from the above; the choice of groups, which is not proved here.
    full = [machines >= limit for machines, limit in zip(new, room)]
    for v in range(1, len(nodes)):
        full[v] = full[v] or full[nodes[v]["parent"]]
    groups, reasons = certificate["groups"]["stages"], plan["reasons"]
    hopeless = {form: all(misfits(r, d) for d in sample.values()) for form, r in forms.items()}
    must(reasons["request"] == sorted(requests) and len(reasons["code"]) == len(requests), "invalid", "reasons")
    for request, code in zip(reasons["request"], reasons["code"]):
        r, got = requests[request], given[request]
        capped = full[r.node] or any(full[len(nodes) :])
        right = [1] if hopeless[r[2:7]] else [6] if r.quantity > 1 else [2, 3, 4, 5] if capped else [2, 3, 5]
        must(code in ([7 if got < r.quantity else 0] if got else right), "reason", request, code)
    for said, value in zip(groups, values):  # the same question, as long as the levels are these
        if said["stage"] != value["stage"] or said["stage"].split()[0] not in ("floors", "tier", "points"):
            break
        must(said["value"] != said["bound"] or said["value"] == value["value"], "choice", said["stage"])
    told = [say("proved"), f"problem_sha256: {plan['problem_sha256']}", f"plan_sha256: {decided}"]
    told += [*(f"{row['stage']}: {row['value']}" for row in values), say("shortfalls", short or 0), say("limits")]
    return [*told, say("groups", len(served), [x["stage"] for x in groups if x["value"] != x["bound"]] or 0)]


SAID = {
    "usage": ("Usage: python3 check.py problem.json plan.json", "Usage : python3 check.py problem.json plan.json"),
    "refused": ("REFUSED. %s.", "REFUSÉ. %s."),
    "invalid": ("Missing or not valid: %s", "Absent ou non valable : %s"),
    "swapped": ("The two files seem swapped: problem first", "Les deux fichiers semblent inversés : problème d'abord"),
    "problem": ("The plan was made for another problem", "Le plan a été fait pour un autre problème"),
    "plan": ("The plan was changed after its certificate", "Le plan a été modifié après son certificat"),
    "seed": ("The seed is not the one committed to", "La graine du tirage n'est pas celle qui était annoncée"),
    "parquet": ("Parquet tables take a library: use maillon check", "Tables Parquet : utilisez maillon check"),
    "gone": ("%s or %s is unknown, or promised earlier", "%s ou %s est inconnu, ou déjà promis"),
    "misfit": ("%s may not receive %s: %s", "%s ne peut pas recevoir %s : %s"),
    "machines": ("%s may not receive %s machines", "%s ne peut pas recevoir %s machines"),
    "cap": ("%s: the cap is exceeded", "%s : le plafond est dépassé"),
    "shortfalls": ("Floors not reached: %s", "Planchers non atteints : %s"),
    "value": ("%s: the plan says %s, but achieves %s", "%s : le plan dit %s, mais atteint %s"),
    "proof": ("%s: nothing proves it the best (%s, %s)", "%s : rien ne prouve que c'est le mieux (%s, %s)"),
    "reason": ("%s: the reason %s is false", "%s : la raison %s est fausse"),
    "choice": ("%s: the choice of groups claims another value", "%s : le choix des groupes annonce une autre valeur"),
    "proved": ("PROVED: no other plan is better.", "PROUVÉ : aucun autre plan n'est meilleur."),
    "limits": ("Not proved: that the requests are the true ones.", "Non prouvé : que les demandes sont les vraies."),
    "groups": ("Groups: %s, the solver's word; unproved: %s", "Groupes : %s, parole du solveur ; non prouvé : %s"),
}


def say(key: str, *values: object) -> str:
    """A sentence in the language of the session: French, unless it names another one."""
    first = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    named = re.findall(r"(?:^|:)([a-z]+)", f"{os.environ.get('LANGUAGE', '')}:{first}")  # C and POSIX name none
    return SAID[key][next((n for n in named if n in ("fr", "en")), "en" if named else "fr") == "fr"] % values


def main(arguments: list[str]) -> int:
    if (absent := [f"? {name}" for name in arguments if not Path(name).is_file()]) or len(arguments) != 2:
        print(say("usage"), *absent, sep="\n", file=sys.stderr)
        return 2
    try:
        print(check(*(json.loads(Path(name).read_text(encoding="utf-8")) for name in arguments)))
        return 0
    except (Refused, OSError, ValueError) as error:
        print(say("refused", error))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
