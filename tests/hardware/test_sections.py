"""Outputs of several tools in one text, with or without the commands that wrote them."""

import pytest

from maillon.hardware.model import StorageKind
from tests.hardware.reading_parts import read, read_all
from tests.hardware.samples import CORPUS


def dmi(serial, product="TECRA A50-A"):
    return (
        "# dmidecode 3.3\nGetting SMBIOS data from sysfs.\nSMBIOS 2.7 present.\n\n"
        f"Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: TOSHIBA\n\tProduct Name: {product}\n"
        f"\tSerial Number: {serial}\n\nHandle 0x0002, DMI type 3, 22 bytes\nChassis Information\n\tType: Notebook\n\n"
    )


LSCPU = (
    "Architektur:  x86_64\nCPU(s): 4\nModellname: Intel(R) Core(TM) i5-4210M CPU @ 2.60GHz\n"
    "Thread(s) pro Kern: 2\nKern(e) pro Socket: 2\nSockel: 1\n"
)
LSPCI = (
    "00:00.0 Host bridge [0600]: Intel Corporation Haswell [8086:0c04]\n"
    "00:02.0 VGA compatible controller [0300]: Intel Corporation 4th Gen Core [8086:0416]\n"
)
SMART = (
    "smartctl 7.2 2020-12-30 r5155 [x86_64-linux-5.10.0] (local build)\n\n=== START OF INFORMATION SECTION ===\n"
    "Device Model:     TOSHIBA MQ01ABF050\nSerial Number:    45ABC1DEF\nRotation Rate:    5400 rpm\n"
)


@pytest.mark.parametrize("prompts", [True, False])
def test_several_tools_in_one_text_are_one_machine_each_at_its_line(prompts):
    parts = [("dmidecode", dmi("5E082156H")), ("lscpu", LSCPU), ("lspci -nn", LSPCI), ("smartctl -x /dev/sda", SMART)]
    text = "".join(f"root@pc:~# {command}\n{output}" if prompts else output for command, output in parts)
    found = read_all(text)
    (machine,) = found.machines
    assert found.format == "dmidecode + lscpu + lspci + smartctl"
    assert (machine.system.serial, machine.processors[0].model) == ("5E082156H", "Core i5-4210M")
    assert [card.bus_id for card in machine.graphics] == ["8086:0416"]
    (disk,) = machine.storage
    assert disk.kind is StorageKind.HDD
    line = int(disk.origin["serial"].at.removeprefix("line "))
    assert text.split("\n")[line - 1] == "Serial Number:    45ABC1DEF"


def test_every_section_of_a_real_mixture_is_read():
    machine = read((CORPUS / "sections/several.txt").read_bytes())
    assert {tool.split(" ")[0] for tool in machine.tools} == {
        "dmidecode", "lscpu", "lspci", "hdparm", "smartctl", "upower",
    }  # fmt: skip
    assert [card.model for card in machine.graphics] == ["GT218 [GeForce 210]"]


def test_a_second_dmidecode_begins_another_machine():
    text = dmi("5E082156H") + LSCPU + dmi("5E082199H") + LSCPU + SMART
    assert [(m.system.serial, len(m.processors), len(m.storage)) for m in read_all(text).machines] == [
        ("5E082156H", 1, 0),
        ("5E082199H", 1, 1),
    ]
    assert [m.system.serial for m in read_all(dmi("5E082156H") + dmi("5E082199H") + LSCPU).machines] == [
        "5E082156H",
        "5E082199H",
    ]


def test_the_line_of_a_drive_that_hdparm_describes_is_that_of_the_whole_text():
    text = LSCPU.replace("Architektur", "Architecture") + (CORPUS / "hdparm/two-drives.txt").read_text()
    disk = read(text).storage[0]
    for field in ("kind", "serial"):
        line = int(disk.origin[field].at.removeprefix("line "))
        assert text.split("\n")[line - 1].strip().startswith(("Nominal Media", "Serial Number"))
