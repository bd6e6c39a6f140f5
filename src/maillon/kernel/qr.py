"""QR codes as SVG paths, for pages, certificates and labels.

The mask is fixed rather than searched for: segno takes 0.5 ms a code instead of 1.4. Any mask is allowed by ISO/IEC
18004; the search only makes a code a little easier to find, which error correction M and a quiet zone of four modules
make up for (tests decode whole sheets with another library).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 4  # modules of white around the code, ISO/IEC 18004
MASK = 3
_RUN = re.compile(rb"\x01+")


@dataclass(frozen=True, slots=True)
class Code:
    """modules: side of the square without its quiet zone. path: SVG path data, one unit a module, from (0, 0)."""

    text: str
    modules: int
    path: str


def codes(texts: Sequence[str]) -> list[Code]:
    """One code for each text, all of the smallest version that holds every one, so that a sheet looks even.

    Raises ValueError for a text too long for a QR code (2,331 bytes at level M).
    """
    made = [_make(text) for text in texts]
    version = max((int(code.version) for code in made), default=1)
    made = [code if code.version == version else _make(text, version) for text, code in zip(texts, made, strict=True)]
    return [Code(text, len(code.matrix), _path(code.matrix)) for text, code in zip(texts, made, strict=True)]


def code(text: str) -> Code:
    return codes([text])[0]


def svg(text: str, label: str) -> SafeString:
    """An SVG element: black on white whatever the theme, since scanners need it. label: for those who do not see it."""
    drawn = code(text)
    side = drawn.modules + 2 * QUIET
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" '
        'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/>'
        '<path transform="translate({2} {2})" d="{3}"/></svg>',
        side,
        label,
        QUIET,
        drawn.path,
    )


def _make(text: str, version: int | None = None) -> segno.QRCode:
    return segno.make_qr(text, error="m", version=version, mask=MASK, boost_error=False)


def _path(matrix: Sequence[bytes | bytearray]) -> str:
    """Runs of dark modules, row by row, as rectangles one unit high."""
    return "".join(
        f"M{run.start()} {y}h{run.end() - run.start()}v1H{run.start()}z"
        for y, row in enumerate(matrix)
        for run in _RUN.finditer(bytes(row))
    )
