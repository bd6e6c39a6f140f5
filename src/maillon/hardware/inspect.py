"""`maillon inspect`: read files that describe computers and print one JSON object a line. No database, no settings.

A file gives one line. An archive or a folder gives one line for each machine in it: files about one machine are put
together (`bundles`), others stand alone. With `--jobs` several processes read; the lines keep the order of the
inputs, and are the same whatever the number of processes.
"""

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, repeat
from pathlib import Path
from typing import Any, NamedTuple

from maillon.hardware import reading
from maillon.hardware.foreign import refuse
from maillon.hardware.messages import Message, _, session_language
from maillon.hardware.model import Chassis, Limits, Machine, Processor, Reading, System, Unreadable
from maillon.hardware.schema import json_schema, reading_to_json

ALL_READ, SOME_REFUSED, WRONG_USE = 0, 1, 2
CHUNK = 40  # files given to a process at a time: about a megabyte

_DESCRIPTION = _("Read files that describe computers, and print one JSON object a line.")
_EPILOG = _("""\
Inputs, recognised by content and never by name: the text of dmidecode, lshw, lscpu, /proc/cpuinfo, lspci, lsusb,
smartctl, hdparm, nvme and upower; EDID; systeminfo, msinfo32 and PowerShell exports of Windows; system_profiler of
macOS; snapshots of Maillon's bench and of eReuse; GLPI inventories; fleet lists (CSV, XLSX, ODS); and archives
(zip, tar, gz, xz, bz2) or folders of these, where files about one machine are put together.

Output: {"file", "format", "machines": [{"kind", "vendor", "model", ...}], "warnings"} for what was read,
{"file", "error": {"reason", "hint"}} for what was refused. Absent means that the input does not say. Each part has an
"origin" that tells where each value was read. `maillon inspect --schema` prints the JSON Schema. With --judge, each
machine has its "judgement" too: grade from 0 to 5 and why, what it is good for, the cheapest upgrade.

Exit code: 0 all was read, 1 some was refused (reasons on the error output too), 2 wrong use.

Examples:
  sudo dmidecode | maillon inspect -
  maillon inspect lot-12.zip | jq -r '.machines[]? | [.kind, .vendor, .model] | @tsv'
  maillon inspect --jobs 4 --lang fr dumps/ > machines.jsonl
""")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    translate = translator(_language(arguments))
    parser = _parser(translate)
    options = parser.parse_args(arguments)
    if options.schema:
        _print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
        return ALL_READ
    if not options.inputs:
        parser.error(translate(Message(_("give at least one file, or - for standard input"))))
    missing = [name for name in options.inputs if name != "-" and not os.path.lexists(name)]
    for name in missing:
        _complain(translate(Message(_("%(file)s: no such file or folder."), {"file": name})))
    if missing:
        return WRONG_USE
    refused = 0
    gc.freeze()
    gc.set_threshold(100_000)  # readings make no cycles; looking for them costs a tenth of the time
    for line in _lines(options, translate):
        refused += line.refusal is not None
        if line.refusal:
            _complain(line.refusal)
        _print(line.json)
    sys.stdout.flush()
    return SOME_REFUSED if refused else ALL_READ


class Line(NamedTuple):
    json: str
    refusal: str | None = None  # "file: reason hint", when it was refused


Translate = Callable[[Message], str]


# --- Options and language ---------------------------------------------------------------------------------------------


def _parser(translate: Translate) -> argparse.ArgumentParser:
    def say(text: str) -> str:
        return translate(Message(text))

    parser = argparse.ArgumentParser(
        prog="maillon inspect",
        description=say(_DESCRIPTION),
        epilog=say(_EPILOG),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "inputs", metavar="FILE", nargs="*", help=say(_("file, archive or folder; - for standard input"))
    )
    parser.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help=say(_("number of processes (default: 1)"))
    )
    parser.add_argument(
        "--lang", choices=("en", "fr"), help=say(_("language of reasons and warnings (default: that of the session)"))
    )
    parser.add_argument(
        "--judge", action="store_true", help=say(_("add to each machine its grade, uses, systems and cheapest upgrade"))
    )
    parser.add_argument("--schema", action="store_true", help=say(_("print the JSON Schema of a machine and stop")))
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError(f"{text!r}: 1..256")
    return number


def _language(arguments: list[str]) -> str:
    """The language asked for, before the options are parsed: their help is in it too."""
    for at, argument in enumerate(arguments):
        if argument == "--lang" and at + 1 < len(arguments):
            return arguments[at + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return session_language()


def translator(language: str) -> Translate:
    """How sentences are said in a language: English where the catalogue is missing or does not hold one."""
    import gettext

    folder = Path(__file__).resolve().parents[1] / "locale"
    catalogue = gettext.translation("django", str(folder), [language], fallback=True)

    def translate(message: Message) -> str:
        text = catalogue.gettext(message.text) if message.text else ""
        if not message.values:
            return text
        values = {name: translate(v) if isinstance(v, Message) else v for name, v in message.values.items()}
        return text % values

    return translate


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"maillon inspect: {text}\n")


# --- From inputs to lines ---------------------------------------------------------------------------------------------


class Item(NamedTuple):
    """One file to read: its name on the output, its name within its archive, its bytes (or path, or refusal)."""

    label: str
    member: str
    content: bytes | Path | Unreadable


class Read(NamedTuple):
    """What one file gave: its line if it stands alone, and what the joining needs to know of it."""

    line: Line
    outline: Reading | None


def _lines(options: argparse.Namespace, translate: Translate) -> Iterator[Line]:
    """The lines of all inputs in order; neighbouring plain files are read as one batch."""
    with _Reader(options.jobs, options.lang or _language([]), options.judge) as reader:
        plain: list[Item] = []
        for name in options.inputs:
            together = _open(name)
            if isinstance(together, Item):
                plain.append(together)
                continue
            yield from (read.line for read in reader.read(plain))
            plain = []
            yield from _joined(name, together, reader, translate)
        yield from (read.line for read in reader.read(plain))


def _open(name: str) -> "Item | Iterable[tuple[str, bytes | Unreadable]]":
    """The file to read; the files to read together when it is an archive or a folder."""
    limits = Limits()
    if name == "-":
        data = sys.stdin.buffer.read(limits.input_bytes + 1)
        return _unpacked("-", data) or Item("-", "", data)
    path = Path(name)
    if path.is_dir():
        from maillon.hardware import archives

        return archives.folder_members(path, limits)
    try:
        with path.open("rb") as file:
            head = file.read(1024)
            if path.is_file() and not reading.may_be_archive(head):
                return Item(name, "", path)  # whichever process reads it opens it again
            data = head + file.read(limits.input_bytes)
            return _unpacked(name, data) or Item(name, "", data)  # a pipe can be read but once
    except OSError as error:
        return Item(name, "", _unopened(error))


def _unopened(error: OSError) -> Unreadable:
    return refuse(
        _("It can not be opened (%(error)s)."),
        _("Check who may read it."),
        error=error.strerror or type(error).__name__,
    )


def _unpacked(name: str, data: bytes) -> "Iterable[tuple[str, bytes | Unreadable]] | Item | None":
    if not reading.may_be_archive(data[:1024]):
        return None
    from maillon.hardware import archives

    if len(data) > Limits().input_bytes or not archives.is_archive(data):
        return None
    opened = archives.members(data, Limits(), Path(name).name)
    return Item(name, "", opened) if isinstance(opened, Unreadable) else opened


def _joined(
    name: str, members: Iterable[tuple[str, bytes | Unreadable]], reader: "_Reader", translate: Translate
) -> Iterator[Line]:
    """The lines of an archive or a folder: one for each machine, or file that stands alone."""
    from maillon.hardware import bundles

    separator = "/" if Path(name).is_dir() else ":"
    base = name.rstrip("/") + separator
    items = [Item(base + member, member, content) for member, content in members]
    reads = list(reader.read(items))
    outlines = [(item.member, read.outline) for item, read in zip(items, reads, strict=True)]
    for group in bundles.groups(outlines):
        if len(group) == 1:
            yield reads[group[0]].line
            continue
        named = [(items[at].member, _content(items[at])) for at in group]
        for found in bundles.read_many(named):
            label = base + " + ".join(found.names)
            yield _line(label, found.result, translate, judged=reader.judged)


def _content(item: Item) -> bytes | Unreadable:
    if not isinstance(item.content, Path):
        return item.content
    try:
        with item.content.open("rb") as file:
            return file.read(Limits().input_bytes + 1)
    except OSError as error:
        return _unopened(error)


def _line(label: str, result: Reading | Unreadable, translate: Translate, *, judged: bool = False) -> Line:
    document = reading_to_json(label, result, translate)
    if judged and isinstance(result, Reading):
        from maillon.hardware import judgement

        for machine, written in zip(result.machines, document["machines"], strict=True):
            written["judgement"] = judgement.to_dict(judgement.judge(machine), translate)
    refusal = None
    if isinstance(result, Unreadable):
        refusal = f"{label}: {document['error']['reason']} {document['error']['hint']}"
    return Line(_ENCODER.encode(document), refusal)


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


# --- Reading, in this process or in several ---------------------------------------------------------------------------


class _Reader:
    """Reads items in order; in `jobs` processes when there are more than a few."""

    def __init__(self, jobs: int, language: str, judged: bool = False) -> None:
        self.jobs, self.language, self.judged = jobs, language, judged
        self._pool: Any = None

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_error: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def read(self, items: Sequence[Item]) -> Iterator[Read]:
        if self.jobs == 1 or len(items) <= CHUNK:
            yield from _read_chunk(items, self.language, self.judged)
            return
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor

            self._pool = ProcessPoolExecutor(self.jobs)
        rest = iter(items)
        chunks = list(iter(lambda: list(islice(rest, CHUNK)), []))
        for reads in self._pool.map(_read_chunk, chunks, repeat(self.language), repeat(self.judged)):
            yield from reads


def _read_chunk(items: Sequence[Item], language: str, judged: bool) -> list[Read]:
    translate = translator(language)
    return [_read(item, translate, judged) for item in items]


def _read(item: Item, translate: Translate, judged: bool = False) -> Read:
    content = _content(item)
    if isinstance(content, Unreadable):
        return Read(_line(item.label, content, translate), None)
    if not item.member:
        return Read(_line(item.label, reading.read(content, item.label), translate, judged=judged), None)
    said = reading.parse(content)  # the line names the file: its origins need not
    if isinstance(said, Unreadable):
        return Read(_line(item.label, said, translate), None)
    finished = replace(said, machines=tuple(map(reading.finish, said.machines)))
    return Read(_line(item.label, finished, translate, judged=judged), _outline(said))


def _outline(said: Reading) -> Reading:
    """What `bundles` looks at to tell whether files are about one machine: little enough to pass between processes."""
    return replace(said, machines=tuple(map(_skeleton, said.machines)), warnings=())


def _skeleton(machine: Machine) -> Machine:
    system = machine.system
    speaks_of_parts = (
        machine.processors or machine.memory.modules or machine.memory.total_bytes
        or machine.graphics or machine.network or machine.audio or machine.ports
    )  # fmt: skip
    return Machine(
        system=System(vendor=machine.vendor, product_name=system.product_name, serial=system.serial, uuid=system.uuid),
        chassis=Chassis(type=machine.chassis.type, serial=machine.chassis.serial),
        processors=(Processor(),) if speaks_of_parts else (),
    )


if __name__ == "__main__":
    sys.exit(main())
