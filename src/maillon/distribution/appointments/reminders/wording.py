"""What messages say: everything that is coming for one person, in plain words, without the name of anybody else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from maillon.distribution.appointments.models import Reminder, ReminderLine
from maillon.distribution.appointments.reminders.facts import Coming
from maillon.distribution.appointments.vocabulary import Purpose, Topic
from maillon.kernel.codes import pretty
from maillon.kernel.documents.typography import typeset
from maillon.kernel.wording import french, hour, weekday
from maillon.needs.contacts import phone_number, phone_shown
from maillon.territory.models import Place


@dataclass(frozen=True, slots=True)
class Words:
    """A message: its title, a line for each thing that is coming, what else to say. short: for a text message."""

    title: str
    lines: list[str]
    after: list[str] = field(default_factory=list)
    short: str = ""

    @property
    def text(self) -> str:
        """As an e-mail says it."""
        hello = _set(_("Hello,"))
        return "\n\n".join([hello, f"{self.title}\n" + "\n".join(f"- {line}" for line in self.lines), *self.after])


def language_of(request_language: str) -> str:
    """The language a message is written in: we have two. Easy French is how we write French."""
    return "en" if request_language == "en" else "fr"


def words_of(topic: str, found: Sequence[Coming]) -> Words:
    """In the active language. found: not empty, of one person, the soonest first."""
    prescriber = found[0].request.prescriber
    code = pretty(found[0].request.code)
    places = {one.place.pk: one.place for one in found if one.place}
    telephones = [_telephone(place) for place in places.values()] or [prescriber.phone]
    call = _phones([*telephones, prescriber.phone])
    if topic == Topic.EARLIER:
        title = _("An earlier appointment is free:")
        after = [_("The first to answer has it. Nothing changes if you do not answer.")]
    else:
        many = {"count": len(found)}
        title = _("Do not forget these %(count)s dates:") % many if len(found) > 1 else _("Do not forget:")
        after = [_("You can not come? Tell us: another date will be found.")]
    page = f"{settings.SITE_URL}/suivi/"
    after.append(_("Your request: %(code)s. Your page: %(url)s") % {"code": code, "url": page})
    if call:
        after.append(_("To change or to ask: %(phones)s") % {"phones": call})
    after.append(prescriber.name)
    short = " ".join([title, *(f"{_line(one)}." for one in found)])
    short += " " + (_("To change: %(phones)s") % {"phones": call} if call else f"{page} {prescriber.name}")
    return Words(_set(title), [_set(_line(one)) for one in found], [_set(one) for one in after], _set(short))


def _line(one: Coming) -> str:
    day = weekday(one.moment)
    if one.what == ReminderLine.What.LOAN:
        return _("%(day)s: end of the loan. Bring the machine back, or ask to keep it longer") % {"day": day}
    known = {"day": day, "time": hour(one.moment), "where": where(one.place)}
    if one.what == ReminderLine.What.SLOT:
        return _("%(day)s at %(time)s, %(where)s") % known
    if one.purpose == Purpose.RETURN:
        return _("%(day)s at %(time)s, %(where)s, to bring the machine back") % known
    return _("%(day)s at %(time)s, %(where)s, to receive the machine") % known


def where(place: Place | None) -> str:
    if place is None:
        return ""
    commune = place.commune.name if place.commune else ""
    desk = getattr(place, "desk", None)
    parts = [place.name, place.address, commune, desk.directions if desk else ""]
    return ", ".join(part for part in parts if part)


def _telephone(place: Place) -> str:
    return place.organisation.phone


def _phones(numbers: Sequence[str]) -> str:
    shown = [phone_shown(phone_number(number) or number) for number in numbers if number]
    return ", ".join(dict.fromkeys(shown))


def _set(sentence: str) -> str:
    return typeset(sentence, "fr" if french() else "en")


def subject(reminder: Reminder) -> str:
    if reminder.topic == Topic.EARLIER:
        return _("An earlier appointment is free")
    return _("Reminder: your appointment or your loan")
