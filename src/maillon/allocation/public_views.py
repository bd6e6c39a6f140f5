"""What anyone may see of a published campaign, and check alone; and the family's way to ask for a person."""

from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from maillon.allocation import check, reviews, showing
from maillon.allocation.campaigns import unpacked_text
from maillon.allocation.forms import AskForm
from maillon.allocation.models import Campaign, CampaignState
from maillon.kernel import codes
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request as HttpRequest
from maillon.needs import family

HOUR = 3600


def _found(code: str, *, files: bool = False) -> Campaign:
    """A published campaign of many requests: that of a single family is nobody else's business."""
    parsed = codes.parse(code)
    held = Campaign.objects.filter(state=CampaignState.PUBLISHED).exclude(kind=Campaign.Kind.URGENT)
    held = held.select_related("rules", "territory")
    held = held if files else held.defer("problem", "plan", "devices")
    found: Campaign | None = held.filter(code=parsed).first() if isinstance(parsed, str) else None
    if found is None:
        raise NotFound
    return found


@access(EVERYONE)
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    context = {"campaigns": showing.published(), "sealed": showing.sealed()}
    return render(request, "allocation/public_campaigns.html", context)


@access(EVERYONE)
@require_safe
def campaign(request: HttpRequest, campaign_code: str) -> HttpResponse:
    shown = _found(campaign_code)
    context = {
        "shown": shown,
        "counted": showing.counted(shown, districts=False),
        "sections": showing.sections(shown.rules),
        "site": settings.SITE_URL,
    }
    return render(request, "allocation/public_campaign.html", context)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@access(EVERYONE)
@require_safe
@cache_control(max_age=HOUR)
def problem(request: HttpRequest, campaign_code: str) -> HttpResponse:
    """The frozen queue and stock, in codes. The plan reveals the seed."""
    shown = _found(campaign_code, files=True)
    return _download(unpacked_text(shown.problem), f"problem-{shown.code}.json", "application/json")


@access(EVERYONE)
@require_safe
@cache_control(max_age=HOUR)
def plan(request: HttpRequest, campaign_code: str) -> HttpResponse:
    """Who receives what, and the proof."""
    shown = _found(campaign_code, files=True)
    return _download(unpacked_text(shown.plan), f"plan-{shown.code}.json", "application/json")


@access(EVERYONE)
@require_safe
@cache_control(max_age=HOUR)
def checker(request: HttpRequest) -> HttpResponse:
    """The independent checker: one file to read and to run, with nothing to install but Python."""
    return _download(Path(check.__file__).read_bytes(), "check.py", "text/x-python; charset=utf-8")


@access(EVERYONE)
@require_POST
def ask_review(request: HttpRequest) -> HttpResponse:
    """The family asks, from its page, that a person looks at the decision again."""
    shown = family.family_request(request)
    if shown is None:
        return redirect("needs:family")
    form = AskForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else request.POST.get("words", "")[: reviews.LONGEST]
    with suppress(Refusal):  # asked already, in another window: the page says so
        reviews.ask(actor=family.actor_of(shown), request_id=shown.pk, words=words)
    return redirect(f"{reverse('needs:family')}#recours")
