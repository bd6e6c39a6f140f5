"""The index follows the devices whatever happens to them, and knows when it does not."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from maillon.workshop.life import State
from maillon.workshop.models import Device
from maillon.workshop.stock import index
from maillon.workshop.stock.models import StockCount, StockDelta, StockDoc
from tests.workshop.stock_world import stock_world  # noqa: F401 - the fixture "world"

pytestmark = pytest.mark.django_db

STATES = [state.value for state in State]
KINDS = ["notebook", "desktop", "tablet", "unknown"]


def random_change(world, picked, pick):
    device = pick.choice(picked)
    device.state = pick.choice(STATES)
    device.kind = pick.choice(KINDS)
    device.grade = pick.choice([None, 0, 1, 5])
    device.memory_mb = pick.choice([None, 900, 4096, 65536])
    device.disk_kind = pick.choice(["", "hdd", "nvme"])
    device.model = pick.choice(["", "ThinkPad T470", "Élite 8300"])
    device.place = pick.choice([None, world.shelf])
    device.donor = pick.choice([None, world.donor])
    device.holder = pick.choice([world.workshop, world.other_workshop])
    device.save()
    return device


@pytest.mark.parametrize("seed", range(4))
def test_random_changes_leave_no_drift(world, seed):
    pick = random.Random(seed)
    devices = [world.device(synced=False, serial=f"S{n}") for n in range(12)]
    index.sync([device.number for device in devices])
    for _round in range(40):
        batch = [random_change(world, devices, pick) for _ in range(pick.randint(1, 5))]
        numbers = [device.number for device in batch]
        if pick.random() < 0.2 and len(devices) > 4:
            gone = devices.pop(pick.randrange(len(devices)))
            numbers.append(gone.number)
            Device.objects.filter(number=gone.number).delete()
        index.sync(numbers)
        if pick.random() < 0.2 and len(devices) > 4:
            index.fold()
    assert index.check() == []
    index.rebuild()
    assert index.check() == [] and StockDoc.objects.count() == len(devices)


def test_drift_is_reported(world):
    devices = [world.device(synced=False, model="Latitude"), world.device(synced=False)]
    index.sync([d.number for d in devices])
    Device.objects.filter(number=devices[0].number).update(state="ready")
    Device.objects.filter(number=devices[1].number).delete()
    report = "\n".join(index.check())
    assert f"device {devices[0].number}" in report and "1 documents of devices that are gone" in report
    assert "count" in report
    index.sync([d.number for d in devices])
    assert index.check() == []
    StockDelta.objects.filter(scope=StockDelta.objects.first().scope).delete()
    assert any(line.startswith("count") for line in index.check())


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL keeps its indexes true by itself")
def test_a_word_that_the_index_lost_is_reported(world):
    device = world.device(synced=False, model="Latitude")
    index.sync([device.number])
    doc = index.Doc(*StockDoc.objects.values_list("facets", "text").get())
    index._drop_words({device.number: doc})
    assert any("qlat" in line for line in index.check())


def test_a_batch_costs_a_constant_number_of_statements(world):
    few = [world.device(synced=False, model=f"M{n}", donor=world.donor) for n in range(3)]
    many = [world.device(synced=False, model=f"M{n}", donor=world.donor) for n in range(80)]
    costs = []
    for devices in (few, many):
        with CaptureQueriesContext(connection) as captured:
            index.sync([device.number for device in devices])
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 12


def test_deltas_are_folded_once_many(world, monkeypatch):
    monkeypatch.setattr(index, "FOLD_AFTER", 20)
    device = world.device(synced=False)
    for state in STATES * 3:
        device.state = state
        device.save()
        index.sync([device.number])
    assert StockDelta.objects.count() < 30 and not StockCount.objects.filter(n=0).exists()
    assert index.check() == []


def test_nothing_to_do_writes_nothing(world):
    device = world.device(synced=False)
    index.sync([device.number])
    before = StockDelta.objects.count()
    index.sync([device.number, device.number, 999_999])
    index.sync([])
    assert StockDelta.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_flush_leaves_nothing_to_find(world):
    world.device(model="Latitude")
    call_command("flush", interactive=False, verbosity=0)
    assert index.check() == []


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_many_workers_on_the_same_cells_wait_for_nobody_and_lose_nothing(world, monkeypatch):
    """Eight writers change machines of the same cells back and forth, folding often: no deadlock, no drift."""
    monkeypatch.setattr(index, "FOLD_AFTER", 50)
    devices = world.devices(32, state="received", kind="notebook", donor=world.donor)

    def work(mine):
        try:
            for turn in range(12):
                with transaction.atomic():
                    for device in mine:
                        Device.objects.filter(pk=device.pk).update(state=STATES[turn % 3])
                    index.sync([device.number for device in mine])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, devices[n::8]) for n in range(8)]:
            done.result()
    index.fold()
    assert index.check() == []


def test_the_command_checks_and_mends(world, capsys):
    device = world.device()
    call_command("stock_index", "check")
    Device.objects.filter(pk=device.pk).update(state="ready")
    with pytest.raises(CommandError, match="differences"):
        call_command("stock_index", "check")
    call_command("stock_index", "recreate")
    assert index.check() == []
    assert "1 devices" in capsys.readouterr().out
