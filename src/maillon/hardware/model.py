"""A machine as its own firmware, disks and tools describe it: plain values, each with where it was read.

Every part (`System`, `Processor`, `Storage`…) holds plain values, None meaning "not said", and `origin`, which names
for each of its fields the tool and the place the value came from. Values that mean nothing ("To be filled by O.E.M.",
zeros, repeated identifiers) never get here: `junk` turns them into None first.

Units: bytes, MHz, MT/s, watt-hours, millimetres, hours. Dates are ISO 8601 ("2022-03-18").
The JSON form of these classes is the schema "maillon-machine/1", written by `schema.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from maillon.hardware.messages import Message

SCHEMA = "maillon-machine/1"


class Origin(NamedTuple):
    """Where a value was read."""

    tool: str  # "dmidecode", "lshw", "smartctl", "bench", "glpi", "fleet list"…
    at: str  # "line 214", "$.dmi.product_name", "row 12, column RAM"
    file: str = ""  # the member's name, when the input was an archive or a folder


Origins = Mapping[str, Origin]
"""Field name -> where that field's value was read."""


class Kind(StrEnum):
    NOTEBOOK = "notebook"
    DESKTOP = "desktop"
    ALL_IN_ONE = "all_in_one"
    MINI_PC = "mini_pc"
    TABLET = "tablet"
    CONVERTIBLE = "convertible"
    SERVER = "server"
    THIN_CLIENT = "thin_client"
    VIRTUAL = "virtual"
    UNKNOWN = "unknown"

    @property
    def portable(self) -> bool:
        return self in (Kind.NOTEBOOK, Kind.TABLET, Kind.CONVERTIBLE)


class StorageKind(StrEnum):
    HDD = "hdd"
    SATA_SSD = "sata_ssd"
    NVME = "nvme"
    EMMC = "emmc"
    OPTICAL = "optical"
    REMOVABLE = "removable"  # USB sticks and card readers: never counted as the machine's own disk
    UNKNOWN = "unknown"


class NetworkKind(StrEnum):
    ETHERNET = "ethernet"
    WIFI = "wifi"
    WWAN = "wwan"
    UNKNOWN = "unknown"


class LockKind(StrEnum):
    FIRMWARE_PASSWORD = "firmware_password"  # noqa: S105 - the name of a lock, not a password
    ATA_PASSWORD = "ata_password"  # noqa: S105
    COMPUTRACE = "computrace"
    AUTOPILOT = "autopilot"
    MDM = "mdm"
    ACTIVATION_LOCK = "activation_lock"
    FRP = "frp"


class LockState(StrEnum):
    LOCKED = "locked"  # forbids reuse until lifted by its owner
    ABSENT = "absent"  # the tool says there is none
    PRESENT = "present"  # the mechanism exists and is not closed, or the tool can not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    vendor: str | None = None  # normalised: "Lenovo", "HP", "Dell"
    model: str | None = None  # the marketing name a person would say: "ThinkPad T470"
    product_name: str | None = None  # as the firmware says it: "20HEZ0PWUS"
    version: str | None = None
    family: str | None = None
    sku: str | None = None
    serial: str | None = None
    uuid: str | None = None  # lower case, dashes
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chassis:
    type: str | None = None  # SMBIOS name: "Notebook", "Mini Tower"
    vendor: str | None = None
    serial: str | None = None
    asset_tag: str | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    vendor: str | None = None
    model: str | None = None
    version: str | None = None
    serial: str | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    vendor: str | None = None
    version: str | None = None
    date: str | None = None  # ISO 8601
    uefi: bool | None = None
    secure_boot: bool | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    vendor: str | None = None  # "Intel", "AMD", "Apple"…
    model: str | None = None  # "Core i5-7300U"
    architecture: str | None = None  # "x86_64", "i686", "aarch64"
    cores: int | None = None
    threads: int | None = None
    frequency_mhz: int | None = None  # nominal
    generation: str | None = None  # "Intel Core 7 (Kaby Lake)"; derived from the model
    release_year: int | None = None  # derived from the model
    socket: str | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryModule:
    slot: str | None = None  # locator printed on the board: "ChannelA-DIMM0"
    size_bytes: int | None = None
    type: str | None = None  # "DDR3", "DDR4", "LPDDR4"…
    form_factor: str | None = None  # "SODIMM", "DIMM", "soldered"
    speed_mts: int | None = None
    vendor: str | None = None
    part_number: str | None = None
    serial: str | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    total_bytes: int | None = None
    maximum_bytes: int | None = None
    slots: int | None = None
    modules: tuple[MemoryModule, ...] = ()
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    kind: StorageKind = StorageKind.UNKNOWN
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    wwn: str | None = None
    firmware: str | None = None
    size_bytes: int | None = None
    interface: str | None = None  # "SATA", "NVMe", "USB", "eMMC", "IDE"
    rotation_rpm: int | None = None  # 0 for solid state
    form_factor: str | None = None
    device: str | None = None  # "/dev/sda": a hint for people, never an identity
    healthy: bool | None = None  # the drive's own verdict (SMART)
    power_on_hours: int | None = None
    power_cycles: int | None = None
    reallocated_sectors: int | None = None
    pending_sectors: int | None = None
    wear_percent: int | None = None  # 0 new, 100 worn out
    security: str | None = None  # "locked", "frozen", "enabled", "disabled"
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graphics:
    vendor: str | None = None
    model: str | None = None
    bus_id: str | None = None  # "8086:5916"
    driver: str | None = None
    memory_bytes: int | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    year: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    built_in: bool | None = None
    origin: Origins = field(default_factory=dict)

    @property
    def diagonal_inches(self) -> float | None:
        if not self.width_mm or not self.height_mm:
            return None
        return round(float((self.width_mm**2 + self.height_mm**2) ** 0.5) / 25.4, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface:
    kind: NetworkKind = NetworkKind.UNKNOWN
    vendor: str | None = None
    model: str | None = None
    mac: str | None = None  # lower case, colons
    bus_id: str | None = None
    driver: str | None = None
    speed_mbps: int | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    technology: str | None = None  # "Li-ion", "Li-poly"…
    design_wh: float | None = None
    full_wh: float | None = None
    cycles: int | None = None
    health: float | None = None  # full over design capacity; derived, or as the tool says it without the energies
    origin: Origins = field(default_factory=dict)

    @property
    def condition(self) -> float | None:
        """Full over design capacity, in [0, 1.5], of the energies if they are known; None when nobody can tell."""
        if not self.design_wh or self.full_wh is None:
            return self.health
        ratio = self.full_wh / self.design_wh
        return round(ratio, 3) if 0 <= ratio <= 1.5 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peripheral:
    """An audio device, a camera or a Bluetooth radio."""

    vendor: str | None = None
    model: str | None = None
    bus_id: str | None = None
    driver: str | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    kind: str | None = None  # "USB", "HDMI", "VGA", "DisplayPort", "Ethernet", "Audio"…
    label: str | None = None
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tpm:
    vendor: str | None = None
    version: str | None = None  # "1.2", "2.0"
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Something that may forbid reuse, and what was seen of it."""

    kind: LockKind
    state: LockState
    evidence: str = ""
    origin: Origins = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two tools said different things of one value: what was kept, what was not, and why."""

    path: str  # "memory.total_bytes", "storage[S3Z9NB0K].size_bytes"
    kept: object
    kept_from: Origin
    others: tuple[tuple[object, Origin], ...]
    because: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    kind: Kind = Kind.UNKNOWN
    kind_because: Message | None = None
    system: System = field(default_factory=System)
    chassis: Chassis = field(default_factory=Chassis)
    board: Board = field(default_factory=Board)
    firmware: Firmware = field(default_factory=Firmware)
    processors: tuple[Processor, ...] = ()
    memory: Memory = field(default_factory=Memory)
    storage: tuple[Storage, ...] = ()
    graphics: tuple[Graphics, ...] = ()
    displays: tuple[Display, ...] = ()
    network: tuple[NetworkInterface, ...] = ()
    batteries: tuple[Battery, ...] = ()
    audio: tuple[Peripheral, ...] = ()
    cameras: tuple[Peripheral, ...] = ()
    bluetooth: tuple[Peripheral, ...] = ()
    ports: tuple[Port, ...] = ()
    tpm: Tpm | None = None
    locks: tuple[Lock, ...] = ()
    clues: Origins = field(default_factory=dict)  # seen, held by no part: "touchpad" (for `kind`), "camera listed"…
    operating_system: str | None = None  # what was installed when it was read
    seen_at: str | None = None  # when the tool ran, ISO 8601, if it says so
    tools: tuple[str, ...] = ()  # which tools spoke: ("dmidecode 3.3", "smartctl 7.3")
    disputes: tuple[Dispute, ...] = ()

    @property
    def vendor(self) -> str | None:
        return self.system.vendor or self.board.vendor

    @property
    def model(self) -> str | None:
        return self.system.model or self.system.product_name or self.board.model


@dataclass(frozen=True, slots=True)
class Reading:
    """An input that was understood: its format, the machines it describes, and what was odd about it."""

    format: str  # "dmidecode", "lshw-json", "ereuse-workbench-11", "glpi-json", "bench-snapshot"…
    machines: tuple[Machine, ...]
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input that was not understood: why, and what its sender can do."""

    reason: Message
    hint: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one reading. Beyond any of them the answer is `Unreadable`, never a crash or an endless wait."""

    input_bytes: int = 64 * 2**20
    unpacked_bytes: int = 512 * 2**20
    members: int = 20_000
    depth: int = 60
    line_bytes: int = 2**20
    seconds: float = 60.0
