"""The platform's keys. Without the vault key, what is encrypted can not be read and the ledger can not be sealed."""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from maillon.kernel.backup.summary import BackupRefused
from maillon.kernel.backup.swapping import Swaps

# name of the file in the data folder -> setting, environment variable
KEYS = {"secret-key": ("SECRET_KEY", "MAILLON_SECRET_KEY"), "vault-key": ("VAULT_KEY", "MAILLON_VAULT_KEY")}
FORMER = "vault-key.old"  # see maillon.kernel.ledger.keys


def fingerprint() -> str:
    """Tells whether two platforms have the same vault key, and nothing of the key."""
    return hashlib.sha256(b"maillon backup vault key\0" + settings.VAULT_KEY.encode()).hexdigest()[:16]


def secrets() -> dict[str, bytes]:
    """The keys in use, by the name of the file each may be kept in."""
    found = {name: str(getattr(settings, setting)).encode() for name, (setting, _variable) in KEYS.items()}
    former = Path(settings.DATA) / FORMER
    return found | ({FORMER: former.read_bytes()} if former.exists() else {})


def check_environment(found: dict[str, bytes]) -> None:
    """Raises BackupRefused when a variable would win over a key that is put back."""
    for name, (_setting, variable) in KEYS.items():
        given = os.environ.get(variable, "").strip()
        if name in found and given and given.encode() != found[name]:
            raise BackupRefused(
                _("The variable %s holds another key than the backup.") % variable,
                _("Remove the variable, then restore: the key will be kept in a file of the data folder."),
            )


def use(found: dict[str, bytes]) -> None:
    """Work with these keys from now on, in this process."""
    for name, (setting, _variable) in KEYS.items():
        if name in found:
            setattr(settings, setting, found[name].decode())


def write(found: dict[str, bytes], made: Swaps) -> None:
    """Put the keys into the data folder; those that they replace stay aside."""
    for name, data in found.items():
        path = Path(settings.DATA) / name
        if path.exists() and path.read_bytes().strip() == data.strip():
            continue
        new = path.with_name(f"{name}.restoring")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        made.put(new, path, keep=True)
