"""The files inside an archive or a folder, taken out one at a time and never further than the limits allow.

Opened: zip, tar (plain or compressed with gzip, bzip2, xz or Zstandard), a single file compressed with one of
those, and a folder. An archive inside the archive is opened too, once: what is deeper is refused. Nothing is
ever written to disk: names serve to tell people which file is meant, and those that no honest archive holds
are refused with the rest.

A member that can not be taken is not skipped in silence: it comes out as a `Member` whose content is the
`Unreadable` that says why. Left out without a word are folders and what file managers leave behind
(`__MACOSX`, `Thumbs.db`…).
"""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO, NamedTuple

import zstandard

from maillon.hardware import archive_reasons as reasons
from maillon.hardware import foreign
from maillon.hardware.junk import legible
from maillon.hardware.model import Limits, Unreadable

BOMB_RATIO = 400  # real tool outputs shrink up to some 60 times; text repeated for a joke, over 1,000 times
BOMB_SIZE = 4 * 2**20  # below this a huge ratio harms nobody
NESTED = 1  # archives inside the archive that are opened
XZ_MEMORY = 192 * 2**20  # "xz -9" needs 65 MiB to unpack
CHUNK = 256 * 1024
HEADERS = 2 * 2**20  # what stands between two members of a tar: names, attributes, and what is read ahead
DEFAULT_LIMITS = Limits()

_PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_DROPPINGS = re.compile(r"(?:^|/)(?:__MACOSX/|\._[^/]*$|(?:\.DS_Store|Thumbs\.db|desktop\.ini)$)", re.IGNORECASE)
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    KeyError,
    IndexError,
    NotImplementedError,
    RecursionError,
    RuntimeError,
)


class Member(NamedTuple):
    """A file of an archive: its path with "/" (`lot3.zip/PC12/dmidecode.txt`) and its bytes, or why it has
    none."""

    name: str
    content: bytes | Unreadable


class _TooMuchError(Exception):
    """A limit of the whole archive is reached: nothing more is taken out of it."""

    def __init__(self, refusal: Unreadable) -> None:
        self.refusal = refusal


@dataclass(slots=True)
class _Budget:
    """What may still be taken out of this archive, shared with the archives inside it."""

    limits: Limits
    bytes_left: int
    members_left: int
    spent: float = 0.0  # seconds of ours, without those of the caller between two members
    started: float = field(default_factory=time.monotonic)

    def take(self, count: int) -> None:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise _TooMuchError(reasons.too_big(self.limits))
        if self.spent + time.monotonic() - self.started > self.limits.seconds:
            raise _TooMuchError(reasons.too_slow(self.limits))

    def take_member(self) -> None:
        self.members_left -= 1
        if self.members_left < 0:
            raise _TooMuchError(reasons.too_many(self.limits))
        self.take(0)


def is_archive(data: bytes) -> bool:
    """Whether `members` opens it or says why not. Spreadsheets are zips too, but lists: `fleet` reads those."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return not is_spreadsheet(data)
    return _packing(data) is not None or _is_tar(data[:512])


def is_spreadsheet(data: bytes) -> bool:
    """Excel's and OpenDocument's spreadsheets, by the names of their parts; not the binary .xls."""
    if data[30:38] == b"mimetype":
        return b"opendocument.spreadsheet" in data[38:140]
    return data.startswith(b"PK") and b"xl/workbook" in data


def members(data: bytes, limits: Limits = DEFAULT_LIMITS, name: str = "") -> Iterator[Member] | Unreadable:
    """The files of an archive in their order, or why it can not be opened at all.

    name: the archive's own, used for a compressed single file ("dmidecode.txt.gz" gives "dmidecode.txt") and
    to say where a damaged archive stops; members are named without it. The iterator never raises.
    """
    if len(data) > limits.input_bytes:
        return reasons.input_too_big(limits)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        refusal = _zip_refusal(data, limits)
        if refusal:
            return refusal
    elif not is_archive(data):
        return reasons.no_archive()
    budget = _Budget(limits, limits.unpacked_bytes, limits.members)
    return _timed(_walk(data, budget, name, "", 0), budget, name or "archive")


def folder_members(folder: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[Member]:
    """The files of a folder and of its subfolders, in the order of their names; archives among them are
    opened.

    Links are not followed and come out as refusals, as do devices and pipes. Names are relative to the
    folder.
    """
    budget = _Budget(limits, limits.unpacked_bytes, limits.members)
    return _timed(_walk_folder(folder, budget), budget, folder.name)


def _timed(source: Iterator[Member], budget: _Budget, name: str) -> Iterator[Member]:
    """Count the time spent here and not by the caller; end on a refusal rather than an exception."""
    while True:
        budget.started = time.monotonic()
        try:
            member = next(source)
        except StopIteration:
            return
        except _TooMuchError as stop:
            yield Member(name, stop.refusal)
            return
        budget.spent += time.monotonic() - budget.started
        yield member


def _walk(data: bytes, budget: _Budget, name: str, prefix: str, depth: int) -> Iterator[Member]:
    """The files of one archive, then of those inside it."""
    for member in _open(data, budget, name):
        member = Member(prefix + member.name, member.content)
        yield from _nested(member, budget, depth)


def _nested(member: Member, budget: _Budget, depth: int) -> Iterator[Member]:
    content = member.content
    if isinstance(content, Unreadable) or not is_archive(content):
        yield member
    elif depth >= NESTED:
        yield Member(member.name, reasons.too_deep())
    elif content.startswith(b"PK") and (refusal := _zip_refusal(content, budget.limits)):
        yield Member(member.name, refusal)
    elif _packing(content) and not _holds_tar(content):  # one compressed file: not a level
        yield from _walk(content, budget, member.name, "", depth + 1)
    else:
        yield from _walk(content, budget, member.name, member.name + "/", depth + 1)


def _open(data: bytes, budget: _Budget, name: str) -> Iterator[Member]:
    """One archive, its nested ones left closed; damage ends it with a refusal and loses nothing before it."""
    try:
        if data.startswith(b"PK"):
            yield from _zip(data, budget)
        elif _is_tar(data[:512]):
            yield from _tar(_Metered(io.BytesIO(data), len(data), budget), budget)
        elif _holds_tar(data):
            yield from _tar(_unpacking(data, budget), budget)
        else:
            yield _single(data, budget, name)
    except _DAMAGE as damage:
        yield Member(name or "archive", reasons.damaged(damage))


# --- zip


def _zip_refusal(data: bytes, limits: Limits) -> Unreadable | None:
    """Reasons to refuse a zip before its directory, which takes some 500 bytes of memory an entry, is
    read."""
    if data.count(b"PK\x01\x02") > limits.members + NESTED * 1000:
        return reasons.too_many(limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _DAMAGE as damage:
        return reasons.damaged(damage)
    if len(entries) > limits.members:
        return reasons.too_many(limits)
    if document := foreign.describe_zip([entry.filename for entry in entries[:200]]):
        return document
    if data[30:38] == b"mimetype" and b"opendocument" in data[38:140]:
        return reasons.document()
    honest = sum(entry.file_size for entry in entries if not _entry_refusal(entry, limits))
    return reasons.too_big(limits) if honest > limits.unpacked_bytes else None


def _zip(data: bytes, budget: _Budget) -> Iterator[Member]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        overlapping = _overlapping(archive.infolist())
        for entry in archive.infolist():
            name = _tidy(entry.filename)
            if entry.is_dir() or _DROPPINGS.search(name):
                continue
            budget.take_member()
            refusal = _entry_refusal(entry, budget.limits) or (reasons.bomb() if id(entry) in overlapping else None)
            yield Member(name, refusal or _zip_content(archive, entry, budget))


def _overlapping(entries: list[zipfile.ZipInfo]) -> set[int]:
    """The entries (their id) whose data begin inside another's: how one small zip unpacks to terabytes.

    Source: D. Fifield, "A better zip bomb", WOOT 2019.
    """
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    return {
        id(after)
        for before, after in pairwise(ordered)
        if before.header_offset + max(1, before.compress_size) > after.header_offset
    }


def _entry_refusal(entry: zipfile.ZipInfo, limits: Limits) -> Unreadable | None:
    mode = entry.external_attr >> 16 if entry.create_system == 3 else 0
    if refusal := _name_refusal(entry.filename):
        return refusal
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return reasons.link() if stat.S_ISLNK(mode) else reasons.device()
    if entry.flag_bits & 0x1:
        return reasons.encrypted()
    if entry.file_size > BOMB_SIZE and entry.file_size > BOMB_RATIO * max(1, entry.compress_size):
        return reasons.bomb()
    if entry.file_size > limits.input_bytes:
        return reasons.member_too_big(entry.file_size, limits)
    return None


def _zip_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget) -> bytes | Unreadable:
    try:
        with archive.open(entry) as stream:
            return _read(stream, budget)
    except NotImplementedError:
        return reasons.unknown_method()
    except _DAMAGE as damage:
        return reasons.damaged(damage)


# --- tar


def _is_tar(head: bytes) -> bool:
    """A tar header: its checksum, the sum of its bytes with the checksum's own taken as blanks, is right."""
    if len(head) < 512:
        return False
    try:
        said = int(head[148:156].strip(b"\x00 ") or b"-", 8)
    except ValueError:
        return False
    return said == sum(head[:148]) + 8 * 32 + sum(head[156:512])


def _tar(stream: "_Metered", budget: _Budget) -> Iterator[Member]:
    stream.allowed = HEADERS
    with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK) as archive:
        for entry in archive:
            stream.allowed = entry.size + HEADERS
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps them all: 20,000 would add up
            name = _tidy(entry.name)
            if entry.isdir() or _DROPPINGS.search(name):
                continue
            budget.take_member()
            yield Member(name, _tar_content(archive, entry, budget))


def _tar_content(archive: tarfile.TarFile, entry: tarfile.TarInfo, budget: _Budget) -> bytes | Unreadable:
    if refusal := _name_refusal(entry.name):
        return refusal
    if entry.issym() or entry.islnk():
        return reasons.link()
    if not entry.isreg() or entry.issparse():
        return reasons.device()
    if entry.size > budget.limits.input_bytes:
        return reasons.member_too_big(entry.size, budget.limits)
    stream = archive.extractfile(entry)
    if stream is None:
        return reasons.device()
    content = _read(stream, budget)
    if isinstance(content, bytes) and len(content) < entry.size:
        raise EOFError
    return content


# --- compressed streams


def _packing(data: bytes) -> str | None:
    return next((packing for magic, packing in _PACKED if data.startswith(magic)), None)


class _Zstandard:
    """Zstandard with the manners of the decompressors of the standard library. It can not bound what it gives, so it is
    fed little: a block of 128 KiB may be packed in 4 bytes.
    """

    step = 256

    def __init__(self) -> None:
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
        self._ready = b""

    @property
    def eof(self) -> bool:
        return self._unpacker.eof and not self._ready

    @property
    def unused_data(self) -> bytes:
        return self._unpacker.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._ready

    def decompress(self, piece: bytes, most: int) -> bytes:
        if piece:
            self._ready += self._unpacker.decompress(piece)
        out, self._ready = self._ready[:most], self._ready[most:]
        return out


class _Chunks(io.RawIOBase):
    """Unpack bzip2, xz or Zstandard piece by piece, streams that follow each other as one; xz within a bound on memory.

    The standard library's own files offer no such bound, and Zstandard's takes a cut stream for a whole one.
    """

    def __init__(self, data: bytes, packing: str) -> None:
        self._data = memoryview(data)
        self._at = 0
        self._packing = packing
        self._unpacker = self._fresh()

    def _fresh(self) -> "bz2.BZ2Decompressor | lzma.LZMADecompressor | _Zstandard":
        if self._packing == "zstd":
            return _Zstandard()
        return bz2.BZ2Decompressor() if self._packing == "bzip2" else lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        step = _Zstandard.step if self._packing == "zstd" else CHUNK
        while True:
            if self._unpacker.eof:
                self._at -= len(self._unpacker.unused_data)
                if not bytes(self._data[self._at : self._at + 4]).strip(b"\x00"):  # padding ends it
                    return 0
                self._unpacker = self._fresh()
            piece = b""
            if self._unpacker.needs_input:
                piece = bytes(self._data[self._at : self._at + step])
                self._at += len(piece)
                if not piece:
                    raise EOFError("the compressed data stop before their end")
            out = self._unpacker.decompress(piece, len(buffer))
            if out:
                buffer[: len(out)] = out
                return len(out)


class _Metered(io.RawIOBase):
    """A stream whose every byte is counted against the budget before it reaches anybody."""

    def __init__(self, stream: IO[bytes], packed: int, budget: _Budget) -> None:
        self._stream = stream
        self._packed = packed
        self._budget = budget
        self._out = 0
        self.allowed: int | None = None  # bytes until somebody says that more are well

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(CHUNK if size < 0 else min(size, 4 * CHUNK))
        self._out += len(piece)
        if self.allowed is not None:
            self.allowed -= len(piece)
            if self.allowed < 0:  # names and attributes of an absurd length
                raise _TooMuchError(reasons.bomb())
        if self._out > BOMB_SIZE and self._out > BOMB_RATIO * self._packed:
            raise _TooMuchError(reasons.bomb())
        if self._out > self._budget.limits.unpacked_bytes:
            raise _TooMuchError(reasons.too_big(self._budget.limits))
        self._budget.take(0)
        return piece


def _unpacking(data: bytes, budget: _Budget) -> "_Metered":
    return _Metered(_unpacked(data), len(data), budget)


def _unpacked(data: bytes) -> IO[bytes]:
    packing = _packing(data)
    if packing == "gzip":
        return gzip.GzipFile(fileobj=io.BytesIO(data))  # type: ignore[return-value]
    return io.BufferedReader(_Chunks(data, packing or ""), CHUNK)


def _holds_tar(data: bytes) -> bool:
    """Whether what is compressed begins like a tar; damage is left for the reading to find."""
    if _packing(data) is None:
        return False
    try:
        return _is_tar(_unpacked(data).read(512))
    except _DAMAGE:
        return False


def _single(data: bytes, budget: _Budget, name: str) -> Member:
    """The one file that was compressed alone: "dmidecode.txt.gz"."""
    inner = re.sub(r"\.(?:gz|bz2|xz|zst|lzma|z)$", "", name, flags=re.IGNORECASE) or "file"
    return Member(inner, _read(_unpacking(data, budget), budget))


def _read(stream: "IO[bytes] | _Metered", budget: _Budget) -> bytes | Unreadable:
    """One member, no larger than an input may be. What it says of its own size is not believed."""
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(CHUNK):
        size += len(piece)
        budget.take(len(piece))
        if size > budget.limits.input_bytes:
            return reasons.member_too_big(size, budget.limits)
        pieces.append(piece)
    return b"".join(pieces)


# --- folders


def _walk_folder(folder: Path, budget: _Budget) -> Iterator[Member]:
    for parent, folders, files in os.walk(folder):
        folders.sort()
        links = [f for f in folders if (Path(parent) / f).is_symlink()]  # os.walk does not enter them
        for name in sorted([*files, *links]):
            path = Path(parent) / name
            shown = path.relative_to(folder).as_posix()
            if _DROPPINGS.search(shown):
                continue
            budget.take_member()
            yield from _nested(Member(shown, _file_content(path, budget)), budget, 0)


def _file_content(path: Path, budget: _Budget) -> bytes | Unreadable:
    try:
        seen = path.lstat()
        if stat.S_ISLNK(seen.st_mode):
            return reasons.link()
        if not stat.S_ISREG(seen.st_mode):
            return reasons.device()
        if seen.st_size > budget.limits.input_bytes:
            return reasons.member_too_big(seen.st_size, budget.limits)
        with path.open("rb") as stream:
            return _read(stream, budget)
    except OSError as error:
        return reasons.unopened(error)


# --- names


def _tidy(name: str) -> str:
    return legible(name.replace("\\", "/").removeprefix("./"))


def _name_refusal(name: str) -> Unreadable | None:
    name = name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\x00" in name:
        return reasons.outside()
    return None
