"""How long a loan lasts and when it becomes a gift. Pure."""

import calendar
from datetime import date

SOON_DAYS = 30


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day when it has none. Raises ValueError for months < 0."""
    if months < 0:
        raise ValueError(f"Expected months >= 0, got {months}.")
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def gift_day(start: date, due_on: date | None, gift_after_months: int | None) -> date | None:
    """The day a loan becomes a gift; None without such a rule, or when the machine is due back before."""
    if not gift_after_months:
        return None
    day = months_later(start, gift_after_months)
    return day if due_on is None or day <= due_on else None
