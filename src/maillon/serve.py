"""`maillon serve`: from nothing to a served platform, and at once when everything is there already."""

import argparse
import hashlib
import os
import sys
from pathlib import Path

from django.conf import settings

FIRST_COORDINATOR = "MAILLON_COORDINATOR"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon serve",
        description="Set up the database and the static files if need be, then serve the platform and run its jobs.",
        epilog="Environment: MAILLON_DATA (folder of the data, ./var), DATABASE_URL (PostgreSQL 15 or newer; SQLite "
        "otherwise), MAILLON_SITE_URL (the public address, printed on labels), MAILLON_DEMO=0 (start empty), "
        f"{FIRST_COORDINATOR} (e-mail of the first coordinator when nobody is there to be asked).",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (0.0.0.0: every network)")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2, help="web processes (2)")
    parser.add_argument("--no-worker", action="store_true", help="do not run the jobs here (see `maillon worker`)")
    options = parser.parse_args(argv)

    prepare_database()
    prepare_static_files()
    if (code := prepare_people()) != 0:
        return code
    announce(options.host, options.port)
    serve(options.host, options.port, options.workers, with_worker=not options.no_worker)
    return 0


def prepare_database() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database…")
        call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def prepare_static_files() -> None:
    """Collect and compress the static files when one of them changed (their names, sizes and times are compared)."""
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    mark = static_mark()
    if stamp.exists() and stamp.read_text(encoding="ascii") == mark:
        return
    say("Preparing the pages' files…")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(mark, encoding="ascii")


def static_mark() -> str:
    digest = hashlib.sha256()
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path.relative_to(folder)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def prepare_people() -> int:
    """The demonstration territory the first time, or the first coordinator of an empty platform."""
    from maillon.territory.models import Organisation

    if Organisation.objects.exists():
        return 0
    if settings.DEMO:
        from maillon.demo.load import load

        say("Making the demonstration territory…")
        load()
        return 0
    from maillon.territory.commands import found_territory

    email = os.environ.get(FIRST_COORDINATOR, "").strip()
    if not email and sys.stdin.isatty():
        email = input("E-mail of the first coordinator: ").strip()
    if "@" not in email:
        say(f"The platform is empty. Give the first coordinator's e-mail in {FIRST_COORDINATOR}, then start again.")
        return 2
    found_territory(email=email)
    say(f"{email} can now sign in; the code is sent by e-mail, or printed here while no mail server is set.")
    return 0


def announce(host: str, port: int) -> None:
    from maillon.demo.people import ORGANISATIONS, PEOPLE

    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104
    say(f"\nMaillon: http://{shown}:{port}/")
    if settings.DEMO:
        say("Demonstration accounts (choose one on the sign-in page, no password needed):")
        names = {organisation.key: organisation.name for organisation in ORGANISATIONS}
        for person in PEOPLE:
            say(f"  {person.email.ljust(44)} {person.role.label}, {names[person.organisation]}")
    say("Stop with Ctrl+C.\n")


def serve(host: str, port: int, workers: int, *, with_worker: bool) -> None:
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    connections.close_all()
    if with_worker:
        from maillon.kernel.worker import start_process

        start_process()
    Granian(
        "maillon.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
