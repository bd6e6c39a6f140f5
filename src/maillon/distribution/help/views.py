"""The queue of requests for help, each one's page, repairs and what breaks most."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillon.distribution.agreements.vocabulary import GONE
from maillon.distribution.help import breakdowns as counting
from maillon.distribution.help import commands, exchange, queries
from maillon.distribution.help.forms import CloseForm, ImportForm, RepairForm, TicketForm
from maillon.distribution.help.models import Repair, Ticket
from maillon.distribution.help.slip import slip as slip_pdf
from maillon.distribution.help.vocabulary import TicketState
from maillon.kernel import codes
from maillon.kernel.access import access
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request
from maillon.needs.models import Request as Need
from maillon.workshop.life import State
from maillon.workshop.models import Device
from maillon.workshop.queries import device_by_code

MOST_BYTES = 32 * 2**20  # on the page; the command takes larger files
MOST_REFUSED = 200  # rows shown
TABLES = {
    "modele": (counting.by_model, None),
    "marque": (counting.by_make, counting.others_by_make),
    "age": (counting.by_age, counting.others_by_age),
}


def _found(request: Request, code: str) -> Ticket:
    parsed = codes.parse(code)
    if not isinstance(parsed, str):
        raise NotFound
    return queries.ticket_by_code(request.actor, parsed)


@access("help.view")
@require_safe
def queue(request: Request) -> HttpResponse:
    """What is due first. `fini`: the last ones that are finished."""
    done = "fini" in request.GET
    rows = [] if done else queries.queue(request.actor)
    context = {
        "done": queries.finished(request.actor) if done else None,
        "rows": rows[: queries.SHOWN],
        "left": len(rows) - queries.SHOWN,
        "counts": [(state, label, counted) for state, label, counted in _counts(request) if counted],
        "repairs": "stock.move" in request.actor.permissions,
    }
    return render(request, "help/queue.html", context)


def _counts(request: Request) -> list[tuple[str, str, int]]:
    counts = queries.counts(request.actor)
    return [(state.value, str(state.label), counts.get(state.value, 0)) for state in TicketState]


@access("help.change")
@require_http_methods(["GET", "HEAD", "POST"])
def new_ticket(request: Request) -> HttpResponse:
    actor = request.actor
    form = TicketForm(request.POST or None, actor=actor, initial={"code": request.GET.get("code", "")})
    refused: Refusal | None = None
    living: Ticket | None = None
    helper: queries.Helper | None = None
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        devices = queries.devices_in_territory(actor, answers["code"])
        if not devices:
            form.add_error("code", _("No machine has this code. Read the label again."))
        elif len(devices) > 1:
            told = ", ".join(f"{codes.pretty(device.code)} {device.title}" for device in devices)
            form.add_error(
                "code", _("This agreement has several machines. Write the code of one: %(list)s") % {"list": told}
            )
        else:
            (device,) = devices
            try:
                ticket = commands.open_ticket(
                    actor=actor,
                    device=device,
                    source=answers["source"],
                    symptom=answers["symptom"],
                    told=form.words(),
                    place=answers["place"],
                )
            except commands.AlreadyOpen as caught:
                refused, living = caught, Ticket.objects.visible_to(actor).filter(pk=caught.ticket.pk).first()
                helper = None if living else queries.helper(device)
            except Refusal as caught:
                refused = caught
            else:
                return redirect("help:ticket", ticket.code)
    context = {"form": form, "refused": refused, "living": living, "helper": helper}
    return render(request, "help/new.html", context, status=409 if refused else 422 if form.errors else 200)


@access("help.view")
@require_safe
def ticket(request: Request, code: str) -> HttpResponse:
    return _page(request, _found(request, code))


def _page(request: Request, shown: Ticket, *, status: int = 200, **more: object) -> HttpResponse:
    actor = request.actor
    readable = Ticket.objects.readable_by(actor).filter(pk=shown.pk).exists()
    context: dict[str, Any] = {
        "ticket": shown,
        "readable": readable and actor.may("help.change"),
        "seen_device": actor.may("stock.view") and Device.objects.visible_to(actor).filter(pk=shown.device_id).exists(),
        "seen_request": _seen_request(request, shown),
        "repairs": Repair.objects.filter(ticket=shown),
        "timeline": queries.timeline(shown),
        "may_change": actor.may("help.change"),
        "may_repair": actor.may("stock.move"),
        "may_ask": _may_ask(request, shown),
        "close_form": CloseForm(),
        "item": _item(shown) if shown.state == TicketState.EXCHANGE and actor.may("handover.do") else None,
    }
    return render(request, "help/ticket.html", {**context, **more}, status=status)


def _may_ask(request: Request, shown: Ticket) -> bool:
    """Finished, and the person still has the machine: it may fail again."""
    kept = shown.state == TicketState.DONE and shown.device.state == State.HANDED_OVER
    living = Ticket.objects.filter(device=shown.device).exclude(state=TicketState.DONE)
    return kept and request.actor.may("help.change") and not living.exists()


def _seen_request(request: Request, shown: Ticket) -> Need | None:
    """The request it was handed over for, for those who may see it."""
    if shown.request_id is None or not request.actor.may("needs.view"):
        return None
    found: Need | None = Need.objects.visible_to(request.actor).filter(pk=shown.request_id).first()
    return found


def _item(shown: Ticket) -> Any:
    """The machine in its agreement, whose page takes it back and keeps the person's place."""
    return shown.device.agreement_items.filter(state__in=GONE).order_by("-pk").first()


@access("help.change")
@require_POST
def words(request: Request, code: str) -> HttpResponse:
    """Shown once, in the answer: the reading is journalled, and no address leads to it."""
    shown = _found(request, code)
    return _page(request, shown, words=commands.read_words(actor=request.actor, ticket_id=shown.pk))


@access("help.change")
@require_POST
def move(request: Request, code: str) -> HttpResponse:
    shown = _found(request, code)
    state = request.POST.get("state", "")
    if state not in [moved.value for moved in commands.MOVES]:
        raise NotFound
    try:
        commands.move_ticket(actor=request.actor, ticket_id=shown.pk, state=state, seen=request.POST.get("seen", ""))
    except Refusal as refused:
        return _page(request, _found(request, code), status=409, refused=refused)
    return redirect("help:ticket", shown.code)


@access("help.change")
@require_POST
def close(request: Request, code: str) -> HttpResponse:
    shown = _found(request, code)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, status=422, close_form=form)
    try:
        commands.close_ticket(
            actor=request.actor,
            ticket_id=shown.pk,
            outcome=form.cleaned_data["outcome"],
            seen=request.POST.get("seen", ""),
        )
    except Refusal as refused:
        return _page(request, _found(request, code), status=409, refused=refused)
    return redirect("help:ticket", shown.code)


@access("stock.move")
@require_http_methods(["GET", "HEAD", "POST"])
def repair(request: Request, code: str) -> HttpResponse:
    shown = _found(request, code)
    if shown.state == TicketState.DONE and request.method != "POST":
        return redirect("help:ticket", shown.code)
    form = RepairForm(request.POST or None)
    known = counting.weakness(shown.device)
    context = {"ticket": shown, "form": form, "known": known}
    if request.method != "POST" or not form.is_valid():
        return render(request, "help/repair.html", context, status=422 if form.errors else 200)
    try:
        commands.record_repair(actor=request.actor, ticket_id=shown.pk, **form.cleaned_data)
    except Refusal as refused:
        if (now := _found(request, code)).state == TicketState.DONE:
            return _page(request, now, status=409, refused=refused)
        return render(request, "help/repair.html", {**context, "refused": refused}, status=409)
    return redirect("help:ticket", shown.code)


@access("help.view")
@require_safe
def slip(request: Request, code: str) -> HttpResponse:
    """For the person: what they asked, whom to call, and where to look."""
    shown = _found(request, code)
    response = HttpResponse(slip_pdf(shown), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="aide-{shown.code}.pdf"'
    return response


@access("stock.view")
@require_safe
def history(request: Request, code: str) -> HttpResponse:
    """All that was repaired on a machine."""
    parsed = codes.parse(code)
    if not isinstance(parsed, str):
        raise NotFound
    device = device_by_code(request.actor, parsed)
    context = {
        "device": device,
        "repairs": queries.repairs_of(device),
        "known": counting.weakness(device),
        "tickets": Ticket.objects.visible_to(request.actor).filter(device=device).order_by("-opened_at"),
    }
    return render(request, "help/history.html", context)


@access("help.view")
@require_safe
def breakdowns(request: Request) -> HttpResponse:
    """`par`: modele, marque or age."""
    return _breakdowns(request)


def _breakdowns(request: Request, *, status: int = 200, **more: object) -> HttpResponse:
    by = request.GET.get("par", "")
    by = by if by in TABLES else "modele"
    ours, others = TABLES[by]
    territory = request.actor.territory
    context = {
        "by": by,
        "ours": ours(territory),
        "others": others(territory) if others else None,
        "has_others": counting.has_others(territory),
        "may_import": request.actor.may("stock.intake"),
        "form": ImportForm(),
    }
    return render(request, "help/breakdowns.html", {**context, **more}, status=status)


@access("help.view")
@require_safe
def export(request: Request) -> HttpResponse:
    """CSV and datapackage.json."""
    response = HttpResponse(exchange.package(request.actor), content_type="application/zip")
    name = f"reparations-{timezone.localdate().isoformat()}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@access("stock.intake")
@require_POST
def import_others(request: Request) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _breakdowns(request, status=422, form=form)
    file = form.cleaned_data["file"]
    try:
        if file.size > MOST_BYTES:
            raise Refusal(
                _("This file is larger than %(size)d MB.") % {"size": MOST_BYTES >> 20},
                _("Ask who runs the platform to import it: maillon repairs FILE --as E-MAIL."),
            )
        done = exchange.import_others(actor=request.actor, data=file.read())
    except Refusal as refused:
        return _breakdowns(request, status=409, refused=refused)
    more = len(done.refused) - MOST_REFUSED
    return _breakdowns(request, imported=done, refusals=done.refused[:MOST_REFUSED], more_refused=max(0, more))
