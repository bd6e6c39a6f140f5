"""Dropping files in, what was refused, and what a person must decide."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from maillon.kernel.access import access
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.kernel.http import Request
from maillon.kernel.translation import from_kept, told
from maillon.workshop.forms import ByHandForm, IntakeForm
from maillon.workshop.intake import by_hand, receiving
from maillon.workshop.intake import doubts as deciding
from maillon.workshop.intake.drops import commands as dropping
from maillon.workshop.intake.receiving import Incoming, Line, Lists, Outcome
from maillon.workshop.models import Device, Doubt, RawInput
from maillon.workshop.queries import unpacked

SHOWN = 100  # refused inputs on a page
ASKING = (Outcome.REFUSED, Outcome.DOUBT, Outcome.PENDING)  # these ask for something: they come first


@access("stock.intake")
def intake(request: Request) -> HttpResponse:
    """The page, and the files: whole pages without a script, one answer a batch with it."""
    asked = {"lot": request.GET.get("lot", "")}  # from the page of a lot that arrived
    form = IntakeForm(request.POST if request.method == "POST" else None, initial=asked, actor=request.actor)
    files = request.FILES.getlist("files")
    if request.method != "POST" or not form.is_valid() or not files:
        missing = request.method == "POST" and form.is_valid() and not files
        status = 422 if request.method == "POST" else 200
        context = {"form": form, "missing": missing, "lists": lists_to_confirm(request.actor)}
        return render(request, "workshop/intake.html", context, status=status)
    paths = request.POST.getlist("paths")  # with a script: each file's path in the folder that was dropped
    incoming = [
        Incoming(paths[number] if number < len(paths) and paths[number] else file.name or "?", file.read())
        for number, file in enumerate(files)
    ]
    lot, place = form.cleaned_data["lot"], form.cleaned_data["place"]
    if dropping.is_large(incoming):
        drop = dropping.take_in(actor=request.actor, files=incoming, lot=lot, place=place)
        if not request.headers.get("X-Batch"):
            return redirect("workshop:drop", drop.pk)
        names = ", ".join(file.name for file in incoming[:5])
        return render(request, "workshop/_drop_line.html", {"drop": drop, "names": names})
    lines = list(
        receiving.receive(
            actor=request.actor,
            files=incoming,
            lot_id=lot.pk if lot else None,
            place_id=place.pk if place else None,
            lists=Lists(ask=True),
            limits=receiving.WHILE_WAITED_FOR,
        )
    )
    lines.sort(key=lambda line: line.outcome not in ASKING)
    context = {"lines": lines, "summary": summary(lines), "form": form, "lists": lists_to_confirm(request.actor)}
    template = "workshop/_intake_lines.html" if request.headers.get("X-Batch") else "workshop/intake.html"
    return render(request, template, context)


def lists_to_confirm(actor: Actor) -> list[RawInput]:
    """The lists that wait for someone to say what their columns hold, the latest first."""
    waiting = RawInput.objects.defer("content").filter(organisation_id=actor.home, status=RawInput.Status.PENDING)
    return list(waiting.order_by("-received_at", "pk")[:SHOWN])


@access("stock.intake")
def add_by_hand(request: Request) -> HttpResponse:
    form = ByHandForm(request.POST or None, actor=request.actor)
    if request.method != "POST" or not form.is_valid():
        return render(request, "workshop/by_hand.html", {"form": form}, status=422 if form.errors else 200)
    try:
        device = by_hand.register(actor=request.actor, **form.cleaned_data)
    except Refusal as refused:
        return render(request, "workshop/by_hand.html", {"form": form, "refused": refused}, status=409)
    return redirect("workshop:device", device.code)


def summary(lines: list[Line]) -> str:
    """ "3 new machines, 1 refused": what came in, in one sentence."""
    return summary_of(Counter(line.outcome for line in lines))


def summary_of(given: Mapping[str, int]) -> str:
    """The same from counts by outcome."""
    counts = Counter(given)
    told_counts = (
        (Outcome.NEW, ngettext("%(count)d new machine", "%(count)d new machines", counts[Outcome.NEW])),
        (Outcome.KNOWN, ngettext("%(count)d machine known", "%(count)d machines known", counts[Outcome.KNOWN])),
        (Outcome.ERASURE, ngettext("%(count)d erasure proved", "%(count)d erasures proved", counts[Outcome.ERASURE])),
        (
            Outcome.UNCHANGED,
            ngettext("%(count)d received before", "%(count)d received before", counts[Outcome.UNCHANGED]),
        ),
        (Outcome.PENDING, ngettext("%(count)d list to confirm", "%(count)d lists to confirm", counts[Outcome.PENDING])),
        (Outcome.DOUBT, ngettext("%(count)d to decide", "%(count)d to decide", counts[Outcome.DOUBT])),
        (Outcome.REFUSED, ngettext("%(count)d refused", "%(count)d refused", counts[Outcome.REFUSED])),
    )
    return ", ".join(text % {"count": counts[outcome]} for outcome, text in told_counts if counts[outcome])


@access("stock.intake")
@require_safe
def refused(request: Request) -> HttpResponse:
    inputs = RawInput.objects.defer("content").filter(
        organisation_id=request.actor.home, status=RawInput.Status.REFUSED
    )
    return render(
        request,
        "workshop/refused.html",
        {"inputs": inputs.order_by("-received_at", "pk")[:SHOWN], "total": inputs.count(), "shown": SHOWN},
    )


@access("stock.intake")
@require_POST
def replay(request: Request) -> HttpResponse:
    chosen = [raw_id for raw_id in request.POST.getlist("input") if raw_id]
    try:
        ids = [UUID(raw_id) for raw_id in chosen] if chosen else None
    except ValueError as error:
        raise NotFound from error
    drop = dropping.take_again(actor=request.actor, raw_ids=ids)
    if drop is None:
        messages.info(request, _("Nothing had to be read again."))
        return redirect("workshop:refused")
    return redirect("workshop:drop", drop.pk)


@access("stock.intake")
@require_safe
def raw(request: Request, raw_id: UUID) -> HttpResponse:
    """The bytes as they were received, offered as a file whatever they are."""
    kept = find(RawInput.objects.filter(organisation_id=request.actor.home), raw_id)
    response = HttpResponse(receiving.content_of(kept), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{kept.digest[:16]}.bin"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@access("stock.identity")
@require_safe
def doubts(request: Request) -> HttpResponse:
    open_doubts = list(deciding.open_doubts(request.actor).select_related("raw")[:SHOWN])
    ids = {candidate["device"] for doubt in open_doubts for candidate in doubt.candidates}
    devices = {str(device.id): device for device in Device.objects.visible_to(request.actor).filter(id__in=ids)}
    hidden = deciding.hidden(request.actor, open_doubts)
    rows = [
        {
            "doubt": doubt,
            "hidden": doubt.pk in hidden,
            "machine": unpacked(doubt.document),
            "candidates": [
                (devices[candidate["device"]], told(from_kept(candidate["because"])))
                for candidate in doubt.candidates
                if candidate["device"] in devices
            ],
        }
        for doubt in open_doubts
    ]
    return render(request, "workshop/doubts.html", {"rows": rows})


@access("stock.identity")
@require_POST
def decide(request: Request, doubt_id: UUID) -> HttpResponse:
    doubt: Doubt = find(deciding.open_doubts(request.actor), doubt_id)
    chosen = request.POST.get("device", "")
    device_id = next((UUID(c["device"]) for c in doubt.candidates if c["device"] == chosen), None)
    if chosen and device_id is None:  # an empty answer alone means a new machine
        raise NotFound
    device = deciding.decide(actor=request.actor, doubt_id=doubt.pk, device_id=device_id)
    messages.success(request, _("Decided: %(code)s.") % {"code": device.code})
    return redirect("workshop:doubts")
