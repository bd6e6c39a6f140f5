"""Word documents (.docx), by Word, LibreOffice or Google.

Read as they would be printed with every change accepted: what was deleted is left out and said, what was inserted is
kept. Boxes are content controls, fields of old forms, or signs of a typeface.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from maillon.consultation.trame.model import Doubt, DoubtKind
from maillon.consultation.trame.original import TICKED, UNTICKED, Block, Cell, Line, Numbering, Original, Table
from maillon.consultation.trame.text import Run, address

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SYMBOLS = {"A8": UNTICKED, "6F": UNTICKED, "71": UNTICKED, "FE": TICKED, "FD": TICKED, "FC": TICKED, "78": TICKED}
_TRANSPARENT = {qn(f"w:{name}") for name in ("ins", "moveTo", "smartTag", "customXml", "sdtContent", "txbxContent")}
_GONE = {qn("w:del"), qn("w:moveFrom")}
_OFF = ("0", "false", "off", "none")


def read(data: bytes) -> Original:
    reader = _Reader(docx.Document(io.BytesIO(data)))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if any("vbaProject" in name for name in package.namelist()):
            reader.numbering.doubts.append(Doubt(DoubtKind.MACROS))
    return reader.read()


class _Reader:
    def __init__(self, document: Any) -> None:
        self.document = document
        self.part = document.part
        self.numbering = Numbering()
        self.levels = _heading_levels(document)
        self.lists = _Lists(document)
        self.notes: list[str] = []  # of the line being read

    def read(self) -> Original:
        blocks = tuple(self.blocks(self.document.element.body))
        margins = tuple(self.margins())
        self.comments()
        return Original("docx", blocks, tuple(self.numbering.doubts), margins)

    def doubt(self, kind: DoubtKind, text: str = "") -> None:
        self.numbering.doubts.append(Doubt(kind, self.numbering.last + 1, text[:200]))

    def comments(self) -> None:
        for comment in getattr(self.document, "comments", ()):
            self.numbering.doubts.append(Doubt(DoubtKind.COMMENT, 0, " ".join(comment.text.split())[:200]))

    def margins(self) -> Iterator[Line]:
        """Headers and footers, each once; page numbers are fields and say nothing."""
        seen = set()
        for section in self.document.sections:
            for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
                if part.is_linked_to_previous:
                    continue
                for paragraph in part._element.iter(qn("w:p")):
                    runs = list(self.runs(paragraph, Run("")))
                    words = "".join(run.text for run in runs).strip()
                    if words and words not in seen:
                        seen.add(words)
                        yield self.numbering.line(runs)

    # --- blocks

    def blocks(self, parent: Any) -> Iterator[Block]:
        for node in parent:
            if node.tag == qn("w:p"):
                yield self.line(node)
                yield from self.boxed(node)
            elif node.tag == qn("w:tbl"):
                yield self.table(node)
            elif node.tag == qn("w:sdt"):
                for content in node.iterchildren(qn("w:sdtContent")):
                    yield from self.blocks(content)
            elif node.tag in _TRANSPARENT:
                yield from self.blocks(node)
            elif node.tag in _GONE:
                self.doubt(DoubtKind.TRACKED_CHANGES, _deleted(node))

    def boxed(self, paragraph: Any) -> Iterator[Block]:
        """Text boxes anchored in a paragraph come after it. The copy for old versions of Word is left out."""
        for box in paragraph.iter(qn("w:txbxContent")):
            if not any(above.tag == f"{_MC}Fallback" for above in box.iterancestors()):
                yield from self.blocks(box)

    def line(self, paragraph: Any) -> Line:
        self.notes = []
        properties = paragraph.find(qn("w:pPr"))
        level = self.level_of(properties)
        runs = list(self.runs(paragraph, Run("")))
        label, depth, bullet = self.lists.of(properties)
        if label and any(run.text.strip() for run in runs):
            runs.insert(0, Run(f"{label} "))
        runs.extend(Run(f" [{note}]") for note in self.notes)
        bullet = bullet and not level
        return self.numbering.line(runs, level=level, bullet=bullet, depth=depth if bullet else 0)

    def level_of(self, properties: Any) -> int:
        if properties is None:
            return 0
        outline = properties.find(qn("w:outlineLvl"))
        if outline is not None and outline.get(qn("w:val"), "9").isdigit():
            return level if (level := int(outline.get(qn("w:val"))) + 1) <= 9 else 0
        style = properties.find(qn("w:pStyle"))
        return self.levels.get(style.get(qn("w:val")), 0) if style is not None else 0

    def table(self, table: Any) -> Table:
        rows: list[list[list[Any]]] = []  # of cells: lines, columns, rows
        open_cells: dict[int, list[Any]] = {}  # place -> the cell that goes on downwards
        for row in _rows(table):
            cells: list[list[Any]] = []
            place = _value(row, "w:trPr/w:gridBefore", 0)
            cells.extend([(), 1, 1] for _skipped in range(place))
            for cell in _cells(row):
                columns = _value(cell, "w:tcPr/w:gridSpan", 1)
                merge = cell.find("w:tcPr/w:vMerge", cell.nsmap)
                if merge is not None and merge.get(qn("w:val")) != "restart" and place in open_cells:
                    open_cells[place][2] += 1
                else:
                    read = [tuple(self.cell(cell)), columns, 1]
                    cells.append(read)
                    open_cells.pop(place, None)
                    if merge is not None:
                        open_cells[place] = read
                place += columns
            rows.append(cells)
        return Table(tuple(tuple(Cell(*cell) for cell in row) for row in rows))

    def cell(self, cell: Any) -> Iterator[Line]:
        return self.numbering.flattened(self.blocks(cell))

    # --- runs

    def runs(self, node: Any, form: Run) -> Iterator[Run]:
        field: list[str] = []  # instructions of the fields that are open
        for child in node:
            tag = child.tag
            if tag == qn("w:r"):
                yield from self.run(child, form, field)
            elif tag == qn("w:hyperlink"):
                yield from self.runs(child, form._replace(href=self.target(child)))
            elif tag == qn("w:sdt"):
                yield from self.control(child, form)
            elif tag == qn("w:fldSimple"):
                if not _is_page_number(child.get(qn("w:instr")) or ""):
                    yield from self.runs(child, form)
            elif tag in _TRANSPARENT:
                yield from self.runs(child, form)
            elif tag in _GONE:
                self.doubt(DoubtKind.TRACKED_CHANGES, _deleted(child))

    def target(self, link: Any) -> str:
        relation = self.part.rels.get(link.get(qn("r:id")) or "")
        if relation is not None and relation.is_external:
            return address(str(relation.target_ref))
        anchor = link.get(qn("w:anchor"))
        return f"#{anchor}" if anchor else ""

    def control(self, control: Any, form: Run) -> Iterator[Run]:
        box = control.find(f"{qn('w:sdtPr')}/{_W14}checkbox")
        if box is None:
            for content in control.iterchildren(qn("w:sdtContent")):
                yield from self.runs(content, form)
            return
        checked = box.find(f"{_W14}checked")
        value = checked.get(f"{_W14}val", "1") if checked is not None else "0"
        yield Run(UNTICKED if value in _OFF else TICKED)

    def run(self, run: Any, form: Run, field: list[str]) -> Iterator[Run]:
        form = _formed(run, form)
        for child in run:
            tag = child.tag
            if tag == qn("w:fldChar"):
                yield from _field(child, field)
            elif tag == qn("w:instrText"):
                if field:
                    field[-1] += child.text or ""
            elif field and _is_page_number(field[-1]):
                continue
            elif tag == qn("w:t"):
                yield form._replace(text=child.text or "", href=form.href or _linked(field))
            elif tag in (qn("w:br"), qn("w:cr")):
                yield form._replace(text="\n")
            elif tag in (qn("w:tab"), qn("w:noBreakHyphen")):
                yield form._replace(text=" " if tag == qn("w:tab") else "\u2011")
            elif tag == qn("w:sym"):
                yield Run(_SYMBOLS.get((child.get(qn("w:char")) or "")[-2:].upper(), "•"))
            elif tag in (qn("w:drawing"), qn("w:pict"), qn("w:object"), f"{_MC}AlternateContent"):
                self.picture(child)
            elif tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
                self.note(child)

    def picture(self, node: Any) -> None:
        if next(node.iter(qn("w:txbxContent")), None) is not None:
            return  # a text box: its lines come after
        described = next((each.get("descr") or each.get("title") for each in node.iter() if each.get("descr")), "")
        self.doubt(DoubtKind.PICTURE, described or "")

    def note(self, reference: Any) -> None:
        """The words of a note, at the end of the line that calls it."""
        name = "footnotes" if reference.tag == qn("w:footnoteReference") else "endnotes"
        part = next((r.target_part for r in self.part.rels.values() if r.reltype.endswith(f"/{name}")), None)
        if part is None:
            return
        root = parse_xml(part.blob)
        for note in root:
            if note.get(qn("w:id")) == reference.get(qn("w:id")):
                words = " ".join("".join(each.text or "" for each in note.iter(qn("w:t"))).split())
                if words:
                    self.notes.append(words)
                    self.doubt(DoubtKind.FOOTNOTE, words)


def _formed(run: Any, form: Run) -> Run:
    properties = run.find(qn("w:rPr"))
    if properties is None:
        return form
    return form._replace(bold=_on(properties, "w:b", form.bold), italic=_on(properties, "w:i", form.italic))


def _on(properties: Any, name: str, otherwise: bool) -> bool:
    found = properties.find(qn(name))
    return otherwise if found is None else found.get(qn("w:val"), "1") not in _OFF


def _field(char: Any, field: list[str]) -> Iterator[Run]:
    kind = char.get(qn("w:fldCharType"))
    if kind == "begin":
        field.append("")
        box = char.find(f"{qn('w:ffData')}/{qn('w:checkBox')}")
        if box is not None:
            checked = box.find(qn("w:checked"))
            checked = box.find(qn("w:default")) if checked is None else checked
            on = checked is not None and checked.get(qn("w:val"), "1") not in _OFF
            yield Run(TICKED if on else UNTICKED)
    elif kind == "end" and field:
        field.pop()


def _is_page_number(instruction: str) -> bool:
    return instruction.strip().upper().startswith(("PAGE", "NUMPAGES", "SECTIONPAGES"))


def _linked(field: list[str]) -> str:
    """The address of a link written as a field: HYPERLINK "https://…"."""
    words = field[-1].split('"') if field and field[-1].strip().upper().startswith("HYPERLINK") else []
    return address(words[1]) if len(words) > 1 else ""


def _deleted(node: Any) -> str:
    return " ".join("".join(each.text or "" for each in node.iter(qn("w:delText"), qn("w:t"))).split())


def _rows(table: Any) -> Iterator[Any]:
    yield from _within(table, qn("w:tr"))


def _cells(row: Any) -> Iterator[Any]:
    yield from _within(row, qn("w:tc"))


def _within(parent: Any, wanted: str) -> Iterator[Any]:
    """Its rows or cells, those inside content controls and insertions too."""
    for node in parent:
        if node.tag == wanted:
            if node.find(f"{qn('w:trPr')}/{qn('w:del')}") is None:
                yield node
        elif node.tag == qn("w:sdt") or node.tag in _TRANSPARENT:
            yield from _within(node, wanted)


def _value(node: Any, path: str, otherwise: int) -> int:
    found = node.find(path, node.nsmap)
    value = found.get(qn("w:val")) if found is not None else None
    return min(int(value), 100) if value and value.isdigit() else otherwise


def _heading_levels(document: Any) -> dict[str, int]:
    """Style id -> level, through the styles each is based on."""
    levels: dict[str, int] = {}
    for style in document.styles:
        current, seen = style, 0
        while current is not None and seen < 20:
            name = (current.name or "").lower()
            outline = current.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
            if outline is not None and outline.get(qn("w:val"), "9").isdigit() and int(outline.get(qn("w:val"))) < 9:
                levels[style.style_id] = int(outline.get(qn("w:val"))) + 1
            elif name == "title":
                levels[style.style_id] = 1
            elif name.startswith("heading ") and name[8:].isdigit():
                levels[style.style_id] = int(name[8:])
            if style.style_id in levels:
                break
            current, seen = getattr(current, "base_style", None), seen + 1
    return levels


class _Lists:
    """The bullets and numbers that a document gives its paragraphs without writing them."""

    def __init__(self, document: Any) -> None:
        self.styles = {style.style_id: style for style in document.styles}
        self.formats: dict[tuple[str, int], tuple[str, str]] = {}  # list, depth -> kind of number, its pattern
        self.counts: dict[tuple[str, int], int] = {}
        relation = next((r for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if relation is not None:
            self._read(relation.target_part.element)

    def _read(self, root: Any) -> None:
        abstract = {each.get(qn("w:abstractNumId")): each for each in root.iterchildren(qn("w:abstractNum"))}
        for number in root.iterchildren(qn("w:num")):
            of = number.find(qn("w:abstractNumId"))
            levels: Iterable[Any] = () if of is None else abstract.get(of.get(qn("w:val")), ())
            for level in levels:
                if level.tag == qn("w:lvl"):
                    kind, pattern = level.find(qn("w:numFmt")), level.find(qn("w:lvlText"))
                    self.formats[number.get(qn("w:numId")), int(level.get(qn("w:ilvl"), "0"))] = (
                        kind.get(qn("w:val"), "bullet") if kind is not None else "bullet",
                        pattern.get(qn("w:val"), "")
                        if pattern is not None
                        else f"%{int(level.get(qn('w:ilvl'), '0')) + 1}.",
                    )

    def of(self, properties: Any) -> tuple[str, int, bool]:
        """The number of a paragraph in words, its depth, and whether it is in a list."""
        found = self._property(properties)
        if found is None:
            return "", 0, False
        number = found.find(qn("w:numId"))
        depth = max(_value(found, "w:ilvl", 0), self._style_depth(properties))
        name = number.get(qn("w:val"), "0") if number is not None else "0"
        if name == "0":
            return "", 0, False
        kind, pattern = self.formats.get((name, depth)) or self.formats.get((name, 0), ("bullet", ""))
        if kind in ("bullet", "none"):
            return "", depth, True
        self.counts[name, depth] = self.counts.get((name, depth), 0) + 1
        for deeper in [key for key in self.counts if key[0] == name and key[1] > depth]:
            del self.counts[deeper]
        return _numbered(kind, pattern, [self.counts.get((name, each), 1) for each in range(depth + 1)]), depth, True

    def _style_depth(self, properties: Any) -> int:
        """Word's styles "List Bullet 2", "List Number 3"… are lists of their own, set further in."""
        named = properties.find(qn("w:pStyle"))
        style = self.styles.get(named.get(qn("w:val"))) if named is not None else None
        words = (style.name or "").lower().split() if style is not None else []
        return int(words[2]) - 1 if words[:1] == ["list"] and len(words) == 3 and words[2] in "2345" else 0

    def _property(self, properties: Any) -> Any:
        if properties is None:
            return None
        if (found := properties.find(qn("w:numPr"))) is not None:
            return found
        named = properties.find(qn("w:pStyle"))
        style = self.styles.get(named.get(qn("w:val"))) if named is not None else None
        for _step in range(20):
            if style is None:
                return None
            if (found := style.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")) is not None:
                return found
            style = getattr(style, "base_style", None)
        return None


def _numbered(kind: str, pattern: str, counts: list[int]) -> str:
    letter: Callable[[int], str] = lambda count: chr(ord("a") + (count - 1) % 26)  # noqa: E731
    said = pattern
    for place, count in enumerate(counts, 1):
        said = said.replace(
            f"%{place}", letter(count) if kind == "lowerLetter" and place == len(counts) else str(count)
        )
    return said
