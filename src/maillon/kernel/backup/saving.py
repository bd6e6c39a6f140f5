"""Making a backup while the platform goes on working."""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from maillon.kernel.backup import keys
from maillon.kernel.backup.archive import FORMAT, Writer, new_archive, sha256_of
from maillon.kernel.backup.summary import BackupRefused, Summary
from maillon.kernel.backup.tables import Table, from_postgresql, from_sqlite, tables

PART = 4 * 2**20  # bytes of rows a member
ROWS = 2_000  # fetched at a time

Rows = Iterable[tuple[Any, ...]]


def backup(path: Path, *, with_secrets: bool = False) -> Summary:
    """Write everything into one new file. Readers and writers go on; the file holds the database of one instant.

    Raises BackupRefused: the file exists, its folder does not, or the database is behind the program.
    """
    began, made_at = time.monotonic(), datetime.now(UTC)
    _check(path)
    rows: dict[str, int] = {}
    with new_archive(path) as stream, Writer(stream, made_at.timestamp()) as writer:
        held = tables()
        with _snapshot() as read:
            applied = sorted(MigrationExecutor(connection).loader.applied_migrations)
            for table in held:
                rows[table.name] = _add_table(writer, table, read(table))
        files, notes = _add_files(writer, Path(settings.MEDIA_ROOT))
        if with_secrets:
            for name, data in keys.secrets().items():
                writer.add(f"secrets/{name}", data)
        writer.end(
            {
                "format": FORMAT,
                "maillon": version("maillon"),
                "made_at": made_at.isoformat(timespec="seconds"),
                "database": connection.vendor,
                "vault_key": keys.fingerprint(),
                "secrets": with_secrets,
                "files": files,
                "migrations": applied,
                "tables": {table.name: {"columns": table.columns, "rows": rows[table.name]} for table in held},
                "derived": _derived(held),
            }
        )
    return Summary(
        path=path,
        made_at=made_at.isoformat(timespec="seconds"),
        rows=rows,
        files=files,
        size=path.stat().st_size,
        sha256=sha256_of(path),
        secrets=with_secrets,
        seconds=time.monotonic() - began,
        notes=notes + ([] if with_secrets else [_("The keys are not in it: keep a copy of them apart.")]),
    )


def _check(path: Path) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]
        raise BackupRefused(_("A database in memory can not be copied while it is used."))
    if path.exists():
        raise BackupRefused(_("%s exists already.") % path, _("Choose another name: no backup is overwritten."))
    if not path.parent.is_dir():
        raise BackupRefused(_("There is no folder %s.") % path.parent, _("Make it, or choose another."))
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BackupRefused(
            _("The database is not the one this version of the platform works with."),
            _("Run `maillon manage migrate`, or back up with the version that made it."),
        )


@contextmanager
def _snapshot() -> Iterator[Any]:
    """A function from a table to its rows in neutral form, all of one instant, without keeping writers waiting."""
    with _sqlite_snapshot() if connection.vendor == "sqlite" else _postgresql_snapshot() as read:
        yield read


@contextmanager
def _sqlite_snapshot() -> Iterator[Any]:
    """A read transaction of a connection of its own: in WAL mode it sees one instant and locks nobody out."""
    address = f"{Path(connection.settings_dict['NAME']).absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as database:
        database.execute("BEGIN")

        def read(table: Table) -> Rows:
            cursor = database.execute(_select(table))
            return _neutral(cursor, [from_sqlite(column.kind) for column in table.columns])

        yield read


@contextmanager
def _postgresql_snapshot() -> Iterator[Any]:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

        def read(table: Table) -> Rows:
            with connection.chunked_cursor() as cursor:
                cursor.execute(_select(table, as_text="json"))
                yield from _neutral(cursor, [from_postgresql(column.kind) for column in table.columns])

        yield read


def _select(table: Table, as_text: str = "") -> str:
    quote = connection.ops.quote_name
    wanted = ", ".join(
        f"{quote(column.name)}::text" if column.kind == as_text else quote(column.name) for column in table.columns
    )
    return f"SELECT {wanted} FROM {quote(table.name)} ORDER BY {', '.join(map(quote, table.key))}"  # noqa: S608


def _neutral(cursor: Any, converters: list[Any]) -> Rows:
    some = [(index, convert) for index, convert in enumerate(converters) if convert]
    while fetched := cursor.fetchmany(ROWS):
        for row in fetched:
            values = list(row)
            for index, convert in some:
                if values[index] is not None:
                    values[index] = convert(values[index])
            yield tuple(values)


def _add_table(writer: Writer, table: Table, rows: Rows) -> int:
    count, part, lines, size = 0, 1, [], 0
    for row in rows:
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        lines.append(line)
        count, size = count + 1, size + len(line)
        if size >= PART:
            writer.add(f"tables/{table.name}/{part:06}.jsonl", b"".join(lines))
            part, lines, size = part + 1, [], 0
    if lines:
        writer.add(f"tables/{table.name}/{part:06}.jsonl", b"".join(lines))
    return count


def _add_files(writer: Writer, root: Path) -> tuple[int, list[str]]:
    """Kept files are added once and never changed: those that a row names are there when they are read after it."""
    count, notes = 0, []
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            with path.open("rb") as file:
                writer.add_file(f"files/{path.relative_to(root).as_posix()}", file, path.stat().st_size)
        except FileNotFoundError:  # taken away by a retention rule meanwhile
            notes.append(_("%s was removed while the backup was made.") % path.name)
            continue
        count += 1
    return count, notes


def _derived(held: list[Table]) -> list[str]:
    """Tables that are not in the backup: they are made again from the others."""
    names = {table.name for table in held} | {"django_migrations"}
    with connection.cursor() as cursor:
        return sorted(set(connection.introspection.table_names(cursor)) - names)
