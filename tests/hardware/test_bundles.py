"""Which files are about one machine: the rule of `bundles`, on examples and as properties."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.hardware import reading
from maillon.hardware.bundles import as_one, read_archive, read_folder, read_many
from maillon.hardware.model import Reading, Unreadable

from .samples import sample


def dmidecode(serial="PF0ABC12", uuid="3c1a2b4c-2d1e-11b2-a85c-c1d2e3f40516", product="20HEZ0PWUS"):
    return f"""# dmidecode 3.3
Getting SMBIOS data from sysfs.
SMBIOS 3.0.0 present.

Handle 0x0001, DMI type 1, 27 bytes
System Information
\tManufacturer: LENOVO
\tProduct Name: {product}
\tVersion: ThinkPad T470
\tSerial Number: {serial}
\tUUID: {uuid}

Handle 0x0003, DMI type 3, 22 bytes
Chassis Information
\tManufacturer: LENOVO
\tType: Notebook
""".encode()


def smartctl(serial="S3Z9NB0K", model="SAMSUNG MZ7LN256"):
    return f"""smartctl 7.3 2022-02-28 r5338 [x86_64-linux-6.1.0] (local build)
Copyright (C) 2002-22, Bruce Allen, Christian Franke, www.smartmontools.org

=== START OF INFORMATION SECTION ===
Device Model:     {model}
Serial Number:    {serial}
Firmware Version: EMT02B6Q
User Capacity:    256,060,514,304 bytes [256 GB]
Sector Size:      512 bytes logical/physical
Rotation Rate:    Solid State Device
SMART support is: Enabled

=== START OF READ SMART DATA SECTION ===
SMART overall-health self-assessment test result: PASSED
""".encode()


LSPCI = b"""00:00.0 Host bridge [0600]: Intel Corporation Xeon E3-1200 v6 Host Bridge [8086:5904] (rev 02)
00:02.0 VGA compatible controller [0300]: Intel Corporation HD Graphics 620 [8086:5916] (rev 02)
00:1f.6 Ethernet controller [0200]: Intel Corporation Ethernet Connection (4) I219-V [8086:15d8] (rev 21)
"""
OTHER = {"serial": "PF0XYZ99", "uuid": "9d8c7b6a-5f4e-11b2-a85c-a1b2c3d4e5f6"}


def groups(*named):
    return [result.names for result in read_many(named)]


@pytest.mark.parametrize(
    "names",
    [
        ("dmidecode.txt", "smartctl-sda.txt", "lspci.txt"),
        ("PC12/dmidecode.txt", "PC12/smart/sda.txt", "PC12/lspci.txt"),
        ("PC12_dmidecode.txt", "PC12_smartctl_sda.txt", "PC12_lspci.txt"),
        ("dmidecode/PC12.txt", "smartctl/PC12.txt", "lspci/PC12.log"),
        ("lot/fiche.txt", "lot/un disque.txt", "lot/graphique.txt"),  # the only machine of its folder
    ],
)
def test_outputs_about_one_machine_are_joined(names):
    results = read_many(zip(names, (dmidecode(), smartctl(), LSPCI), strict=True))
    assert [result.names for result in results] == [names]
    (machine,) = results[0].result.machines
    assert machine.system.serial == "PF0ABC12" and machine.storage[0].serial == "S3Z9NB0K" and machine.graphics
    assert machine.system.origin["serial"].file == names[0]
    assert machine.storage[0].origin["serial"].file == names[1]
    assert results[0].result.format == "dmidecode + smartctl + lspci"


def test_the_folder_rule_says_what_it_did():
    results = read_many([("lot/fiche.txt", dmidecode()), ("lot/graphique.txt", LSPCI)])
    assert "lot/graphique.txt: taken as parts of the same machine as lot/fiche.txt" in str(
        results[0].result.warnings[0]
    )


def test_parts_of_one_machine_need_no_file_about_the_whole():
    assert groups(("lspci/xt2.txt", LSPCI), ("smartctl/xt2.txt", smartctl())) == [("lspci/xt2.txt", "smartctl/xt2.txt")]
    assert groups(("sda.txt", smartctl()), ("sdb.txt", smartctl("WD-WX11A2"))) == [("sda.txt", "sdb.txt")]


def test_two_disks_of_one_machine_are_two_disks():
    named = [("PC1/dmidecode.txt", dmidecode()), ("PC1/smartctl-sda.txt", smartctl()),
             ("PC1/smartctl-sdb.txt", smartctl("WD-WX11A2", "WDC WD10"))]  # fmt: skip
    (result,) = read_many(named)
    assert sorted(disk.serial for disk in result.result.machines[0].storage) == ["S3Z9NB0K", "WD-WX11A2"]


@pytest.mark.parametrize(
    ("why", "named"),
    [
        ("other serial numbers", [("a/dmidecode.txt", dmidecode()), ("b/dmidecode.txt", dmidecode(**OTHER))]),
        ("the same tool twice", [("PC1.txt", dmidecode()), ("PC1.log", dmidecode())]),
        ("names of two machines", [("PC1_dmidecode.txt", dmidecode()), ("PC2_lspci.txt", LSPCI)]),
        ("no machine to be a part of", [("disks/one.txt", smartctl()), ("disks/two.txt", smartctl("WD-WX11A2"))]),
        ("two machines in the folder", [("x/a.txt", dmidecode()), ("x/b.txt", dmidecode(**OTHER)), ("x/c.txt", LSPCI)]),
    ],
)
def test_what_stays_apart(why, named):
    assert groups(*named) == [(name,) for name, _data in named], why


def test_the_same_identity_joins_files_of_any_name():
    bios = b"""{"Win32_ComputerSystemProduct": [{"IdentifyingNumber": "PF0ABC12", "Vendor": "LENOVO",
        "Name": "20HEZ0PWUS", "UUID": "3C1A2B4C-2D1E-11B2-A85C-C1D2E3F40516"}]}"""
    assert groups(("lundi.txt", dmidecode()), ("x.txt", dmidecode(**OTHER)), ("mardi.json", bios)) == [
        ("lundi.txt", "mardi.json"),
        ("x.txt",),
    ]


def test_a_cloned_uuid_does_not_join_machines_with_other_serial_numbers():
    clone = b"""{"Win32_ComputerSystemProduct": [{"IdentifyingNumber": "PF0XYZ99", "Vendor": "LENOVO",
        "Name": "20HEZ0PWUS", "UUID": "3C1A2B4C-2D1E-11B2-A85C-C1D2E3F40516"}]}"""
    assert len(groups(("lundi.txt", dmidecode()), ("mardi.json", clone))) == 2


def test_a_bad_file_is_one_result_and_the_others_are_read():
    results = read_many([("PC1.txt", dmidecode()), ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(300)), ("x", b"")])
    assert [type(result.result) for result in results] == [Reading, Unreadable, Unreadable]


def test_lists_are_not_joined_with_anything():
    lines = "Type;Marque;Modèle;N° de série;RAM\nPortable;Lenovo;ThinkPad T470;PF0ABC12;8 Go\n"
    results = read_many([("lot/parc.csv", lines.encode()), ("lot/dmidecode.txt", dmidecode())])
    assert [result.names for result in results] == [("lot/parc.csv",), ("lot/dmidecode.txt",)]


def test_an_archive_is_one_reading_whose_warnings_name_the_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("PC1/dmidecode.txt", dmidecode())
        archive.writestr("PC1/lspci.txt", LSPCI)
        archive.writestr("PC2.txt", dmidecode(**OTHER))
        archive.writestr("../evil.txt", b"x")
        archive.writestr("note.txt", b"bonjour")
    read = reading.read(out.getvalue(), "lot.zip")
    assert isinstance(read, Reading) and read.format == "archive" and len(read.machines) == 2
    assert {m.system.origin["serial"].file for m in read.machines} == {"PC1/dmidecode.txt", "PC2.txt"}
    assert all(m.kind == "notebook" and m.vendor == "Lenovo" for m in read.machines)  # finished
    said = [str(warning) for warning in read.warnings]
    assert any(text.startswith("../evil.txt was not read: Its name points outside") for text in said)
    assert any(text.startswith("note.txt was not read:") for text in said)


def test_an_archive_of_nothing_readable_is_unreadable():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", b"bonjour")
        archive.writestr("b.txt", b"rien")
    refused = reading.read(out.getvalue())
    assert isinstance(refused, Unreadable) and "None of its 2 files" in str(refused.reason)
    with zipfile.ZipFile(out := io.BytesIO(), "w"):
        pass
    assert "holds no file" in str(reading.read(out.getvalue()).reason)


def test_a_folder_is_read_like_an_archive(tmp_path):
    (tmp_path / "PC1").mkdir()
    (tmp_path / "PC1" / "dmidecode.txt").write_bytes(dmidecode())
    (tmp_path / "PC1" / "lspci.txt").write_bytes(LSPCI)
    (result,) = read_folder(tmp_path)
    assert result.names == ("PC1/dmidecode.txt", "PC1/lspci.txt")


# --- properties

MACHINES = st.lists(st.integers(0, 30), min_size=1, max_size=5, unique=True)
LAYOUTS = st.sampled_from(["PC{n}/{tool}.txt", "PC{n}_{tool}.txt", "{tool}/PC{n}.txt", "lot/PC{n}-{tool}.log"])


def content(tool, n):
    serial, uuid = f"PF0A{n:04}", f"{n:08x}-2d1e-11b2-a85c-c1d2e3f4{n:04x}"
    return {"dmidecode": dmidecode(serial, uuid), "smartctl": smartctl(f"S3Z9{n:04}"), "lspci": LSPCI}[tool]


@given(machines=MACHINES, layout=LAYOUTS, order=st.randoms(use_true_random=False))
def test_files_named_by_machine_give_one_result_a_machine_in_any_order(machines, layout, order):
    tools = ("dmidecode", "smartctl", "lspci")
    named = [(layout.format(n=n, tool=tool), content(tool, n)) for n in machines for tool in tools]
    order.shuffle(named)
    results = read_many(named)
    assert len(results) == len(machines)
    for result in results:
        (machine,) = result.result.machines
        n = int(machine.system.serial[4:])
        assert set(result.names) == {layout.format(n=n, tool=tool) for tool in tools}
        assert machine.storage[0].serial == f"S3Z9{n:04}"


@given(
    names=st.lists(
        st.from_regex(r"([a-c]{1,2}/){0,2}[a-c]{0,2}(dmidecode|lspci|sda|[a-c])\.txt", fullmatch=True),
        min_size=1, max_size=8, unique=True,
    ),
    kinds=st.data(),
)  # fmt: skip
def test_every_file_is_in_one_result_and_no_serial_number_is_lost_or_mixed(names, kinds):
    tools = st.sampled_from(["dmidecode", "smartctl", "lspci", "junk"])
    named, serials = [], []
    for index, name in enumerate(names):
        tool = kinds.draw(tools)
        named.append((name, b"junk" if tool == "junk" else content(tool, index)))
        serials += [f"PF0A{index:04}"] if tool == "dmidecode" else []
    results = read_many(named)
    assert sorted(name for result in results for name in result.names) == sorted(names)
    found = [m.system.serial for r in results if isinstance(r.result, Reading) for m in r.result.machines]
    assert sorted(filter(None, found)) == sorted(serials)


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_bytes_end_as_a_result_each(contents):
    results = read_many([(f"{n}.txt", data) for n, data in enumerate(contents)])
    assert len(results) == len(contents)
    assert isinstance(as_one(results), Reading | Unreadable)


# --- real inputs


@pytest.mark.samples
def test_1200_files_are_1200_machines():
    read = read_archive(sample("hardware/dmidecode-1200.tar.xz").read_bytes())
    assert isinstance(read, Reading) and len(read.machines) == 1200 and not read.warnings
    parts = [(m.system.origin, m.board.origin, m.chassis.origin, m.firmware.origin) for m in read.machines]
    files = [{origin.file for part in four for origin in part.values()} for four in parts]
    assert all(len(names) == 1 for names in files)
    assert len(set.union(*files)) == 1200


@pytest.mark.samples
def test_a_folder_of_outputs_by_tool_keeps_its_machines_apart():
    folder = sample("hardware/dmidecode").parent
    names = [name for result in read_folder(folder / "smartctl") for name in result.names]
    assert len(names) == 4
    assert all(len(result.names) == 1 for result in read_folder(folder / "dmidecode"))
