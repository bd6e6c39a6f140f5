"""The list of what must be erased and of what was proved, and the benches that sign their reports."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maillon.kernel.access import access
from maillon.kernel.errors import Refusal
from maillon.kernel.http import Request
from maillon.workshop.erasure import benches
from maillon.workshop.forms import BenchForm
from maillon.workshop.life import MediumState
from maillon.workshop.models import Device, Erasure, Medium

SHOWN = 50


@access("stock.view")
@require_safe
def erasures(request: Request) -> HttpResponse:
    """Disks that wait, those that failed, and the last certificates. Four queries."""
    devices = Device.objects.visible_to(request.actor)
    media = Medium.objects.filter(device__in=devices).select_related("device").order_by("-created_at", "-id")
    rows = Erasure.objects.filter(medium__device__in=devices, proved=True, number__isnull=False)
    return render(
        request,
        "workshop/erasures.html",
        {
            "failed": media.filter(state=MediumState.FAILED.value)[:SHOWN],
            "waiting": media.filter(state=MediumState.TO_ERASE.value)[:SHOWN],
            "certificates": rows.select_related("medium__device").order_by("-recorded_at", "-id")[:SHOWN],
            "shown": SHOWN,
        },
    )


@access("benches.change")
def bench_list(request: Request) -> HttpResponse:
    """The benches of one's organisation; a new one is registered by its public key. One query."""
    form, refused = BenchForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            benches.register_bench(actor=request.actor, **form.cleaned_data)
        except Refusal as caught:
            refused = caught
        else:
            messages.success(request, _("The bench is registered: the reports that it signs are told from others."))
            return redirect("workshop:benches")
    status = 422 if form.errors else 409 if refused else 200
    context = {"benches": benches.benches_of(request.actor), "form": form, "refused": refused}
    return render(request, "workshop/benches.html", context, status=status)


@access("benches.change")
@require_POST
def withdraw(request: Request, bench_id: UUID) -> HttpResponse:
    benches.withdraw_bench(actor=request.actor, bench_id=bench_id)
    return redirect("workshop:benches")
