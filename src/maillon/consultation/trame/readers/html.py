"""HTML, as a browser or a word processor saves it. Also what Markdown becomes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import lxml.html

from maillon.consultation.trame.model import Doubt, DoubtKind
from maillon.consultation.trame.original import TICKED, UNTICKED, Block, Cell, Line, Numbering, Original, Table
from maillon.consultation.trame.text import Run, address

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEFT_OUT = {"script", "style", "template", "head", "title", "noscript", "svg", "math", "object", "iframe", "select"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset"),
    *("figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "main", "nav", "p", "pre", "section"),
    *("summary", "caption", "ul", "ol", "menu"),
}
_BOLD, _ITALIC = {"b", "strong", "th"}, {"i", "em", "cite", "dfn"}
_DELETED = {"del", "s", "strike"}
MOST_SPANNED = 100  # cells; more is an accident or a trap
DEEPEST = 200  # tags within tags


def read(markup: str) -> Original:
    """Decoded already: what a page says of its own encoding is often wrong."""
    parser = lxml.html.HTMLParser(encoding="utf-8")
    data = markup.encode()
    root = lxml.html.document_fromstring(data, parser=parser, ensure_head_body=True) if data.strip() else None
    walker = _Walker()
    if root is not None:
        walker.visit(root, 0)
    walker.flush()
    return Original("html", tuple(walker.blocks), tuple(walker.numbering.doubts))


class _Walker:
    def __init__(self) -> None:
        self.numbering = Numbering()
        self.blocks: list[Block] = []
        self.lines: list[Line] | None = None  # of the cell being read, if one is
        self.runs: list[Run] = []
        self.form = Run("")
        self.level = 0
        self.list_depth = 0
        self.bullet = False

    def doubt(self, kind: DoubtKind, text: str = "") -> None:
        self.numbering.doubts.append(Doubt(kind, self.numbering.last + 1, text[:200]))

    def flush(self, *, keep_empty: bool = False) -> None:
        """End the line being gathered. Only a bullet may be empty: it is a place that somebody left."""
        runs, self.runs = self.runs, []
        if not keep_empty and not "".join(run.text for run in runs).strip():
            return
        depth = max(self.list_depth - 1, 0)
        line = self.numbering.line(runs, level=self.level, bullet=self.bullet, depth=depth if self.bullet else 0)
        (self.blocks if self.lines is None else self.lines).append(line)

    def visit(self, node: Any, deep: int) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _LEFT_OUT or deep > DEEPEST:
            return
        if tag in _DELETED:
            if words := " ".join(node.text_content().split()):
                self.doubt(DoubtKind.TRACKED_CHANGES, words)
        elif tag == "br":
            self.runs.append(self.form._replace(text="\n"))
        elif tag == "input":
            if (node.get("type") or "").lower() in ("checkbox", "radio"):
                self.runs.append(Run(TICKED if node.get("checked") is not None else UNTICKED))
            elif words := node.get("value") or "":
                self.runs.append(Run(f" {words} "))
        elif tag == "img":
            self.doubt(DoubtKind.PICTURE, node.get("alt") or "")
        elif tag == "table":
            self._table(node, deep)
        elif tag == "li":
            self._item(node, deep)
        elif tag in _HEADINGS:
            self.flush()
            with self.set(level=_HEADINGS[tag], bullet=False):
                self.inside(node, deep)
                self.flush()
        elif tag in _BLOCKS:
            self.flush()
            with self.set(list_depth=self.list_depth + (tag in ("ul", "ol", "menu"))):
                self.inside(node, deep)
            self.flush()
        else:
            with self.set(form=self._formed(tag, node)):
                self.inside(node, deep)

    def inside(self, node: Any, deep: int) -> None:
        if node.text:
            self._words(node.text)
        for child in node:
            self.visit(child, deep + 1)
            if child.tail:
                self._words(child.tail)

    def _words(self, words: str) -> None:
        self.runs.append(self.form._replace(text=" ".join(words.replace("\n", " ").split(" "))))

    def _formed(self, tag: str, node: Any) -> Run:
        form = self.form
        style = (node.get("style") or "").replace(" ", "").lower()
        if tag in _BOLD or "font-weight:bold" in style or "font-weight:700" in style:
            form = form._replace(bold=True)
        if tag in _ITALIC or "font-style:italic" in style:
            form = form._replace(italic=True)
        href = address(node.get("href") or "") if tag == "a" else ""
        return form._replace(href=href) if href else form

    def _item(self, node: Any, deep: int) -> None:
        self.flush()
        parent = node.getparent()
        with self.set(bullet=True, level=0, list_depth=max(self.list_depth, 1)):
            if parent is not None and parent.tag == "ol":
                self.runs.append(Run(f"{_number(node, parent)}) "))
            first = self.numbering.last
            self.inside(node, deep)
            self.flush(keep_empty=self.numbering.last == first)

    def _table(self, node: Any, deep: int) -> None:
        self.flush()
        if self.lines is not None:  # within a cell: its words stay, line by line
            self.doubt(DoubtKind.NESTED_TABLE)
            for row in _rows(node):
                for cell in row:
                    self.inside(cell, deep + 1)
                    self.flush()
            return
        for caption in node.iter("caption"):
            self.inside(caption, deep + 1)
            self.flush()
        rows = tuple(tuple(self._cell(cell, deep) for cell in row) for row in _rows(node))
        self.blocks.append(Table(rows))

    def _cell(self, node: Any, deep: int) -> Cell:
        lines: list[Line] = []
        self.lines = lines
        with self.set(level=0, list_depth=0, bullet=False):
            self.inside(node, deep + 1)
            self.flush()
        self.lines = None
        return Cell(tuple(lines), _span(node.get("colspan")), _span(node.get("rowspan")))

    @contextmanager
    def set(self, **values: Any) -> Iterator[None]:
        before = {name: getattr(self, name) for name in values}
        for name, value in values.items():
            setattr(self, name, value)
        yield
        for name, value in before.items():
            setattr(self, name, value)


def _rows(table: Any) -> Iterator[list[Any]]:
    """Its own rows, not those of a table inside."""
    for child in table:
        if child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child)
        elif child.tag == "tr":
            yield [cell for cell in child if cell.tag in ("td", "th")]


def _span(value: str | None) -> int:
    return min(max(int(value), 1), MOST_SPANNED) if value and value.strip().isdigit() else 1


def _number(item: Any, parent: Any) -> int:
    start = parent.get("start") or "1"
    place = [child for child in parent if child.tag == "li"].index(item)
    return (int(start) if start.isdigit() else 1) + place
