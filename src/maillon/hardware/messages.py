"""What a pure module says to a person: an English sentence and its values, translated where it is shown.

`hardware` imports no framework, so it can not translate by itself. The sentence is marked with `_` so that the
translation catalogues hold it, and the page (or the command line) renders it in the reader's language.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field


def _(text: str) -> str:
    """Mark a sentence for the translation catalogues; return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with named holes: `Message(_("line %(line)d: …"), {"line": 214})`."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English, for logs and tests."""
        return self.text % self.values if self.values else self.text


def session_language() -> str:
    """The language of the session a command runs in, as the environment names it: fr or en.

    LANGUAGE (a list) goes before LC_ALL, LC_MESSAGES and LANG, the first of these that is set. Nothing named, or the
    locale "C", is French, the platform's first language; another language than these two is English.
    """
    session = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    named = [name for name in (*os.environ.get("LANGUAGE", "").split(":"), session) if _tongue(name)]
    known = [_tongue(name) for name in named if _tongue(name) in ("fr", "en")]
    return known[0] if known else "en" if named else "fr"


def _tongue(locale: str) -> str:
    """The language of a locale, fr of fr_FR.UTF-8; nothing for C.UTF-8 and POSIX, which name none."""
    tongue = locale.replace(".", "_").replace("-", "_").replace("@", "_").partition("_")[0].lower()
    return "" if tongue in ("c", "posix") else tongue
