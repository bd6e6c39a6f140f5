"""What a reader module offers to `reading`: its name, how it knows its own, and how it parses.

`parse` returns a `Machine` (what this input says, nothing merged or judged yet) or a `Reading` for formats that hold
several machines or warn. It never raises on bad content: what it can not understand it leaves out, with a warning
where it matters. Its text holds no NUL, no BOM and no carriage return, and its lines are bounded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from maillon.hardware.model import Machine, Origin, Reading, Unreadable


@dataclass(frozen=True, slots=True)
class Where:
    """Where the text or document being parsed stands, to build each value's `Origin`."""

    tool: str
    file: str = ""
    prefix: str = ""  # "$.data.dmidecode" when the text was a string inside another document
    offset: int = 0  # lines before it, when the text was cut out of a longer one

    def line(self, number: int) -> Origin:
        at = f"line {number + self.offset}"
        return Origin(self.tool, f"{self.prefix}, {at}" if self.prefix else at, self.file)

    def path(self, path: str) -> Origin:
        """path: JSONPath-like without the leading "$": ".dmi.product_name"."""
        return Origin(self.tool, f"{self.prefix or '$'}{path}", self.file)


@dataclass(frozen=True, slots=True)
class TextFormat:
    name: str
    tool: str
    recognise: Callable[[str], bool]  # given the first 64 k characters
    parse: Callable[[str, Where], Machine | Reading | Unreadable]


@dataclass(frozen=True, slots=True)
class JsonFormat:
    name: str
    tool: str
    recognise: Callable[[Any], bool]  # given the whole document
    parse: Callable[[Any, Where], Machine | Reading | Unreadable]


@dataclass(frozen=True, slots=True)
class XmlFormat:
    name: str
    tool: str
    recognise: Callable[[Any], bool]  # given the root xml.etree.ElementTree.Element
    parse: Callable[[Any, Where], Machine | Reading | Unreadable]


@dataclass(frozen=True, slots=True)
class BinaryFormat:
    name: str
    tool: str
    recognise: Callable[[bytes], bool]
    parse: Callable[[bytes, Where], Machine | Reading | Unreadable]
