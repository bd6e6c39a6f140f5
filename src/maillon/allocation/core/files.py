"""Problems and plans as files: large columns are written and hashed piece by piece."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

_PIECE = 20_000  # values written at a time


def load(text: str) -> Any:
    """A JSON document. Raises ValueError (json.JSONDecodeError tells the line) also when a key comes twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _value in pairs]
            raise ValueError(next(name for name in names if names.count(name) > 1))
        return found

    return json.loads(text, object_pairs_hook=once)


def canonical_pieces(value: Any) -> Iterator[str]:
    """The canonical JSON of a value, as `hashing.canonical` has it, in pieces."""
    if isinstance(value, dict):
        for at, key in enumerate(sorted(value)):
            yield f"{',' if at else '{'}{json.dumps(key, ensure_ascii=False)}:"
            yield from canonical_pieces(value[key])
        yield "}" if value else "{}"
    elif isinstance(value, list) and len(value) > _PIECE:
        for at in range(0, len(value), _PIECE):
            yield "," if at else "["
            yield _compact(value[at : at + _PIECE])[1:-1]
        yield "]"
    else:
        yield _compact(value)


def write(plan: dict[str, Any], file: TextIO) -> None:
    """A document, one line for each of its keys."""
    for at, (key, value) in enumerate(plan.items()):
        file.write(f"{',' if at else '{'}\n{json.dumps(key, ensure_ascii=False)}: ")
        for piece in canonical_pieces(value):
            file.write(piece)
    file.write("\n}\n")


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
