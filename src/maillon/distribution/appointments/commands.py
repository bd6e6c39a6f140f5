"""What changes appointments: one transaction, one event in the request's stream.

Three may book: the place that receives (handover.do), the prescriber for its own requests (needs.change), the family
for its own (`needs.family.actor_of`). The desk's row is locked while its slots are counted: however many book at
once, no slot takes more than its capacity.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.distribution.agreements.models import Agreement
from maillon.distribution.agreements.vocabulary import AgreementKind, AgreementState
from maillon.distribution.appointments import queries, signals
from maillon.distribution.appointments.calendars import calendar_of
from maillon.distribution.appointments.models import Appointment, Desk, WaitingEntry
from maillon.distribution.appointments.vocabulary import (
    AppointmentState,
    Booker,
    CancelReason,
    NoShowReason,
    Purpose,
)
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.codes import pretty
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.translation import told
from maillon.kernel.wording import long_date, moment
from maillon.needs.commands import family_permission, stream
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.territory.models import Place
from maillon.workshop.models import Device


def book(
    *,
    actor: Actor,
    request_id: UUID,
    place_id: UUID,
    starts_at: datetime,
    purpose: str = Purpose.HANDOVER,
    agreement_id: UUID | None = None,
    now: datetime | None = None,
) -> Appointment:
    """An appointment for a request with a machine promised, or to bring back a loan of it.

    Raises NotAllowed, NotFound, Refusal (nothing to receive, already booked, closed that day, slot full or not one).
    """
    now = now or timezone.now()
    with transaction.atomic():
        request = locked_request(actor, request_id)
        by = _booker(actor, request, place_id)
        agreement = _agreement(request, purpose, agreement_id)
        if standing := queries.booked(request, purpose):
            raise Refusal(
                _("Request %(code)s already has an appointment: %(at)s.")
                % {"code": pretty(request.code), "at": moment(standing.starts_at)},
                _("Move it instead of booking another."),
            )
        desk = _locked_desk(request, place_id, by)
        _check_slot(desk, starts_at, now, by)
        appointment = Appointment.objects.create(
            territory_id=request.territory_id,
            place=desk.place,
            request=request,
            agreement=agreement,
            purpose=purpose,
            starts_at=starts_at,
            minutes=desk.slot_minutes,
            booked_by=by,
        )
        _stop_waiting(request, purpose)
        ledger.append(
            "appointment.booked",
            actor,
            appointment.pk,
            stream=stream(request.pk),
            place=desk.place_id,
            starts=starts_at,
            purpose=purpose,
            by=by,
        )
    return appointment


def move(
    *, actor: Actor, appointment_id: UUID, place_id: UUID, starts_at: datetime, now: datetime | None = None
) -> Appointment:
    """The same appointment at another time, perhaps elsewhere. Moving it to where it is changes nothing.

    Raises NotAllowed, NotFound, Refusal.
    """
    now = now or timezone.now()
    with transaction.atomic():
        appointment = _locked(actor, appointment_id)
        by = _booker(actor, appointment.request, place_id)
        _must_be_booked(appointment)
        if appointment.place_id == place_id and appointment.starts_at == starts_at:
            return appointment
        desk = _locked_desk(appointment.request, place_id, by)
        _check_slot(desk, starts_at, now, by)
        before, left = appointment.starts_at, appointment.place
        appointment.place, appointment.starts_at, appointment.minutes = desk.place, starts_at, desk.slot_minutes
        appointment.sequence += 1
        appointment.save(update_fields=["place", "starts_at", "minutes", "sequence", "changed_at"])
        _stop_waiting(appointment.request, appointment.purpose)
        ledger.append(
            "appointment.moved",
            actor,
            appointment.pk,
            stream=stream(appointment.request_id),
            place=desk.place_id,
            starts=starts_at,
            before=before,
            by=by,
        )
        _freed(left, before, appointment.request_id)
    return appointment


def cancel(*, actor: Actor, appointment_id: UUID, reason: str = CancelReason.ASKED) -> Appointment:
    """The slot is free again, and those who wait for an earlier one are told. Raises NotAllowed, NotFound, Refusal."""
    if reason not in CancelReason.values:
        raise Refusal(_("This is no reason to cancel."), _("Choose one of the list."))
    with transaction.atomic():
        appointment = _locked(actor, appointment_id)
        _must_be_booked(appointment)
        _cancel(appointment, reason, actor, _booker(actor, appointment.request, appointment.place_id))
    return appointment


def cancel_of_request(sender: object, *, request: Request, actor: Actor, **_more: object) -> None:
    """A request that closes keeps no slot: `needs.signals.closing`, in its transaction."""
    for appointment in Appointment.objects.select_for_update().filter(request=request, state=AppointmentState.BOOKED):
        _cancel(appointment, CancelReason.REQUEST_CLOSED.value, actor, Booker.SYSTEM.value)
    WaitingEntry.objects.filter(request=request).delete()


def held(*, actor: Actor, appointment_id: UUID) -> Appointment:
    """They came. Raises NotAllowed, NotFound, Refusal (not booked, or of another day to come)."""
    return _answer(actor, appointment_id, AppointmentState.HELD, "")


def no_show(*, actor: Actor, appointment_id: UUID, reason: str = NoShowReason.NO_NEWS) -> Appointment:
    """Nobody came. What follows for the machine is decided by a person. Raises NotAllowed, NotFound, Refusal."""
    if reason not in NoShowReason.values:
        raise Refusal(_("This is no reason for nobody coming."), _("Choose one of the list."))
    return _answer(actor, appointment_id, AppointmentState.NO_SHOW, reason)


def follow_step(
    sender: object,
    *,
    device: Device,
    step: str,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime | None,
    **_more: object,
) -> None:
    """`workshop.signals.step_taken`: a machine handed over or brought back says that they came, in its transaction."""
    booked = Appointment.objects.filter(state=AppointmentState.BOOKED)
    if step == "handed_over":
        booked = booked.filter(purpose=Purpose.HANDOVER, request__code=answers.get("reference") or "")
    elif step == "returned":
        booked = booked.filter(purpose=Purpose.RETURN, agreement__items__device=device)
    else:
        return
    day_after = queries.local(timezone.localdate(at), 1440)
    keys = booked.filter(starts_at__lt=day_after).values("pk")
    for appointment in Appointment.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
        _close(appointment, AppointmentState.HELD, "")
        ledger.append("appointment.held", actor, appointment.pk, at=at, stream=stream(appointment.request_id))


def wait_for_earlier(
    *, actor: Actor, request_id: UUID, place_id: UUID, purpose: str = Purpose.HANDOVER
) -> WaitingEntry:
    """Tell this person, three times at most, when a slot opens there earlier than theirs. Asking twice begins again.

    Raises NotAllowed, NotFound.
    """
    with transaction.atomic():
        request = locked_request(actor, request_id)
        by = _booker(actor, request, place_id)
        desk = _locked_desk(request, place_id, by)
        entry, _made = WaitingEntry.objects.update_or_create(
            place=desk.place, request=request, purpose=purpose, defaults={"told": 0, "last_told_at": None}
        )
        ledger.append("appointment.waiting", actor, entry.pk, stream=stream(request.pk), place=desk.place_id)
    return entry


def stop_waiting(*, actor: Actor, request_id: UUID, place_id: UUID) -> None:
    """Raises NotAllowed, NotFound."""
    with transaction.atomic():
        request = locked_request(actor, request_id)
        _booker(actor, request, place_id)
        for entry in WaitingEntry.objects.filter(request=request, place_id=place_id):
            key = entry.pk
            entry.delete()
            ledger.append("appointment.waiting_ended", actor, key, stream=stream(request.pk), place=place_id)


# --- Who may, and when


def locked_request(actor: Actor, request_id: UUID) -> Request:
    """A request that the actor may book for. Locked: two bookings of one request come after each other.

    The desk and the coordination book for the requests of the territory, by their code; a prescriber for its own; the
    family for its own. Raises NotAllowed, NotFound.
    """
    requests = Request.objects.select_for_update(of=("self",))
    if actor.may(family_permission(request_id)):
        found: Request | None = requests.filter(pk=request_id).first()
    else:
        if not (actor.may("handover.do") or actor.may("needs.change")):
            raise NotAllowed("handover.do")
        found = requests.filter(pk=request_id, territory_id=actor.territory_id).first()
    if found is None:
        raise NotFound
    return found


def _booker(actor: Actor, request: Request, place_id: UUID | None) -> str:
    """As whom the actor acts for this request at this place. Raises NotFound: neither its request nor its place."""
    if actor.may(family_permission(request.pk)):
        return Booker.FAMILY.value
    if actor.may("handover.do") and place_id and queries.desk_places(actor).filter(pk=place_id).exists():
        return Booker.DESK.value
    if actor.organisation_id == request.prescriber_id and (actor.may("needs.change") or actor.may("handover.do")):
        return Booker.PRESCRIBER.value
    if actor.oversees and actor.may("handover.do") and request.territory_id == actor.territory_id:
        return Booker.DESK.value
    raise NotFound


def _agreement(request: Request, purpose: str, agreement_id: UUID | None) -> Agreement | None:
    """What is to be brought back; None for a handover. Raises Refusal when there is nothing to come for."""
    if purpose == Purpose.HANDOVER:
        if request.state != RequestState.PROMISED:
            raise Refusal(
                _("No machine is promised to request %(code)s: it is “%(state)s”.")
                % {"code": pretty(request.code), "state": request.get_state_display()},
                _("An appointment is taken once a machine is promised."),
            )
        return None
    loans = Agreement.objects.filter(request=request, kind=AgreementKind.LOAN, state=AgreementState.SIGNED)
    loan = loans.filter(pk=agreement_id).first() if agreement_id else loans.first()
    if loan is None:
        raise Refusal(
            _("Request %(code)s has no machine on loan to bring back.") % {"code": pretty(request.code)},
            _("Check the code on the agreement."),
        )
    return loan


def _locked_desk(request: Request, place_id: UUID, by: str) -> Desk:
    """Raises NotFound, Refusal (no appointments there, or not for this request: only the desk chooses elsewhere)."""
    places = Place.objects.filter(pk=place_id, organisation__territory_id=request.territory_id)
    if not places.exists():
        raise NotFound
    desks = Desk.objects.select_for_update(of=("self",)).select_related("place__organisation", "place__commune")
    desk = desks.filter(place_id=place_id, active=True, place__open_to_public=True).first()
    if desk is None or (by == Booker.FAMILY and not desk.families):
        raise Refusal(_("No appointment is taken at this place."), _("Choose another place."))
    if by != Booker.DESK and not queries.bookable(request).filter(pk=desk.pk).exists():
        raise Refusal(
            _("Request %(code)s names other places than %(place)s.")
            % {"code": pretty(request.code), "place": desk.place.name},
            _("Choose one of those it names, or ask the coordination."),
        )
    return desk


def _check_slot(desk: Desk, starts_at: datetime, now: datetime, by: str) -> None:
    """Raises Refusal: closed (with the next open day), past, too soon or too far, no slot then, or full."""
    day = timezone.localdate(starts_at)
    calendar = calendar_of(desk.place)
    if why := calendar.why_closed(day):
        following = calendar.next_open_day(max(day, timezone.localdate(now)))
        known = {"place": desk.place.name, "day": long_date(day), "why": told(why)}
        raise Refusal(
            _("%(place)s is closed on %(day)s: %(why)s.") % known,
            *([_("The next open day is %(day)s.") % {"day": long_date(following)}] if following else []),
        )
    if starts_at <= now:
        raise Refusal(_("%(at)s is past.") % {"at": moment(starts_at)}, _("Choose a time to come."))
    if starts_at not in queries.starts_of(desk, calendar, day):
        raise Refusal(
            _("There is no appointment at %(at)s there.") % {"at": moment(starts_at)},
            _("Choose one of those proposed."),
        )
    # The desk itself may receive someone at once, or far ahead: it knows.
    if by != Booker.DESK and starts_at not in {
        slot.starts_at for free in queries.slots(desk, now=now, first=day, days=1).values() for slot in free
    }:
        raise _taken(starts_at)
    if queries.taken(desk.place_id, starts_at, starts_at + timedelta(minutes=1))[starts_at] >= desk.capacity:
        raise _taken(starts_at)


def _taken(starts_at: datetime) -> Refusal:
    return Refusal(
        _("The appointment of %(at)s has just been taken, or is too soon.") % {"at": moment(starts_at)},
        _("Choose another one: the list is up to date."),
    )


def _locked(actor: Actor, appointment_id: UUID) -> Appointment:
    """Raises NotFound: absent, or neither of one's place nor of one's request."""
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("request", "place")
    appointment: Appointment | None = rows.filter(pk=appointment_id).first()
    if appointment is None:
        raise NotFound
    _booker(actor, appointment.request, appointment.place_id)
    return appointment


def _must_be_booked(appointment: Appointment) -> None:
    if appointment.state != AppointmentState.BOOKED:
        raise Refusal(
            _("This appointment is “%(state)s”.") % {"state": appointment.get_state_display()},
            _("Reload the page: someone may have been quicker."),
        )


def _answer(actor: Actor, appointment_id: UUID, state: AppointmentState, reason: str) -> Appointment:
    actor.require("handover.do")
    with transaction.atomic():
        appointment = _locked(actor, appointment_id)
        _must_be_booked(appointment)
        if timezone.localdate(appointment.starts_at) > timezone.localdate():
            raise Refusal(
                _("This appointment is to come: %(at)s.") % {"at": moment(appointment.starts_at)},
                _("Move it to today if the person is here."),
            )
        _close(appointment, state, reason)
        payload: dict[str, Any] = {"reason": reason} if reason else {}
        ledger.append(
            f"appointment.{state.value}", actor, appointment.pk, stream=stream(appointment.request_id), **payload
        )
    return appointment


def _cancel(appointment: Appointment, reason: str, actor: Actor, by: str) -> None:
    _close(appointment, AppointmentState.CANCELLED, reason)
    ledger.append(
        "appointment.cancelled", actor, appointment.pk, stream=stream(appointment.request_id), reason=reason, by=by
    )
    _freed(appointment.place, appointment.starts_at, appointment.request_id)


def _close(appointment: Appointment, state: AppointmentState, reason: str) -> None:
    appointment.state, appointment.reason = state.value, reason
    appointment.sequence += 1
    appointment.save(update_fields=["state", "reason", "sequence", "changed_at"])


def _freed(place: Place | None, starts_at: datetime, by: UUID) -> None:
    if place is not None:
        signals.slot_freed.send(Appointment, place=place, starts_at=starts_at, request_id=by)


def _stop_waiting(request: Request, purpose: str) -> None:
    """Who took the earlier slot they were told of waits no more; who has none keeps waiting for a better one."""
    WaitingEntry.objects.filter(request=request, purpose=purpose, told__gt=0).delete()


# --- A place about to be removed


def keep_places_expected(sender: object, *, place: Place, **_more: object) -> None:
    """`territory.signals.removing_place`: not while people are expected there."""
    count = Appointment.objects.filter(
        place=place, state=AppointmentState.BOOKED, starts_at__gte=timezone.now()
    ).count()
    if count:
        raise Refusal(
            _("People are expected there: %(count)s.") % {"count": count}, _("Move their appointments first.")
        )
