"""Filling an empty database with the rows of a backup, whatever database they came from."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from maillon.kernel.backup.summary import BackupRefused
from maillon.kernel.backup.tables import Column, to_postgresql, to_sqlite

Node = tuple[str, str]


def check_migrations(applied: list[Node]) -> None:
    """Raises BackupRefused when this version of the platform does not know what the backup was made with."""
    known = MigrationExecutor(connection).loader.disk_migrations
    if unknown := sorted(node for node in applied if node not in known):
        raise BackupRefused(
            _("The backup was made by another version of the platform: %s is not known here.") % "/".join(unknown[0]),
            _("Install that version, restore, then upgrade."),
        )


def make_tables(applied: list[Node]) -> None:
    """The tables as they were when the backup was made; rows that migrations put in are taken out."""
    executor = MigrationExecutor(connection)
    then = set(applied)
    graph = executor.loader.graph
    last = [
        node
        for node in sorted(then)
        if node in graph.nodes and not any(child.key in then for child in _of_app(graph.node_map[node].children, node))
    ]
    executor.migrate(last)


def _of_app(nodes: Any, node: Node) -> list[Any]:
    return [other for other in nodes if other.key[0] == node[0]]


def empty(names: list[str]) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DELETE FROM {quote(name)}")  # noqa: S608


@contextmanager
def triggers_asleep() -> Iterator[None]:
    """Rows come as they were: no trigger may count, refuse or derive anything from them a second time."""
    wake = _sleep_sqlite() if connection.vendor == "sqlite" else _sleep_postgresql()
    yield
    with connection.cursor() as cursor:
        for statement in wake:
            cursor.execute(statement)


def _sleep_sqlite() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = cursor.fetchall()
        for name, _sql in found:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
    return [sql for _name, sql in found]


def _sleep_postgresql() -> list[str]:
    with connection.cursor() as cursor:
        # A migration that adds a foreign key leaves it immediate until the end of the transaction; tables come by name.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
            "WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
        found = [name for (name,) in cursor.fetchall()]
        for name in found:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    # Foreign keys are checked first: a table with checks to come can not be altered.
    return ["SET CONSTRAINTS ALL IMMEDIATE", *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in found)]


def load_part(table: str, columns: list[Column], data: bytes) -> int:
    """Insert the rows of one member. Returns how many."""
    rows = [json.loads(line) for line in data.splitlines()]
    convert = to_sqlite if connection.vendor == "sqlite" else to_postgresql
    some = [(index, change) for index, column in enumerate(columns) if (change := convert(column.kind))]
    for row in rows:
        _convert(row, some)
    insert = _insert if connection.vendor == "sqlite" else _copy
    insert(table, [column.name for column in columns], rows)
    return len(rows)


def _convert(row: list[Any], some: list[tuple[int, Callable[[Any], Any]]]) -> None:
    for index, change in some:
        if row[index] is not None:
            row[index] = change(row[index])


def _insert(table: str, names: list[str], rows: list[list[Any]]) -> None:
    quote = connection.ops.quote_name
    places = ", ".join(["?"] * len(names))
    statement = f"INSERT INTO {quote(table)} ({', '.join(map(quote, names))}) VALUES ({places})"  # noqa: S608
    connection.ensure_connection()
    with connection.wrap_database_errors:
        connection.connection.executemany(statement, rows)  # the driver's own: no copy of each statement in the log


def _copy(table: str, names: list[str], rows: list[list[Any]]) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        statement = f"COPY {quote(table)} ({', '.join(map(quote, names))}) FROM STDIN"
        with connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def finish_tables() -> None:
    """Check every foreign key, set the counters past the rows, then bring the tables to this version's."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))  # tables of later migrations are not there yet
        models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in present]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    call_command("migrate", verbosity=0, interactive=False)
