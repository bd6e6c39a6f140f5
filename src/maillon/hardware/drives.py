"""What is the same whichever tool described a drive: its kind, its world-wide name, the lock its password makes."""

import re

from maillon.hardware.junk import clean, clean_serial
from maillon.hardware.model import Lock, LockKind, LockState, Origin, StorageKind

# How makers name their families, for when no tool says whether a drive turns: Windows 7, drives before ATA-8, lshw.
# Source: the part number decoders in the makers' data sheets.
_NVME = re.compile(
    r"\bnvme\b|\bmz-?[avq][kl0-9p]\w{3}|\bmz[19]l\w{3}|\bk[xb]g\d|\bsn[57-8]\d0\b|\bpc ?sn\d{3}|\bmtfdh\w{3}"
    r"|\bssdpe\w{3}|(?:\b|_)hfs\d{3}gd|\bskc[23]\d{3}|\bsa2000m8|\bsnvs\d|\bom[38]p"
    r"|\bssd 9[5-9]0 (?:evo|pro)|\bssd 980\b",
    re.IGNORECASE,
)
_SOLID = re.compile(
    r"\bssd\b|ssd\d|\dssd|solid state|\bm\.?sata\b|\bmz-?[7nm]\w{3}|\bct\d{3,4}(?:m|mx|bx)\d|\bm4-ct\d|\bwds\d"
    r"|\bmtfdda\w{2}|\bthns\w{3}|\blite-?on(?:it)? (?:l|cv)|\bsa400|\bsuv[345]00|\bsv300|\bssds[ac]\w{2}|\bsdssd"
    r"|\bsd[5-9]s\w|(?:\b|_)hfs\d{3}g3|\bc400-mt|\bst\d{3,4}(?:[hf]m|fn|fp)\d{3,4}\b",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"\bhdd\b|\bwd\d{2,5}[a-z]{2,4}|\bst\d{2,8}(?:asg?|a|sv)\b|\bst\d{2,6}[a-z]{2}\d{3,4}\b|\bstm\d{5,8}"
    r"|\b(?:mk\d{4}g\w|mq0[1-4]\w{3}|dt01[a-z]{3}|hdw[a-z]\d{3})|\bh[dtu][stea][5-7]\d{4}|\bhuc1\d{5}|\bic(?:25n|35l)"
    r"|\bh[dm]\d{3}[hjgus]\w\b|\bhn-m\d{3}|\bsp\d{4}[nc]\b|\bmh[stvwyz]\d{4}|\b(?:maxtor|quantum) \w",
    re.IGNORECASE,
)
_OPTICAL = re.compile(
    r"\b(?:dvd|cd-?rom|cd-?rw|blu-?ray|bd-?(?:re|rom)|dvdram|dvd[+-]?rw)\b|dvdram|dvd-?rom", re.IGNORECASE
)
_CARD_READER = re.compile(
    r"card ?reader|\b(?:sd|mmc|ms|cf|sm)[/ -]+(?:card|sd|mmc|ms|reader)|multi-?card", re.IGNORECASE
)


def drive_kind(
    *,
    model: str | None = None,
    interface: str | None = None,
    rotation_rpm: int | None = None,
    rotational: bool | None = None,
    device: str | None = None,
) -> StorageKind:
    """The kind, from what was said of the drive; UNKNOWN rather than a guess.

    A drive behind USB is removable whatever it is made of. `rotational` is the kernel's word, false for every SSD.
    """
    name = device.rpartition("/")[2] if device else ""
    if name.startswith("nvme") or interface == "NVMe":
        return StorageKind.NVME
    if interface == "USB" or (model and _CARD_READER.search(model)):
        return StorageKind.REMOVABLE
    if name.startswith(("sr", "cdrom", "scd")) or (model and _OPTICAL.search(model)):
        return StorageKind.OPTICAL
    if interface == "eMMC":
        return StorageKind.EMMC
    if rotation_rpm:
        return StorageKind.HDD
    if model and not interface and _NVME.search(model):
        return StorageKind.NVME
    if rotation_rpm == 0 or rotational is False or (model and _SOLID.search(model)):
        return StorageKind.SATA_SSD
    return StorageKind.HDD if rotational or (model and _TURNS.search(model)) else StorageKind.UNKNOWN


def clean_wwn(value: str | None) -> str | None:
    """A world-wide name as sixteen to thirty-two hexadecimal digits in lower case: "5 0014ee 260a409a4"."""
    if not value:
        return None
    digits = re.sub(r"[^0-9a-f]", "", re.sub(r"^(?:0x|naa\.|eui\.|t10\.|wwn-0x)", "", value.strip().lower()))
    if len(digits) not in (16, 32) or len(set(digits)) < 3 or digits.endswith("0" * 8):
        return None
    return digits


def wwn_of_parts(naa: object, oui: object, unique: object) -> str | None:
    """The name from smartctl's three numbers: NAA (4 bits), OUI (24), vendor's own (36)."""
    numbers = [part for part in (naa, oui, unique) if isinstance(part, int) and not isinstance(part, bool)]
    if len(numbers) != 3 or min(numbers) < 0 or numbers[0] > 15 or numbers[1] >> 24 or numbers[2] >> 36:
        return None
    return clean_wwn(f"{numbers[0]:x}{numbers[1]:06x}{numbers[2]:09x}")


def drive_serial(value: str | None) -> str | None:
    """The serial number when it is printable and no filler."""
    return clean_serial(value) if value and value.isprintable() and value.isascii() else None


def drive_text(value: str | None) -> str | None:
    """A model or firmware name when it is printable; drives that answer garbage said nothing."""
    return clean(value) if value and value.isprintable() else None


def security_word(*, enabled: bool, locked: bool, frozen: bool) -> str:
    """The word that matters most of ATA security's three flags (ACS-4, 4.18)."""
    if locked:
        return "locked"
    if enabled:
        return "enabled"
    return "frozen" if frozen else "disabled"


def password_lock(security: str, drive: str, at: Origin) -> Lock:
    """What a drive's ATA password means for reuse. `drive`: serial or model, so that a person knows which."""
    state = {"locked": LockState.LOCKED, "enabled": LockState.PRESENT}.get(security, LockState.ABSENT)
    return Lock(kind=LockKind.ATA_PASSWORD, state=state, evidence=f"{drive}: {security}", origin={"state": at})
