"""What staff are told each morning: one message a person, figures and links, nobody's name."""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy, override

from maillon.distribution.appointments import queries
from maillon.distribution.appointments.models import Appointment, Reminder
from maillon.distribution.appointments.reminders.handling import BY_HAND
from maillon.distribution.appointments.vocabulary import AppointmentState, ReminderState
from maillon.territory.models import Membership
from maillon.territory.roles import Role

LINES = (
    ngettext_lazy("%(count)s person comes today", "%(count)s people come today", "count"),
    ngettext_lazy(
        "%(count)s appointment to say whether they came", "%(count)s appointments to say whether they came", "count"
    ),
    ngettext_lazy("%(count)s person to tell", "%(count)s people to tell", "count"),
    ngettext_lazy("%(count)s message that did not leave", "%(count)s messages that did not leave", "count"),
)
READERS = (Role.PRESCRIBER, Role.MEDIATOR)


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    lines: tuple[str, ...]


def letters(now: datetime) -> Iterator[Letter]:
    """Those who have something to do today. Four queries."""
    today = timezone.localdate(now)
    expected = _counts(
        Appointment.objects.filter(
            state=AppointmentState.BOOKED, starts_at__gte=queries.local(today), starts_at__lt=queries.local(today, 1440)
        ),
        "place__organisation",
    )
    unanswered = _counts(
        Appointment.objects.filter(state=AppointmentState.BOOKED, starts_at__lt=queries.local(today)),
        "place__organisation",
    )
    by_hand = _counts(Reminder.objects.filter(state=ReminderState.DUE, channel__in=BY_HAND), "prescriber")
    unsent = _counts(Reminder.objects.filter(state=ReminderState.FAILED), "prescriber")
    people: dict[str, list[UUID]] = {}
    members = Membership.objects.filter(role__in=READERS, user__is_active=True).order_by("user__email", "id")
    for email, organisation in members.values_list("user__email", "organisation"):
        people.setdefault(email, []).append(organisation)
    with override(settings.LANGUAGE_CODE):
        for email, own in people.items():
            counts = [sum(one.get(key, 0) for key in own) for one in (expected, unanswered, by_hand, unsent)]
            lines = tuple(line % {"count": count} for line, count in zip(LINES, counts, strict=True) if count)
            if lines:
                yield Letter(email, lines)


def _counts(rows: QuerySet[Any], by: str) -> dict[UUID, int]:
    return dict(rows.order_by().values_list(by).annotate(count=Count("pk")))


def deliver(letter: Letter) -> bool:
    """Whether it left. One that did not is told again tomorrow, with what waits then."""
    with override(settings.LANGUAGE_CODE):
        url = f"{settings.SITE_URL}{reverse('appointments:list')}"
        body = "\n".join([_("Hello,"), "", *(f"- {line}" for line in letter.lines), "", url])
        mail = EmailMessage(_("Appointments: what waits for you today"), body, settings.DEFAULT_FROM_EMAIL, [letter.to])
    try:
        return bool(mail.send())
    except (smtplib.SMTPException, OSError):
        return False
