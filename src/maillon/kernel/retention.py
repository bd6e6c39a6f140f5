"""How long what is known of people is kept: one table, published on /donnees/, to which each app adds its rows.

# maillon/needs/apps.py
def ready(self) -> None:
    retention.add(*rules.RETENTION, order=10)

A row says what the program does, not what one hopes: an app that publishes a period runs the job that ends it. Pure.
"""

from dataclasses import dataclass

from maillon.hardware.messages import Message, _


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """what: the data. readers: who reads them. period: how long, from when. then: what becomes of them.

    source: the text that asks for it, or "ours". note: how far that text was read, when it was not itself.
    """

    key: str
    what: Message
    readers: Message
    period: Message
    then: Message
    source: Message
    note: Message | None = None


PLATFORM = (
    Kept(
        key="account",
        what=Message(_("E-mail, name and roles of those who have an account")),
        readers=Message(_("Their organisation, and the coordination")),
        period=Message(
            _("The roles until they are removed; the account, without any right then, until it is asked for")
        ),
        then=Message(_("Renamed by who runs the server when asked")),
        source=Message(_("ours, a judgement")),
    ),
    Kept(
        key="ledger",
        what=Message(_("The ledger: who did what, when, by identifiers and codes; never a name nor words of a person")),
        readers=Message(_("Those who may see what it is about")),
        period=Message(_("Without end: it proves that nothing was altered")),
        then=Message(_("An identifier leads to nobody once the name it stood for is erased")),
        source=Message(_("ours, a judgement")),
    ),
    Kept(
        key="visits",
        what=Message(_("The network address of who tries a code or a password, and an open session")),
        readers=Message(_("Nobody")),
        period=Message(_("Minutes for an address, 12 hours at most for a session, half an hour for a family's page")),
        then=Message(_("Erased each night")),
        source=Message(_("ours, a judgement")),
    ),
)

_rows: dict[str, tuple[int, Kept]] = {}


def add(*rows: Kept, order: int = 100) -> None:
    """Adding the same key again replaces it: `ready` may run twice."""
    _rows.update((row.key, (order, row)) for row in rows)


def table() -> list[Kept]:
    """Every row, in order."""
    return [row for _order, row in sorted(_rows.values(), key=lambda entry: entry[0])]
