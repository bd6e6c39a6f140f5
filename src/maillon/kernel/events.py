"""The kinds of events of the ledger: each is registered once, by the `events.py` of the app that writes it.

    register(
        "device.handed_over",
        sentence=_("Handed over, request %(request)s"),
        fields={"request": Field.CODE},
    )

An event says what happened to what, when and by whom, in identifiers, codes, numbers and choices: never a name, an
address or a telephone. The ledger can not forget, so it must not learn.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext

from maillon.kernel import codes, wording
from maillon.kernel.canonical import LARGEST_INTEGER


class Field(StrEnum):
    """What a payload field may hold. A list of such values is accepted wherever one is; None says "not known"."""

    ID = "id"  # UUID
    CODE = "code"  # what a machine made: human code, digest, version, serial, file name of ours; no space
    ENUM = "enum"  # one of a list of ours: lower case
    INT = "int"  # a whole number, in the smallest unit
    BOOL = "bool"
    DATE = "date"  # ISO 8601 day or instant
    TEXT = "text"  # free text: the line that registers it says in a comment why it holds no personal data


_SHAPES = {
    Field.CODE: re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/+#@=-]{0,127}"),
    Field.ENUM: re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}"),
}
_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,47}")
LONGEST_TEXT = 2000
TAKEN = {"kind", "actor", "subject", "at", "stream"}  # names of `ledger.append`'s own arguments


class UnknownKind(ValueError):
    """No app registered this kind of event."""


class BadPayload(ValueError):
    """A field that this kind of event does not have, or a value that its field does not take."""


@dataclass(frozen=True)
class Kind:
    name: str
    sentence: str | Promise
    fields: Mapping[str, Field]
    labels: Mapping[str, Mapping[Any, str | Promise]]


class Told(Protocol):
    """What `sentence` reads of an entry."""

    kind: str

    @property
    def data(self) -> dict[str, Any]: ...


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    sentence: str | Promise,
    fields: Mapping[str, Field] | None = None,
    labels: Mapping[str, Mapping[Any, str | Promise]] | None = None,
) -> str:
    """Declare a kind of event and return its name.

    kind: "<what>.<happened>", such as "device.received"; "<what>" is the default stream's prefix.
    sentence: for timelines, translatable, with %(field)s where a field's value is told.
    labels: for fields of choices, the words of each value, such as {"state": dict(State.choices)}.
    """
    if not _KIND.fullmatch(kind):
        raise ValueError(f'{kind!r} is not a kind of event: "what.happened", lower case.')
    if kind in _kinds:
        raise ValueError(f"{kind} is registered twice.")
    fields = dict(fields or {})
    if taken := TAKEN & fields.keys():
        raise ValueError(f"{kind}: {', '.join(sorted(taken))} can not name a field.")
    if stray := (labels or {}).keys() - fields.keys():
        raise ValueError(f"{kind}: labels of unknown fields: {', '.join(sorted(stray))}.")
    _kinds[kind] = Kind(kind, sentence, fields, dict(labels or {}))
    return kind


def registered() -> dict[str, Kind]:
    return dict(_kinds)


def checked(kind: str, payload: Mapping[str, object]) -> dict[str, object]:
    """The payload as it is stored. Raises UnknownKind, BadPayload (naming the field)."""
    if (known := _kinds.get(kind)) is None:
        raise UnknownKind(f"{kind}: no app registered this kind of event (see maillon.kernel.events).")
    if stray := payload.keys() - known.fields.keys():
        raise BadPayload(f"{kind}: unregistered field {', '.join(sorted(stray))}.")
    return {name: _value(kind, name, known.fields[name], value) for name, value in payload.items()}


def _value(kind: str, name: str, field: Field, value: object) -> object:
    if value is None:
        return None
    if isinstance(value, list | tuple | frozenset | set):
        items = sorted(value) if isinstance(value, frozenset | set) else value
        return [_one(kind, name, field, item) for item in items]
    return _one(kind, name, field, value)


def _one(kind: str, name: str, field: Field, value: object) -> object:
    if field is Field.ID and isinstance(value, UUID):
        return str(value)
    if field is Field.DATE and isinstance(value, date):  # a datetime is a date too
        return value.isoformat()
    if not _fits(field, value):
        raise BadPayload(f"{kind}: {name}={value!r} is not {field.name}.")
    return str(value) if isinstance(value, str) else value


def _fits(field: Field, value: object) -> bool:
    match field:
        case Field.BOOL:
            return isinstance(value, bool)
        case Field.INT:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER
        case Field.TEXT:
            return isinstance(value, str) and len(value) <= LONGEST_TEXT
        case Field.ID:
            return isinstance(value, str) and _is_uuid(value)
        case Field.DATE:
            return isinstance(value, str) and _is_date(value)
        case _:
            return isinstance(value, str) and _SHAPES[field].fullmatch(value) is not None


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


class _Told(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


def sentence(entry: Told) -> str:
    """What happened, in the reader's language; a kind that no app knows any more is told by its name."""
    known = _kinds.get(entry.kind)
    if known is None:
        return gettext("Event %(kind)s") % {"kind": entry.kind}
    told = {
        name: _day(value)
        if known.fields.get(name) is Field.DATE and isinstance(value, str)
        else _told(value, known.labels.get(name, {}))
        for name, value in entry.data.items()
    }
    return str(known.sentence) % _Told(told)


def _day(value: str) -> str:
    """A day or an instant as the reader writes it."""
    read = datetime.fromisoformat(value)
    return wording.moment(read) if read.tzinfo else wording.long_date(read.date())


def _told(value: object, labels: Mapping[Any, str | Promise]) -> str:
    if value is None or value == []:
        return str(labels.get(None, "–"))
    if isinstance(value, list):
        return ", ".join(_told(item, labels) for item in value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value in labels:
        return str(labels[value])
    return codes.pretty(value) if isinstance(value, str) and codes.parse(value) == value else str(value)
