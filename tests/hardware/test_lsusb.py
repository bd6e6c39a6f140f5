import pytest

from maillon.hardware.model import NetworkKind, Origin
from tests.hardware.reading_parts import corpus, each, read
from tests.hardware.samples import sample


def test_the_short_list_by_names_and_identifiers():
    machine = corpus("lsusb/short.txt")
    assert each(machine.cameras) == [
        {"vendor": "Acer", "model": "ThinkPad P50 Integrated Camera", "bus_id": "5986:0706"}
    ]
    assert each(machine.bluetooth) == [{"vendor": "Intel", "bus_id": "8087:0a2b"}], "known by its number alone"
    assert [(card.kind, card.bus_id) for card in machine.network] == [
        (NetworkKind.WIFI, "148f:5370"),
        (NetworkKind.ETHERNET, "0bda:8153"),
        (NetworkKind.WWAN, "1199:9079"),
    ]
    assert each(machine.ports) == [{"kind": "Card reader", "label": "RTS5129 Card Reader Controller"}]
    assert machine.cameras[0].origin["bus_id"] == Origin("lsusb", "line 3")


def test_verbose_output_tells_by_class_and_by_the_devices_own_strings():
    machine = corpus("lsusb/verbose.txt")
    assert each(machine.cameras) == [{"vendor": "Chicony", "model": "Front Eye", "bus_id": "04f2:b5ce"}]
    assert each(machine.ports) == [{"kind": "Smart card reader", "label": "OZ776 CCID Smartcard Reader"}]


@pytest.mark.samples
def test_a_real_verbose_output_holds_one_radio():
    machine = read(sample("hardware/lsusb/dell-xt2.txt").read_bytes())
    assert each(machine.bluetooth) == [{"vendor": "Dell", "model": "Wireless 365 Bluetooth", "bus_id": "413c:8160"}]
    assert machine.cameras == machine.network == machine.audio == ()


def test_makers_of_several_words_are_not_cut():
    machine = read(
        "Bus 003 Device 003: ID 13d3:56a2 IMC Networks USB2.0 HD UVC WebCam\n"
        "Bus 003 Device 008: ID 0cf3:e300 Qualcomm Atheros Communications QCA61x4 Bluetooth 4.0\n"
    )
    assert [(c.vendor, c.model) for c in machine.cameras] == [("IMC Networks", "USB2.0 HD UVC WebCam")]
    assert [(b.vendor, b.model) for b in machine.bluetooth] == [("Qualcomm Atheros", "QCA61x4 Bluetooth 4.0")]
