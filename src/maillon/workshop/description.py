"""What the stock shows of a machine, in columns."""

from typing import Any

from maillon.hardware.judgement import Judgement
from maillon.hardware.model import Kind, Machine, Storage, StorageKind
from maillon.workshop.models import Device

NOT_ITS_DISKS = frozenset({StorageKind.OPTICAL, StorageKind.REMOVABLE})


def own_disks(machine: Machine) -> list[Storage]:
    """The disks that are the machine's own: no optical drive, no USB stick."""
    return [disk for disk in machine.storage if disk.kind not in NOT_ITS_DISKS]


def columns(machine: Machine, judgement: Judgement, device: Device | None = None) -> dict[str, Any]:
    """The device's columns for this hardware; what the machine does not say keeps the device's own word."""
    processor = machine.processors[0] if machine.processors else None
    disk = main_disk(machine)
    memory = machine.memory.total_bytes
    kind = machine.kind
    if kind is Kind.UNKNOWN and device and device.kind:
        kind = Kind(device.kind)
    return {
        "kind": kind.value,
        "vendor": (machine.vendor or (device.vendor if device else ""))[:80],
        "model": (machine.model or (device.model if device else ""))[:120],
        "serial": (machine.system.serial or machine.chassis.serial or (device.serial if device else ""))[:80],
        "asset_tag": (machine.chassis.asset_tag or (device.asset_tag if device else ""))[:80],
        "processor": ((processor.model or "") if processor else "")[:120],
        "memory_mb": round(memory / 2**20) if memory else None,
        "disk_kind": disk.kind.value if disk else "",
        "disk_gb": round(disk.size_bytes / 1e9) if disk and disk.size_bytes else None,
        "grade": judgement.grade,
        "parts_only": judgement.parts_only is not None,
    }


def main_disk(machine: Machine) -> Storage | None:
    """The disk a system would be installed on: solid state first, then the largest."""
    disks = own_disks(machine)
    solid = (StorageKind.NVME, StorageKind.SATA_SSD)
    return max(disks, key=lambda disk: (disk.kind in solid, disk.size_bytes or 0), default=None)
