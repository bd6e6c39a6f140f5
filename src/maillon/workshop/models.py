"""The stock: devices, what was read of them, their disks and the proofs of their erasure.

A device has two keys. `number` (a plain integer) orders the stock, pages it and serves the search index, whose row
identifiers must be integers; `id` (UUIDv7) is what the outside and the ledger know. Its hardware document is in a
table of its own: lists never read it (measured: eight times slower pages when it shares the row).
"""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.collection.models import Lot
from maillon.hardware.messages import Message
from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.kernel.machine_words import KIND_LABELS, STORAGE_LABELS
from maillon.kernel.translation import from_kept
from maillon.territory.models import Organisation, Place
from maillon.territory.scopes import scope_of
from maillon.workshop.life import MediumState, State
from maillon.workshop.vocabulary import System

STATE_LABELS = {
    State.ANNOUNCED: _("Announced"),
    State.RECEIVED: _("Received"),
    State.TRIAGED: _("Sorted"),
    State.INSPECTED: _("Inspected"),
    State.ERASED: _("Erased"),
    State.REPAIRED: _("Repaired"),
    State.INSTALLED: _("Installed"),
    State.CHECKED: _("Checked"),
    State.READY: _("Available"),
    State.RESERVED: _("Reserved"),
    State.HANDED_OVER: _("Handed over"),
    State.RETURNED: _("Returned"),
    State.FOR_PARTS: _("For parts"),
    State.RECYCLED: _("Recycled"),
    State.LOST: _("Lost"),
}


class Condition(models.TextChoices):
    """Looks only: how it works is the check-list's business."""

    A = "A", _("A: no visible trace")
    B = "B", _("B: light marks")
    C = "C", _("C: visible marks")
    D = "D", _("D: heavy marks, works")


class DeviceQuerySet(models.QuerySet["Device"]):
    def visible_to(self, actor: Actor) -> "DeviceQuerySet":
        """A coordination: its territory's; a workshop: those it holds; a donor: those it gave."""
        scope = scope_of(actor)
        return self.filter(**scope.filter) if scope else self.none()

    def workable_by(self, actor: Actor) -> "DeviceQuerySet":
        """Those the actor may change: its own, or its territory's for a coordination."""
        if actor.oversees and actor.territory_id:
            return self.filter(territory_id=actor.territory_id)
        return self.filter(holder_id=actor.organisation_id) if actor.organisation_id else self.none()


class Device(models.Model):
    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=12, unique=True)
    territory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    donor = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="devices")
    place = models.ForeignKey(Place, null=True, on_delete=models.SET_NULL, related_name="devices")
    state = models.CharField(
        _("state"), max_length=12, choices=[(s.value, label) for s, label in STATE_LABELS.items()], default="received"
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=[(k.value, label) for k, label in KIND_LABELS.items()], default="unknown"
    )
    vendor = models.CharField(_("make"), max_length=80, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    asset_tag = models.CharField(_("donor's tag"), max_length=80, blank=True)
    processor = models.CharField(_("processor"), max_length=120, blank=True)
    memory_mb = models.PositiveIntegerField(_("memory (MB)"), null=True)
    disk_kind = models.CharField(_("disk"), max_length=10, blank=True)
    disk_gb = models.PositiveIntegerField(_("disk size (GB)"), null=True)
    grade = models.PositiveSmallIntegerField(_("grade"), null=True)
    parts_only = models.BooleanField(_("parts only"), default=False)
    condition = models.CharField(_("looks"), max_length=1, choices=Condition, blank=True)
    system = models.CharField(_("system installed"), max_length=80, blank=True)
    no_disk_declared = models.BooleanField(default=False)
    no_disk_witness = models.CharField(max_length=120, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = DeviceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["territory", "-number"], name="device_by_territory"),
            models.Index(fields=["holder", "-number"], name="device_by_holder"),
            models.Index(fields=["donor", "-number"], name="device_by_donor"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        """What a person calls it: "Lenovo ThinkPad T470", or its kind when nothing better is known."""
        named = " ".join(part for part in (self.vendor, self.model) if part)
        return named or str(self.get_kind_display())

    @property
    def system_label(self) -> str:
        return str(System(self.system).label) if self.system in System else self.system


class RawInput(models.Model):
    """A file as it was received, kept for ever by its content: the same bytes twice are one row."""

    class Status(models.TextChoices):
        READ = "read", _("Read")
        REFUSED = "refused", _("Refused")
        PENDING = "pending", _("Columns to confirm")  # a list of machines: a person says what its columns hold

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField("SHA-256", max_length=64)
    name = models.CharField(_("file name"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("size"))
    content = models.BinaryField()  # zstandard
    status = models.CharField(max_length=8, choices=Status)
    format = models.CharField(_("format"), max_length=120, blank=True)
    reason = models.JSONField(default=dict)  # {"reason": [text, values], "hint": [text, values]}
    warnings = models.JSONField(default=list)  # [[text, values], …]
    instructions = models.JSONField(default=dict)  # of a list: {"mappings": [Mapping as JSON], "place": uuid or None}
    reader_version = models.CharField(max_length=20)
    lot = models.ForeignKey(Lot, null=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="one_input_a_content")]
        indexes = [models.Index(fields=["organisation", "status", "-received_at"], name="input_by_status")]

    def __str__(self) -> str:
        return self.name or self.digest[:12]

    @property
    def messages(self) -> tuple[Message, Message]:
        """The reason of a refusal and its hint."""
        return from_kept(self.reason.get("reason")), from_kept(self.reason.get("hint"))

    @property
    def warning_messages(self) -> list[Message]:
        return [from_kept(warning) for warning in self.warnings]


class Snapshot(models.Model):
    """One reading of one device: which input, and how it was recognised."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="snapshots")
    raw = models.ForeignKey(RawInput, on_delete=models.PROTECT, related_name="snapshots")
    member = models.CharField(max_length=255, blank=True)  # which machine of the input
    recognised = models.JSONField(default=list)  # the Message that says why it is this device: [text, values]
    document = models.BinaryField()  # the Machine as JSON, zstandard
    notes = models.JSONField(default=dict)  # what a list says beyond the machine: fleet.FleetRow.notes
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-read_at", "-id"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def recognised_message(self) -> Message:
        return from_kept(self.recognised)


class Hardware(models.Model):
    """What is known today of a device's hardware: the merged readings and what was judged of them."""

    device = models.OneToOneField(Device, primary_key=True, on_delete=models.CASCADE, related_name="hardware")
    document = models.BinaryField()  # the Machine as JSON, zstandard
    version = models.CharField(max_length=20)

    def __str__(self) -> str:
        return str(self.device_id)


class Fingerprint(models.Model):
    """One mark by which a device is recognised when it is read again."""

    territory = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="fingerprints")
    kind = models.CharField(max_length=24)
    value = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "kind", "value"], name="one_fingerprint_a_device")]
        indexes = [models.Index(fields=["territory", "value", "kind"], name="fingerprint_lookup")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


class Doubt(models.Model):
    """A reading that may be of a device already known: a person decides, with both shown."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    territory = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    raw = models.ForeignKey(RawInput, on_delete=models.PROTECT, related_name="doubts")
    member = models.CharField(max_length=255, blank=True)
    lot = models.ForeignKey(Lot, null=True, on_delete=models.SET_NULL, related_name="+")
    place = models.ForeignKey(Place, null=True, on_delete=models.SET_NULL, related_name="+")  # of a new machine
    document = models.BinaryField()
    candidates = models.JSONField(default=list)  # [{"device": uuid, "because": [text, values]}]
    notes = models.JSONField(default=dict)  # as those of the snapshot it may become
    decided_at = models.DateTimeField(null=True)
    decided_device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.pk)


class Medium(models.Model):
    """A disk, for its own sake: its data are what must be proved gone, whatever machine it is in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, null=True, on_delete=models.CASCADE, related_name="media")
    kind = models.CharField(
        max_length=10, choices=[(k.value, label) for k, label in STORAGE_LABELS.items()], default="unknown"
    )
    vendor = models.CharField(max_length=80, blank=True)
    model = models.CharField(max_length=120, blank=True)
    serial = models.CharField(max_length=80, blank=True)
    wwn = models.CharField(max_length=40, blank=True)
    interface = models.CharField(max_length=16, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    state = models.CharField(
        max_length=10,
        choices=[
            (MediumState.TO_ERASE.value, _("To erase")),
            (MediumState.ERASED.value, _("Erased, read back")),
            (MediumState.FAILED.value, _("Erasure failed: to destroy")),
            (MediumState.DESTROYED.value, _("Destroyed")),
            (MediumState.ABSENT.value, _("Absent")),
        ],
        default=MediumState.TO_ERASE.value,
    )
    fitted = models.BooleanField(default=True)  # False once taken out: it no longer holds the device back
    used_at = models.DateTimeField(null=True)  # when it last left for someone's use: older erasures say nothing now
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["serial"], name="medium_by_serial")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        parts = [part for part in (self.vendor, self.model, self.serial) if part]
        return " ".join(parts) or str(self.get_kind_display())


class Erasure(models.Model):
    """One attempt to erase one medium, or its destruction: what was done and what was seen afterwards."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    medium = models.ForeignKey(Medium, on_delete=models.CASCADE, related_name="erasures")
    raw = models.ForeignKey(RawInput, null=True, on_delete=models.PROTECT, related_name="erasures")
    proved = models.BooleanField()
    level = models.CharField(max_length=8)  # clear, purge, destroy, none: NIST SP 800-88r2
    report = models.JSONField()  # erasure.ErasureReport as JSON
    because = models.JSONField(default=list)  # [[text, values], …]
    number = models.CharField(_("certificate number"), max_length=20, unique=True, null=True)  # noqa: DJ001 - refused ones have none
    statement = models.TextField(blank=True)  # the canonical JSON that is signed
    signature = models.CharField(max_length=128, blank=True)  # Ed25519, hexadecimal
    sanitized_by = models.UUIDField(null=True)
    verified_by = models.UUIDField(null=True)
    witness = models.CharField(_("witness"), max_length=120, blank=True)
    photo = models.CharField(max_length=64, blank=True)  # SHA-256 of the kept file
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]

    def __str__(self) -> str:
        return self.number or str(self.pk)

    @property
    def reasons(self) -> list[Message]:
        return [from_kept(stored) for stored in self.because]


class CheckAnswer(models.Model):
    """One line of the check-list of one device."""

    class Answer(models.TextChoices):
        OK = "ok", _("Works")
        FAILING = "failing", _("Fails")
        ABSENT = "absent", _("Not on this machine")

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="checks")
    line = models.CharField(max_length=24)
    answer = models.CharField(max_length=8, choices=Answer)
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "line"], name="one_answer_a_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.answer}"


class Document(models.Model):
    """A file kept with a device (photo, signed paper), by its content."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        PAPER = "paper", _("Paper")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=8, choices=Kind)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-added_at", "id"]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A set of filters someone comes back to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_view_a_name")]

    def __str__(self) -> str:
        return self.name


from maillon.workshop.erasure.models import Bench  # noqa: E402, F401 - its table
from maillon.workshop.intake.drops.models import Drop, DropFile, DropLine  # noqa: E402, F401 - its tables
from maillon.workshop.stock.models import StockCount, StockDelta, StockDoc, StockScope  # noqa: E402, F401 - its tables
