"""Two people at the same moment, each with their own connection, on a database of their own."""

import pytest

from maillon.kernel.errors import Refusal
from maillon.kernel.ledger import Entry
from maillon.workshop import moves
from maillon.workshop.erasure import proving
from maillon.workshop.intake.receiving import Outcome
from maillon.workshop.models import Device, Erasure
from tests import scratch
from tests.kernel.test_ledger_concurrency import together
from tests.security.test_erasure import bring, machine, photo
from tests.world import make_world, wipe_report


@pytest.fixture(scope="module")
def world(django_db_blocker):
    with django_db_blocker.unblock(), scratch.database():
        yield make_world()


def attempted(change):
    try:
        change()
    except Refusal:
        return False
    return True


def test_a_step_taken_by_two_people_at_once_is_written_once(world):
    actor = world.actor("technician")
    device = machine(actor, "PF0ONCE1", "S3Z9ONCE1")
    Device.objects.filter(pk=device.pk).update(state="for_parts")

    def restore():
        moves.take_step(actor=actor, device_id=device.id, step="restored", answers={"reason": "mistake"})

    assert sorted(together([lambda: attempted(restore)] * 4)) == [False, False, False, True]
    assert Entry.objects.filter(subject=device.id, kind="device.restored").count() == 1


def test_a_report_sent_twice_at_once_makes_one_certificate(world):
    actor = world.actor("technician")
    device = machine(actor, "PF0ONCE2", "S3Z9ONCE2")
    copies = [wipe_report("S3Z9ONCE2") + b" " * spaces for spaces in range(4)]  # not the same bytes
    lines = together([lambda copy=copy: bring(actor, ("wipe.json", copy))[0] for copy in copies])
    assert sorted(line.outcome for line in lines) == [Outcome.ERASURE, *[Outcome.UNCHANGED] * 3]
    assert Erasure.objects.filter(medium__device=device, number__isnull=False).count() == 1
    assert Entry.objects.filter(subject=device.id, kind="device.erased").count() == 1


def test_a_step_and_a_report_at_once_leave_the_machine_as_one_of_them_says(world):
    """Kept for parts first: the report is counted and the machine stays for parts. Erased first: then for parts."""
    actor = world.actor("technician")
    device = machine(actor, "PF0ONCE3", "S3Z9ONCE3")
    together(
        [
            lambda: bring(actor, ("wipe.json", wipe_report("S3Z9ONCE3"))),
            lambda: moves.take_step(actor=actor, device_id=device.id, step="for_parts", answers={"reason": "broken"}),
        ]
    )
    device.refresh_from_db()
    assert (device.state, device.media.get().state) == ("for_parts", "erased")


def test_a_disk_destroyed_by_two_people_at_once_is_certified_once(world):
    actor = world.actor("technician")
    device = machine(actor, "PF0ONCE4", "S3Z9ONCE4")
    disk = device.media.get().pk

    def destroy():
        proving.record_destruction(actor=actor, device_id=device.id, medium_id=disk, witness="le témoin", photo=photo())

    assert sorted(together([lambda: attempted(destroy)] * 3)) == [False, False, True]
    assert Erasure.objects.filter(medium_id=disk, number__isnull=False).count() == 1
