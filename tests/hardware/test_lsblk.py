import json

from maillon.hardware.model import Origin, StorageKind
from tests.hardware.reading_parts import corpus, read, said


def test_drives_and_nothing_made_by_software():
    drives = corpus("lsblk/disks.json").storage
    assert [(drive.device, drive.kind) for drive in drives] == [
        ("/dev/sda", StorageKind.HDD),
        ("/dev/nvme0n1", StorageKind.NVME),
        ("/dev/sdb", StorageKind.REMOVABLE),
        ("/dev/mmcblk0", StorageKind.UNKNOWN),
        ("/dev/sr0", StorageKind.OPTICAL),
    ]
    assert said(drives[0]) == {
        "kind": StorageKind.HDD,
        "model": "HGST HTS545050A7E680",
        "serial": "RB250AM526GKPX",
        "wwn": "5000cca7d5d1f0c2",
        "firmware": "G1BD",
        "size_bytes": 500_107_862_016,
        "interface": "SATA",
        "device": "/dev/sda",
    }
    assert drives[0].origin["serial"] == Origin("lsblk", "$.blockdevices[0].serial")
    assert drives[3].size_bytes == round(29.1 * 2**30), "a size without -b is a rounded text"
    assert drives[4].size_bytes is None, "the size of a disc is not the drive's"


def test_soldered_flash_shows_its_boot_partitions():
    card = {"name": "mmcblk1", "type": "disk", "size": 31_914_983_424, "rm": False}
    flash = {"name": "mmcblk0", "type": "disk", "size": 62_537_072_640, "rm": False}
    boot = {"name": "mmcblk0boot0", "type": "disk", "size": 4_194_304}
    found = read(json.dumps({"blockdevices": [flash, boot, card]})).storage
    assert [(drive.device, drive.kind, drive.interface) for drive in found] == [
        ("/dev/mmcblk0", StorageKind.EMMC, "eMMC"),
        ("/dev/mmcblk1", StorageKind.UNKNOWN, None),
    ]
