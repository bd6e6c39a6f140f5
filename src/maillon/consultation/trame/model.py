"""A restitution as data. Every word of the document is in one place of it, or among what has none (`unplaced`).

Where it was in the original (`at`) and what was doubtful are of one reading: they do not count when two restitutions
are compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from maillon.consultation.trame.text import Text, plain


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement: a bullet or a paragraph.

    marker: the number it was given in words, "1)". depth: of its list, 0 first.
    at: the number of the line of the original it was read from; 0 for none.
    """

    text: Text
    bullet: bool = True
    marker: str = ""
    depth: int = 0
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return plain(self.text)


class Column(StrEnum):
    """Columns of the three tables of the trame, beside the theme."""

    FEEDBACK = "feedback"
    IRRITANTS = "irritants"
    STRENGTHS = "strengths"
    NEEDS = "needs"
    LEVERS = "levers"
    WHAT = "what"
    HOW = "how"
    WHO = "who"
    WHEN = "when"
    INDICATORS = "indicators"


class Kind(StrEnum):
    DIAGNOSIS = "diagnosis"
    NEEDS = "needs"
    PLAN = "plan"


COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.DIAGNOSIS: (Column.FEEDBACK, Column.IRRITANTS, Column.STRENGTHS),
    Kind.NEEDS: (Column.IRRITANTS, Column.NEEDS, Column.LEVERS),
    Kind.PLAN: (Column.WHAT, Column.HOW, Column.WHO, Column.WHEN, Column.INDICATORS),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. theme: empty where none was written. continued: its theme is that of the line before.

    cells: one for each column of its kind, in the order of COLUMNS.
    """

    theme: tuple[Entry, ...]
    cells: tuple[tuple[Entry, ...], ...]
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """One of the three tables of the trame."""

    kind: Kind
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    label: Text
    ticked: bool
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Participants:
    """A category of participants. ticked: None where it has no box. people, organisations: None where not counted.

    The notes are what stands beside the numbers, in the words of the document: "(CPD)", "à compléter".
    """

    label: Text
    ticked: bool | None = None
    people: int | None = None
    people_note: str = ""
    organisations: int | None = None
    organisations_note: str = ""
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Session:
    """Who met, when, where. others: lines of the table that the trame does not have, label and values."""

    region: tuple[Entry, ...] = ()
    dates_places: tuple[Entry, ...] = ()
    formats: tuple[Choice, ...] = ()
    facilitators: tuple[Entry, ...] = ()
    participants: tuple[Participants, ...] = ()
    others: tuple[tuple[Text, tuple[Entry, ...]], ...] = ()


Content = Entry | Session | Grid


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under a heading, in order. level: 1 for the headings of a contribution.

    Only the first may be untitled.
    """

    title: Text
    level: int
    content: tuple[Content, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Contribution:
    """head: the lines under the title of the trame: the consultation, who contributes, the date."""

    head: tuple[Entry, ...]
    sections: tuple[Section, ...]
    unplaced: tuple[Entry, ...] = ()

    def grids(self, kind: Kind) -> Iterator[Grid]:
        for section in self.sections:
            yield from (each for each in section.content if isinstance(each, Grid) and each.kind is kind)

    def rows(self, kind: Kind) -> Iterator[Row]:
        for grid in self.grids(kind):
            yield from grid.rows

    def column(self, kind: Kind, column: Column) -> list[Entry]:
        place = COLUMNS[kind].index(column)
        return [entry for row in self.rows(kind) for entry in row.cells[place]]

    @property
    def session(self) -> Session | None:
        return next((each for section in self.sections for each in section.content if isinstance(each, Session)), None)


class DoubtKind(StrEnum):
    UNTICKED_BUT_COUNTED = "unticked_but_counted"
    TICKED_NOT_COUNTED = "ticked_not_counted"
    TO_COMPLETE = "to_complete"
    EMPTY_BULLET = "empty_bullet"
    INHERITED_THEME = "inherited_theme"
    NO_THEME = "no_theme"
    EXTRA_CELL = "extra_cell"
    MERGED_CELLS = "merged_cells"
    NESTED_TABLE = "nested_table"
    REWORDED_LABEL = "reworded_label"
    UNKNOWN_TABLE = "unknown_table"
    TRACKED_CHANGES = "tracked_changes"
    COMMENT = "comment"
    MACROS = "macros"
    PICTURE = "picture"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person should look at. at: the line of the original, 0 for the whole document. text: its words."""

    kind: DoubtKind
    at: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Restitution:
    """letterhead: what stands above the title, once, however many contributions repeat it."""

    contributions: tuple[Contribution, ...]
    letterhead: tuple[Entry, ...] = ()
    doubts: tuple[Doubt, ...] = field(default=(), compare=False)
