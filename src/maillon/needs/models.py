"""Requests, and apart from them the identity of those they are for.

A request holds what the decision needs and is known by its code. The identity is encrypted (`kernel.vault`), belongs
to the prescriber's organisation alone, and is erased by the retention rules; the request lives on without it.
"""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.hardware.thresholds import USE_NAMES, Use
from maillon.kernel.actor import Actor
from maillon.kernel.codes import pretty
from maillon.kernel.ids import new_id
from maillon.kernel.translation import told
from maillon.needs.vocabulary import (
    OPEN,
    Adaptation,
    Beneficiary,
    Closing,
    ContactWay,
    Criterion,
    KindOfMachine,
    Language,
    RequestState,
    chosen_of,
)
from maillon.territory.models import Commune, District, Organisation, Place


class IdentityQuerySet(models.QuerySet["Identity"]):
    def readable_by(self, actor: Actor) -> "IdentityQuerySet":
        """Those of the actor's own organisation, whoever oversees it."""
        if actor.may("needs.identity") and actor.organisation_id:
            return self.filter(prescriber_id=actor.organisation_id)
        return self.none()


class Identity(models.Model):
    """Whom a request is for: encrypted, read by its prescriber's organisation alone, each reading journalled."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    prescriber = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sealed = models.TextField()  # vault, use "identity": JSON {"name", "contact", "phone", "email", "address", "note"}
    last_contact_on = models.DateField(_("last contact"))
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = IdentityQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["prescriber", "last_contact_on"], name="identity_by_contact")]

    def __str__(self) -> str:
        return str(self.pk)


class IdentityMark(models.Model):
    """A keyed digest by which the same person filed elsewhere is recognised, without anybody reading who it is."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="marks")
    territory = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)  # name (in a commune), phone, email; own: a name, for its prescriber alone
    value = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "kind", "value"], name="one_mark_an_identity")]
        indexes = [models.Index(fields=["territory", "value", "kind"], name="mark_lookup")]

    def __str__(self) -> str:
        return self.kind


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, actor: Actor) -> "RequestQuerySet":
        """A coordination: its territory's; a prescriber: its own."""
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        return self.filter(prescriber_id=actor.organisation_id) if actor.organisation_id else self.none()


class Request(models.Model):
    """One need: machines asked for someone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    prescriber = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("prescriber")
    )
    identity = models.ForeignKey(Identity, null=True, on_delete=models.SET_NULL, related_name="requests")
    beneficiary = models.CharField(_("for"), max_length=12, choices=Beneficiary)
    use = models.CharField(_("use"), max_length=16, choices=[(use.value, _(USE_NAMES[use].text)) for use in Use])
    kinds = models.JSONField(_("kinds accepted"), default=list)  # hardware Kind values
    quantity = models.PositiveIntegerField(_("machines asked"), default=1)
    minimum = models.PositiveIntegerField(_("fewest accepted"), default=1)
    commune = models.ForeignKey(Commune, null=True, on_delete=models.PROTECT, verbose_name=_("commune"))
    district = models.ForeignKey(
        District, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("priority district")
    )
    places = models.ManyToManyField(Place, blank=True, related_name="+", verbose_name=_("places to fetch it"))
    delivery = models.BooleanField(_("to be delivered"), default=False)
    deadline = models.DateField(_("needed by"), null=True, blank=True)
    adaptations = models.JSONField(_("adaptations"), default=list)  # Adaptation values
    language = models.CharField(_("language"), max_length=12, choices=Language, default=Language.FRENCH)
    contact_way = models.CharField(
        _("how to reach them"), max_length=12, choices=ContactWay, default=ContactWay.PRESCRIBER
    )
    state = models.CharField(_("state"), max_length=12, choices=RequestState, default=RequestState.WAITING)
    since = models.DateField(_("complete since"))  # waiting counts from here
    pin_digest = models.CharField(max_length=128, blank=True)  # of the family's page; the PIN itself is shown once
    closing = models.CharField(max_length=20, choices=Closing, blank=True)
    import_key = models.CharField(max_length=80, blank=True)  # the line's own reference in a list: entered once
    twins_checked_at = models.DateTimeField(null=True)  # its prescriber knows of those filed elsewhere before
    erasure_asked_at = models.DateTimeField(null=True)  # by the person, on its page
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField(auto_now=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["since", "code"]
        indexes = [
            models.Index(fields=["territory", "state", "since", "id"], name="request_in_territory"),
            models.Index(fields=["prescriber", "state", "since", "id"], name="request_of_prescriber"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["prescriber", "import_key"], condition=~models.Q(import_key=""), name="one_request_a_line"
            ),
            models.CheckConstraint(
                condition=models.Q(minimum__gte=1, minimum__lte=models.F("quantity")), name="request_minimum_in_range"
            ),
        ]

    def __str__(self) -> str:
        return pretty(self.code)

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def withdrawn_on(self) -> date | None:
        """The day it closed without a machine; None while open or once served."""
        gone = self.state in (RequestState.WITHDRAWN, RequestState.EXPIRED) and self.closed_at
        return timezone.localdate(self.closed_at) if gone else None

    @property
    def kinds_chosen(self) -> list[KindOfMachine]:
        return chosen_of(self.kinds)

    @property
    def adaptation_labels(self) -> list[str]:
        return [str(Adaptation(value).label) for value in self.adaptations if value in Adaptation.values]

    @property
    def use_label(self) -> str:
        return told(USE_NAMES[Use(self.use)])


class RequestCriterion(models.Model):
    """One reason to come before others, and when the prescriber saw its proof. The document itself is never kept."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="criteria")
    criterion = models.CharField(max_length=20, choices=Criterion)
    proof_seen_on = models.DateField(_("proof seen on"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "criterion"], name="one_criterion_a_request")]

    def __str__(self) -> str:
        return self.criterion


from maillon.needs.lists.models import ListHabits, RequestList  # noqa: E402, F401 - their tables
