"""What prepares, signs, reads and erases agreements."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as now_told
from django.utils.translation import gettext_lazy as _

from maillon.allocation.promises import keep_promise
from maillon.distribution.agreements import queries, strokes
from maillon.distribution.agreements.models import CODE_TRIES, Agreement, Item, OneTimeCode, Paper
from maillon.distribution.agreements.queries import USE
from maillon.distribution.agreements.text import Party
from maillon.distribution.agreements.vocabulary import (
    AgreementKind,
    AgreementState,
    CancelReason,
    Channel,
    ItemState,
    Way,
)
from maillon.distribution.appointments.calendars import calendar_of
from maillon.distribution.appointments.rules import is_mobile
from maillon.distribution.loans.rules import months_later
from maillon.kernel import codes, ledger, vault, wording
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.translation import told
from maillon.needs.commands import read_identity
from maillon.needs.models import Request
from maillon.territory.hours import next_open_day
from maillon.territory.models import Place
from maillon.workshop import life
from maillon.workshop.life import BY_NAME
from maillon.workshop.models import Device
from maillon.workshop.moves import StepRefused
from maillon.workshop.queries import device_facts
from maillon.workshop.steps import record_step

CODE_DIGITS = 6
CODE_LASTS = timedelta(hours=24)
CODES_A_DAY = 6  # with the tries of each: thirty guesses a day of a million
LARGEST_SCAN = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Card:
    """What someone says of an agreement before it is signed. open_ended: a loan without a date."""

    kind: str
    party: Party
    language: str
    minor: bool = False
    place: Place | None = None
    due_on: date | None = None
    open_ended: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """The act of signing. One of: strokes (JSON, see `strokes`), scan (content type, bytes), code (typed)."""

    way: Way
    strokes: str = ""
    scan: tuple[str, bytes] | None = None
    code: str = ""


# -- preparing -------------------------------------------------------------------------------------------------------


def prepare(*, actor: Actor, request_id: UUID, card: Card, at: datetime | None = None) -> Agreement:
    """One agreement for all the machines promised to a request that the actor may hand over and one organisation holds.

    Machines of another holder make another agreement: an agreement is with whose machines they are.
    Raises NotAllowed, NotFound (nothing of this request is the actor's to hand over), Refusal (a sale that its origin
    forbids). Nothing is written then.
    """
    actor.require("handover.do")
    with transaction.atomic():
        free = queries.free_promises(actor).filter(request_id=request_id)
        held = Device.objects.select_for_update(of=("self",)).filter(pk__in=free.values("device_id"))
        list(held.order_by("number").values_list("pk"))  # of two people who prepare at once, the second finds nothing
        promises = list(free.select_related("device", "device__lot", "device__holder").order_by("device__number"))
        if not promises:
            raise NotFound
        lender = min((promise.device.holder for promise in promises), key=lambda holder: (holder.name, str(holder.pk)))
        promises = [promise for promise in promises if promise.device.holder_id == lender.pk]
        request = Request.objects.select_related("prescriber").get(pk=request_id)
        [code] = codes.draw(1, lambda drawn: Agreement.objects.filter(code__in=drawn).values_list("code", flat=True))
        made = Agreement(
            code=code,
            territory_id=request.territory_id,
            lender=lender,
            desk_id=_desk(actor, lender.pk, request.prescriber_id, card.place),
            prescriber=request.prescriber,
            request=request,
            created_at=at or timezone.now(),
            created_by=actor.user_id,
            salt=secrets.token_hex(16),
        )
        _fill(made, card)
        category = queries.terms_of(lender).category
        if made.kind == AgreementKind.SALE:
            refuse_sale(
                (promise.device, queries.sale_obstacles(made, promise.device, None, category)) for promise in promises
            )
        made.save()
        if at:
            Agreement.objects.filter(pk=made.pk).update(created_at=at)
        broken = list(Item.objects.filter(agreement__request=request, state=ItemState.EXCHANGED, replaced_by=None))
        for promise in promises:
            Item.objects.create(
                agreement=made,
                device=promise.device,
                promise=promise,
                replaces=broken.pop(0) if broken else None,
                condition=promise.device.condition,
            )
        ledger.append(
            "agreement.prepared",
            actor,
            made.pk,
            at=at,
            request=request.code,
            type=made.kind,
            devices=[promise.device.code for promise in promises],
            due=made.due_on,
        )
    return made


def _desk(actor: Actor, lender: UUID, prescriber: UUID, place: Place | None) -> UUID:
    """Whose people hand over: those of the place, when who prepares stays a party anyway; else who prepares."""
    prepared_for_others = place is not None and actor.organisation_id in (lender, prescriber)
    return place.organisation_id if place and prepared_for_others else actor.home


def _fill(agreement: Agreement, card: Card) -> None:
    agreement.kind, agreement.language, agreement.minor = card.kind, card.language, card.minor
    agreement.place = card.place
    agreement.party = queries.sealed_party(card.party)
    agreement.due_on = None
    if card.kind == AgreementKind.LOAN and not card.open_ended:
        day = card.due_on or months_later(
            queries.local_day(agreement.created_at), queries.terms_of(agreement.lender_id).loan_months
        )
        agreement.due_on = open_day(card.place, day)


def open_day(place: Place | None, day: date) -> date:
    """The same day, or the next on which the place opens: nothing falls due before a closed door."""
    if place is None:
        return next_open_day("", day)
    known = calendar_of(place)
    return next_open_day(known.hours, day, region=known.region, closures=known.closures)


def refuse_sale(found: Iterable[tuple[Device, list[Any]]]) -> None:
    """Raises Refusal when one of them has an obstacle."""
    parts: list[str | LazyText] = [
        f"{wording.colon(codes.pretty(device.code))} {told(obstacle.what)} {told(obstacle.remedy)}"
        for device, obstacles in found
        for obstacle in obstacles
    ]
    if parts:
        raise Refusal(_("These machines can not be sold."), *parts)


def change(*, actor: Actor, agreement_id: UUID, card: Card) -> Agreement:
    """Correct what was said, before it is signed. Raises NotAllowed, NotFound, Refusal (signed; a forbidden sale)."""
    actor.require("handover.do")
    with transaction.atomic():
        agreement = draft(actor, agreement_id)
        _require_party(actor, agreement)
        if card.place and card.place != agreement.place:
            agreement.desk_id = _desk(actor, agreement.lender_id, agreement.prescriber_id, card.place)
        _fill(agreement, card)
        if agreement.kind == AgreementKind.SALE:
            category = queries.terms_of(agreement.lender_id).category
            refuse_sale(
                (item.device, queries.sale_obstacles(agreement, item.device, item.price_cents, category))
                for item in _prepared(agreement)
            )
        else:
            agreement.items.update(price_cents=None)
        agreement.save()
        OneTimeCode.objects.filter(agreement=agreement).delete()
        ledger.append("agreement.changed", actor, agreement.pk, due=agreement.due_on)
    return agreement


def cancel(*, actor: Actor, agreement_id: UUID, reason: str) -> Agreement:
    """Nothing is signed, and the machines stay promised: what ends a promise is told at the desk.

    Raises NotAllowed, NotFound, Refusal (signed).
    """
    actor.require("handover.do")
    with transaction.atomic():
        agreement = draft(actor, agreement_id)
        _require_party(actor, agreement)
        _cancel(actor, agreement, CancelReason(reason))
    return agreement


def forget(*, actor: Actor, agreement_id: UUID) -> None:
    """What nobody signed is cancelled by the platform itself, and the name typed for it goes with it."""
    with transaction.atomic():
        _cancel(actor, draft(actor, agreement_id), CancelReason.FORGOTTEN)


def _cancel(actor: Actor, agreement: Agreement, because: CancelReason) -> None:
    agreement.items.filter(state=ItemState.PREPARED).update(state=ItemState.LEFT_OUT, ended_at=timezone.now())
    agreement.state, agreement.ended_at = AgreementState.CANCELLED.value, timezone.now()
    agreement.party = ""  # nobody signed: nothing to keep a name for
    agreement.save(update_fields=["state", "ended_at", "party"])
    OneTimeCode.objects.filter(agreement=agreement).delete()
    ledger.append("agreement.cancelled", actor, agreement.pk, reason=because)


def locked(actor: Actor, agreement_id: UUID) -> Agreement:
    """The agreement, locked until the end of the transaction. Raises NotFound."""
    found: Agreement | None = (
        Agreement.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=agreement_id).first()
    )
    if found is None:
        raise NotFound
    return found


def draft(actor: Actor, agreement_id: UUID) -> Agreement:
    """The same, not signed yet. Raises NotFound, Refusal."""
    found = locked(actor, agreement_id)
    if found.state != AgreementState.DRAFT:
        raise Refusal(
            _("Agreement %(code)s is “%(state)s”: it does not change any more.")
            % {"code": codes.pretty(found.code), "state": found.get_state_display()},
            _("Open its page to see what can be done."),
        )
    return found


def _require_party(actor: Actor, agreement: Agreement) -> None:
    """Who only oversees knows neither the name nor the text: it prepares and signs nothing in another's place."""
    if not queries.may_read(actor, agreement):
        raise NotAllowed("handover.do")


def _prepared(agreement: Agreement) -> list[Item]:
    return [item for item in queries.items_of(agreement) if item.state == ItemState.PREPARED]


def known_party(*, actor: Actor, request_id: UUID, minor: bool) -> Party | None:
    """Who the prescriber's own people already wrote on their request, to write the agreement with; journalled there.

    None for anybody else, who asks the person present, and when it was erased or can not be read.
    minor: whom to ask for is then taken as the guardian, to be checked by who reads it on the form.
    """
    own = Request.objects.filter(pk=request_id, prescriber_id=actor.organisation_id).exists()
    if not (own and actor.may("needs.identity")):
        return None
    try:
        person = read_identity(actor=actor, request_id=request_id, purpose="agreement")
    except (Refusal, NotFound, vault.Unreadable):
        return None
    phone = person.phone if is_mobile(person.phone) else ""
    return Party(person.name, person.contact if minor else "", person.email, phone)


# -- the one-time code -----------------------------------------------------------------------------------------------


def make_code(
    *, actor: Actor, agreement_id: UUID, channel: str, at: datetime | None = None
) -> tuple[str, Party, dict[str, Any]]:
    """A new code for the text of now; the one before is void. The code is sent by the caller, never shown to the desk.

    Returns the code, who it is for and the text. Raises NotAllowed, NotFound, Refusal (signed; nothing is ready; no
    address is known; too many were made: each new one would be as many guesses more).
    """
    actor.require("handover.do")
    where = Channel(channel)
    with transaction.atomic():
        agreement = draft(actor, agreement_id)
        _require_party(actor, agreement)
        items = _ready_items(agreement)
        party = queries.party_of(agreement)
        if where is Channel.EMAIL and not party.email:
            raise Refusal(
                _("No e-mail address is known for this person."), _("Write it on the agreement, or sign another way.")
            )
        if where is Channel.SMS and not party.phone:
            raise Refusal(
                _("No mobile number is known for this person."), _("Write it on the agreement, or sign another way.")
            )
        if queries.codes_made(agreement, timezone.now() - timedelta(days=1)) >= CODES_A_DAY:
            raise Refusal(
                _("Enough codes were made for this agreement since yesterday: %(count)d.") % {"count": CODES_A_DAY},
                _("Sign with a finger or on paper, or make another code tomorrow."),
            )
        text, digest = queries.text_and_digest(agreement, items)
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        OneTimeCode.objects.update_or_create(
            agreement=agreement,
            defaults={
                "channel": where,
                "sealed": vault.seal(code, USE),
                "text_sha256": digest,
                "tries": 0,
                "expires_at": timezone.now() + CODE_LASTS,
            },
        )
        ledger.append("agreement.code_made", actor, agreement.pk, at=at, channel=where)
    return code, party, text


def void_code(*, actor: Actor, agreement_id: UUID) -> None:
    """The code reached nobody: the page is not to say that it was sent. Raises NotAllowed, NotFound, Refusal."""
    actor.require("handover.do")
    with transaction.atomic():
        OneTimeCode.objects.filter(agreement=draft(actor, agreement_id)).delete()


def _checked_code(agreement: Agreement, digest: str, typed: str) -> Channel:
    """Count the try, whatever its answer: the caller commits it. Raises Refusal."""
    kept: OneTimeCode | None = OneTimeCode.objects.select_for_update().filter(agreement=agreement).first()
    if kept is None or not kept.usable:
        raise Refusal(
            _("There is no valid code for this agreement: none was made, or it is too old, or tried too often."),
            _("Make a new code."),
        )
    if kept.text_sha256 != digest:
        raise Refusal(_("The agreement changed after this code was made."), _("Make a new code."))
    right = queries.opened(kept.sealed)
    given = "".join(sign for sign in typed if sign.isdigit())
    if not hmac.compare_digest(right.encode(), given.encode()):
        kept.tries += 1
        kept.save(update_fields=["tries"])
        raise WrongCode(CODE_TRIES - kept.tries)
    kept.delete()
    return Channel(kept.channel)


class WrongCode(Refusal):
    """The try is counted, in the transaction under way: it is not to be undone."""

    def __init__(self, left: int) -> None:
        super().__init__(
            _("This is not the code."),
            _("Read it again, or make a new one. Tries left: %(left)d.") % {"left": left},
        )


# -- signing and handing over ----------------------------------------------------------------------------------------


def sign(
    *, actor: Actor, agreement_id: UUID, text_sha256: str, signature: Signature, at: datetime | None = None
) -> Agreement:
    """Freeze the text, keep the signature, and hand over every machine of it, all in one transaction.

    text_sha256: of the text that the person had before their eyes.
    Raises NotAllowed, NotFound, Refusal (signed before; a machine not prepared at the desk; the text changed since; a
    signature that is none; a wrong code), StepRefused (a machine that may not leave).
    """
    actor.require("handover.do")
    wrong: WrongCode | None = None
    with transaction.atomic():
        agreement = draft(actor, agreement_id)
        _require_party(actor, agreement)
        items = _ready_items(agreement)
        text, digest = queries.text_and_digest(agreement, items)
        if digest != text_sha256:
            raise Refusal(
                _("The text of the agreement changed after it was shown."), _("Read it again, then sign it again.")
            )
        try:
            evidence = _keep_signature(agreement, digest, signature)
        except WrongCode as caught:
            wrong = caught
        else:
            _freeze(actor, agreement, items, text, digest, signature.way, evidence, at)
    if wrong:
        raise wrong
    return agreement


def _ready_items(agreement: Agreement) -> list[Item]:
    items = _prepared(agreement)
    if not items:
        raise Refusal(_("No machine is left in this agreement."), _("Cancel it, or prepare another one."))
    late = [codes.pretty(item.device.code) for item in items if item.prepared_at is None]
    if late:
        raise Refusal(
            _("Not prepared yet: %(machines)s.") % {"machines": ", ".join(late)},
            _("Read the label of each and answer its check-list, or keep it for another day."),
        )
    if agreement.kind == AgreementKind.SALE:
        category = queries.terms_of(agreement.lender_id).category
        unpriced = [codes.pretty(item.device.code) for item in items if item.price_cents is None]
        if unpriced:
            raise Refusal(
                _("No price is set for: %(machines)s.") % {"machines": ", ".join(unpriced)}, _("Set it on its page.")
            )
        refuse_sale(
            (item.device, queries.sale_obstacles(agreement, item.device, item.price_cents, category)) for item in items
        )
    return items


def _keep_signature(agreement: Agreement, digest: str, signature: Signature) -> dict[str, Any]:
    """Seal what proves the signature; returns what the event says of it."""
    if signature.way is Way.FINGER:
        try:
            drawn = strokes.parse(signature.strokes)
        except strokes.NotASignature:
            raise Refusal(
                _("No signature was drawn."), _("Sign in the frame with a finger, or choose another way.")
            ) from None
        _seal_paper(agreement, Paper.Kind.SIGNATURE, "application/json", strokes.text(drawn).encode())
        return {}
    if signature.way is Way.PAPER:
        if signature.scan is None:
            raise Refusal(_("The signed paper is missing."), _("Take a photo of its last page, or scan it."))
        content_type, data = signature.scan
        return {"scan": _seal_paper(agreement, Paper.Kind.SCAN, content_type, data)}
    return {"channel": _checked_code(agreement, digest, signature.code)}


def _seal_paper(agreement: Agreement, kind: Paper.Kind, content_type: str, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    Paper.objects.create(
        agreement=agreement,
        kind=kind,
        content_type=content_type,
        sealed=vault.seal(base64.b64encode(data).decode(), USE),
        sha256=sha256,
    )
    return sha256


def opened_paper(paper: Paper) -> bytes:
    """Raises Refusal when the vault key that sealed it is not here."""
    return base64.b64decode(queries.opened(paper.sealed))


def _freeze(
    actor: Actor,
    agreement: Agreement,
    items: list[Item],
    text: dict[str, Any],
    digest: str,
    way: Way,
    evidence: Mapping[str, Any],
    at: datetime | None,
) -> None:
    now = at or timezone.now()
    _seal_paper(agreement, Paper.Kind.TEXT, "application/json", json.dumps(text, ensure_ascii=False).encode())
    lent = agreement.kind == AgreementKind.LOAN
    agreement.state, agreement.way, agreement.text_sha256 = AgreementState.SIGNED.value, way.value, digest
    agreement.signed_at, agreement.gift_on = now, queries.gift_day_of(agreement)
    agreement.ended_at = None if lent else now
    agreement.save(update_fields=["state", "way", "text_sha256", "signed_at", "gift_on", "ended_at"])
    ledger.append(
        "agreement.signed",
        actor,
        agreement.pk,
        at=at,
        way=way,
        sha256=digest,
        due=agreement.due_on,
        gift=agreement.gift_on,
        minor=agreement.minor,
        **evidence,
    )
    request_code = agreement.request.code
    devices = Device.objects.select_for_update(of=("self",)).filter(pk__in=[item.device_id for item in items])
    by_number = {device.pk: device for device in devices.order_by("number")}
    for item in sorted(items, key=lambda item: item.device_id):
        device = by_number[item.device_id]
        step = BY_NAME["handed_over"]
        if found := life.obstacles(step, device_facts(device)):
            raise StepRefused(device, step, found)
        device.condition = item.condition or device.condition
        record_step(actor, device, step, {"reference": request_code}, at)
        if item.promise_id:
            keep_promise(actor, item.promise_id, at)
        item.state = (ItemState.LENT if lent else ItemState.OWNED).value
        item.handed_at = now
        item.save(update_fields=["state", "handed_at"])
    codes_of = [by_number[item.device_id].code for item in items]
    ledger.append("handover.done", actor, agreement.pk, at=at, request=request_code, devices=codes_of)


# -- reading and erasing ---------------------------------------------------------------------------------------------


def read_text(*, actor: Actor, agreement_id: UUID, what: str = "text") -> tuple[Agreement, dict[str, Any], str]:
    """The text and its hash: as frozen, or as it would be signed. The reading is journalled.

    Raises NotAllowed, NotFound (not a party), Refusal (erased, or sealed with a lost key).
    """
    actor.require("handover.view")
    with transaction.atomic():
        agreement = _readable(actor, agreement_id)
        paper = agreement.papers.filter(kind=Paper.Kind.TEXT).first()
        if paper:
            text, digest = json.loads(opened_paper(paper)), agreement.text_sha256
        else:
            text, digest = queries.text_and_digest(agreement, queries.items_of(agreement))
        ledger.append("agreement.read", actor, agreement.pk, what=what)
    return agreement, text, digest


def read_paper(*, actor: Actor, agreement_id: UUID, kind: Paper.Kind) -> tuple[Paper, bytes] | None:
    """A sealed paper, opened; None when there is no such one. The reading of a scan is journalled.

    Raises NotAllowed, NotFound (not a party), Refusal (erased, or sealed with a lost key).
    """
    actor.require("handover.view")
    with transaction.atomic():
        agreement = _readable(actor, agreement_id)
        paper = agreement.papers.filter(kind=kind).first()
        if paper is None:
            return None
        if kind == Paper.Kind.SCAN:
            ledger.append("agreement.read", actor, agreement.pk, what="scan")
    return paper, opened_paper(paper)


def read_party(*, actor: Actor, agreement_id: UUID) -> Party:
    """Who signs, to correct it. Journalled as a reading of the text. Raises as `read_text`."""
    actor.require("handover.do")
    with transaction.atomic():
        agreement = _readable(actor, agreement_id)
        ledger.append("agreement.read", actor, agreement.pk, what="text")
    return queries.party_of(agreement)


def _readable(actor: Actor, agreement_id: UUID) -> Agreement:
    found: Agreement | None = (
        Agreement.objects.readable_by(actor)
        .select_related("lender", "desk", "prescriber", "request", "territory")
        .filter(pk=agreement_id)
        .first()
    )
    if found is None:
        raise NotFound
    if found.purged_at or found.state == AgreementState.CANCELLED:
        raise Refusal(
            _("The text of agreement %(code)s was erased.") % {"code": codes.pretty(found.code)},
            _("Its machines, its dates and its history stay on its page."),
        )
    return found


def export(*, actor: Actor, agreement_id: UUID) -> dict[str, Any]:
    """All that is kept of the person who signed, to be handed to them. Journalled. Raises as `read_text`."""
    agreement, text, digest = read_text(actor=actor, agreement_id=agreement_id, what="export")
    party = queries.party_of(agreement)
    drawn = agreement.papers.filter(kind=Paper.Kind.SIGNATURE).first()
    scan = agreement.papers.filter(kind=Paper.Kind.SCAN).first()
    return {
        "code": codes.pretty(agreement.code),
        "name": party.name,
        "guardian": party.guardian,
        "email": party.email,
        "phone": party.phone,
        "text": text,
        "text_sha256": digest,
        "signed_at": agreement.signed_at.isoformat() if agreement.signed_at else None,
        "way": agreement.way,
        "signature_strokes": json.loads(opened_paper(drawn)) if drawn else None,
        "signed_paper": {
            "content_type": scan.content_type,
            "base64": base64.b64encode(opened_paper(scan)).decode(),
        }
        if scan
        else None,
        "events": [
            {"at": entry.at.isoformat(), "kind": entry.kind, "data": entry.data}
            for entry in queries.timeline_of(agreement)
        ],
        "note": now_told("Serial numbers are those of the machines; nothing is kept of what is on them."),
    }


def purge(*, actor: Actor, agreement_id: UUID, at: datetime | None = None) -> None:
    """Erase the name, the text, the signature and the scan, for good. What remains tells nobody."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
        agreement.papers.all().delete()
        OneTimeCode.objects.filter(agreement=agreement).delete()
        agreement.party, agreement.salt, agreement.purged_at = "", "", at or timezone.now()
        agreement.save(update_fields=["party", "salt", "purged_at"])
        ledger.append("agreement.purged", actor, agreement.pk, at=at)
