"""What changes a donor's report."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from maillon.distribution.donor_report import queries
from maillon.distribution.donor_report.models import RetiredStock
from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, Refusal
from maillon.territory.models import Organisation

FIRST_YEAR = 2023  # of the decree


def may_tell(actor: Actor, donor: Organisation) -> bool:
    """The donor itself, or the coordination for it."""
    own = actor.organisation_id == donor.pk and actor.may("lots.announce")
    return own or (actor.oversees and actor.may("lots.change") and donor.territory_id == actor.territory_id)


def tell_stock(
    *, actor: Actor, donor: Organisation, year: int, count: int, today: datetime | None = None
) -> RetiredStock:
    """How much retired equipment a public body held on 1 January; told again, it is corrected.

    Without what is over ten years old and what is classified, which the decree leaves out.
    Raises NotAllowed, Refusal (not a public body, or a year that has not begun).
    """
    if not may_tell(actor, donor):
        raise NotAllowed("lots.announce")
    if not queries.is_public(donor):
        raise Refusal(
            _("The rate of reuse is asked of public bodies."), _("Correct the kind of this organisation if it is one.")
        )
    last = queries.this_year(today)
    if not FIRST_YEAR <= year <= last:
        raise Refusal(
            _("%(year)s is not a year to tell.") % {"year": year},
            _("Choose from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": last},
        )
    with transaction.atomic():
        told: RetiredStock
        told, _new = RetiredStock.objects.update_or_create(
            donor=donor, year=year, defaults={"count": count, "told_by": actor.user_id}
        )
        ledger.append("donor.stock_told", actor, donor.pk, year=year, count=count)
    return told
