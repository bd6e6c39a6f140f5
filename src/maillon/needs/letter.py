"""The letter a prescriber prints for a family: where its request is and why, its code, its secret code, where to look,
what to do without Internet. Whoever opens no page reads here what the page says.

    letter.add_reasons(reasons)   what another link of the chain says of why, as sentences
    letter.add_day(sentences)     what another link says of the day on which a promised computer is fetched

Words for everyone: short sentences, one idea each, no jargon. The same request, person, code and day give the same
bytes.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.kernel import codes, qr, wording
from maillon.kernel.documents import render
from maillon.kernel.documents.typography import typeset
from maillon.needs.contacts import phone_shown
from maillon.needs.identities import Person
from maillon.needs.models import Request
from maillon.needs.vocabulary import Language, RequestState
from maillon.territory.models import Organisation

TEMPLATE = "request_letter.typ"

Reasons = Callable[[Request], Iterable[str]]
_reasons: dict[str, Reasons] = {}


def add_reasons(source: Reasons) -> None:
    """Plain sentences on why the request is where it is. Adding the same function again replaces it."""
    _reasons[f"{source.__module__}.{source.__qualname__}"] = source


_days: dict[str, Reasons] = {}


def add_day(source: Reasons) -> None:
    """Plain sentences on when and where a promised computer is fetched. Adding the same again replaces it."""
    _days[f"{source.__module__}.{source.__qualname__}"] = source


def pdf(request: Request, person: Person, pin: str, at: datetime | None = None) -> bytes:
    """One page, PDF/UA, in the reader's language when we have it: English, French otherwise."""
    lang = "en" if request.language == Language.ENGLISH else "fr"
    at = at or timezone.now()
    with translation.override(lang):
        return render(TEMPLATE, _data(request, person, pin, lang, at), date=at, lang=lang)


def _data(request: Request, person: Person, pin: str, lang: str, at: datetime) -> dict[str, Any]:
    address = f"{settings.SITE_URL}/suivi/"
    code = qr.code(f"{address}?c={request.code}")
    prescriber = request.prescriber
    words = {
        "title": _("Your request for a computer"),
        "code": _("Your code"),
        "pin": _("Your secret code"),
        "secret": _("Keep this letter. Do not show your secret code: it opens your page."),
        "today": _("Where is my request today?"),
        "why": _("Why?"),
        "look": _("To see where it is, any day"),
        "look_how": _("Scan this square with a telephone. Or open this address:"),
        "then": _("Write your code and your secret code. You need no account."),
        "can": _("On your page, you can:"),
        "no_internet": _("You have no Internet?"),
        "no_internet_how": _("You lose nothing. You can ask everything to:"),
        "lost": _("You lost this letter? Ask for another one: the old secret code stops working."),
        "data": _("Your data"),
        "qr_alt": _("QR code of the page that follows this request"),
        "fictitious": _("Demonstration: this letter is for nobody. Names are invented.") if settings.DEMO else "",
        "footer": _("Made by Maillon, free software."),
    }
    return {
        "words": {key: typeset(text, lang) for key, text in words.items()},
        "to": [person.name, *([person.contact] if person.contact else []), *person.address.splitlines()],
        "day": wording.long_date(timezone.localdate(at)),
        "asked": typeset(asked(request), lang),
        "where": [typeset(sentence, lang) for sentence in where(request)],
        "why": [typeset(sentence, lang) for source in _reasons.values() for sentence in source(request)],
        "code": codes.pretty(request.code),
        "pin": f"{pin[:3]} {pin[3:]}",
        "url": address,
        "qr": {"path": code.path, "modules": code.modules},
        "can": [
            typeset(sentence, lang)
            for sentence in (
                _("ask that a person looks again at a decision;"),
                _("say that you still need a computer, or that you do not;"),
                _("read your data, or ask for their erasure."),
            )
        ],
        "prescriber": prescriber.name,
        "reach": reach(prescriber),
        "data": typeset(
            _(
                "Only %(prescriber)s reads your name and how to reach you. The others see your code. "
                "Your name is erased 2 years after your last contact."
            )
            % {"prescriber": prescriber.name},
            lang,
        ),
    }


def asked(request: Request) -> str:
    """One plain sentence: how many machines, and what for."""
    said = {"count": wording.number(request.quantity), "use": request.use_label}
    return (
        ngettext(
            "You asked for %(count)s computer. It is for: %(use)s.",
            "You asked for %(count)s computers. They are for: %(use)s.",
            request.quantity,
        )
        % said
    )


def where(request: Request) -> list[str]:
    """The words of the family's page for each state, what happens next after them."""
    who = {"who": request.prescriber.name}
    if request.state == RequestState.PROMISED and (
        days := [day for source in _days.values() for day in source(request)]
    ):
        return [_("A computer is kept for you."), _("Nobody else can take it."), *days]
    match RequestState(request.state):
        case RequestState.WAITING:
            more = _(
                "There are more requests than computers. You have not been forgotten: the longer you wait, the more it "
                "counts."
            )
            told = _("When a computer is kept for you, %(who)s tells you. You have nothing to do.") % who
            return [_("You are on the waiting list."), more, told]
        case RequestState.PROMISED if request.delivery:
            told = _("Nobody else can take it. %(who)s tells you the day it is brought to you.") % who
            return [_("A computer is kept for you."), told]
        case RequestState.PROMISED:
            told = _("Nobody else can take it. %(who)s tells you the day and the place to fetch it.") % who
            return [_("A computer is kept for you."), told]
        case RequestState.SERVED:
            return [_("You have your computer."), _("It does not work well? You can ask for help, free of charge.")]
        case RequestState.WITHDRAWN:
            return [
                _("Your request is closed."),
                _("Is it a mistake? Tell the person who follows you: they can open it again."),
            ]
        case RequestState.EXPIRED:
            again = _("Do you still need a computer? Tell the person who follows you: they file a new request.")
            return [_("Your request is closed: we had no news."), again]


def reach(organisation: Organisation) -> list[str]:
    """Where to find the prescriber: address, telephone, e-mail, those that are known."""
    place = ", ".join(part for part in (organisation.address, str(organisation.commune or "")) if part)
    return [part for part in (place, phone_shown(organisation.phone), organisation.email) if part]
