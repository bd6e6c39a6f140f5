"""PDF with text. Tables are read from the lines drawn around their cells, headings from the size of their letters.

A PDF written here carries its restitution as data (`writers.pdf`): `attached` gives it.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from maillon.consultation.trame.model import Doubt, DoubtKind
from maillon.consultation.trame.original import TICKED, UNTICKED, Block, Cell, Line, Numbering, Original, Table
from maillon.consultation.trame.text import Run, address, plain, squeezed

ATTACHED = "restitution.json"
_MOST_ATTACHED = 20
MOST_PAGES = 300
FEWEST_LETTERS = 20  # for each page on average: fewer is a picture of pages
_BULLETS = "▶►▸•▪◦‣●○■❖➢➤✓✔·\uf0b7\uf0a7\uf0d8\uf0fc"
_BOXES = {**dict.fromkeys("☐□\uf0a8\uf06f\uf071", UNTICKED), **dict.fromkeys("☒☑\uf0fe\uf0fd\uf078\uf052", TICKED)}
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli", re.IGNORECASE)


class TooLongError(ValueError):
    """More pages than a consultation has."""

    def __init__(self, pages: int) -> None:
        super().__init__(f"{pages} pages")
        self.pages = pages


class NoTextError(ValueError):
    """Pages that are pictures."""


class LockedError(ValueError):
    """A password is asked for."""


@dataclass(frozen=True, slots=True)
class _Printed:
    """A line of print: its runs and where it stands, in points from the top left."""

    runs: tuple[Run, ...]
    x: float
    top: float
    bottom: float
    end: float
    size: float
    bold: bool


def read(data: bytes) -> Original:
    """Raises TooLongError, NoTextError, LockedError."""
    reader = _Reader()
    with _opened(data) as document:
        if len(document.pages) > MOST_PAGES:
            raise TooLongError(len(document.pages))
        pages = []
        letters = 0
        for page in document.pages:
            pages.append(_Page(page))
            letters += pages[-1].letters
            page.close()
        if letters < FEWEST_LETTERS * len(pages):
            raise NoTextError
    return reader.read(pages)


def _opened(data: bytes) -> Any:
    try:
        return pdfplumber.open(io.BytesIO(data))
    except PdfminerException as error:
        if isinstance(error.args[0] if error.args else None, PDFPasswordIncorrect):
            raise LockedError from error
        raise ValueError(str(error)) from error


def attached(data: bytes) -> dict[str, Any] | None:
    """The restitution that a PDF written here carries as data; None for any other. Raises ValueError."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None
    try:
        for number in range(min(document.count_attachments(), _MOST_ATTACHED)):
            attachment = document.get_attachment(number)
            if attachment.get_name() == ATTACHED:
                found: dict[str, Any] = json.loads(bytes(attachment.get_data()))
                return found
    finally:
        document.close()
    return None


class _Page:
    """What is kept of a page: its lines of print outside tables, its tables, whether it shows pictures."""

    def __init__(self, page: Any) -> None:
        self.width, self.height = float(page.width), float(page.height)
        self.letters = len(page.chars)
        self.pictures = sum(1 for image in page.images if _is_large(image, page))
        links = [link for link in page.hyperlinks if address(str(link.get("uri") or ""))]
        words = page.extract_words(
            x_tolerance=1.5, keep_blank_chars=False, extra_attrs=["fontname", "size"], use_text_flow=False
        )
        found = [table for table in page.find_tables() if _is_table(table)]
        self.tables = [(_boxes_of(table), table.bbox) for table in found]
        inside = [table.bbox for table in found]
        self.lines = list(_printed([word for word in words if not _any_holds(inside, word)], links))
        self.cells = [
            [[None if box is None else list(_printed(_words_in(words, box), links)) for box in row] for row in rows]
            for rows, _bbox in self.tables
        ]


def _is_large(image: Any, page: Any) -> bool:
    area = abs((image["x1"] - image["x0"]) * (image["bottom"] - image["top"]))
    return bool(area > 0.02 * float(page.width) * float(page.height))


def _is_table(table: Any) -> bool:
    """A frame around a title is drawn as a table of one cell is."""
    return len(table.rows) > 1 or len([cell for cell in table.rows[0].cells if cell]) > 1


def _boxes_of(table: Any) -> list[list[tuple[float, ...] | None]]:
    return [list(row.cells) for row in table.rows]


def _any_holds(boxes: Iterable[Sequence[float]], word: Any) -> bool:
    return any(_holds(box, word) for box in boxes)


def _holds(box: Sequence[float], word: Any) -> bool:
    """Whether the middle of a word is in a box."""
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _words_in(words: Iterable[Any], box: Sequence[float]) -> list[Any]:
    return [word for word in words if _holds(box, word)]


def _printed(words: Sequence[Any], links: Sequence[Any]) -> Iterator[_Printed]:
    """Words gathered into lines, from top to bottom and left to right."""
    line: list[Any] = []
    for word in sorted(words, key=lambda word: (round(word["bottom"]), word["x0"])):
        if line and abs(word["bottom"] - line[0]["bottom"]) > 0.4 * (word["bottom"] - word["top"]):
            yield _line_of(line, links)
            line = []
        line.append(word)
    if line:
        yield _line_of(line, links)


def _line_of(words: list[Any], links: Sequence[Any]) -> _Printed:
    words = sorted(words, key=lambda word: float(word["x0"]))
    runs: list[Run] = []
    for word in words:
        said = "".join(_BOXES.get(sign, sign) for sign in word["text"])
        href = next((str(link["uri"]) for link in links if _holds(_box_of(link), word)), "")
        font = str(word["fontname"])
        runs.append(Run(said + " ", bool(_BOLD.search(font)), bool(_ITALIC.search(font)), href))
    size = Counter(round(float(word["size"]), 1) for word in words).most_common(1)[0][0]
    return _Printed(
        tuple(runs),
        float(words[0]["x0"]),
        min(float(word["top"]) for word in words),
        max(float(word["bottom"]) for word in words),
        float(words[-1]["x1"]),
        size,
        all(run.bold for run in runs),
    )


def _box_of(link: Any) -> tuple[float, float, float, float]:
    return link["x0"], link["top"], link["x1"], link["bottom"]


class _Reader:
    def __init__(self) -> None:
        self.numbering = Numbering()
        self.sizes: list[float] = []  # of headings, the largest first
        self.body = 0.0
        self.in_section = False  # under a heading of the second level or less

    def read(self, pages: Sequence[_Page]) -> Original:
        self._measure(pages)
        furniture = _furniture(pages)
        blocks: list[Block] = []
        margins: list[Line] = []
        for number, page in enumerate(pages, 1):
            for _picture in range(page.pictures):
                self.numbering.doubts.append(Doubt(DoubtKind.PICTURE, self.numbering.last + 1))
            things: list[tuple[float, int, Any]] = [
                (bbox[1], 1, (cells, boxes)) for cells, (boxes, bbox) in zip(page.cells, page.tables, strict=True)
            ]
            kept = []
            for line in page.lines:
                if _said(line) in furniture:
                    if not any(plain(each.text) == _said(line) for each in margins) and not _is_folio(line):
                        margins.append(self.numbering.line(line.runs, page=number))
                else:
                    kept.append(line)
            things += [(group[0].top, 0, group) for group in self._paragraphs(kept)]
            for _top, is_table, thing in sorted(things, key=lambda thing: thing[:2]):
                if is_table:
                    blocks.append(self._table(thing[0], thing[1], number))
                else:
                    blocks.append(self._line(thing, number))
        return Original("pdf", tuple(blocks), tuple(self.numbering.doubts), tuple(margins))

    def _measure(self, pages: Iterable[_Page]) -> None:
        sizes: Counter[float] = Counter()
        large: Counter[float] = Counter()
        for page in pages:
            for line in page.lines:
                sizes[line.size] += len(_said(line))
                large[line.size] += 1
            for table in page.cells:
                for row in table:
                    for cell in row:
                        sizes.update({line.size: len(_said(line)) for line in cell or ()})
        self.body = sizes.most_common(1)[0][0] if sizes else 0.0
        self.sizes = sorted((size for size in large if size > self.body * 1.08), reverse=True)

    def _level(self, line: _Printed) -> int:
        return self.sizes.index(line.size) + 1 if line.size in self.sizes else 0

    def _is_subheading(self, group: Sequence[_Printed]) -> bool:
        """A short line all in bold is a heading, once under a heading of a section: above, it is a name or a date."""
        said = _said(group[-1])
        return (
            self.in_section
            and len(group) <= 2
            and all(line.bold for line in group)
            and not _starts(group[0])
            and said[-1:] not in (".", ",", ";", ":")
        )

    def _paragraphs(self, lines: Sequence[_Printed]) -> Iterator[list[_Printed]]:
        """Lines that go on: same size, close below, no bullet, and the one above not ended early."""
        group: list[_Printed] = []
        right = max((line.end for line in lines), default=0.0)
        for line in lines:
            if group and self._goes_on(group[-1], line, right):
                group.append(line)
                continue
            if group:
                yield group
            group = [line]
        if group:
            yield group

    def _goes_on(self, above: _Printed, line: _Printed, right: float) -> bool:
        height = line.bottom - line.top
        if abs(above.size - line.size) > 0.2 or line.top - above.bottom > 0.75 * height or _starts(line):
            return False
        if self._level(line):
            return True
        return above.end > right - 0.25 * (right - above.x) or line.x > above.x + 2

    def _line(self, group: Sequence[_Printed], page: int) -> Line:
        level = self._level(group[0])
        if level:
            self.in_section = level > 1
        elif self._is_subheading(group):
            level = len(self.sizes) + 1
        runs = _joined(group)
        if level:
            runs = [run._replace(bold=False) for run in runs]
        return self.numbering.line(runs, level=level, page=page)

    def _table(self, cells: list[list[list[_Printed] | None]], boxes: list[list[Any]], page: int) -> Table:
        """A place without a box is covered by the cell at its left or above."""
        rows = []
        for place, row in enumerate(cells):
            kept = []
            for column, lines in enumerate(row):
                if lines is None:
                    continue
                wide = 1
                while (
                    column + wide < len(row)
                    and row[column + wide] is None
                    and _reaches(boxes[place][column], boxes, column + wide)
                ):
                    wide += 1
                kept.append(Cell(tuple(self._cell(lines, page)), wide))
            rows.append(tuple(kept))
        return Table(tuple(rows), page)

    def _cell(self, lines: Sequence[_Printed], page: int) -> Iterator[Line]:
        """In a narrow cell every line but the last is full: only a bullet, a box or a gap starts another."""
        group: list[_Printed] = []
        for line in lines:
            gap = group and line.top - group[-1].bottom > 0.6 * (line.bottom - line.top)
            if group and (_starts(line) or gap):
                yield self.numbering.line(_joined(group), page=page)
                group = []
            group.append(line)
        if group:
            yield self.numbering.line(_joined(group), page=page)


def _joined(group: Sequence[_Printed]) -> list[Run]:
    """Lines of print as one text. A word cut by a hyphen is put together, its hyphen kept: it may be its own."""
    runs: list[Run] = []
    for line in group:
        if runs and re.search(r"\w- $", runs[-1].text):
            runs[-1] = runs[-1]._replace(text=runs[-1].text[:-1])
        runs.extend(line.runs)
    return runs


def _reaches(box: Any, boxes: list[list[Any]], column: int) -> bool:
    """Whether a cell spreads over a column, judged by where that column starts elsewhere."""
    starts = [row[column][0] for row in boxes if column < len(row) and row[column] is not None]
    return bool(starts and box[2] > min(starts) + 2)


def _starts(line: _Printed) -> bool:
    said = _said(line)
    return bool(said) and (
        said[0] in _BULLETS or said[0] in (TICKED, UNTICKED) or bool(re.match(r"(?:[-–—]|\d{1,2}[.)]) \S", said))
    )


def _said(line: _Printed) -> str:
    return plain(squeezed(line.runs))


def _is_folio(line: _Printed) -> bool:
    return bool(re.fullmatch(r"\W*(?:page )?\d+(?:\s*(?:/|sur|of)\s*\d+)?\W*", _said(line), re.IGNORECASE))


def _furniture(pages: Sequence[_Page]) -> set[str]:
    """What the top or the foot of most pages repeats, and the numbers of pages."""
    seen: Counter[str] = Counter()
    folios = set()
    for page in pages:
        edge = [line for line in page.lines if line.bottom < 0.08 * page.height or line.top > 0.92 * page.height]
        seen.update({_said(line) for line in edge})
        folios |= {_said(line) for line in edge if _is_folio(line)}
    return folios | {said for said, count in seen.items() if count > 2 and count > len(pages) / 2}
