"""Rules, campaigns, what they promise, and the reviews people ask for.

A campaign keeps its problem and its plan as the files that anyone can check (docs/allocation.md). A promise is one
device for one request; at most one of a device is alive, which the database itself holds.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillon.kernel.actor import Actor
from maillon.kernel.codes import pretty
from maillon.kernel.ids import new_id
from maillon.needs.models import Request
from maillon.territory.models import Organisation
from maillon.workshop.models import Device


class RuleSet(models.Model):
    """One version of a territory's rules: never changed once adopted, a new version follows it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(_("version"))
    document = models.JSONField(_("rules"))  # allocation.rules.Rules as JSON
    digest = models.CharField("SHA-256", max_length=64)  # of the canonical JSON
    adopted_at = models.DateTimeField(_("adopted"), default=timezone.now)
    adopted_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["territory", "version"], name="one_rules_a_version")]

    def __str__(self) -> str:
        return f"v{self.version}"


class RuleTrial(models.Model):
    """A change of rules tried on the real queue before anyone adopts it: who would gain, who would lose."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")  # the version it would change
    document = models.JSONField()
    result = models.JSONField(default=dict)  # trials.Result; empty until computed
    job_id = models.UUIDField(null=True)
    tried_at = models.DateTimeField(default=timezone.now)
    tried_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["-tried_at", "id"]

    def __str__(self) -> str:
        return str(self.pk)


class CampaignState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("a campaign", "Draft")  # the seed is committed, requests still come in
    SIMULATED = "simulated", pgettext_lazy("a campaign", "Simulated")  # the queue is frozen, the plan computed
    APPROVED = "approved", pgettext_lazy("a campaign", "Approved")  # by a named person
    PUBLISHED = "published", pgettext_lazy("a campaign", "Published")  # promises are made
    CANCELLED = "cancelled", pgettext_lazy("a campaign", "Cancelled")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, actor: Actor) -> "CampaignQuerySet":
        """Those of the actor's territory. What a prescriber sees of one is its own requests' outcomes."""
        return self.filter(territory_id=actor.territory_id) if actor.territory_id else self.none()


class Campaign(models.Model):
    class Urgency(models.TextChoices):
        """Why one request is not kept waiting for the next round."""

        DEADLINE = "deadline", _("Needed within days")
        BROKEN = "broken", _("The machine it had broke down")
        REVIEW = "review", _("Decided after a review")
        SITUATION = "situation", _("A situation that cannot wait")

    class Kind(models.TextChoices):
        ROUND = "round", pgettext_lazy("a campaign", "Round")
        URGENT = "urgent", pgettext_lazy("a campaign", "Same-day urgency")
        ARRIVAL = "arrival", pgettext_lazy("a campaign", "Machines come late")  # given to who enters the served set

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ROUND)
    state = models.CharField(_("state"), max_length=10, choices=CampaignState, default=CampaignState.DRAFT)
    rules = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    closes_on = models.DateField(_("requests taken until"))
    only = models.ForeignKey(Request, null=True, on_delete=models.PROTECT, related_name="+")  # same-day urgency
    urgency = models.CharField(max_length=12, choices=Urgency, blank=True)
    seed_sealed = models.TextField()  # vault, use "lottery": revealed in the plan
    seed_commitment = models.CharField(max_length=64)
    problem = models.BinaryField(null=True)  # alloc-problem/1, zstandard
    problem_sha256 = models.CharField(max_length=64, blank=True)
    plan = models.BinaryField(null=True)  # alloc-plan/1, zstandard
    plan_sha256 = models.CharField(max_length=64, blank=True)
    # {name of a machine in these files: its code}, zstandard; never published, or a label would lead to a request.
    devices = models.BinaryField(null=True)
    summary = models.JSONField(default=dict)  # counts that pages show: campaigns.summary_of
    job_id = models.UUIDField(null=True)  # what computes or publishes it now, or did last
    created_at = models.DateTimeField(default=timezone.now)
    simulated_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.UUIDField(null=True)
    published_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["territory", "-created_at"], name="campaign_by_territory")]

    def __str__(self) -> str:
        return pretty(self.code)


class Outcome(models.Model):
    """What a campaign answered to a request: docs/allocation.md, section 7."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="outcomes")
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="outcomes")
    code = models.PositiveSmallIntegerField()
    tier = models.PositiveSmallIntegerField()
    points = models.PositiveIntegerField()
    cutoff_tier = models.SmallIntegerField(default=-1)
    cutoff_points = models.IntegerField(default=-1)
    changes = models.PositiveSmallIntegerField(default=0)
    lines = models.JSONField(default=list)  # of its points that day: [[criterion, points, whether it counted]]
    aged = models.PositiveIntegerField(default=0)  # points that waiting had added

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "request"], name="one_outcome_a_request")]

    def __str__(self) -> str:
        return str(self.code)


class PromiseState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("a promise", "Promised")
    KEPT = "kept", pgettext_lazy("a promise", "Handed over")
    REFUSED = "refused", pgettext_lazy("a promise", "Refused")
    NO_SHOW = "no_show", pgettext_lazy("a promise", "Did not come")
    RELEASED = "released", pgettext_lazy("a promise", "Released")  # the request was withdrawn
    BROKEN = "broken", pgettext_lazy("a promise", "Machine broke down")  # its holder comes first in the next round


class Ending(models.TextChoices):
    """Why a promise ended before its machine was handed over, or after it broke down."""

    NOT_SUITED = "not_suited", _("The machine does not suit")
    NO_LONGER_NEEDED = "no_longer_needed", _("No longer needed")
    FOUND_ELSEWHERE = "found_elsewhere", _("Found one elsewhere")
    DID_NOT_COME = "did_not_come", _("Nobody came")
    NOT_REACHED = "not_reached", _("Nobody could be reached")
    WITHDRAWN = "withdrawn", _("The request was withdrawn")
    BROKE_DOWN = "broke_down", _("The machine broke down")
    LOST = "lost", _("The machine was lost")
    MISTAKE = "mistake", pgettext_lazy("a promise", "Promised by mistake")


class PromiseQuerySet(models.QuerySet["Promise"]):
    def visible_to(self, actor: Actor) -> "PromiseQuerySet":
        """A coordination: its territory's; the others: those of their requests, of the machines they hold, of the
        machines kept at their places, and of those to be fetched there."""
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        if not actor.organisation_id:
            return self.none()
        mine = actor.organisation_id
        return self.filter(
            models.Q(request__prescriber_id=mine)
            | models.Q(device__holder_id=mine)
            | models.Q(device__place__organisation_id=mine)
            | models.Q(request__in=Request.objects.filter(places__organisation_id=mine))
        )


class Promise(models.Model):
    """One device kept for one request. It never moves to another: it is kept, or it ends with a reason."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    campaign = models.ForeignKey(  # None: a person of the coordination chose the machine by hand
        Campaign, null=True, on_delete=models.PROTECT, related_name="promises"
    )
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="promises")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="promises")
    state = models.CharField(_("state"), max_length=10, choices=PromiseState, default=PromiseState.ACTIVE)
    reason = models.CharField(max_length=20, choices=Ending, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=models.Q(state="active"), name="one_living_promise_a_device"
            )
        ]
        indexes = [models.Index(fields=["territory", "state", "made_at"], name="promise_by_territory")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.device_id}"


class Review(models.Model):
    """Someone concerned asks for a human look at a decision; the answer is recorded (CRPA L311-3-1)."""

    class Asker(models.TextChoices):
        FAMILY = "family", _("The person concerned")
        PRESCRIBER = "prescriber", _("Their prescriber")

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("a decision", "Confirmed")
        CORRECTED = "corrected", pgettext_lazy("a decision", "Corrected for the next round")
        SERVED = "served", pgettext_lazy("a decision", "Machine found")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="reviews")
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="reviews")
    asker = models.CharField(max_length=12, choices=Asker)
    asked_at = models.DateTimeField(default=timezone.now)
    words = models.TextField(blank=True)  # vault, use "review": what the person wrote may tell of their life
    answer = models.CharField(max_length=12, choices=Answer, blank=True)
    reply = models.TextField(blank=True)  # vault, use "review"
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["asked_at", "id"]

    def __str__(self) -> str:
        return str(self.pk)
