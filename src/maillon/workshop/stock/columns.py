"""The columns of an export, which is also what may be imported again. Described for people in docs/stock.md."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.kernel import codes
from maillon.workshop.models import Condition
from maillon.workshop.stock.facets import DIMENSIONS, DISK_LABELS
from maillon.workshop.stock.queries import DeviceRow
from maillon.workshop.stock.words import folded
from maillon.workshop.vocabulary import System


class Column(NamedTuple):
    name: str  # the same in every language, understood by imports too
    title: str | Promise
    value: Callable[[DeviceRow], Any]  # text, a whole number or None
    editable: bool = False
    compared: bool = True  # whether an import that differs is told


def _labelled(labels: Mapping[str, Any], name: str) -> Callable[[DeviceRow], str]:
    def value(row: DeviceRow) -> str:
        found = getattr(row, name)
        return str(labels.get(found, found)) if found else ""

    return value


def _moment(name: str) -> Callable[[DeviceRow], str]:
    return lambda row: timezone.localtime(getattr(row, name)).isoformat(sep=" ", timespec="seconds")[:19]


def _of(name: str) -> Callable[[DeviceRow], Any]:
    return lambda row: getattr(row, name)


COLUMNS: tuple[Column, ...] = (
    Column("code", _("Code"), lambda row: codes.pretty(row.code), compared=False),
    Column("state", _("State"), _labelled(DIMENSIONS["state"], "state")),
    Column("kind", _("Kind"), _labelled(DIMENSIONS["kind"], "kind")),
    Column("vendor", _("Make"), _of("vendor")),
    Column("model", _("Model"), _of("model")),
    Column("serial", _("Serial number"), _of("serial")),
    Column("asset_tag", _("Donor's tag"), _of("asset_tag"), editable=True),
    Column("processor", _("Processor"), _of("processor")),
    Column("memory_mb", _("Memory (MB)"), _of("memory_mb")),
    Column("disk_kind", _("Disk"), _labelled(DISK_LABELS, "disk_kind")),
    Column("disk_gb", _("Disk size (GB)"), _of("disk_gb")),
    Column("grade", _("Grade (0 to 5)"), _of("grade")),
    Column("condition", _("Looks (A to D)"), _of("condition"), editable=True),
    Column("system", _("System installed"), _labelled(dict(System.choices), "system")),
    Column("place", _("Place"), lambda row: row.place or "", editable=True),
    Column("lot", _("Lot"), lambda row: row.lot or "", editable=True),
    Column("donor", _("Donor"), lambda row: row.donor or ""),
    Column("holder", _("Workshop"), _of("holder")),
    Column("created_at", _("Entered on"), _moment("created_at"), compared=False),
    Column("changed_at", _("Changed on"), _moment("changed_at"), compared=False),
)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
CONDITIONS = frozenset(Condition.values)


def known_titles() -> dict[str, Column]:
    """Every way a column may be called in a file: its name, and its title in each language of the platform."""
    titles = {folded(column.name): column for column in COLUMNS}
    for language in ("fr", "en"):
        with translation.override(language):
            titles |= {folded(str(column.title)): column for column in COLUMNS}
    return titles


def spelled(row: DeviceRow) -> list[Any]:
    return [column.value(row) for column in COLUMNS]
