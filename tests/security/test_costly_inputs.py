"""Small inputs made to keep a server busy. Work is counted, never timed."""

import re
import sys

import pytest

from maillon.hardware import reading
from maillon.hardware.model import Reading, Unreadable
from maillon.hardware.readers import lshw_tree
from maillon.hardware.reading import parse


@pytest.mark.parametrize("blank", ["\n", " ", "\t", "\n ", "\u3000", "\x0b"])
def test_recognisers_never_see_a_long_run_of_blanks(monkeypatch, blank):
    seen = []

    class Watching:
        def recognise(self, head):
            seen.append(head)
            return False

    monkeypatch.setattr(reading, "_formats", lambda _names, _kind: [Watching()])
    assert isinstance(reading.read_text("dmi" + blank * 60_000 + "end", reading.Where("")), Unreadable)
    assert seen and not re.search(r"\s{81,}", seen[0])


def test_a_text_of_names_alone_is_no_park_of_machines():
    told = parse(b"pc\n  *-core\n" + b"a\n" * 50_000)
    assert isinstance(told, Reading) and len(told.machines) <= 2


def test_more_machines_than_any_park_are_refused_before_they_are_all_built(monkeypatch):
    monkeypatch.setattr(lshw_tree, "MOST_SYSTEMS", 50)
    monkeypatch.setattr(sys.modules["maillon.hardware.readers.lshw"], "MOST_SYSTEMS", 50)
    assert isinstance(parse(b"pc\n  *-core\n" * 51), Unreadable)
    assert len(lshw_tree.from_text("pc\n  *-core\n" * 5_000, reading.Where(""))) == 51
    assert isinstance(parse(b"pc\n  *-core\n" * 50), Reading)
