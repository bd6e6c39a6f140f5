"""The demonstration's requests for help: what breaks once machines are used, and what is done about it."""

from datetime import datetime, timedelta
from functools import partial
from random import Random

from maillon.demo.acting import actor, workshop_of
from maillon.demo.timeline import Timeline
from maillon.distribution.help import commands
from maillon.distribution.help.models import Ticket
from maillon.distribution.help.ords import Status
from maillon.distribution.help.vocabulary import Fault, Outcome, Source, Symptom, TicketState
from maillon.workshop.life import State
from maillon.workshop.models import Device

SHARE = 0.16  # of the machines handed over
_CASES = (  # what is said, what is found, weight
    (Symptom.SLOW, Fault.MEMORY, 3),
    (Symptom.POWER, Fault.BATTERY, 4),
    (Symptom.KEYS, Fault.KEYBOARD, 2),
    (Symptom.NETWORK, Fault.SETTINGS, 3),
    (Symptom.SCREEN, Fault.SCREEN, 1),
    (Symptom.NO_START, Fault.STORAGE, 1),
    (Symptom.QUESTION, None, 4),
    (Symptom.PASSWORD, None, 2),
)


class Helping:
    def __init__(self, timeline: Timeline, draw: Random) -> None:
        self.timeline, self.draw = timeline, draw

    def plan(self, device: Device, handed_over: datetime) -> None:
        """Perhaps this machine will need help one day."""
        if self.draw.random() < SHARE:
            self.timeline.plan(handed_over + timedelta(days=self.draw.randrange(10, 300)), partial(self._ask, device))

    def _ask(self, device: Device, when: datetime) -> None:
        device.refresh_from_db()
        if device.state != State.HANDED_OVER:
            return
        [(symptom, fault, _weight)] = self.draw.choices(_CASES, [case[2] for case in _CASES])
        workshop = workshop_of(device.holder_id)
        source = self.draw.choice((Source.PHONE, Source.PLACE))
        ticket = commands.open_ticket(
            actor=actor(workshop), device=device, source=source.value, symptom=symptom.value, at=when
        )
        answered = when + timedelta(days=self.draw.randrange(1, 12), hours=2)
        self.timeline.plan(answered, partial(self._answer, ticket, fault, workshop))

    def _answer(self, ticket: Ticket, fault: Fault | None, workshop: str, when: datetime) -> None:
        who = actor(workshop)
        ticket.refresh_from_db()
        if ticket.state == "done":  # the machine came back meanwhile
            return
        if fault is None:
            commands.close_ticket(actor=who, ticket_id=ticket.pk, outcome=Outcome.ADVICE.value, at=when)
            return
        status = Status.FIXED if self.draw.random() < 0.85 else Status.REPAIRABLE
        commands.record_repair(
            actor=who, ticket_id=ticket.pk, fault=fault.value, status=status.value, on=when.date(), at=when
        )


def ask_today(now: datetime) -> None:
    """Two people ask this morning: nobody has answered yet."""
    waiting = Ticket.objects.exclude(state=TicketState.DONE).values("device_id")
    used = Device.objects.filter(state=State.HANDED_OVER.value).exclude(pk__in=waiting).order_by("number")
    for device, symptom in zip(used, (Symptom.NETWORK, Symptom.POWER), strict=False):
        commands.open_ticket(
            actor=actor(workshop_of(device.holder_id)),
            device=device,
            source=Source.PHONE.value,
            symptom=symptom.value,
            at=now - timedelta(hours=2),
        )
