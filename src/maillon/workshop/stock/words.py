"""How what people type meets what is kept: accents, capitals and punctuation do not count. Pure.

A word is a run of letters and digits; dashes, dots and the like inside it are left out, so that "K7M-2XQ4",
"k7m2xq4" and "K7M.2XQ4" are one word. Words of two signs are looked for at the beginning of words (an index of every
pair of signs would find half the stock), longer ones anywhere.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"})
MOST_WORDS = 8  # of one search; the others are left out
LONGEST_WORD = 40


def folded(text: str) -> str:
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def kept_words(text: str) -> list[str]:
    """The words of a text as they are indexed, in order."""
    return [word for part in folded(text).split() if (word := "".join(filter(str.isalnum, part)))]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to find: any of the alternatives, each a list of words that must all be there."""

    alternatives: tuple[tuple[str, ...], ...]


def wanted(query: str) -> list[Wanted]:
    """What a search asks for. "thinkpad-t470" is one word, or two: a machine's name may be written either way."""
    found: list[Wanted] = []
    for part in folded(query).split()[:MOST_WORDS]:
        pieces = "".join(sign if sign.isalnum() else " " for sign in part).split()
        if not pieces:
            continue
        whole = "".join(pieces)[:LONGEST_WORD]
        apart = tuple(piece for piece in pieces if len(piece) > 1)
        alternatives: list[tuple[str, ...]] = [(whole,)]
        if len(pieces) > 1 and len(apart) == len(pieces):
            alternatives.append(apart)
        found.append(Wanted(tuple(alternatives)))
    return found


def grams(words: Iterable[str]) -> set[str]:
    """Every run of three signs of these words, each word preceded by "_": what the index of SQLite holds."""
    return {marked[i : i + 3] for word in words for marked in ("_" + word,) for i in range(len(marked) - 2)}


def grams_of(word: str) -> list[str]:
    """What must be in the index for this word to be there: runs that cover its signs, as few as can be, for each is a
    long list to read. They only narrow the answers down. Empty for one sign alone, which no index can find.
    """
    if len(word) < 3:
        return ["_" + word] if len(word) == 2 else []
    starts = (min(start, len(word) - 3) for start in range(0, len(word), 3))
    return list(dict.fromkeys(word[start : start + 3] for start in starts))


def pattern(word: str) -> str:
    """What to look for in the kept text: anywhere, or at the beginning of a word for two signs and less."""
    return word if len(word) > 2 else " " + word
