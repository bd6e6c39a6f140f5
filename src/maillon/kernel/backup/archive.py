"""The file: a tar of members, compressed by zstd, that ends with a manifest of them all and their SHA-256.

tables/NAME/000001.jsonl   rows, in the form of `tables`
files/…                    the kept files, under their names
secrets/…                  the keys, only when asked
manifest.json              last: a file cut short has none
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

import zstandard
from django.utils.translation import gettext as _

from maillon.kernel import trouble
from maillon.kernel.backup.summary import BackupRefused

MANIFEST = "manifest.json"
FORMAT = 1
NAMES = re.compile(r"tables/[a-z0-9_]{1,63}/\d{6,}\.jsonl|files/[^\0]+|secrets/[a-z.-]{1,40}|manifest\.json")
IDENTIFIER = re.compile(r"[a-z0-9_]{1,63}")
LARGEST_PART = 256 * 2**20  # bytes of a member that is read into memory; ours are of some 4 MB
PIECE = 2**20


class Writer:
    """Adds members; knows the SHA-256 of each."""

    def __init__(self, stream: IO[bytes], moment: float) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - see __exit__
        self._moment = moment
        self.members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._tar.close()

    def add(self, name: str, data: bytes) -> None:
        self._put(name, len(data), io.BytesIO(data))
        self.members[name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    def add_file(self, name: str, file: IO[bytes], size: int) -> None:
        """Raises OSError when the file gets shorter while it is read."""
        reader = Hashing(file)
        self._put(name, size, reader)
        self.members[name] = {"size": size, "sha256": reader.digest.hexdigest()}

    def end(self, manifest: dict[str, Any]) -> None:
        data = json.dumps({**manifest, "members": self.members}, indent=0, ensure_ascii=False).encode()
        self._put(MANIFEST, len(data), io.BytesIO(data))

    def _put(self, name: str, size: int, file: Any) -> None:
        facts = tarfile.TarInfo(name)
        facts.size, facts.mtime, facts.mode = size, int(self._moment), 0o600
        self._tar.addfile(facts, file)


class Hashing:
    """A file that knows the SHA-256 of what was read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@contextmanager
def new_archive(path: Path) -> Iterator[IO[bytes]]:
    """A stream into a file that appears under its name, readable by its owner alone, once it is whole."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with trouble.writing(path), os.fdopen(descriptor, "wb") as file:
            compressor = zstandard.ZstdCompressor(level=6, write_checksum=True)
            with compressor.stream_writer(file, closefd=False) as stream:
                yield stream
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Name and content of each member, in order; each is read before the next. Raises BackupRefused."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupRefused(trouble.of_file(error)) from error
    try:
        with (
            file,
            zstandard.ZstdDecompressor().stream_reader(file) as stream,
            tarfile.open(fileobj=stream, mode="r|") as tar,
        ):
            yield _members(path, tar)
            while stream.read(PIECE):  # to the checksum of the compressed stream, beyond the end of the tar
                pass
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise _damaged(path, _("it can not be read to its end")) from error


def _members(path: Path, tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for facts in tar:
        content = tar.extractfile(facts) if facts.isreg() and NAMES.fullmatch(facts.name) else None
        if content is None:
            raise _damaged(path, _("it holds something that no backup holds"))
        yield facts.name, content


def read_whole(content: IO[bytes]) -> bytes:
    """A part of a table, or a secret: what fits in memory."""
    data = content.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise BackupRefused(_("A part of this backup is too large to be one of ours."))
    return data


def checked_manifest(path: Path) -> dict[str, Any]:
    """The manifest, once every member was read and is what it says. Raises BackupRefused."""
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    with opened(path) as members:
        for name, content in members:
            if name == MANIFEST:
                manifest = _manifest(path, read_whole(content))
                continue
            digest, size = hashlib.sha256(), 0
            while piece := content.read(PIECE):
                digest.update(piece)
                size += len(piece)
            found[name] = {"size": size, "sha256": digest.hexdigest()}
    if manifest is None:
        raise _damaged(path, _("its end is missing"))
    expected = manifest["members"]
    wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    if wrong:
        raise _damaged(path, _("%(name)s is not what it was (%(n)d in all)") % {"name": wrong[0], "n": len(wrong)})
    return manifest


def _manifest(path: Path, data: bytes) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(data)
        known = read["format"] == FORMAT
        names = [*read["tables"], *(name for held in read["tables"].values() for name, _kind in held["columns"])]
        sound = all(IDENTIFIER.fullmatch(name) for name in names) and _parts(read) <= read["tables"].keys()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path, _("its manifest is not understood")) from error
    if not known:
        raise BackupRefused(
            _("%s was made by a newer version of the platform.") % path, _("Install that version, then restore.")
        )
    if not sound:
        raise _damaged(path, _("its manifest is not understood"))
    return read


def _parts(manifest: dict[str, Any]) -> set[str]:
    """The tables that the members hold rows of."""
    return {name.split("/")[1] for name in manifest["members"] if name.startswith("tables/")}


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, why: str) -> BackupRefused:
    return BackupRefused(
        _("%(file)s is damaged or is not a backup: %(why)s.") % {"file": path, "why": why},
        _("Nothing was changed. Use another copy."),
    )
