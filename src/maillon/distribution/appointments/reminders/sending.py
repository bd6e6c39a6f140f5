"""Sends one message, and records what became of it.

What is coming is read again first: what was cancelled, moved, held or came too near is not sent. The contact is
unsealed then, by the platform acting for the prescriber's organisation, and kept in memory alone. A worker that dies
between the sending and its record sends again: a message twice is better than none.
"""

import smtplib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from maillon.distribution.appointments.icalendar import event_of
from maillon.distribution.appointments.models import Reminder, ReminderLine
from maillon.distribution.appointments.reminders import facts, gateway, planning
from maillon.distribution.appointments.reminders.facts import Coming
from maillon.distribution.appointments.reminders.gateway import NotSent
from maillon.distribution.appointments.reminders.wording import language_of, subject, words_of
from maillon.distribution.appointments.rules import is_mobile
from maillon.distribution.appointments.vocabulary import Channel, Failure, ReminderState, Topic
from maillon.kernel import ical
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.vault import Unreadable
from maillon.needs.commands import read_identity
from maillon.needs.contacts import phone_number
from maillon.needs.identities import Person
from maillon.needs.models import Request
from maillon.territory.models import Place

OPEN = (ReminderState.DUE, ReminderState.SENDING, ReminderState.FAILED)
MOST_ATTEMPTS = 5
SWEPT = 500  # at once: the next run goes on


@dataclass(frozen=True, slots=True, repr=False)
class Parcel:
    """What is about to leave. Its representation says nothing: no log or traceback tells who it is for."""

    reminder_id: UUID
    channel: str
    to: str
    subject: str
    text: str
    attachment: str = field(default="")

    def __repr__(self) -> str:
        return "<Parcel>"


def still_coming(reminders: Iterable[Reminder], now: datetime) -> dict[UUID, list[Coming]]:
    """For each, all that is coming for the person, when something it was planned for still is; else it is left out.

    Six queries, whatever the number; some more for each that tells of a free slot.
    """
    asked = {one.pk: one for one in reminders if one.identity_id and now < one.expires_at}
    lines: dict[UUID, list[ReminderLine]] = defaultdict(list)
    for line in ReminderLine.objects.filter(reminder__in=asked).select_related(
        "request__prescriber__commune", "request__identity"
    ):
        lines[line.reminder_id].append(line)
    people = {one.identity_id for one in asked.values() if one.topic != Topic.EARLIER and one.identity_id}
    of_person: dict[UUID | None, list[Coming]] = defaultdict(list)
    for one in facts.coming(now=now, identities=people) if people else ():
        if now < one.expires:
            of_person[one.request.identity_id].append(one)
    found = {}
    for key, reminder in asked.items():
        if reminder.topic == Topic.EARLIER:
            found[key] = _free(lines[key], now)
            continue
        planned = {(line.what, line.subject, line.moment) for line in lines[key]}
        theirs = of_person[reminder.identity_id]
        found[key] = theirs if any((one.what, one.subject, one.moment) in planned for one in theirs) else []
    return {key: theirs for key, theirs in found.items() if theirs}


def _free(lines: list[ReminderLine], now: datetime) -> list[Coming]:
    found = []
    places = Place.objects.select_related("organisation", "commune", "desk")
    for line in lines:
        place = places.filter(pk=line.subject).first()
        if place and facts.slot_is_free(line.subject, line.moment, now):
            found.append(Coming(ReminderLine.What.SLOT, line.request, line.subject, line.moment, line.moment, place))
    return found


def prepare(reminder_id: UUID, now: datetime) -> Parcel | None:
    """In a transaction: what is to leave, marked as being sent; None when nothing is, with the reason recorded.

    Raises nothing of the contact's: what is missing is recorded as a failure.
    """
    reminder = Reminder.objects.select_for_update(of=("self",)).filter(pk=reminder_id).first()
    if reminder is None or reminder.state not in OPEN or reminder.attempts >= MOST_ATTEMPTS:
        return None
    found = alive(reminder, now)
    if not found:
        return None
    try:
        person = contact(reminder, found[0].request)
        parcel = _parcel(reminder, found, person)
    except NotSent as error:
        fail(reminder, error.failure)
        return None
    reminder.state, reminder.failure = ReminderState.SENDING.value, ""
    reminder.attempts += 1
    reminder.save(update_fields=["state", "failure", "attempts"])
    return parcel


def alive(reminder: Reminder, now: datetime) -> list[Coming]:
    """What it would say now. Nothing: it is closed here, as too late or no longer needed."""
    if now >= reminder.expires_at:
        close(reminder, ReminderState.EXPIRED, "expired")
        return []
    found = still_coming([reminder], now).get(reminder.pk, [])
    if not found:
        close(reminder, ReminderState.DROPPED, "dropped")
    return found


def contact(reminder: Reminder, request: Request) -> Person:
    """The person, read for this message alone and journalled. Raises NotSent."""
    try:
        return read_identity(actor=planning.actor_of(request), request_id=request.pk, purpose="reminder")
    except (Refusal, NotFound):
        raise NotSent(Failure.ERASED) from None
    except Unreadable:
        raise NotSent(Failure.UNREADABLE) from None


def _parcel(reminder: Reminder, found: list[Coming], person: Person) -> Parcel:
    with override(language_of(found[0].request.language)):
        words = words_of(reminder.topic, found)
        if reminder.channel == Channel.EMAIL:
            if not person.email:
                raise NotSent(Failure.NO_ADDRESS)
            events = [event_of(one.appointment) for one in found if one.appointment]
            attached = ical.calendar(events, name=_("Your appointment")) if events else ""
            return Parcel(reminder.pk, reminder.channel, person.email, subject(reminder), words.text, attached)
        number = phone_number(person.phone) or ""
        if not number:
            raise NotSent(Failure.NO_ADDRESS)
        if not is_mobile(number):
            raise NotSent(Failure.NOT_MOBILE)
        if not gateway.configured():
            raise NotSent(Failure.NO_GATEWAY)
        return Parcel(reminder.pk, reminder.channel, number, "", words.short)


def deliver(parcel: Parcel) -> str:
    """The receipt, empty when there is none. Raises NotSent."""
    if parcel.channel == Channel.SMS:
        return gateway.send(parcel.to, parcel.text)
    mail = EmailMessage(parcel.subject, parcel.text, settings.DEFAULT_FROM_EMAIL, [parcel.to])
    if parcel.attachment:
        mail.attach("rendez-vous.ics", parcel.attachment, "text/calendar")
    try:
        mail.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError):
        raise NotSent(Failure.REFUSED) from None
    except (smtplib.SMTPException, OSError):
        raise NotSent(Failure.UNREACHABLE, again=True) from None
    return ""


def sent(reminder_id: UUID, receipt: str = "") -> None:
    """In a transaction."""
    reminder = Reminder.objects.select_for_update(of=("self",)).get(pk=reminder_id)
    done(reminder, receipt=receipt)


def done(reminder: Reminder, *, receipt: str = "", actor: Actor | None = None) -> None:
    reminder.state, reminder.failure = ReminderState.DONE.value, ""
    reminder.sent_at, reminder.receipt = timezone.now(), receipt
    reminder.save(update_fields=["state", "failure", "sent_at", "receipt"])
    planning.tell(reminder, "sent", actor, channel=reminder.channel, receipt=receipt or None)


def failed(reminder_id: UUID, failure: Failure) -> None:
    """In a transaction."""
    fail(Reminder.objects.select_for_update(of=("self",)).get(pk=reminder_id), failure)


def fail(reminder: Reminder, failure: Failure) -> None:
    reminder.state, reminder.failure = ReminderState.FAILED.value, failure.value
    reminder.save(update_fields=["state", "failure"])
    planning.tell(reminder, "failed", channel=reminder.channel, why=failure.value)


def close(reminder: Reminder, state: ReminderState, happened: str) -> None:
    reminder.state = state.value
    reminder.save(update_fields=["state"])
    planning.tell(reminder, happened)


def sweep(now: datetime) -> int:
    """Close what is too late to be told, or needed no more, whatever way it was to go. Returns how many."""
    waiting = Reminder.objects.filter(state__in=(ReminderState.DUE, ReminderState.FAILED), due_at__lte=now)
    count = 0
    for key in list(waiting.order_by("expires_at").values_list("pk", flat=True)[:SWEPT]):
        with transaction.atomic():
            reminder = Reminder.objects.select_for_update(of=("self",)).get(pk=key)
            if reminder.state in OPEN and not alive(reminder, now):
                count += 1
    return count
