"""What waits of appointments, for the start page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.distribution.appointments import queries
from maillon.distribution.appointments.models import Appointment
from maillon.distribution.appointments.reminders import handling
from maillon.distribution.appointments.vocabulary import AppointmentState
from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting


def waiting(actor: Actor) -> Iterator[Waiting]:
    """Those who come today, those to book for, those to tell. Three queries at most."""
    if not actor.organisation_id:
        return
    now = timezone.now()
    url = reverse("appointments:list")
    today = timezone.localdate(now)
    coming = Appointment.objects.visible_to(actor).filter(
        state=AppointmentState.BOOKED, starts_at__gte=queries.local(today), starts_at__lt=queries.local(today, 1440)
    )
    if count := coming.count():
        label = ngettext("appointment today", "appointments today", count)
        yield Waiting(count, label, url, "calendar-event", _("See today's appointments"))
    if actor.may("needs.change") and (count := queries.to_book(actor).count()):
        label = ngettext("machine promised, no appointment yet", "machines promised, no appointment yet", count)
        yield Waiting(count, label, url, "calendar-event", _("Book the appointments"))
    if actor.may("needs.identity") and (count := handling.waiting(actor).count()):
        label = ngettext("person to call or to write to", "people to call or to write to", count)
        yield Waiting(count, label, reverse("appointments:reminders"), "telephone", _("See whom to tell"))
