"""The desk: one task at a time, on a tablet. Each page works without script."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maillon.distribution.agreements import queries
from maillon.distribution.agreements.models import Agreement, Item, Photo
from maillon.distribution.agreements.views import found
from maillon.distribution.agreements.vocabulary import Accessory, AgreementKind, AgreementState, CancelReason, ItemState
from maillon.distribution.desk import commands
from maillon.distribution.desk.commands import Answers
from maillon.distribution.desk.forms import LEAVES, FurtherPhotoForm, GroupForm, ItemForm, RefusalForm
from maillon.kernel import codes, files
from maillon.kernel.access import access
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request

GROUP = 4  # from so many machines on, what is given with each is said once
SHOWN = 50


@access("handover.view")
@require_safe
def home(request: Request) -> HttpResponse:
    return _home(request)


def _home(request: Request, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = request.actor
    drafts = (
        Agreement.objects.visible_to(actor)
        .filter(state=AgreementState.DRAFT)
        .select_related("prescriber", "request")
        .annotate(
            machines=Count("items", filter=Q(items__state=ItemState.PREPARED)),
            done=Count("items", filter=Q(items__state=ItemState.PREPARED, items__prepared_at__isnull=False)),
        )
        .order_by("created_at", "id")[:SHOWN]
    )
    context = {
        "drafts": drafts,
        "waiting": queries.requests_to_hand_over(actor),
        "may_act": actor.may("handover.do"),
    }
    return render(request, "distribution/desk.html", {**context, **more}, status=status)


@access("handover.do")
@require_POST
def find(request: Request) -> HttpResponse:
    """The code of a request, of an agreement, or of a machine: whichever the person has in hand."""
    typed = request.POST.get("code", "").strip()[:500]
    parsed = codes.parse(typed)
    if not isinstance(parsed, str):
        return _home(request, status=409, typed=typed, refused=Refusal(parsed.message))
    visible = Agreement.objects.visible_to(request.actor)
    named: Agreement | None = (
        visible.filter(Q(code=parsed) | Q(request__code=parsed) | Q(items__device__code=parsed))
        .filter(Q(state=AgreementState.DRAFT) | Q(code=parsed))
        .order_by("-created_at")
        .first()
    )
    if named:
        return redirect("desk:agreement", named.code)
    promises = queries.free_promises(request.actor)
    promised = promises.filter(Q(request__code=parsed) | Q(device__code=parsed)).select_related("request").first()
    if promised:
        return redirect("agreements:prepare", promised.request.code)
    refused = Refusal(
        _("Nothing is to be handed over here with the code %(code)s.") % {"code": codes.pretty(parsed)},
        _("Check the code on the letter or on the label. A machine is handed over once it is promised to a request."),
    )
    return _home(request, status=409, typed=typed, refused=refused)


@access("handover.view")
@require_safe
def agreement(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    if shown.state != AgreementState.DRAFT:
        return redirect("agreements:agreement", shown.code)
    return _page(request, shown)


def _page(request: Request, shown: Agreement, *, status: int = 200, **more: Any) -> HttpResponse:
    items = queries.items_of(shown)
    to_do = [item for item in items if item.state == ItemState.PREPARED]
    done = [item for item in to_do if item.prepared_at]
    given = request.GET.getlist("accessories") or request.POST.getlist("accessories")
    group = len(to_do) >= GROUP and shown.kind != AgreementKind.SALE
    fields = [("each", "1"), *(("accessories", name) for name in Accessory.values if name in given)]
    context = {
        "agreement": shown,
        "items": items,
        "to_do": len(to_do),
        "done": len(done),
        "may_act": request.actor.may("handover.do") and queries.may_read(request.actor, shown),
        "group": group,
        "group_form": GroupForm(initial={"accessories": given}) if group else None,
        "scan_fields": fields,
        "again": f"?{urlencode(fields)}",
        "given_labels": [str(Accessory(name).label) for name in Accessory.values if name in given] if group else [],
        "chosen": "each" in request.GET or "each" in request.POST,
        "why_none": CancelReason.DECLINED
        if any(item.state == ItemState.REFUSED for item in items)
        else CancelReason.MISTAKE,
    }
    return render(request, "distribution/handover.html", {**context, **more}, status=status)


@access("handover.do")
@require_POST
def scan(request: Request, code: str) -> HttpResponse:
    """One label read: its check-list opens, or with what each of a group is given, the next one is read."""
    shown = found(request, code)
    typed = request.POST.get("code", "").strip()[:500]
    each = "each" in request.POST
    given = Answers(accessories=request.POST.getlist("accessories")) if each else None
    script = bool(request.headers.get("X-Maillon-Scan"))
    try:
        item = commands.scan(actor=request.actor, agreement_id=shown.pk, text=typed, with_it=given)
    except Refusal as refused:
        if script:
            line = {"done": False, "code": typed[:60], "title": "", "sentence": str(refused)}
            return render(request, "distribution/_scan_lines.html", {"lines": [line]}, status=409)
        return _page(request, shown, status=409, refused=refused, typed=typed)
    if script:
        code = codes.pretty(item.device.code)
        line = {"done": True, "code": code, "title": item.device.title, "sentence": _("Ready")}
        return render(request, "distribution/_scan_lines.html", {"lines": [line]})
    if each:
        return _page(request, found(request, code), scanned=item)
    return redirect("desk:item", shown.code, item.pk)


def _item(request: Request, code: str, item_id: UUID) -> tuple[Agreement, Item]:
    shown = found(request, code)
    item: Item | None = (
        shown.items.select_related("device", "agreement").prefetch_related("photos").filter(pk=item_id).first()
    )
    if item is None:
        raise NotFound
    return shown, item


@access("handover.do")
def item(request: Request, code: str, item_id: UUID) -> HttpResponse:
    """The check-list of one machine."""
    shown, it = _item(request, code, item_id)
    form = ItemForm(request.POST or None, item=it)
    if request.method != "POST" or not form.is_valid():
        return _item_page(request, shown, it, form, status=422 if form.errors else 200)
    try:
        if chosen := request.FILES.get("photo"):
            commands.add_photo(actor=request.actor, item_id=it.pk, data=chosen.read())
        commands.prepare_item(actor=request.actor, item_id=it.pk, answers=form.answers)
    except Refusal as refused:
        return _item_page(request, shown, it, form, status=409, refused=refused)
    return redirect("desk:agreement", shown.code)


def _item_page(
    request: Request, shown: Agreement, it: Item, form: ItemForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    if shown.state != AgreementState.DRAFT or it.state != ItemState.PREPARED:
        return redirect("agreements:agreement", shown.code)
    context = {
        "agreement": shown,
        "item": it,
        "form": form,
        "photos": list(it.photos.all()),
        "photo_form": FurtherPhotoForm(),
    }
    return render(request, "distribution/item.html", {**context, **more}, status=status)


@access("handover.do")
@require_POST
def photo(request: Request, code: str, item_id: UUID) -> HttpResponse:
    """One photo more; the same page comes back, with what was answered on it."""
    shown, it = _item(request, code, item_id)
    said = ItemForm(item=it, said=request.POST)
    form = FurtherPhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _item_page(request, shown, it, said, status=422, photo_form=form)
    try:
        commands.add_photo(actor=request.actor, item_id=it.pk, data=form.cleaned_data["photo"].read())
    except Refusal as refused:
        return _item_page(request, shown, it, said, status=409, refused=refused)
    shown, it = _item(request, code, item_id)
    return _item_page(request, shown, it, said)


@access("handover.do")
def refuse(request: Request, code: str, item_id: UUID) -> HttpResponse:
    shown, it = _item(request, code, item_id)
    form = RefusalForm(request.POST or None)
    context = {"agreement": shown, "item": it, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "distribution/refuse.html", context, status=422 if form.errors else 200)
    said = form.cleaned_data
    try:
        commands.refuse(actor=request.actor, item_id=it.pk, reason=said["reason"], leaves=said["request"] == LEAVES)
    except Refusal as refused:
        return render(request, "distribution/refuse.html", {**context, "refused": refused}, status=409)
    messages.success(request, _("The machine is free for someone else."))
    return redirect("desk:agreement", shown.code)


@access("handover.do")
@require_POST
def leave_out(request: Request, code: str, item_id: UUID) -> HttpResponse:
    shown, it = _item(request, code, item_id)
    try:
        commands.leave_out(actor=request.actor, item_id=it.pk)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    messages.success(request, _("Kept for another day: it stays promised to this request."))
    return redirect("desk:agreement", shown.code)


@access("handover.view")
@require_safe
def picture(request: Request, photo_id: UUID) -> FileResponse:
    kept: Photo | None = Photo.objects.filter(
        pk=photo_id, item__agreement__in=Agreement.objects.visible_to(request.actor)
    ).first()
    if kept is None or not files.path_of(kept.digest).is_file():
        raise NotFound
    return FileResponse(files.path_of(kept.digest).open("rb"), content_type="image/jpeg")


@access("handover.view")
@require_safe
def done(request: Request, code: str) -> HttpResponse:
    """What was just done, and what to tell the person."""
    shown = found(request, code)
    if shown.signed_at is None:
        return redirect("desk:agreement", shown.code)
    handed = [each for each in queries.items_of(shown) if each.handed_at]
    return render(request, "distribution/done.html", {"agreement": shown, "items": handed})
