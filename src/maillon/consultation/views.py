"""Reports of consultations: sent, seen beside the original, corrected, written again as documents."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillon.consultation import commands, correcting, papers, showing
from maillon.consultation.forms import UploadForm
from maillon.consultation.models import Report, ReportState
from maillon.kernel.access import access
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.kernel.http import Request

LATEST = 50


@access("consultation.view")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: Request) -> HttpResponse:
    """Send a report; those received."""
    form, refused, status = UploadForm(request.POST or None, request.FILES or None), None, 200
    if request.method == "POST":
        request.actor.require("consultation.change")
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                received = commands.receive(actor=request.actor, data=file.read(), name=file.name or "?")
            except Refusal as caught:
                refused, status = caught, 409
            else:
                return redirect("consultation:report", received.pk)
        else:
            status = 422
    received_before = Report.objects.visible_to(request.actor).defer("file", "original")[:LATEST]
    context = {"form": form, "refused": refused, "reports": [showing.listed(each) for each in received_before]}
    return render(request, "consultation/reports.html", context, status=status)


@access("consultation.view")
@never_cache
@require_safe
def report(request: Request, report_id: UUID) -> HttpResponse:
    """What was read, beside the original, what was doubtful marked on both sides."""
    shown: Report = find(Report.objects.visible_to(request.actor).defer("file"), report_id)
    if shown.state == ReportState.REFUSED:
        context = {"report": shown, "name": commands.name_of(shown)}
        return render(request, "consultation/refused.html", context)
    return render(request, "consultation/report.html", showing.page(shown))


@access("consultation.change")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Request, report_id: UUID, number: int) -> HttpResponse:
    """One contribution, each of its cells a box of lines."""
    shown: Report = find(Report.objects.visible_to(request.actor).defer("file"), report_id)
    if shown.state == ReportState.REFUSED:
        raise NotFound
    restitution = commands.restitution_of(shown)
    if not 1 <= number <= len(restitution.contributions):
        raise NotFound
    refused, status = None, 200
    contribution = restitution.contributions[number - 1]
    if request.method == "POST":
        try:
            commands.correct(
                actor=request.actor,
                report_id=shown.pk,
                version=_whole(request.POST.get("version", "")),
                change=lambda before: correcting.corrected(before, number - 1, request.POST),
            )
        except Refusal as caught:
            refused, status = caught, 409
        else:
            messages.success(request, _("Your corrections are kept."))
            return redirect("consultation:report", shown.pk)
        contribution = correcting.corrected(restitution, number - 1, request.POST).contributions[number - 1]
    context = {
        "report": shown,
        "heading": commands.heading_of(restitution),
        "number": number,
        "several": len(restitution.contributions) > 1,
        "refused": refused,
        **showing.boxes(contribution, restitution.doubts),
    }
    return render(request, "consultation/correct.html", context, status=status)


@access("consultation.change")
@require_POST
def check(request: Request, report_id: UUID) -> HttpResponse:
    commands.check(actor=request.actor, report_id=report_id)
    messages.success(request, _("Read over. Thank you."))
    return redirect("consultation:report", report_id)


@access("consultation.change")
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: Request, report_id: UUID) -> HttpResponse:
    shown: Report = find(Report.objects.visible_to(request.actor).defer("file", "original"), report_id)
    if request.method != "POST":
        return render(request, "consultation/erase.html", {"report": shown, "name": commands.name_of(shown)})
    commands.erase(actor=request.actor, report_id=report_id)
    messages.success(request, _("The report and its file are erased."))
    return redirect("consultation:reports")


@access("consultation.view")
@never_cache
@require_safe
def received(request: Request, report_id: UUID) -> HttpResponse:
    """The file as it was received, to be saved: it is shown by no page of ours."""
    shown: Report = find(Report.objects.visible_to(request.actor), report_id)
    answer = HttpResponse(commands.file_of(shown), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = content_disposition_header(True, commands.name_of(shown)) or "attachment"
    return answer


@access("consultation.view")
@never_cache
@require_safe
def written(request: Request, report_id: UUID, format: str) -> HttpResponseBase:
    """The trame as a document that anyone can open."""
    shown: Report = find(Report.objects.visible_to(request.actor).defer("file"), report_id)
    if shown.state == ReportState.REFUSED or format not in papers.FORMATS:
        raise NotFound
    restitution = commands.restitution_of(shown)
    answer = HttpResponse(papers.FORMATS[format](restitution), content_type=papers.TYPES[format])
    name = slugify(commands.heading_of(restitution))[:60] or "trame"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return answer


def _whole(value: str) -> int:
    return int(value) if value.isdigit() and len(value) < 10 else 0
