"""The bench's own snapshot, "bench-snapshot/0": every tool's output as it came, and what the kernel shows in /sys.

Each output is read by the reader of its tool, then all are joined: the snapshot is one machine seen by many. The live
system runs without udev, so disks' serial numbers come from smartctl, hdparm and nvme, not from lsblk.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from maillon.hardware.chassis import chassis_type
from maillon.hardware.facts import Facts, dict_of, objects_of, text_of
from maillon.hardware.formats import JsonFormat, TextFormat, Where
from maillon.hardware.join import join
from maillon.hardware.junk import clean, clean_mac, clean_serial, clean_uuid
from maillon.hardware.messages import Message
from maillon.hardware.model import (
    Battery,
    Board,
    Chassis,
    Firmware,
    Machine,
    NetworkInterface,
    NetworkKind,
    Peripheral,
    Reading,
    Storage,
    System,
)
from maillon.hardware.pci import PciDevice
from maillon.hardware.quantities import decimal, iso_date, whole
from maillon.hardware.readers import dmidecode, edid, hdparm, lsblk, lscpu, lshw, lspci, lsusb, nvme, smartctl
from maillon.hardware.readers.nested import plain_text, read_nested
from maillon.hardware.readers.upower import technology

SCHEMA = "bench-snapshot/0"
_TEXTS: dict[str, TextFormat] = {
    "dmidecode": dmidecode.FORMAT,
    "hdparm": hdparm.FORMAT,
    "lspci": lspci.FORMAT,
    "lsusb": lsusb.FORMAT,
    "smartctl": smartctl.TEXT,
    "lscpu": lscpu.TEXT,
}
_DOCUMENTS: dict[str, JsonFormat] = {
    "smartctl": smartctl.JSON,
    "lscpu": lscpu.JSON,
    "lsblk": lsblk.FORMAT,
    "lshw": lshw.FORMATS[0],
    "nvme_list": nvme.FORMATS[3],
}
_NVME: dict[str, Callable[[Any, Where, str | None], Storage]] = {
    "nvme_id_ctrl": nvme.id_ctrl,
    "nvme_id_ns": nvme.id_ns,
    "nvme_smart": nvme.smart_log,
}


def _recognise(document: Any) -> bool:
    return isinstance(document, dict) and str(document.get("schema", "")).startswith("bench-snapshot/")


def _parse(document: Any, where: Where) -> Reading:
    parts: list[Machine] = []
    warnings: list[Message] = []
    for machine, said in _tools(dict_of(document.get("tools")), where):
        parts.append(machine)
        warnings += said
    parts.append(_sysfs(document, where))
    parts.append(_disks(document, where))
    parts.append(_present(document, parts, where))
    machine = join([part for part in parts if part != Machine()])
    return Reading("bench-snapshot", (replace(machine, operating_system=None),), tuple(warnings))


def _tools(tools: dict[str, Any], where: Where) -> Iterator[tuple[Machine, tuple[Message, ...]]]:
    """What each tool said. A tool that failed and wrote nothing said nothing."""
    addresses = _pci_addresses(tools, where)
    for key, value in tools.items():
        run = dict_of(value)
        name, _colon, about = key.partition(":")
        output, document = run.get("out"), run.get("json")
        if isinstance(output, str) and name in _TEXTS and output.strip():
            yield read_nested(_TEXTS[name], output, Where(name, where.file, f"{where.prefix or '$'}.tools.{key}.out"))
        elif name in _DOCUMENTS and isinstance(document, dict | list) and document:
            place = Where(_DOCUMENTS[name].tool, where.file, f"{where.prefix or '$'}.tools.{key}.json")
            yield read_nested(_DOCUMENTS[name], document, place)
        elif name in _NVME and isinstance(document, dict):
            place = Where("nvme", where.file, f"{where.prefix or '$'}.tools.{key}.json")
            device = f"/dev/{about}" if re.fullmatch(r"nvme\d{1,3}n\d{1,3}", about) else None
            yield Machine(storage=(_NVME[name](document, place, device),), tools=("nvme",)), ()
        elif name == "ip" and isinstance(document, list):
            yield _interfaces(document, addresses, Where("ip", where.file, f"{where.prefix or '$'}.tools.ip.json")), ()
        elif name == "efi" and isinstance(output, str):
            yield _efi(output, Where("efi", where.file, f"{where.prefix or '$'}.tools.efi.out")), ()
        elif name == "edid" and isinstance(output, str) and output.strip():
            yield read_nested(
                edid.FORMATS[1], output, Where("edid", where.file, f"{where.prefix or '$'}.tools.{key}.out")
            )


def _pci_addresses(tools: dict[str, Any], where: Where) -> dict[str, PciDevice]:
    """PCI functions by full address, to know which card an interface is."""
    output = dict_of(tools.get("lspci")).get("out")
    if not isinstance(output, str):
        return {}
    place = Where("lspci", where.file, f"{where.prefix or '$'}.tools.lspci.out")
    found = lspci.devices(plain_text(output), place)
    return {device.slot if device.slot.count(":") == 2 else f"0000:{device.slot}": device for device in found}


def _interfaces(links: list[Any], cards: dict[str, PciDevice], where: Where) -> Machine:
    """Network interfaces that stand on a bus, with the card behind them."""
    found = []
    for index, link in objects_of(links):
        bus, parent = text_of(link.get("parentbus")), text_of(link.get("parentdev"))
        if link.get("link_type") != "ether" or bus not in ("pci", "usb", "sdio"):
            continue
        facts = Facts(NetworkInterface)
        name = text_of(link.get("ifname")) or ""
        kind = NetworkKind.WIFI if name.startswith("wl") else NetworkKind.WWAN if name.startswith("ww") else None
        facts.put("kind", kind or NetworkKind.ETHERNET, where.path(f"[{index}].ifname"))
        facts.put("mac", clean_mac(text_of(link.get("address"))), where.path(f"[{index}].address"))
        card = cards.get(parent or "")
        facts.put("bus_id", card.ids if card else None, where.path(f"[{index}].parentdev"))
        if facts.values.keys() & {"mac", "bus_id"}:
            found.append(facts.build())
    return Machine(network=tuple(found), tools=("ip",))


def _efi(output: str, where: Where) -> Machine:
    """The listing of /sys/firmware/efi, then the bytes of the SecureBoot variable: four of attributes, one of value.

    An empty listing means that this start was not by UEFI, which does not say that the firmware can not.
    """
    facts = Facts(Firmware)
    lines = output.split("\n")
    shown = next(
        (number for number, line in enumerate(lines, 1) if line.strip() in ("runtime", "systab", "efivars")), 0
    )
    facts.put("uefi", True if shown else None, where.line(shown))
    for number, line in enumerate(lines, 1):
        if re.fullmatch(r"\s*(?:\d{1,3}\s+){4}[01]\s*", line):
            facts.put("secure_boot", line.split()[-1] == "1", where.line(number))
    return Machine(firmware=facts.build())


_DMI: dict[Any, tuple[tuple[str, str, Callable[[Any], object]], ...]] = {
    System: (("vendor", "sys_vendor", clean), ("product_name", "product_name", clean),
             ("version", "product_version", clean), ("family", "product_family", clean), ("sku", "product_sku", clean),
             ("serial", "product_serial", clean_serial), ("uuid", "product_uuid", clean_uuid)),
    Chassis: (("type", "chassis_type", chassis_type), ("vendor", "chassis_vendor", clean),
              ("serial", "chassis_serial", clean_serial), ("asset_tag", "chassis_asset_tag", clean_serial)),
    Board: (("vendor", "board_vendor", clean), ("model", "board_name", clean), ("version", "board_version", clean),
            ("serial", "board_serial", clean_serial)),
    Firmware: (("vendor", "bios_vendor", clean), ("version", "bios_version", clean), ("date", "bios_date", iso_date)),
}  # fmt: skip


def _sysfs(document: dict[str, Any], where: Where) -> Machine:
    """/sys/class/dmi/id and /sys/class/power_supply, and whether the machine started by UEFI."""
    place = Where("sysfs", where.file, where.prefix)
    dmi = dict_of(document.get("dmi"))
    parts: dict[Any, Any] = {}
    for part, fields in _DMI.items():
        facts = Facts(part)
        for field, key, read in fields:
            text = text_of(dmi.get(key))
            facts.put(field, read(text) if text else None, place.path(f".dmi.{key}"))
        if part is Firmware:
            uefi = dict_of(document.get("has")).get("uefi")
            facts.put("uefi", True if uefi is True else None, place.path(".has.uefi"))
        parts[part] = facts.build()
    supplies = dict_of(document.get("power_supply"))
    batteries = [_battery(supply, f".power_supply.{name}", place) for name, supply in supplies.items()]
    return Machine(
        system=parts[System],
        chassis=parts[Chassis],
        board=parts[Board],
        firmware=parts[Firmware],
        batteries=tuple(battery for battery in batteries if battery),
        tools=(f"bench {SCHEMA}",),
    )


def _battery(supply: Any, path: str, where: Where) -> Battery | None:
    """A battery of the machine, from the kernel's power supply class: µWh, or µAh with a voltage."""
    said = dict_of(supply)
    if said.get("type") != "Battery" or said.get("present") == "0" or said.get("scope") == "Device":
        return None
    facts = Facts(Battery)
    facts.put("vendor", clean(text_of(said.get("manufacturer"))), where.path(f"{path}.manufacturer"))
    facts.put("model", clean(text_of(said.get("model_name"))), where.path(f"{path}.model_name"))
    facts.put("serial", clean_serial(text_of(said.get("serial_number"))), where.path(f"{path}.serial_number"))
    facts.put("technology", technology(text_of(said.get("technology"))), where.path(f"{path}.technology"))
    for field, key in (("design_wh", "full_design"), ("full_wh", "full")):
        energy = decimal(said.get(f"energy_{key}"))
        facts.put(field, _watt_hours(energy), where.path(f"{path}.energy_{key}"))
        charge, volts = decimal(said.get(f"charge_{key}")), decimal(said.get("voltage_min_design"))
        if charge and volts:
            facts.put(field, _watt_hours(charge * volts / 10**6), where.path(f"{path}.charge_{key}"))
    cycles = whole(said.get("cycle_count"))
    facts.put("cycles", cycles if cycles and cycles < 100_000 else None, where.path(f"{path}.cycle_count"))
    return facts.build()


def _watt_hours(micro: float | None) -> float | None:
    return round(micro / 10**6, 3) if micro and 0 < micro < 10**9 else None


_USB_VIDEO = "USB camera"
_PCI_AUDIO = "PCI sound device"
_SIMULATED = re.compile(r"02:00:00:00:[0-9a-f]{2}:00")  # addresses of mac80211_hwsim's radios


def _present(document: dict[str, Any], parts: list[Machine], where: Where) -> Machine:
    """What /sys shows is there though no tool named it: else a USB radio or camera would be judged absent.

    Virtual test drivers show in /sys too. A camera counts by its USB interface of class video, on a bus where vivid
    and v4l2loopback never stand; their names in video4linux count for nothing by themselves. A radio (phy) counts
    unless its interface stands on no bus, or has an address that mac80211_hwsim makes.
    """
    has = dict_of(document.get("has"))
    place = Where("sysfs", where.file, where.prefix)
    network: list[NetworkInterface] = []
    if not any(card.kind is NetworkKind.WIFI for part in parts for card in part.network) and _has_radio(document, has):
        radio = Facts(NetworkInterface)
        radio.put("kind", NetworkKind.WIFI, place.path(".has.wifi_phy"))
        network.append(radio.build())
    cameras: list[Peripheral] = []
    if has.get("webcam_usb") is True and not any(part.cameras for part in parts):
        cameras.append(_camera(has, place))
    audio: list[Peripheral] = []
    if has.get("audio_pci") is True and not any(part.audio for part in parts):
        sound = Facts(Peripheral)
        sound.put("model", _PCI_AUDIO, place.path(".has.audio_pci"))
        audio.append(sound.build())
    return Machine(network=tuple(network), cameras=tuple(cameras), audio=tuple(audio))


def _camera(has: dict[str, Any], where: Where) -> Peripheral:
    """Named by its driver when one name can only be its own; it is there all the same without a name."""
    facts = Facts(Peripheral)
    names = has.get("video4linux")
    said = [(n, clean(text_of(name))) for n, name in enumerate(names if isinstance(names, list) else [])]
    own = [
        (n, name) for n, name in said if name and not re.match(r"vivid-|vimc|vim2m|vicodec|Dummy video device", name)
    ]
    if len({name for _n, name in own}) == 1:
        facts.put("model", own[0][1], where.path(f".has.video4linux[{own[0][0]}]"))
    facts.put("model", _USB_VIDEO, where.path(".has.webcam_usb"))
    return facts.build()


def _has_radio(document: dict[str, Any], has: dict[str, Any]) -> bool:
    phys = has.get("wifi_phy")
    if not (isinstance(phys, list) and any(text_of(phy) for phy in phys)):
        return False
    tools = dict_of(document.get("tools"))
    links = [link for _n, link in objects_of(dict_of(tools.get("ip")).get("json"))]
    wireless = [link for link in links if (text_of(link.get("ifname")) or "").startswith("wl")]
    if wireless:
        return any(text_of(link.get("parentbus")) for link in wireless)
    addresses = re.findall(r"\baddr ([0-9a-f:]{17})\b", text_of(dict_of(tools.get("iw")).get("out")) or "")
    return not addresses or not all(map(_SIMULATED.fullmatch, addresses))


def _disks(document: dict[str, Any], where: Where) -> Machine:
    """The bench's own short list of disks: a few columns of lsblk."""
    place = Where("lsblk", where.file, where.prefix)
    return Machine(storage=lsblk.drives(document.get("disks"), ".disks", place), tools=("lsblk",))


FORMAT = JsonFormat("bench-snapshot", "bench", _recognise, _parse)
