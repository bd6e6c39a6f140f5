"""Canonical JSON, and the hashes that tie a plan to its problem."""

import hashlib
import json
from collections.abc import Mapping


def canonical(value: object) -> bytes:
    """The one text of a value: keys sorted, no spaces, UTF-8. Raises UnicodeEncodeError on a lone surrogate."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def problem_hash(problem: Mapping[str, object]) -> str:
    """The hash a plan names: of the whole problem but its `seed`, which is revealed later."""
    return sha256(canonical({key: value for key, value in problem.items() if key != "seed"}))


def plan_hash(plan: Mapping[str, object]) -> str:
    """The hash a certificate names: of what was decided, for which problem and with which seed."""
    return sha256(canonical({key: plan[key] for key in ("problem_sha256", "seed", "values", "assign")}))
