"""When an action is to happen, as people write it, relative to a school year.

« Dès mai-juin n-1 », « à la rentrée », « toute l’année », « 2e trimestre », « avant le 15 mars », « court terme »: a
span of days, or nothing rather than a guess. The school year *n* runs from 1 September to 5 July; its terms are those
of usage (September to December, January to March, April to July). Short, middle and long terms are ours: three months,
the school year, three school years; whoever follows the plan changes the days.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from maillon.consultation.trame.words import folded

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv"),
            ("fevrier", "fev", "fevr"),
            ("mars",),
            ("avril", "avr"),
            ("mai",),
            ("juin",),
            ("juillet", "juil"),
            ("aout",),
            ("septembre", "sept"),
            ("octobre", "oct"),
            ("novembre", "nov"),
            ("decembre", "dec"),
        ),
        1,
    )
    for name in names
}
FIRST_MONTH, LAST_DAY = 9, (7, 5)
SHORT_DAYS, LONG_YEARS = 92, 3


class Horizon(StrEnum):
    SHORT = "short"
    MIDDLE = "middle"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Moment:
    """start, end: both included; end is the last day of the school year where only a beginning is said.

    open: only a beginning, or only an end, was said. horizon: where a term was named.
    """

    start: date
    end: date
    open: bool = False
    horizon: Horizon | None = None


def school_year_of(day: date) -> int:
    """The year in which the school year of this day began: 2026 for 24 November 2026 and for 3 March 2027."""
    return day.year if day.month >= FIRST_MONTH - 1 else day.year - 1  # August prepares the year to come


def year_span(year: int) -> tuple[date, date]:
    return date(year, FIRST_MONTH, 1), date(year + 1, *LAST_DAY)


def understood(said: str, year: int, today: date) -> Moment | None:
    """year: the school year *n*. today: for « dès maintenant » and the terms. None: not understood."""
    words = re.sub(r"\bn ?([+-]) ?(\d)\b", r"n\1\2", said.lower())
    words = _kept(words)
    found = _explicit(words) or _named(words, year, today) or _months(words, year)
    return found and _bounded(found, words, year)


def whole(entries: Iterable[str], year: int, today: date) -> Moment | None:
    """The span that holds every one that is understood."""
    found = [moment for said in entries if (moment := understood(said, year, today))]
    if not found:
        return None
    horizons = {moment.horizon for moment in found if moment.horizon}
    return Moment(
        min(moment.start for moment in found),
        max(moment.end for moment in found),
        any(moment.open for moment in found),
        next(iter(horizons)) if len(horizons) == 1 else None,
    )


def _kept(words: str) -> str:
    """Without accents nor signs, but for those of dates and of n-1."""
    pieces = re.split(r"(\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{1,4})?|n[+-]\d)", words)
    return " ".join(piece if place % 2 else folded(piece) for place, piece in enumerate(pieces) if piece.strip())


def _explicit(words: str) -> Moment | None:
    days = []
    for match in re.finditer(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b", words):
        parts = match.groups()
        year, month, day = parts[:3] if parts[0] else parts[:2:-1]
        days.append(_day(int(year), int(month), int(day)))
    names = "|".join(MONTHS)
    for match in re.finditer(rf"\b(\d{{1,2}})(?:er)? ({names}) (\d{{4}})\b", words):
        days.append(_day(int(match[3]), MONTHS[match[2]], int(match[1])))
    known = [day for day in days if day]
    return Moment(min(known), max(known)) if known else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named(words: str, year: int, today: date) -> Moment | None:
    shifted = year + _offset(words)
    start, end = year_span(shifted)
    if re.search(r"\bcourt terme\b", words):
        return Moment(today, today + timedelta(days=SHORT_DAYS), horizon=Horizon.SHORT)
    if re.search(r"\bmoyen terme\b", words):
        return Moment(today, max(end, today), horizon=Horizon.MIDDLE)
    if re.search(r"\blong terme\b", words):
        return Moment(today, year_span(shifted + LONG_YEARS - 1)[1], horizon=Horizon.LONG)
    if re.search(r"\btoute l annee\b|\bannee scolaire\b|\btout au long de l annee\b|\ben continu\b", words):
        return Moment(start, end)
    if re.search(r"\b(?:pre rentree|prerentree)\b", words):
        return Moment(date(shifted, 8, 25), date(shifted, 9, 1))
    if re.search(r"\brentree\b", words):
        return Moment(start, date(shifted, 9, 30))
    if match := re.search(r"\b(1er|premier|2e|2eme|second|deuxieme|3e|3eme|troisieme|dernier) trimestre\b", words):
        return Moment(*_term(match[1], shifted))
    if re.search(r"\bfin (?:de l |d )annee\b", words):
        return Moment(date(shifted + 1, 6, 1), end)
    if re.search(r"\bdebut (?:de l |d )annee\b", words):
        return Moment(start, date(shifted, 10, 15))
    if re.search(r"\bnoel\b|\bvacances d hiver\b", words):
        return Moment(date(shifted, 12, 1), date(shifted, 12, 31))
    if re.search(r"\bimmediat|\bdes (?:maintenant|que possible|a present)\b|\btout de suite\b", words):
        return Moment(today, max(end, today), open=True)
    return None


def _term(name: str, year: int) -> tuple[date, date]:
    if name in ("1er", "premier"):
        return date(year, 9, 1), date(year, 12, 31)
    if name in ("2e", "2eme", "second", "deuxieme"):
        return date(year + 1, 1, 1), date(year + 1, 3, 31)
    return date(year + 1, 4, 1), date(year + 1, *LAST_DAY)


def _offset(words: str) -> int:
    match = re.search(r"\bn([+-]\d)\b", words)
    return int(match[1]) if match else 0


def _months(words: str, year: int) -> Moment | None:
    """Months of the school year, of the one before or after where n-1 or n+1 says so, or of a year that is written."""
    named = [(match[1], match[2]) for match in re.finditer(rf"\b({'|'.join(MONTHS)})(?: (\d{{4}}))?\b", words)]
    if not named:
        return None
    written = next((int(each) for _name, each in reversed(named) if each), None)
    spans = []
    for name, own in named:
        month = MONTHS[name]
        calendar = int(own) if own else written
        if calendar is None:
            calendar = year + _offset(words) + (month < FIRST_MONTH)
        spans.append((date(calendar, month, 1), date(calendar, month, monthrange(calendar, month)[1])))
    start, end = spans[0][0], spans[-1][1]
    if end < start:  # « d'octobre à mars », over the new year, with one year written for both
        start = start.replace(year=start.year - 1)
    return Moment(start, end)


def _bounded(found: Moment, words: str, year: int) -> Moment:
    """« dès » says a beginning alone, « avant » an end alone."""
    if re.match(r"(?:des|a partir|a compter|depuis)\b", words) and not found.open:
        last = year_span(max(year, school_year_of(found.start)))[1]
        return Moment(found.start, max(last, found.end), True, found.horizon)
    if re.match(r"(?:avant|d ici|jusqu)\b", words):
        first = year_span(school_year_of(found.end))[0]
        end = found.start if re.match(r"avant\b", words) and found.start != found.end else found.end
        return Moment(min(first, end), end, True, found.horizon)
    return found
