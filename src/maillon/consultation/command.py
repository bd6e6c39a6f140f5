"""`maillon restitution`: read a trame de restitution as data, or write it as a document. No database.

The data are defined in docs/restitution.md.
"""

import argparse
import sys
from gettext import gettext as _
from pathlib import Path

from maillon.consultation import papers
from maillon.consultation.trame import document, reading
from maillon.hardware.messages import Message
from maillon.hardware.model import Unreadable

OK, REFUSED, WRONG_USE = 0, 1, 2


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon restitution",
        description=_("Read a trame de restitution as data, or write it as a document."),
        epilog=_("""\
Read: .docx, .odt, .pdf with text, .html, .md, and the data themselves. What was doubtful is told on the error output
and in "doubts"; what has no place in the trame is in "unplaced".

Examples:
  maillon restitution read trame.docx -o trame.json
  maillon restitution write trame.json trame.odt
"""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="read|write", required=True, help=_("what to do"))
    read = commands.add_parser("read", help=_("print a document as data (JSON)"))
    read.add_argument("file", metavar="FILE", type=Path, help=_("the document"))
    read.add_argument("-o", "--output", metavar="FILE", type=Path, help=_("where to write (default: standard output)"))
    write = commands.add_parser("write", help=_("write a document, from data or from another document"))
    write.add_argument("file", metavar="FILE", type=Path, help=_("the data, or a document"))
    write.add_argument("output", metavar="OUTPUT", type=Path, help=_("where to write: .docx, .odt, .pdf or .json"))
    options = parser.parse_args(argv)
    if options.command == "write" and _ending(options.output) not in papers.FORMATS:
        return _stopped(WRONG_USE, options.output, _("end its name with .docx, .odt, .pdf or .json."))
    try:
        data = options.file.read_bytes()
    except OSError as error:
        return _stopped(REFUSED, options.file, error.strerror or str(error))
    found = reading.read(data, options.file.name)
    if isinstance(found, Unreadable):
        return _stopped(REFUSED, options.file, f"{_told(found.reason)} {_told(found.hint)}")
    if options.command == "write":
        return _written(options.output, papers.FORMATS[_ending(options.output)](found.restitution))
    source = {"name": options.file.name, "sha256": found.sha256, "format": found.format}
    said = document.to_dict(found.restitution, source=source, render=_told)
    for doubt in said["doubts"]:
        where = _("passage %(number)d: ") % {"number": doubt["at"]} if doubt["at"] else ""
        print(f"{options.file}: {where}{doubt['says']}", file=sys.stderr)  # noqa: T201
    text = papers.as_json(said)
    if options.output:
        return _written(options.output, text)
    print(text.decode())  # noqa: T201
    return OK


def _ending(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def _written(path: Path, data: bytes) -> int:
    try:
        path.write_bytes(data)
    except OSError as error:
        return _stopped(REFUSED, path, error.strerror or str(error))
    return OK


def _stopped(code: int, path: Path, why: str) -> int:
    print(f"maillon restitution: {path}: {why}", file=sys.stderr)  # noqa: T201
    return code


def _told(message: Message) -> str:
    text = _(message.text)
    return text % message.values if message.values else text
