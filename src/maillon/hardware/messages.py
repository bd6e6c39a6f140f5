"""What a pure module says to a person: an English sentence and its values, translated where it is shown.

`hardware` imports no framework, so it can not translate by itself. The sentence is marked with `_` so that the
translation catalogues hold it, and the page (or the command line) renders it in the reader's language.
"""

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
