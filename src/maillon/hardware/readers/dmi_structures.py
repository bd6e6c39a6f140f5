"""dmidecode's text cut into structures, and structures into fields.

A structure begins with its handle; the quiet output prints no handles, so there it begins with its title. Lines are
counted as an editor counts them, so that each value can say where it was read.
"""

import re
from typing import NamedTuple

HANDLE = "Handle 0x"
_TYPE = re.compile(r"[0-9A-Fa-f]{1,8},?\s+(?:DMI )?type (\d{1,3})\b")
_TITLES = {  # for the quiet output, which prints no handles
    "BIOS Information": 0,
    "System Information": 1,
    "Base Board Information": 2,
    "Chassis Information": 3,
    "Processor Information": 4,
    "Memory Controller Information": 5,
    "Memory Module Information": 6,
    "Port Connector Information": 8,
    "System Slot Information": 9,
    "On Board Device Information": 10,
    "OEM Strings": 11,
    "Physical Memory Array": 16,
    "Memory Device": 17,
    "Built-in Pointing Device": 21,
    "Portable Battery": 22,
    "Hardware Security": 24,
    "IPMI Device Information": 38,
    "Onboard Device": 41,
    "TPM Device": 43,
}
_WANTED = frozenset(_TITLES.values())
_MARKS = {f", DMI type {number}, "[:14]: number for number in _WANTED}  # what follows a handle's four digits


class Section(NamedTuple):
    type: int
    line: int  # number of its first line after the handle, from 1
    body: str


class Fields(NamedTuple):
    """The fields of a structure: the first value of each key, and the line where it stands."""

    values: dict[str, tuple[str, int]]  # key -> value, line counted from the structure's first
    start: int  # line of the structure in the text

    def get(self, key: str) -> str:
        """The value, or an empty text."""
        found = self.values.get(key)
        return found[0] if found else ""

    def line(self, key: str) -> int:
        found = self.values.get(key)
        return self.start + found[1] if found else self.start


Sections = dict[int, list[Section]]


def machines(text: str) -> list[tuple[Sections, str]]:
    """The structures of each machine in the text, with the version of the tool that printed them."""
    groups: list[tuple[Sections, str]] = []
    start = 0
    line = 1
    for run in _runs(text):
        sections = _sections(run, line)
        version = _version(run)
        line += run.count("\n")
        start += len(run)
        if groups and not _another_machine(groups[-1][0], sections):
            for number, found in sections.items():
                groups[-1][0].setdefault(number, []).extend(found)
        else:
            groups.append((sections, version))
    return groups


def _runs(text: str) -> list[str]:
    """The text cut before each "# dmidecode" line but the first: one piece an invocation of the tool."""
    if text.find("\n# dmidecode ", text.find("# dmidecode ") + 1) < 0:
        return [text]
    pieces = text.split("\n# dmidecode ")
    runs = [pieces[0] + "\n"] if pieces[0].strip() else []
    runs += ["# dmidecode " + piece + "\n" for piece in pieces[1:]]
    return runs


def _another_machine(known: Sections, found: Sections) -> bool:
    """Whether a second run of the tool ran elsewhere: both print the system structure and it differs."""
    return 1 in known and 1 in found and known[1][0].body.strip() != found[1][0].body.strip()


def _version(run: str) -> str:
    at = run.find("# dmidecode ")
    return "" if at < 0 else run[at + 12 : at + 32].split("\n", 1)[0].strip()


def _sections(text: str, line: int) -> Sections:
    pieces = text.split(HANDLE)
    if len(pieces) == 1:
        return _quiet_sections(text, line)
    sections: Sections = {}
    offset = counted = len(pieces[0])
    line += pieces[0].count("\n")
    for piece in pieces[1:]:
        start = offset + len(HANDLE)
        offset = start + len(piece)
        number = _MARKS.get(piece[4:18])
        if number is None and piece[4:15] != ", DMI type ":  # another spelling: rare, so it may cost
            found = _TYPE.match(piece)
            number = int(found[1]) if found else None
        if number in _WANTED:
            line += text.count("\n", counted, start)
            counted = start
            body = piece[piece.find("\n") + 1 :]
            sections.setdefault(number, []).append(Section(number, line + 1, body))
    return sections


def _quiet_sections(text: str, line: int) -> Sections:
    """Structures known by their titles alone: a title stands at the margin, or after a blank line."""
    sections: Sections = {}
    number, start = -1, line
    body: list[str] = []
    for at, row in enumerate([*text.split("\n"), "End Of Table"], line):
        title = _TITLES.get(row.strip().rstrip(":"), -1)
        if title >= 0 or not row.strip() or row == "End Of Table":
            if number >= 0 and body:
                sections.setdefault(number, []).append(Section(number, start, "\n".join(body)))
            number, start, body = title, at + 1, []
        elif number >= 0:
            body.append(row)
    return sections


def fields_of(section: Section) -> Fields:
    values: dict[str, tuple[str, int]] = {}
    for number, row in enumerate(section.body.split("\n")):
        key, colon, value = row.partition(":")
        if colon:
            key = key.strip()
            if key not in values:
                values[key] = (value.strip(), number)
    return Fields(values, section.line)
