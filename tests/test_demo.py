"""The demonstration is made by the real commands: what it shows is true to the ledger."""

import pytest

from maillon.demo.load import load
from maillon.demo.people import PEOPLE
from maillon.kernel import ledger
from maillon.territory.models import Commune, Organisation, User
from maillon.workshop.life import State
from maillon.workshop.models import Device, Erasure
from maillon.workshop.stock import index

pytestmark = pytest.mark.django_db


def test_the_demonstration_shows_every_stage_and_its_ledger_holds():
    load(120)
    states = set(Device.objects.values_list("state", flat=True))
    assert set(State) - {State(state) for state in states} <= {State.RESERVED, State.HANDED_OVER, State.RETURNED}
    assert Commune.objects.count() == 24 and User.objects.count() == len(PEOPLE)
    assert not Organisation.objects.filter(fictitious=False).exists()
    assert Erasure.objects.filter(proved=True).exists() and Erasure.objects.filter(proved=False).exists()
    assert index.check() == []
    assert ledger.verify().problems == []
    assert all(serial.startswith("DEMO") for serial in Device.objects.values_list("serial", flat=True))
