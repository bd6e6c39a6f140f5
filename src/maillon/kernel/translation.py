"""The sentences of pure modules, in the reader's language."""

import re
from typing import Any

from django.utils.translation import gettext

from maillon.hardware.messages import Message
from maillon.kernel import wording

_WHOLE_NUMBER = re.compile(r"%\((\w+)\)d")
_LONG_NUMBER = 10_000  # shorter ones may be years or line numbers: they are not grouped


def told(message: Message | None) -> str:
    """A `Message` as a person reads it; its values that are messages themselves are told too."""
    if message is None or not message.text:
        return ""
    text = gettext(message.text)
    if not message.values:
        return text
    return _WHOLE_NUMBER.sub(r"%(\1)s", text) % {name: _word(value) for name, value in message.values.items()}


def _word(value: object) -> object:
    """A value as a person reads it: 499999997952 is "499 999 997 952" in French, 3.5 is "3,5"."""
    if isinstance(value, Message):
        return told(value)
    if isinstance(value, float) and not value.is_integer():
        return wording.number(value, 1)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return wording.number(value) if abs(value) >= _LONG_NUMBER else int(value)
    return value


def kept(message: Message) -> list[Any]:
    """A message as JSON keeps it: its sentence and its values, to be told later in any language."""
    return [message.text, {name: _plain(value) for name, value in message.values.items()}]


def from_kept(stored: list[Any] | None) -> Message:
    if not stored:
        return Message("")
    text, values = stored
    return Message(text, {n: from_kept(v) if isinstance(v, list) else v for n, v in values.items()})


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return kept(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)
