"""What the pages of appointments are drawn with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from maillon.distribution.appointments import queries
from maillon.distribution.appointments.calendars import calendar_of
from maillon.distribution.appointments.models import Appointment, Desk, WaitingEntry
from maillon.distribution.appointments.queries import Slot
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound
from maillon.kernel.forms import is_far
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.territory import hours

DAYS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """Where and when one may come: the desks, the one chosen, a few days of it, and where its later days begin."""

    desks: list[Desk]
    desk: Desk | None
    days: list[tuple[date, list[Slot]]]
    later: date | None
    first: date | None  # what was asked for, when not today
    waits: bool


def request_part(shown: Request, viewer: Actor) -> dict[str, Any] | None:
    """On the page of a request: its appointment, or the way to take one, once a machine is promised."""
    if shown.state != RequestState.PROMISED or not viewer.may("handover.view"):
        return None
    standing = queries.booked(shown)
    may_come = not shown.delivery and queries.bookable(shown).exists()
    return {"standing": standing} if standing or may_come else None


def asked_of(request: HttpRequest) -> dict[str, str]:
    """The place and the first day to show for `choice`: the address says them, or the form that was just refused."""
    return {
        "place": request.GET.get("lieu", "") or request.POST.get("lieu", ""),
        "first": request.GET.get("des", "") or request.POST.get("at", "")[:10],
    }


def choice(request: Request, desks: Iterable[Desk], *, place: str, first: str) -> Choice:
    """place, first: as the address says them; what is not understood is the first desk, today."""
    known = list(desks)
    desk = next((one for one in known if str(one.place_id) == place), known[0] if known else None)
    begin = day_of(first)
    now = timezone.now()
    found = list(queries.slots(desk, now=now, first=begin).items()) if desk else []
    later = found[DAYS_SHOWN][0] if len(found) > DAYS_SHOWN else None
    waits = bool(desk) and WaitingEntry.objects.filter(place=desk.place, request=request).exists() if desk else False
    return Choice(
        known, desk, found[:DAYS_SHOWN], later, begin if begin and begin > timezone.localdate() else None, waits
    )


def day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return None if is_far(day) else day


def moment_of(text: str) -> datetime | None:
    """What a slot's button sends, in the territory's time."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if is_far(at):
        return None
    return timezone.make_aware(at) if timezone.is_naive(at) else at


def key_of(text: str) -> UUID:
    """Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


@dataclass(frozen=True, slots=True)
class Row:
    """A slot of a day: who comes, and how many more may."""

    at: datetime
    appointments: list[Appointment]
    free: int


def day_rows(desk: Desk | None, expected: list[Appointment], day: date) -> list[Row]:
    """Every slot of the day, and the appointments kept at times that are slots no more."""
    at: dict[datetime, list[Appointment]] = {}
    if desk is not None and desk.active:
        at = {start: [] for start in queries.starts_of(desk, calendar_of(desk.place), day)}
    slots = set(at)
    for appointment in expected:
        at.setdefault(appointment.starts_at, []).append(appointment)
    capacity = desk.capacity if desk else 0
    rows = []
    for start, found in sorted(at.items()):
        full = sum(one.state in queries.FULL for one in found)
        rows.append(Row(start, found, max(0, capacity - full) if start in slots else 0))
    return rows


def neighbours(calendar: hours.Calendar, day: date) -> dict[str, date | None]:
    """The open days before and after, within a few weeks."""
    before = (day - timedelta(days=n) for n in range(1, 60))
    return {
        "previous": next((one for one in before if calendar.is_open(one)), None),
        "next": calendar.next_open_day(day + timedelta(days=1)),
    }


def week_ahead(places: list[Any], *, days: int = 7) -> list[dict[str, Any]]:
    """For each place, the next open days and how many are expected. Two queries, and one for the calendars."""
    from maillon.distribution.appointments.calendars import calendars_of

    today = timezone.localdate()
    calendars = calendars_of(places)
    open_days = {
        place.pk: list(
            islice((day for n in range(60) if calendars[place.pk].is_open(day := today + timedelta(days=n))), days)
        )
        for place in places
    }
    counts = queries.expected_on({day for found in open_days.values() for day in found}, places)
    return [
        {"place": place, "days": [(day, counts[place.pk, day]) for day in open_days[place.pk]], "today": today}
        for place in places
    ]
