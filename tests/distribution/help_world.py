"""Machines in people's hands, and repairs of them, for the tests of help and of donors' reports."""

from datetime import date

from maillon.distribution.help.models import Repair
from maillon.kernel.codes import new_code
from maillon.workshop.models import Device


def machine(world, **fields):
    """A laptop of the world's workshop, in someone's hands unless told otherwise."""
    given = {
        "kind": "notebook",
        "vendor": "Lenovo",
        "model": "ThinkPad T470",
        "state": "handed_over",
        "donor": world.donor,
        **fields,
    }
    return Device.objects.create(code=new_code(), territory=world.coordination, holder=world.workshop, **given)


def repairs(world, device, count, fault="screen", status="fixed", **fields):
    given = {"on": date(2026, 9, 1), "year": 2017, **fields}
    return Repair.objects.bulk_create(
        Repair(
            code=new_code(),
            territory=world.coordination,
            holder=world.workshop,
            device=device,
            fault=fault,
            status=status,
            **given,
        )
        for _ in range(count)
    )
