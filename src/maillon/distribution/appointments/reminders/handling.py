"""What people do by hand: read a list of calls, print letters, say that someone was told, remind someone at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from maillon.distribution.appointments.models import Reminder
from maillon.distribution.appointments.reminders import facts, planning, sending
from maillon.distribution.appointments.reminders.gateway import configured
from maillon.distribution.appointments.reminders.wording import Words, language_of, words_of
from maillon.distribution.appointments.vocabulary import Channel, ReminderState, Topic
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal, find
from maillon.needs.commands import read_identities
from maillon.needs.identities import Person
from maillon.needs.models import Request

BY_HAND = (Channel.CALL, Channel.IN_PERSON, Channel.LETTER)
BETWEEN = timedelta(hours=20)  # two reminders asked by hand for one person


@dataclass(frozen=True, slots=True, repr=False)
class ToTell:
    """A message that a person carries. person: only where it was asked for, and journalled."""

    reminder: Reminder
    requests: list[Request]
    words: Words
    lang: str  # of the words: what is to be told, in the person's language
    person: Person | None = None

    def __repr__(self) -> str:
        return f"<ToTell {self.reminder.pk}>"


def waiting(actor: Actor) -> QuerySet[Reminder]:
    """Those of the actor's organisation that somebody has to carry: by hand, or that did not leave by themselves."""
    own = Reminder.objects.of_prescriber(actor)
    return (own.filter(state=ReminderState.DUE, channel__in=BY_HAND) | own.filter(state=ReminderState.FAILED)).order_by(
        "expires_at", "pk"
    )


def to_tell(actor: Actor, rows: Iterable[Reminder], now: datetime, *, named: bool = False) -> list[ToTell]:
    """Each with what it says now; those that say nothing any more are left out (`sending.sweep` closes them).

    named: with the person, each reading journalled. Raises NotAllowed.
    """
    actor.require("needs.identity")
    listed = list(rows)
    alive = sending.still_coming(listed, now)
    shown = [(reminder, alive[reminder.pk]) for reminder in listed if reminder.pk in alive]
    people: dict[UUID, Person] = {}
    if named:
        first = [found[0].request.pk for _reminder, found in shown]
        people = read_identities(actor=actor, request_ids=first, purpose="reminder")
    told = []
    for reminder, found in shown:
        request = found[0].request
        lang = language_of(request.language)
        with override(lang):
            words = words_of(reminder.topic, found)
        requests = list({one.request.pk: one.request for one in found}.values())
        told.append(ToTell(reminder, requests, words, lang, people.get(request.pk)))
    return told


def told(*, actor: Actor, reminder_ids: Iterable[UUID]) -> int:
    """Somebody told them, or posted the letter. Returns how many. Raises NotAllowed."""
    actor.require("needs.identity")
    count = 0
    with transaction.atomic():
        rows = Reminder.objects.of_prescriber(actor).select_for_update(of=("self",))
        for reminder in rows.filter(pk__in=list(reminder_ids), state__in=sending.OPEN).order_by("pk"):
            sending.done(reminder, actor=actor)
            count += 1
    return count


def again(*, actor: Actor, reminder_id: UUID) -> Reminder:
    """One that did not leave is to be tried again. Raises NotAllowed, NotFound, Refusal."""
    actor.require("needs.identity")
    with transaction.atomic():
        reminder: Reminder = find(Reminder.objects.of_prescriber(actor).select_for_update(of=("self",)), reminder_id)
        if reminder.state != ReminderState.FAILED:
            raise Refusal(
                _("This message is “%(state)s”.") % {"state": reminder.get_state_display()},
                _("Reload the page: someone may have been quicker."),
            )
        reminder.state, reminder.failure, reminder.attempts = ReminderState.DUE.value, "", 0
        reminder.due_at = timezone.now()
        reminder.save(update_fields=["state", "failure", "attempts", "due_at"])
    return reminder


def remind_now(*, actor: Actor, request_id: UUID, now: datetime | None = None) -> Reminder:
    """A message at once about all that is coming for this person, asked by someone of its prescriber's organisation.

    Raises NotAllowed, NotFound, Refusal (nothing is coming, reminded by hand less than a day ago, erased).
    """
    actor.require("needs.identity")
    now = now or timezone.now()
    own = Request.objects.filter(prescriber_id=actor.organisation_id)
    request: Request = find(own.select_related("identity", "prescriber"), request_id)
    if request.identity_id is None:
        raise Refusal(_("The name and contact of this request were erased."), _("Nobody can be reached for it."))
    with transaction.atomic():
        Request.objects.select_for_update(of=("self",)).get(pk=request.pk)
        recent = Reminder.objects.filter(identity=request.identity_id, manual=True, created_at__gt=now - BETWEEN)
        if recent.exists():
            raise Refusal(_("A reminder was asked for this person less than a day ago."), _("Wait, or call them."))
        found = [one for one in facts.coming(now=now, identities=[request.identity_id]) if now < one.expires]
        if not found:
            raise Refusal(_("Nothing is coming for this request."), _("Book an appointment first."))
        way = facts.way_of(request, found[0].moment, now, sms=configured())
        reminder = planning.make(way, found, Topic.COMING, now, actor=actor, manual=True)
        if reminder is not None:  # it says all that is coming: what was about to leave would say it again
            rows = Reminder.objects.select_for_update(of=("self",)).filter(identity=request.identity_id, manual=False)
            for planned in rows.filter(topic=Topic.COMING, state__in=(ReminderState.DUE, ReminderState.FAILED)):
                sending.close(planned, ReminderState.DROPPED, "dropped")
    if reminder is None:
        raise Refusal(_("Someone was quicker."), _("Reload the page."))
    return reminder
