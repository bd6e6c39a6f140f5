"""Lots: what was given, by whom, and the rules that follow."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maillon.collection import commands
from maillon.collection.forms import LotForm
from maillon.collection.models import Lot, LotState
from maillon.collection.rules import Regime, WasteStatus, price_caps, rules_of
from maillon.kernel import codes, events
from maillon.kernel.access import access
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.http import Request
from maillon.kernel.ledger import Entry

SHOWN = 100
MOVES = {"arrive": commands.lot_arrived, "clos": commands.close_lot, "retire": commands.withdraw_lot}


def _found(request: Request, code: str) -> Lot:
    parsed = codes.parse(code)
    lots = Lot.objects.visible_to(request.actor).select_related("donor", "holder")
    lot: Lot | None = lots.filter(code=parsed).first() if isinstance(parsed, str) else None
    if lot is None:
        raise NotFound
    return lot


@access("lots.view")
@require_safe
def lots(request: Request) -> HttpResponse:
    visible = Lot.objects.visible_to(request.actor).select_related("donor", "holder")
    context = {"lots": visible.order_by("-created_at", "id")[:SHOWN], "may_file": commands.may_file(request.actor)}
    return render(request, "collection/lots.html", context)


@access("lots.view")
def new_lot(request: Request) -> HttpResponse:
    if not commands.may_file(request.actor):
        raise NotAllowed("lots.announce")
    form = LotForm(request.POST or None, actor=request.actor)
    if request.method != "POST" or not form.is_valid():
        return render(request, "collection/new_lot.html", {"form": form}, status=422 if form.errors else 200)
    card = dict(form.cleaned_data)
    donor, holder = card.pop("donor", None), card.pop("holder", None)
    try:
        lot = commands.announce_lot(
            actor=request.actor, donor_id=donor.pk if donor else None, holder_id=holder.pk if holder else None, **card
        )
    except Refusal as refused:
        return render(request, "collection/new_lot.html", {"form": form, "refused": refused}, status=409)
    messages.success(request, _("The lot is announced, and its workshop sees it. The collection is arranged by phone."))
    return redirect("collection:lot", lot.code)


@access("lots.view")
@require_safe
def lot(request: Request, code: str) -> HttpResponse:
    return _page(request, _found(request, code))


def _page(request: Request, shown: Lot, *, status: int = 200, **more: object) -> HttpResponse:
    regime = Regime(shown.regime)
    entries = Entry.objects.filter(stream=f"lot:{shown.pk}").order_by("-sequence")
    context: dict[str, object] = {
        "lot": shown,
        "form": LotForm(instance=shown, actor=request.actor),
        "rules": rules_of(regime, WasteStatus(shown.waste_status)),
        "caps": price_caps(regime),
        "may_withdraw": shown.state == LotState.ANNOUNCED and commands.may_file(request.actor),
        "timeline": [{"at": entry.at, "sentence": events.sentence(entry)} for entry in entries],
    }
    return render(request, "collection/lot.html", {**context, **more}, status=status)


@access("lots.change")
@require_POST
def change_lot(request: Request, code: str) -> HttpResponse:
    shown = _found(request, code)
    form = LotForm(request.POST, instance=shown, actor=request.actor)
    if not form.is_valid():
        return _page(request, _found(request, code), status=422, form=form)  # the form changed `shown`
    commands.change_lot(actor=request.actor, lot_id=shown.pk, card=form.cleaned_data)
    messages.success(request, _("The card was saved."))
    return redirect("collection:lot", shown.code)


@access("lots.view")  # the command asks for more, by the move
@require_POST
def move_lot(request: Request, code: str, name: str) -> HttpResponse:
    shown = _found(request, code)
    move = MOVES.get(name)
    if move is None:
        raise NotFound
    try:
        move(actor=request.actor, lot_id=shown.pk)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    return redirect("collection:lot", shown.code)
