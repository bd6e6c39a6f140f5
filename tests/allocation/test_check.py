"""The checker as a citizen has it: one file, run alone, in French or English; and whatever file it is given."""

import ast
import copy
import hashlib
import json
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from maillon.allocation import check as checker
from maillon.allocation.check import Refused, check
from maillon.allocation.command import check as command
from maillon.allocation.core.api import solve
from tests.allocation.instances import SEED, problem, table
from tests.allocation.instances import rows as lines
from tests.allocation.small import SEED as SMALL_SEED
from tests.allocation.small import problem as small
from tests.allocation.small import some
from tests.allocation.test_problem import as_parquet
from tests.allocation.test_tampering import example, reseal

FILE = Path(checker.__file__)
SOURCE = FILE.read_text(encoding="utf-8")


def run(folder: Path, *names: str, language: str = "en_US.UTF-8") -> subprocess.CompletedProcess[str]:
    """Without site packages, nor anything of ours on the path; the file itself copied where it would be downloaded."""
    alone = folder / "check.py"
    alone.write_text(SOURCE, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", alone, *names],
        cwd=folder, env={"LANG": language, "PYTHONUTF8": "1"}, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


@pytest.fixture
def files(tmp_path):
    found = example()
    for name, content in zip(("problem.json", "plan.json"), found, strict=True):
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def test_it_is_short_and_of_the_standard_library_of_an_old_python():
    assert len(SOURCE.splitlines()) < 300
    tree = ast.parse(SOURCE, feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert not any("maillon" in name for name in imported)


def test_it_runs_alone(files):
    proved = run(files, "problem.json", "plan.json")
    assert (proved.returncode, proved.stderr) == (0, "")
    told = proved.stdout.splitlines()
    assert told[0] == "PROVED: no other plan is better." and told[3] == "floors: 0" and "points 1: 17" in told
    plan = json.loads((files / "plan.json").read_text())
    hashes = plan["problem_sha256"], plan["certificate"]["plan_sha256"]
    assert told[1:3] == [f"problem_sha256: {hashes[0]}", f"plan_sha256: {hashes[1]}"]  # to compare with those published
    assert "Not proved: that the requests are the true ones." in told


def test_a_refusal_exits_with_1_and_its_reason(files):
    (files / "problem.json").write_text((files / "problem.json").read_text().replace('"ana"', '"anna"'))
    refused = run(files, "problem.json", "plan.json")
    assert refused.returncode == 1
    assert refused.stdout == "REFUSED. The plan was made for another problem.\n"


def test_wrong_use_exits_with_2(files):
    assert run(files, "problem.json").returncode == 2
    mistyped = run(files, "problem.json", "plam.json")
    assert mistyped.returncode == 2 and "? plam.json" in mistyped.stderr  # not a plan that is refused
    assert "problem.json plan.json" in run(files).stderr


def test_the_two_files_swapped_are_said_to_be(files):
    refused = run(files, "plan.json", "problem.json")
    assert (refused.returncode, refused.stdout) == (1, "REFUSED. The two files seem swapped: problem first.\n")


def test_a_file_that_is_not_json_is_a_refusal(files):
    (files / "plan.json").write_text("{")
    refused = run(files, "problem.json", "plan.json")
    assert refused.returncode == 1 and refused.stdout.startswith("REFUSED. ") and refused.stderr == ""


@pytest.mark.parametrize(
    ("environment", "french"),
    [
        ({}, True), ({"LANG": "C.UTF-8"}, True), ({"LANG": "POSIX"}, True), ({"LANG": "fr_FR.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8"}, False), ({"LANG": "de_DE"}, False), ({"LC_ALL": "fr_CA", "LANG": "en"}, True),
        ({"LANGUAGE": "en", "LANG": "fr_FR"}, False), ({"LANGUAGE": "de:fr:en", "LANG": "en_US"}, True),
        ({"LANGUAGE": "", "LC_MESSAGES": "fr_BE.UTF-8"}, True),
    ],
)  # fmt: skip
def test_it_speaks_the_language_of_the_session_as_every_command(monkeypatch, environment, french):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert checker.say("refused", "…").startswith("REFUSÉ" if french else "REFUSED")


def test_every_sentence_is_in_both_languages_with_the_same_holes():
    for key, (english, french) in checker.SAID.items():
        assert english != french and english.count("%s") == french.count("%s"), key
    said = {
        node.args[position].value
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "must")
        for position in [node.func.id == "must"]
        if isinstance(node.args[position], ast.Constant)
    }
    assert said == set(checker.SAID)


def test_parquet_tables_are_left_to_the_command(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    given, plan = example()
    columns = {name: given[name].pop("columns") for name in ("devices", "requests")}
    for name in columns:
        given[name] |= {"uri": f"{name}.parquet", "sha256": "0" * 64}
    reseal(given, plan)
    with pytest.raises(Refused, match="use maillon check"):
        check(given, plan)
    assert check(given, plan, columns).startswith("PROVED")


def test_the_command_reads_parquet_tables_for_it_if_they_are_the_ones(tmp_path, english, capsys):
    given = as_parquet(example()[0], tmp_path)
    plan = solve(given, SMALL_SEED, tables=tmp_path)
    files = [tmp_path / "problem.json", tmp_path / "plan.json"]
    for file, content in zip(files, (given, plan), strict=True):
        file.write_text(json.dumps(content), encoding="utf-8")
    assert command([*map(str, files)]) == 0
    with (tmp_path / given["requests"]["uri"]).open("ab") as table:
        table.write(b"\n")
    assert command([*map(str, files)]) == 1
    assert "SHA-256" in capsys.readouterr().err
    (tmp_path / given["requests"]["uri"]).unlink()
    assert command([*map(str, files)]) == 1


def test_the_order_of_lines_changes_nothing_that_is_proved():
    for number in range(700_000, 700_040):
        rng = random.Random(number)
        given = problem(rng)
        plan = solve(given, SEED)
        for name in ("devices", "requests"):
            shuffled = lines(given[name])
            rng.shuffle(shuffled)
            given[name] = table(shuffled, " ".join(given[name]["columns"]))
        reseal(given, plan)
        check(given, plan)


ODD = [None, "", "é", -1, 0, 2.5, float("nan"), True, [], {}, [[]], 10**30, 10**12, "\ud800"]


def broken(rng: random.Random, content: object) -> None:
    """Replace or remove one thing, anywhere."""
    while isinstance(content, dict | list) and content:
        keys = list(content) if isinstance(content, dict) else range(len(content))
        key = rng.choice(keys)
        inside = content[key]
        if not isinstance(inside, dict | list) or not inside or rng.random() < 0.2:
            if rng.random() < 0.3:
                del content[key]
            else:
                content[key] = rng.choice(ODD)
            return
        content = inside


def test_whatever_is_wrong_in_the_files_is_a_refusal_and_nothing_else():
    """1 500 files with one or several things broken: proved when it is of no consequence, refused otherwise."""
    problem_before, plan_before = example()
    refused = 0
    for number in range(1500):
        rng = random.Random(number)
        given, plan = copy.deepcopy(problem_before), copy.deepcopy(plan_before)
        for _ in range(rng.choice([1, 1, 2, 5])):
            broken(rng, rng.choice([given, plan, plan.get("certificate")]))
        with suppress(LookupError, TypeError, ValueError, AttributeError):  # then it is checked as it is
            reseal(given, plan)
        try:
            check(given, plan)
        except Refused as reason:
            refused += 1
            assert str(reason)
    assert 1000 < refused < 1500


@pytest.mark.parametrize(("seed", "lucky"), [("graine", ["z", "été", "a", "Z"]), ("other", ["été", "z", "Z", "a"])])
def test_the_lottery_is_the_one_of_the_page(seed, lucky):
    """Drawn once by other means, so that it can not drift everywhere at once."""
    for served in range(1, 5):
        given = small(
            {name: {} for name in lucky}, some("D", served), seed_commitment=hashlib.sha256(seed.encode()).hexdigest()
        )
        plan = solve(given, seed)
        assert set(plan["assign"]["request"]) == set(lucky[:served])
        assert check(given, plan)
