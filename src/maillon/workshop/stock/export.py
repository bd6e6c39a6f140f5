"""The stock as a file: see `maillon.kernel.sheets`."""

from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from maillon.kernel import sheets
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal
from maillon.workshop.stock import queries
from maillon.workshop.stock.columns import COLUMNS, spelled
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.queries import DeviceRow

MOST_ODS_ROWS = 100_000


def device_rows(actor: Actor, filters: StockFilters | None, numbers: list[int] | None = None) -> Iterator[DeviceRow]:
    """Rows of a selection, or of everything the filters give, a thousand at a time. Raises NotAllowed at once."""
    actor.require("stock.export")
    runs: Iterable[list[int]]
    if numbers is not None:
        runs = (numbers[i : i + queries.MOST_COUNTED] for i in range(0, len(numbers), queries.MOST_COUNTED))
    else:
        runs = queries.numbers_of(actor, filters or StockFilters())
    return (row for run in runs for row in queries.rows_of(run))


def csv_lines(rows: Iterable[DeviceRow]) -> Iterator[str]:
    """A CSV file in pieces, one line a device. Titles in the language of the request, which ends before the file."""
    return sheets.csv_pieces([str(column.title) for column in COLUMNS], map(spelled, rows))


def write_ods(rows: Iterable[DeviceRow], target: IO[bytes]) -> int:
    """Write an ODS file; returns how many devices it holds. Raises Refusal over MOST_ODS_ROWS."""
    count = 0

    def counted() -> Iterator[Iterable[Any]]:
        nonlocal count
        for row in rows:
            count += 1
            if count > MOST_ODS_ROWS:
                raise Refusal(
                    _("An ODS file holds at most %(most)d machines.") % {"most": MOST_ODS_ROWS},
                    _("Narrow the list with the filters, or export it as CSV, which has no limit."),
                )
            yield spelled(row)

    sheets.write_ods(target, ("Stock", [str(column.title) for column in COLUMNS], counted()))
    return count
