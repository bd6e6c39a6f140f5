"""The slip of a request for help, on paper: for the person, or tied to the machine that was left."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext

from maillon.distribution.help import queries
from maillon.distribution.help.models import Ticket
from maillon.kernel import codes, qr, wording
from maillon.kernel.documents import render
from maillon.kernel.documents.typography import typeset

TEMPLATE = "help_slip.typ"


def slip(ticket: Ticket) -> bytes:
    """One page, in the active language. Nothing that the person told, nobody's name."""
    lang = "en" if (get_language() or "fr").startswith("en") else "fr"
    return render(TEMPLATE, _data(ticket, lang), date=ticket.opened_at, lang=lang)


def _data(ticket: Ticket, lang: str) -> dict[str, Any]:
    url = f"{settings.SITE_URL}{reverse('help:follow', args=[ticket.code])}"
    code, helper = qr.code(url), queries.helper(ticket.device)
    rows = [
        (gettext("Machine"), f"{ticket.device.title} · {codes.pretty(ticket.device.code)}"),
        (gettext("What is wrong"), ticket.get_symptom_display()),
        (gettext("Asked on"), wording.long_date(ticket.opened_at)),
        (gettext("The machine"), _whereabouts(ticket)),
        (gettext("Who helps"), " · ".join(filter(None, [helper.name, helper.phone]))),
    ]
    words = {
        "title": gettext("Request for help"),
        "code_title": gettext("Your code"),
        "where": gettext("Where does it stand?"),
        "how": gettext("Scan this, open this address, or call and give your code. No account is needed."),
        "keep": gettext("Keep this paper: it is asked for when you fetch your machine.") if ticket.place else "",
        "qr_alt": gettext("QR code leading to the page of this request for help"),
        "footer": gettext("Made by Maillon, free software."),
    }
    return {
        "words": {name: typeset(sentence, lang) for name, sentence in words.items()},
        "organisation": helper.name,
        "code": codes.pretty(ticket.code),
        "rows": [[label, value] for label, value in rows],
        "url": url,
        "qr": {"path": code.path, "modules": code.modules},
    }


def _whereabouts(ticket: Ticket) -> str:
    if ticket.place:
        return gettext("left at %(place)s") % {"place": ticket.place.name}
    return gettext("stays with the person")
