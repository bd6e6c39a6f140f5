"""What the tools of Windows have in common: labels in their languages, dates, device paths, who manages the machine."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.junk import clean
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Lock, LockKind, LockState, Machine, NetworkKind, Origin, Reading
from maillon.hardware.quantities import iso_date

# --- labels


@lru_cache(maxsize=8192)
def skeleton(label: str) -> str:
    """The ASCII letters and digits of a label, in lower case: what is left whatever its encoding became on the way.

    "Modèle du système", its cp850 bytes read as cp1252 ("ModŠle du systŠme") and its UTF-8 bytes read as cp1252 all
    give "modledusystme": an accented letter is never read as an ASCII one.
    """
    return "".join(c for c in label if c.isascii() and c.isalnum()).lower()


def labels(**fields: str) -> dict[str, str]:
    """Skeleton -> field, from the labels of each field in every language, separated by "|"."""
    return {skeleton(label): field for field, said in fields.items() for label in said.split("|")}


def mebibytes(value: str) -> int | None:
    """ "8 071 Mo", "8.071 MB", "16,349 MB" in bytes: the digits are grouped in every language, never decimal."""
    digits = re.sub(r"\D", "", re.split(r"[A-Za-z]", value)[0])
    return int(digits) * 2**20 if digits and len(digits) < 10 else None


# --- dates

_JSON_DATE = re.compile(r"/Date\((-?\d{1,16})")
_DMTF = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?")
_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})[./-](\d{2,4})")


def cim_moment(value: Any) -> str | None:
    r"""A CIM date and time: DMTF ("20200422000000.000000+000"), "\/Date(1587513600000)\/", ISO, or a dict of these."""
    if isinstance(value, dict):
        value = value.get("value") or value.get("DateTime")
    text = str(value or "").strip()[:60]
    if found := _JSON_DATE.search(text):
        try:
            return datetime.fromtimestamp(int(found.group(1)) / 1000, UTC).isoformat(timespec="seconds")
        except (ValueError, OverflowError, OSError):
            return None
    if found := _DMTF.fullmatch(text.split(".")[0]):
        year, month, day, *clock = found.groups()
        date = iso_date(f"{year}-{month}-{day}")
        return f"{date}T{':'.join(clock)}" if date and all(clock) else date
    if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text) and iso_date(text[:10]):
        return text[:19]
    return None


def cim_date(value: Any) -> str | None:
    """The day of a CIM date; text in a local form is read when it has one meaning only."""
    moment = cim_moment(value)
    return moment[:10] if moment else local_date(str(value or ""), None)


def local_date(text: str, day_first: bool | None) -> str | None:
    """A day as the user's language writes it: "22/04/2020", "4/22/2020", "22.04.2020", "2020-04-22".

    day_first: what the rest of the document says of the order; None: unknown, then "04/05/2020" is None. Dots mean
    the day first, always.
    """
    found = _DAY.search(text[:200])
    if not found:
        return None
    first, mark, second, last = found.groups()
    if len(first) == 4:
        return iso_date(f"{first}-{int(second):02}-{int(last):02}")
    if len(first) > 2 or len(last) == 3:
        return None
    one, two, year = int(first), int(second), int(last)
    year += 0 if len(last) == 4 else 1900 if year >= 80 else 2000
    if mark == ".":
        day_first = True
    if one > 12 or one == two:
        day_first = True
    elif two > 12:
        day_first = False
    if day_first is None:
        return None
    day, month = (one, two) if day_first else (two, one)
    return iso_date(f"{year}-{month:02}-{day:02}")


# --- devices

_PCI = re.compile(r"VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})", re.IGNORECASE)
_USB = re.compile(r"VID_([0-9A-F]{4})&PID_([0-9A-F]{4})", re.IGNORECASE)
_WWAN = re.compile(
    r"mobile broadband|haut d.bit mobile|wwan|\blte\b|\b[345]g\b|sierra wireless|gobi|fibocom|huawei me", re.I
)
_WIFI = re.compile(r"wi-?fi|wireless|wlan|802\.11|centrino|airport|sans fil|drahtlos|inal.mbric", re.IGNORECASE)
_ETHERNET = re.compile(r"ethernet|gigabit|gbe|fast ?e|lan\b|10/100|netxtreme|i2\d\d\b|rtl8|pcie? fe", re.IGNORECASE)


def bus_id(path: str | None) -> str | None:
    r"""The identifiers in a device path: `PCI\VEN_8086&DEV_5916&…` -> "8086:5916"."""
    found = _PCI.search(path or "") or _USB.search(path or "")
    return f"{found.group(1)}:{found.group(2)}".lower() if found else None


def network_kind(name: str) -> NetworkKind:
    if re.search(r"bluetooth", name, re.IGNORECASE):
        return NetworkKind.UNKNOWN
    if _WWAN.search(name):
        return NetworkKind.WWAN
    if _WIFI.search(name):
        return NetworkKind.WIFI
    return NetworkKind.ETHERNET if _ETHERNET.search(name) else NetworkKind.UNKNOWN


def virtual_adapter(name: str) -> bool:
    """Adapters that are software: they say nothing of the machine."""
    return bool(
        re.search(
            r"virtual|hyper-v|vmware|virtualbox|vpn|tap-|tunnel|wan miniport|loopback|teredo|isatap|6to4|bluetooth"
            r"|kernel debug|npcap|miniport|wi-fi direct|anyconnect|fortinet|wireguard|filter|remote ndis|1394",
            name,
            re.IGNORECASE,
        )
    )


_NVME_NAME = re.compile(r"(?:[0-9A-F]{4}_){3,}[0-9A-F]{4}", re.IGNORECASE)


def nvme_name(value: str | None) -> str | None:
    """The world-wide name that Windows shows as the serial number of NVMe drives: "0025_3851_91B0_4F2E."."""
    value = (value or "").strip().rstrip(".")
    return value if _NVME_NAME.fullmatch(value) else None


def disk_serial(value: str | None) -> str | None:
    """A drive's serial number, put right where Windows 7 shows the ATA words in hexadecimal with bytes swapped."""
    value = (value or "").strip().rstrip(".")
    if _NVME_NAME.fullmatch(value):
        return None
    if len(value) == 40 and re.fullmatch(r"[0-9a-fA-F]{40}", value):
        raw = bytes.fromhex(value)
        swapped = bytes(raw[index ^ 1] for index in range(len(raw)))
        if swapped.isascii() and swapped.decode("ascii").isprintable():
            return swapped.decode("ascii").strip()
    return value or None


def characters(value: Any) -> str | None:
    """WMI writes the names of monitors as lists of UTF-16 codes ended by zeros: [68, 69, 76, 0, 0]."""
    if isinstance(value, str):
        return value.strip() or None
    if not isinstance(value, list):
        return None
    codes = [int(code) for code in value[:64] if str(code).isdigit() and 0 < int(code) < 0x3000]
    return "".join(map(chr, codes)).strip() or None


def chemistry(value: Any) -> str | None:
    """The four letters that ACPI packs in a number: 1313818956 is "LION"."""
    try:
        letters = int(value).to_bytes(4, "little").decode("ascii")
    except (TypeError, ValueError, OverflowError, UnicodeDecodeError):
        letters = str(value or "")
    letters = letters.strip("\x00 ").upper()
    known = {"LION": "Li-ion", "LI-I": "Li-ion", "LIP": "Li-poly", "LIPO": "Li-poly", "NIMH": "NiMH", "PBAC": "Pb-acid"}
    return known.get(letters)


_PLATFORMS = {
    "2": "mobile",
    "8": "mobile",
    "mobile": "mobile",
    "slate": "mobile",
    "1": "fixed",
    "3": "fixed",
} | dict.fromkeys(("desktop", "workstation", "bureau", "stationdetravail"), "fixed")


def platform_clue(role: Any, at: Origin) -> dict[str, Origin]:
    """What the firmware told Windows of its kind (ACPI's preferred power profile), as a clue for `kind`.

    role: `PCSystemType` (1 desktop, 2 mobile, 3 workstation, 8 slate) or msinfo32's "Platform Role".
    """
    platform = _PLATFORMS.get(skeleton(str(role)))
    return {f"{platform} platform": at} if platform else {}


# --- who manages the machine


def autopilot_lock(tenant: str, at: Origin) -> Lock:
    """The machine is registered with Windows Autopilot: any Windows put on it asks for its owner's account.

    It survives erasing; the organisation that registered it must remove it from its tenant.
    """
    return Lock(kind=LockKind.AUTOPILOT, state=LockState.LOCKED, evidence=tenant, origin={"state": at})


_DSREG_LINE = re.compile(r"^\W*(AzureAdJoined|EnterpriseJoined|DomainJoined|TenantName|MdmUrl)\s*:\s*(.*?)\s*$")


def registration_locks(lines: Iterable[str], at: Callable[[int], Origin]) -> list[Lock]:
    """What `dsregcmd /status` says of the management of the machine.

    Joined to a tenant with a management server: the machine may come back under management after erasing (Autopilot)
    or not; the tool can not tell, so the lock is PRESENT and its owner is to be asked. Source: Microsoft,
    "Troubleshoot devices by using the dsregcmd command".
    """
    said: dict[str, str] = {}
    first = 1
    for number, line in enumerate(lines, 1):
        if (found := _DSREG_LINE.match(line[:500])) and found.group(1) not in said:
            said[found.group(1)] = found.group(2)
            first = number if len(said) == 1 else first
    joined = said.get("AzureAdJoined", "").upper()
    if joined not in ("YES", "NO"):
        return []
    origin = {"state": at(first)}
    tenant = clean(said.get("TenantName"))
    server = clean(said.get("MdmUrl"))
    if joined == "YES" and (server or tenant):
        evidence = ", ".join(filter(None, (tenant, server)))
        return [Lock(kind=LockKind.MDM, state=LockState.PRESENT, evidence=evidence, origin=origin)]
    if joined == "NO" and not server:
        return [Lock(kind=LockKind.MDM, state=LockState.ABSENT, evidence="AzureAdJoined : NO", origin=origin)]
    return []


def _recognise(head: str) -> bool:
    return re.search(r"^\s*AzureAdJoined\s*:\s*(?:YES|NO)\b", head, re.MULTILINE) is not None


def _parse(text: str, where: Where) -> Machine | Reading:
    locks = registration_locks(text.split("\n"), where.line)
    machine = Machine(locks=tuple(locks), tools=(where.tool,))
    warnings = (
        Message(
            _("This only says who manages the machine: send it together with “systeminfo” or the PowerShell export."),
        ),
    )
    return Reading("dsregcmd", (machine,), warnings)


FORMAT = TextFormat("dsregcmd", "dsregcmd", _recognise, _parse)
