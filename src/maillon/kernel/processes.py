"""Several processes on one database: for what takes more than one core."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from typing import Any

_ADDRESS = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


def pool(processes: int) -> ProcessPoolExecutor:
    """Processes with Django set up on the database and in the language of this one. Not for a database in memory.

    They are spawned, not forked: a forked child would share our connection. Each takes about a second to start.
    """
    from django.db import connection
    from django.utils.translation import get_language

    address = {name: connection.settings_dict[name] for name in _ADDRESS}
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start, (address, get_language()))


def _start(address: dict[str, Any], language: str | None) -> None:
    """Runs first in each process, before anything of Django is imported: hence the imports inside."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillon.config.settings")
    import django

    django.setup()
    from django.db import connections
    from django.utils.translation import activate

    activate(language or "en")
    connections.settings["default"].update(address)
    connections["default"] = connections.create_connection("default")  # the one made at start may be of another engine
