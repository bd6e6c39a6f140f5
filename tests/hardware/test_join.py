"""Several tools' words about one machine: what is kept, what is disputed, what must always hold."""

from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillon.hardware.join import join
from maillon.hardware.join_trust import RULES, rank, rule_for
from maillon.hardware.model import (
    Battery,
    Board,
    Chassis,
    Display,
    Firmware,
    Graphics,
    Lock,
    LockKind,
    LockState,
    Machine,
    Memory,
    MemoryModule,
    NetworkInterface,
    NetworkKind,
    Origin,
    Peripheral,
    Port,
    Processor,
    Storage,
    StorageKind,
    System,
    Tpm,
)

GIB = 2**30


def part(cls, tool, **values):
    return cls(**values, origin={name: Origin(tool, f"the {name}") for name in values if name != "modules"})


def machine(tool, **parts):
    return Machine(**parts, tools=(tool,))


def disk(tool, **values):
    return machine(tool, storage=(part(Storage, tool, **values),))


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_parts_complete_each_other_without_dispute():
    joined = join(
        [
            machine("dmidecode", system=part(System, "dmidecode", vendor="LENOVO", serial="PF0ABC12")),
            machine("lshw", system=part(System, "lshw", vendor="Lenovo", family="ThinkPad")),
            machine("lspci", graphics=(part(Graphics, "lspci", model="UHD 620", bus_id="8086:5917"),)),
        ]
    )
    assert (joined.system.serial, joined.system.family, len(joined.graphics)) == ("PF0ABC12", "ThinkPad", 1)
    assert joined.system.origin["family"] == Origin("lshw", "the family")
    assert joined.tools == ("dmidecode", "lspci", "lshw") and joined.disputes == ()


def test_a_disagreement_is_kept_with_its_reason():
    joined = join(
        [
            machine("lshw", system=part(System, "lshw", serial="PF0XYZ99")),
            machine("dmidecode", system=part(System, "dmidecode", serial="PF0ABC12")),
        ]
    )
    (dispute,) = joined.disputes
    assert joined.system.serial == dispute.kept == "PF0ABC12"
    assert (dispute.path, dispute.kept_from.tool) == ("system.serial", "dmidecode")
    assert dispute.others == (("PF0XYZ99", Origin("lshw", "the serial")),)
    assert "firmware's own tables" in str(dispute.because)


def test_the_drives_own_answer_wins_and_names_the_dispute():
    joined = join(
        [
            disk("lshw", serial="S3Z9NB0K", size_bytes=250 * 10**9, device="/dev/sda", model="Samsung SSD 860"),
            disk("smartctl", serial="S3Z9NB0K", size_bytes=500_107_862_016, model="Samsung SSD 860 EVO 500GB"),
        ]
    )
    (drive,) = joined.storage
    assert (drive.size_bytes, drive.model, drive.device) == (500_107_862_016, "Samsung SSD 860 EVO 500GB", "/dev/sda")
    assert [dispute.path for dispute in joined.disputes] == ["storage[S3Z9NB0K].size_bytes"], "a cut name is no dispute"


def test_a_drive_behind_usb_is_removable_whatever_it_is_made_of():
    joined = join(
        [
            disk("smartctl", kind=StorageKind.SATA_SSD, serial="22013A800123", size_bytes=10**12),
            disk("lsblk", kind=StorageKind.REMOVABLE, serial="22013A800123", size_bytes=10**12),
        ]
    )
    assert joined.storage[0].kind == StorageKind.REMOVABLE


def test_what_is_fitted_is_believed_before_what_a_system_sees():
    def memory(tool, size):
        return machine(tool, memory=part(Memory, tool, total_bytes=size))

    seen = join([memory("glpi", int(7.6 * GIB)), memory("dmidecode", 8 * GIB)])
    assert (seen.memory.total_bytes, seen.disputes) == (8 * GIB, ())
    other = join([memory("glpi", 4 * GIB), memory("dmidecode", 8 * GIB)])
    assert [dispute.path for dispute in other.disputes] == ["memory.total_bytes"]


@pytest.mark.parametrize(
    ("path", "field", "kept", "other", "disputed"),
    [
        ("board", "model", "20HES0AB00", "20hes0ab00 ", False),
        ("firmware", "version", "N1MET70W", "N1MET70W (1.55 )", False),
        ("firmware", "version", "N1MET70W", "N1MET71W", True),
        ("firmware", "date", "2022-03-18", "2022-03-19", True),
        ("chassis", "type", "Notebook", "Laptop", False),
        ("chassis", "type", "Notebook", "Tower", True),
        ("system", "vendor", "Hewlett-Packard", "HP", False),
        ("system", "uuid", "1f5c7a90-2f4e-11e5-b5d1-5026908a4c11", "1f5c7a90-2f4e-11e5-b5d1-5026908a4c12", True),
    ],
)
def test_differences_that_mean_nothing_are_no_disputes(path, field, kept, other, disputed):
    cls = {"system": System, "board": Board, "firmware": Firmware, "chassis": Chassis}[path]
    first = machine("dmidecode", **{path: part(cls, "dmidecode", **{field: kept})})
    second = machine("lshw", **{path: part(cls, "lshw", **{field: other})})
    joined = join([second, first])
    assert getattr(getattr(joined, path), field) == kept
    assert bool(joined.disputes) == disputed


def test_a_lock_is_not_overlooked():
    def lock(tool, state):
        origin = {"state": Origin(tool, "line 1")}
        return machine(tool, locks=(Lock(kind=LockKind.FIRMWARE_PASSWORD, state=state, origin=origin),))

    joined = join([lock("dmidecode", LockState.ABSENT), lock("lshw", LockState.LOCKED)])
    assert [found.state for found in joined.locks] == [LockState.LOCKED]
    assert [dispute.path for dispute in joined.disputes] == ["locks[firmware_password].state"]


# --- which parts are the same one -----------------------------------------------------------------------------------


def test_two_alike_drives_swapped_by_a_restart_stay_who_they_are():
    def pair(tool, first, second, **more):
        names = (("/dev/sda", first), ("/dev/sdb", second))
        drives = tuple(
            part(Storage, tool, serial=serial, device=device, model="ST500DM002", size_bytes=500 * 10**9, **more)
            for device, serial in names
        )
        return machine(tool, storage=drives)

    joined = join([pair("smartctl", "Z2AKP0WQ", "Z2AKQ1XR", healthy=True), pair("lshw", "Z2AKQ1XR", "Z2AKP0WQ")])
    assert sorted(drive.serial for drive in joined.storage) == ["Z2AKP0WQ", "Z2AKQ1XR"]


def test_figures_without_a_name_go_to_the_only_drive_they_can_be_of():
    joined = join(
        [
            disk("nvme", kind=StorageKind.NVME, wear_percent=3),
            disk("lspci", kind=StorageKind.NVME, vendor="Samsung Electronics Co Ltd"),
            disk("lsblk", kind=StorageKind.NVME, device="/dev/nvme0n1", size_bytes=256 * 10**9, serial="S4ELNX0M90"),
        ]
    )
    (drive,) = joined.storage
    assert (drive.wear_percent, drive.vendor, drive.serial) == (3, "Samsung Electronics Co Ltd", "S4ELNX0M90")


def test_figures_that_could_be_of_two_drives_go_to_none():
    two = machine(
        "lsblk",
        storage=tuple(
            part(Storage, "lsblk", kind=StorageKind.NVME, device=f"/dev/nvme{n}n1", serial=f"S4ELNX0M9{n}")
            for n in range(2)
        ),
    )
    joined = join([two, disk("nvme", kind=StorageKind.NVME, wear_percent=90)])
    assert len(joined.storage) == 3
    assert {drive.wear_percent for drive in joined.storage if drive.serial} == {None}


def test_modules_that_show_one_serial_number_stay_two():
    def pair(tool):
        modules = tuple(
            part(MemoryModule, tool, slot=f"DIMM{n}", size_bytes=2 * GIB, serial="23853943") for n in range(2)
        )
        return machine(tool, memory=Memory(modules=modules))

    joined = join([pair("dmidecode"), pair("lshw"), pair("inxi")])
    assert [module.slot for module in joined.memory.modules] == ["DIMM0", "DIMM1"]


def test_a_card_with_its_identifiers_and_its_interface_with_its_address_are_one():
    joined = join(
        [
            machine(
                "lspci",
                network=(
                    part(NetworkInterface, "lspci", kind=NetworkKind.WIFI, bus_id="8086:24fd", model="Wireless 8265"),
                    part(NetworkInterface, "lspci", kind=NetworkKind.ETHERNET, bus_id="8086:15d8", model="I219-V"),
                ),
            ),
            machine(
                "ip",
                network=(
                    part(NetworkInterface, "ip", kind=NetworkKind.ETHERNET, mac="8c:16:45:7b:d2:91"),
                    part(NetworkInterface, "ip", kind=NetworkKind.WIFI, mac="74:e5:f9:3a:6c:b2"),
                ),
            ),
        ]
    )
    assert [(card.bus_id, card.mac) for card in joined.network] == [
        ("8086:24fd", "74:e5:f9:3a:6c:b2"),
        ("8086:15d8", "8c:16:45:7b:d2:91"),
    ]


def test_a_panel_and_a_monitor_are_two_screens():
    joined = join(
        [
            machine(
                "edid", displays=(part(Display, "edid", model="LP140WF1", width_mm=309, height_mm=174, year=2014),)
            ),
            machine(
                "hwinfo", displays=(part(Display, "hwinfo", model="P2219H", width_mm=477, height_mm=268, year=2018),)
            ),
        ]
    )
    assert len(joined.displays) == 2


def test_the_running_system_knows_the_battery_better_than_the_firmware():
    joined = join(
        [
            machine("dmidecode", batteries=(part(Battery, "dmidecode", model="45N1127", design_wh=47.5),)),
            machine("sysfs", batteries=(part(Battery, "sysfs", model="45N1127", serial="10203", design_wh=24.05),)),
        ]
    )
    (battery,) = joined.batteries
    assert battery.design_wh == 24.05
    assert [dispute.path for dispute in joined.disputes] == ["batteries[10203].design_wh"]


# --- what must always hold ------------------------------------------------------------------------------------------

TOOLS = ("dmidecode", "smartctl", "lshw", "lspci", "glpi", "fleet list")
NAMES = st.sampled_from([None, "Alpha 1", "alpha-1", "Beta 2", "Gamma"])
SERIALS = st.sampled_from([None, "S3Z9NB0K11", "S3Z9NB0K12", "PF0ABC1234", "0xPF0ABC1234"])
NUMBERS = st.sampled_from([None, 0, 1, 2 * GIB, 2 * GIB + 1, 4 * GIB, 250_059_350_016])


def parts_of(cls, tool, **strategies):
    def build(values):
        return part(cls, tool, **{name: value for name, value in values.items() if value is not None})

    return st.fixed_dictionaries(strategies).map(build)


def few(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


@st.composite
def machines(draw):
    tool = draw(st.sampled_from(TOOLS))
    kinds = st.sampled_from([None, *StorageKind])
    return Machine(
        system=draw(parts_of(System, tool, vendor=NAMES, serial=SERIALS, version=NAMES)),
        firmware=draw(parts_of(Firmware, tool, version=NAMES, uefi=st.sampled_from([None, True, False]))),
        processors=draw(few(parts_of(Processor, tool, model=NAMES, cores=st.sampled_from([None, 2, 4])))),
        memory=Memory(
            total_bytes=draw(NUMBERS),
            modules=draw(few(parts_of(MemoryModule, tool, slot=NAMES, serial=SERIALS, size_bytes=NUMBERS))),
        ),
        storage=draw(few(parts_of(Storage, tool, kind=kinds, serial=SERIALS, model=NAMES, size_bytes=NUMBERS,
                                  device=st.sampled_from([None, "/dev/sda", "/dev/nvme0n1"])))),
        graphics=draw(few(parts_of(Graphics, tool, model=NAMES, bus_id=st.sampled_from([None, "8086:1", "10de:2"])))),
        network=draw(few(parts_of(NetworkInterface, tool, kind=st.sampled_from([None, *NetworkKind]), model=NAMES,
                                  mac=st.sampled_from([None, "a0:b3:cc:e1:7d:52", "a0:b3:cc:e1:7d:53"])))),
        displays=draw(few(parts_of(Display, tool, serial=SERIALS, model=NAMES, year=st.sampled_from([None, 2014])))),
        batteries=draw(few(parts_of(Battery, tool, serial=SERIALS, design_wh=st.sampled_from([None, 24.0, 48.0])))),
        cameras=draw(few(parts_of(Peripheral, tool, model=NAMES))),
        ports=draw(few(parts_of(Port, tool, kind=NAMES, label=NAMES))),
        tpm=draw(st.none() | parts_of(Tpm, tool, version=st.sampled_from([None, "1.2", "2.0"]))),
        operating_system=draw(NAMES),
        seen_at=draw(st.sampled_from([None, "2024-01-01", "2024-01-02"])),
        tools=(tool,),
    )  # fmt: skip


LISTS = ("processors", "storage", "graphics", "displays", "network", "batteries", "cameras", "ports")


def pieces(found):
    yield from (found.system, found.chassis, found.board, found.firmware, found.memory, *found.memory.modules)
    yield from (piece for name in LISTS for piece in getattr(found, name))
    yield from (found.tpm,) if found.tpm else ()


def values(found):
    """Every value said, with the part and field it is of."""
    return {
        (type(piece).__name__, field.name, getattr(piece, field.name))
        for piece in pieces(found)
        for field in fields(piece)
        if field.name not in ("origin", "modules") and getattr(piece, field.name) is not None
    }


always = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@always
@given(machines())
def test_joining_one_changes_nothing(found):
    assert join([found]) == found
    assert join([found, found]) == found


@always
@given(st.lists(machines(), max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_the_parts_does_not_matter(parts, random):
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert join(shuffled) == join(parts)


@always
@given(st.lists(machines(), max_size=4))
def test_joining_again_changes_nothing(parts):
    joined = join(parts)
    assert join([joined]) == join([joined, joined]) == joined


@always
@given(st.lists(machines(), max_size=4))
def test_no_value_appears_that_no_part_said(parts):
    unsaid = {("Storage", "kind", StorageKind.UNKNOWN), ("NetworkInterface", "kind", NetworkKind.UNKNOWN)}
    assert values(join(parts)) - unsaid <= set().union(*map(values, parts)) if parts else True


@always
@given(st.lists(machines(), max_size=4))
def test_every_value_kept_has_the_origin_its_part_gave(parts):
    given_by = {
        (field, getattr(piece, field), origin)
        for found in parts
        for piece in pieces(found)
        for field, origin in piece.origin.items()
    }
    kept = {
        (field, getattr(piece, field), origin)
        for piece in pieces(join(parts))
        for field, origin in piece.origin.items()
    }
    assert kept <= given_by


@always
@given(st.lists(machines(), max_size=4))
def test_no_identity_is_lost(parts):
    joined = join(parts)
    heard = {value for _cls, field, value in set().union(set(), *map(values, parts)) if field in ("serial", "mac")}
    kept = {value for _cls, field, value in values(joined) if field in ("serial", "mac")}
    disputed = {value for dispute in joined.disputes for value, _at in dispute.others if isinstance(value, str)}
    plain = {value.removeprefix("0x") for value in kept | disputed}
    assert {value.removeprefix("0x") for value in heard} <= plain


def test_the_orders_of_trust_are_whole():
    assert rule_for("storage.kind").path == "storage.kind" and rule_for("storage.serial").path == "storage"
    assert rule_for("system.serial").path == ""
    assert all(len(set(rule.tools)) == len(rule.tools) for rule in RULES)
    assert rank("storage.size_bytes", "smartctl 7.3") < rank("storage.size_bytes", "lshw")
    assert rank("processors.model", "lscpu") < rank("processors.model", "dmidecode 3.3")
    assert rank("system.serial", "dmidecode") < rank("system.serial", "a tool nobody knows")


def test_a_heap_of_parts_is_kept_as_it_is():
    many = machine("lspci", cameras=tuple(part(Peripheral, "lspci", model=f"Camera {n}") for n in range(400)))
    assert len(join([many, machine("lsusb", cameras=(part(Peripheral, "lsusb", model="Camera 1"),))]).cameras) == 401


@pytest.mark.parametrize(
    ("where", "cls", "one", "other", "common"),
    [
        ("network", NetworkInterface, {"mac": "a0:b3:cc:e1:7d:52"}, {"mac": "a0:b3:cc:e1:7d:53"}, {"model": "I219-V"}),
        ("network", NetworkInterface, {"bus_id": "8086:15d8"}, {"bus_id": "8086:15d7"}, {"model": "I219-V"}),
        ("graphics", Graphics, {"bus_id": "8086:5917"}, {"bus_id": "10de:1d10"}, {"model": "Graphics"}),
        ("graphics", Graphics, {"vendor": "Intel"}, {"vendor": "NVIDIA Corporation"}, {}),
        ("storage", Storage, {"serial": "S3Z9NB0K11"}, {"serial": "S3Z9NB0K12"}, {"model": "SSD 860 EVO"}),
        ("storage", Storage, {"wwn": "50014ee260a409a4"}, {"wwn": "50014ee260a409a5"}, {"model": "SSD 860 EVO"}),
        ("storage", Storage, {"size_bytes": 250 * 10**9}, {"size_bytes": 500 * 10**9}, {"device": "/dev/sda"}),
        ("storage", Storage, {"kind": StorageKind.OPTICAL}, {"kind": StorageKind.HDD}, {"device": "/dev/sda"}),
        ("displays", Display, {"serial": "8KQ5F9A2"}, {"serial": "8KQ5F9A3"}, {"model": "P2219H"}),
        ("displays", Display, {"built_in": True}, {"built_in": False}, {"year": 2018}),
        ("batteries", Battery, {"serial": "10203"}, {"serial": "10204"}, {"model": "45N1127"}),
        ("cameras", Peripheral, {"bus_id": "04f2:b51d"}, {"bus_id": "046d:08e5"}, {"model": "Camera"}),
        ("ports", Port, {"kind": "USB"}, {"kind": "HDMI"}, {"label": "Port 1"}),
    ],
)  # fmt: skip
def test_parts_that_show_different_identities_stay_two(where, cls, one, other, common):
    first = machine("lshw", **{where: (part(cls, "lshw", **one, **common),)})
    second = machine("hwinfo", **{where: (part(cls, "hwinfo", **other, **common),)})
    assert len(getattr(join([first, second]), where)) == 2
    same = machine("hwinfo", **{where: (part(cls, "hwinfo", **one, **common),)})
    assert len(getattr(join([first, same]), where)) == 1
