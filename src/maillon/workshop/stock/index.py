"""Keeps what the stock is found and counted by true to the devices, in the transaction that changes them.

Every command calls `sync(numbers)` after its changes, whatever they are: what differs is found by comparing with what
is kept. A batch costs a constant number of statements.

Concurrency on PostgreSQL: a document is written by the transaction that holds its device's row; counts are appended,
never updated in place, and folded by one transaction at a time, which the others do not wait for. So workers that
change the same kinds of machines share no hot row.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min

from maillon.workshop.models import Device
from maillon.workshop.stock import install, words
from maillon.workshop.stock.facets import DIMENSIONS, dimensions_in, facet_words, word
from maillon.workshop.stock.models import Level, StockCount, StockDelta, StockDoc, StockScope

CHUNK = 5_000  # devices handled at once
FOLD_AFTER = 2_000  # deltas: every page reads them all, so they stay few

FIELDS = (
    "number",
    "code",
    "serial",
    "asset_tag",
    "vendor",
    "model",
    "state",
    "kind",
    "grade",
    "memory_mb",
    "disk_kind",
    "condition",
    "territory_id",
    "holder_id",
    "donor_id",
    "place_id",
    "lot_id",
    "donor__name",
    "lot__code",
)
_FOLD_LOCK = 0x6D61696C6C6F6E01  # "maillon", 1: any number that no other lock of this database uses
_CELL_KEY = ("scope", "level", *DIMENSIONS)
_CELL_COLUMNS = f"{', '.join(_CELL_KEY)}, n"
_CELL_MARKS = ", ".join(["%s"] * (len(_CELL_KEY) + 1))

Cell = tuple[int | str, ...]  # scope key, level, then the five dimensions, "" where the level states none
ScopeRow = tuple[int, UUID, UUID | None, UUID | None]  # key, territory, holder, donor


class Doc(NamedTuple):
    facets: str
    text: str


def sync(numbers: Iterable[int]) -> None:
    """Make the index say what these devices are now; those that are gone leave it. Inside the caller's transaction."""
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), CHUNK):
        with transaction.atomic():
            _sync(wanted[start : start + CHUNK])


def sync_lot(lot_id: UUID) -> None:
    """After a lot changed (its donor, its code)."""
    sync(Device.objects.filter(lot_id=lot_id).values_list("number", flat=True))


def sync_donor(organisation_id: UUID) -> None:
    """After a donor changed its name."""
    sync(Device.objects.filter(donor_id=organisation_id).values_list("number", flat=True))


def _sync(numbers: list[int]) -> None:
    before = {number: Doc(*doc) for number, *doc in StockDoc.objects.filter(number__in=numbers).values_list()}
    devices = {row["number"]: row for row in Device.objects.filter(number__in=numbers).values(*FIELDS)}
    after = {number: doc_of(device) for number, device in devices.items()}
    gone = {number: doc for number, doc in before.items() if number not in after}
    changed = {number: doc for number, doc in after.items() if before.get(number) != doc}
    outdated = gone | {number: before[number] for number in changed if number in before}
    if not changed and not outdated:
        return
    _drop_words(outdated)
    if gone:
        StockDoc.objects.filter(number__in=list(gone)).delete()
    _write_docs(changed)
    _add_words(changed)
    cells: Counter[Cell] = Counter()
    for doc in outdated.values():
        cells.subtract(cells_of(doc.facets))
    for doc in changed.values():
        cells.update(cells_of(doc.facets))
    differences = {cell: n for cell, n in cells.items() if n}
    if differences:
        _write_scopes({row for number in changed for row in scopes_of(devices[number])})
        _write_deltas(differences)
        fold_if_many()


def doc_of(device: Mapping[str, Any]) -> Doc:
    """What a device (its FIELDS) is found by."""
    names = ("code", "serial", "asset_tag", "vendor", "model", "donor__name", "lot__code")
    text = " ".join(device[name] or "" for name in names)
    return Doc(facet_words(device), " " + " ".join(dict.fromkeys(words.kept_words(text))))


def scope_key(territory: str, holder: str = "", donor: str = "") -> int:
    """The key of a scope, from facet words: 64 bits of a hash, so that a clash is out of the question."""
    written = f"{territory} {holder} {donor}"
    return int.from_bytes(hashlib.blake2b(written.encode(), digest_size=8).digest(), signed=True)


def scopes_of(device: Mapping[str, Any]) -> list[ScopeRow]:
    """The two or four scopes a device counts in."""
    territory, holder, donor = device["territory_id"], device["holder_id"], device["donor_id"]
    pairs = [(None, None), (holder, None)] + ([(None, donor), (holder, donor)] if donor else [])
    return [(key_of(territory, *pair), territory, *pair) for pair in pairs]


def key_of(territory: UUID, holder: UUID | None, donor: UUID | None) -> int:
    return scope_key(
        word("territory", territory), word("holder", holder) if holder else "", word("donor", donor) if donor else ""
    )


def cells_of(facets: str) -> list[Cell]:
    """The cells of the cube in which a document counts, from its facets alone: what was counted can be taken back."""
    found = facets.split()
    values = (*dimensions_in(facets).values(),)
    by_letter = {each[0]: each for each in found[len(DIMENSIONS) :]}
    territory, holder, donor = by_letter["t"], by_letter["h"], by_letter.get("d", "")
    keys = [scope_key(territory), scope_key(territory, holder)]
    if donor:
        keys += [scope_key(territory, "", donor), scope_key(territory, holder, donor)]
    return [(key, *rest) for key in keys for rest in _levels(values)]


def _levels(values: tuple[str, ...]) -> list[tuple[int | str, ...]]:
    """The whole, each value alone, and the five together."""
    alone = [tuple(value if at == n else "" for at, value in enumerate(values)) for n in range(len(values))]
    ones: list[tuple[int | str, ...]] = [(Level.ONE.value, *each) for each in alone]
    return [(Level.TOTAL.value, *[""] * len(values)), *ones, (Level.ALL.value, *values)]


# Writing: one statement a table, whatever the batch.


def _many(sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    batch = list(rows)
    if batch:
        with connection.cursor() as cursor:
            cursor.executemany(sql, batch)


def _write_docs(docs: Mapping[int, Doc]) -> None:
    _many(
        "INSERT INTO workshop_stockdoc (number, facets, text) VALUES (%s, %s, %s) "
        "ON CONFLICT (number) DO UPDATE SET facets = excluded.facets, text = excluded.text",
        ((number, doc.facets, doc.text) for number, doc in sorted(docs.items())),
    )


def _drop_words(docs: Mapping[int, Doc]) -> None:
    if connection.vendor == "sqlite":  # a table without content is told again what it must forget
        _many(
            "INSERT INTO stock_words (stock_words, rowid, words) VALUES ('delete', %s, %s)",
            ((number, indexed_words(doc)) for number, doc in sorted(docs.items())),
        )


def _add_words(docs: Mapping[int, Doc]) -> None:
    if connection.vendor == "sqlite":
        _many(
            "INSERT INTO stock_words (rowid, words) VALUES (%s, %s)",
            ((number, indexed_words(doc)) for number, doc in sorted(docs.items())),
        )


def indexed_words(doc: Doc) -> str:
    """A document as FTS5 holds it: facets preceded by "f", runs of three signs by "q"."""
    facets = (f"f{facet}" for facet in doc.facets.split())
    return " ".join((*facets, *sorted("q" + gram for gram in words.grams(doc.text.split()))))


def _write_scopes(rows: set[ScopeRow]) -> None:
    in_order = sorted(rows, key=lambda row: row[0])  # the same for all: no deadlock
    scopes = [StockScope(key=k, territory_id=t, holder_id=h, donor_id=d) for k, t, h, d in in_order]
    StockScope.objects.bulk_create(scopes, ignore_conflicts=True)


def _write_deltas(cells: Mapping[Cell, int]) -> None:
    _many(
        f"INSERT INTO workshop_stockdelta ({_CELL_COLUMNS}) VALUES ({_CELL_MARKS})",  # noqa: S608 - our own names
        ((*cell, n) for cell, n in sorted(cells.items())),
    )


def fold_if_many() -> None:
    """Fold the deltas into the cube once they are many, unless another transaction is at it."""
    ends = StockDelta.objects.aggregate(first=Min("id"), last=Max("id"))
    if ends["last"] is not None and ends["last"] - ends["first"] >= FOLD_AFTER:
        fold()


def fold() -> None:
    """Add the deltas to the cube. Those that other transactions have not committed yet stay for the next time."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_FOLD_LOCK])
            if not cursor.fetchone()[0]:
                return
        cells: Counter[Cell] = Counter()
        folded = []
        for id_, *cell, n in StockDelta.objects.values_list("id", *_CELL_KEY, "n"):
            folded.append((id_,))
            cells[tuple(cell)] += n
        _many(
            f"INSERT INTO workshop_stockcount ({_CELL_COLUMNS}) VALUES ({_CELL_MARKS}) "  # noqa: S608 - our own names
            f"ON CONFLICT ({', '.join(_CELL_KEY)}) "
            "DO UPDATE SET n = workshop_stockcount.n + excluded.n",
            ((*cell, n) for cell, n in sorted(cells.items()) if n),
        )
        _many("DELETE FROM workshop_stockdelta WHERE id = %s", folded)
        _many(
            "DELETE FROM workshop_stockcount WHERE n = 0 AND " + " AND ".join(f"{name} = %s" for name in _CELL_KEY),  # noqa: S608
            sorted(cells),
        )


# The whole of it.


def rebuild() -> int:
    """Make the index anew from the devices; returns how many there are. Writers wait meanwhile (a minute or two for a
    million devices).
    """
    postgresql = connection.vendor == "postgresql"
    with transaction.atomic(), connection.cursor() as cursor:
        if postgresql:
            cursor.execute("LOCK TABLE workshop_device IN SHARE MODE")
            install.take_away(connection)  # made at once over every row at the end: ten times faster
        clear()
        parts: Counter[str] = Counter()
        total = 0
        for devices in _chunks():
            docs = {device["number"]: doc_of(device) for device in devices}
            _load("workshop_stockdoc", ("number", "facets", "text"), ((n, *doc) for n, doc in docs.items()))
            _add_words(docs)
            _write_scopes({row for device in devices for row in scopes_of(device)})
            parts.update(counted_part(doc.facets) for doc in docs.values())
            total += len(docs)
        cells = sorted(_cells_of_all(parts).items())
        _load("workshop_stockcount", (*_CELL_KEY, "n"), ((*cell, n) for cell, n in cells))
        if postgresql:
            install.make(connection)
    return total


def _load(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Fill a table that was emptied."""
    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    _many(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", rows)  # noqa: S608


def clear() -> None:
    """Empty the index."""
    for table in (StockDoc, StockDelta, StockCount, StockScope):
        table.objects.all().delete()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO stock_words (stock_words) VALUES ('delete-all')")


def _chunks() -> Iterator[list[dict[str, Any]]]:
    last = 0
    while rows := list(Device.objects.filter(number__gt=last).order_by("number").values(*FIELDS)[:CHUNK]):
        yield rows
        last = rows[-1]["number"]


def check() -> list[str]:
    """Every difference between the index and the devices, in words for an operator; empty when there is none."""
    found: list[str] = []
    parts: Counter[str] = Counter()
    held: Counter[str] = Counter()
    seen = 0
    for devices in _chunks():
        docs = {device["number"]: doc_of(device) for device in devices}
        kept = {n: Doc(*doc) for n, *doc in StockDoc.objects.filter(number__in=list(docs)).values_list()}
        found += [f"device {number}: not indexed as it is" for number, doc in docs.items() if kept.get(number) != doc]
        parts.update(counted_part(doc.facets) for doc in docs.values())
        for doc in docs.values():
            held.update(indexed_words(doc).split())
        seen += len(kept)
    if extra := StockDoc.objects.count() - seen:
        found.append(f"{extra} documents of devices that are gone")
    return found + _count_faults(_cells_of_all(parts)) + _word_faults(held)


def counted_part(facets: str) -> str:
    """The facets that the cube counts by: they come first. Many devices have the same ones."""
    found = facets.split(maxsplit=8)[:8]
    return " ".join(found if found[-1].startswith("d") else found[:7])


def _cells_of_all(parts: Mapping[str, int]) -> Counter[Cell]:
    cells: Counter[Cell] = Counter()
    for part, n in parts.items():
        for cell in cells_of(part):
            cells[cell] += n
    return cells


def _count_faults(expected: Counter[Cell]) -> list[str]:
    kept: Counter[Cell] = Counter()
    for table in (StockCount, StockDelta):
        for *cell, n in table.objects.values_list(*_CELL_KEY, "n").iterator():
            kept[tuple(cell)] += n
    known = set(StockScope.objects.values_list("key", flat=True))
    faults = [
        f"count {cell}: {kept[cell]} kept, {expected[cell]} devices"
        for cell in kept.keys() | expected.keys()
        if kept[cell] != expected[cell]
    ]
    return sorted(faults) + [f"scope {key}: not listed" for key in sorted({cell[0] for cell in expected} - known)]


def _word_faults(expected: Counter[str]) -> list[str]:
    if connection.vendor != "sqlite":
        return []  # PostgreSQL keeps its indexes true to their rows
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIRTUAL TABLE temp.stock_terms USING fts5vocab('main', 'stock_words', 'row')")
        try:
            cursor.execute("SELECT term, doc FROM temp.stock_terms")
            kept = dict(cursor.fetchall())
        finally:
            cursor.execute("DROP TABLE temp.stock_terms")
    return [
        f"word {term!r}: in {kept.get(term, 0)} documents, {expected[term]} expected"
        for term in sorted(kept.keys() | expected.keys())
        if kept.get(term, 0) != expected[term]
    ]
