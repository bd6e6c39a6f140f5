"""`maillon ledger`: verify it, sign a checkpoint, prove a stream's head, show the public key."""

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from maillon.kernel import ledger
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger.checkpoints import Proof, Statement
from maillon.kernel.ledger.keys import PublicKey

OK, REFUSED = 0, 1


def main(argv: list[str]) -> int:
    options = _parser().parse_args(argv)
    answer: int = options.run(options)
    return answer


def verify_command(argv: list[str]) -> int:
    return main(["verify", *argv])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maillon ledger",
        description="The append-only ledger: what happened to what, when and by whom.",
        epilog="Exit codes: 0 all right, 1 something is wrong (and named), 2 wrong use.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_verify(actions)
    _add_checkpoint(actions)
    _add_proof(actions)
    key = actions.add_parser(
        "key",
        help="print the public key that checkpoints are verified with (PEM)",
        description="Print the public key that checkpoints and certificates of erasure are verified with (PEM).",
    )
    key.set_defaults(run=_key)
    return parser


def _add_verify(actions: Any) -> None:
    verify = actions.add_parser(
        "verify",
        help="read every event again and name what was altered, removed, inserted or reordered",
        description="Read every event again: its hash, its seal, its link to the one before, the head of its stream, "
        "and every checkpoint. Each fault is named: stream, place, identifier, what is wrong.",
    )
    verify.add_argument(
        "--since", type=_moment, metavar="DATE", help="only streams that grew since (2026-11-24 or 2026-11-24T08:00)"
    )
    verify.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="checkpoints kept elsewhere, one JSON a line: of `checkpoint --json`, or of the public page /registre/",
    )
    verify.add_argument("--every-checkpoint", action="store_true", help="recompute each root, not the last alone")
    verify.add_argument("--processes", type=int, metavar="N", help="how many read at once (default: one a core)")
    verify.add_argument("--most", type=int, default=1000, metavar="N", help="faults listed (default 1000), all counted")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    verify.set_defaults(run=_verify)


def _add_checkpoint(actions: Any) -> None:
    checkpoint = actions.add_parser(
        "checkpoint",
        help="sign the present state of all streams",
        description="Sign the present state of all streams. Keep the JSON line elsewhere (another machine, a mail, "
        "paper): `maillon ledger verify --against` then shows that nothing was rewritten since.",
    )
    checkpoint.add_argument("--json", action="store_true", help="print what was signed, in one line")
    checkpoint.set_defaults(run=_checkpoint)


def _add_proof(actions: Any) -> None:
    proof = actions.add_parser(
        "proof",
        help="prove that the last checkpoint saw a stream's head (JSON)",
        description="Print what proves that the last checkpoint saw this stream as it was (JSON): whoever has the "
        "public key can check it alone, without the platform.",
    )
    proof.add_argument("stream", help='such as "device:01a20c5e-ec95-72bd-bbe2-268b87672516"')
    proof.set_defaults(run=_proof)
    check = actions.add_parser(
        "check-proof",
        help="check such a proof, with a public key",
        description="Check what `maillon ledger proof` printed: its path to the root, and the root's signature.",
    )
    check.add_argument("file", type=Path, help="the proof (JSON)")
    check.add_argument("--key", type=Path, metavar="FILE", help="public key in PEM (default: this platform's)")
    check.set_defaults(run=_check_proof)


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write 2026-11-24 or 2026-11-24T08:00") from None
    return timezone.make_aware(read) if timezone.is_naive(read) else read


def _kept(path: Path) -> list[Statement]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    names = Statement.__dataclass_fields__
    statements = [line.get("statement", line) for line in lines]  # as the public page gives it, or the command
    return [Statement(**{name: said[name] for name in names}) for said in statements]


def _verify(options: argparse.Namespace) -> int:
    try:
        kept = _kept(options.against) if options.against else []
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return _refuse(f"{options.against}: not checkpoints, one JSON a line: {error!r}")
    report = ledger.verify(
        since=options.since,
        processes=options.processes,
        every_checkpoint=options.every_checkpoint,
        kept=kept,
        most=options.most,
    )
    if options.json:
        _say(json.dumps(report.as_json(), ensure_ascii=False))
        return REFUSED if report.found else OK
    for problem in report.problems:
        _say(str(problem))
    if report.found > len(report.problems):
        _say(f"… and {report.found - len(report.problems)} more.")
    faults = "nothing wrong" if not report.found else f"{report.found} faults"
    _say(
        f"{report.entries} events in {report.streams} streams and {report.checkpoints} checkpoints: {faults} "
        f"({report.seconds:.1f} s)."
    )
    return REFUSED if report.found else OK


def _checkpoint(options: argparse.Namespace) -> int:
    made = ledger.checkpoint()
    if options.json:
        _say(json.dumps({**ledger.statement_of(made).__dict__, "signature": made.signature}))
    else:
        _say(f"Checkpoint {made.number}: {made.entries} events in {made.streams} streams, root {made.root}.")
    return OK


def _proof(options: argparse.Namespace) -> int:
    try:
        proof = ledger.proof(options.stream)
    except NotFound:
        return _refuse(f"{options.stream}: no checkpoint saw this stream. Make one: maillon ledger checkpoint.")
    _say(json.dumps(proof.as_json(), indent=2))
    return OK


def _check_proof(options: argparse.Namespace) -> int:
    try:
        proof = Proof.from_json(json.loads(options.file.read_text(encoding="utf-8")))
        key = PublicKey.from_pem(options.key.read_text(encoding="ascii")) if options.key else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        return _refuse(f"Not a proof or not a key: {error}")
    if not ledger.verify_proof(proof, {key.id: key} if key else None):
        return _refuse("This proof does not hold.")
    said = proof.checkpoint
    _say(f"{proof.stream} #{proof.sequence} was there at {said.at} (checkpoint {said.number}), hash {proof.hash}.")
    return OK


def _key(options: argparse.Namespace) -> int:
    _say(ledger.public_key().pem().strip())
    return OK


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _refuse(text: str) -> int:
    sys.stderr.write(f"maillon ledger: {text}\n")
    return REFUSED
