"""Requests for help, repairs of our machines, and what others publish of theirs.

What a person tells is encrypted (`kernel.vault`, use "help"), read by the organisations that help alone, and erased
some time after the end. A repair holds choices only, so that repairs can be published.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from maillon.distribution.help.ords import Status
from maillon.distribution.help.vocabulary import (
    BARRIER_LABELS,
    STATUS_LABELS,
    Fault,
    Outcome,
    Source,
    Symptom,
    TicketState,
)
from maillon.kernel.actor import Actor
from maillon.kernel.codes import pretty
from maillon.kernel.ids import new_id
from maillon.needs.models import Request
from maillon.territory.models import Organisation, Place
from maillon.territory.scopes import scope_of
from maillon.workshop.models import Device
from maillon.workshop.vocabulary import Repair as Part

STATUSES = [(status.value, label) for status, label in STATUS_LABELS.items()]
BARRIERS = [(barrier.value, label) for barrier, label in BARRIER_LABELS.items()]


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, actor: Actor) -> "TicketQuerySet":
        """Its machine, symptom and state. A coordination: its territory's; the others: those they take a part in."""
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        return self.readable_by(actor)

    def readable_by(self, actor: Actor) -> "TicketQuerySet":
        """Those whose words the actor may read: who repairs, who opened it for the person, who follows the person."""
        own = actor.organisation_id
        if not own:
            return self.none()
        return self.filter(Q(holder_id=own) | Q(opener_id=own) | Q(request__prescriber_id=own))


class Ticket(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="tickets")
    holder = models.ForeignKey(  # who repairs
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("workshop")
    )
    opener = models.ForeignKey(  # on the person's behalf; none: the person did
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    request = models.ForeignKey(Request, null=True, on_delete=models.SET_NULL, related_name="tickets")
    place = models.ForeignKey(
        Place,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("the machine was left at"),
    )
    source = models.CharField(_("how it came"), max_length=8, choices=Source)
    symptom = models.CharField(_("what is wrong"), max_length=10, choices=Symptom)
    sealed = models.TextField(blank=True)  # vault, use "help": JSON {"words", "contact"}; empty: nothing, or erased
    state = models.CharField(_("state"), max_length=10, choices=TicketState, default=TicketState.OPEN)
    outcome = models.CharField(_("how it ended"), max_length=10, choices=Outcome, blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    opened_by = models.UUIDField(null=True)
    since = models.DateTimeField(default=timezone.now)  # in this state
    done_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "id"]
        indexes = [
            models.Index(fields=["territory", "state", "opened_at"], name="ticket_by_territory"),
            models.Index(fields=["holder", "state", "opened_at"], name="ticket_by_holder"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["device"], condition=~Q(state="done"), name="one_living_ticket_a_device")
        ]

    def __str__(self) -> str:
        return pretty(self.code)


class RepairQuerySet(models.QuerySet["Repair"]):
    def visible_to(self, actor: Actor) -> "RepairQuerySet":
        """Those of the machines the actor sees."""
        scope = scope_of(actor)
        return self.filter(**{f"device__{scope.side}_id": scope.id}) if scope else self.none()


class Repair(models.Model):
    """One attempt to repair one fault of one machine, for someone who uses it (with a ticket) or on the bench."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # who tried
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="repairs")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.SET_NULL, related_name="repairs")
    on = models.DateField(_("day"))
    year = models.PositiveSmallIntegerField(null=True)  # its processor came out: about when the machine was made
    fault = models.CharField(_("what was found"), max_length=10, choices=Fault)
    status = models.CharField(_("how it ended"), max_length=12, choices=STATUSES)
    barrier = models.CharField(_("what stood in the way"), max_length=16, choices=BARRIERS, blank=True)
    parts = models.JSONField(_("parts changed"), default=list)  # workshop.vocabulary.Repair values
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.UUIDField(null=True)

    objects: ClassVar[Any] = RepairQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["territory", "-on"], name="repair_by_territory")]
        constraints = [
            models.CheckConstraint(
                condition=Q(barrier="") | Q(status=Status.END_OF_LIFE.value), name="barrier_at_end_of_life_only"
            )
        ]

    def __str__(self) -> str:
        return pretty(self.code)

    @property
    def parts_changed(self) -> list[Text]:
        """Their names."""
        return [Part(part).label for part in self.parts]


class OthersRepair(models.Model):
    """A repair that someone else published in the Open Repair Data Standard: figures, without its texts."""

    territory = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    provider = models.CharField(max_length=120)
    reference = models.CharField(max_length=120)  # the provider's own identifier
    country = models.CharField(max_length=3)
    category = models.PositiveSmallIntegerField()  # a key of ords.KINDS
    vendor = models.CharField(max_length=80, blank=True)  # as ours are named; empty: not known
    age = models.DecimalField(null=True, max_digits=5, decimal_places=2)  # years
    status = models.CharField(max_length=12, choices=STATUSES)
    barrier = models.CharField(max_length=16, choices=BARRIERS, blank=True)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["territory", "provider", "reference"], name="one_repair_a_reference")
        ]
        indexes = [models.Index(fields=["territory", "category", "vendor"], name="others_repair_by_make")]

    def __str__(self) -> str:
        return self.reference
