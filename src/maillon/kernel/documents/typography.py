"""The spaces and apostrophes of French print, for our own sentences; never for identifiers or what others wrote.

Source: Lexique des règles typographiques en usage à l'Imprimerie nationale, as usually summed up (not confirmed in its
text): a narrow no-break space before ; ! ? and between thousands, a no-break space before the colon and inside « ».
"""

import re

NARROW = "\u202f"
NO_BREAK = "\u00a0"
_SPACE = r"[ \u00a0\u202f]"

_RULES = (
    (re.compile(rf"{_SPACE}*([;!?]+)(?=\s|$|[»)\]])"), rf"{NARROW}\1"),
    (re.compile(rf"(?<=[\w»)\]]){_SPACE}+:(?=\s|$)"), f"{NO_BREAK}:"),
    (re.compile(rf"«{_SPACE}*"), f"«{NO_BREAK}"),
    (re.compile(rf"{_SPACE}*»"), f"{NO_BREAK}»"),
    (re.compile(rf"(?<=\d){_SPACE}(?=\d{{3}}(?!\d))"), NARROW),
    (re.compile(rf"(?<=\d){_SPACE}+(?=%)"), NARROW),
    (re.compile(rf"(?<=\d){_SPACE}+(?=(?:o|ko|Mo|Go|To|€|kg|g|km|m|mm|h|min|s|ans?)\b)"), NO_BREAK),
    (re.compile(rf"\b(n°|p\.|art\.){_SPACE}+(?=\d)"), rf"\1{NO_BREAK}"),
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
)


def french(sentence: str) -> str:
    """« Prêt ? » with its spaces: applying it twice changes nothing more."""
    for pattern, replacement in _RULES:
        sentence = pattern.sub(replacement, sentence)
    return sentence


def typeset(sentence: str, lang: str) -> str:
    return french(sentence) if lang == "fr" else sentence
