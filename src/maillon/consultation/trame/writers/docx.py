"""The trame as a Word document that everybody can read: headings, real lists, tables with header rows and titles."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from maillon.consultation.trame.model import Entry, Restitution
from maillon.consultation.trame.original import TICKED, UNTICKED
from maillon.consultation.trame.text import Run, Text
from maillon.consultation.trame.writers import layout

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_BULLETS = 90  # the number of our list, beyond those of the model


def write(restitution: Restitution) -> bytes:
    document = docx.Document()
    _set_up(document, restitution)
    for block in layout.blocks(restitution):
        if isinstance(block, layout.Heading):
            _fill(document.add_heading("", level=min(block.level, 9)), block.text)
        elif isinstance(block, Entry):
            _entry(document, block)
        else:
            _table(document, block)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _set_up(document: Any, restitution: Restitution) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE  # six columns side by side
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.8)
    properties = document.core_properties
    properties.title, properties.language, properties.author = layout.title(restitution), "fr-FR", ""
    properties.comments = ""
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(10)
    style.element.get_or_add_rPr().append(_set("w:lang", "fr-FR"))
    _add_bullets(document)


def _entry(parent: Any, entry: Entry, paragraph: Any = None) -> None:
    paragraph = parent.add_paragraph() if paragraph is None else paragraph
    if entry.bullet:
        paragraph.style = "List Bullet"
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = entry.depth
        properties.get_or_add_numId().val = _BULLETS
    _fill(paragraph, layout.said(entry))


def _add_bullets(document: Any) -> None:
    """One list of nine depths: Word's own styles are lists of one depth each, which other programs flatten."""
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), str(_BULLETS))
    abstract.append(_set("w:multiLevelType", "multilevel"))
    for depth in range(9):
        level = OxmlElement("w:lvl")
        level.set(qn("w:ilvl"), str(depth))
        level.extend(
            [_set("w:start", "1"), _set("w:numFmt", "bullet"), _set("w:lvlText", "•"), _set("w:lvlJc", "left")]
        )
        properties, indent = OxmlElement("w:pPr"), OxmlElement("w:ind")
        indent.set(qn("w:left"), str(284 * (depth + 1)))
        indent.set(qn("w:hanging"), "227")
        properties.append(indent)
        level.append(properties)
        abstract.append(level)
    numbering.insert(0, abstract)  # the schema wants these before the lists that follow them
    number = OxmlElement("w:num")
    number.set(qn("w:numId"), str(_BULLETS))
    number.append(_set("w:abstractNumId", str(_BULLETS)))
    numbering.append(number)


def _set(name: str, value: str) -> Any:
    element = OxmlElement(name)
    element.set(qn("w:val"), value)
    return element


def _fill(paragraph: Any, text: Text) -> None:
    for run in text:
        pieces = _boxes(run)
        for piece in pieces:
            if piece.text in (UNTICKED, TICKED):
                paragraph._p.append(_box(piece.text == TICKED))
            else:
                _run(paragraph, piece)


def _boxes(run: Run) -> Iterable[Run]:
    """A run cut so that each box stands alone."""
    words_before = ""
    for sign in run.text:
        if sign in (UNTICKED, TICKED):
            if words_before:
                yield run._replace(text=words_before)
            yield run._replace(text=sign)
            words_before = ""
        else:
            words_before += sign
    if words_before:
        yield run._replace(text=words_before)


def _run(paragraph: Any, run: Run) -> None:
    added = paragraph.add_run(run.text)  # python-docx turns "\n" into a line break
    added.bold, added.italic = run.bold or None, run.italic or None
    if not run.href:
        return
    added.font.underline = True
    link = OxmlElement("w:hyperlink")
    if run.href.startswith("#") and len(run.href) > 1:
        link.set(qn("w:anchor"), run.href[1:])
    else:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
        link.set(qn("r:id"), paragraph.part.relate_to(run.href, kind, is_external=True))
    added._r.getparent().replace(added._r, link)
    link.append(added._r)


def _box(ticked: bool) -> Any:
    """A box to tick, as Word makes them: a content control."""
    control, properties, content = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    box = properties.makeelement(f"{{{_W14}}}checkbox", nsmap={"w14": _W14})
    for name, value in (("checked", "1" if ticked else "0"), ("checkedState", "2612"), ("uncheckedState", "2610")):
        state = box.makeelement(f"{{{_W14}}}{name}", {f"{{{_W14}}}val": value})
        if name != "checked":
            state.set(f"{{{_W14}}}font", "MS Gothic")
        box.append(state)
    properties.append(box)
    run, sign = OxmlElement("w:r"), OxmlElement("w:t")
    sign.text = TICKED if ticked else UNTICKED
    run.append(sign)
    content.append(run)
    control.append(properties)
    control.append(content)
    return control


# --- tables


def _table(document: Any, table: layout.Table) -> None:
    made = document.add_table(rows=0, cols=table.width, style="Table Grid")
    _described(made, table.title)
    for place, row in enumerate(table.rows):
        cells = made.add_row().cells
        for cell, entries in zip(cells, row, strict=True):
            _cell(cell, entries, header=place == 0 and table.headed)
    if table.headed:
        properties = made.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
    document.add_paragraph()


def _described(table: Any, title: str) -> None:
    properties = table._tbl.tblPr
    properties.append(_set("w:tblCaption", title))


def _cell(cell: Any, entries: Sequence[Entry], *, header: bool) -> None:
    for place, entry in enumerate(entries):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        _entry(cell, entry, paragraph)
        if header:
            for run in paragraph.runs:
                run.bold = True
