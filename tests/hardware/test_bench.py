import json

import pytest

from maillon.hardware.criteria import facts_of
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
         "design_wh": 45.828, "full_wh": 32.946, "cycles": 211, "health": 0.719}
    ]  # fmt: skip


def test_tools_that_failed_say_nothing_and_a_foreign_output_is_warned_of():
    document = json.loads((CORPUS / "bench/notebook.json").read_text())
    assert not read_all(json.dumps(document)).warnings
    document["tools"]["lspci"]["out"] = "Segmentation fault"
    (warning,) = read_all(json.dumps(document)).warnings
    assert "$.tools.lspci.out" in str(warning)


def shown(**changes):
    """The notebook without the tools that name its cards, and what the kernel shows of them."""
    document = json.loads((CORPUS / "bench/notebook.json").read_text())
    for tool in ("lspci", "lsusb", "lshw", "ip"):
        del document["tools"][tool]
    document["has"] = {"uefi": True, "wifi_phy": [], "video4linux": [], "webcam_usb": False, "audio_pci": False}
    document["has"] |= {name: value for name, value in changes.items() if name in document["has"]}
    document["tools"] |= {name: value for name, value in changes.items() if name not in document["has"]}
    return read(json.dumps(document))


def test_what_the_kernel_shows_is_not_judged_absent():
    machine = shown(wifi_phy=["phy0"], webcam_usb=True, audio_pci=True, video4linux=["HD Webcam", "HD Webcam"])
    assert [(card.kind, card.origin["kind"].at) for card in machine.network] == [
        (NetworkKind.WIFI, "$.has.wifi_phy")
    ]  # fmt: skip
    assert [(camera.model, camera.origin["model"].at) for camera in machine.cameras] == [
        ("HD Webcam", "$.has.video4linux[0]")
    ]
    assert [(sound.model, sound.origin["model"].at) for sound in machine.audio] == [
        ("PCI sound device", "$.has.audio_pci")
    ]
    facts = facts_of(machine)
    assert (facts.network, facts.camera, facts.sound) == (True, True, True)
    assert every_value_has_its_origin(machine)


def test_what_the_kernel_does_not_show_is_absent():
    machine = shown()
    assert (machine.network, machine.cameras, machine.audio) == ((), (), ())


@pytest.mark.parametrize(
    "ip",
    [
        {"ip": {"json": [{"ifname": "wlan0", "link_type": "ether", "address": "02:00:00:00:00:00"}]}},
        {"iw": {"out": "phy#0\n\tInterface wlan0\n\t\taddr 02:00:00:00:00:00\n"}},
    ],
)
def test_a_simulated_radio_and_a_virtual_camera_are_no_hardware(ip):
    machine = shown(wifi_phy=["phy0"], video4linux=["vivid-000-vid-cap", "Dummy video device (0x0000)"], **ip)
    assert (machine.network, machine.cameras) == ((), ())


def test_a_virtual_camera_does_not_name_the_real_one():
    names = ["vivid-000-vid-cap", "USB2.0 HD UVC WebCam: USB2.0 HD"]
    (camera,) = shown(webcam_usb=True, video4linux=names).cameras
    assert camera.model == "USB2.0 HD UVC WebCam: USB2.0 HD"
    (camera,) = shown(webcam_usb=True, video4linux=["vivid-000-vid-cap"]).cameras
    assert (camera.model, camera.origin["model"].at) == ("USB camera", "$.has.webcam_usb")


def test_a_usb_radio_is_the_interface_that_stands_on_the_bus():
    link = {"ifname": "wlx00c0caaaaaaa", "link_type": "ether", "address": "00:c0:ca:11:22:33", "parentbus": "usb"}
    (card,) = shown(wifi_phy=["phy0"], ip={"json": [link]}).network
    assert (card.kind, card.mac) == (NetworkKind.WIFI, "00:c0:ca:11:22:33")


def test_a_card_that_a_tool_named_is_not_counted_twice():
    document = json.loads((CORPUS / "bench/notebook.json").read_text())
    before = read(json.dumps(document))
    document["has"] |= {"wifi_phy": ["phy0"], "webcam_usb": True, "audio_pci": True, "video4linux": ["HP HD Camera"]}
    after = read(json.dumps(document))
    assert (after.network, after.cameras) == (before.network, before.cameras)


@pytest.mark.parametrize("has", [None, 3, [], {"wifi_phy": 1, "webcam_usb": "no", "video4linux": {"a": 1}}])
def test_a_damaged_word_of_what_is_there_is_passed_over(has):
    document = json.loads((CORPUS / "bench/notebook.json").read_text())
    document["has"] = has
    assert read(json.dumps(document)).vendor == "HP"


@pytest.mark.samples
def test_the_emulated_bench_run():
    machine = read(sample("../bench-prototype/samples/snapshot-tcg-lenovo.json").read_bytes())
    assert (machine.system.vendor, machine.system.serial) == ("Lenovo", "PF0TEST01")
    assert machine.chassis.asset_tag == "DON-0001"
    assert each(machine.batteries) == [
        {"vendor": "SANYO", "model": "45N1127", "serial": "10203", "technology": "Li-ion", "design_wh": 24.05,
         "full_wh": 17.88, "cycles": 412, "health": 0.743}
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
