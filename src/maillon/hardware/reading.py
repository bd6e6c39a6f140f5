"""One entry point: bytes in, a `Reading` or an `Unreadable` out, whatever the bytes are.

    read(data, name)             the whole: recognised, parsed, named and given a kind
    parse(data, …)               the same without naming: what archives join before `finish`
    read_text, read_document     for readers of documents that hold other tools' outputs
    finish(machine)              vendors, models and kind of a machine that is complete

Formats are recognised by content, in the order of the tables below: the most particular first. A reader is imported
only when its turn comes, so that the command line starts fast.
"""

import importlib
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from typing import Any, TypeVar

from maillon.hardware import erasure, foreign, sections
from maillon.hardware.decoding import decode, unquote
from maillon.hardware.documents import Document, parse_json, parse_xml
from maillon.hardware.formats import BinaryFormat, JsonFormat, TextFormat, Where, XmlFormat
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Battery, Limits, Machine, Reading, Unreadable

R = TypeVar("R")

_PACKAGE = "maillon.hardware.readers."
# Modules of `readers` by what they take; one that takes several kinds of input stands in several tables.
TEXT = (
    "dmidecode", "systeminfo", "msinfo32", "system_profiler", "windows", "cim", "cim_tables", "lscpu",
    "cpuinfo", "lspci", "lsusb", "smartctl", "hdparm", "upower", "hwinfo",
    "lshw", "edid", "fleet_list",
)  # fmt: skip
JSON: tuple[str, ...] = (
    "bench", "ereuse", "glpi",  # the most frequent, and the quickest to tell
    "system_profiler", "cim", "lscpu", "lsblk", "smartctl", "nvme", "inxi", "lshw",
)  # fmt: skip
XML: tuple[str, ...] = ("msinfo32", "cim", "glpi", "system_profiler", "lshw")
BINARY: tuple[str, ...] = ("edid", "fleet_list")

_PACKED = (b"PK", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")  # zip, gzip, bzip2, xz, Zstandard
_HEAD = 64 * 1024  # characters shown to `recognise`
# Longer runs of blanks are shortened there: patterns that skip blanks take a time that grows with their square.
_BLANKS = re.compile(r"\s{80,}")
_DEFAULT = Limits()
_ERASURE_HINT = _("Drop it in the stock beside its machine: by the page of readings, the API or “maillon intake”.")


def read(data: bytes, name: str | None = None, *, limits: Limits = _DEFAULT) -> Reading | Unreadable:
    """What this input says. Never raises; ends within `limits`.

    name: the file's name, used in provenance only for members of archives, never to recognise.
    """
    with_archives = partial(_read_container, data, name, limits)
    result = _bounded(with_archives, limits)
    if result is not None:
        return result  # its machines are finished, after the joining
    result = parse(data, limits=limits)
    if isinstance(result, Unreadable):
        return result
    return replace(result, machines=tuple(map(finish, result.machines)))


def parse(data: bytes, *, file: str = "", limits: Limits = _DEFAULT) -> Reading | Unreadable:
    """What one document says, neither named nor joined. `file`: its name within an archive, for provenance."""
    if len(data) > limits.input_bytes:
        return foreign.refuse(
            _("The file is too big (%(size)d MB; at most %(limit)d MB)."),
            _("Send one file a machine, or a list of at most that size."),
            size=len(data) >> 20,
            limit=limits.input_bytes >> 20,
        )
    result = _bounded(partial(_parse, data, Where("", file), limits), limits)
    if isinstance(result, Unreadable) and _is_erasure(data):
        return foreign.refuse(_("It is an erasure report: it describes no machine."), _ERASURE_HINT)
    return result


def _is_erasure(data: bytes) -> bool:
    return erasure.recognise(data) is not None and not isinstance(erasure.read_erasure(data), Unreadable)


def _parse(data: bytes, where: Where, limits: Limits) -> Reading | Unreadable:
    if b"\0" in data[:1024] or not data.isascii():  # what is plain text is no spreadsheet and no EDID
        for binary in _formats(BINARY, BinaryFormat):
            if binary.recognise(data):
                return _guard(binary, data, where)
    text = decode(data) if data else None
    if text is None:
        return foreign.describe_binary(data)
    return _parse_decoded(text, where, limits)


def _bounded(work: Callable[[], R], limits: Limits) -> R | Unreadable:
    """The result of `work`, or why it was stopped."""
    try:
        with _time_limit(limits.seconds):
            return work()
    except _TimeUp:
        return foreign.refuse(
            _("Reading took more than %(seconds)d seconds and was stopped."),
            _("Send a smaller file, or the outputs one by one."),
            seconds=limits.seconds,
        )
    except MemoryError:
        return foreign.refuse(
            _("Reading needs more memory than there is."), _("Send a smaller file, or the outputs one by one.")
        )


def read_text(text: str, where: Where, name: str | None = None) -> Reading | Unreadable:
    """What a tool's text says; used as well by readers of documents that hold such texts.

    where: its `file` and `prefix` are kept, its tool is replaced by the recognised one. name: for refusals only.
    """
    head = _BLANKS.sub(_shortened, text[:_HEAD])
    for form in _formats(TEXT, TextFormat):
        if form.recognise(head):
            return _guard(form, text, where)
    return foreign.describe_text(text)


def _shortened(blanks: re.Match[str]) -> str:
    return "\n" if "\n" in blanks[0] else blanks[0][:80]


def read_document(document: Any, where: Where) -> Reading | Unreadable:
    """What a parsed JSON document says."""
    for form in _formats(JSON, JsonFormat):
        if form.recognise(document):
            return _guard(form, document, where)
    return foreign.refuse(_("This JSON is not the output of a known tool."))


def finish(machine: Machine) -> Machine:
    """The machine with the names a person would say, and its kind. Doing it twice changes nothing."""
    from maillon.hardware import kind, models, vendors

    board = vendors.named(machine.board)
    system = models.named_system(vendors.named(machine.system), board)
    dated = map(models.dated_processor, machine.processors)
    named = replace(
        machine,
        system=system,
        board=board,
        chassis=vendors.named(machine.chassis),
        processors=tuple(models.dated_by_machine(processor, system) for processor in dated),
        batteries=tuple(map(_judged_battery, machine.batteries)),
        graphics=tuple(map(vendors.named, machine.graphics)),
        network=tuple(map(vendors.named, machine.network)),
        audio=tuple(map(vendors.named, machine.audio)),
        cameras=tuple(map(vendors.named, machine.cameras)),
        bluetooth=tuple(map(vendors.named, machine.bluetooth)),
    )
    return kind.with_kind(named)


def _judged_battery(battery: Battery) -> Battery:
    """The battery with its health, read where its full energy was."""
    health, at = battery.condition, battery.origin.get("full_wh")
    if health == battery.health:
        return battery
    return replace(battery, health=health, origin={**battery.origin, "health": at} if at else battery.origin)


def _parse_decoded(text: str, where: Where, limits: Limits) -> Reading | Unreadable:
    start = text[:1024].lstrip()[:1]
    if start in ("{", "[") and not text.startswith("{\\rtf"):
        return _read_parsed(parse_json(text, limits), where, text)
    if start == "<" and not foreign.is_web_page(text[:1024]):
        return _read_xml(parse_xml(text, limits), where)
    long_line = _long_line(text, limits.line_bytes)
    if long_line:
        return foreign.refuse(
            _("Line %(line)d is more than %(limit)d characters long: no known tool writes that."),
            foreign.AGAIN,
            line=long_line,
            limit=limits.line_bytes,
        )
    text = unquote(text) if ">" in text[:256] else text
    machines = sections.machines_of(text)
    result = (_read_sections(machines, where) if machines else None) or read_text(text, where)
    if isinstance(result, Unreadable):
        return _read_after_preamble(text, where, limits) or result
    return result


def _read_sections(machines: list[list[sections.Section]], where: Where) -> Reading | None:
    """The outputs of several tools in one text, put together machine by machine.

    None where one of them is of several machines, or none can be read: the text is then one tool's.
    """
    from maillon.hardware.join import join

    found: list[Machine] = []
    formats: dict[str, None] = {}
    warnings: list[Message] = []
    for machine in machines:
        parts: list[Machine] = []
        for section in machine:
            said = read_text(section.text, replace(where, offset=section.line))
            if isinstance(said, Unreadable):
                warnings.append(said.reason)
                continue
            if len(said.machines) > 1:
                return None
            formats[said.format] = None
            warnings += said.warnings
            parts += said.machines
        if parts:
            found.append(join(parts))
    return Reading(" + ".join(formats), tuple(found), tuple(warnings)) if found else None


def _read_after_preamble(text: str, where: Where, limits: Limits) -> Reading | None:
    """JSON after a few lines of warnings, as when a command's two outputs went to one file."""
    head = text[:4096]
    begins = [at for mark in ("\n{", "\n[") if (at := head.find(mark)) >= 0]
    if not begins:
        return None
    document = parse_json(text[min(begins) :], limits)
    if isinstance(document, Unreadable):
        return None
    result = read_document(document.content, where)
    return result if isinstance(result, Reading) else None


def _read_parsed(document: Document | Unreadable, where: Where, text: str) -> Reading | Unreadable:
    if isinstance(document, Unreadable):
        # "[sudo] password for…" and INI-like texts begin with a bracket too
        result = read_text(text, where)
        return result if isinstance(result, Reading) else document
    result = read_document(document.content, where)
    if isinstance(result, Unreadable):
        return result
    return replace(result, warnings=document.warnings + result.warnings)


def _read_xml(document: Document | Unreadable, where: Where) -> Reading | Unreadable:
    if isinstance(document, Unreadable):
        return document
    for form in _formats(XML, XmlFormat):
        if form.recognise(document.content):
            return _guard(form, document.content, where)
    return foreign.refuse(
        _("This XML is not the output of a known tool (its root is “%(tag)s”)."), tag=str(document.content.tag)[:60]
    )


def _read_container(data: bytes, name: str | None, limits: Limits) -> Reading | Unreadable | None:
    """The machines of an archive, None when the bytes are no archive."""
    if not may_be_archive(data[:1024]):
        return None
    from maillon.hardware import archives, bundles

    if len(data) > limits.input_bytes or not archives.is_archive(data):
        return None
    return bundles.read_archive(data, name, limits)


def may_be_archive(head: bytes) -> bool:
    """Whether it is worth importing `archives` to know: the first kilobyte has a mark, or zero bytes as tar has."""
    return head.startswith(_PACKED) or b"\0" in head[:512]


Format = TextFormat | JsonFormat | XmlFormat | BinaryFormat
F = TypeVar("F", TextFormat, JsonFormat, XmlFormat, BinaryFormat)


@cache
def _modules(name: str) -> tuple[Format, ...]:
    module = importlib.import_module(_PACKAGE + name)
    return tuple(getattr(module, "FORMATS", None) or (module.FORMAT,))


def _formats(names: tuple[str, ...], kind: type[F]) -> Iterator[F]:
    for name in names:
        for form in _modules(name):
            if isinstance(form, kind):
                yield form


def _guard(form: Any, content: Any, where: Where) -> Reading | Unreadable:
    """Run one reader. Readers do not raise; should one, the input is refused and the fault is named, not hidden."""
    try:
        result = form.parse(content, replace(where, tool=form.tool))
    except Exception as error:  # noqa: BLE001 - the border: whatever a stranger's file does, its sender gets a reason
        return foreign.refuse(
            _("The reader of “%(format)s” failed on this file (%(error)s)."),
            _("This is a fault of the program: please report it with the file."),
            format=form.name,
            error=f"{type(error).__name__}: {error}"[:200],
        )
    return Reading(form.name, (result,)) if isinstance(result, Machine) else result


def _long_line(text: str, limit: int) -> int | None:
    """The number of the first line longer than `limit`, from 1."""
    if len(text) <= limit:
        return None
    start, number = 0, 1
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > limit:
            return number
        start, number = end + 1, number + 1
    return None


class _TimeUp(BaseException):
    """Not an Exception, so that no reader swallows it."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop the block after `seconds`, in a main thread whose alarm clock nobody uses.

    Elsewhere (a web server's threads) the bounds on size, depth and members limit the time alone: every reader takes
    time in proportion to its input.
    """
    free = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    if not free or signal.getsignal(signal.SIGALRM) != signal.SIG_DFL:
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise _TimeUp

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


__all__ = ["Message", "finish", "parse", "read", "read_document", "read_text"]
