import json

import pytest

from maillon.hardware.model import Kind, LockState, NetworkKind, Origin, StorageKind
from tests.hardware.reading_parts import corpus, each, every_value_has_its_origin, read, read_all, said
from tests.hardware.samples import CORPUS, sample


def test_every_tool_is_heard_and_joined():
    machine = corpus("bench/notebook.json")
    assert (machine.kind, machine.vendor, machine.system.serial) == (Kind.NOTEBOOK, "HP", "5CG6302XKD")
    assert said(machine.firmware) == {
        "vendor": "HP",
        "version": "N75 Ver. 01.42",
        "date": "2019-12-03",
        "uefi": True,
        "secure_boot": False,
    }
    (drive,) = machine.storage
    assert said(drive) == {
        "kind": StorageKind.SATA_SSD,
        "model": "SK hynix SC308 SATA 256GB",
        "serial": "MJ69N031411309D1L",
        "firmware": "30000P10",
        "size_bytes": 256_060_514_304,
        "interface": "SATA",
        "rotation_rpm": 0,
        "device": "/dev/sda",
        "healthy": True,
        "power_on_hours": 6120,
        "power_cycles": 2210,
        "security": "frozen",
    }
    assert [(lock.state, lock.evidence) for lock in machine.locks] == [
        (LockState.ABSENT, "MJ69N031411309D1L: frozen")
    ], "two tools saw one lock"
    assert machine.disputes == ()
    assert every_value_has_its_origin(machine)


def test_an_interface_and_its_card_are_one():
    assert [(card.kind, card.mac, card.bus_id) for card in corpus("bench/notebook.json").network] == [
        (NetworkKind.ETHERNET, "3c:52:82:0b:4e:77", "8086:156f"),
        (NetworkKind.WIFI, "e4:a4:71:5d:08:ac", "8086:24f3"),
    ]


def test_provenance_goes_down_to_the_line_inside_the_tools_output():
    machine = corpus("bench/notebook.json")
    assert machine.system.origin["serial"] == Origin("dmidecode", "$.tools.dmidecode.out, line 10")
    assert machine.storage[0].origin["serial"] == Origin("smartctl", "$.tools.smartctl:sda.json.serial_number")
    assert machine.firmware.origin["version"] == Origin("sysfs", "$.dmi.bios_version")


def test_a_battery_in_ampere_hours_is_given_in_watt_hours():
    assert each(corpus("bench/notebook.json").batteries) == [
        {"vendor": "Hewlett-Packard", "model": "Primary", "serial": "09417 2016/09/12", "technology": "Li-ion",
         "design_wh": 45.828, "full_wh": 32.946, "cycles": 211}
    ]  # fmt: skip


def test_tools_that_failed_say_nothing_and_a_foreign_output_is_warned_of():
    document = json.loads((CORPUS / "bench/notebook.json").read_text())
    assert not read_all(json.dumps(document)).warnings
    document["tools"]["lspci"]["out"] = "Segmentation fault"
    (warning,) = read_all(json.dumps(document)).warnings
    assert "$.tools.lspci.out" in str(warning)


@pytest.mark.samples
def test_the_emulated_bench_run():
    machine = read(sample("../bench-prototype/samples/snapshot-tcg-lenovo.json").read_bytes())
    assert (machine.system.vendor, machine.system.serial) == ("Lenovo", "PF0TEST01")
    assert machine.chassis.asset_tag == "DON-0001"
    assert each(machine.batteries) == [
        {"vendor": "SANYO", "model": "45N1127", "serial": "10203", "technology": "Li-ion", "design_wh": 24.05,
         "full_wh": 17.88, "cycles": 412}
    ]  # fmt: skip
    nvme, disk = machine.storage
    assert (nvme.serial, nvme.size_bytes, nvme.kind, nvme.wear_percent) == ("S3NVME0042", 2**28, StorageKind.NVME, 0)
    assert (disk.serial, disk.size_bytes) == ("WD-WX11A1234567", 1_258_291_200)
    assert (disk.kind, disk.rotation_rpm) == (StorageKind.HDD, 7200)
    assert [card.bus_id for card in machine.network] == ["1af4:1000"], "the simulated radio is no card"
    assert machine.firmware.uefi is None and machine.firmware.secure_boot is None
    assert {dispute.path for dispute in machine.disputes} == {"processors[0].model", "processors[0].vendor"}
    assert machine.seen_at == "2026-11-23T20:59:14+00:00"


@pytest.mark.samples
def test_secure_boot_is_seen():
    machine = read(sample("../bench-prototype/samples/snapshot-secureboot-netboot.json").read_bytes())
    assert (machine.firmware.uefi, machine.firmware.secure_boot) == (True, True)
