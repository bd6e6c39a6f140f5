"""The page of the priority districts: which are known, and their import by the coordination."""

import re
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from maillon.kernel.access import access
from maillon.kernel.errors import NotAllowed, Refusal
from maillon.kernel.http import Request
from maillon.territory import districts as importing
from maillon.territory.models import District, Organisation

SHOWN = 200


class DistrictsForm(forms.Form):
    file = forms.FileField(
        label=_("File of the districts"),
        help_text=_(
            "“Quartiers prioritaires de la politique de la ville” of data.gouv.fr: the archive, its GeoJSON in degrees "
            "(WGS84), or a table (CSV, ODS, XLSX)."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.geojson,.json,.csv,.ods,.xlsx"}),
    )
    departments = forms.CharField(
        label=_("Departments"),
        required=False,
        help_text=_("Such as 44 or 44, 49. Empty: the whole file."),
        max_length=400,
    )
    remove = forms.BooleanField(
        label=_("Remove the districts of these departments that the file no longer holds"),
        help_text=_("Those that a request uses stay."),
        required=False,
    )

    def clean_departments(self) -> list[str]:
        said = re.split(r"[\s,;]+", self.cleaned_data["departments"].strip())
        wrong = [one for one in said if one and not re.fullmatch(r"\d{1,3}|2[ABab]", one)]
        if wrong:
            raise forms.ValidationError(
                _("“%(code)s” is not the number of a department: write it as 44, 2A or 974."),
                params={"code": wrong[0][:20]},
            )
        return [one for one in said if one]


@access("organisation.change")
@require_http_methods(["GET", "HEAD", "POST"])
def districts(request: Request) -> HttpResponse:
    if not request.actor.oversees:
        raise NotAllowed("organisation.change")
    here = Organisation.objects.select_related("commune").get(pk=request.actor.home).commune
    context: dict[str, Any] = {}
    initial = {"departments": importing.department_of_commune(here.code) if here else ""}
    form = DistrictsForm(request.POST or None, request.FILES or None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            done = importing.import_districts(
                actor=request.actor,
                data=file.read(),
                name=file.name,
                departments=form.cleaned_data["departments"],
                remove=form.cleaned_data["remove"],
            )
            context |= {"done": done, "sentences": importing.summary(done), "problems": done.problems[:SHOWN]}
            context["problems_more"] = max(0, len(done.problems) - SHOWN)
        except Refusal as refused:
            context["refused"], status = refused, 409
    elif form.errors:
        status = 422
    near = District.objects.order_by("name", "code").prefetch_related("communes")
    if here and here.grouping_siren:
        near = near.filter(communes__grouping_siren=here.grouping_siren).distinct()
    shown = list(near[: SHOWN + 1])
    context |= {
        "form": form,
        "count": District.objects.count(),
        "versions": District.objects.order_by()
        .values("version")
        .annotate(count=Count("pk"))
        .order_by("-count", "version"),
        "here": here,
        "districts": shown[:SHOWN],
        "more": len(shown) > SHOWN,
    }
    return render(request, "territory/districts.html", context, status=status)
