"""What readers share: building a part value by value, and looking into JSON that strangers wrote."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from maillon.hardware.model import NetworkKind, Origin, StorageKind

T = TypeVar("T")
_UNSAID = (None, StorageKind.UNKNOWN, NetworkKind.UNKNOWN)


class Facts(Generic[T]):
    """A part of a machine being read: its values, each with where it was read. The first word on a field stays."""

    def __init__(self, part: Callable[..., T]) -> None:
        self.values: dict[str, Any] = {}
        self._part = part
        self._origin: dict[str, Origin] = {}

    def put(self, field: str, value: object, at: Origin) -> None:
        """Keep a value, unless it says nothing or the field was said before."""
        if value not in _UNSAID and field not in self.values:
            self.values[field] = value
            self._origin[field] = at

    def __contains__(self, field: str) -> bool:
        return field in self.values

    def __bool__(self) -> bool:
        return bool(self.values)

    def build(self) -> T:
        return self._part(**self.values, origin=self._origin)


def dict_of(value: object) -> dict[str, Any]:
    """The object, or an empty one when the document holds something else there."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """The list; a lone object counts as a list of one, as XML converters write it."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def objects_of(value: object) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a list with their index, for paths; other members are passed over."""
    return [(index, item) for index, item in enumerate(list_of(value)) if isinstance(item, dict)]


def text_of(value: object) -> str | None:
    """A string or number as text; None for anything else and for blanks."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None
