import pytest

from maillon.hardware.model import Kind, NetworkKind, Origin, StorageKind
from maillon.hardware.pci import split_vendor
from tests.hardware.reading_parts import corpus, each, read
from tests.hardware.samples import sample

INTEL = "Intel"


def test_every_function_that_matters_by_its_class():
    machine = corpus("lspci/nnk.txt")
    assert each(machine.graphics) == [
        {"vendor": INTEL, "model": "UHD Graphics 620", "bus_id": "8086:5917", "driver": "i915"},
        {"vendor": "Nvidia", "model": "GP108M [GeForce MX150]", "bus_id": "10de:1d10", "driver": "nouveau"},
    ]
    assert [(card.kind, card.bus_id) for card in machine.network] == [
        (NetworkKind.WIFI, "8086:24fd"),
        (NetworkKind.WIFI, "168c:0042"),
        (NetworkKind.ETHERNET, "10ec:8168"),
        (NetworkKind.WWAN, "14c3:4d75"),
    ]
    assert [sound.bus_id for sound in machine.audio] == ["8086:9d71"]
    assert each(machine.ports) == [{"kind": "Card reader", "label": "RTS522A PCI Express Card Reader"}]
    assert [(drive.kind, drive.interface) for drive in machine.storage] == [(StorageKind.NVME, "NVMe")]
    assert machine.graphics[0].origin == {
        "vendor": Origin("lspci", "line 3"),
        "model": Origin("lspci", "line 3"),
        "bus_id": Origin("lspci", "line 3"),
        "driver": Origin("lspci", "line 5"),
    }


def test_without_identifiers_the_names_tell():
    machine = corpus("lspci/plain.txt")
    assert each(machine.graphics) == [{"vendor": "AMD", "model": "Kabini [Radeon HD 8330]"}], (
        "the second head of a chip is no second chip"
    )
    assert [card.kind for card in machine.network] == [NetworkKind.WIFI, NetworkKind.ETHERNET]


def test_fields_one_by_one():
    machine = corpus("lspci/vmmnnk.txt")
    assert each(machine.graphics) == [
        {"vendor": INTEL, "model": "HD Graphics 530", "bus_id": "8086:1912", "driver": "i915"}
    ]
    assert machine.graphics[0].origin["driver"] == Origin("lspci", "line 7")
    assert [card.model for card in machine.network] == ["Ethernet Connection (2) I219-LM"]


def test_numbers_only():
    (chip,) = read("00:02.0 0300: 8086:5917 (rev 07)\n00:1f.6 0200: 8086:15d8\n").graphics
    assert (chip.vendor, chip.model, chip.bus_id) == (INTEL, None, "8086:5917")


@pytest.mark.parametrize(
    ("text", "vendor", "name"),
    [
        ("Ralink Technology, Corp. RT5370 Wireless Adapter", "Ralink Technology, Corp.", "RT5370 Wireless Adapter"),
        ("Qualcomm Atheros QCA9377", "Qualcomm Atheros", "QCA9377"),
        ("Samsung Electronics Co Ltd NVMe SSD", "Samsung Electronics Co Ltd", "NVMe SSD"),
        ("Linux Foundation 2.0 root hub", None, "Linux Foundation 2.0 root hub"),
    ],
)
def test_vendor_and_name_are_parted(text, vendor, name):
    assert split_vendor(text) == (vendor, name)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "graphics", "network", "audio", "ports", "drives"),
    [
        ("dell-xt2", ["8086:2a42"], [("ethernet", "8086:10f5"), ("wifi", "8086:4232")], ["8086:293e"],
         ["PCIxx12 SDA Standard Compliant SD Host Controller"], []),
        ("linux-asus-portable", ["8086:9a49", "10de:1f9d"], [("wifi", "8086:a0f0")], ["8086:a0c8"], [], ["nvme"]),
        ("linux-xps", ["8086:1916"], [("wifi", "8086:24f3")], ["8086:9d70"],
         ["RTS525A PCI Express Card Reader"], ["nvme"]),
    ],
)  # fmt: skip
def test_real_outputs(name, graphics, network, audio, ports, drives):
    machine = read(sample(f"hardware/lspci/{name}.txt").read_bytes())
    assert [chip.bus_id for chip in machine.graphics] == graphics
    assert [(card.kind.value, card.bus_id) for card in machine.network] == network
    assert [sound.bus_id for sound in machine.audio] == audio
    assert [port.label for port in machine.ports] == ports
    assert [drive.kind.value for drive in machine.storage] == drives


@pytest.mark.parametrize(
    "line",
    [
        "00:02.0 VGA compatible controller [0300]: Red Hat, Inc. Virtio 1.0 GPU [1af4:1050] (rev 01)",
        "00:0f.0 VGA compatible controller: VMware SVGA II Adapter",
        "00:02.0 VGA compatible controller: InnoTek Systemberatung GmbH VirtualBox Graphics Adapter",
    ],
)
def test_a_graphics_card_made_of_software_is_a_virtual_machine(line):
    assert read(line + "\n").kind is Kind.VIRTUAL
