"""Words that templates need everywhere: codes, sentences of pure modules, names of parts."""

import re
from typing import Any

from django import template
from django.utils.translation import gettext as _

from maillon.hardware.criteria import Criterion
from maillon.hardware.messages import Message
from maillon.hardware.model import Kind, StorageKind
from maillon.hardware.thresholds import USE_NAMES, Use
from maillon.kernel import codes, machine_words, translation, wording

register = template.Library()


@register.filter
def told(message: Message | None) -> str:
    """A sentence of a pure module, in the reader's language."""
    return translation.told(message)


@register.filter
def colon(title: Any) -> str:
    """`{{ price|colon }}`: a title and its colon, spaced as the reader's language does."""
    return wording.colon(str(title))


@register.filter
def pretty_code(code: str | None) -> str:
    """K7M2XQ4 -> K7M-2XQ4."""
    return codes.pretty(code) if code else ""


@register.filter
def kind_label(kind: str) -> str:
    return str(machine_words.KIND_LABELS[Kind(kind)]) if kind in list(Kind) else kind


@register.filter
def part_label(name: str) -> str:
    return str(machine_words.PART_LABELS.get(name, name))


@register.filter
def field_label(name: str) -> str:
    return str(machine_words.FIELD_LABELS.get(name, name))


@register.filter
def field_value(value: Any, name: str) -> str:
    """A value read of a machine, with its unit in the reader's words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("total_bytes", "maximum_bytes", "memory_bytes"):
        return wording.memory(value)
    if name == "size_bytes":
        return wording.capacity(value) if value >= 10**10 and value % 2**30 else wording.memory(value)
    return storage_label(value) if isinstance(value, StorageKind) else str(value)


@register.filter
def storage_label(kind: str) -> str:
    return str(machine_words.STORAGE_LABELS[StorageKind(kind)]) if kind in list(StorageKind) else kind


@register.filter
def use_label(use: str) -> str:
    return translation.told(USE_NAMES[Use(use)]) if use in list(Use) else use


@register.filter
def criterion_label(criterion: str) -> str:
    """What is judged of a machine: its screen, its battery…"""
    return str(machine_words.CRITERION_LABELS[Criterion(criterion)]) if criterion in list(Criterion) else criterion


@register.filter
def level_label(level: str) -> str:
    """A level of NIST SP 800-88, in the standard's word and the reader's."""
    return str(machine_words.LEVEL_LABELS.get(level, level))


@register.filter
def tool_label(tool: str) -> str:
    """A tool that wrote a file; ours have a name in the reader's language."""
    return {"bench": _("bench"), "fleet list": _("fleet list")}.get(tool, tool)


@register.filter
def read_at(at: str) -> str:
    """Where in a file a value was read (`hardware.model.Origin.at`); a path in a document stays as it is."""
    if found := re.fullmatch(r"line (\d+)", at):
        return _("line %(line)s") % {"line": found[1]}
    if found := re.fullmatch(r"row (\d+), column (.+)", at):
        return _("row %(row)s, column %(column)s") % {"row": found[1], "column": found[2]}
    return at


@register.filter
def megabytes(value: int | None) -> str:
    return wording.memory(value * 2**20) if value else ""


@register.filter
def gigabytes(value: int | None) -> str:
    return wording.capacity(value * 10**9) if value else ""
