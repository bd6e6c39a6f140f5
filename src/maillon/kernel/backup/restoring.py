"""Bringing a backup back: everything, or nothing changed."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from maillon.kernel import ledger
from maillon.kernel.backup import databases, keys, loading
from maillon.kernel.backup.archive import PIECE, checked_manifest, opened, read_whole, sha256_of
from maillon.kernel.backup.summary import BackupRefused, Summary
from maillon.kernel.backup.swapping import remove, swaps
from maillon.kernel.backup.tables import Column

# Sent in the transaction of the restored rows: receivers make again what is derived from them (search indexes).
restored = Signal()

Manifest = dict[str, Any]


def restore(path: Path, *, replace: bool = False, with_secrets: bool = False, despite: bool = False) -> Summary:
    """Make the platform's database and files those of the backup. Raises BackupRefused; nothing was changed then.

    replace: the present database may hold something; SQLite's is kept aside, PostgreSQL's is not.
    with_secrets: the keys of the backup too, so that what is encrypted can be read.
    despite: although the keys are others, or the ledger does not verify; the summary says so.
    """
    began = time.monotonic()
    manifest = checked_manifest(path)
    full = databases.holds_something()
    if full and not replace:
        raise BackupRefused(_("The present database is not empty."), _("Add --replace to put the backup in its place."))
    loading.check_migrations([(app, name) for app, name in manifest["migrations"]])
    found = _secrets(path, manifest) if with_secrets else {}
    with _keys_of_backup(found):
        notes = _check_keys(manifest, despite=despite)
        summary = _replace(path, manifest, found, keep=full, notes=notes, despite=despite)
    summary.seconds = time.monotonic() - began
    return summary


def _replace(
    path: Path, manifest: Manifest, found: dict[str, bytes], *, keep: bool, notes: list[str], despite: bool
) -> Summary:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    root = Path(settings.MEDIA_ROOT)
    new_files = root.with_name(f"{root.name}.restoring")
    remove(new_files)
    try:
        with swaps(stamp) as made, databases.replacement(made, keep=keep) as take_its_place:
            rows, files = _fill(path, manifest, new_files)
            notes += _check_ledger(processes=1 if found else None, despite=despite)
            made.put(new_files, root, keep=root.exists() and any(root.iterdir()))
            keys.write(found, made)
            take_its_place()
    except DatabaseError as error:
        raise BackupRefused(
            _("The database did not take the rows of the backup: %s.") % str(error).partition("\n")[0],
            _("Nothing was changed."),
        ) from error
    finally:
        remove(new_files)
    return Summary(
        path=path,
        made_at=manifest["made_at"],
        rows=rows,
        files=files,
        size=path.stat().st_size,
        sha256=sha256_of(path),
        secrets=bool(found),
        aside=made.aside,
        notes=notes,
    )


def _fill(path: Path, manifest: Manifest, new_files: Path) -> tuple[dict[str, int], int]:
    """Rows into the empty database, files into the empty folder. Returns rows a table, and how many files."""
    tables = {name: [Column(*column) for column in held["columns"]] for name, held in manifest["tables"].items()}
    rows, files = dict.fromkeys(tables, 0), 0
    loading.make_tables([(app, name) for app, name in manifest["migrations"]])
    new_files.mkdir(parents=True, mode=0o700)
    with connection.constraint_checks_disabled(), transaction.atomic():  # they are checked once, at the end
        loading.empty(sorted(tables))
        with loading.triggers_asleep(), opened(path) as members:
            for name, content in members:
                kind, _slash, rest = name.partition("/")
                if kind == "tables":
                    table = rest.partition("/")[0]
                    rows[table] += loading.load_part(table, tables[table], read_whole(content))
                elif kind == "files":
                    _write_file(new_files, rest, content)
                    files += 1
        if rows != {name: held["rows"] for name, held in manifest["tables"].items()}:
            raise BackupRefused(_("The number of rows is not the one the backup announces."))
        loading.finish_tables()
        restored.send(sender=None)
    return rows, files


def _write_file(root: Path, name: str, content: Any) -> None:
    target = (root / name).resolve()
    if not target.is_relative_to(root.resolve()):
        raise BackupRefused(_("A file of the backup would be written elsewhere than among the files."))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        shutil.copyfileobj(content, file, PIECE)


def _secrets(path: Path, manifest: Manifest) -> dict[str, bytes]:
    if not manifest["secrets"]:
        raise BackupRefused(
            _("The keys are not in this backup."),
            _("Put the file vault-key into the data folder, then restore without --with-secrets."),
        )
    with opened(path) as members:
        found = {
            name.removeprefix("secrets/"): read_whole(content)
            for name, content in members
            if name.startswith("secrets/")
        }
    keys.check_environment(found)
    return found


@contextmanager
def _keys_of_backup(found: dict[str, bytes]) -> Iterator[None]:
    before = {name: str(getattr(settings, setting)).encode() for name, (setting, _variable) in keys.KEYS.items()}
    keys.use(found)
    try:
        yield
    except BaseException:
        keys.use(before)
        raise


def _check_keys(manifest: Manifest, *, despite: bool) -> list[str]:
    if manifest["vault_key"] == keys.fingerprint():
        return []
    what = _("The backup was made with another vault key: what is encrypted in it can not be read here.")
    if not despite:
        raise BackupRefused(
            what, _("Put its file vault-key into the data folder, or add --with-secrets if the keys are in the backup.")
        )
    return [what]


def _check_ledger(*, processes: int | None, despite: bool) -> list[str]:
    """processes: 1 where the keys are known to this process alone."""
    report = ledger.verify(most=5, processes=processes)
    if not report.found:
        return []
    found = [_("The restored ledger does not verify:"), *(str(problem) for problem in report.problems)]
    if not despite:
        raise BackupRefused(" ".join(found), _("Use another copy, or add --despite-problems."))
    return found
