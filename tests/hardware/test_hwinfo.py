import json

import pytest

from maillon.hardware.model import NetworkKind, Origin
from tests.hardware.reading_parts import corpus, each, every_value_has_its_origin, read, said
from tests.hardware.samples import sample


def test_what_hwinfo_adds():
    machine = corpus("hwinfo/notebook.txt")
    assert each(machine.displays) == [
        {"vendor": "AU Optronics", "model": "B156XTN04.5", "year": 2015, "width_px": 1366, "height_px": 768,
         "width_mm": 344, "height_mm": 193, "built_in": True}
    ]  # fmt: skip
    (disk,) = machine.storage
    assert (disk.serial, disk.wwn, disk.size_bytes) == ("Y5KLT0M7T", "500003965b8871c6", 1_000_204_886_016)
    assert each(machine.network) == [
        {"kind": NetworkKind.WIFI, "vendor": "Qualcomm Atheros", "mac": "30:10:b3:5e:71:c8", "driver": "ath9k",
         "model": "QCA9565 / AR9565 Wireless Network Adapter", "bus_id": "168c:0036"}
    ]  # fmt: skip
    assert [chip.bus_id for chip in machine.graphics] == ["8086:1616"]
    assert disk.origin["wwn"] == Origin("hwinfo", "line 68")


def test_the_firmwares_tables():
    machine = corpus("hwinfo/notebook.txt")
    assert (machine.system.product_name, machine.system.serial) == ("Aspire E5-573", "NXMVHEF04753802A4B3400")
    assert machine.system.uuid is None
    assert said(machine.chassis) == {"type": "Notebook", "vendor": "Acer"}
    assert said(machine.firmware) == {"vendor": "Insyde Corp.", "version": "V1.14", "date": "2015-08-21"}
    assert every_value_has_its_origin(machine)


def test_logical_processors_are_not_counted_as_cores():
    (processor,) = corpus("hwinfo/notebook.txt").processors
    assert (processor.model, processor.cores, processor.frequency_mhz) == ("Core i3-5005U", None, 2000)


@pytest.mark.samples
def test_two_real_screens():
    document = json.loads(sample("snapshots/ereuse/snapshot_workbench-script_legacy.json").read_text())
    machine = read(document["data"]["hwinfo"])
    assert [
        (d.vendor, d.model, d.serial, d.year, d.width_px, d.diagonal_inches, d.built_in) for d in machine.displays
    ] == [
        ("HP", "HP 27mq", "CNC3382N95", 2023, 2560, 27.0, None),
        ("BOE", "31R70 HB12100", None, 2013, 1366, 12.5, True),
    ]
    assert [d.wwn for d in machine.storage] == ["5002538d41b6fe49", None]
