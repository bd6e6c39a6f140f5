"""The demonstration's rounds: each month machines are allocated, promised, handed over; some come back."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from maillon.allocation import campaigns
from maillon.allocation.models import Campaign, Ending, Promise, PromiseState
from maillon.allocation.promises import end_promise
from maillon.demo.acting import actor, place, workshop_of
from maillon.demo.helping import Helping
from maillon.demo.machines import Machines
from maillon.demo.people import COORDINATION
from maillon.demo.timeline import Timeline
from maillon.distribution.agreements import commands as agreeing
from maillon.distribution.agreements import queries as agreements
from maillon.distribution.agreements import strokes
from maillon.distribution.agreements.document import pdf
from maillon.distribution.agreements.models import Agreement, Item
from maillon.distribution.agreements.text import Party
from maillon.distribution.agreements.vocabulary import Accessory, AgreementKind, Channel, FirstStart, LossKind, Way
from maillon.distribution.desk import commands as desk
from maillon.distribution.loans import commands as lending
from maillon.kernel.errors import NotFound, Refusal
from maillon.needs.models import Request

FIRST_ROUND = 21  # months ago: the first machines are available by then
TAKEN_FOR = timedelta(days=8)  # requests, once a round is open
KEPT_FOR = (2, 18)  # days between a promise and its handover
A_SIGNATURE = json.dumps([[120, 150, 180, 80, 240, 160, 300, 90, 360, 150, 420, 100]])


class Rounds:
    """Plans a round each month until now, and what follows from it."""

    def __init__(self, timeline: Timeline, draw: Random, machines: Machines) -> None:
        self.timeline, self.draw, self.machines = timeline, draw, machines
        self.help = Helping(timeline, draw)
        self.signed = 0

    def plan(self) -> None:
        for month in range(FIRST_ROUND, -1, -1):
            self.timeline.plan(self.timeline.until - timedelta(days=30 * month + 18), self._open)
        self.timeline.plan(self.timeline.until - timedelta(hours=1), self._open)

    def _open(self, when: datetime) -> None:
        closes_on = timezone.localdate(when + TAKEN_FOR)
        round_ = campaigns.open_campaign(actor=actor(COORDINATION), closes_on=closes_on, at=when)
        self.timeline.plan(when + TAKEN_FOR + timedelta(hours=1), partial(self._decide, round_))

    def _decide(self, round_: Campaign, when: datetime) -> None:
        """Computed in the morning, approved by a person, published in the afternoon."""
        who = actor(COORDINATION)
        try:
            planned = campaigns.simulate(actor=who, campaign_id=round_.pk, at=when)
        except Refusal:  # nobody waits, or no machine is ready: the next round will do
            campaigns.cancel(actor=who, campaign_id=round_.pk, at=when)
            return
        approved = when + timedelta(hours=2)
        campaigns.approve(actor=who, campaign_id=round_.pk, plan_sha256=planned.plan_sha256, at=approved)
        published = when + timedelta(hours=4)
        campaigns.publish(actor=who, campaign_id=round_.pk, at=published)
        pairs = Promise.objects.filter(campaign=round_).values_list("request_id", "device__holder_id").distinct()
        for request_id, holder_id in sorted(pairs, key=str):
            last = self.timeline.until - published < timedelta(days=25)  # its handovers are still to come
            days = self.draw.randrange(*KEPT_FOR) + (10 if last else 0)
            later = published + timedelta(days=days, hours=self.draw.randrange(-3, 4))
            self.timeline.plan(later, partial(self._hand_over, request_id, workshop_of(holder_id)))

    def _hand_over(self, request_id: UUID, workshop: str, when: datetime) -> None:
        if self.draw.random() < 0.05:
            self._nobody_came(request_id, workshop, when)
            return
        who = actor(workshop)
        loan, dated = self.draw.random() < 0.6, self.draw.random() < 0.7
        card = agreeing.Card(
            kind=(AgreementKind.LOAN if loan else AgreementKind.GIFT).value,
            party=Party(name="Personne fictive"),
            language=Request.objects.values_list("language", flat=True).get(pk=request_id),
            due_on=(when + timedelta(days=365)).date() if loan and dated else None,
            open_ended=loan and not dated,
        )
        try:
            agreement = agreeing.prepare(actor=who, request_id=request_id, card=card, at=when)
        except NotFound:  # withdrawn meanwhile
            return
        answers = desk.Answers(
            accessories=[Accessory.CHARGER.value, Accessory.GUIDE.value],
            first_start=[FirstStart.STARTS.value, FirstStart.ACCOUNT.value, FirstStart.HELP.value],
        )
        for item in agreement.items.select_related("device"):
            desk.scan(actor=who, agreement_id=agreement.pk, text=item.device.code, with_it=answers, at=when)
        agreement.refresh_from_db()
        items = agreements.items_of(agreement)
        text, digest = agreements.text_and_digest(agreement, items)
        signed = when + timedelta(minutes=25)
        signature = self._signature(agreement, text, digest, signed)
        agreeing.sign(actor=who, agreement_id=agreement.pk, text_sha256=digest, signature=signature, at=signed)
        if card.due_on and self.draw.random() < 0.85:
            self.timeline.plan(signed + timedelta(days=345), partial(self._renew, agreement.pk, workshop))
        for item in items:
            self._afterwards(item, workshop, loan, signed)
            self.help.plan(item.device, signed)

    def _signature(self, agreement: Agreement, text: dict[str, Any], digest: str, when: datetime) -> agreeing.Signature:
        """With a finger mostly; some on paper, some by a code on the person's own page."""
        self.signed += 1
        if self.signed % 14 == 5:
            path = strokes.svg_path(strokes.parse(A_SIGNATURE))
            paper = pdf(text, digest=digest, path=path, at=when, fictitious=True)
            return agreeing.Signature(Way.PAPER, scan=("application/pdf", paper))
        if self.signed % 7 == 2:
            who, channel = actor(workshop_of(agreement.lender_id)), Channel.FAMILY.value
            code, _party, _text = agreeing.make_code(actor=who, agreement_id=agreement.pk, channel=channel, at=when)
            return agreeing.Signature(Way.CODE, code=code)
        return agreeing.Signature(Way.FINGER, strokes=A_SIGNATURE)

    def _nobody_came(self, request_id: UUID, workshop: str, when: datetime) -> None:
        living = Promise.objects.filter(request_id=request_id, state=PromiseState.ACTIVE)
        for promise in living:
            if workshop_of(promise.device.holder_id) == workshop:
                end_promise(actor(workshop), promise.pk, PromiseState.NO_SHOW, Ending.DID_NOT_COME, at=when)

    def _afterwards(self, item: Item, workshop: str, loan: bool, when: datetime) -> None:
        fate, after = self.draw.random(), timedelta(days=self.draw.randrange(60, 480))
        if fate < 0.03:
            self.timeline.plan(when + after, partial(self._back, item, workshop, True))
        elif loan and fate < 0.16:
            self.timeline.plan(when + after, partial(self._back, item, workshop, False))
        elif loan and fate < 0.18:
            self.timeline.plan(when + after, partial(self._lost, item, workshop))

    def _renew(self, agreement_id: UUID, workshop: str, when: datetime) -> None:
        """The loan is extended by a year, or the machine becomes theirs; nothing when it came back meanwhile."""
        with suppress(NotFound, Refusal):
            if self.draw.random() < 0.6:
                due_on = (when + timedelta(days=385)).date()
                lending.extend(actor=actor(workshop), agreement_id=agreement_id, due_on=due_on, at=when)
            else:
                lending.give(actor=actor(workshop), agreement_id=agreement_id, at=when)

    def _back(self, item: Item, workshop: str, broken: bool, when: datetime) -> None:
        device = item.device
        looks = self.draw.choice("BBC")
        door = place(device.holder, 0)
        lending.take_back(actor=actor(workshop), item_id=item.pk, condition=looks, place=door, broken=broken, at=when)
        device.refresh_from_db()
        self.machines.again(device, when)

    def _lost(self, item: Item, workshop: str, when: datetime) -> None:
        lending.declare_lost(actor=actor(workshop), item_id=item.pk, how=LossKind.LOST.value, at=when)
