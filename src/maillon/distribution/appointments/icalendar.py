"""Appointments as calendar programmes read them: codes alone."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from maillon.distribution.appointments.models import Appointment, Feed
from maillon.distribution.appointments.vocabulary import AppointmentState
from maillon.kernel import ical
from maillon.kernel.codes import pretty

SINCE = timedelta(days=31)  # what is past stays in a feed that long: a cancellation must be seen
MOST = 2_000


def event_of(appointment: Appointment) -> ical.Event:
    place = appointment.place
    commune = place.commune.name if place and place.commune else ""
    where = ", ".join(part for part in (place.name, place.address, commune) if part) if place else ""
    cancelled = appointment.state == AppointmentState.CANCELLED
    return ical.Event(
        uid=f"{appointment.pk}@{urlsplit(settings.SITE_URL).hostname}",
        start=appointment.starts_at,
        end=appointment.ends_at,
        changed=appointment.changed_at,
        summary=_("%(purpose)s – %(code)s")
        % {"purpose": appointment.get_purpose_display(), "code": pretty(appointment.request.code)},
        location=where,
        sequence=appointment.sequence,
        status=ical.Status.CANCELLED if cancelled else ical.Status.CONFIRMED,
    )


def feed(shown: Feed) -> str:
    """The calendar of a place, or of all the places of an organisation. One query."""
    rows = Appointment.objects.filter(starts_at__gte=timezone.now() - SINCE)
    if shown.place_id:
        rows, name = rows.filter(place_id=shown.place_id), str(shown.place)
    else:
        rows, name = rows.filter(place__organisation_id=shown.organisation_id), str(shown.organisation)
    return ical.calendar(
        _events(rows.select_related("place__commune", "request").order_by("starts_at")[:MOST]), name=name
    )


def _events(rows: Iterable[Appointment]) -> list[ical.Event]:
    return [event_of(one) for one in rows]
