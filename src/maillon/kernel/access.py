"""Who may use an address. A view that states nothing is refused, whoever asks.

    @access("stock.view")      a signed-in member whose role holds the permission
    @access(SIGNED_IN)         any signed-in person
    @access(EVERYONE)          passers-by included
    @access(TOKEN)             authenticated by the API itself, with a token

Views of other packages can not be decorated: they are known by the beginning of their address.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.urls import ResolverMatch

EVERYONE = "everyone"
SIGNED_IN = "signed in"
TOKEN = "token"  # noqa: S105 - the name of a rule

View = TypeVar("View", bound=Callable[..., Any])

SIGN_IN = "compte/"  # allauth's pages decide for themselves: some need a session, none needs a role
API = "api"  # the namespace whose views ask for an organisation's key themselves


def access(rule: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return mark


def stated(view: Callable[..., Any], match: ResolverMatch | None) -> str | None:
    """The rule of a resolved view, or None when it states none."""
    if match and match.namespaces == [API]:
        return TOKEN
    if match and match.route.startswith(SIGN_IN):
        return EVERYONE
    rule = getattr(view, "access", None)
    return rule if isinstance(rule, str) else None
