"""lscpu, as text in any language or as JSON: the processor's own word (CPUID) and how many cores it shows.

The labels are translated by util-linux; they are recognised by the words that carry the meaning. Where a language is
not known the values alone still tell architecture, vendor and name.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from maillon.hardware.facts import Facts, dict_of, list_of, text_of
from maillon.hardware.formats import JsonFormat, TextFormat, Where
from maillon.hardware.model import Machine, Origin, Processor
from maillon.hardware.processor_names import architecture, processor_name, processor_vendor
from maillon.hardware.quantities import whole

_MAX_SOCKETS = 16
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("threads_per_core", r"^(?:thread|hilo|v[lá]kn|tr[aá]d|fil)|スレッド|线程|поток"),
        (
            "cores_per_socket",
            r"(?:core|c[œo]e?ur|kern|n[uú]cleo|rdzeni|ядер|核|コア).*(?:socket|sockel|soquete|gniazd|cluster|"
            r"z[oó]calo|sockel|сокет|座|ソケット)",
        ),
        ("sockets", r"^\W*(?:socket|sockel|soquete|gniazd|cluster|z[oó]calo|сокет|ソケット|座)"),
        ("hypervisor", r"h[iy]per[vw]i[sz]"),
        ("virtualised", r"virtuali[sz](?:ation|ierungs|azion).*typ|^type de virtuali|^tipo de virtuali"),
        ("bios_model", r"^bios\b.*(?:model|mod[eè]l)"),
        ("bios", r"^bios\b"),
        (
            "model",
            r"^(?:model ?name|nom (?:de|du) mod[eè]le|nombre del modelo|nome (?:do|del) modello?|modellname|"
            r"nazwa modelu|modelnaam|имя модели|型号名称|モデル名)",
        ),
        (
            "vendor",
            r"^(?:vendor ?id|identifiant (?:du )?(?:constructeur|fournisseur)|id del? (?:fabricante|fornecedor)|"
            r"anbieterkennung|herstellerid|id produttore|id producenta|id fornitore|厂商|ベンダー)",
        ),
        ("architecture", r"^(?:ar[ck]hite[ck]t|arquitetura|arquitectura|architettura|архитектура|架构|アーキテクチャ)"),
        ("modes", r"op-mode|mode\(?s?\)? op[ée]ratoire|modo\(s\) de operaci|cpu-modus|режим|modalit"),
        ("cpus", r"^(?:cpu\(s\)|cpu|cpus|processeurs?(?:\(s\))?|processador(?:\(es\))?|prozessor\(en\))\s*$"),
    )
)
_CPUID_VENDORS = ("GenuineIntel", "AuthenticAMD", "HygonGenuine", "CentaurHauls", "ARM", "Apple", "Qualcomm")


class _Line(NamedTuple):
    label: str
    value: str
    at: Origin


def _label(label: str) -> str | None:
    return next((name for name, mark in _LABELS if mark.search(label)), None)


def _by_value(value: str) -> str | None:
    """What an unknown label must mean, from its value alone."""
    if value in _CPUID_VENDORS:
        return "vendor"
    if architecture(value) and " " not in value and not value.isdecimal():
        return "architecture"
    if re.match(r"(?:\d+th Gen )?(?:Intel|AMD|Genuine|VIA|Cortex|Neoverse)\b.{4,}", value):
        return "model"
    return None


class _Block:
    """One kind of core: most machines have one, some ARM ones two or three."""

    def __init__(self) -> None:
        self.said: dict[str, tuple[str, Origin]] = {}

    def text(self, name: str) -> tuple[str, Origin] | None:
        return self.said.get(name)

    def count(self, name: str, default: int = 1) -> int:
        said = self.said.get(name)
        number = whole(said[0]) if said else None
        return number if number and number < 10_000 else default


def _collect(lines: Iterable[_Line]) -> tuple[_Block, list[_Block]]:
    """What holds for all cores, and the blocks that begin at each model name."""
    common, blocks = _Block(), []
    for line in lines:
        name = _label(line.label) or _by_value(line.value)
        if name is None or not line.value or line.value == "-":
            continue
        if name == "model":
            blocks.append(_Block())
        several = name in ("model", "threads_per_core", "cores_per_socket", "sockets")
        block = blocks[-1] if blocks and several else common
        block.said.setdefault(name, (line.value, line.at))
    return common, blocks


def _machine(lines: Iterable[_Line], tool: str) -> Machine:
    common, blocks = _collect(lines)
    if not blocks and not common.said:
        return Machine(tools=(tool,))
    first = blocks[0] if blocks else common
    for name in ("threads_per_core", "cores_per_socket", "sockets"):
        if name not in first.said and name in common.said:
            first.said[name] = common.said[name]
    processor = _one(common, first) if len(blocks) < 2 else _several_kinds(common, blocks)
    sockets = min(first.count("sockets"), _MAX_SOCKETS) if len(blocks) < 2 else 1
    return Machine(processors=(processor.build(),) * sockets if processor else (), clues=_clues(common), tools=(tool,))


def _clues(common: _Block) -> dict[str, Origin]:
    """That a hypervisor runs the system. Microsoft's says nothing: Linux inside Windows (WSL) is on a real machine.

    Xen's first domain, which is the machine's own system, has the type "none".
    """
    said, kind = common.text("hypervisor"), common.text("virtualised")
    if not said or said[0].casefold().startswith("microsoft") or (kind and kind[0].casefold() == "none"):
        return {}
    return {"virtual machine": said[1]}


def _one(common: _Block, block: _Block) -> Facts[Processor]:
    facts = Facts(Processor)
    _common_facts(facts, common)
    if model := block.text("model"):
        name = processor_name(model[0])
        facts.put("model", name.model, model[1])
        facts.put("vendor", name.vendor, model[1])
        facts.put("frequency_mhz", name.frequency_mhz, model[1])
    if bios := common.text("bios_model"):
        facts.put("frequency_mhz", processor_name(bios[0]).frequency_mhz, bios[1])
    if cores := block.text("cores_per_socket"):
        facts.put("cores", block.count("cores_per_socket"), cores[1])
        if threads := block.text("threads_per_core"):
            facts.put("threads", block.count("cores_per_socket") * block.count("threads_per_core"), threads[1])
    return facts


def _several_kinds(common: _Block, blocks: list[_Block]) -> Facts[Processor]:
    """One chip with big and little cores: their names together, their cores added."""
    facts = Facts(Processor)
    _common_facts(facts, common)
    named = [model for block in blocks if (model := block.text("model"))]
    names = [name for value, _at in named if (name := processor_name(value).model)]
    facts.put("model", " + ".join(dict.fromkeys(names)) or None, named[0][1])
    facts.put("vendor", processor_name(named[0][0]).vendor, named[0][1])
    cores = sum(block.count("cores_per_socket") * block.count("sockets") for block in blocks)
    facts.put("cores", cores, named[0][1])
    threads = [
        block.count("cores_per_socket") * block.count("sockets") * block.count("threads_per_core") for block in blocks
    ]
    facts.put("threads", sum(threads), named[0][1])
    return facts


def _common_facts(facts: Facts[Processor], common: _Block) -> None:
    if vendor := common.text("vendor"):
        facts.put("vendor", processor_vendor(vendor[0]), vendor[1])
    modes, kernel = common.text("modes"), common.text("architecture")
    if modes and kernel and "64" in modes[0] and architecture(kernel[0]) == "i686":
        facts.put("architecture", "x86_64", modes[1])  # a 32-bit system on a 64-bit processor
    if kernel:
        facts.put("architecture", architecture(kernel[0]), kernel[1])


_LINE = re.compile(r"^\s*([^:\n]{2,60}?)\s*:\s+(\S.*)$")


def _is_text(text: str) -> bool:
    head = [found for line in text[:4096].split("\n")[:40] if (found := _LINE.match(line))]
    kinds = {_label(found.group(1)) or _by_value(found.group(2)) for found in head}
    return "architecture" in kinds and bool(kinds & {"threads_per_core", "cores_per_socket", "sockets", "cpus"})


def _parse_text(text: str, where: Where) -> Machine:
    found = ((number, _LINE.match(line[:1000])) for number, line in enumerate(text.split("\n"), 1))
    lines = (_Line(hit.group(1), hit.group(2).strip(), where.line(number)) for number, hit in found if hit)
    return _machine(lines, where.tool)


def _is_document(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("lscpu"), list)


def _fields(items: list[Any], path: str, where: Where, depth: int = 0) -> Iterable[_Line]:
    """The fields of `lscpu -J`; newer versions nest them under "children"."""
    for index, item in enumerate(items):
        field = dict_of(item)
        here = f"{path}[{index}]"
        label, value = text_of(field.get("field")), text_of(field.get("data"))
        if label and value:
            yield _Line(label.rstrip(": "), value, where.path(here))
        if depth < 8:
            yield from _fields(list_of(field.get("children")), f"{here}.children", where, depth + 1)


def _parse_document(document: Any, where: Where) -> Machine:
    return _machine(_fields(list_of(document["lscpu"]), ".lscpu", where), where.tool)


TEXT = TextFormat("lscpu", "lscpu", _is_text, _parse_text)
JSON = JsonFormat("lscpu-json", "lscpu", _is_document, _parse_document)
FORMATS = (TEXT, JSON)
