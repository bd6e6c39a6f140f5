"""The family's own appointment, on the page its two codes open: no account, no script, a click a slot."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillon.distribution.appointments import commands, pages, queries
from maillon.distribution.appointments.reminders.wording import where
from maillon.distribution.appointments.vocabulary import Purpose
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request as HttpRequest
from maillon.kernel.wording import day_and_hour
from maillon.needs.family import actor_of, family_request
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState


def part(shown: Request) -> dict[str, Any] | None:
    """On the family's page: its appointment, or the way to take one."""
    purpose = _purpose(shown)
    if purpose is None:
        return None
    standing = queries.booked(shown, purpose)
    movable = queries.bookable(shown, families=True).exists()
    if shown.delivery and purpose == Purpose.HANDOVER.value:
        movable = False  # it is brought to them
    if standing is None and not movable:
        return None
    return {"standing": standing, "purpose": purpose, "movable": movable, "is_next": purpose == Purpose.HANDOVER.value}


def letter_day(shown: Request) -> list[str]:
    """In the family's letter: the appointment of its page, for whoever opens no page."""
    told = part(shown)
    if shown.state != RequestState.PROMISED or told is None:
        return []
    standing = told["standing"]
    if standing is None:
        who = {"who": shown.prescriber.name}
        return [_("Choose the day and the place to fetch it: on your page, or with %(who)s.") % who]
    known = {"day": day_and_hour(standing.starts_at), "where": where(standing.place)}
    return [_("Your appointment: %(day)s, %(where)s.") % known]


def _purpose(shown: Request) -> str | None:
    """To receive what is promised; else to bring back what is on loan."""
    if shown.state == RequestState.PROMISED:
        return Purpose.HANDOVER.value
    loans = shown.agreements.filter(state="signed", kind="loan")
    return Purpose.RETURN.value if loans.exists() else None


@access(EVERYONE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Choose a slot, or another one. Without the codes: the door of the family's page."""
    shown = family_request(request)
    if shown is None:
        return redirect("needs:family")
    purpose = _purpose(shown)
    if purpose is None:
        return redirect("needs:family")
    if request.method != "POST":
        return _page(request, shown, purpose)
    at = pages.moment_of(request.POST.get("at", ""))
    if at is None:
        raise NotFound
    place_id, actor = pages.key_of(request.POST.get("lieu", "")), actor_of(shown)
    standing = queries.booked(shown, purpose)
    try:
        if standing:
            commands.move(actor=actor, appointment_id=standing.pk, place_id=place_id, starts_at=at)
        else:
            commands.book(actor=actor, request_id=shown.pk, place_id=place_id, starts_at=at, purpose=purpose)
    except Refusal as refused:
        return _page(request, shown, purpose, status=409, refused=refused)
    return redirect("needs:family")


def _page(request: HttpRequest, shown: Request, purpose: str, *, status: int = 200, **more: Any) -> HttpResponse:
    standing, asked = queries.booked(shown, purpose), pages.asked_of(request)
    place = asked["place"] or (str(standing.place_id) if standing else "")
    context = {
        "shown": shown,
        "standing": standing,
        "purpose": purpose,
        "choice": pages.choice(shown, queries.bookable(shown, families=True), place=place, first=asked["first"]),
    }
    return render(request, "appointments/choose.html", {**context, **more}, status=status)


@access(EVERYONE)
@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    shown = family_request(request)
    if shown is None or (purpose := _purpose(shown)) is None:
        return redirect("needs:family")
    if standing := queries.booked(shown, purpose):
        try:
            commands.cancel(actor=actor_of(shown), appointment_id=standing.pk)
        except Refusal as refused:
            return _page(request, shown, purpose, status=409, refused=refused)
    return redirect("needs:family")


@access(EVERYONE)
@require_POST
def wait(request: HttpRequest) -> HttpResponse:
    """Be told of an earlier slot, or no more."""
    shown = family_request(request)
    if shown is None or (purpose := _purpose(shown)) is None:
        return redirect("needs:family")
    actor, place_id = actor_of(shown), pages.key_of(request.POST.get("lieu", ""))
    try:
        if request.POST.get("fin"):
            commands.stop_waiting(actor=actor, request_id=shown.pk, place_id=place_id)
        else:
            commands.wait_for_earlier(actor=actor, request_id=shown.pk, place_id=place_id, purpose=purpose)
    except Refusal as refused:
        return _page(request, shown, purpose, status=409, refused=refused)
    return redirect(f"{reverse('appointments:choose')}?lieu={place_id}")
