"""Whether a machine may be sold, to whom and for how much; how long papers are kept. Pure.

Source of the sale's rules: `collection.rules` (CG3P L3212-2 3° and L3212-3, decree of 7 November 2022), as reported by
others. A loan or a gift is never refused here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from maillon.collection.rules import PRICE_CAPS_SOURCE, RecipientCategory, Regime, may_sell, price_caps
from maillon.hardware.messages import Message, _
from maillon.hardware.model import Kind
from maillon.kernel.retention import Kept
from maillon.needs.rules import OURS
from maillon.needs.vocabulary import Beneficiary, Criterion

# From memory, not confirmed: the time within which someone may go to court over a contract (prescription).
KEPT_YEARS = 5
DRAFT_KEPT_DAYS = 30  # what was typed for an agreement that nobody signed
PRECARITY = frozenset(
    {
        Criterion.INCOME_A,
        Criterion.INCOME_B,
        Criterion.INCOME_C,
        Criterion.EMERGENCY_HOUSING,
        Criterion.RECENT_ACCIDENT,
    }
)


class Buyer(StrEnum):
    IN_PRECARITY = "in_precarity"
    HELPING_ASSOCIATION = "helping_association"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Obstacle:
    code: str
    what: Message
    remedy: Message


LEND_OR_GIVE = Message(_("Lend it or give it instead."))


def buyer_of(beneficiary: str, criteria: Iterable[str], association: bool) -> Buyer:
    """Who buys, from the request's own criteria. association: the prescriber is one, and asks for a group it helps."""
    if PRECARITY & {str(criterion) for criterion in criteria}:
        return Buyer.IN_PRECARITY
    if beneficiary == Beneficiary.GROUP and association:
        return Buyer.HELPING_ASSOCIATION
    return Buyer.OTHER


def sale_obstacles(
    *,
    regime: Regime | None,
    category: RecipientCategory | None,
    buyer: Buyer,
    kind: Kind,
    price_cents: int | None,
) -> list[Obstacle]:
    """Everything that forbids this sale; empty when it may be made.

    regime: the origin of the machine's lot, None when it has no lot. category: the legal category of who sells, None
    when nobody said it. price_cents: all taxes included, None before a price is set.
    Raises ValueError for a price that is not positive.
    """
    if price_cents is not None and price_cents <= 0:
        raise ValueError(f"Expected a positive price in cents, got {price_cents}.")
    if regime is None:
        return [
            Obstacle(
                "no_origin",
                Message(_("Where it comes from is not known: it belongs to no lot.")),
                Message(_("Put it in its lot, on its card; or lend it or give it instead.")),
            )
        ]
    if regime is not Regime.PUBLIC:
        return []
    if category is None:
        return [
            Obstacle(
                "no_category",
                Message(_("It comes from a public body, and the legal category of who sells it is not known.")),
                Message(_("State it in the terms of the loans; or lend it or give it instead.")),
            )
        ]
    if not may_sell(regime, category):
        return [
            Obstacle(
                "not_a_seller",
                Message(_("It comes from a public body, and a holder of this legal category may not sell it again.")),
                LEND_OR_GIVE,
            )
        ]
    found: list[Obstacle] = []
    if buyer is Buyer.OTHER:
        found.append(
            Obstacle(
                "not_a_buyer",
                Message(
                    _(
                        "It comes from a public body: it may be sold to people in precarity or to associations that "
                        "help them alone, and the request does not show it."
                    )
                ),
                LEND_OR_GIVE,
            )
        )
    caps = price_caps(regime, kind)
    if not caps:
        found.append(
            Obstacle("no_cap", Message(_("No highest price is known for this kind of machine.")), LEND_OR_GIVE)
        )
    elif price_cents is not None and price_cents > caps[0].cents:
        found.append(
            Obstacle(
                "above_cap",
                Message(
                    _("Its price is above the highest one allowed: %(euros)d euros, taxes included (%(source)s)."),
                    {"euros": caps[0].euros, "source": PRICE_CAPS_SOURCE},
                ),
                Message(_("Lower the price.")),
            )
        )
    return found


def kept_until(ended_on: date) -> date:
    """The last day that the papers of an agreement are kept."""
    return years_from(ended_on, KEPT_YEARS)


def years_from(day: date, years: int) -> date:
    """The same day of another year; 28 February for 29 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


PARTIES = Message(_("The organisations that are a party to it alone; each reading is recorded"))
RETENTION: tuple[Kept, ...] = (
    Kept(
        key="agreement",
        what=Message(_("A signed agreement: who signs, its text, the signature or the signed page (encrypted)")),
        readers=PARTIES,
        period=Message(_("5 years after its end: the return, the gift or the sale")),
        then=Message(_("Erased by the program; its code, its machines and its dates stay")),
        source=Message(_("Civil code, article 2224 (five years to go to court)")),
        note=Message(_("from memory, not confirmed")),
    ),
    Kept(
        key="unsigned",
        what=Message(_("What was typed for an agreement that nobody signed (encrypted)")),
        readers=PARTIES,
        period=Message(_("30 days, or until it is cancelled")),
        then=Message(_("Erased by the program; the machines stay promised")),
        source=OURS,
    ),
    Kept(
        key="one_time_code",
        what=Message(_("A one-time code to sign with (encrypted)")),
        readers=Message(_("The person alone")),
        period=Message(_("24 hours, or until it is used")),
        then=Message(_("Erased by the program")),
        source=OURS,
    ),
)
