"""Loans: what is due, what comes back, what happened on the way, and recalls."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maillon.distribution.agreements import queries as agreements
from maillon.distribution.agreements.models import Agreement, Item, Photo
from maillon.distribution.agreements.views import found
from maillon.distribution.agreements.vocabulary import GONE, ItemState
from maillon.distribution.desk import commands as desk
from maillon.distribution.desk.forms import FurtherPhotoForm
from maillon.distribution.loans import commands, queries
from maillon.distribution.loans.forms import ExtendForm, LossForm, RecallForm, ReturnForm, TermsForm
from maillon.distribution.loans.models import Recall
from maillon.kernel import codes, events
from maillon.kernel.access import access
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.http import Request
from maillon.kernel.ledger import Entry
from maillon.territory.models import Organisation, OrganisationKind

LENDERS = (OrganisationKind.WORKSHOP, OrganisationKind.COORDINATION)


@access("handover.view")
@require_safe
def loans(request: Request) -> HttpResponse:
    today = agreements.today()
    which, after = request.GET.get("voir", queries.ALL), request.GET.get("apres", "")
    if which not in (queries.LATE, queries.SOON):
        which = queries.ALL
    chosen = queries.after_code(queries.chosen(request.actor, which, today), after)
    rows = list(chosen[: queries.SHOWN + 1])
    context = {
        "rows": rows[: queries.SHOWN],
        "first": f"?voir={which}" if after else "",
        "more": f"?voir={which}&apres={rows[queries.SHOWN - 1].code}" if len(rows) > queries.SHOWN else "",
        "counts": queries.counts(request.actor, today),
        "which": which,
        "today": today,
        "may_act": request.actor.may("handover.do"),
        "may_state_terms": request.actor.may("organisation.change") and _lends(request),
    }
    return render(request, "distribution/loans.html", context)


def _lends(request: Request) -> bool:
    return Organisation.objects.filter(pk=request.actor.home, kind__in=LENDERS).exists()


@access("organisation.change")
def terms(request: Request) -> HttpResponse:
    """How this organisation lends: printed in its agreements from now on."""
    if not _lends(request):
        raise NotFound
    form = TermsForm(request.POST or None, instance=agreements.terms_of(request.actor.home))
    if request.method != "POST" or not form.is_valid():
        return render(request, "distribution/terms.html", {"form": form}, status=422 if form.errors else 200)
    commands.change_terms(actor=request.actor, **form.cleaned_data)
    messages.success(request, _("Saved: agreements signed from now on say so. Those signed before do not change."))
    return redirect("loans:list")


@access("handover.do")
def extend(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    if not agreements.may_decide(request.actor, shown):
        raise NotAllowed("handover.do")
    form = ExtendForm(request.POST or None)
    context = {"agreement": shown, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "distribution/extend.html", context, status=422 if form.errors else 200)
    try:
        extended = commands.extend(actor=request.actor, agreement_id=shown.pk, due_on=form.cleaned_data["due_on"])
    except Refusal as refused:
        return render(request, "distribution/extend.html", {**context, "refused": refused}, status=409)
    asked = form.cleaned_data["due_on"]
    if asked and extended.due_on != asked:
        messages.info(request, _("That day is closed: the loan ends on the next open day."))
    messages.success(request, _("The loan is extended. Tell the person."))
    return redirect("agreements:agreement", shown.code)


@access("handover.do")
@require_POST
def give(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    try:
        commands.give(actor=request.actor, agreement_id=shown.pk)
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("What was on loan is theirs now."))
    return redirect("agreements:agreement", shown.code)


def _item(request: Request, item_id: UUID) -> Item:
    item: Item | None = (
        Item.objects.filter(pk=item_id, agreement__in=Agreement.objects.visible_to(request.actor))
        .select_related("device", "device__holder", "agreement", "agreement__prescriber")
        .prefetch_related("photos")
        .first()
    )
    if item is None:
        raise NotFound
    return item


@access("handover.do")
def loss(request: Request, item_id: UUID) -> HttpResponse:
    item = _item(request, item_id)
    form = LossForm(request.POST or None)
    context = {"agreement": item.agreement, "item": item, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "distribution/loss.html", context, status=422 if form.errors else 200)
    try:
        commands.declare_lost(actor=request.actor, item_id=item.pk, how=form.cleaned_data["how"])
    except Refusal as refused:
        return render(request, "distribution/loss.html", {**context, "refused": refused}, status=409)
    messages.success(request, _("It is written down. Nothing is asked of the person; they may file a new request."))
    return redirect("agreements:agreement", item.agreement.code)


# -- back ------------------------------------------------------------------------------------------------------------


@access("handover.do")
def back(request: Request) -> HttpResponse:
    """A label is read: what was written of this machine when it left opens."""
    if request.method != "POST":
        return render(request, "distribution/back.html", {})
    typed = request.POST.get("code", "").strip()[:500]
    parsed = codes.parse(typed)
    if not isinstance(parsed, str):
        context = {"typed": typed, "refused": Refusal(parsed.message)}
        return render(request, "distribution/back.html", context, status=409)
    item = queries.item_out(request.actor, parsed)
    if item is None:
        refused = Refusal(
            _("Machine %(code)s is out by no agreement that you can see.") % {"code": codes.pretty(parsed)},
            _("Read the label again. Handed over without an agreement, it is taken back on its page of the stock."),
        )
        return render(request, "distribution/back.html", {"typed": typed, "refused": refused}, status=409)
    return redirect("loans:return", item.pk)


@access("handover.do")
def take_back(request: Request, item_id: UUID) -> HttpResponse:
    """`broken`: a request for help found it beyond repair."""
    item = _item(request, item_id)
    form = ReturnForm(request.POST or None, actor=request.actor, item=item)
    form.initial["broken"] = "broken" in request.GET
    if request.method != "POST" or not form.is_valid():
        return _return_page(request, item, form, status=422 if form.errors else 200)
    said = form.cleaned_data
    try:
        if chosen := request.FILES.get("photo"):
            desk.add_photo(actor=request.actor, item_id=item.pk, data=chosen.read(), moment=Photo.Moment.BACK)
        returned = commands.take_back(
            actor=request.actor,
            item_id=item.pk,
            condition=said["condition"],
            accessories=said.get("accessories", ()),
            place=said.get("place"),
            broken=said.get("broken", False),
        )
    except Refusal as refused:
        return _return_page(request, item, form, status=409, refused=refused)
    if returned.state == ItemState.EXCHANGED:
        messages.success(request, _("Taken back. The request keeps its place and comes first in the next round."))
    else:
        messages.success(request, _("Taken back. Its disks must be erased, and proved so, before anybody else has it."))
    recall = Recall.objects.filter(lines__item=item, state=Recall.State.OPEN).first()
    return redirect("loans:recall", recall.code) if recall else redirect("agreements:agreement", item.agreement.code)


def _return_page(request: Request, item: Item, form: ReturnForm, *, status: int = 200, **more: Any) -> HttpResponse:
    if item.state not in (*GONE, ItemState.LOST):
        return redirect("agreements:agreement", item.agreement.code)
    photos = list(item.photos.all())
    context = {
        "item": item,
        "agreement": item.agreement,
        "form": form,
        "before": [photo for photo in photos if photo.moment == Photo.Moment.HANDED],
        "now": [photo for photo in photos if photo.moment == Photo.Moment.BACK],
        "photo_form": FurtherPhotoForm(),
    }
    return render(request, "distribution/return.html", {**context, **more}, status=status)


@access("handover.do")
@require_POST
def back_photo(request: Request, item_id: UUID) -> HttpResponse:
    item = _item(request, item_id)
    form = FurtherPhotoForm(request.POST, request.FILES)
    said_so_far = ReturnForm(actor=request.actor, item=item, said=request.POST)
    if not form.is_valid():
        return _return_page(request, item, said_so_far, status=422, photo_form=form)
    try:
        data = form.cleaned_data["photo"].read()
        desk.add_photo(actor=request.actor, item_id=item.pk, data=data, moment=Photo.Moment.BACK)
    except Refusal as refused:
        return _return_page(request, item, said_so_far, status=409, refused=refused)
    return _return_page(request, _item(request, item_id), said_so_far)


# -- recalls ---------------------------------------------------------------------------------------------------------


@access("handover.view")
@require_safe
def recalls(request: Request) -> HttpResponse:
    visible = Recall.objects.visible_to(request.actor).select_related("prescriber", "place")[: queries.SHOWN]
    rows = [(recall, queries.progress(recall)) for recall in visible]
    return render(request, "distribution/recalls.html", {"rows": rows, "may_act": request.actor.may("handover.do")})


@access("handover.do")
def new_recall(request: Request) -> HttpResponse:
    form = RecallForm(request.POST or None, actor=request.actor)
    if request.method != "POST" or not form.is_valid():
        return render(request, "distribution/new_recall.html", {"form": form}, status=422 if form.errors else 200)
    said = form.cleaned_data
    try:
        recall = commands.open_recall(
            actor=request.actor,
            prescriber_id=said["prescriber"].pk,
            day=said["day"],
            place=said["place"],
            due_before=said["due_before"],
        )
    except Refusal as refused:
        return render(request, "distribution/new_recall.html", {"form": form, "refused": refused}, status=409)
    return redirect("loans:recall", recall.code)


def _recall(request: Request, code: str) -> Recall:
    parsed = codes.parse(code)
    visible = Recall.objects.visible_to(request.actor).select_related("prescriber", "place", "organisation")
    recall: Recall | None = visible.filter(code=parsed).first() if isinstance(parsed, str) else None
    if recall is None:
        raise NotFound
    return recall


@access("handover.view")
@require_safe
def recall(request: Request, code: str) -> HttpResponse:
    return _recall_page(request, _recall(request, code))


def _recall_page(request: Request, shown: Recall, *, status: int = 200, **more: Any) -> HttpResponse:
    lines = shown.lines.select_related("item", "item__device", "item__agreement", "item__agreement__request").order_by(
        "item__agreement__code", "item_id"
    )
    entries = Entry.objects.filter(subject=shown.pk).order_by("-sequence")
    context = {
        "recall": shown,
        "lines": lines,
        "progress": queries.progress(shown),
        "open": shown.state == Recall.State.OPEN,
        "may_act": request.actor.may("handover.do"),
        "timeline": [{"at": entry.at, "sentence": events.sentence(entry)} for entry in entries],
    }
    return render(request, "distribution/recall.html", {**context, **more}, status=status)


@access("handover.do")
@require_POST
def recall_scan(request: Request, code: str) -> HttpResponse:
    """One label: the machine comes back as it left, with all it had; what differs is told on its own page instead."""
    shown = _recall(request, code)
    typed = request.POST.get("code", "").strip()[:500]
    line, refused = _scan_back(request, shown, typed)
    if request.headers.get("X-Maillon-Scan"):
        return render(request, "distribution/_scan_lines.html", {"lines": [line]}, status=409 if refused else 200)
    if refused:
        return _recall_page(request, shown, status=409, refused=refused, typed=typed)
    return redirect("loans:recall", shown.code)


def _scan_back(request: Request, shown: Recall, typed: str) -> tuple[dict[str, Any], Refusal | None]:
    parsed = codes.parse(typed)
    try:
        if not isinstance(parsed, str):
            raise Refusal(parsed.message)
        line = shown.lines.select_related("item", "item__device").filter(item__device__code=parsed).first()
        if line is None:
            raise Refusal(
                _("Machine %(code)s is not in this recall.") % {"code": codes.pretty(parsed)},
                _("Take it back by itself, from the page of the loans."),
            )
        item: Item = line.item
        commands.take_back(
            actor=request.actor,
            item_id=item.pk,
            condition=item.condition,
            accessories=item.accessories,
        )
    except Refusal as refused:
        return {"done": False, "code": typed[:60], "title": "", "sentence": str(refused)}, refused
    code = codes.pretty(item.device.code)
    return {"done": True, "code": code, "title": item.device.title, "sentence": _("Came back")}, None


@access("handover.do")
@require_POST
def close_recall(request: Request, code: str) -> HttpResponse:
    shown = _recall(request, code)
    try:
        commands.close_recall(actor=request.actor, recall_id=shown.pk)
    except Refusal as refused:
        return _recall_page(request, shown, status=409, refused=refused)
    return redirect("loans:recall", shown.code)
