"""A prescriber's requests, and the same for its coordination, which sees codes and facts and never who."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillon.kernel import codes
from maillon.kernel.access import access
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request as HttpRequest
from maillon.kernel.ids import new_id
from maillon.needs import commands, letter, pages, queries, rules
from maillon.needs.forms import RequestForm, SearchForm, WithdrawForm, initial_of
from maillon.needs.models import Request
from maillon.needs.vocabulary import PROVED, RequestState
from maillon.territory.models import Organisation

MOST_SHOWN = 100


@access("needs.view")
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    return _list(request)


@access("needs.identity")
@require_POST
def requests_named(request: HttpRequest) -> HttpResponse:
    """The same list with the names, each reading journalled. By POST: looking at names is asked for."""
    return _list(request, named=True)


def _list(request: HttpRequest, *, named: bool = False, **more: Any) -> HttpResponse:
    asked = request.POST if named else request.GET
    state = asked.get("state", RequestState.WAITING.value)
    if state not in RequestState.values:
        raise NotFound
    try:
        page = queries.request_page(request.actor, state, asked.get("after", ""))
    except ValueError as error:
        raise NotFound from error
    keys = [shown.pk for shown in page.requests]
    people = commands.read_identities(actor=request.actor, request_ids=keys, purpose="list") if named else {}
    twins = queries.twins(page.requests)
    counts = queries.state_counts(request.actor)
    context = {
        "lines": [
            {
                "request": shown,
                "person": people.get(shown.pk),
                "twins": queries.to_settle(shown, twins.get(shown.pk, ())) if shown.open else [],
            }
            for shown in page.requests
        ],
        "most": queries.COUNTED,
        "tabs": [(choice, counts.get(choice.value, 0), choice.value == state) for choice in RequestState],
        "state": state,
        "after": asked.get("after", ""),
        "next": page.next,
        "named": named,
        "any": any(counts.values()),
        "search": SearchForm(),
    }
    return render(request, "needs/requests.html", {**context, **more})


@access("needs.view")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """A request by its code, or for its prescriber by who it is for, without any name in an address."""
    form = SearchForm(request.POST)
    found = queries.search(request.actor, form.cleaned_data["sought"]) if form.is_valid() else []
    if len(found) == 1:
        return redirect("needs:request", found[0].code)
    return render(request, "needs/found.html", {"found": found, "search": form}, status=200 if found else 404)


@access("needs.change")
@require_safe
def to_do(request: HttpRequest) -> HttpResponse:
    """What waits for the prescriber, request by request: erasures asked for, proofs to see, news to ask for."""
    today = timezone.localdate()
    related = ("commune", "identity")
    context = {
        "erasures": queries.erasures_asked(request.actor).select_related(*related).order_by("erasure_asked_at", "pk"),
        "incomplete": queries.incomplete(request.actor).select_related(*related).order_by("since", "pk")[:MOST_SHOWN],
        "twins": queries.followed_twice(request.actor).select_related(*related).order_by("since", "pk")[:MOST_SHOWN],
        "expiring": [
            (shown, shown.identity and rules.erased_on(shown.identity.last_contact_on, withdrawn_on=None))
            for shown in queries.about_to_expire(request.actor, today)
            .select_related(*related)
            .order_by("identity__last_contact_on", "pk")[:MOST_SHOWN]
        ],
        "answer_within": rules.ERASURE_DAYS,
    }
    return render(request, "needs/to_do.html", context)


@access("needs.change")
@require_http_methods(["GET", "HEAD", "POST"])
def new_request(request: HttpRequest) -> HttpResponse:
    form = RequestForm(request.POST or None, actor=request.actor, initial={"once": new_id(), **_usual(request)})
    refused = None
    if request.method == "POST" and form.is_valid():
        once = f"form:{form.cleaned_data['once'] or new_id()}"
        try:
            with transaction.atomic():
                filed = commands.file_request(
                    actor=request.actor, person=form.person(), facts=form.facts(), import_key=once
                )
        except IntegrityError:  # the button was pressed twice: the first press filed it
            first = Request.objects.filter(prescriber_id=request.actor.home, import_key=once).first()
            if first is None:
                raise
            return redirect("needs:request", first.code)
        except Refusal as caught:
            refused = caught
        else:
            messages.success(request, _("The request is filed. Print its letter now, or read its secret code to them."))
            return redirect("needs:request", filed.code)
    status = 409 if refused else 422 if form.errors else 200
    return render(request, "needs/form.html", {"form": form, "refused": refused}, status=status)


def _usual(request: HttpRequest) -> dict[str, Any]:
    """What most requests of this organisation begin with: its own commune, a computer."""
    commune = Organisation.objects.filter(pk=request.actor.home).values_list("commune", flat=True).first()
    return {"machines": ["laptop", "desktop"], "commune": commune}


@access("needs.view")
@require_safe
def request_page(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, _found(request, code))


def _page(request: HttpRequest, shown: Request, *, status: int = 200, **more: Any) -> HttpResponse:
    ours = shown.prescriber_id == request.actor.organisation_id
    twins = queries.twins([shown]).get(shown.pk, [])
    identity = shown.identity
    unsettled = queries.to_settle(shown, twins) if shown.open else []
    criteria = list(shown.criteria.all())
    context: dict[str, Any] = {
        "shown": shown,
        "ours": ours,
        "may_change": ours and request.actor.may("needs.change"),
        "may_read": ours and request.actor.may("needs.identity") and identity is not None,
        "criteria": [(row, row.criterion in PROVED and row.proof_seen_on is None) for row in criteria],
        "unproved": shown.open and any(row.criterion in PROVED and row.proof_seen_on is None for row in criteria),
        "twins": twins,
        "unsettled": unsettled,
        "all_ours": ours and all(twin.ours for twin in unsettled),
        "erased_on": rules.erased_on(identity.last_contact_on, withdrawn_on=shown.withdrawn_on) if identity else None,
        "withdraw": WithdrawForm(),
        "parts": pages.parts(shown, request.actor),
        "timeline": queries.history(shown),
    }
    return render(request, "needs/request.html", {**context, **more}, status=status)


def _found(request: HttpRequest, code: str) -> Request:
    parsed = codes.parse(code)
    if not isinstance(parsed, str):
        raise NotFound
    return queries.found(request.actor, parsed)


@access("needs.change")
@require_http_methods(["GET", "HEAD", "POST"])
def change_request(request: HttpRequest, code: str) -> HttpResponse:
    """GET: the facts alone, to change. The name and contact are read, journalled, only when asked for by POST."""
    shown = _found(request, code)
    sent = request.POST if request.method == "POST" and "beneficiary" in request.POST else None
    reading = request.method == "POST" and sent is None
    if shown.identity_id is None or not shown.open:
        return _page(request, shown, status=409, refused=_closed(shown))
    person = None
    if reading:
        request.actor.require("needs.identity")
        person = commands.read_identity(actor=request.actor, request_id=shown.pk, purpose="change")
    form = RequestForm(sent, actor=request.actor, known=shown, initial=initial_of(shown, person))
    if (sent is None and not reading) or (sent is not None and "name" not in sent):
        form.without_identity()
    refused = None
    if sent is not None and form.is_valid():
        try:
            commands.change_request(
                actor=request.actor, request_id=shown.pk, facts=form.facts(), person=form.person_or_none()
            )
        except Refusal as caught:
            refused = caught
        else:
            messages.success(request, _("The request is saved."))
            return redirect("needs:request", shown.code)
    context = {"form": form, "shown": shown, "refused": refused}
    return render(request, "needs/form.html", context, status=409 if refused else 422 if form.errors else 200)


def _closed(shown: Request) -> Refusal:
    return Refusal(
        _("Request %(code)s is “%(state)s”: it can not be changed.")
        % {"code": codes.pretty(shown.code), "state": shown.get_state_display()},
        _("File a new one if something else is needed."),
    )


@access("needs.change")
@require_POST
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    shown = _found(request, code)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, status=422, withdraw=form)
    closing = form.cleaned_data["closing"]
    return _do(request, shown, commands.withdraw_request, _("The request is withdrawn."), closing=closing)


@access("needs.change")
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    return _do(request, _found(request, code), commands.reopen_request, _("The request waits again."))


@access("needs.change")
@require_POST
def still_needed(request: HttpRequest, code: str) -> HttpResponse:
    return _do(request, _found(request, code), commands.record_contact, _("Noted: the last contact is today."))


@access("needs.change")
@require_POST
def keep_twin(request: HttpRequest, code: str) -> HttpResponse:
    return _do(request, _found(request, code), commands.keep_twin, _("The request is kept."))


@access("needs.identity")
@require_POST
def erase_identity(request: HttpRequest, code: str) -> HttpResponse:
    done = _("The name and contact are erased. The request stays, under its code.")
    return _do(request, _found(request, code), commands.erase_identity, done)


def _do(request: HttpRequest, shown: Request, command: Any, done: str, **given: Any) -> HttpResponse:
    try:
        command(actor=request.actor, request_id=shown.pk, **given)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    messages.success(request, done)
    return redirect("needs:request", shown.code)


@access("needs.identity")
@require_POST
def show_identity(request: HttpRequest, code: str) -> HttpResponse:
    """The page with the name and contact; not kept by the browser, so that it is asked for again."""
    shown = _found(request, code)
    try:
        person = commands.read_identity(actor=request.actor, request_id=shown.pk, purpose="page")
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    return _page(request, shown, person=person)


@access("needs.identity")
@require_POST
def new_pin(request: HttpRequest, code: str) -> HttpResponse:
    """The new secret code, said in this answer and nowhere else."""
    shown = _found(request, code)
    try:
        pin = commands.set_pin(actor=request.actor, request_id=shown.pk)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    return _page(request, shown, pin=pin)


@access("needs.identity")
@require_POST
def print_letter(request: HttpRequest, code: str) -> HttpResponse:
    """A letter for the family, with a new secret code: the letter before opens nothing any more."""
    shown = _found(request, code)
    try:
        person = commands.read_identity(actor=request.actor, request_id=shown.pk, purpose="letter")
        pin = commands.set_pin(actor=request.actor, request_id=shown.pk)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    response = HttpResponse(letter.pdf(shown, person, pin), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="lettre-{shown.code}.pdf"'
    return response
