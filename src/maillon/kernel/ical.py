"""iCalendar (RFC 5545), written: what a calendar programme subscribes to, or a message carries.

PURE: no Django, no database. Times are written in UTC, which every programme shows in its reader's own time: no
VTIMEZONE to keep right. An event keeps its UID for ever; each change adds one to its SEQUENCE.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

PRODUCT = "-//Maillon//Appointments//FR"
WIDEST = 75  # octets of a content line, its end left out (section 3.1)


class Status(StrEnum):
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Event:
    """uid: unique in the world and stable, such as "<uuid>@maillon.example". start, end, changed: aware."""

    uid: str
    start: datetime
    end: datetime
    changed: datetime
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    sequence: int = 0
    status: Status = Status.CONFIRMED

    def __post_init__(self) -> None:
        for name in ("start", "end", "changed"):
            if getattr(self, name).tzinfo is None:
                raise ValueError(f"Expected {name} with its time zone, got {getattr(self, name)}.")
        if self.end <= self.start:
            raise ValueError(f"Expected an event that ends after {self.start}, got {self.end}.")


def calendar(events: Iterable[Event], *, name: str, method: str = "PUBLISH") -> str:
    """The whole file, lines ended as the RFC asks. name: shown by the programmes that know X-WR-CALNAME."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    lines += [f"X-WR-CALNAME:{escaped(name)}", f"NAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{moment(event.changed)}"
    yield f"LAST-MODIFIED:{moment(event.changed)}"
    yield f"DTSTART:{moment(event.start)}"
    yield f"DTEND:{moment(event.end)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{event.status}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.location:
        yield f"LOCATION:{escaped(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    yield "END:VEVENT"


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """TEXT of section 3.3.11: backslash, semicolon, comma and line breaks; other control characters are left out."""
    for raw, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(raw, written)
    return "".join(sign for sign in text if sign >= " " and sign != "\x7f")


def folded(line: str) -> str:
    """Cut into lines of at most 75 octets, each after the first begun by a space; no character is cut in two."""
    parts, part, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > WIDEST:
            parts.append(part)
            part, size = " ", 1
        part, size = part + sign, size + width
    return "\r\n".join([*parts, part])
