import json

import pytest

from maillon.hardware.model import LockKind, LockState, Origin, StorageKind
from tests.hardware.reading_parts import corpus, each, read, read_all, said
from tests.hardware.samples import CORPUS, sample


def test_two_drives_one_after_the_other_stay_two():
    machine = corpus("smartctl/two-drives.txt")
    failing, nvme = machine.storage
    assert said(failing) == {
        "kind": StorageKind.HDD,
        "model": "ST9250315AS",
        "serial": "5VCA1KQ7",
        "wwn": "5000c5002a6b7d11",
        "firmware": "0003LVM1",
        "size_bytes": 250_059_350_016,
        "interface": "SATA",
        "rotation_rpm": 5400,
        "form_factor": "2.5 inches",
        "healthy": False,
        "power_on_hours": 23041,
        "power_cycles": 3862,
        "reallocated_sectors": 2047,
        "pending_sectors": 128,
        "security": "locked",
    }
    assert failing.origin["reallocated_sectors"] == Origin("smartctl", "line 24")
    assert said(nvme) == {
        "kind": StorageKind.NVME,
        "model": "SAMSUNG MZVLB256HBHQ-000L7",
        "serial": "S4ELNX0M903118",
        "firmware": "4M2QEXH7",
        "size_bytes": 256_060_514_304,
        "interface": "NVMe",
        "healthy": True,
        "power_on_hours": 4210,
        "power_cycles": 1904,
        "wear_percent": 7,
    }
    assert machine.seen_at == "2024-03-04T09:12:33"
    assert machine.tools == ("smartctl 7.2",)


def test_a_locked_drive_is_a_lock_that_names_it():
    (lock,) = corpus("smartctl/two-drives.txt").locks
    assert (lock.kind, lock.state, lock.evidence) == (LockKind.ATA_PASSWORD, LockState.LOCKED, "5VCA1KQ7: locked")


def test_a_scsi_drive_has_its_own_words():
    (drive,) = corpus("smartctl/scsi.txt").storage
    assert (drive.vendor, drive.model, drive.firmware) == ("SEAGATE", "ST600MM0006", "LS0A")
    assert (drive.serial, drive.wwn) == ("S0M1AZ9F0000B5268QXV", "5000c5007e3a9b4f")
    assert (drive.interface, drive.rotation_rpm, drive.healthy) == ("SAS", 10000, True)
    assert (drive.power_on_hours, drive.reallocated_sectors) == (31872, 3)


def test_json_says_wear_and_world_wide_name_and_a_bridge_is_a_warning():
    reading = read_all((CORPUS / "smartctl/list.json").read_bytes())
    (drive,) = reading.machines[0].storage
    assert (drive.wear_percent, drive.wwn, drive.security) == (12, "500a0751322a9f31", "frozen")
    assert (drive.kind, drive.reallocated_sectors) == (StorageKind.SATA_SSD, 0)
    assert drive.origin["wear_percent"] == Origin("smartctl", "$[0].ata_smart_attributes.table[1].raw")
    (warning,) = reading.warnings
    assert "/dev/sdb" in str(warning) and "Unknown USB bridge" in str(warning)
    assert reading.machines[0].tools == ("smartctl 7.3",)


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("Disabled, frozen [SEC2]", "frozen"),
        ("Disabled, NOT FROZEN [SEC1]", "disabled"),
        ("ENABLED, PW level HIGH, not locked, frozen [SEC6]", "enabled"),
        ("ENABLED, PW level HIGH, **LOCKED** [SEC4]", "locked"),
        ("Unavailable", None),
    ],
)
def test_the_security_sentence_in_a_word(sentence, word):
    banner = "smartctl 7.3 2022-02-28 r5338 [x86_64-linux-6.1.0] (local build)"
    text = f"{banner}\nDevice Model: X1\nATA Security is:  {sentence}\n"
    (drive,) = read(text).storage
    assert drive.security == word


def test_counters_in_other_units_are_not_hours():
    document = {"smartctl": {"version": [7, 3]}, "model_name": "X1", "power_on_time": {"hours": 95_000_000}}
    (drive,) = read(json.dumps(document)).storage
    assert drive.power_on_hours is None


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sample1.txt", {"model": "SAMSUNG SSD PM800 TM 128GB", "serial": "DFW1W11002SE002B3117",
                         "firmware": "VBM24D1Q", "size_bytes": 128_035_676_160, "kind": StorageKind.SATA_SSD}),
        ("sample3.txt", {"vendor": "IBM-ESXS", "model": "ST3300655SS", "serial": "3LM0L0FJ00009733Y46W",
                         "firmware": "BA23", "interface": "SAS"}),
        ("sample5.txt", {"model": "MTFDDAK480TDC", "serial": "202028413FA9", "wwn": "500a075128413fa9",
                         "firmware": "D1DF003", "size_bytes": 480_103_981_056, "rotation_rpm": 0,
                         "form_factor": "2.5 inches", "interface": "SATA", "kind": StorageKind.SATA_SSD}),
        ("sample7.txt", {"vendor": "HGST", "model": "HUH721212AL5200", "serial": "D5G7WG8L",
                         "wwn": "5000cca2940e56b8", "firmware": "NS07", "size_bytes": 11_756_399_230_976,
                         "rotation_rpm": 7200,
                         "form_factor": "3.5 inches", "interface": "SAS", "kind": StorageKind.HDD}),
    ],
)  # fmt: skip
def test_real_outputs(name, expected):
    assert each(read(sample(f"hardware/smartctl/{name}").read_bytes()).storage) == [expected]


@pytest.mark.samples
@pytest.mark.parametrize("name", ["522a4403-bfb3-4fe6-b454-4db6c3040a58", "e6f5a76f-4905-4553-b4d4-bc73bf1a8022"])
def test_text_and_json_of_one_run_say_the_same(name):
    document = json.loads(sample(f"snapshots/ereuse/{name}.json").read_text())
    (run,) = document["data"]["smart"]
    from_json = said(read(json.dumps(run)).storage[0])
    from_text = said(read("\n".join(run["smartctl"]["output"])).storage[0])
    assert from_text == {key: value for key, value in from_json.items() if key != "device"}


def test_a_drive_that_only_root_may_read_says_what_to_run():
    banner = "smartctl 7.2 2020-12-30 r5155 [x86_64-linux-5.10.0] (local build)\n"
    denied = "Smartctl open device: /dev/{} failed: Permission denied\n"
    found = read_all(banner + denied.format("sda") + banner + denied.format("sdb"))
    assert found.machines[0].storage == ()
    assert [str(warning) for warning in found.warnings] == [
        f"{disk} could not be read by smartctl without root's rights. Run “sudo smartctl -x {disk}”."
        for disk in ("/dev/sda", "/dev/sdb")
    ]
