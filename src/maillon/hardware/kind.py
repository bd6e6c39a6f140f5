"""What sort of machine it is."""

from dataclasses import replace

from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind, Machine

_CHASSIS = {
    "Notebook": Kind.NOTEBOOK,
    "Laptop": Kind.NOTEBOOK,
    "Portable": Kind.NOTEBOOK,
    "Sub Notebook": Kind.NOTEBOOK,
    "Hand Held": Kind.NOTEBOOK,
    "Convertible": Kind.CONVERTIBLE,
    "Detachable": Kind.CONVERTIBLE,
    "Tablet": Kind.TABLET,
    "All In One": Kind.ALL_IN_ONE,
    "All in One": Kind.ALL_IN_ONE,
    "Mini PC": Kind.MINI_PC,
    "Stick PC": Kind.MINI_PC,
    "Main Server Chassis": Kind.SERVER,
    "Rack Mount Chassis": Kind.SERVER,
    "Blade": Kind.SERVER,
    "Desktop": Kind.DESKTOP,
    "Low Profile Desktop": Kind.DESKTOP,
    "Pizza Box": Kind.DESKTOP,
    "Mini Tower": Kind.DESKTOP,
    "Tower": Kind.DESKTOP,
    "Space-saving": Kind.DESKTOP,
    "Lunch Box": Kind.DESKTOP,
}


def with_kind(machine: Machine) -> Machine:
    kind = _CHASSIS.get(machine.chassis.type or "", Kind.UNKNOWN)
    because = Message(_("The chassis says “%(type)s”."), {"type": machine.chassis.type or ""})
    return replace(machine, kind=kind, kind_because=because)
