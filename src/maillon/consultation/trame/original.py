"""A document as it stands, before anything is understood: numbered lines, and tables of cells of such lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from maillon.consultation.trame.model import Doubt
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

    def line(
        self, runs: Iterable[Run], *, level: int = 0, bullet: bool = False, depth: int = 0, page: int = 0
    ) -> Line:
        self.last += 1
        return Line(self.last, squeezed(runs), level, bullet, depth, page)
