"""The choices that people and events share: what was repaired, why a machine left, which lines are checked."""

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.hardware.model import Kind


class Repair(models.TextChoices):
    MEMORY = "memory", _("Memory added or replaced")
    DISK = "disk", _("Disk added or replaced")
    BATTERY = "battery", _("Battery replaced")
    SCREEN = "screen", _("Screen")
    KEYBOARD = "keyboard", _("Keyboard or touchpad")
    COOLING = "cooling", _("Fan and thermal paste")
    CASE = "case", _("Hinges and case")
    CHARGER = "charger", _("Charger")
    CONNECTOR = "connector", _("Connectors and cables")
    CLEANING = "cleaning", _("Cleaning")
    OTHER = "other", _("Other repair")


class Reason(models.TextChoices):
    TOO_OLD = "too_old", _("Too old for any use")
    BROKEN = "broken", _("Broken beyond repair")
    LOCKED = "locked", _("Locked by its former owner")
    CANCELLED = "cancelled", _("Request cancelled")
    DECLINED = "declined", _("Declined by the person")
    NO_SHOW = "no_show", _("Nobody came for it")
    MISTAKE = "mistake", _("Recorded by mistake")
    NOT_FOUND = "not_found", _("Not found on its shelf")
    STOLEN = "stolen", _("Stolen")
    FOUND = "found", _("Found again")
    REPAIRED = "repaired", _("Can be repaired after all")


class System(models.TextChoices):
    DEBIAN = "debian-13", _("Debian 13")
    LMDE = "lmde-7", _("LMDE 7")
    MINT = "mint-22", _("Linux Mint 22")
    PRIMTUX = "primtux-8", _("PrimTux 8")
    EMMABUNTUS = "emmabuntus-de", _("Emmabuntüs DE")
    UBUNTU = "ubuntu-24.04", _("Ubuntu 24.04")
    OTHER = "other", _("Another free system")


# The lines of the check-list, from the research notes on quality checks (docs/hardware/judgement.md): a machine may be
# called "reconditionné" only when each has an answer and none fails (Code de la consommation R122-4).
CHECK_LINES: Mapping[str, str | Promise] = {
    "starts": _("Starts, date and time are right, no password or lock in the firmware"),
    "memory": _("Memory test without error"),
    "disk": _("The disk says it is healthy"),
    "screen": _("Screen: no dead pixels, no stripes; hinges hold"),
    "keyboard": _("Keyboard: every key"),
    "pointer": _("Touchpad or mouse, and its buttons"),
    "usb": _("Every USB port"),
    "video": _("Video outputs"),
    "sound": _("Sound: speakers and headphones"),
    "microphone": _("Microphone"),
    "camera": _("Camera"),
    "wifi": _("Wi-Fi"),
    "ethernet": _("Network socket"),
    "battery": _("Battery holds its charge"),
    "charger": _("Charger present and safe"),
    "cooling": _("Fan, noise and temperature"),
    "case": _("Case safe: no sharp edge, no swollen battery"),
    "clean": _("Cleaned, former labels removed"),
    "system": _("System installed, up to date, in the user's language"),
    "software": _("Browser, office suite and school workspace open"),
    "papers": _("Guide and label printed"),
}
_PORTABLE_ONLY = frozenset({"battery", "charger"})
_SCREEN_KINDS = frozenset({Kind.NOTEBOOK, Kind.CONVERTIBLE, Kind.TABLET, Kind.ALL_IN_ONE, Kind.UNKNOWN})


def check_lines(kind: Kind) -> list[str]:
    """The lines that apply to this kind of machine; the others are not asked."""
    left_out = set() if kind.portable or kind is Kind.UNKNOWN else set(_PORTABLE_ONLY)
    if kind not in _SCREEN_KINDS:
        left_out.add("screen")
    return [line for line in CHECK_LINES if line not in left_out]
