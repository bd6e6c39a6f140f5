"""The trame as an OpenDocument text: the same as the Word one."""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from odfdo import Document, Element, Style

from maillon.consultation.trame.model import Entry, Restitution
from maillon.consultation.trame.text import Run, Text
from maillon.consultation.trame.writers import layout

_FORMS = {(True, False): "Bold", (False, True): "Italic", (True, True): "BoldItalic"}


def write(restitution: Restitution) -> bytes:
    document = Document("text")
    document.meta.title = layout.title(restitution)
    document.meta.language = "fr-FR"
    for (bold, italic), name in _FORMS.items():
        document.insert_style(Style("text", name=name, bold=bold, italic=italic), automatic=True)
    cell = Style("table-cell", name="Bordered", border="0.05pt solid #000000", padding="0.1cm")
    document.insert_style(cell, automatic=True)
    document.insert_style(_BULLETS, automatic=True)
    for level in document.styles.get_elements("//text:outline-level-style"):
        level.set_attribute("style:num-format", "")  # the model numbers headings; the trame does not
        level.set_attribute("style:num-suffix", "")
        level.del_attribute("loext:num-list-format")
    document.body.clear()
    for piece in _pieces(restitution):
        document.body.append(Element.from_tag(piece))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


_BULLETS = (
    '<text:list-style style:name="Bullets">'
    + "".join(
        f'<text:list-level-style-bullet text:level="{level}" text:bullet-char="•"><style:list-level-properties '
        f'text:space-before="{level * 0.5:.1f}cm" text:min-label-width="0.4cm"/></text:list-level-style-bullet>'
        for level in range(1, 11)
    )
    + "</text:list-style>"
)


def _pieces(restitution: Restitution) -> Iterator[str]:
    tables = 0
    for is_bullet, found in groupby(
        layout.blocks(restitution), key=lambda block: isinstance(block, Entry) and block.bullet
    ):
        if is_bullet:
            yield _list([block for block in found if isinstance(block, Entry)])
            continue
        for block in found:
            if isinstance(block, layout.Heading):
                level = min(block.level, 10)
                form = f'text:style-name="Heading_20_{level}" text:outline-level="{level}"'
                yield f"<text:h {form}>{_runs(block.text)}</text:h>"
            elif isinstance(block, Entry):
                yield _paragraph(block)
            else:
                tables += 1
                yield _table(block, tables)


def _paragraph(entry: Entry) -> str:
    return f"<text:p>{_runs(layout.said(entry))}</text:p>"


def _list(entries: Sequence[Entry]) -> str:
    """Entries of a list by depth, each list within the item that it details."""
    said = ""
    depth = -1
    for entry in entries:
        if entry.depth > depth:
            said += '<text:list text:style-name="Bullets"><text:list-item>' * (entry.depth - depth)
        else:
            said += "</text:list-item></text:list>" * (depth - entry.depth) + "</text:list-item><text:list-item>"
        depth = entry.depth
        said += _paragraph(entry)
    return said + "</text:list-item></text:list>" * (depth + 1)


def _runs(text: Text) -> str:
    return "".join(_run(run) for run in text)


def _run(run: Run) -> str:
    said = escape(run.text).replace("\n", "<text:line-break/>")
    if run.bold or run.italic:
        said = f'<text:span text:style-name="{_FORMS[run.bold, run.italic]}">{said}</text:span>'
    if run.href:
        said = f'<text:a xlink:type="simple" xlink:href={quoteattr(run.href)}>{said}</text:a>'
    return said


def _table(table: layout.Table, number: int) -> str:
    rows = [_row(row) for row in table.rows]
    header = f"<table:table-header-rows>{rows.pop(0)}</table:table-header-rows>" if table.headed else ""
    columns = f'<table:table-column table:number-columns-repeated="{table.width}"/>'
    name = quoteattr(f"{table.title} {number}")
    return f"<table:table table:name={name}>{columns}{header}{''.join(rows)}</table:table>"


def _row(cells: Iterable[Sequence[Entry]]) -> str:
    return f"<table:table-row>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(entries: Sequence[Entry]) -> str:
    said = "".join(
        _list(list(found)) if is_bullet else "".join(map(_paragraph, found))
        for is_bullet, found in groupby(entries, key=lambda entry: entry.bullet)
    )
    form = 'table:style-name="Bordered" office:value-type="string"'
    return f"<table:table-cell {form}>{said or '<text:p/>'}</table:table-cell>"
