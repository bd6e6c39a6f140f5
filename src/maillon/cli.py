"""`maillon`: the command line. Each command lives with what it does and is imported only when called.

Exit codes, everywhere: 0 all right, 1 some input was refused (with its reasons), 2 wrong use.
The language is the session's, for every command (docs/decisions/0023).
"""

import gettext
import os
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from gettext import gettext as _
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple, NoReturn

from maillon.hardware.messages import _ as gettext_noop
from maillon.hardware.messages import session_language

OK, REFUSED, WRONG_USE = 0, 1, 2
# What argparse says around our words: it asks the same catalogue.
SAID_BY_ARGPARSE = (
    gettext_noop("usage: "),
    gettext_noop("options"),
    gettext_noop("positional arguments"),
    gettext_noop("show this help message and exit"),
    gettext_noop("%(prog)s: error: %(message)s\n"),
    gettext_noop("argument %(argument_name)s: %(message)s"),
    gettext_noop("the following arguments are required: %s"),
    gettext_noop("unrecognized arguments: %s"),
    gettext_noop("invalid choice: %(value)r (choose from %(choices)s)"),
    gettext_noop("invalid %(type)s value: %(value)r"),
    gettext_noop("expected one argument"),
    gettext_noop("expected at least one argument"),
)


class Command(NamedTuple):
    target: str  # module:function, called with the remaining arguments, returns the exit code
    summary: str
    django: bool = True


COMMANDS = {
    "serve": Command("maillon.serve:main", gettext_noop("set up what is missing and serve the platform"), False),
    "worker": Command("maillon.kernel.worker:main", gettext_noop("run the jobs waiting in the database")),
    "demo": Command("maillon.demo.load:main", gettext_noop("fill an empty database with the demonstration territory")),
    "inspect": Command(
        "maillon.hardware.inspect:main", gettext_noop("read files describing machines, without a database"), False
    ),
    "allocate": Command(
        "maillon.allocation.command:allocate", gettext_noop("decide who receives which machine"), False
    ),
    "check": Command("maillon.allocation.command:check", gettext_noop("verify such a decision, and its proof"), False),
    "intake": Command(
        "maillon.workshop.intake.command:main", gettext_noop("put files describing machines into the stock")
    ),
    "repairs": Command(
        "maillon.distribution.help.command:main",
        gettext_noop("check, import or export repairs in the Open Repair Data Standard"),
    ),
    "restitution": Command(
        "maillon.consultation.command:main",
        gettext_noop("read or write the report of a consultation (trame de restitution)"),
        False,
    ),
    "labels": Command("maillon.workshop.labels.command:main", gettext_noop("print the labels of devices to a PDF")),
    "districts": Command("maillon.territory.districts:main", gettext_noop("import the priority districts (QPV)")),
    "ledger": Command(
        "maillon.kernel.ledger.command:main", gettext_noop("verify the ledger, or sign a checkpoint of it")
    ),
    "erasure": Command("maillon.workshop.erasure.command:main", gettext_noop("verify a certificate of erasure")),
    "backup": Command("maillon.kernel.backup:backup_command", gettext_noop("keep a copy of everything in one file")),
    "restore": Command("maillon.kernel.backup:restore_command", gettext_noop("bring back such a copy")),
    "bench": Command("maillon.bench:main", gettext_noop("measure how fast things are on this machine")),
    "manage": Command("maillon.cli:manage", gettext_noop("Django's own administration commands")),
}


def usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name.ljust(width)}  {_(command.summary)}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            _("usage: maillon COMMAND [options]"),
            "",
            _("The open platform of a territory's solidarity computing."),
            "",
            *lines,
            "",
            _("`maillon COMMAND --help` tells each one's options."),
            _("Exit codes: 0 all right, 1 some input was refused (with its reasons), 2 wrong use."),
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    _write_any_name()
    _speak(session_language())
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        return _without_reader(lambda: print(usage())) or (OK if arguments else WRONG_USE)  # noqa: T201
    name, *rest = arguments
    command = COMMANDS.get(name)
    if command is None:
        close = get_close_matches(name, COMMANDS, n=1)
        said = _("maillon: there is no command “%(name)s”.") % {"name": name}
        hint = _("Did you mean `maillon %(name)s`?") % {"name": close[0]} if close else ""
        print(f"{said} {hint}\n\n{usage()}", file=sys.stderr)  # noqa: T201
        return WRONG_USE
    try:
        if command.django:
            start_django()
        return _without_reader(lambda: _function(command.target)(rest))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        sentence = _explained(error)
        if sentence is None or os.environ.get("MAILLON_DEBUG"):
            raise
        print(f"maillon {name}: {sentence}", file=sys.stderr)  # noqa: T201
        return REFUSED


def _speak(language: str) -> None:
    """Let argparse, what says `_` without Django, and the processes we start say things in this language."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("django", str(Path(__file__).parent / "locale"))
    gettext.textdomain("django")


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
    from django.utils import translation

    from maillon.config.env import not_a_database

    try:
        django.setup()
    except ImproperlyConfigured as error:
        if "Error loading" in str(error):  # the driver of a database
            _stop(not_a_database())
        _stop(str(error))
    except OSError as error:
        from maillon.kernel import trouble

        error.filename = error.filename or os.environ.get("MAILLON_DATA", "var")
        _stop(f"MAILLON_DATA: {trouble.of_file(error)}", _("For example MAILLON_DATA=/srv/maillon"))
    except ValueError as error:
        if not type(error).__module__.startswith("dj_database_url"):
            raise
        _stop(not_a_database())
    translation.activate(session_language())


def _stop(*sentences: str) -> NoReturn:
    print(f"maillon: {' '.join(sentences)}", file=sys.stderr)  # noqa: T201
    raise SystemExit(WRONG_USE) from None


def _explained(error: Exception) -> str | None:
    """What went wrong around the program, and what to do; None for what is an error of the program."""
    from maillon.kernel import trouble

    if isinstance(error, OSError):
        return trouble.of_file(error)
    return trouble.of_database(error) if "django" in sys.modules else None


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
