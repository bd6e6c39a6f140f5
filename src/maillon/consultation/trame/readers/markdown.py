"""Markdown, and the tables that some extractors write in it: lines whose cells are parted by tabs, in HTML."""

import re

from markdown_it import MarkdownIt

from maillon.consultation.trame.original import Original
from maillon.consultation.trame.readers import html

_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_BLOCK_TAG = re.compile(r"\s*<(?:table|div|ul|ol|p|h[1-6])\b", re.IGNORECASE)


def read(words: str) -> Original:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    parts: list[str] = []
    prose: list[str] = []
    table: list[str] = []
    fenced = False
    for line in [*words.splitlines(), ""]:
        if _FENCE.match(line):
            fenced = not fenced
        tabbed = not fenced and "\t" in line.strip(" ") and not line.startswith(("    ", "\t-", "\t*"))
        if tabbed and (table or line.count("\t") > 1 or "<" in line):
            if not table and prose:
                parts.append(parser.render("\n".join(prose)))
                prose = []
            table.append(line)
            continue
        if table and line.strip() and not fenced and _continues(line):
            table.append(line)
            continue
        if table:
            parts.append(_table(parser, table))
            table = []
        prose.append(line)
    parts.append(parser.render("\n".join(prose)))
    found = html.read("\n".join(parts))
    return Original("md", found.blocks, found.doubts)


def _continues(line: str) -> bool:
    """A line without a tab that is still of the table: the rest of a cell."""
    return not line.startswith(("#", "- ", "* ", "> ")) and not _BLOCK_TAG.match(line)


def _table(parser: MarkdownIt, lines: list[str]) -> str:
    rows: list[list[str]] = []
    for line in lines:
        if "\t" not in line and rows:  # a cell that goes on
            rows[-1][-1] += f"<br>{line}"
            continue
        rows.append(line.rstrip("\t ").split("\t") if line.strip() else [""])
    cells = ("".join(_cell(parser, cell) for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _cell(parser: MarkdownIt, cell: str) -> str:
    inline = cell.strip()
    return f"<td>{inline if inline.startswith('<') else parser.renderInline(inline)}</td>"
