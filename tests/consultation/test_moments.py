"""When, as people write it: a span of days of the school year 2026-2027, or nothing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.consultation.trame import moments
from maillon.consultation.trame.moments import Horizon

TODAY = date(2026, 11, 24)


def span(said):
    found = moments.understood(said, 2026, TODAY)
    return found and (found.start.isoformat(), found.end.isoformat())


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("Dès mai-juin n-1", "2026-05-01", "2027-07-05"),
        ("A la rentrée", "2026-09-01", "2026-09-30"),
        ("Toute l'année, processus dynamique", "2026-09-01", "2027-07-05"),
        ("mai-juin", "2027-05-01", "2027-06-30"),
        ("en octobre", "2026-10-01", "2026-10-31"),
        ("octobre à mars", "2026-10-01", "2027-03-31"),
        ("mars 2028", "2028-03-01", "2028-03-31"),
        ("2e trimestre", "2027-01-01", "2027-03-31"),
        ("Rentrée n+1", "2027-09-01", "2027-09-30"),
        ("le 12 octobre 2026", "2026-10-12", "2026-10-12"),
        ("12/10/2026", "2026-10-12", "2026-10-12"),
        ("2026-10-12", "2026-10-12", "2026-10-12"),
        ("du 12/10/2026 au 15/11/2026", "2026-10-12", "2026-11-15"),
        ("avant le 15 mars 2027", "2026-09-01", "2027-03-15"),
        ("avant Noël", "2026-09-01", "2026-12-01"),
        ("fin d'année", "2027-06-01", "2027-07-05"),
        ("dès maintenant", "2026-11-24", "2027-07-05"),
        ("Court terme", "2026-11-24", "2027-02-24"),
        ("long terme", "2026-11-24", "2029-07-05"),
    ],
)
def test_a_time_is_understood(said, start, end):
    assert span(said) == (start, end)


@pytest.mark.parametrize("said", ["", "selon les besoins", "31/02/2027", "Mairie", "un jour", "n-1"])
def test_what_is_no_time_is_not_guessed(said):
    assert span(said) is None


def test_terms_are_named():
    terms = ("court terme", "moyen terme", "long terme")
    assert [moments.understood(term, 2026, TODAY).horizon for term in terms] == list(Horizon)


def test_the_span_of_a_row_holds_each_of_its_times():
    found = moments.whole(["Dès mai-juin n-1", "À la rentrée", "Toute l'année", "on verra"], 2026, TODAY)
    assert (found.start, found.end) == (date(2026, 5, 1), date(2027, 7, 5))
    assert moments.whole(["on verra"], 2026, TODAY) is None


@pytest.mark.parametrize(("day", "year"), [("2026-08-20", 2026), ("2027-03-03", 2026), ("2027-07-10", 2026)])
def test_a_day_is_of_a_school_year(day, year):
    assert moments.school_year_of(date.fromisoformat(day)) == year


@given(
    said=st.text(max_size=40)
    | st.lists(st.sampled_from([*moments.MONTHS, "dès", "avant", "n-1", "2027"])).map(" ".join)
)
def test_anything_is_understood_or_not_and_never_ends_before_it_starts(said):
    found = moments.understood(said, 2026, TODAY)
    assert found is None or found.start <= found.end
