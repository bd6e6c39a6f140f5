"""Campaigns: what opens, computes, approves, publishes and cancels one.

The algorithm decides nothing alone. A plan is computed on a frozen queue, a person of the coordination approves that
very plan (its hash), and only then are promises made. Promises never move afterwards: what was published is told.
"""

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import zstandard
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.allocation import check as checker
from maillon.allocation import problems, promises, rulesets
from maillon.allocation.models import Campaign, CampaignState, Ending, Outcome, Promise, PromiseState, RuleSet
from maillon.allocation.problems import Built
from maillon.allocation.promises import DeviceGone, RequestGone, require_decider
from maillon.allocation.rules import read
from maillon.kernel import codes, ledger, vault, wording
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, Refusal, find
from maillon.kernel.translation import told
from maillon.needs.models import Request, RequestCriterion
from maillon.needs.vocabulary import Criterion, RequestState
from maillon.workshop.models import Device
from maillon.workshop.moves import StepRefused

UNDER_WAY = (CampaignState.DRAFT, CampaignState.SIMULATED, CampaignState.APPROVED)
CHUNK = 25  # promises in a transaction
LARGEST_FILE = 2 * 2**30
SEED_BYTES = 16

Progress = Callable[[int, int, str], None]


# -- opening ----------------------------------------------------------------------------------------------------------


def open_campaign(
    *,
    actor: Actor,
    closes_on: date,
    kind: str = Campaign.Kind.ROUND.value,
    at: datetime | None = None,
) -> Campaign:
    """A new round: its seed is drawn and sealed, and what proves it later is published now.

    closes_on: the last day on which a request may be complete. A campaign of machines that come late takes the day and
    the rules of the last round published: they go to whoever enters the set it served.
    Raises NotAllowed, Refusal (another one is under way; a day gone by).
    """
    require_decider(actor)
    rules = rulesets.current(actor.territory, at)
    if kind == Campaign.Kind.ARRIVAL:
        last = _last_round(actor.territory)
        if last is None:
            raise Refusal(_("No round was published yet."), _("Open a round: it gives every machine that is ready."))
        closes_on, rules = last.closes_on, last.rules
    elif closes_on < timezone.localdate(at):
        raise Refusal(_("This day is gone."), _("Choose today or a day to come."))
    with transaction.atomic():
        other = under_way(actor.territory)
        if other:
            raise Refusal(
                _("Campaign %(code)s is under way.") % {"code": codes.pretty(other.code)},
                _("Publish it or cancel it first: two plans would promise the same machines."),
            )
        return _opened(actor, kind, closes_on, rules, at)


def under_way(territory_id: UUID) -> Campaign | None:
    """The campaign that is not published yet, same-day ones aside: there is one at a time. One query."""
    found: Campaign | None = (
        Campaign.objects.filter(territory_id=territory_id, state__in=UNDER_WAY)
        .exclude(kind=Campaign.Kind.URGENT)
        .first()
    )
    return found


def _opened(
    actor: Actor,
    kind: str,
    closes_on: date,
    rules: RuleSet,
    at: datetime | None,
    only: Request | None = None,
    urgency: str = "",
) -> Campaign:
    seed = secrets.token_hex(SEED_BYTES)
    [code] = codes.draw(1, lambda drawn: Campaign.objects.filter(code__in=drawn).values_list("code", flat=True))
    opened: Campaign = Campaign.objects.create(
        code=code,
        territory_id=actor.territory,
        kind=kind,
        rules=rules,
        closes_on=closes_on,
        only=only,
        urgency=urgency,
        seed_sealed=vault.seal(seed, "lottery"),
        seed_commitment=sha256(seed.encode()).hexdigest(),
        created_at=at or timezone.now(),
    )
    ledger.append(
        "campaign.opened",
        actor,
        opened.pk,
        at=at,
        type=kind,
        closes_on=closes_on,
        rules=rules.version,
        commitment=opened.seed_commitment,
        urgency=urgency or None,
        request=only.code if only else None,
    )
    return opened


def _last_round(territory_id: UUID) -> Campaign | None:
    published = Campaign.objects.filter(
        territory_id=territory_id, kind=Campaign.Kind.ROUND, state=CampaignState.PUBLISHED
    )
    found: Campaign | None = published.select_related("rules").order_by("-published_at").first()
    return found


# -- computing --------------------------------------------------------------------------------------------------------


def simulate(
    *, actor: Actor, campaign_id: UUID, at: datetime | None = None, progress: Progress | None = None
) -> Campaign:
    """Freeze the queue, compute the plan, have it verified by the independent checker, and keep both.

    May be done again until someone approves. Raises NotAllowed, NotFound, Refusal (not closed yet; approved already;
    nothing waits; the solver refuses).
    """
    require_decider(actor)
    tell = progress or (lambda _done, _total, _message: None)
    campaign = find(Campaign.objects.visible_to(actor).select_related("rules"), campaign_id)
    _must_be(campaign, CampaignState.DRAFT, CampaignState.SIMULATED)
    if timezone.localdate(at) < campaign.closes_on:
        raise Refusal(
            _("Requests are taken until %(day)s.") % {"day": wording.long_date(campaign.closes_on)},
            _("Compute the plan from that day on: whoever files until then counts."),
        )
    started = time.perf_counter()
    tell(0, 4, str(_("Reading the queue and the stock")))
    built = problems.build(
        territory_id=campaign.territory_id,
        rules=read(campaign.rules.document),
        as_of=campaign.closes_on,
        commitment=campaign.seed_commitment,
        only=campaign.only_id,
    )
    tell(1, 4, str(_("Computing the plan")))
    plan = solved(built.problem, vault.unseal(campaign.seed_sealed, "lottery"))
    tell(2, 4, str(_("Verifying the plan")))
    checked = verified(built.problem, plan)
    tell(3, 4, str(_("Keeping the plan")))
    summary = summary_of(built, plan) | {
        "checked": checked,
        "milliseconds": round(1000 * (time.perf_counter() - started)),
    }
    with transaction.atomic():
        campaign = _locked(actor, campaign_id)
        _must_be(campaign, CampaignState.DRAFT, CampaignState.SIMULATED)
        campaign.problem, campaign.plan, campaign.devices = map(packed, (built.problem, plan, built.device_of))
        campaign.problem_sha256 = plan["problem_sha256"]
        campaign.plan_sha256 = plan["certificate"]["plan_sha256"]
        campaign.summary = summary
        campaign.state = CampaignState.SIMULATED.value
        campaign.simulated_at = at or timezone.now()
        campaign.save()
        _keep_outcomes(campaign, built, plan)
        ledger.append(
            "campaign.simulated",
            actor,
            campaign.pk,
            at=at,
            requests=summary["requests"],
            devices=summary["devices"],
            served=summary["given"],
            problem=campaign.problem_sha256,
            plan=campaign.plan_sha256,
        )
    tell(4, 4, "")
    return campaign


def solved(problem: dict[str, Any], seed: str) -> dict[str, Any]:
    """The plan. Raises Refusal with every reason of the solver."""
    from maillon.allocation.core import api  # solvers and columns: a second and 100 MB that no page needs

    try:
        return api.solve(problem, seed)
    except api.Refused as refused:
        raise Refusal(
            _("The plan can not be computed."), *(f"{each.place}: {told(each.reason)}" for each in refused.refusals)
        ) from refused


def verified(problem: dict[str, Any], plan: dict[str, Any]) -> bool:
    """Whether the independent checker accepts the plan. One that it refuses is a fault of ours: nobody may approve."""
    try:
        checker.check(problem, plan)
    except checker.Refused:
        return False
    return True


def summary_of(built: Built, plan: dict[str, Any]) -> dict[str, Any]:
    """The counts that pages show.

    requests, asked (machines), devices, promised (earlier), given (machines), served (requests in full), by_code
    {code: requests}, by_tier [[machines asked, given]], by_district {code: [machines asked, given]}, unread (codes of
    machines that no reading describes), shortfalls (as in the plan, and whose: "district", "prescriber"), values,
    refused [[request, device]]: what the plan gives again to who refused it.
    """
    columns = built.problem["requests"]["columns"]
    promised = {promise["request"] for promise in built.problem["promises"]}
    given = Counter(plan["assign"]["request"])
    tiers = [[0, 0] for _tier in range(built.problem["rules"]["tiers"])]
    districts: dict[str, list[int]] = {}
    asked = waiting = 0
    for code, tier, quantity in zip(columns["id"], columns["tier"], columns["quantity"], strict=True):
        if code in promised:
            continue
        waiting += 1
        asked += quantity
        for counts in (tiers[tier], districts.setdefault(built.district_of[code], [0, 0])):
            counts[0] += quantity
            counts[1] += given[code]
    by_code = Counter(plan["reasons"]["code"])
    return {
        "requests": waiting,
        "asked": asked,
        "devices": built.problem["devices"]["n"] - len(built.problem["promises"]),
        "promised": len(built.problem["promises"]),
        "given": len(plan["assign"]["device"]),
        "served": by_code[0],
        "by_code": {str(code): count for code, count in sorted(by_code.items())},
        "by_tier": tiers,
        "by_district": dict(sorted(districts.items())),
        "unread": built.unread,
        "shortfalls": [
            {**each, **dict(zip(("district", "prescriber"), built.whose.get(each["node"], ("", "")), strict=True))}
            for each in plan["shortfalls"]
        ],
        "values": plan["values"],
        "refused": _refused(built, plan),
    }


def _refused(built: Built, plan: dict[str, Any]) -> list[list[str]]:
    """The machines that go back to who found that they do not suit: as long as the request says the same, they fit.
    One query."""
    pairs = {
        (request, built.device_of[device])
        for request, device in zip(plan["assign"]["request"], plan["assign"]["device"], strict=True)
    }
    refused = Promise.objects.filter(
        state=PromiseState.REFUSED, reason=Ending.NOT_SUITED, request__state=RequestState.WAITING
    )
    return sorted(map(list, pairs.intersection(refused.values_list("request__code", "device__code"))))


def _keep_outcomes(campaign: Campaign, built: Built, plan: dict[str, Any]) -> None:
    reasons = plan["reasons"]
    campaign.outcomes.all().delete()
    names = ("request", "code", "cutoff_tier", "cutoff_points", "changes")
    Outcome.objects.bulk_create(
        (
            Outcome(
                campaign=campaign,
                request_id=built.request_ids[request],
                code=code,
                tier=built.standings[request].tier,
                points=built.standings[request].effective,
                cutoff_tier=tier,
                cutoff_points=points,
                changes=changes,
                lines=[[line.criterion, line.points, line.counted] for line in built.standings[request].lines],
                aged=built.standings[request].aged,
            )
            for request, code, tier, points, changes in zip(*(reasons[name] for name in names), strict=True)
        ),
        batch_size=500,
    )


def packed(document: dict[str, Any]) -> bytes:
    return zstandard.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 3)


def unpacked_text(kept: bytes | memoryview | None) -> bytes:
    """The file as it is published: JSON, UTF-8."""
    return zstandard.decompress(bytes(kept), max_output_size=LARGEST_FILE) if kept is not None else b"{}"


def unpacked(kept: bytes | memoryview | None) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(unpacked_text(kept))
    return content


# -- approving and publishing -----------------------------------------------------------------------------------------


def approve(*, actor: Actor, campaign_id: UUID, plan_sha256: str, at: datetime | None = None) -> Campaign:
    """A person answers for this plan. plan_sha256: the one that they had before their eyes.

    Raises NotAllowed (the system never approves), NotFound, Refusal (recomputed meanwhile; refused by the checker).
    """
    require_decider(actor)
    if actor.user_id is None:
        raise NotAllowed("allocation.decide")
    with transaction.atomic():
        campaign = _locked(actor, campaign_id)
        _must_be(campaign, CampaignState.SIMULATED)
        if campaign.plan_sha256 != plan_sha256:
            raise Refusal(_("The plan was computed again while you were deciding."), _("Look at it, then decide."))
        if not campaign.summary.get("checked"):
            raise Refusal(
                _("The independent checker refuses this plan: it can not be approved."),
                _("Compute it again; if it is refused again, report it."),
            )
        campaign.state, campaign.approved_by = CampaignState.APPROVED.value, actor.user_id
        campaign.approved_at = at or timezone.now()
        campaign.save(update_fields=["state", "approved_by", "approved_at"])
        ledger.append("campaign.approved", actor, campaign.pk, at=at, plan=campaign.plan_sha256)
    return campaign


def publish(
    *, actor: Actor, campaign_id: UUID, at: datetime | None = None, progress: Progress | None = None
) -> Campaign:
    """Make the promises of an approved plan, a few in a transaction; stopped anywhere, it goes on when called again.

    A machine that left meanwhile is told, and its request comes first in the next round.
    Raises NotAllowed, NotFound, Refusal (not approved).
    """
    require_decider(actor)
    campaign = find(Campaign.objects.visible_to(actor), campaign_id)
    _must_be(campaign, CampaignState.APPROVED)
    pairs = pairs_of(campaign)
    for start in range(0, len(pairs), CHUNK):
        with transaction.atomic():
            promise_some(actor, campaign, pairs[start : start + CHUNK], at)
        if progress:
            progress(min(start + CHUNK, len(pairs)), len(pairs), "")
    return finish(actor, campaign_id, at)


def pairs_of(campaign: Campaign) -> list[tuple[str, str]]:
    """The codes of the request and of the machine of each promise to make, in the order of the plan."""
    assign = unpacked(campaign.plan).get("assign", {"request": [], "device": []})
    code_of = unpacked(campaign.devices)  # none in the first campaigns: their files hold the codes of labels
    return [
        (request, code_of.get(name, name)) for request, name in zip(assign["request"], assign["device"], strict=True)
    ]


def promise_some(actor: Actor, campaign: Campaign, pairs: list[tuple[str, str]], at: datetime | None = None) -> None:
    """Promise these pairs, inside a transaction; those promised before by this campaign are left as they are.

    All machines are locked first, then all requests: who locks one machine and its request never waits in a circle.
    """
    here = {"territory_id": campaign.territory_id}
    devices = Device.objects.select_for_update(of=("self",)).filter(code__in=[device for _, device in pairs], **here)
    device_of = {device.code: device for device in devices.order_by("number")}
    requests = Request.objects.select_for_update(of=("self",)).filter(code__in=[code for code, _ in pairs], **here)
    request_of = {request.code: request for request in requests.order_by("pk")}
    done = set(
        Promise.objects.filter(campaign=campaign, device__code__in=device_of).values_list(
            "request__code", "device__code"
        )
    )
    locked: Campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    _must_be(locked, CampaignState.APPROVED)
    gone: dict[str, list[str]] = dict(locked.summary.get("gone", {}))
    for code, device_code in pairs:
        if (code, device_code) in done or device_code in gone:
            continue
        request, device = request_of.get(code), device_of.get(device_code)
        why = _promised(actor, campaign, request, device, at)
        if why:
            gone[device_code] = [code, why]
            if request and why == "device":
                RequestCriterion.objects.get_or_create(request=request, criterion=Criterion.REPLACEMENT)
    if gone:
        locked.summary = locked.summary | {"gone": gone}
        locked.save(update_fields=["summary"])


def _promised(
    actor: Actor, campaign: Campaign, request: Request | None, device: Device | None, at: datetime | None
) -> str:
    """Empty when the promise is made; else what is gone: "device" or "request"."""
    if request is None or device is None:
        return "device" if device is None else "request"
    try:
        promises.promise(actor=actor, campaign=campaign, request=request, device=device, at=at)
    except RequestGone:
        return "request"
    except (DeviceGone, StepRefused):
        return "device"
    return ""


def finish(actor: Actor, campaign_id: UUID, at: datetime | None = None) -> Campaign:
    """All promises are made: the plan, its seed and its files are public from now on."""
    with transaction.atomic():
        campaign = _locked(actor, campaign_id)
        _must_be(campaign, CampaignState.APPROVED)
        campaign.state, campaign.published_at = CampaignState.PUBLISHED.value, at or timezone.now()
        campaign.save(update_fields=["state", "published_at"])
        ledger.append(
            "campaign.published",
            actor,
            campaign.pk,
            at=at,
            promised=campaign.promises.count(),
            gone=len(campaign.summary.get("gone", {})),
            plan=campaign.plan_sha256,
        )
    return campaign


def cancel(*, actor: Actor, campaign_id: UUID, at: datetime | None = None) -> Campaign:
    """Nothing was promised yet: the campaign stops here, and stays in the list.

    Raises NotAllowed, NotFound, Refusal (promises were made).
    """
    require_decider(actor)
    with transaction.atomic():
        campaign = _locked(actor, campaign_id)
        _must_be(campaign, *UNDER_WAY)
        if campaign.promises.exists():
            raise Refusal(_("Promises were made already."), _("Publish it to the end, then end those that must."))
        campaign.state = CampaignState.CANCELLED.value
        campaign.save(update_fields=["state"])
        ledger.append("campaign.cancelled", actor, campaign.pk, at=at)
    return campaign


# -- the same day -----------------------------------------------------------------------------------------------------


def urgent(*, actor: Actor, request_id: UUID, reason: str, at: datetime | None = None) -> Campaign:
    """One request that does not wait for the next round: the machine is chosen by the same order, today.

    A person decides that it comes before the others, and why (Campaign.Urgency); the plan only chooses the machine,
    the least over-specified then the nearest, and is kept with its proof as any other.
    Raises NotAllowed, NotFound, Refusal (it waits for nothing; no machine ready fits).
    """
    require_decider(actor)
    why = Campaign.Urgency(reason)
    request: Request = find(Request.objects.visible_to(actor), request_id)
    if request.state != RequestState.WAITING:
        raise RequestGone(
            _("Request %(code)s waits for no machine: it is “%(state)s”.")
            % {"code": codes.pretty(request.code), "state": request.get_state_display()},
            _("Open its page to see what happened."),
        )
    rules, today = rulesets.current(actor.territory, at), timezone.localdate(at)
    with transaction.atomic():
        opened = _opened(actor, Campaign.Kind.URGENT.value, today, rules, at, only=request, urgency=why.value)
    key = opened.pk
    campaign = simulate(actor=actor, campaign_id=key, at=at)  # outside any transaction: nobody waits for it
    if not campaign.summary["given"]:
        cancel(actor=actor, campaign_id=key, at=at)
        raise Refusal(
            _("No machine that is ready fits this request."),
            _("See on its page what it asks for; it keeps its place in the queue."),
        )
    approve(actor=actor, campaign_id=key, plan_sha256=campaign.plan_sha256, at=at)
    published = publish(actor=actor, campaign_id=key, at=at)
    if published.summary.get("gone"):
        raise Refusal(_("The machine chosen was taken at the same moment."), _("Try again."))
    return published


# -- parts ------------------------------------------------------------------------------------------------------------


def _locked(actor: Actor, campaign_id: UUID) -> Campaign:
    found: Campaign = find(Campaign.objects.select_for_update(of=("self",)).visible_to(actor), campaign_id)
    return found


def _must_be(campaign: Campaign, *states: CampaignState) -> None:
    if campaign.state not in states:
        raise Refusal(
            _("Campaign %(code)s is “%(state)s”.")
            % {"code": codes.pretty(campaign.code), "state": campaign.get_state_display()},
            _("Reload the page: someone may have been quicker."),
        )
