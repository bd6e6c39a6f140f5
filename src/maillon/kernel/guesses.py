"""Limits on guessing: who asks for codes that do not exist is made to wait, who asks for those they hold never is.

Counted for the address that asks (the network of 64 bits in IPv6), by all server processes together: the cache is in
the database. A secret that is short is also counted for what it opens (`of`), whoever asks: many addresses do not help.
"""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest

from maillon.kernel.errors import TooManyGuesses

MOST = 30  # wrong codes, within
SECONDS = 600


def allow(request: HttpRequest, what: str, *, of: str = "") -> None:
    """Raises TooManyGuesses. what: the kind of code, counted apart from the others. of: what the secret opens."""
    if cache.get(_key(request, what, of), 0) >= MOST:
        raise TooManyGuesses(SECONDS)


def missed(request: HttpRequest, what: str, *, of: str = "") -> None:
    """Count one wrong code, exactly, however many are asked for at once."""
    key = _key(request, what, of)
    with transaction.atomic():
        if connection.vendor == "postgresql":  # on SQLite this transaction is alone already
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        cache.set(key, cache.get(key, 0) + 1, SECONDS)


def _key(request: HttpRequest, what: str, of: str) -> str:
    return f"guesses:{what}:of:{of}" if of else f"guesses:{what}:{_address(request)}"


def _address(request: HttpRequest) -> str:
    said = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:  # the last one is what the proxy itself saw
        said = request.headers.get("X-Forwarded-For", said).rpartition(",")[2].strip()
    try:
        address = ip_address(said)
    except ValueError:
        return "unknown"
    # "::ffff:198.51.100.7" is an IPv4 address, as a server that listens on "::" sees it: each counts alone.
    address = getattr(address, "ipv4_mapped", None) or address
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))
