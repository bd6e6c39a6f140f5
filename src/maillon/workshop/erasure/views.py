"""The list of what must be erased and of what was proved."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillon.kernel.access import access
from maillon.kernel.http import Request
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
