"""Files out of the stock, and back."""

import tempfile

from django import forms
from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from maillon.kernel.access import access
from maillon.kernel.errors import Refusal
from maillon.kernel.http import Request
from maillon.workshop.stock import export as files
from maillon.workshop.stock import importing, queries
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.forms import SelectionForm

MOST_SHOWN = 500  # lines of a plan on its page; the counts tell all of them


@access("stock.export")
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: Request) -> HttpResponseBase:
    """The ticked machines, or all those of the filters. `format`: csv or ods."""
    form = SelectionForm(request.POST if request.method == "POST" else QueryDict())
    numbers: list[int] | None = None
    filters = StockFilters.of(request.GET)
    if request.method == "POST" and form.is_valid():
        filters = StockFilters.of(QueryDict(form.cleaned_data["filters"]))
        if form.cleaned_data["ids"] and not form.cleaned_data["every"]:
            numbers = queries.selected_numbers(request.actor, form.cleaned_data["ids"])
    rows = files.device_rows(request.actor, filters, numbers)
    name = f"stock-{timezone.localdate().isoformat()}"
    if request.POST.get("format", request.GET.get("format")) != "ods":
        response = StreamingHttpResponse(files.csv_lines(rows), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    target = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    try:
        files.write_ods(rows, target)
    except Refusal as refused:
        target.close()
        return render(request, "workshop/stock/selection.html", {"refused": refused}, status=409)
    target.seek(0)
    type_ = "application/vnd.oasis.opendocument.spreadsheet"
    return FileResponse(target, as_attachment=True, filename=f"{name}.ods", content_type=type_)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Corrected export"),
        help_text=_("CSV, ODS or XLSX, with the titles of an export on its first line."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.ods,.xlsx,.txt"}),
    )


@access("stock.move")
@require_http_methods(["GET", "HEAD", "POST"])
def import_(request: Request) -> HttpResponse:
    """A form, then the plan of the file, then (with the plan handed back) what was done."""
    template = "workshop/stock/import.html"
    if request.method != "POST":
        return render(request, template, {"form": ImportForm()})
    try:
        if seal := request.POST.get("plan"):
            return render(request, template, {"applied": importing.apply(seal, request.actor)})
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return render(request, template, {"form": form}, status=422)
        plan = importing.plan(form.cleaned_data["file"].read(), request.actor)
    except Refusal as refused:
        return render(request, template, {"form": ImportForm(), "refused": refused}, status=409)
    context = {
        "plan": plan,
        "changed": plan.changed[:MOST_SHOWN],
        "refusals": plan.refused[:MOST_SHOWN],
        "changed_count": len(plan.changed),
        "refused_count": len(plan.refused),
        "most_shown": MOST_SHOWN,
        "seal": importing.sealed(plan) if plan.changed else "",
        "form": ImportForm(),
    }
    return render(request, template, context)
