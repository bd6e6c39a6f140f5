"""`maillon intake`: put files describing machines into the stock, from the command line."""

import argparse
import json
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from maillon.collection.models import Lot
from maillon.kernel import codes, trouble
from maillon.kernel.actor import Actor
from maillon.kernel.translation import told
from maillon.territory.actors import actor_for
from maillon.territory.models import User
from maillon.workshop.intake import fleet_lists, receiving
from maillon.workshop.intake.receiving import Incoming, Line, Lists, Outcome

LARGEST = 512 * 2**20


def main(argv: list[str]) -> int:
    options = (parser := _parser()).parse_args(argv)
    with override(options.lang or get_language()):
        return _receive(options, parser)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maillon intake",
        description=_(
            "Put files describing machines into the stock: readings, inventories, lists, archives, erasure reports. "
            "What can not be read is kept with its reason. The same file twice changes nothing."
        ),
        epilog=" ".join(
            [
                _("One line a machine. Files of one machine are put together: give each machine a folder."),
                _("Exit codes: 0 all right, 1 something was refused, 2 wrong use."),
                _("Example: maillon intake dumps/ --as technicienne@exemple.invalid --lot MQK-6KF8"),
            ]
        ),
    )
    parser.add_argument("path", nargs="+", type=Path, help=_("files, or folders whose files are all taken"))
    parser.add_argument("--as", dest="email", required=True, help=_("e-mail of the technician on whose behalf"))
    parser.add_argument("--lot", help=_("code of the lot they belong to"))
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE.json",
        help=_(
            "what the columns of the lists among the files hold, as the page of a list gives it; without it a list "
            "enters when its columns are sure, and is refused with the address of its page otherwise"
        ),
    )
    parser.add_argument("--json", action="store_true", help=_("one JSON object a line instead of text"))
    parser.add_argument(
        "--lang", choices=("fr", "en"), help=_("language of the reasons (default: that of the session)")
    )
    return parser


def _receive(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    user = User.objects.filter(email=options.email.lower()).first()
    if user is None:
        parser.error(_("no account has the e-mail %s") % options.email)
    actor = actor_for(user, None)
    if not actor.may("stock.intake"):
        parser.error(_("%s may not receive machines: its role does not allow it") % options.email)
    lot_id = _lot(actor, options.lot, parser) if options.lot else None
    lists = _lists(options.mapping, parser) if options.mapping else Lists()
    failed = Failures()
    for group in _groups(options.path, failed):
        for line in receiving.receive(actor=actor, files=group, lot_id=lot_id, lists=lists):
            failed.any |= line.outcome is Outcome.REFUSED
            sys.stdout.write((_json(line) if options.json else _text(line)) + "\n")
    return 1 if failed.any else 0


class Failures:
    """What could not even be read: told on the error output, while the rest goes on."""

    def __init__(self) -> None:
        self.any = False

    def add(self, said: str) -> None:
        self.any = True
        sys.stderr.write(f"maillon intake: {said}\n")


def _lot(actor: Actor, code: str, parser: argparse.ArgumentParser) -> UUID:
    parsed = codes.parse(code)
    lot = Lot.objects.fillable_by(actor).filter(code=parsed).first() if isinstance(parsed, str) else None
    if lot is None:
        parser.error(_("--lot: there is no lot %s") % code)
    found: UUID = lot.pk
    return found


def _lists(path: Path, parser: argparse.ArgumentParser) -> Lists:
    try:
        return Lists(fleet_lists.mappings_from(path.read_text(encoding="utf-8")))
    except OSError as error:
        parser.error(f"--mapping {trouble.of_file(error)}")
    except ValueError:
        parser.error(_("--mapping %s: this is not what the page of a list gives. Copy it again from there.") % path)


def _groups(paths: Sequence[Path], failed: Failures) -> Iterator[Iterator[Incoming]]:
    """Files given together, then each folder by itself: what is about one machine is in one folder."""
    yield _files([path for path in paths if not path.is_dir()], failed)
    for given in paths:
        if given.is_dir():
            for folder, inside, names in os.walk(given, onerror=lambda error: failed.add(trouble.of_file(error))):
                inside.sort()
                yield _files([path for name in sorted(names) if not _is_no_file(path := Path(folder, name))], failed)


def _is_no_file(path: Path) -> bool:
    """A pipe or a socket in a folder: reading it could wait for ever."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False  # told when it is read


def _files(paths: Iterable[Path], failed: Failures) -> Iterator[Incoming]:
    for path in paths:
        try:
            if path.stat().st_size <= LARGEST:
                yield Incoming(str(path), path.read_bytes())
                continue
        except OSError as error:
            failed.add(trouble.of_file(error))
            continue
        large = {"file": path, "size": LARGEST >> 20}
        failed.add(_("%(file)s is larger than %(size)d MB and was left out. Give its parts apart.") % large)


def _text(line: Line) -> str:
    parts = [line.outcome.value, line.device_code or "-", line.title, line.name, told(line.because), told(line.hint)]
    return "\t".join(part for part in parts if part)


def _json(line: Line) -> str:
    return json.dumps(
        {
            "file": line.name,
            "outcome": line.outcome.value,
            "device": line.device_code,
            "title": line.title,
            "grade": line.grade,
            "because": told(line.because),
            "hint": told(line.hint) or None,
            "warnings": [told(warning) for warning in line.warnings],
        },
        ensure_ascii=False,
    )
