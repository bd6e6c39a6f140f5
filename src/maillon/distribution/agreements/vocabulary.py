"""The choices of an agreement and of what happens to its machines."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AgreementKind(models.TextChoices):
    LOAN = "loan", _("Loan")
    GIFT = "gift", _("Gift")
    SALE = "sale", _("Sale at a solidarity price")


class AgreementState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("an agreement", "Being prepared")
    SIGNED = "signed", pgettext_lazy("an agreement", "Signed")
    ENDED = "ended", pgettext_lazy("an agreement", "Ended")  # nothing of it is on loan any more
    CANCELLED = "cancelled", pgettext_lazy("an agreement", "Cancelled")  # before it was signed


class Way(models.TextChoices):
    """How an agreement was signed."""

    FINGER = "finger", _("With a finger, on the screen")
    PAPER = "paper", _("On paper")
    CODE = "code", _("With a one-time code")


class Channel(models.TextChoices):
    """Where the one-time code was read by the person."""

    FAMILY = "family", _("On their own page, with their code and PIN")
    EMAIL = "email", _("By e-mail")
    SMS = "sms", _("By text message")


class ItemState(models.TextChoices):
    PREPARED = "prepared", pgettext_lazy("a machine of an agreement", "To hand over")
    REFUSED = "refused", pgettext_lazy("a machine of an agreement", "Refused")
    LENT = "lent", pgettext_lazy("a machine of an agreement", "On loan")
    OWNED = "owned", pgettext_lazy("a machine of an agreement", "Theirs")  # given, sold, or a loan become a gift
    RETURNED = "returned", pgettext_lazy("a machine of an agreement", "Returned")
    EXCHANGED = "exchanged", pgettext_lazy("a machine of an agreement", "Exchanged")
    LOST = "lost", pgettext_lazy("a machine of an agreement", "Lost or stolen")
    LEFT_OUT = "left_out", pgettext_lazy("a machine of an agreement", "Not handed over")


GONE = (ItemState.LENT, ItemState.OWNED)  # in the hands of the person


class Accessory(models.TextChoices):
    CHARGER = "charger", _("Charger")
    MOUSE = "mouse", _("Mouse")
    KEYBOARD = "keyboard", _("Keyboard")
    SCREEN = "screen", pgettext_lazy("accessory", "Screen")
    BAG = "bag", _("Bag")
    HEADSET = "headset", _("Headset")
    WEBCAM = "webcam", _("Webcam")
    WIFI = "wifi", _("Wi-Fi key")
    CABLES = "cables", _("Cables")
    GUIDE = "guide", _("Printed guide")


class FirstStart(models.TextChoices):
    """What is done with the person before they leave. None of it holds a machine back."""

    STARTS = "starts", _("The machine was started together")
    LANGUAGE = "language", _("The language and the keyboard suit them")
    ACCOUNT = "account", _("Their account is made; they alone know the password")
    INTERNET = "internet", _("They know how to connect to the internet")
    HELP = "help", _("They know whom to ask for help")


class RefusalReason(models.TextChoices):
    """Why a machine was refused at the desk. What follows for the request is another question."""

    TOO_HEAVY = "too_heavy", _("Too heavy or too large")
    SYSTEM = "system", _("They want another system")
    BROKEN = "broken", _("It does not start, or something fails")
    LOOKS = "looks", _("Its looks")
    UNSUITABLE = "unsuitable", _("It does not suit what they need")
    FOUND_ELSEWHERE = "found_elsewhere", _("They found one elsewhere")
    OTHER = "other", pgettext_lazy("reason", "Another reason")


class LossKind(models.TextChoices):
    LOST = "lost", _("Lost")
    STOLEN = "stolen", _("Stolen")


class CancelReason(models.TextChoices):
    MISTAKE = "mistake", _("Prepared by mistake")
    NO_SHOW = "no_show", _("Nobody came")
    DECLINED = "declined", _("The person does not want it any more")
    FORGOTTEN = "forgotten", _("Nobody signed it for a month")  # by the platform itself


CANCEL_BY_HAND = (CancelReason.NO_SHOW, CancelReason.DECLINED, CancelReason.MISTAKE)
