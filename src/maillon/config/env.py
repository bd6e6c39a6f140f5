"""Settings read from the environment. A bad one stops the start, naming itself and the values accepted."""

import os
import re
import secrets
from collections.abc import Sequence
from gettext import gettext as _  # Django's own is not there yet; `maillon.cli` sets this one up
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_ORIGIN = re.compile(r"https?://([\w.-]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https://[^\s/@]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)/?[^\s]*", re.IGNORECASE)
_HOST = re.compile(r"\*|\.?[\w.-]+|\[[0-9a-f:]+\]", re.IGNORECASE)


def flag(name: str, default: bool) -> bool:
    raw = os.environ.get(name, "").strip().lower()
    if raw == "":
        return default
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(_accepted(name, raw, "1, 0, true, false, yes, no, on, off"))


def whole(name: str, default: int, *, least: int, most: int) -> int:
    raw = os.environ.get(name, "").strip()
    if raw == "":
        return default
    if not raw.isdecimal() or not least <= int(raw) <= most:
        raise ImproperlyConfigured(
            _accepted(name, raw, _("a whole number from %(least)d to %(most)d") % {"least": least, "most": most})
        )
    return int(raw)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str, default: list[str]) -> list[str]:
    raw = os.environ.get(name, "").strip()
    return [word.strip() for word in raw.split(",") if word.strip()] if raw else default


def data_folder() -> Path:
    """Where the database, the secrets and the kept files live: MAILLON_DATA, or `var/` of the current folder.

    From here on, every file this process makes is its user's alone: the database holds people's names and sessions.
    """
    os.umask(0o077)
    folder = Path(text("MAILLON_DATA", "var")).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def choice(name: str, default: str, accepted: Sequence[str]) -> str:
    given = text(name, default).upper()
    if given not in accepted:
        raise ImproperlyConfigured(_accepted(name, given, ", ".join(accepted)))
    return given


def origin(name: str, given: str) -> str:
    """The beginning of an address, such as "https://maillon.example" or "http://10.0.0.5:8000"."""
    found = _ORIGIN.fullmatch(given.rstrip("/"))
    if found is None or int(found[2] or 1) not in range(1, 65_536):
        raise ImproperlyConfigured(
            _not_understood(name, given)
            + " "
            + _(
                "Write http:// or https://, a name or an address, a port if it is not the usual one, and nothing after "
                "it: https://maillon.example"
            )
        )
    return found[0].lower()


def address(name: str) -> str:
    """A whole web address, or nothing: https, since a key goes with it; http for this machine alone."""
    given = text(name)
    if given and not _ADDRESS.fullmatch(given):
        raise ImproperlyConfigured(
            _not_understood(name, given)
            + " "
            + _("Write a whole address that begins with https://, such as https://sms.example/messages")
        )
    return given


def names(name: str, default: dict[str, str]) -> dict[str, str]:
    """Other names for some fields: "to=recipient,text=body". Those left out keep theirs."""
    pairs = [word.partition("=") for word in words(name, [])]
    if wrong := ["".join(pair) for pair in pairs if pair[0] not in default or not pair[2]]:
        accepted = ",".join(f"{field}=…" for field in default)
        raise ImproperlyConfigured(_accepted(name, wrong[0], accepted))
    return {**default, **{field: given for field, _equals, given in pairs}}


def host_of(address: str) -> str:
    """The name or address in an origin, an IPv6 address within its brackets."""
    found = _ORIGIN.fullmatch(address)
    return found[1] if found else ""


def hosts(name: str, default: list[str]) -> list[str]:
    found = words(name, default)
    if wrong := [host for host in found if not _HOST.fullmatch(host)]:
        raise ImproperlyConfigured(
            _not_understood(name, wrong[0])
            + " "
            + _("Write names or addresses without http:// nor port, separated by commas: maillon.example,10.0.0.5")
        )
    return found


def database(default: str) -> str:
    """DATABASE_URL: PostgreSQL; SQLite when it is not set."""
    url = text("DATABASE_URL", default)
    if url.partition("://")[0] not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured(not_a_database())  # without what was given: it may hold a password
    return url


def not_a_database() -> str:
    return _(
        "DATABASE_URL is not understood. Write postgres://user:password@host:5432/name, with %40 for an @ in the "
        "password; leave it out for the SQLite file of the data folder."
    )


def _not_understood(name: str, given: str) -> str:
    return _("%(name)s: “%(given)s” is not understood.") % {"name": name, "given": given}


def _accepted(name: str, given: str, values: str) -> str:
    return _not_understood(name, given) + " " + _("Accepted: %s.") % values


def secret(folder: Path, name: str, variable: str) -> str:
    """A secret from the environment, or made once and kept in a file that only its owner reads."""
    if given := os.environ.get(variable, "").strip():
        if len(given) < 32:
            raise ImproperlyConfigured(_("%s is too short: at least 32 characters, drawn at random.") % variable)
        return given
    path = folder / name
    if not path.exists():
        _make_secret(path)
    kept = path.read_text(encoding="ascii").strip()
    if len(kept) < 32:  # a key that anyone can guess would sign certificates
        raise ImproperlyConfigured(
            _("%(file)s is empty or was cut: put it back from a backup, or set %(variable)s.")
            % {"file": path, "variable": variable}
        )
    return kept


def _make_secret(path: Path) -> None:
    """Whole or not at all, and the first of two processes wins."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
