"""Canonical JSON: one text for one value, so that a hash means the same thing everywhere (RFC 8785).

Narrower than the RFC on purpose: no fraction, because nobody's decimals survive every language. Write lengths in
millimetres, money in cents, rates in thousandths.
"""

import json

Value = str | int | bool | None | list["Value"] | dict[str, "Value"]

MOST_LEVELS = 16
# RFC 8785 numbers are IEEE 754 doubles: beyond this, two readers may see two numbers.
LARGEST_INTEGER = 2**53 - 1


class NotCanonical(ValueError):
    """This value has no canonical text here; the message names where and why."""


def text(value: object) -> str:
    """The canonical JSON of str, int, bool, None, and lists (or tuples) and dicts of them.

    Raises NotCanonical: fraction, other type, key that is not text, integer beyond ±(2**53 - 1), lone surrogate,
    more than 16 levels.
    """
    return json.dumps(_checked(value, "", 0), ensure_ascii=False, separators=(",", ":"))


def encode(value: object) -> bytes:
    return text(value).encode()


def _checked(value: object, path: str, level: int) -> Value:
    if level > MOST_LEVELS:
        raise NotCanonical(f"{path or 'the value'}: more than {MOST_LEVELS} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotCanonical(f"{path or 'the value'}: {value} is beyond ±(2**53 - 1); write it as text")
        return int(value)
    if isinstance(value, float):
        raise NotCanonical(f"{path or 'the value'}: {value} is a fraction; use an integer in the smallest unit")
    if isinstance(value, list | tuple):
        return [_checked(item, f"{path}[{place}]", level + 1) for place, item in enumerate(value)]
    if isinstance(value, dict):
        return _object(value, path, level)
    raise NotCanonical(f"{path or 'the value'}: {type(value).__name__} has no JSON form")


def _text(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotCanonical(f"{path or 'the value'}: text with half a character (lone surrogate)") from None
    return str(value)


def _object(value: dict[object, object], path: str, level: int) -> Value:
    keys: list[str] = []
    for key in value:
        if not isinstance(key, str):
            raise NotCanonical(f"{path or 'the value'}: the key {key!r} is not text")
        keys.append(_text(key, path))
    keys.sort(key=lambda key: key.encode("utf-16-be"))  # RFC 8785 sorts by UTF-16 code units
    return {key: _checked(value[key], f"{path}.{key}" if path else key, level + 1) for key in keys}
