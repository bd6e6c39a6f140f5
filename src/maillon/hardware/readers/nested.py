"""Outputs held inside another document: texts made as a file's would be, JSON inside a text opened within bounds."""

import json
from typing import Any

from maillon.hardware.documents import json_depth, storable
from maillon.hardware.formats import JsonFormat, TextFormat, Where
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Limits, Machine, Unreadable

_LIMITS = Limits()
_HEAD = 65_536  # characters shown to `recognise`

Said = tuple[Machine, tuple[Message, ...]]


def read_nested(form: TextFormat | JsonFormat, content: Any, where: Where) -> Said:
    """What one tool's output inside a document says; where it is not that tool's, a warning and nothing else."""
    if isinstance(form, TextFormat):
        content = plain_text(content)
    if form.recognise(content[:_HEAD] if isinstance(content, str) else content):
        result = form.parse(content, where)
        if isinstance(result, Machine):
            return result, ()
        if not isinstance(result, Unreadable):
            return next(iter(result.machines), Machine()), result.warnings
    return Machine(), (
        Message(_("%(place)s is not the output of %(tool)s."), {"place": where.prefix, "tool": form.tool}),
    )


def plain_text(text: str) -> str:
    """Without what files are freed of before readers see them: NULs and carriage returns; lines are bounded."""
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) <= _LIMITS.line_bytes:
        return text
    return "\n".join(line[: _LIMITS.line_bytes] for line in text.split("\n"))


def opened(text: str) -> Any:
    """The JSON that was put into a text; the text itself when it is broken or nested too deep."""
    if text.lstrip()[:1] not in ("{", "[") or json_depth(text) > _LIMITS.depth:
        return text
    try:
        return storable(json.loads(text, parse_int=_integer, strict=False))
    except (ValueError, RecursionError):
        return text


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= 30 else None
