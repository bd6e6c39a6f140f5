"""What is decided of slots and of the way to reach someone. PURE: no Django, no clock."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from maillon.hardware.messages import Message, _
from maillon.kernel.retention import Kept
from maillon.territory.hours import Spans

Way = Literal["email", "sms", "letter", "call", "in_person"]

# How long before an appointment it is recalled, by the way it is. A letter is on its way for some days; a call may have
# to be tried twice. Ours: two working days let someone change, and are not forgotten again.
LEAD: dict[Way, timedelta] = {
    "email": timedelta(days=2),
    "sms": timedelta(days=2),
    "letter": timedelta(days=9),
    "call": timedelta(days=4),
    "in_person": timedelta(days=4),
}
LETTER_TRAVELS = timedelta(days=5)  # a letter sent later than this before would come after
LOAN_LEAD = timedelta(days=21)  # the end of a loan: time to ask for an extension
TOGETHER = timedelta(days=1)  # what would be recalled within a day of a message is in it, and not in another one
NOT_AT_NIGHT = (9, 20)  # hours, local: no message rings outside
REMINDERS_KEPT = timedelta(days=90)  # ours: long enough to answer "nobody told me"
RETENTION = (
    Kept(
        key="reminders",
        what=Message(_("That a reminder was sent, how and when; never what it said, nor the number or address")),
        readers=Message(_("The prescriber’s organisation alone")),
        period=Message(_("90 days after what it recalled")),
        then=Message(_("Erased each night; the ledger keeps that a message left")),
        source=Message(_("ours, a judgement")),
    ),
)

_E164 = re.compile(r"\+[1-9]\d{7,14}")
# French mobiles, then overseas ones, by their international beginnings (from general knowledge, not confirmed in
# Arcep's own text). Other countries' are not told apart: the gateway answers.
_FRENCH = re.compile(r"\+(?:33|262|590|594|596)")
_FRENCH_MOBILE = re.compile(r"\+(?:33[67]|262(?:69[23]|639)|590(?:69[01])|594694|596(?:69[67]))")


def slot_starts(open_ranges: Spans, minutes: int, *, first: int = 0, last: int = 1440) -> Iterator[int]:
    """The minutes of the day at which an appointment of so many minutes may begin, in order.

    open_ranges: when the place is open that day; first, last: when the desk receives, minutes of the day.
    """
    if minutes < 1:
        raise ValueError(f"Expected minutes of at least 1, got {minutes}.")
    for span in open_ranges:
        start, end = max(span.start, first), min(span.end, last)
        while start + minutes <= end:
            yield start
            start += minutes


def way_to_reach(contact_way: str, *, left: timedelta, sms: bool) -> Way:
    """How to recall something that comes in `left`. contact_way: as the request says. sms: whether a gateway is set up.

    What can not be done in time, or at all, becomes a call: somebody is always told.
    """
    if contact_way == "email":
        return "email"
    if contact_way == "sms":
        return "sms" if sms else "call"
    if contact_way == "post":
        return "letter" if left >= LETTER_TRAVELS else "call"
    return "call" if contact_way == "phone" else "in_person"


def is_mobile(number: str) -> bool:
    """Whether a text message may be tried. number: E.164."""
    if not _E164.fullmatch(number):
        return False
    return not _FRENCH.match(number) or bool(_FRENCH_MOBILE.match(number))


def waking(now: datetime) -> bool:
    """now: local time."""
    return NOT_AT_NIGHT[0] <= now.hour < NOT_AT_NIGHT[1]
