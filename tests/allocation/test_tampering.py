"""A plan that was tampered with is refused, with its reason, by who knows the format as well as by who does not.

`reseal` computes the hashes again, as a forger who read docs/allocation.md would: a hash alone stops nobody.
"""

import copy
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from maillon.allocation.check import Refused, check
from maillon.allocation.core.api import solve
from tests.allocation.instances import LEVELS, SEED, problem
from tests.allocation.oracles import Plan, World, brute_force, nfc
from tests.allocation.small import NODE
from tests.allocation.small import SEED as SMALL_SEED
from tests.allocation.small import problem as small

File = dict[str, Any]


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")


def sha256(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def reseal(problem: File, plan: File) -> None:
    plan["problem_sha256"] = sha256({key: value for key, value in problem.items() if key != "seed"})
    plan["certificate"].pop("plan_sha256", None)
    plan["certificate"]["plan_sha256"] = sha256(plan)


def test_not_a_value_of_a_plan_changes_without_its_hash():
    """What is verified, and what is only told: who was last served, what would have served, the solver's bounds."""
    found, plan = example()

    def leaves(inside: Any) -> Iterator[tuple[Any, Any]]:
        for key in list(inside) if isinstance(inside, dict) else range(len(inside)):
            if isinstance(inside[key], dict | list):
                yield from leaves(inside[key])
            else:
                yield inside, key

    changed = 0
    for inside, key in leaves(plan):
        kept = inside[key]
        inside[key] = kept + 1 if isinstance(kept, int) else f"{kept} "
        assert not accepted(found, plan), key
        inside[key] = kept
        changed += 1
    assert changed > 500 and accepted(found, plan)


# --- Every other plan of random problems ------------------------------------------------------------------------------


def forged(world: World, plan: File, other: Plan, claimed: dict[str, int]) -> File:
    """The file of another plan, true in all but its proof, which is that of the best one."""
    file = copy.deepcopy(plan)
    pairs = sorted((request, device) for request, devices in other.items() for device in devices)
    file["assign"] = {"request": [r for r, _ in pairs], "device": [d for _, d in pairs]}
    file["values"] = [{"stage": stage, "value": claimed[stage]} for stage in world.stages]
    got = world.received(other)
    file["shortfalls"] = [
        {"node": nfc(node["id"]), "floor": node["floor"], "received": got[v]}
        for v, node in enumerate(world.problem["nodes"]) if got[v] < node["floor"]
    ]  # fmt: skip
    file["certificate"]["groups"]["served"] = sorted(world.groups(other))
    reasons = file["reasons"]
    for at, request in enumerate(reasons["request"]):
        asked, machines = world.asked[request]["quantity"], len(other[request])
        if machines or reasons["code"][at] in (0, 7):
            reasons["code"][at] = (0 if machines == asked else 7) if machines else 6 if asked > 1 else 2
    reseal(world.problem, file)
    return file


def accepted(problem: File, plan: File) -> bool:
    try:
        check(problem, plan)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("first", range(500_000, 500_200, 50))
def test_every_worse_plan_is_refused_and_every_equal_one_accepted(first):
    worse = equal = 0
    for number in range(first, first + 50):
        world = World(problem(random.Random(number), requests=5, devices=4, groups=0.15))
        plan = solve(world.problem, SEED)
        best = {row["stage"]: row["value"] for row in plan["values"]}
        groups = frozenset(map(nfc, plan["certificate"]["groups"]["served"]))
        usual = world.problem["rules"]["levels"][:3] == LEVELS[:3]
        decisive = {stage: best[stage] for stage in world.stages if stage.startswith(("floors", "tier", "points"))}
        for other, values in brute_force(world).plans:
            if values == best and world.groups(other) == groups:
                equal += 1
                assert accepted(world.problem, forged(world, plan, other, values)), number
            elif world.groups(other) == groups or (usual and not decisive.items() <= values.items()):
                worse += 1
                assert not accepted(world.problem, forged(world, plan, other, values)), number
                assert values == best or not accepted(world.problem, forged(world, plan, other, best)), number
    assert worse > 200 and equal > 20


def edits(rng: random.Random, problem: File) -> None:
    """One change of one number, or of what is promised, that leaves the problem valid."""
    rows_of = {"requests": ("km", "tier", "points", "grade", "quantity"), "devices": ("grade", "extras")}
    table = rng.choice([name for name in rows_of if problem[name]["n"]] or [""])
    limits = [(row, key) for row in problem["nodes"] + problem["places"] for key in ("cap", "floor") if key in row]
    choices: list[Callable[[], None]] = [
        lambda: problem["promises"].pop(),
        lambda: problem["rules"].update(levels=rng.sample(LEVELS, 8)),
        lambda: problem["rules"]["ageing"].update(points=rng.randint(0, 3)),
        lambda: problem["distance_km"][0].__setitem__(0, rng.choice([-1, 0, 7, 20])),
    ]
    choices += [lambda row=row, key=key: row.update({key: rng.randint(0, 2)}) for row, key in limits]  # type: ignore[misc]
    if table:
        column = rng.choice(rows_of[table])
        at, values = rng.randrange(problem[table]["n"]), problem[table]["columns"][column]
        top = {"grade": problem["grades"] - 1, "extras": 2 ** len(problem["extras"]) - 1, "tier": 2, "quantity": 3}
        low = problem["requests"]["columns"]["minimum"][at] if column == "quantity" else 0
        choices += 6 * [lambda: values.__setitem__(at, rng.randint(low, top.get(column, 4)))]
    rng.choice(choices[not problem["promises"] :])()


def test_a_problem_edited_after_its_plan_is_refused_unless_the_plan_is_still_the_best():
    """Soundness itself: what is accepted is as good as what brute force finds, whatever was edited and resealed."""
    same = refused = 0
    for number in range(600_000, 600_300):
        rng = random.Random(number)
        before = problem(rng, requests=5, devices=4)
        after, plan = copy.deepcopy(before), solve(before, SEED)
        edits(rng, after)
        if after == before:
            continue
        with pytest.raises(Refused, match="for another problem"):
            check(after, plan)
        reseal(after, plan)
        if accepted(after, plan):
            same += 1
            found = {row["stage"]: row["value"] for row in plan["values"]}
            served = frozenset(map(nfc, plan["certificate"]["groups"]["served"]))
            best = brute_force(World(after)).by_groups
            assert served not in best or best[served] == found, number
            if all(row["quantity"] == 1 for row in World(after).asked.values()):
                assert list(best.values()) == [found], number
        else:
            refused += 1
    assert same > 15 and refused > 100


# --- One problem, one lie at a time -----------------------------------------------------------------------------------

NODES = [
    NODE | {"id": "territory", "parent": None},
    NODE | {"id": "north", "district": True, "floor": 3},
    NODE | {"id": "south", "district": True, "cap": 2},
    NODE | {"id": "school", "parent": 1},
    NODE | {"id": "town hall", "parent": 1, "cap": 1},
]
PEOPLE = {
    "ana": {"node": 3, "tier": 0, "points": 5},
    "bob": {"node": 2, "tier": 0, "points": 5, "grade": 1, "extras": 1},
    "carl": {"node": 2, "tier": 1, "points": 9, "km": -1, "kinds": 2},
    "dora": {"node": 2, "tier": 1, "points": 8},  # behind its district's cap
    "eve": {"node": 4, "tier": 0, "points": 2},
    "finn": {"node": 4, "tier": 2, "points": 1},  # behind the town hall's
    "gina": {"node": 3, "tier": 2, "points": 3, "extras": 2},  # nothing fits
    "hugo": {"node": 3, "tier": 2, "points": 3, "kinds": 2, "grade": 2},  # passed over for carl
    "class": {"node": 3, "tier": 1, "points": 4, "quantity": 4, "minimum": 2},
    "club": {"node": 3, "tier": 2, "points": 4, "quantity": 9, "minimum": 8},
    "before": {"node": 3},
}
STOCK = {
    "D1": {"extras": 1, "grade": 1},
    "D2": {},
    "D3": {},
    "D4": {"grade": 1},
    "D5": {"place": 1},
    "D6": {"kind": 1, "grade": 2},
    "D7": {"extras": 1},  # promised
    "D8": {"place": 1},  # idle: its place is at its cap
}


def example() -> tuple[File, File]:
    problem = small(
        PEOPLE, STOCK, nodes=copy.deepcopy(NODES), places=[{"id": "here", "cap": None}, {"id": "there", "cap": 1}],
        distance_km=[[5, 9]], promises=[{"request": "before", "device": "D7", "run": "0" * 64}],
    )  # fmt: skip
    problem["seed"] = SMALL_SEED
    return problem, solve(problem, SMALL_SEED)


def give(plan: File, *pairs: tuple[str, str]) -> None:
    plan["assign"] = {"request": [r for r, _ in sorted(pairs)], "device": [d for _, d in sorted(pairs)]}


def pairs_of(plan: File) -> list[tuple[str, str]]:
    return list(zip(plan["assign"]["request"], plan["assign"]["device"], strict=True))


def change(plan: File, old: tuple[str, str], *new: tuple[str, str]) -> None:
    give(plan, *(pair for pair in pairs_of(plan) if pair != old), *new)


def row_of(problem: File, table: str, identifier: str) -> int:
    return int(problem[table]["columns"]["id"].index(identifier))


def put(problem: File, table: str, identifier: str, column: str, value: object) -> None:
    problem[table]["columns"][column][row_of(problem, table, identifier)] = value


def code(plan: File, request: str, value: int) -> None:
    plan["reasons"]["code"][plan["reasons"]["request"].index(request)] = value


def prices(plan: File, stage: str) -> list[int]:
    return next(row["prices"] for row in plan["certificate"]["stages"] if row["stage"] == stage)


def tell_values(problem: File, plan: File) -> None:
    """Say what the plan achieves, whatever it is."""
    world = World(problem, plan["seed"])
    given: Plan = {request: [] for request in world.asked}
    for request, device in pairs_of(plan):
        given[request].append(device)
    values = world.values(given)
    plan["values"] = [{"stage": stage, "value": values[stage]} for stage in world.stages]


def tell_another_value(plan: File, stage: str, by: int) -> None:
    next(row for row in plan["values"] if row["stage"] == stage)["value"] += by


def test_the_example_says_what_it_is_for():
    problem, plan = example()
    assert check(problem, plan).startswith("PROVED")
    told = dict(zip(plan["reasons"]["request"], plan["reasons"]["code"], strict=True))
    assert pairs_of(plan) == [
        ("ana", "D2"), ("bob", "D1"), ("carl", "D6"), ("class", "D4"), ("class", "D5"), ("eve", "D3"),
    ]  # fmt: skip
    assert told == {
        "ana": 0, "bob": 0, "carl": 0, "dora": 4, "eve": 0, "finn": 4, "gina": 1, "hugo": 2, "class": 7, "club": 6,
    }  # fmt: skip


def to_a_later_tier(problem: File, plan: File) -> None:
    change(plan, ("carl", "D6"), ("hugo", "D6"))
    tell_values(problem, plan)


def another_draw(problem: File, plan: File) -> None:
    plan["seed"] = problem["seed"] = "a luckier one"
    problem["seed_commitment"] = hashlib.sha256(plan["seed"].encode()).hexdigest()


def of_group(plan: File, stage: str, **said: Any) -> None:
    next(row for row in plan["certificate"]["groups"]["stages"] if row["stage"] == stage).update(said)


def swap(rows: list[Any], i: int, j: int) -> None:
    rows[i], rows[j] = rows[j], rows[i]


Lie = Callable[[File, File], object]
LIES: dict[str, tuple[Lie, str]] = {
    # The decisions.
    "two machines swapped": (
        lambda problem, plan: give(plan, *[(r, {"D1": "D2", "D2": "D1"}.get(d, d)) for r, d in pairs_of(plan)]),
        "bob may not receive D2: .*grade.*extras",
    ),
    "of a kind not accepted": (
        lambda problem, plan: give(plan, *[(r, {"D2": "D6", "D6": "D2"}.get(d, d)) for r, d in pairs_of(plan)]),
        "ana may not receive D6: .*kind",
    ),
    "stolen, the values kept": (
        lambda problem, plan: change(plan, ("eve", "D3"), ("finn", "D3")),
        "tier 0: the plan says 3, but achieves 2",
    ),
    "stolen for a later tier, the values told": (to_a_later_tier, "tier 1: nothing proves it the best"),
    "a machine left idle": (lambda problem, plan: change(plan, ("eve", "D3")), "tier 0: the plan says 3, but"),
    "a group below its minimum": (
        lambda problem, plan: change(plan, ("class", "D5")),
        "class may not receive 1 machines",
    ),
    "a second machine": (lambda problem, plan: give(plan, *pairs_of(plan), ("ana", "D8")), "ana may not receive 2"),
    "a machine twice": (lambda problem, plan: give(plan, *pairs_of(plan), ("dora", "D2")), "assign.device"),
    "over a district's cap": (lambda problem, plan: give(plan, *pairs_of(plan), ("dora", "D8")), "south: the cap"),
    "over a prescriber's cap": (
        lambda problem, plan: give(plan, *pairs_of(plan), ("finn", "D8")),
        "town hall: the cap",
    ),
    "over a place's cap": (lambda problem, plan: give(plan, *pairs_of(plan), ("class", "D8")), "there: the cap"),
    "a promised machine": (lambda problem, plan: change(plan, ("ana", "D2"), ("ana", "D7")), "promised earlier"),
    "a promised request": (lambda problem, plan: give(plan, *pairs_of(plan), ("before", "D8")), "promised earlier"),
    "an unknown request": (lambda problem, plan: give(plan, *pairs_of(plan), ("zoe", "D8")), "zoe or D8 is unknown"),
    "an unknown machine": (lambda problem, plan: change(plan, ("ana", "D2"), ("ana", "D9")), "ana or D9 is unknown"),
    "a missing half": (lambda problem, plan: plan["assign"]["request"].pop(), "assign"),
    "out of order": (lambda problem, plan: [swap(plan["assign"][key], 0, 1) for key in plan["assign"]], "assign"),
    # The values, the proof.
    **{
        f"{stage} {by:+}": (
            lambda problem, plan, stage=stage, by=by: tell_another_value(plan, stage, by),
            f"{stage}: the plan says -?[0-9]+, but achieves",
        )
        for stage in ("floors", "tier 0", "tier 2", "points 1", "fairness", "waiting", "lottery", "waste", "distance")
        for by in (-1, 1)
    },
    "a stage less": (lambda problem, plan: (plan["values"].pop(), plan["certificate"]["stages"].pop()), "stages"),
    "stages in another order": (lambda problem, plan: swap(plan["values"], 1, 2), "stages"),
    "a stage of another name": (lambda problem, plan: plan["values"][0].update(stage="floor"), "stages"),
    "a proof for another stage": (
        lambda problem, plan: swap(plan["certificate"]["stages"], 1, 4),
        "stages",
    ),
    "the prices of another stage": (
        lambda problem, plan: prices(plan, "tier 1").__setitem__(slice(None), prices(plan, "tier 0")),
        "tier 1: nothing proves",
    ),
    "no price": (lambda problem, plan: prices(plan, "floors").pop(), "floors, prices"),
    "a price with decimals": (
        lambda problem, plan: prices(plan, "lottery").__setitem__(0, 0.5),
        "lottery, prices.*0.5",
    ),
    "a price that is not a number": (lambda problem, plan: prices(plan, "lottery").__setitem__(0, float("nan")), "nan"),
    "a price that readers round": (lambda problem, plan: prices(plan, "waste").__setitem__(3, 2**53), "waste, prices"),
    "all prices 0": (
        lambda problem, plan: prices(plan, "tier 0").__setitem__(slice(None), [0] * 400),
        "tier 0, prices",
    ),
    # The lottery.
    "another seed": (lambda problem, plan: plan.update(seed="a luckier one"), "seed is not the one committed to"),
    "another commitment": (lambda problem, plan: problem.update(seed_commitment="0" * 64), "seed is not the one"),
    "two seeds": (lambda problem, plan: problem.update(seed="another"), "seed is not the one"),
    "another seed, as if committed to": (another_draw, "lottery: the plan says 46, but achieves"),
    # The rules and the problem.
    "levels in another order": (lambda problem, plan: swap(problem["rules"]["levels"], 1, 2), "stages"),
    "a level twice": (lambda problem, plan: problem["rules"]["levels"].__setitem__(7, "tier"), "levels"),
    "a level less": (lambda problem, plan: problem["rules"]["levels"].pop(), "levels"),
    "fairness to another scale": (
        lambda problem, plan: problem["rules"].update(fairness_scale=2000),
        "fairness: the plan",
    ),
    "points": (
        lambda problem, plan: put(problem, "requests", "bob", "points", 6),
        "points 0: the plan says 12, but achi",
    ),
    "someone unserved who comes before": (
        lambda problem, plan: (
            put(problem, "requests", "hugo", "tier", 1),
            put(problem, "requests", "hugo", "points", 10),
        ),
        "points 1: nothing proves",
    ),
    "points past the most": (lambda problem, plan: put(problem, "requests", "bob", "points", 101), "points, .101"),
    "points with decimals": (lambda problem, plan: put(problem, "requests", "bob", "points", 5.0), "points, .5.0"),
    "a tier": (
        lambda problem, plan: put(problem, "requests", "bob", "tier", 1),
        "tier 0: the plan says 3, but achieves 2",
    ),
    "the day of a request": (lambda problem, plan: put(problem, "requests", "ana", "since", "2026-11-01"), "waiting"),
    "the day of the decision": (
        lambda problem, plan: problem.update(as_of="2026-11-25"),
        "waiting: the plan says 0, but",
    ),
    "a grade asked": (
        lambda problem, plan: put(problem, "requests", "ana", "grade", 1),
        "ana may not receive D2: .*grade",
    ),
    "a group's minimum": (
        lambda problem, plan: put(problem, "requests", "class", "minimum", 3),
        "class may not receive 2",
    ),
    "a group's quantity": (
        lambda problem, plan: put(problem, "requests", "class", "quantity", 9),
        "fairness: the plan says",
    ),
    "a machine's grade": (
        lambda problem, plan: put(problem, "devices", "D1", "grade", 0),
        "bob may not receive D1: .*grad",
    ),
    "a machine's place": (
        lambda problem, plan: put(problem, "devices", "D3", "place", 1),
        "there: the cap is exceeded",
    ),
    "a distance": (lambda problem, plan: problem.update(distance_km=[[5, 11]]), "class may not receive D5: .*km"),
    "a shorter distance": (
        lambda problem, plan: problem.update(distance_km=[[4, 9]]),
        "distance: the plan says 59, but",
    ),
    "the distance of deliveries": (
        lambda problem, plan: problem.update(delivery_km=31),
        "distance: the plan says 59, but ac",
    ),
    "a higher floor": (lambda problem, plan: problem["nodes"][1].update(floor=6), "Floors not reached: .*north.*6"),
    "a floor elsewhere": (lambda problem, plan: problem["nodes"][2].update(floor=3), "Floors not reached: .*south"),
    "a lower cap": (lambda problem, plan: problem["nodes"][2].update(cap=1), "south: the cap is exceeded"),
    "a higher cap": (
        lambda problem, plan: (put(problem, "requests", "class", "minimum", 1), problem["nodes"][2].update(cap=3)),
        "nothing proves",
    ),
    "a place's cap": (lambda problem, plan: problem["places"][1].update(cap=2), "nothing proves"),
    "a negative cap": (lambda problem, plan: problem["nodes"][2].update(cap=-1), "cap, .-1"),
    "another parent": (lambda problem, plan: problem["nodes"][3].update(parent=2), "south: the cap is exceeded"),
    "a parent after its child": (lambda problem, plan: problem["nodes"][1].update(parent=4), "not valid: .*north"),
    "a promise less": (lambda problem, plan: problem["promises"].clear(), "nothing proves|prices"),
    "a promise of another machine": (
        lambda problem, plan: problem["promises"][0].update(device="D8"),
        "there: the cap is exceeded",
    ),
    "a promise of a machine given": (
        lambda problem, plan: problem["promises"][0].update(device="D2"),
        "promised earlier",
    ),
    "a promise to someone served": (
        lambda problem, plan: problem["promises"][0].update(request="eve"),
        "promised earlier",
    ),
    "a promise to nobody": (lambda problem, plan: problem["promises"][0].update(request="zoe"), "not valid: .*zoe"),
    "promises over what was asked": (
        lambda problem, plan: problem["promises"].append({"request": "before", "device": "D8", "run": "0" * 64}),
        "promises",
    ),
    "the same machine promised twice": (
        lambda problem, plan: problem["promises"].append(problem["promises"][0]),
        "promises",
    ),
    "a request twice": (lambda problem, plan: put(problem, "requests", "dora", "id", "ana"), "requests.id"),
    "the same id in another form": (
        lambda problem, plan: (
            put(problem, "devices", "D3", "id", "e\u0301"),
            put(problem, "devices", "D4", "id", "é"),
        ),
        "devices.id",
    ),
    "a column that is short": (lambda problem, plan: problem["requests"]["columns"]["tier"].pop(), "requests.n"),
    "an unknown place": (lambda problem, plan: put(problem, "devices", "D8", "place", 2), "place, .2"),
    "before the first place": (lambda problem, plan: put(problem, "devices", "D8", "place", -1), "place, .-1"),
    "a truth for a number": (lambda problem, plan: put(problem, "devices", "D8", "place", True), "place, .True"),
    "another format": (lambda problem, plan: problem.update(schema="alloc-problem/2"), "alloc-problem/2"),
    # What else the plan claims.
    "a group said to be served": (
        lambda problem, plan: plan["certificate"]["groups"]["served"].append("club"),
        "club may not receive 0 machines",
    ),
    "a group said not to be": (
        lambda problem, plan: plan["certificate"]["groups"]["served"].clear(),
        "class may not receive 2 machines",
    ),
    "a single request said to be a group": (
        lambda problem, plan: plan["certificate"]["groups"]["served"].append("ana"),
        "groups.served",
    ),
    "a choice of groups that claims more": (
        lambda problem, plan: of_group(plan, "tier 1", value=4, bound=4),
        "tier 1: the choice of groups claims another value",
    ),
    "a shortfall made up": (
        lambda problem, plan: plan["shortfalls"].append({"node": "north", "floor": 9, "received": 5}),
        "Floors not reached: \\[\\]",
    ),
    "served, told to be not": (lambda problem, plan: code(plan, "ana", 2), "ana: the reason 2 is false"),
    "not served, told to be": (lambda problem, plan: code(plan, "dora", 0), "dora: the reason 0 is false"),
    "in part, told in full": (lambda problem, plan: code(plan, "class", 0), "class: the reason 0 is false"),
    "what fits is told not to": (lambda problem, plan: code(plan, "hugo", 1), "hugo: the reason 1 is false"),
    "what fits not is told to": (lambda problem, plan: code(plan, "gina", 2), "gina: the reason 2 is false"),
    "a group passed over as a person": (lambda problem, plan: code(plan, "club", 2), "club: the reason 2 is false"),
    "a reason less": (lambda problem, plan: plan["reasons"]["code"].pop(), "reasons"),
    "someone without a reason": (
        lambda problem, plan: [column.pop(0) for column in plan["reasons"].values()],
        "reasons",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_it_is_refused_and_told_why(lie):
    problem, plan = example()
    tamper, why = LIES[lie]
    tamper(problem, plan)
    reseal(problem, plan)
    with pytest.raises(Refused, match=why):
        check(problem, plan)


@pytest.mark.parametrize("lie", LIES)
def test_who_does_not_compute_the_hashes_again_is_stopped_by_them(lie):
    """Except for what the hashes do not hold: the proof, and what is told."""
    before, after = example(), example()
    LIES[lie][0](*after)
    with pytest.raises(Refused) as refused:
        check(*after)
    sealed = ("problem_sha256", "seed", "values", "assign")
    held = before[0] != after[0] or any(before[1][key] != after[1][key] for key in sealed)
    if held and after[0].get("schema") == "alloc-problem/1":
        assert any(said in str(refused.value) for said in ("another problem", "changed after", "seed is not"))


def test_hashes_of_other_files_are_refused():
    problem, plan = example()
    plan["certificate"]["plan_sha256"] = "0" * 64
    with pytest.raises(Refused, match="changed after its certificate"):
        check(problem, plan)
    problem, plan = example()
    plan["problem_sha256"] = "0" * 64
    with pytest.raises(Refused, match="made for another problem"):
        check(problem, plan)


# What changes no value is not refused: nothing is claimed of it, or it is as good.
HARMLESS: dict[str, Lie] = {
    # D5 and D8 are alike: who receives which of them is nobody's gain. The plan's hash tells it from the published one.
    "a machine for one just like it": lambda problem, plan: change(plan, ("class", "D5"), ("class", "D8")),
    # Prices prove by their differences.
    "all prices one higher": lambda problem, plan: prices(plan, "tier 1").__setitem__(
        slice(None), [price + 1 for price in prices(plan, "tier 1")]
    ),
    # Cutoffs and changes are replayed by solving again (tests), which a checker that does not solve can not do; so is
    # which of 2, 3 and 5 is the reason.
    "cutoffs": lambda problem, plan: plan["reasons"]["cutoff_points"].__setitem__(0, 99),
    "changes": lambda problem, plan: plan["reasons"]["changes"].__setitem__(9, 15),
    "a near reason": lambda problem, plan: code(plan, "hugo", 3),
    # Names the plan that made the promise: whether it did is told by that plan. The problem's hash holds it.
    "the run of a promise": lambda problem, plan: problem["promises"][0].update(run="1" * 64),
    # The choice of groups is repeated as the solver's word.
    "the solver's name": lambda problem, plan: of_group(plan, "tier 1", solver="another", status="sure"),
    "a remark": lambda problem, plan: plan.update(remark="…"),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_what_changes_no_value_is_not_refused(change):
    problem, plan = example()
    HARMLESS[change](problem, plan)
    reseal(problem, plan)
    assert check(problem, plan).startswith("PROVED")


def test_a_choice_of_groups_without_its_proof_is_told_as_such():
    problem, plan = example()
    assert "Groups: 1, the solver's word; unproved: 0" in check(problem, plan)
    of_group(plan, "tier 1", bound=4)
    reseal(problem, plan)
    assert "Groups: 1, the solver's word; unproved: ['tier 1']" in check(problem, plan)


def test_no_change_of_a_single_price_makes_another_plan_pass():
    """Whatever is done to a certificate, it proves this plan or nothing."""
    problem, plan = example()
    other = copy.deepcopy(plan)
    to_a_later_tier(problem, other)
    reseal(problem, other)
    passed = refused = 0
    for at in range(0, len(prices(plan, "tier 1")), 7):
        for by in (-1, 1, 1000):
            for file in (plan, other):
                prices(file, "tier 1")[at] += by
                reseal(problem, file)
                proved = accepted(problem, file)
                prices(file, "tier 1")[at] -= by
                assert not (proved and file is other)
                passed += proved
                refused += not proved
    assert passed and refused > passed


def test_forged_prices_do_not_hide_that_serving_nobody_was_the_rule():
    """Lots first: the least sum of ranks is that of nobody. The way past everyone stays open, whatever its price."""
    problem = small({"ana": {}}, {"D1": {}}, distance_km=[[0]])
    plan = solve(problem, SMALL_SEED)
    assert pairs_of(plan) == [("ana", "D1")]
    size = len(prices(plan, "lottery"))
    problem["rules"]["levels"].sort(key=lambda level: level != "lottery")
    plan["values"].sort(key=lambda row: row["stage"] != "lottery")
    plan["certificate"]["stages"] = [
        # From the request on, all nodes 1: only the way from S to T, past everyone, tells that a machine is given.
        {"stage": row["stage"], "prices": [0, 0] + [int(row["stage"] == "lottery")] * (size - 2)}
        for row in plan["values"]
    ]
    reseal(problem, plan)
    with pytest.raises(Refused, match=r"lottery: nothing proves it the best \(S, T\)"):
        check(problem, plan)
