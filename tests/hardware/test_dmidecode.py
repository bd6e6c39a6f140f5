import pytest

from maillon.hardware import reading
from maillon.hardware.model import Kind, LockKind, LockState, Machine, Origin, Reading
from tests.hardware.samples import CORPUS, sample


def read(name: str) -> Machine:
    return only(reading.read((CORPUS / "dmidecode" / name).read_bytes()))


def only(result) -> Machine:
    assert isinstance(result, Reading) and len(result.machines) == 1, result
    return result.machines[0]


def test_every_part_of_a_notebook_is_read_with_its_line():
    machine = read("notebook.txt")
    assert (machine.vendor, machine.model, machine.kind) == ("Lenovo", "ThinkPad T470", Kind.NOTEBOOK)
    assert machine.system.serial == "PF0ZT4QX"
    assert machine.system.origin["serial"] == Origin("dmidecode", "line 11")
    assert machine.chassis.asset_tag == "MAIRIE-0417"
    assert (machine.board.serial, machine.board.version) == ("L1HF72B04QK", None)
    assert (machine.firmware.date, machine.firmware.uefi) == ("2022-03-18", True)
    assert (machine.tpm.vendor, machine.tpm.version) == ("STM", "2.0")
    assert machine.tools == ("dmidecode 3.3",)


def test_processor_keeps_its_nominal_clock_and_gets_its_year():
    (processor,) = read("notebook.txt").processors
    assert (processor.vendor, processor.model, processor.frequency_mhz) == ("Intel", "Core i5-7300U", 2600)
    assert (processor.cores, processor.threads, processor.architecture) == (2, 4, "x86_64")
    assert processor.release_year == 2016
    assert processor.origin["frequency_mhz"].at == "line 49"


def test_memory_counts_empty_slots_and_reads_the_makers_jedec_identifier():
    memory = read("notebook.txt").memory
    assert (memory.total_bytes, memory.maximum_bytes, memory.slots) == (8 * 2**30, 32 * 2**30, 2)
    (module,) = memory.modules
    assert (module.vendor, module.part_number, module.type) == ("Samsung", "M471A1K43CB1-CRC", "DDR4")
    assert (module.form_factor, module.speed_mts, module.slot) == ("SODIMM", 2400, "ChannelA-DIMM0")


def test_battery_is_read_in_watt_hours():
    (battery,) = read("notebook.txt").batteries
    assert (battery.vendor, battery.model, battery.design_wh) == ("LGC", "01AV419", 24.05)
    assert battery.technology == "Li-poly"


def test_only_sockets_one_can_plug_into_are_ports():
    assert [port.kind for port in read("notebook.txt").ports] == ["USB", "Ethernet"]


def test_a_setup_password_is_present_and_a_power_on_password_locks():
    text = (CORPUS / "dmidecode" / "notebook.txt").read_text()
    locks = {lock.kind: lock for lock in read("notebook.txt").locks}
    assert locks[LockKind.FIRMWARE_PASSWORD].state is LockState.PRESENT
    assert "Computrace" in locks[LockKind.COMPUTRACE].evidence
    locked = text.replace("Power-On Password Status: Disabled", "Power-On Password Status: Enabled")
    lock = only(reading.read(locked.encode())).locks[0]
    assert (lock.state, lock.origin["state"].at) == (LockState.LOCKED, "line 166")
    free = text.replace("Administrator Password Status: Enabled", "Administrator Password Status: Disabled")
    assert only(reading.read(free.encode())).locks[0].state is LockState.ABSENT


def test_output_of_2005_without_handles_on_one_line():
    machine = read("old-tower.txt")
    assert (machine.vendor, machine.model, machine.kind) == ("Gigabyte", "8IPE1000-G", Kind.DESKTOP)
    assert machine.system.uuid is None and machine.chassis.type is None
    assert (machine.memory.total_bytes, machine.memory.slots) == (512 * 2**20, 2)
    assert machine.firmware.date == "2004-06-23"


def test_quiet_output_has_titles_alone():
    machine = read("quiet.txt")
    assert (machine.vendor, machine.model) == ("Asus", "K53E")
    assert machine.system.uuid is None  # a template that many boards share
    assert machine.memory.modules[0].vendor == "Crucial"
    assert machine.system.origin["serial"].at == "line 10"


def test_text_quoted_in_a_mail():
    machine = read("mailed.txt")
    assert (machine.model, machine.system.serial) == ("Latitude E6430", "7XQ4KW1")
    assert machine.system.origin["serial"].at == "line 11"


def test_text_pasted_without_its_tabs_nor_blank_lines():
    lines = (CORPUS / "dmidecode" / "notebook.txt").read_text().splitlines()
    machine = only(reading.read("\n".join(line.strip() for line in lines if line.strip()).encode()))
    assert (machine.model, machine.memory.total_bytes, machine.kind) == ("ThinkPad T470", 8 * 2**30, Kind.NOTEBOOK)


def test_firmware_flash_is_no_memory():
    memory = read("server.txt").memory
    assert (memory.total_bytes, memory.slots, len(memory.modules)) == (32 * 2**30, 12, 1)


@pytest.mark.parametrize(("kind", "place"), [("Flash", "BIOS chip"), ("DRAM", "SYSTEM ROM")])
def test_firmware_flash_is_known_by_its_type_or_by_its_place(kind, place):
    text = (CORPUS / "dmidecode" / "server.txt").read_text()
    text = text.replace("Type: Flash", f"Type: {kind}").replace("Locator: SYSTEM ROM", f"Locator: {place}")
    assert only(reading.read(text.encode())).memory.total_bytes == 32 * 2**30


def test_windows_line_ends_change_nothing():
    text = (CORPUS / "dmidecode" / "notebook.txt").read_bytes()
    assert only(reading.read(text.replace(b"\n", b"\r\n"))) == only(reading.read(text))


@pytest.mark.parametrize("cut", range(100, 4900, 160))
def test_cut_short_anywhere_it_is_still_read(cut):
    text = (CORPUS / "dmidecode" / "notebook.txt").read_bytes()
    assert isinstance(reading.read(text[:cut]), Reading)


def test_outputs_of_two_machines_in_one_text_are_two_machines():
    text = (CORPUS / "dmidecode" / "notebook.txt").read_text() + (CORPUS / "dmidecode" / "server.txt").read_text()
    result = reading.read(text.encode())
    assert [machine.model for machine in result.machines] == ["ThinkPad T470", "ProLiant DL360 Gen9"]
    assert "2 machines" in str(result.warnings[0])


def test_the_tool_run_twice_on_one_machine_is_one_machine():
    system = "# dmidecode 3.3\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tSerial Number: PF0ZT4QX\n\n"
    memory = "# dmidecode 3.3\nHandle 0x0002, DMI type 17, 40 bytes\nMemory Device\n\tSize: 4 GB\n"
    machine = only(reading.read((system + memory).encode()))
    assert (machine.system.serial, machine.memory.total_bytes) == ("PF0ZT4QX", 4 * 2**30)
    assert machine.memory.modules[0].origin["size_bytes"].at == "line 9"


def test_a_template_battery_is_none():
    text = "Handle 0x0001, DMI type 22, 26 bytes\nPortable Battery\n\tLocation: Fake\n\tName: CRB Battery 0\n"
    machine = only(reading.read(text.encode()))
    assert machine.batteries == () and "battery template" in machine.clues


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8192 MB", 2**33),
        ("16 GB", 2**34),
        ("524288 kB", 2**29),
        ("1 TB", 2**40),
        ("No Module Installed", None),
        ("0 MB", None),
    ],
)
def test_sizes(text, expected):
    from maillon.hardware.readers.dmidecode import size

    assert size(text) == expected


@pytest.mark.samples
def test_real_outputs_of_windows_and_old_linux():
    folder = sample("hardware/dmidecode")
    found = {path.stem: only(reading.read(path.read_bytes())) for path in sorted(folder.iterdir())}
    assert (found["windows-xp"].model, found["windows-xp"].kind) == ("Precision M4400", Kind.NOTEBOOK)
    assert (found["windows-7"].vendor, found["windows-7"].kind) == ("Asus", Kind.DESKTOP)
    assert found["vmware"].kind is Kind.VIRTUAL
    assert (found["linux-2.6"].model, found["linux-2.6"].kind) == ("Latitude D610", Kind.NOTEBOOK)
    assert found["hynix-kingmax"].memory.total_bytes == 16 * 2**30
