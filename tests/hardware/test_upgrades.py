# ruff: noqa: E501 - one case a line reads as the table it is
"""The cheapest parts that lift a grade: exact, and the machine with them in has the promised grade."""

from dataclasses import replace
from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillon.hardware.criteria import Criterion
from maillon.hardware.judgement import judge
from maillon.hardware.model import (
    Battery,
    Display,
    Kind,
    Memory,
    MemoryModule,
    NetworkInterface,
    NetworkKind,
    Peripheral,
    Processor,
    StorageKind,
)
from maillon.hardware.thresholds import BATTERY_PRICE, MEMORY_PRICES, SATA_SSD_PRICES, WEBCAM_PRICE, WIFI_DONGLE_PRICE
from maillon.hardware.upgrades import _OPTIONS, Upgrade, cheapest_upgrade, install, upgrades
from tests.hardware.machines import GIB, desktop, disk, laptop, modules

HDD = (disk(StorageKind.HDD, 500),)


def memory(*sizes, slots=2, maximum=32, kind="DDR4", form="SODIMM"):
    return Memory(
        total_bytes=sum(sizes) * GIB,
        slots=slots,
        maximum_bytes=maximum * GIB,
        modules=modules(*sizes, kind=kind, form=form),
    )


def test_the_example_of_the_workshop():
    upgrade = cheapest_upgrade(laptop(memory=memory(4), storage=HDD, cameras=()))
    assert str(upgrade) == "+4 GB DDR4 SO-DIMM, SSD 240 GB: 1 -> 3"
    assert upgrade.price_eur == MEMORY_PRICES["DDR4"][4] + SATA_SSD_PRICES[240]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"memory": memory(4, 4, slots=2, maximum=16)}, None),  # 16 GB would do for memory, the two cores would not
        ({"memory": memory(2, 2)}, "8 GB DDR4 SO-DIMM instead of 2 GB: 2 -> 4"),
        ({"memory": memory(4, maximum=4)}, None),
        ({"memory": memory(4, slots=1)}, "8 GB DDR4 SO-DIMM instead of 4 GB: 2 -> 4"),
        ({"memory": memory(4, slots=1, form="soldered")}, None),
        ({"memory": memory(4, slots=2, form="soldered")}, "+4 GB DDR4: 2 -> 4"),
        ({"memory": memory(4, slots=2, kind="LPDDR4")}, None),
        ({"memory": Memory(total_bytes=4 * GIB)}, None),  # neither slots nor modules are known: look first
        ({"memory": memory(1, 1, kind="DDR2", maximum=4)}, "2 GB DDR2 SO-DIMM instead of 1 GB, 2 GB DDR2 SO-DIMM instead of 1 GB: 1 -> 2"),
        ({"storage": (disk(StorageKind.NVME, 128, "NVMe"),)}, "NVMe SSD 250 GB: 3 -> 4"),
        ({"storage": (disk(StorageKind.EMMC, 32, "eMMC"),)}, None),
        ({"storage": (disk(StorageKind.HDD, 80, "IDE"),)}, None),
        ({"storage": ()}, "SSD 240 GB: 0 -> 4"),
        ({"storage": (), "tools": ("dmidecode 3.3",)}, None),
        ({"batteries": (Battery(design_wh=40.0, full_wh=8.0),)}, "battery: 2 -> 4"),
        ({"batteries": (Battery(design_wh=40.0, full_wh=8.0), Battery(design_wh=24.0, full_wh=22.0))}, "battery: 2 -> 4"),
        ({"batteries": ()}, "battery: 2 -> 4"),
        ({"batteries": (Battery(),)}, None),
        ({"storage": (disk(StorageKind.UNKNOWN, 250),)}, None),
        ({"cameras": (), "network": ()}, "USB Wi-Fi adapter: 2 -> 3"),
        ({"cameras": ()}, "USB webcam: 3 -> 4"),
        ({"processors": (Processor(vendor="Intel", model="Core 2 Duo P8600", cores=2),)}, None),
    ],
)  # fmt: skip
def test_what_is_proposed_and_what_is_not(changes, expected):
    upgrade = cheapest_upgrade(laptop(**changes))
    assert (str(upgrade) if upgrade else None) == expected


def test_every_reachable_grade_has_its_price():
    machine = laptop(
        memory=memory(4),
        storage=HDD,
        cameras=(),
        processors=(Processor(vendor="Intel", model="Core i7-8650U", cores=4),),
    )
    assert [(str(way), way.price_eur) for way in upgrades(machine)] == [
        ("SSD 240 GB: 1 -> 2", 22),
        ("+4 GB DDR4 SO-DIMM, SSD 240 GB: 1 -> 3", 32),
        ("+4 GB DDR4 SO-DIMM, SSD 240 GB, USB webcam: 1 -> 4", 44),
        ("+16 GB DDR4 SO-DIMM, SSD 240 GB, USB webcam: 1 -> 5", 69),
    ]


def test_a_desktop_with_free_slots():
    assert str(cheapest_upgrade(desktop())) == "USB webcam: 3 -> 4"
    assert str(upgrades(desktop())[-1]) == "+8 GB DDR4 DIMM, USB webcam: 3 -> 5"


def test_what_is_easy_to_check_does_not_stop_the_search_but_is_said():
    machine = laptop(memory=memory(4), storage=HDD, batteries=(Battery(),), cameras=(), tools=("lshw",))
    upgrade = cheapest_upgrade(machine)
    assert str(upgrade) == "+4 GB DDR4 SO-DIMM, SSD 240 GB: 1 -> 4"
    assert upgrade.provided == (Criterion.BATTERY, Criterion.CAMERA)
    assert judge(install(machine, upgrade.parts)).at_best == 4


def test_slots_listed_as_empty_modules_are_free():
    slots = (*modules(4), MemoryModule(slot="ChannelB-DIMM0"))
    machine = laptop(memory=Memory(total_bytes=4 * GIB, modules=slots))
    upgrade = cheapest_upgrade(machine)
    assert str(upgrade) == "+4 GB DDR4 SO-DIMM: 2 -> 4"
    assert judge(install(machine, upgrade.parts)).grade == 4


# --- properties

machines = st.builds(
    lambda kind, cpu, ram, store, healths, parts, tool: laptop(
        tools=(tool,),
        kind=kind,
        processors=(Processor(vendor="Intel", model=cpu[0], cores=cpu[1]),),
        memory=ram,
        storage=store,
        displays=(Display(built_in=True, width_px=1366, height_px=768),) if parts & 8 else laptop().displays,
        batteries=tuple(Battery(design_wh=40.0, full_wh=40.0 * health) for health in healths),
        network=(NetworkInterface(kind=NetworkKind.WIFI),) if parts & 1 else (),
        cameras=(Peripheral(),) if parts & 2 else (),
        audio=(Peripheral(),) if parts & 4 else (),
    ),
    st.sampled_from([Kind.NOTEBOOK, Kind.DESKTOP, Kind.ALL_IN_ONE, Kind.UNKNOWN]),
    st.sampled_from([("Core i7-8650U", 4), ("Core i5-7300U", 2), ("Core i3-2310M", 2), ("Celeron N4020", 2)]),
    st.builds(
        lambda sizes, slots, maximum, kind, form: memory(*sizes, slots=slots, maximum=maximum, kind=kind, form=form),
        st.lists(st.sampled_from([1, 2, 4, 8]), min_size=1, max_size=2),
        st.integers(0, 4),
        st.sampled_from([0, 4, 8, 16, 32]),
        st.sampled_from(["DDR2", "DDR3", "DDR4", "DDR5", "LPDDR4", "DRAM"]),
        st.sampled_from(["SODIMM", "soldered"]),
    ),
    st.lists(
        st.sampled_from([disk(StorageKind.HDD, 500), disk(StorageKind.SATA_SSD, 64), disk(StorageKind.NVME, 128, "NVMe"),
                         disk(StorageKind.EMMC, 32, "eMMC"), disk(StorageKind.OPTICAL)]), max_size=2
    ).map(tuple),
    st.lists(st.sampled_from([0.2, 0.5, 0.7, 0.9]), max_size=2),
    st.integers(0, 15),
    st.sampled_from(["bench", "dmidecode 3.3"]),
)  # fmt: skip


@settings(deadline=None)
@given(machines)
def test_the_machine_with_the_parts_in_has_the_promised_grade(machine):
    found = upgrades(machine)
    before = judge(machine).grade
    for way in found:
        assert way.before == before < way.after
        verdict = judge(install(machine, way.parts))
        assert verdict.at_best is not None and verdict.at_best >= way.after
        assert (verdict.grade == way.after) == (way.provided == ())
        assert way.price_eur == sum(part.price_eur for part in way.parts) > 0
    assert [way.after for way in found] == sorted({way.after for way in found})
    assert [way.price_eur for way in found] == sorted(way.price_eur for way in found)


@settings(max_examples=60, deadline=None)
@given(machines)
def test_no_combination_of_parts_is_cheaper(machine):
    """Brute force over every combination of what can be bought, on a machine of which all is known."""
    machine = replace(machine, tools=("bench",))
    choices = [[(), *list_options(machine)] for list_options in _OPTIONS.values()]
    best: dict[int, int] = {}
    for combination in product(*choices):
        parts = list(chain.from_iterable(combination))
        grade = judge(install(machine, parts)).grade or 0
        price = sum(part.price_eur for part in parts)
        for reached in range(1, grade + 1):
            best[reached] = min(best.get(reached, price), price)
    before = judge(machine).grade or 0
    expected = {grade: price for grade, price in best.items() if grade > before}
    found = {grade: min(w.price_eur for w in upgrades(machine) if w.after >= grade) for grade in expected}
    assert found == expected


@settings(deadline=None)
@given(st.lists(st.sampled_from([1, 2, 4, 8]), min_size=1, max_size=2), st.integers(0, 3), st.sampled_from([0, 8, 16]))
def test_memory_options_are_the_cheapest_of_every_way_to_fill_the_slots(sizes, slots, maximum):
    """Brute force with nothing shared: each module kept or replaced by any size, each free slot left or filled."""
    machine = laptop(memory=memory(*sizes, slots=slots, maximum=maximum))
    prices = MEMORY_PRICES["DDR4"]
    places = [*sizes, *[0] * max(0, slots - len(sizes))]
    cheapest: dict[int, int] = {}
    for chosen in product([None, *prices], repeat=len(places)):
        if any(new is not None and new <= old for old, new in zip(places, chosen, strict=True)):
            continue
        total = sum(old if new is None else new for old, new in zip(places, chosen, strict=True))
        if maximum >= sum(sizes) and total > maximum:
            continue
        if price := sum(prices[new] for new in chosen if new is not None):
            cheapest[total] = min(cheapest.get(total, price), price)
    offered = {
        install(machine, option).memory.total_bytes // GIB: sum(part.price_eur for part in option)
        for option in _OPTIONS[next(iter(_OPTIONS))](machine)
    }
    assert offered == cheapest


def test_prices_are_in_one_place_and_positive():
    assert BATTERY_PRICE > 0 and WEBCAM_PRICE > 0 and WIFI_DONGLE_PRICE > 0
    for prices in (*MEMORY_PRICES.values(), SATA_SSD_PRICES):
        for (small, cheap), (large, dear) in combinations(prices.items(), 2):
            assert small < large and cheap < dear


def test_an_upgrade_reads_as_one_line():
    assert str(Upgrade((), 0, 1, 2)) == ": 1 -> 2"
