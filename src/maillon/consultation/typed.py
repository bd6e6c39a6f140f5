"""Statements as a person types them in a box: one a line, with the little form that a text may have.

`**bold**`, `*italic*`, `[words](address)`; a backslash before a sign that is meant as itself, and at the end of a line
that goes on. In free text, "- " is a bullet, two spaces further in for each depth; a number written first, "1)", stays.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from maillon.consultation.trame import text
from maillon.consultation.trame.model import Entry
from maillon.consultation.trame.text import Run, Text

_SPECIAL = re.compile(r"([\\*\[\]])")
_IN_ADDRESS = re.compile(r"([\\)])")
_TOKENS = re.compile(r"\\(.)|(\*\*\*|\*\*|\*)|\[((?:\\.|[^\]\\])*)\]\(((?:\\.|[^)\\])*)\)", re.DOTALL)
_LINES = re.compile(r"(?:\\.|[^\\\n]|\\$)+", re.DOTALL)  # a backslash and what it holds, a line end too
_BULLET = re.compile(r"( *)- +")
_MARKER = re.compile(r"(\(?(?:\d{1,3}|[a-z])(?:[.)]|°))\s+(?=\S)")


def of_text(said: Text) -> str:
    """Signs stand where the form changes, once: two runs in italic side by side would read as bold."""
    typed, form = "", (False, False)
    for run in (*said, Run("")):
        bold, italic = run.bold != form[0], run.italic != form[1]
        typed += "*" * (bold * 2 + italic) + _words(run)
        form = (run.bold, run.italic)
    return typed.replace("\n", "\\\n")


def _words(run: Run) -> str:
    words = _SPECIAL.sub(r"\\\1", run.text)
    if run.href:
        address = _IN_ADDRESS.sub(r"\\\1", run.href)
        return f"[{words}]({address})"
    return words


def to_text(typed: str) -> Text:
    """Total: what is no form is words."""
    runs: list[Run] = []
    bold = italic = False
    place = 0
    for token in _TOKENS.finditer(typed):
        runs.append(Run(typed[place : token.start()], bold, italic))
        place = token.end()
        if token[1] is not None:
            runs.append(Run(token[1], bold, italic))
        elif token[2]:
            bold, italic = bold ^ (len(token[2]) > 1), italic ^ (len(token[2]) % 2 == 1)
        elif text.address(token[4]):
            runs.append(Run(_bare(token[3]), bold, italic, _bare(token[4])))
        else:
            runs.append(Run(token[0], bold, italic))
    runs.append(Run(typed[place:], bold, italic))
    return text.squeezed(runs)


def _bare(words: str) -> str:
    return re.sub(r"\\(.)", r"\1", words, flags=re.DOTALL)


def lines(typed: str) -> list[str]:
    """The lines of a box; one that ends with a backslash goes on."""
    whole = typed.replace("\r\n", "\n").replace("\r", "\n")
    return [line for line in _LINES.findall(whole) if line.strip()]


# --- a cell: each line a statement


def of_cell(entries: Iterable[Entry]) -> str:
    return "\n".join(_marked(entry) for entry in entries)


def _marked(entry: Entry) -> str:
    return f"{entry.marker} {of_text(entry.text)}" if entry.marker else of_text(entry.text)


def to_cell(typed: str, before: Iterable[Entry]) -> tuple[Entry, ...]:
    """What did not change stays as it was, with its place in the original."""
    known: dict[str, list[Entry]] = {}
    for entry in before:
        known.setdefault(_marked(entry), []).append(entry)
    found = []
    for line in lines(typed):
        line = line.strip()
        if known.get(line):
            found.append(known[line].pop(0))
        elif read := _read(line.replace("\\\n", " "), bullet=True):
            found.append(read)
    return tuple(found)


def _read(line: str, *, bullet: bool, depth: int = 0) -> Entry | None:
    marker = ""
    if match := _MARKER.match(line):
        marker, line, bullet = match[1], line[match.end() :], True
    said = to_text(line.strip())
    return Entry(said, bullet, marker, depth) if said else None


# --- free text: bullets are written


def of_prose(entries: Iterable[Entry]) -> str:
    return "\n".join(f"{'  ' * entry.depth}- {_marked(entry)}" if entry.bullet else _marked(entry) for entry in entries)


def to_prose(typed: str, before: Sequence[Entry]) -> tuple[Entry, ...]:
    known: dict[str, list[Entry]] = {}
    for entry in before:
        known.setdefault(of_prose([entry]).strip(), []).append(entry)
    found: list[Entry] = []
    for line in lines(typed):
        deepest = found[-1].depth + 1 if found and found[-1].bullet else 0
        bullet = _BULLET.match(line)
        depth = min(len(bullet[1]) // 2, deepest) if bullet else 0
        if known.get(line.strip()):
            read: Entry | None = replace(known[line.strip()].pop(0), depth=depth)
        else:
            read = _read(line[bullet.end() :] if bullet else line, bullet=bool(bullet), depth=depth)
        if read:
            found.append(read)
    return tuple(found)
