"""The pages of jobs: what was asked, how far it is, how it ended."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from maillon.kernel.access import access
from maillon.kernel.errors import NotFound
from maillon.kernel.http import Request
from maillon.kernel.jobs import queries


@access("jobs.view")
@require_GET
def job_list(request: Request) -> HttpResponse:
    before = request.GET.get("before", "")
    try:
        page = queries.job_page(request.actor, UUID(before) if before else None)
    except ValueError as error:
        raise NotFound from error
    return render(request, "kernel/jobs.html", {"page": page})


@access("jobs.view")
@require_GET
@vary_on_headers("HX-Request")
def job(request: Request, job_id: UUID) -> HttpResponse:
    """The page, or for htmx the part of it that changes."""
    template = "kernel/_job.html" if request.htmx else "kernel/job.html"
    return render(request, template, {"job": queries.job_row(request.actor, job_id)})
