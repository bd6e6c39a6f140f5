"""How long a family's identity is kept, and why. Pure: no Django, no database, no clock.

The identity is erased, the request stays under its code with its commune: decisions can still be explained and counted.
"""

from datetime import date, timedelta

from maillon.hardware.messages import Message, _
from maillon.kernel.retention import Kept

ACTIVE_YEARS = 2  # after the last contact
CLOSED_DAYS = 90  # after a withdrawal: time to see that it was a mistake
NOTICE_DAYS = 60  # before the erasure, its prescriber is told
ERASURE_DAYS = 30  # to answer someone who asks for it

OURS = Message(_("ours, a judgement"))
CNIL_SOCIAL = Message(
    _("CNIL, délibération n° 2023-095 of 14 September 2023 (social support): 2 years after last contact")
)
REPORTED = Message(_("as reported by others, not read in its own text"))


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March for a 29 February that does not exist."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def years_before(day: date, years: int) -> date:
    """The last day whose `years_after` is at or before this day."""
    return years_after(day, -years) if (day.month, day.day) != (2, 29) else date(day.year - years, 2, 28)


def erased_on(last_contact: date, *, withdrawn_on: date | None) -> date:
    """The day from which an identity is erased.

    withdrawn_on: the day its request was withdrawn; None while it is open, or once it was served (whoever has one of
    our machines may need help: see `jobs.keep` for those that a loan still holds).
    """
    active = years_after(last_contact, ACTIVE_YEARS)
    return active if withdrawn_on is None else min(active, withdrawn_on + timedelta(days=CLOSED_DAYS))


RETENTION: tuple[Kept, ...] = (
    Kept(
        key="identity",
        what=Message(_("The name and contact of who a request is for (encrypted)")),
        readers=Message(_("Its prescriber's organisation alone; each reading is recorded")),
        period=Message(
            _("2 years after the last contact, and as long as a loan runs; its prescriber is told 60 days before")
        ),
        then=Message(_("Erased by the program; an open request closes, and stays under its code with its commune")),
        source=CNIL_SOCIAL,
        note=REPORTED,
    ),
    Kept(
        key="withdrawn",
        what=Message(_("The same, of a request that was withdrawn")),
        readers=Message(_("Its prescriber's organisation alone; each reading is recorded")),
        period=Message(_("90 days after the withdrawal, in case it was a mistake")),
        then=Message(_("Erased by the program")),
        source=OURS,
    ),
    Kept(
        key="asked",
        what=Message(_("The same, when the person asks for its erasure on its page")),
        readers=Message(_("Its prescriber's organisation alone; each reading is recorded")),
        period=Message(_("Its prescriber answers within a month")),
        then=Message(_("Erased at once; an open request closes")),
        source=Message(_("GDPR, articles 12 and 17")),
        note=Message(_("from memory, not confirmed")),
    ),
    Kept(
        key="facts",
        what=Message(_("What was asked and why it came first: use, criteria, commune, dates, decisions, under a code")),
        readers=Message(_("Its prescriber, and the coordination of the territory")),
        period=Message(_("Without end, once no name is attached to it; adaptations are erased with the name")),
        then=Message(_("Kept, so that decisions can be explained and counted")),
        source=OURS,
    ),
    Kept(
        key="pin",
        what=Message(_("The secret code of the family's page")),
        readers=Message(_("Nobody: only its digest is kept")),
        period=Message(_("As long as the name")),
        then=Message(_("Erased with it: the page closes")),
        source=OURS,
    ),
)
