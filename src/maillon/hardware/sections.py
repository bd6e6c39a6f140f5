"""One text that holds the outputs of several tools, as `(dmidecode; lscpu; lspci) > machine.txt` writes it.

Cut where another tool's output begins, which each shows by its own first line: no title is needed between them. A
second dmidecode begins another machine.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

# A word of each tool's first line, looked for before any pattern: nearly every text holds one tool's.
_MARKS = (
    "# dmidecode ", "Archite", "Arquite", ":00.0", "Slot:\t", "Bus 00", "smartctl ", "\n/dev/",
    "/org/freedesktop/UPower/", "processor\t: 0", "\n    description",
)  # fmt: skip
_FIRST = re.compile(
    r"^(?:(?P<dmidecode># dmidecode \d)|(?P<lscpu>Ar(?:ch|qu)ite[ck]?t[a-z]{2,5} ?:)"
    r"|(?P<lspci>(?:Slot:\t)?(?:[\da-f]{4}:)?[\da-f]{2}:[\da-f]{2}\.\d(?: |$))"
    r"|(?P<lsusb>Bus \d{3} Device \d{3}: ID )|(?P<smartctl>smartctl (?:version )?\d\.\d)|(?P<hdparm>/dev/\w{1,20}:$)"
    r"|(?P<upower>Device: /org/freedesktop/UPower/)|(?P<cpuinfo>processor\t: 0$)"
    r"|(?P<lshw>[\w.-]{1,64} *\n    (?:description|produ(?:ct|it|cto)) ?: ))",
    re.MULTILINE,
)
_END = "End Of Table"
_MOST = 2_000  # sections of one text; beyond, it is read as the first tool's


class Section(NamedTuple):
    tool: str
    text: str
    line: int  # of its first, from 0


def machines_of(text: str) -> list[list[Section]]:
    """The sections of each machine in order; empty when the text is of one tool, or of none that is known."""
    if text.startswith("# dmidecode ") and _END in text[-256:] and text.find("# dmidecode ", 1) < 0:
        return []  # dmidecode's own beginning and end: nearly every text, and a tenth of its time saved
    if sum(mark in text for mark in _MARKS) < 2:
        return []
    sections = list(islice(_sections(text), _MOST + 1))
    if len({section.tool for section in sections}) < 2 or len(sections) > _MOST:
        return []
    machines: list[list[Section]] = []
    for section in sections:
        again = section.tool == "dmidecode" and machines and any(s.tool == section.tool for s in machines[-1])
        if not machines or again:
            machines.append([])
        machines[-1].append(section)
    return machines


def _sections(text: str) -> Iterator[Section]:
    """Neighbouring outputs of one tool are one section: its reader knows several drives, devices and processors."""
    begun: tuple[str, int] | None = None
    line, counted = 0, 0
    for found in _FIRST.finditer(text):
        tool = found.lastgroup or ""
        if begun and begun[0] == tool != "dmidecode":
            continue
        if begun:
            yield Section(begun[0], text[begun[1] : found.start()], line)
            line, counted = line + text.count("\n", counted, found.start()), found.start()
        else:
            line, counted = text.count("\n", 0, found.start()), found.start()
        begun = tool, found.start()
    if begun:
        yield Section(begun[0], text[begun[1] :], line)
