"""Triggers by which the database itself refuses to change the ledger, whoever asks and from whatever program.

Entries, leaves and checkpoints are only added; a head only moves forward. SQLite's `INSERT OR REPLACE` deletes
without firing delete triggers, hence the insert triggers there; PostgreSQL's TRUNCATE fires triggers of its own.

A migration that alters one of these tables calls `install` again after it: SQLite remakes the table, and its triggers
go with the old one. `missing` is read by `ledger.verify` and by a test that runs after all migrations.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

KEYS = {  # table -> its unique keys
    "ledger_entry": ("id = NEW.id", "stream = NEW.stream AND sequence = NEW.sequence"),
    "ledger_head": ("stream = NEW.stream",),
    "ledger_leaf": ("stream = NEW.stream AND sequence = NEW.sequence",),
    "ledger_checkpoint": ("number = NEW.number",),
}
_FORWARD = "NEW.stream = OLD.stream AND NEW.sequence > OLD.sequence"
_WHY = "the ledger is only added to"


def _sqlite(table: str) -> dict[str, str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: {_WHY}'); END"
    forward = f"WHEN NOT ({_FORWARD}) " if table == "ledger_head" else ""
    taken = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key})" for key in (*KEYS[table], "rowid = NEW.rowid"))  # noqa: S608
    return {
        f"{table}_update": f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {forward}{refuse}",
        f"{table}_delete": f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}",
        f"{table}_replace": f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} WHEN {taken} {refuse}",
    }


def _postgresql(table: str) -> dict[str, str]:
    forward = f"WHEN (NOT ({_FORWARD})) " if table == "ledger_head" else ""
    row = f"ON {table} FOR EACH ROW"
    refuse = "EXECUTE FUNCTION ledger_refuse()"
    return {
        f"{table}_update": f"CREATE TRIGGER {table}_update BEFORE UPDATE {row} {forward}{refuse}",
        f"{table}_delete": f"CREATE TRIGGER {table}_delete BEFORE DELETE {row} {refuse}",
        f"{table}_truncate": (
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
        ),
    }


_REFUSE = (
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_WHY}' USING ERRCODE = 'restrict_violation'; END $$"
)


def triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """Name -> (table, SQL that makes it)."""
    make = _postgresql if vendor == "postgresql" else _sqlite
    return {name: (table, sql) for table in KEYS for name, sql in make(table).items()}


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that should be there and are not, or are switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {name for (name,) in cursor.fetchall()}
    return sorted(triggers(connection.vendor).keys() - present)


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers that are missing."""
    absent = missing(connection)
    known = triggers(connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_REFUSE)
        for name in absent:
            table, sql = known[name]
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")  # one that was switched off
            cursor.execute(sql)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for a migration that alters these tables, and for emptying test databases."""
    absent = set(missing(connection))
    with connection.cursor() as cursor:
        for name, (table, _) in triggers(connection.vendor).items():
            if name not in absent:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {name}{on}")


def install_in_migration(apps: Any, schema_editor: Any) -> None:
    install(schema_editor.connection)


def remove_in_migration(apps: Any, schema_editor: Any) -> None:
    remove(schema_editor.connection)
