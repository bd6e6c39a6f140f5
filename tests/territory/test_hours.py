"""Opening hours are read, written, told and computed; public holidays too, of any year."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from maillon.hardware.messages import Message
from maillon.kernel.translation import told
from maillon.territory import hours
from maillon.territory.holidays import Region, easter, holidays, region_of
from maillon.territory.hours import (
    Calendar,
    Closure,
    ClosureKind,
    Hours,
    HoursError,
    Rule,
    Span,
    from_week,
    next_open_day,
    parse,
    sentences,
    shown_spans,
    typed_spans,
    write,
)

# The earliest and the latest possible, the examples of Meeus, and the years around us.
EASTERS = [
    "1818-03-22",
    "1886-04-25",
    "1943-04-25",
    "1954-04-18",
    "1961-04-02",
    "1991-03-31",
    "1992-04-19",
    "1993-04-11",
    "1999-04-04",
    "2000-04-23",
    "2005-03-27",
    "2008-03-23",
    "2011-04-24",
    "2016-03-27",
    "2019-04-21",
    "2020-04-12",
    "2021-04-04",
    "2022-04-17",
    "2023-04-09",
    "2024-03-31",
    "2025-04-20",
    "2026-04-05",
    "2027-03-28",
    "2028-04-16",
    "2029-04-01",
    "2030-04-21",
    "2035-03-25",
    "2038-04-25",
    "2049-04-18",
    "2285-03-22",
]


@pytest.mark.parametrize("day", EASTERS)
def test_easter_is_computed(day):
    assert easter(int(day[:4])) == date.fromisoformat(day)


@given(st.integers(1583, 4099))
def test_easter_is_a_sunday_of_spring(year):
    day = easter(year)
    assert day.weekday() == 6 and date(year, 3, 22) <= day <= date(year, 4, 25)


def test_easter_of_every_year_is_that_of_another_way_of_computing_it():
    """Gauss's, as corrected in 1816, against Meeus's."""
    for year in range(1583, 4100):
        a, b, c, k = year % 19, year % 4, year % 7, year // 100
        m = (15 - (13 + 8 * k) // 25 + k - k // 4) % 30
        d = (19 * a + m) % 30
        e = (2 * b + 4 * c + 6 * d + 4 + k - k // 4) % 7
        if (d, e) == (29, 6) or (d == 28 and e == 6 and a > 10):
            d -= 7
        assert easter(year) == date(year, 3, 22) + timedelta(days=d + e), year


def test_the_eleven_holidays_of_2027():
    assert list(holidays(2027)) == [
        date(2027, *day)
        for day in [
            (1, 1),
            (3, 29),
            (5, 1),
            (5, 6),
            (5, 8),
            (5, 17),
            (7, 14),
            (8, 15),
            (11, 1),
            (11, 11),
            (12, 25),
        ]
    ]


def test_each_region_has_its_own_days():
    assert {date(2026, 4, 3), date(2026, 12, 26)} == set(holidays(2026, Region.ALSACE_MOSELLE)) - set(holidays(2026))
    assert {date(2026, 5, 22), date(2026, 7, 21)} == set(holidays(2026, Region.MARTINIQUE)) - set(holidays(2026))
    assert {date(2026, 12, 20)} == set(holidays(2026, Region.REUNION)) - set(holidays(2026))
    assert [region_of(code) for code in ("44109", "67482", "97411", "97801", "2A004", "")] == [
        Region.METROPOLE,
        Region.ALSACE_MOSELLE,
        Region.REUNION,
        Region.SAINT_MARTIN,
        Region.METROPOLE,
        Region.METROPOLE,
    ]


# --- Reading and writing

spans = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda points: tuple(
        Span(*pair) for pair in zip(sorted(points)[: len(points) // 2 * 2 : 2], sorted(points)[1::2], strict=True)
    )
)
month_days = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: (day.month, day.day))
weeks = st.builds(
    lambda ends, step: (min(ends), max(ends), step if min(ends) < max(ends) else 1),
    st.tuples(st.integers(1, 53), st.integers(1, 53)),
    st.integers(1, 26),
)
rules = st.builds(
    Rule,
    st.just(()) | spans,
    st.frozensets(st.integers(0, 6)),
    st.frozensets(st.tuples(st.integers(0, 6), st.sampled_from([1, 2, 3, 4, 5, -1, -2, -5]))),
    st.booleans(),
    st.lists(st.tuples(month_days, month_days), max_size=2).map(tuple),
    st.lists(weeks, max_size=2).map(tuple),
)
any_hours = st.lists(rules, max_size=4).map(tuple).map(Hours)


@given(any_hours)
def test_what_is_written_is_read_back(given_hours):
    assert parse(write(given_hours)) == given_hours


@given(any_hours, st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_every_hours_are_told_and_never_overlap(given_hours, day):
    for sentence in sentences(given_hours):
        assert told(sentence)
    shown = given_hours.ranges(day)
    assert all(before.end <= after.start for before, after in pairwise(shown))


@given(st.text(alphabet='MoTuFrSaPH offJanweek0123456789:-,;[]/ é"', max_size=40))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        read = parse(text)
    except HoursError as error:
        assert 1 <= error.column <= len(text) + 1 and str(error.message)
    else:
        assert parse(write(read)) == read


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mo-Fr 09:00-12:00,14:00-18:00", "Mo-Fr 09:00-12:00,14:00-18:00"),
        ("mo-fr 9:00-12:00 ; PH off", "Mo-Fr 09:00-12:00; PH off"),
        ("Fr-Mo 10:00-12:00", "Mo,Fr-Su 10:00-12:00"),
        ("Mo,We,Fr 10:00 - 12:00;", "Mo,We,Fr 10:00-12:00"),
        ("24/7", "24/7"),
        ("Su,PH closed", "Su,PH off"),
        ("Jul-Aug Mo-Fr 10:00-16:00", "Jul-Aug Mo-Fr 10:00-16:00"),
        ("Jul 14-20,Dec 24-Jan 2 off", "Jul 14-20,Dec 24-Jan 02 off"),
        ("week 1-53/2 Mo 09:00-12:00", "week 1-53/2 Mo 09:00-12:00"),
        ("Sa[1,3] 09:00-12:00", "Sa[1,3] 09:00-12:00"),
        ("Feb 29 off", "Feb 29 off"),
        ("Jul 10:00-12:00", "Jul 10:00-12:00"),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_write_them(text, written):
    assert write(parse(text)) == written


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("Lu-Ve 09:00-12:00", 1, "“Lu-Ve” is not understood"),
        ("Mo-Fr 9h-12h", 7, "“9h-12h” is not understood"),
        ("Mo-Fr", 1, "no times after “Mo-Fr”"),
        ("Mo 09:00-12:00; Tu", 17, "no times after “Tu”"),
        ("Mo 12:00-09:00", 4, "ends before it begins"),
        ("Mo 22:00-02:00", 4, "ends before it begins"),
        ("Mo 09:00-25:00", 4, "no time of the day"),
        ("Mo 09:75-10:00", 4, "no time of the day"),
        ("Mo 09:00-12:00,11:00-13:00", 16, "before the range before it ends"),
        ("Mo 09:00-12:00, Tu 10:00-12:00", 17, "after a comma"),
        ('Mo 09:00-12:00 "sur rendez-vous"', 17, "remarks"),
        ("SH off", 1, "school holidays"),
        ("2026 Dec 24 off", 1, "years"),
        ("Feb 30 off", 1, "no day 30"),
        ("Jul-Aug 14 off", 1, "both months or to none"),
        ("week 54 off", 6, "from 1 to 53"),
        ("Sa[9] 09:00-12:00", 4, "which of the month"),
    ],
)
def test_a_refusal_says_what_where_and_what_to_write(text, column, words):
    with pytest.raises(HoursError) as refused:
        parse(text)
    assert words in str(refused.value) and refused.value.column == column


def test_hours_are_told_in_french():
    read = parse("Mo-Fr 09:00-12:00,14:00-17:30; Jul-Aug Sa[1] off; PH off")
    with override("fr"):  # whatever page another test looked at before
        said = [told(line).replace("\u00a0", " ") for line in sentences(read)]
    assert said == [
        "lundi à vendredi : de 9 h à 12 h et de 14 h à 17 h 30",
        "premier samedi du mois, juillet à août : fermé",
        "jours fériés : fermé",
    ]


def test_a_day_is_typed_simply():
    for text in ("9h-12h30, 14h-18h", "9:00-12:30 14:00-18:00", "9 à 12h30 et 14h à 18h", " 09h00 – 12h30 ; 14-18 "):
        assert typed_spans(text) == (Span(540, 750), Span(840, 1080)), text
    assert shown_spans(typed_spans("9h-12h30,14h-18h")) == "9h-12h30, 14h-18h"
    assert typed_spans("") == () and typed_spans("  ") == ()
    for wrong in ("12h-9h", "9h-12h, 11h-13h", "matin", "9h-25h", "9h-12h matin", "9h70-12h"):
        with pytest.raises(HoursError):
            typed_spans(wrong)


@given(st.just(()) | spans)
def test_a_typed_day_comes_back(day):
    assert typed_spans(shown_spans(day)) == day


@given(st.lists(st.just(()) | spans, min_size=7, max_size=7))
def test_a_week_typed_comes_back(days):
    week = from_week(days)
    assert (week.week() or ()) == (tuple(days) if week.rules else ((),) * 7)
    assert parse(write(week)) == week


@pytest.mark.parametrize(
    ("text", "is_week"),
    [("Mo-Fr 09:00-12:00", True), ("10:00-12:00; Su,PH off", True), ("24/7", False), ("Sa[1] 09:00-12:00", False)],
)
def test_what_a_week_holds(text, is_week):
    assert (parse(text).week() is not None) is is_week


# --- The days a place opens


def place(text, **more):
    return Calendar(parse(text), **more)


def test_a_later_rule_replaces_an_earlier_one():
    assert place("Mo-Fr 09:00-17:00; We 13:00-17:00").ranges(date(2026, 11, 25)) == (Span(780, 1020),)
    assert place("Mo-Fr 09:00-17:00; Aug off").ranges(date(2026, 8, 4)) == ()


@pytest.mark.parametrize("text", ["Mo-Su 09:00-17:00", "09:00-17:00", "PH off; Mo-Su 09:00-17:00", "Jul 09:00-17:00"])
def test_a_public_holiday_is_closed_unless_the_hours_name_it(text):
    assert not place(text).is_open(date(2026, 7, 14)) and place("Jul 09:00-17:00").is_open(date(2026, 7, 15))


@pytest.mark.parametrize("text", ["24/7", "Mo-Fr 09:00-17:00; PH 10:00-12:00", "PH,Mo-Fr 10:00-12:00"])
def test_hours_that_name_public_holidays_open_then(text):
    assert place(text).is_open(date(2026, 7, 14))


def test_a_moment_is_within_a_range_its_end_left_out():
    desk = place("Mo-Fr 09:00-12:00")
    moments = [datetime(2026, 11, 24, *at) for at in ((8, 59), (9, 0), (11, 59), (12, 0))]  # noqa: DTZ001 - the place's
    assert [desk.is_open(at) for at in moments] == [False, True, True, False]


def test_odd_weeks_and_the_last_saturday():
    assert [place("week 1-53/2 Tu 09:00-12:00").is_open(date(2026, 11, day)) for day in (17, 24)] == [True, False]
    assert [place("Sa[-1] 09:00-12:00").is_open(date(2026, 11, day)) for day in (21, 28)] == [False, True]
    assert [place("Sa[1] 09:00-12:00").is_open(date(2026, 11, day)) for day in (7, 14)] == [True, False]


def test_dates_go_over_the_new_year():
    desk = place("Mo-Su 09:00-12:00; Dec 24-Jan 02 off")
    open_days = [desk.is_open(date(2026, 12, 23)), desk.is_open(date(2026, 12, 30)), desk.is_open(date(2027, 1, 2))]
    assert open_days == [True, False, False] and desk.is_open(date(2027, 1, 3))


def test_a_closure_of_the_place_closes_it_and_says_why():
    closed = Closure(date(2026, 8, 3), date(2026, 8, 7), ClosureKind.LEAVE)
    desk = place("Mo-Fr 09:00-12:00", closures=(closed,))
    assert desk.next_open_day(date(2026, 8, 3)) == date(2026, 8, 10)
    assert str(desk.why_closed(date(2026, 8, 5))) == "annual leave"
    assert str(desk.why_closed(date(2026, 7, 14))) == "Bastille Day"
    assert desk.why_closed(date(2026, 7, 15)) is None
    assert str(desk.why_closed(date(2026, 7, 18))) == "closed on that day of the week"
    with pytest.raises(ValueError, match="ends on or after"):
        Closure(date(2026, 8, 7), date(2026, 8, 3))


def test_the_next_open_day_jumps_over_easter():
    assert next_open_day("Mo,Fr 09:00-12:00", date(2026, 4, 4)) == date(2026, 4, 10)
    alsace = next_open_day("Fr 09:00-12:00", date(2026, 4, 3), region=Region.ALSACE_MOSELLE)
    assert alsace == date(2026, 4, 10) and next_open_day("Fr 09:00-12:00", date(2026, 4, 3)) == date(2026, 4, 3)


def test_without_hours_what_falls_due_avoids_weekends_and_holidays():
    assert next_open_day("", date(2026, 5, 1)) == date(2026, 5, 4)
    assert next_open_day("off", date(2026, 5, 1)) == date(2026, 5, 4)
    assert Calendar().next_open_day(date(2026, 5, 1)) is None and not Calendar().is_open(date(2026, 5, 4))


@given(any_hours, st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_the_next_open_day_is_open_and_the_first(given_hours, day):
    desk = Calendar(given_hours)
    found = desk.next_open_day(day)
    if found:
        assert desk.is_open(found)
        assert not any(desk.is_open(day + timedelta(days=n)) for n in range((found - day).days))


def test_every_kind_of_closure_has_its_words():
    assert set(hours.CLOSURE_WORDS) == set(ClosureKind)
    assert all(isinstance(words, Message) for words in hours.CLOSURE_WORDS.values())
