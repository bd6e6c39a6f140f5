"""What distribution does by itself, each night."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.distribution.agreements import commands, rules
from maillon.distribution.agreements.models import Agreement, OneTimeCode
from maillon.distribution.agreements.vocabulary import AgreementState
from maillon.distribution.appointments import jobs as _appointments  # noqa: F401 - the jobs of that room
from maillon.distribution.loans.commands import give_by_rule
from maillon.kernel.actor import system
from maillon.kernel.jobs.schedule import periodic
from maillon.kernel.jobs.tasks import job

AT_ONCE = 1_000  # a night: no transaction is long, and the next night goes on


@periodic(daily_at="04:10")
@job(title=_("Loans that become gifts, as their agreements say"))
def loans_become_gifts() -> int:
    """Returns how many."""
    return give_by_rule()


@periodic(daily_at="04:20")
@job(title=_("Erase the papers of agreements kept long enough"))
def purge_agreements() -> int:
    """Five years after their end. Returns how many."""
    now = timezone.now()
    limit = datetime.combine(rules.years_from(now.date(), -rules.KEPT_YEARS), now.timetz())
    old = Agreement.objects.filter(
        purged_at=None, state__in=(AgreementState.SIGNED, AgreementState.ENDED), ended_at__lt=limit
    )
    forgotten = list(old.order_by("ended_at").values_list("pk", "territory_id")[:AT_ONCE])
    for key, territory in forgotten:
        commands.purge(actor=system(territory), agreement_id=key)
    return len(forgotten)


@periodic(daily_at="04:25")
@job(title=_("Cancel the agreements that nobody signed for a month"))
def forget_drafts() -> int:
    """The name typed for them goes with them; their machines stay promised. One-time codes too old to sign go as well.

    Returns how many agreements.
    """
    OneTimeCode.objects.filter(expires_at__lt=timezone.now()).delete()
    unsigned = timezone.now() - timedelta(days=rules.DRAFT_KEPT_DAYS)
    drafts = Agreement.objects.filter(state=AgreementState.DRAFT, created_at__lt=unsigned)
    left = list(drafts.order_by("created_at").values_list("pk", "territory_id")[:AT_ONCE])
    for key, territory in left:
        commands.forget(actor=system(territory), agreement_id=key)
    return len(left)
