"""The stock's rows and facets as the page draws them: everything is computed here, so that the template only writes.

Fifty rows of Django tags would cost more than the database: what repeats (states, grades) is drawn once a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString

from maillon.kernel import codes, wording
from maillon.kernel.templatetags.maillon import grade as grade_tag
from maillon.kernel.templatetags.maillon import kind_icon
from maillon.kernel.templatetags.maillon import state as state_tag
from maillon.workshop.stock.facets import CONDITIONS, DIMENSIONS, DISK_LABELS, TITLES
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.queries import DeviceRow, StockPage

_CODE = "0000000"  # stands for a code in an address
OPEN = ("state", "kind", "grade")  # facets shown open at first


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    code: str
    url: str
    title: str
    specs: str
    serial: str
    icon: SafeString
    state: SafeString
    grade: SafeString
    place: str
    origin: str
    holder: str


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    count: str  # written; "" where it is not counted
    checked: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    title: str
    choices: list[Choice]
    open: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address without it."""

    title: str
    label: str
    url: str


def rows(found: list[DeviceRow]) -> list[Row]:
    before, _, after = reverse("workshop:device", args=[_CODE]).partition(_CODE)
    states = {row.state: state_tag(row.state, str(DIMENSIONS["state"].get(row.state, row.state))) for row in found}
    kinds = {row.kind: kind_icon(row.kind) for row in found}
    grades = {row.grade: grade_tag(row.grade) for row in found}
    return [
        Row(
            id=row.id,
            code=codes.pretty(row.code),
            url=f"{before}{row.code}{after}",
            title=title_of(row),
            specs=specs_of(row),
            serial=row.serial,
            icon=kinds[row.kind],
            state=states[row.state],
            grade=grades[row.grade],
            place=row.place or "",
            origin=" · ".join(part for part in (row.donor, row.lot) if part),
            holder=row.holder,
        )
        for row in found
    ]


def title_of(row: DeviceRow) -> str:
    named = " ".join(part for part in (row.vendor, row.model) if part)
    return named or str(DIMENSIONS["kind"].get(row.kind, row.kind))


def specs_of(row: DeviceRow) -> str:
    """ "Intel Core i5-6200U · 8 Go · SSD 256 Go" """
    disk = str(DISK_LABELS.get(row.disk_kind, row.disk_kind)) if row.disk_kind else ""
    size = wording.capacity(row.disk_gb * 10**9) if row.disk_gb else ""
    memory = wording.memory(row.memory_mb * 2**20) if row.memory_mb else ""
    return " · ".join(part for part in (row.processor, memory, f"{disk} {size}".strip()) if part)


def facets(page: StockPage, filters: StockFilters, holders: Mapping[UUID, str]) -> list[Facet]:
    """The facets with their values that have devices, or are asked for."""
    shown = [_facet(name, labels, page.facets and page.facets[name], filters) for name, labels in DIMENSIONS.items()]
    if page.holders:
        by_name = {str(id): holders.get(id, "") for id in sorted(page.holders, key=lambda id: holders.get(id, ""))}
        shown.append(_facet("holder", by_name, {str(id): n for id, n in page.holders.items()}, filters))
    shown.append(_facet("condition", CONDITIONS, None, filters))
    return [facet for facet in shown if facet.choices]


def _facet(name: str, labels: Mapping[str, Any], counts: Mapping[str, int] | None, filters: StockFilters) -> Facet:
    chosen = {str(value) for value in getattr(filters, name)}
    choices = [
        Choice(value, str(label), "" if counts is None else wording.number(counts.get(value, 0)), value in chosen)
        for value, label in labels.items()
        if counts is None or counts.get(value) or value in chosen
    ]
    return Facet(name, str(TITLES[name]), choices, name in OPEN or bool(chosen))


def chips(filters: StockFilters, names: Mapping[UUID, str]) -> list[Chip]:
    """One for each value in force. names: of the organisations, places and lots among them."""
    labels = {**DIMENSIONS, "condition": CONDITIONS}
    url = reverse("stock:list")
    shown = [Chip("", f"“{filters.q}”", f"{url}?{filters.without('q').query()}")] if filters.q else []
    for name, value in filters.chosen():
        label = names.get(value, "?") if isinstance(value, UUID) else labels[name].get(str(value), value)
        shown.append(Chip(str(TITLES[name]), str(label), f"{url}?{filters.without(name, value).query()}"))
    return shown
