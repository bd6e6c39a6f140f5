"""`maillon allocate` and `maillon check`, as they are typed."""

import json
from pathlib import Path

import pytest

from maillon import cli
from tests.allocation.small import SEED, problem, some

EXAMPLE = Path(__file__).parents[2] / "examples" / "allocation" / "problem.json"


@pytest.fixture(autouse=True)
def english_session(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")


def maillon(*arguments):
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "problem.json"

    def write(content):
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def test_the_example_is_decided_and_proved(tmp_path, capsys):
    plan = tmp_path / "plan.json"
    assert maillon("allocate", EXAMPLE, "-o", plan) == 0
    assert "8 machines given, 7 requests served of 11." in capsys.readouterr().out
    assert maillon("check", EXAMPLE, plan) == 0
    codes = json.loads(plan.read_text())["reasons"]["code"]
    assert {0, 1, 2, 3, 7} == set(codes)  # it shows most of what may happen
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_an_output_that_can_not_be_written_is_named_as_it_was_typed(tmp_path, capsys):
    for plan in (tmp_path / "nowhere" / "plan.json", tmp_path / ("n" * 250 + ".json"), tmp_path):
        assert maillon("allocate", EXAMPLE, "-o", plan) == 1
        assert capsys.readouterr().err.startswith(f"maillon allocate: {plan}: ")


def test_a_plan_that_was_changed_is_refused(tmp_path, capsys):
    path = tmp_path / "plan.json"
    maillon("allocate", EXAMPLE, "-o", path)
    plan = json.loads(path.read_text())
    plan["assign"]["device"].reverse()
    path.write_text(json.dumps(plan))
    assert maillon("check", EXAMPLE, path) == 1
    assert "plan.json" in capsys.readouterr().err


def test_without_output_the_plan_is_printed(document, capsys):
    assert maillon("allocate", document(problem(some("R", 1), some("D", 1))), "--seed", SEED) == 0
    assert json.loads(capsys.readouterr().out)["assign"] == {"request": ["R1"], "device": ["D1"]}


def test_every_refusal_is_told_with_its_place_and_nothing_is_written(document, tmp_path, capsys):
    wrong = problem({"R": {"points": 1.5, "tier": 9}}, some("D", 1), delivery_km=-1)
    assert maillon("allocate", document(wrong), "--seed", SEED, "-o", tmp_path / "plan.json") == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 3 and all(line.startswith("maillon allocate: ") for line in told)
    assert "problem.json: requests.columns.points[0]: 1.5 is not a whole number from 0 to 100." in told[1] + told[2]
    assert not (tmp_path / "plan.json").exists()


def test_a_seed_is_needed_and_must_be_the_right_one(document, capsys):
    path = document(problem(some("R", 1), some("D", 1)))
    assert maillon("allocate", path) == 2 and "--seed TEXT" in capsys.readouterr().err
    assert maillon("allocate", path, "--seed", "other") == 1 and "committed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"schema": ', "line 1, column 12: this is not JSON"),
        ('{"a": 1, "a": 2}', "the key “a” comes twice"),
        ("[" * 100_000, "too many lists"),
        ("[]", "An object {…} is expected here."),
    ],
)
@pytest.mark.parametrize("command", ["allocate", "check"])
def test_what_is_not_a_problem_is_said_in_a_sentence(document, capsys, command, content, words):
    path = document(content)
    arguments = [path, "--seed", SEED] if command == "allocate" else [path, path]
    if command == "check" and content == "[]":
        words = "problem.json"
    assert maillon(command, *arguments) == 1
    assert words in capsys.readouterr().err


def test_what_is_not_utf_8_is_said(tmp_path, capsys):
    path = tmp_path / "latin.json"
    path.write_bytes('{"é": 1}'.encode("latin-1"))
    assert maillon("allocate", path) == 1 and "byte 2: this is not UTF-8" in capsys.readouterr().err


def test_a_missing_file_is_named(tmp_path, capsys):
    assert maillon("allocate", tmp_path / "absent.json") == 1
    assert "absent.json: there is no such file" in capsys.readouterr().err


def test_floors_not_reached_and_groups_are_told_after_the_decision(document, tmp_path, capsys):
    nodes = [{"id": "north", "parent": None, "district": True, "floor": 4, "cap": None}]
    wanted = problem({"class": {"quantity": 2, "minimum": 2}, "one": {}}, some("D", 3), nodes=nodes)
    assert maillon("allocate", document(wanted), "--seed", SEED, "-o", tmp_path / "plan.json") == 0
    assert capsys.readouterr().out == (
        "3 machines given, 2 requests served of 2.\nnorth: 3 machines for a floor of 4.\n"
    )
