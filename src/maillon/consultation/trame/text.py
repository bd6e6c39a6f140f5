"""Text with the little form that matters: bold, italic, links, line breaks. One shape whatever the document."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Run(NamedTuple):
    text: str  # "\n" is a line break
    bold: bool = False
    italic: bool = False
    href: str = ""


Text = tuple[Run, ...]
_ADDRESSES = ("http://", "https://", "mailto:", "tel:", "#")  # "#": what an extraction leaves of a link
_BLANKS = re.compile(r"[ \t\r\f\v\u200b\ufeff\u00ad]+")  # no-break spaces are French typography: kept
# What XML can not hold, and what stands for a part that has no text (an object, a footnote's place).
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffc\ufffe\uffff]")


def plain(text: Text) -> str:
    return "".join(run.text for run in text)


def squeezed(runs: Iterable[Run]) -> Text:
    """The one way a text is kept: blanks single, none at either end nor beside a line break, equal neighbours joined.

    Blanks between two runs belong to the first, so that " a" after "b " is not two.
    """
    kept: list[Run] = []
    before = "\n"  # as at the start of a line, where blanks say nothing
    for run in runs:
        words = _BLANKS.sub(" ", _UNFIT.sub("", run.text.replace("\r\n", "\n").replace("\u2028", "\n")))
        words = re.sub(r" ?\n ?", "\n", words)
        if before in (" ", "\n"):
            words = words.lstrip(" ")
        if words.startswith("\n") and before == " ":
            _trim(kept)
        if not words:
            continue
        before = words[-1]
        if kept and kept[-1][1:] == run[1:]:
            kept[-1] = run._replace(text=kept[-1].text + words)
        else:
            kept.append(run._replace(text=words))
    while kept and not kept[-1].text.strip(" \n"):
        kept.pop()
    if kept:
        kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip(" \n"))
    while kept and not kept[0].text.strip(" \n"):
        del kept[0]
    if kept:
        kept[0] = kept[0]._replace(text=kept[0].text.lstrip(" \n"))
    return tuple(kept)


def _trim(kept: list[Run]) -> None:
    while kept and kept[-1].text.endswith(" "):
        left = kept.pop()
        if rest := left.text.rstrip(" "):
            kept.append(left._replace(text=rest))
            return


def address(href: str) -> str:
    """Where a link may lead; nothing for what would run something, or is no address."""
    href = href.strip()
    return href if href.lower().startswith(_ADDRESSES) else ""


def of(words: str) -> Text:
    return squeezed([Run(words)])


def cut(text: Text, start: int, end: int | None = None) -> Text:
    """The characters from start to end, with their form."""
    end = len(plain(text)) if end is None else end
    pieces, at = [], 0
    for run in text:
        first, last = max(start - at, 0), min(end - at, len(run.text))
        if first < last:
            pieces.append(run._replace(text=run.text[first:last]))
        at += len(run.text)
    return squeezed(pieces)


def lines(text: Text) -> Iterator[Text]:
    """A text cut at its line breaks; empty lines are left out."""
    words, start = plain(text), 0
    for end in [match.start() for match in re.finditer("\n", words)] + [len(words)]:
        if piece := cut(text, start, end):
            yield piece
        start = end + 1


def to_json(text: Text) -> str | list[dict[str, str | bool]]:
    """A string where nothing has form, else its runs."""
    if all(run == Run(run.text) for run in text):
        return plain(text)
    return [
        {"text": run.text}
        | ({"bold": True} if run.bold else {})
        | ({"italic": True} if run.italic else {})
        | ({"href": run.href} if run.href else {})
        for run in text
    ]


def from_json(value: object) -> Text:
    """Raises ValueError."""
    if isinstance(value, str):
        return of(value)
    if not isinstance(value, list):
        raise ValueError(f"Expected a text or its runs, got {type(value).__name__}.")
    return squeezed(_run(each) for each in value)


def _run(value: object) -> Run:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise ValueError("Expected a run with its text.")
    return Run(value["text"], value.get("bold") is True, value.get("italic") is True, str(value.get("href") or ""))
