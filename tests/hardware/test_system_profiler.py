"""What macOS says of a machine; corpus written by the project."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.hardware import reading
from maillon.hardware.criteria import facts_of
from maillon.hardware.formats import Where
from maillon.hardware.model import Kind, LockKind, LockState, Machine, NetworkKind, Reading, StorageKind
from maillon.hardware.readers import system_profiler

from .samples import CORPUS

M1 = "system_profiler/macbook-air-m1.json"
INTEL = "system_profiler/macbook-pro-2015.json"
TEXT = "system_profiler/overview.txt"


def read(path):
    result = reading.read((CORPUS / path).read_bytes())
    assert isinstance(result, Reading), str(result.reason)
    return result


def test_a_mac_with_an_apple_chip():
    result = read(M1)
    (found,) = result.machines
    assert (found.system.vendor, found.system.product_name, found.system.sku) == (
        "Apple",
        "MacBookAir10,1",
        "MGN63FN/A",
    )
    assert (found.system.serial, found.system.uuid) == ("C02FX0AAQ6L4", "a1b2c3d4-1122-5a5b-9c8d-0e1f2a3b4c5d")
    processor = found.processors[0]
    assert (processor.vendor, processor.model, processor.cores, processor.architecture) == ("Apple", "M1", 8, "aarch64")
    assert found.memory.total_bytes == 8 * 2**30
    assert [(m.form_factor, m.type, m.vendor) for m in found.memory.modules] == [("soldered", "LPDDR4", "SK hynix")]
    assert found.memory.slots is None
    (disk,) = found.storage
    assert (disk.kind, disk.size_bytes, disk.healthy, disk.serial) == (
        StorageKind.NVME, 251000193024, True, "0ba01234567890ab",
    )  # fmt: skip
    assert [(d.built_in, d.width_px, d.height_px) for d in found.displays] == [(True, 2560, 1600)]
    assert [(n.kind, n.mac) for n in found.network] == [(NetworkKind.WIFI, "3c:06:30:10:20:31")]
    assert [a.model for a in found.audio] == ["MacBook Air Microphone"]  # the headset is not the machine's
    assert [c.model for c in found.cameras] == ["FaceTime HD Camera"]
    assert found.firmware.secure_boot is True and found.operating_system == "macOS 14.2 (23C64)"
    assert found.storage[0].origin["healthy"].at == "$.SPNVMeDataType[0]._items[0].smart_status"


def test_activation_lock_forbids_reuse():
    (lock,) = read(M1).machines[0].locks
    assert (lock.kind, lock.state) == (LockKind.ACTIVATION_LOCK, LockState.LOCKED)
    assert [lock.state for lock in read(TEXT).machines[0].locks] == [LockState.ABSENT]
    assert read(INTEL).machines[0].locks == ()  # older systems do not tell: nothing is claimed


def test_a_battery_that_only_gives_a_percentage_has_its_health_and_no_energy():
    result = read(M1)
    (battery,) = result.machines[0].batteries
    assert (battery.cycles, battery.full_wh, battery.design_wh, battery.serial) == (312, None, None, "D861234ABCD")
    assert battery.health == 0.86
    assert battery.origin["health"].at.endswith(".sppower_battery_health_maximum_capacity")
    assert facts_of(result.machines[0]).battery_health == 0.86


def test_milliampere_hours_times_volts_are_an_energy():
    (battery,) = read(INTEL).machines[0].batteries
    assert (battery.full_wh, battery.design_wh, battery.cycles) == (69.3, None, 714)
    (battery,) = read(TEXT).machines[0].batteries
    assert (battery.full_wh, battery.health, battery.cycles, battery.vendor) == (57.728, 0.91, 101, "DP")


def test_a_mac_with_an_intel_processor():
    (found,) = read(INTEL).machines
    processor = found.processors[0]
    assert (processor.vendor, processor.model, processor.cores) == ("Intel", "Core i5", 2)
    assert (processor.frequency_mhz, processor.architecture) == (2700, "x86_64")
    memory = found.memory
    assert (memory.total_bytes, memory.slots, len(memory.modules)) == (8 * 2**30, 2, 2)
    module = memory.modules[0]
    assert (module.slot, module.speed_mts, module.serial) == ("BANK 0/DIMM0", 1867, None)
    assert (module.part_number, module.vendor) == ("K4E6E304EE-EGCF", "Samsung")
    (disk,) = found.storage
    assert (disk.kind, disk.interface, disk.healthy) == (StorageKind.SATA_SSD, "SATA", False)
    assert [(g.model, g.bus_id, g.memory_bytes) for g in found.graphics] == [
        ("Intel Iris Graphics 6100", "8086:162b", 1536 * 2**20)
    ]


def test_the_text_form_tells_hardware_and_power_with_lines():
    result = read(TEXT)
    (found,) = result.machines
    assert result.format == "system_profiler-text"
    assert (found.system.product_name, found.system.serial) == ("MacBookPro17,1", "FVFFX0AAQ05D")
    assert (found.processors[0].cores, found.memory.total_bytes) == (8, 16 * 2**30)
    assert found.system.origin["serial"].at == "line 13"


def test_volumes_alone_tell_the_drives_they_are_on():
    volume = {
        "_name": "Macintosh HD",
        "physical_drive": {
            "device_name": "APPLE HDD HTS541010A9E662", "is_internal_disk": "yes", "medium_type": "rotational",
            "protocol": "SATA", "smart_status": "Verified",
        },
    }  # fmt: skip
    stick = {"_name": "CLE", "physical_drive": {"device_name": "Flash", "is_internal_disk": "no", "protocol": "USB"}}
    document = {"SPStorageDataType": [volume, dict(volume, _name="Data"), stick]}
    (found,) = reading.read(json.dumps(document).encode()).machines
    assert [(s.kind, s.healthy) for s in found.storage] == [(StorageKind.HDD, True), (StorageKind.REMOVABLE, None)]


@pytest.mark.parametrize(
    ("said", "secure"), [("Full Security", True), ("Medium Security", True), ("No Security", False)]
)
def test_secure_boot_of_a_t2_chip(said, secure):
    bridge = {"ibridge_model_name": "Apple T2 Security Chip", "ibridge_secure_boot": said}
    document = {"SPHardwareDataType": [{"machine_model": "MacBookPro16,2"}], "SPiBridgeDataType": [bridge]}
    (found,) = reading.read(json.dumps(document).encode()).machines
    assert (found.tpm.vendor, found.firmware.secure_boot) == ("Apple T2 Security Chip", secure)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_values_of_any_type_never_crash_the_reader(data):
    document = json.loads((CORPUS / data.draw(st.sampled_from([M1, INTEL]))).read_text("utf-8"))
    for _change in range(data.draw(st.integers(1, 4))):
        node = document
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
                node[key] = data.draw(ANY)
                break
            node = node[key]
    assert isinstance(system_profiler.parse_json(document, Where("system_profiler")), Machine | Reading)


FRENCH = """\
Matériel :

    Informations matérielles :

      Nom du modèle : MacBook Air
      Identifiant du modèle : MacBookAir7,2
      Nom du processeur : Dual-Core Intel Core i5
      Vitesse du processeur : 1,6 GHz
      Nombre de processeurs : 1
      Nombre total de cœurs : 2
      Mémoire : 8 Go
      Numéro de série (système) : FVFXXABCJ1WK
      UUID du matériel : 1A2B3C4D-5E6F-5A1B-9C2D-3E4F5A6B7C8D
"""


def test_the_french_overview_says_the_same():
    (machine,) = reading.read(FRENCH.encode()).machines
    assert (machine.kind, machine.model) == (Kind.NOTEBOOK, "MacBook Air (13-inch, Early 2015 or 2017)")
    assert (machine.system.serial, machine.memory.total_bytes) == ("FVFXXABCJ1WK", 8 * 2**30)
    (processor,) = machine.processors
    assert (processor.vendor, processor.cores, processor.frequency_mhz) == ("Intel", 2, 1600)


def test_what_system_information_saves_is_read():
    """A property list, as .spx files and `system_profiler -xml` are."""
    items = (
        "<dict><key>machine_model</key><string>MacBookPro12,1</string><key>physical_memory</key><string>8 GB</string>"
    )
    items += "<key>packages</key><integer>1</integer><key>serial_number</key><string>C02QABCDFVH3</string></dict>"
    group = (
        f"<dict><key>_dataType</key><string>SPHardwareDataType</string><key>_items</key><array>{items}</array></dict>"
    )
    result = reading.read(f'<?xml version="1.0"?><plist version="1.0"><array>{group}</array></plist>'.encode())
    (machine,) = result.machines
    assert (result.format, machine.system.serial) == ("system_profiler-xml", "C02QABCDFVH3")
    assert machine.model == "MacBook Pro (Retina, 13-inch, Early 2015)"


def test_what_was_not_asked_of_a_mac_is_not_absent():
    hardware = {"machine_model": "MacBookPro15,2", "cpu_type": "Quad-Core Intel Core i5", "packages": 1}
    sections = {"SPHardwareDataType": [hardware]}
    (asked,) = reading.read(json.dumps(sections | {"SPCameraDataType": []}).encode()).machines
    (silent,) = reading.read(json.dumps(sections).encode()).machines
    assert (facts_of(asked).camera, facts_of(silent).camera) == (False, None)
    assert facts_of(silent).disks is None


def test_a_mac_dates_the_processor_that_it_does_not_name():
    hardware = {"machine_model": "iMac19,1", "cpu_type": "6-Core Intel Core i5", "number_processors": 6, "packages": 1}
    (machine,) = reading.read(json.dumps({"SPHardwareDataType": [hardware]}).encode()).machines
    (processor,) = machine.processors
    assert (processor.model, processor.release_year, processor.generation) == ("Core i5", 2019, None)
    assert facts_of(machine).speed_class == 4
