"""The sentences of pure modules, in the reader's language."""

from collections.abc import Mapping

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
