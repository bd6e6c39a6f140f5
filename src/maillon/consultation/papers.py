"""Restitutions as files: one function for each format, whatever asks for it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from maillon.consultation.trame import document
from maillon.consultation.trame.model import Entry, Restitution
from maillon.consultation.trame.text import Text
from maillon.consultation.trame.writers import docx, layout, odt
from maillon.kernel import documents

STANDARDS = ("a-3a", "ua-1")  # A-2 may carry no data, A-3 may


def pdf(restitution: Restitution, *, date: datetime, footer: str = "", lang: str = "fr") -> bytes:
    """Tagged, and carrying the restitution as data: reading it gives back the same. date: aware."""
    attached = json.dumps(document.to_dict(restitution))  # in ASCII: no sign is lost that the page can not draw
    data = {
        "title": layout.title(restitution),
        "footer": footer,
        "attached": attached,
        "blocks": list(_blocks(restitution)),
    }
    return documents.render("restitution.typ", data, date=date, lang=lang, standard=STANDARDS)


def data(restitution: Restitution) -> bytes:
    return as_json(document.to_dict(restitution))


def as_json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


FORMATS: Mapping[str, Callable[[Restitution], bytes]] = {
    "docx": docx.write,
    "odt": odt.write,
    "pdf": lambda restitution: pdf(restitution, date=datetime.now(UTC)),
    "json": data,
}
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "json": "application/json",
}


def _blocks(restitution: Restitution) -> Iterator[dict[str, Any]]:
    """PDF/UA takes no heading that skips a level; the data that the PDF carries keep the author's."""
    level = 0
    for block in layout.blocks(restitution):
        if isinstance(block, layout.Heading):
            level = min(block.level, level + 1)
            yield {"kind": "heading", "level": level, "text": _runs(block.text)}
        else:
            yield _block(block)


def _block(block: Entry | layout.Table) -> dict[str, Any]:
    if isinstance(block, Entry):
        return {"kind": "entry", **_entry(block)}
    return {
        "kind": "table",
        "headed": block.headed,
        "columns": _widths(block),
        "rows": [[[_entry(entry) for entry in cell] for cell in row] for row in block.rows],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {"bullet": entry.bullet, "depth": entry.depth, "text": _runs(layout.said(entry))}


def _runs(text: Text) -> list[dict[str, Any]]:
    return [run._asdict() for run in text]


def _widths(table: layout.Table) -> Sequence[float]:
    """Parts of the width, by how much each column says: from one to three."""
    said = [sum(len(str(entry)) for row in table.rows for entry in row[place]) for place in range(table.width)]
    most = max(said) or 1
    return [round(1 + 2 * length / most, 2) for length in said]
