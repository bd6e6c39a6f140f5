"""`maillon ledger`: verify it, sign a checkpoint, prove a stream's head, show the public key."""

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.kernel import ledger, wording
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.ledger.checkpoints import Proof, Statement
from maillon.kernel.ledger.keys import PublicKey

OK, REFUSED = 0, 1


def main(argv: list[str]) -> int:
    options = _parser().parse_args(argv)
    try:
        answer: int = options.run(options)
    except Refusal as refusal:
        sys.stderr.write(f"maillon ledger: {refusal}\n")
        return REFUSED
    return answer


def verify_command(argv: list[str]) -> int:
    return main(["verify", *argv])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maillon ledger",
        description=_("The append-only ledger: what happened to what, when and by whom."),
        epilog=_("Exit codes: 0 all right, 1 something is wrong (and named), 2 wrong use."),
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_verify(actions)
    _add_checkpoint(actions)
    _add_proof(actions)
    key = actions.add_parser(
        "key",
        help=_("print the public key that checkpoints are verified with (PEM)"),
        description=_("Print the public key that checkpoints and certificates of erasure are verified with (PEM)."),
    )
    key.set_defaults(run=_key)
    return parser


def _add_verify(actions: Any) -> None:
    verify = actions.add_parser(
        "verify",
        help=_("read every event again and name what was altered, removed, inserted or reordered"),
        description=_(
            "Read every event again: its hash, its seal, its link to the one before, the head of its stream, and every "
            "checkpoint. Each fault is named: stream, place, identifier, what is wrong."
        ),
    )
    verify.add_argument(
        "--since", type=_moment, metavar="DATE", help=_("only streams that grew since (2026-11-24 or 2026-11-24T08:00)")
    )
    verify.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help=_("checkpoints kept elsewhere, one JSON a line: of `checkpoint --json`, or of the public page /registre/"),
    )
    verify.add_argument(
        "--every-checkpoint", action="store_true", help=_("recompute each root, not that of the last one alone")
    )
    verify.add_argument("--processes", type=int, metavar="N", help=_("how many processes read at once (one a core)"))
    verify.add_argument(
        "--most", type=int, default=1000, metavar="N", help=_("faults listed (%(default)d); all are counted")
    )
    verify.add_argument("--json", action="store_true", help=_("print one JSON object"))
    verify.set_defaults(run=_verify)


def _add_checkpoint(actions: Any) -> None:
    checkpoint = actions.add_parser(
        "checkpoint",
        help=_("sign the present state of all streams"),
        description=_(
            "Sign the present state of all streams. Keep the JSON line elsewhere (another machine, a mail, paper): "
            "`maillon ledger verify --against` then shows that nothing was rewritten since."
        ),
    )
    checkpoint.add_argument("--json", action="store_true", help=_("print what was signed, in one line"))
    checkpoint.set_defaults(run=_checkpoint)


def _add_proof(actions: Any) -> None:
    proof = actions.add_parser(
        "proof",
        help=_("prove that the last checkpoint saw a stream's head (JSON)"),
        description=_(
            "Print what proves that the last checkpoint saw this stream as it was (JSON): whoever has the public key "
            "can check it alone, without the platform."
        ),
    )
    proof.add_argument("stream", help=_('such as "device:01a20c5e-ec95-72bd-bbe2-268b87672516"'))
    proof.set_defaults(run=_proof)
    check = actions.add_parser(
        "check-proof",
        help=_("check such a proof, with a public key"),
        description=_("Check what `maillon ledger proof` printed: its path to the root, and the root's signature."),
    )
    check.add_argument("file", type=Path, help=_("the proof (JSON)"))
    check.add_argument("--key", type=Path, metavar="FILE", help=_("public key in PEM (default: this platform's)"))
    check.set_defaults(run=_check_proof)


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        said = _("“%s” is not a date. Write 2026-11-24 or 2026-11-24T08:00.") % text
        raise argparse.ArgumentTypeError(said) from None
    return timezone.make_aware(read) if timezone.is_naive(read) else read


def _kept(path: Path) -> list[Statement]:
    """Checkpoints kept elsewhere. Raises Refusal naming the line, OSError."""
    kept = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
            said = read.get("statement", read)  # as the public page gives it, or the command
            kept.append(Statement(**{name: said[name] for name in Statement.__dataclass_fields__}))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refusal(
                _("%(file)s, line %(line)d: this is not a checkpoint.") % {"file": path, "line": number},
                _("Give a file of lines that `maillon ledger checkpoint --json` or the page /registre/ printed."),
            ) from error
    if not kept:
        raise Refusal(_("%s holds no checkpoint.") % path, _("Give the file where they are kept, one a line."))
    return kept


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def _verify(options: argparse.Namespace) -> int:
    report = ledger.verify(
        since=options.since,
        processes=options.processes,
        every_checkpoint=options.every_checkpoint,
        kept=_kept(options.against) if options.against else [],
        most=options.most,
    )
    if options.json:
        _say(json.dumps(report.as_json(), ensure_ascii=False))
        return REFUSED if report.found else OK
    for problem in report.problems:
        _say(str(problem))
    if report.found > len(report.problems):
        _say(_("… and %d more.") % (report.found - len(report.problems)))
    _say(_read(report))
    return REFUSED if report.found else OK


def _read(report: ledger.Report) -> str:
    counts = {
        "events": ngettext("%(n)d event", "%(n)d events", report.entries) % {"n": report.entries},
        "streams": ngettext("%(n)d stream", "%(n)d streams", report.streams) % {"n": report.streams},
        "checkpoints": ngettext("%(n)d checkpoint", "%(n)d checkpoints", report.checkpoints)
        % {"n": report.checkpoints},
        "faults": ngettext("%(n)d fault", "%(n)d faults", report.found) % {"n": report.found}
        if report.found
        else _("nothing wrong"),
        "seconds": wording.number(report.seconds, 1),
    }
    return _("%(events)s in %(streams)s and %(checkpoints)s: %(faults)s (%(seconds)s s).") % counts


def _checkpoint(options: argparse.Namespace) -> int:
    made = ledger.checkpoint()
    if options.json:
        _say(json.dumps({**ledger.statement_of(made).__dict__, "signature": made.signature}))
    else:
        said = {"number": made.number, "events": made.entries, "streams": made.streams, "root": made.root}
        _say(_("Checkpoint %(number)d: events %(events)d, streams %(streams)d, root %(root)s.") % said)
    return OK


def _proof(options: argparse.Namespace) -> int:
    try:
        proof = ledger.proof(options.stream)
    except NotFound:
        raise Refusal(
            _("%s: no checkpoint saw this stream.") % options.stream, _("Make one: `maillon ledger checkpoint`.")
        ) from None
    _say(json.dumps(proof.as_json(), indent=2))
    return OK


def _check_proof(options: argparse.Namespace) -> int:
    text, pem = _text(options.file), _text(options.key) if options.key else ""
    try:
        proof = Proof.from_json(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refusal(_("%s is not a proof.") % options.file, _("Give what `maillon ledger proof` printed.")) from None
    try:
        key = PublicKey.from_pem(pem) if pem else None
    except (ValueError, TypeError, AttributeError):
        raise Refusal(
            _("%s is not a public key in PEM.") % options.key,
            _("Give what `maillon ledger key` or the page /cle-publique.pem printed."),
        ) from None
    if not ledger.verify_proof(proof, {key.id: key} if key else None):
        raise Refusal(
            _("%s: this proof does not hold.") % options.file,
            _("It was altered, or signed by another platform: give its key with --key."),
        )
    said = proof.checkpoint
    _say(
        _("%(stream)s #%(sequence)d was there at %(at)s (checkpoint %(number)d), hash %(hash)s.")
        % {"stream": proof.stream, "sequence": proof.sequence, "at": said.at, "number": said.number, "hash": proof.hash}
    )
    return OK


def _key(options: argparse.Namespace) -> int:
    _say(ledger.public_key().pem().strip())
    return OK


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
