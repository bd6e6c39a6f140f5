"""Canonical JSON, and the hashes that tie a plan to its problem."""

import hashlib
from collections.abc import Mapping
from typing import Any

from maillon.allocation.core.files import canonical_pieces


def canonical_hash(value: Any) -> str:
    """SHA-256 of the one text of a value: keys sorted, no spaces, UTF-8.

    Raises UnicodeEncodeError on a lone surrogate, TypeError on a key that is not a text.
    """
    digest = hashlib.sha256()
    for piece in canonical_pieces(value):
        digest.update(piece.encode())
    return digest.hexdigest()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def problem_hash(problem: Mapping[str, object]) -> str:
    """The hash a plan names: of the whole problem but its `seed`, which is revealed later."""
    return canonical_hash({key: value for key, value in problem.items() if key != "seed"})


def plan_hash(plan: Mapping[str, Any]) -> str:
    """The hash a certificate names: of the whole plan, its reasons and its certificate too, but this hash."""
    certificate = {key: value for key, value in plan["certificate"].items() if key != "plan_sha256"}
    return canonical_hash({**plan, "certificate": certificate})
