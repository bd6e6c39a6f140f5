"""smartctl (smartmontools 5 to 7), text of `-i`, `-a`, `-x` and JSON of `-j`: ATA, NVMe and SCSI drives.

Several drives may follow each other. A drive that smartctl could not reach (unknown USB bridge) gives a warning, not
a drive. Attribute numbers: SMART attribute 5 reallocated, 9 hours, 12 cycles, 197 pending; wear from the ATA device
statistics or NVMe "percentage used", else from the attributes whose normalised value is documented by smartmontools'
drivedb as life left (202, 231, 233 under the names below).
"""

import re
from collections.abc import Iterator
from typing import Any

from maillon.hardware.drives import (
    clean_wwn,
    drive_kind,
    drive_serial,
    drive_text,
    password_lock,
    security_word,
    wwn_of_parts,
)
from maillon.hardware.facts import Facts, dict_of, list_of, objects_of, text_of
from maillon.hardware.formats import JsonFormat, TextFormat, Where
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Lock, Machine, Origin, Reading, Storage
from maillon.hardware.quantities import decimal, iso_moment, size_bytes, whole

_MAX_HOURS = 300_000  # 34 years: more is a counter in other units
_LIFE_LEFT = re.compile(
    r"^(?:percent_lifetime_remain|percent_life_remaining|ssd_life_left|remaining_life(?:time_perc)?|life_left)",
    re.IGNORECASE,
)
_REALLOCATED = re.compile(r"^realloc", re.IGNORECASE)
_PENDING = re.compile(r"pending", re.IGNORECASE)


class Drive:
    """One drive under way, filled alike from text and from JSON."""

    def __init__(self, tool: str) -> None:
        self.tool = tool
        self.facts: Facts[Storage] = Facts(Storage)
        self.security_at: Origin | None = None
        self.problem = ""
        self.usb = False
        self.seen_at: str | None = None
        self.version: str | None = None

    def put(self, field: str, value: object, at: Origin) -> None:
        self.facts.put(field, value, at)

    def attribute(self, number: int | None, name: str, value: int | None, raw: str, at: Origin) -> None:
        """One line of the table of SMART attributes; the raw value may carry a comment or hours and minutes."""
        count = whole(re.split(r"[h(+]", raw, maxsplit=1)[0])
        if number == 5 and _REALLOCATED.match(name):
            self.put("reallocated_sectors", count, at)
        elif number == 197 and _PENDING.search(name):
            self.put("pending_sectors", count, at)
        elif number == 9 and name.lower().startswith("power_on_hours"):
            self.hours(count, at)
        elif number == 12 and name.lower().startswith("power_cycle"):
            self.put("power_cycles", count, at)
        elif number in (202, 231, 233) and _LIFE_LEFT.match(name) and value is not None and 0 <= value <= 100:
            self.put("wear_percent", 100 - value, at)

    def hours(self, count: int | None, at: Origin) -> None:
        self.put("power_on_hours", count if count is not None and count <= _MAX_HOURS else None, at)

    def wear(self, percent: int | None, at: Origin) -> None:
        """Endurance used; drives go past 100 % and keep working, the model's scale ends there."""
        if percent is not None and 0 <= percent <= 255:
            self.put("wear_percent", min(percent, 100), at)

    def security(self, text: str, at: Origin) -> None:
        """smartctl's sentence: "Disabled, frozen [SEC2]", "ENABLED, PW level HIGH, **LOCKED** [SEC7]"."""
        lower = text.lower()
        if not lower or "unavailable" in lower or "not supported" in lower:
            return
        self.security_at = at
        self.put(
            "security",
            security_word(
                enabled=lower.startswith("enabled"),
                locked="locked" in lower and "not locked" not in lower,
                frozen="frozen" in lower and "not frozen" not in lower,
            ),
            at,
        )

    def storage(self) -> Storage:
        values = self.facts.values
        if self.usb:
            self.put("interface", "USB", self.origin_of("device", "model"))
        kind = drive_kind(
            model=values.get("model"),
            interface=values.get("interface"),
            rotation_rpm=values.get("rotation_rpm"),
            device=values.get("device"),
        )
        self.put("kind", kind, self.origin_of("rotation_rpm", "interface", "model"))
        return self.facts.build()

    def origin_of(self, *fields: str) -> Origin:
        origin = self.facts.build().origin
        return next((origin[field] for field in fields if field in origin), Origin(self.tool, "$"))

    def lock(self, storage: Storage) -> Lock | None:
        name = storage.serial or storage.model
        return (
            password_lock(storage.security, name, self.security_at)
            if storage.security and name and self.security_at
            else None
        )


_DENIED = re.compile(r"permission denied|operation not permitted|permission non accord|requires root", re.IGNORECASE)
_NOT_READ = _(
    "%(device)s could not be read by smartctl (%(problem)s). If it is a USB enclosure, take the drive out "
    "and connect it directly."
)
_NOT_ROOT = _("%(device)s could not be read by smartctl without root's rights. Run “sudo smartctl -x %(device)s”.")


def _reading(name: str, drives: list[Drive], tool: str) -> Reading:
    storages = [(drive, drive.storage()) for drive in drives if drive.facts.values.keys() - {"device"}]
    locks = tuple(lock for drive, storage in storages if (lock := drive.lock(storage)))
    versions = dict.fromkeys(f"{tool} {drive.version}" for drive in drives if drive.version) or {tool: None}
    warnings = tuple(
        Message(
            _NOT_ROOT if _DENIED.search(drive.problem) else _NOT_READ,
            {"device": drive.facts.values.get("device", "?"), "problem": drive.problem[:200]},
        )
        for drive in drives
        if drive.problem
    )
    machine = Machine(
        storage=tuple(storage for _drive, storage in storages),
        locks=locks,
        seen_at=next((drive.seen_at for drive in drives if drive.seen_at), None),
        tools=tuple(versions),
    )
    return Reading(name, (machine,), warnings)


# --- text -----------------------------------------------------------------------------------------------------------

_BANNER = re.compile(r"^smartctl (?:version )?(\d+\.\d+)")
_FIELD = re.compile(r"^([A-Za-z][\w /.()-]{1,50}?):\s+(\S.*?)\s*$")
_ATTRIBUTE = re.compile(
    r"^\s{0,3}(\d{1,3}) ([A-Za-z][\w./-]{1,40})\s+(?:0x[0-9a-f]{4}|[-A-Z]{6}\S{0,4})\s+(\d{3})\s+(?:\d{3}|---)\s+"
    r"(?:\d{3}|---)\s+(?:[A-Za-z_-]+\s+){1,3}(\S.*)$"
)
_POWERED = re.compile(r"^\s*number of hours powered up\s*=\s*([\d.,]{1,15})")
_OLD_SCSI = re.compile(r"^Device: (\S+)\s+(.{1,40}?)\s+Version: (\S+)")
_COMMAND = re.compile(r"^(?:[$#>]|.*\$)? ?(?:sudo )?smartctl\b.*?(/dev/[\w/]+)")
_WORDS: dict[str, str] = {
    "Device Model": "model",
    "Model Number": "model",
    "Product": "model",
    "Serial Number": "serial",
    "Serial number": "serial",
    "Firmware Version": "firmware",
    "Revision": "firmware",
    "Form Factor": "form_factor",
}


def _recognise_text(text: str) -> bool:
    return bool(re.search(r"^smartctl (?:version )?\d+\.\d+.{0,80}\[", text, re.MULTILINE)) or (
        "=== START OF INFORMATION SECTION ===" in text and "Serial" in text
    )


def _text_drives(text: str, where: Where) -> Iterator[Drive]:
    drive: Drive | None = None
    device: tuple[str, int] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:500]
        if command := _COMMAND.match(line):
            device = (command.group(1), number)
        banner = _BANNER.match(line)
        if banner or drive is None:
            if drive and (drive.facts or drive.problem):
                yield drive
            drive = Drive(where.tool)
            drive.version = banner.group(1) if banner else None
            if device:
                drive.put("device", device[0], where.line(device[1]))
                device = None
        _text_line(drive, line, where.line(number))
    if drive and (drive.facts or drive.problem):
        yield drive


def _text_line(drive: Drive, line: str, at: Origin) -> None:
    if old := _OLD_SCSI.match(line):
        drive.put("vendor", drive_text(old.group(1)), at)
        drive.put("model", drive_text(old.group(2)), at)
        drive.put("firmware", drive_text(old.group(3)), at)
    elif denied := re.match(r"^Smartctl open device: (/dev/\S+).{0,60}? failed: (.+)", line):
        drive.put("device", denied.group(1), at)
        drive.problem = denied.group(2)
    elif found := _FIELD.match(line):
        _text_field(drive, found.group(1), found.group(2), at)
    elif attribute := _ATTRIBUTE.match(line):
        number, name, value, raw = attribute.groups()
        drive.attribute(int(number), name, int(value), raw, at)
    elif "Percentage Used Endurance Indicator" in line:
        parts = line.split()
        drive.wear(whole(parts[3]) if len(parts) > 3 and parts[3].isdecimal() else None, at)
    elif powered := _POWERED.match(line):
        drive.hours(_hours(powered.group(1)), at)
    elif (
        re.match(r"^/dev/\S+: (?:Unknown USB bridge|Unable to detect|Unsupported USB)", line)
        or "Read Device Identity failed" in line
    ):
        device, _colon, problem = line.partition(": ")
        drive.put("device", device if device.startswith("/dev/") else None, at)
        drive.problem = problem or line


def _text_field(drive: Drive, label: str, value: str, at: Origin) -> None:
    if label in _WORDS:
        field = _WORDS[label]
        drive.put(field, drive_serial(value) if field == "serial" else drive_text(value), at)
    elif label == "Vendor":
        drive.put("vendor", drive_text(value), at)
    elif label in ("LU WWN Device Id", "Logical Unit id"):
        drive.put("wwn", clean_wwn(value), at)
    elif label in ("User Capacity", "Namespace 1 Size/Capacity", "Total NVM Capacity"):
        drive.put("size_bytes", whole(value) or size_bytes(value), at)
        if label != "User Capacity":
            drive.put("interface", "NVMe", at)
    elif label == "Rotation Rate":
        drive.put("rotation_rpm", 0 if "solid state" in value.lower() else whole(value), at)
    elif label in ("SATA Version is", "Transport protocol", "NVMe Version", "ATA Version is"):
        drive.put("interface", _interface(label, value), at)
    elif label in ("SMART overall-health self-assessment test result", "SMART Health Status"):
        drive.put("healthy", value.upper().startswith(("PASSED", "OK")), at)
    elif label == "ATA Security is":
        drive.security(value, at)
    elif label == "Local Time is":
        drive.seen_at = drive.seen_at or _asctime(value)
    else:
        _text_counter(drive, label, value, at)


def _text_counter(drive: Drive, label: str, value: str, at: Origin) -> None:
    if label == "Power On Hours":
        drive.hours(_hours(value), at)
    elif label == "Power Cycles":
        drive.put("power_cycles", whole(value), at)
    elif label in ("Percentage Used", "Percentage used endurance indicator"):
        drive.wear(whole(value), at)
    elif label == "Elements in grown defect list":
        drive.put("reallocated_sectors", whole(value), at)
    elif label == "Accumulated power on time, hours":
        drive.hours(whole(value.split(":")[-2] if ":" in value else value), at)


def _hours(value: str) -> int | None:
    """A count whose groups follow the user's language, or "1234.56" of SCSI."""
    if re.fullmatch(r"\d+[.,]\d{1,2}", value.strip()):
        amount = decimal(value)
        return int(amount) if amount is not None else None
    return whole(value)


def _interface(label: str, value: str) -> str | None:
    if label == "NVMe Version":
        return "NVMe"
    if label == "SATA Version is":
        return "SATA"
    if label == "Transport protocol":
        return "SAS" if value.upper().startswith("SAS") else None
    return None


_MONTHS = {
    name: index
    for index, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_ASCTIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})(?: UTC)?")


def _asctime(value: str) -> str | None:
    """ "Thu Dec 23 15:15:06 2010 CET" as ISO 8601; the zone's letters are left out unless they say UTC."""
    found = _ASCTIME.match(value)
    if not found or found.group(1) not in _MONTHS:
        return None
    month, day, clock, year = found.groups()
    zone = "+00:00" if "UTC" in value else ""
    return iso_moment(f"{year}-{_MONTHS[month]:02}-{int(day):02}T{clock}{zone}")


def _parse_text(text: str, where: Where) -> Reading:
    return _reading("smartctl", list(_text_drives(text, where)), where.tool)


# --- JSON -----------------------------------------------------------------------------------------------------------


def _is_one(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("smartctl"), dict)


def _recognise_json(document: Any) -> bool:
    """One drive, a list of them, or both forms by device name as collectors write them."""
    if isinstance(document, list):
        return bool(document) and all(_is_one(item) for item in document[:64])
    return _is_one(document)


def _parse_json(document: Any, where: Where) -> Reading:
    items = [("", document)] if isinstance(document, dict) else [(f"[{i}]", item) for i, item in objects_of(document)]
    return _reading("smartctl-json", [_json_drive(item, path, where) for path, item in items], where.tool)


def _json_drive(document: dict[str, Any], path: str, where: Where) -> Drive:
    drive = Drive(where.tool)

    def at(rest: str) -> Origin:
        return where.path(f"{path}.{rest}")

    run, device = dict_of(document.get("smartctl")), dict_of(document.get("device"))
    version = [str(part) for part in list_of(run.get("version")) if isinstance(part, int)]
    drive.version = ".".join(version[:2]) or None
    drive.put("device", text_of(device.get("name")) or _device_of(run), at("device.name"))
    drive.usb = "usb" in str(device.get("type", "")).lower() or "[USB" in str(device.get("info_name", ""))
    for key, field in (("model_name", "model"), ("scsi_product", "model"), ("scsi_model_name", "model"),
                       ("vendor", "vendor"), ("scsi_vendor", "vendor"), ("product", "model"),
                       ("firmware_version", "firmware"), ("scsi_revision", "firmware"),
                       ("revision", "firmware")):  # fmt: skip
        drive.put(field, drive_text(text_of(document.get(key))), at(key))
    drive.put("serial", drive_serial(text_of(document.get("serial_number"))), at("serial_number"))
    wwn = dict_of(document.get("wwn"))
    drive.put("wwn", wwn_of_parts(wwn.get("naa"), wwn.get("oui"), wwn.get("id")), at("wwn"))
    drive.put("wwn", clean_wwn(text_of(document.get("logical_unit_id"))), at("logical_unit_id"))
    drive.put(
        "size_bytes", whole(dict_of(document.get("user_capacity")).get("bytes")) or None, at("user_capacity.bytes")
    )
    drive.put("size_bytes", whole(document.get("nvme_total_capacity")) or None, at("nvme_total_capacity"))
    drive.put("rotation_rpm", whole(document.get("rotation_rate")), at("rotation_rate"))
    drive.put(
        "form_factor", drive_text(text_of(dict_of(document.get("form_factor")).get("name"))), at("form_factor.name")
    )
    _json_interface(drive, document, device, at)
    _json_health(drive, document, at)
    drive.seen_at = _asctime(text_of(dict_of(document.get("local_time")).get("asctime")) or "")
    drive.problem = _json_problem(document, run)
    return drive


def _device_of(run: dict[str, Any]) -> str | None:
    """The device asked for, of a drive that did not answer."""
    arguments = run.get("argv")
    last = text_of(arguments[-1]) if isinstance(arguments, list) and arguments else None
    return last if last and last.startswith("/dev/") else None


def _json_problem(document: dict[str, Any], run: dict[str, Any]) -> str:
    if document.get("model_name") or document.get("serial_number") or document.get("scsi_product"):
        return ""
    for _index, message in objects_of(run.get("messages")):
        if message.get("severity") == "error" and (text := text_of(message.get("string"))):
            return text.partition(": ")[2] or text
    return ""


def _json_interface(drive: Drive, document: dict[str, Any], device: dict[str, Any], at: Any) -> None:
    protocol = str(device.get("protocol", "")).upper()
    if drive.usb:
        return
    if protocol == "NVME":
        drive.put("interface", "NVMe", at("device.protocol"))
    elif protocol == "ATA" and (document.get("sata_version") or document.get("interface_speed")):
        drive.put("interface", "SATA", at("sata_version"))
    elif "SAS" in str(dict_of(document.get("scsi_transport_protocol")).get("name", "")):
        drive.put("interface", "SAS", at("scsi_transport_protocol.name"))


def _json_health(drive: Drive, document: dict[str, Any], at: Any) -> None:
    passed = dict_of(document.get("smart_status")).get("passed")
    drive.put("healthy", passed if isinstance(passed, bool) else None, at("smart_status.passed"))
    drive.hours(whole(dict_of(document.get("power_on_time")).get("hours")), at("power_on_time.hours"))
    drive.put("power_cycles", whole(document.get("power_cycle_count")), at("power_cycle_count"))
    nvme = dict_of(document.get("nvme_smart_health_information_log"))
    drive.wear(whole(nvme.get("percentage_used")), at("nvme_smart_health_information_log.percentage_used"))
    drive.wear(
        whole(document.get("scsi_percentage_used_endurance_indicator")), at("scsi_percentage_used_endurance_indicator")
    )
    drive.put("reallocated_sectors", whole(document.get("scsi_grown_defect_list")), at("scsi_grown_defect_list"))
    for index, page in objects_of(dict_of(document.get("ata_device_statistics")).get("pages")):
        for row, line in objects_of(page.get("table")):
            if line.get("name") == "Percentage Used Endurance Indicator":
                drive.wear(whole(line.get("value")), at(f"ata_device_statistics.pages[{index}].table[{row}].value"))
    for index, attribute in objects_of(dict_of(document.get("ata_smart_attributes")).get("table")):
        raw = dict_of(attribute.get("raw"))
        drive.attribute(
            whole(attribute.get("id")),
            str(attribute.get("name", "")),
            whole(attribute.get("value")),
            text_of(raw.get("string")) or str(raw.get("value", "")),
            at(f"ata_smart_attributes.table[{index}].raw"),
        )
    security = dict_of(document.get("ata_security"))
    drive.security(text_of(security.get("string")) or "", at("ata_security"))


TEXT = TextFormat("smartctl", "smartctl", _recognise_text, _parse_text)
JSON = JsonFormat("smartctl-json", "smartctl", _recognise_json, _parse_json)
FORMATS = (TEXT, JSON)
