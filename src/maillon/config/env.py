"""Settings read from the environment. A bad one stops the start, naming itself and the values accepted."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def flag(name: str, default: bool) -> bool:
    raw = os.environ.get(name, "").strip().lower()
    if raw == "":
        return default
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is not understood. Accepted: 1, 0, true, false, yes, no, on, off.")


def whole(name: str, default: int, *, least: int, most: int) -> int:
    raw = os.environ.get(name, "").strip()
    if raw == "":
        return default
    if not raw.isdecimal() or not least <= int(raw) <= most:
        raise ImproperlyConfigured(
            f"{name}={raw!r} is not understood. Accepted: a whole number from {least} to {most}."
        )
    return int(raw)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str, default: list[str]) -> list[str]:
    raw = os.environ.get(name, "").strip()
    return [word.strip() for word in raw.split(",") if word.strip()] if raw else default


def data_folder() -> Path:
    """Where the database, the secrets and the kept files live: MAILLON_DATA, or `var/` of the current folder."""
    folder = Path(text("MAILLON_DATA", "var")).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret(folder: Path, name: str, variable: str) -> str:
    """A secret from the environment, or made once and kept in a file that only its owner reads."""
    if given := os.environ.get(variable, "").strip():
        if len(given) < 32:
            raise ImproperlyConfigured(f"{variable} is too short: at least 32 characters, drawn at random.")
        return given
    path = folder / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()
