"""What a person tells when they ask for help: sealed, read by who helps, erased."""

import json
from dataclasses import asdict, dataclass

from maillon.kernel import vault

USE = "help"
LONGEST = 2_000
LONGEST_CONTACT = 120


@dataclass(frozen=True, slots=True, repr=False)
class Words:
    """said: what happens, as the person tells it. contact: how to reach them again.

    Its representation says nothing, so that no log or traceback tells it.
    """

    said: str = ""
    contact: str = ""

    def __repr__(self) -> str:
        return "<Words>"

    def __bool__(self) -> bool:
        return bool(self.said or self.contact)


NOTHING = Words()


def seal(words: Words) -> str:
    """Empty when nothing is told."""
    return vault.seal(json.dumps(asdict(words), ensure_ascii=False), USE) if words else ""


def read(sealed: str) -> Words:
    """Raises vault.Unreadable."""
    return Words(**json.loads(vault.unseal(sealed, USE))) if sealed else NOTHING
