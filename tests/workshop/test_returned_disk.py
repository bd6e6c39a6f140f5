"""A machine that came back: its former certificate no longer says what can be done with its disk."""

import pytest

from maillon.workshop import moves
from maillon.workshop.models import Device
from tests.security.test_erasure import DISK, bring, machine
from tests.world import make_world, wipe_report

pytestmark = pytest.mark.django_db


def test_the_disk_of_a_machine_that_came_back_can_be_declared_destroyed_or_gone(client):
    world = make_world()
    actor = world.actor("technician")
    device = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)))
    client.force_login(world.users["technician"])
    disk = device.media.get().pk
    addresses = [f"/machines/{device.code}/disques/{disk}/{what}/" for what in ("destruction", "absent")]

    def offered():
        page = client.get(f"/machines/{device.code}/").content.decode()
        return [address for address in addresses if address in page]

    assert offered() == []  # its erasure is proved
    Device.objects.filter(pk=device.pk).update(state="handed_over")
    moves.take_step(actor=actor, device_id=device.id, step="returned", answers={"condition": "B"})
    assert offered() == addresses
