"""What the pages of the allocation read: campaigns, their counts, outcomes, and parts of other pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from maillon.allocation import explaining, problems, reviews, rulesets, telling, trials
from maillon.allocation.explaining import Decided, Why
from maillon.allocation.models import Campaign, CampaignState, Outcome, Promise, PromiseState, Review, RuleSet
from maillon.allocation.rules import DEFAULT, Rules, read, standing_of
from maillon.hardware.messages import Message
from maillon.kernel import events
from maillon.kernel.actor import Actor
from maillon.kernel.ledger import Entry
from maillon.kernel.masking import LEAST, Shown, mask_line, mask_table
from maillon.kernel.translation import told
from maillon.needs.models import Request
from maillon.needs.vocabulary import RequestState
from maillon.territory.models import Organisation
from maillon.workshop.life import State
from maillon.workshop.models import Device

PAGE = 50
STATE_TONES = {
    CampaignState.DRAFT: ("neutral", "pencil"),
    CampaignState.SIMULATED: ("info", "search"),
    CampaignState.APPROVED: ("accent", "check2-square"),
    CampaignState.PUBLISHED: ("success", "check-circle"),
    CampaignState.CANCELLED: ("neutral", "x-circle"),
}
WAY = (CampaignState.DRAFT, CampaignState.SIMULATED, CampaignState.APPROVED, CampaignState.PUBLISHED)


def decides(actor: Actor) -> bool:
    return actor.may("allocation.decide") and actor.oversees


def rules_of(held: RuleSet) -> Rules:
    return read(held.document)


def sections(held: RuleSet | Mapping[str, Any]) -> Sequence[telling.Section]:
    """The rules as sentences, each with its source."""
    document = held.document if isinstance(held, RuleSet) else held
    return telling.sections(read(document), read(DEFAULT))


# -- campaigns --------------------------------------------------------------------------------------------------------


class Stock(NamedTuple):
    waiting: Shown
    ready: int
    promised: Shown


def stock(actor: Actor) -> Stock:
    """What a campaign would decide on today; under 11 families, not told to who decides nothing. Three queries."""
    here = {"territory_id": actor.territory_id}
    waiting = Request.objects.filter(state=RequestState.WAITING, **here).count()
    promised = Promise.objects.filter(state=PromiseState.ACTIVE, **here).count()
    least = 0 if decides(actor) else LEAST
    return Stock(
        waiting if waiting >= least else None,
        Device.objects.filter(state=State.READY.value, **here).count(),
        promised if promised >= least else None,
    )


class Line(NamedTuple):
    campaign: Campaign
    tone: str
    icon: str
    requests: Shown
    given: Shown


def lines(actor: Actor) -> list[Line]:
    """The campaigns of the territory, the latest first; without their files. One query."""
    found = Campaign.objects.visible_to(actor).select_related("rules").defer("problem", "plan", "devices")
    exact = decides(actor)
    return [_line(campaign, exact) for campaign in found[:PAGE]]


def _line(campaign: Campaign, exact: bool) -> Line:
    told = counted(campaign, districts=False, exact=exact) if campaign.simulated_at else None
    tone, icon = STATE_TONES[CampaignState(campaign.state)]
    return Line(campaign, tone, icon, told.requests if told else None, told.given if told else None)


class Tier(NamedTuple):
    name: Message
    asked: Shown
    given: Shown
    missing: Shown


class Counted(NamedTuple):
    """masked: counts as anyone may see them, those under 11 hidden and enough others that none is found again."""

    masked: bool

    requests: Shown
    served: Shown
    given: Shown
    tiers: list[Tier]
    all_tiers: Tier
    reasons: list[tuple[Message, Shown]]
    districts: list[Tier]
    all_districts: Tier


def counted(campaign: Campaign, *, districts: bool, exact: bool = False) -> Counted:
    """districts: told to the territory's own; the public file numbers them. exact: for those who decide, who read the
    answer to each request anyway."""
    least = 0 if exact else LEAST
    summary, rules = campaign.summary, rules_of(campaign.rules)
    tiers = [Message(tier.name) for tier in rules.tiers]
    by_district: dict[str, list[int]] = summary.get("by_district", {}) if districts else {}
    tier_lines, all_tiers = _masked(tiers, summary.get("by_tier", []), least)
    if exact:
        known = trials.district_names(by_district)
        names, rows = [known[code] for code in by_district], list(by_district.values())
    else:
        names, rows = trials.together(by_district, [asked for asked, _given in by_district.values()])
    district_lines, all_districts = _masked([Message(name) for name in names], rows, least)
    codes = {int(code): count for code, count in summary.get("by_code", {}).items()}
    shown, total = mask_line([count for _code, count in sorted(codes.items())], least)
    by_code = dict(zip(sorted(codes), shown, strict=True))
    reasons = [(explaining.SHORT[Why(code)], count) for code, count in by_code.items()]
    # The same counts stand above the tables: what a table hides, no tile gives back.
    served, given = by_code.get(int(Why.SERVED)), all_tiers.given
    if exact:
        total, served, given = summary.get("requests"), summary.get("served"), summary.get("given")
    return Counted(not exact, total, served, given, tier_lines, all_tiers, reasons, district_lines, all_districts)


def _masked(names: Sequence[Message], rows: Sequence[Sequence[int]], least: int) -> tuple[list[Tier], Tier]:
    """rows: machines asked and given. Masked as given and missing, whose total is what was asked."""
    table = mask_table([[given, asked - given] for asked, given in rows], least)
    told = [
        Tier(name, total, given, missing)
        for name, (given, missing), total in zip(names, table.cells, table.rows, strict=False)
    ]
    given, missing = table.columns or [None, None]
    return told, Tier(Message(""), table.total, given, missing)


def shortfalls(campaign: Campaign) -> list[dict[str, Any]]:
    """The least that was not reached, and whose it is: the file only numbers the districts. Three queries."""
    missed: list[dict[str, Any]] = campaign.summary.get("shortfalls", [])
    districts = trials.district_names({each["district"]: 0 for each in missed if each.get("district")})
    keys = {each["prescriber"] for each in missed if each.get("prescriber")}
    prescribers = {str(key): name for key, name in Organisation.objects.filter(pk__in=keys).values_list("pk", "name")}
    return [{**each, "name": _whose(each, districts, prescribers)} for each in missed]


def _whose(each: Mapping[str, Any], districts: Mapping[str, str], prescribers: Mapping[str, str]) -> str:
    if each["node"] == "T":
        return _("The territory")
    names = districts.get(each.get("district", "")), prescribers.get(each.get("prescriber", ""))
    return ", ".join(name for name in names if name) or str(each["node"])


_COUNTING = {"campaign.simulated": CampaignState.SIMULATED, "campaign.published": CampaignState.PUBLISHED}


def sentence(entry: Entry, *, exact: bool) -> str:
    """What happened to a campaign; without its counts, which may be small, for who decides nothing."""
    if not exact and (state := _COUNTING.get(entry.kind)):
        return str(state.label)
    return events.sentence(entry)


class Step(NamedTuple):
    label: str
    state: str  # "done", "now" or ""


def way(campaign: Campaign) -> list[Step]:
    """The four states of a campaign, and where it is."""
    if campaign.state not in WAY:
        return []
    here = WAY.index(CampaignState(campaign.state))
    last = campaign.state == CampaignState.PUBLISHED
    return [
        Step(str(state.label), "done" if rank < here or last else "now" if rank == here else "")
        for rank, state in enumerate(WAY)
    ]


# -- outcomes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Explained:
    """An outcome in words. lines: (what, points, counted)."""

    outcome: Outcome
    tier: Message
    short: Message
    why: Sequence[Message]
    lines: Sequence[tuple[Message, int, bool]]
    changes: Sequence[Message]
    family: Message
    family_changes: Sequence[Message]

    @property
    def served(self) -> bool:
        return self.outcome.code in (Why.SERVED, Why.IN_PART)


def explained(outcome: Outcome, rules: Rules) -> Explained:
    decided = Decided(
        outcome.code,
        outcome.tier,
        outcome.points,
        outcome.aged,
        tuple((str(name), int(points), bool(counts)) for name, points, counts in outcome.lines),
        outcome.cutoff_tier,
        outcome.cutoff_points,
        outcome.changes,
    )
    return Explained(
        outcome,
        Message(rules.tiers[outcome.tier].name),
        explaining.SHORT[Why(outcome.code)],
        explaining.why_told(decided, rules),
        explaining.lines_told(decided),
        explaining.changes_told(decided),
        explaining.family_told(decided),
        explaining.changes_told(decided, family=True),
    )


class OutcomePage(NamedTuple):
    rows: list[Explained]
    after: str  # code of the last request when others follow


def outcomes(campaign: Campaign, *, code: str = "", after: str = "", why: int | None = None) -> OutcomePage:
    """Those of a campaign, first tiers first within a page of codes. code: of one request. One query."""
    found = Outcome.objects.filter(campaign=campaign).select_related("request")
    if code:
        found = found.filter(request__code=code)
    if why is not None:
        found = found.filter(code=why)
    rows = list(found.filter(request__code__gt=after).order_by("request__code")[: PAGE + 1])
    rules = rules_of(campaign.rules)
    return OutcomePage(
        [explained(row, rules) for row in rows[:PAGE]], rows[PAGE - 1].request.code if len(rows) > PAGE else ""
    )


# -- parts of other pages ---------------------------------------------------------------------------------------------


def request_part(shown: Request, viewer: Actor) -> dict[str, Any] | None:
    """On a request's page: where it stands, what was decided and why, its promises, a review to ask for."""
    rules = rules_of(rulesets.current(shown.territory_id))
    decision = reviews.last_decision(shown)
    asked = list(shown.reviews.order_by("-asked_at")[:5])
    living = list(
        shown.promises.filter(state=PromiseState.ACTIVE)
        .select_related("device", "campaign")
        .defer("campaign__problem", "campaign__plan", "campaign__devices")
    )
    ours = viewer.organisation_id == shown.prescriber_id
    may_decide = decides(viewer)
    standing = standing_of(problems.facts_now(shown, timezone.localdate()), rules)
    return {
        "standing": standing,
        "standing_tier": Message(rules.tiers[standing.tier].name),
        "standing_lines": explaining.lines_told(
            Decided(
                0, 0, 0, standing.aged, tuple((r.criterion, r.points, r.counted) for r in standing.lines), -1, -1, 0
            )
        ),
        "waits": shown.state == RequestState.WAITING,
        "decision": explained(decision, rules_of(decision.campaign.rules)) if decision else None,
        "promises": living,
        "may_decide": may_decide,
        "may_ask": bool(decision) and ours and viewer.may("needs.change") and not any(not r.answer for r in asked),
        "reviews": [
            told_review(review, may_decide or (ours and review.asker == Review.Asker.PRESCRIBER)) for review in asked
        ],
        "urgencies": Campaign.Urgency.choices,
    }


def family_part(shown: Request) -> dict[str, Any] | None:
    """On the family's page: why, in a neutral sentence, and the right to ask for a person."""
    decision = reviews.last_decision(shown)
    if decision is None:
        return None
    asked = shown.reviews.filter(asker=Review.Asker.FAMILY).order_by("-asked_at").first()
    return {
        "decision": explained(decision, rules_of(decision.campaign.rules)),
        "holds": _holds(decision, shown),
        "waits": shown.state == RequestState.WAITING,
        "public": decision.campaign.kind != Campaign.Kind.URGENT,
        "review": told_review(asked, True) if asked else None,
        "may_ask": asked is None or bool(asked.answer),
    }


def _holds(decision: Outcome, asked: Request) -> bool:
    """Whether the request is still as this decision left it: not promised, withdrawn or given back since."""
    if decision.code in (Why.SERVED, Why.IN_PART):
        return asked.state in (RequestState.PROMISED, RequestState.SERVED)
    return bool(asked.state == RequestState.WAITING)


def letter_reasons(asked: Request) -> list[str]:
    """In the family's letter: the same neutral sentences as on its page, where they say why it is as it is today."""
    decision = reviews.last_decision(asked)
    if decision is None or not _holds(decision, asked):
        return []
    said = explained(decision, rules_of(decision.campaign.rules))
    changes = [told(change) for change in said.family_changes] if asked.state == RequestState.WAITING else []
    return [told(said.family), *([f"{_('What could help next time:')} {', '.join(changes)}."] if changes else [])]


class ToldReview(NamedTuple):
    review: Review
    words: str
    reply: str


def told_review(review: Review, may_read: bool) -> ToldReview:
    """may_read: what was asked is read by who asked and by those who answer; the reply by everyone concerned."""
    return ToldReview(review, reviews.read(review.words) if may_read else "", reviews.read(review.reply))


def published() -> list[Campaign]:
    """The campaigns that anyone may look at, the latest first. One query."""
    found = Campaign.objects.filter(state=CampaignState.PUBLISHED).exclude(kind=Campaign.Kind.URGENT)
    return list(
        found.select_related("territory", "rules").defer("problem", "plan", "devices").order_by("-published_at")[:PAGE]
    )


def sealed() -> list[Campaign]:
    """Those whose draw was sealed and that are not published, the latest first: what was committed to, for anyone to
    note before requests close. The cancelled ones stay, so that no draw is made again unseen. One query."""
    found = Campaign.objects.exclude(state=CampaignState.PUBLISHED).exclude(kind=Campaign.Kind.URGENT)
    return list(found.select_related("territory").defer("problem", "plan", "devices").order_by("-created_at")[:PAGE])


def reviews_waiting(actor: Actor) -> int:
    """One query."""
    return reviews.visible(actor).filter(answer="").count()


def kept_promises(campaign: Campaign) -> dict[str, int]:
    """What became of the promises of a campaign: state, count. One query."""
    counts = campaign.promises.order_by().values_list("state").annotate(Count("pk"))
    return {str(PromiseState(state).label): count for state, count in counts}
