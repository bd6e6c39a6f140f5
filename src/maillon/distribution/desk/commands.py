"""What is done at the desk, machine by machine, before an agreement is signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import Ending, PromiseState
from maillon.allocation.promises import end_promise
from maillon.distribution.agreements import commands as agreements
from maillon.distribution.agreements import queries
from maillon.distribution.agreements.models import Agreement, Item, OneTimeCode, Photo
from maillon.distribution.agreements.vocabulary import (
    Accessory,
    AgreementKind,
    CancelReason,
    FirstStart,
    ItemState,
    RefusalReason,
)
from maillon.kernel import codes, files, ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.needs.vocabulary import Closing
from maillon.workshop.models import Condition, Device

MOST_PHOTOS = 8  # of one machine, at each moment
_ENDINGS = {
    RefusalReason.BROKEN: (PromiseState.BROKEN, Ending.BROKE_DOWN),
    RefusalReason.FOUND_ELSEWHERE: (PromiseState.REFUSED, Ending.FOUND_ELSEWHERE),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """The check-list of one machine. price_cents: of a sale alone."""

    condition: str = ""
    accessories: Iterable[str] = ()
    first_start: Iterable[str] = ()
    price_cents: int | None = None


def scan(
    *, actor: Actor, agreement_id: UUID, text: str, with_it: Answers | None = None, at: datetime | None = None
) -> Item:
    """A label is read: its machine is the one to prepare. with_it: prepared at once, with what each machine of a group
    is given.

    Raises NotAllowed, NotFound, Refusal (no code; a machine that is not in this agreement, refused, or signed for).
    """
    actor.require("handover.do")
    code = codes.parse(text)
    if not isinstance(code, str):
        raise Refusal(code.message)
    with transaction.atomic():
        agreement = _draft(actor, agreement_id)
        item = _item_of(agreement, code)
        if item.scanned_at is None:
            item.scanned_at = at or timezone.now()
            item.save(update_fields=["scanned_at"])
            ledger.append("handover.scanned", actor, agreement.pk, at=at, device=code)
        if with_it is not None and item.prepared_at is None:
            _prepare(actor, agreement, item, with_it, at)
    return item


def _item_of(agreement: Agreement, code: str) -> Item:
    item: Item | None = (
        agreement.items.select_for_update(of=("self",)).select_related("device").filter(device__code=code).first()
    )
    if item is None:
        known = Device.objects.filter(code=code, territory_id=agreement.territory_id).exists()
        raise Refusal(
            _("Machine %(code)s is not in this agreement.") % {"code": codes.pretty(code)},
            _("Put it back on its shelf, and take one of the machines listed here.")
            if known
            else _("No machine has this code: read the label again."),
        )
    if item.state != ItemState.PREPARED:
        raise Refusal(
            _("Machine %(code)s: “%(state)s”.") % {"code": codes.pretty(code), "state": item.get_state_display()},
            _("Nothing is left to do with it here."),
        )
    return item


def prepare_item(*, actor: Actor, item_id: UUID, answers: Answers) -> Item:
    """Confirm the check-list of one machine. It may be confirmed again until the agreement is signed.

    Raises NotAllowed, NotFound, Refusal (its label was not read; a forbidden sale).
    """
    actor.require("handover.do")
    with transaction.atomic():
        agreement, item = _open_item(actor, item_id)
        if item.scanned_at is None:
            raise Refusal(
                _("The label of machine %(code)s was not read yet.") % {"code": codes.pretty(item.device.code)},
                _("Read it first: another machine may be on the desk."),
            )
        _prepare(actor, agreement, item, answers)
    return item


def _prepare(actor: Actor, agreement: Agreement, item: Item, answers: Answers, at: datetime | None = None) -> None:
    price = answers.price_cents if agreement.kind == AgreementKind.SALE else None
    if price is not None:
        category = queries.terms_of(agreement.lender_id).category
        agreements.refuse_sale([(item.device, queries.sale_obstacles(agreement, item.device, price, category))])
    item.condition = Condition(answers.condition).value if answers.condition else item.condition
    item.accessories = _known(answers.accessories, Accessory)
    item.first_start = _known(answers.first_start, FirstStart)
    item.price_cents = price
    item.prepared_at = at or timezone.now()
    item.save(update_fields=["condition", "accessories", "first_start", "price_cents", "prepared_at"])
    OneTimeCode.objects.filter(agreement=agreement).delete()  # it was for the text of before
    ledger.append(
        "handover.prepared",
        actor,
        agreement.pk,
        at=at,
        device=item.device.code,
        accessories=item.accessories,
        condition=item.condition or None,
    )


def _known(values: Iterable[str], choices: type[Accessory] | type[FirstStart]) -> list[str]:
    """In the order of the choices, each once."""
    given = set(values)
    return [choice.value for choice in choices if choice.value in given]


def refuse(*, actor: Actor, item_id: UUID, reason: str, leaves: bool = False) -> Item:
    """The person does not take this machine: it is free for someone else, and the request keeps its place or leaves.

    Raises NotAllowed, NotFound, Refusal.
    """
    actor.require("handover.do")
    why = RefusalReason(reason)
    with transaction.atomic():
        agreement, item = _open_item(actor, item_id)
        item.state, item.ended_at = ItemState.REFUSED.value, timezone.now()
        item.save(update_fields=["state", "ended_at"])
        OneTimeCode.objects.filter(agreement=agreement).delete()
        ledger.append("handover.refused", actor, agreement.pk, device=item.device.code, reason=why, leaves=leaves)
        if item.promise_id:
            state, ending = _ENDINGS.get(why, (PromiseState.REFUSED, Ending.NOT_SUITED))
            found = why is RefusalReason.FOUND_ELSEWHERE
            closing = Closing.FOUND_ELSEWHERE if found else Closing.NO_LONGER_NEEDED
            end_promise(actor, item.promise_id, state, ending, leaves=closing if leaves else "")
    return item


def leave_out(*, actor: Actor, item_id: UUID) -> Item:
    """Not today: the machine stays promised, and another agreement will be made for it.

    Raises NotAllowed, NotFound, Refusal.
    """
    actor.require("handover.do")
    with transaction.atomic():
        agreement, item = _open_item(actor, item_id)
        item.state, item.ended_at = ItemState.LEFT_OUT.value, timezone.now()
        item.save(update_fields=["state", "ended_at"])
        OneTimeCode.objects.filter(agreement=agreement).delete()
        ledger.append("handover.left_out", actor, agreement.pk, device=item.device.code)
    return item


def call_off(*, actor: Actor, agreement_id: UUID, reason: str) -> Agreement:
    """Nothing is handed over. Prepared by mistake: the machines stay promised. Nobody came: they are free, the request
    keeps its place. Not wanted any more: they are free, and the request is closed.

    Raises NotAllowed, NotFound, Refusal (signed).
    """
    why = CancelReason(reason)
    with transaction.atomic():
        held = list(
            Item.objects.filter(agreement_id=agreement_id, state=ItemState.PREPARED, promise__isnull=False)
            .order_by("device_id")
            .values_list("promise_id", flat=True)
        )
        agreement = agreements.cancel(actor=actor, agreement_id=agreement_id, reason=why)
        for promise_id in held:
            if why is CancelReason.NO_SHOW:
                end_promise(actor, promise_id, PromiseState.NO_SHOW, Ending.DID_NOT_COME)
            elif why is CancelReason.DECLINED:
                end_promise(
                    actor,
                    promise_id,
                    PromiseState.REFUSED,
                    Ending.NO_LONGER_NEEDED,
                    leaves=Closing.NO_LONGER_NEEDED,
                )
    return agreement


def add_photo(*, actor: Actor, item_id: UUID, data: bytes, moment: Photo.Moment = Photo.Moment.HANDED) -> Photo:
    """A machine as it is: before it is signed for, or when it comes back. Never of a person.

    Raises NotAllowed, NotFound, Refusal (not a photo; too many; signed already).
    """
    actor.require("handover.do")
    digest, _size = files.keep_photo(data)
    with transaction.atomic():
        if moment == Photo.Moment.HANDED:
            agreement, item = _open_item(actor, item_id)
            OneTimeCode.objects.filter(agreement=agreement).delete()
        else:
            item = visible_item(actor, item_id)
        if item.photos.filter(moment=moment).count() >= MOST_PHOTOS:
            raise Refusal(_("This machine has enough photos."), _("At most %(count)d.") % {"count": MOST_PHOTOS})
        photo, _made = Photo.objects.get_or_create(item=item, moment=moment, digest=digest)
    return photo


def visible_item(actor: Actor, item_id: UUID) -> Item:
    """A machine of an agreement that the actor sees. Raises NotFound."""
    found: Item | None = (
        Item.objects.filter(pk=item_id, agreement__in=Agreement.objects.visible_to(actor))
        .select_related("device", "device__holder", "agreement", "agreement__request")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _open_item(actor: Actor, item_id: UUID) -> tuple[Agreement, Item]:
    """Locked in this order. Raises NotFound, NotAllowed, Refusal (signed, refused)."""
    seen = visible_item(actor, item_id)
    agreement = _draft(actor, seen.agreement_id)
    return agreement, _item_of(agreement, seen.device.code)


def _draft(actor: Actor, agreement_id: UUID) -> Agreement:
    agreement = agreements.draft(actor, agreement_id)
    if not queries.may_read(actor, agreement):
        raise NotAllowed("handover.do")
    return agreement
