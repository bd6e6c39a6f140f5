import json

import pytest

from maillon.hardware import reading
from maillon.hardware.model import Kind, NetworkKind, Origin, StorageKind, Unreadable
from tests.hardware.reading_parts import corpus, each, every_value_has_its_origin, read, read_all, said
from tests.hardware.samples import CORPUS, sample


def test_json_inventory_of_a_notebook():
    machine = corpus("glpi/notebook.json")
    assert (machine.kind, machine.vendor, machine.system.serial) == (Kind.NOTEBOOK, "Fujitsu", "YLWS018342")
    assert machine.chassis.asset_tag is None, "a row of zeros is no asset tag"
    assert (machine.memory.total_bytes, machine.memory.slots) == (4 * 2**30, 2), "the modules, not what the system sees"
    (processor,) = machine.processors
    assert (processor.model, processor.architecture) == ("Core i3-5005U", "x86_64"), "not the “i386” of the agent"
    assert [(b.design_wh, b.full_wh, b.technology) for b in machine.batteries] == [(48.6, 31.2, "Li-ion")]
    assert [(d.model, d.built_in) for d in machine.displays] == [("LP140WF1-SPU1", True)]
    assert (machine.operating_system, machine.seen_at) == ("Ubuntu 22.04.3 LTS", "2024-02-01T08:00:00")
    assert machine.tools == ("glpi GLPI-Agent_v1.7",)
    assert every_value_has_its_origin(machine)


def test_drives_without_the_card_readers_slot():
    disk, optical = corpus("glpi/notebook.json").storage
    assert (disk.serial, disk.size_bytes, disk.interface) == ("Z5H4TAQCT", 500_107 * 10**6, "SATA")
    assert optical.kind == StorageKind.OPTICAL
    assert disk.origin["size_bytes"] == Origin("glpi", "$.content.storages[0].disksize")


def test_cards_and_usb_devices():
    machine = corpus("glpi/notebook.json")
    assert each(machine.network) == [
        {"kind": NetworkKind.WIFI, "vendor": "Intel", "model": "Wireless 3160", "mac": "5c:e0:c5:1b:77:0a",
         "bus_id": "8086:08b3", "driver": "iwlwifi"}
    ]  # fmt: skip
    assert [chip.bus_id for chip in machine.graphics] == ["8086:1616"]
    assert [camera.bus_id for camera in machine.cameras] == ["04f2:b483"]
    assert [radio.bus_id for radio in machine.bluetooth] == ["8087:07dc"]
    assert [port.kind for port in machine.ports] == ["Ethernet", "USB"]
    (dispute,) = machine.disputes
    assert (dispute.kept, dispute.others[0][0]) == ("5c:e0:c5:1b:77:0a", "5c:e0:c5:1b:77:0b")


def test_xml_of_macos_is_survived_with_its_stray_character():
    reading_ = read_all((CORPUS / "glpi/macbook.xml").read_bytes())
    (machine,) = reading_.machines
    assert "BATTERIES" in str(reading_.warnings[0])
    assert (machine.kind, machine.system.serial) == (Kind.NOTEBOOK, "C02PK4XHFVH5")
    assert machine.operating_system == "macOS 10.13.4"
    assert [battery.design_wh for battery in machine.batteries] == [41.2]
    (drive,) = machine.storage
    assert drive.size_bytes == 115_712 * 2**20, "macOS counts in MiB"
    assert [card.mac for card in machine.network] == ["a4:5e:60:d1:3b:27"], "every interface is “virtual” there"
    assert machine.system.origin["serial"] == Origin("glpi", "/REQUEST/CONTENT/BIOS[1]/SSN")


def test_a_virtual_machine_is_one():
    document = json.loads((CORPUS / "glpi/notebook.json").read_text())
    document["content"]["hardware"] = {"vmsystem": "VMware", "memory": 2048}
    document["content"]["bios"] = {"smanufacturer": "VMware, Inc.", "smodel": "VMware Virtual Platform"}
    machine = read(json.dumps(document))
    assert machine.clues["virtual machine"] == Origin("glpi", "$.content.hardware.vmsystem")
    assert machine.kind == Kind.VIRTUAL


def test_a_network_discovery_is_refused_with_a_way_out():
    refused = reading.read((CORPUS / "glpi/discovery.xml").read_bytes())
    assert isinstance(refused, Unreadable)
    assert "NETDISCOVERY" in str(refused.reason) and "glpi-agent" in str(refused.hint)


@pytest.mark.samples
def test_real_json_of_an_xps():
    machine = read(sample("glpi-inventory/computer_1.json").read_bytes())
    assert (machine.system.product_name, machine.system.serial) == ("XPS 13 9350", "640HP72")
    assert [(m.form_factor, m.type, m.serial) for m in machine.memory.modules] == [
        ("soldered", "LPDDR3", "12161217"),
        ("soldered", "LPDDR3", "12121212"),
    ]
    (drive,) = machine.storage
    assert (drive.kind, drive.serial, drive.size_bytes) == (StorageKind.NVME, "S29NNXAH146409", 256_060 * 10**6)
    assert [(c.kind.value, c.mac, c.bus_id) for c in machine.network] == [
        ("wifi", "44:85:00:2b:90:bc", "8086:24f3"),
        ("ethernet", "00:e0:4c:68:01:db", "0bda:8153"),
    ]
    assert [(b.serial, b.health) for b in machine.batteries] == [("34605", 0.878)]
    (display,) = machine.displays
    assert (display.serial, display.model, display.width_px, display.built_in) == (
        "ABH55D", "DJCP6 LQ133M1", 1920, True)  # fmt: skip
    assert [camera.bus_id for camera in machine.cameras] == ["0bda:5682"]
    assert [radio.bus_id for radio in machine.bluetooth] == ["8087:0a2b"]
    assert every_value_has_its_origin(machine)


@pytest.mark.samples
def test_real_json_of_a_portege_with_two_screens():
    machine = read(sample("glpi-inventory/computer_3.json").read_bytes())
    assert machine.system.uuid == "0055adc9-1d3a-e411-8043-b05d95113232"
    assert [(d.vendor, d.model, d.built_in) for d in machine.displays] == [
        ("Iiyama", "PL2480H", False),
        ("Chimei Innolux", "N133BGE-EAA", True),
    ]
    assert [c.mac for c in machine.network] == ["b8:6b:23:e0:5c:81", "30:3a:64:ee:65:88"]
    assert len(machine.memory.modules) == 2, "two modules that show one serial number stay two"
    assert machine.operating_system == "Fedora release 25 (Twenty Five)"


@pytest.mark.samples
def test_real_xml():
    machine = read(sample("glpi-inventory/inventory-1.xml").read_bytes())
    assert (machine.system.serial, machine.memory.total_bytes, machine.memory.slots) == ("9E113232I", 8 * 2**30, 2)
    assert [(c.kind.value, c.mac, c.bus_id) for c in machine.network] == [
        ("ethernet", "b8:6b:23:e0:5c:91", "8086:1559"),
        ("wifi", None, "8086:08b3"),
    ], "a random address is no identity"
    (dispute,) = machine.disputes
    assert dispute.others[0][0] == "b8:6b:23:e0:5c:81"


@pytest.mark.samples
def test_real_xml_of_an_imac_with_a_stray_character():
    reading_ = read_all(sample("glpi-inventory/inventory-4.xml").read_bytes())
    (machine,) = reading_.machines
    assert len(reading_.warnings) == 1
    assert (machine.kind, machine.system.product_name) == (Kind.ALL_IN_ONE, "iMac15,1")
    assert said(machine.storage[0]) == {
        "kind": StorageKind.HDD, "vendor": "Apple", "model": "HDD ST1000DM003", "serial": "S4Y15P5F",
        "firmware": "AP14", "size_bytes": 953_869 * 2**20, "interface": "SATA", "device": "/dev/disk0",
    }  # fmt: skip
    assert [drive.serial for drive in machine.storage] == ["S4Y15P5F", "1431AR409174"], "no reader, no empty bay"
    assert [module.serial for module in machine.memory.modules] == ["0xFB9D50EB", "0xFB9D50EC"]
    assert isinstance(reading.read(sample("glpi-inventory/inventory-9.xml").read_bytes()), Unreadable)


def test_an_inventory_of_windows_names_its_devices_otherwise():
    document = json.loads((CORPUS / "glpi/notebook.json").read_text())
    content = document["content"]
    content["networks"] = [
        {"description": "Intel(R) Ethernet Connection (3) I218-LM", "mac": "50:26:90:8A:4C:11", "type": "ethernet",
         "pnpdeviceid": "PCI\\VEN_8086&DEV_15A2&SUBSYS_1880", "virtualdev": "0"},
        {"description": "Microsoft Wi-Fi Direct Virtual Adapter", "mac": "5e:e0:c5:1b:77:0a", "virtualdev": "1"},
    ]  # fmt: skip
    content["memories"][0]["caption"] = "Mémoire physique"
    machine = read(json.dumps(document))
    assert machine.memory.modules[0].slot is None
    card = next(card for card in machine.network if card.kind == NetworkKind.ETHERNET)
    assert (card.mac, card.bus_id, card.model) == (
        "50:26:90:8a:4c:11", "8086:15a2", "Intel(R) Ethernet Connection (3) I218-LM")  # fmt: skip
