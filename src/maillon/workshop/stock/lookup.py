"""Which devices have these facets and words: numbers, in order, whatever the size of the stock.

SQLite: the full-text index answers in the order of numbers and stops when it has enough.

PostgreSQL: an index of its kind answers everything at once, in no order: fine for what is rare, slow for what is
common. So what is rare (by the cube, or by a sample of the documents) is asked at once; for what is common, the latest
documents are read one after the other, and when it is not there either (it came in years ago) it is asked block of
numbers by block of numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from maillon.workshop.stock.words import Wanted, grams_of, pattern

LATEST = 20_000  # documents read one after the other: about 5 ms
RARE = 1_200  # answers that PostgreSQL may give at once
SAMPLE = 0.5  # per cent of the pages of a large table: about 2 ms
FEWEST_PAGES = 100  # a smaller table is read whole, or nearly: a few of its pages would say nothing of the others


@dataclass(frozen=True, slots=True)
class Question:
    """facets: groups that add up, of words that are alternatives. expected: how many answers there are, if known."""

    facets: tuple[tuple[str, ...], ...]
    wanted: tuple[Wanted, ...] = ()
    expected: int | None = None


def numbers(question: Question, *, below: int | None = None, above: int | None = None, limit: int) -> list[int]:
    """The highest numbers, or the highest under `below`, or the lowest over `above`; always from high to low."""
    if question.expected == 0:
        return []
    answer = _sqlite if connection.vendor == "sqlite" else _postgresql
    return sorted(answer(question, below, above, limit), reverse=True)


def highest(question: Question, most: int) -> list[int] | None:
    """The highest `most` numbers, from high to low; None where PostgreSQL would have to find too many others first."""
    if connection.vendor == "sqlite":
        return _sqlite(question, None, None, most)
    return _at_once(question, None, None, most) if _estimate(question)[0] <= RARE else None


def _run(sql: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[Any] = cursor.fetchall()
        return rows


def _bounds(column: str, below: int | None, above: int | None) -> tuple[str, list[int], str]:
    """The condition on numbers, its values, and the order in which answers come."""
    if above is not None:
        return f" AND {column} > %s", [above], "ASC"
    return (f" AND {column} < %s", [below], "DESC") if below is not None else ("", [], "DESC")


# SQLite


def _sqlite(question: Question, below: int | None, above: int | None, limit: int) -> list[int]:
    within, values, order = _bounds("w.rowid", below, above)
    join, texts = "", [_any_of(wanted, "instr(d.text, %s) > 0") for wanted in question.wanted]
    if texts:  # runs of three signs may be there without the word itself
        join = "CROSS JOIN workshop_stockdoc d ON d.number = w.rowid"
        within += "".join(f" AND {condition}" for condition, _ in texts)
        values = [*values, *(value for _, given in texts for value in given)]  # type: ignore[list-item]
    sql = (
        f"SELECT w.rowid FROM stock_words w {join} "  # noqa: S608 - no value is written into it
        f"WHERE w.stock_words MATCH %s{within} ORDER BY w.rowid {order} LIMIT %s"
    )
    return [row[0] for row in _run(sql, [_match(question), *values, limit])]


def _match(question: Question) -> str:
    """The question in FTS5's language. Words hold letters, digits and "_" only, and are quoted."""
    groups = [" OR ".join(f'"f{word}"' for word in group) for group in question.facets]
    for wanted in question.wanted:
        options = [[f'"q{gram}"' for word in words for gram in grams_of(word)] for words in wanted.alternatives]
        if all(options):  # one sign alone is not in the index
            groups.append(" OR ".join(f"({' AND '.join(option)})" for option in options))
    return " AND ".join(f"({group})" for group in groups)


def _any_of(wanted: Wanted, test: str, wrap: str = "%s") -> tuple[str, list[str]]:
    """SQL for one thing to find, `test` being that of one word, and its values."""
    options = [" AND ".join([test] * len(words)) for words in wanted.alternatives]
    values = [wrap.replace("%s", pattern(word)) for words in wanted.alternatives for word in words]
    return f"({' OR '.join(f'({option})' for option in options)})", values


# PostgreSQL


def _postgresql(question: Question, below: int | None, above: int | None, limit: int) -> list[int]:
    if question.expected is not None:
        expected, enough = question.expected, True
    else:
        expected, density = _estimate(question)
        enough = density * LATEST > limit
    if expected <= RARE:
        return _at_once(question, below, above, limit)
    found = _among_latest(question, below, above, limit) if enough else []
    return found if len(found) >= limit else _block_by_block(question, below, above, limit)


def _read_conditions(question: Question) -> tuple[str, list[Any]]:
    """Conditions that read documents one after the other."""
    parts, values = [], []
    for group in question.facets:
        parts.append(f"({' OR '.join(['strpos(facets, %s) > 0'] * len(group))})")
        values += [f" {word} " for word in group]
    for wanted in question.wanted:
        condition, given = _any_of(wanted, "strpos(text, %s) > 0")
        parts.append(condition)
        values += given
    return " AND ".join(parts), values


def _index_conditions(question: Question) -> tuple[str, list[Any]]:
    """Conditions that the index answers. Words hold letters and digits only: nothing of LIKE's language."""
    single = [group[0] for group in question.facets if len(group) == 1]
    parts = ["string_to_array(facets, ' ') @> %s::text[]"]
    values: list[Any] = [single]
    for group in question.facets:
        if len(group) > 1:
            parts.append("string_to_array(facets, ' ') && %s::text[]")
            values.append(list(group))
    for wanted in question.wanted:
        condition, given = _any_of(wanted, "text LIKE %s", "%%s%")
        parts.append(condition)
        values += given
    return " AND ".join(parts), values


def _among_latest(question: Question, below: int | None, above: int | None, limit: int) -> list[int]:
    within, bounds, order = _bounds("number", below, above)
    condition, values = _read_conditions(question)
    sql = (
        f"SELECT number FROM (SELECT number, facets, text FROM workshop_stockdoc WHERE true{within} "  # noqa: S608
        f"ORDER BY number {order} LIMIT {LATEST}) latest WHERE {condition} ORDER BY number {order} LIMIT %s"
    )
    return [row[0] for row in _run(sql, [*bounds, *values, limit])]


def _estimate(question: Question) -> tuple[int, float]:
    """About how many documents answer, and which share of those there are. The same for the same documents."""
    condition, values = _read_conditions(question)
    pages = "greatest(1, pg_relation_size('workshop_stockdoc') / current_setting('block_size')::int)"
    share = f"least(100, greatest({SAMPLE}, {FEWEST_PAGES} * 100.0 / {pages}))"
    sql = (
        f"SELECT count(*), count(*) FILTER (WHERE {condition}), {share} "  # noqa: S608 - no value is written into it
        f"FROM workshop_stockdoc TABLESAMPLE SYSTEM ({share}) REPEATABLE (0)"
    )
    sampled, found, per_cent = _run(sql, values)[0]
    return round(found * 100 / float(per_cent)), found / sampled if sampled else 0.0


def _at_once(question: Question, below: int | None, above: int | None, limit: int) -> list[int]:
    within, bounds, order = _bounds("number", below, above)
    condition, values = _index_conditions(question)
    # "+ 0": sorted after the fact. In the order of the key, PostgreSQL would rather read the whole table.
    sql = (
        f"SELECT number FROM workshop_stockdoc WHERE {condition}{within} "  # noqa: S608 - no value is written into it
        f"ORDER BY number + 0 {order} LIMIT %s"
    )
    return [row[0] for row in _run(sql, [*values, *bounds, limit])]


def _block_by_block(question: Question, below: int | None, above: int | None, limit: int) -> list[int]:
    within, bounds, order = _bounds("number", below, above)
    condition, values = _index_conditions(question)
    last = "(SELECT coalesce(max(number), 0) >> 15 FROM workshop_stockdoc)"
    start = f"{above >> 15}, {last}, 1" if above is not None else f"{last}, 0, -1"
    if below is not None:
        start = f"{below >> 15}, 0, -1"
    sql = (
        f"SELECT found.number FROM generate_series({start}) AS block CROSS JOIN LATERAL ("  # noqa: S608
        f"SELECT number FROM workshop_stockdoc WHERE string_to_array(facets, ' ') @> ARRAY['b' || block::text] "
        f"AND {condition}{within} ORDER BY number + 0 {order} LIMIT %s) AS found LIMIT %s"
    )
    return [row[0] for row in _run(sql, [*values, *bounds, limit, limit])]
