"""What happens to what is lent: longer, given, lost, exchanged, back, and recalled with others."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import Ending, PromiseState
from maillon.allocation.promises import end_promise
from maillon.distribution.agreements import commands as agreements
from maillon.distribution.agreements import queries
from maillon.distribution.agreements.models import Agreement, Item, Terms
from maillon.distribution.agreements.vocabulary import (
    Accessory,
    AgreementKind,
    AgreementState,
    ItemState,
    LossKind,
)
from maillon.distribution.desk.commands import visible_item
from maillon.distribution.loans.models import Recall, RecallLine
from maillon.kernel import codes, ledger
from maillon.kernel.actor import Actor, ActorKind, system
from maillon.kernel.errors import NotAllowed, NotFound, Refusal, find
from maillon.territory.models import Organisation, OrganisationKind, Place
from maillon.workshop.life import BY_NAME, State
from maillon.workshop.models import Condition, Device
from maillon.workshop.steps import record_step
from maillon.workshop.vocabulary import Reason

MOST_RECALLED = 2_000


def change_terms(
    *, actor: Actor, category: str, loan_months: int, gift_after_months: int | None, organisation_id: UUID | None = None
) -> Terms:
    """How the actor's organisation lends, for the agreements signed from now on. Raises NotAllowed, NotFound."""
    actor.require("organisation.change")
    visible = Organisation.objects.visible_to(actor).filter(
        kind__in=(OrganisationKind.WORKSHOP, OrganisationKind.COORDINATION)
    )
    lender = find(visible, organisation_id or actor.home)
    with transaction.atomic():
        terms, _made = Terms.objects.update_or_create(
            organisation=lender,
            defaults={"category": category, "loan_months": loan_months, "gift_after_months": gift_after_months},
        )
        ledger.append(
            "loan.terms_changed",
            actor,
            lender.pk,
            category=category or None,
            months=loan_months,
            gift_after=gift_after_months,
        )
    return terms


def extend(*, actor: Actor, agreement_id: UUID, due_on: date | None, at: datetime | None = None) -> Agreement:
    """A later day, moved on to one on which the place opens; None: no date any more (schooling).

    Raises NotAllowed (neither who lends nor the coordination), NotFound, Refusal (nothing on loan; an earlier day).
    """
    with transaction.atomic():
        agreement = _lending(actor, agreement_id)
        day = agreements.open_day(agreement.place, due_on) if due_on else None
        if day and (day < queries.today() or (agreement.due_on and day <= agreement.due_on)):
            raise Refusal(_("An extension is until a later day."), _("Choose a day after the one already agreed."))
        before, agreement.due_on = agreement.due_on, day
        agreement.save(update_fields=["due_on"])
        ledger.append("loan.extended", actor, agreement.pk, at=at, due=day, before=before)
    return agreement


def give(*, actor: Actor, agreement_id: UUID, by_rule: bool = False, at: datetime | None = None) -> Agreement:
    """What is still on loan becomes theirs. Raises NotAllowed, NotFound, Refusal (nothing on loan)."""
    with transaction.atomic():
        agreement = _lending(actor, agreement_id)
        items = list(agreement.items.filter(state=ItemState.LENT).select_related("device").order_by("id"))
        now = at or timezone.now()
        agreement.items.filter(state=ItemState.LENT).update(state=ItemState.OWNED, ended_at=now)
        ledger.append(
            "loan.given", actor, agreement.pk, at=at, devices=[item.device.code for item in items], by_rule=by_rule
        )
        _end_when_empty(actor, agreement, at)
    return agreement


def give_by_rule(day: date | None = None) -> int:
    """Each loan whose day came becomes a gift, as its agreement says; returns how many. Late ones included: the text
    that was signed makes no exception."""
    due = Agreement.objects.filter(
        kind=AgreementKind.LOAN, state=AgreementState.SIGNED, gift_on__lte=day or queries.today()
    )
    count = 0
    for key, territory in due.order_by("pk").values_list("pk", "territory_id"):
        give(actor=system(territory), agreement_id=key, by_rule=True)
        count += 1
    return count


def declare_lost(*, actor: Actor, item_id: UUID, how: str, at: datetime | None = None) -> Item:
    """Lost or stolen, without a question more: nothing is asked of the person.

    Raises NotAllowed, NotFound, Refusal (not on loan).
    """
    kind = LossKind(how)
    with transaction.atomic():
        agreement, item, device = _lent(actor, item_id)
        reason = Reason.STOLEN if kind is LossKind.STOLEN else Reason.NOT_FOUND
        record_step(actor, device, BY_NAME["lost"], {"reason": reason.value}, at)
        _end_item(item, ItemState.LOST, at)
        ledger.append("loan.lost", actor, agreement.pk, at=at, device=device.code, how=kind)
        _end_when_empty(actor, agreement, at)
    return item


def take_back(
    *,
    actor: Actor,
    item_id: UUID,
    condition: str,
    accessories: Iterable[str] = (),
    place: Place | None = None,
    broken: bool = False,
    at: datetime | None = None,
) -> Item:
    """A machine comes back: on loan, found again, or given and brought back when it is not used any more.

    condition: empty when nobody looked. broken: it does not work; the request then keeps its place, first in the next
    round, until another machine is promised to it. The holder, or the coordination, receives the machine at once;
    elsewhere it is "returned", and the workshop receives it when it arrives. Either way its disks are to be erased, and
    proved so, again.
    Raises NotAllowed, NotFound, Refusal (it is not out).
    """
    looks = Condition(condition) if condition else None
    with transaction.atomic():
        agreement, item, device = _lent(actor, item_id, ItemState.LENT, ItemState.OWNED, ItemState.LOST)
        missing = [name for name in item.accessories if name not in set(accessories)]
        _receive(actor, device, looks, place, at)
        item.condition_back = looks.value if looks else ""
        item.accessories_back = [name for name in Accessory.values if name in set(accessories)]
        _end_item(item, ItemState.EXCHANGED if broken else ItemState.RETURNED, at)
        ledger.append(
            "loan.returned",
            actor,
            agreement.pk,
            at=at,
            device=device.code,
            condition=looks,
            before=item.condition or None,
            missing=missing,
        )
        if broken:
            ledger.append("loan.exchanged", actor, agreement.pk, at=at, device=device.code)
            if item.promise_id:
                end_promise(actor, item.promise_id, PromiseState.BROKEN, Ending.BROKE_DOWN, at=at)
        _end_when_empty(actor, agreement, at)
    return item


def _receive(actor: Actor, device: Device, looks: Condition | None, place: Place | None, at: datetime | None) -> None:
    if device.state == State.LOST:
        record_step(actor, device, BY_NAME["restored"], {"reason": Reason.FOUND.value}, at)
        return
    if device.state != State.HANDED_OVER:
        raise Refusal(
            _("Machine %(code)s is not out: it is “%(state)s”.")
            % {"code": codes.pretty(device.code), "state": device.get_state_display()},
            _("Open its page to see what happened."),
        )
    record_step(actor, device, BY_NAME["returned"], {"condition": looks.value if looks else None}, at)
    if actor.oversees or actor.organisation_id == device.holder_id:
        record_step(actor, device, BY_NAME["received"], {"place": place}, at)


def _lending(actor: Actor, agreement_id: UUID) -> Agreement:
    """A loan under way that the actor may decide of, locked."""
    agreement = agreements.locked(actor, agreement_id)
    if not (actor.kind is ActorKind.SYSTEM or queries.may_decide(actor, agreement)):
        raise NotAllowed("handover.do")
    if agreement.kind != AgreementKind.LOAN or agreement.state != AgreementState.SIGNED:
        raise Refusal(
            _("Nothing of agreement %(code)s is on loan.") % {"code": codes.pretty(agreement.code)},
            _("Open its page to see what happened."),
        )
    return agreement


def _lent(actor: Actor, item_id: UUID, *states: ItemState) -> tuple[Agreement, Item, Device]:
    """The agreement, its item and its device, locked in this order. Raises NotAllowed, NotFound, Refusal."""
    actor.require("handover.do")
    seen = visible_item(actor, item_id)
    agreement = agreements.locked(actor, seen.agreement_id)
    item: Item = Item.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    device: Device = (
        Device.objects.select_for_update(of=("self",)).select_related("holder", "lot").get(pk=item.device_id)
    )
    if item.state not in (states or (ItemState.LENT,)):
        raise Refusal(
            _("Machine %(code)s: “%(state)s”.")
            % {"code": codes.pretty(device.code), "state": item.get_state_display()},
            _("Nothing more is expected of it here."),
        )
    item.device = device
    return agreement, item, device


def _end_item(item: Item, state: ItemState, at: datetime | None) -> None:
    item.state, item.ended_at = state.value, at or timezone.now()
    item.save(update_fields=["state", "ended_at", "condition_back", "accessories_back"])


def _end_when_empty(actor: Actor, agreement: Agreement, at: datetime | None) -> None:
    if agreement.state != AgreementState.SIGNED or agreement.kind != AgreementKind.LOAN:
        return
    if agreement.items.filter(state=ItemState.LENT).exists():
        return
    agreement.state, agreement.ended_at = AgreementState.ENDED.value, at or timezone.now()
    agreement.save(update_fields=["state", "ended_at"])
    ledger.append("loan.ended", actor, agreement.pk, at=at)


# -- recalls ---------------------------------------------------------------------------------------------------------


def open_recall(
    *, actor: Actor, prescriber_id: UUID, day: date, place: Place | None = None, due_before: date | None = None
) -> Recall:
    """Ask back everything that a school, or another prescriber, has on loan; with a day, what is due by then alone.

    Raises NotAllowed, NotFound, Refusal (nothing on loan; a day gone by; too many machines).
    """
    actor.require("handover.do")
    if day < queries.today():
        raise Refusal(_("This day has gone by."), _("Choose a day to come."))
    with transaction.atomic():
        items = _recallable(actor, prescriber_id, due_before)
        if not items:
            raise Refusal(
                _("Nothing that you may ask back is on loan there."), _("Choose another organisation, or a later day.")
            )
        if len(items) > MOST_RECALLED:
            raise Refusal(
                _("That is more than %(count)d machines.") % {"count": MOST_RECALLED},
                _("Recall those due before a given day first."),
            )
        [code] = codes.draw(1, lambda drawn: Recall.objects.filter(code__in=drawn).values_list("code", flat=True))
        recall: Recall = Recall.objects.create(
            code=code,
            territory_id=actor.territory,
            organisation_id=actor.home,
            prescriber_id=prescriber_id,
            place=place,
            day=agreements.open_day(place, day),
        )
        RecallLine.objects.bulk_create(RecallLine(recall=recall, item=item) for item in items)
        ledger.append(
            "loan.recall_opened", actor, recall.pk, count=len(items), day=recall.day, prescriber=prescriber_id
        )
        by_agreement: dict[UUID, list[str]] = {}
        for item in items:
            by_agreement.setdefault(item.agreement_id, []).append(item.device.code)
        ledger.append_many(
            ledger.Event(
                "loan.recalled", actor, key, None, None, {"recall": code, "day": recall.day, "devices": devices}
            )
            for key, devices in by_agreement.items()
        )
    return recall


def _recallable(actor: Actor, prescriber_id: UUID, due_before: date | None) -> list[Item]:
    lent: Any = Item.objects.filter(
        state=ItemState.LENT,
        agreement__in=Agreement.objects.visible_to(actor).filter(prescriber_id=prescriber_id),
    ).exclude(recall_lines__recall__state=Recall.State.OPEN)
    if due_before:
        lent = lent.filter(agreement__due_on__lte=due_before)
    return list(lent.select_related("device").order_by("agreement_id", "id"))


def close_recall(*, actor: Actor, recall_id: UUID) -> Recall:
    """The day is over: what is still out did not come, and is listed so. The loans themselves go on.

    Raises NotAllowed, NotFound, Refusal (closed before).
    """
    actor.require("handover.do")
    with transaction.atomic():
        recall: Recall | None = (
            Recall.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=recall_id).first()
        )
        if recall is None:
            raise NotFound
        if recall.state != Recall.State.OPEN:
            raise Refusal(_("This recall is closed already."), _("Open another one for those who did not come."))
        no_show = recall.lines.filter(item__state=ItemState.LENT).update(no_show=True)
        back = recall.lines.count() - no_show
        recall.state, recall.closed_at = Recall.State.CLOSED.value, timezone.now()
        recall.save(update_fields=["state", "closed_at"])
        ledger.append("loan.recall_closed", actor, recall.pk, back=back, no_show=no_show)
    return recall
