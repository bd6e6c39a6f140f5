"""A reference is a code, never a person's name: what is not one is refused in a sentence, and nothing is written."""

import pytest

from maillon.kernel.ledger import Entry
from maillon.workshop.forms import StepForm
from maillon.workshop.life import BY_NAME
from maillon.workshop.models import Device
from tests.security.test_erasure import machine
from tests.world import make_world


@pytest.mark.parametrize("typed", ["Mme Dupont", "12 bis", "D-12\nX", "é12", "D-12 ,", "marie.dupont@exemple.fr"])
def test_what_is_no_reference_is_refused(typed):
    assert "reference" in StepForm({"reference": typed}, step=BY_NAME["reserved"], device=Device()).errors


@pytest.mark.parametrize("typed", ["D-12", "2026/44#3", "x=y", " D-12 "])
def test_what_is_a_reference_is_taken(typed):
    form = StepForm({"reference": typed}, step=BY_NAME["reserved"], device=Device())
    assert form.is_valid() and form.cleaned_data["reference"] == typed.strip()


@pytest.mark.django_db
def test_the_page_tells_and_writes_nothing(client):
    world = make_world()
    device = machine(world.actor("technician"))
    Device.objects.filter(pk=device.pk).update(state="ready")
    before = Entry.objects.count()
    client.force_login(world.users["coordinator"])
    response = client.post(f"/machines/{device.code}/etape/reserved/", {"reference": "Mme Dupont"})
    assert response.status_code == 422 and Entry.objects.count() == before
