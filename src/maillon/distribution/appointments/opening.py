"""What changes how a place takes appointments: its desk, its closures, its calendar's secret address."""

import hashlib
import secrets
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from maillon.distribution.appointments import queries
from maillon.distribution.appointments.models import Closure, Desk, Feed
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.territory.models import Place

SETTINGS = (
    "active",
    "families",
    "slot_minutes",
    "capacity",
    "first",
    "last",
    "notice_hours",
    "horizon_days",
    "directions",
)


def _place(actor: Actor, place_id: UUID) -> Place:
    """Raises NotAllowed, NotFound."""
    actor.require("places.change")
    place: Place = find(queries.desk_places(actor), place_id)
    return place


def set_desk(*, actor: Actor, place_id: UUID, settings: dict[str, Any]) -> Desk:
    """How the place receives. Appointments already booked stay as they are. Raises NotAllowed, NotFound, Refusal."""
    place = _place(actor, place_id)
    if settings.get("active", True) and not place.hours:
        raise Refusal(
            _("%(place)s has no opening hours.") % {"place": place.name},
            _("Write them on the page of the place first."),
        )
    with transaction.atomic():
        desk, _made = Desk.objects.select_for_update().get_or_create(place=place)
        for name in SETTINGS:
            if name in settings:
                setattr(desk, name, settings[name])
        desk.save()
        ledger.append(
            "appointment.desk_changed",
            actor,
            place.organisation_id,
            stream=f"organisation:{place.organisation_id}",
            place=place.pk,
            active=desk.active,
            families=desk.families,
            minutes=desk.slot_minutes,
            capacity=desk.capacity,
            horizon=desk.horizon_days,
            notice=desk.notice_hours,
        )
    return desk


def add_closure(*, actor: Actor, place_id: UUID, first: date, last: date, kind: str) -> Closure:
    """Closed from a day to another. Appointments within stay, and are listed to be moved by a person.

    Raises NotAllowed, NotFound, Refusal (ends before it begins).
    """
    place = _place(actor, place_id)
    if last < first:
        raise Refusal(_("The closure ends before it begins."), _("Write the first day, then the last one."))
    with transaction.atomic():
        Place.objects.select_for_update().get(pk=place.pk)  # sent twice: one closure
        closure, made = Closure.objects.get_or_create(place=place, first=first, last=last, defaults={"kind": kind})
        if made:
            _tell(actor, "appointment.closure_added", place, first=first, last=last, why=kind)
    return closure


def remove_closure(*, actor: Actor, place_id: UUID, closure_id: UUID) -> None:
    """Raises NotAllowed, NotFound."""
    place = _place(actor, place_id)
    with transaction.atomic():
        closure: Closure = find(Closure.objects.select_for_update().filter(place=place), closure_id)
        _tell(actor, "appointment.closure_removed", place, first=closure.first, last=closure.last)
        closure.delete()


def make_feed(*, actor: Actor, place_id: UUID | None = None) -> str:
    """The secret of a calendar to subscribe to, told this once; the one before opens nothing any more.

    place_id: None for all the places of the actor's organisation. Raises NotAllowed, NotFound.
    """
    actor.require("places.change")
    place = _place(actor, place_id) if place_id else None
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        owner = place.organisation_id if place else actor.home
        Feed.objects.update_or_create(
            organisation_id=owner, place=place, defaults={"digest": digest(secret), "last_used_at": None}
        )
        ledger.append(
            "appointment.feed_made", actor, owner, stream=f"organisation:{owner}", place=place.pk if place else None
        )
    return secret


def revoke_feed(*, actor: Actor, place_id: UUID | None = None) -> None:
    """Raises NotAllowed, NotFound (there is none)."""
    actor.require("places.change")
    place = _place(actor, place_id) if place_id else None
    owner = place.organisation_id if place else actor.home
    with transaction.atomic():
        gone, _by_model = Feed.objects.filter(organisation_id=owner, place=place).delete()
        if not gone:
            raise NotFound
        ledger.append(
            "appointment.feed_revoked", actor, owner, stream=f"organisation:{owner}", place=place.pk if place else None
        )


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _tell(actor: Actor, kind: str, place: Place, **payload: Any) -> None:
    owner = place.organisation_id
    ledger.append(kind, actor, owner, stream=f"organisation:{owner}", place=place.pk, **payload)
