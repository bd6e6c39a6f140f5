import pytest

from maillon.hardware.model import LockState, Origin, StorageKind
from tests.hardware.reading_parts import corpus, each, read, read_all
from tests.hardware.samples import sample


def test_two_drives_with_their_locks():
    machine = corpus("hdparm/two-drives.txt")
    assert each(machine.storage) == [
        {
            "kind": StorageKind.HDD,
            "model": "TOSHIBA MQ01ABD050",
            "serial": "84H2T1PVS",
            "wwn": "500003950c3b1e52",
            "firmware": "AX0R2J",
            "size_bytes": 500_107_862_016,
            "interface": "SATA",
            "rotation_rpm": 5400,
            "form_factor": "2.5 inch",
            "device": "/dev/sda",
            "security": "locked",
        },
        {
            "kind": StorageKind.SATA_SSD,
            "model": "KINGSTON SA400S37240G",
            "serial": "50026B7782B4E0F1",
            "firmware": "SBFKB1D1",
            "size_bytes": 240_057_409_536,
            "interface": "SATA",
            "rotation_rpm": 0,
            "device": "/dev/sdb",
            "security": "frozen",
        },
    ]
    assert machine.storage[0].origin["serial"] == Origin("hdparm", "line 6")
    assert [(lock.state, lock.evidence) for lock in machine.locks] == [
        (LockState.LOCKED, "84H2T1PVS: locked"),
        (LockState.ABSENT, "50026B7782B4E0F1: frozen"),
    ]


def test_a_password_that_is_open_is_there_all_the_same():
    text = (
        "/dev/sda:\n\nATA device, with non-removable media\n\tModel Number: X1\n\tSerial Number: 7HWQ02KD\nSecurity: \n"
        "\t\tsupported\n\t\tenabled\n\tnot\tlocked\n\tnot\tfrozen\n"
    )
    machine = read(text)
    assert machine.storage[0].security == "enabled"
    assert machine.locks[0].state == LockState.PRESENT


def test_a_drive_without_security_has_no_lock():
    text = "/dev/sda:\n\nATA device, with non-removable media\n\tModel Number: X1\nSecurity: \n\tnot\tsupported\n"
    machine = read(text)
    assert machine.storage[0].security is None and machine.locks == ()


@pytest.mark.samples
def test_a_real_ssd():
    machine = read(sample("hardware/hdparm/linux1.txt").read_bytes())
    assert each(machine.storage) == [
        {
            "kind": StorageKind.SATA_SSD,
            "model": "SAMSUNG SSD PM830 mSATA 256GB",
            "serial": "S0XPNYAD412339",
            "wwn": "5002538043584d30",
            "firmware": "CXM13D1Q",
            "size_bytes": 256_060_514_304,
            "interface": "SATA",
            "rotation_rpm": 0,
            "device": "/dev/sda",
            "security": "disabled",
        }
    ]


@pytest.mark.samples
def test_garbage_from_a_controller_is_not_taken_for_facts():
    reading = read_all(sample("hardware/hdparm/linux2.txt").read_bytes())
    assert each(reading.machines[0].storage) == [{"device": "/dev/sdb"}]
    assert "line 2" in str(reading.warnings[0]) and "smartctl" in str(reading.warnings[0])


def test_a_cd_drive_alone_is_read():
    text = "\n/dev/sr0:\n\nATAPI CD-ROM, with removable media\n\tModel Number:       HL-DT-ST DVD+-RW GU90N   \n"
    (drive,) = read(text).storage
    assert (drive.kind, drive.model) == (StorageKind.OPTICAL, "HL-DT-ST DVD+-RW GU90N")
