"""Repairs that others published, in; ours, out: both in the Open Repair Data Standard."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from maillon.distribution.help import ords
from maillon.distribution.help.models import OthersRepair, Repair
from maillon.distribution.help.ords import Barrier, Record, Refused, Repairs, Status
from maillon.distribution.help.vocabulary import Fault
from maillon.hardware import vendors
from maillon.hardware.model import Kind, Unreadable
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal
from maillon.kernel.machine_words import KIND_LABELS
from maillon.kernel.sheets import FORMULA_STARTS
from maillon.kernel.translation import told
from maillon.territory.models import Organisation

AT_ONCE = 1_000
COUNTRY = "FRA"  # of the territories that this platform serves
CSV_NAME = "reparations.csv"
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Imported:
    """new and known: repairs of computers, kept. set_aside: of other products, of no use here."""

    new: int
    known: int
    set_aside: int
    refused: tuple[Refused, ...]
    unread_columns: tuple[str, ...]


def understood(data: bytes) -> Repairs:
    """Raises Refusal: not a file of repairs at all."""
    found = ords.read(data)
    if isinstance(found, Unreadable):
        raise Refusal(told(found.reason), told(found.hint))
    return found


def import_others(*, actor: Actor, data: bytes) -> Imported:
    """Keep the repairs of computers that others published, for the actor's territory. The same file twice changes
    nothing; a corrected one corrects what it names again.

    Raises NotAllowed, Refusal (not a file of repairs).
    """
    actor.require("stock.intake")
    found = understood(data)
    territory = actor.territory
    wanted = [record for record in found.records if record.category in ords.KINDS]
    with transaction.atomic():
        kept = OthersRepair.objects.filter(territory_id=territory)
        before = kept.count()
        for some in _chunks(wanted):
            OthersRepair.objects.bulk_create(
                [_row(territory, record) for record in some],
                update_conflicts=True,
                unique_fields=["territory", "provider", "reference"],
                update_fields=["country", "category", "vendor", "age", "status", "barrier", "on"],
            )
        new = kept.count() - before
        aside = len(found.records) - len(wanted)
        ledger.append(
            "repair.imported",
            actor,
            territory,
            count=len(wanted),
            refused=len(found.refused),
            set_aside=aside,
            input=hashlib.sha256(data).hexdigest(),
        )
    return Imported(new, len(wanted) - new, aside, found.refused, found.unread_columns)


def _row(territory: UUID, record: Record) -> OthersRepair:
    return OthersRepair(
        territory_id=territory,
        provider=record.provider,
        reference=record.id,
        country=record.country,
        category=record.category or ords.MISC,
        vendor=(vendors.display(record.brand) or "")[:80],
        age=_age(record),
        status=record.status.value,
        barrier=record.barrier.value if record.barrier else "",
        on=record.on,
    )


def _age(record: Record) -> Decimal | None:
    """As the provider estimated it, or from the year of manufacture."""
    if record.age is not None:
        return round(record.age, 2)
    return None if record.year is None else Decimal(record.on.year - record.year)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, AT_ONCE)):
        yield some


# --- ours


def records(actor: Actor) -> list[Record]:
    """The repairs of the actor's territory, the oldest first: no person, no code of a machine, no text that someone
    typed. Two queries. Raises NotAllowed.
    """
    actor.require("help.view")
    provider = Organisation.objects.get(pk=actor.territory).name
    rows = Repair.objects.filter(territory_id=actor.territory).select_related("device", "holder")
    with override("en"):  # the standard's own language
        return [_record(row, provider) for row in rows.order_by("on", "id").iterator(AT_ONCE)]


def _record(row: Repair, provider: str) -> Record:
    kind = Kind(row.device.kind)
    return Record(
        id=f"maillon_{row.code}",
        provider=provider,
        country=COUNTRY,
        partner_category=str(KIND_LABELS[kind]),
        category=ords.category_of(kind),
        brand=row.device.vendor.lstrip("".join(FORMULA_STARTS)),  # opened in a spreadsheet, it runs nothing
        year=row.year,
        age=None if row.year is None else Decimal(max(0, row.on.year - row.year)),
        status=Status(row.status),
        barrier=Barrier(row.barrier) if row.barrier else None,
        group=row.holder.name.lstrip("".join(FORMULA_STARTS)),
        on=row.on,
        problem=str(Fault(row.fault).label),
    )


def package(actor: Actor) -> bytes:
    """A ZIP of the CSV and of `datapackage.json` (Frictionless). Raises NotAllowed."""
    ours = records(actor)
    table = ords.write(ours)
    provider = Organisation.objects.get(pk=actor.territory).name
    descriptor = ords.data_package(
        title=f"{provider}: repairs",
        provider=provider,
        name=CSV_NAME,
        digest=hashlib.sha256(table).hexdigest(),
        size=len(table),
        rows=len(ours),
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("datapackage.json", json.dumps(descriptor, ensure_ascii=False, indent=1))
        made.writestr(CSV_NAME, table)
    return target.getvalue()
