"""The first table of the trame: who met, when, where, and how many of each category."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from maillon.consultation.trame import text, words
from maillon.consultation.trame.model import Choice, Doubt, DoubtKind, Entry, Participants, Session
from maillon.consultation.trame.original import TICKED, UNTICKED, Cell, Line
from maillon.consultation.trame.text import Text, plain

_BOX = re.compile(f"[{UNTICKED}{TICKED}☑✓✗🗹🗷]")
_COUNT = re.compile(
    r"(?P<what>nombre\s+(?:de\s+participants?|d['’]\s*[ée]tablissements?(?:\s+repr[ée]sent[ée]s?)?))\s*[:=]?\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(\d{1,6})(?!\d)\s*")
_TO_COMPLETE = re.compile(r"\b(?:[àa]\s+compl[ée]ter|…|\.\.\.|xx+)", re.IGNORECASE)
_HINTS = {words.folded(hint) for hint in (words.FORMAT_HINT, words.PARTICIPANTS_HINT)}


def is_session(rows: Sequence[Sequence[Cell]]) -> bool:
    """At least two of its lines have a label of the trame."""
    return len({label for row in rows if row and (label := _label(row[0]))}) >= 2


def continues(rows: Sequence[Sequence[Cell]]) -> bool:
    """Rows of the table after a page: labels of the trame, or boxes and numbers of categories."""
    return all(row and (_label(row[0]) or not _said(row[0]) or _BOX.match(_said(row[0]))) for row in rows) and any(
        _label(row[0]) or _COUNT.search(_said(row[-1])) for row in rows
    )


def read(rows: Iterable[Sequence[Cell]], session: Session, unplaced: list[Entry], doubts: list[Doubt]) -> Session:
    """session: what a page before said of it."""
    label = words.PARTICIPANTS if session.participants else ""
    for row in rows:
        first = row[0] if row else Cell(())
        values = list(row[1:])
        if _said(first):
            named = _label(first)
            if not named and label in (words.PARTICIPANTS, words.FORMAT) and _BOX.match(_said(first)):
                values = list(row)  # the cell of the label is missing: a line that continues
            elif named:
                label = named
                _reworded(first, label, doubts)
            else:
                label = ""
                lines = [line for cell in values for line in cell.lines if line.text]
                session = replace(session, others=(*session.others, (_joined(first), tuple(map(_entry, lines)))))
                continue
        session = _filled(session, label, values, unplaced, doubts)
    return session


def _label(cell: Cell) -> str:
    said = words.folded(_said(cell))
    return next((label for pattern, label in words.SESSION_WORDS if re.search(pattern, said)), "")


def _said(cell: Cell) -> str:
    return " ".join(plain(line.text) for line in cell.lines).strip()


def _joined(cell: Cell) -> Text:
    return text.squeezed(run for line in cell.lines for run in (*line.text, text.Run(" ")))


def _reworded(cell: Cell, label: str, doubts: list[Doubt]) -> None:
    hint = {words.FORMAT: words.FORMAT_HINT, words.PARTICIPANTS: words.PARTICIPANTS_HINT}.get(label, "")
    if words.folded(_said(cell)) not in (words.folded(label), words.folded(f"{label} {hint}")):
        doubts.append(Doubt(DoubtKind.REWORDED_LABEL, cell.lines[0].number, _said(cell)))


def _entry(line: Line) -> Entry:
    return Entry(line.text, line.bullet, at=line.number)


def _filled(session: Session, label: str, values: list[Cell], unplaced: list[Entry], doubts: list[Doubt]) -> Session:
    lines = [line for cell in values for line in cell.lines if line.text]
    if not lines:
        return session
    entries = tuple(map(_entry, lines))
    if label == words.REGION:
        return replace(session, region=(*session.region, *entries))
    if label == words.DATES_PLACES:
        return replace(session, dates_places=(*session.dates_places, *entries))
    if label == words.FACILITATORS:
        return replace(session, facilitators=(*session.facilitators, *entries))
    if label == words.FORMAT:
        return replace(session, formats=(*session.formats, *_choices(lines, unplaced)))
    if label == words.PARTICIPANTS:
        return replace(session, participants=(*session.participants, _participants(lines, doubts)))
    unplaced.extend(entries)
    return session


def _choices(lines: Iterable[Line], unplaced: list[Entry]) -> Iterable[Choice]:
    """Each box with the words that follow it, up to the next one."""
    for line in lines:
        said = plain(line.text)
        boxes = [match.start() for match in _BOX.finditer(said)]
        if lead := text.cut(line.text, 0, boxes[0] if boxes else None):
            unplaced.append(Entry(lead, line.bullet, at=line.number))
        for start, end in zip(boxes, [*boxes[1:], len(said)], strict=True):
            yield Choice(text.cut(line.text, start + 1, end), said[start] != UNTICKED, line.number)


def _participants(lines: Sequence[Line], doubts: list[Doubt]) -> Participants:
    """A category and its numbers, which stand in the next cell or after it."""
    whole = text.squeezed(run for line in lines for run in (*line.text, text.Run("\n")))
    said = plain(whole)
    box = _BOX.match(said)
    counts = list(_COUNT.finditer(said))
    label = text.cut(whole, box.end() if box else 0, counts[0].start() if counts else None)
    found = Participants(label, said[0] != UNTICKED if box else None, at=lines[0].number)
    ends = [*(count.start() for count in counts), len(said)][1:]
    for count, end in zip(counts, ends, strict=True):
        value = " ".join(said[count.end() : end].split())
        number = _NUMBER.match(value)
        note = value[number.end() :].strip() if number else value
        if "articipant" in count["what"]:
            found = replace(found, people=int(number[1]) if number else None, people_note=note)
        else:
            found = replace(found, organisations=int(number[1]) if number else None, organisations_note=note)
    doubts.extend(doubts_of(found))
    return found


def doubts_of(found: Participants) -> Iterator[Doubt]:
    """What does not agree in a category of participants."""
    said = plain(found.label)
    if found.ticked is False and (found.people or found.organisations):
        yield Doubt(DoubtKind.UNTICKED_BUT_COUNTED, found.at, said)
    if found.ticked and found.people is None:
        yield Doubt(DoubtKind.TICKED_NOT_COUNTED, found.at, said)
    if _TO_COMPLETE.search(f"{found.people_note} {found.organisations_note}"):
        yield Doubt(DoubtKind.TO_COMPLETE, found.at, said)
