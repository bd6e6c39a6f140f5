"""What pages read of appointments: codes alone, whoever reads."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from maillon.distribution.appointments.calendars import calendar_of
from maillon.distribution.appointments.models import Appointment, Desk
from maillon.distribution.appointments.rules import slot_starts
from maillon.distribution.appointments.vocabulary import AppointmentState, Purpose
from maillon.kernel.actor import Actor
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.territory.hours import Calendar
from maillon.territory.models import Place

FULL = (AppointmentState.BOOKED, AppointmentState.HELD)  # what takes room in a slot


@dataclass(frozen=True, slots=True)
class Slot:
    starts_at: datetime
    free: int  # people who may still come then

    @property
    def at(self) -> str:
        """What a form sends back: local time, to the minute."""
        return f"{timezone.localtime(self.starts_at):%Y-%m-%dT%H:%M}"


def desk_places(viewer: Actor) -> QuerySet[Place]:
    """Places open to the public whose appointments the viewer keeps: its own, a coordination's territory's."""
    places = Place.objects.filter(open_to_public=True).select_related("organisation", "commune", "desk")
    if viewer.oversees and viewer.territory_id:
        return places.filter(organisation__territory_id=viewer.territory_id)
    return places.filter(organisation_id=viewer.organisation_id) if viewer.organisation_id else places.none()


def bookable(request: Request, *, families: bool = False) -> QuerySet[Desk]:
    """Desks where this request may be received: those it names, or all of its territory. families: by the person."""
    desks = Desk.objects.filter(active=True, place__open_to_public=True)
    desks = desks.filter(place__organisation__territory_id=request.territory_id)
    if named := list(request.places.values_list("pk", flat=True)):
        desks = desks.filter(place__in=named)
    if families:
        desks = desks.filter(families=True)
    return desks.select_related("place__organisation", "place__commune").order_by("place__name", "pk")


def offered(viewer: Actor, request: Request) -> list[Desk]:
    """Where the viewer may book for this request: where it may be received, then at the desks that the viewer keeps."""
    known = list(bookable(request))
    if not viewer.may("handover.do"):
        return known
    kept = Desk.objects.filter(active=True, place__in=desk_places(viewer)).select_related(
        "place__organisation", "place__commune"
    )
    return [*known, *kept.exclude(pk__in=[desk.pk for desk in known]).order_by("place__name", "pk")]


def local(day: date, minute: int = 0) -> datetime:
    """A minute of a day of the territory's time; 1440 is the next midnight."""
    zone = timezone.get_default_timezone()
    return datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), tzinfo=zone)


def starts_of(desk: Desk, calendar: Calendar, day: date) -> list[datetime]:
    """When the desk receives that day, taken or not."""
    first = _minute(desk.first) if desk.first else 0
    last = _minute(desk.last) if desk.last else 1440
    ranges = calendar.ranges(day)
    starts = (local(day, minute) for minute in slot_starts(ranges, desk.slot_minutes, first=first, last=last))
    return [at for at in starts if at.astimezone(UTC).astimezone(at.tzinfo).hour == at.hour]  # no 02:30 in late March


def taken(place_id: UUID, first: datetime, last: datetime) -> Counter[datetime]:
    """How many are expected at each start within [first, last). One query."""
    rows = Appointment.objects.filter(place_id=place_id, state__in=FULL, starts_at__gte=first, starts_at__lt=last)
    return Counter(rows.values_list("starts_at", flat=True))


def slots(desk: Desk, *, now: datetime, first: date | None = None, days: int | None = None) -> dict[date, list[Slot]]:
    """The free slots of each open day that has some, within the desk's notice and horizon. Two queries."""
    today = timezone.localdate(now)
    soonest = now + timedelta(hours=desk.notice_hours)
    start = max(first or today, today)
    end = today + timedelta(days=desk.horizon_days)
    if days is not None:
        end = min(end, start + timedelta(days=days - 1))
    if end < start:
        return {}
    calendar = calendar_of(desk.place)
    counts = taken(desk.place_id, local(start), local(end, 1440))
    found: dict[date, list[Slot]] = {}
    for day in (start + timedelta(days=after) for after in range((end - start).days + 1)):
        free = [
            Slot(at, left)
            for at in starts_of(desk, calendar, day)
            if at >= soonest and (left := desk.capacity - counts[at]) > 0
        ]
        if free:
            found[day] = free
    return found


def next_free(desk: Desk, *, now: datetime) -> Slot | None:
    return next((free[0] for free in slots(desk, now=now).values()), None)


def of_day(viewer: Actor, place: Place, day: date) -> list[Appointment]:
    """Who comes that day, in order; cancelled ones are left out. One query."""
    rows = Appointment.objects.visible_to(viewer).filter(
        place=place, starts_at__gte=local(day), starts_at__lt=local(day, 1440)
    )
    shown = rows.exclude(state=AppointmentState.CANCELLED).select_related("request", "request__prescriber", "agreement")
    return list(shown.order_by("starts_at", "created_at", "pk"))


def upcoming(viewer: Actor, *, now: datetime) -> QuerySet[Appointment]:
    """Booked and to come, of today on, the soonest first."""
    today = local(timezone.localdate(now))
    rows: QuerySet[Appointment] = Appointment.objects.visible_to(viewer).filter(
        state=AppointmentState.BOOKED, starts_at__gte=today
    )
    return rows.select_related("request", "place", "place__organisation").order_by("starts_at", "pk")


def unanswered(viewer: Actor, *, now: datetime) -> QuerySet[Appointment]:
    """Booked before today at the viewer's places: did they come?"""
    today = local(timezone.localdate(now))
    rows: QuerySet[Appointment] = Appointment.objects.filter(
        place__in=desk_places(viewer), state=AppointmentState.BOOKED, starts_at__lt=today
    )
    return rows.select_related("request", "place").order_by("starts_at", "pk")


def to_book(viewer: Actor) -> QuerySet[Request]:
    """Requests of the viewer's organisation with a machine promised, and no appointment to fetch it."""
    booked = Appointment.objects.filter(state=AppointmentState.BOOKED, purpose=Purpose.HANDOVER)
    own = Request.objects.filter(prescriber_id=viewer.organisation_id, state=RequestState.PROMISED, delivery=False)
    return own.exclude(pk__in=booked.values("request")).order_by("since", "code")


def booked(request: Request, purpose: str = Purpose.HANDOVER) -> Appointment | None:
    """The one appointment to come, or not answered yet, of a request."""
    rows = Appointment.objects.filter(request=request, purpose=purpose, state=AppointmentState.BOOKED)
    return rows.select_related("place__organisation", "place__commune", "place__desk", "request").first()


def in_closures(place: Place, *, now: datetime) -> list[Appointment]:
    """Booked appointments to come that fall on a day the place is now closed: to be moved. Two queries."""
    calendar = calendar_of(place)
    rows = Appointment.objects.filter(place=place, state=AppointmentState.BOOKED, starts_at__gte=now)
    return [one for one in rows.select_related("request") if not calendar.is_open(timezone.localdate(one.starts_at))]


def expected_on(days: Iterable[date], places: Iterable[Place]) -> Counter[tuple[UUID, date]]:
    """How many are expected at each place each day. One query."""
    wanted = sorted(days)
    if not wanted:
        return Counter()
    rows = Appointment.objects.filter(
        Q(state__in=FULL), place__in=places, starts_at__gte=local(wanted[0]), starts_at__lt=local(wanted[-1], 1440)
    )
    return Counter((place, timezone.localdate(at)) for place, at in rows.values_list("place_id", "starts_at") if place)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
