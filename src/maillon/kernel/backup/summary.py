"""What a backup or a restore tells."""

from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.kernel import wording
from maillon.kernel.errors import Refusal


class BackupRefused(Refusal):
    """The backup or the restore was not done, and nothing was changed."""


@dataclass(slots=True)
class Summary:
    """
    rows: of each table. files: how many kept files; size: of the archive, in bytes; sha256: of the archive.
    secrets: whether the keys are in it (backup) or were put back (restore).
    aside: where what was replaced is kept. notes: what the operator should know, in sentences.
    """

    path: Path
    made_at: str
    rows: dict[str, int]
    files: int
    size: int
    sha256: str
    secrets: bool
    seconds: float = 0.0
    aside: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        rows = sum(self.rows.values())
        held = ngettext("%(n)d row", "%(n)d rows", rows) % {"n": rows}
        kept = ngettext("%(n)d kept file", "%(n)d kept files", self.files) % {"n": self.files}
        return [
            _("%(file)s: %(rows)s, %(files)s, %(size)s MB, %(seconds)s s")
            % {
                "file": self.path,
                "rows": held,
                "files": kept,
                "size": wording.number(self.size / 1e6, 1),
                "seconds": wording.number(self.seconds, 1),
            },
            f"SHA-256 {self.sha256}",
            *(_("Kept aside: %s") % path for path in self.aside),
            *self.notes,
        ]
