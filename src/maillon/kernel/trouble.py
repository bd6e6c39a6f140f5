"""What went wrong around a command (a file, the disk, the database), told to whoever runs it: where, what, what to do.

In the language of the session, by Python's own gettext, which `maillon.cli` sets up: it speaks before Django is there.
"""

import errno
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path


@contextmanager
def writing(path: Path, beside: Path | None = None) -> Iterator[None]:
    """The system does not say which file did not fit on the disk: errors of what is done within name this one.

    beside: the hidden file that is written first; nobody has heard of it, so its errors are told of path.
    """
    try:
        yield
    except OSError as error:
        if error.errno and (not error.filename or (beside and error.filename in (beside, str(beside)))):
            error.filename, error.filename2 = str(path), None
        raise


def of_file(error: OSError) -> str:
    where = error.filename
    said = _of_number(error.errno) or f"{error.strerror or error}."
    return f"{where}: {said}" if where else f"{said[:1].upper()}{said[1:]}"


def _of_number(number: int | None) -> str:
    """What the system's error means here; empty for a rare one, which keeps the system's words."""
    if number == errno.ENOENT:
        return _("there is no such file or folder. Check its name.")
    if number == errno.EISDIR:
        return _("this is a folder. Give a file.")
    if number == errno.ENOTDIR:
        return _("a part of this path is a file, not a folder. Check it.")
    if number in (errno.EACCES, errno.EPERM):
        return _("the user %(user)s may not read or write here. Change who may, or run this as the owner.") % {
            "user": _user()
        }
    if number in (errno.ENOSPC, errno.EDQUOT):
        return _("the disk is full. Free some room, then run this again.")
    if number == errno.EROFS:
        return _("this disk can be read only. Choose another place.")
    if number == errno.ENAMETOOLONG:
        return _("this name is too long. Choose a shorter one.")
    return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "?"


def of_database(error: Exception) -> str | None:
    """A sentence for what the database or its settings answer; None for what is an error of the program."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError, connection

    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    if "no such table" in said or ("does not exist" in said and "relation" in said):
        return _("the database is not ready. Run `maillon manage migrate`, or `maillon serve` which does it first.")
    if "no such column" in said or ("does not exist" in said and "column" in said):
        return _("the database is older than the program. Run `maillon manage migrate`, then this again.")
    if isinstance(error, ProgrammingError):
        return None
    if connection.vendor == "sqlite":
        return _of_sqlite(said)
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    where = connection.settings_dict
    user, host = where["USER"] or _user(), where["HOST"] or "localhost"
    return _(
        "PostgreSQL does not answer (user %(user)s, server %(host)s, database %(name)s): %(said)s. "
        "Check DATABASE_URL, and that the server runs."
    ) % {"user": user, "host": host, "name": where["NAME"], "said": said.rstrip(".")}


def _of_sqlite(said: str) -> str | None:
    from django.db import connection

    where = {"file": connection.settings_dict["NAME"], "said": said}
    if "locked" in said:
        return _("%(file)s: another program holds the database. Wait, then run this again.") % where
    if "full" in said:
        return _("%(file)s: the disk is full. Free some room, then run this again.") % where
    if "readonly" in said or "unable to open" in said:
        return _("%(file)s: the database can not be opened or written. Check who may write in its folder.") % where
    if "malformed" in said or "not a database" in said:
        return _("%(file)s is damaged or is not a database. Restore a backup: `maillon restore --replace`.") % where
    if "disk I/O" in said:
        return _("%(file)s: %(said)s. Check the disk and its free space.") % where
    return None
