"""The bytes of readings are forgotten a year after the machines left, and nothing that proves an erasure is."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from maillon.kernel.ledger import Entry
from maillon.workshop import retention
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.models import Device, RawInput, Snapshot
from tests.world import dmidecode, make_world, smartctl, wipe_report

pytestmark = pytest.mark.django_db
AGO = timedelta(days=retention.KEPT_DAYS + 1)


@pytest.fixture
def world():
    world = make_world()
    files = [
        Incoming("poste de Camille.txt", dmidecode()),
        Incoming("smartctl.json", smartctl()),
        Incoming("wipe.json", wipe_report()),
        Incoming("poem.txt", b"Sous le pont Mirabeau"),
    ]
    list(receiving.receive(actor=world.actor("technician"), files=files))
    RawInput.objects.update(received_at=timezone.now() - AGO)
    return world


def left(state="handed_over", ago=AGO):
    Device.objects.update(state=state, changed_at=timezone.now() - ago)


def emptied():
    today = timezone.localdate()
    return [retention.empty(key, today) for key in list(retention.due(today).values_list("pk", flat=True))]


@pytest.mark.parametrize("state", retention.GONE)
def test_a_year_after_the_machine_left_its_reading_is_emptied(client, world, state):
    Snapshot.objects.update(notes={"user": "Camille"})
    reading = Snapshot.objects.first().raw
    left(state)
    assert set(emptied()) == {True}
    reading.refresh_from_db()
    assert (bytes(reading.content), reading.name) == (b"", "") and reading.digest and reading.size
    assert list(Snapshot.objects.values_list("notes", flat=True)) == [{}] * Snapshot.objects.count()
    assert Device.objects.get().serial == "PF0AAAA1", "what the machine is made of stays"
    entry = Entry.objects.filter(kind="input.emptied", subject=reading.pk).get()
    assert entry.data == {"input": reading.digest, "machines": 1}
    assert emptied() == []
    client.force_login(world.users["technician"])
    assert client.get(reverse("workshop:raw", args=[reading.pk])).status_code == 404
    assert client.get(reverse("workshop:device", args=[Device.objects.get().code])).status_code == 200


def test_what_proves_an_erasure_or_was_refused_stays(world):
    left()
    emptied()
    kept = {raw.name for raw in RawInput.objects.all() if raw.content}
    assert kept == {"wipe.json", "poem.txt"}


def test_a_machine_that_is_here_or_left_lately_keeps_its_reading(world):
    left("ready")
    assert emptied() == []
    left(ago=timedelta(days=retention.KEPT_DAYS - 1))
    assert emptied() == []


def test_the_same_bytes_sent_again_are_known_and_stay_forgotten(world):
    left()
    emptied()
    before = RawInput.objects.count()
    list(receiving.receive(actor=world.actor("technician"), files=[Incoming("pc.txt", dmidecode())]))
    assert Device.objects.count() == 1 and RawInput.objects.count() <= before + 1
