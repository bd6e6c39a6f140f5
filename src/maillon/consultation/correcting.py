"""What a person typed over a contribution, as a restitution. See `showing.boxes` for the names of the boxes.

A box that was not sent changes nothing; a row whose boxes are all empty goes; a title alone is kept.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from maillon.consultation import showing, typed
from maillon.consultation.trame.model import (
    COLUMNS,
    Choice,
    Content,
    Contribution,
    Doubt,
    DoubtKind,
    Entry,
    Grid,
    Participants,
    Restitution,
    Row,
    Section,
    Session,
)
from maillon.consultation.trame.session_table import doubts_of

OF_PARTICIPANTS = (DoubtKind.UNTICKED_BUT_COUNTED, DoubtKind.TICKED_NOT_COUNTED, DoubtKind.TO_COMPLETE)
_NUMBER = re.compile(r"(\d{1,6})(?!\d)\s*")


def corrected(restitution: Restitution, place: int, typed_in: Mapping[str, str]) -> Restitution:
    """Total. place: of the contribution, from 0. typed_in: name of the box -> what it holds."""
    contributions = list(restitution.contributions)
    contributions[place] = _contribution(contributions[place], typed_in)
    return replace(restitution, contributions=tuple(contributions), doubts=_doubts(restitution, contributions))


def _doubts(before: Restitution, contributions: list[Contribution]) -> tuple[Doubt, ...]:
    """Those of the numbers of participants are what is written now; the others stay beside their passage."""
    sessions = [
        each
        for contribution in contributions
        for section in contribution.sections
        for each in section.content
        if isinstance(each, Session)
    ]
    now = [doubt for session in sessions for each in session.participants for doubt in doubts_of(each)]
    kept = [doubt for doubt in before.doubts if doubt.kind not in OF_PARTICIPANTS]
    return tuple(sorted([*kept, *now], key=lambda doubt: doubt.at))


def _contribution(before: Contribution, said: Mapping[str, str]) -> Contribution:
    return Contribution(
        _paragraphs(said["head"], before.head) if "head" in said else before.head,
        tuple(_section(section, f"s{number}", said) for number, section in enumerate(before.sections)),
        typed.to_prose(said["unplaced"], before.unplaced) if "unplaced" in said else before.unplaced,
    )


def _paragraphs(said: str, before: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(replace(entry, bullet=False, marker="", depth=0) for entry in typed.to_prose(said, before))


def _section(before: Section, name: str, said: Mapping[str, str]) -> Section:
    title = typed.to_text(said[f"{name}.title"]) if f"{name}.title" in said else before.title
    content: list[Content] = []
    for place, block in enumerate(showing.blocks(before)):
        box = f"{name}.b{place}"
        if isinstance(block, Grid):
            content.append(_grid(block, box, said))
        elif isinstance(block, Session):
            content.append(_session(block, box, said))
        else:
            content.extend(typed.to_prose(said[box], block) if box in said else block)
    return replace(before, title=title or before.title, content=tuple(content))


def _grid(before: Grid, name: str, said: Mapping[str, str]) -> Grid:
    rows: list[Row] = []
    blank = Row((), tuple(() for _column in COLUMNS[before.kind]))
    for place, row in enumerate((*before.rows, blank)):
        box = f"{name}.r{place}"
        theme = typed.to_cell(said[f"{box}.theme"], row.theme) if f"{box}.theme" in said else row.theme
        cells = tuple(
            typed.to_cell(said[f"{box}.{column.value}"], cell) if f"{box}.{column.value}" in said else cell
            for column, cell in zip(COLUMNS[before.kind], row.cells, strict=True)
        )
        above = rows[-1].theme if rows else ()
        if any(cells) or (theme and place < len(before.rows)):
            rows.append(Row(theme or above, cells, row.continued and theme == above if theme else bool(above)))
    return Grid(before.kind, tuple(rows))


def _session(before: Session, name: str, said: Mapping[str, str]) -> Session:
    if f"{name}.region" not in said:
        return before
    return replace(
        before,
        region=typed.to_cell(said[f"{name}.region"], before.region),
        dates_places=typed.to_cell(said.get(f"{name}.dates_places", ""), before.dates_places),
        facilitators=typed.to_cell(said.get(f"{name}.facilitators", ""), before.facilitators),
        formats=tuple(
            Choice(choice.label, f"{name}.format{place}" in said, choice.at)
            for place, choice in enumerate(before.formats)
        ),
        participants=tuple(
            _participants(each, f"{name}.p{place}", said) for place, each in enumerate(before.participants)
        ),
    )


def _participants(before: Participants, name: str, said: Mapping[str, str]) -> Participants:
    people, people_note = _count(said.get(f"{name}.people", ""))
    organisations, organisations_note = _count(said.get(f"{name}.organisations", ""))
    return replace(
        before,
        ticked=None if before.ticked is None else f"{name}.ticked" in said,
        people=people,
        people_note=people_note,
        organisations=organisations,
        organisations_note=organisations_note,
    )


def _count(said: str) -> tuple[int | None, str]:
    value = " ".join(said.split())[:200]
    number = _NUMBER.match(value)
    return (int(number[1]), value[number.end() :]) if number else (None, value)
