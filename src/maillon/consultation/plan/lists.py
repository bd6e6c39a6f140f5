"""Measures of an indicator from a spreadsheet or a CSV: a day, a value, where it comes from. All of it, or nothing."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maillon.consultation.plan import commands
from maillon.hardware import tables
from maillon.hardware.model import Limits, Unreadable
from maillon.hardware.tables import Cell
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal
from maillon.kernel.translation import told

LIMITS = Limits(input_bytes=2 * 2**20, seconds=10)
MOST_ROWS = 1_000
MOST_SAID = 20  # problems told at once


@dataclass(frozen=True, slots=True)
class Row:
    on: date
    value: Decimal
    source: str


def enter(*, actor: Actor, indicator_id: UUID, data: bytes) -> int:
    """Enter each row; the same day again replaces its value. Returns how many.

    Raises NotAllowed, NotFound, Refusal (no list; what is wrong, row by row: nothing is entered then).
    """
    rows = read(data)
    with transaction.atomic():
        for row in rows:
            commands.measure(actor=actor, indicator_id=indicator_id, on=row.on, value=row.value, source=row.source)
    return len(rows)


def read(data: bytes) -> list[Row]:
    """Rows of day, value, source; a first row of titles is left out. Raises Refusal."""
    found = tables.read_tables(data, LIMITS) if len(data) <= LIMITS.input_bytes else []
    if isinstance(found, Unreadable):
        raise Refusal(told(found.reason), told(found.hint))
    cells = found[0].rows if found else ()
    if not cells or len(cells) > MOST_ROWS:
        raise Refusal(
            _("This list holds no measure, or more than %(most)d.") % {"most": MOST_ROWS},
            _("One row a day: the day, the value, where it comes from."),
        )
    rows: list[Row] = []
    wrong: list[str] = []
    today = timezone.localdate()
    for number, row in enumerate(cells, 1):
        if not any(cell not in (None, "") for cell in row):
            continue
        on, value = _day(row[0]), _value(row[1]) if len(row) > 1 else None
        if on is None and value is None and not rows and not wrong:
            continue  # titles
        if on is None:
            wrong.append(_("row %(number)d: “%(said)s” is no day") % {"number": number, "said": row[0]})
        elif on > today:
            wrong.append(_("row %(number)d: this day is yet to come") % {"number": number})
        elif value is None:
            said = row[1] if len(row) > 1 else ""
            wrong.append(_("row %(number)d: “%(said)s” is no number") % {"number": number, "said": said})
        else:
            rows.append(Row(on, value, str(row[2] or "") if len(row) > 2 else ""))
    if wrong or not rows:
        told_of = " ; ".join(wrong[:MOST_SAID]) or _("no row holds a measure")
        raise Refusal(
            _("Nothing was entered: %(wrong)s.") % {"wrong": told_of}, _("Correct these rows and send the list again.")
        )
    return rows


def _day(cell: Cell) -> date | None:
    if isinstance(cell, date):
        return cell
    said = str(cell or "").strip()
    match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", said)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(said)
    except ValueError:
        return None


def _value(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool) or cell is None:
        return None
    said = re.sub(r"[\s\u00a0\u202f%]", "", str(cell)).replace(",", ".")
    try:
        value = Decimal(said)
    except InvalidOperation:
        return None
    return round(value, 2) if value.is_finite() and abs(value) < 10**10 else None
