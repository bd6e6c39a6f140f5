"""Databases to throw away, for tests: the migrations, which take seconds, are run once a process, then copied."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from shutil import copyfile

from django.core.management import call_command
from django.db import connection

from maillon.kernel import scratch


@contextmanager
def database(vendor: str = "") -> Iterator[str]:
    """As `kernel.scratch.database`, migrated."""
    vendor = vendor or connection.vendor
    pattern = _migrated(vendor)
    with scratch.made(vendor, template=pattern.rpartition("/")[2]) as url:
        if vendor == "sqlite":
            copyfile(_path(pattern), _path(url))
        with scratch.using(url):
            yield url


@cache
def _migrated(vendor: str) -> str:
    kept = ExitStack()
    url = kept.enter_context(scratch.made(vendor))
    atexit.register(kept.close)
    with scratch.using(url):
        call_command("migrate", verbosity=0, interactive=False)
        if vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in the one file that is copied
    return url


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
