"""2,000 mutations of every format; `python -m tests.hardware.fuzz --mutations 100000` runs more."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillon.hardware import reading
from maillon.hardware.formats import TextFormat
from tests.hardware import fuzz

SEED, COUNT, PART = 1, 2000, 250


@pytest.mark.parametrize("start", range(0, COUNT, PART))
def test_every_mutation_ends_as_a_reading_or_a_reason(start, tmp_path):
    outcome = fuzz.check(SEED, range(start, start + PART))
    told = [f"mutation {index} ({fuzz.save(SEED, index, tmp_path)}): {problem}" for index, problem in outcome.failures]
    assert not told, "\n".join(told)


def test_a_mutation_is_the_same_each_time():
    assert fuzz.mutant(SEED, 17) == fuzz.mutant(SEED, 17)
    assert fuzz.mutant(SEED, 17) != fuzz.mutant(SEED, 18)


def test_most_mutations_are_really_mutated():
    assert sum(fuzz.mutant(SEED, index) in fuzz.seeds() for index in range(100)) < 20


def test_the_fuzzer_finds_a_reader_that_raises(monkeypatch):
    def fail(text, where):
        raise IndexError(len(text))

    form = TextFormat("broken", "broken", lambda head: True, fail)
    monkeypatch.setattr(reading, "_formats", lambda names, kind: iter([form] if kind is TextFormat else []))
    assert "fault of ours" in fuzz.fault(b"hello")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes(data):
    assert fuzz.fault(data) is None


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([row for seed in fuzz.seeds(samples=False) for row in seed.split(b"\n")[:40]]), max_size=60
    )
)
def test_any_lines_of_known_tools_in_any_order(rows):
    rows = [row for row in rows if row]
    random.Random(len(rows)).shuffle(rows)
    assert fuzz.fault(b"\n".join(rows)) is None
