"""Asking for help without an account, by the code of the machine's label, and seeing where it stands."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maillon.distribution.help import commands, queries
from maillon.distribution.help.forms import AskForm
from maillon.distribution.help.models import Ticket
from maillon.distribution.help.vocabulary import LEFT, Outcome, Source, TicketState
from maillon.kernel import codes, guesses
from maillon.kernel.access import EVERYONE, access
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.http import Request
from maillon.workshop.life import State
from maillon.workshop.models import Device

ASKED = "help"


def _device(request: Request, code: str) -> Device:
    """Raises NotFound, TooManyGuesses: counted with the passports, whose codes these are."""
    guesses.allow(request, "device")
    parsed = codes.parse(code)
    found: Device | None = Device.objects.filter(code=parsed).first() if isinstance(parsed, str) else None
    if found is None:
        guesses.missed(request, "device")
        raise NotFound
    return found


@access(EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, code: str) -> HttpResponse:
    """A telephone number first; then a form of three questions."""
    device = _device(request, code)
    form = AskForm(request.POST or None)
    refused: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        guesses.allow(request, ASKED)
        guesses.missed(request, ASKED)  # every request counts: thirty within ten minutes from one address
        try:
            ticket = commands.open_ticket(
                actor=commands.public(device),
                device=device,
                source=Source.FAMILY,
                symptom=form.cleaned_data["symptom"],
                told=form.words(),
            )
        except commands.AlreadyOpen as caught:
            if commands.same(caught.ticket, form.cleaned_data["symptom"], form.words()):
                return redirect("help:follow", caught.ticket.code)  # sent twice: the first answer may not have come
            refused = caught
        except Refusal as caught:
            refused = caught
        else:
            return redirect("help:follow", ticket.code)
    living = Ticket.objects.filter(device=device).exclude(state=TicketState.DONE).exists()
    context = {
        "device": device,
        "form": form,
        "refused": refused,
        "helper": queries.helper(device),
        "living": living,
        "out": device.state == State.HANDED_OVER,
    }
    return render(request, "help/ask.html", context, status=409 if refused else 422 if form.errors else 200)


@access(EVERYONE)
@require_safe
def find(request: Request) -> HttpResponse:
    """The code of a request for help is typed. `code` absent: the form alone."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return render(request, "help/find.html")
    parsed = codes.parse(typed)
    wrong = parsed.message if not isinstance(parsed, str) else ""
    if isinstance(parsed, str):
        try:
            return redirect("help:follow", _ticket(request, parsed).code)
        except NotFound:
            wrong = _("No request for help has this code. Read it again.")
    return render(request, "help/find.html", {"typed": typed, "wrong": wrong}, status=404)


def _ticket(request: Request, code: str) -> Ticket:
    """Raises NotFound, TooManyGuesses."""
    guesses.allow(request, "ticket")
    parsed = codes.parse(code)
    found = Ticket.objects.select_related("device", "place") if isinstance(parsed, str) else Ticket.objects.none()
    ticket: Ticket | None = found.filter(code=parsed).first()
    if ticket is None:
        guesses.missed(request, "ticket")
        raise NotFound
    return ticket


@access(EVERYONE)
@require_safe
def follow(request: Request, code: str) -> HttpResponse:
    """Where it stands, in plain words: nothing that was told, nobody's name."""
    ticket = _ticket(request, code)
    gone = ticket.outcome in LEFT
    waits_there = ticket.outcome == Outcome.FIXED and ticket.place is not None
    context = {
        "ticket": ticket,
        "helper": queries.helper(ticket.device),
        "gone": gone,
        "again": ticket.state == TicketState.DONE and not gone and not waits_there,
    }
    return render(request, "help/follow.html", context)
