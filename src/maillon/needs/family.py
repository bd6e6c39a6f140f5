"""The family's own page: opened by the request's code and its secret code, without an account.

    family.family_request(request)   the needs Request whose page this session opened, or None
    family.actor_of(shown)           who the family is in commands and in the ledger
    family.add_part("allocation/_why.html", why, order=20)

Both codes are sent by POST; wrong ones are counted for the address that asks and for the code asked. The session holds
the request's key alone, for half an hour: shared computers are the rule here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest
from django.utils import timezone

from maillon.kernel import codes, guesses
from maillon.kernel.actor import Actor, ActorKind
from maillon.needs.commands import family_permission
from maillon.needs.models import Request

SESSION_KEY = "family"
SECONDS = 30 * 60
GUESSED = "family"


def open_page(request: HttpRequest, code: str, pin: str) -> Request | None:
    """Open the page of the request with these codes in this session; None when they are not right, whichever is wrong.

    Raises TooManyGuesses.
    """
    guesses.allow(request, GUESSED)
    parsed = codes.parse(code)
    read = parsed if isinstance(parsed, str) else ""
    guesses.allow(request, GUESSED, of=read)
    shown: Request | None = Request.objects.filter(code=read).exclude(pin_digest="").first() if read else None
    digits = "".join(sign for sign in pin if sign.isdecimal())
    if not _right(digits, shown):
        guesses.missed(request, GUESSED)
        if read:
            guesses.missed(request, GUESSED, of=read)
        return None
    request.session.cycle_key()  # whoever knew the session before does not follow
    request.session[SESSION_KEY] = [str(shown.pk), _now() + SECONDS] if shown else None
    return shown


def _right(digits: str, shown: Request | None) -> bool:
    if shown is None:
        make_password(digits)  # as long as a check: an answer's time does not tell which codes exist
        return False
    return check_password(digits, shown.pin_digest)


def right_pin(request: HttpRequest, shown: Request, pin: str) -> bool:
    """The secret code asked again, before the person's data are shown. Raises TooManyGuesses."""
    guesses.allow(request, GUESSED, of=shown.code)
    right = bool(shown.pin_digest) and _right("".join(sign for sign in pin if sign.isdecimal()), shown)
    if not right:
        guesses.missed(request, GUESSED, of=shown.code)
    return right


def family_request(request: HttpRequest) -> Request | None:
    """The request whose page this session opened less than half an hour ago; None otherwise, or once erased."""
    held = request.session.get(SESSION_KEY)
    if not held or held[1] < _now():
        return None
    shown: Request | None = (
        Request.objects.select_related("commune", "prescriber", "identity").filter(pk=UUID(held[0])).first()
    )
    return shown if shown is not None and shown.pin_digest else None


def leave(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)
    if not request.user.is_authenticated:
        request.session.flush()


def actor_of(shown: Request) -> Actor:
    """The family acts on its own request alone; the ledger says "public", for this territory."""
    return Actor(
        ActorKind.PUBLIC,
        territory_id=shown.territory_id,
        permissions=frozenset({family_permission(shown.pk)}),
    )


def _now() -> int:
    return int(timezone.now().timestamp())


# -- what other links of the chain show there ------------------------------------------------------------------------

Context = Callable[[Request], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Part:
    template: str
    context: Mapping[str, Any]


_parts: dict[str, tuple[int, Context]] = {}


def add_part(template: str, context: Context, *, order: int = 100) -> None:
    """A part of the family's page: a template drawn with what `context(shown)` returns, besides `shown`.

    None leaves the part out. The words are for everyone: short sentences, no jargon. A part's forms post to addresses
    of its own app, which ask `family_request`. A part that holds what the family does next says so with `is_next`: it
    comes first, and the page has no other main button. Adding the same template again replaces it: `ready` may run
    twice.
    """
    _parts[template] = (order, context)


def parts(shown: Request) -> list[Part]:
    """The parts of this request's page, what comes next first."""
    ordered = sorted(_parts.items(), key=lambda entry: (entry[1][0], entry[0]))
    told = ((template, context(shown)) for template, (_order, context) in ordered)
    told_parts = [Part(template, {**context, "shown": shown}) for template, context in told if context is not None]
    return sorted(told_parts, key=lambda part: not part.context.get("is_next"))
