"""What pages read of requests, never of identities."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from maillon.kernel import codes, events
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger import Entry
from maillon.needs import contacts, identities, rules
from maillon.needs.commands import stream
from maillon.needs.models import Identity, IdentityMark, Request, RequestCriterion
from maillon.needs.vocabulary import OPEN, PROVED, RequestState

PER_PAGE = 50
COUNTED = 10_000
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # before any request
FOLLOWED = (*OPEN, RequestState.SERVED)  # a household served elsewhere is followed elsewhere too


class RequestPage(NamedTuple):
    requests: list[Request]
    next: str  # what `after` takes to go on; empty at the end


def visible(viewer: Actor) -> QuerySet[Request]:
    """A prescriber's own, a coordination's territory's, with what a line of a list shows."""
    shown: QuerySet[Request] = Request.objects.visible_to(viewer).select_related("commune", "district", "prescriber")
    return shown


def found(viewer: Actor, code: str) -> Request:
    """By its stored code. Raises NotFound: absent, or another's."""
    request = visible(viewer).filter(code=code).first()
    if request is None:
        raise NotFound
    return request


def request_page(viewer: Actor, state: str, after: str = "") -> RequestPage:
    """One page of those in a state: waiting ones the oldest first, the others the latest first. One query.

    after: as the page before gave it. Raises ValueError when it is not.
    """
    ascending = state in OPEN
    rows = visible(viewer).filter(state=state)
    if after:
        day, key = after.split("_")
        since, pk = date.fromisoformat(day), UUID(key)
        beyond = "gt" if ascending else "lt"
        rows = rows.filter(Q(since=since, **{f"pk__{beyond}": pk}) | Q(**{f"since__{beyond}": since}))
    order = ("since", "pk") if ascending else ("-since", "-pk")
    shown = list(rows.order_by(*order)[: PER_PAGE + 1])
    more = len(shown) > PER_PAGE
    shown = shown[:PER_PAGE]
    return RequestPage(shown, f"{shown[-1].since.isoformat()}_{shown[-1].pk}" if more else "")


def search(viewer: Actor, text: str) -> list[Request]:
    """By a code; for its prescriber also by the whole name, the telephone or the e-mail, through their marks alone."""
    parsed = codes.parse(text)
    if isinstance(parsed, str) and (by_code := visible(viewer).filter(code=parsed).first()):
        return [by_code]
    if not viewer.may("needs.identity") or viewer.organisation_id is None or viewer.territory_id is None:
        return []
    told = identities.Person(text, phone=contacts.phone_number(text) or "", email=text if "@" in text else "")
    values = [
        *identities.own_marks(told.name, viewer.organisation_id),
        *(mark for mark in identities.marks_of(told, viewer.territory_id, "") if mark[0] != "name"),
    ]
    marked = IdentityMark.objects.filter(
        territory=viewer.territory_id, kind__in={kind for kind, _value in values}, value__in=[v for _kind, v in values]
    )
    own = visible(viewer).filter(prescriber=viewer.organisation_id, identity__in=marked.values("identity"))
    return list(own.order_by("-since", "-pk")[:PER_PAGE])


def state_counts(viewer: Actor) -> dict[str, int]:
    """How many in each state, up to COUNTED: a territory may hold a million. One short query a state."""
    own = Request.objects.visible_to(viewer).order_by()
    counts = {state.value: own.filter(state=state).values("state")[:COUNTED].count() for state in RequestState}
    return {state: count for state, count in counts.items() if count}


def incomplete(viewer: Actor) -> QuerySet[Request]:
    """Waiting requests with a criterion whose proof nobody saw yet: it counts for nothing until then."""
    unseen = RequestCriterion.objects.filter(request=OuterRef("pk"), criterion__in=PROVED, proof_seen_on=None)
    return Request.objects.visible_to(viewer).filter(Exists(unseen), state=RequestState.WAITING)


def about_to_expire(viewer: Actor, today: date) -> QuerySet[Request]:
    """Open requests whose identity is erased, and that close, within two months if nobody says they still need it."""
    last = rules.years_before(today + timedelta(days=rules.NOTICE_DAYS), rules.ACTIVE_YEARS)
    silent = Identity.objects.filter(prescriber=viewer.organisation_id, last_contact_on__lte=last)
    return Request.objects.visible_to(viewer).filter(identity__in=silent, state__in=OPEN)


def erasures_asked(viewer: Actor) -> QuerySet[Request]:
    return Request.objects.visible_to(viewer).filter(erasure_asked_at__isnull=False, identity__isnull=False)


def followed_twice(viewer: Actor) -> QuerySet[Request]:
    """The viewer's own open requests whose twins, of another identity with a same mark, it has not looked at yet.

    Index look-ups alone: 50 ms for two thousand open requests among 200,000.
    """
    looked = Coalesce(OuterRef(OuterRef("twins_checked_at")), Value(LONG_AGO), output_field=DateTimeField())
    others = (
        Identity.objects.filter(
            requests__created_at__gt=looked,
            requests__state__in=FOLLOWED,
            marks__territory=OuterRef("territory"),
            marks__value=OuterRef("value"),
            marks__kind=OuterRef("kind"),
        )
        .exclude(pk=OuterRef("identity"))
        .order_by()
    )
    shared = IdentityMark.objects.filter(Exists(others), identity=OuterRef("identity"), kind__in=_STRENGTH)
    own = Request.objects.filter(prescriber=viewer.organisation_id, state__in=OPEN, identity__isnull=False)
    return own.filter(Exists(shared))


@dataclass(frozen=True, slots=True)
class Twin:
    """A request that seems to be for the same people. by: "phone", "email", "name" (in one commune)."""

    request: Request
    by: str
    ours: bool  # of the same prescriber: it may be shown and linked; otherwise only that it exists is told


_STRENGTH = ("phone", "email", "name")


def twins(requests: Iterable[Request]) -> dict[UUID, list[Twin]]:
    """For each request, the others open or served that share a mark or its identity. Four queries in all.

    Marks of every vault key are stored, so that two requests filed under different keys meet.
    """
    asked = {request.identity_id: request for request in requests if request.identity_id}
    if not asked:
        return {}
    values = IdentityMark.objects.filter(identity__in=asked, kind__in=_STRENGTH).values_list(
        "identity_id", "territory_id", "kind", "value"
    )
    sought: dict[tuple[UUID, str, str], set[UUID]] = defaultdict(set)
    for identity, territory, kind, value in values:
        sought[territory, kind, value].add(identity)
    met: dict[UUID, dict[UUID, str]] = defaultdict(dict)  # identity -> identity -> the strongest mark shared
    marks = IdentityMark.objects.filter(
        territory__in={key[0] for key in sought}, value__in={key[2] for key in sought}, kind__in=_STRENGTH
    )
    for identity, territory, kind, value in marks.values_list("identity_id", "territory_id", "kind", "value"):
        for mine in sought.get((territory, kind, value), ()):
            if mine != identity:
                known = met[mine].get(identity)
                met[mine][identity] = min((kind, known or kind), key=_STRENGTH.index)
    others = {key for found_for in met.values() for key in found_for} | asked.keys()
    by_identity: dict[UUID, list[Request]] = defaultdict(list)
    # By their identity alone: with the state or a join, a planner may prefer to read a whole territory's.
    found = Request.objects.filter(identity__in=others).order_by().prefetch_related("prescriber")
    for request in sorted(found, key=lambda each: (each.since, each.pk)):
        if request.identity_id and request.state in FOLLOWED:
            by_identity[request.identity_id].append(request)
    told: dict[UUID, list[Twin]] = {}
    for identity, request in asked.items():
        same = [Twin(other, "same", True) for other in by_identity[identity] if other.pk != request.pk]
        alike = [
            Twin(other, by, other.prescriber_id == request.prescriber_id)
            for key, by in met[identity].items()
            for other in by_identity[key]
        ]
        if same or alike:
            told[request.pk] = same + alike
    return told


def to_settle(request: Request, found_twins: Iterable[Twin]) -> list[Twin]:
    """Those its prescriber has not looked at since they were filed."""
    checked = request.twins_checked_at
    return [twin for twin in found_twins if checked is None or twin.request.created_at > checked]


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    sentence: str


def history(request: Request) -> list[Line]:
    """What happened to it, latest first, whichever link of the chain wrote it. One query."""
    entries = Entry.objects.filter(stream=stream(request.pk)).order_by("-sequence")
    return [Line(entry.at, events.sentence(entry)) for entry in entries]
