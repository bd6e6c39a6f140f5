"""The sentences of pure modules, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from maillon.hardware.messages import Message


def told(message: Message | None) -> str:
    """A `Message` as a person reads it; its values that are messages themselves are told too."""
    if message is None or not message.text:
        return ""
    text = gettext(message.text)
    return text % _values(message.values) if message.values else text


def _values(values: Mapping[str, object]) -> dict[str, object]:
    return {name: told(value) if isinstance(value, Message) else value for name, value in values.items()}


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
