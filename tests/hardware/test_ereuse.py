import json

import pytest

from maillon.hardware.model import Kind, NetworkKind, Origin, StorageKind
from tests.hardware.reading_parts import corpus, each, every_value_has_its_origin, read, read_all, said
from tests.hardware.samples import CORPUS, sample


def test_components_of_workbench_11():
    machine = corpus("ereuse/workbench.json")
    assert (machine.system.serial, machine.chassis.type) == ("CZC2381KQJ", "Mini Tower")
    assert machine.system.version is None, "“Default string” says nothing"
    assert said(machine.firmware) == {"version": "8.07", "date": "2012-08-21"}
    memory = machine.memory
    assert (memory.total_bytes, memory.maximum_bytes, memory.slots) == (4 * 2**30, 16 * 2**30, 4)
    assert [module.serial for module in memory.modules] == ["8A4F21C0", "8A4F21C7"]
    assert each(machine.network)[1] == {
        "kind": NetworkKind.WIFI, "vendor": "Broadcom", "model": "BCM43228 802.11a/b/g/n"
    }, "a radio without its driver is a radio"  # fmt: skip
    assert [camera.model for camera in machine.cameras] == ["HP HD Webcam"]
    assert [sound.model for sound in machine.audio] == ["7 Series/C216 Chipset Family HD Audio"]
    assert machine.graphics[0].memory_bytes == 256 * 2**20
    assert machine.seen_at == "2023-02-01T09:30:12+00:00"
    assert every_value_has_its_origin(machine)


def test_a_drives_exact_size_and_health():
    (drive,) = corpus("ereuse/workbench.json").storage
    assert (drive.kind, drive.size_bytes, drive.device) == (StorageKind.HDD, 500_107_862_016, "/dev/sda")
    assert (drive.power_on_hours, drive.reallocated_sectors, drive.healthy) == (20114, 8, True)
    assert drive.wear_percent is None, "a raw counter is no percentage"
    assert drive.origin["serial"] == Origin("lshw", "$.debug.lshw.children[0].serial")
    assert drive.origin["power_on_hours"] == Origin("workbench", "$.components[3].actions[0].lifetime")


def test_raw_outputs_of_workbench_script():
    reading = read_all((CORPUS / "ereuse/script.json").read_bytes())
    (machine,) = reading.machines
    assert (machine.kind, machine.system.serial) == (Kind.NOTEBOOK, "5CG6302XKD")
    assert [drive.serial for drive in machine.storage] == ["MJ69N031411309D1L"]
    assert machine.storage[0].origin["serial"] == Origin("smartctl", "$.data.smartctl[0].serial_number")
    assert machine.system.origin["serial"] == Origin("dmidecode", "$.data.dmidecode, line 10")
    assert machine.seen_at == "2025-02-03T10:11:12"
    bridge, lshw = (str(warning) for warning in reading.warnings)
    assert "Unknown USB bridge" in bridge and "$.data.lshw" in lshw


def test_a_text_that_pretends_to_be_json_is_warned_of():
    for text in ('[{"smartctl": ', "[" * 5000):
        document = {"type": "Snapshot", "data": {"smartctl": text}}
        assert len(read_all(json.dumps(document)).warnings) == 1


FOUR_GENERATIONS = {
    "snapshot-workbench11": ("ereuse-workbench", "HP", "CNU406CLGR", Kind.NOTEBOOK, 4, 1, ["sata_ssd"]),
    "hp_probook_g2": ("ereuse-workbench", "HP", "CND4286ZJ3", Kind.NOTEBOOK, 8, 2, ["removable", "hdd", "optical"]),
    "0cf11287-5603-45e4-9dd6-075871286de9": (
        "ereuse-workbench", "Lenovo", "MJ03N2N9", Kind.DESKTOP, 4, 1, ["sata_ssd", "optical"]),
    "522a4403-bfb3-4fe6-b454-4db6c3040a58": (
        "ereuse-workbench-script", "Lenovo", "MJ00YQXU", Kind.DESKTOP, 4, 1, ["hdd"]),
    "7aa682aa-77c5-43a5-91e4-1ef9a2736156": (
        "ereuse-workbench-script", "Lenovo", "2426481202607", Kind.NOTEBOOK, 6, 2, ["sata_ssd", "optical"]),
    "e6f5a76f-4905-4553-b4d4-bc73bf1a8022": (
        "ereuse-workbench-script", "Lenovo", "WB02704453WB01080801", Kind.NOTEBOOK, 4, 1, ["sata_ssd", "optical"]),
    "snapshot_workbench-script_legacy": (
        "ereuse-workbench-script", "Dell", "5CQ6VY1", Kind.NOTEBOOK, 16, 2, ["sata_ssd", "sata_ssd"]),
    "snapshot_workbench-script": (
        "ereuse-workbench-script", "Dell", "5CQ6VY1", Kind.NOTEBOOK, 16, 2, ["sata_ssd", "sata_ssd"]),
}  # fmt: skip


@pytest.mark.samples
@pytest.mark.parametrize("name", FOUR_GENERATIONS)
def test_real_snapshots(name):
    form, vendor, serial, kind, gib, modules, drives = FOUR_GENERATIONS[name]
    reading = read_all(sample(f"snapshots/ereuse/{name}.json").read_bytes())
    (machine,) = reading.machines
    assert (reading.format, machine.vendor, machine.system.serial, machine.kind) == (form, vendor, serial, kind)
    assert (machine.memory.total_bytes, len(machine.memory.modules)) == (gib * 2**30, modules)
    assert [drive.kind.value for drive in machine.storage] == drives
    assert every_value_has_its_origin(machine)


@pytest.mark.samples
def test_a_real_drive_seen_by_three_tools():
    machine = read(sample("snapshots/ereuse/522a4403-bfb3-4fe6-b454-4db6c3040a58.json").read_bytes())
    (drive,) = machine.storage
    assert said(drive) == {
        "kind": StorageKind.HDD,
        "vendor": "Western Digital",
        "model": "WDC WD5000AAKX-08U6AA0",
        "serial": "WD-WCC2E7NV4C7U",
        "wwn": "50014ee260a409a4",
        "firmware": "19.01H19",
        "size_bytes": 500_107_862_016,
        "interface": "SATA",
        "rotation_rpm": 7200,
        "device": "/dev/sda",
        "healthy": True,
        "power_on_hours": 23576,
        "power_cycles": 1909,
        "reallocated_sectors": 0,
        "pending_sectors": 0,
        "security": "frozen",
    }
    assert machine.disputes == ()


@pytest.mark.samples
def test_real_disagreements_are_kept():
    machine = read(sample("snapshots/ereuse/hp_probook_g2.json").read_bytes())
    disputes = {dispute.path: (dispute.kept, [value for value, _at in dispute.others]) for dispute in machine.disputes}
    assert disputes == {
        "board.serial": ("PELSAF2WV6XGL6", ["PELSAF2WV6XGL8", "PELSAF2WV6XGL7"]),
        "network[90:48:9a:af:6a:1b].model": (
            "RTL8723BE PCIe Wireless Network Adapter", ["RTL8723BA PCIe Wireless Network Adapter"]),
        "storage[S3P9A81F].model": ("ST500LT012-1DG14", ["ST500LT012-1DG15"]),
    }  # fmt: skip
