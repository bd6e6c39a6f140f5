"""What Windows says of a machine: `systeminfo`, `msinfo32`, CIM exports, `dsregcmd`; corpus written by the project."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.hardware import reading
from maillon.hardware.criteria import facts_of
from maillon.hardware.formats import Where
from maillon.hardware.model import Kind, LockKind, LockState, Machine, NetworkKind, Reading, StorageKind, Unreadable
from maillon.hardware.readers import cim, systeminfo, windows

from .samples import CORPUS


def read(path, encoding=None):
    data = (CORPUS / path).read_bytes()
    if encoding:
        data = data.decode("utf-8").replace("’", "'").encode(encoding)
    result = reading.read(data)
    assert isinstance(result, Reading), str(result.reason)
    return result


def machine(path, encoding=None):
    (found,) = read(path, encoding).machines
    return found


# --- systeminfo


@pytest.mark.parametrize(
    ("path", "product", "megabytes", "megahertz", "bios_date", "os"),
    [
        ("fr.txt", "20HEZ0PWUS", 8071, 2712, "2020-05-04", "Microsoft Windows 10 Professionnel 10.0.19045"),
        ("en-us.txt", "OptiPlex 3070", 16207, 3600, "2021-04-05", "Microsoft Windows 11 Pro 10.0.22631"),
        ("de.txt", "LIFEBOOK E556", 8071, 2300, "2018-09-12", "Microsoft Windows 10 Home 10.0.19045"),
        ("es.txt", "TravelMate P255-M", 4005, 1600, "2014-10-23", "Microsoft Windows 10 Pro 10.0.19044"),
    ],
)
def test_systeminfo_in_four_languages(path, product, megabytes, megahertz, bios_date, os):
    found = machine(f"systeminfo/{path}")
    assert found.system.product_name == product
    assert found.memory.total_bytes == megabytes * 2**20
    assert [(p.vendor, p.architecture, p.frequency_mhz) for p in found.processors] == [("Intel", "x86_64", megahertz)]
    assert (found.firmware.date, found.operating_system) == (bios_date, os)


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "utf-16", "utf-8-sig"])
def test_systeminfo_in_the_encodings_of_windows(encoding):
    assert machine("systeminfo/fr.txt", encoding) == machine("systeminfo/fr.txt")


@pytest.mark.parametrize("wrong", [("cp850", "cp1252"), ("cp1252", "cp850"), ("utf-8", "cp1252")])
def test_labels_are_known_even_when_the_encoding_was_guessed_wrong(wrong):
    text = (CORPUS / "systeminfo/fr.txt").read_text(encoding="utf-8").replace("’", "'")
    spoilt = text.encode(wrong[0]).decode(wrong[1], errors="replace")
    assert systeminfo.recognise(spoilt)
    found = systeminfo.parse(spoilt, Where("systeminfo"))
    assert isinstance(found, Machine)
    assert (found.system.product_name, found.memory.total_bytes) == ("20HEZ0PWUS", 8071 * 2**20)


def test_lists_that_go_on_over_lines_give_the_real_adapters_with_their_line():
    network = machine("systeminfo/fr.txt").network
    assert [(n.kind, n.model) for n in network] == [
        (NetworkKind.ETHERNET, "Intel(R) Ethernet Connection (4) I219-LM"),
        (NetworkKind.WIFI, "Intel(R) Dual Band Wireless-AC 8265"),
    ]
    found = machine("systeminfo/fr.txt")
    assert found.system.origin["product_name"].at == "line 14"
    assert found.firmware.origin["date"].at == "line 18"


def test_each_line_of_a_systeminfo_csv_is_a_machine():
    result = read("systeminfo/two-machines.csv")
    assert [(m.system.product_name, m.memory.total_bytes // 2**20) for m in result.machines] == [
        ("HP ProDesk 400 G4 SFF", 8082),
        ("HP ProDesk 400 G4 SFF", 4002),
    ]
    assert [n.kind for n in result.machines[0].network] == [NetworkKind.ETHERNET]
    assert result.machines[1].processors[0].frequency_mhz == 3400


def test_reports_that_follow_each_other_are_machines():
    text = (CORPUS / "systeminfo/fr.txt").read_text("utf-8") + (CORPUS / "systeminfo/en-us.txt").read_text("utf-8")
    result = reading.read(text.encode())
    assert [m.system.product_name for m in result.machines] == ["20HEZ0PWUS", "OptiPlex 3070"]


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("22/04/2020", None, "2020-04-22"), ("4/22/2020", None, "2020-04-22"), ("04/05/2020", None, None),
        ("04/05/2020", True, "2020-05-04"), ("04/05/2020", False, "2020-04-05"), ("04.05.2020", None, "2020-05-04"),
        ("2020-04-22", None, "2020-04-22"), ("31/02/2020", True, None), ("05/05/19", None, "2019-05-05"),
    ],
)  # fmt: skip
def test_a_date_is_read_when_it_has_one_meaning(text, day_first, expected):
    assert windows.local_date(text, day_first) == expected


def test_a_32_bit_windows_says_nothing_of_the_processor_behind_it():
    text = (CORPUS / "systeminfo/fr.txt").read_text("utf-8").replace("Intel64 Family", "x86 Family")
    found = systeminfo.parse(text.replace("x64-based", "X86-based"), Where("systeminfo"))
    assert found.processors[0].architecture is None


# --- msinfo32


def test_msinfo32_document_in_french():
    found = machine("msinfo32/fr.nfo")
    assert (found.system.vendor, found.system.product_name, found.system.sku) == (
        "HP", "HP ProBook 655 G3", "X1Y22EA#ABF",
    )  # fmt: skip
    assert (found.firmware.uefi, found.firmware.secure_boot, found.firmware.date) == (True, True, "2019-01-09")
    assert (found.board.model, found.memory.total_bytes) == ("823A", 8 * 2**30)
    assert (found.processors[0].cores, found.processors[0].threads, found.processors[0].frequency_mhz) == (4, 4, 2400)
    assert [(s.model, s.size_bytes) for s in found.storage if s.kind is not StorageKind.REMOVABLE] == [
        ("SanDisk SD8SNAT-256G-1006", 256052966400)
    ]
    assert [(g.model, g.bus_id, g.memory_bytes) for g in found.graphics] == [
        ("AMD Radeon R5 Graphics", "1002:9874", 536870912)
    ]
    assert [(n.kind, n.mac, n.bus_id) for n in found.network] == [
        (NetworkKind.ETHERNET, "80:ce:62:10:20:31", "10ec:8168"),
        (NetworkKind.WIFI, "34:13:e8:20:30:41", "8086:095a"),
    ]
    assert [(d.width_px, d.height_px) for d in found.displays] == [(1366, 768)]
    assert found.audio[0].vendor == "Realtek"
    assert found.system.origin["product_name"].at == "Résumé système, row 7"


def test_msinfo32_text_in_english():
    found = machine("msinfo32/en.txt")
    assert (found.system.product_name, found.memory.total_bytes) == ("10MQS0AB00", 16 * 2**30)
    assert (found.firmware.uefi, found.firmware.secure_boot, found.firmware.date) == (False, False, "2018-05-04")
    assert (found.processors[0].model, found.processors[0].cores) == ("Core i5-7400T", 4)
    assert [(s.model, s.size_bytes) for s in found.storage] == [("SAMSUNG MZVLW256HEHP-000L7", 256052966400)]
    assert found.storage[0].origin["size_bytes"].at == "line 44"
    assert found.graphics[0].bus_id == "8086:5912"


@pytest.mark.parametrize(("role", "kind"), [("Mobile", Kind.NOTEBOOK), ("Bureau", Kind.DESKTOP)])
def test_the_role_of_the_platform_tells_the_kind_when_nothing_else_does(role, kind):
    text = (CORPUS / "msinfo32/fr.nfo").read_text("utf-16")
    text = text.replace("HP ProBook 655 G3", "XYZ 1").replace("AMD PRO A10-8730B R5, 10 COMPUTE CORES 4C+6G", "CPU X")
    result = reading.read(text.replace("[Mobile]", f"[{role}]").encode("utf-16"))
    assert result.machines[0].kind is kind, result.machines[0].kind_because


def test_a_piece_copied_from_msinfo32_is_enough():
    text = (
        "OS Name\tMicrosoft Windows XP Professional\nSystem Manufacturer\tDell Computer Corporation\n"
        "System Model\tL700C\nProcessor\tx86 Family 6 Model 8 Stepping 6 GenuineIntel ~697 Mhz\n"
        "BIOS Version/Date\tIntel Corp. A11, 3/17/2001\nTotal Physical Memory\t384.00 MB\n"
    )
    (found,) = reading.read(text.encode()).machines
    assert (found.system.product_name, found.memory.total_bytes) == ("L700C", 384 * 2**20)
    assert [(p.vendor, p.model) for p in found.processors] == [("Intel", None)]
    assert found.firmware.date == "2001-03-17"


# --- CIM


def test_the_collecting_command_gives_the_whole_machine():
    found = machine("cim/collect.json")
    assert (found.kind, found.system.vendor, found.system.serial) == (Kind.NOTEBOOK, "Dell", "7ZKW0Q2")
    assert found.system.uuid == "4c4c4544-005a-4b10-8057-b7c04f305132"
    assert (found.chassis.type, found.chassis.asset_tag, found.board.model) == ("Notebook", "INV-00417", "0FVWWV")
    firmware = found.firmware
    assert (firmware.version, firmware.date, firmware.uefi, firmware.secure_boot) == (
        "1.29.0",
        "2023-03-22",
        True,
        True,
    )
    processor = found.processors[0]
    assert (processor.model, processor.cores, processor.threads, processor.architecture) == (
        "Core i5-8350U", 4, 8, "x86_64",
    )  # fmt: skip
    memory = found.memory
    assert (memory.total_bytes, memory.maximum_bytes, memory.slots) == (8 * 2**30, 32 * 2**30, 2)
    module = memory.modules[0]
    assert (module.type, module.form_factor, module.speed_mts, module.vendor) == ("DDR4", "SODIMM", 2400, "SK hynix")
    assert found.seen_at == "2026-03-02T09:12:44+01:00"
    assert (found.tpm.version, found.tpm.vendor) == ("2.0", "STM")
    assert [camera.model for camera in found.cameras] == ["Integrated Webcam"]
    assert [radio.bus_id for radio in found.bluetooth] == ["8087:0a2b"]
    assert [card.bus_id for card in found.graphics] == ["8086:5917"]
    assert [(n.kind, n.mac) for n in found.network] == [
        (NetworkKind.ETHERNET, "54:bf:64:10:20:31"),
        (NetworkKind.WIFI, "a0:c5:89:20:30:41"),
    ]


def test_two_classes_describe_one_disk():
    disk, stick = machine("cim/collect.json").storage
    assert (disk.kind, disk.model, disk.firmware) == (StorageKind.NVME, "PM981 NVMe Samsung 256GB", "EXA7301Q")
    assert (disk.serial, disk.wwn) == (None, "0025385191b04f2e")  # Windows shows the name in place of the serial
    assert (disk.healthy, disk.power_on_hours, disk.wear_percent, disk.rotation_rpm) == (True, 8123, 7, 0)
    assert stick.kind is StorageKind.REMOVABLE and stick.serial == "4C530001AB"
    assert disk.origin["healthy"].at == "$.MSFT_PhysicalDisk[0].HealthStatus"


def test_the_battery_is_read_from_three_classes():
    (battery,) = machine("cim/collect.json").batteries
    assert (battery.design_wh, battery.full_wh, battery.cycles, battery.health) == (68.0, 51.68, 212, 0.76)
    assert (battery.technology, battery.vendor) == ("Li-ion", "LGC-LGC7.6")


def test_the_screen_in_the_lid_has_its_size():
    (display,) = machine("cim/collect.json").displays
    assert (display.vendor, display.built_in, display.width_mm, display.year) == ("AUO", True, 310, 2017)


def test_locks_say_who_holds_them():
    locks = {lock.kind: (lock.state, lock.evidence) for lock in machine("cim/collect.json").locks}
    assert locks[LockKind.AUTOPILOT] == (LockState.LOCKED, "mairie-exemple.onmicrosoft.com")
    assert locks[LockKind.MDM][0] is LockState.PRESENT and "Mairie d'Exemple" in locks[LockKind.MDM][1]
    assert locks[LockKind.COMPUTRACE] == (LockState.PRESENT, "service rpcnet")


def test_a_machine_that_nobody_manages_says_so():
    text = (
        b"| Device State |\n\n             AzureAdJoined : NO\n          EnterpriseJoined : NO\n  DomainJoined : NO\n"
    )
    result = reading.read(text)
    assert result.format == "dsregcmd"
    assert [(lock.kind, lock.state) for lock in result.machines[0].locks] == [(LockKind.MDM, LockState.ABSENT)]


@pytest.mark.parametrize(
    ("path", "form", "serial", "date", "total"),
    [
        ("list.json", "cim-json", "CZC8123ABC", "2019-12-18", 8 * 2**30),
        ("format-list.txt", "cim-text", "CZC8123ABC", "2019-12-18", 8 * 2**30),
        ("wmic.txt", "cim-text", "PF0ABC12", "2020-04-22", None),
        ("export-clixml.xml", "cim-clixml", "NXVE8EF0015012ABCD", "2014-10-23", 6 * 2**30),
        ("computer-info.json", "cim-json", "9ABCD23", "2021-04-05", 16 * 2**30),
    ],
)
def test_every_shape_of_an_export(path, form, serial, date, total):
    result = read(f"cim/{path}")
    (found,) = result.machines
    assert (result.format, found.system.serial, found.firmware.date) == (form, serial, date)
    assert found.memory.total_bytes == total


def test_details_of_the_other_shapes():
    assert machine("cim/format-list.txt").chassis.type == "Mini PC"
    assert machine("cim/format-list.txt").system.origin["serial"].at == "line 8"
    assert machine("cim/export-clixml.xml").chassis.type == "Laptop"
    assert len(machine("cim/export-clixml.xml").memory.modules) == 2
    assert machine("cim/list.json").storage[0].healthy is False  # "Pred Fail"
    assert len(machine("cim/computer-info.json").processors) == 1
    assert machine("cim/wmic.txt").system.version == "ThinkPad T470"


@pytest.mark.parametrize("shape", ["one object", "list", "wrapped", "dict of lists", "plain keys"])
def test_shapes_of_json_hold_the_same(shape):
    bios = {"SMBIOSBIOSVersion": "1.2", "Manufacturer": "Dell Inc.", "SerialNumber": "7ZKW0Q2"}
    document = {
        "one object": bios,
        "list": [bios],
        "wrapped": {"value": [bios], "Count": 1},
        "dict of lists": {"Win32_BIOS": [bios]},
        "plain keys": {"bios": bios},
    }[shape]
    result = reading.read(json.dumps(document).encode())
    assert isinstance(result, Reading), str(result.reason)
    assert [m.system.serial for m in result.machines] == ["7ZKW0Q2"]


def test_several_computers_in_one_document_are_machines():
    one = {"CimClass": {"CimClassName": "Win32_BIOS"}, "SMBIOSBIOSVersion": "1", "PSComputerName": "PC-1"}
    document = [one | {"SerialNumber": "7ZKW0Q2"}, one | {"SerialNumber": "8ZKW0Q3", "PSComputerName": "PC-2"}]
    assert [m.system.serial for m in reading.read(json.dumps(document).encode()).machines] == ["7ZKW0Q2", "8ZKW0Q3"]
    collected = json.loads((CORPUS / "cim/collect.json").read_text("utf-8-sig"))
    assert len(reading.read(json.dumps([collected, collected]).encode()).machines) == 2


def test_the_serial_number_of_a_disk_on_windows_7_is_put_right():
    raw = "Y7ABC123T".rjust(20)
    swapped = "".join(raw[i ^ 1] for i in range(20)).encode().hex()
    assert windows.disk_serial(swapped) == "Y7ABC123T"
    assert windows.disk_serial("  S3Z9NB0K ") == "S3Z9NB0K"


def test_the_collecting_command_asks_for_every_class_that_is_read():
    asked = (
        "Win32_Tpm MSFT_PhysicalDisk BatteryStaticData BatteryFullChargedCapacity WmiMonitorID ComputerSystem "
        "SystemEnclosure PhysicalMemoryArray DiskDrive Autopilot dsregcmd"
    )
    for name in asked.split():
        assert name in cim.COLLECT
    for personal in ("UserName", "PrimaryOwner*", "RegisteredUser", "DNSHostName"):
        assert personal in cim.COLLECT.split("$hidden =")[1].split("\n")[0]  # left out


# --- nothing crashes

CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted(
    {name for value in json.loads((CORPUS / "cim/collect.json").read_text("utf-8-sig")).values()
     if isinstance(value, list) for item in value if isinstance(item, dict) for name in item}
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from([*cim._BY_KEY.values(), "Autopilot", "Dsregcmd", "Absolute", "SecureBoot", "SeenAt"]),
        st.lists(st.dictionaries(st.sampled_from(NAMES), CELLS, max_size=6), max_size=3) | CELLS,
        max_size=4,
    )
)
def test_properties_of_any_type_never_crash_the_reader(document):
    found = cim.parse_json(document, Where("PowerShell CIM"))
    assert isinstance(found, Machine | Reading)


@pytest.mark.parametrize(
    "path",
    [
        "systeminfo/fr.txt", "systeminfo/two-machines.csv", "msinfo32/fr.nfo", "msinfo32/en.txt", "cim/collect.json",
        "cim/format-list.txt", "cim/wmic.txt", "cim/export-clixml.xml",
    ],
)  # fmt: skip
@given(data=st.data())
def test_spoilt_files_end_as_a_reading_or_a_reason(path, data):
    content = bytearray((CORPUS / path).read_bytes())
    for _change in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        size = data.draw(st.integers(0, 40))
        content[at : at + size] = data.draw(st.binary(max_size=20))
        if not content:
            break
    result = reading.read(bytes(content))
    assert isinstance(result, Reading) or "reader of" not in str(result.reason), str(result.reason)


def test_a_csv_of_cim_objects_is_one_machine_whatever_its_mark():
    (machine,) = read("cim/export.csv").machines
    assert (machine.vendor, machine.model, machine.memory.total_bytes) == ("Fujitsu", "LIFEBOOK E744", 8470548480)
    assert [(p.model, p.cores, p.frequency_mhz) for p in machine.processors] == [("Core i5-4200M", 2, 2500)]
    assert machine.processors[0].origin["model"].at == "row 6, column Name"


def test_a_csv_of_several_computers_is_a_machine_a_row():
    text = (
        '"Manufacturer","Model","TotalPhysicalMemory","SerialNumber","PSComputerName"\n'
        '"LENOVO","20L5CTO1WW","17018867712","PF1ABCDE","LAP1"\n"HP","HP ProBook 450 G5","8461258752","5CD81","LAP2"\n'
    )
    found = reading.read(text.encode())
    assert [(m.model, m.system.serial) for m in found.machines] == [
        ("ThinkPad T480", "PF1ABCDE"),
        ("ProBook 450 G5", "5CD81"),
    ]
    fleet = reading.read(b"Manufacturer,Model,Serial Number,RAM (GB)\nLENOVO,20L5CTO1WW,PF1ABCDE,16\n")
    assert fleet.format == "fleet-list", "a list with columns of people's own is none of PowerShell's"


def test_the_tables_of_wmic_are_cut_at_their_titles():
    (machine,) = read("cim/wmic-table.txt").machines
    assert (machine.model, machine.system.serial) == ("Compaq 8200 Elite SFF", "CZC1234ABC")
    assert [(disk.kind, disk.size_bytes) for disk in machine.storage] == [
        (StorageKind.HDD, 500105249280),
        (StorageKind.REMOVABLE, 15496911360),
    ]


def test_the_text_of_get_computer_info_names_its_processors():
    text = (
        "CsManufacturer : Dell Inc.\nCsModel : Latitude 5490\nCsPhyicallyInstalledMemory : 8388608\n"
        "CsProcessors : {Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz}\n"
    )
    (machine,) = reading.read(text.encode()).machines
    assert (machine.processors[0].model, machine.memory.total_bytes) == ("Core i5-8350U", 8 * 2**30)


def test_adapters_without_their_place_are_told_by_name():
    adapters = [
        {"Name": "Intel(R) Wi-Fi 6 AX201 160MHz", "MACAddress": "AC:12:03:AA:BB:CC", "PhysicalAdapter": True},
        {"Name": "Hyper-V Virtual Ethernet Adapter", "MACAddress": "AC:12:03:11:22:33", "PhysicalAdapter": True},
    ]
    cards = [{"Name": "Intel(R) Iris(R) Xe Graphics"}, {"Name": "Citrix Indirect Display Adapter"}]
    document = {"Win32_NetworkAdapter": adapters, "Win32_VideoController": cards}
    (machine,) = reading.read(json.dumps(document).encode()).machines
    assert [card.mac for card in machine.network] == ["ac:12:03:aa:bb:cc"]
    assert [card.model for card in machine.graphics] == ["Intel(R) Iris(R) Xe Graphics"]


@pytest.mark.parametrize(
    "labels",
    [
        "Nome host|Nome SO|Produttore sistema|Modello sistema|Processore/i|Memoria fisica totale",
        "Nome do host|Nome do SO|Fabricante do sistema|Modelo do sistema|Processador(es)|Memória física total",
        "Hostnaam|Naam van besturingssysteem|Systeemfabrikant|Systeemmodel|Processor(s)|Totaal fysiek geheugen",
    ],
)
def test_other_languages_of_systeminfo(labels):
    values = ["PC-1", "Windows 10 Pro", "ASUSTeK COMPUTER INC.", "X541UAK", "1", "4.000 MB"]
    text = "".join(f"{label}:    {value}\r\n" for label, value in zip(labels.split("|"), values, strict=True))
    (machine,) = reading.read(text.encode("cp850")).machines
    assert (machine.vendor, machine.model, machine.memory.total_bytes) == ("Asus", "X541UAK", 4000 * 2**20)
    assert machine.kind is Kind.NOTEBOOK


def test_what_was_not_asked_of_windows_is_not_absent():
    system = {"Win32_ComputerSystem": {"Manufacturer": "Acer", "Model": "TravelMate P215-53", "PCSystemType": 2}}
    (asked,) = reading.read(json.dumps(system | {"Win32_DiskDrive": [], "Win32_PnPEntity": []}).encode()).machines
    (silent,) = reading.read(json.dumps(system).encode()).machines
    assert (facts_of(asked).disks, facts_of(asked).camera) == ((), False)
    assert (facts_of(silent).disks, facts_of(silent).camera) == (None, None)


def test_a_table_of_more_rows_than_any_computer_has_is_refused_whole():
    text = "Manufacturer,Model,TotalPhysicalMemory\n" + "a,b,1\n" * 20_001
    refused = reading.read(text.encode())
    assert isinstance(refused, Unreadable) and "20000" in str(refused.reason)


def test_a_heading_above_the_disks_hides_none_of_them():
    """msinfo32 writes "Item", "Value" above each table; a stick is none of the machine's own disks."""
    text = (
        "[System Summary]\n\nItem\tValue\t\nOS Name\tMicrosoft Windows 11 Pro\t\nSystem Manufacturer\tDell Inc.\t\n"
        "System Model\tLatitude 5420\t\nSystem Type\tx64-based PC\t\n"
        "Processor\t11th Gen Intel(R) Core(TM) i5-1145G7 @ 2.60GHz, 2611 Mhz, 4 Core(s), 8 Logical Processor(s)\t\n"
        "\n[Components]\n\n[Storage]\n\n[Disks]\n\nItem\tValue\t\n"
        "Description\tDisk drive\t\nModel\tPM9A1 NVMe Samsung 256GB\t\nMedia Type\tFixed hard disk\t\n"
        "Size\t238.47 GB (256,052,966,400 bytes)\t\n"
        "Description\tDisk drive\t\nModel\tSanDisk Cruzer Blade USB Device\t\nMedia Type\tRemovable Media\t\n"
        "Size\t14.91 GB (16,005,427,200 bytes)\t\n"
    )
    (machine,) = reading.read(text.encode("utf-16")).machines
    assert [(disk.kind, disk.size_bytes) for disk in machine.storage] == [
        (StorageKind.NVME, 256_052_966_400),
        (StorageKind.REMOVABLE, 16_005_427_200),
    ]
    assert machine.processors[0].frequency_mhz == 2600, "the name's own figure, not the clock of the moment"
