"""Agreements, their machines, and the sealed papers of each.

An agreement is known by its code. Who signs it is encrypted (`kernel.vault`, use "agreement") and read by the
organisations that are parties to it alone; the retention rules erase it, and the agreement lives on without it.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import Promise
from maillon.collection.rules import RecipientCategory
from maillon.distribution.agreements.vocabulary import AgreementKind, AgreementState, Channel, ItemState, Way
from maillon.kernel.actor import Actor
from maillon.kernel.codes import pretty
from maillon.kernel.ids import new_id
from maillon.needs.models import Request
from maillon.needs.vocabulary import Language
from maillon.territory.models import Organisation, Place
from maillon.workshop.models import Condition, Device

CODE_TRIES = 5
CATEGORY_LABELS = {
    RecipientCategory.APEL: _("Association of parents"),
    RecipientCategory.TUTORING: _("Association of help with schoolwork"),
    RecipientCategory.STUDENTS: _("Association of students"),
    RecipientCategory.PUBLIC_UTILITY: _("Association of public utility"),
    RecipientCategory.ESUS_REUSE: _("Reuse body approved “ESUS”"),
    RecipientCategory.PRECARITY_INTEREST: _("Association of general interest for people in precarity"),
    RecipientCategory.OWN_STAFF: _("The giver's own staff"),
    RecipientCategory.PUBLIC_BODY: _("Another public body"),
}


class Terms(models.Model):
    """How an organisation lends: published, and printed in the agreements it signs from then on."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(  # without it, nothing that came from a public body is sold
        _("legal category"),
        max_length=28,
        blank=True,
        choices=[(category.value, label) for category, label in CATEGORY_LABELS.items()],
    )
    loan_months = models.PositiveSmallIntegerField(_("length of a loan, in months"), default=12)
    gift_after_months = models.PositiveSmallIntegerField(
        _("a loan becomes a gift after so many months"), null=True, blank=True
    )

    def __str__(self) -> str:
        return str(self.organisation_id)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, actor: Actor) -> "AgreementQuerySet":
        """Its code, machines and dates. A coordination: its territory's; the others: those they are a party to."""
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        return self.readable_by(actor)

    def readable_by(self, actor: Actor) -> "AgreementQuerySet":
        """Those whose text and signature the actor may read: the parties' organisations, whoever oversees them."""
        own = actor.organisation_id
        if not own:
            return self.none()
        return self.filter(Q(lender_id=own) | Q(desk_id=own) | Q(prescriber_id=own))


class Agreement(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    lender = models.ForeignKey(  # whose machines they are
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("lent or given by")
    )
    desk = models.ForeignKey(  # whose people hand them over
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("handed over by")
    )
    prescriber = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("prescriber")
    )
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="agreements")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=AgreementKind, default=AgreementKind.LOAN)
    state = models.CharField(_("state"), max_length=10, choices=AgreementState, default=AgreementState.DRAFT)
    language = models.CharField(_("language"), max_length=12, choices=Language, default=Language.FRENCH)
    party = models.TextField(blank=True)  # vault, use "agreement": JSON of agreements.text.Party
    minor = models.BooleanField(_("for a minor"), default=False)
    due_on = models.DateField(_("to be returned on"), null=True, blank=True)  # none: open-ended, a gift or a sale
    gift_on = models.DateField(_("becomes theirs on"), null=True, blank=True)  # by the lender's rule, at signature
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)
    signed_at = models.DateTimeField(_("signed"), null=True)
    way = models.CharField(_("signed how"), max_length=8, choices=Way, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    salt = models.CharField(max_length=32)  # in the text: its hash, which the ledger keeps, then tells nothing of it
    ended_at = models.DateTimeField(_("ended"), null=True)
    purged_at = models.DateTimeField(_("papers erased"), null=True)

    objects: ClassVar[Any] = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["territory", "-created_at"], name="agreement_by_territory"),
            models.Index(fields=["state", "due_on"], name="agreement_by_due_day"),
        ]

    def __str__(self) -> str:
        return pretty(self.code)

    @property
    def open_ended(self) -> bool:
        return self.kind == AgreementKind.LOAN and self.due_on is None


class Item(models.Model):
    """One machine of an agreement, from its preparation to its end."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="items")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="agreement_items")
    promise = models.ForeignKey(Promise, null=True, on_delete=models.SET_NULL, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.SET_NULL, related_name="replaced_by")
    state = models.CharField(_("state"), max_length=10, choices=ItemState, default=ItemState.PREPARED)
    price_cents = models.PositiveIntegerField(_("price"), null=True)
    scanned_at = models.DateTimeField(null=True)  # its label was read at the desk
    condition = models.CharField(_("looks"), max_length=1, choices=Condition, blank=True)
    accessories = models.JSONField(default=list)  # Accessory values
    first_start = models.JSONField(default=list)  # FirstStart values
    prepared_at = models.DateTimeField(null=True)  # its check-list at the desk was confirmed
    handed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    condition_back = models.CharField(_("looks when it came back"), max_length=1, choices=Condition, blank=True)
    accessories_back = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(state__in=["prepared", "lent"]), name="one_living_agreement_a_device"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Photo(models.Model):
    """A machine as it was when handed over, or when it came back: `kernel.files` keeps the picture."""

    class Moment(models.TextChoices):
        HANDED = "handed", _("When handed over")
        BACK = "back", _("When it came back")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="photos")
    moment = models.CharField(max_length=8, choices=Moment)
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [models.UniqueConstraint(fields=["item", "moment", "digest"], name="one_photo_a_moment")]

    def __str__(self) -> str:
        return self.digest[:12]


class Paper(models.Model):
    """What was signed and how: sealed, apart from the agreement so that lists never read it, and erased with it."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")  # canonical JSON: agreements.text
        SIGNATURE = "signature", _("Signature")  # strokes as JSON: agreements.strokes
        SCAN = "scan", _("Signed paper")  # base64

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=10, choices=Kind)
    content_type = models.CharField(max_length=60)
    sealed = models.TextField()  # vault, use "agreement"
    sha256 = models.CharField(max_length=64)  # of what is sealed
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["added_at", "id"]

    def __str__(self) -> str:
        return self.kind


class OneTimeCode(models.Model):
    """A code that signs one text, once, for a short time."""

    agreement = models.OneToOneField(
        Agreement, primary_key=True, on_delete=models.CASCADE, related_name="one_time_code"
    )
    channel = models.CharField(max_length=8, choices=Channel)
    sealed = models.TextField()  # vault, use "agreement": shown on the person's own page alone
    text_sha256 = models.CharField(max_length=64)  # the text it signs: a changed text asks for another code
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.agreement_id)

    @property
    def usable(self) -> bool:
        """Neither too old, nor tried too often."""
        return self.expires_at > timezone.now() and self.tries < CODE_TRIES
