"""What pages and commands read of agreements."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import Promise, PromiseState
from maillon.collection.rules import RecipientCategory, Regime
from maillon.distribution.agreements import rules
from maillon.distribution.agreements.models import Agreement, Item, Photo, Terms
from maillon.distribution.agreements.rules import Obstacle
from maillon.distribution.agreements.text import Facts, Machine, Party, compose, digest
from maillon.distribution.agreements.vocabulary import GONE, AgreementKind, AgreementState, ItemState
from maillon.distribution.loans.rules import gift_day
from maillon.hardware.model import Kind
from maillon.kernel import codes, vault
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs.models import Request
from maillon.territory.models import Organisation, OrganisationKind
from maillon.workshop.models import Device

USE = "agreement"
IN_THE_TEXT = (ItemState.PREPARED, *GONE, ItemState.RETURNED, ItemState.EXCHANGED, ItemState.LOST)


def today() -> date:
    return timezone.localdate()


def local_day(at: datetime) -> date:
    return timezone.localtime(at).date()


def agreement_by_code(actor: Actor, code: str) -> Agreement:
    """Raises NotFound."""
    found: Agreement | None = (
        Agreement.objects.visible_to(actor)
        .select_related("lender", "desk", "prescriber", "place", "request", "territory")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def after_code(agreements: Any, code: str) -> Any:
    """Those that come after this one, the latest first; all of them for a code that is not among them. One query."""
    parsed = codes.parse(code)
    last = agreements.filter(code=parsed).values_list("created_at", "pk").first() if isinstance(parsed, str) else None
    if last is None:
        return agreements
    return agreements.filter(Q(created_at__lt=last[0]) | Q(created_at=last[0], pk__gt=last[1]))


def items_of(agreement: Agreement) -> list[Item]:
    """With their device and photos, in the order they were added. Two queries."""
    items = agreement.items.select_related("device", "device__lot").prefetch_related(
        Prefetch("photos", Photo.objects.order_by("added_at", "id"))
    )
    return list(items.order_by("id"))


def may_read(actor: Actor, agreement: Agreement) -> bool:
    """Whether it is one of the organisations that are a party to it. No query."""
    return actor.organisation_id in (agreement.lender_id, agreement.desk_id, agreement.prescriber_id)


def may_decide(actor: Actor, agreement: Agreement) -> bool:
    """Whether it may extend or give what is lent: who lends, or the coordination. No query."""
    return actor.may("handover.do") and (actor.oversees or actor.organisation_id == agreement.lender_id)


def party_of(agreement: Agreement) -> Party:
    """Who signs. Only for what journals the reading. Raises Refusal (sealed with a vault key that is not here)."""
    if not agreement.party:
        return Party("")
    kept = json.loads(opened(agreement.party))
    return Party(kept.get("name", ""), kept.get("guardian", ""), kept.get("email", ""), kept.get("phone", ""))


def opened(sealed: str) -> str:
    """Raises Refusal when the vault key that sealed it is not here."""
    try:
        return vault.unseal(sealed, USE)
    except vault.Unreadable:
        raise Refusal(
            _("The papers of this agreement were sealed with a key that the server does not have."),
            _("Ask whoever runs the platform to bring the former vault key back."),
        ) from None


def sealed_party(party: Party) -> str:
    return vault.seal(json.dumps(asdict(party)), USE)


def terms_of(organisation: Organisation | UUID) -> Terms:
    """Those of this organisation, or the usual ones when it stated none. One query."""
    key = organisation.pk if isinstance(organisation, Organisation) else organisation
    found: Terms | None = Terms.objects.filter(pk=key).first()
    return found or Terms(organisation_id=key)


def gift_day_of(agreement: Agreement, terms: Terms | None = None) -> date | None:
    """When the loan would become a gift, by its lender's rule of today."""
    if agreement.kind != AgreementKind.LOAN:
        return None
    terms = terms or terms_of(agreement.lender_id)
    return gift_day(local_day(agreement.created_at), agreement.due_on, terms.gift_after_months)


def text_of(agreement: Agreement, items: Iterable[Item], gift_on: date | None, party: Party) -> dict[str, Any]:
    """The text as it would be signed now."""
    machines = [
        Machine(
            code=item.device.code,
            title=item.device.title,
            serial=item.device.serial,
            condition=item.condition or item.device.condition,
            accessories=item.accessories,
            photos=[photo.digest for photo in item.photos.all() if photo.moment == Photo.Moment.HANDED],
            price_cents=item.price_cents,
        )
        for item in items
        if item.state in IN_THE_TEXT
    ]
    facts = Facts(
        code=agreement.code,
        request=agreement.request.code,
        kind=agreement.kind,
        lender=agreement.lender.name,
        desk=agreement.desk.name,
        desk_phone=agreement.desk.phone,
        prescriber=agreement.prescriber.name,
        day=local_day(agreement.created_at),
        due_on=agreement.due_on,
        gift_on=gift_on,
        machines=machines,
        salt=agreement.salt,
    )
    return compose(facts, party, agreement.language)


def text_and_digest(agreement: Agreement, items: Iterable[Item]) -> tuple[dict[str, Any], str]:
    text = text_of(agreement, items, gift_day_of(agreement), party_of(agreement))
    return text, digest(text)


def sale_obstacles(agreement: Agreement, device: Device, price_cents: int | None, category: str) -> list[Obstacle]:
    """Why this machine may not be sold by this agreement; empty when it may. Three queries at most."""
    request = agreement.request
    criteria = list(request.criteria.values_list("criterion", flat=True))
    association = agreement.prescriber.kind == OrganisationKind.ASSOCIATION
    return rules.sale_obstacles(
        regime=Regime(device.lot.regime) if device.lot else None,
        category=RecipientCategory(category) if category else None,
        buyer=rules.buyer_of(request.beneficiary, criteria, association),
        kind=Kind(device.kind),
        price_cents=price_cents,
    )


def promises_at_desk(actor: Actor) -> Any:
    """The living promises whose machines the actor may hand over: its own requests, the machines it holds, those to be
    fetched at its places; all of them for a coordination."""
    living = Promise.objects.filter(state=PromiseState.ACTIVE)
    if actor.oversees and actor.territory_id:
        return living.filter(territory_id=actor.territory_id)
    own = actor.organisation_id
    if not own:
        return living.none()
    here = Request.objects.filter(places__organisation_id=own)
    return living.filter(Q(request__prescriber_id=own) | Q(device__holder_id=own) | Q(request__in=here))


def free_promises(actor: Actor) -> Any:
    """Of those, the ones that no agreement being prepared holds yet."""
    taken = Item.objects.filter(state=ItemState.PREPARED).values("device_id")
    return promises_at_desk(actor).exclude(device_id__in=taken)


class WaitingRequest(NamedTuple):
    request: Request
    machines: int


def requests_to_hand_over(actor: Actor, limit: int = 200) -> list[WaitingRequest]:
    """Requests with machines promised and no agreement yet, the oldest promise first. Two queries."""
    counted = {
        row["request"]: row["machines"]
        for row in free_promises(actor).order_by().values("request").annotate(machines=Count("pk"))[:limit]
    }
    found = Request.objects.filter(pk__in=counted).select_related("prescriber").order_by("since", "code")
    return [WaitingRequest(request, counted[request.pk]) for request in found]


def request_part(shown: Request, viewer: Actor) -> dict[str, Any] | None:
    """On the page of a request: its agreements, and the way to prepare one. Two queries at most."""
    if not viewer.may("handover.view"):
        return None
    made = list(
        Agreement.objects.visible_to(viewer)
        .filter(request=shown)
        .exclude(state=AgreementState.CANCELLED)
        .order_by("-created_at", "id")
    )
    to_prepare = viewer.may("handover.do") and free_promises(viewer).filter(request=shown).exists()
    return {"made": made, "to_prepare": to_prepare} if made or to_prepare else None


def codes_made(agreement: Agreement, since: datetime) -> int:
    """How many one-time codes; read of its history, because a code is erased as soon as the text changes. One query."""
    return Entry.objects.filter(subject=agreement.pk, kind="agreement.code_made", recorded_at__gt=since).count()


def timeline_of(agreement: Agreement) -> list[Entry]:
    """All that happened to it, latest first. One query."""
    return list(Entry.objects.filter(subject=agreement.pk).order_by("-recorded_at", "-sequence"))
