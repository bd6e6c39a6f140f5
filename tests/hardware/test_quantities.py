import pytest

from maillon.hardware import quantities
from maillon.hardware.chassis import chassis_type
from maillon.hardware.processor_names import architecture, processor_name


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("39,264 Wh", 39.264),
        ("47.3708 Wh", 47.3708),
        ("1.234,5", 1234.5),
        ("11,756,399", 11_756_399),
        ("-3", -3.0),
        ("none", None),
        (True, None),
        (float("inf"), None),
    ],
)
def test_a_number_is_read_with_either_decimal_mark(text, number):
    assert quantities.decimal(text) == number


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("128 035 676 160 bytes", 128_035_676_160),
        ("11,756,399,230,976 bytes [11.7 TB]", 11_756_399_230_976),
        ("500.107.862.016 bytes", 500_107_862_016),
        ("128\u202f035\u202f676\u202f160 octets", 128_035_676_160),
        ("2048 MB", 2048),
        (-1, None),
        ("", None),
    ],
)
def test_a_count_is_read_whatever_groups_its_digits(text, count):
    assert quantities.whole(text) == count


@pytest.mark.parametrize(
    ("text", "kilo", "size"),
    [
        ("8 GiB", 1000, 8 * 2**30),
        ("8192 MB", 1024, 8 * 2**30),
        ("8 Go", 1024, 8 * 2**30),
        ("500 GB", 1000, 500 * 10**9),
        ("465GiB (500GB)", 1000, 465 * 2**30),
        ("480,103,981,056 bytes", 1000, 480_103_981_056),
        ("1,5 To", 1000, 1_500_000_000_000),
        ("29", 1000, None),
        ("8 GX", 1000, None),
    ],
)
def test_a_size_follows_its_unit(text, kilo, size):
    assert quantities.size_bytes(text, kilo=kilo) == size


def test_dates_are_months_first_unless_that_is_impossible():
    assert quantities.iso_date("03/18/2022") == "2022-03-18"
    assert quantities.iso_date("18/03/2022") == "2022-03-18"
    assert quantities.iso_date("03/18/09") == "2009-03-18"
    assert quantities.iso_date("20220318") == "2022-03-18"
    assert quantities.iso_date("02/30/2022") is None
    assert quantities.iso_moment("2024-12-13T14:04:49.412646") == "2024-12-13T14:04:49"
    assert quantities.iso_moment("2022-06-09T12:10:50.809Z") == "2022-06-09T12:10:50+00:00"


def test_energy_knows_its_thousandths():
    assert quantities.watt_hours("57570 mWh") == 57.57
    assert quantities.watt_hours("47,3708 Wh") == 47.371
    assert quantities.watt_hours("0 Wh") is None


@pytest.mark.parametrize(
    ("text", "vendor", "model", "mhz"),
    [
        ("Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz", "Intel", "Core i5-7300U", 2600),
        ("Intel(R) Core(TM)2 Duo CPU     P8600  @ 2.40GHz", "Intel", "Core 2 Duo P8600", 2400),
        ("11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz", "Intel", "Core i5-1135G7", 2400),
        ("AMD Ryzen 5 PRO 3500U w/ Radeon Vega Mobile Gfx", "AMD", "Ryzen 5 PRO 3500U", None),
        ("AMD Ryzen 7 2700X Eight-Core Processor", "AMD", "Ryzen 7 2700X", None),
        ("Apple M1", "Apple", "M1", None),
        ("QEMU Virtual CPU version 2.5+", None, "QEMU Virtual CPU version 2.5+", None),
        ("To Be Filled By O.E.M.", None, None, None),
    ],
)
def test_a_processor_name_is_cut_to_what_a_person_says(text, vendor, model, mhz):
    assert processor_name(text) == (vendor, model, mhz)


def test_architectures_have_one_name_each():
    assert [architecture(text) for text in ("amd64", "x86-64", "i386", "arm64", "armv7l", "toaster")] == [
        "x86_64",
        "x86_64",
        "i686",
        "aarch64",
        "armv7l",
        None,
    ]


def test_a_chassis_is_named_as_smbios_names_it():
    assert [chassis_type(value) for value in ("10", 9, "all-in-one", "mini-tower", "Netbook", "2", "?")] == [
        "Notebook",
        "Laptop",
        "All In One",
        "Mini Tower",
        "Notebook",
        None,
        None,
    ]
