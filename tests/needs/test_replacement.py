"""That a machine of ours broke down is said by the platform: no prescriber may put a request before all others."""

import pytest

from maillon.kernel.errors import Refusal
from maillon.needs.commands import change_request
from maillon.needs.models import RequestCriterion
from tests.needs.requests import facts, make_request
from tests.world import make_world

pytestmark = pytest.mark.django_db


def test_nobody_files_a_replacement():
    with pytest.raises(Refusal):
        make_request(make_world(), criteria={"replacement": None})


def test_a_change_keeps_it_and_can_not_add_it():
    world = make_world()
    request = make_request(world)
    RequestCriterion.objects.create(request=request, criterion="replacement")
    actor = world.actor("prescriber")
    change_request(actor=actor, request_id=request.pk, facts=facts(criteria={"schooling": None}))
    assert set(request.criteria.values_list("criterion", flat=True)) == {"replacement", "schooling"}
    with pytest.raises(Refusal):
        change_request(actor=actor, request_id=request.pk, facts=facts(criteria={"replacement": None}))
