"""Scan mode: a context that stays, one scan after the other, a line for each. Works without script."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from maillon.kernel.access import access
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request
from maillon.kernel.translation import told
from maillon.territory.models import Place
from maillon.workshop import life
from maillon.workshop.forms import StepForm
from maillon.workshop.models import Device
from maillon.workshop.stock import label_photos, scanning
from maillon.workshop.stock.queries import places_for
from maillon.workshop.stock.scanning import Context, Scanned

SESSION_KEY = "stock-scan"
KEPT_LINES = 40  # in the session: what someone sees of their own scans


class ContextForm(forms.Form):
    """What each scan does: put on a place, take a step, both, or only look. Sent in the address, which keeps it."""

    place = forms.ModelChoiceField(Place.objects.none(), label=gettext_lazy("Put on the place"), required=False)
    step = forms.ChoiceField(label=gettext_lazy("Take the step"), required=False)

    def __init__(self, data: QueryDict | None, actor: Actor) -> None:
        super().__init__(data)
        places = self.fields["place"]
        places.queryset = places_for(actor)  # type: ignore[attr-defined]
        places.empty_label = _("Leave where it is")  # type: ignore[attr-defined]
        steps = [(step.name, told(step.label)) for step in scanning.offered_steps(actor)]
        self.fields["step"].choices = [("", _("No step")), *steps]  # type: ignore[attr-defined]


class _Asked:
    """The context of a request, with the forms that make it."""

    def __init__(self, data: QueryDict, actor: Actor) -> None:
        self.form = ContextForm(data if "place" in data or "step" in data else None, actor)
        self.step_form: StepForm | None = None
        self.context: Context | None = None
        if not self.form.is_bound or not self.form.is_valid():
            return
        step = life.BY_NAME.get(self.form.cleaned_data["step"])
        answers: dict[str, Any] = {}
        if step and set(step.asks) - {"place"}:
            self.step_form = _step_form(data, step, actor)
            if not self.step_form.is_valid():
                return
            answers = dict(self.step_form.cleaned_data)
        self.context = Context(self.form.cleaned_data["place"], step, answers)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The context as hidden fields, to be sent with each scan."""
        pairs = [(name, self.form.data.get(name, "")) for name in ("place", "step")]
        names = self.step_form.fields if self.step_form else {}
        return pairs + [(name, value) for name in names for value in self.form.data.getlist(name)]  # type: ignore[attr-defined]

    @property
    def title(self) -> str:
        context = self.context
        if context is None or context.only_looks:
            return _("Only look")
        parts = [told(context.step.label)] if context.step else []
        return " · ".join([*parts, context.place.name] if context.place else parts)


def _step_form(data: QueryDict, step: life.Step, actor: Actor) -> StepForm:
    """The step's questions, the place excepted: it has its own field. Empty until someone answered one of them."""
    names = [name for name in step.asks if name != "place"]
    answered = any(name in data for name in names)
    form = StepForm(data if answered else None, step=step, device=Device(holder_id=actor.organisation_id or ""))
    form.fields.pop("place", None)
    return form


@access("stock.move")
@require_safe
def scan(request: Request) -> HttpResponse:
    return _page(request, _Asked(request.GET, request.actor))


def _page(request: Request, asked: _Asked, *, status: int = 200, **more: Any) -> HttpResponse:
    lines = _lines(request)
    context = {
        "asked": asked,
        "lines": lines,
        "can_undo": _last_undoable(lines) is not None,
        "address": f"{reverse('stock:scan')}?{_address(asked)}" if asked.context else "",
    }
    return render(request, "workshop/stock/scan.html", {**context, **more}, status=status)


def _address(asked: _Asked) -> str:
    query = QueryDict(mutable=True)
    for name, value in asked.fields:
        query.appendlist(name, value)
    return query.urlencode()


def _lines(request: Request) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = request.session.get(SESSION_KEY, [])
    return lines


def _keep(request: Request, scanned: Scanned, **more: Any) -> dict[str, Any]:
    line = {**asdict(scanned), **more}
    request.session[SESSION_KEY] = [line, *_lines(request)][:KEPT_LINES]
    return line


def _last_undoable(lines: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((line for line in lines if line["undo"]), None)


def _answer(request: Request, asked: _Asked, lines: list[dict[str, Any]]) -> HttpResponse:
    """The new lines alone for the page's script; for others, back to the page, which keeps its context."""
    if request.headers.get("X-Maillon-Scan"):
        status = 200 if all(line["done"] for line in lines) else 409
        return render(request, "workshop/stock/_scan_lines.html", {"lines": lines}, status=status)
    return redirect(f"{reverse('stock:scan')}?{_address(asked)}")


@access("stock.move")
@require_POST
def scan_code(request: Request) -> HttpResponse:
    """One code, typed, read by a reader or by the camera."""
    asked = _Asked(request.POST, request.actor)
    if asked.context is None:
        return _page(request, asked, status=422)
    text = request.POST.get("code", "").strip()[:500]
    if not text:
        return _answer(request, asked, [])
    line = _keep(request, scanning.scan(request.actor, text, asked.context))
    return _answer(request, asked, [line])


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=gettext_lazy("Photo of labels"),
        help_text=gettext_lazy("Several labels on one photo are all read."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
    )


@access("stock.move")
@require_POST
def scan_photo(request: Request) -> HttpResponse:
    """Every label of a photo, each as a scan of its own."""
    asked = _Asked(request.POST, request.actor)
    form = PhotoForm(request.POST, request.FILES)
    if asked.context is None or not form.is_valid():
        return _page(request, asked, status=422, photo_form=form)
    try:
        texts = label_photos.texts(form.cleaned_data["photo"].read())
    except Refusal as refused:
        return _page(request, asked, status=409, refused=refused)
    lines = [_keep(request, scanning.scan(request.actor, text, asked.context)) for text in texts]
    return _answer(request, asked, lines)


@access("stock.move")
@require_POST
def undo(request: Request) -> HttpResponse:
    """Undo the last scan that changed something and was not undone."""
    asked = _Asked(request.POST, request.actor)
    lines = _lines(request)
    last = _last_undoable(lines)
    if last is None:
        line = _keep(request, Scanned(False, "–", _("There is nothing to undo.")))
        return _answer(request, asked, [line])
    try:
        undone = scanning.undo(request.actor, last["undo"])
        last["undo"] = {}
    except Refusal as refused:
        undone = Scanned(False, last["code"], str(refused), last["title"], last["device_code"])
        last["undo"] = {}  # it is said once; the one before may still be undone
    except NotFound:
        undone = Scanned(False, last["code"], _("No machine of your stock has this code."))
        last["undo"] = {}
    return _answer(request, asked, [_keep(request, undone)])
