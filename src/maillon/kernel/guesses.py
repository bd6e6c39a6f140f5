"""Limits on guessing: who asks for codes that do not exist is made to wait, who asks for those they hold never is.

Counted by each server process for the address that asks (the network of 64 bits in IPv6), in its own memory.
"""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from maillon.kernel.errors import TooManyGuesses

MOST = 30  # wrong codes, within
SECONDS = 600


def allow(request: HttpRequest, what: str) -> None:
    """Raises TooManyGuesses. what: the kind of code, counted apart from the others."""
    if cache.get(_key(request, what), 0) >= MOST:
        raise TooManyGuesses(SECONDS)


def missed(request: HttpRequest, what: str) -> None:
    """Count one wrong code."""
    key = _key(request, what)
    if not cache.add(key, 1, SECONDS):
        try:
            cache.incr(key)
        except ValueError:  # it has just expired
            cache.add(key, 1, SECONDS)


def _key(request: HttpRequest, what: str) -> str:
    return f"guesses:{what}:{_address(request)}"


def _address(request: HttpRequest) -> str:
    said = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:  # the last one is what the proxy itself saw
        said = request.headers.get("X-Forwarded-For", said).rpartition(",")[2].strip()
    try:
        address = ip_address(said)
    except ValueError:
        return "unknown"
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))
