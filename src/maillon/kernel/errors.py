"""What a command may answer instead of doing: each has one HTTP answer, given once in the middleware."""

from typing import Any

from django.utils.functional import Promise


class Refusal(Exception):
    """The request was understood and is not carried out: what happened, then what to do. Nothing was written."""

    def __init__(self, what: str | Promise, *remedies: str | Promise) -> None:
        self.what = what
        self.remedies = remedies
        super().__init__(what, *remedies)

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.what, *self.remedies))


class NotAllowed(Exception):
    """The actor belongs here but its role does not hold this permission (HTTP 403)."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(permission)


class NotFound(Exception):
    """Absent, or another organisation's: one answer for both (HTTP 404)."""


class TooManyGuesses(Exception):
    """Too many wrong codes were asked for from one address (HTTP 429)."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds)


def find(queryset: Any, key: object) -> Any:
    """The one row of an already scoped queryset with this primary key. Raises NotFound."""
    row = queryset.filter(pk=key).first()
    if row is None:
        raise NotFound
    return row
