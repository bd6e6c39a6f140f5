"""Reviews: anyone concerned asks that a person looks at a decision again; a coordinator answers; both are kept.

What is written is sealed: it may tell of someone's life. The ledger tells that it was asked and answered, by whom.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillon.allocation.models import CampaignState, Outcome, Review
from maillon.allocation.promises import require_decider
from maillon.hardware.messages import Message
from maillon.hardware.messages import _ as gettext_noop
from maillon.kernel import ledger, vault
from maillon.kernel.actor import Actor
from maillon.kernel.codes import pretty
from maillon.kernel.errors import NotAllowed, Refusal, find
from maillon.kernel.retention import Kept
from maillon.needs.commands import family_permission
from maillon.needs.models import Request
from maillon.needs.own_data import Given

USE = "review"  # of the vault
LONGEST = 2000


def last_decision(request: Request) -> Outcome | None:
    """What the latest published campaign answered to this request. One query."""
    found: Outcome | None = (
        Outcome.objects.filter(request=request, campaign__state=CampaignState.PUBLISHED)
        .select_related("campaign", "campaign__rules")
        .order_by("-campaign__published_at")
        .first()
    )
    return found


def ask(*, actor: Actor, request_id: UUID, words: str, at: datetime | None = None) -> Review:
    """Ask that a person looks at the last decision on a request again: its prescriber, or the family from its page.

    Raises NotAllowed, NotFound, Refusal (nothing was decided yet; asked already and not answered).
    """
    family = actor.may(family_permission(request_id))
    if not family:
        actor.require("needs.change")
    with transaction.atomic():
        requests = Request.objects.select_for_update(of=("self",))
        if not family:
            requests = requests.filter(prescriber_id=actor.home)
        request: Request = find(requests, request_id)
        decision = last_decision(request)
        if decision is None:
            raise Refusal(
                _("Nothing was decided on request %(code)s yet.") % {"code": pretty(request.code)},
                _("Ask again after the next campaign."),
            )
        if request.reviews.filter(answer="").exists():
            raise Refusal(_("This was asked already."), _("A person of the coordination will answer."))
        asker = Review.Asker.FAMILY if family else Review.Asker.PRESCRIBER
        review: Review = Review.objects.create(
            territory_id=request.territory_id,
            request=request,
            campaign=decision.campaign,
            asker=asker.value,
            words=vault.seal(words.strip()[:LONGEST], USE) if words.strip() else "",
            asked_at=at or timezone.now(),
        )
        _tell("review.asked", actor, review, at, asker=asker.value, campaign=decision.campaign.code)
    return review


def answer(*, actor: Actor, review_id: UUID, answer: str, reply: str, at: datetime | None = None) -> Review:
    """A person of the coordination answers. Raises NotAllowed, NotFound, Refusal (answered already; no reply)."""
    require_decider(actor)
    if actor.user_id is None:
        raise NotAllowed("allocation.decide")
    given = Review.Answer(answer)
    if not reply.strip():
        raise Refusal(_("The answer is empty."), _("Say what you looked at and what you decided."))
    with transaction.atomic():
        review: Review = find(visible(actor).select_for_update(of=("self",)), review_id)
        if review.answer:
            raise Refusal(_("Someone answered already."), _("Reload the page."))
        review.answer, review.reply = given.value, vault.seal(reply.strip()[:LONGEST], USE)
        review.answered_at, review.answered_by = at or timezone.now(), actor.user_id
        review.save(update_fields=["answer", "reply", "answered_at", "answered_by"])
        _tell("review.answered", actor, review, at, answer=given.value)
    return review


def forget(sender: object, *, request: Request, **_kwargs: object) -> None:
    """Nothing of who a request is for is left: what was written about it goes too; that it was asked stays."""
    Review.objects.filter(request=request).exclude(words="", reply="").update(words="", reply="")


RETENTION = Kept(
    key="reviews",
    what=Message(
        gettext_noop("What a family or its prescriber wrote to ask that a decision is looked at again, and the answer")
    ),
    readers=Message(gettext_noop("The coordination, and who wrote it; the answer, the family and its prescriber")),
    period=Message(gettext_noop("As long as the name of the request")),
    then=Message(gettext_noop("Erased with it; that a review was asked and answered stays, under the request's code")),
    source=Message(gettext_noop("ours, a judgement")),
)


def given(request: Request) -> Iterator[Given]:
    """What the person wrote, and each answer: what its prescriber wrote is read by the coordination alone."""
    for review in request.reviews.all():
        if review.words and review.asker == Review.Asker.FAMILY:
            yield Given("review", review.asked_at, gettext("You asked that a person looks again"), read(review.words))
        if review.reply and review.answered_at:
            yield Given("review_answer", review.answered_at, gettext("The coordination answered"), read(review.reply))


def visible(actor: Actor) -> QuerySet[Review]:
    """To those who answer: the coordination of the territory."""
    if not (actor.oversees and actor.may("allocation.decide")):
        return Review.objects.none()
    return Review.objects.filter(territory_id=actor.territory_id)


def read(sealed: str) -> str:
    """What was written; empty when nothing was. Raises vault.Unreadable."""
    return vault.unseal(sealed, USE) if sealed else ""


def _tell(kind: str, actor: Actor, review: Review, at: datetime | None, **payload: object) -> None:
    ledger.append(kind, actor, review.request_id, at=at, stream=f"request:{review.request_id}", **payload)
