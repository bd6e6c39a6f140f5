"""`maillon serve`: from nothing to a served platform, and at once when everything is there already."""

import argparse
import ctypes
import errno
import fcntl
import hashlib
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from gettext import gettext as _
from ipaddress import ip_address
from pathlib import Path
from typing import Any

OK, REFUSED, WRONG_USE = 0, 1, 2
FIRST_COORDINATOR = "MAILLON_COORDINATOR"
ADDRESS = "MAILLON_SITE_URL"
OLDEST_POSTGRESQL = 15_00_00
PREPARING = 0x4D41494C  # the number of PostgreSQL's advisory lock held while preparing ("MAIL")


def main(argv: list[str]) -> int:
    options = _options(argv)
    if refusal := port_refusal(options.host, options.port):
        complain(refusal)
        return REFUSED
    os.environ.setdefault(ADDRESS, f"http://localhost:{options.port}")  # what this start prints leads back to it
    from maillon.cli import start_django

    start_django()
    if not os.access(folder := data_folder(), os.W_OK):
        complain(_("nothing may be written in %s. Choose another folder, such as MAILLON_DATA=/srv/maillon.") % folder)
        return REFUSED
    if refusal := debug_refusal(options.host):
        complain(refusal)
        return WRONG_USE
    with preparing():
        if refusal := people_refusal():
            complain(refusal)
            return WRONG_USE
        prepare_database()
        prepare_static_files()
        prepare_people()
    announce(options.host, options.port)
    return serve(options.host, options.port, options.workers, with_worker=not options.no_worker)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="maillon serve",
        description=_("Set up the database and the static files if need be, then serve the platform and run its jobs."),
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help=_("address to listen on (127.0.0.1; 0.0.0.0 for every network)")
    )
    parser.add_argument("--port", type=int, default=8000, help=_("port to listen on (8000)"))
    parser.add_argument("--workers", type=int, default=2, metavar="N", help=_("web processes (2)"))
    parser.add_argument("--no-worker", action="store_true", help=_("do not run the jobs here (see `maillon worker`)"))
    options = parser.parse_args(argv)
    if not 1 <= options.port <= 65_535:
        parser.error(_("--port %(given)d: from %(least)d to %(most)d") % _range(options.port, 1, 65_535))
    if not 1 <= options.workers <= 256:
        parser.error(_("--workers %(given)d: from %(least)d to %(most)d") % _range(options.workers, 1, 256))
    return options


def _range(given: int, least: int, most: int) -> dict[str, int]:
    return {"given": given, "least": least, "most": most}


def _epilog() -> str:
    settings = {
        "MAILLON_DATA": _("folder of the data (./var): database, kept files, secret keys"),
        "DATABASE_URL": _("postgres://user:password@host:5432/name (PostgreSQL 15 or newer); SQLite otherwise"),
        ADDRESS: _("public address, printed on labels and certificates (http://localhost:PORT)"),
        "MAILLON_DEMO=0": _("a platform for real use: starts empty, and asks for its first coordinator"),
        FIRST_COORDINATOR: _("e-mail of the first coordinator, where nobody is there to be asked"),
        "MAILLON_SMTP_HOST": _("mail server (also _PORT, _USER, _PASSWORD); without it mails are printed here"),
    }
    return "\n".join(
        [
            _("The first start makes the database and the demonstration territory; the next ones only serve."),
            "",
            _("environment:"),
            *(f"  {name.ljust(19)}  {meaning}" for name, meaning in settings.items()),
            "",
            _("exit codes: 0 stopped as asked, 1 could not start (and why), 2 wrong use or something to set"),
        ]
    )


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
            other = {"port": port, "other": port % 65_535 + 1}
            return _("port %(port)d is taken by another program. Choose another: --port %(other)d") % other
        if error.errno == errno.EACCES:
            return _("port %d is kept for the administrator. Choose one above 1023: --port 8000") % port
        return _("--host %s: this machine has no such address. Try --host 0.0.0.0") % host
    return ""


def debug_refusal(host: str) -> str:
    """MAILLON_DEBUG=1 shows the code and the settings to whoever makes a page fail: on this machine alone."""
    from django.conf import settings

    if not settings.DEBUG:
        return ""
    if not on_this_machine_alone(host) or settings.BEHIND_PROXY:
        return _(
            "MAILLON_DEBUG=1 shows the code and the settings in pages: it is served neither to a network nor behind a "
            "proxy. Remove MAILLON_DEBUG, or serve on 127.0.0.1 alone."
        )
    complain(_("WARNING: MAILLON_DEBUG=1 shows the code and the settings in pages. Never in service."))
    return ""


def on_this_machine_alone(host: str) -> bool:
    try:
        return ip_address(socket.getaddrinfo(host, None)[0][4][0]).is_loopback
    except (OSError, ValueError):
        return False


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
        raise ImproperlyConfigured(_("PostgreSQL %d is too old: 15 or newer is needed.") % (version // 10_000))
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say(_("Preparing the database…"))
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
    say(_("Preparing the files of the pages…"))
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


def people_refusal() -> str:
    """Why this database can not be served as asked, in a sentence; empty when it can.

    Asked before anything is prepared, as is the first coordinator's e-mail, which is then found in the environment.
    """
    from django.conf import settings

    invented = holds_demonstration()
    if invented is None:
        return "" if settings.DEMO else _coordinator_refusal()
    if invented == settings.DEMO:
        return ""
    if invented:  # a demonstration lets everyone in: the data decide, not a forgotten setting
        return _(
            "MAILLON_DEMO=0, but this database holds the demonstration. Start the real platform in a folder of its "
            "own, such as MAILLON_DATA=/srv/maillon (or another DATABASE_URL)."
        )
    return _("this database is not a demonstration. Set MAILLON_DEMO=0, then start again.")


def holds_demonstration() -> bool | None:
    """Whether the organisations of the database are invented; None when there are none yet."""
    from django.db import connection

    from maillon.territory.models import Organisation, OrganisationKind

    if Organisation._meta.db_table not in connection.introspection.table_names():
        return None
    invented = None
    if Organisation.objects.exists():
        invented = Organisation.objects.filter(kind=OrganisationKind.COORDINATION, fictitious=True).exists()
    return invented


def _coordinator_refusal() -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    email = os.environ.get(FIRST_COORDINATOR, "").strip() or _asked()
    if not email:
        return (
            _("the platform is empty. Set %s to the e-mail of its first coordinator, then start again.")
            % FIRST_COORDINATOR
        )
    try:
        validate_email(email)
    except ValidationError:
        return _("“%s” is not an e-mail address. Write one such as prenom.nom@exemple.fr, then start again.") % email
    os.environ[FIRST_COORDINATOR] = email
    return ""


def _asked() -> str:
    if not sys.stdin or not sys.stdin.isatty():
        return ""
    try:
        return input(_("E-mail of the first coordinator: ")).strip()
    except EOFError:
        return ""


def prepare_people() -> None:
    """The demonstration territory the first time, or the first coordinator of an empty platform."""
    from django.conf import settings

    if holds_demonstration() is not None:
        return
    if not settings.DEMO:
        found_platform(os.environ[FIRST_COORDINATOR])
    else:
        from maillon.demo.load import load

        say(_("Making the demonstration territory…"))
        load()


def found_platform(email: str) -> None:
    from django.conf import settings

    from maillon.territory.commands import found_territory
    from maillon.territory.places import load_communes

    load_communes()
    found_territory(email=email)
    if settings.EMAIL_HOST:
        say(_("%s can now sign in: the code asked for on the sign-in page is sent by e-mail.") % email)
    else:
        say(
            _(
                "%s can now sign in: the code asked for on the sign-in page is printed here, as no mail server is set "
                "(MAILLON_SMTP_HOST)."
            )
            % email
        )


def announce(host: str, port: int) -> None:
    from django.conf import settings

    from maillon.demo.people import ORGANISATIONS, PEOPLE

    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host  # noqa: S104
    say(f"\nMaillon: http://{f'[{shown}]' if ':' in shown else shown}:{port}/")
    if shown != host and host not in ("127.0.0.1", "::1") and settings.SITE_URL.startswith("http://localhost"):
        say(
            _("Labels lead to %(site)s: set %(name)s to the address others reach this machine by.")
            % {"site": settings.SITE_URL, "name": ADDRESS}
        )
    if settings.DEMO:
        say(_("Demonstration accounts (choose one on the sign-in page, no password needed):"))
        names = {organisation.key: organisation.name for organisation in ORGANISATIONS}
        for person in PEOPLE:
            say(f"  {person.email.ljust(34)} {person.role.label}, {names[person.organisation]}")
    say(_("Stop with Ctrl+C.") + "\n")


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
    # Spawned, not forked: this process may have made documents (the demonstration's papers), and a fork would have the
    # lock of Typst's threads without the threads. Each PDF would then wait for ever.
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
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
    )
    with suppress(KeyboardInterrupt):  # before Granian listens to it: stopped as asked all the same
        server.serve()
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
