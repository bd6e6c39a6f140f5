"""How many devices there are of each value, under the other filters, exactly: sums of the kept counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from maillon.workshop.stock.facets import DIMENSIONS
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.models import StockScope
from maillon.workshop.stock.scope import View

_COLUMNS = ", ".join(DIMENSIONS)


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
    if not keys:
        return Counts(0, {name: {} for name in DIMENSIONS})
    base, values = _base(keys)
    everything, given = _chosen(filters)
    parts = [f"SELECT 'total' AS facet, '' AS value, coalesce(sum(n), 0) FROM base WHERE {everything}"]  # noqa: S608
    values += given
    for name in DIMENSIONS:
        condition, given = _chosen(filters, but=name)
        parts.append(f"SELECT '{name}', {name}, sum(n) FROM base WHERE {condition} GROUP BY {name}")  # noqa: S608
        values += given
    found: dict[str, dict[str, int]] = {name: {} for name in ("total", *DIMENSIONS)}
    with connection.cursor() as cursor:
        cursor.execute(f"{base} {' UNION ALL '.join(parts)}", values)
        for facet, value, n in cursor.fetchall():
            if n:
                found[facet][value] = int(n)
    return Counts(found.pop("total").get("", 0), found)


def counts_by(side: str, view: View, filters: StockFilters) -> dict[UUID, int]:
    """How many devices under the other filters for each holder, or each donor (`side`). Two queries."""
    scopes = dict(_scopes(view, filters, by=side).values_list("key", f"{side}_id"))
    if not scopes:
        return {}
    condition, given = _chosen(filters)
    whole = not any(getattr(filters, name) for name in DIMENSIONS)
    marks = ", ".join(["%s"] * len(scopes))
    rows = " UNION ALL ".join(
        f"SELECT scope, n FROM {table} WHERE scope IN ({marks}) AND state {'=' if whole else '<>'} '' AND {condition}"  # noqa: S608
        for table in ("workshop_stockcount", "workshop_stockdelta")
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


def _base(keys: list[int]) -> tuple[str, list[Any]]:
    marks = ", ".join(["%s"] * len(keys))
    one = f"SELECT {_COLUMNS}, n FROM {{}} WHERE scope IN ({marks}) AND state <> ''"  # noqa: S608 - our own names
    union = " UNION ALL ".join(one.format(table) for table in ("workshop_stockcount", "workshop_stockdelta"))
    return f"WITH base AS MATERIALIZED ({union})", [*keys, *keys]


def _chosen(filters: StockFilters, but: str = "") -> tuple[str, list[Any]]:
    parts = ["1 = 1"]
    values: list[Any] = []
    for name in DIMENSIONS:
        if name != but and (chosen := getattr(filters, name)):
            parts.append(f"{name} IN ({', '.join(['%s'] * len(chosen))})")
            values += chosen
    return " AND ".join(parts), values
