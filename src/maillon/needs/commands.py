"""What changes requests: one transaction, one event each, in the request's own stream, without a word of who it is for.

A prescriber acts on its organisation's requests; a family on its own, from its page (`family.actor_of`).
"""

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.codes import draw, pretty
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.ledger import Event
from maillon.needs import identities, signals
from maillon.needs.facts import Facts, differences, problems
from maillon.needs.identities import Person
from maillon.needs.models import Identity, Request, RequestCriterion
from maillon.needs.vocabulary import OURS, Closing, RequestState
from maillon.territory.models import District, Place

PIN_DIGITS = 6
_COLUMNS = (  # facts that are the request's own columns
    "beneficiary",
    "use",
    "kinds",
    "quantity",
    "minimum",
    "delivery",
    "deadline",
    "adaptations",
    "language",
    "contact_way",
)
_SETTLED = frozenset({"beneficiary", "use", "kinds", "quantity", "minimum"})  # once a machine is promised


def family_permission(request_id: UUID) -> str:
    """What the actor of a family's page holds, for its own request alone."""
    return f"family.{request_id}"


def file_request(
    *,
    actor: Actor,
    person: Person,
    facts: Facts,
    import_key: str = "",
    since: date | None = None,
    at: datetime | None = None,
) -> Request:
    """A new request of the actor's organisation, waiting since today, or `since` when it was complete before.

    import_key: the line's own reference in a list; the same one is refused twice by the database.
    Raises NotAllowed, Refusal (all that is to be corrected).
    """
    actor.require("needs.change")
    today = timezone.localdate(at)
    with transaction.atomic():
        _check(actor, facts, person, today)
        identity = Identity.objects.create(
            prescriber_id=actor.home, sealed=identities.seal(person), last_contact_on=today
        )
        identities.mark_again(identity, person, actor.territory, facts.commune or "")
        [code] = draw(1, lambda codes: Request.objects.filter(code__in=codes).values_list("code", flat=True))
        request = Request.objects.create(
            code=code,
            territory_id=actor.territory,
            prescriber_id=actor.home,
            identity=identity,
            since=min(since or today, today),
            commune_id=facts.commune,
            district_id=facts.district or None,
            import_key=import_key,
            created_by=actor.user_id,
            **{name: _stored(getattr(facts, name)) for name in _COLUMNS},
        )
        request.places.set(Place.objects.filter(pk__in=facts.places))
        _set_criteria(request, facts)
        ledger.append(
            "request.filed",
            actor,
            request.pk,
            at=at,
            beneficiary=request.beneficiary,
            use=request.use,
            quantity=request.quantity,
            minimum=request.minimum,
            criteria=sorted(facts.criteria),
            commune=facts.commune,
            district=facts.district or None,
        )
    return request


def change_request(
    *, actor: Actor, request_id: UUID, facts: Facts, person: Person | None = None, at: datetime | None = None
) -> Request:
    """The request as it is now said to be; nothing is written when nothing changed. person: None keeps the identity.

    Raises NotAllowed, NotFound, Refusal (closed; a machine promised that would no longer fit; what to correct).
    """
    actor.require("needs.change")
    today = timezone.localdate(at)
    with transaction.atomic():
        request = _locked(actor, request_id)
        _must_be_open(request)
        deadline_kept = facts.deadline == request.deadline  # a day that has passed since may stay
        reached = facts.contact_way != request.contact_way  # by what the identity holds, changed or not
        known = identities.read(_identity(request)) if person is None and reached else person
        _check(actor, facts, known, min(today, facts.deadline) if facts.deadline and deadline_kept else today)
        changed = _changed(request, facts, person)
        if changed:
            if refused := settled(request, changed):
                raise refused
            _write(request, facts, person, today)
            ledger.append("request.changed", actor, request.pk, at=at, changed=changed)
    return request


def withdraw_request(
    *, actor: Actor, request_id: UUID, closing: str = Closing.NO_LONGER_NEEDED.value, at: datetime | None = None
) -> Request:
    """An open request that needs no machine any more, by its prescriber or by the family; a promise is taken back.

    Raises NotAllowed, NotFound, Refusal (closed already).
    """
    if closing not in Closing.values or closing == Closing.ERASED:
        raise Refusal(_("This is no reason to withdraw a request."), _("Choose one of the list."))
    with transaction.atomic():
        request = _locked(actor, request_id, own=True)
        _must_be_open(request)
        close(request, RequestState.WITHDRAWN, closing, actor, at)
        ledger.append("request.withdrawn", actor, request.pk, at=at, closing=closing)
    return request


def reopen_request(*, actor: Actor, request_id: UUID, at: datetime | None = None) -> Request:
    """A request withdrawn by mistake waits again, with the days it had waited. Raises NotAllowed, NotFound, Refusal."""
    actor.require("needs.change")
    with transaction.atomic():
        request = _locked(actor, request_id)
        if request.state != RequestState.WITHDRAWN or request.identity is None:
            raise Refusal(
                _("Request %(code)s can not be opened again.") % {"code": pretty(request.code)},
                _("Only a withdrawn request whose name is still known can: file a new one."),
            )
        request.state, request.closing, request.closed_at = RequestState.WAITING.value, "", None
        request.save(update_fields=["state", "closing", "closed_at", "changed_at"])
        _touch(request.identity, timezone.localdate(at))
        ledger.append("request.reopened", actor, request.pk, at=at)
    return request


def record_contact(*, actor: Actor, request_id: UUID, at: datetime | None = None) -> Request:
    """They still need it, or someone spoke to them: the retention counts again from today.

    Raises NotAllowed, NotFound, Refusal (identity erased).
    """
    with transaction.atomic():
        request = _locked(actor, request_id, own=True)
        _touch(_identity(request), timezone.localdate(at))
        ledger.append("request.contacted", actor, request.pk, at=at)
    return request


def set_pin(*, actor: Actor, request_id: UUID, at: datetime | None = None) -> str:
    """A new secret code of six digits for the family's page, said here once; the one before opens nothing any more.

    Raises NotAllowed, NotFound, Refusal (identity erased: the page is closed).
    """
    actor.require("needs.identity")
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
    with transaction.atomic():
        request = _locked(actor, request_id)
        _identity(request)
        request.pin_digest = make_password(pin)
        request.save(update_fields=["pin_digest", "changed_at"])
        ledger.append("request.pin_set", actor, request.pk, at=at)
    return pin


def read_identity(*, actor: Actor, request_id: UUID, purpose: str) -> Person:
    """Whom a request of the actor's organisation is for; the reading is journalled.

    purpose: one of the event identity.read. Raises NotAllowed, NotFound, Refusal (erased), vault.Unreadable.
    """
    with transaction.atomic():
        request = _locked(actor, request_id, "needs.identity", own=True)
        person = identities.read(_identity(request))
        ledger.append("identity.read", actor, request.pk, stream=stream(request.pk), purpose=purpose)
    return person


def read_identities(*, actor: Actor, request_ids: Iterable[UUID], purpose: str) -> dict[UUID, Person]:
    """The same for several requests; those of others, or erased, are left out. Raises NotAllowed."""
    actor.require("needs.identity")
    with transaction.atomic():
        identified = Request.objects.filter(
            pk__in=set(request_ids), identity__in=Identity.objects.readable_by(actor)
        ).select_related("identity")
        people = {request.pk: identities.read(_identity(request)) for request in identified}
        ledger.append_many(
            Event("identity.read", actor, key, stream=stream(key), payload={"purpose": purpose}) for key in people
        )
    return people


def keep_twin(*, actor: Actor, request_id: UUID, at: datetime | None = None) -> Request:
    """The prescriber looked at what is also followed elsewhere, and keeps the request: it is not told again.

    Raises NotAllowed, NotFound, Refusal (closed).
    """
    actor.require("needs.change")
    with transaction.atomic():
        request = _locked(actor, request_id)
        _must_be_open(request)
        request.twins_checked_at = timezone.now()
        request.save(update_fields=["twins_checked_at", "changed_at"])
        ledger.append("request.twin_kept", actor, request.pk, at=at)
    return request


def ask_erasure(*, actor: Actor, request_id: UUID, at: datetime | None = None) -> Request:
    """The person asks for the erasure of its data, on its page: its prescriber sees it and has a month to answer.

    Asking twice writes nothing more. Raises NotAllowed, NotFound, Refusal (erased already).
    """
    with transaction.atomic():
        request = _locked(actor, request_id, own=True)
        _identity(request)
        if request.erasure_asked_at is None:
            request.erasure_asked_at = at or timezone.now()
            request.save(update_fields=["erasure_asked_at", "changed_at"])
            ledger.append("request.erasure_asked", actor, request.pk, at=at)
    return request


def erase_identity(*, actor: Actor, request_id: UUID, at: datetime | None = None) -> Request:
    """Name and contact erased at the person's request; an open request closes, since nobody could be reached for it.

    Raises NotAllowed, NotFound, Refusal (erased already).
    """
    actor.require("needs.identity")
    with transaction.atomic():
        request = _locked(actor, request_id)
        _identity(request)
        if request.open:
            close(request, RequestState.WITHDRAWN, Closing.ERASED.value, actor, at)
        forget(request)
        ledger.append("identity.erased", actor, request.pk, at=at, stream=stream(request.pk), reason="asked")
    return request


# -- for the commands above, and those of other links in their own transaction ---------------------------------------


def stream(request_id: UUID) -> str:
    """Where the ledger tells all that happens to a request: its events, its promises, its machines."""
    return f"request:{request_id}"


def close(request: Request, state: RequestState, closing: str, actor: Actor, at: datetime | None = None) -> None:
    """Close a locked request that receives nothing more; who promised it a machine takes the promise back, or refuses.

    One that holds machines already was served, whatever it gives up.
    """
    answers = signals.closing.send(Request, request=request, actor=actor, closing=closing)
    if any(holds for _receiver, holds in answers):
        state, closing = RequestState.SERVED, ""
    request.state, request.closing, request.closed_at = state.value, closing, at or timezone.now()
    request.save(update_fields=["state", "closing", "closed_at", "changed_at"])


def forget(request: Request) -> None:
    """Nothing of who it is for is left: identity, secret code, the line of a list, what the person needs to use it.

    What was asked, when, where and why it came first stay, under a code: decisions can be explained and counted. An
    identity that other requests share stays theirs.
    """
    identity = request.identity
    request.identity, request.pin_digest, request.import_key, request.adaptations = None, "", "", []
    request.erasure_asked_at = None
    request.save(
        update_fields=["identity", "pin_digest", "import_key", "adaptations", "erasure_asked_at", "changed_at"]
    )
    if identity and not identity.requests.exists():
        identity.delete()
    signals.forgotten.send(Request, request=request)


def _locked(actor: Actor, request_id: UUID, permission: str = "needs.change", *, own: bool = False) -> Request:
    """own: the family may too, for the request of its page. Raises NotAllowed, NotFound."""
    requests = Request.objects.select_for_update(of=("self",)).select_related("identity")
    if own and actor.may(family_permission(request_id)):
        found: Request | None = requests.filter(pk=request_id).first()
    else:
        actor.require(permission)
        found = requests.filter(prescriber_id=actor.organisation_id, pk=request_id).first()
    if found is None:
        raise NotFound
    return found


def _identity(request: Request) -> Identity:
    if request.identity is None:
        raise Refusal(
            _("The name and contact of request %(code)s were erased.") % {"code": pretty(request.code)},
            _("If the person came back, file a new request."),
        )
    found: Identity = request.identity
    return found


def settled(request: Request, changed: Iterable[str]) -> Refusal | None:
    """Why these facts of a request can not change: a machine is promised to it."""
    kept = _SETTLED & set(changed)
    if request.state != RequestState.PROMISED or not kept:
        return None
    return Refusal(
        _("A machine is promised to request %(code)s: what it must be can not change.")
        % {"code": pretty(request.code)},
        _("Keep “%(fields)s” as they were, or ask the coordination to take the promise back first.")
        % {"fields": ", ".join(_named(name) for name in sorted(kept))},
    )


def _must_be_open(request: Request) -> None:
    if not request.open:
        raise Refusal(
            _("Request %(code)s is “%(state)s”.")
            % {"code": pretty(request.code), "state": request.get_state_display()},
            _("Reload the page: someone may have been quicker."),
        )


def _touch(identity: Identity, today: date) -> None:
    if identity.last_contact_on < today:
        identity.last_contact_on = today
        identity.save(update_fields=["last_contact_on"])


def _check(actor: Actor, facts: Facts, person: Person | None, today: date) -> None:
    """Raises Refusal: all that is to be corrected, with what belongs to another territory."""
    found = [sentence for _field, sentence in problems(facts, person, today)]
    if facts.district and (wrong := district_problem(facts.district, facts.commune)):
        found.append(wrong)
    if facts.places and public_places(actor).filter(pk__in=facts.places).count() < len(set(facts.places)):
        found.append(_("One of these places is not open to the public here."))
    if found:
        raise Refusal(_("The request is not complete: nothing was saved."), *found)


def district_problem(code: str, commune: str | None) -> str | Promise:
    """Why a request of this commune (INSEE code) can not be of this priority district; empty when it can."""
    communes = set(District.objects.filter(pk=code).values_list("communes", flat=True))
    if not communes:
        return _("This priority district is not known here.")
    if commune and commune not in communes and communes != {None}:
        return _("This priority district is not in this commune: choose another one, or none.")
    return ""


def public_places(actor: Actor) -> QuerySet[Place]:
    """The territory's places where machines are handed over."""
    return Place.objects.filter(organisation__territory_id=actor.territory_id, open_to_public=True)


def _named(column: str) -> str:
    return str(getattr(Request._meta.get_field(column), "verbose_name", column))


def _stored(value: object) -> object:
    return sorted(value) if isinstance(value, list | tuple | set | frozenset) else value


def _changed(request: Request, facts: Facts, person: Person | None) -> list[str]:
    """The names of what differs, in the order of the page."""
    changed = differences(facts_of(request), facts)
    if person is not None and person != identities.read(_identity(request)):
        changed.append("identity")
    return changed


def facts_of(request: Request) -> Facts:
    """What its prescriber said of a request. Its places and criteria may be prefetched."""
    return Facts(
        **{name: getattr(request, name) for name in _COLUMNS},
        commune=request.commune_id,
        district=request.district_id,
        places=[place.pk for place in request.places.all()],
        criteria={row.criterion: row.proof_seen_on for row in request.criteria.all() if row.criterion not in OURS},
    )


def _write(request: Request, facts: Facts, person: Person | None, today: date) -> None:
    moved = request.commune_id != facts.commune
    for name in _COLUMNS:
        setattr(request, name, _stored(getattr(facts, name)))
    request.commune_id, request.district_id = facts.commune, facts.district or None
    request.save()
    request.places.set(Place.objects.filter(pk__in=facts.places))
    _set_criteria(request, facts)
    identity = _identity(request)
    if person is not None or moved:
        known = person if person is not None else identities.read(identity)
        identity.sealed = identities.seal(known)
        identity.save(update_fields=["sealed"])
        identities.mark_again(identity, known, request.territory_id, facts.commune or "")
    _touch(identity, today)


def _set_criteria(request: Request, facts: Facts) -> None:
    request.criteria.exclude(criterion__in={*facts.criteria, *OURS}).delete()
    for criterion, seen in facts.criteria.items():
        RequestCriterion.objects.update_or_create(
            request=request, criterion=criterion, defaults={"proof_seen_on": seen}
        )
