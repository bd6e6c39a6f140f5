"""`maillon intake`: put files describing machines into the stock, from the command line."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.utils.translation import override

from maillon.collection.models import Lot
from maillon.kernel import codes
from maillon.kernel.actor import Actor
from maillon.kernel.translation import told
from maillon.territory.actors import actor_for
from maillon.territory.models import User
from maillon.workshop.intake import fleet_lists, receiving
from maillon.workshop.intake.receiving import Incoming, Line, Lists, Outcome

LARGEST = 512 * 2**20


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon intake",
        description="Put files describing machines into the stock: readings, inventories, lists, archives, erasure "
        "reports. What can not be read is kept with its reason. The same file twice changes nothing.",
        epilog="One line a machine on the output. Files of one machine are put together: give each machine a folder. "
        "Exit 0: all right; 1: something was refused; 2: wrong use. "
        "Example: maillon intake dumps/ --as technicienne@exemple.invalid --lot MQK-6KF8",
    )
    parser.add_argument("path", nargs="+", type=Path, help="files, or folders whose files are all taken")
    parser.add_argument("--as", dest="email", required=True, help="e-mail of the technician on whose behalf")
    parser.add_argument("--lot", help="code of the lot they belong to")
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE.json",
        help="what the columns of the lists among the files hold, as the page of a list gives it; without it a list "
        "enters when its columns are sure, and is refused with the address of its page otherwise",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of text")
    parser.add_argument("--lang", choices=("fr", "en"), default="fr", help="language of the reasons (fr)")
    options = parser.parse_args(argv)
    user = User.objects.filter(email=options.email.lower()).first()
    if user is None:
        parser.error(f"no account has the e-mail {options.email}")
    actor = actor_for(user, None)
    if not actor.may("stock.intake"):
        parser.error(f"{options.email} may not receive machines: its role does not allow it")
    lot_id = _lot(actor, options.lot, parser) if options.lot else None
    lists = _lists(options.mapping, parser) if options.mapping else Lists()
    failed = [path for path in options.path if not path.exists()]
    for path in failed:
        sys.stderr.write(f"{path}: no such file or folder\n")
    refused = bool(failed)
    with override(options.lang):
        for group in _groups(options.path):
            for line in receiving.receive(actor=actor, files=group, lot_id=lot_id, lists=lists):
                refused |= line.outcome is Outcome.REFUSED
                sys.stdout.write((_json(line) if options.json else _text(line)) + "\n")
    return 1 if refused else 0


def _lot(actor: Actor, code: str, parser: argparse.ArgumentParser) -> UUID:
    parsed = codes.parse(code)
    lot = Lot.objects.visible_to(actor).filter(code=parsed).first() if isinstance(parsed, str) else None
    if lot is None:
        parser.error(f"no lot {code}")
    found: UUID = lot.pk
    return found


def _lists(path: Path, parser: argparse.ArgumentParser) -> Lists:
    try:
        return Lists(fleet_lists.mappings_from(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        parser.error(f"--mapping {path}: {error}")


def _groups(paths: Iterable[Path]) -> Iterator[Iterator[Incoming]]:
    """Files given together, then each folder by itself: what is about one machine is in one folder."""
    yield _files(path for path in paths if path.is_file())
    for path in paths:
        if path.is_dir():
            for folder in [path, *sorted(child for child in path.rglob("*") if child.is_dir())]:
                yield _files(sorted(child for child in folder.iterdir() if child.is_file()))


def _files(paths: Iterable[Path]) -> Iterator[Incoming]:
    for path in paths:
        if path.stat().st_size > LARGEST:
            sys.stderr.write(f"{path}: larger than {LARGEST >> 20} MB, left out\n")
            continue
        yield Incoming(str(path), path.read_bytes())


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
