"""Short codes for people: read on a label, said over the phone, typed with a doubt.

Seven symbols of Crockford's base 32 (digits and letters without I, L, O, U), shown "K7M-2XQ4": six drawn at random,
one of check. What looks or sounds alike is read as one: O as 0, I and L as 1, capitals or not, dashes and spaces
anywhere.

The check. The 32 symbols are the elements of the field GF(2**5); a code c0…c6 is right when c0 + a·c1 + … + a^6·c6 = 0
with `a` a generator of the field. Replacing a symbol changes one term; exchanging two different symbols at places i and
j changes the sum by (a^i + a^j)(ci + cj), never 0 since the powers differ. So every single error is caught, and every
exchange of two symbols, adjacent or not, and every pair of equal neighbours mistaken for another pair. (A single parity
symbol of a Reed-Solomon code; the tests prove these on every case.)

Six symbols give 2**30 codes, so two machines may draw the same one: a column of codes is unique, and codes come from
`draw`, which asks what is taken. Two writers that draw one free code at the same moment meet the unique column: the
second one's transaction fails and is run again.
"""

import secrets
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 7  # the check symbol included

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_REDUCTION = 0b100101  # x^5 + x^2 + 1, irreducible and primitive over GF(2): x generates the field's 31 units


def _times(left: int, right: int) -> int:
    """The product of two elements of GF(2**5), as integers in [0, 31]."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        right >>= 1
        left <<= 1
        if left & 32:
            left ^= _REDUCTION
    return product


def _powers(count: int) -> list[int]:
    powers = [1]
    while len(powers) < count:
        powers.append(_times(powers[-1], 2))
    return powers


# The check symbol is last and its weight is 1: it is the sum of the others.
_TERMS = [[_times(weight, value) for value in range(32)] for weight in reversed(_powers(LENGTH))]


def _sum(values: Iterable[int]) -> int:
    total = 0
    for terms, value in zip(_TERMS, values, strict=False):
        total ^= terms[value]
    return total


class Reason(StrEnum):
    SYMBOL = "symbol"
    LENGTH = "length"
    CHECK = "check"


_MESSAGES: dict[Reason, Promise] = {
    Reason.SYMBOL: _("A code has only digits and letters. Read it again."),
    Reason.LENGTH: _("A code has seven signs, such as K7M-2XQ4. Read it again."),
    Reason.CHECK: _("One sign of this code is wrong, or two are swapped. Read it again."),
}


@dataclass(frozen=True)
class Misread:
    """Why this is not a code."""

    reason: Reason

    @property
    def message(self) -> Promise:
        return _MESSAGES[self.reason]


def with_check(body: str) -> str:
    """body: the six first symbols of a code, of the alphabet."""
    return body + ALPHABET[_sum(_VALUES[symbol] for symbol in body)]


def new_code() -> str:
    """A code at random, as it is stored: "K7M2XQ4"."""
    return with_check("".join(secrets.choice(ALPHABET) for _place in range(LENGTH - 1)))


def draw(count: int, taken: Callable[[list[str]], Iterable[str]]) -> list[str]:
    """`count` different codes. taken: given codes, answers which of them exist already (one query a call).

    draw(len(machines), lambda codes: Device.objects.filter(code__in=codes).values_list("code", flat=True))
    """
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        fresh: set[str] = set()
        while len(fresh) < count - len(drawn):
            if (code := new_code()) not in drawn:
                fresh.add(code)
        fresh -= set(taken(sorted(fresh)))
        drawn |= dict.fromkeys(fresh)
    return list(drawn)


def parse(text: str) -> str | Misread:
    """The code that someone typed, said or scanned (the address behind a label's QR included), as it is stored."""
    last = unicodedata.normalize("NFKC", text).strip().rstrip("/").rpartition("/")[2]
    signs = [sign for sign in last.upper() if sign.isalnum() or not _is_spacing(sign)]
    values = [_VALUES[sign] for sign in signs if sign in _VALUES]
    if len(values) < len(signs):
        return Misread(Reason.SYMBOL)
    if len(values) != LENGTH:
        return Misread(Reason.LENGTH)
    if _sum(values):
        return Misread(Reason.CHECK)
    return "".join(ALPHABET[value] for value in values)


def _is_spacing(sign: str) -> bool:
    """Spaces, dashes and dots of all kinds, and what has no width."""
    return unicodedata.category(sign) in ("Zs", "Pd", "Cc", "Cf") or sign in "._·"


def pretty(code: str) -> str:
    """A stored code as it is shown and printed: "K7M-2XQ4"."""
    return f"{code[:3]}-{code[3:]}"
