"""A territory with a queue and a stock, made quickly: what the tests of problems and campaigns decide on."""

from datetime import date

from maillon.allocation import rulesets
from maillon.kernel.codes import new_code
from maillon.territory.models import Commune, Organisation, Place
from maillon.workshop.life import MediumState
from maillon.workshop.models import Device, Hardware, Medium
from maillon.workshop.queries import packed
from maillon.workshop.stock import index
from tests.allocation.promises import make_request
from tests.hardware.machines import laptop
from tests.world import make_world

DAY = date(2026, 11, 20)


def stocked(world, machine=None, *, place=None, state="ready", **fields):
    """A machine of the world's workshop whose reading is `machine`, its only disk proved erased."""
    machine = machine or laptop()
    device = Device.objects.create(
        code=new_code(),
        territory=world.coordination,
        holder=world.workshop,
        place=place,
        state=state,
        kind=machine.kind.value,
        **{"grade": 4, **fields},
    )
    Hardware.objects.create(device=device, document=packed(machine), version="1")
    Medium.objects.create(device=device, state=MediumState.ERASED.value, serial=f"S{device.number}")
    index.sync([device.number])
    return device


def make_queue(requests=(), devices=0):
    """requests: the fields of each (criteria among them)."""
    world = make_world()
    rulesets.current(world.coordination.pk)
    made = [make_request(world, **fields) for fields in requests]
    return world, made, [stocked(world) for _ in range(devices)]


def commune(code="44109", grouping="244400404"):
    return Commune.objects.get_or_create(code=code, defaults={"name": f"Commune {code}", "grouping_siren": grouping})[0]


def public_place(world, where=None, name="Accueil"):
    organisation = Organisation.objects.get(territory=world.coordination, kind="place")
    return Place.objects.create(organisation=organisation, name=name, open_to_public=True, commune=where or commune())
