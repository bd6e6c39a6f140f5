"""The stock's rows and facets as the page draws them: everything is computed here, so that the template only writes.

The fifty lines of the list are made here and not in the template: as Django's tags they took half the time of the page
(measured: docs/performance.md). What repeats (states, grades, titles) is drawn once a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

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


# One line of the list, as docs/theme.md draws tables that become cards. Every value is HTML already.
_LINE = (
    '<tr><td class="stock-pick"><input class="form-check-input" type="checkbox" name="device" value="{id}" '
    'aria-label="{choose} {code}"></td><th scope="row"><a class="code" href="{url}">{code}</a></th>'
    '<td data-label="{machine}"><span class="stock-machine">{icon} {title}{specs}{serial}</span></td>'
    '<td data-label="{state_title}">{state}{standing}</td><td data-label="{grade_title}">{grade}</td>'
    '<td data-label="{place_title}"><span class="stock-where">{place}{origin}</span></td></tr>\n'
)


def table_lines(found: list[DeviceRow], *, shows_holder: bool) -> SafeString:
    """The lines of the list. shows_holder: whose each machine is, for those who see several workshops."""
    before, _, after = reverse("workshop:device", args=[_CODE]).partition(_CODE)
    states = {state: state_tag(state, str(DIMENSIONS["state"].get(state, state))) for state in {r.state for r in found}}
    kinds = {kind: kind_icon(kind) for kind in {row.kind for row in found}}
    grades = {grade: grade_tag(grade) for grade in {row.grade for row in found}}
    titles = {
        "choose": gettext("Choose"),
        "machine": gettext("Machine"),
        "state_title": gettext("State"),
        "grade_title": gettext("Grade"),
        "place_title": gettext("Place, origin"),
    }
    words = {name: escape(title) for name, title in titles.items()}
    lines = [
        _LINE.format(
            id=row.id.hex,
            code=escape(codes.pretty(row.code)),
            url=escape(f"{before}{row.code}{after}"),
            icon=kinds[row.kind],
            title=escape(title_of(row)),
            specs=_small(specs_of(row)),
            serial=_small(row.serial),
            state=states[row.state],
            standing=_small(row.place or (row.holder if shows_holder else ""), "stock-standing"),
            grade=grades[row.grade],
            place=f"{escape(row.holder)}{_small(row.place)}" if shows_holder else escape(row.place or ""),
            origin=_small(" · ".join(part for part in (row.donor, row.lot and codes.pretty(row.lot)) if part)),
            **words,
        )
        for row in found
    ]
    return mark_safe("".join(lines))  # noqa: S308 - each value is escaped above


def _small(text: str | None, name: str = "") -> str:
    named = f' class="{name}"' if name else ""
    return f"<small{named}>{escape(text)}</small>" if text else ""


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
    counts = page.facets if page.facets is not None else dict.fromkeys(DIMENSIONS)
    shown = [_facet(name, labels, counts[name], filters) for name, labels in DIMENSIONS.items()]
    ids = sorted(set(page.holders) | set(filters.holder), key=lambda id: holders.get(id, ""))  # a choice stays shown
    by_name = {str(id): holders[id] for id in ids if id in holders}
    counted = {str(id): n for id, n in page.holders.items()} if page.holders else None
    shown.append(_facet("holder", by_name, counted, filters))
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
    shown = (
        [Chip("", gettext("“%(words)s”") % {"words": filters.q}, f"{url}?{filters.without('q').query()}")]
        if filters.q
        else []
    )
    for name, value in filters.chosen():
        label = names.get(value, "?") if isinstance(value, UUID) else labels[name].get(str(value), value)
        shown.append(Chip(str(TITLES[name]), str(label), f"{url}?{filters.without(name, value).query()}"))
    return shown
