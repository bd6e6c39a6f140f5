"""The pages of those who decide: campaigns, rules and their changes, reviews. Nothing here decides by itself."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillon.allocation import campaigns, jobs, promises, reviews, rulesets, showing, trials
from maillon.allocation.explaining import SHORT, Why
from maillon.allocation.forms import AnswerForm, AskForm, EndForm, OpenForm, RulesForm, UrgencyForm
from maillon.allocation.models import Campaign, CampaignState, Ending, Promise, Review, RuleSet, RuleTrial
from maillon.allocation.promises import require_decider
from maillon.kernel import codes
from maillon.kernel.access import access
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.kernel.http import Request as HttpRequest
from maillon.kernel.jobs.models import Job
from maillon.kernel.jobs.queries import JobRow, job_row
from maillon.kernel.ledger import Entry
from maillon.kernel.translation import told
from maillon.needs.models import Request
from maillon.territory.models import User


def _found(request: HttpRequest, code: str, *, files: bool = False) -> Campaign:
    parsed = codes.parse(code)
    held = Campaign.objects.visible_to(request.actor).select_related("rules", "only")
    held = held if files else held.defer("problem", "plan", "devices")
    found: Campaign | None = held.filter(code=parsed).first() if isinstance(parsed, str) else None
    if found is None:
        raise NotFound
    return found


def _request(request: HttpRequest, code: str) -> Request:
    parsed = codes.parse(code)
    held = Request.objects.visible_to(request.actor)
    found: Request | None = held.filter(code=parsed).first() if isinstance(parsed, str) else None
    if found is None:
        raise NotFound
    return found


# -- campaigns --------------------------------------------------------------------------------------------------------


@access("allocation.view")
@require_safe
def campaigns_page(request: HttpRequest) -> HttpResponse:
    return _list(request)


def _list(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    decides = showing.decides(request.actor)
    context = {
        "lines": showing.lines(request.actor),
        "stock": showing.stock(request.actor),
        "under_way": campaigns.under_way(request.actor.territory),
        "decides": decides,
        "reviews": showing.reviews_waiting(request.actor) if decides else 0,
    }
    return render(request, "allocation/campaigns.html", {**context, **more}, status=status)


@access("allocation.decide")
@require_http_methods(["GET", "HEAD", "POST"])
def new_campaign(request: HttpRequest) -> HttpResponse:
    require_decider(request.actor)
    form, refused = OpenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            opened = campaigns.open_campaign(actor=request.actor, closes_on=form.cleaned_data["closes_on"])
            return redirect("allocation:campaign", opened.code)
        except Refusal as caught:
            refused = caught
    status = 422 if form.errors else 409 if refused else 200
    context = {"form": form, "refused": refused, "rules": rulesets.current(request.actor.territory)}
    return render(request, "allocation/new_campaign.html", context, status=status)


@access("allocation.decide")
@require_POST
def late_machines(request: HttpRequest) -> HttpResponse:
    try:
        opened = campaigns.open_campaign(
            actor=request.actor, closes_on=timezone.localdate(), kind=Campaign.Kind.ARRIVAL.value
        )
    except Refusal as refused:
        return _list(request, status=409, refused=refused)
    return redirect("allocation:campaign", opened.code)


@access("allocation.view")
@require_safe
def campaign_page(request: HttpRequest, campaign_code: str) -> HttpResponse:
    return _page(request, _found(request, campaign_code))


def _page(request: HttpRequest, shown: Campaign, *, status: int = 200, **more: Any) -> HttpResponse:
    entries = Entry.objects.filter(stream=f"campaign:{shown.pk}").order_by("-sequence")
    people = User.objects.in_bulk({entry.user_id for entry in entries if entry.user_id})
    decides = showing.decides(request.actor)
    context: dict[str, Any] = {
        "shown": shown,
        "tone": showing.STATE_TONES[CampaignState(shown.state)],
        "way": showing.way(shown),
        "decides": decides,
        "job": _job(request, shown.job_id) if decides else None,
        "closed": shown.closes_on <= timezone.localdate(),
        "cancellable": shown.state in campaigns.UNDER_WAY and not shown.promises.exists(),
        "approved_by": people.get(shown.approved_by) if shown.approved_by else None,
        "promises": showing.kept_promises(shown) if decides else {},
        "timeline": [
            {
                "at": entry.at,
                "sentence": showing.sentence(entry, exact=decides),
                "who": str(people[entry.user_id]) if decides and entry.user_id in people else "",
            }
            for entry in entries
        ],
    }
    if shown.summary:
        context["counted"] = counted = showing.counted(shown, districts=True, exact=decides)
        context["left"] = None if counted.given is None else shown.summary.get("devices", 0) - counted.given
        context["shortfalls"] = showing.shortfalls(shown) if decides else []
        context["gone"] = [
            {"device": device, "request": code, "why": why}
            for device, (code, why) in shown.summary.get("gone", {}).items()
            if decides
        ]
    return render(request, "allocation/campaign.html", {**context, **more}, status=status)


def _job(request: HttpRequest, job_id: UUID | None) -> JobRow | None:
    """The job that computes or publishes, while it goes on or when it failed."""
    if job_id is None or not request.actor.may("jobs.view"):
        return None
    try:
        row = job_row(request.actor, job_id)
    except NotFound:  # forgotten by the housekeeping
        return None
    return row if row.going or row.failed else None


def _going(shown: Campaign) -> bool:
    return Job.objects.filter(pk=shown.job_id, status__in=("READY", "RUNNING")).exists() if shown.job_id else False


def _enqueue(request: HttpRequest, shown: Campaign, task: Any) -> HttpResponse:
    """Start a job for this campaign, unless one goes on: pressed twice, it is done once."""
    require_decider(request.actor)
    if not _going(shown):
        actor = request.actor
        asked = task.using(actor=actor).enqueue(str(shown.pk), str(actor.user_id), str(actor.home))
        Campaign.objects.filter(pk=shown.pk).update(job_id=UUID(asked.id))
    return redirect("allocation:campaign", shown.code)


@access("allocation.decide")
@require_POST
def simulate(request: HttpRequest, campaign_code: str) -> HttpResponse:
    return _enqueue(request, _found(request, campaign_code), jobs.simulate)


@access("allocation.decide")
@require_POST
def approve(request: HttpRequest, campaign_code: str) -> HttpResponse:
    shown = _found(request, campaign_code)
    try:
        campaigns.approve(actor=request.actor, campaign_id=shown.pk, plan_sha256=request.POST.get("plan", ""))
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    return redirect("allocation:campaign", shown.code)


@access("allocation.decide")
@require_POST
def publish(request: HttpRequest, campaign_code: str) -> HttpResponse:
    return _enqueue(request, _found(request, campaign_code), jobs.publish)


@access("allocation.decide")
@require_POST
def cancel(request: HttpRequest, campaign_code: str) -> HttpResponse:
    shown = _found(request, campaign_code)
    try:
        campaigns.cancel(actor=request.actor, campaign_id=shown.pk)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    messages.success(request, _("The campaign is cancelled: nothing was promised."))
    return redirect("allocation:campaigns")


@access("allocation.decide")
@require_safe
def outcomes_page(request: HttpRequest, campaign_code: str) -> HttpResponse:
    require_decider(request.actor)
    shown = _found(request, campaign_code)
    typed, why = request.GET.get("code", "").strip(), request.GET.get("pourquoi", "")
    parsed = codes.parse(typed) if typed else ""
    wrong = None if isinstance(parsed, str) else parsed.message
    chosen = next((code.value for code in Why if why == str(code.value)), None)
    page = showing.outcomes(
        shown,
        code=parsed if isinstance(parsed, str) else "",
        after=request.GET.get("apres", "")[:12],
        why=chosen,
    )
    choices = [(code.value, SHORT[code]) for code in Why]
    context = {"shown": shown, "page": page, "typed": typed, "wrong": wrong, "chosen": chosen, "choices": choices}
    return render(request, "allocation/outcomes.html", context, status=422 if wrong else 200)


# -- rules ------------------------------------------------------------------------------------------------------------


@access("allocation.view")
@require_safe
def rules_page(request: HttpRequest) -> HttpResponse:
    current = rulesets.current(request.actor.territory)
    held = _version(request, current)
    versions = RuleSet.objects.filter(territory_id=request.actor.territory_id).order_by("-version")
    context = {
        "held": held,
        "is_current": held.pk == current.pk,
        "sections": showing.sections(held),
        "versions": versions,
        "decides": showing.decides(request.actor),
    }
    return render(request, "allocation/rules.html", context)


def _version(request: HttpRequest, current: RuleSet) -> RuleSet:
    """The version that the address names, or the one that holds."""
    asked = request.GET.get("version", "")
    if not asked:
        return current
    if not (asked.isascii() and asked.isdigit() and len(asked) < 7):
        raise NotFound
    found: RuleSet | None = RuleSet.objects.filter(territory_id=request.actor.territory_id, version=int(asked)).first()
    if found is None:
        raise NotFound
    return found


@access("allocation.decide")
@require_http_methods(["GET", "HEAD", "POST"])
def change_rules(request: HttpRequest) -> HttpResponse:
    """A form filled with the rules that hold, or with a former version to come back to."""
    require_decider(request.actor)
    held = _version(request, rulesets.current(request.actor.territory))
    form, refused = RulesForm(request.POST or None, document=held.document), None
    if request.method == "POST" and form.is_valid():
        try:
            tried = trials.propose(actor=request.actor, document=form.changed)
            return _try(request, tried)
        except Refusal as caught:
            refused = caught
    status = 422 if form.errors else 409 if refused else 200
    return render(
        request, "allocation/change_rules.html", {"form": form, "held": held, "refused": refused}, status=status
    )


def _try(request: HttpRequest, tried: RuleTrial) -> HttpResponse:
    actor = request.actor
    asked = jobs.try_rules.using(actor=actor).enqueue(str(tried.pk), str(actor.user_id), str(actor.home))
    RuleTrial.objects.filter(pk=tried.pk).update(job_id=UUID(asked.id))
    return redirect("allocation:trial", tried.pk)


@access("allocation.decide")
@require_safe
def trial(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    require_decider(request.actor)
    return _trial(request, find(trials.visible(request.actor).select_related("base"), trial_id))


def _trial(request: HttpRequest, tried: RuleTrial, *, status: int = 200, **more: Any) -> HttpResponse:
    before, after = (
        {(told(said.what), *map(told, said.more)): said for part in showing.sections(rules) for said in part.said}
        for rules in (tried.base, tried.document)
    )
    context: dict[str, Any] = {
        "tried": tried,
        "changed": [said for key, said in after.items() if key not in before],
        "gone": [said for key, said in before.items() if key not in after],
        "outdated": tried.base_id != rulesets.current(request.actor.territory).pk,
        "job": None if tried.result else _job(request, tried.job_id),
    }
    if tried.result:
        rows, total = trials.masked_rows(tried.result)
        context |= {"rows": rows, "total": total}
    return render(request, "allocation/trial.html", {**context, **more}, status=status)


@access("allocation.decide")
@require_POST
def adopt_rules(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    require_decider(request.actor)
    tried: RuleTrial = find(trials.visible(request.actor).select_related("base"), trial_id)
    try:
        adopted = rulesets.adopt(actor=request.actor, document=tried.document, seen=tried.base.version)
    except Refusal as refused:
        return _trial(request, tried, status=409, refused=refused)
    messages.success(
        request,
        _("Version %(version)s of the rules is adopted: it counts from the next campaign on.")
        % {"version": adopted.version},
    )
    return redirect("allocation:rules")


# -- one request ------------------------------------------------------------------------------------------------------


@access("allocation.decide")
@require_http_methods(["GET", "HEAD", "POST"])
def urgent(request: HttpRequest, request_code: str) -> HttpResponse:
    """Same-day allocation: a page says what it does, a person gives the reason and confirms."""
    require_decider(request.actor)
    asked = _request(request, request_code)
    form, refused = UrgencyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            made = campaigns.urgent(actor=request.actor, request_id=asked.pk, reason=form.cleaned_data["reason"])
            messages.success(
                request, _("A machine is promised: %(code)s.") % {"code": codes.pretty(made.promises.get().device.code)}
            )
            return redirect("needs:request", asked.code)
        except Refusal as caught:
            refused = caught
    status = 422 if form.errors else 409 if refused else 200
    return render(request, "allocation/urgent.html", {"asked": asked, "form": form, "refused": refused}, status=status)


@access("handover.do")
@require_http_methods(["GET", "HEAD", "POST"])
def end_promise(request: HttpRequest, promise_id: UUID) -> HttpResponse:
    """A refusal, a no-show, a fault: the machine is free again, the request stays or leaves."""
    held: Promise = find(
        Promise.objects.visible_to(request.actor).select_related("device", "request", "campaign"), promise_id
    )
    form, refused = EndForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            promises.end_promise(request.actor, held.pk, given["state"], given["reason"], leaves=given["leaves"])
            said = _("The promise ended: the machine is free.")
            if given["reason"] == Ending.NOT_SUITED and not given["leaves"]:
                said = _(
                    "The promise ended: the machine is free. Change the request to say what is needed: as it is, the "
                    "same machine may come back."
                )
            messages.success(request, said)
            return redirect("home")
        except Refusal as caught:
            refused = caught
    status = 422 if form.errors else 409 if refused else 200
    return render(
        request, "allocation/end_promise.html", {"held": held, "form": form, "refused": refused}, status=status
    )


@access("needs.change")
@require_http_methods(["GET", "HEAD", "POST"])
def ask_review(request: HttpRequest, request_code: str) -> HttpResponse:
    asked = _request(request, request_code)
    form, refused = AskForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            reviews.ask(actor=request.actor, request_id=asked.pk, words=form.cleaned_data["words"])
            messages.success(request, _("The coordination will look at it again, and answer here."))
            return redirect("needs:request", asked.code)
        except Refusal as caught:
            refused = caught
    status = 422 if form.errors else 409 if refused else 200
    return render(
        request, "allocation/ask_review.html", {"asked": asked, "form": form, "refused": refused}, status=status
    )


@access("allocation.decide")
@require_safe
def reviews_page(request: HttpRequest) -> HttpResponse:
    require_decider(request.actor)
    held = reviews.visible(request.actor).select_related("request", "campaign")
    context = {
        "waiting": held.filter(answer="").order_by("asked_at"),
        "answered": held.exclude(answer="").order_by("-answered_at")[: showing.PAGE],
    }
    return render(request, "allocation/reviews.html", context)


@access("allocation.decide")
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    require_decider(request.actor)
    held: Review = find(
        reviews.visible(request.actor).select_related("request", "campaign", "campaign__rules"), review_id
    )
    form, refused = AnswerForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            reviews.answer(actor=request.actor, review_id=held.pk, **form.cleaned_data)
            messages.success(request, _("Your answer is recorded: they read it on their page."))
            return redirect("allocation:reviews")
        except Refusal as caught:
            refused = caught
    outcome = (
        held.campaign.outcomes.select_related("request").filter(request=held.request).first() if held.campaign else None
    )
    context = {
        "held": held,
        "told": showing.told_review(held, True),
        "decision": showing.explained(outcome, showing.rules_of(held.campaign.rules))
        if outcome and held.campaign
        else None,
        "form": form,
        "refused": refused,
    }
    status = 422 if form.errors else 409 if refused else 200
    return render(request, "allocation/review.html", context, status=status)
