"""`maillon erasure`: verify a certificate of erasure, without any database."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.utils.translation import gettext as _

from maillon.kernel import trouble


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon erasure",
        description=_("Verify certificates of erasure: the JSON offered on each certificate's public page."),
        epilog=_(
            "Give the issuer's public key with --key, fetched from a place you trust (its /cle-publique.pem). Without "
            "it the key inside the file is used, which only shows that the file is whole."
        )
        + " "
        + _("Exit codes: 0 all hold, 1 one does not, 2 wrong use."),
    )
    parser.add_argument(
        "certificate", nargs="+", type=Path, help=_("JSON files, as “Signed statement (JSON)” gives them")
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help=_("the issuer's public keys, in PEM"))
    options = parser.parse_args(argv)
    try:
        trusted = _keys(options.key.read_bytes().decode("ascii")) if options.key else None
    except OSError as error:
        parser.error(f"--key {trouble.of_file(error)}")
    except ValueError:
        parser.error(_("--key %s: this is not a public key in PEM. Fetch /cle-publique.pem again.") % options.key)
    failed = 0
    for path in options.certificate:
        answer, right = verify(path, trusted)
        failed += not right
        if right:
            sys.stdout.write(f"{answer}\n")
        else:
            sys.stderr.write(f"maillon erasure: {answer}\n")
    return 1 if failed else 0


def verify(path: Path, trusted: list[Ed25519PublicKey] | None) -> tuple[str, bool]:
    """A sentence, and whether the certificate holds."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return trouble.of_file(error), False
    try:
        document = json.loads(content)
        statement, signature = document["statement"], bytes.fromhex(document["signature"])
        told: dict[str, Any] = json.loads(statement)
        keys = trusted if trusted is not None else _keys(document["public_key"])
        medium, level = told["medium"], told["sanitization"]["level"]
        disk = " ".join(part for part in (medium["vendor"], medium["model"], medium["serial"]) if part)
        described = f"{told['number']}, {disk}, {level}, {told['issued_at']}, {told['issuer']}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _("%s: this is not a certificate of erasure. Give the JSON of its public page.") % path, False
    if not any(_holds(key, signature, statement.encode()) for key in keys):
        return (
            _("%s: the signature does not hold. It was altered, or signed by another key: fetch it again.") % path,
            False,
        )
    said = {"file": path, "certificate": described}
    if trusted is None:
        return (
            _("%(file)s holds by the key inside it: %(certificate)s. Fetch the issuer's key and give it with --key.")
            % said,
            True,
        )
    return _("%(file)s holds: %(certificate)s.") % said, True


def _holds(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _keys(pem: str) -> list[Ed25519PublicKey]:
    blocks = [block + "-----END PUBLIC KEY-----\n" for block in pem.split("-----END PUBLIC KEY-----")[:-1]]
    keys = [load_pem_public_key(block.strip().encode() + b"\n") for block in blocks]
    found = [key for key in keys if isinstance(key, Ed25519PublicKey)]
    if not found:
        raise ValueError("no Ed25519 public key in PEM")
    return found
