"""When a place is open: OpenStreetMap's `opening_hours`, the part of it that places of ours use, and closed days.

PURE: no Django, no clock. What is read (docs/rendez-vous.md, "Les horaires"):

    hours  = rule {";" rule}                  a later rule replaces the earlier ones on the days it names
    rule   = "24/7" | [dates] [weeks] [days] times
    dates  = "Jul" | "Jul-Aug" | "Dec 24" | "Jul 14-20" | "Dec 24-Jan 02", several with commas
    weeks  = "week 1-53/2" (odd ISO weeks) | "week 10-12", several with commas
    days   = "Mo" | "Mo-Fr" | "Sa[1]" (first of the month, [-1] the last) | "PH" (public holidays), several with commas
    times  = "09:00-12:00,14:00-18:00" | "off"

Two choices are ours, for whoever walks to a door: on a public holiday a place is closed unless its hours name PH (the
standard leaves it open), and no range goes past midnight.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from maillon.hardware.messages import Message, _
from maillon.territory.holidays import Region, holidays

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EXAMPLE = "Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00; PH off"
LONGEST = 366 * 2  # days looked at for the next open one
EVERY_DAY = frozenset(range(7))
_LAST_DAY = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Names that Django's own catalogue translates.
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class HoursError(ValueError):
    """Hours that are not understood: `message` says what, where and what to write; `column` counts from 1."""

    def __init__(self, message: Message, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(str(message))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a minute of the day to another, the end left out; 1440 is midnight at the end of the day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 1440:
            raise ValueError(f"Expected 0 <= start < end <= 1440 minutes, got {self.start}, {self.end}.")


Spans = tuple[Span, ...]
MonthDay = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """Days and their spans, in order and apart; no span: closed.

    dates: from a (month, day) to another, both within, over the new year when the second comes first.
    weeks: (first, last, step) of ISO weeks. weekdays: 0 is Monday. nth: (weekday, n) such as (5, 1), the first Saturday
    of the month, or (5, -1), the last. holidays: public holidays. No weekday, nth nor holiday: every day.
    """

    spans: Spans
    weekdays: frozenset[int] = frozenset()
    nth: frozenset[tuple[int, int]] = frozenset()
    holidays: bool = False
    dates: tuple[tuple[MonthDay, MonthDay], ...] = ()
    weeks: tuple[tuple[int, int, int], ...] = ()

    def opens(self, day: date, holiday: bool) -> bool:
        """Whether it says something of this day; on a holiday it must name them, or close."""
        if not self._season(day):
            return False
        if holiday and self.holidays:
            return True
        if holiday and self.spans:
            return False
        if not (self.weekdays or self.nth or self.holidays):
            return True
        return day.weekday() in self.weekdays or any(
            weekday == day.weekday() and n in _nth(day) for weekday, n in self.nth
        )

    def _season(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.dates and not any(
            first <= here <= last if first <= last else here >= first or here <= last for first, last in self.dates
        ):
            return False
        week = day.isocalendar().week
        return not self.weeks or any(
            first <= week <= last and (week - first) % step == 0 for first, last, step in self.weeks
        )


def _nth(day: date) -> tuple[int, int]:
    """Which of its weekday in the month, from the beginning and from the end."""
    following = day.replace(day=28) + timedelta(days=4)
    last = (following - timedelta(days=following.day)).day
    return (day.day - 1) // 7 + 1, -((last - day.day) // 7 + 1)


@dataclass(frozen=True, slots=True)
class Hours:
    rules: tuple[Rule, ...] = ()  # none: not known

    def ranges(self, day: date, *, holiday: bool = False) -> Spans:
        """The spans of a day, in order; none when closed, or when no hours are known."""
        spans: Spans = ()
        for rule in self.rules:
            if rule.opens(day, holiday):
                spans = rule.spans
        return spans

    def names_holidays(self) -> bool:
        return any(rule.holidays for rule in self.rules)

    def week(self) -> tuple[Spans, ...] | None:
        """The seven days from Monday on, when that says all but "PH off"; None otherwise."""
        days: list[Spans] = [()] * 7
        for rule in self.rules:
            if rule.dates or rule.weeks or rule.nth or (rule.holidays and rule.spans):
                return None
            for weekday in rule.weekdays if rule.weekdays or rule.holidays else EVERY_DAY:
                days[weekday] = rule.spans
        return tuple(days)


def from_week(days: Sequence[Spans]) -> Hours:
    """Hours of seven days from Monday on, closed on public holidays; none when all is closed."""
    if len(days) != 7:
        raise ValueError(f"Expected 7 days, got {len(days)}.")
    alike: dict[Spans, set[int]] = {}
    for weekday, spans in enumerate(days):
        if spans:
            alike.setdefault(spans, set()).add(weekday)
    rules = [Rule(spans, weekdays=frozenset(weekdays)) for spans, weekdays in alike.items()]
    return Hours((*rules, Rule((), holidays=True))) if rules else Hours()


def closing_holidays(hours: Hours) -> Hours:
    """The same, saying of public holidays what we do: closed, where nothing was said of them."""
    if not hours.rules or hours.names_holidays():
        return hours
    return Hours((*hours.rules, Rule((), holidays=True)))


# --- Reading


def parse(text: str) -> Hours:
    """Raises HoursError."""
    reader = _Reader(text)
    rules = []
    while not reader.ended():
        rules.append(reader.rule())
        if not reader.take(r";") and not reader.ended():
            reader.refuse_rest()
    return Hours(tuple(rules))


def kept(text: str) -> Hours:
    """The hours that a place keeps; not known, rather than a failure, where something else wrote what is no hours."""
    try:
        return parse(text)
    except HoursError:
        return Hours()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def take(self, pattern: str) -> re.Match[str] | None:
        found = re.compile(rf"\s*(?:{pattern})", re.IGNORECASE).match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def ended(self) -> bool:
        return not self._text[self._at :].strip()

    def refuse(self, text: str, at: int | None = None, **values: object) -> HoursError:
        """The error to raise; its place is where the reader stands unless told."""
        start = self._at if at is None else at
        rest = self._text[start:]
        start += len(rest) - len(rest.lstrip())
        word = re.match(r"[^\s;,]+|.?", self._text[start:])
        found = word[0] if word and word[0] else "…"
        known = {"column": start + 1, "found": found, "example": EXAMPLE, **values}
        return HoursError(Message(text, known), start + 1)

    def refuse_rest(self) -> None:
        if self.take(r","):
            raise self.refuse(
                _(
                    "Hours, sign %(column)d: after a comma comes another range of times, not “%(found)s”. Put a "
                    "semicolon before other days: %(example)s"
                )
            )
        if self.take(r"\|\||\""):
            raise self.refuse(
                _(
                    "Hours, sign %(column)d: remarks and alternatives are not understood. Keep days and times, such as "
                    "%(example)s"
                )
            )
        raise self.refuse(_UNKNOWN)

    def rule(self) -> Rule:
        if self.take(r"24\s*/\s*7"):
            return Rule((Span(0, 1440),), weekdays=EVERY_DAY, holidays=True)
        dates, weeks = tuple(self._dates()), tuple(self._weeks())
        start = self._at
        weekdays, nth, of_holidays = self._days()
        if self.take(r"(?:off|closed)\b"):
            return Rule((), weekdays, nth, of_holidays, dates, weeks)
        if self.ended() or re.match(r"\s*;", self._text[self._at :]):
            raise self.refuse(
                _("Hours, sign %(column)d: no times after “%(found)s”. Write them, such as 09:00-12:00, or off."), start
            )
        return Rule(self._spans(), weekdays, nth, of_holidays, dates, weeks)

    def _dates(self) -> Iterator[tuple[MonthDay, MonthDay]]:
        at = self._at
        if self.take(r"\d{4}\b(?!:)"):
            raise self.refuse(
                _("Hours, sign %(column)d: years are not taken here. Add a closure of the place for days of one year."),
                at,
            )
        names = "|".join(MONTHS)
        while first := self.take(rf"({names})\b(?:\s*(\d{{1,2}})(?![\d:]))?"):
            start, month = first.start(1), _month(first[1])
            opening = self._day(month, first[2], start) if first[2] else (month, 1)
            closing = opening if first[2] else (month, _LAST_DAY[month - 1])
            if first[2] and (last := self.take(r"-\s*(\d{1,2})(?![\d:])")):
                closing = self._day(month, last[1], start)
            elif last := self.take(rf"-\s*({names})\b(?:\s*(\d{{1,2}})(?![\d:]))?"):
                to = _month(last[1])
                if bool(first[2]) != bool(last[2]):
                    raise self.refuse(
                        _("Hours, sign %(column)d: give a day to both months or to none, such as Jul 14-Aug 20."), start
                    )
                closing = self._day(to, last[2], start) if last[2] else (to, _LAST_DAY[to - 1])
            yield opening, closing
            if not self.take(rf",(?=\s*(?:{names})\b)"):
                return

    def _day(self, month: int, text: str, at: int) -> MonthDay:
        if not 1 <= int(text) <= _LAST_DAY[month - 1]:
            raise self.refuse(_("Hours, sign %(column)d: this month has no day %(day)s."), at, day=text)
        return month, int(text)

    def _weeks(self) -> Iterator[tuple[int, int, int]]:
        if not self.take(r"week\b"):
            return
        while True:
            start = self._at
            found = self.take(r"(\d{1,2})(?:\s*-\s*(\d{1,2})(?:\s*/\s*(\d{1,2}))?)?(?![\d:])")
            first, last, step = (int(found[1]), int(found[2] or found[1]), int(found[3] or 1)) if found else (0, 0, 0)
            if not 1 <= first <= last <= 53 or not 1 <= step <= 26:
                raise self.refuse(
                    _("Hours, sign %(column)d: weeks go from 1 to 53. Every other week: week 1-53/2 or week 2-53/2."),
                    start,
                )
            yield first, last, step
            if not self.take(r",(?=\s*\d{1,2}(?![\d:]))"):
                return

    def _days(self) -> tuple[frozenset[int], frozenset[tuple[int, int]], bool]:
        weekdays: set[int] = set()
        nth: set[tuple[int, int]] = set()
        of_holidays = False
        names = "|".join(DAYS)
        while found := self.take(rf"({names}|PH|SH)\b"):
            name = found[1].capitalize()
            if name == "Sh":
                raise self.refuse(
                    _("Hours, sign %(column)d: school holidays (SH) are not known here. Write dates: Jul 06-Aug 31."),
                    found.start(1),
                )
            if name == "Ph":
                of_holidays = True
            elif self.take(r"\["):
                nth |= {(DAYS.index(name), n) for n in self._numbers()}
            else:
                first = last = DAYS.index(name)
                if to := self.take(rf"-\s*({names})\b"):
                    last = DAYS.index(to[1].capitalize())
                weekdays |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
            if not self.take(rf",(?=\s*(?:{names}|PH|SH)\b)"):
                break
        return frozenset(weekdays), frozenset(nth), of_holidays

    def _numbers(self) -> Iterator[int]:
        while found := self.take(r"-?[1-5](?!\d)"):
            yield int(found[0])
            if self.take(r"\]"):
                return
            if not self.take(r","):
                break
        raise self.refuse(
            _("Hours, sign %(column)d: which of the month? Sa[1] is the first Saturday, Sa[-1] the last.")
        )

    def _spans(self) -> Spans:
        spans: list[Span] = []
        while True:
            at = self._at
            found = self.take(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})(?!\d)")
            if not found:
                raise self.refuse(_UNKNOWN if not spans else _NO_RANGE)
            spans.append(self._span(found, at))
            if len(spans) > 1 and spans[-2].end > spans[-1].start:
                raise self.refuse(
                    _("Hours, sign %(column)d: “%(found)s” begins before the range before it ends. Put them in order."),
                    at,
                )
            if not self.take(r",(?=\s*\d)"):
                return tuple(spans)

    def _span(self, found: re.Match[str], at: int) -> Span:
        hour, minute, to_hour, to_minute = map(int, found.groups())
        start, end = hour * 60 + minute, to_hour * 60 + to_minute
        if minute > 59 or to_minute > 59 or start >= 1440 or end > 1440:
            raise self.refuse(
                _("Hours, sign %(column)d: “%(found)s” holds no time of the day. Write 00:00 to 24:00."), at
            )
        if end <= start:
            raise self.refuse(
                _("Hours, sign %(column)d: “%(found)s” ends before it begins. A range ends at 24:00 at the latest."), at
            )
        return Span(start, end)


_UNKNOWN = _("Hours, sign %(column)d: “%(found)s” is not understood. Write days then times, such as %(example)s")
_NO_RANGE = _("Hours, sign %(column)d: “%(found)s” is no range of times. Write it as 09:00-12:00.")


def _month(name: str) -> int:
    return MONTHS.index(name.capitalize()) + 1


# --- Writing


def write(hours: Hours) -> str:
    """As OpenStreetMap writes it. parse(write(hours)) == hours."""
    return "; ".join(map(_rule_text, hours.rules))


def _rule_text(rule: Rule) -> str:
    if rule == Rule((Span(0, 1440),), weekdays=EVERY_DAY, holidays=True):
        return "24/7"
    parts = [",".join(_dates_text(first, last) for first, last in rule.dates)]
    if rule.weeks:
        parts.append("week " + ",".join(map(_weeks_text, rule.weeks)))
    days = [_days_text(run) for run in _runs(rule.weekdays)]
    for weekday in sorted({weekday for weekday, _n in rule.nth}):
        numbers = sorted((n for day, n in rule.nth if day == weekday), key=lambda n: (n < 0, n))
        days.append(f"{DAYS[weekday]}[{','.join(map(str, numbers))}]")
    parts.append(",".join([*days, "PH"] if rule.holidays else days))
    parts.append(",".join(f"{clock(span.start)}-{clock(span.end)}" for span in rule.spans) or "off")
    return " ".join(filter(None, parts))


def _dates_text(first: MonthDay, last: MonthDay) -> str:
    if first[1] == 1 and last[1] == _LAST_DAY[last[0] - 1]:
        months = MONTHS[first[0] - 1], MONTHS[last[0] - 1]
        return months[0] if first[0] == last[0] else "-".join(months)
    written = [f"{MONTHS[month - 1]} {day:02d}" for month, day in (first, last)]
    return (
        written[0]
        if first == last
        else f"{written[0]}-{last[1]:02d}"
        if _same_month(first, last)
        else "-".join(written)
    )


def _same_month(first: MonthDay, last: MonthDay) -> bool:
    return first[0] == last[0] and first[1] <= last[1]


def _weeks_text(weeks: tuple[int, int, int]) -> str:
    first, last, step = weeks
    if step > 1:
        return f"{first}-{last}/{step}"
    return str(first) if first == last else f"{first}-{last}"


def _runs(weekdays: Iterable[int]) -> Iterator[list[int]]:
    """Weekdays that follow each other, together."""
    run: list[int] = []
    for weekday in sorted(weekdays):
        if run and weekday != run[-1] + 1:
            yield run
            run = []
        run.append(weekday)
    if run:
        yield run


def _days_text(run: Sequence[int]) -> str:
    return "-".join((DAYS[run[0]], DAYS[run[-1]])) if len(run) > 2 else ",".join(DAYS[weekday] for weekday in run)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


# --- Typed by people, a day at a time

_TYPED = re.compile(
    r"(\d{1,2})\s*(?:[h:.]\s*(\d{2})?)?\s*(?:[-–—]|à|a|to|au)\s*(\d{1,2})\s*(?:[h:.]\s*(\d{2})?)?(?!\d)", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s,;/+]*(?:\b(?:et|and|puis)\b)?[\s,;/+]*", re.IGNORECASE)


def typed_spans(text: str) -> Spans:
    """A day's ranges as people type them: "9h-12h30, 14h-18h", "9:00-12:30 et 14 à 18". Empty: closed.

    Raises HoursError.
    """
    spans: list[Span] = []
    at = _BETWEEN.match(text, 0).end()  # type: ignore[union-attr]
    while at < len(text):
        found = _TYPED.match(text, at)
        if not found:
            raise HoursError(
                Message(_("“%(found)s” is no range of times. Write 9h-12h, 14h-18h."), {"found": text[at:].strip()}),
                at + 1,
            )
        hour, minute, to_hour, to_minute = (int(group or 0) for group in found.groups())
        start, end = hour * 60 + minute, to_hour * 60 + to_minute
        wrong = minute > 59 or to_minute > 59 or not start < end <= 1440 or (spans and spans[-1].end > start)
        if wrong:
            raise HoursError(
                Message(
                    _("“%(found)s”: times go from 0h to 24h, in order, each range ending after it begins."),
                    {"found": found[0].strip()},
                ),
                at + 1,
            )
        spans.append(Span(start, end))
        at = _BETWEEN.match(text, found.end()).end()  # type: ignore[union-attr]
    return tuple(spans)


def shown_spans(spans: Spans) -> str:
    """What `typed_spans` reads back: "9h-12h30, 14h-18h"."""
    return ", ".join(f"{_short(span.start)}-{_short(span.end)}" for span in spans)


def _short(minute: int) -> str:
    return f"{minute // 60}h{minute % 60:02d}" if minute % 60 else f"{minute // 60}h"


# --- In sentences


def sentences(hours: Hours) -> list[Message]:
    """One a rule, in the order of the hours: "Monday to Friday: from 9:00 to 12:00 and from 14:00 to 18:00"."""
    return [_sentence(rule) for rule in closing_holidays(hours).rules]


def _sentence(rule: Rule) -> Message:
    days = _day_words(rule)
    for season in [*map(_date_words, rule.dates), *map(_week_words, rule.weeks)]:
        days = Message(_("%(days)s, %(season)s"), {"days": days, "season": season})
    if not rule.spans:
        return Message(_("%(days)s: closed"), {"days": days})
    if rule.spans == (Span(0, 1440),):
        return Message(_("%(days)s: day and night"), {"days": days})
    return Message(_("%(days)s: %(times)s"), {"days": days, "times": span_words(rule.spans)})


def span_words(spans: Spans) -> Message:
    """ "from 9:00 to 12:00 and from 14:00 to 18:00" """
    return _listed(
        [
            Message(_("from %(start)s to %(end)s"), {"start": time_words(s.start), "end": time_words(s.end)})
            for s in spans
        ]
    )


def time_words(minute: int) -> Message:
    """9:30 in English, 9 h 30 in French."""
    if minute % 60:
        return Message(_("%(hour)s:%(minute)s"), {"hour": minute // 60, "minute": f"{minute % 60:02d}"})
    return Message(_("%(hour)s:00"), {"hour": minute // 60})


def _day_words(rule: Rule) -> Message:
    words = []
    if rule.weekdays == EVERY_DAY or not (rule.weekdays or rule.nth or rule.holidays):
        words.append(Message(_("every day")))
    else:
        for run in _runs(rule.weekdays):
            if len(run) > 2:
                ends = {"first": Message(_DAY_NAMES[run[0]]), "last": Message(_DAY_NAMES[run[-1]])}
                words.append(Message(_("%(first)s to %(last)s"), ends))
            else:
                words += [Message(_DAY_NAMES[weekday]) for weekday in run]
    for weekday, n in sorted(rule.nth, key=lambda one: (one[0], one[1] < 0, one[1])):
        words.append(Message(_NTH_WORDS[n], {"day": Message(_DAY_NAMES[weekday])}))
    if rule.holidays:
        words.append(Message(_("public holidays")))
    return _listed(words)


_NTH_WORDS = {
    1: _("first %(day)s of the month"),
    2: _("second %(day)s of the month"),
    3: _("third %(day)s of the month"),
    4: _("fourth %(day)s of the month"),
    5: _("fifth %(day)s of the month"),
    -1: _("last %(day)s of the month"),
    -2: _("last but one %(day)s of the month"),
    -3: _("third %(day)s from the end of the month"),
    -4: _("fourth %(day)s from the end of the month"),
    -5: _("fifth %(day)s from the end of the month"),
}


def _date_words(dates: tuple[MonthDay, MonthDay]) -> Message:
    first, last = dates
    if first[1] == 1 and last[1] == _LAST_DAY[last[0] - 1]:
        names = [Message(_MONTH_NAMES[month - 1]) for month, _day in dates]
        if first[0] == last[0]:
            return Message(_("in %(month)s"), {"month": names[0]})
        return Message(_("%(first)s to %(last)s"), {"first": names[0], "last": names[1]})
    if first == last:
        return Message(_("on %(date)s"), {"date": _date_word(first)})
    return Message(_("from the %(first)s to the %(last)s"), {"first": _date_word(first), "last": _date_word(last)})


def _date_word(day: MonthDay) -> Message:
    text = _("1st of %(month)s") if day[1] == 1 else _("%(day)s %(month)s")
    return Message(text, {"day": str(day[1]), "month": Message(_MONTH_NAMES[day[0] - 1])})


def _week_words(weeks: tuple[int, int, int]) -> Message:
    first, last, step = weeks
    if step == 2 and last >= 52 and first <= 2:
        return Message(_("odd weeks") if first % 2 else _("even weeks"))
    if first == last:
        return Message(_("week %(week)s"), {"week": first})
    if step > 1:
        return Message(
            _("one week out of %(step)s from week %(first)s to %(last)s"), {"step": step, "first": first, "last": last}
        )
    return Message(_("from week %(first)s to week %(last)s"), {"first": first, "last": last})


def _listed(words: Sequence[Message]) -> Message:
    """ "a, b and c" """
    result = words[0]
    for number, word in enumerate(words[1:], 2):
        text = _("%(before)s and %(last)s") if number == len(words) else _("%(before)s, %(last)s")
        result = Message(text, {"before": result, "last": word})
    return result


# --- The days a place is really open


class ClosureKind(StrEnum):
    """Why a place is closed from a day to another. Never who is away, nor what of."""

    LEAVE = "leave"
    WORKS = "works"
    STOCKTAKING = "stocktaking"
    EVENT = "event"
    NOBODY = "nobody"
    OTHER = "other"


CLOSURE_WORDS = {
    ClosureKind.LEAVE: Message(_("annual leave")),
    ClosureKind.WORKS: Message(_("building works")),
    ClosureKind.STOCKTAKING: Message(_("stocktaking")),
    ClosureKind.EVENT: Message(_("an event")),
    ClosureKind.NOBODY: Message(_("nobody to receive you")),
    ClosureKind.OTHER: Message(_("exceptional closure")),
}


@dataclass(frozen=True, slots=True)
class Closure:
    first: date
    last: date  # within
    kind: ClosureKind = ClosureKind.OTHER

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"Expected a closure that ends on or after {self.first}, got {self.last}.")


@dataclass(frozen=True, slots=True)
class Calendar:
    """What decides of a place's days: its hours, the holidays of where it is, its own closures."""

    hours: Hours = field(default_factory=Hours)
    region: Region = Region.METROPOLE
    closures: tuple[Closure, ...] = ()

    def ranges(self, day: date) -> Spans:
        """When it is open that day, in order; none when it is closed or its hours are not known."""
        if self._closure(day):
            return ()
        return self.hours.ranges(day, holiday=day in holidays(day.year, self.region))

    def is_open(self, at: date | datetime) -> bool:
        """That day; at that moment when given one, in the place's own time."""
        if not isinstance(at, datetime):
            return bool(self.ranges(at))
        minute = at.hour * 60 + at.minute
        return any(span.start <= minute < span.end for span in self.ranges(at.date()))

    def next_open_day(self, day: date) -> date | None:
        """The first day on or after this one on which it opens; None when there is none within two years."""
        days = (day + timedelta(days=after) for after in range(LONGEST))
        return next((one for one in days if self.ranges(one)), None)

    def why_closed(self, day: date) -> Message | None:
        """The reason to tell, or None when it opens that day."""
        if closure := self._closure(day):
            return CLOSURE_WORDS[closure.kind]
        if self.ranges(day):
            return None
        if name := holidays(day.year, self.region).get(day):
            return name
        if not self.hours.rules:
            return Message(_("its opening hours are not known"))
        return Message(_("closed on that day of the week"))

    def _closure(self, day: date) -> Closure | None:
        return next((one for one in self.closures if one.first <= day <= one.last), None)


# Where no hours were given, what falls due still avoids weekends and public holidays.
UNKNOWN_HOURS = Hours((Rule((Span(0, 1440),), weekdays=frozenset(range(5))), Rule((), holidays=True)))


def next_open_day(
    place_hours: Hours | str, day: date, *, region: Region = Region.METROPOLE, closures: Iterable[Closure] = ()
) -> date:
    """The first day on or after this one on which the place opens, for what falls due there.

    place_hours: as `Place.hours` keeps them. Where none are known, or none opens within two years: Monday to Friday
    but public holidays.
    """
    hours = kept(place_hours) if isinstance(place_hours, str) else place_hours
    if found := Calendar(hours, region, tuple(closures)).next_open_day(day):
        return found
    weekdays = Calendar(UNKNOWN_HOURS, region)
    while not weekdays.is_open(day):
        day += timedelta(days=1)
    return day
