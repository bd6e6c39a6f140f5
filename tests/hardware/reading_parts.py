"""How the tests of readers read: one corpus document or text, one machine, parts without their origins."""

from dataclasses import fields

from maillon.hardware import reading
from maillon.hardware.model import Machine, NetworkKind, Reading, StorageKind
from tests.hardware.samples import CORPUS

UNSAID = (None, (), StorageKind.UNKNOWN, NetworkKind.UNKNOWN)


def read_all(data: bytes | str) -> Reading:
    found = reading.read(data.encode() if isinstance(data, str) else data)
    assert isinstance(found, Reading), (str(found.reason), str(found.hint))
    return found


def read(data: bytes | str) -> Machine:
    (machine,) = read_all(data).machines
    return machine


def corpus(name: str) -> Machine:
    return read((CORPUS / name).read_bytes())


def said(part) -> dict:
    """The fields of a part that say something."""
    names = [field.name for field in fields(part) if field.name not in ("origin", "modules")]
    return {name: getattr(part, name) for name in names if getattr(part, name) not in UNSAID}


def each(parts) -> list[dict]:
    return [said(part) for part in parts]


def every_value_has_its_origin(machine: Machine) -> bool:
    """Each value of each part names where it was read (what `finish` derives is left out)."""
    derived = {"generation", "release_year", "model", "kind", "health"}
    lists = ("processors", "storage", "graphics", "displays", "network", "batteries", "audio", "cameras", "bluetooth")
    parts = [machine.system, machine.chassis, machine.board, machine.firmware, machine.memory, *machine.memory.modules]
    parts += [part for name in lists for part in getattr(machine, name)]
    return all(part.origin.get(name) or name in derived for part in parts for name in said(part))
