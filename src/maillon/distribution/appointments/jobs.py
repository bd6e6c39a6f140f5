"""What appointments do in the background: plan reminders, send each by itself, tell staff once a day."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.distribution.appointments.models import Reminder
from maillon.distribution.appointments.reminders import digest, planning, sending
from maillon.distribution.appointments.reminders.gateway import NotSent
from maillon.distribution.appointments.rules import REMINDERS_KEPT
from maillon.distribution.appointments.vocabulary import Channel, ReminderState
from maillon.kernel.actor import Actor
from maillon.kernel.jobs import JobContext, job
from maillon.kernel.jobs.schedule import periodic
from maillon.territory.models import Place

AT_ONCE = 5_000  # a night: no transaction is long
BY_ITSELF = (Channel.EMAIL, Channel.SMS)


class TryAgain(Exception):
    """The mail server or the gateway does not answer: the job waits and is run again."""


@job(title=_("Send a reminder"), atomic=False, takes_context=True)
def send_reminder(context: JobContext, reminder_id: str) -> None:
    """Nothing of the contact is kept by the job: neither its arguments, its progress nor its result."""
    key = UUID(reminder_id)
    with context.step():
        parcel = sending.prepare(key, timezone.now())
    if parcel is None:
        return
    try:
        receipt = sending.deliver(parcel)
    except NotSent as error:
        with context.step():
            sending.failed(key, error.failure)
        if error.again:
            raise TryAgain from None
        return
    with context.step():
        sending.sent(key, receipt)


def send(reminder: Reminder, actor: Actor | None = None) -> None:
    """Ask for it to be sent, when it goes by itself, not before it may ring: in the transaction that planned it."""
    if reminder.channel not in BY_ITSELF:
        return
    on_behalf = actor or planning.actor_of(reminder.lines.select_related("request")[0].request)
    send_reminder.using(actor=on_behalf, run_after=reminder.due_at).enqueue(str(reminder.pk))


@periodic(every=timedelta(minutes=30))
@job(title=_("Prepare the reminders"))
def plan_reminders() -> int:
    """Returns how many messages were prepared."""
    now = timezone.now()
    sending.sweep(now)
    planned = planning.plan(now)
    for reminder in planned:
        send(reminder)
    return len(planned)


@job(title=_("Tell those who wait that a slot is free"))
def tell_waiting(place_id: str, starts_at: str, left_by: str = "") -> int:
    """left_by: the request that held it. Returns how many were told."""
    place = Place.objects.filter(pk=UUID(place_id)).first()
    if place is None:
        return 0
    by = UUID(left_by) if left_by else None
    told = planning.tell_waiting(place, datetime.fromisoformat(starts_at), timezone.now(), left_by=by)
    for reminder in told:
        send(reminder)
    return len(told)


def slot_freed(sender: object, *, place: Place, starts_at: datetime, request_id: UUID, **_more: object) -> None:
    """`appointments.signals.slot_freed`. The job looks again once the transaction is over: the slot may be taken."""
    if starts_at > timezone.now():
        tell_waiting.enqueue(str(place.pk), starts_at.isoformat(), str(request_id))


@periodic(daily_at="04:35")
@job(title=_("Forget the reminders sent long ago"))
def forget_reminders() -> int:
    """What is over since `rules.REMINDERS_KEPT`; the ledger keeps that a message left. Returns how many."""
    before = timezone.now() - REMINDERS_KEPT
    over = Reminder.objects.filter(expires_at__lt=before).exclude(state__in=sending.OPEN)
    keys = list(over.order_by("expires_at").values_list("pk", flat=True)[:AT_ONCE])
    Reminder.objects.filter(pk__in=keys).delete()
    return len(keys)


@periodic(daily_at="07:30")
@job(title=_("Tell staff what waits for them"), atomic=False)
def tell_staff() -> int:
    """One message a person, whatever the number of messages and places. Returns how many were sent."""
    return sum(1 for letter in digest.letters(timezone.now()) if digest.deliver(letter))


def retry(reminder: Reminder, actor: Actor) -> None:
    with transaction.atomic():
        if reminder.state == ReminderState.DUE:
            send(reminder, actor)
