"""One transaction's worth of readings: which devices they are, and what must be written, in a few queries.

Recognition looks at every known machine of the territory that shares a fingerprint with a reading, those filed a
moment ago in the same batch included.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop as _

import maillon
from maillon.collection.models import Lot, LotState
from maillon.hardware import erasure, identity
from maillon.hardware.current import current, is_listed
from maillon.hardware.identity import Decision, Fingerprint
from maillon.hardware.judgement import Judgement, judge
from maillon.hardware.messages import Message
from maillon.hardware.model import Machine
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.codes import draw
from maillon.kernel.translation import kept
from maillon.territory.models import Organisation, Place
from maillon.workshop.description import columns
from maillon.workshop.erasure import media, proving
from maillon.workshop.life import BY_NAME, State
from maillon.workshop.marks import Marks
from maillon.workshop.models import Device, Doubt, Hardware, RawInput, Snapshot
from maillon.workshop.models import Fingerprint as FingerprintRow
from maillon.workshop.queries import hardware_of, judgement_of, packed
from maillon.workshop.stock import index

COLUMNS = (
    "holder",
    "place",
    "state",
    "kind",
    "vendor",
    "model",
    "serial",
    "asset_tag",
    "processor",
    "memory_mb",
    "disk_kind",
    "disk_gb",
    "grade",
    "parts_only",
    "condition",
    "changed_at",
)
RAW_COLUMNS = ("status", "format", "reason", "warnings", "reader_version", "instructions", "lot")

A_PART = Message(_("It describes parts alone (a disk, a screen, a battery, cards), not the machine they are in."))
A_PART_HINT = Message(
    _("Drop it in one folder with what dmidecode, lshw or the bench says of the machine: they are read together.")
)


@dataclass(slots=True)
class Filed:
    """What became of one machine of an input."""

    outcome: str
    because: Message
    device: Device | None = None
    title: str = ""
    doubt_id: UUID | None = None
    hint: Message | None = None
    raw_id: UUID | None = None  # a list whose columns may be said


def work_out(machine: Machine) -> tuple[Judgement, bytes]:
    """What is judged of a machine, and its document: what takes the longest, and depends on nothing else."""
    return judge(machine), packed(machine)


class Batch:
    """Collects, then `write`s everything at once. Used inside one transaction."""

    def __init__(self, actor: Actor, lot: Lot | None, place: Place | None, at: datetime | None = None) -> None:
        self.actor = actor
        self.at = at
        self.lot = lot
        self.place = place
        # What a donor lists before the lot arrives is announced: nobody has the machine in hand yet.
        self.announced = lot is not None and lot.state == LotState.ANNOUNCED
        # One intake at a time in a territory: two readings of one new machine must not become two devices.
        self.territory = Organisation.objects.select_for_update(of=("self",)).get(pk=actor.territory)
        self.raws: dict[UUID, RawInput] = {}
        self.marks = Marks(self.territory)
        self.ready: Mapping[int, tuple[Judgement, bytes]] = {}  # by id of the machine: `work_out` done beforehand
        self._empty()

    def keep(self, raw: RawInput) -> None:
        self.raws[raw.pk] = raw

    # -- readings ------------------------------------------------------------------------------------------------

    def prepare(self, machines: Iterable[Machine]) -> None:
        """Fetch at once what the recognition of these machines needs: one query for the whole batch."""
        self.marks.load(mark for machine in machines for mark in identity.fingerprints(machine))

    def file(self, raw: RawInput, machines: Sequence[Machine]) -> list[Filed]:
        """Each machine, filed. Parts of which nothing says whose they are make no device: the input stays refused."""
        filed = [self._file_one(raw, str(position), machine) for position, machine in enumerate(machines)]
        if filed and all(one.outcome == "refused" for one in filed):
            raw.status, raw.reason = RawInput.Status.REFUSED, {"reason": kept(A_PART), "hint": kept(A_PART_HINT)}
        return filed

    def _file_one(self, raw: RawInput, member: str, machine: Machine) -> Filed:
        marks = identity.fingerprints(machine)
        recognised = identity.best_candidates(marks, self.marks.sharing(marks))
        if recognised.decision is Decision.NEW and not identity.is_computer(machine):
            return Filed("refused", A_PART, hint=A_PART_HINT)
        return self.take(raw, member, machine, recognised, marks)

    def take(
        self,
        raw: RawInput,
        member: str,
        machine: Machine,
        recognised: "identity.Recognition[UUID]",
        marks: Sequence[Fingerprint],
        notes: Mapping[str, str] | None = None,
    ) -> Filed:
        """File one machine once it is known which it is. notes: what a list says of it beyond its hardware."""
        if recognised.decision is Decision.DOUBT:
            return self._doubt(raw, member, machine, recognised, notes)
        outcome, device = "new", None
        if recognised.decision is Decision.KNOWN and recognised.key:
            outcome, device = "known", self.known(recognised.key)
            if device.holder_id != self.actor.organisation_id and not self.actor.oversees:
                return self._elsewhere(raw, member, machine, recognised, notes)
        device = device or self.new_device()
        self.read(device, raw, member, machine, recognised.because, marks, notes)
        return Filed(outcome, recognised.because, device)

    def _elsewhere(
        self,
        raw: RawInput,
        member: str,
        machine: Machine,
        recognised: "identity.Recognition[UUID]",
        notes: Mapping[str, str] | None,
    ) -> Filed:
        """It stands in another workshop's stock: the coordination, which sees both, says where it is."""
        filed = self._doubt(raw, member, machine, recognised, notes)
        filed.doubt_id = None  # not for who sent it to decide
        filed.because = Message(_("This machine is in the stock of another workshop."))
        filed.hint = Message(_("Ask the coordination to decide: the reading waits in the list of doubts."))
        return filed

    def fetch(self, device_ids: Iterable[UUID]) -> None:
        """Lock several known devices at once, with their hardware: two queries, where `known` takes two a device."""
        wanted = set(device_ids) - self.touched.keys() - {device.id for device in self.new}
        devices = Device.objects.select_for_update(of=("self",)).filter(id__in=wanted, territory=self.territory)
        found = {device.number: device for device in devices.order_by("number")}
        self.touched.update({device.id: device for device in found.values()})
        self.machines.update({found[number].id: machine for number, machine in hardware_of(found).items()})

    def known(self, device_id: UUID) -> Device:
        if device := self.touched.get(device_id) or next((d for d in self.new if d.id == device_id), None):
            return device
        device = Device.objects.select_for_update(of=("self",)).get(id=device_id)
        self.touched[device_id] = device
        if known := hardware_of([device.number]).get(device.number):
            self.machines[device.id] = known
        return device

    def new_device(self) -> Device:
        device = Device(
            territory=self.territory,
            holder_id=self.actor.home,
            donor_id=self.lot.donor_id if self.lot else None,
            lot=self.lot,
            place=self.place,
            state=(State.ANNOUNCED if self.announced else State.RECEIVED).value,
            created_at=self.at or timezone.now(),
        )
        self.new.append(device)
        payload: dict[str, object] = {"lot": self.lot.code if self.lot else None}
        if self.announced:
            self.events.append(ledger.Event("device.announced", self.actor, device.id, self.at, None, payload))
        else:
            payload["place"] = self.place.pk if self.place else None
            self.events.append(ledger.Event("device.received", self.actor, device.id, self.at, None, payload))
        return device

    def read(
        self,
        device: Device,
        raw: RawInput,
        member: str,
        machine: Machine,
        because: Message,
        marks: Sequence[Fingerprint],
        notes: Mapping[str, str] | None = None,
    ) -> None:
        """Note a reading of this device: its hardware as it stands, what is shown of it, its event."""
        before = self.machines.get(device.id)
        worked_out = self.ready.get(id(machine)) or work_out(machine)
        self.machines[device.id] = now = current(before, machine) if before else machine
        judged, whole = (judgement_of(device, now), packed(now)) if before else worked_out
        for name, value in columns(now, judged, device).items():
            setattr(device, name, value)
        document = worked_out[1]
        self.documents[device.id] = whole
        snapshot = Snapshot(
            raw=raw, member=member, recognised=kept(because), document=document, notes=dict(notes or {})
        )
        self.snapshots.append((snapshot, device))
        self.marks.add(device.id, marks)
        self.added.append((device, marks))
        step = BY_NAME["inspected"]
        listed = is_listed(machine)  # someone wrote it in a list: nobody had it in hand
        first = State(device.state) in step.sources and not self.announced and not listed
        if first:
            device.state = step.to.value
        payload = {"input": raw.digest, "format": raw.format.split(" + "), "grade": device.grade}
        kind = "device.listed" if listed else "device.inspected" if first else "device.read_again"
        self.events.append(ledger.Event(kind, self.actor, device.id, self.at, None, payload))

    def _doubt(
        self,
        raw: RawInput,
        member: str,
        machine: Machine,
        recognised: "identity.Recognition[UUID]",
        notes: Mapping[str, str] | None,
    ) -> Filed:
        doubt = Doubt(
            organisation_id=self.actor.home,
            territory=self.territory,
            raw=raw,
            member=member,
            lot=self.lot,
            place=self.place,
            document=packed(machine),
            notes=dict(notes or {}),
            candidates=[
                {"device": str(key), "because": kept(match.because)}
                for key, match in recognised.matches
                if match.verdict is not identity.Verdict.DIFFERENT
            ],
        )
        self.doubts.append(doubt)
        title = " ".join(part for part in (machine.vendor, machine.model) if part)
        hint = Message(_("Compare the two and decide: the reading waits in the list of doubts."))
        return Filed("doubt", recognised.because, None, title, doubt.pk, hint)

    # -- the rest ------------------------------------------------------------------------------------------------

    def unchanged(self, raw: RawInput) -> list[Filed]:
        """The same bytes again: name the devices they are about, change nothing."""
        because = Message(_("Already received: nothing changed."))
        devices = list(Device.objects.filter(snapshots__raw=raw).distinct().order_by("number")) if raw.pk else []
        if not devices:
            devices = [device for snapshot, device in self.snapshots if snapshot.raw is raw]
        return [Filed("unchanged", because, device) for device in devices] or [Filed("unchanged", because)]

    def erasures(self, raw: RawInput, reports: Iterable[erasure.ErasureReport]) -> list[Filed]:
        """Erasure reports: each is matched by its serial number to a disk, one read a moment ago included."""
        self.write()
        filed = []
        for report in reports:
            outcome = proving.record_report(self.actor, self.territory, raw, report, self.at)
            if not outcome.known:  # its disk may be read later: the report is then replayed
                raw.status = RawInput.Status.REFUSED
                raw.reason = {"reason": kept(outcome.because), "hint": kept(outcome.hint or Message(""))}
                raw.save(update_fields=["status", "reason"])
            word = "unchanged" if outcome.again else "erasure" if outcome.proved else "refused"
            filed.append(Filed(word, outcome.because, outcome.device, hint=outcome.hint))
        return filed

    def write_raws(self) -> None:
        fresh = [raw for raw in self.raws.values() if raw._state.adding]
        RawInput.objects.bulk_create(fresh)
        for raw in self.raws.values():
            if raw not in fresh:
                raw.save(update_fields=RAW_COLUMNS)
        self.raws.clear()

    def write(self) -> None:
        """Everything in a constant number of queries a batch (and a few more a device already known)."""
        self.write_raws()
        codes = draw(
            len(self.new), lambda wanted: Device.objects.filter(code__in=wanted).values_list("code", flat=True)
        )
        for device, code in zip(self.new, codes, strict=True):
            device.code = code
        Device.objects.bulk_create(self.new)
        # Written over by key: `bulk_update` takes ten times as long for a list of a thousand machines.
        Device.objects.bulk_create(
            self.touched.values(), update_conflicts=True, unique_fields=["number"], update_fields=COLUMNS
        )
        devices = {device.id: device for device in (*self.new, *self.touched.values())}
        for snapshot, device in self.snapshots:
            snapshot.device = device
        Snapshot.objects.bulk_create([snapshot for snapshot, _device in self.snapshots])
        Hardware.objects.bulk_create(
            [
                Hardware(device=devices[device_id], document=document, version=maillon.__version__)
                for device_id, document in self.documents.items()
            ],
            update_conflicts=True,
            unique_fields=["device"],
            update_fields=["document", "version"],
        )
        marks = {(device.number, mark.kind.value, mark.value) for device, added in self.added for mark in added}
        FingerprintRow.objects.bulk_create(
            [FingerprintRow(territory=self.territory, device_id=d, kind=k, value=v) for d, k, v in sorted(marks)],
            ignore_conflicts=True,
        )
        Doubt.objects.bulk_create(self.doubts)
        self.events.extend(
            media.sync(
                self.actor, self.territory, self.at, {devices[key]: self.machines[key] for key in self.documents}
            )
        )
        ledger.append_many(self.events)
        index.sync([device.number for device in devices.values()])
        self._empty()

    def _empty(self) -> None:
        self.new: list[Device] = []
        self.touched: dict[UUID, Device] = {}  # by device id, known ones
        self.machines: dict[UUID, Machine] = {}  # device id -> hardware as it stands
        self.snapshots: list[tuple[Snapshot, Device]] = []
        self.documents: dict[UUID, bytes] = {}  # the same, as it will be stored
        self.added: list[tuple[Device, Sequence[Fingerprint]]] = []
        self.doubts: list[Doubt] = []
        self.events: list[ledger.Event] = []
