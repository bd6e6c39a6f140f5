"""What anyone may open: the family's page, behind its two codes, and what is published of people's data."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillon.kernel import codes, retention
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import Refusal
from maillon.kernel.http import Request as HttpRequest
from maillon.needs import commands
from maillon.needs import family as families
from maillon.needs.forms import FamilyForm, PinForm
from maillon.needs.letter import asked, reach
from maillon.needs.models import Request
from maillon.needs.own_data import own_data
from maillon.needs.vocabulary import Closing


@access(EVERYONE)
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def family(request: HttpRequest) -> HttpResponse:
    """The two codes, then where the request is. Wrong ones are told the same way, whichever is wrong."""
    form = FamilyForm(request.POST or None, initial={"code": _code_of_letter(request)})
    if request.method == "POST" and form.is_valid():
        if families.open_page(request, form.cleaned_data["code"], form.cleaned_data["pin"]):
            return redirect("needs:family")
        form.add_error(None, _("These two codes do not go together. Read them again on your letter."))
    if request.method != "POST" and (shown := families.family_request(request)):
        return _page(request, shown)
    return render(request, "needs/family_door.html", {"form": form}, status=422 if form.errors else 200)


def _code_of_letter(request: HttpRequest) -> str:
    """The square of the letter holds the code, not the secret one."""
    parsed = codes.parse(request.GET.get("c", ""))
    return codes.pretty(parsed) if isinstance(parsed, str) else ""


def _page(request: HttpRequest, shown: Request, *, status: int = 200, **more: Any) -> HttpResponse:
    parts = families.parts(shown)
    context = {
        "shown": shown,
        "asked": asked(shown),
        "reach": reach(shown.prescriber),
        "parts": parts,
        "next_is_below": any(part.context.get("is_next") for part in parts),
        "pin_form": PinForm(),
        "told": request.GET.get("fait", ""),
    }
    response = render(request, "needs/family.html", {**context, **more}, status=status)
    add_never_cache_headers(response)  # an agreement to sign names the person: a shared computer keeps none of it
    return response


def _own(request: HttpRequest, command: Any, told: str, **given: Any) -> HttpResponse:
    """Do something on the request of this page; back to the door when the half hour is over."""
    shown = families.family_request(request)
    if shown is None:
        return redirect("needs:family")
    try:
        command(actor=families.actor_of(shown), request_id=shown.pk, **given)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    return redirect(f"{reverse('needs:family')}?fait={told}")


@access(EVERYONE)
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    families.leave(request)
    return redirect("needs:family")


@access(EVERYONE)
@require_POST
def still_needed(request: HttpRequest) -> HttpResponse:
    return _own(request, commands.record_contact, "besoin")


@access(EVERYONE)
@require_POST
def no_longer_needed(request: HttpRequest) -> HttpResponse:
    return _own(request, commands.withdraw_request, "retrait", closing=Closing.NO_LONGER_NEEDED.value)


@access(EVERYONE)
@require_POST
def ask_erasure(request: HttpRequest) -> HttpResponse:
    return _own(request, commands.ask_erasure, "effacement")


@access(EVERYONE)
@never_cache
@sensitive_post_parameters("pin")
@require_POST
def my_data(request: HttpRequest) -> HttpResponse:
    """All that is known of the person, as a page or as JSON; the secret code is asked again, the reading journalled."""
    shown = families.family_request(request)
    if shown is None:
        return redirect("needs:family")
    form = PinForm(request.POST)
    if form.is_valid() and not families.right_pin(request, shown, form.cleaned_data["pin"]):
        form.add_error("pin", _("This is not the secret code of your letter."))
    if form.errors:
        return _page(request, shown, status=422, pin_form=form)
    person = commands.read_identity(actor=families.actor_of(shown), request_id=shown.pk, purpose="own_data")
    told = own_data(shown, person)
    if "json" in request.POST:
        response = JsonResponse(told.as_json(), json_dumps_params={"ensure_ascii": False, "indent": 1})
        response.headers["Content-Disposition"] = f'attachment; filename="mes-donnees-{shown.code}.json"'
        return response
    return render(request, "needs/family_data.html", {"shown": shown, "told": told, "pin_form": PinForm()})


@access(EVERYONE)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is known of people, who reads it, how long, and how to use one's rights."""
    return render(request, "needs/privacy.html", {"rows": retention.table()})
