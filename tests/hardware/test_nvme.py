import json

from maillon.hardware.model import Origin, StorageKind
from tests.hardware.reading_parts import corpus, read, said

NVME = {"kind": StorageKind.NVME, "interface": "NVMe"}


def test_the_controller_identifies_the_drive():
    (drive,) = corpus("nvme/id-ctrl.json").storage
    assert said(drive) == NVME | {
        "model": "SAMSUNG MZVLB256HBHQ-000L7",
        "serial": "S4ELNX0M903118",
        "firmware": "4M2QEXH7",
        "size_bytes": 256_060_514_304,
    }
    assert drive.origin["serial"] == Origin("nvme", "$.sn")


def test_both_layouts_of_the_list():
    (nested,) = corpus("nvme/list-2.json").storage
    flat = {"DevicePath": "/dev/nvme0n1", "SerialNumber": "220635B11AC4", "Firmware": "21106000",
            "ModelNumber": "WDC PC SN530 SDBPNPZ-256G-1006", "PhysicalSize": 256060514304}  # fmt: skip
    (from_flat,) = read(json.dumps({"Devices": [flat]})).storage
    assert said(nested) == said(from_flat)
    assert said(nested)["device"] == "/dev/nvme0n1"
    assert read('{"Devices": []}').storage == ()


def test_a_worn_drive_that_warns_is_not_healthy():
    (drive,) = corpus("nvme/smart-log.json").storage
    assert said(drive) == NVME | {"healthy": False, "power_on_hours": 18344, "power_cycles": 2041, "wear_percent": 100}


def test_a_namespace_gives_the_size():
    document = {"nsze": 500118192, "flbas": 0, "lbafs": [{"ms": 0, "ds": 9, "rp": 0}]}
    assert said(read(json.dumps(document)).storage[0]) == NVME | {"size_bytes": 500118192 * 512}
