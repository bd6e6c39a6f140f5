"""`maillon backup` and `maillon restore`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from maillon.kernel.backup.restoring import restore
from maillon.kernel.backup.saving import backup
from maillon.kernel.backup.summary import BackupRefused, Summary

OK, REFUSED = 0, 1


def backup_command(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon backup",
        description=_(
            "Copy everything into one new file: all rows of the database as they are at one instant, and the kept "
            "files. The platform goes on working meanwhile. The file can be restored on SQLite and on PostgreSQL."
        ),
        epilog=_("The file holds what the platform knows of people: keep it as carefully as the platform.")
        + f" {_exits()}",
    )
    parser.add_argument("file", type=Path, help=_("the file to make, such as maillon-2026-11-24.backup"))
    parser.add_argument(
        "--with-secrets",
        action="store_true",
        help=_(
            "put the keys into the file too. With them whoever has the file reads everything, and can restore on a new "
            "machine; without them keep a copy of vault-key apart, or what is encrypted is lost with the machine"
        ),
    )
    options = parser.parse_args(argv)
    return _do("backup", lambda: backup(options.file, with_secrets=options.with_secrets))


def restore_command(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon restore",
        description=_(
            "Bring a backup back. The file is checked whole first; then everything is restored, or nothing is changed. "
            "The ledger is verified before the restored database takes its place."
        ),
        epilog=_("Stop `maillon serve` and the workers first.") + f" {_exits()}",
    )
    parser.add_argument("file", type=Path, help=_("a file made by `maillon backup`"))
    parser.add_argument(
        "--replace",
        action="store_true",
        help=_(
            "although the present database is not empty. On SQLite it is kept aside, on PostgreSQL it is gone: back it "
            "up first"
        ),
    )
    parser.add_argument("--with-secrets", action="store_true", help=_("use the keys that are in the backup"))
    parser.add_argument(
        "--despite-problems",
        action="store_true",
        help=_("although the vault key is another one, or the ledger in the backup does not verify"),
    )
    options = parser.parse_args(argv)
    return _do(
        "restore",
        lambda: restore(
            options.file,
            replace=options.replace,
            with_secrets=options.with_secrets,
            despite=options.despite_problems,
        ),
    )


def _exits() -> str:
    return _("Exit codes: 0 done, 1 refused and nothing changed (the reason is printed), 2 wrong use.")


def _do(name: str, work: Callable[[], Summary]) -> int:
    try:
        summary = work()
    except BackupRefused as refusal:
        print(f"maillon {name}: {refusal}", file=sys.stderr)  # noqa: T201
        return REFUSED
    for line in summary.lines():
        print(line)  # noqa: T201
    return OK
