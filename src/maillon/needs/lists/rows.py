"""The rows of a list, each as the request it asks for, or with all that keeps it from being one."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.hardware.fleet_values import count, fold
from maillon.hardware.tables import Cell, Table
from maillon.kernel import vault
from maillon.kernel.actor import Actor
from maillon.needs import contacts, identities
from maillon.needs.commands import facts_of, public_places, settled
from maillon.needs.facts import Facts, differences, problems
from maillon.needs.identities import USE, Person
from maillon.needs.lists import words
from maillon.needs.lists.columns import FIELDS, IDENTITY, Column, Columns
from maillon.needs.models import IdentityMark, Request
from maillon.needs.vocabulary import EQUIPMENT, INCOMES, OPEN, PROVED, ContactWay, Criterion, kinds_of
from maillon.territory.models import Commune, District, Organisation
from maillon.territory.queries import folded

Habits = Mapping[str, Mapping[str, str]]  # field -> folded words of the organisation -> value
LONGEST = {"name": 120, "first_name": 80, "contact": 120, "address": 300, "note": 300}
PROPOSED = 5
AT_ONCE = 500  # marks or keys in a query
REFERENCE, LINE = "refe:", "line:"  # how an import_key begins: of a reference of one's own, or of what the line says


@dataclass(frozen=True, slots=True)
class Whole:
    """What is said once for every row of the list; a row's own cell wins. Values as in `facts.Facts`.

    machines: KindOfMachine values. commune: INSEE code.
    """

    beneficiary: str = ""
    use: str = ""
    machines: tuple[str, ...] = ()
    commune: str = ""
    places: tuple[str, ...] = ()
    delivery: bool = False
    deadline: str = ""
    criteria: tuple[str, ...] = ()
    proof: str = ""
    contact_way: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Whole":
        known: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Problem:
    """column: its name, empty when no column is at fault. value: what the cell says. what: why, and what to do.

    missing: the field of `columns.FIELDS` that no column and nothing said of every row gives.
    """

    row: int
    column: str
    value: str
    what: str
    missing: str = ""

    @property
    def sentence(self) -> str:
        if self.column:
            return _("Row %(row)d, column “%(column)s”: %(what)s") % {
                "row": self.row,
                "column": self.column,
                "what": self.what,
            }
        return _("Row %(row)d: %(what)s") % {"row": self.row, "what": self.what}

    @property
    def here(self) -> str:
        """The sentence without its row: for the row itself, in a file to correct."""
        if self.column:
            return _("Column “%(column)s”: %(what)s") % {"column": self.column, "what": self.what}
        return self.what


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """What the cells of a row say that hold something: what they change of a request entered before.

    person: parts of `Person`. facts: of `Facts`, without criteria. criteria: those it says, each with the day its proof
    was seen. denied: those it says are not true. proof: the day that the proofs of all were seen. Its representation
    says nothing: it names people.
    """

    person: Mapping[str, str]
    facts: Mapping[str, Any]
    criteria: Mapping[str, date | None]
    denied: Set[str]
    proof: date | None

    def __repr__(self) -> str:
        return "<Said>"

    def person_after(self, known: Person) -> Person:
        """The same words in capitals or in another order correct nothing."""
        corrected = {
            name: value
            for name, value in self.person.items()
            if sorted(value.casefold().split()) != sorted(getattr(known, name).casefold().split())
        }
        return replace(known, **corrected)

    def facts_after(self, known: Facts) -> Facts:
        """Nothing that no cell says is lost: a proof seen, what was completed on the request's page."""
        gone = set(self.denied)
        for one_of in (EQUIPMENT, INCOMES):
            if self.criteria.keys() & set(one_of):
                gone |= set(one_of) - self.criteria.keys()
        quantity = self.facts.get("quantity", known.quantity)
        few: dict[str, Any] = {"minimum": min(known.minimum, quantity)}
        if self.facts.get("commune", known.commune) != known.commune:
            few["district"] = None  # it was of the other commune
        criteria = {key: day for key, day in known.criteria.items() if key not in gone}
        criteria |= {key: day or criteria.get(key) for key, day in self.criteria.items()}
        return replace(known, **{**few, **self.facts, "criteria": self._seen(criteria, self.proof)})

    def new_facts(self, whole: "Whole") -> Facts:
        """Of a new request: what its cells do not say is as every row."""
        criteria = {key: None for key in whole.criteria if key not in self.denied} | dict(self.criteria)
        proof = self.proof or (date.fromisoformat(whole.proof) if whole.proof else None)
        of_every_row = {
            "beneficiary": whole.beneficiary,
            "use": whole.use,
            "kinds": kinds_of(whole.machines),
            "commune": whole.commune or None,
            "places": [UUID(place) for place in whole.places],
            "delivery": whole.delivery,
            "deadline": date.fromisoformat(whole.deadline) if whole.deadline else None,
            "contact_way": whole.contact_way or ContactWay.PRESCRIBER.value,
        }
        return Facts(**{**of_every_row, **self.facts, "criteria": self._seen(criteria, proof)})

    @staticmethod
    def _seen(criteria: Mapping[str, date | None], proof: date | None) -> dict[str, date | None]:
        return {key: (day or proof) if key in PROVED else None for key, day in criteria.items()}


@dataclass(slots=True)
class Checked:
    """A row: a request to file, one that is there already, or what to correct.

    outcome: "new", "known" (`code` says which request), "changed" (the same; `changes` are the columns.FIELDS that the
    row would change of it), "repeated" (`code` is the row it repeats), "wrong".
    keys: of this line, one for each vault key, the one in use first. faults: of its cells, whatever request it is.
    """

    number: int
    cells: Sequence[Cell]
    person: Person
    facts: Facts
    said: Said
    keys: list[str]
    has_reference: bool
    faults: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outcome: str = "new"
    code: str = ""
    changes: list[str] = field(default_factory=list)
    request: Request | None = None  # that the row is already


class Gazetteer:
    """Communes, districts and places by what people call them, read once for a whole list."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @cached_property
    def _communes(self) -> tuple[set[str], dict[str, list[str]], dict[str, set[str]], dict[str, str], set[str]]:
        here = Organisation.objects.select_related("commune").filter(pk=self.actor.territory).first()
        grouping = here.commune.grouping_siren if here and here.commune else ""
        codes, names, postcodes, shown, near = set(), defaultdict(list), defaultdict(set), {}, set()
        rows = Commune.objects.order_by("code").values_list("code", "name", "postcodes", "grouping_siren")
        for code, name, its_postcodes, siren in rows.iterator(chunk_size=5_000):
            codes.add(code)
            names[folded(name)].append(code)
            shown[code] = name
            for postcode in its_postcodes:
                postcodes[postcode].add(code)
            if grouping and siren == grouping:
                near.add(code)
        return codes, names, postcodes, shown, near

    def commune(self, said: str, postcode: str) -> tuple[str | None, str]:
        """Its INSEE code, or None and what to do. An ambiguous name is decided by the postcode, then by nearness."""
        codes, names, postcodes, shown, near = self._communes
        plain, postcode = said.strip().upper(), postcode.strip().rjust(5, "0") if postcode.strip() else ""
        if plain in codes and plain not in postcodes:
            return plain, ""
        found = set(names.get(folded(said), ())) if said else set()
        if not found and plain in postcodes:
            found = postcodes[plain]
        if not said and postcode:
            found = postcodes.get(postcode, set())
        if len(found) > 1 and postcode:
            found = found & postcodes.get(postcode, set()) or found
        if len(found) > 1 and found & near:
            found = found & near
        if len(found) == 1:
            return next(iter(found)), ""
        if plain in codes:
            return plain, ""
        if found:
            some = ", ".join(f"{shown[code]} ({code})" for code in sorted(found)[:PROPOSED])
            return None, _("Several communes: write the code of one of them. %(names)s") % {"names": some}
        return None, _("No commune is called “%(text)s”. Write its name, its postcode or its INSEE code.") % {
            "text": said or postcode
        }

    @cached_property
    def _districts(self) -> dict[str, list[tuple[str, frozenset[str]]]]:
        found: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for district in District.objects.prefetch_related("communes"):
            one = (district.pk, frozenset(commune.pk for commune in district.communes.all()))
            found[fold(district.pk)].append(one)
            found[fold(district.name)].append(one)
        return found

    def district(self, said: str, commune: str | None) -> tuple[str, str]:
        """Its code; or none and what to do."""
        found = {code for code, communes in self._districts.get(fold(said), []) if not commune or commune in communes}
        if len(found) == 1:
            return found.pop(), ""
        return "", _(
            "“%(value)s” is no priority district of this commune. Write its official name or code, or leave it empty."
        ) % {"value": said}

    @cached_property
    def _places(self) -> dict[str, UUID]:
        return {fold(place.name): place.pk for place in public_places(self.actor)}

    def place(self, said: str) -> UUID | None:
        return self._places.get(fold(said))


def check(*, actor: Actor, table: Table, columns: Columns, whole: Whole, habits: Habits, today: date) -> list[Checked]:
    """Every row under the titles that says anything, in order; those already entered are told apart. Writes nothing."""
    reader = _Reader(actor, columns, whole, habits, today)
    checked = list(reader.rows(table))
    entered = recognised(actor, checked)
    first: dict[str, int] = {}
    for row in checked:
        if request := entered.get(row.number):
            _tell_known(reader, row, request)
        elif problems := reader.problems(row, row.facts, row.person):
            row.outcome, row.problems = "wrong", problems
        if row.outcome == "wrong":
            continue
        if row.keys[0] in first:
            row.outcome, row.code = "repeated", str(first[row.keys[0]])
        else:
            first[row.keys[0]] = row.number
    return checked


def filled(table: Table, header: int) -> int:
    """How many rows under the titles hold anything."""
    return sum(any(words.text(cell) for cell in row) for row in table.rows[header:])


def _tell_known(reader: "_Reader", row: Checked, request: Request) -> None:
    """What the row would change of the request that it is; nothing of a closed one."""
    row.outcome, row.code, row.request = "known", request.code, request
    if not request.open or request.identity is None:
        return
    try:
        person = identities.read(request.identity)
    except vault.Unreadable:  # sealed with a key that is not here: what it is can not be compared
        return
    facts = facts_of(request)
    after, person_after = row.said.facts_after(facts), row.said.person_after(person)
    differ = differences(facts, after)
    row.changes = [
        *(_field(name) for name in differ),
        *(name for name in IDENTITY if _differs(name, person, person_after)),
    ]
    row.problems = reader.problems(row, after, person_after, kept=facts)
    if refused := settled(request, differ):
        row.problems.append(Problem(row.number, "", "", f"{refused} {' '.join(map(str, refused.remedies))}"))
    row.outcome = "wrong" if row.problems else "changed" if row.changes else "known"


def _differs(name: str, before: Person, after: Person) -> bool:
    return name != "first_name" and getattr(before, name) != getattr(after, name)


def recognised(actor: Actor, checked: Sequence[Checked]) -> dict[int, Request]:
    """The requests that rows are already, by row: by their key, then by whom they are for. Names stay sealed."""
    keys = [key for row in checked for key in row.keys]
    known: dict[str, UUID] = {}
    for some in _some(keys):
        filed = Request.objects.filter(prescriber_id=actor.home, import_key__in=some)
        known |= dict(filed.values_list("import_key", "pk"))
    found = {
        row.number: key for row in checked if (key := next((known[key] for key in row.keys if key in known), None))
    }
    found |= _of_the_same_person(actor, [row for row in checked if row.number not in found], set(found.values()))
    requests: dict[UUID, Request] = {}
    for some in _some(sorted(set(found.values()))):
        rows = Request.objects.filter(pk__in=some).select_related("identity").prefetch_related("places", "criteria")
        requests |= {request.pk: request for request in rows}
    return {number: requests[key] for number, key in found.items()}


def _of_the_same_person(actor: Actor, checked: Sequence[Checked], taken: set[UUID]) -> dict[int, UUID]:
    """Rows whose telephone, commune or need was corrected since: the same name at the same prescriber, and the same
    telephone, e-mail or commune besides, or neither telephone nor e-mail on either side.

    Two references of its own are two requests, were they of one name; with a reference, the commune is not enough: that
    is how people of one name are told apart. taken: requests that other rows are.
    """
    named = {
        row.number: {value for _kind, value in identities.own_marks(row.person.name, actor.home)} for row in checked
    }
    held: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    for some in _some(sorted({value for values in named.values() for value in values})):
        alike = IdentityMark.objects.filter(territory=actor.territory, kind="own", value__in=some)
        marks = IdentityMark.objects.filter(identity__in=alike.values("identity"))
        for identity, kind, value in marks.values_list("identity_id", "kind", "value"):
            held[identity].add((kind, value))
    candidates: dict[str, list[Request]] = defaultdict(list)
    for some in _some(sorted(held)):
        filed = Request.objects.filter(prescriber_id=actor.home, identity__in=some, state__in=OPEN)
        for request in filed.only("pk", "identity_id", "use", "beneficiary", "import_key").order_by("since", "pk"):
            for kind, value in held[request.identity_id] if request.identity_id else ():
                if kind == "own":
                    candidates[value].append(request)
    found: dict[int, UUID] = {}
    for row in checked:
        alike_ = {request.pk: request for value in named[row.number] for request in candidates.get(value, ())}
        free = [
            request
            for request in alike_.values()
            if request.identity_id
            and request.pk not in taken
            and not (row.has_reference and request.import_key.startswith(REFERENCE))
            and _same_person(row, held[request.identity_id], actor.territory)
        ]
        free.sort(key=lambda one: (one.use == row.facts.use) + (one.beneficiary == row.facts.beneficiary), reverse=True)
        if free:
            found[row.number] = free[0].pk
            taken.add(free[0].pk)
    return found


def _same_person(row: Checked, held: set[tuple[str, str]], territory: UUID) -> bool:
    said = set(identities.marks_of(row.person, territory, row.facts.commune or ""))
    reached = {kind for kind, _value in said | held} & {"phone", "email"}
    shared = {kind for kind, _value in said & held}
    return bool(shared & reached if row.has_reference else shared) or not reached


def _some(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def keys_of(reference: str, person: Person, facts: Facts, prescriber_id: UUID) -> list[str]:
    """How a line is recognised when it comes again: by its own reference, or by whom and what it is for.

    Keyed digests: a reference may be a person's number elsewhere.
    """
    if reference:
        said = ["reference", reference.strip().casefold()]
    else:
        name, contact = contacts.folded_name(person.name), contacts.folded_name(person.contact)
        who = [name, contact, person.phone, contacts.folded_email(person.email)]
        said = ["line", *who, facts.beneficiary, facts.use, facts.commune or ""]
    marks = vault.marks(json.dumps([str(prescriber_id), *said], ensure_ascii=False), f"{USE} line")
    return [f"{REFERENCE if reference else LINE}{mark}" for mark in marks]


class _Reader:
    """Reads row after row; everything wrong with a row is said at once."""

    def __init__(self, actor: Actor, columns: Columns, whole: Whole, habits: Habits, today: date) -> None:
        self.actor, self.columns, self.whole, self.habits, self.today = actor, columns, whole, habits, today
        self.gazetteer = Gazetteer(actor)
        self.by_field: dict[str, list[Column]] = defaultdict(list)
        for column in columns.columns:
            if column.field:
                self.by_field[column.field].append(column)
        self.used = [column.index for field, found in self.by_field.items() for column in found if _tells(field)]

    def rows(self, table: Table) -> Iterator[Checked]:
        for number, cells in enumerate(table.rows[self.columns.header :], self.columns.header + 1):
            if any(index < len(cells) and words.text(cells[index]) for index in self.used):
                yield self._row(number, cells)

    def _row(self, number: int, cells: Sequence[Cell]) -> Checked:
        row = _Row(self, number, cells)
        said, reference = row.said_of(), row.text("reference")
        person, facts = Person(**{"name": "", **said.person}), said.new_facts(self.whole)
        keys = keys_of(reference, person, facts, self.actor.home)
        return Checked(number, cells, person, facts, said, keys, bool(reference), row.problems)

    def problems(self, row: Checked, facts: Facts, person: Person, kept: Facts | None = None) -> list[Problem]:
        """What keeps a row from entering as this. kept: what is known already; a day that has passed since may stay."""
        found = list(row.faults)
        at_fault = {problem.column for problem in found}
        deadline_kept = kept is not None and facts.deadline == kept.deadline
        for name, sentence in problems(facts, person, self.today):
            if name == "deadline" and deadline_kept:
                continue
            column = self._column_of(name)
            if column is None:
                found.append(_missing(row.number, name, str(sentence)))
            elif column.name not in at_fault:
                value = words.text(row.cells[column.index]) if column.index < len(row.cells) else ""
                found.append(Problem(row.number, column.name, value, str(sentence)))
        return found

    def _column_of(self, name: str) -> Column | None:
        """The column of a fact, when the list has one."""
        spare = {"commune": "postcode", "name": "first_name"}.get(name, "")
        return next(iter([*self.by_field.get(_field(name), ()), *self.by_field.get(spare, ())]), None)


def _field(fact: str) -> str:
    """The field of a list that a fact, or a part of an identity, comes from."""
    return {"kinds": "machines", "places": "place"}.get(fact, fact)


def _missing(number: int, fact: str, sentence: str) -> Problem:
    field = _field(fact)
    what = _("nothing says “%(field)s”. %(what)s") % {"field": FIELDS.get(field, field), "what": sentence}
    return Problem(number, "", "", what, field)


def _tells(field: str) -> bool:
    """A row that holds only its number or its choices is of nobody: rows prepared and left empty."""
    return field in IDENTITY


class _Row:
    def __init__(self, reader: _Reader, number: int, cells: Sequence[Cell]) -> None:
        self.reader, self.number, self.cells = reader, number, cells
        self.problems: list[Problem] = []

    def cell(self, column: Column) -> Cell:
        return self.cells[column.index] if column.index < len(self.cells) else None

    def said(self, field: str) -> Iterator[tuple[Column, Cell]]:
        """The columns of this field whose cell holds something."""
        for column in self.reader.by_field.get(field, ()):
            if words.text(self.cell(column)):
                yield column, self.cell(column)

    def text(self, field: str) -> str:
        return ", ".join(words.text(cell) for _column, cell in self.said(field))

    def wrong(self, column: Column, what: str) -> None:
        self.problems.append(Problem(self.number, column.name, words.text(self.cell(column))[:80], what))

    def said_of(self) -> Said:
        criteria, denied = self._criteria()
        person = {name: value for name, value in self._person().items() if value}
        facts = {name: value for name, value in self._facts().items() if value is not None and value != ""}
        return Said(person, facts, criteria, denied, self._day("proof"))

    def _person(self) -> dict[str, str]:
        name = " ".join(filter(None, (self.text("first_name"), self.text("name"))))
        said = {
            "name": name,
            "contact": self.text("contact"),
            "address": self.text("address"),
            "note": self.text("note"),
        }
        for name, longest in LONGEST.items():
            if len(self.text(name)) > longest:
                column, _cell = next(self.said(name))
                self.wrong(column, _("This is too long: at most %(most)d signs.") % {"most": longest})
        return {**said, "phone": self._phone(), "email": self._email()}

    def _phone(self) -> str:
        """The first number that is one: a list often has two columns of them."""
        found = [(column, words.phone(cell)) for column, cell in self.said("phone")]
        for _column, number in found:
            if number:
                return number
        for column, _number in found:
            value = {"value": words.text(self.cell(column))[:40]}
            self.wrong(
                column, _("“%(value)s” is no telephone number. Write ten digits, or “+” and the country's.") % value
            )
        return ""

    def _email(self) -> str:
        for column, cell in self.said("email"):
            found = words.email(cell)
            if found is None:
                value = {"value": words.text(cell)[:60]}
                self.wrong(column, _("“%(value)s” is no e-mail address. Correct it, or leave it empty.") % value)
            return found or ""
        return ""

    def _facts(self) -> dict[str, Any]:
        """What its cells say, without criteria; None or empty where they say nothing."""
        kinds, commune = kinds_of(self._several("machines")), self._commune()
        return {
            "beneficiary": self._choice("beneficiary"),
            "use": self._choice("use"),
            "kinds": kinds or None,
            "quantity": self._number("quantity"),
            "minimum": self._number("minimum"),
            "commune": commune,
            "district": self._district(commune or self.reader.whole.commune or None),
            "places": self._places() or None,
            "delivery": self._yes("delivery"),
            "deadline": self._day("deadline"),
            "adaptations": self._several("adaptations") or None,
            "language": self._choice("language"),
            "contact_way": self._choice("contact_way"),
        }

    def _habits(self, field: str) -> Mapping[str, str]:
        return self.reader.habits.get(field, {})

    def _choice(self, field: str) -> str:
        for column, cell in self.said(field):
            said = words.text(cell)
            value = words.choice(field, said, self._habits(field))
            if value is None:
                self._not_a_choice(column, field, said)
            return value or ""
        return ""

    def _several(self, field: str) -> list[str]:
        found: list[str] = []
        for column, cell in self.said(field):
            values, unknown = words.several(field, words.text(cell), self._habits(field))
            found += values
            for said in unknown:
                self._not_a_choice(column, field, said)
        return list(dict.fromkeys(found))

    def _not_a_choice(self, column: Column, field: str, said: str) -> None:
        told = {"value": said[:60], "words": words.names(words.choices(field))}
        self.wrong(column, _("“%(value)s” is not understood. Write one of these: %(words)s.") % told)

    def _number(self, field: str) -> int | None:
        for column, cell in self.said(field):
            found = count(cell)
            if not found:
                value = {"value": words.text(cell)[:40]}
                self.wrong(column, _("“%(value)s” is not a number of machines. Write 1, 2…") % value)
            return found or None
        return None

    def _yes(self, field: str) -> bool | None:
        for column, cell in self.said(field):
            found = words.yes(cell)
            if found is None:
                value = {"value": words.text(cell)[:40]}
                self.wrong(column, _("“%(value)s” is neither yes nor no. Write “yes”, or leave it empty.") % value)
            return found
        return None

    def _day(self, field: str) -> date | None:
        for column, cell in self.said(field):
            found = words.day(cell)
            if found is None:
                value = {"value": words.text(cell)[:40], "example": "18/03/2027"}
                self.wrong(column, _("“%(value)s” is not a day. Write it as %(example)s.") % value)
            return found
        return None

    def _commune(self) -> str | None:
        said, postcode = self.text("commune"), self.text("postcode")
        if not said and not postcode:
            return None
        code, wrong = self.reader.gazetteer.commune(said, postcode)
        if code is None:
            column, _cell = next(iter([*self.said("commune"), *self.said("postcode")]))
            self.wrong(column, wrong)
        return code

    def _district(self, commune: str | None) -> str | None:
        for column, cell in self.said("district"):
            said = words.text(cell)
            if words.yes(cell) is not None:  # "oui" says that there is one, not which
                if words.yes(cell):
                    self.wrong(column, _("Write which priority district: its name or its code."))
                return None
            code, wrong = self.reader.gazetteer.district(said, commune)
            if wrong:
                self.wrong(column, wrong)
            return code or None
        return None

    def _places(self) -> list[UUID]:
        for column, cell in self.said("place"):
            found = self.reader.gazetteer.place(words.text(cell))
            if found is None:
                value = {"value": words.text(cell)[:60]}
                self.wrong(
                    column, _("“%(value)s” is no place open to the public here. Leave it empty: anywhere near.") % value
                )
            return [found] if found else []
        return []

    def _criteria(self) -> tuple[dict[str, date | None], set[str]]:
        """Those of the cells and of the columns of their own, where a day is when its proof was seen; those denied."""
        found: dict[str, date | None] = dict.fromkeys(self._several("criteria"))
        denied = set()
        for criterion in Criterion:
            for column, cell in self.said(f"is_{criterion.value}"):
                day, yes = words.day(cell), words.yes(cell)
                if day:
                    found[criterion.value] = day
                elif yes:
                    found.setdefault(criterion.value, None)
                elif yes is None:
                    value = {"value": words.text(cell)[:40]}
                    self.wrong(column, _("“%(value)s” is neither yes nor no, nor the day the proof was seen.") % value)
                else:
                    denied.add(criterion.value)
        return found, denied - found.keys()


def unknown_words(checked: Iterable[Checked], columns: Columns, most: int = 20) -> dict[str, list[str]]:
    """The words of choice columns that are not understood, by field: someone may say once what each means."""
    fields = {column.name: column.field for column in columns.columns if column.field in words.SYNONYMS}
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in checked:
        for problem in row.problems:
            if (name := fields.get(problem.column)) and name not in words.LISTS and len(problem.value) <= 60:
                found[name][problem.value] = found[name].get(problem.value, 0) + 1
    return {name: sorted(said, key=lambda one: (-said[one], one))[:most] for name, said in found.items()}


def summary(checked: Sequence[Checked]) -> dict[str, int]:
    counted = {"new": 0, "known": 0, "changed": 0, "repeated": 0, "wrong": 0}
    for row in checked:
        counted[row.outcome] += 1
    return counted


def machines_asked(checked: Iterable[Checked]) -> str:
    count_ = sum(row.facts.quantity for row in checked if row.outcome == "new")
    return ngettext("%(count)d machine asked", "%(count)d machines asked", count_) % {"count": count_}
