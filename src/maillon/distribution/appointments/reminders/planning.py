"""Who is to be told of what: one message a person, each thing recalled once by itself."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from maillon.distribution.appointments.models import MOST_TOLD, Appointment, Reminder, ReminderLine, WaitingEntry
from maillon.distribution.appointments.reminders import facts
from maillon.distribution.appointments.reminders.facts import Coming
from maillon.distribution.appointments.reminders.gateway import configured
from maillon.distribution.appointments.rules import NOT_AT_NIGHT, TOGETHER, Way, waking
from maillon.distribution.appointments.vocabulary import AppointmentState, Topic
from maillon.kernel import ledger
from maillon.kernel.actor import Actor, ActorKind
from maillon.kernel.ledger import Event
from maillon.needs.commands import stream
from maillon.needs.models import Request
from maillon.territory.models import Place

NEVER, FOR_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
AT_ONCE = 3  # of those who wait, how many are told of one slot: the first to answer has it


def actor_of(request: Request) -> Actor:
    """The platform acting for the prescriber's organisation, which alone may read who its people are."""
    return Actor(
        ActorKind.SYSTEM,
        organisation_id=request.prescriber_id,
        territory_id=request.territory_id,
        permissions=frozenset({"needs.identity"}),
    )


class _Due(NamedTuple):
    way: Way
    coming: Coming
    begins: datetime  # later than now: within a day, it joins a message that leaves now and makes none


def plan(now: datetime) -> list[Reminder]:
    """The messages that become due, one a person. What was recalled before, at the same moment, is not again."""
    sms = configured()
    due: dict[UUID, list[_Due]] = defaultdict(list)
    for one in facts.coming(now=now):
        way = facts.way_of(one.request, one.moment, now, sms=sms)
        begins = one.moment - one.lead(way)
        if begins - TOGETHER <= now < one.expires and one.request.identity_id:
            due[one.request.identity_id].append(_Due(way, one, begins))
    known = _recalled([each.coming for found in due.values() for each in found])
    planned = []
    for found in due.values():
        fresh = [each for each in found if known.get(each.coming.key, NEVER) < each.begins - TOGETHER]
        if any(each.begins <= now for each in fresh) and (
            reminder := make(fresh[0].way, [each.coming for each in fresh], Topic.COMING, now)
        ):
            planned.append(reminder)
    return planned


def _recalled(found: Sequence[Coming]) -> dict[tuple[UUID, str, UUID, datetime], datetime]:
    """When each was last recalled because someone asked; for ever, where it was of itself."""
    lines = ReminderLine.objects.filter(subject__in={one.subject for one in found}).order_by("reminder__created_at")
    last: dict[tuple[UUID, str, UUID, datetime], datetime] = {}
    columns = ("request_id", "what", "subject", "moment", "manual", "reminder__created_at")
    for request_id, what, subject, moment, manual, at in lines.values_list(*columns):
        told = (request_id, what, subject, moment)
        last[told] = max(last.get(told, NEVER), at if manual else FOR_EVER)
    return last


def make(
    way: Way,
    found: Sequence[Coming],
    topic: Topic,
    now: datetime,
    *,
    actor: Actor | None = None,
    manual: bool = False,
) -> Reminder | None:
    """One message about these, all of one person; None when another planner was quicker."""
    request = found[0].request
    try:
        with transaction.atomic():
            reminder = Reminder.objects.create(
                prescriber_id=request.prescriber_id,
                identity_id=request.identity_id,
                topic=topic,
                channel=way,
                manual=manual,
                due_at=now if manual else _may_ring(now),
                expires_at=max(one.expires for one in found),
            )
            ReminderLine.objects.bulk_create(
                ReminderLine(
                    reminder=reminder,
                    request=one.request,
                    what=one.what,
                    subject=one.subject,
                    moment=one.moment,
                    manual=manual,
                )
                for one in found
            )
            tell(reminder, "planned", actor, channel=way, topic=topic.value, manual=manual)
    except IntegrityError:
        return None
    return reminder


def tell(reminder: Reminder, happened: str, actor: Actor | None = None, **payload: object) -> None:
    """In the stream of each request it is about, in the transaction under way."""
    requests = Request.objects.filter(pk__in=reminder.lines.values("request")).order_by("pk")
    ledger.append_many(
        Event(
            f"reminder.{happened}",
            actor or actor_of(request),
            request.pk,
            stream=stream(request.pk),
            payload={**payload, "reminder": reminder.pk},
        )
        for request in requests
    )


def _may_ring(now: datetime) -> datetime:
    """Now, or the next morning: nothing rings at night."""
    here = timezone.localtime(now)
    if waking(here):
        return now
    day = here.date() if here.hour < NOT_AT_NIGHT[0] else here.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, datetime.min.time().replace(hour=NOT_AT_NIGHT[0])))


def tell_waiting(place: Place, starts_at: datetime, now: datetime, *, left_by: UUID | None = None) -> list[Reminder]:
    """Messages to the first who wait for something earlier there, while the slot is free; each is told thrice at most.

    left_by: the request that gave it up, told nothing of it. A letter would come too late: they are called.
    """
    if not facts.slot_is_free(place.pk, starts_at, now):
        return []
    sms = configured()
    told: list[Reminder] = []
    with transaction.atomic():
        entries = WaitingEntry.objects.select_for_update(of=("self",)).filter(place=place, told__lt=MOST_TOLD)
        for entry in entries.exclude(request=left_by).select_related("request").order_by("created_at", "pk"):
            if len(told) == AT_ONCE:
                break
            later = Appointment.objects.filter(
                request=entry.request, purpose=entry.purpose, state=AppointmentState.BOOKED
            ).first()
            if entry.request.identity_id is None or (later and later.starts_at <= starts_at):
                continue
            one = Coming(
                ReminderLine.What.SLOT, entry.request, place.pk, starts_at, starts_at - timedelta(hours=2), place
            )
            if _may_ring(now) >= one.expires or one.key in _recalled([one]):
                continue  # freed in the evening for the next morning: nobody could be told in time
            way = facts.way_of(entry.request, starts_at, now, sms=sms)
            reminder = make("call" if way == "letter" else way, [one], Topic.EARLIER, now)
            if reminder:
                entry.told += 1
                entry.last_told_at = now
                entry.save(update_fields=["told", "last_told_at"])
                told.append(reminder)
    return told
