"""What the pages of a machine and of a family show of help."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from maillon.distribution.help import breakdowns, queries, words
from maillon.distribution.help.models import Repair, Ticket
from maillon.distribution.help.vocabulary import TicketState
from maillon.kernel.actor import Actor
from maillon.needs.models import Request
from maillon.needs.own_data import Given
from maillon.workshop.life import State
from maillon.workshop.models import Device

LATEST = 3


def on_device(actor: Actor, device: Device) -> dict[str, Any]:
    """Its living request for help, its last repairs, what is known of its model. Five queries at most."""
    return {
        "device": device,
        "ticket": None if actor.gives else Ticket.objects.filter(device=device).exclude(state=TicketState.DONE).first(),
        "repairs": list(Repair.objects.filter(device=device)[: LATEST + 1]),
        "latest": LATEST,
        "known": breakdowns.weakness(device),
        "may_ask": device.state == State.HANDED_OVER and actor.may("help.change"),
    }


def on_passport(_actor: Actor, device: Device) -> dict[str, Any] | None:
    if device.state != State.HANDED_OVER:
        return None
    return {"code": device.code, "helper": queries.helper(device)}


def given(request: Request) -> Iterator[Given]:
    """What the person told when it asked for help, as long as it is kept."""
    for ticket in request.tickets.exclude(sealed=""):
        told = words.read(ticket.sealed)
        if told.said:
            yield Given("help", ticket.opened_at, _("You asked for help"), told.said)
        if told.contact:
            yield Given("help_contact", ticket.opened_at, _("How to reach you, for this help"), told.contact)


def on_family_page(shown: Request) -> dict[str, Any] | None:
    """The machines that this request received, each with its request for help. Two queries."""
    kept = Device.objects.filter(promises__request=shown, promises__state="kept", state=State.HANDED_OVER.value)
    devices = list(kept.distinct().order_by("number"))
    if not devices:
        return None
    living = Ticket.objects.filter(device__in=devices).exclude(state=TicketState.DONE)
    tickets = {ticket.device_id: ticket for ticket in living}
    return {"machines": [(device, tickets.get(device.pk)) for device in devices]}
