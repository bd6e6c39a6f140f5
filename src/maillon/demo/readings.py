"""Writes what dmidecode, lscpu, smartctl, upower, lspci and lsusb would say of a demonstration machine.

Deterministic for one `random.Random`: the same demonstration everywhere.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from maillon.demo.models import Model

GIB = 2**30
TEST_SERIAL = "DEMO"  # every number drawn begins so: it can not be taken for a real one


@dataclass(frozen=True, slots=True)
class Reading:
    files: tuple[tuple[str, bytes], ...]
    serial: str
    disk_serial: str
    disk_model: str
    disk_bytes: int
    disk_kind: str
    failing: bool


def reading(model: Model, draw: Random, number: int, *, failing: bool = False) -> Reading:
    """One machine of this model, as its own."""
    serial = f"{TEST_SERIAL}{number:05d}"
    kind, size, maker, disk_model = model.disk.split(" ", 3)
    disk_bytes = int(size) * 10**9 // 4096 * 4096
    disk_serial = f"{TEST_SERIAL}-{draw.randrange(16**8):08X}"
    modules = model.modules if draw.random() < 0.75 else (*model.modules, *model.modules)[: max(model.slots, 1)]
    files = [
        ("dmidecode.txt", _dmidecode(model, draw, serial, modules)),
        ("lscpu.txt", _lscpu(model)),
        ("smartctl.json", _smartctl(kind, maker, disk_model, disk_serial, disk_bytes, draw, failing)),
        ("lspci.txt", _lspci(model)),
        ("lsusb.txt", _lsusb(model)),
    ]
    if model.battery:
        files.append(("upower.txt", _upower(model, draw, number)))
    named = [(f"{serial}/{name}", text.encode()) for name, text in files]
    if model.screen:
        named.append((f"{serial}/edid.bin", _edid(model, number)))
    return Reading(tuple(named), serial, disk_serial, f"{maker} {disk_model}", disk_bytes, kind, failing)


NEW_SSD = ("Kingston", "SA400S37240G", 240 * 10**9 // 4096 * 4096)


def upgraded(read: Reading, draw: Random) -> Reading:
    """The same machine once its workshop has fitted an SSD and larger modules of memory."""
    maker, name, size = NEW_SSD
    serial = f"{TEST_SERIAL}-{draw.randrange(16**8):08X}"
    disk = _smartctl("ssd", maker, name, serial, size, draw, failing=False).encode()
    files = []
    for path, content in read.files:
        if path.endswith("smartctl.json"):
            files.append((path, disk))
        elif path.endswith("dmidecode.txt"):
            larger = content.replace(b"\tSize: 2 GB", b"\tSize: 8 GB").replace(b"\tSize: 4 GB", b"\tSize: 8 GB")
            files.append((path, larger))
        else:
            files.append((path, content))
    return Reading(tuple(files), read.serial, serial, f"{maker} {name}", size, "ssd", failing=False)


def _dmidecode(model: Model, draw: Random, serial: str, modules: tuple[int, ...]) -> str:
    bios_vendor, bios_version, bios_date = (word.replace("_", " ") for word in model.bios.split(" "))
    year, month, day = bios_date.split("-")
    uuid = UUID(int=draw.getrandbits(128), version=4)
    ram_type, form, speed = model.ram.split(" ")
    chassis = {"Mini PC": "Mini PC"}.get(model.chassis, model.chassis)
    blocks = [
        f"Handle 0x0000, DMI type 0, 24 bytes\nBIOS Information\n\tVendor: {bios_vendor}\n\tVersion: {bios_version}\n"
        f"\tRelease Date: {month}/{day}/{year}\n\tCharacteristics:\n\t\tUEFI is supported\n",
        f"Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: {model.vendor}\n"
        f"\tProduct Name: {model.product}\n\tVersion: {model.version or 'Not Specified'}\n\tSerial Number: {serial}\n"
        f"\tUUID: {uuid}\n\tWake-up Type: Power Switch\n",
        f"Handle 0x0002, DMI type 2, 15 bytes\nBase Board Information\n\tManufacturer: {model.vendor}\n"
        f"\tProduct Name: {model.product}\n\tSerial Number: {TEST_SERIAL}-B{draw.randrange(16**8):08X}\n",
        f"Handle 0x0003, DMI type 3, 22 bytes\nChassis Information\n\tManufacturer: {model.vendor}\n"
        f"\tType: {chassis}\n\tLock: Not Present\n\tSerial Number: {serial}\n\tAsset Tag: Not Specified\n",
        f"Handle 0x0004, DMI type 4, 48 bytes\nProcessor Information\n\tSocket Designation: CPU 1\n"
        f"\tType: Central Processor\n\tVersion: {model.cpu}\n\tCurrent Speed: {model.mhz} MHz\n"
        "\tStatus: Populated, Enabled\n"
        f"\tCore Count: {model.cores}\n\tThread Count: {model.threads}\n",
        f"Handle 0x0005, DMI type 16, 23 bytes\nPhysical Memory Array\n\tLocation: System Board Or Motherboard\n"
        f"\tUse: System Memory\n\tMaximum Capacity: {model.most_gb} GB\n\tNumber Of Devices: {max(model.slots, 1)}\n",
    ]
    for slot in range(max(model.slots, len(modules), 1)):
        installed = slot < len(modules)
        size = f"{modules[slot]} GB" if installed else "No Module Installed"
        more = (
            f"\tForm Factor: {form.replace('_', ' ')}\n\tLocator: DIMM {slot}\n\tType: {ram_type}\n"
            f"\tSpeed: {speed} MT/s\n"
            f"\tManufacturer: Samsung\n\tSerial Number: {draw.randrange(16**8):08X}\n\tPart Number: {TEST_SERIAL}-RAM\n"
            if installed
            else f"\tForm Factor: {form.replace('_', ' ')}\n\tLocator: DIMM {slot}\n\tType: Unknown\n"
        )
        blocks.append(f"Handle 0x{16 + slot:04X}, DMI type 17, 40 bytes\nMemory Device\n\tSize: {size}\n{more}")
    return "# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 3.0 present.\n\n" + "\n".join(blocks)


def _lscpu(model: Model) -> str:
    old = any(mark in model.cpu for mark in ("T2250",))
    return (
        f"Architecture:        {'i686' if old else 'x86_64'}\n"
        f"CPU op-mode(s):      {'32-bit' if old else '32-bit, 64-bit'}\n"
        f"CPU(s):              {model.threads}\nThread(s) per core:  {model.threads // model.cores}\n"
        f"Core(s) per socket:  {model.cores}\nSocket(s):           1\nModel name:          {model.cpu}\n"
    )


def _smartctl(kind: str, maker: str, name: str, serial: str, size: int, draw: Random, failing: bool) -> str:
    device = {"nvme": "/dev/nvme0", "emmc": "/dev/mmcblk0"}.get(kind, "/dev/sda")
    hours = draw.randrange(900, 21_000)
    document: dict[str, object] = {
        "json_format_version": [1, 0],
        "smartctl": {"version": [7, 4], "argv": ["smartctl", "--json", "-x", device]},
        "device": {
            "name": device,
            "type": "nvme" if kind == "nvme" else "sat",
            "protocol": "NVMe" if kind == "nvme" else "ATA",
        },
        "model_name": f"{maker} {name}",
        "serial_number": serial,
        "firmware_version": "1.0",
        "user_capacity": {"blocks": size // 512, "bytes": size},
        "logical_block_size": 512,
        "smart_status": {"passed": not failing},
        "power_on_time": {"hours": hours},
        "power_cycle_count": hours // 6,
    }
    if kind != "nvme":
        document["rotation_rate"] = 5400 if kind == "hdd" else 0
        document["ata_smart_attributes"] = {
            "table": [
                {"id": 5, "name": "Reallocated_Sector_Ct", "raw": {"value": 312 if failing else 0, "string": "0"}}
            ]
        }
    else:
        document["nvme_smart_health_information_log"] = {"percentage_used": hours // 900, "power_on_hours": hours}
    return json.dumps(document)


def _upower(model: Model, draw: Random, number: int) -> str:
    maker, name, design = model.battery.split(" ")
    wear = draw.choice((0.95, 0.88, 0.81, 0.74, 0.66, 0.58, 0.41))
    return (
        "Device: /org/freedesktop/UPower/devices/battery_BAT0\n  native-path:          BAT0\n"
        f"  vendor:               {maker}\n  model:                {name.replace('_', ' ')}\n"
        f"  serial:               {20_000 + number}\n  power supply:         yes\n"
        "  battery\n    present:             yes\n"
        "    rechargeable:        yes\n    state:               discharging\n"
        f"    energy-full:         {float(design) * wear:.2f} Wh\n"
        f"    energy-full-design:  {design} Wh\n    technology:          lithium-ion\n"
        f"    charge-cycles:       {draw.randrange(60, 900)}\n"
    )


def _lspci(model: Model) -> str:
    lines = [
        "00:00.0 Host bridge [0600]: Intel Corporation Host Bridge [8086:5904]",
        "00:02.0 VGA compatible controller [0300]: Intel Corporation HD Graphics [8086:5916]",
        "00:1f.3 Audio device [0403]: Intel Corporation HD Audio [8086:9d71]",
        "00:1f.6 Ethernet controller [0200]: Intel Corporation Ethernet Connection I219-LM [8086:156f]",
    ]
    if model.wifi:
        lines.append("02:00.0 Network controller [0280]: Intel Corporation Wireless 8265 / 8275 [8086:24fd]")
    return "\n".join(lines) + "\n"


def _lsusb(model: Model) -> str:
    lines = ["Bus 001 Device 001: ID 1d6b:0002 Linux Foundation 2.0 root hub"]
    if model.camera:
        lines.append("Bus 001 Device 003: ID 04f2:b5c0 Chicony Electronics Co., Ltd Integrated Camera")
    if model.wifi:
        lines.append("Bus 001 Device 004: ID 8087:0a2b Intel Corp. Bluetooth wireless interface")
    return "\n".join(lines) + "\n"


def _edid(model: Model, number: int) -> bytes:
    """The 128 bytes by which a screen tells its size and definition (VESA EDID 1.4): maker "DMO", invented."""
    pixels, size = model.screen.split(" ")
    width, height = map(int, pixels.split("x"))
    width_mm, height_mm = map(int, size.split("x"))
    maker = (4 << 10) | (13 << 5) | 15  # D, M, O, five bits each
    blank_x, blank_y = 160, 40
    clock = (width + blank_x) * (height + blank_y) * 60 // 10_000
    timing = [clock & 255, clock >> 8 & 255, width & 255, blank_x & 255, width >> 8 << 4 | blank_x >> 8]
    timing += [height & 255, blank_y & 255, height >> 8 << 4 | blank_y >> 8, 48, 32, 0x35, 0]
    timing += [width_mm & 255, height_mm & 255, width_mm >> 8 << 4 | height_mm >> 8, 0, 0, 0x18]
    head = [0, 255, 255, 255, 255, 255, 255, 0, maker >> 8, maker & 255, number & 255, number >> 8, 0, 0, 0, 0]
    head += [1, 2017 - 1990, 1, 4, 0xA5, width_mm // 10, height_mm // 10, 0x78, 0x02, *[0] * 10, *[0] * 3, *[1] * 16]
    block = bytes(head + timing + [0] * 54 + [0])
    return block + bytes([-sum(block) % 256])


def erasure_report(read: Reading, *, succeeds: bool, ended: datetime) -> str:
    """The bench's report on the disk: overwritten or formatted, then read back; or a disk that fails."""
    took = timedelta(seconds=812 + read.disk_bytes // 120_000_000)  # a disk gives some 120 MB a second
    nvme = read.disk_kind == "nvme"
    tool = (
        ["nvme", "format", "/dev/nvme0n1", "-s", "1"] if nvme else ["nwipe", "--autonuke", "--method=zero", "/dev/sda"]
    )
    verify = {
        "expected": 0,
        "bytes_read": read.disk_bytes if succeeds else read.disk_bytes // 3,
        "bad_chunks": 0 if succeeds else 41,
        "first_bad": None if succeeds else 204_800,
        "io_errors": [] if succeeds else [204_800, 204_801],
    }
    return json.dumps(
        {
            "op": "wipe",
            "ok": succeeds,
            "session": TEST_SERIAL,
            "result": {
                "cmd": {"argv": tool, "rc": 0 if succeeds else 1, "out": "", "err": "", "s": 812.4},
                "device": "/dev/nvme0n1" if nvme else "/dev/sda",
                "method": "nvme-format1" if nvme else "nwipe-zero",
                "version": "2.13" if nvme else "nwipe 0.38",
                "serial": read.disk_serial,
                "model": read.disk_model,
                "size_bytes": read.disk_bytes,
                "bus": "NVMe" if nvme else "ATA",
                "hidden_sectors": 0,
                "tool_rc": 0 if succeeds else 1,
                "host": {"serial": read.serial},
                "started": (ended - took).isoformat(timespec="seconds"),
                "ended": ended.isoformat(timespec="seconds"),
                "verify": verify,
            },
        }
    )


def signed(report: str, key: Ed25519PrivateKey) -> str:
    """The report as a bench with this key sends it (docs/hardware/erasure.md)."""
    return json.dumps(
        {"report": report, "signature": key.sign(report.encode()).hex(), "public_key": public_key(key)},
    )


def public_key(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
