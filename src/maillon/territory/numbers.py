"""Numbers that French organisations are known by, and what tells that one was miscopied.

UAI (formerly RNE), a school's: seven digits and a check letter. Source: the letter is
"ABCDEFGHJKLMNPRSTUVWXYZ"[number mod 23], as two independent public codes do; the pattern is csv-detective's (datagouv).
Example: 0440021 mod 23 = 8 -> J.

SIRET: fourteen digits that satisfy Luhn's formula; those of La Poste (SIREN 356000000) add up to a multiple of five
instead. Source: from general knowledge, not confirmed in Insee's own text.
"""

import re

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
SIRET_DIGITS = 14
LA_POSTE = "356000000"
_UAI_SHAPE = re.compile(r"(0[0-8][0-9]|09[0-5]|9[78][0-9]|[67]20)[0-9]{4}[A-Z]")
_SIRET_SHAPE = re.compile(rf"[0-9]{{{SIRET_DIGITS}}}")


def uai_problem(value: str) -> str | None:
    """Why this is not a UAI: "shape", "letter", or None when it is one."""
    if not _UAI_SHAPE.fullmatch(value):
        return "shape"
    return None if value[7] == LETTERS[int(value[:7]) % 23] else "letter"


def siret_problem(value: str) -> str | None:
    """Why this is not a SIRET: "shape", "digit", or None when it is one."""
    if not _SIRET_SHAPE.fullmatch(value):
        return "shape"
    digits = [int(digit) for digit in value]
    if value.startswith(LA_POSTE) and sum(digits) % 5 == 0:
        return None
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2])
    return None if (doubled + sum(digits[1::2])) % 10 == 0 else "digit"
