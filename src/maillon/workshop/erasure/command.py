"""`maillon erasure`: verify a certificate of erasure, without any database."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon erasure",
        description="Verify certificates of erasure: the JSON offered on each certificate's public page.",
        epilog="Give the issuer's public key with --key, fetched from a place you trust (its /cle-publique.pem). "
        "Without it the key inside the file is used, which only shows that the file is whole. "
        "Exit 0: all hold; 1: one does not; 2: wrong use.",
    )
    parser.add_argument("certificate", nargs="+", type=Path, help="JSON files, as “Signed statement (JSON)” gives them")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the issuer's public keys, in PEM")
    options = parser.parse_args(argv)
    try:
        trusted = _keys(options.key.read_text(encoding="ascii")) if options.key else None
    except (OSError, ValueError) as error:
        parser.error(f"{options.key}: {error}")
    failed = 0
    for path in options.certificate:
        answer, right = verify(path, trusted)
        failed += not right
        (sys.stdout if right else sys.stderr).write(f"{path}: {answer}\n")
    return 1 if failed else 0


def verify(path: Path, trusted: list[Ed25519PublicKey] | None) -> tuple[str, bool]:
    """A sentence, and whether the certificate holds."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        statement, signature = document["statement"], bytes.fromhex(document["signature"])
        told: dict[str, Any] = json.loads(statement)
        keys = trusted if trusted is not None else _keys(document["public_key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"not a certificate of erasure ({error})", False
    if not any(_holds(key, signature, statement.encode()) for key in keys):
        return "the signature does not hold: altered, or signed by another key", False
    medium, level = told["medium"], told["sanitization"]["level"]
    disk = " ".join(part for part in (medium["vendor"], medium["model"], medium["serial"]) if part)
    sure = "" if trusted is not None else " (key of the file itself: fetch the issuer's and give it with --key)"
    return f"holds. {told['number']}: {disk}, {level}, {told['issued_at']}, {told['issuer']}{sure}", True


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
