"""All that the platform knows of a person, told to that person: in words for the page, in plain values for a file.

# maillon/allocation/apps.py
def ready(self) -> None:
    own_data.add(reviews.given)
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from maillon.kernel import codes, wording
from maillon.needs import queries, rules
from maillon.needs.identities import Person
from maillon.needs.models import Request


class Line(NamedTuple):
    key: str
    label: str
    value: str


class Given(NamedTuple):
    """Words that the person gave to another link of the chain, or that answered them. key: such as "review"."""

    key: str
    at: datetime
    label: str
    words: str


Source = Callable[[Request], Iterable[Given]]
_sources: dict[str, Source] = {}


def add(source: Source) -> None:
    """What another link keeps of the person's own words. Adding the same function again replaces it."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source


@dataclass(frozen=True, slots=True)
class OwnData:
    lines: list[Line]
    criteria: list[Line]
    given: list[Given]
    history: list[queries.Line]
    readers: str

    def as_json(self) -> dict[str, Any]:
        """What a person may take elsewhere: our keys, the values in words."""
        return {
            "format": "maillon-own-data/1",
            **{line.key: line.value for line in self.lines},
            "criteria": [
                {"criterion": line.key, "label": line.label, "proof_seen": line.value} for line in self.criteria
            ],
            "given": [
                {"key": one.key, "at": one.at.isoformat(), "label": one.label, "words": one.words} for one in self.given
            ],
            "history": [{"at": line.at.isoformat(), "event": line.sentence} for line in self.history],
            "readers": self.readers,
        }


def own_data(request: Request, person: Person) -> OwnData:
    readers = _(
        "%(prescriber)s alone reads your name and how to reach you. The coordination sees the rest, under a code."
    )
    criteria = [
        Line(
            row.criterion,
            row.get_criterion_display(),
            wording.long_date(row.proof_seen_on) if row.proof_seen_on else "",
        )
        for row in request.criteria.all()
    ]
    lines = [line for line in _lines(request, person) if line.value]
    given = sorted((one for source in _sources.values() for one in source(request)), key=lambda one: one.at)
    return OwnData(lines, criteria, given, queries.history(request), readers % {"prescriber": request.prescriber.name})


def _lines(request: Request, person: Person) -> Iterator[Line]:
    yield Line("name", _("Name"), person.name)
    yield Line("contact", _("Whom to ask for"), person.contact)
    yield Line("phone", _("Telephone"), person.phone_shown)
    yield Line("email", _("E-mail"), person.email)
    yield Line("address", _("Postal address"), person.address)
    yield Line("note", _("To reach you"), person.note)
    yield Line("code", _("Code"), codes.pretty(request.code))
    yield Line("state", _("State"), str(request.get_state_display()))
    yield Line("closing", _("Why it ended"), str(request.get_closing_display()) if request.closing else "")
    yield Line("since", _("Since"), wording.long_date(request.since))
    yield Line("for", _("For whom?"), str(request.get_beneficiary_display()))
    yield Line("use", _("What for?"), request.use_label)
    yield Line("machines", _("Which machine would do?"), ", ".join(str(kind.label) for kind in request.kinds_chosen))
    yield Line("quantity", _("How many machines"), wording.number(request.quantity))
    if request.quantity > 1:
        yield Line("minimum", _("Fewest accepted"), wording.number(request.minimum))
    yield Line("commune", _("Commune"), str(request.commune or ""))
    yield Line("district", _("Priority district"), str(request.district or ""))
    yield Line("places", _("Where can you fetch it?"), ", ".join(str(place) for place in request.places.all()))
    yield Line("delivery", _("To be delivered"), _("yes") if request.delivery else "")
    yield Line("deadline", _("Needed by"), wording.long_date(request.deadline) if request.deadline else "")
    yield Line("adaptations", _("To use it, you need"), ", ".join(request.adaptation_labels))
    yield Line("language", _("Language"), str(request.get_language_display()))
    yield Line("contact_way", _("How to reach you"), str(request.get_contact_way_display()))
    if request.identity:
        yield Line("last_contact", _("Last contact"), wording.long_date(request.identity.last_contact_on))
        day = rules.erased_on(request.identity.last_contact_on, withdrawn_on=request.withdrawn_on)
        yield Line("erased_on", _("Your name is erased on"), wording.long_date(day))
