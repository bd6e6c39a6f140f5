import json

import pytest

from maillon.hardware.model import LockState, NetworkKind, Origin, StorageKind
from tests.hardware.reading_parts import corpus, each, every_value_has_its_origin, read, read_all, said
from tests.hardware.samples import CORPUS, sample


def test_french_text_of_a_notebook():
    machine = corpus("lshw/notebook-fr.txt")
    assert (machine.system.product_name, machine.system.serial) == ("20L50043FR", "PF1K7Q2Z")
    assert (machine.system.version, machine.system.family) == ("ThinkPad T480", "ThinkPad T480")
    assert machine.system.uuid == "8b7f2a4c-35d1-11b2-a85c-d4e7b0c99a13"
    assert machine.chassis.type == "Notebook"
    assert (machine.board.model, machine.board.serial) == ("20L50043FR", "L1HF8BK01CD")
    assert (machine.firmware.version, machine.firmware.date, machine.firmware.uefi) == (
        "N24ET56W (1.31 )", "2020-02-19", True,
    )  # fmt: skip
    assert machine.system.origin["serial"] == Origin("lshw", "line 6")
    assert every_value_has_its_origin(machine)


def test_french_text_counts_empty_slots_and_leaves_them_out():
    memory = corpus("lshw/notebook-fr.txt").memory
    assert (memory.total_bytes, memory.slots) == (8 * 2**30, 2)
    assert each(memory.modules) == [
        {"slot": "ChannelA-DIMM0", "size_bytes": 8 * 2**30, "type": "DDR4", "form_factor": "SODIMM", "speed_mts": 2400,
         "vendor": "Samsung", "part_number": "M471A1K43CB1-CRC", "serial": "18E4A2C7"}
    ]  # fmt: skip


def test_french_text_tells_devices_by_what_they_are():
    machine = corpus("lshw/notebook-fr.txt")
    (processor,) = machine.processors
    assert (processor.model, processor.cores, processor.threads, processor.frequency_mhz) == (
        "Core i5-8250U",
        4,
        8,
        1600,
    )
    assert processor.architecture == "x86_64"
    assert each(machine.graphics)[0]["bus_id"] == "8086:5917"
    assert [(card.kind, card.mac, card.speed_mbps) for card in machine.network] == [
        (NetworkKind.WIFI, "74:e5:f9:3a:6c:b2", None),
        (NetworkKind.ETHERNET, "8c:16:45:7b:d2:91", 1000),
    ], "docker's bridge is no card"
    assert [camera.driver for camera in machine.cameras] == ["uvcvideo"]
    assert [radio.driver for radio in machine.bluetooth] == ["btusb"]
    (disk,) = machine.storage
    assert (disk.serial, disk.size_bytes, disk.interface) == ("S3TWNX0K512087", 256 * 10**9, "SATA")
    assert [(battery.serial, battery.design_wh) for battery in machine.batteries] == [("3391", 23.94)]
    assert [lock.state for lock in machine.locks] == [LockState.ABSENT]


def test_json_of_a_desktop():
    machine = corpus("lshw/desktop.json")
    assert (machine.system.product_name, machine.system.sku) == ("OptiPlex 7040", "06B9")
    assert machine.chassis.type == "Mini Tower"
    assert (machine.memory.total_bytes, machine.memory.slots, len(machine.memory.modules)) == (8 * 2**30, 4, 1)
    assert [said(lock)["state"] for lock in machine.locks] == [LockState.PRESENT]
    stick, disk, optical = machine.storage
    assert (stick.kind, stick.interface, stick.device) == (StorageKind.REMOVABLE, "USB", "/dev/sdb")
    assert (disk.kind, disk.rotation_rpm, disk.serial) == (StorageKind.HDD, 7200, "WD-WCC6Z1KU4V7N")
    assert (optical.kind, optical.size_bytes, optical.device) == (StorageKind.OPTICAL, None, "/dev/sr0")
    assert disk.origin["serial"].at == "$.children[0].children[3].children[2].children[0].serial"
    assert len(machine.network) == 1 and every_value_has_its_origin(machine)


def test_every_form_of_its_json():
    document = json.loads((CORPUS / "lshw/desktop.json").read_text())
    expected = said(corpus("lshw/desktop.json").system)
    assert said(read(json.dumps([document])).system) == expected
    trailing = json.dumps(document).replace("}]", "},]").replace('"threads": "4"}', '"threads": "4",}')
    assert said(read(trailing).system) == expected


def test_loose_nodes_are_of_one_machine():
    disks = [
        {"id": f"disk:{n}", "class": "disk", "claimed": True, "description": "ATA Disk", "serial": f"Z5H4TAQ{n}",
         "size": 10**11, "units": "bytes"}
        for n in range(2)
    ]  # fmt: skip
    for text in (",\n".join(map(json.dumps, disks)), "\n".join(map(json.dumps, disks)), json.dumps(disks)):
        assert [disk.serial for disk in read(text).storage] == ["Z5H4TAQ0", "Z5H4TAQ1"]


def test_running_without_rights_is_said():
    text = "WARNING: you should run this program as super-user.\npc\n    description: Computer\n  *-core\n"
    assert "sudo lshw" in str(read_all(text).warnings[0])


def test_a_template_battery_is_none():
    battery = {"id": "battery", "class": "power", "product": "CRB Battery 0", "vendor": "-Virtual Battery 0-",
               "description": "Lithium Ion Battery", "serial": "Battery 0"}  # fmt: skip
    document = {"id": "pc", "class": "system", "claimed": True, "children": [battery]}
    assert read(json.dumps(document)).batteries == ()


@pytest.mark.samples
def test_the_real_tree_of_an_hp_notebook():
    document = json.loads(sample("snapshots/ereuse/hp_probook_g2.json").read_text())["debug"]["lshw"]
    machine = read(json.dumps(document))
    assert machine.system.serial == "CND4286ZJ3" and machine.board.serial == "PELSAF2WV6XGL6"
    assert [(m.slot, m.serial, m.speed_mts) for m in machine.memory.modules] == [
        ("Bottom-Slot 1(left)", "18503423", 1600),
        ("Bottom-Slot 2(right)", "18651324", 1600),
    ]
    assert [(d.kind.value, d.device) for d in machine.storage] == [
        ("removable", "/dev/sdb"),
        ("hdd", "/dev/sda"),
        ("optical", "/dev/sr0"),
    ]
    assert [b.design_wh for b in machine.batteries] == [40.1]
    assert [c.model for c in machine.cameras] == ["HP HD Webcam"]
    assert every_value_has_its_origin(machine)


def test_a_touchpad_that_can_not_be_unplugged_is_a_clue():
    names = ("SynPS/2 Synaptics TouchPad", "DLL0704:01 06CB:76AE Touchpad", "Logitech USB Touchpad", "Lid Switch")
    found = []
    for name in names:
        pad = {"id": "input:0", "class": "input", "product": name}
        document = {"id": "pc", "class": "system", "claimed": True, "children": [pad]}
        found.append(set(read(json.dumps(document)).clues))
    assert found == [{"touchpad"}, {"touchpad"}, set(), {"lid"}]


XML = """<?xml version="1.0" standalone="yes" ?>
<list><node id="pc-42" claimed="true" class="system" handle="DMI:0001">
 <description>Desktop Computer</description><product>OptiPlex 7010 (OptiPlex 7010)</product><vendor>Dell Inc.</vendor>
 <serial>7XKQ5Z1</serial><configuration><setting id="chassis" value="desktop" /></configuration>
 <node id="core" class="bus"><node id="memory" class="memory"><description>System Memory</description>
   <size units="bytes">8589934592</size></node>
  <node id="sata" class="storage"><logicalname>scsi0</logicalname><logicalname>scsi1</logicalname>
   <node id="disk" class="disk"><description>ATA Disk</description><product>ST500DM002-1BD14</product>
    <logicalname>/dev/sda</logicalname><serial>Z3TABC12</serial><size units="bytes">500107862016</size></node></node>
 </node></node></list>"""


def test_xml_says_what_json_says():
    result = read_all(XML)
    (machine,) = result.machines
    assert (result.format, machine.system.serial, machine.chassis.type) == ("lshw-xml", "7XKQ5Z1", "Desktop")
    assert machine.memory.total_bytes == 8 * 2**30
    (disk,) = machine.storage
    assert (disk.kind, disk.serial, disk.device) == (StorageKind.HDD, "Z3TABC12", "/dev/sda")


def test_a_stick_below_a_scsi_host_on_usb_is_no_disk_of_the_machine():
    text = (
        "pc\n  *-scsi\n       bus info: usb@2:1.2\n     *-disk\n          product: DataTraveler 3.0\n"
        "          bus info: scsi@6:0.0.0\n          logical name: /dev/sdb\n          size: 28GiB (30GB)\n"
    )
    (stick,) = read(text).storage
    assert (stick.kind, stick.interface) == (StorageKind.REMOVABLE, "USB")
