"""`maillon`: the command line. Each command lives with what it does and is imported only when called.

Exit codes, everywhere: 0 all right, 1 some input was refused (with its reasons), 2 wrong use.
"""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

OK, REFUSED, WRONG_USE = 0, 1, 2


class Command(NamedTuple):
    target: str  # module:function, called with the remaining arguments, returns the exit code
    summary: str
    django: bool = True


COMMANDS = {
    "serve": Command("maillon.serve:main", "set up what is missing and serve the platform"),
    "worker": Command("maillon.kernel.worker:main", "run the jobs waiting in the database"),
    "demo": Command("maillon.demo.load:main", "fill an empty database with the demonstration territory"),
    "inspect": Command("maillon.hardware.inspect:main", "read files describing machines, without a database", False),
    "intake": Command("maillon.workshop.intake_command:main", "put files describing machines into the stock"),
    "labels": Command("maillon.workshop.labels_command:main", "print the labels of devices to a PDF"),
    "ledger": Command("maillon.kernel.ledger.command:main", "verify the ledger, or sign a checkpoint of it"),
    "erasure": Command("maillon.workshop.erasure_command:main", "verify a certificate of erasure"),
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
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())  # noqa: T201
        return OK if arguments else WRONG_USE
    name, *rest = arguments
    command = COMMANDS.get(name)
    if command is None:
        print(f"maillon: no command {name!r}.\n\n{usage()}", file=sys.stderr)  # noqa: T201
        return WRONG_USE
    if command.django:
        start_django()
    try:
        return _function(command.target)(rest)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output (head, less) left: not an error of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillon.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        print(f"maillon: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(WRONG_USE) from None


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
