"""Requests through the API: filed by a prescriber's own program, followed by their code.

Whom a request is for is told to a key of its prescriber alone, one request at a time, each reading journalled.
"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import AfterValidator

from maillon.hardware.model import Kind
from maillon.hardware.thresholds import Use
from maillon.kernel import codes, vault
from maillon.kernel.errors import NotFound, Refusal
from maillon.needs import commands, contacts, queries
from maillon.needs.facts import MOST_MACHINES, Facts
from maillon.needs.forms import CLOSINGS
from maillon.needs.identities import Person
from maillon.needs.lists.rows import keys_of
from maillon.needs.models import Request
from maillon.needs.vocabulary import (
    Adaptation,
    Beneficiary,
    Closing,
    ContactWay,
    Criterion,
    KindOfMachine,
    Language,
    RequestState,
    kinds_of,
)
from maillon.territory.models import Commune

router = Router()
PAGE = 100


class Problem(Schema):
    code: str = Field(description="not_allowed, not_found, refused, not_valid, no_key, error")
    detail: str


class RefusalOut(Problem):
    remedies: list[str]


def _writable(text: str) -> str:
    """Half of a sign that takes two, or a sign of control, is no text."""
    if any("\ud800" <= sign <= "\udfff" or (sign < " " and sign != "\n") for sign in text):
        raise ValueError("holds signs that are no text")
    return text


Text = Annotated[str, AfterValidator(_writable)]


class PersonIn(Schema):
    """Whom it is for. Encrypted, told to the prescriber's own keys and people alone, erased by the retention rules."""

    name: Text = Field(description="Of the person, the household or the group", min_length=1, max_length=120)
    contact: Text = Field("", description="Whom to ask for: a parent, a teacher", max_length=120)
    phone: Text = Field("", description="As people write it, or “+” and the country's code", max_length=30)
    email: Text = Field("", max_length=254)
    address: Text = Field("", description="Postal address", max_length=300)
    note: Text = Field("", description="Such as “after 5 pm”; nothing of health, origin or beliefs", max_length=300)


class CriterionIn(Schema):
    criterion: Criterion
    proof_seen_on: date | None = Field(None, description="The day its proof was seen; the document is never kept")


class RequestIn(Schema):
    reference: Text = Field(
        description="Your own, kept as a digest: sent again, it answers the request it made, and files nothing",
        min_length=1,
        max_length=200,
    )
    person: PersonIn
    beneficiary: Beneficiary
    use: Use
    machines: list[KindOfMachine] = Field(description="Those that would do", min_length=1, max_length=3)
    quantity: int = Field(1, ge=1, le=MOST_MACHINES)
    minimum: int = Field(1, description="Fewest accepted", ge=1, le=MOST_MACHINES)
    commune: str = Field(description="INSEE code", pattern=r"^[0-9AB]{5}$")
    district: str | None = Field(None, description="Code of the priority district", pattern=r"^[0-9A-Z]{4,12}$")
    places: list[UUID] = Field([], description="Where they can fetch it; none: anywhere near", max_length=20)
    delivery: bool = False
    deadline: date | None = None
    adaptations: list[Adaptation] = Field([], max_length=len(Adaptation))
    language: Language = Language.FRENCH
    contact_way: ContactWay = ContactWay.PRESCRIBER
    criteria: list[CriterionIn] = Field([], max_length=len(Criterion))


class CriterionOut(Schema):
    criterion: str
    proof_seen_on: date | None


class RequestOut(Schema):
    code: str
    state: RequestState
    beneficiary: Beneficiary
    use: Use
    kinds: list[Kind]
    quantity: int
    minimum: int
    commune: str | None = Field(description="INSEE code")
    district: str | None
    delivery: bool
    deadline: date | None
    since: date = Field(description="Waiting counts from this day")
    changed_at: datetime
    closing: str = Field(description="Why it ended without a machine; empty while it has not")


class PersonOut(Schema):
    name: str
    contact: str
    phone: str
    email: str
    address: str
    note: str


class RequestDetail(RequestOut):
    criteria: list[CriterionOut]
    adaptations: list[str]
    language: str
    identity: PersonOut | None = Field(
        description="For a key of its prescriber that holds needs.identity: each reading is recorded; else null"
    )


class RequestPage(Schema):
    requests: list[RequestOut]
    next: UUID | None = Field(description="Give it as `after` to read on; null at the end")


class WithdrawIn(Schema):
    closing: Closing = Closing.NO_LONGER_NEEDED


ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
Code = Annotated[str, Field(description="As the platform gave it: K7M-2XQ4", max_length=200)]


@router.post(
    "/requests",
    response={201: RequestOut, 200: RequestOut, **ERRORS, 409: RefusalOut},
    summary="File a request, once for each reference",
)
def file_request(request: HttpRequest, asked: RequestIn) -> Status[dict[str, Any]]:
    actor = _actor(request)
    actor.require("needs.change")
    person, facts = _person(asked.person), _facts(asked)
    keys = keys_of(asked.reference, person, facts, actor.home)
    if known := _filed(actor, keys):
        return Status(200, _out(known))
    try:
        filed = commands.file_request(actor=actor, person=person, facts=facts, import_key=keys[0])
    except IntegrityError:  # the same reference, sent twice at once
        known = _filed(actor, keys)
        if known is None:
            raise
        return Status(200, _out(known))
    return Status(201, _out(filed))


@router.get("/requests", response={200: RequestPage, **ERRORS}, summary="The requests this key may see, oldest first")
def requests(
    request: HttpRequest,
    state: Annotated[RequestState | None, Query()] = None,
    after: Annotated[UUID | None, Query()] = None,
) -> dict[str, Any]:
    actor = _actor(request)
    actor.require("needs.view")
    rows = Request.objects.visible_to(actor).order_by("pk")
    if state:
        rows = rows.filter(state=state.value)
    if after:
        rows = rows.filter(pk__gt=after)
    page = list(rows[: PAGE + 1])
    return {"requests": [_out(row) for row in page[:PAGE]], "next": page[PAGE - 1].pk if len(page) > PAGE else None}


@router.get(
    "/requests/{code}",
    response={200: RequestDetail, **ERRORS, 409: RefusalOut},
    summary="One request; whom it is for, to its prescriber's key alone",
)
def one_request(request: HttpRequest, code: Code) -> dict[str, Any]:
    actor = _actor(request)
    actor.require("needs.view")
    found = _found(request, code)
    own = found.prescriber_id == actor.organisation_id and found.identity_id is not None
    identity = None
    if own and actor.may("needs.identity"):
        try:
            identity = commands.read_identity(actor=actor, request_id=found.pk, purpose="api")
        except vault.Unreadable:
            raise Refusal(
                _("The name and contact of this request can not be opened."),
                _("Tell whoever runs the platform: a former vault key is missing."),
            ) from None
    criteria = list(found.criteria.values("criterion", "proof_seen_on"))
    more = {"adaptations": found.adaptations, "language": found.language, "criteria": criteria}
    return {**_out(found), **more, "identity": identity}


@router.post(
    "/requests/{code}/withdraw",
    response={200: RequestOut, **ERRORS, 409: RefusalOut},
    summary="Withdraw a request",
)
def withdraw(request: HttpRequest, code: Code, asked: WithdrawIn) -> dict[str, Any]:
    actor = _actor(request)
    actor.require("needs.change")
    if asked.closing not in dict(CLOSINGS):
        raise HttpError(422, f"closing: one of {', '.join(value for value, _name in CLOSINGS)}")
    found = _found(request, code)
    return _out(commands.withdraw_request(actor=actor, request_id=found.pk, closing=asked.closing.value))


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _found(request: HttpRequest, code: str) -> Request:
    parsed = codes.parse(code)
    if not isinstance(parsed, str):
        raise NotFound
    return queries.found(_actor(request), parsed)


def _filed(actor: Any, keys: list[str]) -> Request | None:
    found: Request | None = Request.objects.filter(prescriber_id=actor.home, import_key__in=keys).first()
    return found


def _person(said: PersonIn) -> Person:
    phone = contacts.phone_number(said.phone) if said.phone else ""
    if phone is None:
        raise HttpError(
            422, _("This is no telephone number: ten digits, or “+” and the country's code for one from abroad.")
        )
    if said.email:
        try:
            validate_email(said.email)
        except ValidationError as error:
            raise HttpError(422, f"email: {' '.join(error.messages)}") from None
    return Person(said.name.strip(), said.contact.strip(), phone, said.email, said.address.strip(), said.note.strip())


def _facts(said: RequestIn) -> Facts:
    if not Commune.objects.filter(pk=said.commune).exists():
        raise HttpError(422, _("No commune is called “%(text)s”.") % {"text": said.commune})
    return Facts(
        beneficiary=said.beneficiary.value,
        use=said.use.value,
        kinds=kinds_of(machine.value for machine in said.machines),
        quantity=said.quantity,
        minimum=said.minimum,
        commune=said.commune,
        district=said.district,
        places=said.places,
        delivery=said.delivery,
        deadline=said.deadline,
        adaptations=sorted({adaptation.value for adaptation in said.adaptations}),
        language=said.language.value,
        contact_way=said.contact_way.value,
        criteria={one.criterion.value: one.proof_seen_on for one in said.criteria},
    )


def _out(request: Request) -> dict[str, Any]:
    same = ("code", "state", "beneficiary", "use", "kinds", "quantity", "minimum", "delivery", "deadline", "since")
    return {
        **{name: getattr(request, name) for name in (*same, "changed_at", "closing")},
        "commune": request.commune_id,
        "district": request.district_id,
    }
