"""What a machine must have, in one table: grades 0 to 5, uses, systems, prices of parts. Change a figure here only.

Each row names its source. OURS is a judgement of this project. Where a figure comes from memory and nobody could read
its source, MEMORY says so and pages must show it as not confirmed. `python -m maillon.hardware.thresholds` prints
these tables as docs/hardware/judgement.md holds them; a test compares the two.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from maillon.hardware.messages import Message, _

OURS = Message(_("ours, a judgement"))
MEMORY = Message(_("from memory, not confirmed"))


class Use(StrEnum):
    ADMINISTRATIVE = "administrative"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    VIDEO_CALL = "video_call"
    CREATION = "creation"


USE_NAMES: Mapping[Use, Message] = {
    Use.ADMINISTRATIVE: Message(_("administrative steps")),
    Use.PRIMARY: Message(_("primary school")),
    Use.SECONDARY: Message(_("secondary school")),
    Use.VIDEO_CALL: Message(_("video call")),
    Use.CREATION: Message(_("creation")),
}

GRADE_NAMES: Mapping[int, Message] = {
    0: Message(_("not usable as it is")),
    1: Message(_("starts, too slow for most: to upgrade")),
    2: Message(_("the minimum: one thing at a time, near a socket")),
    3: Message(_("the target: everyday uses at home and at school")),
    4: Message(_("comfortable: video calls included")),
    5: Message(_("creation: pictures, sound, programming")),
}
TARGET_GRADE = 3  # upgrades aim at it first; 8 GB and an SSD are the "target" of the 2026 minimum


class Requirement(NamedTuple):
    """Minima; 0, False or None: not asked.

    Screen, battery and Wi-Fi are asked of machines that have their own: laptops, tablets, all-in-ones (screen, Wi-Fi).
    """

    speed_class: int = 0  # of the processor, 0 to 5: see cpus.py
    cores: int = 0
    memory_gb: int = 0
    disk_gb: int = 0
    solid_state: bool = False
    screen: tuple[int, int] | None = None  # pixels
    battery_health: float = 0.0  # full over design capacity
    network: bool = False  # Wi-Fi where it applies, else any adapter
    camera: bool = False
    sound: bool = False  # a sound device: no tool sees a microphone, the check-list tests it


GRADES: Mapping[int, Requirement] = {
    1: Requirement(speed_class=1, cores=1, memory_gb=2, disk_gb=16),
    2: Requirement(speed_class=2, cores=2, memory_gb=4, disk_gb=32, solid_state=True, screen=(1024, 768)),
    3: Requirement(3, 2, 8, 120, True, (1366, 768), 0.60, network=True),
    4: Requirement(4, 2, 8, 240, True, (1366, 768), 0.60, network=True, camera=True, sound=True),
    5: Requirement(4, 4, 16, 240, True, (1920, 1080), 0.80, network=True, camera=True, sound=True),
}
GRADE_SOURCE: Mapping[int, Message] = {1: OURS, 2: OURS, 3: OURS, 4: OURS, 5: OURS}

USES: Mapping[Use, Requirement] = {
    Use.ADMINISTRATIVE: Requirement(2, 2, 4, 32, True, (1024, 768), network=True),
    Use.PRIMARY: Requirement(2, 2, 4, 32, True, (1024, 768), sound=True),
    Use.SECONDARY: Requirement(3, 2, 8, 120, True, (1366, 768), 0.60, network=True, sound=True),
    Use.VIDEO_CALL: Requirement(3, 2, 4, 32, True, (1366, 768), network=True, camera=True, sound=True),
    Use.CREATION: Requirement(4, 4, 16, 240, True, (1920, 1080), 0.60, network=True, sound=True),
}
USE_SOURCE: Mapping[Use, Message] = dict.fromkeys(USES, OURS)

MEMORY_SHARE = (
    0.87  # of the nominal size that an operating system may report: graphics and firmware keep the rest. Ours
)
DISK_SHARE = 0.90  # of the nominal size: an "SSD 120" may hold 111 GB, an eMMC of 32 holds 29. Ours

# A processor whose name is unknown, by the year its family first sold: a careful class. Ours.
CLASS_BY_YEAR: tuple[tuple[int, int], ...] = ((2019, 4), (2016, 3), (2012, 2), (2007, 1), (0, 0))


ARCHITECTURE = "x86-64"


class SystemRow(NamedTuple):
    """A free system that workshops install. All are for x86-64: a 32-bit or ARM machine has none (see judgement.py)."""

    name: str
    memory_gb: int
    comfortable_gb: int
    disk_gb: int
    screen: tuple[int, int] | None
    source: Message


_MINT = Message(_("actualnewsmagazine.com, read; 64-bit only from memory, not confirmed"))
SYSTEMS: tuple[SystemRow, ...] = (
    SystemRow(
        "Debian 13",
        2,
        4,
        10,
        None,
        Message(_("Debian installation guide 2.5, read: 0.8 GB to install; with a desktop from memory, not confirmed")),
    ),
    SystemRow("LMDE 7", 2, 4, 20, (1024, 768), _MINT),
    SystemRow("Linux Mint 22", 2, 4, 20, (1024, 768), _MINT),
    SystemRow("PrimTux 8", 2, 4, 20, None, MEMORY),
    SystemRow("Emmabuntüs DE 6", 2, 4, 20, None, MEMORY),
)


class PartsRule(NamedTuple):
    what: Message
    source: Message


PARTS_ONLY: Mapping[str, PartsRule] = {
    "32-bit": PartsRule(
        Message(_("a 32-bit processor")), Message(_("Debian 13 has no 32-bit install: from memory, not confirmed"))
    ),
    "locked": PartsRule(Message(_("a lock that only its owner can lift")), OURS),
}

# Prices in euros, order of magnitude for second-hand memory and new entry-level parts: a hypothesis of ours, to edit.
MEMORY_PRICES: Mapping[str, Mapping[int, int]] = {
    "DDR2": {1: 3, 2: 6},
    "DDR3": {2: 4, 4: 8, 8: 15},
    "DDR4": {4: 10, 8: 18, 16: 35},
    "DDR5": {8: 25, 16: 45, 32: 90},
}
SATA_SSD_PRICES: Mapping[int, int] = {240: 22, 480: 35}
NVME_SSD_PRICES: Mapping[int, int] = {250: 26, 500: 40}
BATTERY_PRICE = 40
WEBCAM_PRICE = 12
WIFI_DONGLE_PRICE = 10
PRICE_SOURCE = Message(_("hypothesis, ours: orders of magnitude in euros"))
SATA_BAY_UNTIL = 2017  # a machine without any disk is taken to have a SATA bay when its processor is no later. Ours


def as_markdown() -> str:
    """The tables of docs/hardware/judgement.md."""
    parts = [
        "### Grades\n",
        _table("Grade", {f"{g}: {GRADE_NAMES[g]}": r for g, r in GRADES.items()}, GRADE_SOURCE.values()),
        "### Uses\n",
        _table("Use", {str(USE_NAMES[use]): r for use, r in USES.items()}, USE_SOURCE.values()),
        "### Systems\n",
        "| System | Processor | Memory | Comfortable | Disk | Screen | Source |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(
            f"| {row.name} | {ARCHITECTURE} | {row.memory_gb} GB | {row.comfortable_gb} GB "
            f"| {row.disk_gb} GB | {_pixels(row.screen)} | {row.source} |"
            for row in SYSTEMS
        ),
        "\n### For parts only\n",
        *(f"- {rule.what} ({rule.source})" for rule in PARTS_ONLY.values()),
        f"\n### Prices ({PRICE_SOURCE})\n",
        *(f"- {kind} module: {_price_list(prices)}" for kind, prices in MEMORY_PRICES.items()),
        f"- SATA SSD: {_price_list(SATA_SSD_PRICES)}",
        f"- NVMe SSD: {_price_list(NVME_SSD_PRICES)}",
        f"- battery: {BATTERY_PRICE} €, USB webcam: {WEBCAM_PRICE} €, USB Wi-Fi adapter: {WIFI_DONGLE_PRICE} €",
    ]
    return "\n".join(parts) + "\n"


def _table(head: str, rows: Mapping[str, Requirement], sources: object) -> str:
    lines = [
        f"| {head} | Processor class | Cores | Memory | Disk | Screen | Battery | Network | Camera | Sound | Source |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (name, need), source in zip(rows.items(), list(sources), strict=True):  # type: ignore[call-overload]
        disk = f"{'SSD ' if need.solid_state else ''}{need.disk_gb} GB"
        battery = f"{need.battery_health:.0%}" if need.battery_health else "-"
        yes = ["yes" if asked else "-" for asked in (need.network, need.camera, need.sound)]
        lines.append(
            f"| {name} | {need.speed_class} | {need.cores} | {need.memory_gb} GB | {disk} | {_pixels(need.screen)} "
            f"| {battery} | {yes[0]} | {yes[1]} | {yes[2]} | {source} |"
        )
    return "\n".join(lines) + "\n"


def _pixels(screen: tuple[int, int] | None) -> str:
    return f"{screen[0]}×{screen[1]}" if screen else "-"


def _price_list(prices: Mapping[int, int]) -> str:
    return ", ".join(f"{size} GB {price} €" for size, price in prices.items())


if __name__ == "__main__":
    import sys

    sys.stdout.write(as_markdown())
