"""A restitution as the headings, lines and tables that every format writes: one order, one wording."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from maillon.consultation.trame import words
from maillon.consultation.trame.model import Entry, Grid, Kind, Participants, Restitution, Row, Session
from maillon.consultation.trame.original import TICKED, UNTICKED
from maillon.consultation.trame.text import Run, Text, of, plain, squeezed

TITLES = {
    Kind.DIAGNOSIS: "Diagnostic des points forts et irritants",
    Kind.NEEDS: "Synthèse des besoins & axes d'amélioration",
    Kind.PLAN: "Plan d'action",
}
SESSION = "Session"


@dataclass(frozen=True, slots=True)
class Heading:
    text: Text
    level: int  # 1 for the title of the trame


@dataclass(frozen=True, slots=True)
class Table:
    """headed: its first row names its columns; else the first cell of each row names the row."""

    title: str
    rows: tuple[tuple[tuple[Entry, ...], ...], ...]
    headed: bool

    @property
    def width(self) -> int:
        return max(map(len, self.rows))


Block = Heading | Entry | Table


def title(restitution: Restitution) -> str:
    heads = [plain(each.head[0].text).replace("\n", " ") for each in restitution.contributions if each.head]
    return f"{words.TITLE} – {heads[0]}" if heads else words.TITLE


def blocks(restitution: Restitution) -> Iterator[Block]:
    for contribution in restitution.contributions:
        yield from restitution.letterhead  # above each title: each contribution may be taken out alone
        yield Heading(of(words.TITLE), 1)
        yield from contribution.head
        for section in contribution.sections:
            if section.title:
                yield Heading(section.title, section.level + 1)
            for each in section.content:
                if isinstance(each, Entry):
                    yield each
                elif isinstance(each, Grid):
                    yield grid(each)
                else:
                    yield session(each)
        if contribution.unplaced:
            yield Heading(of(words.UNPLACED), 2)
            yield from contribution.unplaced


def said(entry: Entry) -> Text:
    """The words of an entry with the number it was given."""
    return squeezed([Run(f"{entry.marker} "), *entry.text]) if entry.marker else entry.text


def grid(of_kind: Grid) -> Table:
    header = tuple((_plain(each),) for each in words.HEADERS[of_kind.kind])
    return Table(TITLES[of_kind.kind], (header, *(_row(row) for row in of_kind.rows)), headed=True)


def _row(row: Row) -> tuple[tuple[Entry, ...], ...]:
    """Its theme is written out even where it continues, so that no cell is empty for who hears the table read."""
    theme = row.theme
    if row.continued:
        last = theme[-1]
        theme = (*theme[:-1], replace(last, text=squeezed([*last.text, Run(f" {words.CONTINUED}")])))
    return (theme, *row.cells)


def session(of_session: Session) -> Table:
    rows: list[tuple[tuple[Entry, ...], ...]] = []
    if of_session.region:
        rows.append(((_plain(words.REGION),), of_session.region, ()))
    if of_session.dates_places:
        rows.append(((_plain(words.DATES_PLACES),), of_session.dates_places, ()))
    if of_session.formats:
        choices = tuple(_boxed(each.label, each.ticked) for each in of_session.formats)
        rows.append(((_plain(words.FORMAT), _hint(words.FORMAT_HINT)), choices, ()))
    if of_session.facilitators:
        rows.append(((_plain(words.FACILITATORS),), of_session.facilitators, ()))
    for place, each in enumerate(of_session.participants):
        named = () if place else (_plain(words.PARTICIPANTS), _hint(words.PARTICIPANTS_HINT))
        rows.append((named, (_boxed(each.label, each.ticked),), tuple(_counts(each))))
    for label, values in of_session.others:
        rows.append(((Entry(label, bullet=False),), values, ()))
    return Table(SESSION, tuple(rows), headed=False)


def _counts(found: Participants) -> Iterator[Entry]:
    for label, count, note in (
        (words.PEOPLE, found.people, found.people_note),
        (words.ORGANISATIONS, found.organisations, found.organisations_note),
    ):
        if count is not None or note:
            value = " ".join(filter(None, ("" if count is None else str(count), note)))
            yield _plain(f"{label} : {value}")


def _boxed(label: Text, ticked: bool | None) -> Entry:
    box = [] if ticked is None else [Run(f"{TICKED if ticked else UNTICKED} ")]
    return Entry(squeezed([*box, *label]), bullet=False)


def _plain(text: str) -> Entry:
    return Entry(of(text), bullet=False)


def _hint(text: str) -> Entry:
    return Entry((Run(text, italic=True),), bullet=False)
