# ruff: noqa: E501 - one case a line reads as the table it is
"""What a machine is good for, said with its reasons, and never better than what was seen."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillon.hardware.criteria import Criterion
from maillon.hardware.judgement import Fit, judge
from maillon.hardware.model import (
    Battery,
    Display,
    Kind,
    Lock,
    LockKind,
    LockState,
    Machine,
    Memory,
    NetworkInterface,
    NetworkKind,
    Peripheral,
    Processor,
    Reading,
    StorageKind,
)
from maillon.hardware.reading import read
from maillon.hardware.thresholds import GRADE_NAMES, GRADES, SYSTEMS, USES, Use, as_markdown
from tests.hardware.machines import GIB, desktop, disk, laptop, modules

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/hardware/judgement.md"


def processor(model, cores=4, **more):
    return (Processor(vendor="Intel", model=model, cores=cores, **more),)


def memory(gb, **more):
    return Memory(total_bytes=int(gb * GIB), **more)


def words(messages):
    return [str(message) for message in messages]


def test_a_good_laptop():
    verdict = judge(laptop())
    assert (verdict.grade, verdict.at_best, verdict.parts_only, verdict.unknowns) == (4, 4, None, ())
    assert words(verdict.because) == ["Processor cores: 2, 4 needed.", "Memory: 8 GB, 16 GB needed."]
    assert {use: found.fit for use, found in verdict.uses.items()} == {
        Use.ADMINISTRATIVE: Fit.YES,
        Use.PRIMARY: Fit.YES,
        Use.SECONDARY: Fit.YES,
        Use.VIDEO_CALL: Fit.YES,
        Use.CREATION: Fit.NO,
    }
    assert words(verdict.uses[Use.CREATION].why_not) == words(verdict.because)
    assert all(found.fit is Fit.YES and found.comfortable for found in verdict.systems)


@pytest.mark.parametrize(
    ("changes", "grade", "first"),
    [
        ({"processors": processor("Core i7-8650U"), "memory": memory(16)}, 5, None),
        ({"storage": (disk(StorageKind.HDD, 500),)}, 1, "Slow disk: an SSD of 32 GB is needed."),
        ({"storage": (disk(StorageKind.EMMC, 29, "eMMC"),)}, 2, "Disk: 29 GB, 120 GB needed."),
        ({"storage": (disk(StorageKind.SATA_SSD, 120),)}, 3, "Disk: 120 GB, 240 GB needed."),
        ({"memory": memory(3.7)}, 2, "Memory: 3.7 GB, 8 GB needed."),
        ({"memory": memory(2)}, 1, "Memory: 2 GB, 4 GB needed."),
        ({"memory": memory(1)}, 0, "Memory: 1 GB, 2 GB needed."),
        ({"processors": processor("Core 2 Duo P8600", 2)}, 1, "Processor too slow: Core 2 Duo P8600."),
        ({"processors": processor("Core i5-520M", 2)}, 2, "Processor too slow: Core i5-520M."),
        ({"displays": (Display(built_in=True, width_px=1280, height_px=800),)}, 2, "Screen: 1280×800, 1366×768 needed."),
        ({"batteries": (Battery(design_wh=40.0, full_wh=20.0),)}, 2, "Battery worn: 50 % of its capacity, 60 % needed."),
        ({"batteries": ()}, 2, "No battery."),
        ({"network": (NetworkInterface(kind=NetworkKind.ETHERNET),)}, 2, "No Wi-Fi."),
        ({"cameras": ()}, 3, "No camera."),
        ({"audio": ()}, 3, "No sound device."),
        ({"storage": (disk(healthy=False),)}, 0, "No usable disk."),
        ({"storage": (disk(security="locked"),)}, 0, "No usable disk."),
        ({"storage": (disk(StorageKind.REMOVABLE), disk(StorageKind.OPTICAL))}, 0, "No usable disk."),
    ],
)  # fmt: skip
def test_each_limit_and_its_reason(changes, grade, first):
    verdict = judge(laptop(**changes))
    assert verdict.grade == verdict.at_best == grade
    assert words(verdict.because)[:1] == ([first] if first else [])


def test_a_desktop_is_not_judged_on_a_screen_or_a_battery_it_never_had():
    verdict = judge(desktop())
    assert verdict.grade == 3 and verdict.unknowns == ()
    assert words(verdict.because) == ["No camera.", "Memory: 8 GB, 16 GB needed."]


def test_what_nobody_read_is_unknown_and_counts_as_too_little():
    read_by_dmidecode = laptop(
        storage=(), displays=(), batteries=(), network=(), cameras=(), audio=(), tools=("dmidecode 3.3",)
    )
    verdict = judge(read_by_dmidecode)
    assert (verdict.grade, verdict.at_best) == (None, 4)
    assert [unknown.criterion for unknown in verdict.unknowns] == [
        Criterion.DISK, Criterion.SCREEN, Criterion.BATTERY, Criterion.NETWORK, Criterion.CAMERA, Criterion.SOUND,
    ]  # fmt: skip
    assert words(verdict.because)[0] == "Disk, or its kind, not known."
    assert verdict.uses[Use.SECONDARY].fit is Fit.UNKNOWN
    assert all(str(unknown.who) for unknown in verdict.unknowns)
    assert verdict.upgrade is None  # look first, buy later


def test_a_part_that_was_looked_for_and_not_found_is_absent():
    assert words(judge(laptop(cameras=())).because)[0] == "No camera."
    assert words(judge(laptop(cameras=(), tools=("dmidecode 3.3",))).because)[0] == "Camera not known."


def test_a_disk_of_unknown_kind_is_not_taken_for_an_ssd():
    verdict = judge(laptop(storage=(disk(StorageKind.UNKNOWN, 500),)))
    assert (verdict.grade, verdict.at_best) == (1, 4)
    assert [unknown.criterion for unknown in verdict.unknowns] == [Criterion.DISK]


def test_nothing_known_has_no_grade():
    verdict = judge(Machine())
    assert verdict.grade is verdict.at_best is verdict.parts_only is verdict.upgrade is None
    assert len(verdict.unknowns) == len(Criterion)
    assert all(found.fit is Fit.UNKNOWN for found in verdict.uses.values())


def test_a_virtual_machine_is_nothing_to_give():
    verdict = judge(laptop(kind=Kind.VIRTUAL))
    assert verdict.grade is None and words(verdict.because) == ["A virtual machine: nothing to give."]


def test_a_server_keeps_its_grade_but_suits_no_home():
    verdict = judge(desktop(kind=Kind.SERVER))
    assert verdict.grade == 3 and verdict.systems[0].fit is Fit.YES
    assert {found.fit for found in verdict.uses.values()} == {Fit.NO}


@pytest.mark.parametrize(
    ("model", "architecture"),
    [("Core Duo T2400", None), ("T2250", None), ("Atom N270", "i686"), ("Pentium M", None), (None, "i586")],
)
def test_32_bit_is_for_parts(model, architecture):
    verdict = judge(laptop(processors=(Processor(vendor="Intel", model=model, architecture=architecture, cores=1),)))
    assert verdict.grade == verdict.at_best == 0 and verdict.upgrade is None
    assert str(verdict.parts_only) == f"32-bit processor ({model or '?'}): for parts."
    assert verdict.because[0] == verdict.parts_only
    assert all(found.fit is Fit.NO for found in (*verdict.uses.values(), *verdict.systems))


def test_a_64_bit_processor_under_a_32_bit_system_is_64_bit():
    assert judge(laptop(processors=processor("Core i5-7300U", 2, architecture="i686"))).parts_only is None


def test_what_a_tool_saw_outweighs_what_the_name_says():
    assert judge(laptop(processors=processor("Core Duo T2400", 2, architecture="x86_64"))).parts_only is None
    assert judge(laptop(processors=processor("Core Duo T2400", 2))).parts_only is not None


def test_a_pentium_4_that_a_tool_saw_in_64_bit_is_kept():
    assert judge(laptop(processors=processor("Pentium 4", 1, architecture="x86_64"))).parts_only is None


@pytest.mark.parametrize("kind", [kind for kind in LockKind if kind is not LockKind.ATA_PASSWORD])
def test_locked_is_for_parts_until_its_owner_lifts_it(kind):
    locked = judge(laptop(locks=(Lock(kind=kind, state=LockState.LOCKED),)))
    assert locked.grade == 0 and "otherwise for parts" in str(locked.parts_only)
    for state in (LockState.ABSENT, LockState.PRESENT):
        assert judge(laptop(locks=(Lock(kind=kind, state=state),))).parts_only is None


def test_a_password_on_the_disk_does_not_condemn_the_machine():
    lock = Lock(kind=LockKind.ATA_PASSWORD, state=LockState.LOCKED)
    verdict = judge(laptop(locks=(lock,), storage=(disk(security="locked"),)))
    assert verdict.parts_only is None and str(verdict.upgrade) == "SSD 240 GB: 0 -> 4"


@pytest.mark.parametrize("model", [("Apple", "M1"), ("ARM", "Cortex-A72")])
def test_no_system_for_another_architecture(model):
    verdict = judge(laptop(processors=(Processor(vendor=model[0], model=model[1], cores=8),)))
    assert verdict.grade == 0 and verdict.parts_only is None
    assert "No system that we install" in str(verdict.because[0])
    assert all(found.fit is Fit.NO for found in verdict.systems)


def test_systems_say_what_they_lack_and_where_the_figure_is_from():
    systems = {found.name: found for found in judge(laptop(memory=memory(1))).systems}
    assert systems["LMDE 7"].fit is Fit.NO and words(systems["LMDE 7"].why_not) == ["Memory: 1 GB, 2 GB needed."]
    assert systems["PrimTux 8"].comfortable is False
    assert "not confirmed" in str(systems["PrimTux 8"].source)
    assert [row.name for row in SYSTEMS] == list(systems)


def test_an_unknown_processor_name_is_judged_on_its_year():
    assert judge(laptop(processors=(Processor(model="Mystery", release_year=2016, cores=2),))).grade == 3
    assert judge(laptop(processors=(Processor(model="Mystery", cores=2),))).grade is None


def test_thresholds_rise_with_the_grade():
    for grade in range(2, 6):
        low, high = GRADES[grade - 1], GRADES[grade]
        assert all((a or 0) <= (b or 0) for a, b in zip(low[:5], high[:5], strict=True))
        assert (low.screen or (0, 0)) <= (high.screen or (0, 0))
        assert low[6:] <= high[6:]
    assert set(GRADE_NAMES) == {0, *GRADES} and set(USES) == set(Use)


def test_the_documented_thresholds_are_those_of_the_code():
    text = DOCUMENT.read_text(encoding="utf-8")
    tables = text.partition("<!-- thresholds -->\n")[2].partition("<!-- end -->")[0]
    assert tables == as_markdown(), "run: python -m maillon.hardware.thresholds, and paste it"


# --- properties

sizes = st.sampled_from([None, 1, 2, 3.7, 4, 7.6, 8, 16, 32])
disks = st.sampled_from([None, *((kind, gb) for kind in StorageKind for gb in (16, 29, 120, 250, 500))])
machines = st.builds(
    lambda kind, cpu, cores, ram, store, screen, health, parts, tool: laptop(
        kind=kind,
        processors=processor(cpu, cores) if cpu else (),
        memory=Memory(total_bytes=int(ram * GIB), slots=2, modules=modules(int(ram) or 1)) if ram else Memory(),
        storage=(disk(*store),) if store else (),
        displays=(Display(built_in=True, width_px=screen[0], height_px=screen[1]),) if screen else (),
        batteries=(Battery(design_wh=40.0, full_wh=40.0 * health),) if health is not None else (),
        network=(NetworkInterface(kind=NetworkKind.WIFI),) if parts & 1 else (),
        cameras=(Peripheral(),) if parts & 2 else (),
        audio=(Peripheral(),) if parts & 4 else (),
        tools=(tool,),
    ),
    st.sampled_from(list(Kind)),
    st.sampled_from([None, "Core i5-7300U", "Core i7-8650U", "Core 2 Duo E8400", "Celeron N4020", "Atom N270", "?"]),
    st.sampled_from([None, 1, 2, 4]),
    sizes,
    disks,
    st.sampled_from([None, (1024, 600), (1366, 768), (1920, 1080)]),
    st.sampled_from([None, 0.3, 0.6, 0.8, 1.0]),
    st.integers(0, 7),
    st.sampled_from(["bench", "dmidecode 3.3"]),
)


@settings(deadline=None)
@given(machines)
def test_total_and_a_lower_bound(machine):
    verdict = judge(machine)
    if verdict.grade is None:
        assert verdict.at_best is None or (verdict.at_best > 0 and verdict.unknowns)
    if verdict.grade is not None and verdict.at_best is not None:
        assert 0 <= verdict.grade <= verdict.at_best <= 5
        if verdict.grade < 5:
            assert verdict.because
        if not verdict.unknowns:
            assert verdict.grade == verdict.at_best
    for found in verdict.uses.values():
        assert (found.fit is Fit.YES) == (found.why_not == ())


def grade_of(machine):
    """As a lower bound: no grade yet is 0 at least."""
    return judge(machine).grade or 0


@settings(deadline=None)
@given(machines, st.sampled_from([2, 4, 8, 16, 32]))
def test_more_memory_never_lowers_the_grade(machine, gb):
    more = replace(machine, memory=replace(machine.memory, total_bytes=(machine.memory.total_bytes or 0) + gb * GIB))
    assert grade_of(more) >= grade_of(machine)
    assert all(
        judge(more).uses[use].fit is Fit.YES for use, found in judge(machine).uses.items() if found.fit is Fit.YES
    )


@settings(deadline=None)
@given(machines, st.sampled_from([StorageKind.SATA_SSD, StorageKind.NVME]), st.sampled_from([120, 250, 500]))
def test_a_faster_disk_never_lowers_the_grade(machine, kind, gb):
    larger = max(gb * 10**9, *(d.size_bytes or 0 for d in machine.storage), 0)
    for faster in (
        replace(machine, storage=(*machine.storage, disk(kind, gb))),
        replace(machine, storage=(disk(kind, larger // 10**9),)),
    ):
        assert grade_of(faster) >= grade_of(machine)


@settings(deadline=None)
@given(machines, st.floats(0.0, 0.5))
def test_a_better_battery_never_lowers_the_grade(machine, gain):
    better = tuple(replace(b, full_wh=min(60.0, (b.full_wh or 0) + gain * 40)) for b in machine.batteries)
    assert grade_of(replace(machine, batteries=better)) >= grade_of(machine)


# --- real readings

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples"


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "grade", "at_best", "upgrade"),
    [
        ("snapshots/ereuse/522a4403-bfb3-4fe6-b454-4db6c3040a58.json", 1, 1, "+4 GB DDR3 DIMM, SSD 240 GB: 1 -> 3"),
        ("snapshots/ereuse/0cf11287-5603-45e4-9dd6-075871286de9.json", 2, 2, "+4 GB DDR3 DIMM: 2 -> 3"),
        ("glpi-inventory/computer_1.json", 4, 4, None),
    ],
)
def test_real_machines(name, grade, at_best, upgrade):
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("no samples beside the repository")
    found = read(path.read_bytes())
    assert isinstance(found, Reading)
    verdict = judge(found.machines[0])
    assert verdict.grade == grade
    assert verdict.at_best == at_best
    assert (str(verdict.upgrade) if verdict.upgrade else None) == upgrade
