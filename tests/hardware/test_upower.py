import pytest

from maillon.hardware.model import Origin
from maillon.hardware.readers.upower import technology
from tests.hardware.reading_parts import corpus, each, read, read_all
from tests.hardware.samples import sample


def test_every_battery_of_the_machine_and_no_other():
    batteries = corpus("upower/fr.txt").batteries
    assert each(batteries) == [
        {"vendor": "LGC", "model": "01AV459", "serial": "1423", "technology": "Li-poly", "design_wh": 23.52,
         "full_wh": 19.46, "cycles": 318, "health": 0.827},
        {"vendor": "SANYO", "model": "01AV424", "serial": "10512", "technology": "Li-ion", "design_wh": 23.94,
         "full_wh": 11.9, "health": 0.497},
    ]  # fmt: skip
    assert [battery.health for battery in batteries] == [0.827, 0.497]
    assert batteries[0].origin["full_wh"] == Origin("upower", "line 20")


def test_a_battery_bay_that_is_empty_holds_no_battery():
    text = "  native-path: BAT1\n  power supply: yes\n  battery\n    present: no\n    energy-full-design: 20 Wh\n"
    assert read(text).batteries == ()


@pytest.mark.parametrize("word", ["lithium-ion", "Li-ION", "LION", "Li-ion"])
def test_one_chemistry_has_one_name(word):
    assert technology(word) == "Li-ion"


@pytest.mark.samples
def test_real_outputs():
    assert each(read(sample("hardware/batteries/upower-infos_1.txt").read_bytes()).batteries) == [
        {"model": "G71C000G7210", "technology": "Li-ion", "design_wh": 51.504, "full_wh": 39.264, "health": 0.762}
    ]
    assert each(read(sample("hardware/batteries/upower-infos_2.txt").read_bytes()).batteries) == [
        {"vendor": "SMP", "model": "DELL JHXPY53", "serial": "3682", "technology": "Li-poly", "design_wh": 57.532,
         "full_wh": 53.405, "health": 0.928}
    ]  # fmt: skip


@pytest.mark.samples
def test_a_bare_list_says_that_there_is_a_battery_and_asks_for_more():
    reading = read_all(sample("hardware/batteries/upower-enumerate_1.txt").read_bytes())
    assert each(reading.machines[0].batteries) == [{}]
    assert "upower -d" in str(reading.warnings[0])


@pytest.mark.parametrize(("capacity", "health"), [("55,5%", 0.555), ("100%", None), ("0%", None)])
def test_a_battery_without_energies_has_the_health_it_is_said_to_have(capacity, health):
    text = "Device: /org/freedesktop/UPower/devices/battery_BAT0\n  native-path: BAT0\n  power supply: yes\n  battery\n"
    (battery,) = read(f"{text}    energy-full: 0 Wh\n    capacity: {capacity}\n    technology: lithium-ion\n").batteries
    assert battery.health == health  # 100 % is what upowerd says when it knows nothing
