"""Promises: one machine kept for one request. What makes, keeps and ends them.

Two people, or two programmes, may want one machine at the same moment. Everybody locks the machine's row, then the
request's, in this order; the second one then sees what the first one did. Should someone forget to, the database
itself refuses a second living promise of a machine. The machine's step and the promise are one transaction: killed at
any instant, both are there or neither.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import Campaign, Ending, Promise, PromiseState
from maillon.kernel import codes, ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, NotFound, Refusal, find
from maillon.needs.models import Request, RequestCriterion
from maillon.needs.vocabulary import OPEN, Closing, Criterion, RequestState
from maillon.workshop import life
from maillon.workshop.life import BY_NAME, State
from maillon.workshop.models import Device
from maillon.workshop.moves import StepRefused
from maillon.workshop.queries import device_facts
from maillon.workshop.steps import record_step
from maillon.workshop.vocabulary import Reason

GIVEN = (PromiseState.ACTIVE, PromiseState.KEPT)
ENDS = (PromiseState.REFUSED, PromiseState.NO_SHOW, PromiseState.RELEASED, PromiseState.BROKEN)
# What the workshop reads of why a machine came back on the shelf.
STEP_REASONS = {
    PromiseState.REFUSED: Reason.DECLINED,
    PromiseState.NO_SHOW: Reason.NO_SHOW,
    PromiseState.RELEASED: Reason.CANCELLED,
}


class DeviceGone(Refusal):
    """The machine is no longer there to be promised."""


class RequestGone(Refusal):
    """The request no longer waits for a machine."""


def require_decider(actor: Actor) -> None:
    """Who decides on the allocation: a person of the coordination, never a workshop's head. Raises NotAllowed."""
    actor.require("allocation.decide")
    if not actor.oversees:
        raise NotAllowed("allocation.decide")


def promise(
    *, actor: Actor, campaign: Campaign | None, request: Request, device: Device, at: datetime | None = None
) -> Promise:
    """Keep this machine for this request; None for the campaign: a person chose.

    Raises NotAllowed, NotFound (either is another territory's), DeviceGone, RequestGone, StepRefused (no proof of
    erasure). Nothing is written then.
    """
    require_decider(actor)
    with transaction.atomic():
        locked, waiting = _locked_device(actor, device.pk), _locked_request(actor, request.pk)
        if locked.state != State.READY:
            raise DeviceGone(
                _("%(code)s is now “%(state)s”: it can not be promised.")
                % {"code": codes.pretty(locked.code), "state": locked.get_state_display()},
                _("Choose another machine."),
            )
        made = _make(actor, campaign, waiting, locked, at)
        step = BY_NAME["reserved"]
        if found := life.obstacles(step, device_facts(locked)):
            raise StepRefused(locked, step, found)
        record_step(actor, locked, step, {"reference": waiting.code}, at)
    return made


def _make(actor: Actor, campaign: Campaign | None, request: Request, device: Device, at: datetime | None) -> Promise:
    """The promise and what the request becomes, both rows locked."""
    given = request.promises.filter(state__in=GIVEN).count()
    if request.state not in OPEN or given >= request.quantity:
        raise RequestGone(
            _("Request %(code)s waits for no machine: it is “%(state)s”.")
            % {"code": codes.pretty(request.code), "state": request.get_state_display()},
            _("Open its page to see what happened."),
        )
    try:
        with transaction.atomic():
            made: Promise = Promise.objects.create(
                territory_id=request.territory_id,
                campaign=campaign,
                request=request,
                device=device,
                made_at=at or timezone.now(),
            )
    except IntegrityError:
        raise DeviceGone(
            _("%(code)s is promised already.") % {"code": codes.pretty(device.code)}, _("Choose another machine.")
        ) from None
    _settle(request, at)
    _tell("promise.made", actor, made, at, campaign=campaign.code if campaign else None)
    return made


def keep_promise(actor: Actor, promise_id: UUID, at: datetime | None = None) -> Promise:
    """The machine is handed over: called in the transaction of its step, whichever of the two comes first.

    The request is served when no machine promised to it is left to hand over and it holds the least it accepts.
    Kept before: nothing changes.
    Raises NotAllowed, NotFound, Refusal (the promise ended).
    """
    _require_hands(actor)
    with transaction.atomic():
        found = _locked(actor, promise_id)
        if found.state == PromiseState.KEPT:
            return found
        _must_live(found)
        _keep(actor, found, at)
    return found


def _keep(actor: Actor, kept: Promise, at: datetime | None) -> None:
    kept.state, kept.ended_at = PromiseState.KEPT.value, at or timezone.now()
    kept.save(update_fields=["state", "ended_at"])
    _settle(kept.request, at)
    _tell("promise.kept", actor, kept, at)


def end_promise(
    actor: Actor, promise_id: UUID, state: str, reason: str, *, leaves: str = "", at: datetime | None = None
) -> Promise:
    """End a promise, free its machine, and say what the request becomes.

    state: REFUSED, NO_SHOW, RELEASED or BROKEN of PromiseState; reason: Ending.
    leaves: why the request is closed (Closing), or, when it holds other machines, asks for one less; empty: it keeps
    its place and its date in the queue, for this machine too when it was one of several.
    The machine is available again; broken, it goes back to the bench, and its holder comes first in the next round.
    BROKEN also ends a promise that was kept: the machine broke down at its holder's; what becomes of that machine is
    told apart, by its return.
    Raises NotAllowed, NotFound, Refusal (it ended before).
    """
    ended, because = PromiseState(state), Ending(reason)
    if ended not in ENDS:
        raise ValueError(f"Expected one of {[end.value for end in ENDS]}, got {state!r}.")
    closing = Closing(leaves) if leaves else None
    _require_hands(actor)
    with transaction.atomic():
        found = _locked(actor, promise_id)
        if not (found.state == PromiseState.KEPT and ended is PromiseState.BROKEN):
            _must_live(found)
        _end(actor, found, ended, because, closing, at)
        if found.device.state == State.RESERVED:
            broken = ended is PromiseState.BROKEN
            answers = {} if broken else {"reason": STEP_REASONS[ended].value}
            record_step(actor, found.device, BY_NAME["faulty" if broken else "released"], answers, at)
    return found


def _end(
    actor: Actor, found: Promise, state: PromiseState, reason: Ending, closing: Closing | None, at: datetime | None
) -> None:
    found.state, found.reason, found.ended_at = state.value, reason.value, at or timezone.now()
    found.save(update_fields=["state", "reason", "ended_at"])
    if state is PromiseState.BROKEN:
        RequestCriterion.objects.get_or_create(request=found.request, criterion=Criterion.REPLACEMENT)
    _wanted_still(found.request, closing)
    _settle(found.request, at, closing)
    _tell("promise.ended", actor, found, at, state=state, reason=reason, leaves=closing)


def _wanted_still(request: Request, closing: Closing | None) -> None:
    """One of several machines is not given: another is waited for, or the request asks for one less."""
    given = request.promises.filter(state__in=GIVEN).count()
    if closing and given:
        request.quantity = given
        request.minimum = min(request.minimum, given)
    elif not closing:
        request.minimum = min(request.quantity, max(request.minimum, given + 1))


def _settle(request: Request, at: datetime | None, closing: Closing | None = None) -> None:
    """What the request is, from its promises: waiting, promised, served, or closed when it leaves.

    It is served once it holds the least it accepts; below that it waits for the rest.
    """
    states = request.promises.aggregate(
        living=Count("pk", filter=Q(state=PromiseState.ACTIVE)), kept=Count("pk", filter=Q(state=PromiseState.KEPT))
    )
    if states["living"]:
        state = RequestState.PROMISED
    elif states["kept"] >= request.minimum:
        state = RequestState.SERVED
    elif closing:
        state = RequestState.WITHDRAWN
    else:
        state = RequestState.WAITING
    request.state = state.value
    request.closing = closing.value if closing and state is RequestState.WITHDRAWN else ""
    request.closed_at = None if state in OPEN else at or timezone.now()
    request.save(update_fields=["state", "closing", "closed_at", "quantity", "minimum", "changed_at"])


def take_back(sender: object, *, request: Request, actor: Actor, closing: str, **_kwargs: object) -> bool:
    """A request closes, its row locked by whoever closes it: its machines are free again. Raises Refusal.

    Returns whether it holds machines that were handed over to it.

    Everybody else locks the machine first. So it is not waited for here, or two could wait for each other for ever.
    """
    living = Promise.objects.filter(request=request, state=PromiseState.ACTIVE)
    keys = list(living.order_by("device_id").values_list("device_id", flat=True))
    holds: bool = Promise.objects.filter(request=request, state=PromiseState.KEPT).exists()
    if not keys:
        return holds
    try:
        with transaction.atomic():
            locked = Device.objects.select_for_update(of=("self",), nowait=True).filter(pk__in=keys)
            devices = {device.pk: device for device in locked.order_by("number")}
    except OperationalError:
        raise Refusal(_("Someone is handling its machine at this moment."), _("Try again in a minute.")) from None
    for promised in living.filter(device__in=keys):
        promised.device, promised.request = devices[promised.device_id], request
        _end(actor, promised, PromiseState.RELEASED, Ending.WITHDRAWN, Closing(closing), None)
        if promised.device.state == State.RESERVED:
            answers = {"reason": Reason.CANCELLED.value}
            record_step(actor, promised.device, BY_NAME["released"], answers)
    return holds


def follow_step(
    sender: object,
    *,
    device: Device,
    step: str,
    answers: dict[str, Any],
    actor: Actor,
    at: datetime | None,
    **_: object,
) -> None:
    """A step taken by hand in the workshop keeps or ends the promise that the machine is under. Raises Refusal."""
    living = Promise.objects.filter(device=device, state=PromiseState.ACTIVE).first()
    if step == "reserved":
        if living is None:
            _reserve_by_hand(actor, device, str(answers.get("reference") or ""), at)
        return
    if living is None and step == "handed_over":
        _given_by_hand(actor, device, str(answers.get("reference") or ""), at)
    if living is None or step not in ("handed_over", "released", "faulty", "lost"):
        return
    living.device, living.request = device, _locked_request(actor, living.request_id)
    if step == "handed_over":
        _handed_over_by_hand(actor, living, str(answers.get("reference") or ""), at)
    elif step == "released":
        reason = Reason(answers.get("reason") or Reason.CANCELLED)
        state, ending = _BY_HAND.get(reason, (PromiseState.RELEASED, Ending.MISTAKE))
        _end(actor, living, state, ending, None, at)
    else:
        ending = Ending.LOST if step == "lost" else Ending.BROKE_DOWN
        _end(actor, living, PromiseState.BROKEN, ending, None, at)


_BY_HAND = {
    Reason.DECLINED: (PromiseState.REFUSED, Ending.NOT_SUITED),
    Reason.NO_SHOW: (PromiseState.NO_SHOW, Ending.DID_NOT_COME),
    Reason.CANCELLED: (PromiseState.RELEASED, Ending.WITHDRAWN),
}


def _reserve_by_hand(actor: Actor, device: Device, reference: str, at: datetime | None) -> None:
    """A reference that is the code of a request makes a promise; any other is a note of the workshop's own."""
    if (request := _named(device, reference)) is not None:
        _by_hand(actor, request, device, at)


def _by_hand(actor: Actor, request: Request, device: Device, at: datetime | None) -> Promise:
    if not (actor.may("allocation.decide") and actor.oversees):
        raise Refusal(
            _("%(code)s is a family's request: the coordination decides who receives a machine.")
            % {"code": codes.pretty(request.code)},
            _("Ask the coordination, or let the next campaign give this machine."),
        )
    return _make(actor, None, _locked_request(actor, request.pk), device, at)


def _given_by_hand(actor: Actor, device: Device, reference: str, at: datetime | None) -> None:
    """A machine that nobody was promised, handed over at once for a request: promised and kept, by who may decide."""
    request = _named(device, reference)
    if request is None or request.promises.filter(device=device, state=PromiseState.KEPT).exists():
        return
    _keep(actor, _by_hand(actor, request, device, at), at)


def _handed_over_by_hand(actor: Actor, living: Promise, reference: str, at: datetime | None) -> None:
    parsed = codes.parse(reference)
    if parsed != living.request.code:
        raise Refusal(
            _("%(device)s is promised to request %(request)s.")
            % {"device": codes.pretty(living.device.code), "request": codes.pretty(living.request.code)},
            _("Hand it over for that request, or release it first."),
        )
    _keep(actor, living, at)


def _named(device: Device, reference: str) -> Request | None:
    parsed = codes.parse(reference)
    if not isinstance(parsed, str):
        return None
    found: Request | None = Request.objects.filter(territory_id=device.territory_id, code=parsed).first()
    return found


def _require_hands(actor: Actor) -> None:
    if not (actor.may("allocation.decide") or actor.may("handover.do")):
        raise NotAllowed("handover.do")


def _must_live(found: Promise) -> None:
    if found.state != PromiseState.ACTIVE:
        raise Refusal(
            _("This promise ended: %(state)s.") % {"state": found.get_state_display()},
            _("Reload the page: someone may have been quicker."),
        )


def _locked(actor: Actor, promise_id: UUID) -> Promise:
    """The promise, its device and its request, locked in this order: device, request. Raises NotFound."""
    seen: Promise = find(Promise.objects.visible_to(actor), promise_id)
    device = Device.objects.select_for_update(of=("self",)).get(pk=seen.device_id)
    request = Request.objects.select_for_update(of=("self",)).get(pk=seen.request_id)
    found: Promise = Promise.objects.get(pk=promise_id)  # as it is, now that nobody else can change it
    found.device, found.request = device, request
    return found


def _locked_device(actor: Actor, key: int) -> Device:
    found = Device.objects.select_for_update(of=("self",)).filter(territory_id=actor.territory, pk=key).first()
    if found is None:
        raise NotFound
    return found


def _locked_request(actor: Actor, key: UUID) -> Request:
    found = Request.objects.select_for_update(of=("self",)).filter(territory_id=actor.territory, pk=key).first()
    if found is None:
        raise NotFound
    return found


def _tell(kind: str, actor: Actor, told: Promise, at: datetime | None, **payload: object) -> None:
    ledger.append(
        kind,
        actor,
        told.request_id,
        at=at,
        stream=f"request:{told.request_id}",
        device=told.device.code,
        **payload,
    )
