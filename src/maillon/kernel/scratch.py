"""A database to throw away: for the benches, which must not touch the platform's own data, and for tests that need
several processes on one database.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dj_database_url
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, connections


@contextmanager
def database(vendor: str = "", *, migrate: bool = True) -> Iterator[str]:
    """A new, empty database that every connection of this process uses meanwhile; gone at the end.

    vendor: "sqlite" or "postgresql" (only where the platform's own is one); by default the platform's own kind.
    Yields its address, for DATABASE_URL of other processes.
    """
    with made(vendor or connection.vendor) as url, using(url):
        if migrate:
            call_command("migrate", verbosity=0, interactive=False)
        yield url


def made(vendor: str, *, template: str = "template0") -> AbstractContextManager[str]:
    """A database that nothing uses yet, gone at the end. template: on PostgreSQL, the database it is a copy of."""
    return _sqlite_database() if vendor == "sqlite" else _postgresql_database(template)


@contextmanager
def _sqlite_database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="maillon-scratch-") as folder:
        yield f"sqlite:///{Path(folder) / 'scratch.sqlite3'}"


@contextmanager
def _postgresql_database(template: str) -> Iterator[str]:
    name = f"maillon_scratch_{secrets.token_hex(6)}"
    host = connection.settings_dict
    _tell_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        user = quote(host["USER"], safe="") + (f":{quote(host['PASSWORD'], safe='')}" if host["PASSWORD"] else "")
        place = quote(host["HOST"], safe="") + (f":{host['PORT']}" if host["PORT"] else "")
        yield f"postgres://{user}@{place}/{name}"
    finally:
        _tell_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _tell_server(statement: str) -> None:
    """By a connection of its own, closed at once: one left open would keep its database from being removed."""
    import psycopg

    with psycopg.connect(**{**connection.get_connection_params(), "context": None}, autocommit=True) as server:
        server.execute(statement)


@contextmanager
def using(url: str) -> Iterator[None]:
    """Point the default connection, and those that threads open, elsewhere; the present one stays open as it is."""
    settings: dict[str, Any] = connections.settings["default"]
    settings_before, connection_before = dict(settings), connections["default"]
    target: dict[str, Any] = {"OPTIONS": {}, **dj_database_url.parse(url)}
    if target["ENGINE"].endswith("sqlite3"):
        target["OPTIONS"] = dict(django_settings.SQLITE_OPTIONS)
    connection_before.settings_dict = settings_before
    settings.update(target)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        settings.clear()
        settings.update(settings_before)
        connection_before.settings_dict = settings
        connections["default"] = connection_before
