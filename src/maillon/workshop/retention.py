"""How long the bytes of readings are kept: they may tell of a machine's former users (decision 31)."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from maillon.hardware.messages import Message, _
from maillon.kernel import ledger
from maillon.kernel.actor import system
from maillon.kernel.retention import Kept
from maillon.workshop.life import State
from maillon.workshop.models import Device, Doubt, RawInput, Snapshot

KEPT_DAYS = 365
EMPTIED = "emptied"  # in the instructions of an input whose bytes are gone: the day they went
GONE = (State.HANDED_OVER, State.FOR_PARTS, State.RECYCLED, State.LOST)

RETENTION = (
    Kept(
        key="readings",
        what=Message(_("What tools and lists say of the former users of a machine: names of the machine and session")),
        readers=Message(_("The workshop that received them")),
        period=Message(_("A year after the last machine of the file left the workshop for good")),
        then=Message(_("Emptied by the program: what the machine is made of stays")),
        source=Message(_("ours, a judgement")),
    ),
    Kept(
        key="erasures",
        what=Message(_("The reports that prove an erasure, and the names of those who vouched for it")),
        readers=Message(_("Who may see the machine; for a certificate, whoever holds its number")),
        period=Message(_("As long as the proof may be asked for; without end in this version")),
        then=Message(_("Kept")),
        source=Message(_("ours, a judgement")),
    ),
)


def due(today: date) -> QuerySet[RawInput]:
    """Readings whose machines all left a year ago; those that prove an erasure, or that a person must decide, stay."""
    before = today - timedelta(days=KEPT_DAYS)
    snapshots = Snapshot.objects.filter(raw=OuterRef("pk"))
    staying = snapshots.filter(~Q(device__state__in=GONE) | Q(device__changed_at__date__gt=before))
    doubtful = Doubt.objects.filter(raw=OuterRef("pk"), decided_at=None)
    return (
        RawInput.objects.filter(Exists(snapshots), status=RawInput.Status.READ, erasures=None)
        .exclude(instructions__has_key=EMPTIED)
        .filter(~Exists(staying), ~Exists(doubtful), received_at__date__lte=before)
    )


def empty(raw_id: UUID, today: date) -> bool:
    """Forget the bytes of one reading, and what a list said besides the machine. False when it is no longer due."""
    with transaction.atomic():
        raw = RawInput.objects.select_for_update().select_related("organisation").get(pk=raw_id)
        if not due(today).filter(pk=raw_id).exists():
            return False
        devices = list(Device.objects.filter(snapshots__raw=raw).values_list("pk", flat=True).distinct())
        raw.content, raw.name = b"", ""  # a file's name may be someone's too
        raw.instructions = {EMPTIED: today.isoformat()}
        raw.save(update_fields=["content", "name", "instructions"])
        raw.snapshots.exclude(notes={}).update(notes={})
        ledger.append(
            "input.emptied",
            system(raw.organisation.territory_id),
            raw.pk,
            input=raw.digest,
            machines=len(devices),
        )
    return True
