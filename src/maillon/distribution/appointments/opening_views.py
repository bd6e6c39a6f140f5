"""How a place takes appointments, and the calendars one may subscribe to."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillon.distribution.appointments import icalendar, opening, queries
from maillon.distribution.appointments.forms import ClosureForm, DeskForm
from maillon.distribution.appointments.models import Closure, Desk, Feed
from maillon.kernel import guesses
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.kernel.http import Request as HttpRequest
from maillon.territory import hours
from maillon.territory.models import Place


def _place(request: HttpRequest, place_id: UUID) -> Place:
    place: Place = find(queries.desk_places(request.actor), place_id)
    return place


@access("places.change")
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, place_id: UUID) -> HttpResponse:
    place = _place(request, place_id)
    form = DeskForm(request.POST or None, instance=_desk(place))
    if request.method != "POST":
        return _page(request, place, desk_form=form)
    if not form.is_valid():
        return _page(request, place, status=422, desk_form=form)
    try:
        opening.set_desk(actor=request.actor, place_id=place_id, settings=form.cleaned_data)
    except Refusal as refused:
        return _page(request, place, status=409, desk_form=form, refused=refused)
    messages.success(request, _("The appointments of this place were saved."))
    return redirect("appointments:opening", place_id)


def _desk(place: Place) -> Desk:
    return getattr(place, "desk", None) or Desk(place=place)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **more: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "place": place,
        "hours": hours.sentences(hours.kept(place.hours)),
        "desk_form": DeskForm(instance=Desk.objects.filter(place=place).first() or Desk(place=place)),
        "closure_form": ClosureForm(),
        "closures": Closure.objects.filter(place=place, last__gte=timezone.localdate()),
        "to_move": queries.in_closures(place, now=timezone.now()),
        "feed": Feed.objects.filter(place=place).first(),
    }
    return render(request, "appointments/opening.html", {**context, **more}, status=status)


@access("places.change")
@require_POST
def add_closure(request: HttpRequest, place_id: UUID) -> HttpResponse:
    place = _place(request, place_id)
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return _page(request, place, status=422, closure_form=form)
    opening.add_closure(actor=request.actor, place_id=place_id, **form.cleaned_data)
    messages.success(request, _("The closure was added."))
    return redirect("appointments:opening", place_id)


@access("places.change")
@require_POST
def remove_closure(request: HttpRequest, place_id: UUID, closure_id: UUID) -> HttpResponse:
    opening.remove_closure(actor=request.actor, place_id=place_id, closure_id=closure_id)
    messages.success(request, _("The closure was removed."))
    return redirect("appointments:opening", place_id)


@access("places.change")
@require_POST
def make_feed(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The calendar's address, shown once: a new one closes the one before."""
    place = _place(request, place_id)
    secret = opening.make_feed(actor=request.actor, place_id=place_id)
    url = f"{settings.SITE_URL}{reverse('appointments:feed', args=[secret])}"
    return _page(request, place, secret_url=url)


@access("places.change")
@require_POST
def revoke_feed(request: HttpRequest, place_id: UUID) -> HttpResponse:
    opening.revoke_feed(actor=request.actor, place_id=_place(request, place_id).pk)
    messages.success(request, _("This calendar's address opens nothing any more."))
    return redirect("appointments:opening", place_id)


@access(EVERYONE)
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address: codes, places and times. Wrong addresses are counted."""
    guesses.allow(request, "calendar")
    shown = Feed.objects.select_related("place", "organisation").filter(digest=opening.digest(secret)).first()
    if shown is None:
        guesses.missed(request, "calendar")
        raise NotFound
    now = timezone.now()
    if shown.last_used_at is None or (now - shown.last_used_at).total_seconds() > 600:
        Feed.objects.filter(pk=shown.pk).update(last_used_at=now)
    with override(settings.LANGUAGE_CODE):
        text = icalendar.feed(shown)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="rendez-vous.ics"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
