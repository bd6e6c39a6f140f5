"""Labels for machines: a QR code, the short code in big, a few plain words; sheets of A4 or a label printer's roll.

Sizes are those the makers print on the box. Sheets are centred on the page, with 2.5 mm between columns and none
between rows: from general knowledge of these references, not confirmed by their makers' drawings. Print one page on
plain paper and hold it against a sheet; `nudged` moves everything by what the printer is off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from PIL import ImageFont

from maillon.kernel import qr
from maillon.kernel.documents import FOLDER, render

PADDING = 2.0  # mm of white inside each label: cutters and printers drift by about one
MONO_WIDTH = 0.6025  # advance of DejaVu Sans Mono, 1233/2048 em, with room for rounding
LEADING = 1.3  # from one line's foot to the next, in em
POINT = 25.4 / 72  # mm
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Label:
    """code: read aloud and typed. url: in the QR code. title: what it is, two lines at most. lines: three more,
    as far as there is room."""

    code: str
    url: str
    title: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFormat:
    """A sheet or a roll. page, size: width and height, mm; gap: between columns, mm. A roll: one column and row."""

    key: str
    name: str | Promise
    page: tuple[float, float]
    size: tuple[float, float]
    columns: int = 1
    rows: int = 1
    gap: float = 2.5
    shift: tuple[float, float] = (0.0, 0.0)  # mm, right and down

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    def nudged(self, right: float, down: float) -> "LabelFormat":
        return replace(self, shift=(right, down))

    def corner(self, position: int) -> tuple[float, float]:
        """Top left of a label, mm from the page's; position counts from 0, row by row."""
        row, column = divmod(position, self.columns)
        width = self.columns * self.size[0] + (self.columns - 1) * self.gap
        left, top = (self.page[0] - width) / 2, (self.page[1] - self.rows * self.size[1]) / 2
        return (
            left + column * (self.size[0] + self.gap) + self.shift[0],
            top + row * self.size[1] + self.shift[1],
        )


A4 = (210.0, 297.0)
FORMATS: dict[str, LabelFormat] = {
    format.key: format
    for format in (
        LabelFormat(
            key="L7160",
            name=_("A4, 21 labels of 63.5 × 38.1 mm (L7160)"),
            page=A4,
            size=(63.5, 38.1),
            columns=3,
            rows=7,
        ),
        LabelFormat(
            key="L7159",
            name=_("A4, 24 labels of 63.5 × 33.9 mm (L7159)"),
            page=A4,
            size=(63.5, 33.9),
            columns=3,
            rows=8,
        ),
        LabelFormat(
            key="L7163",
            name=_("A4, 14 labels of 99.1 × 38.1 mm (L7163)"),
            page=A4,
            size=(99.1, 38.1),
            columns=2,
            rows=7,
        ),
        LabelFormat(
            key="L7651",
            name=_("A4, 65 labels of 38.1 × 21.2 mm (L7651)"),
            page=A4,
            size=(38.1, 21.2),
            columns=5,
            rows=13,
        ),
        LabelFormat(key="62x29", name=_("Label printer, 62 × 29 mm"), page=(62.0, 29.0), size=(62.0, 29.0)),
        LabelFormat(key="57x32", name=_("Label printer, 57 × 32 mm"), page=(57.0, 32.0), size=(57.0, 32.0)),
    )
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Inside one label: the QR code's side and where words begin (mm), their room and sizes (points)."""

    qr: float
    text_left: float
    width: float
    lines: int  # of words under the code
    size: float
    small: float


def pdf(items: Sequence[Label], format: LabelFormat, *, start: int = 1, date: datetime | None = None) -> bytes:
    """All labels in one PDF, in order. start: the first free place of the first sheet, counted from 1, row by row.

    date: the document's own; now unless told (the same date gives the same bytes).
    Raises ValueError for no label, more than 5,000, or a place that the sheet does not have.
    """
    if not 1 <= len(items) <= MOST:
        raise ValueError(f"Expected 1 to {MOST} labels, got {len(items)}.")
    if not 1 <= start <= format.per_page:
        raise ValueError(f"Expected a place from 1 to {format.per_page} on {format.key}, got {start}.")
    codes = qr.codes([item.url for item in items])
    layout = _layout(format, codes[0].modules)
    placed = [_label(item, code, layout) for item, code in zip(items, codes, strict=True)]
    data = {
        "title": gettext("Labels"),
        "page": format.page,
        "modules": codes[0].modules,
        "qr": layout.qr,
        "size": layout.size,
        "small": layout.small,
        "shift": layout.text_left - PADDING,
        "text": (layout.width * POINT, format.size[1] - 2 * PADDING),
        "sheets": _sheets(placed, format, start - 1, layout),
    }
    lang = "en" if (get_language() or "fr").startswith("en") else "fr"
    return render("labels.typ", data, date=date or timezone.now(), lang=lang)


def _layout(format: LabelFormat, modules: int) -> _Layout:
    width, height = format.size
    side = round(min(height - 2 * PADDING, width * 0.38), 2)
    left = PADDING + side + side / modules * qr.QUIET  # towards the words; elsewhere the label's own white is enough
    size = max(5.5, min(10.0, height / 3.8))
    small = max(5.0, size * 0.85)
    room = (height - 2 * PADDING) / POINT - size * 2 * 1.25  # what the code leaves
    return _Layout(side, left, (width - left - PADDING) / POINT, max(0, int(room / (size * LEADING))), size, small)


def _label(item: Label, code: qr.Code, layout: _Layout) -> dict[str, Any]:
    title = wrap(item.title, layout.width / layout.size, most=min(2, layout.lines), bold=True)
    left = max(0, layout.lines - len(title))
    lines: list[str] = []
    for each in item.lines[:3]:
        lines += wrap(each, layout.width / layout.small, most=left - len(lines))
    return {
        "code": item.code,
        "code_size": round(min(layout.size * 2, layout.width / (MONO_WIDTH * max(len(item.code), 1))), 2),
        "title": title,
        "lines": lines,
        "qr": code.path,
        "alt": item.url,
    }


def wrap(text: str, width: float, *, most: int, bold: bool = False) -> list[str]:
    """The text in at most so many lines of this width (in em), ending in an ellipsis when something is left out."""
    lines: list[str] = []
    for word in text.replace("\n", " ").split(" ") if most else []:  # not at a no-break space: "500 Go" stays whole
        if lines and advance(f"{lines[-1]} {word}", bold) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines[most - 1 :] = [" ".join(lines[most - 1 :])]
    return [_cut(line.strip(" ·"), width, bold) for line in lines]


def _cut(line: str, width: float, bold: bool) -> str:
    if advance(line, bold) <= width:
        return line
    while line and advance(line + "…", bold) > width:
        line = line[:-1]
    return line.rstrip() + "…"


def advance(text: str, bold: bool = False) -> float:
    """The width of a text in our typeface, in em, without kerning."""
    return sum(_advance(character, bold) for character in text)


@cache
def _advance(character: str, bold: bool) -> float:
    return _typeface(bold).getlength(character) / 1000


@cache
def _typeface(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FOLDER / "fonts" / f"AtkinsonHyperlegibleNext-{700 if bold else 400}-normal.ttf", 1000)


def _sheets(
    placed: list[dict[str, Any]], format: LabelFormat, skipped: int, layout: _Layout
) -> list[list[dict[str, Any]]]:
    sheets, rest, position = [], iter(placed), skipped
    down = (format.size[1] - layout.qr) / 2 - PADDING  # the code is centred, the words take the whole height
    while sheet := list(islice(rest, format.per_page - position)):
        for place, label in enumerate(sheet, start=position):
            x, y = format.corner(place)
            label.update(x=round(x + PADDING, 3), y=round(y + PADDING, 3), qr_y=round(y + PADDING + down, 3))
        sheets.append(sheet)
        position = 0
    return sheets
