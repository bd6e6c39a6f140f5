"""A territory with as many machines as wanted, made in bulk: for `maillon bench stock`, never for a real database.

How it is made, so that figures mean something. Machines arrive in lots of 1 to 400 (log-normal, median 25) from one
donor to one workshop, years going by with their numbers: old lots are handed over or recycled, recent ones are at
every stage. 12 workshops share the lots by Zipf's law (the first holds about a third), 150 donors too. Models follow
Zipf's law over some 400 names, two machines of three in a lot being of the lot's own model. Memory, disk and grade
follow the machine's age; one machine in eight has a tag of its donor, one in four (half of those in the workshop) a
place. Hardware documents, which no list reads, are left out.
"""

import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from maillon.collection.models import Lot
from maillon.kernel import scratch
from maillon.kernel.codes import ALPHABET, with_check
from maillon.kernel.ids import new_id
from maillon.territory.models import Organisation, Place
from maillon.workshop.life import State
from maillon.workshop.models import Device

WORKSHOPS, DONORS, PLACES = 12, 150, 20
YEARS = 8
_BATCH = 20_000

COLUMNS = (
    "id", "code", "territory_id", "holder_id", "donor_id", "lot_id", "place_id", "state", "kind", "vendor", "model",
    "serial", "asset_tag", "processor", "memory_mb", "disk_kind", "disk_gb", "grade", "parts_only", "condition",
    "system", "no_disk_declared", "created_at", "changed_at",
)  # fmt: skip

_HP = [f"{{}} {n} G{g}" for n in (430, 640, 840, 850) for g in range(1, 9)]
_FAMILIES = [
    ("notebook", "Lenovo", [f"ThinkPad {letter}{n}" for letter in "TLXE" for n in range(420, 500, 10)]),
    ("notebook", "HP", [name.format(family) for family in ("ProBook", "EliteBook") for name in _HP]),
    ("notebook", "Dell", [f"Latitude {n}" for n in range(3300, 7500, 70)]),
    ("desktop", "Dell", [f"OptiPlex {n}" for n in range(3010, 7090, 70)]),
    ("desktop", "HP", [name.format(family) for family in ("ProDesk", "EliteDesk") for name in _HP]),
    ("mini_pc", "Lenovo", [f"ThinkCentre M{n}q" for n in range(600, 980, 30)]),
    ("all_in_one", "Apple", [f"iMac{n},1" for n in range(12, 21)]),
    ("notebook", "Apple", [f"MacBookPro{n},1" for n in range(9, 16)]),
    ("tablet", "Samsung", [f"Galaxy Tab A{n}" for n in range(6, 10)]),
    ("convertible", "Microsoft", [f"Surface Pro {n}" for n in range(3, 8)]),
    ("thin_client", "HP", ["t520", "t620", "t630"]),
    ("server", "Dell", [f"PowerEdge R{n}" for n in (220, 320, 420, 620)]),
]
_RECENT = ["announced", "received", "triaged", "inspected", "erased", "repaired", "installed", "checked", "ready",
           "reserved", "for_parts", "lost"]  # fmt: skip
_RECENT_WEIGHTS = list(accumulate([3, 18, 6, 16, 12, 4, 8, 6, 16, 4, 6, 1]))
_OLD = ["handed_over", "recycled", "for_parts", "returned", "lost", "ready"]
_OLD_WEIGHTS = list(accumulate([72, 19, 5, 2, 1, 1]))


def _zipf(count: int, power: float) -> list[float]:
    return list(accumulate(1 / (rank + 1) ** power for rank in range(count)))


class Territory:
    """The organisations of the bench."""

    def __init__(self) -> None:
        self.coordination = _organisation("coordination", "Coordination", None)
        self.workshops = [_organisation("workshop", f"Atelier {n + 1}", self.coordination) for n in range(WORKSHOPS)]
        kinds = ("Mairie", "Lycée", "Société", "Banque", "Hôpital", "Université", "Conseil")
        self.donors = [
            _organisation("donor", f"{kinds[n % len(kinds)]} n° {n + 1}", self.coordination) for n in range(DONORS)
        ]
        self.places = {
            workshop.pk: Place.objects.bulk_create(
                Place(organisation=workshop, name=f"Étagère {n + 1}") for n in range(PLACES)
            )
            for workshop in self.workshops
        }


def _organisation(kind: str, name: str, territory: Organisation | None) -> Organisation:
    organisation = Organisation(kind=kind, name=name)
    organisation.territory = territory or organisation
    organisation.save()
    return organisation


@contextmanager
def database(postgres: str | None) -> Iterator[None]:
    """A scratch database on this server (postgres://user@host/db); SQLite without one."""
    if postgres is None:
        with scratch.database("sqlite"):
            yield
        return
    with scratch.using(postgres), scratch.database("postgresql"):
        yield


def fill(devices: int, seed: int = 2026) -> Territory:
    """Write the territory and its machines; the index is left to `index.rebuild()`."""
    territory = Territory()
    rows: list[tuple[Any, ...]] = []
    lots: list[Lot] = []
    pick = random.Random(seed)  # noqa: S311 - data of a bench
    for lot, machines in _lots(territory, devices, pick):
        lots.append(lot)
        rows += machines
        if len(rows) >= _BATCH:
            _write(lots, rows)
            lots, rows = [], []
    _write(lots, rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return territory


def _lots(territory: Territory, devices: int, pick: random.Random) -> Iterator[tuple[Lot, list[tuple[Any, ...]]]]:
    models = [(kind, vendor, model) for kind, vendor, names in _FAMILIES for model in names]
    pick.shuffle(models)
    common, shares, givers = _zipf(len(models), 0.9), _zipf(WORKSHOPS, 0.9), _zipf(DONORS, 0.8)
    start = timezone.now() - timedelta(days=365 * YEARS)
    made = count = 0
    while made < devices:
        size = min(devices - made, max(1, min(400, round(pick.lognormvariate(math.log(25), 1.1)))))
        arrived = start + timedelta(days=365 * YEARS * made / devices)
        holder = pick.choices(territory.workshops, cum_weights=shares)[0]
        donor = pick.choices(territory.donors, cum_weights=givers)[0] if pick.random() < 0.9 else None
        count += 1
        lot = Lot(
            code=f"L{count:06}", territory=territory.coordination, holder=holder, donor=donor,
            regime="company" if donor else "individual", created_at=arrived, state="arrived",
        )  # fmt: skip
        main = pick.choices(models, cum_weights=common)[0]
        machines = [
            _machine(
                pick, main if pick.random() < 2 / 3 else pick.choices(models, cum_weights=common)[0],
                made + n, devices, lot, territory, arrived,
            )
            for n in range(size)
        ]  # fmt: skip
        made += size
        yield lot, machines


def _code(n: int) -> str:
    """A different code for each number, spread over the alphabet (multiplying by an odd number permutes 2**30)."""
    spread = (n * 0x2545F491 + 0x1234567) % 2**30
    return with_check("".join(ALPHABET[spread >> shift & 31] for shift in (25, 20, 15, 10, 5, 0)))


def _machine(
    pick: random.Random, model: tuple[str, str, str], n: int, devices: int, lot: Lot, territory: Territory, at: datetime
) -> tuple[Any, ...]:
    kind, vendor, name = model
    age = 1 - n / devices  # 1: the first that came
    old = pick.random() < 0.15 + age * 0.95
    states, weights = (_OLD, _OLD_WEIGHTS) if old else (_RECENT, _RECENT_WEIGHTS)
    state = State(pick.choices(states, cum_weights=weights)[0])
    memory = pick.choice((2048, 4096, 4096, 8192)) if age > 0.5 else pick.choice((4096, 8192, 8192, 16384, 32768))
    disk = pick.choices(("hdd", "sata_ssd", "nvme", "emmc", ""), (50 * age, 35, 40 * (1 - age), 2, 4))[0]
    known = state not in (State.ANNOUNCED, State.RECEIVED, State.TRIAGED)
    grade = max(0, min(5, round(pick.gauss(3.4 - 1.6 * age, 0.9)))) if known else None
    in_workshop = state not in (State.HANDED_OVER, State.RECYCLED, State.LOST, State.ANNOUNCED)
    place: UUID | None = (
        pick.choice(territory.places[lot.holder_id]).pk if in_workshop and pick.random() < 0.5 else None
    )
    serial = "".join(pick.choices("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", k=9))
    return (
        new_id(), _code(n), lot.territory_id, lot.holder_id, lot.donor_id, lot.pk, place, state.value, kind, vendor,
        name, serial, f"INV-{pick.randrange(10**6):06}" if pick.random() < 0.125 else "",
        f"Intel Core i{pick.choice((3, 5, 5, 7))}-{pick.randrange(3000, 10500, 100)}U" if known else "",
        memory if known else None, disk if known else "", pick.choice((128, 256, 500)) if known and disk else None,
        grade, False, pick.choice("ABBCCD") if pick.random() < 0.6 else "", "", False, at, at,
    )  # fmt: skip


def _write(lots: list[Lot], rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with transaction.atomic():
        Lot.objects.bulk_create(lots, batch_size=500)
        _write_devices(rows)


def _write_devices(rows: list[tuple[Any, ...]]) -> None:
    table = Device._meta.db_table
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({marks})",  # noqa: S608 - our own names
            [tuple(map(_stored, row)) for row in rows],
        )


def _stored(value: Any) -> Any:
    """As Django writes it on SQLite."""
    if isinstance(value, UUID):
        return value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
