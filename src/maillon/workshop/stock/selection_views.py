"""What is done to the machines of a selection: choose, see what would happen, do it, see what was done."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from maillon.kernel.access import access
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request
from maillon.workshop import life
from maillon.workshop.forms import StepForm
from maillon.workshop.models import Device
from maillon.workshop.stock import bulk
from maillon.workshop.stock.forms import PlaceForm, SelectionForm
from maillon.workshop.stock.queries import places_for

MOST_LABELS = 300  # their codes go in an address


@access("stock.view")
@require_http_methods(["GET", "HEAD", "POST"])
def selection(request: Request) -> HttpResponse:
    """`do` says what: nothing yet (the page of choices), "place", "step", "take" or "labels"."""
    if request.method != "POST":
        return redirect("stock:list")
    form = SelectionForm(request.POST)
    try:
        if not form.is_valid():
            raise Refusal(*[str(error) for errors in form.errors.values() for error in errors])
        filters = form.cleaned_data["filters"] if form.cleaned_data["every"] else None
        devices = bulk.chosen(request.actor, form.cleaned_data["ids"], filters)
        action = _ACTIONS.get(request.POST.get("do", ""), _choices)
        return action(request, devices)
    except Refusal as refused:
        return render(request, "workshop/stock/selection.html", {"refused": refused}, status=409)


def _context(request: Request, devices: list[Device]) -> dict[str, Any]:
    actor = request.actor
    return {
        "devices": devices,
        "selected": " ".join(str(device.id) for device in devices),
        "steps": bulk.open_steps(actor, devices),
        "place_form": PlaceForm(places=places_for(actor)) if actor.may("stock.move") else None,
        "may_label": actor.may("stock.label"),
        "may_export": actor.may("stock.export"),
    }


def _choices(request: Request, devices: list[Device]) -> HttpResponse:
    return render(request, "workshop/stock/selection.html", _context(request, devices))


def _place(request: Request, devices: list[Device]) -> HttpResponse:
    request.actor.require("stock.move")
    form = PlaceForm(request.POST, places=places_for(request.actor))
    if not form.is_valid():
        context = {**_context(request, devices), "place_form": form}
        return render(request, "workshop/stock/selection.html", context, status=422)
    return _done(request, bulk.move(request.actor, devices, form.cleaned_data["place"]))


def _step_of(request: Request) -> life.Step:
    step = life.BY_NAME.get(request.POST.get("step", ""))
    if step is None or not step.by_hand:
        raise NotFound
    request.actor.require(step.permission)
    return step


def _step(request: Request, devices: list[Device]) -> HttpResponse:
    """Which can and which can not, and what the step asks."""
    step = _step_of(request)
    plan = bulk.step_plan(request.actor, devices, step)
    form = StepForm(step=step, device=plan[0].device)
    return render(request, "workshop/stock/step.html", _planned(step, plan, form))


def _planned(step: life.Step, plan: list[bulk.Planned], form: StepForm) -> dict[str, Any]:
    able = [each for each in plan if not each.obstacles]
    return {
        "step": step,
        "able": able,
        "unable": [each for each in plan if each.obstacles],
        "selected": " ".join(str(each.device.id) for each in able),
        "form": form,
    }


def _take(request: Request, devices: list[Device]) -> HttpResponse:
    step = _step_of(request)
    plan = bulk.step_plan(request.actor, devices, step)
    form = StepForm(request.POST, step=step, device=plan[0].device)
    if not form.is_valid():
        return render(request, "workshop/stock/step.html", _planned(step, plan, form), status=422)
    return _done(request, bulk.take(request.actor, devices, step, form.cleaned_data))


def _labels(request: Request, devices: list[Device]) -> HttpResponse:
    request.actor.require("stock.label")
    codes = " ".join(device.code for device in devices[:MOST_LABELS])
    return redirect(f"{reverse('workshop:labels')}?{urlencode({'codes': codes})}")


def _done(request: Request, outcomes: list[bulk.Outcome]) -> HttpResponse:
    context = {"outcomes": outcomes, "refusals": sum(not outcome.done for outcome in outcomes)}
    return render(request, "workshop/stock/outcomes.html", context)


_ACTIONS = {"place": _place, "step": _step, "take": _take, "labels": _labels}
