"""What the pages of a report show."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from maillon.consultation import commands, typed
from maillon.consultation.models import Report, ReportState
from maillon.consultation.trame import doubts as sentences
from maillon.consultation.trame.model import (
    COLUMNS,
    Contribution,
    Doubt,
    Entry,
    Grid,
    Kind,
    Row,
    Section,
    Session,
)
from maillon.consultation.trame.original import Line, Original
from maillon.consultation.vocabulary import COLUMN_LABELS, KIND_ICONS, KIND_LABELS
from maillon.kernel.translation import told

MOST_SHOWN = 4_000  # lines of the original; the file itself has them all


def listed(report: Report) -> dict[str, Any]:
    heading = ""
    if report.state != ReportState.REFUSED:
        heading = commands.heading_of(commands.restitution_of(report))
    return {"report": report, "name": commands.name_of(report), "heading": heading}


def page(report: Report) -> dict[str, Any]:
    found = commands.opened(report)
    told_of = _doubts(found.restitution.doubts)
    return {
        "report": report,
        "name": found.name,
        "heading": commands.heading_of(found.restitution),
        "has_plan": any(True for each in found.restitution.contributions for _row in each.rows(Kind.PLAN)),
        "contributions": [
            _contribution(each, number, told_of) for number, each in enumerate(found.restitution.contributions, 1)
        ],
        "letterhead": [entry.text for entry in found.restitution.letterhead],
        "doubts": _gathered(found.restitution.doubts),
        "original": _original(found.original, told_of) if found.original else None,
    }


def _gathered(doubts: Iterable[Doubt]) -> list[tuple[str, list[int]]]:
    """Each sentence once, with the passages it is about."""
    found: dict[str, list[int]] = {}
    for doubt in doubts:
        found.setdefault(told(sentences.said(doubt)), []).append(doubt.at)
    return list(found.items())


def _doubts(doubts: Iterable[Doubt]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for doubt in doubts:
        if doubt.at:
            found.setdefault(doubt.at, []).append(told(sentences.said(doubt)))
    return found


def _contribution(contribution: Contribution, number: int, told_of: dict[int, list[str]]) -> dict[str, Any]:
    return {
        "number": number,
        "head": [entry.text for entry in contribution.head],
        "sections": [_section(section, told_of) for section in contribution.sections],
        "unplaced": [_entry(entry, told_of) for entry in contribution.unplaced],
    }


def _section(section: Section, told_of: dict[int, list[str]]) -> dict[str, Any]:
    return {
        "title": section.title,
        "level": min(section.level + 2, 6),
        "content": [_block(block, told_of) for block in blocks(section)],
    }


def blocks(section: Section) -> Iterator[Session | Grid | list[Entry]]:
    """Its tables, and its passages gathered between them."""
    gathered: list[Entry] = []
    for each in section.content:
        if isinstance(each, Entry):
            gathered.append(each)
            continue
        if gathered:
            yield gathered
            gathered = []
        yield each
    if gathered:
        yield gathered


def _block(block: Session | Grid | list[Entry], told_of: dict[int, list[str]]) -> dict[str, Any]:
    if isinstance(block, Session):
        return {"kind": "session", **_session(block, told_of)}
    if isinstance(block, Grid):
        return {
            "kind": "grid",
            "label": KIND_LABELS[block.kind],
            "icon": KIND_ICONS[block.kind],
            "columns": [COLUMN_LABELS[column] for column in COLUMNS[block.kind]],
            "rows": [_row(block, row, told_of) for row in block.rows],
        }
    return {"kind": "prose", "entries": [_entry(entry, told_of) for entry in block]}


def _row(grid: Grid, row: Row, told_of: dict[int, list[str]]) -> dict[str, Any]:
    cells = [
        (COLUMN_LABELS[column], [_entry(entry, told_of) for entry in cell])
        for column, cell in zip(COLUMNS[grid.kind], row.cells, strict=True)
    ]
    return {"theme": [entry.text for entry in row.theme], "continued": row.continued, "cells": cells}


def _session(session: Session, told_of: dict[int, list[str]]) -> dict[str, Any]:
    return {
        "region": [entry.text for entry in session.region],
        "dates_places": [entry.text for entry in session.dates_places],
        "facilitators": [entry.text for entry in session.facilitators],
        "formats": [choice.label for choice in session.formats if choice.ticked],
        "participants": [
            {
                "label": each.label,
                "ticked": each.ticked,
                "people": each.people,
                "people_note": each.people_note,
                "organisations": each.organisations,
                "organisations_note": each.organisations_note,
                "at": each.at,
                "doubts": told_of.get(each.at, []),
            }
            for each in session.participants
        ],
        "others": [(label, [entry.text for entry in values]) for label, values in session.others],
    }


def _entry(entry: Entry, told_of: dict[int, list[str]]) -> dict[str, Any]:
    return {
        "text": entry.text,
        "bullet": entry.bullet,
        "marker": entry.marker,
        "depth": min(entry.depth, 5),
        "at": entry.at,
        "doubts": told_of.get(entry.at, []),
    }


def _original(original: Original, told_of: dict[int, list[str]]) -> dict[str, Any]:
    lines: list[dict[str, Any]] = []
    page = 0
    for line in original.lines():
        if len(lines) >= MOST_SHOWN:
            break
        lines.append(
            {**_line(line), "turned": line.page if line.page != page else 0, "doubts": told_of.get(line.number)}
        )
        page = line.page
    return {"lines": lines, "cut": len(lines) >= MOST_SHOWN}


def _line(line: Line) -> dict[str, Any]:
    return {"number": line.number, "text": line.text, "level": line.level, "bullet": line.bullet, "depth": line.depth}


# --- to correct


def boxes(contribution: Contribution, doubts: Sequence[Doubt]) -> dict[str, Any]:
    """The boxes of the page that corrects a contribution, each with the name `correcting` reads."""
    told_of = _doubts(doubts)
    sections = []
    for number, section in enumerate(contribution.sections):
        boxed = [_box(block, f"s{number}.b{place}", told_of) for place, block in enumerate(blocks(section))]
        sections.append({"name": f"s{number}.title", "title": typed.of_text(section.title), "blocks": boxed})
    return {
        "head": typed.of_prose(contribution.head),
        "sections": sections,
        "unplaced": typed.of_prose(contribution.unplaced),
    }


def _box(block: Session | Grid | list[Entry], name: str, told_of: dict[int, list[str]]) -> dict[str, Any]:
    if isinstance(block, Session):
        return {
            "kind": "session",
            "name": name,
            "region": typed.of_cell(block.region),
            "dates_places": typed.of_cell(block.dates_places),
            "facilitators": typed.of_cell(block.facilitators),
            "formats": [(typed.of_text(choice.label), choice.ticked) for choice in block.formats],
            "participants": [
                {
                    "label": typed.of_text(each.label),
                    "ticked": each.ticked,
                    "people": _count(each.people, each.people_note),
                    "organisations": _count(each.organisations, each.organisations_note),
                    "doubts": told_of.get(each.at, []),
                }
                for each in block.participants
            ],
        }
    if isinstance(block, Grid):
        return {
            "kind": "grid",
            "name": name,
            "label": KIND_LABELS[block.kind],
            "rows": [
                {
                    "name": f"{name}.r{place}",
                    "theme": typed.of_cell(row.theme),
                    "cells": [
                        (
                            f"{name}.r{place}.{column.value}",
                            COLUMN_LABELS[column],
                            typed.of_cell(cell),
                            _told(cell, told_of),
                        )
                        for column, cell in zip(COLUMNS[block.kind], row.cells, strict=True)
                    ],
                }
                for place, row in enumerate((*block.rows, _blank(block)))
            ],
        }
    return {"kind": "prose", "name": name, "text": typed.of_prose(block), "doubts": _told(block, told_of)}


def _count(number: int | None, note: str) -> str:
    return " ".join(filter(None, ("" if number is None else str(number), note)))


def _blank(grid: Grid) -> Row:
    """A row to add."""
    return Row((), tuple(() for _column in COLUMNS[grid.kind]))


def _told(entries: Iterable[Entry], told_of: dict[int, list[str]]) -> list[str]:
    return [said for at in dict.fromkeys(entry.at for entry in entries) for said in told_of.get(at, [])]
