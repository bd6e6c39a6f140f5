"""Rows in a form that belongs to neither database: one JSON array a row, each value by the kind of its column.

    whole, real, text   as JSON has them          boolean   true, false
    uuid                32 hexadecimal digits     datetime  "2026-11-24 06:47:33.120000", UTC
    date, time          ISO 8601                  duration  microseconds
    decimal             text, all its digits      bytes     base64
    json                the text of the value     null      null

The values are those of the columns, not of the models' fields: what is encrypted in the database stays encrypted.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, timedelta
from decimal import Context, Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import models

KINDS = {
    "UUIDField": "uuid",
    "DateTimeField": "datetime",
    "DateField": "date",
    "TimeField": "time",
    "DurationField": "duration",
    "DecimalField": "decimal",
    "BooleanField": "boolean",
    "BinaryField": "bytes",
    "JSONField": "json",
    "FloatField": "real",
    **dict.fromkeys(("CharField", "TextField", "SlugField", "FileField", "FilePathField"), "text"),
    **dict.fromkeys(
        (
            "AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField",
            "PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField",
        ),
        "whole",
    ),
}  # fmt: skip

# Open sessions are keys to the platform in service: whoever finds a backup would be signed in, and who signed out would
# be signed in again by a restore.
LEFT_OUT = ("django_session",)

Convert = Callable[[Any], Any]


class Column(NamedTuple):
    name: str
    kind: str


class Table(NamedTuple):
    name: str
    columns: list[Column]
    key: list[str]  # names of the columns of its primary key

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def tables() -> list[Table]:
    """Every table that holds something of its own, by name. Derived ones (search indexes) have no managed model; open
    sessions are left out.
    """
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return [_table(name, found[name]) for name in sorted(found.keys() - LEFT_OUT)]


def _table(name: str, model: type[models.Model]) -> Table:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    key = [str(field.column) for field in model._meta.pk_fields]
    return Table(name, [Column(str(field.column), _kind(field)) for field in fields], key)


def _kind(field: models.Field[Any, Any]) -> str:
    while field.remote_field and isinstance(field, models.ForeignKey):
        field = field.target_field
    kind = KINDS.get(field.get_internal_type())
    if kind is None:
        raise NotImplementedError(f"{field}: no neutral form of {field.get_internal_type()} is known.")
    return kind


def from_sqlite(kind: str) -> Convert | None:
    """Turns a stored value that is not null into its neutral form; None when it is one already."""
    known: dict[str, Convert] = {"boolean": bool, "bytes": _base64, "decimal": _decimal_text}
    return known.get(kind)


def to_sqlite(kind: str) -> Convert | None:
    known: dict[str, Convert] = {"boolean": int, "bytes": b64decode}
    return known.get(kind)


def from_postgresql(kind: str) -> Convert | None:
    known: dict[str, Convert] = {
        "uuid": lambda value: value.hex if isinstance(value, UUID) else UUID(value).hex,
        "datetime": lambda value: str(value.astimezone(UTC).replace(tzinfo=None)),
        "date": str,
        "time": str,
        "duration": lambda value: value // timedelta(microseconds=1),
        "decimal": str,
        "bytes": _base64,
    }
    return known.get(kind)


def to_postgresql(kind: str) -> Convert | None:
    known: dict[str, Convert] = {
        "datetime": lambda value: f"{value}+00",
        "duration": lambda value: f"{value} microseconds",
        "bytes": b64decode,
    }
    return known.get(kind)


def _base64(value: bytes | memoryview) -> str:
    return b64encode(value).decode("ascii")


def _decimal_text(value: float | str) -> str:
    """SQLite keeps decimals as floats of 15 significant digits; Django reads them back the same way."""
    return str(Context(prec=15).create_decimal_from_float(value) if isinstance(value, float) else Decimal(value))
