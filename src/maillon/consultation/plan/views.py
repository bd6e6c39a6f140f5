"""A plan of action followed: its board with the days of each action, an action, an indicator."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillon.consultation.plan import commands, lists, queries
from maillon.consultation.plan.forms import ActionForm, IndicatorForm, ListForm, MeasureForm
from maillon.consultation.plan.models import Action, Indicator
from maillon.consultation.plan.ready import ready
from maillon.kernel.access import access
from maillon.kernel.errors import Refusal, find
from maillon.kernel.http import Request


@access("consultation.view")
@never_cache
@require_safe
def plan(request: Request) -> HttpResponse:
    """Every action that the organisation follows, by line of the plan, on one printable page."""
    return render(request, "consultation/plan.html", {"plan": queries.plan(request.actor, timezone.localdate())})


@access("consultation.change")
@require_POST
def follow(request: Request, report_id: UUID) -> HttpResponse:
    try:
        new = commands.follow(actor=request.actor, report_id=report_id)
    except Refusal as refused:
        messages.warning(request, f"{refused}")
        return redirect("consultation:report", report_id)
    if new:
        said = ngettext("%(count)s action is followed.", "%(count)s actions are followed.", new)
        messages.success(request, said % {"count": new})
    else:
        messages.info(request, _("Its plan was followed already."))
    return redirect("consultation:plan")


@access("consultation.view")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: Request, action_id: UUID) -> HttpResponse:
    shown: Action = find(Action.objects.visible_to(request.actor).select_related("line__report"), action_id)
    said = commands.read(shown.said)
    initial = {**said, "start": shown.start, "end": shown.end, "status": shown.status}
    form, refused, status = ActionForm(request.POST or None, initial=initial), None, 200
    if request.method == "POST":
        request.actor.require("consultation.change")
        if form.is_valid():
            try:
                version = _whole(request.POST.get("version", ""))
                commands.change(actor=request.actor, action_id=shown.pk, card=form.card(), version=version)
            except Refusal as caught:
                refused, status = caught, 409
            else:
                messages.success(request, _("The action is up to date."))
                return redirect("consultation:plan")
        else:
            status = 422
    today = timezone.localdate()
    indicators = Indicator.objects.visible_to(request.actor).filter(line=shown.line)
    context = {
        "action": shown,
        "how": said["how"],
        "line": queries.line_row(shown.line),
        "form": form,
        "refused": refused,
        "indicators": queries.indicator_rows(request.actor, indicators, today),
    }
    return render(request, "consultation/action.html", context, status=status)


@access("consultation.view")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def indicator(request: Request, indicator_id: UUID) -> HttpResponse:
    """Its aim, and what was measured: three forms, told apart by what they do."""
    shown: Indicator = find(Indicator.objects.visible_to(request.actor).select_related("line__report"), indicator_id)
    names = ("source", "since", "baseline", "expected", "unit", "next_on")
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    aim = IndicatorForm(
        request.POST if asked == "aim" else None, initial={name: getattr(shown, name) for name in names}
    )
    measured = MeasureForm(request.POST if asked == "measure" else None)
    listed = ListForm(*((request.POST, request.FILES) if asked == "list" else ()))
    refused, status = None, 200
    if request.method == "POST":
        request.actor.require("consultation.change")
        form = {"measure": measured, "list": listed}.get(asked, aim)
        if not form.is_valid():
            status = 422
        else:
            try:
                if asked == "measure":
                    commands.measure(actor=request.actor, indicator_id=shown.pk, **measured.cleaned_data)
                elif asked == "list":
                    data = listed.cleaned_data["file"].read()
                    lists.enter(actor=request.actor, indicator_id=shown.pk, data=data)
                else:
                    commands.aim(actor=request.actor, indicator_id=shown.pk, **aim.said())
            except Refusal as caught:
                refused, status = caught, 409
            else:
                messages.success(request, _("The indicator is up to date."))
                return redirect("consultation:indicator", shown.pk)
    today = timezone.localdate()
    (row,) = queries.indicator_rows(request.actor, Indicator.objects.filter(pk=shown.pk), today)
    context = {
        "row": row,
        "line": queries.line_row(shown.line),
        "aim": aim,
        "measure": measured,
        "list": listed,
        "ready": ready(row.label),
        "refused": refused,
        "measures": queries.sources(row.measures),
    }
    return render(request, "consultation/indicator.html", context, status=status)


def _whole(value: str) -> int:
    return int(value) if value.isdigit() and len(value) < 10 else 0
