"""The ledger's public face: the signed checkpoints, for whoever wants to keep one and check the past against it."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import NotFound
from maillon.kernel.http import Request
from maillon.kernel.ledger import keys
from maillon.kernel.ledger.checkpoints import statement_of
from maillon.kernel.ledger.models import Checkpoint

SHOWN = 31


def _shown(checkpoint: Checkpoint) -> dict[str, Any]:
    statement = statement_of(checkpoint)
    key = keys.public_keys().get(checkpoint.key_id)
    holds = key is not None and key.signed(bytes.fromhex(checkpoint.signature), statement.signed_bytes())
    return {"checkpoint": checkpoint, "statement": statement, "holds": holds}


@access(EVERYONE)
@require_safe
def register(request: Request) -> HttpResponse:
    """The latest checkpoints, each with whether its signature holds. No event, no name: counts and hashes."""
    latest = [_shown(checkpoint) for checkpoint in Checkpoint.objects.order_by("-number")[:SHOWN]]
    return render(request, "kernel/register.html", {"latest": latest, "key": keys.public_key()})


@access(EVERYONE)
@require_safe
def statement(request: Request, number: int) -> HttpResponse:
    """One signed statement, to keep elsewhere."""
    checkpoint = Checkpoint.objects.filter(number=number).first()
    if checkpoint is None:
        raise NotFound
    return JsonResponse({"statement": asdict(statement_of(checkpoint)), "signature": checkpoint.signature})
