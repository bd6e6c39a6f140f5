"""Everything in one file, and back, on either kind of database. See docs/backup.md."""

from maillon.kernel.backup.command import backup_command, restore_command
from maillon.kernel.backup.restoring import restore, restored
from maillon.kernel.backup.saving import backup
from maillon.kernel.backup.summary import BackupRefused, Summary

__all__ = ["BackupRefused", "Summary", "backup", "backup_command", "restore", "restore_command", "restored"]
