"""/proc/cpuinfo: what the kernel saw of the processors, one paragraph a logical CPU.

Sockets are the distinct "physical id", cores what "cpu cores" says of each, threads the paragraphs. On ARM the
paragraphs name the core by numbers (implementer, part) and the last one may name the board.
"""

import re
from dataclasses import dataclass, field

from maillon.hardware.facts import Facts
from maillon.hardware.formats import TextFormat, Where
from maillon.hardware.junk import clean, clean_serial
from maillon.hardware.model import Machine, Processor, System
from maillon.hardware.processor_names import processor_name, processor_vendor
from maillon.hardware.quantities import whole

_LINE = re.compile(r"^([A-Za-z][\w /()]{0,40}?)\s*:\s?(.*)$")
_MAX_SOCKETS = 16
# Main ID Register, "Primary part number" (Arm Architecture Reference Manual and the core manuals).
_ARM_CORES = {
    "0xb76": "ARM1176", "0xc05": "Cortex-A5", "0xc07": "Cortex-A7", "0xc08": "Cortex-A8", "0xc09": "Cortex-A9",
    "0xc0e": "Cortex-A17", "0xc0f": "Cortex-A15", "0xd03": "Cortex-A53", "0xd04": "Cortex-A35",
    "0xd05": "Cortex-A55", "0xd07": "Cortex-A57", "0xd08": "Cortex-A72", "0xd09": "Cortex-A73",
    "0xd0a": "Cortex-A75", "0xd0b": "Cortex-A76", "0xd0c": "Neoverse-N1", "0xd0d": "Cortex-A77",
    "0xd41": "Cortex-A78", "0xd44": "Cortex-X1",
}  # fmt: skip
_IMPLEMENTERS = {"0x41": "ARM", "0x51": "Qualcomm", "0x61": "Apple", "0x42": "Broadcom", "0x4e": "NVIDIA"}


@dataclass
class _Cpu:
    """One paragraph: the values and the line each stood on."""

    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def put(self, key: str, value: str, line: int) -> None:
        if key not in self.values:
            self.values[key], self.lines[key] = value, line


def _recognise(text: str) -> bool:
    head = text[:8192]
    return bool(re.search(r"^processor\s*:\s*\d+\s*$", head, re.MULTILINE)) and bool(
        re.search(
            r"^(?:vendor_id|model name|CPU implementer|Features|BogoMIPS|cpu family|cpu\s*)\s*:", head, re.MULTILINE
        )
    )


def _paragraphs(text: str) -> tuple[list[_Cpu], _Cpu]:
    """The logical CPUs, and what is said outside them (ARM: the board)."""
    cpus: list[_Cpu] = []
    outside = _Cpu()
    for number, line in enumerate(text.split("\n"), 1):
        found = _LINE.match(line[:4096])
        if not found:
            continue
        key, value = found.group(1).strip(), found.group(2).strip()
        if key == "processor" and value.isdecimal():
            cpus.append(_Cpu())
        if key in ("Hardware", "Model", "Serial", "Revision") or (key == "Processor" and not cpus):
            outside.put(key, value, number)
        elif cpus:
            cpus[-1].put(key, value, number)
    return cpus, outside


def _x86(cpus: list[_Cpu], where: Where) -> list[Processor]:
    packages: dict[str, list[_Cpu]] = {}
    for cpu in cpus:
        packages.setdefault(cpu.values.get("physical id", "0"), []).append(cpu)
    return [_package(members, where) for members in list(packages.values())[:_MAX_SOCKETS]]


def _package(members: list[_Cpu], where: Where) -> Processor:
    first = members[0]
    facts = Facts(Processor)

    def at(key: str) -> int:
        return first.lines.get(key, first.lines.get("processor", 1))

    name = processor_name(first.values.get("model name"))
    facts.put("vendor", processor_vendor(first.values.get("vendor_id")), where.line(at("vendor_id")))
    facts.put("vendor", name.vendor, where.line(at("model name")))
    facts.put("model", name.model, where.line(at("model name")))
    facts.put("frequency_mhz", name.frequency_mhz, where.line(at("model name")))
    flags = first.values.get("flags", "").split()
    if flags:  # "lm" is long mode: the processor can run 64-bit systems, whatever the kernel that was running
        facts.put("architecture", "x86_64" if "lm" in flags else "i686", where.line(at("flags")))
    cores = whole(first.values.get("cpu cores"))
    if cores:
        facts.put("cores", cores, where.line(at("cpu cores")))
    elif "core id" not in first.values:
        facts.put("cores", len(members), where.line(at("processor")))
    facts.put("threads", len(members), where.line(at("processor")))
    return facts.build()


def _arm(cpus: list[_Cpu], outside: _Cpu, where: Where) -> Processor:
    facts = Facts(Processor)
    first = cpus[0]

    def at(key: str) -> int:
        return first.lines.get(key, first.lines.get("processor", 1))

    implementer = first.values.get("CPU implementer", "")
    facts.put("vendor", _IMPLEMENTERS.get(implementer.lower()), where.line(at("CPU implementer")))
    parts = dict.fromkeys(cpu.values.get("CPU part", "").lower() for cpu in cpus)
    names = [_ARM_CORES[part] for part in parts if part in _ARM_CORES and implementer == "0x41"]
    facts.put("model", " + ".join(names) or None, where.line(at("CPU part")))
    named = clean(first.values.get("model name") or outside.values.get("Processor"))
    facts.put("model", named, where.line(at("model name")))
    version = whole(first.values.get("CPU architecture"))
    if version:
        architecture = "aarch64" if version >= 8 else f"armv{version}l"
        facts.put("architecture", architecture, where.line(at("CPU architecture")))
    facts.put("cores", len(cpus), where.line(at("processor")))
    facts.put("threads", len(cpus), where.line(at("processor")))
    return facts.build()


def _parse(text: str, where: Where) -> Machine:
    cpus, outside = _paragraphs(text)
    if not cpus:
        return Machine(tools=(where.tool,))
    if "CPU implementer" not in cpus[0].values and "Hardware" not in outside.values:
        return Machine(processors=tuple(_x86(cpus, where)), tools=(where.tool,))
    board = Facts(System)
    name = clean(outside.values.get("Model"))
    board.put("product_name", name, where.line(outside.lines.get("Model", 1)))
    if name and name.startswith("Raspberry Pi"):  # the name of the maker and of the machine
        board.put("vendor", "Raspberry Pi", where.line(outside.lines.get("Model", 1)))
    board.put("serial", clean_serial(outside.values.get("Serial")), where.line(outside.lines.get("Serial", 1)))
    return Machine(system=board.build(), processors=(_arm(cpus, outside, where),), tools=(where.tool,))


FORMAT = TextFormat("cpuinfo", "cpuinfo", _recognise, _parse)
