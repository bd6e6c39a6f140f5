"""Appointments: what is coming, a place's day, booking for a request."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillon.distribution.appointments import commands, jobs, pages, queries
from maillon.distribution.appointments.calendars import calendar_of
from maillon.distribution.appointments.models import Appointment, Desk
from maillon.distribution.appointments.reminders import handling
from maillon.distribution.appointments.vocabulary import AppointmentState, CancelReason, NoShowReason, Purpose
from maillon.kernel import codes
from maillon.kernel.access import access
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.kernel.http import Request as HttpRequest
from maillon.kernel.wording import moment
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.territory.models import Place

SHOWN = 50


@access("handover.view")
@require_safe
def appointments(request: HttpRequest) -> HttpResponse:
    """What is coming for the reader: at its places, and for those it follows."""
    return _list(request)


def _list(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    places = list(queries.desk_places(actor).order_by("organisation__name", "name", "pk"))
    coming = list(queries.upcoming(actor, now=now)[: SHOWN + 1])
    unanswered = list(queries.unanswered(actor, now=now)[:SHOWN])
    to_book = list(queries.to_book(actor)[:SHOWN]) if actor.may("needs.change") else []
    context = {
        "places": pages.week_ahead([place for place in places if _receives(place)]),
        "to_open": [place for place in places if not _receives(place)] if actor.may("places.change") else [],
        "coming": coming[:SHOWN],
        "more": len(coming) > SHOWN,
        "unanswered": unanswered,
        "to_book": to_book,
        "to_tell": handling.waiting(actor).count() if actor.may("needs.identity") else 0,
        "today": timezone.localdate(),
        "no_show_reasons": NoShowReason.choices,
        "organisation_id": actor.organisation_id,
    }
    return render(request, "appointments/list.html", {**context, **more}, status=status)


def _receives(place: Place) -> bool:
    desk: Desk | None = getattr(place, "desk", None)
    return desk is not None and desk.active


@access("handover.view")
@require_safe
def find_request(request: HttpRequest) -> HttpResponse:
    """From a typed code to the page of its appointment."""
    typed = request.GET.get("code", "")
    parsed = codes.parse(typed)
    if isinstance(parsed, str) and _visible(request).filter(code=parsed).exists():
        return redirect("appointments:request", parsed)
    reason = _("No request has this code here.") if isinstance(parsed, str) else str(parsed.message)
    return _list(request, status=404, typed=typed, not_found=reason)


@access("handover.view")
@require_safe
def day(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Who comes to a place that day: codes alone."""
    place: Place = find(queries.desk_places(request.actor), place_id)
    shown = pages.day_of(request.GET.get("jour", "")) or timezone.localdate()
    calendar = calendar_of(place)
    desk: Desk | None = getattr(place, "desk", None)
    expected = queries.of_day(request.actor, place, shown)
    context = {
        "place": place,
        "desk": desk,
        "day": shown,
        "today": timezone.localdate(),
        "rows": pages.day_rows(desk, expected, shown),
        "expected": len([one for one in expected if one.state in queries.FULL]),
        "closed": calendar.why_closed(shown),
        "no_show_reasons": NoShowReason.choices,
        **pages.neighbours(calendar, shown),
    }
    return render(request, "appointments/day.html", context)


# --- One request's appointment


def _visible(request: HttpRequest) -> Any:
    """By its code: a desk receives those of its territory; who has no desk, its own."""
    actor = request.actor
    requests = Request.objects.select_related("prescriber", "commune").filter(territory_id=actor.territory_id)
    if actor.oversees or queries.desk_places(actor).exists():
        return requests
    return requests.filter(prescriber_id=actor.organisation_id)


def _found(request: HttpRequest, code: str) -> Request:
    parsed = codes.parse(code)
    shown: Request | None = _visible(request).filter(code=parsed).first() if isinstance(parsed, str) else None
    if shown is None:
        raise NotFound
    return shown


def _purpose(request: HttpRequest) -> str:
    asked = request.POST.get("motif") or request.GET.get("motif") or ""
    return asked if asked in Purpose.values else Purpose.HANDOVER.value


@access("handover.view")
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, code: str) -> HttpResponse:
    """The appointment of a request: choose a slot, or another one."""
    shown = _found(request, code)
    if request.method != "POST":
        return _request_page(request, shown)
    at, place_id = pages.moment_of(request.POST.get("at", "")), pages.key_of(request.POST.get("lieu", ""))
    if at is None:
        raise NotFound
    standing = queries.booked(shown, _purpose(request))
    try:
        if standing:
            commands.move(actor=request.actor, appointment_id=standing.pk, place_id=place_id, starts_at=at)
        else:
            commands.book(
                actor=request.actor,
                request_id=shown.pk,
                place_id=place_id,
                starts_at=at,
                purpose=_purpose(request),
            )
    except Refusal as refused:
        return _request_page(request, shown, status=409, refused=refused)
    messages.success(request, _("Appointment: %(at)s.") % {"at": moment(at)})
    return redirect("appointments:request", shown.code)


def _request_page(request: HttpRequest, shown: Request, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, purpose = request.actor, _purpose(request)
    loan = shown.agreements.filter(state="signed", kind="loan").first()
    if purpose == Purpose.HANDOVER and shown.state != RequestState.PROMISED and loan:
        purpose = Purpose.RETURN.value
    standing, asked = queries.booked(shown, purpose), pages.asked_of(request)
    past = list(
        Appointment.objects.visible_to(actor)
        .filter(request=shown)
        .exclude(state=AppointmentState.BOOKED)
        .select_related("place")
        .order_by("-starts_at")[:10]
    )
    context = {
        "shown": shown,
        "purpose": purpose,
        "purpose_label": Purpose(purpose).label,
        "standing": standing,
        "bookable": purpose == Purpose.RETURN or shown.state == RequestState.PROMISED,
        "choice": pages.choice(
            shown,
            queries.offered(actor, shown),
            place=asked["place"] or (str(standing.place_id) if standing else ""),
            first=asked["first"],
        ),
        "own": shown.prescriber_id == actor.organisation_id,
        "may_remind": actor.may("needs.identity") and shown.prescriber_id == actor.organisation_id,
        "cancel_reasons": CancelReason.choices,
        "past": past,
        "not_come": (actor.oversees or shown.prescriber_id == actor.organisation_id)
        and bool(past)
        and past[0].state == AppointmentState.NO_SHOW
        and past[0].purpose == Purpose.HANDOVER,
    }
    return render(request, "appointments/request.html", {**context, **more}, status=status)


@access("handover.view")
@require_POST
def wait(request: HttpRequest, code: str) -> HttpResponse:
    """Be told of an earlier slot, or no more."""
    shown = _found(request, code)
    place_id = pages.key_of(request.POST.get("lieu", ""))
    try:
        if request.POST.get("fin"):
            commands.stop_waiting(actor=request.actor, request_id=shown.pk, place_id=place_id)
        else:
            commands.wait_for_earlier(
                actor=request.actor, request_id=shown.pk, place_id=place_id, purpose=_purpose(request)
            )
            messages.success(request, _("They will be told when an earlier slot opens, three times at most."))
    except Refusal as refused:
        return _request_page(request, shown, status=409, refused=refused)
    answer = redirect("appointments:request", shown.code)
    answer["Location"] += f"?lieu={place_id}"
    return answer


@access("needs.identity")
@require_POST
def remind(request: HttpRequest, code: str) -> HttpResponse:
    """A message at once, about all that is coming."""
    shown = _found(request, code)
    try:
        reminder = handling.remind_now(actor=request.actor, request_id=shown.pk)
    except Refusal as refused:
        return _request_page(request, shown, status=409, refused=refused)
    jobs.retry(reminder, request.actor)
    if reminder.channel in jobs.BY_ITSELF:
        messages.success(
            request, _("The reminder leaves now: %(channel)s.") % {"channel": reminder.get_channel_display()}
        )
        return redirect("appointments:request", shown.code)
    messages.success(request, _("This person is on the list of those to tell."))
    return redirect("appointments:reminders")


# --- One appointment


@access("handover.view")
@require_POST
def cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    reason = request.POST.get("raison", CancelReason.ASKED.value)
    return _change(
        request,
        appointment_id,
        lambda: commands.cancel(actor=request.actor, appointment_id=appointment_id, reason=reason),
        _("The appointment is cancelled, its slot is free again."),
    )


@access("handover.do")
@require_POST
def held(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    return _change(
        request,
        appointment_id,
        lambda: commands.held(actor=request.actor, appointment_id=appointment_id),
        _("Noted: they came."),
    )


@access("handover.do")
@require_POST
def no_show(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    reason = request.POST.get("raison", NoShowReason.NO_NEWS.value)
    return _change(
        request,
        appointment_id,
        lambda: commands.no_show(actor=request.actor, appointment_id=appointment_id, reason=reason),
        _("Noted: nobody came. Another appointment can be booked."),
    )


def _change(request: HttpRequest, appointment_id: UUID, change: Any, done: str) -> HttpResponse:
    """Carry it out, and go back to where the button was: the request's page, the day's, or the list."""
    appointment: Appointment = find(
        Appointment.objects.visible_to(request.actor).select_related("request"), appointment_id
    )
    try:
        change()
    except Refusal as refused:
        return _request_page(request, appointment.request, status=409, refused=refused)
    messages.success(request, done)
    if request.POST.get("retour") == "jour" and appointment.place_id:
        local = timezone.localdate(appointment.starts_at)
        answer = redirect("appointments:day", appointment.place_id)
        answer["Location"] += f"?jour={local.isoformat()}"
        return answer
    if request.POST.get("retour") == "liste":
        return redirect("appointments:list")
    return redirect("appointments:request", appointment.request.code)
