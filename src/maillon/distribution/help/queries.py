"""What pages read of requests for help."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone

from maillon.distribution.agreements.models import Item
from maillon.distribution.agreements.vocabulary import GONE
from maillon.distribution.help import rules
from maillon.distribution.help.models import Repair, Ticket
from maillon.distribution.help.rules import Due, Standing
from maillon.distribution.help.vocabulary import TicketState
from maillon.kernel import events
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger import Entry
from maillon.territory.models import Organisation
from maillon.workshop.models import Device

QUEUE = 500  # living tickets sorted at once; a workshop with more has other troubles
SHOWN = 100
DONE_BY_REPAIRERS = (Due.ANSWER, Due.LOOK)


@dataclass(frozen=True, slots=True)
class Row:
    """mine: what is due is for the reader to do."""

    ticket: Ticket
    due: Due
    mine: bool


@dataclass(frozen=True, slots=True)
class Helper:
    """Who helps with a machine: no person, an organisation and its telephone."""

    name: str
    phone: str


def queue(actor: Actor, now: datetime | None = None) -> list[Row]:
    """The living tickets that the actor sees, what is due first. One query."""
    moment = now or timezone.now()
    living = Ticket.objects.visible_to(actor).exclude(state=TicketState.DONE)
    found = list(living.select_related("device", "holder", "place").order_by("opened_at", "id")[:QUEUE])
    standings = {ticket.pk: Standing(ticket.state, moment - ticket.since) for ticket in found}
    found.sort(key=lambda ticket: (*rules.order(standings[ticket.pk]), ticket.pk))
    return [_row(actor, ticket, rules.due(standings[ticket.pk])) for ticket in found]


def _row(actor: Actor, ticket: Ticket, due: Due) -> Row:
    needed = "stock.move" if due in DONE_BY_REPAIRERS else "help.change"
    return Row(ticket, due, due is not Due.NOTHING and actor.may(needed))


def finished(actor: Actor) -> Any:
    """The last ones, the latest first."""
    done = Ticket.objects.visible_to(actor).filter(state=TicketState.DONE)
    return done.select_related("device", "holder").order_by("-done_at", "-id")[:SHOWN]


def counts(actor: Actor) -> dict[str, int]:
    """How many living tickets in each state. One query."""
    living = Ticket.objects.visible_to(actor).exclude(state=TicketState.DONE).order_by()
    return dict(living.values_list("state").annotate(count=Count("pk")))


def ticket_by_code(actor: Actor, code: str) -> Ticket:
    """Raises NotFound."""
    visible = Ticket.objects.visible_to(actor).select_related("device", "holder", "opener", "place", "request")
    ticket: Ticket | None = visible.filter(code=code).first()
    if ticket is None:
        raise NotFound
    return ticket


def devices_in_territory(actor: Actor, code: str) -> list[Device]:
    """The machine of the actor's territory with this code, or those in use under the agreement with this code, which
    is what the person has on paper: whoever receives people may be asked for help with any."""
    ours = Device.objects.filter(territory_id=actor.territory)
    under = Item.objects.filter(agreement__code=code, agreement__territory_id=actor.territory, state__in=GONE)
    return list(ours.filter(code=code) or ours.filter(pk__in=under.values("device_id")).order_by("code"))


def timeline(ticket: Ticket) -> list[dict[str, Any]]:
    entries = Entry.objects.filter(stream=f"ticket:{ticket.pk}").order_by("-sequence")
    return [{"at": entry.at, "sentence": events.sentence(entry)} for entry in entries]


def repairs_of(device: Device) -> Any:
    """The latest first."""
    return Repair.objects.filter(device=device).select_related("holder", "ticket")[:SHOWN]


def helper(device: Device) -> Helper:
    """The workshop of a machine, or its coordination when the workshop has no telephone. Two queries."""
    workshop = Organisation.objects.get(pk=device.holder_id)
    if workshop.phone:
        return Helper(workshop.name, workshop.phone)
    coordination = Organisation.objects.get(pk=device.territory_id)
    return Helper(coordination.name, coordination.phone) if coordination.phone else Helper(workshop.name, "")
