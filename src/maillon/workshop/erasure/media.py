"""The disks of a device, kept in step with what was last read of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from maillon.hardware.model import Machine, Storage
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.territory.models import Organisation
from maillon.workshop.description import own_disks
from maillon.workshop.life import MediumState
from maillon.workshop.models import Device, Medium

WRITTEN = ("device", "fitted", "state", "kind", "vendor", "model", "serial", "wwn", "interface", "size_bytes")


def sync(
    actor: Actor, territory: Organisation, at: datetime | None, read: Mapping[Device, Machine]
) -> list[ledger.Event]:
    """Fit the disks that were read, take out those that are no longer there; returns the events to write.

    A disk is known by its serial number in all the machines of one workshop: moved to another machine it brings its
    state along. Whoever reads a machine can not take a disk away from another workshop's by naming it. One without a
    serial number is known by its model and size in its machine alone. A reading that lists no disk (most tools see
    none) changes nothing; one that lists a disk declared absent or destroyed contradicts the witness: it must be
    erased. Four queries, whatever the number of devices.
    """
    listing = {device: disks for device, machine in read.items() if (disks := own_disks(machine))}
    if not listing:
        return []
    serials = {disk.serial for disks in listing.values() for disk in disks if disk.serial}
    fitted = list(Medium.objects.filter(device__in=list(listing), fitted=True))
    elsewhere = Medium.objects.select_related("device").filter(
        device__territory=territory, device__holder__in={device.holder_id for device in listing}, serial__in=serials
    )
    elsewhere = elsewhere.exclude(pk__in=[medium.pk for medium in fitted])
    holders = {device.number: device.holder_id for device in listing}
    by_serial = {(holders[m.device_id], m.serial): m for m in fitted if m.device_id and m.serial}
    by_serial = {(m.device.holder_id, m.serial): m for m in elsewhere if m.device} | by_serial
    events: list[ledger.Event] = []
    new: list[Medium] = []
    changed: list[Medium] = []
    for device, disks in listing.items():
        here = [medium for medium in fitted if medium.device_id == device.number]
        seen: set[object] = set()
        for disk in disks:
            medium = by_serial.get((device.holder_id, disk.serial or "")) or _same_look(here, disk, seen)
            if medium is None:
                medium = Medium(device=device, **_facts(disk))
                new.append(medium)
                if medium.serial:
                    by_serial[device.holder_id, medium.serial] = medium
            else:
                events.extend(_fitted(actor, at, device, medium))
                for name, value in _facts(disk).items():
                    setattr(medium, name, value or getattr(medium, name))
                changed.append(medium)
            seen.add(medium.pk)
        for medium in here:
            if medium.pk not in seen and medium.device_id == device.number:
                medium.fitted = False
                changed.append(medium)
                events.append(_event("device.medium_removed", actor, at, device, medium))
    Medium.objects.bulk_create(new)
    Medium.objects.bulk_create(_once(changed), update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN)
    return events


def _fitted(actor: Actor, at: datetime | None, device: Device, medium: Medium) -> list[ledger.Event]:
    """Note that this disk was seen in this device; the events of both machines when it moved."""
    denied = medium.state in (MediumState.ABSENT, MediumState.DESTROYED)
    if medium.device_id == device.number and medium.fitted and not denied:
        return []
    events = []
    if medium.device and medium.device_id != device.number and medium.fitted:
        events.append(_event("device.medium_removed", actor, at, medium.device, medium))
    medium.device, medium.fitted = device, True
    if denied:
        medium.state = MediumState.TO_ERASE.value
    return [*events, _event("device.medium_fitted", actor, at, device, medium)]


def _facts(disk: Storage) -> dict[str, object]:
    return {
        "kind": disk.kind.value,
        "vendor": (disk.vendor or "")[:80],
        "model": (disk.model or "")[:120],
        "serial": (disk.serial or "")[:80],
        "wwn": (disk.wwn or "")[:40],
        "interface": (disk.interface or "")[:16],
        "size_bytes": disk.size_bytes,
    }


def _same_look(here: Iterable[Medium], disk: Storage, seen: set[object]) -> Medium | None:
    """A disk without a serial number, or whose serial number was not read before."""
    for medium in here:
        alike = medium.model == (disk.model or "") and medium.size_bytes == disk.size_bytes
        alike = alike or _as_listed(medium, disk)
        if medium.pk not in seen and alike and not (medium.serial and disk.serial):
            if medium.state != MediumState.TO_ERASE and disk.serial:
                return None  # what was proved of a nameless disk is not carried over to one with a name
            medium.serial = medium.serial or (disk.serial or "")
            return medium
    return None


def _as_listed(medium: Medium, disk: Storage) -> bool:
    """A disk that only a list told of ("SSD 256"), now read by a tool: the size as people round it."""
    if medium.model or medium.serial or medium.wwn or medium.state != MediumState.TO_ERASE:
        return False
    if not medium.size_bytes or not disk.size_bytes:
        return True
    return abs(disk.size_bytes / medium.size_bytes - 1) < 0.1


def _event(kind: str, actor: Actor, at: datetime | None, device: Device, medium: Medium) -> ledger.Event:
    return ledger.Event(kind, actor, device.id, at, None, {"medium": medium.pk})


def _once(media: Iterable[Medium]) -> list[Medium]:
    return list({medium.pk: medium for medium in media}.values())
