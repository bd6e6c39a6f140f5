"""Desks that receive by appointment, their closures, appointments, who waits for an earlier one, and reminders.

Nothing here says who anybody is: an appointment is a request's, known by its code.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillon.distribution.agreements.models import Agreement
from maillon.distribution.appointments.vocabulary import (
    CLOSURES,
    AppointmentState,
    Booker,
    CancelReason,
    Channel,
    Failure,
    NoShowReason,
    Purpose,
    ReminderState,
    Topic,
)
from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.needs.models import Identity, Request
from maillon.territory.models import Organisation, Place

MOST_TOLD = 3  # how many times someone who waits is told of an earlier slot


class Desk(models.Model):
    """How a place takes appointments: none is taken where there is no row, or it is not active."""

    place = models.OneToOneField(Place, primary_key=True, on_delete=models.CASCADE, related_name="desk")
    active = models.BooleanField(_("appointments are taken here"), default=True)
    families = models.BooleanField(_("people may book by themselves"), default=True)
    slot_minutes = models.PositiveSmallIntegerField(
        _("minutes of an appointment"), default=30, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    capacity = models.PositiveSmallIntegerField(
        _("people received at once"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    first = models.TimeField(_("not before"), null=True, blank=True)  # within the place's own hours
    last = models.TimeField(_("ended by"), null=True, blank=True)
    notice_hours = models.PositiveSmallIntegerField(
        _("hours of notice"), default=24, validators=[MaxValueValidator(24 * 14)]
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("days ahead"), default=42, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    directions = models.CharField(_("how to find it"), max_length=200, blank=True)  # of the place: door, floor, bus

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(capacity__gte=1), name="desk_receives"),
            models.CheckConstraint(condition=Q(slot_minutes__gte=5), name="desk_slot_long_enough"),
        ]

    def __str__(self) -> str:
        return str(self.place_id)


class Closure(models.Model):
    """A place closed from a day to another, within."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="closures", db_index=False)
    first = models.DateField()
    last = models.DateField()
    kind = models.CharField(max_length=12, choices=CLOSURES)

    class Meta:
        ordering = ["first", "id"]
        indexes = [models.Index(fields=["place", "last"], name="closure_by_place")]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="closure_in_order")]

    def __str__(self) -> str:
        return f"{self.first} {self.last}"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, actor: Actor) -> "AppointmentQuerySet":
        """A coordination: its territory's; the others: those at their places, or of their requests."""
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        own = actor.organisation_id
        return self.filter(Q(place__organisation_id=own) | Q(request__prescriber_id=own)) if own else self.none()


class Appointment(models.Model):
    """One person expected at a place. Moving it keeps it, as calendars do: `sequence` counts its changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.ForeignKey(Place, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.SET_NULL, related_name="+")  # of a return
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.HANDOVER)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=AppointmentState, default=AppointmentState.BOOKED)
    reason = models.CharField(  # of a cancellation, or of nobody coming
        max_length=16, blank=True, choices=[*CancelReason.choices, *NoShowReason.choices]
    )
    booked_by = models.CharField(max_length=10, choices=Booker)
    sequence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["place", "starts_at"], name="appointment_by_place"),
            models.Index(fields=["territory", "starts_at"], name="appointment_by_territory"),
            models.Index(fields=["request", "starts_at"], name="appointment_by_request"),
            models.Index(fields=["state", "starts_at"], name="appointment_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "purpose"], condition=Q(state="booked"), name="one_booked_appointment_a_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.starts_at}"

    @property
    def ends_at(self) -> Any:
        return self.starts_at + timedelta(minutes=self.minutes)


class WaitingEntry(models.Model):
    """Someone who would come earlier if a slot opened: told of it at most three times."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+", db_index=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.HANDOVER)
    told = models.PositiveSmallIntegerField(default=0)
    last_told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["place", "request", "purpose"], name="one_wait_a_request"),
            models.CheckConstraint(condition=Q(told__lte=MOST_TOLD), name="waiting_told_at_most"),
        ]

    def __str__(self) -> str:
        return str(self.request_id)


class Feed(models.Model):
    """A calendar to subscribe to, of one place or of all of an organisation's: its secret is shown once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    place = models.OneToOneField(Place, null=True, on_delete=models.CASCADE, related_name="+")  # none: all of them
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(place=None), name="one_feed_an_organisation")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def of_prescriber(self, actor: Actor) -> "ReminderQuerySet":
        """Those to people that the actor's own organisation follows, whoever oversees it."""
        return self.filter(prescriber_id=actor.organisation_id) if actor.organisation_id else self.none()


class Reminder(models.Model):
    """One message to one person, whatever it recalls. What it says is read of the facts when it leaves."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    prescriber = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    identity = models.ForeignKey(Identity, null=True, on_delete=models.SET_NULL, related_name="+")
    topic = models.CharField(max_length=10, choices=Topic)
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=10, choices=ReminderState, default=ReminderState.DUE)
    failure = models.CharField(max_length=12, choices=Failure, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    manual = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=64, blank=True)  # the gateway's number for it
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["expires_at", "id"]
        indexes = [
            models.Index(fields=["prescriber", "state", "expires_at"], name="reminder_by_prescriber"),
            models.Index(fields=["state", "expires_at"], name="reminder_by_state"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReminderLine(models.Model):
    """One thing a reminder recalls: recalled once by itself, unless it moves to another moment."""

    class What(models.TextChoices):
        APPOINTMENT = "appointment", _("an appointment")
        LOAN = "loan", _("a loan that ends")
        SLOT = "slot", _("a free slot")

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="lines")
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=12, choices=What)
    subject = models.UUIDField()  # of the appointment, the agreement or the place
    moment = models.DateTimeField()  # its own when this was planned
    manual = models.BooleanField(default=False)

    class Meta:
        ordering = ["moment", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "what", "subject", "moment"],
                condition=Q(manual=False),
                name="recalled_once_by_itself",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.subject}"
