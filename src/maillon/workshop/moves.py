"""What changes a device: each command checks, writes in one transaction with its events, or refuses with remedies."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maillon.collection.models import Lot
from maillon.hardware.model import Kind
from maillon.kernel import codes, files, ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.kernel.translation import told
from maillon.territory.models import Place
from maillon.workshop import life
from maillon.workshop.life import BY_NAME, Obstacle, Step
from maillon.workshop.models import CheckAnswer, Device, Document
from maillon.workshop.queries import device_facts
from maillon.workshop.steps import locked, record_step, regrade
from maillon.workshop.stock import index
from maillon.workshop.vocabulary import check_lines


class StepRefused(Refusal):
    def __init__(self, device: Device, step: Step, obstacles: list[Obstacle]) -> None:
        self.obstacles = obstacles
        parts: list[str | Promise] = [f"{told(o.what)} {told(o.remedy)}" for o in obstacles]
        super().__init__(
            _("%(code)s: “%(step)s” was not done.") % {"code": codes.pretty(device.code), "step": told(step.label)},
            *parts,
        )


def take_step(
    *,
    actor: Actor,
    device_id: UUID,
    step: str,
    at: datetime | None = None,
    answers: Mapping[str, Any] | None = None,
    seen: str | None = None,
) -> Device:
    """Take one step of the device's life, by hand. Writes nothing if anything is raised.

    answers: what the step asks, already validated by its form: place (Place), condition, repair (list), system,
    reference, reason, slip. seen: the state that the person had before their eyes, when they decided on one.
    Raises NotAllowed, NotFound, Refusal (it changed since), StepRefused (with every obstacle).
    """
    wanted = BY_NAME[step]
    actor.require(wanted.permission)
    with transaction.atomic():
        device = locked(actor, device_id)
        facts = device_facts(device)
        if not wanted.by_hand:
            raise Refusal(
                _("%(code)s can not be declared “%(step)s” by hand.")
                % {"code": codes.pretty(device.code), "step": told(wanted.label)},
                _("It follows from evidence: read its hardware, or record the proof of erasure of each disk."),
            )
        if seen is not None and seen != device.state:
            raise Refusal(
                _("%(code)s is now “%(state)s”: someone changed it while you were deciding.")
                % {"code": codes.pretty(device.code), "state": device.get_state_display()},
                _("Open its page and decide again."),
            )
        if found := life.obstacles(wanted, facts):
            raise StepRefused(device, wanted, found)
        record_step(actor, device, wanted, dict(answers or {}), at)
    return device


def move_to(*, actor: Actor, device_ids: Iterable[UUID], place: Place | None, at: datetime | None = None) -> int:
    """Put devices on a place of the organisation that holds them; returns how many moved.

    Raises NotAllowed, NotFound (one of them is not the actor's), Refusal (the place is another organisation's).
    """
    actor.require("stock.move")
    wanted = set(device_ids)
    with transaction.atomic():
        devices = list(Device.objects.select_for_update().workable_by(actor).filter(id__in=wanted).order_by("number"))
        if len(devices) != len(wanted):
            raise NotFound
        if place and any(device.holder_id != place.organisation_id for device in devices):
            raise Refusal(_("This place belongs to another organisation."), _("Choose a place of the workshop."))
        moved = [device for device in devices if device.place_id != (place.pk if place else None)]
        events = [
            ledger.Event(
                "device.moved", actor, d.id, at, None, {"place": place.pk if place else None, "from_place": d.place_id}
            )
            for d in moved
        ]
        for device in moved:
            device.place = place
        Device.objects.bulk_update(moved, ["place"])
        ledger.append_many(events)
        index.sync([device.number for device in moved])
    return len(moved)


DESCRIBED = ("kind", "vendor", "model", "condition", "asset_tag", "lot")


def describe(*, actor: Actor, device_id: UUID, changes: Mapping[str, Any], at: datetime | None = None) -> Device:
    """Correct what a person sees better than a tool: kind, make, model, looks, donor's tag, lot.

    Raises NotAllowed, NotFound, Refusal (a lot that is not visible to the actor).
    """
    actor.require("stock.move")
    if unknown := set(changes) - set(DESCRIBED):
        raise ValueError(f"Expected fields among {DESCRIBED}, got {sorted(unknown)}.")
    with transaction.atomic():
        device = locked(actor, device_id)
        changed = [name for name in DESCRIBED if name in changes and getattr(device, name) != changes[name]]
        if not changed:
            return device
        if "lot" in changed and changes["lot"] is not None:
            lot = find(Lot.objects.fillable_by(actor), changes["lot"].pk)
            device.donor = lot.donor
        for name in changed:
            setattr(device, name, changes[name])
        device.save(update_fields=[*changed, "donor", "changed_at"])
        ledger.append("device.described", actor, device.id, at=at, changed=changed)
        index.sync([device.number])
    return device


def answer_checks(*, actor: Actor, device_id: UUID, answers: Mapping[str, str]) -> Device:
    """Keep the answers of the check-list given so far (autosaved: no event until the list is confirmed).

    answers: line -> "ok", "failing" or "absent"; an empty answer takes the line back.
    """
    actor.require("stock.move")
    with transaction.atomic():
        device = locked(actor, device_id)
        lines = check_lines(Kind(device.kind))
        for line, answer in answers.items():
            if line not in lines:
                continue
            if not answer:
                device.checks.filter(line=line).delete()
            elif answer in CheckAnswer.Answer.values:
                CheckAnswer.objects.update_or_create(
                    device=device, line=line, defaults={"answer": answer, "answered_by": actor.user_id}
                )
        regrade(device)
    return device


def add_photo(*, actor: Actor, device_id: UUID, data: bytes) -> Document:
    """Keep a photo with the device. Raises NotAllowed, NotFound, Refusal (not a photo)."""
    actor.require("stock.move")
    digest, size = files.keep_photo(data)
    with transaction.atomic():
        device = locked(actor, device_id)
        kept, added = Document.objects.get_or_create(
            device=device,
            digest=digest,
            defaults={"kind": Document.Kind.PHOTO, "name": device.code, "content_type": "image/jpeg", "size": size},
        )
        if added:
            ledger.append("device.document_added", actor, device.id, digest=digest, type=Document.Kind.PHOTO.value)
    return kept


def keep_lots_of_machines(sender: object, *, lot: Lot, **_kwargs: object) -> None:
    """A lot whose machines are known is not withdrawn from under them. Raises Refusal."""
    if count := Device.objects.filter(lot=lot).count():
        raise Refusal(
            ngettext("%(count)d machine of this lot is known.", "%(count)d machines of this lot are known.", count)
            % {"count": count},
            _("Say what became of them first, or move them to another lot."),
        )


def keep_places_of_machines(sender: object, *, place: Place, **_kwargs: object) -> None:
    """A place is not removed from under its machines. Raises Refusal."""
    if count := Device.objects.filter(place=place).count():
        raise Refusal(
            ngettext("%(count)d machine is kept there.", "%(count)d machines are kept there.", count)
            % {"count": count},
            _("Move them first: open its machines, choose them all, and give them another place."),
        )
