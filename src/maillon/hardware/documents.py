"""JSON and XML that strangers wrote: parsed within bounds, with what was odd about them.

Depth and size are bounded before or while parsing, so that a nesting bomb costs nothing; XML entities are refused.
"""

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from maillon.hardware.foreign import AGAIN, refuse
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Limits, Unreadable

_MAX_ELEMENTS = 1_000_000  # of one XML document: about 300 MB of memory
_MAX_DIGITS = 30  # the longest number a tool writes: a 96-bit counter
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))
_STEP = bytes.maketrans(b"[{]}", b"\x01\x01\x00\x00")


_NOT_TEXT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|\0")


class Document(NamedTuple):
    content: Any  # what json.loads returns, or the root Element
    warnings: tuple[Message, ...] = ()


def json_depth(text: str) -> int:
    """The deepest nesting of lists and objects, counted without parsing: strings are cut out first."""
    raw = text.encode("utf-8", "replace").replace(b"\\\\", b"").replace(b'\\"', b"")
    structure = re.sub(rb'"[^"]*"?', b"", raw.translate(None, _NOT_STRUCTURE))
    steps = structure.translate(_STEP)
    return max(accumulate(2 * step - 1 for step in steps), default=0)


class _Collector:
    """The hooks of one parse; notes what JSON allows and no tool means."""

    def __init__(self) -> None:
        self.duplicates: dict[str, None] = {}
        self.numbers = 0

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """The first value of a key wins: later ones are what a careless merge appended."""
        found = dict(pairs)
        if len(found) != len(pairs):
            found = {}
            for key, value in pairs:
                if key in found:
                    self.duplicates[key] = None
                else:
                    found[key] = value
        return found

    def constant(self, _text: str) -> None:
        self.numbers += 1

    def integer(self, text: str) -> int | None:
        if len(text) > _MAX_DIGITS:
            self.numbers += 1
            return None
        return int(text)

    def decimal(self, text: str) -> float | None:
        value = float(text)
        if value in (float("inf"), float("-inf")):
            self.numbers += 1
            return None
        return value

    def warnings(self) -> Iterator[Message]:
        if self.duplicates:
            keys = ", ".join(list(self.duplicates)[:5])
            yield Message(_("Some keys are given twice (%(keys)s): the first value was kept."), {"keys": keys})
        if self.numbers:
            yield Message(
                _("%(count)d numbers that mean nothing (NaN, infinite, too long) were left out."),
                {"count": self.numbers},
            )


def parse_json(text: str, limits: Limits) -> Document | Unreadable:
    """The document, or the list of documents when several follow each other (JSON lines, old lshw)."""
    if text.count("[") + text.count("{") > limits.depth and json_depth(text) > limits.depth:
        return refuse(
            _("This JSON is nested more than %(depth)d levels deep: no known tool writes that."),
            AGAIN,
            depth=limits.depth,
        )
    collector = _Collector()
    try:
        documents = _documents(text, collector)
    except json.JSONDecodeError as error:
        mended = _TRAILING_COMMA.sub(_without_comma, text)  # lshw before B.02.18 writes them
        if mended == text:
            return _bad_json(text, error)
        try:
            documents = _documents(mended, collector := _Collector())
        except json.JSONDecodeError as second:
            return _bad_json(text, second)
    content = documents[0] if len(documents) == 1 else documents
    if _NOT_TEXT.search(text):
        content = storable(content)
    return Document(content, tuple(collector.warnings()))


def storable(value: Any) -> Any:
    """The same JSON value without what JSON can write and no database or UTF-8 can hold: NULs, half characters."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    return [storable(inner) for inner in value] if isinstance(value, list) else value


def _documents(text: str, collector: _Collector) -> list[Any]:
    """Every document of the text, one after the other. Raises JSONDecodeError."""
    decoder = json.JSONDecoder(
        object_pairs_hook=collector.object,
        parse_constant=collector.constant,
        parse_int=collector.integer,
        parse_float=collector.decimal,
        strict=False,
    )
    documents: list[Any] = []
    position = _skip(text, 0)
    while position < len(text):
        content, end = decoder.raw_decode(text, position)
        documents.append(content)
        position = _skip(text, end)
    return documents


# Strings are matched to be passed over, one that never ends too: from the next quote on it would be tried again.
_TRAILING_COMMA = re.compile(r'"(?:[^"\\]|\\[\s\S])*(?:"|\\?\Z)|,(?=\s*[}\]])')


def _without_comma(found: re.Match[str]) -> str:
    """A blank for a comma before a closing bracket, so that positions stay the same."""
    return " " if found[0] == "," else found[0]


_BETWEEN = re.compile(r"[\s,\x1e]*")


def _skip(text: str, position: int) -> int:
    found = _BETWEEN.match(text, position)
    return found.end() if found else position


def _bad_json(text: str, error: json.JSONDecodeError) -> Unreadable:
    if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg:
        return refuse(
            _("This JSON stops before its end (line %(line)d): the file is cut short."), AGAIN, line=error.lineno
        )
    return refuse(
        _("This JSON has a mistake at line %(line)d, column %(column)d."),
        _("Send the file as the tool wrote it, without editing."),
        line=error.lineno,
        column=error.colno,
    )


class _TooMuch(Exception):
    """The XML passes a bound: nesting or number of elements."""


class _BoundedBuilder(TreeBuilder):
    """Counts depth and elements while the tree grows, so that a bomb stops early."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.left, self.budget = depth, _MAX_ELEMENTS

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self.left -= 1
        self.budget -= 1
        if self.left < 0 or self.budget < 0:
            raise _TooMuch
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.left += 1
        return super().end(tag)


def parse_xml(text: str, limits: Limits) -> Document | Unreadable:
    """The root element; entities are refused, a DOCTYPE alone (Apple's property lists) is not."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_BoundedBuilder(limits.depth), forbid_dtd=False, forbid_entities=True)
    try:
        parser.feed(text)
        return Document(parser.close())
    except DefusedXmlException:
        return refuse(
            _("This XML defines entities, which inventory tools never do and attackers use: it was not opened."), AGAIN
        )
    except _TooMuch:
        return refuse(
            _("This XML is nested more than %(depth)d levels deep, or huge: no known tool writes that."),
            AGAIN,
            depth=limits.depth,
        )
    except ParseError as error:
        return _bad_xml(text, error)


def _bad_xml(text: str, error: ParseError) -> Unreadable:
    line, column = error.position
    if line >= text.rstrip().count("\n") + 1 and "no element found" in str(error):
        return refuse(_("This XML stops before its end (line %(line)d): the file is cut short."), AGAIN, line=line)
    return refuse(
        _("This XML has a mistake at line %(line)d, column %(column)d."),
        _("Send the file as the tool wrote it, without editing."),
        line=line,
        column=column,
    )
