"""The demonstration territory: Nantes Métropole's communes, invented organisations, some 400 machines at every stage.

Everything goes through the real commands, so that pages, ledger and certificates are true to it.
"""

import argparse
import sys
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from maillon.collection import commands as collecting
from maillon.collection.models import Lot
from maillon.demo.models import models
from maillon.demo.people import COORDINATION, ORGANISATIONS, PEOPLE
from maillon.demo.readings import TEST_SERIAL, Reading, erasure_report, public_key, reading, signed
from maillon.hardware.model import Kind
from maillon.kernel import ledger
from maillon.kernel.actor import Actor, system
from maillon.kernel.errors import Refusal
from maillon.kernel.ids import new_id
from maillon.territory import commands as organising
from maillon.territory.actors import actor_for
from maillon.territory.models import Organisation, OrganisationKind, Place, User
from maillon.territory.places import load_communes
from maillon.workshop import moves
from maillon.workshop.erasure.benches import register_bench
from maillon.workshop.intake import by_hand, receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.models import Device
from maillon.workshop.vocabulary import Repair, System, check_lines

SEED = 44
MACHINES = 400
GROUPING = "244400404"  # SIREN of Nantes Métropole
LOTS = (  # donor's key, workshop, months ago, share of the machines, waste status
    ("assureur", "atelier-nord", 14, 70, "product"),
    ("ville", "atelier-nord", 11, 80, "product"),
    ("bureau", "atelier-sud", 9, 55, "product"),
    ("college", "atelier-sud", 7, 40, "waste_preparing"),
    ("ville", "atelier-sud", 5, 60, "product"),
    ("assureur", "atelier-nord", 3, 50, "product"),
    (None, "atelier-nord", 2, 15, "product"),
    ("bureau", "atelier-nord", 1, 30, "product"),
)
SIGNING_SINCE = 7  # months: the reports of older lots were not signed by a bench
# How far machines of a lot have come, by its age: a lot of last month is mostly waiting.
STAGES = ("inspected", "erased", "repaired", "installed", "checked", "ready", "reserved", "handed_over", "returned")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon demo",
        description=_("Fill an empty database with the demonstration territory: invented organisations and machines."),
    )
    parser.add_argument("--machines", type=int, default=MACHINES, help=_("how many machines (%(default)d)"))
    options = parser.parse_args(argv)
    if not 1 <= options.machines <= 100_000:
        parser.error(_("--machines %d: from 1 to 100000") % options.machines)
    if Organisation.objects.exists():
        said = _("the database is not empty. Start from a new MAILLON_DATA folder.")
        sys.stderr.write(f"maillon demo: {said}\n")
        return 1
    load(options.machines)
    return 0


def load(machines: int = MACHINES) -> None:
    """Needs an empty, migrated database. All or nothing: when it is interrupted, the next start does it again."""
    with override(settings.LANGUAGE_CODE), transaction.atomic():
        _load(machines)


def _load(machines: int) -> None:
    load_communes(GROUPING)
    found_organisations()
    draw = Random(SEED)  # noqa: S311 - a demonstration, the same everywhere
    bench = Ed25519PrivateKey.generate()  # nobody keeps it: no other report will have its signature
    register_bench(actor=_actor(COORDINATION), name=_("Fictitious bench"), public_key=public_key(bench))
    number = 0
    whole = sum(share for *_rest, share, _waste in LOTS)
    for donor, workshop, months, share, waste in LOTS:
        count = max(1, round(machines * share / whole))
        lot = _lot(donor, workshop, months, count, waste)
        number = _fill(lot, workshop, months, number, count, draw, bench if months <= SIGNING_SINCE else None)
    _announced(draw)
    _odd_fates(draw)
    ledger.checkpoint()


def found_organisations() -> None:
    """The organisations, their people and places, by the commands that a coordination would use."""
    with transaction.atomic():
        coordination = Organisation.objects.create(
            id=(key := new_id()),
            kind=OrganisationKind.COORDINATION,
            name=ORGANISATIONS[0].name,
            commune_id=ORGANISATIONS[0].commune,
            territory_id=key,
            fictitious=True,
        )
        ledger.append("organisation.created", system(key), key, type=coordination.kind)
    first = PEOPLE[0]
    user = User.objects.create_user(first.email, name=_shown(first.email))
    coordination.memberships.create(user=user, role=first.role.value)
    actor = actor_for(user, None)
    keys = {COORDINATION: coordination}
    for told in ORGANISATIONS[1:]:
        keys[told.key] = organising.create_organisation(
            actor=actor, kind=told.kind.value, name=told.name, commune_id=told.commune, fictitious=True
        )
        for place in told.places:
            organising.add_place(actor=actor, organisation_id=keys[told.key].pk, name=place)
    for person in PEOPLE[1:]:
        organising.add_member(
            actor=actor,
            organisation_id=keys[person.organisation].pk,
            email=person.email,
            role=person.role.value,
            name=_shown(person.email),
        )


def _shown(email: str) -> str:
    return f"Compte fictif ({email.split('@')[0]})"


def _actor(key: str) -> Actor:
    """A technician of this workshop, or the coordination's coordinator."""
    person = next(p for p in PEOPLE if p.organisation == key and p.role.value in ("technician", "coordinator"))
    return actor_for(User.objects.get(email=person.email), None)


def _place(workshop: Organisation, position: int) -> Place:
    """A place of a workshop in the order of the work: 0 where machines arrive, -1 where they leave."""
    told = next(one for one in ORGANISATIONS if one.name == workshop.name)
    place: Place = workshop.places.get(name=told.places[position])
    return place


def _lot(donor: str | None, workshop: str, months: int, count: int, waste: str) -> Lot:
    names = {told.key: told.name for told in ORGANISATIONS}
    giver = Organisation.objects.get(name=names[donor]) if donor else None
    holder = Organisation.objects.get(name=names[workshop])
    actor = _actor(COORDINATION)
    when = timezone.now() - timedelta(days=30 * months + 12)
    lot = collecting.announce_lot(
        actor=actor,
        donor_id=giver.pk if giver else None,
        holder_id=holder.pk,
        at=when,
        waste_status=waste,
        announced_count=count,
        agreement=f"Convention fictive {when:%Y}-{months:02d}" if donor else "",
        agreed_on=when.date() if donor else None,
    )
    return collecting.lot_arrived(actor=actor, lot_id=lot.pk, at=when + timedelta(days=12))


def _fill(
    lot: Lot, workshop: str, months: int, number: int, count: int, draw: Random, bench: Ed25519PrivateKey | None
) -> int:
    """Read, erase and move this lot's machines; returns the last number given."""
    catalogue = models()
    weights = [model.weight for model in catalogue]
    chosen = [draw.choices(catalogue, weights)[0] for _one in range(count)]
    reads: list[Reading] = []
    for model in chosen:
        number += 1
        reads.append(reading(model, draw, number, failing=draw.random() < 0.04))
    actor = _actor(workshop)
    arrived = lot.arrived_at or timezone.now()
    files = [Incoming(name, content) for read in reads for name, content in read.files]
    lines = receiving.receive(
        actor=actor, files=files, lot_id=lot.pk, place_id=_place(lot.holder, 0).pk, at=arrived + timedelta(days=2)
    )
    by_serial = {device.serial: device for line in lines if line.device_id for device in [_device(line.device_id)]}
    stages = [_stage(months, draw) for _read in reads]
    known = [(read, stage) for read, stage in zip(reads, stages, strict=True) if read.serial in by_serial]
    reports = []
    for position, read in enumerate(read for read, stage in known if stage > 0):
        ended = arrived + timedelta(days=4, minutes=25 * (position % 30))
        report = erasure_report(read, succeeds=not read.failing, ended=ended)
        reports.append(Incoming(f"{read.serial}/wipe.json", (signed(report, bench) if bench else report).encode()))
    for _line in receiving.receive(actor=actor, files=reports, at=arrived + timedelta(days=5)):
        pass
    _shelve(actor, lot.holder, [by_serial[read.serial].id for read, stage in known if stage > 0], arrived)
    for read, stage in known:
        _live(actor, by_serial[read.serial].id, stage, arrived + timedelta(days=6), draw)
    return number


def _shelve(actor: Actor, workshop: Organisation, erased: list[UUID], arrived: datetime) -> None:
    """Share what was erased between the shelves and the bench; a few stay at the door."""
    count = workshop.places.count() - 1  # all but where machines leave
    for position in range(1, count):
        place = _place(workshop, position)
        moves.move_to(
            actor=actor, device_ids=erased[position::count], place=place, at=arrived + timedelta(days=5, hours=4)
        )


def _announced(draw: Random) -> None:
    """A lot that has not arrived, known by the donor's own list."""
    names = {told.key: told.name for told in ORGANISATIONS}
    lot = collecting.announce_lot(
        actor=_actor(COORDINATION),
        donor_id=Organisation.objects.get(name=names["college"]).pk,
        holder_id=Organisation.objects.get(name=names["atelier-sud"]).pk,
        announced_count=12,
    )
    rows = ["Type;Marque;Modèle;N° de série;RAM (Go);Disque"]
    for number in range(12):
        vendor, model = draw.choice(
            (("Dell", "OptiPlex 3050"), ("HP", "ProDesk 400 G4"), ("Lenovo", "ThinkCentre M710q"))
        )
        rows.append(f"Fixe;{vendor};{model};{TEST_SERIAL}A{number:04d};8;SSD 256 Go")
    files = [Incoming("parc-du-college-fictif.csv", "\n".join(rows).encode())]
    for _line in receiving.receive(actor=_actor("atelier-sud"), files=files, lot_id=lot.pk):
        pass


def _odd_fates(draw: Random) -> None:
    """Machines that do not start, those kept for parts, recycled, lost: each by its own command."""
    actor, coordinator = _actor("atelier-nord"), _actor(COORDINATION)
    now = timezone.now()
    shelf = _place(Organisation.objects.get(pk=actor.home), 0)
    for number in range(7):
        vendor, model = draw.choice((("HP", "ProBook 6570b"), ("Acer", "Aspire 5742"), ("Dell", "Vostro 3560")))
        serial = f"{TEST_SERIAL}H{number:04d}"
        device = by_hand.register(
            actor=actor, kind=Kind.NOTEBOOK.value, vendor=vendor, model=model, serial=serial, place=shelf
        )
        if number % 3 == 0:
            condition = {"condition": draw.choice("CD")}
            moves.take_step(actor=actor, device_id=device.id, step="triaged", answers=condition)
    erased = list(Device.objects.workable_by(actor).filter(state="erased", grade__lte=1).order_by("number")[:9])
    for position, device in enumerate(erased):
        moves.take_step(actor=actor, device_id=device.id, step="for_parts", answers={"reason": "too_old"})
        if position % 2:
            slip = {"slip": f"BSD-FICTIF-{position:03d}"}
            moves.take_step(actor=coordinator, device_id=device.id, step="recycled", at=now, answers=slip)
    for device in Device.objects.workable_by(coordinator).filter(state="ready").order_by("-number")[:2]:
        moves.take_step(actor=coordinator, device_id=device.id, step="lost", answers={"reason": "not_found"})


def _device(device_id: UUID) -> Device:
    device: Device = Device.objects.get(id=device_id)
    return device


def _stage(months: int, draw: Random) -> int:
    """How many steps a machine of a lot this old has taken; few come back."""
    reach = min(len(STAGES), 1 + months)
    weights = [1 + (2 * stage if months >= 4 else 0) for stage in range(len(STAGES))]
    weights[-1] = 2
    return draw.choices(range(reach), weights[:reach])[0]


def _live(actor: Actor, device_id: UUID, stage: int, at: datetime, draw: Random) -> None:
    """Take the machine as far as this stage, or as far as the rules let it: what is refused stays where it is."""
    coordinator = _actor(COORDINATION)
    request = f"{at:%Y}-{draw.randrange(1000, 9999)}"  # reserved for one request, and handed over for the same
    for name in STAGES[2 : stage + 1]:
        at += timedelta(days=draw.randrange(1, 12))
        if at > timezone.now():
            return
        device = _device(device_id)
        if name == "repaired" and draw.random() < 0.6:
            continue
        if name == "installed" and device.parts_only:
            moves.take_step(actor=actor, device_id=device.id, step="for_parts", at=at, answers={"reason": "too_old"})
            return
        try:
            _take(actor, coordinator, device, name, at, draw, request)
        except Refusal:
            return


def _take(
    actor: Actor, coordinator: Actor, device: Device, name: str, at: datetime, draw: Random, request: str
) -> None:
    answers: dict[str, object] = {}
    if name == "repaired":
        answers["repair"] = draw.sample([r.value for r in Repair], draw.randrange(1, 3))
    elif name == "installed":
        answers["system"] = draw.choice([System.LMDE.value, System.MINT.value, System.PRIMTUX.value])
    elif name == "checked":
        lines = check_lines(Kind(device.kind))
        given = {line: "ok" if draw.random() < 0.97 else "absent" for line in lines}
        if draw.random() < 0.03:
            given[draw.choice(lines)] = "failing"
        moves.answer_checks(actor=actor, device_id=device.id, answers=given)
    elif name == "ready":
        answers["place"] = _place(device.holder, -1)
    elif name in ("reserved", "handed_over"):
        answers["reference"] = request
    elif name == "returned":
        answers["condition"] = draw.choice("BCD")
    who = coordinator if name in ("reserved", "handed_over") else actor
    moves.take_step(actor=who, device_id=device.id, step=name, at=at, answers=answers)
