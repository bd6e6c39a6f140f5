"""Names, telephones and e-mails brought to one form each, so that the same ones are recognised however they are typed.

Pure: no Django, no database. Telephone ranges are those of the French numbering plan as generally known; the
overseas ones are from memory, not confirmed in Arcep's own text.
"""

import re
import unicodedata

# National prefix -> country code: overseas departments and territories that share France's "0" numbering.
OVERSEAS = {
    "0262": "262",  # La Réunion
    "0263": "262",
    "0692": "262",
    "0693": "262",
    "0269": "262",  # Mayotte
    "0639": "262",
    "0590": "590",  # Guadeloupe, Saint-Martin, Saint-Barthélemy
    "0690": "590",
    "0691": "590",
    "0594": "594",  # Guyane
    "0694": "594",
    "0596": "596",  # Martinique
    "0696": "596",
    "0697": "596",
}
_TITLES = frozenset({"m", "mr", "mme", "mlle", "madame", "monsieur", "mademoiselle", "famille", "foyer", "dr"})
_SEPARATORS = re.compile(r"[\s.\-/()\u00a0\u202f\u2010-\u2015]+")


def phone_number(text: str) -> str | None:
    """E.164, such as "+33612345678": from "06 12 34 56 78", "+33 (0)6…", "0033 6…", "0690…" (+590), or any "+…".

    None when it is no telephone number. Extensions are not understood.
    """
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).strip().replace("(0)", ""))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if digits.startswith("+"):
        rest = digits[1:]
        if rest.startswith("330") and len(rest) == 12:  # "+33 0612345678": the 0 is said twice
            rest = f"33{rest[3:]}"
        if rest.startswith("33") and (len(rest) != 11 or rest[2] == "0"):
            return None
        return f"+{rest}" if re.fullmatch(r"[1-9][0-9]{7,14}", rest) else None
    if not re.fullmatch(r"0[1-9][0-9]{8}", digits):
        return None
    return f"+{OVERSEAS.get(digits[:4], '33')}{digits[1:]}"


def phone_shown(number: str) -> str:
    """As French people read it: "06 12 34 56 78", "0690 12 34 56"; others as they are, "+32 …" in one piece."""
    for country in ("33", "262", "590", "594", "596"):
        national = number.removeprefix(f"+{country}")
        if national != number and len(national) == 9:
            whole = f"0{national}"
            if country != "33":
                return f"{whole[:4]} {whole[4:6]} {whole[6:8]} {whole[8:]}"
            return " ".join(whole[at : at + 2] for at in range(0, 10, 2))
    return number


def folded_email(text: str) -> str:
    """Lower case, without spaces around. Dots and "+…" before the @ are kept: they may name another box."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def folded_name(text: str) -> str:
    """Words without accents, case, titles or order: "Mme Anne-Marie LE GOFF" and "le goff anne marie" are one."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"))
    words = re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    return " ".join(sorted(word for word in words if word not in _TITLES))
