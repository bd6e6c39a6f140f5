"""From the lines and tables of a document to a restitution: each line goes to one place, or to `unplaced`."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from maillon.consultation.trame import session_table, text, words
from maillon.consultation.trame.model import (
    COLUMNS,
    Column,
    Content,
    Contribution,
    Doubt,
    DoubtKind,
    Entry,
    Grid,
    Kind,
    Restitution,
    Row,
    Section,
    Session,
)
from maillon.consultation.trame.original import Block, Cell, Line, Original, Table, lines_of
from maillon.consultation.trame.text import Text, plain

_BULLET = re.compile(
    r"[▶►▸•▪◦‣●○■□❖➢➤✓✔·∙*\uf0b7\uf0a7\uf0d8-][ \t\u00a0]*(?=\s|$)|[▶►▸•▪◦‣●■❖➢➤\uf0b7\uf0a7\uf0d8]|[–—](?=\s)"
)
_MARKER = re.compile(r"(\(?(?:\d{1,3}|[a-z])(?:[.)]|°))\s+(?=\S)")
_SIGNATURE = re.compile(r"\W*(?:@\w+|(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?)\W*", re.IGNORECASE)
_LETTERHEAD_LINES = 30


def understood(original: Original) -> Restitution:
    """Total: any document, even an empty one."""
    doubts = list(original.doubts)
    letterhead, parts = _parted(original.blocks)
    contributions = tuple(_contribution(part, doubts) for part in parts)
    contributions = _with_margins(contributions, letterhead, original.margins)
    return Restitution(contributions, letterhead, tuple(sorted(doubts, key=lambda doubt: doubt.at)))


def _with_margins(
    contributions: tuple[Contribution, ...], letterhead: tuple[Entry, ...], margins: tuple[Line, ...]
) -> tuple[Contribution, ...]:
    """Headers and footers of the pages have no place in the trame, unless they repeat its letterhead."""
    known = {words.folded(str(entry)) for entry in letterhead}
    left = tuple(entry for entry in map(_entry, margins) if words.folded(str(entry)) not in known)
    if not left:
        return contributions
    first, *others = contributions or (Contribution((), ()),)
    return (replace(first, unplaced=(*first.unplaced, *left)), *others)


# --- contributions


def _parted(blocks: Sequence[Block]) -> tuple[tuple[Entry, ...], list[Sequence[Block]]]:
    """The letterhead above the first title, and the blocks of each contribution, without its title.

    The letterhead that later contributions repeat is left with the first.
    """
    titles = [place for place, block in enumerate(blocks) if _is_title(block)]
    if not titles:
        return (), [blocks] if blocks else []
    above = [line for block in blocks[: titles[0]] for line in lines_of(block) if line.text]
    if (
        not all(isinstance(block, Line) and not block.level for block in blocks[: titles[0]])
        or len(above) > _LETTERHEAD_LINES
    ):
        titles.insert(0, -1)  # what stands above the first title is a contribution of its own, without title
        above = []
    known = Counter(words.folded(plain(line.text)) for line in above)
    parts = []
    for title, following in zip(titles, [*titles[1:], len(blocks)], strict=True):
        end, again = following, known.copy()  # each line of it stands once above a title
        while title + 1 < end < len(blocks) and _repeats(blocks[end - 1], again):
            end -= 1
        parts.append(blocks[title + 1 : end])
    return tuple(_entry(line) for line in above), parts


def _is_title(block: Block) -> bool:
    """Numbered or not: word processors number headings by themselves."""
    return isinstance(block, Line) and words.folded(plain(_entry(block).text)) == words.folded(words.TITLE)


def _repeats(block: Block, left: Counter[str]) -> bool:
    """Whether this is a line of the letterhead that was not met yet, or says nothing."""
    if not isinstance(block, Line) or not block.text:
        return isinstance(block, Line)
    said = words.folded(plain(block.text))
    left[said] -= 1
    return left[said] >= 0


def _contribution(blocks: Sequence[Block], doubts: list[Doubt]) -> Contribution:
    """The lines before the first heading, list or table are its head."""
    first = next((place for place, block in enumerate(blocks) if not _is_prose(block)), len(blocks))
    head = tuple(_entry(line) for line in blocks[:first] if isinstance(line, Line) and line.text)
    unplaced: list[Entry] = []
    sections = _sections(blocks[first:], unplaced, doubts)
    return Contribution(head, *_signed(sections, unplaced))


def _is_prose(block: Block) -> bool:
    return isinstance(block, Line) and not block.level and not _entry(block).bullet


def _signed(sections: list[Section], unplaced: list[Entry]) -> tuple[tuple[Section, ...], tuple[Entry, ...]]:
    """Addresses and accounts alone at the very end are the foot of a page, not of the last section."""
    if sections:
        content = list(sections[-1].content)
        foot: list[Entry] = []
        while content and isinstance(last := content[-1], Entry) and not last.bullet and _is_signature(last):
            foot.insert(0, last)
            content.pop()
        if content:
            sections[-1] = replace(sections[-1], content=tuple(content))
            unplaced = [*unplaced, *foot]
    return tuple(sections), tuple(unplaced)


def _is_signature(entry: Entry) -> bool:
    return bool(_SIGNATURE.fullmatch(plain(entry.text)))


# --- sections


def _sections(blocks: Sequence[Block], unplaced: list[Entry], doubts: list[Doubt]) -> list[Section]:
    sections: list[Section] = []
    title: Text = ()
    level, at = 1, 0
    content: list[Content] = []
    set_apart = False  # under the heading of what has no place
    indents: list[int] = []

    def close() -> None:
        if set_apart:
            unplaced.extend(entry for entry in content if isinstance(entry, Entry))
        elif title or content:
            sections.append(Section(title, level, tuple(content), at))

    previous: Grid | Session | None = None
    for block in blocks:
        if isinstance(block, Line) and block.level:
            if not block.text:
                continue
            close()
            title, level, at, content = block.text, max(block.level - 1, 1), block.number, []
            indents.clear()
            set_apart, previous = words.folded(plain(title)) == words.folded(words.UNPLACED), None
        elif isinstance(block, Line):
            entry = _entry(block)
            if entry.text:
                content.append(_in_list(entry, indents))
                previous = None
            elif entry.bullet:
                doubts.append(Doubt(DoubtKind.EMPTY_BULLET, block.number))
        elif (read := _table(block, previous, unplaced, doubts)) is not None:
            if isinstance(read, Session) and isinstance(previous, Session):
                content.pop()
            whole = _mended(read, block, content) if isinstance(read, Grid) and isinstance(previous, Grid) else read
            if whole is not None:
                content.append(whole)
                previous = whole
            indents.clear()
    close()
    return sections


def _in_list(entry: Entry, indents: list[int]) -> Entry:
    """A list starts at depth 0 and goes down one step at a time, whatever its author's indents.

    indents: of the items that this one may stand under, kept from one line to the next.
    """
    if not entry.bullet:
        indents.clear()
        return entry
    while indents and indents[-1] > entry.depth:
        indents.pop()
    if not indents or indents[-1] < entry.depth:
        indents.append(entry.depth)
    return replace(entry, depth=len(indents) - 1)


def _entry(line: Line) -> Entry:
    """Its bullet and its number are form, not words."""
    kept, bullet = line.text, line.bullet
    while match := _BULLET.match(plain(kept)):
        kept, bullet = text.cut(kept, match.end()), True
    marker = ""
    if match := _MARKER.match(plain(kept)):
        marker, kept, bullet = match[1], text.cut(kept, match.end()), True
    return Entry(kept, bullet, marker, line.depth if bullet else 0, line.number)


# --- tables


def _table(
    table: Table, previous: Grid | Session | None, unplaced: list[Entry], doubts: list[Doubt]
) -> Grid | Session | None:
    """previous: the table just above, which this one may continue on the next page."""
    rows = [row for row in table.rows if any(line.text for cell in row for line in cell.lines) or len(row) > 1]
    if not rows:
        return None
    if isinstance(previous, Session) and session_table.continues(rows):
        return session_table.read(rows, previous, unplaced, doubts)
    if session_table.is_session(rows):
        return session_table.read(rows, Session(), unplaced, doubts)
    above = previous if isinstance(previous, Grid) else None
    kind, columns = _header(rows[0])
    if kind is not None:
        _reworded(rows[0], kind, columns, doubts)
        return _grid(kind, columns, rows[1:], above, doubts)
    if above is not None and max(len(row) for row in rows) == len(COLUMNS[above.kind]) + 1:
        columns = [None, *COLUMNS[above.kind]]  # a table cut by a page, without its header again
        return _grid(above.kind, columns, rows, above, doubts)
    found = [_entry(line) for row in rows for cell in row for line in cell.lines if line.text]
    if found:
        doubts.append(Doubt(DoubtKind.UNKNOWN_TABLE, found[0].at, plain(found[0].text)[:80]))
    unplaced.extend(entry for entry in found if entry.text)
    return None


def _mended(grid: Grid, table: Table, content: list[Content]) -> Grid | None:
    """A row that a page cut in the middle of a sentence is put together with its beginning, which is in `content`.

    None when nothing else was in this part of the table.
    """
    above = content[-1]
    if not table.page or not isinstance(above, Grid) or above.kind is not grid.kind or not (above.rows and grid.rows):
        return grid
    begun, rest = above.rows[-1], grid.rows[0]
    cut = [
        bool(before and after and before[-1].bullet and not after[0].bullet)
        for before, after in zip(begun.cells, rest.cells, strict=True)
    ]
    if not rest.continued or not any(cut):
        return grid
    cells = tuple(
        (*before[:-1], _one(before[-1], after[0]), *after[1:]) if is_cut else (*before, *after)
        for before, after, is_cut in zip(begun.cells, rest.cells, cut, strict=True)
    )
    content[-1] = replace(above, rows=(*above.rows[:-1], replace(begun, cells=cells)))
    return replace(grid, rows=grid.rows[1:]) if grid.rows[1:] else None


def _one(before: Entry, after: Entry) -> Entry:
    return replace(before, text=text.squeezed([*before.text, text.Run(" "), *after.text]))


def _header(row: Sequence[Cell]) -> tuple[Kind | None, list[Column | str | None]]:
    """The kind of table that these headers name, and the column of each cell."""
    named = [words.column_of(" ".join(plain(line.text) for line in cell.lines)) for cell in row]
    has = set(named)
    if Column.HOW in has and has & {Column.WHO, Column.WHEN, Column.INDICATORS}:
        kind = Kind.PLAN
    elif Column.NEEDS in has and has & {Column.LEVERS, Column.IRRITANTS}:
        kind = Kind.NEEDS
    elif Column.STRENGTHS in has and Column.IRRITANTS in has:
        kind = Kind.DIAGNOSIS
    else:
        return None, []
    if kind is Kind.PLAN:  # "axes d'amélioration" is what is to be done, there
        named = [Column.WHAT if column is Column.LEVERS else column for column in named]
    known: set[Column | None] = {None, *COLUMNS[kind]}
    taken: set[Column | str | None] = set()
    for place, column in enumerate(named):
        named[place] = column if column in known and column not in taken else ""
        taken.add(column)
    return kind, named


def _reworded(row: Sequence[Cell], kind: Kind, columns: Sequence[Column | str | None], doubts: list[Doubt]) -> None:
    """A header in other words than the trame's may say more than it: its words are kept to be seen."""
    usual = dict(zip((None, *COLUMNS[kind]), words.HEADERS[kind], strict=True))
    for cell, column in zip(row, columns, strict=True):
        said = " ".join(plain(line.text) for line in cell.lines)
        if said and (column == "" or words.folded(said) != words.folded(usual[column])):  # type: ignore[index]
            doubts.append(Doubt(DoubtKind.REWORDED_LABEL, cell.lines[0].number, said))


def _grid(
    kind: Kind,
    columns: Sequence[Column | str | None],
    rows: Iterable[Sequence[Cell]],
    previous: Grid | None,
    doubts: list[Doubt],
) -> Grid:
    """A theme left empty is that of the row above, in this table or in the one it continues."""
    theme = previous.rows[-1].theme if previous is not None and previous.kind is kind and previous.rows else ()
    read: list[Row] = []
    for cells in _spread(rows, doubts):
        found: dict[Column | None, list[Entry]] = {None: []}
        for place, cell in enumerate(cells):
            column = columns[place] if place < len(columns) else ""
            entries = list(_entries(cell, doubts))
            if column == "" and entries:
                doubts.append(Doubt(DoubtKind.EXTRA_CELL, entries[0].at, plain(entries[0].text)[:80]))
                column = COLUMNS[kind][-1]
            if column != "":
                found.setdefault(column, []).extend(entries)  # type: ignore[arg-type]
        if not any(found.values()):
            continue
        own, continued = _theme(found[None], theme)
        if continued and not found[None]:
            at = next(entry.at for entries in found.values() for entry in entries)
            doubts.append(Doubt(DoubtKind.INHERITED_THEME if own else DoubtKind.NO_THEME, at, _said(own)))
        theme = own
        read.append(Row(own, tuple(tuple(found.get(column, ())) for column in COLUMNS[kind]), continued and bool(own)))
    return Grid(kind, tuple(read))


def _said(theme: Iterable[Entry]) -> str:
    return " ".join(plain(entry.text) for entry in theme)


def _theme(written: list[Entry], above: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], bool]:
    """The theme of a row and whether it is that of the row above; "(suite)" says so in words."""
    if not written:
        return above, True
    said = plain(written[-1].text)
    if not said.endswith(words.CONTINUED):
        return tuple(written), False
    bare = text.cut(written[-1].text, 0, len(said) - len(words.CONTINUED))
    theme = tuple(entry for entry in (*written[:-1], replace(written[-1], text=bare)) if entry.text)
    return theme or above, True


def _spread(rows: Iterable[Sequence[Cell]], doubts: list[Doubt]) -> Iterator[list[Cell]]:
    """Rows with a cell in each place: a cell that covers several has its words in the first of them."""
    waiting: dict[int, int] = {}  # place -> rows that a cell above still covers
    empty = Cell(())
    for row in rows:
        cells: list[Cell] = []
        for cell in row:
            while waiting.get(len(cells), 0):
                waiting[len(cells)] -= 1
                cells.append(empty)
            spread = (cell.rows > 1 and cells) or cell.columns > 1  # a theme may cover its rows: so it is meant
            if spread and cell.lines:
                doubts.append(Doubt(DoubtKind.MERGED_CELLS, cell.lines[0].number, plain(cell.lines[0].text)[:80]))
            for step in range(cell.columns):
                if cell.rows > 1:
                    waiting[len(cells)] = cell.rows - 1
                cells.append(cell if not step else empty)
        for place in [place for place, left in waiting.items() if left and place >= len(cells)]:
            waiting[place] -= 1
        yield cells


def _entries(cell: Cell, doubts: list[Doubt]) -> Iterator[Entry]:
    """Each line of a cell is a statement, and so is what follows a line break."""
    for line in cell.lines:
        pieces: Iterable[Text] = text.lines(line.text) if line.text else [()]
        for piece in pieces:
            entry = _entry(replace(line, text=piece))
            if entry.text:
                yield replace(entry, depth=0)
            elif entry.bullet:
                doubts.append(Doubt(DoubtKind.EMPTY_BULLET, line.number))
