"""`maillon repairs`: repairs in the Open Repair Data Standard, checked, imported or exported."""

import argparse
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from maillon.distribution.help import exchange, ords
from maillon.distribution.help.ords import Refused
from maillon.kernel import trouble, wording
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal
from maillon.kernel.translation import told
from maillon.territory.actors import actor_for
from maillon.territory.models import User

LARGEST = 512 * 2**20


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon repairs",
        description=_(
            "Check files of repairs in the Open Repair Data Standard v0.3, import them as what others know of machines "
            "like ours (--as), or export our own repairs (--export)."
        ),
        epilog=" ".join(
            [
                _("A refused row is told with its reason; the others are kept. The same file twice is harmless."),
                _("Exit codes: 0 all right, 1 something was refused, 2 wrong use."),
                _("Example: maillon repairs OpenRepairData_v0.3.csv --as coordination@exemple.invalid"),
            ]
        ),
    )
    parser.add_argument("file", nargs="*", type=Path, help=_("CSV files; without --as they are checked only"))
    parser.add_argument("--as", dest="email", help=_("e-mail of the person on whose behalf"))
    parser.add_argument("--export", type=Path, metavar="FILE.zip", help=_("write our repairs there (needs --as)"))
    options = parser.parse_args(argv)
    if not options.file and not options.export:
        parser.error(_("give a file to read, or --export"))
    if options.export and not options.email:
        parser.error(_("--export needs --as: whose repairs?"))
    actor = _actor(options.email, parser) if options.email else None
    right = [_read(path, actor) for path in options.file]
    if options.export and actor:
        content = exchange.package(actor)
        with trouble.writing(options.export):
            options.export.write_bytes(content)
    return 0 if all(right) else 1


def _actor(email: str, parser: argparse.ArgumentParser) -> Actor:
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        parser.error(_("no account has the e-mail %s") % email)
    actor = actor_for(user, None)
    if not actor.may("stock.intake"):
        parser.error(_("%s may not import repairs: its role does not allow it") % email)
    return actor


def _read(path: Path, actor: Actor | None) -> bool:
    """Whether nothing was refused."""
    try:
        if path.stat().st_size > LARGEST:
            large = {"file": path, "size": LARGEST >> 20}
            _complain(_("%(file)s is larger than %(size)d MB and was left out. Give its parts apart.") % large)
            return False
        data = path.read_bytes()
    except OSError as error:
        _complain(trouble.of_file(error))
        return False
    try:
        if actor is None:
            return _checked(path, data)
        done = exchange.import_others(actor=actor, data=data)
    except Refusal as refused:
        _complain(f"{path}: {refused}")
        return False
    _tell_refused(path, done.refused)
    said = _("%(file)s: %(new)s repairs added, %(known)s known already, %(aside)s of other products left out.")
    counts = {"new": done.new, "known": done.known, "aside": done.set_aside}
    _say(said % {"file": path, **{name: wording.number(count) for name, count in counts.items()}})
    return not done.refused


def _checked(path: Path, data: bytes) -> bool:
    found = exchange.understood(data)
    _tell_refused(path, found.refused)
    _say(_("%(file)s: %(count)s repairs.") % {"file": path, "count": wording.number(len(found.records))})
    for category, count in ords.by_category(found.records).items():
        name = ords.CATEGORIES[category] if category else _("no category")
        fixed = wording.unknown() if count.fixed_share is None else wording.percent(count.fixed_share)
        _say(
            _("%(category)s: %(total)s repairs, %(fixed)s of those whose outcome is known succeeded.")
            % {"category": name, "total": wording.number(count.total), "fixed": fixed}
        )
    return not found.refused


def _tell_refused(path: Path, refused: tuple[Refused, ...]) -> None:
    for row in refused:
        where = _("row %d") % row.row if not row.column else f"{_('row %d') % row.row}, {row.column}"
        _complain(f"{path}, {where}: {told(row.reason)} {told(row.hint)}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"maillon repairs: {text}\n")
