"""Letters that recall what is coming: one page a person, in one PDF to print."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from maillon.distribution.appointments.reminders.handling import ToTell
from maillon.distribution.appointments.reminders.wording import language_of
from maillon.kernel import codes, wording
from maillon.kernel.documents import PAGES_AT_ONCE, render
from maillon.kernel.documents.typography import typeset
from maillon.needs.letter import reach

TEMPLATE = "reminders.typ"
MOST = PAGES_AT_ONCE


def pdf(rows: Sequence[ToTell], at: datetime | None = None) -> bytes:
    """rows: read with their people. Raises ValueError for none, or more than 100."""
    if not 1 <= len(rows) <= MOST:
        raise ValueError(f"Expected 1 to {MOST} letters, got {len(rows)}.")
    at = at or timezone.now()
    data = {
        "title": _("Reminders"),
        "footer": _("Made by Maillon, free software."),
        "letters": [_letter(row, at) for row in rows],
    }
    return render(TEMPLATE, data, date=at, lang="fr" if wording.french() else "en")


def _letter(row: ToTell, at: datetime) -> dict[str, Any]:
    request, person = row.requests[0], row.person
    lang = language_of(request.language)
    with override(lang):
        to = [person.name, person.contact, *person.address.splitlines()] if person else []
        return {
            "lang": lang,
            "from": request.prescriber.name,
            "reach": reach(request.prescriber),
            "to": [line for line in to if line],
            "day": wording.long_date(timezone.localdate(at)),
            "hello": typeset(_("Hello,"), lang),
            "title": row.words.title,
            "lines": row.words.lines,
            "after": row.words.after[:-1],  # its own heading says who writes
            "code": typeset(_("Your code: %(code)s") % {"code": codes.pretty(request.code)}, lang),
            "fictitious": typeset(_("Demonstration: this letter is for nobody. Names are invented."), lang)
            if settings.DEMO
            else "",
        }
