"""Messages that somebody carries: calls, letters, what did not leave by itself. The prescriber's organisation alone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from maillon.distribution.appointments import jobs, pages
from maillon.distribution.appointments.models import Reminder
from maillon.distribution.appointments.reminders import handling, letters
from maillon.distribution.appointments.reminders.gateway import configured
from maillon.distribution.appointments.vocabulary import Channel, Failure, ReminderState
from maillon.kernel.access import access
from maillon.kernel.errors import Refusal
from maillon.kernel.http import Request as HttpRequest

SHOWN = 100


@access("needs.identity")
@require_safe
def reminders(request: HttpRequest) -> HttpResponse:
    return _page(request)


@access("needs.identity")
@require_POST
def named(request: HttpRequest) -> HttpResponse:
    """The same list with names and numbers, each reading journalled. By POST: it is asked for."""
    return _page(request, with_names=True)


def _page(request: HttpRequest, *, with_names: bool = False, status: int = 200, **more: Any) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    rows = handling.to_tell(actor, list(handling.waiting(actor)[:SHOWN]), now, named=with_names)
    failed = ReminderState.FAILED
    own = Reminder.objects.of_prescriber(actor)
    context = {
        "calls": [row for row in rows if row.reminder.state != failed and row.reminder.channel != Channel.LETTER],
        "letters": [row for row in rows if row.reminder.state != failed and row.reminder.channel == Channel.LETTER],
        "failed": [row for row in rows if row.reminder.state == failed],
        "failures": dict(Failure.choices),
        "named": with_names,
        "coming": own.filter(state=ReminderState.DUE, channel__in=jobs.BY_ITSELF).count(),
        "sent": own.filter(state=ReminderState.DONE).order_by("-sent_at", "pk")[:15],
        "gateway": configured(),
    }
    return render(request, "appointments/reminders.html", {**context, **more}, status=status)


@access("needs.identity")
@require_POST
def told(request: HttpRequest) -> HttpResponse:
    """They were told, or their letters are posted."""
    keys = [pages.key_of(text) for text in request.POST.getlist("rappel")]
    count = handling.told(actor=request.actor, reminder_ids=keys)
    if count:
        said = ngettext("%(count)s person told: noted.", "%(count)s people told: noted.", count) % {"count": count}
        messages.success(request, said)
    return redirect("appointments:reminders")


@access("needs.identity")
@require_POST
def again(request: HttpRequest, reminder_id: UUID) -> HttpResponse:
    try:
        reminder = handling.again(actor=request.actor, reminder_id=reminder_id)
    except Refusal as refused:
        return _page(request, status=409, refused=refused)
    jobs.retry(reminder, request.actor)
    messages.success(request, _("The message is tried again."))
    return redirect("appointments:reminders")


@access("needs.identity")
@require_POST
def print_letters(request: HttpRequest) -> HttpResponse:
    """One page a person. Printing is not posting: they stay on the list until someone says so."""
    actor = request.actor
    waiting = handling.waiting(actor).filter(channel=Channel.LETTER)[: letters.MOST]
    rows = handling.to_tell(actor, list(waiting), timezone.now(), named=True)
    if not rows:
        messages.info(request, _("There is no letter to print."))
        return redirect("appointments:reminders")
    answer = HttpResponse(letters.pdf(rows), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="rappels.pdf"'
    return answer
