"""What is coming for a person, read when it is needed: never from what was planned days before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from maillon.distribution.agreements.models import Agreement
from maillon.distribution.agreements.vocabulary import AgreementKind, AgreementState
from maillon.distribution.appointments import queries
from maillon.distribution.appointments.calendars import calendars_of
from maillon.distribution.appointments.models import Appointment, Desk, ReminderLine
from maillon.distribution.appointments.rules import LEAD, LOAN_LEAD, TOGETHER, Way, way_to_reach
from maillon.distribution.appointments.vocabulary import AppointmentState
from maillon.needs.models import Request
from maillon.territory.models import Place

FARTHEST = max(LEAD.values()) + TOGETHER


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing that comes. subject: the appointment's, the agreement's or the place's key."""

    what: ReminderLine.What
    request: Request
    subject: UUID
    moment: datetime
    expires: datetime  # telling it later would be after the fact
    place: Place | None = None
    purpose: str = ""
    appointment: Appointment | None = None

    def lead(self, way: Way) -> timedelta:
        return LOAN_LEAD if self.what == ReminderLine.What.LOAN else LEAD[way]

    @property
    def key(self) -> tuple[UUID, str, UUID, datetime]:
        return (self.request.pk, self.what.value, self.subject, self.moment)


def coming(*, now: datetime, identities: Iterable[UUID] | None = None) -> list[Coming]:
    """Appointments and ends of loans to come, of everybody or of these people, the soonest first. Three queries.

    What falls on a day its place is closed is left out: it is to be moved, not recalled.
    """
    return sorted([*_appointments(now, identities), *_loans(now, identities)], key=lambda one: one.moment)


def _appointments(now: datetime, identities: Iterable[UUID] | None) -> list[Coming]:
    rows = Appointment.objects.filter(state=AppointmentState.BOOKED, starts_at__gt=now, place__isnull=False)
    if identities is None:
        rows = rows.filter(starts_at__lte=now + FARTHEST, request__identity__isnull=False)
    else:
        rows = rows.filter(request__identity__in=list(identities))
    found = list(
        rows.select_related(
            "request__prescriber__commune", "request__identity", "place__organisation", "place__commune", "place__desk"
        )
    )
    calendars = calendars_of({one.place for one in found if one.place})
    return [
        Coming(
            ReminderLine.What.APPOINTMENT,
            one.request,
            one.pk,
            one.starts_at,
            one.starts_at - timedelta(hours=1),
            one.place,
            one.purpose,
            one,
        )
        for one in found
        if one.place and calendars[one.place.pk].is_open(timezone.localdate(one.starts_at))
    ]


def _loans(now: datetime, identities: Iterable[UUID] | None) -> list[Coming]:
    today = timezone.localdate(now)
    last = today + LOAN_LEAD + TOGETHER
    rows = Agreement.objects.filter(kind=AgreementKind.LOAN, state=AgreementState.SIGNED, due_on__gte=today)
    rows = rows.filter(gift_on__isnull=True)  # those that become gifts are not brought back
    if identities is None:
        rows = rows.filter(due_on__lte=last, request__identity__isnull=False)
    else:
        rows = rows.filter(request__identity__in=list(identities), due_on__lte=last)
    return [
        Coming(
            ReminderLine.What.LOAN,
            one.request,
            one.pk,
            queries.local(one.due_on),
            queries.local(one.due_on, 20 * 60),
            one.place,
        )
        for one in rows.select_related(
            "request__prescriber__commune", "request__identity", "place__organisation", "place__commune", "place__desk"
        )
        if one.due_on
    ]


def slot_is_free(place_id: UUID, starts_at: datetime, now: datetime) -> bool:
    """Whether someone could still book it. Three queries."""
    desk = Desk.objects.select_related("place").filter(place_id=place_id, active=True).first()
    if desk is None:
        return False
    free = queries.slots(desk, now=now, first=timezone.localdate(starts_at), days=1)
    return any(slot.starts_at == starts_at for day in free.values() for slot in day)


def way_of(request: Request, moment: datetime, now: datetime, *, sms: bool) -> Way:
    return way_to_reach(request.contact_way, left=moment - now, sms=sms)
