"""A file's bytes to a restitution, or why not and what to do. Never raises on a file, whatever it holds."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from typing import Any

from maillon.consultation.trame import document, original, understanding
from maillon.consultation.trame.model import Restitution
from maillon.consultation.trame.original import Original
from maillon.hardware.decoding import decode
from maillon.hardware.foreign import refuse
from maillon.hardware.messages import _
from maillon.hardware.model import Unreadable

MOST_BYTES = 50 * 2**20
MOST_UNPACKED = 200 * 2**20
BOMB_RATIO, BOMB_SIZE = 400, 4 * 2**20  # a part that swells so much is no text
MOST_PARTS = 5_000
CHILD_MEMORY = 2 * 2**30  # bytes of address space
CHILD_SECONDS = 120
SAVE_AGAIN = _("Open it, save it again as .docx, .odt or .pdf, and send that.")


@dataclass(frozen=True, slots=True)
class Reading:
    """original: None for a file that holds a restitution as data."""

    restitution: Restitution
    original: Original | None
    format: str
    sha256: str


def read(data: bytes, name: str = "", seconds: int = CHILD_SECONDS) -> Reading | Unreadable:
    """name: as its sender called the file; its ending tells HTML and Markdown apart. seconds: of processor, at most."""
    kind = kind_of(data, name)
    if isinstance(kind, Unreadable):
        return kind
    digest = hashlib.sha256(data).hexdigest()
    if kind == "json":
        return _carried(data, digest)
    if kind in ("html", "md"):
        text = decode(data)
        if text is None:
            return refuse(_("This is not text."), SAVE_AGAIN)
        data = text.encode()
    answer = _asked(kind, data, seconds)
    if isinstance(answer, Unreadable):
        return answer
    if "restitution" in answer:
        return _carried(json.dumps(answer["restitution"]).encode(), digest, kind)
    if "original" not in answer:
        return _refusal(kind, answer)
    read_as = original.from_json(answer["original"])
    restitution = understanding.understood(read_as)
    if not restitution.contributions:
        return refuse(_("This document holds no words."), _("Send the document with its text."))
    return Reading(restitution, read_as, kind, digest)


# --- what a file is


def kind_of(data: bytes, name: str) -> str | Unreadable:
    """docx, odt, pdf, html, md or json; or why it is none of them."""
    if not data.strip(b"\x00\t\r\n "):
        return refuse(_("The file is empty."), _("Send the document with its text."))
    if len(data) > MOST_BYTES:
        return refuse(
            _("The file is too large: %(size)d MB, %(most)d at most."),
            _("Take the pictures out of it, or send it in several parts."),
            size=len(data) // 2**20,
            most=MOST_BYTES // 2**20,
        )
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK"):
        return _packed(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return refuse(
                _("This document is protected by a password."), _("Open it, save it without password, and send that.")
            )
        return refuse(_("This is a document of an old version of Word (.doc)."), SAVE_AGAIN)
    if data.lstrip().startswith(b"{\\rtf"):
        return refuse(_("This is a document in RTF."), SAVE_AGAIN)
    return _text(data, name)


def _packed(data: bytes) -> str | Unreadable:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            kind = package.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return refuse(_("This document is damaged: it stops before its end."), _("Send it again, or save it again."))
    swollen = any(part.file_size > BOMB_SIZE and part.file_size > BOMB_RATIO * part.compress_size for part in parts)
    if swollen or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        return refuse(
            _("This document unpacks to an absurd size. It was not opened."),
            _("Copy its text into a new document, and send that."),
        )
    if any(part.flag_bits & 1 for part in parts):
        return refuse(
            _("This document is protected by a password."), _("Open it, save it without password, and send that.")
        )
    if "word/document.xml" in names:
        return "docx"
    if kind.startswith("application/vnd.oasis.opendocument.text") and "content.xml" in names:
        return "odt"
    if "xl/workbook.xml" in names or "spreadsheet" in kind:
        return refuse(_("This is a spreadsheet, not a document."), _("Send the trame as .docx, .odt or .pdf."))
    if "ppt/presentation.xml" in names or "presentation" in kind:
        return refuse(_("This is a presentation, not a document."), _("Send the trame as .docx, .odt or .pdf."))
    if any(name.endswith((".iwa", ".iwa/")) for name in names):
        return refuse(_("This is a document of Pages."), SAVE_AGAIN)
    return refuse(_("This is an archive, not a document."), _("Unpack it, and send the documents one by one."))


def _text(data: bytes, name: str) -> str | Unreadable:
    start = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").replace(b"\x00", b"").lower()
    ending = name.lower().rpartition(".")[2]
    if start.startswith(b"{") and document.FORMAT.encode() in data[:4096]:
        return "json"
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")) or b"<html" in start or ending in ("html", "htm"):
        return "html"
    text = decode(data)
    if text is None or sum(1 for sign in text[:4096] if ord(sign) < 9) > 4:
        return refuse(
            _("This is neither a document nor text."), _("Send the trame as .docx, .odt, .pdf, .html or .md.")
        )
    return "md"


# --- the reading itself


def _asked(kind: str, data: bytes, seconds: int) -> dict[str, Any] | Unreadable:
    command = [sys.executable, "-P", "-m", "maillon.consultation.trame.child", kind, str(CHILD_MEMORY), str(seconds)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=seconds + 10, check=False)
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, json.JSONDecodeError, OSError):
        answer = {}
    return answer or refuse(
        _("This document asks for an absurd amount of memory or time. It was not read."),
        _("Copy its text into a new document, and send that."),
    )


def _refusal(kind: str, answer: dict[str, Any]) -> Unreadable:
    if "pages" in answer:
        return refuse(
            _("This PDF has %(pages)d pages; %(most)d are read at most. Nothing was read."),
            _("Send the pages of the consultation alone, or each contribution as a file."),
            pages=answer["pages"],
            most=_most_pages(),
        )
    if "pictures" in answer:
        return refuse(
            _("This PDF holds pictures of pages, without text: it was scanned or photographed. Nothing was read."),
            _("Send the document it was printed from, or have its text recognised (OCR) and read over by a person."),
        )
    if "locked" in answer:
        return refuse(
            _("This PDF is protected by a password."), _("Save it without password, or print it to a new PDF.")
        )
    return refuse(_("This document is damaged: it can not be read."), SAVE_AGAIN)


def _most_pages() -> int:
    from maillon.consultation.trame.readers.pdf import MOST_PAGES

    return MOST_PAGES


def _carried(data: bytes, digest: str, kind: str = "json") -> Reading | Unreadable:
    try:
        restitution = document.from_dict(json.loads(data))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        return refuse(
            _("This restitution as data is not as its format says: %(what)s"),
            _("See docs/restitution.md, or send the document itself."),
            what=str(error)[:300],
        )
    return Reading(restitution, None, kind, digest)
