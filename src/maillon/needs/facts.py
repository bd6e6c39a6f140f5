"""What a prescriber says of a need, and what keeps it from being filed: the form, lists and the API ask here alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.hardware.model import Kind
from maillon.hardware.thresholds import Use
from maillon.kernel.forms import is_far
from maillon.needs.identities import Person
from maillon.needs.vocabulary import OURS, Adaptation, Beneficiary, ContactWay, Criterion, Language

MOST_MACHINES = 200  # at once: a whole school files several requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A request without its identity, in the values of `vocabulary` and `hardware`.

    kinds: hardware Kind values. commune: INSEE code. district: its code. places: keys of territory.Place.
    criteria: each with the day its proof was seen, None when it was not, or needs none.
    """

    beneficiary: str
    use: str
    kinds: Sequence[str]
    quantity: int = 1
    minimum: int = 1
    commune: str | None = None
    district: str | None = None
    places: Sequence[UUID] = ()
    delivery: bool = False
    deadline: date | None = None
    adaptations: Sequence[str] = ()
    language: str = Language.FRENCH.value
    contact_way: str = ContactWay.PRESCRIBER.value
    criteria: Mapping[str, date | None] = field(default_factory=dict)


def differences(before: Facts, after: Facts) -> list[str]:
    """The names of what is not the same, in the order of the page. The order of a list says nothing."""
    return [one.name for one in fields(Facts) if _plain(getattr(before, one.name)) != _plain(getattr(after, one.name))]


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return set(value) if isinstance(value, list | tuple) else value or None


Problem = tuple[str, str | Promise]  # the field of Facts or Person, and what to do about it
_CHOICES: tuple[tuple[str, frozenset[str]], ...] = (
    ("beneficiary", frozenset(Beneficiary.values)),
    ("use", frozenset(Use)),
    ("language", frozenset(Language.values)),
    ("contact_way", frozenset(ContactWay.values)),
)
_LISTS: tuple[tuple[str, frozenset[str]], ...] = (
    ("kinds", frozenset(Kind)),
    ("adaptations", frozenset(Adaptation.values)),
    ("criteria", frozenset(Criterion.values) - OURS),
)
REACHED_BY: Mapping[str, tuple[str, str | Promise]] = {
    ContactWay.PHONE: ("phone", _("To be reached by telephone, they need a number: write it, or choose another way.")),
    ContactWay.SMS: ("phone", _("To be reached by text message, they need a number: write it, or choose another way.")),
    ContactWay.POST: ("address", _("To be reached by post, they need an address: write it, or choose another way.")),
    ContactWay.EMAIL: ("email", _("To be reached by e-mail, they need an address: write it, or choose another way.")),
}


def problems(facts: Facts, person: Person | None, today: date) -> Iterator[Problem]:
    """Everything to correct, at once. person: None when the identity is not changed."""
    for name, known in _CHOICES:
        if getattr(facts, name) not in known:
            yield name, _("Choose one of the list.")
    for name, known in _LISTS:
        if not set(getattr(facts, name)) <= known:
            yield name, _("Choose among the list.")
    if not facts.kinds:
        yield "kinds", _("Choose at least one kind of machine.")
    if not facts.commune:
        yield "commune", _("Write the commune where the machine will be used.")
    if not 1 <= facts.quantity <= MOST_MACHINES:
        yield "quantity", _("Ask for 1 to 200 machines.")
    elif not 1 <= facts.minimum <= facts.quantity:
        yield "minimum", _("The fewest accepted can not be more than the number asked.")
    if facts.deadline and facts.deadline < today:
        yield "deadline", _("This day is past: choose a day to come, or none.")
    elif facts.deadline and is_far(facts.deadline):
        yield "deadline", _("This day is too far away. Read its year again.")
    if any(seen and seen > today for seen in facts.criteria.values()):
        yield "criteria", _("A proof can not have been seen on a day to come.")
    elif any(seen and is_far(seen) for seen in facts.criteria.values()):
        yield "criteria", _("This day is too far away. Read its year again.")
    if person is not None:
        yield from _of_person(facts, person)


def _of_person(facts: Facts, person: Person) -> Iterator[Problem]:
    if not person.name.strip():
        yield "name", _("Write a name: of the person, the household or the group.")
    needed = REACHED_BY.get(facts.contact_way)
    if needed and not getattr(person, needed[0]):
        yield needed
