"""What changes lots."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.collection import signals
from maillon.collection.models import Lot, LotState, regime_of
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.codes import draw
from maillon.kernel.errors import NotAllowed, NotFound, Refusal, find
from maillon.territory.models import Organisation, OrganisationKind

CARD = ("regime", "waste_status", "agreement", "agreed_on", "announced_count")


def may_file(actor: Actor) -> bool:
    """A workshop or a coordination files lots; a donor announces its own."""
    return actor.may("lots.change") or actor.may("lots.announce")


def announce_lot(
    *, actor: Actor, donor_id: UUID | None, holder_id: UUID | None = None, at: datetime | None = None, **card: Any
) -> Lot:
    """A lot that will come, or came. A donor's correspondent announces its own organisation's alone, a workshop those
    that it receives itself.

    card: regime (the donor's kind suggests one), waste_status, agreement, agreed_on, announced_count.
    Raises NotAllowed, NotFound (donor or workshop outside the territory), Refusal (no workshop to receive it).
    """
    if not may_file(actor):
        raise NotAllowed("lots.change")
    if not actor.may("lots.change"):
        donor_id = actor.organisation_id
    donor = _organisation(actor, donor_id) if donor_id else None
    holder = _holder(actor, holder_id)
    with transaction.atomic():
        [code] = draw(1, lambda codes: Lot.objects.filter(code__in=codes).values_list("code", flat=True))
        lot = Lot.objects.create(
            code=code,
            territory_id=actor.territory,
            holder=holder,
            donor=donor,
            regime=card.pop("regime", "") or regime_of(donor).value,
            **card,
        )
        ledger.append(
            "lot.announced",
            actor,
            lot.pk,
            at=at,
            regime=lot.regime,
            count=lot.announced_count,
            donor=donor.pk if donor else None,
            holder=holder.pk,
        )
    return lot


def _organisation(actor: Actor, key: UUID | None) -> Organisation:
    found: Organisation = find(Organisation.objects.filter(territory_id=actor.territory_id), key)
    return found


def _holder(actor: Actor, holder_id: UUID | None) -> Organisation:
    """The workshop that receives: the actor's own, or the one named, or the territory's first."""
    workshops = Organisation.objects.filter(territory_id=actor.territory_id, kind=OrganisationKind.WORKSHOP)
    if own := workshops.filter(pk=actor.home).first():
        return own
    if holder_id:
        named: Organisation = find(workshops, holder_id)
        return named
    holder: Organisation | None = workshops.order_by("name", "id").first()
    if holder is None:
        raise Refusal(_("There is no workshop to receive this lot."), _("Ask the coordination to add one."))
    return holder


def change_lot(*, actor: Actor, lot_id: UUID, card: dict[str, Any]) -> Lot:
    """Raises NotAllowed, NotFound."""
    actor.require("lots.change")
    with transaction.atomic():
        lot = _locked(actor, lot_id)
        changed = [name for name in CARD if name in card and getattr(lot, name) != card[name]]
        if changed:
            for name in changed:
                setattr(lot, name, card[name])
            lot.save(update_fields=changed)
            ledger.append("lot.changed", actor, lot.pk, changed=changed)
    return lot


def lot_arrived(*, actor: Actor, lot_id: UUID, at: datetime | None = None) -> Lot:
    """Raises NotAllowed, NotFound, Refusal (it arrived before)."""
    return _move(actor, lot_id, LotState.ANNOUNCED, LotState.ARRIVED, "lot.arrived", at)


def close_lot(*, actor: Actor, lot_id: UUID, at: datetime | None = None) -> Lot:
    """Raises NotAllowed, NotFound, Refusal (it has not arrived, or is closed)."""
    return _move(actor, lot_id, LotState.ARRIVED, LotState.CLOSED, "lot.closed", at)


def withdraw_lot(*, actor: Actor, lot_id: UUID, at: datetime | None = None) -> Lot:
    """An announced lot that will not come. Who announced it may do it, or who would have received it.

    Raises NotAllowed, NotFound, Refusal (it arrived, or machines of it are known already).
    """
    return _move(actor, lot_id, LotState.ANNOUNCED, LotState.WITHDRAWN, "lot.withdrawn", at)


def _move(actor: Actor, lot_id: UUID, source: LotState, to: LotState, kind: str, at: datetime | None) -> Lot:
    if not (actor.may("lots.change") or (to is LotState.WITHDRAWN and actor.may("lots.announce"))):
        raise NotAllowed("lots.change")
    with transaction.atomic():
        lot = _locked(actor, lot_id)
        if lot.state != source:
            raise Refusal(
                _("Lot %(code)s is “%(state)s”.") % {"code": lot.code, "state": lot.get_state_display()},
                _("Reload the page: someone may have been quicker."),
            )
        if to is LotState.WITHDRAWN:
            signals.withdrawing.send(Lot, lot=lot)
        lot.state = to.value
        if to == LotState.ARRIVED:
            lot.arrived_at = at or timezone.now()
        lot.save(update_fields=["state", "arrived_at"])
        ledger.append(kind, actor, lot.pk, at=at)
    return lot


def _locked(actor: Actor, lot_id: UUID) -> Lot:
    lot: Lot | None = Lot.objects.select_for_update(of=("self",)).visible_to(actor).filter(pk=lot_id).first()
    if lot is None:
        raise NotFound
    return lot
