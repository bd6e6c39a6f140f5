"""What is refused in a problem, with its place, all together; and tables read from Parquet."""

import copy
import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maillon.allocation.core.api import Refused, solve
from maillon.allocation.core.problem import read
from tests.allocation.small import DEVICE, NODE, REQUEST, SEED, anything, problem, some


def refusals(document, tables=None):
    with pytest.raises(Refused) as caught:
        read(document, tables)
    return {refusal.place: str(refusal.reason) for refusal in caught.value.refusals}


def ordinary():
    return problem(some("R", 3), some("D", 3), nodes=[NODE | {"id": "top", "parent": None}, NODE | {"id": "leaf"}]) | {
        "requests": problem(some("R", 3, node=1), {})["requests"]
    }


def put(document, path, value):
    """Set what is at "requests.columns.points.0"."""
    at = document
    *above, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in above:
        at = at[step]
    at[last] = value
    return document


NUMBERS = ("quantity", "minimum", "points", "tier", "km", "grade", "extras", "kinds", "zone", "node")
NOT_NUMBERS = [1.5, 1.0, float("nan"), float("inf"), True, "1", None, [1], 10**30, -2]


@pytest.mark.parametrize("column", NUMBERS)
@pytest.mark.parametrize("wrong", NOT_NUMBERS, ids=repr)
def test_what_is_not_a_whole_number_in_its_range_is_refused_where_it_is(column, wrong):
    found = refusals(put(ordinary(), f"requests.columns.{column}.1", wrong))
    assert list(found) == [f"requests.columns.{column}[1]"]
    assert "is not a whole number from" in found[f"requests.columns.{column}[1]"]


@pytest.mark.parametrize(
    ("path", "wrong", "place", "words"),
    [
        ("schema", "alloc-problem/2", "schema", "alloc-problem/1"),
        ("as_of", "24/11/2026", "as_of", "2026-11-24"),
        ("as_of", "2026-W48-2", "as_of", "2026-11-24"),
        ("as_of", "2026-02-30", "as_of", "2026-11-24"),
        ("seed_commitment", "abc", "seed_commitment", "SHA-256"),
        ("rules.levels", ["tier"], "rules.levels", "each once"),
        ("rules.tiers", 17, "rules.tiers", "from 1 to 16"),
        ("rules.tiers", 0, "rules.tiers", "from 1 to 16"),
        ("rules.points_max", 10001, "rules.points_max", "10000"),
        ("rules.ageing.days", 0, "rules.ageing.days", "from 1"),
        ("rules.ageing", None, "rules.ageing", "object"),
        ("rules.fairness_scale", 0, "rules.fairness_scale", "from 1"),
        ("nodes", [], "nodes", "at least one"),
        ("nodes.0.parent", 0, "nodes[0].parent", "root"),
        ("nodes.1.parent", 1, "nodes[1].parent", "before this one"),
        ("nodes.1.parent", None, "nodes[1].parent", "before this one"),
        ("nodes.1.id", "top", "nodes[1]", "already"),
        ("nodes.1.id", "", "nodes[1].id", "not a text"),
        ("nodes.1.district", 1, "nodes[1].district", "true or false"),
        ("nodes.1.floor", -1, "nodes[1].floor", "from 0"),
        ("nodes.1.cap", -1, "nodes[1].cap", "from 0"),
        ("nodes.1.cap", 2.5, "nodes[1].cap", "2.5"),
        ("kinds", ["a", "a"], "kinds[1]", "already"),
        ("kinds", [str(n) for n in range(17)], "kinds", "at most 16"),
        ("extras", [str(n) for n in range(25)], "extras", "at most 24"),
        ("places.0.cap", -1, "places[0].cap", "from 0"),
        ("places", [{"id": "a", "cap": None}] * 2, "places[1]", "already"),
        ("zones", [], "distance_km", "1 rows for 0 zones"),
        ("distance_km", [[1, 2]], "distance_km[0]", "2 distances for 1 places"),
        ("distance_km", [[-2]], "distance_km[0][0]", "from -1"),
        ("distance_km", [[1.5]], "distance_km[0][0]", "1.5"),
        ("delivery_km", -1, "delivery_km", "from 0"),
        ("devices.n", 4, "devices.columns.id", "`n` says 4"),
        ("devices.columns.place.0", 1, "devices.columns.place[0]", "from 0 to 0"),
        ("devices.columns.kind.2", 2, "devices.columns.kind[2]", "from 0 to 1"),
        ("devices.columns.id.2", "D1", "devices.columns.id[2]", "already number 0"),
        ("devices.columns.id.2", 7, "devices.columns.id[2]", "7 is not a text"),
        ("devices.columns.id.2", "", "devices.columns.id[2]", "not a text"),
        ("devices.columns.id", [], "devices.columns.id", "0 values"),
        ("requests.columns.since.2", "2026-1-1", "requests.columns.since[2]", "2026-11-24"),
        ("requests.columns.since.2", 20000, "requests.columns.since[2]", "2026-11-24"),
        ("requests.columns.points.2", 101, "requests.columns.points[2]", "from 0 to 100"),  # over `points_max`
        ("requests.columns.zone.2", 1, "requests.columns.zone[2]", "from 0 to 0"),
        ("requests.columns.kinds.2", 4, "requests.columns.kinds[2]", "from 0 to 3"),
        ("requests.columns.extras.2", 4, "requests.columns.extras[2]", "from 0 to 3"),
        ("requests.columns.node.2", 0, "requests.columns.node[2]", "not a leaf"),
        ("requests.columns.minimum.2", 2, "requests.columns.minimum[2]", "over the quantity"),
        ("requests.columns", {}, "requests.columns", "Missing: id, node"),
        ("promises", [{"request": "R1", "device": "D9", "run": "0" * 64}], "promises[0].device", "no device “D9”"),
        ("promises", [{"request": "R9", "device": "D1", "run": "0" * 64}], "promises[0].request", "no request “R9”"),
        ("promises", [{"request": "R1", "device": "D1", "run": "?"}], "promises[0].run", "SHA-256"),
        ("promises", None, "promises", "list"),
    ],
)
def test_each_fault_is_told_with_its_place(path, wrong, place, words):
    found = refusals(put(ordinary(), path, wrong))
    assert place in found and words in found[place], found


@pytest.mark.parametrize(
    ("holder", "key"), [("nodes", "cap"), ("places", "cap"), ("nodes", "parent"), ("nodes", "floor"), ("zones", "id")]
)
def test_what_is_absent_is_not_taken_for_none(holder, key):
    """The checker does not take it either: a plan must never be made that it refuses."""
    document = ordinary()
    del document[holder][0][key]
    assert list(refusals(document)) == [f"{holder}[0].{key}"]


@pytest.mark.parametrize("key", [*problem({}, {})])
def test_a_problem_without_one_of_its_keys_is_refused_there(key):
    document = ordinary()
    del document[key]
    assert any(place.startswith(key) for place in refusals(document))


@pytest.mark.parametrize("document", [None, [], "problem", 3, {}])
def test_what_is_no_problem_at_all_is_refused(document):
    assert refusals(document)


def test_a_machine_is_promised_once_and_a_request_no_more_than_it_asks():
    promised = [("R1", "D1"), ("R1", "D2"), ("R2", "D1")]
    promises = [{"request": request, "device": device, "run": "0" * 64} for request, device in promised]
    found = refusals(ordinary() | {"promises": promises})
    assert "more machines than it asks for" in found["promises[1].request"]
    assert "already promised by promises[0]" in found["promises[2].device"]


def test_a_district_under_another_is_refused():
    document = ordinary()
    document["nodes"][0]["district"] = document["nodes"][1]["district"] = True
    assert "under another" in refusals(document)["nodes[1].district"]


def test_ids_that_look_the_same_are_the_same():
    document = put(put(ordinary(), "devices.columns.id.0", "\u00e9"), "devices.columns.id.1", "e\u0301")
    assert "already" in refusals(document)["devices.columns.id[1]"]


def test_a_text_that_no_file_can_hold_is_refused():
    assert refusals(put(ordinary(), "devices.columns.id.0", "\ud800"))


def test_everything_wrong_is_told_at_once_and_many_alike_are_counted():
    document = ordinary()
    document["delivery_km"] = -5
    document["requests"] = problem(some("R", 100, node=1, points=-1), {})["requests"]
    put(document, "devices.columns.grade.0", 99)
    found = refusals(document)
    assert {"delivery_km", "devices.columns.grade[0]", "requests.columns.points[0]"} <= set(found)
    assert "100 values are refused" in found["requests.columns.points"]
    assert "requests.columns.points[20]" not in found


def test_too_many_extras_or_too_large_a_lattice_are_refused():
    extras = [f"extra {n}" for n in range(13)]
    document = problem({"R": {"extras": 2**13 - 1}}, {}, extras=extras)
    assert "13 extras are asked for; at most 12" in refusals(document)["requests"]
    document["requests"]["columns"]["extras"] = [2**12 - 1]
    document |= {"places": [{"id": str(n), "cap": None} for n in range(70)], "distance_km": [[5] * 70]}
    assert "at most 2000000" in refusals(document)["places"]


def test_the_seed_is_the_one_committed_to():
    with pytest.raises(Refused, match="seed: "):
        solve(ordinary(), "another")
    with pytest.raises(Refused, match="seed: "):
        solve(ordinary() | {"seed": "another"}, SEED)


# --- Parquet ----------------------------------------------------------------------------------------------------------


def as_parquet(document, folder, **columns):
    """The same problem, its tables beside it; `columns` replace some of the requests'."""
    document = copy.deepcopy(document)
    for name in ("devices", "requests"):
        table = dict(document[name]["columns"])
        if "since" in table:
            table["since"] = [20781 + 0 * len(day) for day in table["since"]]  # 2026-11-24
        table |= columns if name == "requests" else {}
        path = folder / f"{name}.parquet"
        pq.write_table(pa.table(table), path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        document[name] = {"n": document[name]["n"], "uri": path.name, "sha256": digest}
    return document


@pytest.mark.parametrize("seed", range(10))
def test_tables_in_parquet_give_the_same_plan(tmp_path, seed):
    document = anything(seed)
    document["requests"]["columns"]["since"] = ["2026-11-24"] * document["requests"]["n"]
    here, beside = solve(document, SEED), solve(as_parquet(document, tmp_path), SEED, tables=tmp_path)
    for key in ("assign", "values", "reasons"):
        assert here[key] == beside[key]


@pytest.mark.parametrize(
    ("column", "values", "place", "words"),
    [
        ("points", [1.0, 2.0, 3.0], "requests.points", "whole numbers are expected"),
        ("points", [1, None, 3], "requests.points[1]", "null"),
        ("points", [1, -1, 3], "requests.points[1]", "-1"),
        ("points", pa.array([1, 2**64 - 1, 3], pa.uint64()), "requests.points[1]", "is not a whole number"),
        ("since", ["2026-11-24"] * 3, "requests.since", "whole numbers are expected"),
        ("id", [1, 2, 3], "requests.id", "texts are expected"),
        ("id", ["a", None, "b"], "requests.id[1]", "null is not a text"),
        ("id", ["a", "a", "b"], "requests.id[1]", "already"),
    ],
)
def test_what_is_wrong_in_a_parquet_table_is_told(tmp_path, column, values, place, words):
    found = refusals(as_parquet(ordinary(), tmp_path, **{column: values}), tmp_path)
    assert words in found[place], found


def test_a_table_that_is_not_the_one_meant_or_not_there_is_refused(tmp_path):
    document = as_parquet(ordinary(), tmp_path)
    assert "SHA-256" in refusals(put(copy.deepcopy(document), "devices.sha256", "0" * 64), tmp_path)["devices.sha256"]
    assert refusals(put(copy.deepcopy(document), "devices.n", 4), tmp_path)
    for uri in ("absent.parquet", "../devices.parquet", "/etc/passwd", "", 3):
        assert "devices.uri" in refusals(put(copy.deepcopy(document), "devices.uri", uri), tmp_path)
    (tmp_path / "devices.parquet").write_bytes(b"PAR1 nothing PAR1")
    put(document, "devices.sha256", hashlib.sha256(b"PAR1 nothing PAR1").hexdigest())
    assert "not a readable Parquet file" in refusals(document, tmp_path)["devices.uri"]


def test_columns_are_the_ones_of_the_page():
    assert set(ordinary()["requests"]["columns"]) == {"id", *REQUEST}
    assert set(ordinary()["devices"]["columns"]) == {"id", *DEVICE}
