"""What the stock's pages read: a page of rows, the counts beside it, the devices of a selection."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from maillon.kernel.actor import Actor
from maillon.territory.models import Organisation, Place
from maillon.workshop.models import Device
from maillon.workshop.stock import cube, lookup
from maillon.workshop.stock.facets import DIMENSIONS, dimensions_in
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.lookup import Question
from maillon.workshop.stock.models import StockDoc
from maillon.workshop.stock.scope import View, view_of

PAGE = 50
MOST_COUNTED = 500  # answers of a search that are counted one by one; above, "more than 500"
_LOOSE = ("place", "lot", "condition")  # not in the cube
_FACETS = (*DIMENSIONS, "holder", "donor")


class DeviceRow(NamedTuple):
    number: int
    id: UUID
    code: str
    state: str
    kind: str
    vendor: str
    model: str
    serial: str
    asset_tag: str
    processor: str
    memory_mb: int | None
    disk_kind: str
    disk_gb: int | None
    grade: int | None
    condition: str
    system: str
    place: str | None
    lot: str | None
    donor: str | None
    holder: str
    created_at: datetime
    changed_at: datetime


_ROW_COLUMNS = tuple(
    f"{name}__{'code' if name == 'lot' else 'name'}" if name in ("place", "lot", "donor", "holder") else name
    for name in DeviceRow._fields
)


class Cursor(NamedTuple):
    """Where a page begins: under `before` (further back in time), or over `after`."""

    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class StockPage:
    """total: exact, or None for more than MOST_COUNTED (a search). facets: value -> count; None: not counted."""

    rows: list[DeviceRow]
    previous: Cursor | None
    next: Cursor | None
    total: int | None
    facets: Mapping[str, Mapping[str, int]] | None
    holders: Mapping[UUID, int]  # those of the territory and their counts, for a coordination


FIRST = Cursor()
_NOTHING: Mapping[str, Mapping[str, int]] = {name: {} for name in DIMENSIONS}


def stock_page(actor: Actor, filters: StockFilters, cursor: Cursor = FIRST) -> StockPage:
    """One page of the devices the actor sees, latest first. At most 7 queries, whatever the stock.

    Raises NotAllowed.
    """
    actor.require("stock.view")
    view = view_of(actor)
    if view is None or (filters.q and not filters.wanted):  # punctuation alone is in no word
        return StockPage([], None, None, 0, _NOTHING, {})
    if filters.searches or any(getattr(filters, name) for name in _LOOSE):
        return _searched_page(view, filters, cursor)
    return _counted_page(view, filters, cursor)


def _question(view: View, filters: StockFilters, expected: int | None = None) -> Question:
    groups = filters.words(*_FACETS, *_LOOSE)
    return Question(
        facets=((view.word,), *map(tuple, groups)),
        wanted=tuple(filters.wanted) if filters.searches else (),
        expected=expected,
    )


# Without a search: the cube says everything about counts.


def _counted_page(view: View, filters: StockFilters, cursor: Cursor) -> StockPage:
    counted = cube.counts(view, filters)
    holders = cube.counts_by("holder", view, filters) if view.facet == "territory" else {}
    unfiltered = not filters.words(*_FACETS)

    def page(before: int | None, after: int | None) -> list[int]:
        if unfiltered:
            return _plain_numbers(view, before, after)
        question = _question(view, filters, counted.total)
        return lookup.numbers(question, below=before, above=after, limit=PAGE + 1)

    numbers, previous, following = _cut(page, cursor)
    return StockPage(rows_of(numbers), previous, following, counted.total, counted.values, holders)


def _plain_numbers(view: View, before: int | None, after: int | None) -> list[int]:
    """The whole stock of someone, in order: the devices' own indexes answer. From high to low."""
    devices = Device.objects.filter(**{f"{view.facet}_id": view.id}).order_by(
        "number" if after is not None else "-number"
    )
    if after is not None:
        devices = devices.filter(number__gt=after)
    elif before is not None:
        devices = devices.filter(number__lt=before)
    return sorted(devices.values_list("number", flat=True)[: PAGE + 1], reverse=True)


def _cut(
    page: Callable[[int | None, int | None], list[int]], cursor: Cursor
) -> tuple[list[int], Cursor | None, Cursor | None]:
    """One page out of at most PAGE + 1 numbers, and the way to its neighbours."""
    numbers = page(cursor.before, cursor.after)
    if cursor.after is not None:
        if len(numbers) >= PAGE:
            kept = numbers[-PAGE:]
            return kept, Cursor(after=kept[0]) if len(numbers) > PAGE else None, Cursor(before=kept[-1])
        numbers, cursor = page(None, None), Cursor()  # near the top: the first page, full
    kept = numbers[:PAGE]
    previous = Cursor(after=kept[0]) if cursor.before is not None and kept else None
    if cursor.before is not None and not kept:
        previous = Cursor(after=cursor.before - 1)
    return kept, previous, Cursor(before=kept[-1]) if len(numbers) > PAGE else None


# With a search: up to MOST_COUNTED answers are all read, and counted one by one.


def _searched_page(view: View, filters: StockFilters, cursor: Cursor) -> StockPage:
    none: dict[str, Any] = dict.fromkeys(_FACETS, ())
    loose = replace(filters, **none)
    question = _question(view, filters)
    found = lookup.highest(_question(view, loose), MOST_COUNTED + 1)
    if found is not None and len(found) <= MOST_COUNTED:
        return _small_page(view, filters, cursor, found)
    if loose != filters:
        found = lookup.highest(question, MOST_COUNTED + 1)
    all_found = found is not None and len(found) <= MOST_COUNTED
    further = replace(question, expected=lookup.RARE + (found is None))

    def page(before: int | None, after: int | None) -> list[int]:
        if found is not None:
            window = _window(found, before, after)
            if all_found or (len(window) > PAGE if after is None else after >= found[-1]):
                return window
        return lookup.numbers(further, below=before, above=after, limit=PAGE + 1)

    numbers, previous, following = _cut(page, cursor)
    total = len(found) if found is not None and all_found else None
    return StockPage(rows_of(numbers), previous, following, total, None, {})


def _small_page(view: View, filters: StockFilters, cursor: Cursor, candidates: list[int]) -> StockPage:
    docs = dict(StockDoc.objects.filter(number__in=candidates).values_list("number", "facets"))
    chosen = {name: set(getattr(filters, name)) for name in DIMENSIONS}
    sides = [{f" {word} " for word in group} for group in filters.words("holder", "donor")]
    counted: dict[str, Counter[str]] = {name: Counter() for name in DIMENSIONS}
    found = []
    for number in candidates:
        facets = docs.get(number, "")
        if not facets or not all(any(word in facets for word in words) for words in sides):
            continue
        values = dimensions_in(facets)
        misses = [name for name, value in values.items() if chosen[name] and value not in chosen[name]]
        if not misses:
            found.append(number)
            for name, value in values.items():
                counted[name][value] += 1
        elif len(misses) == 1:  # it would be there if that facet were not asked for
            counted[misses[0]][values[misses[0]]] += 1
    numbers, previous, following = _cut(lambda before, after: _window(found, before, after), cursor)
    return StockPage(rows_of(numbers), previous, following, len(found), counted, {})


def _window(found: Sequence[int], before: int | None, after: int | None) -> list[int]:
    """PAGE + 1 of these numbers (from high to low), as `lookup.numbers` would give them."""
    if after is not None:
        return [number for number in found if number > after][-PAGE - 1 :]
    return [number for number in found if before is None or number < before][: PAGE + 1]


def rows_of(numbers: Sequence[int]) -> list[DeviceRow]:
    """Rows of numbers already found among what the actor sees, latest first. One query."""
    devices = Device.objects.filter(number__in=numbers).order_by("-number")
    return [DeviceRow(*row) for row in devices.values_list(*_ROW_COLUMNS)]


# Selections and exports.


def numbers_of(actor: Actor, filters: StockFilters) -> Iterator[list[int]]:
    """Every device the filters give, in runs from high to low: for exports, without holding them all."""
    view = view_of(actor)
    if view is None or (filters.q and not filters.wanted):
        return
    below: int | None = None
    while found := lookup.numbers(_question(view, filters), below=below, limit=MOST_COUNTED):
        yield found
        below = found[-1]


def selected_numbers(actor: Actor, ids: Iterable[UUID]) -> list[int]:
    """The devices of a selection that the actor sees, from high to low. One query."""
    devices = Device.objects.visible_to(actor).filter(id__in=list(ids)).order_by("-number")
    return list(devices.values_list("number", flat=True))


def places_of(actor: Actor, filters: StockFilters) -> list[tuple[UUID, str]]:
    """The places to look in: those of the actor's workshop, or of the only workshop that the filters name; and those
    that the filters name. One query, none where there is no single workshop.
    """
    view = view_of(actor)
    holders = (view.id,) if view and view.facet == "holder" else filters.holder
    places = Place.objects.none()
    if view and len(holders) == 1:
        places = Place.objects.filter(organisation_id=holders[0])
    elif view and filters.place:
        places = Place.objects.filter(pk__in=filters.place)
    if view and view.facet == "territory":
        places = places.filter(organisation__territory_id=view.id)
    return list(places.order_by("name").values_list("id", "name"))


def places_for(actor: Actor) -> QuerySet[Place]:
    """The places an actor may put machines on, with their organisations."""
    places = Place.objects.select_related("organisation")
    if actor.oversees and actor.territory_id:
        return places.filter(organisation__territory_id=actor.territory_id)
    return places.filter(organisation_id=actor.organisation_id) if actor.organisation_id else places.none()


def organisation_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of organisations of the actor's territory. One query, none for no id."""
    wanted = list(ids)
    if not wanted:
        return {}
    known = Organisation.objects.filter(territory_id=actor.territory_id, id__in=wanted)
    return dict(known.values_list("id", "name"))
