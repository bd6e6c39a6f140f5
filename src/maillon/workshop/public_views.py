"""What anyone may see: the passport behind a label, a certificate and its verification."""

import json

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from maillon.kernel import codes, guesses
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import NotFound
from maillon.kernel.http import Request
from maillon.kernel.ledger import keys
from maillon.workshop import additions, passport
from maillon.workshop.erasure import certificate
from maillon.workshop.models import Device, Erasure


def _code(text: str) -> str:
    parsed = codes.parse(text)
    if not isinstance(parsed, str):
        raise NotFound
    return parsed


def _device(request: Request, code: str) -> Device:
    """Raises NotFound, TooManyGuesses: the stock of a territory is not to be listed code after code."""
    guesses.allow(request, "device")
    shown: Device | None = Device.objects.filter(code=_code(code)).first()
    if shown is None:
        guesses.missed(request, "device")
        raise NotFound
    return shown


@access(EVERYONE)
@require_safe
def label(request: Request, code: str) -> HttpResponse:
    """What a label's QR opens: the passport, or the device's own page for who may see it."""
    shown = _device(request, code)
    if request.actor.may("stock.view") and Device.objects.visible_to(request.actor).filter(pk=shown.pk).exists():
        return redirect("workshop:device", shown.code)
    return redirect("public-passport", shown.code)


@access(EVERYONE)
@require_safe
def find_label(request: Request) -> HttpResponse:
    """The machine of a label that cannot be scanned: its code is typed. `code` absent: the form alone."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return render(request, "workshop/find_label.html")
    parsed = codes.parse(typed)
    if not isinstance(parsed, str):
        return render(request, "workshop/find_label.html", {"typed": typed, "wrong": parsed.message}, status=404)
    try:
        return redirect("label", _device(request, parsed).code)
    except NotFound:
        wrong = _("No machine has this code. Read the label again.")
        return render(request, "workshop/find_label.html", {"typed": typed, "wrong": wrong}, status=404)


@access(EVERYONE)
@require_safe
def device_passport(request: Request, code: str) -> HttpResponse:
    """No serial number, no place, no person: what it is, what was done, how to get help."""
    shown = _device(request, code)
    told = passport.passport(shown)
    if "application/ld+json" in request.headers.get("Accept", ""):
        return JsonResponse(passport.json_ld(told), content_type="application/ld+json")
    context = {"passport": told, "json_ld": passport.json_ld(told)}
    context["more"] = additions.shown(additions.PASSPORT, request.actor, shown)
    return render(request, "workshop/passport.html", context)


@access(EVERYONE)
@require_safe
def passport_data(request: Request, code: str) -> HttpResponse:
    shown = _device(request, code)
    return JsonResponse(passport.json_ld(passport.passport(shown)), content_type="application/ld+json")


def _certificate(request: Request, number: str) -> Erasure:
    """Raises NotFound, TooManyGuesses: a certificate names people, and is for those who hold its number."""
    guesses.allow(request, "certificate")
    row: Erasure | None = Erasure.objects.select_related("medium").filter(number=_code(number)).first()
    if row is None:
        guesses.missed(request, "certificate")
        raise NotFound
    return row


@access(EVERYONE)
@require_safe
def certificate_page(request: Request, number: str) -> HttpResponse:
    """Anyone who holds the number sees the certificate, and whether its signature holds."""
    row = _certificate(request, number)
    context = {"shown": certificate.shown(row), "since": certificate.since(row)}
    return render(request, "workshop/certificate.html", context)


@access(EVERYONE)
@require_safe
def certificate_data(request: Request, number: str) -> HttpResponse:
    """The signed statement, its signature and the key: all that is needed to verify it elsewhere."""
    row = _certificate(request, number)
    body = {"statement": row.statement, "signature": row.signature, "public_key": keys.public_key().pem()}
    response = HttpResponse(json.dumps(body, ensure_ascii=False, indent=1), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="effacement-{row.number}.json"'
    return response


@access(EVERYONE)
@require_safe
def certificate_pdf(request: Request, number: str) -> HttpResponse:
    row = _certificate(request, number)
    pdf = certificate.pdf(row, get_language() or settings.LANGUAGE_CODE)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="effacement-{row.number}.pdf"'
    return response


@access(EVERYONE)
@require_safe
@cache_control(max_age=3600, public=True)
def public_key(request: Request) -> HttpResponse:
    """The keys that sign certificates and checkpoints here, in PEM, the one in use first."""
    pem = "".join(key.pem() for key in keys.public_keys().values())
    return HttpResponse(pem, content_type="application/x-pem-file")
