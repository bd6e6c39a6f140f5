"""The choices of appointments and of the messages that recall them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.territory.hours import CLOSURE_WORDS


class Purpose(models.TextChoices):
    HANDOVER = "handover", _("To receive a machine")
    RETURN = "return", _("To bring a machine back")


class AppointmentState(models.TextChoices):
    BOOKED = "booked", pgettext_lazy("an appointment", "Booked")
    HELD = "held", pgettext_lazy("an appointment", "They came")
    NO_SHOW = "no_show", pgettext_lazy("an appointment", "Nobody came")
    CANCELLED = "cancelled", pgettext_lazy("an appointment", "Cancelled")


class Booker(models.TextChoices):
    PRESCRIBER = "prescriber", pgettext_lazy("by whom", "the prescriber")
    DESK = "desk", pgettext_lazy("by whom", "the place")
    FAMILY = "family", pgettext_lazy("by whom", "the person")
    SYSTEM = "system", pgettext_lazy("by whom", "the platform")


class CancelReason(models.TextChoices):
    ASKED = "asked", _("The person asked for it")
    PLACE_CLOSED = "place_closed", _("The place will be closed")
    MACHINE = "machine", _("The machine is not ready")
    REQUEST_CLOSED = "request_closed", _("The request was closed")
    MISTAKE = "mistake", pgettext_lazy("an appointment", "Booked by mistake")


class NoShowReason(models.TextChoices):
    """Without blame, and nothing of someone's health or life."""

    NO_NEWS = "no_news", pgettext_lazy("an appointment", "No news")
    FORGOT = "forgot", _("Forgotten, or the wrong day")
    TRANSPORT = "transport", _("Could not get there")
    UNABLE = "unable", _("Could not come that day")
    OUR_SIDE = "our_side", _("We could not receive them")


CLOSURES = [(kind.value, _(words.text)) for kind, words in CLOSURE_WORDS.items()]


class Topic(models.TextChoices):
    """What a message is about."""

    COMING = "coming", _("What is coming")
    EARLIER = "earlier", _("An earlier slot is free")


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    LETTER = "letter", _("Letter")
    CALL = "call", _("Telephone call")
    IN_PERSON = "in_person", _("Through the prescriber")


class ReminderState(models.TextChoices):
    DUE = "due", pgettext_lazy("a message", "To be sent")
    SENDING = "sending", pgettext_lazy("a message", "Being sent")
    DONE = "done", pgettext_lazy("a message", "Sent")
    FAILED = "failed", pgettext_lazy("a message", "Not sent")
    EXPIRED = "expired", pgettext_lazy("a message", "Too late: not sent")
    DROPPED = "dropped", pgettext_lazy("a message", "No longer needed")


class Failure(models.TextChoices):
    """Why a message did not leave: never what it said, nor to whom."""

    NO_ADDRESS = "no_address", _("no such address or number is known")
    NOT_MOBILE = "not_mobile", _("the number is no mobile telephone")
    NO_GATEWAY = "no_gateway", _("no text message gateway is set up")
    REFUSED = "refused", _("the mail server or the gateway refused it")
    UNREACHABLE = "unreachable", _("the mail server or the gateway does not answer")
    UNREADABLE = "unreadable", _("the contact can not be read with the keys known here")
    ERASED = "erased", _("the contact was erased")
