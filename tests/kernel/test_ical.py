"""iCalendar files are those of RFC 5545."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.kernel.ical import WIDEST, Event, Status, calendar, escaped, folded

AT = datetime(2026, 11, 24, 14, 30, tzinfo=timezone(timedelta(hours=1)))


def event(**more):
    said = {"uid": "1@maillon.example", "start": AT, "end": AT + timedelta(minutes=30), "changed": AT, "summary": "x"}
    return Event(**{**said, **more})


def unfolded(text):
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_a_calendar_is_whole_and_in_utc():
    lines = unfolded(calendar([event(sequence=2, location="Espace, Rezé")], name="Accueil"))
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"] and lines[-1] == "END:VCALENDAR"
    assert {"DTSTART:20261124T133000Z", "DTEND:20261124T140000Z", "SEQUENCE:2", "STATUS:CONFIRMED"} <= set(lines)
    assert "LOCATION:Espace\\, Rezé" in lines and "UID:1@maillon.example" in lines
    assert sum(line.startswith("DTSTAMP:") for line in lines) == 1


def test_a_cancelled_event_says_so():
    lines = unfolded(calendar([event(status=Status.CANCELLED)], name="x"))
    assert "STATUS:CANCELLED" in lines


def test_a_text_can_not_add_a_line():
    lines = unfolded(calendar([event(summary="a\r\nATTENDEE:mailto:x@y\nb\\;,\x07")], name="n\nX:1"))
    assert "SUMMARY:a\\nATTENDEE:mailto:x@y\\nb\\\\\\;\\," in lines
    assert not any(line.startswith(("ATTENDEE", "X:1")) for line in lines)


@given(st.text())
def test_a_line_is_folded_by_octets_and_comes_back(text):
    line = "SUMMARY:" + escaped(text)
    cut = folded(line).split("\r\n")
    assert all(len(part.encode("utf-8", "surrogatepass")) <= WIDEST for part in cut)
    assert cut[0] + "".join(part[1:] for part in cut[1:]) == line and all(part[0] == " " for part in cut[1:])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")))
def test_an_escaped_text_comes_back(text):
    read, signs = "", iter(escaped(text))
    for sign in signs:
        if sign == "\\":
            sign = next(signs)
            sign = "\n" if sign == "n" else sign
        read += sign
    assert read == text


def test_a_time_without_a_zone_and_an_end_before_the_start_are_refused():
    with pytest.raises(ValueError, match="time zone"):
        event(changed=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="ends after"):
        event(end=AT)
    assert event(changed=datetime(2026, 1, 1, tzinfo=UTC)).sequence == 0
