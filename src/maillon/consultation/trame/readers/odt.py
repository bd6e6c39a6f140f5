"""OpenDocument texts (.odt), by LibreOffice or Google. What was deleted under tracked changes is left out and said."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import defusedxml.ElementTree

from maillon.consultation.trame.model import Doubt, DoubtKind
from maillon.consultation.trame.original import TICKED, UNTICKED, Block, Cell, Line, Numbering, Original, Table
from maillon.consultation.trame.text import Run, address

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE = f"{{{_URN}text:1.0}}", f"{{{_URN}table:1.0}}", f"{{{_URN}office:1.0}}"
_STYLE, _DRAW, _FORM = f"{{{_URN}style:1.0}}", f"{{{_URN}drawing:1.0}}", f"{{{_URN}form:1.0}}"
_FO, _SVG = f"{{{_URN}xsl-fo-compatible:1.0}}", f"{{{_URN}svg-compatible:1.0}}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_SILENT = {
    f"{_TEXT}{name}" for name in ("page-number", "page-count", "sequence-decls", "table-of-content", "tracked-changes")
}
_MOST_REPEATED = 100  # cells or rows that a document says once


def read(data: bytes) -> Original:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = set(package.namelist())
        content = defusedxml.ElementTree.fromstring(package.read("content.xml"))
        styles = defusedxml.ElementTree.fromstring(package.read("styles.xml")) if "styles.xml" in names else None
    reader = _Reader(content, styles)
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        reader.numbering.doubts.append(Doubt(DoubtKind.MACROS))
    return reader.read()


class _Reader:
    def __init__(self, content: Any, styles: Any) -> None:
        self.content, self.styles = content, styles
        self.numbering = Numbering()
        self.forms = _Forms([root for root in (styles, content) if root is not None])
        self.boxes = {
            box.get(f"{_FORM}id") or box.get("{http://www.w3.org/XML/1998/namespace}id"): _checked(box)
            for box in content.iter(f"{_FORM}checkbox")
        }
        self.notes: list[str] = []
        self.beside: list[Block] = []  # text boxes of the line being read

    def read(self) -> Original:
        body = self.content.find(f"{_OFFICE}body/{_OFFICE}text")
        for deleted in self.content.iter(f"{_TEXT}deletion"):
            words = " ".join("".join(deleted.itertext()).split())
            if words:
                self.doubt(DoubtKind.TRACKED_CHANGES, words)
        blocks = tuple(self.blocks(body)) if body is not None else ()
        return Original("odt", blocks, tuple(self.numbering.doubts), tuple(self.margins()))

    def doubt(self, kind: DoubtKind, text: str = "") -> None:
        self.numbering.doubts.append(Doubt(kind, self.numbering.last + 1, text[:200]))

    def margins(self) -> Iterator[Line]:
        seen = set()
        for master in self.styles.iter(f"{_STYLE}master-page") if self.styles is not None else ():
            for part in master:
                for paragraph in part.iter(f"{_TEXT}p"):
                    runs = list(self.runs(paragraph, Run("")))
                    words = "".join(run.text for run in runs).strip()
                    if words and words not in seen:
                        seen.add(words)
                        yield self.numbering.line(runs)

    # --- blocks

    def blocks(self, parent: Any) -> Iterator[Block]:
        for node in parent:
            tag = node.tag
            if tag in (f"{_TEXT}p", f"{_TEXT}h"):
                yield self.line(node)
                yield from self.left_beside()
            elif tag == f"{_TEXT}list":
                yield from self.list(node, 0, node.get(f"{_TEXT}style-name") or "", {})
            elif tag == f"{_TABLE}table":
                yield self.table(node)
            elif tag == f"{_DRAW}frame":
                self.frame(node)
                yield from self.left_beside()
            elif tag not in _SILENT and not tag.startswith((_FORM, _STYLE)) and tag != f"{_OFFICE}forms":
                yield from self.blocks(node)  # sections and such

    def left_beside(self) -> Iterator[Block]:
        found, self.beside = self.beside, []
        yield from found

    def line(self, paragraph: Any, *, label: str = "", bullet: bool = False, depth: int = 0) -> Line:
        self.notes = []
        level = 0
        style = paragraph.get(f"{_TEXT}style-name") or ""
        if paragraph.tag == f"{_TEXT}h":
            level = _whole(paragraph.get(f"{_TEXT}outline-level"), 1)
        elif self.forms.is_title(style):
            level = 1
        runs = list(self.runs(paragraph, self.forms.formed(style, Run(""))))
        if label and any(run.text.strip() for run in runs):
            runs.insert(0, Run(f"{label} "))
        runs.extend(Run(f" [{note}]") for note in self.notes)
        bullet = bullet and not level
        return self.numbering.line(runs, level=level, bullet=bullet, depth=depth if bullet else 0)

    def list(self, node: Any, depth: int, style: str, counts: dict[int, int]) -> Iterator[Block]:
        counts[depth] = 0
        for item in node:
            counts[depth] += 1
            first = item.tag == f"{_TEXT}list-item"
            for child in item:
                if child.tag == f"{_TEXT}list":
                    yield from self.list(child, depth + 1, child.get(f"{_TEXT}style-name") or style, counts)
                elif child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                    label = self.forms.number(style, depth, counts[depth]) if first else ""
                    yield self.line(child, label=label, bullet=first, depth=depth)
                    first = False
                    yield from self.left_beside()

    def table(self, table: Any) -> Table:
        rows: list[tuple[Cell, ...]] = []
        for row in _rows(table):
            cells: list[Cell] = []
            for cell in row:
                if cell.tag != f"{_TABLE}table-cell":  # covered: its words are in the cell that covers it
                    continue
                read = Cell(
                    tuple(self.cell(cell)),
                    min(_whole(cell.get(f"{_TABLE}number-columns-spanned"), 1), _MOST_REPEATED),
                    min(_whole(cell.get(f"{_TABLE}number-rows-spanned"), 1), _MOST_REPEATED),
                )
                times = min(_whole(cell.get(f"{_TABLE}number-columns-repeated"), 1), _MOST_REPEATED)
                cells.extend([read, *([Cell(())] * (times - 1))])
            rows.append(tuple(cells))
        return Table(tuple(rows))

    def cell(self, cell: Any) -> Iterator[Line]:
        return self.numbering.flattened(self.blocks(cell))

    # --- runs

    def runs(self, node: Any, form: Run) -> Iterator[Run]:
        if node.text:
            yield form._replace(text=_blanks(node.text))
        for child in node:
            yield from self.inline(child, form)
            if child.tail:
                yield form._replace(text=_blanks(child.tail))

    def inline(self, node: Any, form: Run) -> Iterator[Run]:
        tag = node.tag
        if tag == f"{_TEXT}span":
            yield from self.runs(node, self.forms.formed(node.get(f"{_TEXT}style-name") or "", form))
        elif tag == f"{_TEXT}a":
            yield from self.runs(node, form._replace(href=address(node.get(_HREF) or "")))
        elif tag in (f"{_TEXT}s", f"{_TEXT}tab"):
            yield form._replace(text=" ")
        elif tag == f"{_TEXT}line-break":
            yield form._replace(text="\n")
        elif tag == f"{_TEXT}note":
            self.note(node)
        elif tag == f"{_OFFICE}annotation":
            words = " ".join("".join("".join(p.itertext()) for p in node.iter(f"{_TEXT}p")).split())
            self.doubt(DoubtKind.COMMENT, words)
        elif tag == f"{_DRAW}control":
            ticked = self.boxes.get(node.get(f"{_DRAW}control"))
            if ticked is not None:
                yield Run(TICKED if ticked else UNTICKED)
        elif tag == f"{_DRAW}frame":
            self.frame(node)
        elif tag not in _SILENT:
            yield from self.runs(node, form)  # fields, bookmarks that hold words

    def note(self, node: Any) -> None:
        body = node.find(f"{_TEXT}note-body")
        words = " ".join("".join(body.itertext()).split()) if body is not None else ""
        if words:
            self.notes.append(words)
            self.doubt(DoubtKind.FOOTNOTE, words)

    def frame(self, frame: Any) -> None:
        box = frame.find(f"{_DRAW}text-box")
        if box is not None:
            self.beside.extend(self.blocks(box))
            return
        described = frame.find(f"{_SVG}desc")
        described = frame.find(f"{_SVG}title") if described is None else described
        self.doubt(DoubtKind.PICTURE, (described.text or "") if described is not None else "")


class _Forms:
    """What the styles of a document say of their text."""

    def __init__(self, roots: list[Any]) -> None:
        self.styles = {
            style.get(f"{_STYLE}name"): style
            for root in roots
            for style in root.iter(f"{_STYLE}style")
            if style.get(f"{_STYLE}family") in ("text", "paragraph")
        }
        self.lists = {style.get(f"{_STYLE}name"): style for root in roots for style in root.iter(f"{_TEXT}list-style")}

    def chain(self, name: str) -> Iterator[Any]:
        for _step in range(20):
            style = self.styles.get(name)
            if style is None:
                return
            yield style
            name = style.get(f"{_STYLE}parent-style-name") or ""

    def formed(self, name: str, form: Run) -> Run:
        """Only what the document itself sets, or an emphasis: headings are bold by their style, not by their words."""
        for style in self.chain(name):
            if style.get(f"{_STYLE}family") == "paragraph" and style.get(f"{_STYLE}display-name"):
                return form
            found = style.find(f"{_STYLE}text-properties")
            if found is not None:
                weight, slant = found.get(f"{_FO}font-weight"), found.get(f"{_FO}font-style")
                if weight:
                    form = form._replace(bold=weight == "bold" or weight in ("600", "700", "800", "900"))
                if slant:
                    form = form._replace(italic=slant in ("italic", "oblique"))
                if weight or slant:
                    return form
        return form

    def is_title(self, name: str) -> bool:
        return any(style.get(f"{_STYLE}name") == "Title" for style in self.chain(name)) or name == "Title"

    def number(self, style: str, depth: int, count: int) -> str:
        """The number that a list gives an item, in words; nothing for bullets."""
        of: Mapping[str, Any] = {
            level.get(f"{_TEXT}level"): level
            for level in self.lists.get(style, ())
            if level.tag == f"{_TEXT}list-level-style-number"
        }
        level = of.get(str(depth + 1))
        kind = level.get(f"{_STYLE}num-format") if level is not None else ""
        if level is None or not kind:
            return ""
        said = chr(ord("a") + (count - 1) % 26) if kind == "a" else str(count)
        return f"{level.get(f'{_STYLE}num-prefix') or ''}{said}{level.get(f'{_STYLE}num-suffix') or '.'}"


def _checked(box: Any) -> bool:
    state = box.get(f"{_FORM}current-state") or box.get(f"{_FORM}state") or "unchecked"
    return bool(state == "checked")


def _rows(table: Any) -> Iterator[Any]:
    for node in table:
        if node.tag == f"{_TABLE}table-row":
            times = min(_whole(node.get(f"{_TABLE}number-rows-repeated"), 1), _MOST_REPEATED)
            for _time in range(times if any(True for _ in node.iter(f"{_TEXT}p")) else 1):
                yield node
        elif node.tag in (f"{_TABLE}table-header-rows", f"{_TABLE}table-rows", f"{_TABLE}table-row-group"):
            yield from _rows(node)


def _whole(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdigit() else otherwise


def _blanks(words: str) -> str:
    """Line ends of the file are not those of the text."""
    return words.replace("\n", " ").replace("\r", " ").replace("\t", " ")
