"""Readings that may be of a machine already known: a person decides, with both shown."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from maillon.hardware import identity
from maillon.hardware.messages import Message
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, find
from maillon.workshop.intake import fleet_lists
from maillon.workshop.intake.filing import Batch
from maillon.workshop.models import Device, Doubt
from maillon.workshop.queries import unpacked
from maillon.workshop.steps import locked


def open_doubts(actor: Actor) -> Any:
    """Those of the actor's organisation (of its territory for a coordination) that nobody decided yet."""
    doubts = Doubt.objects.filter(decided_at=None)
    if actor.oversees and actor.territory_id:
        return doubts.filter(territory_id=actor.territory_id)
    return doubts.filter(organisation_id=actor.organisation_id) if actor.organisation_id else doubts.none()


def hidden(actor: Actor, doubts: Iterable[Doubt]) -> set[UUID]:
    """Those that may be of a machine which the actor does not see: the coordination says whether it is a new one."""
    ids = {doubt.pk: {UUID(candidate["device"]) for candidate in doubt.candidates} for doubt in doubts}
    wanted = set().union(*ids.values())
    known = set(Device.objects.filter(id__in=wanted).values_list("id", flat=True))
    seen = set(Device.objects.visible_to(actor).filter(id__in=wanted).values_list("id", flat=True))
    return {pk for pk, candidates in ids.items() if candidates & known - seen}


def decide(*, actor: Actor, doubt_id: UUID, device_id: UUID | None) -> Device:
    """It is this device, or (None) a new one.

    Raises NotAllowed (only the coordination sees whether it is new), NotFound (decided by someone else meanwhile).
    """
    actor.require("stock.identity")
    with transaction.atomic():
        waiting = open_doubts(actor).select_for_update(of=("self",)).select_related("raw", "lot", "place")
        doubt: Doubt = find(waiting, doubt_id)
        if device_id is None and hidden(actor, [doubt]):
            raise NotAllowed("(another workshop's machine)")
        machine = unpacked(doubt.document)
        named = fleet_lists.place_named(doubt.notes, doubt.organisation_id)
        batch = Batch(actor, doubt.lot, doubt.place)
        if named and not batch.announced:
            batch.place = named
        if device_id:
            device = batch.known(locked(actor, device_id).id)
            if device.holder_id != doubt.organisation_id:
                device.holder_id, device.place = doubt.organisation_id, None
                batch.events.append(
                    ledger.Event("device.transferred", actor, device.id, None, None, {"to": doubt.organisation_id})
                )
            because = Message(_("Recognised by a person."))
        else:
            device = batch.new_device()
            device.holder_id = doubt.organisation_id
            because = Message(_("A new machine, said a person."))
        batch.read(device, doubt.raw, doubt.member, machine, because, identity.fingerprints(machine), doubt.notes)
        fleet_lists.add_remarks(batch, device, doubt.notes, named if device_id else None)
        batch.write()
        if device_id:
            ledger.append("device.recognised", actor, device.id, input=doubt.raw.digest)
        doubt.decided_at = timezone.now()
        doubt.decided_device = device
        doubt.save(update_fields=["decided_at", "decided_device"])
    return device
