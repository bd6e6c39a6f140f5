"""Quantities, dates and masks as people read them, in the reader's language. Pages and documents share these."""

from datetime import date, datetime

from django.utils import formats, timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext, ngettext

NARROW = "\u202f"  # narrow no-break space: French thousands, before ; ! ? %
NO_BREAK = "\u00a0"
UNITS_FR = ("o", "ko", "Mo", "Go", "To", "Po")
UNITS_EN = ("B", "kB", "MB", "GB", "TB", "PB")


def french() -> bool:
    return (get_language() or "fr").startswith("fr")


def _foreign() -> bool:
    """A language of the agreements alone."""
    return not french() and not (get_language() or "").startswith("en")


def unknown() -> str:
    return gettext("not known")


def number(value: float, decimals: int = 0) -> str:
    """Grouped by thousands: "1 234 567,5" in French, "1,234,567.5" in English; as Django has it elsewhere."""
    if _foreign():
        return str(formats.number_format(value, decimals, force_grouping=True))
    text = f"{value:,.{decimals}f}"
    return text.replace(",", NARROW).replace(".", ",") if french() else text


def colon(title: str) -> str:
    """What comes before a colon, with it: "Prix :" in French (no-break space), "Price:" in English."""
    return title + (f"{NO_BREAK}:" if french() else ":")


def percent(share: float, decimals: int = 0) -> str:
    """share: 1 for the whole."""
    return number(share * 100, decimals) + (f"{NARROW}%" if french() else "%")


def memory(count: int) -> str:
    """Bytes in powers of 1024, rounded to what makers write: "8 Go", "512 Mo"."""
    return _size(count, 1024)


def capacity(count: int) -> str:
    """Bytes in powers of 1000, as disks are sold: "256 Go", "1 To"."""
    return _size(count, 1000)


def _size(count: int, base: int) -> str:
    value, power = float(count), 0
    while round(value) >= base and power < len(UNITS_FR) - 1:
        value, power = value / base, power + 1
    whole = value >= 100 or abs(value - round(value)) < 0.05
    units = UNITS_FR if french() else UNITS_EN
    return number(value, 0 if whole else 1) + NO_BREAK + units[power]


def long_date(value: date | datetime) -> str:
    if isinstance(value, datetime):
        value = _local(value)
    if _foreign():  # cases and articles are the language's own: "1 июля 2027 г.", "1 de julio de 2027"
        return str(formats.date_format(value, "DATE_FORMAT"))
    text = formats.date_format(value, "j F Y")
    return text.replace("1 ", "1er ", 1) if french() and value.day == 1 else text


def weekday(value: date | datetime, *, year: bool = False) -> str:
    """jeudi 1er avril, Thursday 1 April; with its year when asked."""
    if isinstance(value, datetime):
        value = _local(value)
    text = str(formats.date_format(value, "l j F Y" if year else "l j F"))
    return text.replace(" 1 ", " 1er ", 1) if french() and value.day == 1 else text


def hour(value: datetime) -> str:
    """As it is said: "9 h 30", "14 h" in French; 09:30 elsewhere. In the territory's time."""
    here = _local(value)
    if not french():
        return str(formats.time_format(here, "H:i"))
    return f"{here.hour}{NO_BREAK}h" + (f"{NO_BREAK}{here.minute:02d}" if here.minute else "")


def day_and_hour(value: datetime) -> str:
    """jeudi 1er avril à 9 h 30: what a person notes down."""
    return gettext("%(date)s at %(time)s") % {"date": weekday(value), "time": hour(value)}


def moment(value: datetime) -> str:
    """24 novembre 2026 à 14:05, in the territory's time."""
    return gettext("%(date)s at %(time)s") % {
        "date": long_date(value),
        "time": formats.time_format(_local(value), "H:i"),
    }


def ago(value: datetime, now: datetime | None = None) -> str:
    """ "il y a 3 jours", "à l'instant"; a date beyond a month. now: for tests."""
    now = now or timezone.now()
    seconds = (now - value).total_seconds()
    if -60 < seconds < 60:
        return gettext("just now")
    if abs(seconds) > 31 * 86_400:
        return long_date(value)
    if seconds < 0:
        return gettext("in %(duration)s") % {"duration": timesince(now, value, depth=1)}
    return gettext("%(duration)s ago") % {"duration": timesince(value, now, depth=1)}


def days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": number(count)}


def mask(text: str) -> str:
    """The ends of an identifier, enough to recognise it; nothing of a short one."""
    if len(text) < 8:
        return "…" if text else ""
    return f"{text[:4]}…{text[-3:]}" if len(text) >= 11 else f"{text[:2]}…{text[-2:]}"


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
