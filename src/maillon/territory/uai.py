"""The French school number (UAI, formerly RNE): seven digits and a check letter.

Source: the letter is "ABCDEFGHJKLMNPRSTUVWXYZ"[number mod 23], as two independent public codes do; the pattern is
csv-detective's (datagouv). Example: 0440021 mod 23 = 8 -> J.
"""

import re

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SHAPE = re.compile(r"(0[0-8][0-9]|09[0-5]|9[78][0-9]|[67]20)[0-9]{4}[A-Z]")


def uai_problem(value: str) -> str | None:
    """Why this is not a UAI: "shape", "letter", or None when it is one."""
    if not _SHAPE.fullmatch(value):
        return "shape"
    return None if value[7] == LETTERS[int(value[:7]) % 23] else "letter"
