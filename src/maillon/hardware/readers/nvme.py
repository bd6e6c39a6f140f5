"""nvme-cli's JSON: `nvme id-ctrl`, `nvme id-ns`, `nvme smart-log` and `nvme list` (version 1 flat, version 2 nested).

`id-ns` and `smart-log` do not say which drive they speak of; whoever holds that (the bench) gives the device.
Fields: NVM Express Base Specification 2.0, figures 275 (Identify Controller), 97 (Identify Namespace), 207 (SMART).
"""

from collections.abc import Iterator
from typing import Any

from maillon.hardware.drives import drive_serial, drive_text
from maillon.hardware.facts import Facts, objects_of, text_of
from maillon.hardware.formats import JsonFormat, Where
from maillon.hardware.model import Machine, Storage, StorageKind
from maillon.hardware.quantities import whole

_MAX_HOURS = 300_000  # 34 years


def _start(where: Where, path: str, device: str | None = None) -> Facts[Storage]:
    facts = Facts(Storage)
    facts.put("kind", StorageKind.NVME, where.path(path))
    facts.put("interface", "NVMe", where.path(path))
    facts.put("device", device, where.path(path))
    return facts


def _path_of(name: str | None) -> str | None:
    if not name:
        return None
    return name if name.startswith("/dev/") else f"/dev/{name}"


def id_ctrl(document: Any, where: Where, device: str | None = None) -> Storage:
    facts = _start(where, ".sn", device)
    facts.put("serial", drive_serial(text_of(document.get("sn"))), where.path(".sn"))
    facts.put("model", drive_text(text_of(document.get("mn"))), where.path(".mn"))
    facts.put("firmware", drive_text(text_of(document.get("fr"))), where.path(".fr"))
    facts.put("size_bytes", whole(document.get("tnvmcap")) or None, where.path(".tnvmcap"))
    return facts.build()


def id_ns(document: Any, where: Where, device: str | None = None) -> Storage:
    """The size: number of blocks times the size of the format in use."""
    facts = _start(where, ".nsze", device)
    used, blocks = whole(document.get("flbas")), whole(document.get("nsze"))
    formats = dict(objects_of(document.get("lbafs")))
    exponent = whole(formats.get((used or 0) & 0xF, {}).get("ds"))
    if blocks and exponent and 9 <= exponent <= 16:
        facts.put("size_bytes", blocks << exponent, where.path(".nsze"))
    return facts.build()


def smart_log(document: Any, where: Where, device: str | None = None) -> Storage:
    facts = _start(where, ".critical_warning", device)
    warning = document.get("critical_warning")
    warning = whole(warning.get("value") if isinstance(warning, dict) else warning)
    facts.put("healthy", None if warning is None else warning == 0, where.path(".critical_warning"))
    for key in ("percent_used", "percentage_used"):
        used = whole(document.get(key))
        facts.put("wear_percent", None if used is None else min(used, 100), where.path(f".{key}"))
    hours = whole(document.get("power_on_hours"))
    facts.put(
        "power_on_hours", hours if hours is not None and hours <= _MAX_HOURS else None, where.path(".power_on_hours")
    )
    facts.put("power_cycles", whole(document.get("power_cycles")), where.path(".power_cycles"))
    return facts.build()


def _namespaces(document: Any) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Path, namespace and its controller, of both layouts of `nvme list`."""
    for index, device in objects_of(document.get("Devices")):
        here = f".Devices[{index}]"
        if "SerialNumber" in device or "ModelNumber" in device:
            yield here, device, device
        for number, subsystem in objects_of(device.get("Subsystems")):
            for place, controller in objects_of(subsystem.get("Controllers")):
                path = f"{here}.Subsystems[{number}].Controllers[{place}]"
                spaces = objects_of(controller.get("Namespaces")) or objects_of(subsystem.get("Namespaces"))
                yield path, spaces[0][1] if spaces else {}, controller


def listing(document: Any, where: Where) -> Machine:
    drives = []
    for path, space, controller in _namespaces(document):
        name = text_of(space.get("DevicePath")) or text_of(space.get("NameSpace") if "Controllers" in path else None)
        facts = _start(where, path, _path_of(name))
        facts.put("serial", drive_serial(text_of(controller.get("SerialNumber"))), where.path(f"{path}.SerialNumber"))
        facts.put("model", drive_text(text_of(controller.get("ModelNumber"))), where.path(f"{path}.ModelNumber"))
        facts.put("firmware", drive_text(text_of(controller.get("Firmware"))), where.path(f"{path}.Firmware"))
        facts.put("size_bytes", whole(space.get("PhysicalSize")) or None, where.path(f"{path}.PhysicalSize"))
        drives.append(facts.build())
    return Machine(storage=tuple(drives), tools=(where.tool,))


def _is_ctrl(document: Any) -> bool:
    return isinstance(document, dict) and {"sn", "mn", "fr"} <= document.keys()


def _is_ns(document: Any) -> bool:
    return isinstance(document, dict) and {"nsze", "flbas", "lbafs"} <= document.keys()


def _is_smart(document: Any) -> bool:
    return isinstance(document, dict) and "critical_warning" in document and "power_on_hours" in document


def _is_list(document: Any) -> bool:
    if not isinstance(document, dict):
        return False
    devices = document.get("Devices")
    if devices == [] and len(document) == 1:
        return True  # no NVMe drive
    return bool({key for _index, device in objects_of(devices) for key in device} & {"DevicePath", "Subsystems"})


def _one(read: Any) -> Any:
    return lambda document, where: Machine(storage=(read(document, where),), tools=(where.tool,))


FORMATS = (
    JsonFormat("nvme-id-ctrl", "nvme", _is_ctrl, _one(id_ctrl)),
    JsonFormat("nvme-id-ns", "nvme", _is_ns, _one(id_ns)),
    JsonFormat("nvme-smart-log", "nvme", _is_smart, _one(smart_log)),
    JsonFormat("nvme-list", "nvme", _is_list, listing),
)
