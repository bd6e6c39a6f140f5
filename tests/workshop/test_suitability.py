"""What many machines are fit for: as each is judged on its own page, and never as it was before."""

import pytest

from maillon.hardware.judgement import Fit
from maillon.hardware.model import Memory
from maillon.workshop import suitability
from maillon.workshop.models import CheckAnswer, Device, Hardware
from maillon.workshop.queries import judged, packed
from tests.allocation.queue import stocked
from tests.hardware.machines import GIB, laptop
from tests.world import make_world

pytestmark = pytest.mark.django_db


def uses():
    return suitability.uses_of(Device.objects.values_list("number", flat=True))


def judged_apart():
    return {
        number: frozenset(use for use, verdict in judgement.uses.items() if verdict.fit is Fit.YES)
        for number, _machine, judgement in judged(Device.objects.all())
    }


def test_a_machine_is_judged_anew_when_its_reading_or_its_check_list_changes():
    world = make_world()
    same, other = stocked(world, laptop(cameras=())), stocked(world, laptop(cameras=()))
    first = uses()
    assert first == judged_apart() and first[same.number] == first[other.number]
    assert first[same.number] is first[other.number], "kept once"
    answer = CheckAnswer.objects.create(device=same, line="camera", answer="ok")
    assert uses() == judged_apart() and uses()[same.number] > first[same.number] == uses()[other.number]
    answer.answer = "absent"
    answer.save()
    assert uses() == judged_apart() and uses()[same.number] == first[same.number]
    weak = packed(laptop(memory=Memory(total_bytes=GIB)))
    Hardware.objects.filter(device=other).update(document=weak)
    assert uses() == judged_apart() and not uses()[other.number]


def test_what_was_judged_is_kept_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(suitability, "MOST_KNOWN", 2)
    monkeypatch.setattr(suitability, "_known", {})
    world = make_world()
    for size in (2, 4, 8):
        stocked(world, laptop(memory=Memory(total_bytes=size * GIB)))
    assert uses() == judged_apart() and len(suitability._known) <= 2
