"""The page of a device: what it is, what it is worth, what can be done next, and what happened to it."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maillon.hardware.model import Kind
from maillon.kernel import codes, files
from maillon.kernel.access import access
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request
from maillon.workshop import additions, life, moves, pages
from maillon.workshop.erasure import proving
from maillon.workshop.forms import DescriptionForm, DestructionForm, DiskForm, PhotoForm, StepForm, WitnessForm
from maillon.workshop.models import Device, Document
from maillon.workshop.queries import device_by_code, device_facts, judgement_of, machine_of, reservations, reserved_for
from maillon.workshop.vocabulary import CHECK_LINES, check_lines


def found(request: Request, code: str) -> Device:
    """The device of this address, its code written any way a person may. Raises NotFound."""
    parsed = codes.parse(code)
    if not isinstance(parsed, str):
        raise NotFound
    return device_by_code(request.actor, parsed)


@access("stock.view")
@require_safe
def device(request: Request, code: str) -> HttpResponse:
    return _page(request, found(request, code))


def _page(request: Request, shown: Device, *, status: int = 200, **more: object) -> HttpResponse:
    context = pages.device_page(request.actor, shown)
    return render(request, "workshop/device.html", {**context, **more}, status=status)


@access("stock.view")
@require_safe
def hardware(request: Request, code: str) -> HttpResponse:
    """Every part, every value, and where each was read."""
    shown = found(request, code)
    machine = machine_of(shown)
    context = {"device": shown, "machine": machine, "parts": pages.parts(machine) if machine else []}
    return render(request, "workshop/hardware.html", context)


@access("stock.view")
def step(request: Request, code: str, name: str) -> HttpResponse:
    """Ask what the step needs, then take it. Steps that ask for nothing are taken at once."""
    shown = found(request, code)
    wanted = life.BY_NAME.get(name)
    if wanted is None or not wanted.by_hand:
        raise NotFound
    request.actor.require(wanted.permission)
    facts = device_facts(shown)
    obstacles = life.obstacles(wanted, facts)
    initial = {"reference": reserved_for(shown)} if name == "handed_over" else {}
    form = StepForm(request.POST or None, step=wanted, device=shown, initial=initial)
    context = {"device": shown, "step": wanted, "obstacles": obstacles, "form": form}
    if request.method != "POST":
        return render(request, "workshop/step.html", context)
    if not form.is_valid():
        return render(request, "workshop/step.html", context, status=422)
    try:
        answers, seen = form.cleaned_data, request.POST.get("seen")
        moves.take_step(actor=request.actor, device_id=shown.id, step=name, answers=answers, seen=seen)
    except Refusal as refused:
        return render(request, "workshop/step.html", {**context, "refused": refused, "obstacles": []}, status=409)
    messages.success(request, _("Done."))
    return redirect("workshop:device", shown.code)


@access("stock.move")
def describe(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    initial = {name: getattr(shown, name) for name in moves.DESCRIBED}
    initial["lot"] = shown.lot.code if shown.lot else ""
    form = DescriptionForm(request.POST or None, actor=request.actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        moves.describe(actor=request.actor, device_id=shown.id, changes=form.cleaned_data)
        return redirect("workshop:device", shown.code)
    return render(
        request, "workshop/describe.html", {"device": shown, "form": form}, status=422 if form.errors else 200
    )


@access("stock.move")
def checks(request: Request, code: str) -> HttpResponse:
    """The check-list: each answer is kept as it is given."""
    shown = found(request, code)
    lines = check_lines(Kind(shown.kind))
    if request.method == "POST":
        given = {line: request.POST[line] for line in lines if line in request.POST}
        moves.answer_checks(actor=request.actor, device_id=shown.id, answers=given)
        if not request.htmx:
            return redirect("workshop:device", shown.code)
    answers = dict(shown.checks.values_list("line", "answer"))
    notes = additions.notes_on_checks(shown)
    first = sorted(lines, key=lambda line: line not in notes)  # what is known to break on this model is seen first
    rows = [(line, CHECK_LINES[line], answers.get(line, ""), notes.get(line, "")) for line in first]
    context = {"device": shown, "rows": rows, "answered": len(answers), "total": len(lines)}
    return render(request, "workshop/_checks.html" if request.htmx else "workshop/checks.html", context)


@access("stock.erasure")
def destroy(request: Request, code: str, medium_id: UUID) -> HttpResponse:
    shown = found(request, code)
    form = DestructionForm(request.POST or None, request.FILES or None)
    medium = pages.medium_of(shown, medium_id)
    context = {"device": shown, "medium": medium, "form": form, "destroying": True}
    if request.method != "POST" or not form.is_valid():
        return render(request, "workshop/witness.html", context, status=422 if form.errors else 200)
    try:
        proving.record_destruction(
            actor=request.actor,
            device_id=shown.id,
            medium_id=medium_id,
            witness=form.cleaned_data["witness"],
            photo=form.cleaned_data["photo"].read(),
        )
    except Refusal as refused:
        return render(request, "workshop/witness.html", {**context, "refused": refused}, status=409)
    messages.success(request, _("The destruction is certified."))
    return redirect("workshop:device", shown.code)


@access("stock.erasure")
def name_disk(request: Request, code: str) -> HttpResponse:
    """A disk of a machine that does not start, from its label."""
    shown = found(request, code)
    form = DiskForm(request.POST or None)
    context = {"device": shown, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "workshop/disk.html", context, status=422 if form.errors else 200)
    try:
        proving.name_disk(actor=request.actor, device_id=shown.id, **form.cleaned_data)
    except Refusal as refused:
        return render(request, "workshop/disk.html", {**context, "refused": refused}, status=409)
    return redirect("workshop:device", shown.code)


@access("stock.erasure")
def absent(request: Request, code: str, medium_id: UUID | None = None) -> HttpResponse:
    shown = found(request, code)
    form = WitnessForm(request.POST or None)
    medium = pages.medium_of(shown, medium_id) if medium_id else None
    context = {"device": shown, "medium": medium, "form": form, "destroying": False}
    if request.method != "POST" or not form.is_valid():
        return render(request, "workshop/witness.html", context, status=422 if form.errors else 200)
    try:
        proving.declare_absent(
            actor=request.actor, device_id=shown.id, medium_id=medium_id, witness=form.cleaned_data["witness"]
        )
    except Refusal as refused:
        return render(request, "workshop/witness.html", {**context, "refused": refused}, status=409)
    messages.success(request, _("The declaration is kept."))
    return redirect("workshop:device", shown.code)


@access("stock.move")
@require_POST
def add_photo(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, shown, status=422, photo_form=form)
    try:
        moves.add_photo(actor=request.actor, device_id=shown.id, data=form.cleaned_data["photo"].read())
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    return redirect("workshop:device", shown.code)


@access("stock.view")
@require_safe
def document(request: Request, code: str, document_id: UUID) -> FileResponse:
    shown = found(request, code)
    kept: Document | None = shown.documents.filter(pk=document_id).first()
    if kept is None:
        raise NotFound
    return FileResponse(files.path_of(kept.digest).open("rb"), content_type=kept.content_type)


@access("stock.view")
@require_safe
def why(request: Request, code: str) -> HttpResponse:
    """The grade and its reasons, use by use."""
    shown = found(request, code)
    machine = machine_of(shown)
    context = {
        "device": shown,
        "judgement": judgement_of(shown, machine) if machine else None,
        "reservations": reservations(shown) if machine else [],
    }
    return render(request, "workshop/why.html", context)
