"""What the allocation does in the background: computing a plan, and making its promises."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from maillon.allocation import campaigns, trials
from maillon.allocation.models import Campaign, CampaignState
from maillon.allocation.promises import require_decider
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, Refusal
from maillon.kernel.jobs import GiveUp, JobContext, job
from maillon.territory.actors import actor_for
from maillon.territory.models import User


def _decider(user_id: str, organisation_id: str) -> Actor:
    """The person who asked, with the rights that they hold now. Raises GiveUp."""
    user = User.objects.filter(pk=UUID(user_id), is_active=True).first()
    if user is None:
        raise GiveUp(_("Whoever asked is no longer here: ask again."))
    return actor_for(user, UUID(organisation_id))


@job(title=_("Compute the plan of a campaign"), atomic=False, takes_context=True)
def simulate(context: JobContext, campaign_id: str, user_id: str, organisation_id: str) -> str:
    """Returns the hash of the plan. Nothing is kept before the end: stopped, it starts again."""
    try:
        found = campaigns.simulate(
            actor=_decider(user_id, organisation_id), campaign_id=UUID(campaign_id), progress=context.report
        )
    except (Refusal, NotAllowed) as refused:
        raise GiveUp(str(refused)) from None
    return found.plan_sha256


@job(title=_("Make the promises of a campaign"), atomic=False, takes_context=True)
def publish(context: JobContext, campaign_id: str, user_id: str, organisation_id: str) -> int:
    """Returns how many promises were made. Each step keeps its own: stopped, it goes on where it was."""
    campaign = Campaign.objects.get(pk=UUID(campaign_id))
    if campaign.state == CampaignState.PUBLISHED:
        return campaign.promises.count()
    try:
        actor = _decider(user_id, organisation_id)
        require_decider(actor)
        pairs = campaigns.pairs_of(campaign)
        for start in range(context.cursor or 0, len(pairs), campaigns.CHUNK):
            with context.step() as step:
                campaigns.promise_some(actor, campaign, pairs[start : start + campaigns.CHUNK])
                step.cursor, step.done = start + campaigns.CHUNK, min(start + campaigns.CHUNK, len(pairs))
                step.total = len(pairs)
        with context.step():
            campaigns.finish(actor, campaign.pk)
    except (Refusal, NotAllowed) as refused:
        raise GiveUp(str(refused)) from None
    return campaign.promises.count()


@job(title=_("Try a change of rules on the queue"), atomic=False)
def try_rules(trial_id: str, user_id: str, organisation_id: str) -> None:
    try:
        trials.compute(actor=_decider(user_id, organisation_id), trial_id=UUID(trial_id))
    except (Refusal, NotAllowed) as refused:
        raise GiveUp(str(refused)) from None
