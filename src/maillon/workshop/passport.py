"""A device's public passport: what it is, what was done, how to get help. No serial number, no place, no person."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from maillon.hardware.judgement import Judgement
from maillon.kernel.ledger import Entry
from maillon.kernel.wording import capacity, memory
from maillon.workshop.life import PROVED, MediumState
from maillon.workshop.models import Device, Erasure
from maillon.workshop.queries import judgement_of, machine_of
from maillon.workshop.vocabulary import System

TOLD = {
    "device.inspected": gettext_noop("Hardware read"),
    "device.erased": gettext_noop("Data of the former owner erased, proofs kept"),
    "device.repaired": gettext_noop("Repaired"),
    "device.installed": gettext_noop("Free system installed"),
    "device.checked": gettext_noop("Every function checked"),
    "device.recycled": gettext_noop("Recycled"),
}


@dataclass(frozen=True, slots=True)
class Passport:
    code: str
    title: str
    kind: str | Promise
    facts: tuple[tuple[str, str], ...]
    grade: int | None
    done: tuple[tuple[date, str], ...]
    certificates: int  # how many: the certificates themselves name disks, their donor has their numbers
    erased: bool
    url: str
    vendor: str = ""
    model: str = ""
    judgement: Judgement | None = field(default=None)


def passport(device: Device) -> Passport:
    machine = machine_of(device)
    fitted = list(device.media.filter(fitted=True))
    facts = [
        (_("Processor"), device.processor),
        (_("Memory"), memory(device.memory_mb * 2**20) if device.memory_mb else ""),
        (_("Disk"), capacity(device.disk_gb * 10**9) if device.disk_gb else ""),
        (_("System"), str(dict(System.choices).get(device.system, ""))),
    ]
    events = Entry.objects.filter(stream=f"device:{device.id}", kind__in=TOLD).order_by("sequence")
    return Passport(
        code=device.code,
        title=device.title,
        kind=device.get_kind_display(),
        facts=tuple((name, value) for name, value in facts if value),
        grade=device.grade,
        done=tuple((entry.at.date(), _(TOLD[entry.kind])) for entry in events),
        certificates=Erasure.objects.filter(medium__device=device, number__isnull=False).count(),
        erased=bool(fitted or device.no_disk_declared)
        and all(MediumState(medium.state) in PROVED for medium in fitted),
        url=f"{settings.SITE_URL}{reverse('public-passport', args=[device.code])}",
        vendor=device.vendor,
        model=device.model,
        judgement=judgement_of(device, machine) if machine else None,
    )


def json_ld(told: Passport) -> dict[str, Any]:
    """The passport as linked data (schema.org Product)."""
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": told.url,
        "identifier": told.code,
        "name": told.title,
        "category": str(told.kind),
        "brand": {"@type": "Brand", "name": told.vendor} if told.vendor else None,
        "model": told.model or None,
        # "Refurbished" is a protected word (Code de la consommation R122-4): only "used" is claimed here.
        "itemCondition": "https://schema.org/UsedCondition",
        "additionalProperty": [{"@type": "PropertyValue", "name": name, "value": value} for name, value in told.facts],
    }
