"""What a label says of a device."""

from django.conf import settings
from django.urls import reverse

from maillon.kernel import codes, wording
from maillon.kernel.labels import Label
from maillon.kernel.machine_words import STORAGE_LABELS
from maillon.workshop.models import Device


def address_of(device: Device) -> str:
    """The short address behind the label's QR."""
    return f"{settings.SITE_URL}{reverse('label', args=[device.code])}"


def label_of(device: Device) -> Label:
    kinds = {kind.value: str(label) for kind, label in STORAGE_LABELS.items()}
    memory = wording.memory(device.memory_mb * 2**20) if device.memory_mb else ""
    disk = f"{kinds.get(device.disk_kind, '')} {wording.capacity(device.disk_gb * 10**9)}" if device.disk_gb else ""
    lines = (device.processor, " · ".join(part for part in (memory, disk.strip()) if part), device.holder.name)
    return Label(codes.pretty(device.code), address_of(device), device.title, tuple(line for line in lines if line))
