"""The choices of a request for help and of a repair."""

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.distribution.help.ords import Barrier, Status
from maillon.workshop.vocabulary import Repair as Part


class Symptom(models.TextChoices):
    """What the person sees, in their words."""

    NO_START = "no_start", _("It does not start")
    SLOW = "slow", _("It is slow, it stops by itself")
    SCREEN = "screen", _("The screen")
    POWER = "power", _("The battery or the charger")
    KEYS = "keys", _("The keyboard or the mouse")
    SOUND = "sound", _("The sound, the camera")
    NETWORK = "network", _("Internet, the Wi-Fi")
    PROGRAM = "program", _("A program, a printer")
    PASSWORD = "password", _("A forgotten password")
    ACCIDENT = "accident", _("It fell, it got wet")
    QUESTION = "question", _("A question: how do I…")
    OTHER = "other", pgettext_lazy("a problem", "Something else")


class Source(models.TextChoices):
    """How the request for help came."""

    FAMILY = "family", _("By the person, from the machine's page")
    PHONE = "phone", _("By telephone")
    PLACE = "place", _("At a place")
    STAFF = "staff", _("By a professional")


class TicketState(models.TextChoices):
    OPEN = "open", pgettext_lazy("a request for help", "To answer")
    PART = "part", pgettext_lazy("a request for help", "Waits for a part")
    PERSON = "person", pgettext_lazy("a request for help", "Waits for the person")
    EXCHANGE = "exchange", pgettext_lazy("a request for help", "To exchange")
    DONE = "done", pgettext_lazy("a request for help", "Finished")


class Outcome(models.TextChoices):
    """How it ended."""

    FIXED = "fixed", pgettext_lazy("a request for help", "Repaired")
    ADVICE = "advice", _("Explained, nothing to repair")
    EXCHANGED = "exchanged", pgettext_lazy("a request for help", "Exchanged")
    RETURNED = "returned", _("The machine came back to the workshop")
    LOST = "lost", _("The machine is lost or stolen")
    NO_NEWS = "no_news", _("No news of the person")
    MISTAKE = "mistake", pgettext_lazy("a request for help", "Opened by mistake")


LEFT = (Outcome.EXCHANGED, Outcome.RETURNED, Outcome.LOST)  # the person no longer has the machine
BY_HAND = (Outcome.ADVICE, Outcome.NO_NEWS, Outcome.MISTAKE)  # the others follow from what is done to the machine


class Fault(models.TextChoices):
    """What was found: ours, until the Open Repair Data Standard has a list of its own."""

    POWER = "power", _("Power and charger")
    BATTERY = "battery", _("Battery")
    SCREEN = "screen", pgettext_lazy("a fault", "Screen")
    KEYBOARD = "keyboard", pgettext_lazy("a fault", "Keyboard or touchpad")
    STORAGE = "storage", pgettext_lazy("a fault", "Disk")
    MEMORY = "memory", pgettext_lazy("a fault", "Memory")
    COOLING = "cooling", _("Heat, fan")
    BOARD = "board", _("Motherboard")
    NETWORK = "network", _("Wi-Fi or network socket")
    SOUND = "sound", _("Sound, microphone or camera")
    PORTS = "ports", _("Ports and connectors")
    CASE = "case", pgettext_lazy("a fault", "Hinges and case")
    SYSTEM = "system", _("System or program")
    SETTINGS = "settings", _("Settings or password")
    NONE = "none", _("No fault found")
    OTHER = "other", pgettext_lazy("a fault", "Another")


STATUS_LABELS: Mapping[Status, Promise] = {
    Status.FIXED: pgettext_lazy("a repair", "Repaired"),
    Status.REPAIRABLE: pgettext_lazy("a repair", "Can be repaired, not yet"),
    Status.END_OF_LIFE: pgettext_lazy("a repair", "Can not be repaired"),
    Status.UNKNOWN: pgettext_lazy("a repair", "Not known"),
}
BARRIER_LABELS: Mapping[Barrier, Promise] = {
    Barrier.NO_PARTS: _("Spare parts not to be found"),
    Barrier.DEAR_PARTS: _("Spare parts too expensive"),
    Barrier.NOT_OPENED: _("No way to open it"),
    Barrier.NO_INFORMATION: _("No information on how to repair it"),
    Barrier.NO_EQUIPMENT: _("Tools are missing"),
    Barrier.WORN_OUT: _("Too worn out"),
}

# What a repair recorded on the bench says that was broken. Memory and disks are mostly added, and cleaning is no
# repair: they say nothing of what breaks.
FAULT_OF: Mapping[str, Fault] = {
    Part.BATTERY: Fault.BATTERY,
    Part.SCREEN: Fault.SCREEN,
    Part.KEYBOARD: Fault.KEYBOARD,
    Part.COOLING: Fault.COOLING,
    Part.CASE: Fault.CASE,
    Part.CHARGER: Fault.POWER,
    Part.CONNECTOR: Fault.PORTS,
    Part.OTHER: Fault.OTHER,
}
# The lines of the check-list (`workshop.vocabulary.CHECK_LINES`) that look at each fault.
LINES_OF: Mapping[Fault, tuple[str, ...]] = {
    Fault.POWER: ("charger",),
    Fault.BATTERY: ("battery",),
    Fault.SCREEN: ("screen",),
    Fault.KEYBOARD: ("keyboard", "pointer"),
    Fault.STORAGE: ("disk",),
    Fault.MEMORY: ("memory",),
    Fault.COOLING: ("cooling",),
    Fault.BOARD: ("starts",),
    Fault.NETWORK: ("wifi", "ethernet"),
    Fault.SOUND: ("sound", "microphone", "camera"),
    Fault.PORTS: ("usb", "video"),
    Fault.CASE: ("case",),
    Fault.SYSTEM: ("system",),
}
SAYS_NOTHING = (Fault.SETTINGS, Fault.NONE)  # the machine did not break
