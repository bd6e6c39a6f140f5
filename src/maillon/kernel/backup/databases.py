"""An empty database to restore into, that takes the place of the present one whole or not at all.

SQLite: a new file beside the present one, renamed over it at the end. PostgreSQL: one transaction that drops
everything in the schema, and makes it again.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, connections, transaction
from django.utils.translation import gettext as _

from maillon.kernel.backup.summary import BackupRefused
from maillon.kernel.backup.swapping import Swaps
from maillon.kernel.backup.tables import tables

# Rows that a database has by itself, once migrated and before anybody used it.
OWN = {"django_content_type", "auth_permission", "kernel_periodicrun"}


def holds_something() -> bool:
    """Whether the present database has rows that somebody put there."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for name in sorted({table.name for table in tables()} & present - OWN):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(name)} LIMIT 1")  # noqa: S608
            if cursor.fetchone():
                return True
    return False


def replacement(made: Swaps, *, keep: bool) -> AbstractContextManager[Callable[[], None]]:
    """Within, the default connection is an empty database. It becomes the platform's own when the block ends well.

    Yields a function to call last, which makes it take the place of the present one.
    keep: whether the present one is worth keeping aside (SQLite). Raises BackupRefused when it is in use.
    """
    return _sqlite(made, keep) if connection.vendor == "sqlite" else _postgresql()


@contextmanager
def _sqlite(made: Swaps, keep: bool) -> Iterator[Callable[[], None]]:
    connection.close()
    present = Path(connection.settings_dict["NAME"]).absolute()
    new = present.with_name(f"{present.name}.restoring")
    _close_wal(present)
    _unlink(new)

    def take_its_place() -> None:
        connection.close()
        _close_wal(new)
        _close_wal(present)  # nobody came meanwhile
        made.put(new, present, keep=keep)

    try:
        with _default_file(new):
            yield take_its_place
    finally:
        _unlink(new)


def _close_wal(path: Path) -> None:
    """Bring the journal back into the file. SQLite does this for the only one to have the file open."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database:
        try:
            mode = database.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        except sqlite3.OperationalError:
            mode = "locked"
    if mode != "delete":
        raise BackupRefused(
            _("The database %s is in use.") % path, _("Stop `maillon serve` and the workers, then restore.")
        )


def _unlink(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)


@contextmanager
def _default_file(path: Path) -> Iterator[None]:
    settings: dict[str, Any] = connections.settings["default"]
    connections["default"].close()
    before = settings["NAME"]
    settings["NAME"] = str(path)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        settings["NAME"] = before
        connections["default"] = connections.create_connection("default")


@contextmanager
def _postgresql() -> Iterator[Callable[[], None]]:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")
            try:
                for statement in _drops(cursor):
                    cursor.execute(statement)
            except DatabaseError as error:
                raise BackupRefused(
                    _("The database can not be emptied: %s.") % type(error).__name__,
                    _("Stop `maillon serve` and the workers, then restore."),
                ) from error
        yield lambda: None  # the end of the transaction does it


_OWNED = """
    SELECT format('DROP %s IF EXISTS %I.%I CASCADE',
                  CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                  ELSE 'TABLE' END, n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i', 'a'))
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = current_schema()
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""  # what extensions brought stays


def _drops(cursor: Any) -> list[str]:
    cursor.execute(_OWNED)
    return [statement for (statement,) in cursor.fetchall()]
