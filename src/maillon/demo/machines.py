"""The demonstration's machines: lots that arrive, what the benches read and erase, what the workshops do of them."""

from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone
from django.utils.translation import gettext as _

from maillon.collection import commands as collecting
from maillon.collection.models import Lot
from maillon.demo.acting import actor, organisation, place, workshop_of
from maillon.demo.models import models
from maillon.demo.people import COORDINATION
from maillon.demo.readings import TEST_SERIAL, Reading, erasure_report, public_key, reading, signed, upgraded
from maillon.demo.timeline import Timeline
from maillon.hardware.model import Kind
from maillon.kernel.errors import Refusal
from maillon.workshop import moves
from maillon.workshop.erasure.benches import register_bench
from maillon.workshop.intake import by_hand, receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.models import Device
from maillon.workshop.vocabulary import Repair, System, check_lines

LOTS = (  # donor's key, workshop, months ago, share of the machines, waste status
    ("assureur", "atelier-nord", 23, 45, "product"),
    ("ville", "atelier-sud", 21, 40, "product"),
    ("bureau", "atelier-nord", 19, 30, "product"),
    ("college", "atelier-sud", 16, 25, "waste_preparing"),
    ("assureur", "atelier-nord", 14, 45, "product"),
    ("ville", "atelier-nord", 11, 50, "product"),
    ("bureau", "atelier-sud", 9, 35, "product"),
    ("college", "atelier-sud", 7, 25, "waste_preparing"),
    ("ville", "atelier-sud", 5, 40, "product"),
    ("assureur", "atelier-nord", 3, 35, "product"),
    (None, "atelier-nord", 2, 10, "product"),
    ("bureau", "atelier-nord", 1, 45, "product"),
)
SIGNING_SINCE = 7  # months: the reports of older lots were not signed by a bench
WORK = ("repaired", "installed", "checked", "ready")
STUCK = 0.06  # of the machines, at each step: a part that does not come, a fault nobody finds


class Machines:
    """Plans the lots of two years; the first machines are available some three weeks after their lot."""

    def __init__(self, timeline: Timeline, draw: Random) -> None:
        self.timeline, self.draw, self.number = timeline, draw, 0
        self.reads: dict[UUID, Reading] = {}  # by device: what a bench finds in it, each time
        self.bench = Ed25519PrivateKey.generate()  # nobody keeps it: no other report will have its signature
        register_bench(actor=actor(COORDINATION), name=_("Fictitious bench"), public_key=public_key(self.bench))

    def plan(self, machines: int) -> None:
        whole = sum(share for *_rest, share, _waste in LOTS)
        for donor, workshop, months, share, waste in LOTS:
            count = max(1, round(machines * share / whole))
            when = self.timeline.until - timedelta(days=30 * months + 12)
            self.timeline.plan(when, partial(self._announce, donor, workshop, count, waste, months))

    def _announce(self, donor: str | None, workshop: str, count: int, waste: str, months: int, when: datetime) -> None:
        lot = collecting.announce_lot(
            actor=actor(COORDINATION),
            donor_id=organisation(donor).pk if donor else None,
            holder_id=organisation(workshop).pk,
            at=when,
            waste_status=waste,
            announced_count=count,
            agreement=f"Convention fictive {when:%Y}-{months:02d}" if donor else "",
            agreed_on=when.date() if donor else None,
        )
        bench = self.bench if months <= SIGNING_SINCE else None
        self.timeline.plan(when + timedelta(days=12), partial(self._arrive, lot, workshop, count, bench))

    def _arrive(self, lot: Lot, workshop: str, count: int, bench: Ed25519PrivateKey | None, when: datetime) -> None:
        collecting.lot_arrived(actor=actor(COORDINATION), lot_id=lot.pk, at=when)
        catalogue = models()
        weights = [model.weight for model in catalogue]
        reads: list[Reading] = []
        for model in [self.draw.choices(catalogue, weights)[0] for _one in range(count)]:
            self.number += 1
            reads.append(reading(model, self.draw, self.number, failing=self.draw.random() < 0.04))
        self.timeline.plan(when + timedelta(days=2), partial(self._read, lot, workshop, reads, bench))

    def _read(
        self,
        lot: Lot,
        workshop: str,
        reads: list[Reading],
        bench: Ed25519PrivateKey | None,
        when: datetime,
    ) -> None:
        files = [Incoming(name, content) for read in reads for name, content in read.files]
        at_the_door = place(lot.holder, 0).pk
        lines = receiving.receive(actor=actor(workshop), files=files, lot_id=lot.pk, place_id=at_the_door, at=when)
        devices = Device.objects.filter(id__in=[line.device_id for line in lines if line.device_id])
        by_serial = {device.serial: device for device in devices}
        known = [(read, by_serial[read.serial]) for read in reads if read.serial in by_serial]
        self.reads |= {device.id: read for read, device in known}
        self.timeline.plan(when + timedelta(days=3), partial(self._erase, workshop, known, bench))

    def _erase(
        self,
        workshop: str,
        known: list[tuple[Reading, Device]],
        bench: Ed25519PrivateKey | None,
        when: datetime,
    ) -> None:
        done = [(read, device) for read, device in known if self.draw.random() > STUCK]
        reports = []
        for position, (read, _device) in enumerate(done):
            ended = when - timedelta(hours=20) + timedelta(minutes=25 * (position % 30))
            report = erasure_report(read, succeeds=not read.failing, ended=ended)
            reports.append(Incoming(f"{read.serial}/wipe.json", (signed(report, bench) if bench else report).encode()))
        for _line in receiving.receive(actor=actor(workshop), files=reports, at=when):
            pass
        self._shelve(workshop, [device.id for _read, device in done], when + timedelta(hours=4))
        for _read, device in done:
            self._then(0, workshop, device.id, when)

    def _shelve(self, workshop: str, erased: list[UUID], when: datetime) -> None:
        """Share what was erased between the shelves and the bench; a few stay at the door."""
        holder = organisation(workshop)
        count = holder.places.filter(open_to_public=False).count() - 1  # all but where machines leave
        for position in range(1, count):
            moves.move_to(
                actor=actor(workshop), device_ids=erased[position::count], place=place(holder, position), at=when
            )

    def _then(self, step: int, workshop: str, device_id: UUID, when: datetime) -> None:
        """Plan the next step of the workshop's work on a machine, unless it gets stuck."""
        if step < len(WORK) and self.draw.random() > STUCK:
            later = when + timedelta(days=self.draw.randrange(1, 10), hours=self.draw.randrange(-3, 4))
            self.timeline.plan(later, partial(self._work, step, workshop, device_id))

    def _work(self, step: int, workshop: str, device_id: UUID, when: datetime) -> None:
        """Take the machine one step further, if the rules let it: what is refused stays where it is."""
        name, who = WORK[step], actor(workshop)
        device = Device.objects.get(id=device_id)
        if name == "repaired" and (read := self.reads[device_id]).disk_kind == "hdd" and device.grade:
            if self.draw.random() < 0.85:
                self._upgrade(workshop, device, read, when)
                self._then(step + 1, workshop, device_id, when)
                return
        elif name == "repaired" and self.draw.random() < 0.6:
            self._then(step + 1, workshop, device_id, when)
            return
        if name == "installed" and device.parts_only:
            moves.take_step(actor=who, device_id=device_id, step="for_parts", at=when, answers={"reason": "too_old"})
            return
        answers: dict[str, object] = {}
        if name == "repaired":
            answers["repair"] = self.draw.sample([r.value for r in Repair], self.draw.randrange(1, 3))
        elif name == "installed":
            answers["system"] = self.draw.choice([System.LMDE.value, System.MINT.value, System.PRIMTUX.value])
        elif name == "checked":
            moves.answer_checks(actor=who, device_id=device_id, answers=self._checks(device))
        elif name == "ready":
            answers["place"] = place(device.holder, -1)
        try:
            moves.take_step(actor=who, device_id=device_id, step=name, at=when, answers=answers)
        except Refusal:
            return
        self._then(step + 1, workshop, device_id, when)

    def _upgrade(self, workshop: str, device: Device, read: Reading, when: datetime) -> None:
        """An SSD in place of the hard disk, more memory; read again, and the new disk proved empty."""
        who = actor(workshop)
        better = self.reads[device.id] = upgraded(read, self.draw)
        repair = {"repair": [Repair.DISK.value, Repair.MEMORY.value]}
        moves.take_step(actor=who, device_id=device.id, step="repaired", at=when, answers=repair)
        report = erasure_report(better, succeeds=True, ended=when + timedelta(hours=1))
        files = [Incoming(name, content) for name, content in better.files]
        proof = [Incoming(f"{better.serial}/wipe.json", signed(report, self.bench).encode())]
        for some, later in ((files, timedelta(minutes=30)), (proof, timedelta(hours=2))):
            for _line in receiving.receive(actor=who, files=some, at=when + later):
                pass

    def _checks(self, device: Device) -> dict[str, str]:
        lines = check_lines(Kind(device.kind))
        given = {line: "ok" if self.draw.random() < 0.97 else "absent" for line in lines}
        if self.draw.random() < 0.03:
            given[self.draw.choice(lines)] = "failing"
        return given

    def again(self, device: Device, when: datetime) -> None:
        """A machine that came back: erased anew, then worked on as the others."""
        workshop = workshop_of(device.holder_id)
        known = [(self.reads[device.id], device)]
        self.timeline.plan(
            when + timedelta(days=self.draw.randrange(3, 12)), partial(self._erase, workshop, known, self.bench)
        )


def announced(draw: Random) -> None:
    """A lot that has not arrived, known by the donor's own list."""
    lot = collecting.announce_lot(
        actor=actor(COORDINATION),
        donor_id=organisation("college").pk,
        holder_id=organisation("atelier-sud").pk,
        announced_count=12,
    )
    rows = ["Type;Marque;Modèle;N° de série;RAM (Go);Disque"]
    for number in range(12):
        vendor, model = draw.choice(
            (("Dell", "OptiPlex 3050"), ("HP", "ProDesk 400 G4"), ("Lenovo", "ThinkCentre M710q"))
        )
        rows.append(f"Fixe;{vendor};{model};{TEST_SERIAL}A{number:04d};8;SSD 256 Go")
    files = [Incoming("parc-du-college-fictif.csv", "\n".join(rows).encode())]
    for _line in receiving.receive(actor=actor("atelier-sud"), files=files, lot_id=lot.pk):
        pass


def odd_fates(draw: Random) -> None:
    """Machines that do not start, those kept for parts, recycled, lost: each by its own command."""
    technician, coordinator = actor("atelier-nord"), actor(COORDINATION)
    now = timezone.now()
    shelf = place(organisation("atelier-nord"), 0)
    for number in range(7):
        vendor, model = draw.choice((("HP", "ProBook 6570b"), ("Acer", "Aspire 5742"), ("Dell", "Vostro 3560")))
        serial = f"{TEST_SERIAL}H{number:04d}"
        device = by_hand.register(
            actor=technician, kind=Kind.NOTEBOOK.value, vendor=vendor, model=model, serial=serial, place=shelf
        )
        if number % 3 == 0:
            condition = {"condition": draw.choice("CD")}
            moves.take_step(actor=technician, device_id=device.id, step="triaged", answers=condition)
    worn = Device.objects.workable_by(technician).filter(state__in=("erased", "ready"), grade__lte=1)
    weak = list(worn.order_by("number"))
    for position, device in enumerate(weak[: 2 + len(weak) // 2]):
        moves.take_step(actor=technician, device_id=device.id, step="for_parts", answers={"reason": "too_old"})
        if position % 2:
            slip = {"slip": f"BSD-FICTIF-{position:03d}"}
            moves.take_step(actor=coordinator, device_id=device.id, step="recycled", at=now, answers=slip)
    unfinished = Device.objects.workable_by(coordinator).filter(state__in=("checked", "installed")).order_by("-number")
    for device in unfinished[:2]:
        moves.take_step(actor=coordinator, device_id=device.id, step="lost", answers={"reason": "not_found"})
