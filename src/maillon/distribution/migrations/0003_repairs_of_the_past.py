"""The repairs that the bench recorded before they had a table: read from the ledger, which holds them all."""

import json

from django.db import migrations
from django.utils import timezone

from maillon.kernel import codes

# As `distribution.help.vocabulary.FAULT_OF` was then.
FAULT_OF = {
    "battery": "battery",
    "screen": "screen",
    "keyboard": "keyboard",
    "cooling": "cooling",
    "case": "case",
    "charger": "power",
    "connector": "ports",
    "other": "other",
}
AT_ONCE = 500


def keep(apps, schema_editor):
    Entry, Device = apps.get_model("kernel", "Entry"), apps.get_model("workshop", "Device")
    entries = Entry.objects.filter(kind="device.repaired").order_by("stream", "sequence")
    batch = []
    for entry in entries.iterator(AT_ONCE):
        batch.append(entry)
        if len(batch) == AT_ONCE:
            keep_some(apps, Device, batch)
            batch = []
    keep_some(apps, Device, batch)


def keep_some(apps, Device, entries):
    Repair = apps.get_model("distribution", "Repair")
    devices = {device.id: device for device in Device.objects.filter(id__in=[entry.subject for entry in entries])}
    told = [
        (entry, devices[entry.subject], part)
        for entry in entries
        if entry.subject in devices
        for part in json.loads(entry.payload).get("repair") or ()
        if part in FAULT_OF
    ]
    drawn = codes.draw(len(told), lambda some: Repair.objects.filter(code__in=some).values_list("code", flat=True))
    Repair.objects.bulk_create(
        Repair(
            code=code,
            territory_id=device.territory_id,
            holder_id=device.holder_id,
            device_id=device.pk,
            on=timezone.localdate(entry.at),
            fault=FAULT_OF[part],
            status="fixed",
            parts=[part],
            recorded_at=entry.recorded_at,
            recorded_by=entry.user_id,
        )
        for code, (entry, device, part) in zip(drawn, told, strict=True)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("distribution", "0002_help"),
        ("kernel", "0001_ledger"),
        ("workshop", "0008_when_a_device_came_in"),
    ]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
