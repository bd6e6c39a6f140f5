"""A `Machine` as JSON and back, without loss: the schema "maillon-machine/1".

What was not said is absent, not null; only the kind, the vendor and the model are always there. Each part carries
`origin`: for each of its fields, `[tool, place, file]`. Sentences (`kind_because`, a dispute's `because`) are
`{"text", "values"}`: an English sentence with named holes, so that whoever shows it can translate it.

    to_dict(machine), from_dict(document)     lossless: from_dict(json.loads(json.dumps(to_dict(m)))) == m
    json_schema()                             JSON Schema 2020-12, with the units
    reading_to_json(file, result)             one line of `maillon inspect`
    python -m maillon.hardware.schema         prints docs/hardware/machine.md
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from operator import attrgetter
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from maillon.hardware import model
from maillon.hardware.messages import Message
from maillon.hardware.model import SCHEMA, Machine, Origin, Reading, Unreadable

Json = dict[str, Any]
Render = Callable[[Message], str]


# --- Out --------------------------------------------------------------------------------------------------------------


def to_dict(machine: Machine) -> Json:
    """A document that `json.dumps` takes: StrEnum members and tuples are left to it."""
    return {
        "schema": SCHEMA,
        "kind": machine.kind.value,
        "vendor": machine.vendor,
        "model": machine.model,
        **{name: value for name, value in _part(machine).items() if name != "kind"},
    }


def _part(part: Any) -> Json:
    cls: type = type(part)
    names, defaults, writers, values_of = _plan(cls)
    document: Json = {}
    for name, default, write, value in zip(names, defaults, writers, values_of(part), strict=True):
        if value is not default and value != default:
            document[name] = write(value) if write else value
    return document


class _Plan(NamedTuple):
    """How the parts of a class are written: one entry a field in each tuple."""

    names: tuple[str, ...]
    defaults: tuple[object, ...]
    writers: tuple[Callable[[Any], Any] | None, ...]  # None: the value is JSON already
    values_of: Callable[[Any], tuple[Any, ...]]


@cache
def _plan(part: type) -> _Plan:
    hints = get_type_hints(part)
    names = tuple(field.name for field in fields(part))
    defaults = tuple(map(_default, fields(part)))
    return _Plan(names, defaults, tuple(_writer_for(name, hints[name]) for name in names), attrgetter(*names))


def _default(field: Any) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING  # then it is always written


def _writer_for(name: str, hint: Any) -> Callable[[Any], Any] | None:
    hint = _without_none(hint)
    if hint is Message:
        return message_to_dict
    if is_dataclass(hint):
        return _part
    if get_origin(hint) is tuple and is_dataclass(get_args(hint)[0]):
        return _parts
    return _plain if hint is object or name == "others" else None


def _parts(values: tuple[Any, ...]) -> list[Json]:
    return [_part(value) for value in values]


def message_to_dict(message: Message) -> Json:
    """The sentence with its holes, and their values."""
    if not message.values:
        return {"text": message.text}
    return {"text": message.text, "values": {name: _plain(value) for name, value in message.values.items()}}


def _plain(value: Any) -> Any:
    """JSON for the few free values: what a sentence or a dispute holds."""
    if isinstance(value, Message):
        return message_to_dict(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _part(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


# --- In ---------------------------------------------------------------------------------------------------------------


def from_dict(document: Json) -> Machine:
    """The machine of a document written by `to_dict`. Raises ValueError for another schema or a broken document."""
    if document.get("schema") != SCHEMA:
        raise ValueError(f"Expected a document of schema {SCHEMA!r}, got {document.get('schema')!r}.")
    known = {field.name for field in fields(Machine)}
    try:
        return _read(Machine, {name: value for name, value in document.items() if name in known})  # type: ignore[no-any-return]
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"This {SCHEMA} document is broken: {error}") from error


def _read(part: type, document: Json) -> Any:
    hints = _hints(part)
    return part(**{name: _value(hints[name], value) for name, value in document.items()})


@cache
def _hints(part: type) -> dict[str, Any]:
    return {name: _without_none(hint) for name, hint in get_type_hints(part).items()}


def _value(hint: Any, value: Any) -> Any:
    if hint is Message:
        return _message(value)
    if hint == model.Origins:
        return {name: Origin(*origin) for name, origin in value.items()}
    if hint is Origin:
        return Origin(*value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if is_dataclass(hint):
        return _read(hint, value)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), value)
    return _free(value) if hint is object else value


def _tuple(inner: tuple[Any, ...], value: list[Any]) -> tuple[Any, ...]:
    """`tuple[X, ...]` and `tuple[X, Y]`."""
    if inner[-1] is Ellipsis:
        return tuple(_value(inner[0], item) for item in value)
    return tuple(_value(hint, item) for hint, item in zip(inner, value, strict=True))


def _message(document: Json) -> Message:
    return Message(document["text"], {name: _free(value) for name, value in document.get("values", {}).items()})


def _free(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_free(item) for item in value)
    if isinstance(value, dict) and "text" in value and value.keys() <= {"text", "values"}:
        return _message(value)
    return value


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        inner = [arg for arg in get_args(hint) if arg is not types.NoneType]
        return inner[0] if len(inner) == 1 else hint
    return hint


# --- A line of `maillon inspect` --------------------------------------------------------------------------------------


def reading_to_json(file: str, result: Reading | Unreadable, render: Render = str) -> Json:
    """`{"file", "format", "machines", "warnings"}`, or `{"file", "error": {"reason", "hint"}}`.

    render: how a sentence is said, in the language of who will read it.
    """
    if isinstance(result, Unreadable):
        return {"file": file, "error": {"reason": render(result.reason), "hint": render(result.hint)}}
    return {
        "file": file,
        "format": result.format,
        "machines": [to_dict(machine) for machine in result.machines],
        "warnings": [render(warning) for warning in result.warnings],
    }


# --- The schema and its page ------------------------------------------------------------------------------------------


@cache
def descriptions() -> Mapping[str, str]:
    """ "System.vendor" -> what it is, with its unit; from `data/machine-fields.csv`."""
    text = files("maillon.hardware").joinpath("data/machine-fields.csv").read_text(encoding="utf-8")
    rows = (row.partition(";") for row in text.splitlines() if row and not row.startswith("#"))
    return {name: description for name, _separator, description in rows}


def json_schema() -> Json:
    """The JSON Schema (2020-12) of a machine's document."""
    parts = [part for part in vars(model).values() if isinstance(part, type) and is_dataclass(part)]
    described = [
        part for part in parts if part.__name__ not in ("Machine", "Reading", "Unreadable", "Limits", "Message")
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA}",
        "title": "A computer as its own tools describe it",
        "type": "object",
        "required": ["schema", "kind", "vendor", "model"],
        "properties": {
            "schema": {"const": SCHEMA},
            "vendor": {"type": ["string", "null"], "description": descriptions()["Machine.vendor"]},
            "model": {"type": ["string", "null"], "description": descriptions()["Machine.model"]},
            **_properties(Machine),
        },
        "additionalProperties": False,
        "$defs": {part.__name__: _object(part) for part in described}
        | {"Message": _MESSAGE, "Origin": _ORIGIN, "Origins": _ORIGINS},
    }


_ORIGIN: Json = {
    "description": "Where a value was read: the tool, the place in its output, the file within an archive or folder.",
    "type": "array",
    "prefixItems": [{"type": "string"}, {"type": "string"}, {"type": "string"}],
    "minItems": 3,
    "maxItems": 3,
}
_ORIGINS: Json = {
    "description": "Where each field was read.",
    "type": "object",
    "additionalProperties": {"$ref": "#/$defs/Origin"},
}
_MESSAGE: Json = {
    "description": "An English sentence with named holes like %(line)s, and their values.",
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}, "values": {"type": "object"}},
    "additionalProperties": False,
}
_SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def _object(part: type) -> Json:
    required = [f.name for f in fields(part) if f.default is MISSING and f.default_factory is MISSING]
    schema: Json = {"type": "object", "properties": _properties(part), "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def _properties(part: type) -> Json:
    return {
        name: _schema_of(hint)
        | ({"description": descriptions()[f"{part.__name__}.{name}"]} if name != "origin" else {})
        for name, hint in _hints(part).items()
    }


def _schema_of(hint: Any) -> Json:
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    if hint == model.Origins:
        return {"$ref": "#/$defs/Origins"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [member.value for member in hint]}
    if isinstance(hint, type) and (hint is Origin or is_dataclass(hint)):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        if inner[-1] is Ellipsis:
            return {"type": "array", "items": _schema_of(inner[0])}
        return {"type": "array", "prefixItems": [_schema_of(item) for item in inner], "items": False}
    return {}


def reference() -> str:
    """The page docs/hardware/machine.md."""
    lines = [_INTRODUCTION.format(schema=SCHEMA)]
    for part, title in _TITLES.items():
        lines.append(f"\n## {title}\n\n| field | type | what |\n| --- | --- | --- |")
        for name, hint in _hints(part).items():
            if name != "origin":
                lines.append(f"| `{name}` | {_words(_schema_of(hint))} | {descriptions()[f'{part.__name__}.{name}']} |")
    return "\n".join(lines) + "\n"


def _words(schema: Json) -> str:
    """A type for people: "text", "number", "list of Storage", the values of an enumeration."""
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {"Message": "sentence", "Origin": "origin", "Origins": "origins"}.get(name, f"[{name}](#{name.lower()})")
    if schema.get("type") == "array":
        return f"list of {_words(schema['items'])}" if schema.get("items") else "list"
    kind = str(schema.get("type", "any value"))
    return {"string": "text", "boolean": "true or false"}.get(kind, kind)


_TITLES = {
    Machine: "Machine",
    model.System: "System",
    model.Chassis: "Chassis",
    model.Board: "Board",
    model.Firmware: "Firmware",
    model.Processor: "Processor",
    model.Memory: "Memory",
    model.MemoryModule: "MemoryModule",
    model.Storage: "Storage",
    model.Graphics: "Graphics",
    model.Display: "Display",
    model.NetworkInterface: "NetworkInterface",
    model.Battery: "Battery",
    model.Peripheral: "Peripheral",
    model.Port: "Port",
    model.Tpm: "Tpm",
    model.Lock: "Lock",
    model.Dispute: "Dispute",
}
_INTRODUCTION = """\
# A machine as JSON: `{schema}`

*This page is written by `python -m maillon.hardware.schema`, from the classes themselves; a test compares them.*

`maillon inspect FILE` prints such documents, in `machines`. `maillon inspect --schema` prints the same as JSON Schema.

- What was not said is absent. `schema`, `kind`, `vendor` and `model` are always there; the last two may be null.
- A value that means nothing ("To be filled by O.E.M.", zeros, a UUID that many boards share) counts as not said.
- Each part has an `origin`: for each of its fields, `[tool, place, file]`, as in
  `"serial": ["dmidecode", "line 214", "PC12/dmidecode.txt"]`. The file is empty when there was only one.
- A sentence is `{{"text": …, "values": …}}`: English with named holes, so that it can be translated.
- Where tools disagree, the value kept stands in its field, and `disputes` holds the others and why.
- Sizes are in bytes, frequencies in MHz, transfers in MT/s, energies in Wh, lengths in mm, dates in ISO 8601."""


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference())
