import json

import pytest

from maillon.hardware.model import NetworkKind, Origin, StorageKind
from tests.hardware.reading_parts import corpus, each, every_value_has_its_origin, read, said
from tests.hardware.samples import sample


def test_keys_are_read_in_their_order():
    machine = corpus("inxi/notebook.json")
    assert said(machine.system) | {"model": None} == {
        "vendor": "Acer",
        "model": None,
        "product_name": "TravelMate P259-G2-M",
        "version": "V1.32",
        "serial": "NXVEPEF0198210A5F67600",
    }
    assert said(machine.chassis) == {"type": "Notebook", "vendor": "Acer"}
    assert (machine.board.model, machine.board.serial) == ("Ironman_SK", "NBVEP11003821")
    assert said(machine.firmware) == {"vendor": "Insyde", "version": "1.32", "date": "2018-10-24", "uefi": True}
    assert machine.system.origin["serial"] == Origin("inxi", "$[0]['000#1#0#Machine'][0]['004#0#3#serial']")
    assert every_value_has_its_origin(machine)


def test_parts():
    machine = corpus("inxi/notebook.json")
    assert [m.part_number for m in machine.memory.modules] == ["4ATF51264HZ-2G3E1"], "an empty slot is no module"
    assert (machine.memory.slots, machine.memory.maximum_bytes) == (2, 32 * 2**30)
    (battery,) = machine.batteries
    assert (battery.design_wh, battery.full_wh, battery.cycles) == (41.4, 25.0, 402)
    (display,) = machine.displays
    assert (display.width_px, display.built_in) == (1920, True), "the largest mode, not the one in use"
    assert each(machine.network) == [
        {"kind": NetworkKind.WIFI, "model": "Qualcomm Atheros QCA9377", "mac": "b0:52:16:0c:7d:e4",
         "bus_id": "168c:0042", "driver": "ath10k_pci"}
    ]  # fmt: skip
    (drive,) = machine.storage
    assert (drive.kind, drive.power_on_hours, drive.power_cycles) == (StorageKind.SATA_SSD, 8760 + 48 + 3, 1422)
    assert [camera.bus_id for camera in machine.cameras] == ["04f2:b5c5"]


@pytest.mark.samples
def test_a_real_output():
    document = json.loads(sample("snapshots/ereuse/snapshot_workbench-script.json").read_text())
    machine = read(document["data"]["inxi"])
    assert machine.system.serial == "5CQ6VY1"
    assert [m.serial for m in machine.memory.modules] == ["CAECB3ED", "FCA4B7C8"]
    assert [(d.model, d.built_in, d.diagonal_inches) for d in machine.displays] == [
        ("HP 27mq", False, 27.0),
        ("BOE Display 0x05da", True, 12.5),
    ]
    assert [(c.bus_id, c.mac) for c in machine.network] == [
        ("8086:155a", "f0:1f:af:55:7e:18"),
        ("8086:08b1", "0c:8b:fd:68:c8:06"),
    ]
    assert [(d.serial, d.power_cycles) for d in machine.storage] == [
        ("TW0XXM305508539G1361", 42929),
        ("S33HNX0J203755R", 7006),
    ]
    assert machine.storage[1].power_on_hours == 2 * 8760 + 7 * 24 + 14
