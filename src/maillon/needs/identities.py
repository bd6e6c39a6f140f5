"""Who a request is for: sealed, read, recognised elsewhere without being read, and erased.

Only `commands` and `family` show what these read: each reading is journalled there. `lists.rows` compares without
showing.
"""

import json
from dataclasses import asdict, dataclass, fields
from uuid import UUID

from maillon.kernel import vault
from maillon.needs import contacts
from maillon.needs.models import Identity, IdentityMark

USE = "identity"


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """name: of the person, the household or the group. contact: whom to ask for (a parent, a teacher).

    phone: E.164. Its representation says nothing, so that no log or traceback tells who it is.
    """

    name: str
    contact: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    note: str = ""

    def __repr__(self) -> str:
        return "<Person>"

    @property
    def phone_shown(self) -> str:
        return contacts.phone_shown(self.phone)


def seal(person: Person) -> str:
    return vault.seal(json.dumps(asdict(person)), USE)


def read(identity: Identity) -> Person:
    """Raises vault.Unreadable. What a later version stored besides is left out."""
    known = {field.name for field in fields(Person)}
    stored = json.loads(vault.unseal(identity.sealed, USE))
    return Person(**{name: value for name, value in stored.items() if name in known})


def marks_of(person: Person, territory_id: UUID, commune: str) -> list[tuple[str, str]]:
    """(kind, value): for each vault key known here, so that what was sealed before a change of key is found too.

    A name alone is many people's: it counts within its commune (INSEE code, "" when not known).
    """
    said = {
        "name": f"{name}|{commune}" if (name := contacts.folded_name(person.name)) else "",
        "phone": person.phone,
        "email": contacts.folded_email(person.email),
    }
    return [
        (kind, value)
        for kind, text in said.items()
        if text
        for value in vault.marks(f"{territory_id}|{text}", f"{USE} {kind}")
    ]


def mark_again(identity: Identity, person: Person, territory_id: UUID, commune: str) -> None:
    """Write the marks of what the identity holds now, in place of those it had."""
    IdentityMark.objects.filter(identity=identity).delete()
    IdentityMark.objects.bulk_create(
        IdentityMark(identity=identity, territory_id=territory_id, kind=kind, value=value)
        for kind, value in [
            *marks_of(person, territory_id, commune),
            *own_marks(person.name, identity.prescriber_id),
        ]
    )


def own_marks(name: str, prescriber_id: UUID) -> list[tuple[str, str]]:
    """By which a prescriber finds its own requests from a name, wherever the person lives."""
    folded = contacts.folded_name(name)
    return [("own", value) for value in vault.marks(f"{prescriber_id}|{folded}", f"{USE} own")] if folded else []
