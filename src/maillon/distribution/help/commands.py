"""What changes requests for help and repairs."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import Promise, PromiseState
from maillon.distribution.help import words
from maillon.distribution.help.models import Repair, Ticket
from maillon.distribution.help.ords import Status
from maillon.distribution.help.vocabulary import BY_HAND, FAULT_OF, Outcome, Source, TicketState
from maillon.distribution.help.words import NOTHING, Words
from maillon.kernel import codes, ledger
from maillon.kernel.actor import Actor, ActorKind
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.needs.models import Request
from maillon.territory.models import Place
from maillon.workshop.life import State
from maillon.workshop.models import Device
from maillon.workshop.queries import machine_of

AGAIN = timedelta(minutes=30)
MOVES = (TicketState.OPEN, TicketState.PART, TicketState.PERSON, TicketState.EXCHANGE)


class AlreadyOpen(Refusal):
    """Help was asked for this machine already."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        super().__init__(
            _("Help was asked for this machine already."), _("It is being looked after: see where it stands.")
        )


def same(ticket: Ticket, symptom: str, told: Words) -> bool:
    """Whether the person of a living ticket sends it a second time: word for word, a moment after."""
    soon = timezone.now() - ticket.opened_at < AGAIN
    return soon and ticket.source == Source.FAMILY and ticket.symptom == symptom and words.read(ticket.sealed) == told


def public(device: Device) -> Actor:
    """Who asks for help without an account, in the ledger: somebody, for this territory."""
    return Actor(ActorKind.PUBLIC, territory_id=device.territory_id, permissions=frozenset({"help.ask"}))


def open_ticket(
    *,
    actor: Actor,
    device: Device,
    source: str,
    symptom: str,
    told: Words = NOTHING,
    place: Place | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Help is asked for a machine in someone's hands.

    device: one of the actor's territory. told: sealed. place: where the machine was left; None: the person keeps it.
    Raises NotAllowed, NotFound (another territory's machine or place), Refusal (the machine is in nobody's hands),
    AlreadyOpen.
    """
    if actor.kind is not ActorKind.PUBLIC:
        actor.require("help.change")
    if device.territory_id != actor.territory:
        raise NotFound
    if place is not None and place.organisation.territory_id != actor.territory:
        raise NotFound
    with transaction.atomic():
        locked: Device = find(Device.objects.select_for_update(of=("self",)), device.pk)
        if living := Ticket.objects.filter(device=locked).exclude(state=TicketState.DONE).first():
            raise AlreadyOpen(living)
        if locked.state != State.HANDED_OVER:
            raise Refusal(
                _("%(code)s is not in anybody's hands: it is “%(state)s”.")
                % {"code": codes.pretty(locked.code), "state": locked.get_state_display()},
                _("Read the code on its label again, or go to the place where you received it."),
            )
        [code] = codes.draw(1, lambda drawn: Ticket.objects.filter(code__in=drawn).values_list("code", flat=True))
        now = at or timezone.now()
        ticket: Ticket = Ticket.objects.create(
            code=code,
            territory_id=locked.territory_id,
            device=locked,
            holder_id=locked.holder_id,
            opener_id=actor.organisation_id,
            request=_request_of(locked),
            place=place,
            source=Source(source).value,
            symptom=symptom,
            sealed=words.seal(told),
            opened_at=now,
            opened_by=actor.user_id,
            since=now,
        )
        ledger.append(
            "ticket.opened",
            actor,
            ticket.pk,
            at=at,
            device=locked.code,
            symptom=ticket.symptom,
            source=ticket.source,
            place=place.pk if place else None,
        )
    return ticket


def _request_of(device: Device) -> Request | None:
    """Whom it was handed over to, as a request, when a promise says so."""
    kept = Promise.objects.filter(device=device, state=PromiseState.KEPT).select_related("request")
    promise = kept.order_by("-ended_at", "-made_at").first()
    return promise.request if promise else None


def move_ticket(*, actor: Actor, ticket_id: UUID, state: str, seen: str = "", at: datetime | None = None) -> Ticket:
    """To answer again, or waiting for a part, for the person, for an exchange. The same state again: it was looked at,
    and waits anew.

    seen: the state the person had before their eyes. Raises NotAllowed, NotFound, Refusal (finished, or changed).
    """
    actor.require("help.change")
    to = TicketState(state)
    if to not in MOVES:
        raise ValueError(f"Expected one of {[move.value for move in MOVES]}, got {state!r}.")
    with transaction.atomic():
        ticket = _living(actor, ticket_id, seen)
        _move(actor, ticket, to, at)
    return ticket


def close_ticket(*, actor: Actor, ticket_id: UUID, outcome: str, seen: str = "", at: datetime | None = None) -> Ticket:
    """Without a repair: it was explained, no news, or a mistake. Raises NotAllowed, NotFound, Refusal."""
    actor.require("help.change")
    ended = Outcome(outcome)
    if ended not in BY_HAND:
        raise ValueError(f"Expected one of {[by_hand.value for by_hand in BY_HAND]}, got {outcome!r}.")
    with transaction.atomic():
        ticket = _living(actor, ticket_id, seen)
        _close(actor, ticket, ended, at)
    return ticket


def read_words(*, actor: Actor, ticket_id: UUID) -> Words:
    """What the person told. Each reading is journalled. Raises NotAllowed, NotFound, vault.Unreadable."""
    actor.require("help.change")
    with transaction.atomic():
        ticket: Ticket = find(Ticket.objects.readable_by(actor), ticket_id)
        told = words.read(ticket.sealed)
        ledger.append("ticket.read", actor, ticket.pk)
    return told


def record_repair(
    *,
    actor: Actor,
    ticket_id: UUID,
    fault: str,
    status: str,
    barrier: str = "",
    parts: Iterable[str] = (),
    on: date | None = None,
    at: datetime | None = None,
) -> Repair:
    """An attempt to repair a machine for its user. Repaired: the ticket is finished; beyond repair: to exchange.

    Raises NotAllowed, NotFound, Refusal (the ticket is finished, or a barrier without the end of the machine's life).
    """
    actor.require("stock.move")
    ended = Status(status)
    if barrier and ended is not Status.END_OF_LIFE:
        raise Refusal(
            _("Something stood in the way, but the machine can be repaired."),
            _("Empty “what stood in the way”, or say that it can not be repaired."),
        )
    with transaction.atomic():
        # The machine first, as everybody who locks both.
        device_id = Ticket.objects.visible_to(actor).filter(pk=ticket_id).values("device_id")
        list(Device.objects.select_for_update(of=("self",)).filter(pk__in=device_id))
        ticket = _living(actor, ticket_id, "")
        repair = _write(
            actor, ticket.device, ticket, on or timezone.localdate(), at, fault, ended, barrier, sorted(parts)
        )
        ledger.append(
            "repair.recorded",
            actor,
            ticket.device.id,
            at=at,
            stream=f"device:{ticket.device.id}",
            repair=repair.code,
            ticket=ticket.code,
            fault=repair.fault,
            status=repair.status,
            barrier=repair.barrier or None,
            parts=repair.parts,
        )
        if ended is Status.FIXED:
            _close(actor, ticket, Outcome.FIXED, at)
        elif ended is Status.END_OF_LIFE:
            _move(actor, ticket, TicketState.EXCHANGE, at)
    return repair


def _write(
    actor: Actor,
    device: Device,
    ticket: Ticket | None,
    on: date,
    at: datetime | None,
    fault: str,
    status: Status,
    barrier: str,
    parts: list[str],
) -> Repair:
    [code] = codes.draw(1, lambda drawn: Repair.objects.filter(code__in=drawn).values_list("code", flat=True))
    machine = machine_of(device)
    years = [processor.release_year for processor in machine.processors if processor.release_year] if machine else []
    repair: Repair = Repair.objects.create(
        code=code,
        territory_id=device.territory_id,
        holder_id=device.holder_id,
        device=device,
        ticket=ticket,
        on=on,
        year=max(years, default=None),
        fault=fault,
        status=status.value,
        barrier=barrier,
        parts=parts,
        recorded_at=at or timezone.now(),
        recorded_by=actor.user_id,
    )
    return repair


def follow_step(
    sender: object,
    *,
    device: Device,
    step: str,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime | None,
    **_more: object,
) -> None:
    """What the workshop does to a machine, followed: its repairs are kept, its ticket ends when it leaves its user."""
    if step == "repaired":
        day = timezone.localdate(at) if at else timezone.localdate()
        for part in answers.get("repair") or ():
            if fault := FAULT_OF.get(part):
                _write(actor, device, None, day, at, fault, Status.FIXED, "", [part])
    elif step in ("returned", "lost"):
        ticket = Ticket.objects.select_for_update(of=("self",)).filter(device=device).exclude(state="done").first()
        if ticket:
            exchanged = step == "returned" and ticket.state == TicketState.EXCHANGE
            ended = Outcome.LOST if step == "lost" else Outcome.EXCHANGED if exchanged else Outcome.RETURNED
            _close(actor, ticket, ended, at)


def _living(actor: Actor, ticket_id: UUID, seen: str) -> Ticket:
    """The ticket, locked. Raises NotFound, Refusal."""
    visible = Ticket.objects.select_for_update(of=("self",)).visible_to(actor)
    ticket: Ticket = find(visible.select_related("device"), ticket_id)
    if ticket.state == TicketState.DONE or (seen and seen != ticket.state):
        raise Refusal(
            _("Request %(code)s is now “%(state)s”.")
            % {"code": codes.pretty(ticket.code), "state": ticket.get_state_display()},
            _("Reload the page: someone may have been quicker."),
        )
    return ticket


def _move(actor: Actor, ticket: Ticket, to: TicketState, at: datetime | None) -> None:
    ticket.state, ticket.since = to.value, at or timezone.now()
    ticket.save(update_fields=["state", "since"])
    ledger.append("ticket.moved", actor, ticket.pk, at=at, state=ticket.state)


def _close(actor: Actor, ticket: Ticket, outcome: Outcome, at: datetime | None) -> None:
    now = at or timezone.now()
    ticket.state, ticket.outcome, ticket.since, ticket.done_at = TicketState.DONE.value, outcome.value, now, now
    ticket.save(update_fields=["state", "outcome", "since", "done_at"])
    ledger.append("ticket.closed", actor, ticket.pk, at=at, outcome=ticket.outcome)
