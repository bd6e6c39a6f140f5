"""`maillon serve`: from nothing to a served platform, and at once when everything is there already."""

import argparse
import ctypes
import errno
import fcntl
import hashlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OK, REFUSED, WRONG_USE = 0, 1, 2
FIRST_COORDINATOR = "MAILLON_COORDINATOR"
ADDRESS = "MAILLON_SITE_URL"
OLDEST_POSTGRESQL = 15_00_00
PREPARING = 0x4D41494C  # the number of PostgreSQL's advisory lock held while preparing ("MAIL")

EPILOG = f"""\
The first start makes the database and the demonstration territory; the next ones only serve.

environment:
  MAILLON_DATA         folder of the data (./var): database, kept files, secret keys
  DATABASE_URL         postgres://user:password@host:5432/name (PostgreSQL 15 or newer); SQLite otherwise
  {ADDRESS}     public address, printed on labels and certificates (http://localhost:PORT)
  MAILLON_DEMO=0       a platform for real use: starts empty, and asks for its first coordinator
  {FIRST_COORDINATOR}  e-mail of the first coordinator, where nobody is there to be asked
  MAILLON_SMTP_HOST    mail server (also _PORT, _USER, _PASSWORD); without it mails are printed here

exit codes: 0 stopped as asked, 1 could not start (the reason is told), 2 wrong use or something to set
"""


def main(argv: list[str]) -> int:
    options = _options(argv)
    if refusal := port_refusal(options.host, options.port):
        complain(refusal)
        return REFUSED
    os.environ.setdefault(ADDRESS, f"http://localhost:{options.port}")  # what this start prints leads back to it
    from maillon.cli import start_django

    start_django()
    if not os.access(folder := data_folder(), os.W_OK):
        complain(f"nothing may be written in {folder}. Choose another folder: MAILLON_DATA=/srv/maillon")
        return REFUSED
    with preparing():
        prepare_database()
        prepare_static_files()
        if (code := prepare_people()) != OK:
            return code
    announce(options.host, options.port)
    return serve(options.host, options.port, options.workers, with_worker=not options.no_worker)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="maillon serve",
        description="Set up the database and the static files if need be, then serve the platform and run its jobs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1; 0.0.0.0: every network)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="web processes (2)")
    parser.add_argument("--no-worker", action="store_true", help="do not run the jobs here (see `maillon worker`)")
    options = parser.parse_args(argv)
    if not 1 <= options.port <= 65_535:
        parser.error(f"argument --port: {options.port}: from 1 to 65535")
    if not 1 <= options.workers <= 256:
        parser.error(f"argument --workers: {options.workers}: from 1 to 256")
    return options


def port_refusal(host: str, port: int) -> str:
    """Why nobody could listen there, in a sentence; empty when it is free.

    Asked before anything else: the web server shares its port, a second start would silently take half of the visits.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is taken by another program. Choose another: --port {port % 65_535 + 1}"
        if error.errno == errno.EACCES:
            return f"Port {port} is kept for the administrator. Choose one above 1023: --port 8000"
        return f"--host {host}: not an address of this machine ({error.strerror}). Try --host 0.0.0.0"
    return ""


# --- Getting everything ready -----------------------------------------------------------------------------------------


def data_folder() -> Path:
    from django.conf import settings

    return Path(settings.DATA)


@contextmanager
def preparing() -> Iterator[None]:
    """One process at a time prepares: those of this machine wait by a file, those of others by the database."""
    from django.db import connection, connections

    with (data_folder() / ".preparing").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        alone = connections.create_connection("default")
        try:
            with alone.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
            yield
        finally:
            alone.close()


def prepare_database() -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    if (version := getattr(connection, "pg_version", OLDEST_POSTGRESQL)) < OLDEST_POSTGRESQL:
        raise ImproperlyConfigured(f"PostgreSQL {version // 10_000} is too old: 15 or newer is needed.")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database…")
        call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def prepare_static_files() -> None:
    """Collect and compress the static files when one of them changed (their names, sizes and times are compared)."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    mark = static_mark()
    if stamp.exists() and stamp.read_text(encoding="ascii") == mark:
        return
    say("Preparing the pages' files…")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(mark, encoding="ascii")


def static_mark() -> str:
    from django.conf import settings

    digest = hashlib.sha256()
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path.relative_to(folder)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def prepare_people() -> int:
    """The demonstration territory the first time, or the first coordinator of an empty platform."""
    from django.conf import settings

    from maillon.territory.models import Organisation, OrganisationKind

    if Organisation.objects.exists():
        invented = Organisation.objects.filter(kind=OrganisationKind.COORDINATION, fictitious=True).exists()
        return _unlike_what_is_asked(invented) if invented != settings.DEMO else OK
    if not settings.DEMO:
        return found_platform()
    from maillon.demo.load import load

    say("Making the demonstration territory…")
    load()
    return OK


def _unlike_what_is_asked(invented: bool) -> int:
    """A demonstration lets everyone in: the data decide, not a forgotten setting."""
    if invented:
        complain(
            "MAILLON_DEMO=0, but this database holds the demonstration.\n"
            "Start the real platform in a folder of its own, such as MAILLON_DATA=/srv/maillon (or another "
            "DATABASE_URL)."
        )
    else:
        complain("This database is not a demonstration. Set MAILLON_DEMO=0, then start again.")
    return WRONG_USE


def found_platform() -> int:
    from django.conf import settings
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from maillon.territory.commands import found_territory
    from maillon.territory.places import load_communes

    email = os.environ.get(FIRST_COORDINATOR, "").strip()
    if not email:
        email = _asked()
    if not email:
        complain(f"the platform is empty. Set {FIRST_COORDINATOR} to its first coordinator's e-mail, then start again.")
        return WRONG_USE
    try:
        validate_email(email)
    except ValidationError:
        complain(f"{email!r} is not an e-mail address. Write one such as prenom.nom@exemple.fr, then start again.")
        return WRONG_USE
    load_communes()
    found_territory(email=email)
    mailed = "sent by e-mail" if settings.EMAIL_HOST else "printed here, as no mail server is set (MAILLON_SMTP_HOST)"
    say(f"{email} can now sign in: the code asked for on the sign-in page is {mailed}.")
    return OK


def _asked() -> str:
    if not sys.stdin or not sys.stdin.isatty():
        return ""
    try:
        return input("E-mail of the first coordinator: ").strip()
    except EOFError:
        return ""


def announce(host: str, port: int) -> None:
    from django.conf import settings
    from django.utils import translation

    from maillon.demo.people import ORGANISATIONS, PEOPLE

    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host  # noqa: S104
    say(f"\nMaillon: http://{f'[{shown}]' if ':' in shown else shown}:{port}/")
    if shown != host and host not in ("127.0.0.1", "::1") and settings.SITE_URL.startswith("http://localhost"):
        say(f"Labels lead to {settings.SITE_URL}: set {ADDRESS} to the address others reach this machine by.")
    if settings.DEMO:
        say("Demonstration accounts (choose one on the sign-in page, no password needed):")
        names = {organisation.key: organisation.name for organisation in ORGANISATIONS}
        with translation.override("en"):  # as the sentences around
            for person in PEOPLE:
                say(f"  {person.email.ljust(34)} {person.role.label}, {names[person.organisation]}")
    say("Stop with Ctrl+C.\n")


# --- Serving ----------------------------------------------------------------------------------------------------------


def serve(host: str, port: int, workers: int, *, with_worker: bool) -> int:
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    if refusal := port_refusal(host, port):  # taken while the database was prepared
        complain(refusal)
        return REFUSED
    connections.close_all()
    if with_worker:
        from maillon.kernel.worker import start_process

        start_process()
    Granian(
        "maillon.serve:application",
        factory=True,
        address=str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]),
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()
    return OK


def application() -> Any:
    """What a web process serves. It ends with the process that started it, even one killed by force: left alone it
    would keep the port."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG, of <sys/prctl.h>
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
    from maillon.config.wsgi import application as loaded

    return loaded


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def complain(text: str) -> None:
    print(f"maillon serve: {text}", file=sys.stderr, flush=True)  # noqa: T201
