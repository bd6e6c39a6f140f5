"""`maillon`: the command line. Each command lives with what it does and is imported only when called.

Exit codes, everywhere: 0 all right, 1 some input was refused (with its reasons), 2 wrong use.
"""

import os
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from typing import NamedTuple, NoReturn

OK, REFUSED, WRONG_USE = 0, 1, 2
DATABASE = "Write postgres://user:password@host:5432/name (%40 for an @ in the password); leave it out for SQLite."


class Command(NamedTuple):
    target: str  # module:function, called with the remaining arguments, returns the exit code
    summary: str
    django: bool = True


COMMANDS = {
    "serve": Command("maillon.serve:main", "set up what is missing and serve the platform", False),
    "worker": Command("maillon.kernel.worker:main", "run the jobs waiting in the database"),
    "demo": Command("maillon.demo.load:main", "fill an empty database with the demonstration territory"),
    "inspect": Command("maillon.hardware.inspect:main", "read files describing machines, without a database", False),
    "intake": Command("maillon.workshop.intake.command:main", "put files describing machines into the stock"),
    "labels": Command("maillon.workshop.labels.command:main", "print the labels of devices to a PDF"),
    "ledger": Command("maillon.kernel.ledger.command:main", "verify the ledger, or sign a checkpoint of it"),
    "erasure": Command("maillon.workshop.erasure.command:main", "verify a certificate of erasure"),
    "backup": Command("maillon.kernel.backup:backup_command", "keep a copy of everything in one file"),
    "restore": Command("maillon.kernel.backup:restore_command", "bring back such a copy"),
    "bench": Command("maillon.bench:main", "measure how fast things are on this machine"),
    "manage": Command("maillon.cli:manage", "Django's own administration commands"),
}


def usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name.ljust(width)}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: maillon COMMAND [options]",
            "",
            "The open platform of a territory's solidarity computing.",
            "",
            *lines,
            "",
            "`maillon COMMAND --help` tells each one's options.",
            "Exit codes: 0 all right, 1 some input was refused (with its reasons), 2 wrong use.",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    _write_any_name()
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        return _without_reader(lambda: print(usage())) or (OK if arguments else WRONG_USE)  # noqa: T201
    name, *rest = arguments
    command = COMMANDS.get(name)
    if command is None:
        close = get_close_matches(name, COMMANDS, n=1)
        hint = f" Did you mean `maillon {close[0]}`?" if close else ""
        print(f"maillon: no command {name!r}.{hint}\n\n{usage()}", file=sys.stderr)  # noqa: T201
        return WRONG_USE
    if command.django:
        start_django()
    try:
        return _without_reader(lambda: _function(command.target)(rest))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        sentence = _explained(error)
        if sentence is None or os.environ.get("MAILLON_DEBUG"):
            raise
        print(f"maillon {name}: {sentence}", file=sys.stderr)  # noqa: T201
        return REFUSED


def _write_any_name() -> None:
    """What is printed may hold any file name or any word of a machine: a terminal that lacks a letter shows its code.

    To a file or another program it is always UTF-8, whatever the session's language.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _without_reader(work: Callable[[], int | None]) -> int:
    """Do it; the reader of our output (head, less) may leave before the end: not an error of ours."""
    try:
        try:
            return work() or OK
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def start_django() -> None:
    """Raises SystemExit with a sentence when a setting is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillon.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        if "Error loading" in str(error):  # the driver of a database
            _stop(f"DATABASE_URL names a database that Maillon does not use. {DATABASE}")
        _stop(str(error))
    except OSError as error:
        _stop(f"MAILLON_DATA: {_of_files(error)}. Choose a folder that you may write in: MAILLON_DATA=/srv/maillon")
    except ValueError as error:
        if not type(error).__module__.startswith("dj_database_url"):
            raise
        _stop(f"DATABASE_URL is not understood. {DATABASE}")


def _stop(sentence: str) -> NoReturn:
    print(f"maillon: {sentence}", file=sys.stderr)  # noqa: T201
    raise SystemExit(WRONG_USE) from None


def _explained(error: Exception) -> str | None:
    """What went wrong around the program, and what to do; None for what is an error of the program."""
    if isinstance(error, OSError):
        return f"{_of_files(error)}."
    if "django" not in sys.modules:
        return None
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError, ProgrammingError

    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if isinstance(error, OperationalError | ProgrammingError):
        return _of_database((str(error).strip() or type(error).__name__).splitlines()[0])
    return None


def _of_files(error: OSError) -> str:
    return ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)


def _of_database(said: str) -> str | None:
    from django.db import connection

    if "no such table" in said or ("does not exist" in said and "relation" in said):
        return "the database is not ready. Run `maillon manage migrate`, or `maillon serve` which does it first."
    if "no such column" in said or ("does not exist" in said and "column" in said):
        return "the database is older than the program. Run `maillon manage migrate`, then this again."
    if "database is locked" in said:
        return "the database is busy: another program holds it. Wait, then run this again."
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"{where['NAME']}: {said}. Check the disk's free space and who may write there."
    if connection.connection is not None:
        return None
    named = f"{where['USER'] or 'the present user'} on {where['HOST'] or 'this machine'}, database {where['NAME']}"
    return f"PostgreSQL could not be reached as {named}: {said}\nCheck DATABASE_URL, and that the server runs."


def manage(arguments: list[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["maillon manage", *arguments])
    return OK


def _function(target: str) -> Callable[[list[str]], int]:
    module, _, name = target.partition(":")
    found: Callable[[list[str]], int] = getattr(import_module(module), name)
    return found


if __name__ == "__main__":
    sys.exit(main())
