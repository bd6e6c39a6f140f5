"""The start page, the demonstration's accounts, and an organisation's own pages."""

from datetime import datetime, time
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maillon.kernel import start
from maillon.kernel.access import EVERYONE, SIGNED_IN, access
from maillon.kernel.errors import Refusal, find
from maillon.kernel.http import Request
from maillon.territory import commands, hours, queries
from maillon.territory.forms import (
    CardForm,
    MemberForm,
    NewOrganisationForm,
    PlaceCardForm,
    PlaceForm,
    TokenForm,
)
from maillon.territory.middleware import SESSION_KEY
from maillon.territory.models import Membership, Organisation, Place


@access(EVERYONE)
@require_safe
def home(request: Request) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "territory/home.html", {"parts": start.welcome_parts()})
    waiting = start.waiting(request.actor)
    first = next((item for _group, items in waiting for item in items if item.action and item.value), None)
    here = request.actor.organisation_id
    organisation = Organisation.objects.filter(pk=here).first() if here else None
    counted = [(group, [item for item in items if item.counted]) for group, items in waiting]
    figures = [(group, items) for group, items in counted if items]
    return render(request, "territory/start.html", {"figures": figures, "first": first, "organisation": organisation})


@access(SIGNED_IN)
@require_POST
def switch_organisation(request: Request) -> HttpResponse:
    chosen = _uuid(request.POST.get("organisation", ""))
    if chosen and Membership.objects.filter(user=request.user.pk, organisation_id=chosen).exists():
        request.session[SESSION_KEY] = str(chosen)
    return redirect("home")


@access("organisation.view")
def organisations(request: Request) -> HttpResponse:
    form = NewOrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        created = commands.create_organisation(actor=request.actor, **form.cleaned_data)
        return redirect("territory:organisation", created.pk)
    may_create = request.actor.oversees and request.actor.may("organisation.change")
    return render(
        request,
        "territory/organisations.html",
        {"organisations": queries.organisations(request.actor), "form": form, "may_create": may_create},
        status=422 if form.errors else 200,
    )


@access("organisation.view")
@require_safe
def organisation(request: Request, organisation_id: UUID) -> HttpResponse:
    return _organisation_page(request, organisation_id)


def _organisation_page(request: Request, organisation_id: UUID, *, status: int = 200, **more: object) -> HttpResponse:
    shown: Organisation = find(Organisation.objects.visible_to(request.actor), organisation_id)
    context: dict[str, object] = {
        "organisation": shown,
        "card": CardForm(instance=shown),
        "member_form": MemberForm(kind=shown.kind),
        "place_form": PlaceForm(),
        "token_form": TokenForm(scopes=queries.scopes_to_give(request.actor, shown)),
        "members": shown.memberships.select_related("user"),
        "places": shown.places.all(),
        "tokens": shown.tokens.all(),
    }
    return render(request, "territory/organisation.html", {**context, **more}, status=status)


@access("organisation.change")
@require_POST
def change_card(request: Request, organisation_id: UUID) -> HttpResponse:
    shown: Organisation = find(Organisation.objects.visible_to(request.actor), organisation_id)
    form = CardForm(request.POST, instance=shown)
    if not form.is_valid():
        return _organisation_page(request, organisation_id, status=422, card=form)
    commands.change_card(actor=request.actor, organisation_id=organisation_id, card=form.cleaned_data)
    messages.success(request, _("The card was saved."))
    return redirect("territory:organisation", organisation_id)


@access("members.change")
@require_POST
def add_member(request: Request, organisation_id: UUID) -> HttpResponse:
    shown: Organisation = find(Organisation.objects.visible_to(request.actor), organisation_id)
    form = MemberForm(request.POST, kind=shown.kind)
    if not form.is_valid():
        return _organisation_page(request, organisation_id, status=422, member_form=form)
    commands.add_member(actor=request.actor, organisation_id=organisation_id, **form.cleaned_data)
    messages.success(request, _("%(email)s can now sign in.") % {"email": form.cleaned_data["email"]})
    return redirect("territory:organisation", organisation_id)


@access("members.change")
@require_POST
def remove_member(request: Request, organisation_id: UUID, membership_id: UUID) -> HttpResponse:
    try:
        commands.remove_member(actor=request.actor, organisation_id=organisation_id, membership_id=membership_id)
    except Refusal as refused:
        return _organisation_page(request, organisation_id, status=409, refused=refused)
    messages.success(request, _("This person no longer has this role."))
    return redirect("territory:organisation", organisation_id)


@access("places.change")
@require_POST
def add_place(request: Request, organisation_id: UUID) -> HttpResponse:
    form = PlaceForm(request.POST)
    if form.is_valid():
        try:
            commands.add_place(actor=request.actor, organisation_id=organisation_id, **form.cleaned_data)
        except Refusal as refused:
            form.add_error("name", str(refused))
    if form.errors:
        return _organisation_page(request, organisation_id, status=422, place_form=form)
    return redirect("territory:organisation", organisation_id)


@access("places.change")
def place(request: Request, organisation_id: UUID, place_id: UUID) -> HttpResponse:
    """A place's own page: its card and hours, or its removal."""
    shown = _place(request, organisation_id, place_id)
    form = PlaceCardForm(request.POST or None, place=shown)
    if request.method != "POST" or not form.is_valid():
        return _place_page(request, shown, form, status=422 if form.errors else 200)
    try:
        commands.change_place(
            actor=request.actor, organisation_id=organisation_id, place_id=place_id, card=form.cleaned_data
        )
    except commands.PlaceNameTaken as refused:
        form.add_error("name", str(refused))
    except Refusal as refused:
        form.add_error("expert", str(refused))
    if form.errors:
        return _place_page(request, shown, form, status=422)
    messages.success(request, _("The place was saved."))
    return redirect("territory:place", organisation_id, place_id)


@access("places.change")
@require_POST
def remove_place(request: Request, organisation_id: UUID, place_id: UUID) -> HttpResponse:
    shown = _place(request, organisation_id, place_id)
    try:
        commands.remove_place(actor=request.actor, organisation_id=organisation_id, place_id=place_id)
    except Refusal as refused:
        return _place_page(request, shown, PlaceCardForm(place=shown), status=409, refused=refused)
    messages.success(request, _("Place removed: %(name)s.") % {"name": shown.name})
    return redirect("territory:organisation", organisation_id)


def _place(request: Request, organisation_id: UUID, place_id: UUID) -> Place:
    visible = Organisation.objects.visible_to(request.actor)
    places = Place.objects.filter(organisation__in=visible, organisation_id=organisation_id)
    found: Place = find(places.select_related("organisation"), place_id)
    return found


def _place_page(
    request: Request, shown: Place, form: PlaceCardForm, *, status: int, refused: Refusal | None = None
) -> HttpResponse:
    context = {
        "place": shown,
        "organisation": shown.organisation,
        "form": form,
        "refused": refused,
        "hours": hours.sentences(hours.kept(shown.hours)),
    }
    return render(request, "territory/place.html", context, status=status)


@access("tokens.change")
@require_POST
def create_token(request: Request, organisation_id: UUID) -> HttpResponse:
    shown: Organisation = find(Organisation.objects.visible_to(request.actor), organisation_id)
    form = TokenForm(request.POST, scopes=queries.scopes_to_give(request.actor, shown))
    if not form.is_valid():
        return _organisation_page(request, organisation_id, status=422, token_form=form)
    until = form.cleaned_data["expires_at"]
    _token, secret = commands.create_token(
        actor=request.actor,
        organisation_id=organisation_id,
        label=form.cleaned_data["label"],
        scopes=form.cleaned_data["scopes"],
        expires_at=timezone.make_aware(datetime.combine(until, time.max)) if until else None,
    )
    return _organisation_page(request, organisation_id, secret=secret)


@access("tokens.change")
@require_POST
def revoke_token(request: Request, organisation_id: UUID, token_id: UUID) -> HttpResponse:
    commands.revoke_token(actor=request.actor, organisation_id=organisation_id, token_id=token_id)
    messages.success(request, _("This key opens nothing any more."))
    return redirect("territory:organisation", organisation_id)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
