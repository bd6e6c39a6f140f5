"""How many devices there are of each value, under the other filters, exactly: sums of the kept counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from maillon.workshop.stock.facets import DIMENSIONS
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.models import Level, StockScope
from maillon.workshop.stock.scope import View

_COLUMNS = ", ".join(DIMENSIONS)
_TABLES = ("workshop_stockcount", "workshop_stockdelta")


@dataclass(frozen=True, slots=True)
class Counts:
    """values: facet -> value -> how many there would be if that facet asked for this value alone."""

    total: int
    values: Mapping[str, Mapping[str, int]]


def counts(view: View, filters: StockFilters) -> Counts:
    """The five dimensions under these filters (holder and donor included; words, place, lot and looks are not in the
    cube). Two queries.
    """
    keys = list(_scopes(view, filters).values_list("key", flat=True))
    found: dict[str, dict[str, int]] = {name: {} for name in DIMENSIONS}
    if not keys:
        return Counts(0, found)
    chosen = [name for name in DIMENSIONS if getattr(filters, name)]
    cells, values = _cells(keys, chosen, filters)
    parts = []
    for name in DIMENSIONS:
        condition, given = _conditions(filters, [other for other in chosen if other != name])
        alone = chosen in ([], [name])  # nothing else is asked: the small level says it
        within = f"level = {Level.ONE} AND {name} <> ''" if alone else f"level = {Level.ALL} AND {condition}"
        parts.append(f"SELECT '{name}', {name}, sum(n) FROM cells WHERE {within} GROUP BY {name}")  # noqa: S608
        values += [] if alone else given
    with connection.cursor() as cursor:
        cursor.execute(f"{cells} {' UNION ALL '.join(parts)}", values)
        for facet, value, n in cursor.fetchall():
            if n:
                found[facet][value] = int(n)
    # Each device has one value of each dimension: a facet adds up to the total, its own choice applied.
    name = chosen[0] if chosen else "state"
    own = getattr(filters, name)
    return Counts(sum(n for value, n in found[name].items() if not own or value in own), found)


def _cells(keys: list[int], chosen: list[str], filters: StockFilters) -> tuple[str, list[Any]]:
    """The cells that the answer adds up, once: the small level, and those of the large one that fail one filter at
    most (they count for the facet they fail).
    """
    marks = ", ".join(["%s"] * len(keys))
    wanted = f"level = {Level.ONE}"
    values: list[Any] = []
    if len(chosen) == 1:
        condition, values = _conditions(filters, chosen)
        wanted = f"(level = {Level.ONE} OR level = {Level.ALL} AND {condition})"
    elif chosen:
        passed = [f"CASE WHEN {_conditions(filters, [name])[0]} THEN 1 ELSE 0 END" for name in chosen]
        values = [value for name in chosen for value in getattr(filters, name)]
        wanted = f"level = {Level.ALL} AND {' + '.join(passed)} >= {len(chosen) - 1}"
    rows = " UNION ALL ".join(
        f"SELECT level, {_COLUMNS}, n FROM {table} WHERE scope IN ({marks}) AND {wanted}"  # noqa: S608 - our own names
        for table in _TABLES
    )
    return f"WITH cells AS MATERIALIZED ({rows})", [*keys, *values] * 2


def counts_by(side: str, view: View, filters: StockFilters) -> dict[UUID, int]:
    """How many devices under the other filters for each holder, or each donor (`side`). Two queries."""
    scopes = dict(_scopes(view, filters, by=side).values_list("key", f"{side}_id"))
    if not scopes:
        return {}
    chosen = [name for name in DIMENSIONS if getattr(filters, name)]
    level = (Level.TOTAL, Level.ONE)[len(chosen)] if len(chosen) < 2 else Level.ALL
    condition, given = _conditions(filters, chosen)
    marks = ", ".join(["%s"] * len(scopes))
    rows = " UNION ALL ".join(
        f"SELECT scope, n FROM {table} WHERE scope IN ({marks}) AND level = {level} AND {condition}"  # noqa: S608
        for table in _TABLES
    )
    result: dict[UUID, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT scope, sum(n) FROM ({rows}) AS found GROUP BY scope", [*scopes, *given] * 2)  # noqa: S608
        for key, n in cursor.fetchall():
            if n:
                result[scopes[key]] = result.get(scopes[key], 0) + int(n)
    return result


def _scopes(view: View, filters: StockFilters, by: str = "") -> QuerySet[StockScope]:
    """The scopes to add up: each device is in exactly one. by: "holder" or "donor": at least one scope for each."""
    condition = Q(**{f"{view.facet}_id": view.id})
    for side in ("holder", "donor"):
        chosen = getattr(filters, side)
        if side == by:
            condition &= Q(**{f"{side}_id__isnull": False})
        elif chosen:
            condition &= Q(**{f"{side}_id__in": chosen})
        elif side != view.facet:
            condition &= Q(**{f"{side}_id__isnull": True})
    return StockScope.objects.filter(condition)


def _conditions(filters: StockFilters, names: list[str]) -> tuple[str, list[Any]]:
    parts = ["1 = 1"]
    values: list[Any] = []
    for name in names:
        chosen = getattr(filters, name)
        parts.append(f"{name} IN ({', '.join(['%s'] * len(chosen))})")
        values += chosen
    return " AND ".join(parts), values
