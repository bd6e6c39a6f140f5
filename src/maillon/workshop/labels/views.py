"""Labels for machines, one or a sheet."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from maillon.kernel import codes, labels, wording
from maillon.kernel.access import access
from maillon.kernel.http import Request
from maillon.workshop.labels.labelling import label_of
from maillon.workshop.life import State
from maillon.workshop.models import Device
from maillon.workshop.views import found

MOST = 1_000
STATES = (State.RECEIVED, State.INSPECTED, State.ERASED, State.INSTALLED, State.CHECKED, State.READY)


class LabelsForm(forms.Form):
    codes = forms.CharField(
        label=gettext_lazy("Codes"),
        widget=forms.Textarea(attrs={"rows": 4, "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("One a line, or separated by spaces. Leave empty for the last machines received."),
        required=False,
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Paper"), choices=[(key, found.name) for key, found in labels.FORMATS.items()]
    )
    start = forms.IntegerField(
        label=gettext_lazy("First free label of the sheet"), min_value=1, max_value=65, initial=1, required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        places = labels.FORMATS[cleaned.get("format", "L7160")].per_page
        if (cleaned.get("start") or 1) > places:
            self.add_error("start", _("This paper has %(count)d labels a sheet.") % {"count": places})
        return cleaned

    def clean_codes(self) -> list[str]:
        parsed = []
        for word in self.cleaned_data["codes"].split():
            code = codes.parse(word)
            if not isinstance(code, str):
                raise forms.ValidationError(f"{wording.colon(word)} {code.message}")
            parsed.append(code)
        if len(parsed) > MOST:
            raise forms.ValidationError(_("At most %(count)d labels at a time.") % {"count": MOST})
        return parsed


@access("stock.label")
@require_safe
def sheet(request: Request) -> HttpResponse:
    """The form; with its answers in the address, the PDF (so that a sheet can be made again)."""
    asked = "format" in request.GET
    form = LabelsForm(request.GET if asked else {"codes": request.GET.get("codes", ""), "format": "L7160", "start": 1})
    if not asked or not form.is_valid():
        status = 422 if asked else 200
        shown = form if asked else LabelsForm(initial={"codes": request.GET.get("codes", ""), "start": 1})
        return render(request, "workshop/labels.html", {"form": shown}, status=status)
    devices = Device.objects.visible_to(request.actor)
    if wanted := form.cleaned_data["codes"]:
        by_code = {device.code: device for device in devices.filter(code__in=wanted)}
        if missing := [codes.pretty(code) for code in wanted if code not in by_code]:
            form.add_error("codes", _("Not in your stock: %(codes)s.") % {"codes": ", ".join(missing)})
            return render(request, "workshop/labels.html", {"form": form}, status=422)
        chosen = [by_code[code] for code in wanted]
    else:
        chosen = list(devices.filter(state__in=[state.value for state in STATES]).order_by("-number")[:21])
    if not chosen:
        form.add_error("codes", _("There is no machine to label yet."))
        return render(request, "workshop/labels.html", {"form": form}, status=422)
    return pdf_answer(chosen, form.cleaned_data["format"], form.cleaned_data["start"] or 1)


@access("stock.label")
@require_safe
def one(request: Request, code: str) -> HttpResponse:
    device = found(request, code)
    format = request.GET.get("format", "62x29")
    return pdf_answer([device], format if format in labels.FORMATS else "62x29", 1)


def pdf_answer(devices: list[Device], format: str, start: int) -> HttpResponse:
    pdf = labels.pdf([label_of(device) for device in devices], labels.FORMATS[format], start=start)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="etiquettes.pdf"'
    return response
