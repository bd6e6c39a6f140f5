"""One machine read twice is one, two that share filler or a clone are two, and doubt goes to a person."""

from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillon.hardware.identity import (
    MARK_NAMES,
    Decision,
    Fingerprint,
    Mark,
    Verdict,
    best_candidates,
    compare,
    decide,
    fingerprints,
    match,
)
from maillon.hardware.model import (
    Battery,
    Board,
    Chassis,
    Machine,
    Memory,
    MemoryModule,
    NetworkInterface,
    NetworkKind,
    Reading,
    Storage,
    StorageKind,
    System,
)
from maillon.hardware.reading import read

UUID = "4c4c4544-0037-5810-8034-b7c04f4d5132"
OTHER_UUID = "c2a9d1b7-51e2-4b7f-93c8-1f6e0d7a2b35"


def laptop(**changes):
    parts = {
        "system": System(vendor="Lenovo", serial="PF0QX7K2", uuid=UUID),
        "board": Board(vendor="Lenovo", serial="L1HF83A00QZ"),
        "chassis": Chassis(serial="PF0QX7K2"),
        "memory": Memory(modules=(MemoryModule(part_number="M471A1K43CB1", serial="35A7C2E1"),)),
        "storage": (Storage(kind=StorageKind.HDD, serial="WD-WX41E3472918", wwn="0x50014ee2b7d1c3a5"),),
        "network": (NetworkInterface(kind=NetworkKind.ETHERNET, mac="54:ee:75:a1:b2:c4"),),
        "batteries": (Battery(model="45N1767", serial="20731"),),
    }
    return Machine(**{**parts, **changes})


OTHER = laptop(
    system=System(vendor="Lenovo", serial="PF0TT9M4", uuid=OTHER_UUID),
    board=Board(vendor="Lenovo", serial="L1HF91B77QA"),
    chassis=Chassis(serial="PF0TT9M4"),
    memory=Memory(modules=(MemoryModule(part_number="M471A1K43CB1", serial="9C42D7F3"),)),
    storage=(Storage(kind=StorageKind.HDD, serial="WD-WX71A5581203"),),
    network=(NetworkInterface(kind=NetworkKind.ETHERNET, mac="54:ee:75:99:10:fe"),),
    batteries=(Battery(model="45N1767", serial="48812"),),
)
NEW_DISK = (Storage(kind=StorageKind.SATA_SSD, serial="S3Z9NB0K411872"),)


def verdict_and_reason(a, b):
    found = match(a, b)
    return found.verdict, str(found.because)


def test_the_same_reading_twice():
    assert verdict_and_reason(laptop(), laptop()) == (Verdict.SAME, "Same serial number.")


def test_two_machines_of_one_model():
    assert verdict_and_reason(laptop(), OTHER) == (Verdict.DIFFERENT, "Two machines: their identifiers differ.")


def test_a_changed_disk():
    assert verdict_and_reason(laptop(), laptop(storage=NEW_DISK)) == (
        Verdict.SAME,
        "Same serial number; the disk was changed.",
    )


def test_a_replaced_motherboard():
    after = laptop(
        system=System(vendor="Lenovo", serial="PF0QX7K2", uuid=OTHER_UUID),
        board=Board(vendor="Lenovo", serial="L1HF91B77QA"),
        network=OTHER.network,
    )
    assert verdict_and_reason(laptop(), after) == (
        Verdict.SAME,
        "Same serial number and parts; the motherboard was replaced or reset.",
    )


def test_a_replaced_motherboard_without_any_other_witness_is_a_doubt():
    before = Machine(system=laptop().system, board=laptop().board)
    after = Machine(system=replace(before.system, uuid=OTHER_UUID), board=OTHER.board)
    assert match(before, after).verdict is Verdict.DOUBT


def test_a_cmos_battery_change_that_lost_serial_and_uuid():
    after = laptop(
        system=System(vendor="Lenovo", serial="To be filled by O.E.M.", uuid="03000200-0400-0500-0006-000700080009"),
        chassis=Chassis(serial="Default string"),
    )
    assert verdict_and_reason(laptop(), after) == (
        Verdict.SAME,
        "Same motherboard; its serial number or UUID can no longer be read.",
    )


def test_a_reset_that_also_lost_the_board_leaves_the_parts():
    after = laptop(system=System(vendor="Lenovo"), chassis=Chassis(), board=Board(vendor="Lenovo"))
    assert verdict_and_reason(laptop(), after) == (
        Verdict.SAME,
        "No serial number on one side, but the same parts.",
    )


def test_a_cloned_uuid_is_not_identity():
    clone = replace(OTHER, system=replace(OTHER.system, uuid=UUID))
    assert verdict_and_reason(laptop(), clone) == (
        Verdict.DIFFERENT,
        "A cloned system UUID: serial number, motherboard or parts are others.",
    )


def test_a_serial_number_used_twice_is_two_machines():
    twin = replace(OTHER, system=replace(OTHER.system, serial="PF0QX7K2"), chassis=Chassis(serial="PF0QX7K2"))
    assert match(laptop(), twin).verdict is Verdict.DIFFERENT
    assert "one serial number" in str(match(laptop(), twin).because)


@pytest.mark.parametrize(
    "filler", ["To be filled by O.E.M.", "123456789", "Default string", "0000000000", "System Serial Number"]
)
def test_filler_shared_is_not_identity(filler):
    a = replace(laptop(), system=System(vendor="Lenovo", serial=filler, uuid="ffffffff-ffff-ffff-ffff-ffffffffffff"))
    b = replace(OTHER, system=a.system)
    assert match(replace(a, chassis=Chassis()), replace(b, chassis=Chassis())).verdict is Verdict.DIFFERENT
    only_filler = Machine(system=a.system)
    assert fingerprints(only_filler) == ()
    assert match(only_filler, only_filler).verdict is Verdict.DOUBT


def test_a_disk_moved_to_another_machine():
    receiver = replace(OTHER, storage=laptop().storage)
    found = match(laptop(), receiver)
    assert (found.verdict, str(found.because)) == (
        Verdict.DIFFERENT,
        "Two machines; a disk moved from one to the other.",
    )
    assert found.moved == (Mark.DISK_SERIAL,)


def test_disk_and_memory_moved_to_another_machine():
    receiver = replace(OTHER, storage=laptop().storage, memory=laptop().memory)
    assert match(laptop(), receiver).verdict is Verdict.DIFFERENT


def test_too_little_to_tell():
    assert match(Machine(), laptop()).verdict is Verdict.DOUBT
    lone = Machine(storage=laptop().storage)
    assert match(lone, laptop()).verdict is Verdict.DOUBT
    assert "moved" in str(match(lone, laptop()).because)


def test_a_list_that_gives_the_serial_without_the_vendor():
    line = Machine(system=System(serial="pf0qx7k2"))
    assert verdict_and_reason(line, laptop()) == (Verdict.SAME, "Same serial number.")


def test_the_same_serial_of_two_vendors_conflicts():
    a = Machine(system=System(vendor="HP", serial="5CG8231XYZ"))
    b = Machine(system=System(vendor="Acer", serial="5CG8231XYZ"))
    assert match(a, b).verdict is Verdict.DIFFERENT


def test_the_machine_number_printed_on_its_board_is_not_a_second_witness():
    machine = Machine(system=System(vendor="Dell", serial="7XK9Q42"), board=Board(vendor="Dell", serial="7XK9Q42"))
    assert {mark.kind for mark in fingerprints(machine)} == {Mark.SYSTEM_SERIAL, Mark.PLAIN_SERIAL}


def test_a_uuid_in_the_other_byte_order_is_the_same():
    swapped = "44454c4c-3700-1058-8034-b7c04f4d5132"
    a, b = Machine(system=System(uuid=UUID)), Machine(system=System(uuid=swapped))
    assert verdict_and_reason(a, b) == (Verdict.SAME, "Same system UUID.")


def test_a_disk_known_by_wwn_or_by_serial_is_one_disk():
    by_wwn = laptop(storage=(Storage(kind=StorageKind.HDD, wwn="50014EE2B7D1C3A5"),))
    assert Mark.DISK_SERIAL in match(laptop(), by_wwn).agreeing


def test_virtual_machines_are_told_by_their_uuid():
    def guest(uuid):
        return Machine(
            system=System(vendor="QEMU", uuid=uuid),
            storage=(Storage(serial="QM00001"),),
            network=(NetworkInterface(mac="52:54:00:12:34:56"),),
        )

    assert match(guest(UUID), guest(UUID)).verdict is Verdict.SAME
    assert match(guest(UUID), guest(OTHER_UUID)).verdict is Verdict.DIFFERENT


def test_removable_and_optical_drives_are_not_identity():
    stick = Machine(storage=(Storage(kind=StorageKind.REMOVABLE, serial="4C530001230720"),))
    assert fingerprints(stick) == ()


# --- the whole table, once

GROUPS = ("serial", "uuid", "board", "chassis", "mac", "disk", "memory", "battery")
TABLES = [dict(zip(GROUPS, signs, strict=True)) for signs in product((-1, 0, 1), repeat=len(GROUPS))]
RANK = {Verdict.DIFFERENT: 0, Verdict.DOUBT: 1, Verdict.SAME: 2}


def test_more_agreement_never_lowers_the_verdict():
    broken = []
    for table in TABLES:
        before = RANK[decide(table)[0]]
        for group in GROUPS:
            if table[group] < 1 and RANK[decide({**table, group: 1})[0]] < before:
                broken.append((table, group))
    assert not broken, broken[:3]


def test_more_conflict_never_makes_two_machines_one():
    for table in TABLES:
        if decide(table)[0] is Verdict.DIFFERENT:
            worse = [{**table, group: -1} for group in GROUPS if table[group] == 0]
            assert all(decide(conflict)[0] is not Verdict.SAME for conflict in worse), table


def test_without_any_agreement_nothing_is_the_same():
    assert not [t for t in TABLES if 1 not in t.values() and decide(t)[0] is Verdict.SAME]


# --- properties over machines

serials = st.sampled_from([None, "PF0QX7K2", "PF0TT9M4", "Default string"])
machines = st.builds(
    lambda serial, uuid, board, disk, mac, ram: Machine(
        system=System(vendor="Dell", serial=serial, uuid=uuid),
        board=Board(vendor="Dell", serial=board),
        storage=(Storage(kind=StorageKind.HDD, serial=disk),) if disk else (),
        network=(NetworkInterface(mac=mac),) if mac else (),
        memory=Memory(modules=(MemoryModule(serial=ram),)) if ram else Memory(),
    ),
    serials,
    st.sampled_from([None, UUID, OTHER_UUID, "00000000-0000-0000-0000-000000000000"]),
    st.sampled_from([None, "L1HF83A00QZ", "L1HF91B77QA"]),
    st.sampled_from([None, "WD-WX41E3472918", "S3Z9NB0K411872"]),
    st.sampled_from([None, "54:ee:75:a1:b2:c4", "54:ee:75:99:10:fe", "52:54:00:12:34:56"]),
    st.sampled_from([None, "35A7C2E1", "9C42D7F3"]),
)


@settings(deadline=None)
@given(machines, machines)
def test_symmetric_and_deterministic(a, b):
    assert match(a, b) == match(b, a) == match(a, b)


@settings(deadline=None)
@given(machines)
def test_a_machine_that_names_itself_is_itself(machine):
    names = {mark.kind for mark in fingerprints(machine)}
    verdict = match(machine, machine).verdict
    assert verdict is not Verdict.DIFFERENT
    if names & {Mark.SYSTEM_SERIAL, Mark.SYSTEM_UUID, Mark.BOARD_SERIAL}:
        assert verdict is Verdict.SAME


@settings(deadline=None)
@given(machines, machines, st.sampled_from(["storage", "network", "memory", "system", "board"]))
def test_a_part_made_common_never_turns_one_machine_into_two(a, b, part):
    before = match(a, b).verdict
    after = match(a, replace(b, **{part: getattr(a, part)})).verdict
    if before is Verdict.SAME and fingerprints(replace(Machine(), **{part: getattr(a, part)})):
        assert after is not Verdict.DIFFERENT


@settings(deadline=None)
@given(machines, machines)
def test_every_reason_is_a_sentence(a, b):
    found = match(a, b)
    assert str(found.because).endswith((".", "?"))
    assert set(found.agreeing).isdisjoint(found.conflicting)


# --- against a stock


def test_recognised_among_many():
    stock = {"MA-1": fingerprints(OTHER), "MA-2": fingerprints(laptop(storage=NEW_DISK))}
    found = best_candidates(laptop(), stock)
    assert (found.decision, found.key) == (Decision.KNOWN, "MA-2")
    assert str(found.because) == "Same serial number; the disk was changed."
    assert [key for key, _match in found.matches] == ["MA-2", "MA-1"]


def test_new_with_a_note_when_only_a_disk_is_known():
    donor = laptop()
    found = best_candidates(replace(OTHER, storage=donor.storage), {7: fingerprints(donor)})
    assert (found.decision, found.key) == (Decision.NEW, None)
    assert "a disk moved" in str(found.because)


def test_two_known_machines_that_both_match_are_a_doubt():
    found = best_candidates(laptop(), {1: fingerprints(laptop()), 2: fingerprints(laptop(storage=NEW_DISK))})
    assert found.decision is Decision.DOUBT and found.key is None
    assert len(found.matches) == 2


def test_nothing_known_and_nothing_to_know():
    assert best_candidates(laptop(), {}).decision is Decision.NEW
    unnamed = best_candidates(Machine(), {1: fingerprints(laptop())})
    assert unnamed.decision is Decision.NEW and "scan its label" in str(unnamed.because)


def test_fingerprints_read_back_from_a_database_as_plain_strings():
    stored = [Fingerprint(str(kind), value, weight) for kind, value, weight in fingerprints(laptop())]  # type: ignore[arg-type]
    assert compare(stored, fingerprints(laptop())).verdict is Verdict.SAME


def test_every_mark_has_a_name_and_fits_the_index():
    assert set(MARK_NAMES) == set(Mark)
    long = Machine(system=System(vendor="HP", serial="5CG" + "8231XYZ" * 60))
    assert all(len(mark.value) <= 160 for mark in fingerprints(long))


# --- real snapshots

SNAPSHOTS = Path(__file__).resolve().parents[2] / "../shared/samples/snapshots/ereuse"


@pytest.mark.samples
def test_two_real_snapshots_of_one_machine_and_all_others():
    if not SNAPSHOTS.is_dir():
        pytest.skip("no samples beside the repository")
    readings = {path.name: read(path.read_bytes(), path.name) for path in sorted(SNAPSHOTS.glob("*.json"))}
    known = {name: found.machines[0] for name, found in readings.items() if isinstance(found, Reading)}
    same = {
        (a, b) for (a, left), (b, right) in combinations(known.items(), 2) if match(left, right).verdict is Verdict.SAME
    }
    assert same == {("snapshot_workbench-script.json", "snapshot_workbench-script_legacy.json")}
    for name, machine in known.items():
        others = {key: fingerprints(other) for key, other in known.items() if key not in (name, *_twins(name, same))}
        assert best_candidates(machine, others).decision is Decision.NEW, name


def _twins(name, pairs):
    return {other for pair in pairs if name in pair for other in pair}


@pytest.mark.parametrize(
    "adapter",
    [
        NetworkInterface(kind=NetworkKind.ETHERNET, mac="00:e0:4c:a1:b2:c4", driver="r8152"),
        NetworkInterface(kind=NetworkKind.ETHERNET, mac="00:50:b6:a1:b2:c4", model="ASIX AX88179 USB 3.0 to Gigabit"),
        NetworkInterface(kind=NetworkKind.ETHERNET, mac="3c:e1:a1:a1:b2:c4", model="ThinkPad Dock Ethernet"),
    ],
)
def test_a_dongle_or_a_dock_that_a_bench_lends_to_all_joins_no_two(adapter):
    """Not even with the bench's own test disk, where neither has a serial number: that is one part, not two."""
    nameless = {"system": System(), "board": Board(), "chassis": Chassis(), "memory": Memory(), "batteries": ()}
    bench_disk = (Storage(kind=StorageKind.SATA_SSD, serial="S3Y9NX0M712345K"),)
    one = laptop(**nameless, network=(adapter,), storage=bench_disk)
    assert [mark.kind for mark in fingerprints(one)] == [Mark.DISK_SERIAL]
    assert match(one, one).verdict is Verdict.DOUBT
    assert match(laptop(network=(adapter,)), replace(OTHER, network=(adapter,))).verdict is Verdict.DIFFERENT


def test_a_model_in_place_of_the_serial_number_identifies_nothing():
    one = Machine(system=System(vendor="Thomson", product_name="N14C4SL64", serial="N14C4SL64"))
    assert fingerprints(one) == ()


def test_thirty_machines_bought_together_stay_thirty():
    """Numbers that follow each other, one cloned UUID, one image: only their own marks tell them apart."""
    park = [
        laptop(
            system=System(vendor="HP", product_name="HP 250 G7", serial=f"CND9{n:06}", uuid=UUID),
            board=Board(vendor="HP"),
            chassis=Chassis(serial=f"CND9{n:06}"),
            storage=(Storage(kind=StorageKind.SATA_SSD, serial=f"S4DXNF0M{n:06}"),),
            network=(NetworkInterface(kind=NetworkKind.WIFI, mac=f"54:ee:75:a1:b2:{n:02x}"),),
            memory=Memory(modules=(MemoryModule(part_number="HMA81GS6", serial=f"35A7{n:04X}"),)),
            batteries=(),
        )
        for n in range(10, 40)
    ]
    known = {n: fingerprints(machine) for n, machine in enumerate(park)}
    for n, machine in enumerate(park):
        others = {key: marks for key, marks in known.items() if key != n}
        assert best_candidates(machine, others).decision is Decision.NEW
        assert best_candidates(machine, known).key == n
