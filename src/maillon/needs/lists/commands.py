"""What changes lists of requests: received sealed, entered row by row, erased."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import zstandard
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.hardware import tables
from maillon.hardware.fleet_values import fold
from maillon.hardware.model import Limits, Unreadable
from maillon.hardware.tables import Table
from maillon.kernel import ledger, vault, wording
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, Refusal, find
from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.translation import told
from maillon.needs import identities
from maillon.needs.commands import change_request, facts_of, file_request
from maillon.needs.facts import Facts
from maillon.needs.identities import USE, Person
from maillon.needs.lists import columns, rows, words
from maillon.needs.lists.columns import Columns
from maillon.needs.lists.models import ListHabits, ListState, RequestList
from maillon.needs.lists.rows import Checked, Whole
from maillon.needs.models import Request
from maillon.needs.vocabulary import Beneficiary
from maillon.territory.actors import actor_for
from maillon.territory.models import Organisation, OrganisationKind, User

MOST_BYTES = 5 * 2**20
MOST_ROWS = 5_000
AT_ONCE = 60  # rows: more are entered by a job
LIMITS = Limits(input_bytes=MOST_BYTES, seconds=20)
MOST_HABITS = 300


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """A list opened. Its representation says nothing: it names people."""

    name: str
    sheets: list[Table]

    def __repr__(self) -> str:
        return "<Content>"

    def sheet(self, name: str) -> Table:
        return next((table for table in self.sheets if table.sheet == name), columns.longest(self.sheets))


@dataclass(frozen=True, slots=True, repr=False)
class Rest:
    """The rows of a list left to correct, with the reasons in their last cell."""

    name: str
    titles: list[str]
    rows: list[list[str]]

    def __repr__(self) -> str:
        return "<Rest>"


# --- received


def receive(*, actor: Actor, data: bytes, name: str) -> RequestList:
    """Keep a list, sealed, with a proposal for its columns. Raises NotAllowed, Refusal (no list; too long)."""
    user = _person(actor)
    sheets = _tables(data, name)
    table = columns.longest(sheets)
    habits = habits_of(actor)
    proposed = columns.guess(table, habits.titles)
    count = rows.filled(table, proposed.header)
    if count > MOST_ROWS:
        raise Refusal(
            _("This list holds more than %(most)d rows.") % {"most": MOST_ROWS}, _("Send it in several parts.")
        )
    content = {"name": name[-120:], "data": b64encode(zstandard.compress(data, 6)).decode()}
    with transaction.atomic():
        received: RequestList = RequestList.objects.create(
            prescriber_id=actor.home,
            user=user,
            sealed=vault.seal(json.dumps(content), USE),
            columns=proposed.to_json(),
            whole=habits.whole or _first_whole(actor).to_json(),
            count=count,
        )
        ledger.append("request_list.received", actor, received.pk, rows=count)
    return received


def _first_whole(actor: Actor) -> Whole:
    """A school's rows are pupils until someone says otherwise."""
    school = Organisation.objects.filter(pk=actor.home, kind=OrganisationKind.SCHOOL).exists()
    return Whole(beneficiary=Beneficiary.PUPIL.value if school else "")


def _person(actor: Actor) -> UUID:
    actor.require("needs.change")
    actor.require("needs.identity")
    if actor.user_id is None:
        raise NotAllowed("(not a person)")
    return actor.user_id


def _tables(data: bytes, name: str) -> list[Table]:
    if len(data) > MOST_BYTES:
        raise Refusal(
            _("“%(file)s” is larger than %(size)d MB.") % {"file": name, "size": MOST_BYTES >> 20},
            _("Copy the list alone into a new spreadsheet, or send it in several parts."),
        )
    found = tables.read_tables(data, LIMITS)
    if isinstance(found, Unreadable):
        raise Refusal(f"{wording.colon(name)} {told(found.reason)}", told(found.hint))
    found = [table for table in found if table.rows]
    if not found or max(len(table.rows) for table in found) < 2:
        raise Refusal(
            _("“%(file)s” holds no list: two rows at least, titles first.") % {"file": name},
            _("Start from the empty list of this page."),
        )
    if any(table.left_out for table in found):
        raise Refusal(
            _("This list holds more than %(most)d rows.") % {"most": MOST_ROWS}, _("Send it in several parts.")
        )
    return found


def open_list(actor: Actor, listed: RequestList) -> Content:
    """The sheets of a list not yet entered. Raises Refusal (erased), vault.Unreadable."""
    content = _unsealed(listed)
    data = zstandard.decompress(b64decode(content["data"]), max_output_size=MOST_BYTES)
    _tell_read(actor, listed)
    return Content(content["name"], _tables(data, content["name"]))


def open_rest(actor: Actor, listed: RequestList) -> Rest:
    """The rows left to correct. Raises Refusal (erased), vault.Unreadable."""
    content = _unsealed(listed)
    _tell_read(actor, listed)
    return Rest(content["name"], content["titles"], content["rows"])


def _unsealed(listed: RequestList) -> dict[str, Any]:
    if not listed.sealed:
        raise Refusal(_("This list was erased."), _("Send it again: what was entered is not entered twice."))
    content: dict[str, Any] = json.loads(vault.unseal(listed.sealed, USE))
    return content


def _tell_read(actor: Actor, listed: RequestList) -> None:
    """Whoever sent a list knows what it holds; a colleague who opens it reads people's names."""
    if actor.user_id != listed.user:
        with transaction.atomic():
            ledger.append("request_list.read", actor, listed.pk)


def habits_of(actor: Actor) -> ListHabits:
    return ListHabits.objects.filter(pk=actor.home).first() or ListHabits(organisation_id=actor.home)


def columns_of(listed: RequestList, content: Content, habits: ListHabits) -> Columns:
    """The columns as they were last said."""
    said = listed.columns
    table = content.sheet(said.get("sheet", ""))
    guessed = columns.guess(table, habits.titles, said.get("header"))
    known = {int(index): field for index, field in said.get("fields", {}).items() if field in columns.FIELDS}
    return guessed.said({column.index: known.get(column.index, "") for column in guessed.columns})


def describe(
    *,
    actor: Actor,
    list_id: UUID,
    said: Columns,
    whole: Whole,
    meant: Mapping[str, Mapping[str, str]] | None = None,
    updates: bool = True,
) -> RequestList:
    """Keep what the columns hold, what is true of every row, and what words mean (field -> word -> value).

    updates: rows that say otherwise of a request entered before are to change it.
    Raises NotAllowed, NotFound, Refusal (entered or erased meanwhile).
    """
    _person(actor)
    with transaction.atomic():
        listed = _waiting(actor, list_id)
        listed.columns, listed.whole, listed.updates = said.to_json(), whole.to_json(), updates
        listed.save(update_fields=["columns", "whole", "updates"])
        _remember(actor, said, whole, meant or {})
    return listed


def _remember(actor: Actor, said: Columns, whole: Whole, meant: Mapping[str, Mapping[str, str]]) -> None:
    habits, _new = ListHabits.objects.select_for_update().get_or_create(pk=actor.home)
    titles = {
        fold(column.title): column.field
        for column in said.columns
        if column.sure == "said" and fold(column.title) and len(column.title) <= 80
    }
    habits.titles = dict([*habits.titles.items(), *titles.items()][-MOST_HABITS:])
    for field, values in meant.items():
        allowed = {value for value, _name in words.choices(field)}
        folded = {fold(word): value for word, value in values.items() if value in allowed and fold(word)}
        known = {**habits.words.get(field, {}), **folded}
        habits.words = {**habits.words, field: dict(list(known.items())[-MOST_HABITS:])}
    habits.whole = {**whole.to_json(), "deadline": "", "proof": ""}  # a day is of one list
    habits.save()


def _waiting(actor: Actor, list_id: UUID) -> RequestList:
    listed: RequestList = find(RequestList.objects.select_for_update().readable_by(actor), list_id)
    if listed.state != ListState.WAITING:
        raise Refusal(
            _("This list is “%(state)s”.") % {"state": listed.get_state_display()},
            _("Look at its page: someone may have been quicker."),
        )
    return listed


# --- entered


def checked(actor: Actor, listed: RequestList, content: Content, habits: ListHabits) -> tuple[Columns, list[Checked]]:
    """Each row of the list as it would enter now."""
    said = columns_of(listed, content, habits)
    found = rows.check(
        actor=actor,
        table=content.sheet(said.sheet),
        columns=said,
        whole=Whole.from_json(listed.whole),
        habits=habits.words,
        today=timezone.localdate(),
    )
    return said, found


def enter(*, actor: Actor, list_id: UUID) -> RequestList:
    """Enter the sound rows, at once when they are few, by a job otherwise. Raises NotAllowed, NotFound, Refusal."""
    from maillon.needs.lists.jobs import enter_list  # the job calls what is below

    _person(actor)
    with transaction.atomic():
        listed = _waiting(actor, list_id)
        listed.state = ListState.ENTERING
        if listed.count > AT_ONCE:
            listed.job = str(enter_list.using(actor=actor).enqueue(str(listed.pk)).id)
        listed.save(update_fields=["state", "job"])
        if not listed.job:
            content, habits = open_list(actor, listed), habits_of(actor)
            _said, found = checked(actor, listed, content, habits)
            enter_some(actor, listed, found)
            finish(actor, listed, content, habits)
    return listed


def actor_of(listed: RequestList) -> Actor:
    """Who asked for the entry, as it is today, never for another organisation of its own. Raises NotAllowed."""
    actor = actor_for(User.objects.get(pk=listed.user), listed.prescriber_id)
    if actor.organisation_id != listed.prescriber_id:
        raise NotAllowed("(no longer of this organisation)")
    _person(actor)
    return actor


def enter_some(actor: Actor, listed: RequestList, some: Sequence[Checked]) -> None:
    """File the sound rows among these, and change what they correct; those already there are told. In the transaction
    under way.

    A row that is refused after all stays sound here: `finish` tries it again, and says why.
    """
    _lock(listed, [row.code for row in some if row.outcome == "changed"])
    entered, changed, known = list(listed.entered), list(listed.changed), list(listed.known)
    for row in some:
        if row.outcome == "known" or (row.outcome == "changed" and not listed.updates):
            known.append([row.number, row.code])
        elif row.outcome == "changed" and _change(actor, row):
            changed.append([row.number, row.code])
        elif row.outcome == "new" and (code := _file(actor, row)):
            entered.append([row.number, code])
    listed.entered, listed.changed, listed.known = entered, changed, known
    listed.save(update_fields=["entered", "changed", "known"])


def _lock(listed: RequestList, changed: Sequence[str]) -> None:
    """So that nobody waits in a circle: two lists of one organisation, of the same people in other orders, one after
    the other; the requests to change in the order in which the publication of a plan locks them."""
    Organisation.objects.select_for_update(no_key=True).get(pk=listed.prescriber_id)
    list(Request.objects.select_for_update(of=("self",)).filter(code__in=changed).order_by("pk").values("pk"))


def _file(actor: Actor, row: Checked) -> str:
    """The code of the request it makes; empty, with the row's problems, when it is refused."""
    try:
        with transaction.atomic():
            request = file_request(actor=actor, person=row.person, facts=row.facts, import_key=row.keys[0])
    except Refusal as refused:
        _set_aside(row, refused)
        return ""
    except IntegrityError:  # the same line, entered by someone else at this moment
        request = Request.objects.get(prescriber_id=actor.home, import_key=row.keys[0])
    return request.code


def _change(actor: Actor, row: Checked) -> bool:
    """Change the request that the row is, as it is at this moment; False, with why, when it is refused."""
    try:
        with transaction.atomic():
            request = Request.objects.select_for_update(of=("self",)).select_related("identity").get(code=row.code)
            change_request(
                actor=actor,
                request_id=request.pk,
                facts=row.said.facts_after(facts_of(request)),
                person=row.said.person_after(identities.read(request.identity)) if request.identity else None,
            )
    except Refusal as refused:
        _set_aside(row, refused)
        return False
    return True


def _set_aside(row: Checked, refused: Refusal) -> None:
    row.problems.append(rows.Problem(row.number, "", "", " ".join(map(str, refused.remedies)) or str(refused)))
    row.outcome = "wrong"


def finish(actor: Actor, listed: RequestList, content: Content, habits: ListHabits) -> None:
    """Keep what is to correct alone, sealed; nothing when all entered. In the transaction under way."""
    said, found = checked(actor, listed, content, habits)
    again_ = {"new", "changed"} if listed.updates else {"new"}
    enter_some(actor, listed, [row for row in found if row.outcome in again_])
    left = to_correct(content, said, found)
    listed.state, listed.finished_at, listed.wrong = ListState.ENTERED, timezone.now(), len(left.rows)
    rest = {"name": left.name, "titles": left.titles, "rows": left.rows}
    listed.sealed = vault.seal(json.dumps(rest), USE) if left.rows else ""
    listed.save(update_fields=["state", "finished_at", "wrong", "sealed"])
    ledger.append(
        "request_list.entered",
        actor,
        listed.pk,
        entered=len(listed.entered),
        known=len(listed.known) + len(listed.changed),
        wrong=listed.wrong,
    )


def again(*, actor: Actor, list_id: UUID) -> RequestList:
    """A list whose entry failed waits for its confirmation again; what was entered is not entered twice.

    Raises NotAllowed, NotFound, Refusal (it is being entered).
    """
    _person(actor)
    with transaction.atomic():
        listed: RequestList = find(RequestList.objects.select_for_update().readable_by(actor), list_id)
        going = Job.objects.filter(status__in=[Status.READY, Status.RUNNING])
        running = bool(listed.job) and going.filter(pk=listed.job).exists()
        if listed.state != ListState.ENTERING or running:
            raise Refusal(
                _("This list is “%(state)s”.") % {"state": listed.get_state_display()},
                _("Look at its page: someone may have been quicker."),
            )
        listed.state, listed.job = ListState.WAITING, ""
        listed.entered, listed.changed, listed.known = [], [], []
        listed.save(update_fields=["state", "job", "entered", "changed", "known"])
    return listed


def to_correct(content: Content, said: Columns, found: Sequence[Checked]) -> Rest:
    """The rows that can not enter, as they were written, with why in a column more."""
    table = content.sheet(said.sheet)
    width = len(said.columns)
    titles = [column.title or column.name for column in said.columns]
    reasons = str(_("To correct"))
    wrong = []
    for row in found:
        if row.outcome == "wrong":
            cells = [words.text(cell) for cell in table.rows[row.number - 1]][:width]
            why = " ".join(problem.here for problem in row.problems)
            wrong.append([*cells, *[""] * (width - len(cells)), why])
    if titles and fold(titles[-1]) == fold(reasons):  # a corrected file that comes back has that column already
        titles, wrong = titles[:-1], [[*row[:-2], row[-1]] for row in wrong]
    return Rest(content.name, [*titles, reasons], wrong)


def enter_group(*, actor: Actor, list_id: UUID, person: Person, facts: Facts) -> Request:
    """One request for the whole list (a class): how many, never who. The list is erased.

    Raises NotAllowed, NotFound, Refusal.
    """
    _person(actor)
    with transaction.atomic():
        listed = _waiting(actor, list_id)
        request = file_request(actor=actor, person=person, facts=facts)
        listed.entered = [[0, request.code]]
        _erase(actor, listed, ListState.ENTERED, "group")
    return request


# --- erased


def erase(*, actor: Actor, list_id: UUID) -> RequestList:
    """Nothing is left of the file; requests that it made stay. Raises NotAllowed, NotFound, Refusal (being entered)."""
    _person(actor)
    with transaction.atomic():
        listed: RequestList = find(RequestList.objects.select_for_update().readable_by(actor), list_id)
        if listed.state == ListState.ENTERING:
            raise Refusal(_("This list is being entered."), _("Wait for its end, then look at its page again."))
        if listed.sealed:
            _erase(actor, listed, ListState(listed.state), "asked")
    return listed


def erase_due(list_id: UUID, before: datetime, actor: Actor) -> bool:
    """Erase a list received, or entered, before this instant; False when it changed meanwhile."""
    with transaction.atomic():
        listed = RequestList.objects.select_for_update().get(pk=list_id)
        if not listed.sealed or (listed.finished_at or listed.created_at) >= before:
            return False
        _erase(actor, listed, ListState(listed.state), "retention")
    return True


def _erase(actor: Actor, listed: RequestList, state: ListState, reason: str) -> None:
    listed.sealed = ""
    listed.state = ListState.ENTERED if state is ListState.ENTERED else ListState.ERASED
    listed.finished_at = listed.finished_at or timezone.now()
    listed.save(update_fields=["sealed", "state", "finished_at", "entered"])
    ledger.append("request_list.erased", actor, listed.pk, reason=reason)
