"""A document as it stands, before anything is understood: numbered lines, and tables of cells of such lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from maillon.consultation.trame.model import Doubt, DoubtKind
from maillon.consultation.trame.text import Run, Text, squeezed

UNTICKED, TICKED = "☐", "☒"  # every reader writes the boxes of a form so


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, a heading (level from 1) or a bullet (depth from 0). number: from 1, in reading order."""

    number: int
    text: Text
    level: int = 0
    bullet: bool = False
    depth: int = 0
    page: int = 0  # 0 where the document has no pages of its own


@dataclass(frozen=True, slots=True)
class Cell:
    lines: tuple[Line, ...]
    columns: int = 1  # that it covers
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[tuple[Cell, ...], ...]
    page: int = 0


Block = Line | Table


@dataclass(frozen=True, slots=True)
class Original:
    """format: docx, odt, pdf, html or md. doubts: what the reader of that format saw. margins: headers and footers."""

    format: str
    blocks: tuple[Block, ...]
    doubts: tuple[Doubt, ...] = ()
    margins: tuple[Line, ...] = ()

    def lines(self) -> Iterator[Line]:
        for block in self.blocks:
            yield from lines_of(block)
        yield from self.margins


def lines_of(block: Block) -> Iterator[Line]:
    if isinstance(block, Line):
        yield block
        return
    for row in block.rows:
        for cell in row:
            yield from cell.lines


@dataclass(slots=True)
class Numbering:
    """Gives lines their numbers as a reader meets them."""

    last: int = 0
    doubts: list[Doubt] = field(default_factory=list)

    def line(self, runs: Iterable[Run], *, level: int = 0, bullet: bool = False, depth: int = 0, page: int = 0) -> Line:
        self.last += 1
        return Line(self.last, squeezed(runs), level, bullet, depth, page)

    def flattened(self, blocks: Iterable[Block]) -> Iterator[Line]:
        """The lines of a cell; those of a table within it, one after the other, which is told."""
        for block in blocks:
            if isinstance(block, Table):
                self.doubts.append(Doubt(DoubtKind.NESTED_TABLE, self.last + 1))
                yield from lines_of(block)
            elif block.text or block.bullet:
                yield block


# --- from one process to another


def to_json(original: Original) -> dict[str, Any]:
    return {
        "format": original.format,
        "blocks": [_block_to_json(block) for block in original.blocks],
        "doubts": [[doubt.kind.value, doubt.at, doubt.text] for doubt in original.doubts],
        "margins": [_line_to_json(line) for line in original.margins],
    }


def from_json(value: dict[str, Any]) -> Original:
    return Original(
        value["format"],
        tuple(_block_from_json(block) for block in value["blocks"]),
        tuple(Doubt(DoubtKind(kind), at, words) for kind, at, words in value["doubts"]),
        tuple(_line_from_json(line) for line in value["margins"]),
    )


def _block_to_json(block: Block) -> Any:
    if isinstance(block, Line):
        return _line_to_json(block)
    rows = [
        [[[_line_to_json(line) for line in cell.lines], cell.columns, cell.rows] for cell in row] for row in block.rows
    ]
    return {"page": block.page, "rows": rows}


def _block_from_json(value: Any) -> Block:
    if isinstance(value, list):
        return _line_from_json(value)
    rows = (
        tuple(Cell(tuple(map(_line_from_json, lines)), columns, rows) for lines, columns, rows in row)
        for row in value["rows"]
    )
    return Table(tuple(rows), value["page"])


def _line_to_json(line: Line) -> list[Any]:
    return [line.number, [list(run) for run in line.text], line.level, line.bullet, line.depth, line.page]


def _line_from_json(value: list[Any]) -> Line:
    number, runs, level, bullet, depth, page = value
    return Line(number, tuple(Run(*run) for run in runs), level, bullet, depth, page)
