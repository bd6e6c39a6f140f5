"""What changes organisations, their members, places and API keys."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.kernel import ledger
from maillon.kernel.actor import Actor, system
from maillon.kernel.errors import NotAllowed, NotFound, Refusal, find
from maillon.kernel.ids import new_id
from maillon.kernel.translation import told
from maillon.territory import hours, queries, signals
from maillon.territory.models import Membership, Organisation, OrganisationKind, Place, Token, User
from maillon.territory.roles import OWN_SCOPES, ROLES_OF_KIND, Role

CARD = ("name", "commune", "address", "siret", "uai", "phone", "email")
PLACE_CARD = ("name", "open_to_public", "commune", "address", "hours")


class PlaceNameTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(_("There is already a place of this name."), _("Choose another name."))


def found_territory(*, email: str, name: str = "Coordination") -> Organisation:
    """The first organisation of an empty platform and its first coordinator."""
    with transaction.atomic():
        key = new_id()
        coordination = Organisation.objects.create(
            id=key, kind=OrganisationKind.COORDINATION, name=name, territory_id=key
        )
        actor = system(key)
        ledger.append("organisation.created", actor, key, type=OrganisationKind.COORDINATION.value)
        _join(actor, coordination, email, Role.COORDINATOR)
    return coordination


def create_organisation(*, actor: Actor, kind: str, name: str, **card: Any) -> Organisation:
    """A new organisation of the actor's territory.

    Raises NotAllowed (not a coordination's coordinator), Refusal (a territory has one coordination).
    """
    actor.require("organisation.change")
    if not actor.oversees:
        raise NotAllowed("organisation.change")
    if kind == OrganisationKind.COORDINATION:
        raise Refusal(_("A territory has one coordination."), _("Choose another kind."))
    with transaction.atomic():
        organisation: Organisation = Organisation.objects.create(
            kind=kind, name=name, territory_id=actor.territory, **card
        )
        ledger.append("organisation.created", actor, organisation.pk, type=kind)
    return organisation


def change_card(*, actor: Actor, organisation_id: UUID, card: dict[str, Any]) -> Organisation:
    """Raises NotAllowed, NotFound."""
    actor.require("organisation.change")
    with transaction.atomic():
        organisation: Organisation = find(Organisation.objects.select_for_update().visible_to(actor), organisation_id)
        changed = [name for name in CARD if name in card and getattr(organisation, name) != card[name]]
        if changed:
            for name in changed:
                setattr(organisation, name, card[name])
            organisation.save(update_fields=changed)
            ledger.append("organisation.changed", actor, organisation.pk, changed=changed)
        if "name" in changed:
            signals.renamed.send(Organisation, organisation=organisation)
    return organisation


def add_member(*, actor: Actor, organisation_id: UUID, email: str, role: str, name: str = "") -> Membership:
    """Give a person a role; the account is made if there is none. Raises NotAllowed, NotFound, Refusal."""
    actor.require("members.change")
    organisation = _visible(actor, organisation_id)
    if role not in ROLES_OF_KIND[OrganisationKind(organisation.kind)]:
        raise Refusal(
            _("This role does not exist in an organisation of this kind."), _("Choose one of those proposed.")
        )
    with transaction.atomic():
        return _join(actor, organisation, email, Role(role), name)


def _join(actor: Actor, organisation: Organisation, email: str, role: Role, name: str = "") -> Membership:
    email = User.objects.normalize_email(email).lower()
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)
    membership, added = Membership.objects.get_or_create(user=user, organisation=organisation, role=role.value)
    if added:
        ledger.append("organisation.member_added", actor, organisation.pk, user=user.pk, role=role.value)
    return membership


def remove_member(*, actor: Actor, organisation_id: UUID, membership_id: UUID) -> None:
    """Raises NotAllowed, NotFound, Refusal (the last coordinator can not be removed)."""
    actor.require("members.change")
    with transaction.atomic():
        # All of them, in one order: of two coordinators who remove each other at once, one stays.
        of_this = Membership.objects.select_for_update().filter(organisation=_visible(actor, organisation_id))
        held = list(of_this.order_by("id"))
        membership = next((one for one in held if one.pk == membership_id), None)
        if membership is None:
            raise NotFound
        if membership.role == Role.COORDINATOR and sum(one.role == Role.COORDINATOR for one in held) == 1:
            raise Refusal(
                _("This is the last coordinator of the organisation."), _("Give this role to someone else first.")
            )
        ledger.append(
            "organisation.member_removed",
            actor,
            membership.organisation_id,
            user=membership.user_id,
            role=membership.role,
        )
        membership.delete()


def add_place(*, actor: Actor, organisation_id: UUID, name: str) -> Place:
    """Raises NotAllowed, NotFound, PlaceNameTaken."""
    actor.require("places.change")
    organisation = _visible(actor, organisation_id)
    try:
        with transaction.atomic():
            place = Place.objects.create(organisation=organisation, name=name)
            ledger.append("organisation.place_added", actor, organisation.pk, place=place.pk)
    except IntegrityError:
        raise PlaceNameTaken from None
    return place


def change_place(*, actor: Actor, organisation_id: UUID, place_id: UUID, card: dict[str, Any]) -> Place:
    """Machines stay where they are: they hold the place, not its name.

    card: any of PLACE_CARD. hours: OpenStreetMap's opening_hours, kept as `territory.hours` writes them; nothing said
    of public holidays is kept as "PH off". Raises NotAllowed, NotFound, PlaceNameTaken, Refusal (the hours).
    """
    actor.require("places.change")
    if "hours" in card:
        card = {**card, "hours": _kept_hours(card["hours"])}
    try:
        with transaction.atomic():
            place = _locked_place(actor, organisation_id, place_id)
            changed = [name for name in PLACE_CARD if name in card and getattr(place, name) != card[name]]
            if changed:
                for name in changed:
                    setattr(place, name, card[name])
                place.save(update_fields=changed)
                ledger.append("organisation.place_changed", actor, organisation_id, place=place.pk, changed=changed)
    except IntegrityError:
        raise PlaceNameTaken from None
    return place


def _kept_hours(text: str) -> str:
    try:
        kept = hours.write(hours.closing_holidays(hours.parse(text)))
    except hours.HoursError as error:
        raise Refusal(told(error.message)) from None
    longest = Place._meta.get_field("hours").max_length or 0
    if len(kept) > longest:
        raise Refusal(
            _("These hours take %(count)d signs, %(most)d are kept.") % {"count": len(kept), "most": longest},
            _("Keep the usual week, and add the rest as closures."),
        )
    return kept


def remove_place(*, actor: Actor, organisation_id: UUID, place_id: UUID) -> None:
    """Raises NotAllowed, NotFound, Refusal (what is kept there must be moved first)."""
    actor.require("places.change")
    with transaction.atomic():
        place = _locked_place(actor, organisation_id, place_id)
        signals.removing_place.send(Place, place=place)
        ledger.append("organisation.place_removed", actor, organisation_id, place=place.pk)
        place.delete()


def _locked_place(actor: Actor, organisation_id: UUID, place_id: UUID) -> Place:
    places = Place.objects.select_for_update().filter(organisation=_visible(actor, organisation_id))
    place: Place = find(places, place_id)
    return place


def _visible(actor: Actor, organisation_id: UUID) -> Organisation:
    organisation: Organisation = find(Organisation.objects.visible_to(actor), organisation_id)
    return organisation


def create_token(
    *, actor: Actor, organisation_id: UUID, label: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> tuple[Token, str]:
    """A key to the API and its secret, which is told this once. Raises NotAllowed, NotFound, Refusal."""
    actor.require("tokens.change")
    organisation = _visible(actor, organisation_id)
    wanted = sorted(set(scopes))
    if OWN_SCOPES.intersection(wanted) and actor.organisation_id != organisation.pk:
        raise Refusal(
            _("Only someone of %(organisation)s can make a key that reads whom its requests are for.")
            % {"organisation": organisation.name},
            _("Make the key without the names, or ask a prescriber of this organisation to make it."),
        )
    if not wanted or not set(wanted) <= set(queries.scopes_to_give(actor, organisation)):
        raise Refusal(_("Say what this key may do."), _("Tick at least one line."))
    secret = f"maillon_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = Token.objects.create(
            organisation=organisation,
            label=label,
            digest=hashlib.sha256(secret.encode()).hexdigest(),
            scopes=wanted,
            created_by=actor.user_id,
            created_in=actor.organisation_id,
            expires_at=expires_at,
        )
        ledger.append("organisation.token_created", actor, organisation.pk, token=token.pk, scopes=wanted)
    return token, secret


def revoke_token(*, actor: Actor, organisation_id: UUID, token_id: UUID) -> None:
    """Raises NotAllowed, NotFound."""
    actor.require("tokens.change")
    with transaction.atomic():
        tokens = Token.objects.select_for_update().filter(organisation=_visible(actor, organisation_id))
        token: Token = find(tokens, token_id)
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            ledger.append("organisation.token_revoked", actor, token.organisation_id, token=token.pk)
