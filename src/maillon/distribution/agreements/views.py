"""Agreements: their list, their page, their text, and how they are signed. No GET signs anything."""

import smtplib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from maillon.distribution.agreements import commands, queries, rules, strokes
from maillon.distribution.agreements.commands import Signature
from maillon.distribution.agreements.document import pdf
from maillon.distribution.agreements.forms import (
    CancelForm,
    CardForm,
    ChannelForm,
    CodeForm,
    ScanForm,
    StrokesForm,
    initial_of,
)
from maillon.distribution.agreements.models import Agreement, Item, Paper
from maillon.distribution.agreements.text import Party, side_by_side
from maillon.distribution.agreements.vocabulary import AgreementState, Channel, Way
from maillon.distribution.appointments.queries import booked
from maillon.distribution.appointments.reminders import gateway
from maillon.distribution.desk import commands as desk
from maillon.kernel import codes, events
from maillon.kernel.access import access
from maillon.kernel.documents.typography import typeset
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.http import Request
from maillon.needs.contacts import phone_shown
from maillon.needs.models import Request as Need
from maillon.needs.vocabulary import Beneficiary

SHOWN = 25  # a page: each is a card on a phone


def found(request: Request, code: str) -> Agreement:
    """The agreement of this address, its code written any way a person may. Raises NotFound."""
    parsed = codes.parse(code)
    if not isinstance(parsed, str):
        raise NotFound
    return queries.agreement_by_code(request.actor, parsed)


@access("handover.view")
@require_safe
def agreements(request: Request) -> HttpResponse:
    visible = Agreement.objects.visible_to(request.actor).select_related("lender", "prescriber", "request")
    state = request.GET.get("state", "")
    if state in AgreementState.values:
        visible = visible.filter(state=state)
    after = request.GET.get("apres", "")
    rows = list(queries.after_code(visible, after).order_by("-created_at", "id")[: SHOWN + 1])
    context = {
        "rows": rows[:SHOWN],
        "state": state,
        "states": AgreementState.choices,
        "first": f"?state={state}" if after else "",
        "more": f"?state={state}&apres={rows[SHOWN - 1].code}" if len(rows) > SHOWN else "",
    }
    return render(request, "distribution/agreements.html", context)


@access("handover.do")
@never_cache
def prepare(request: Request, code: str) -> HttpResponse:
    """An agreement for the machines promised to a request."""
    parsed = codes.parse(code)
    promises = (
        list(
            queries.free_promises(request.actor)
            .filter(request__code=parsed)
            .select_related("device", "device__holder", "request", "request__prescriber")
            .order_by("device__holder__name", "device__number")
        )
        if isinstance(parsed, str)
        else []
    )
    if not promises:
        return _made_already(request, code)
    need: Need = promises[0].request
    known: Party | None = None
    if request.method != "POST":
        minor = need.beneficiary == Beneficiary.PUPIL
        known = commands.known_party(actor=request.actor, request_id=need.pk, minor=minor)
    initial = {"place": _expected_at(need), **(asdict(known) if known else {})}
    initial["phone"] = phone_shown(initial.get("phone", ""))
    form = CardForm(request.POST or None, actor=request.actor, request=need, initial=initial)
    context = {"need": need, "promises": promises, "form": form, "known": known}
    if request.method != "POST" or not form.is_valid():
        return render(request, "distribution/prepare.html", context, status=422 if form.errors else 200)
    try:
        made = commands.prepare(actor=request.actor, request_id=need.pk, card=form.card)
    except Refusal as refused:
        return render(request, "distribution/prepare.html", {**context, "refused": refused}, status=409)
    except NotFound:  # someone was faster, or the button was pressed twice
        return _made_already(request, code)
    return redirect("desk:agreement", made.code)


def _made_already(request: Request, code: str) -> HttpResponse:
    """To the agreement that holds what was promised. Raises NotFound: there is none that this person sees."""
    visible = Agreement.objects.visible_to(request.actor).exclude(state=AgreementState.CANCELLED)
    made: Agreement | None = visible.filter(request__code=codes.parse(code)).order_by("-created_at").first()
    if made is None:
        raise NotFound
    messages.info(request, _("An agreement was made for this request already: here it is."))
    return redirect("desk:agreement", made.code)


def _expected_at(need: Need) -> UUID | None:
    """Where the person comes: the place of the appointment, or the only one of the request. Two queries."""
    appointment = booked(need)
    if appointment:
        return appointment.place_id
    places = list(need.places.values_list("pk", flat=True)[:2])
    return places[0] if len(places) == 1 else None


@access("handover.view")
@require_safe
def agreement(request: Request, code: str) -> HttpResponse:
    return _page(request, found(request, code))


def _page(request: Request, shown: Agreement, *, status: int = 200, **more: Any) -> HttpResponse:
    ended = shown.ended_at
    context = {
        "agreement": shown,
        "items": queries.items_of(shown),
        "may_read": queries.may_read(request.actor, shown) and not shown.purged_at and shown.state != "cancelled",
        "may_decide": queries.may_decide(request.actor, shown),
        "may_act": request.actor.may("handover.do"),
        "kept_until": rules.kept_until(queries.local_day(ended)) if ended else None,
        "scan": shown.papers.filter(kind=Paper.Kind.SCAN).exists(),
        "today": queries.today(),
        "timeline": [{"at": entry.at, "sentence": events.sentence(entry)} for entry in queries.timeline_of(shown)],
    }
    return render(request, "distribution/agreement.html", {**context, **more}, status=status)


@access("handover.do")
@never_cache
def change(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    if not queries.may_read(request.actor, shown):
        raise NotAllowed("handover.do")
    context: dict[str, Any] = {"agreement": shown, "need": shown.request}
    try:
        if request.method != "POST":
            if shown.state != AgreementState.DRAFT:
                return redirect("agreements:agreement", shown.code)
            party = commands.read_party(actor=request.actor, agreement_id=shown.pk)
            form = CardForm(actor=request.actor, request=shown.request, initial=initial_of(shown, party))
            return render(request, "distribution/change.html", {**context, "form": form})
        form = CardForm(request.POST, actor=request.actor, request=shown.request)
        if not form.is_valid():
            return render(request, "distribution/change.html", {**context, "form": form}, status=422)
        try:
            commands.change(actor=request.actor, agreement_id=shown.pk, card=form.card)
        except Refusal as refused:
            now = found(request, code)
            if now.state == AgreementState.DRAFT:  # what was typed stays, beside what is to be changed
                context |= {"form": form, "refused": refused}
                return render(request, "distribution/change.html", context, status=409)
            return _page(request, now, status=409, refused=refused)
    except Refusal as refused:
        return _page(request, found(request, code), status=409, refused=refused)
    return redirect("desk:agreement", shown.code)


@access("handover.do")
def cancel(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    if not queries.may_read(request.actor, shown):
        raise NotAllowed("handover.do")
    form = CancelForm(request.POST or None)
    context = {"agreement": shown, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "distribution/cancel.html", context, status=422 if form.errors else 200)
    try:
        desk.call_off(actor=request.actor, agreement_id=shown.pk, reason=form.cleaned_data["reason"])
    except Refusal as refused:
        return _page(request, found(request, code), status=409, refused=refused)
    messages.success(request, _("The agreement is cancelled, and the name it held is erased."))
    return redirect("desk:home")


# -- reading: each is journalled -------------------------------------------------------------------------------------


@access("handover.view")
@require_safe
@never_cache
def text(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    try:
        shown, told, digest = commands.read_text(actor=request.actor, agreement_id=shown.pk)
        drawn = commands.read_paper(actor=request.actor, agreement_id=shown.pk, kind=Paper.Kind.SIGNATURE)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    path = strokes.svg_path(strokes.parse(drawn[1].decode())) if drawn else ""
    told = side_by_side(_with_pictures(told, queries.items_of(shown)))
    return render(request, "distribution/text.html", {"agreement": shown, "text": told, "digest": digest, "path": path})


def _with_pictures(told: dict[str, Any], items: list[Item]) -> dict[str, Any]:
    """The same text to show: each machine with the addresses of the photos that its words, and so the hash, name."""
    address = {photo.digest: reverse("desk:picture", args=[photo.pk]) for item in items for photo in item.photos.all()}
    machines = [
        {**machine, "pictures": [address[digest] for digest in machine["photos"] if digest in address]}
        for machine in told["machines"]
    ]
    return {**told, "machines": machines}


@access("handover.view")
@require_safe
@never_cache
def document(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    try:
        shown, told, digest = commands.read_text(actor=request.actor, agreement_id=shown.pk, what="pdf")
        drawn = commands.read_paper(actor=request.actor, agreement_id=shown.pk, kind=Paper.Kind.SIGNATURE)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    return pdf_response(shown, told, digest, drawn[1] if drawn else None)


def pdf_response(shown: Agreement, told: dict[str, Any], digest: str, drawn: bytes | None) -> HttpResponse:
    data = pdf(
        told,
        digest=digest,
        signed_at=shown.signed_at,
        way=shown.way,
        path=strokes.svg_path(strokes.parse(drawn.decode())) if drawn else "",
        at=shown.signed_at or shown.created_at,
        fictitious=shown.territory.fictitious,
    )
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="convention-{shown.code}.pdf"'
    return answer


@access("handover.view")
@require_safe
@never_cache
def scan(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    try:
        kept = commands.read_paper(actor=request.actor, agreement_id=shown.pk, kind=Paper.Kind.SCAN)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    if kept is None:
        raise NotFound
    paper, data = kept
    answer = HttpResponse(data, content_type=paper.content_type)
    ending = "pdf" if paper.content_type == "application/pdf" else "jpg"
    answer["Content-Disposition"] = f'attachment; filename="convention-{shown.code}-signee.{ending}"'
    return answer


@access("handover.view")
@require_safe
@never_cache
def export(request: Request, code: str) -> HttpResponse:
    shown = found(request, code)
    try:
        data = commands.export(actor=request.actor, agreement_id=shown.pk)
    except Refusal as refused:
        return _page(request, shown, status=409, refused=refused)
    answer = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="convention-{shown.code}.json"'
    return answer


# -- signing ---------------------------------------------------------------------------------------------------------


@access("handover.do")
@never_cache
def sign(request: Request, code: str) -> HttpResponse:
    """The text, and the three ways to sign it."""
    shown = found(request, code)
    if not queries.may_read(request.actor, shown):
        raise NotAllowed("handover.do")
    if shown.state != AgreementState.DRAFT:
        return redirect("agreements:agreement", shown.code)
    if request.method != "POST":
        return _sign_page(request, shown)
    way = request.POST.get("way", "")
    form: StrokesForm | ScanForm | CodeForm
    try:
        if way == Way.FINGER:
            form = StrokesForm(request.POST)
            given = Signature(Way.FINGER, strokes=form.cleaned_data["strokes"] if form.is_valid() else "")
        elif way == Way.PAPER:
            form = ScanForm(request.POST, request.FILES)
            if not form.is_valid():
                return _sign_page(request, shown, status=422, scan_form=form)
            given = Signature(Way.PAPER, scan=form.read())
        elif way == Way.CODE:
            form = CodeForm(request.POST)
            if not form.is_valid():
                return _sign_page(request, shown, status=422, code_form=form)
            given = Signature(Way.CODE, code=form.cleaned_data["code"])
        else:
            raise Refusal(_("Choose how to sign."))
        commands.sign(
            actor=request.actor,
            agreement_id=shown.pk,
            text_sha256=request.POST.get("text", ""),
            signature=given,
        )
    except Refusal as refused:
        return _sign_page(request, found(request, code), status=409, refused=refused, tried=way)
    return redirect("desk:done", shown.code)


def _sign_page(request: Request, shown: Agreement, *, status: int = 200, **more: Any) -> HttpResponse:
    if shown.state != AgreementState.DRAFT:
        return _page(request, shown, status=status, **more)
    every = queries.items_of(shown)
    items = [item for item in every if item.state == "prepared"]
    if not items or any(item.prepared_at is None for item in items):
        return redirect("desk:agreement", shown.code)
    shown, told, digest = commands.read_text(actor=request.actor, agreement_id=shown.pk)
    living = getattr(shown, "one_time_code", None)
    context = {
        "agreement": shown,
        "text": side_by_side(_with_pictures(told, every)),
        "digest": digest,
        "scan_form": ScanForm(),
        "code_form": CodeForm(),
        "channel_form": ChannelForm(),
        "code_made": living if living and living.usable else None,
        "width": strokes.WIDTH,
        "height": strokes.HEIGHT,
    }
    return render(request, "distribution/sign.html", {**context, **more}, status=status)


@access("handover.do")
@require_POST
def make_code(request: Request, code: str) -> HttpResponse:
    """Make a one-time code; it goes to the person, never to this page."""
    shown = found(request, code)
    if not queries.may_read(request.actor, shown):
        raise NotAllowed("handover.do")
    form = ChannelForm(request.POST)
    if not form.is_valid():
        return _sign_page(request, shown, status=422, channel_form=form, tried=Way.CODE)
    channel = form.cleaned_data["channel"]
    try:
        secret, party, told = commands.make_code(actor=request.actor, agreement_id=shown.pk, channel=channel)
        try:
            if channel == Channel.EMAIL:
                _send(secret, party, told)
            elif channel == Channel.SMS:
                _send_short(secret, party, told)
        except Refusal:
            commands.void_code(actor=request.actor, agreement_id=shown.pk)
            raise
    except Refusal as refused:
        return _sign_page(request, found(request, code), status=409, refused=refused, tried=Way.CODE)
    if channel != Channel.FAMILY:
        messages.success(request, _("The code was sent. The person reads it to you, or types it here."))
    else:
        messages.success(request, _("The code is on the person's own page, opened with the codes of their letter."))
    return redirect(f"{reverse('agreements:sign', args=[shown.code])}#code")


def _send(secret: str, party: Party, told: dict[str, Any]) -> None:
    """By e-mail, with the text it signs: no link, so that nothing is signed by opening it.

    Raises Refusal: what a mail server answers holds the address, which no log may keep.
    """
    with override(told["language"]):
        lines = [
            _("Your code to sign: %(code)s") % {"code": secret},
            _("Tell it to the person who hands over your machines, only if you agree with the text below."),
            _("It is valid for 24 hours. Nobody calls you to ask for it."),
            "",
        ]
        subject = _("Your code to sign the agreement")
    lines += [line for part in _plain(side_by_side(told)) for line in part if line]
    try:
        send_mail(subject, "\n".join(lines), None, [party.email])
    except (smtplib.SMTPException, OSError, ValueError):
        raise Refusal(
            _("The code could not be sent by e-mail."), _("Check the address, wait a little, or sign another way.")
        ) from None


def _plain(shown: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The text as an e-mail holds it: each line, then its French where it has one. shown: of `side_by_side`."""
    yield tuple(shown["note"])
    yield tuple(shown["title"])
    for label, value in shown["parties"]:
        french = f"{label[1] or label[0]} : {value[1] or value[0]}" if label[1] or value[1] else ""
        yield f"{label[0]} : {value[0]}", french
    for machine in shown["machines"]:
        yield (f"- {machine['title'][0]} ({machine['code'][0]}, {machine['serial'][0]})",)
    for section in shown["sections"]:
        yield ("\n" + section["heading"][0], section["heading"][1])
        for words, french in section["sentences"]:
            yield f"- {words}", french and f"  {french}"
    yield "\n" + shown["agreed"][0], shown["agreed"][1]


def _send_short(secret: str, party: Party, told: dict[str, Any]) -> None:
    """By text message, which names the text: it is read at the desk, on the screen or on paper. No link either.

    Raises Refusal.
    """
    with override(told["language"]):
        known = {"code": secret, "title": told["title"], "agreement": codes.pretty(told["code"])}
        message = _(
            "Your code to sign: %(code)s. %(title)s %(agreement)s. "
            "Read the text first. You agree? Tell this code to who hands over your machines. Valid 24 hours."
        )
        short = typeset(message % known, told["language"])
    try:
        gateway.send(party.phone, short)
    except gateway.NotSent:
        raise Refusal(
            _("The code could not be sent by text message."),
            _("Check the number, wait a little, or sign another way."),
        ) from None
