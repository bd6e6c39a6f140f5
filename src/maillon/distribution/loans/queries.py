"""What pages read of loans and recalls."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillon.distribution.agreements import queries as agreements
from maillon.distribution.agreements.models import Agreement, Item
from maillon.distribution.agreements.vocabulary import GONE, AgreementKind, AgreementState, ItemState
from maillon.distribution.loans.models import Recall
from maillon.distribution.loans.rules import SOON_DAYS
from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting

LATE, SOON, ALL = "late", "soon", "all"
SHOWN = 25  # a page: each is a card on a phone


def loans(actor: Actor) -> Any:
    """Those under way that the actor sees, the first due first, then those without a date."""
    return (
        Agreement.objects.visible_to(actor)
        .filter(kind=AgreementKind.LOAN, state=AgreementState.SIGNED)
        .select_related("prescriber", "lender", "request")
        .annotate(machines=Count("items", filter=Q(items__state=ItemState.LENT)))
        .order_by(F("due_on").asc(nulls_last=True), "code")
    )


def chosen(actor: Actor, which: str, today: date) -> Any:
    under_way = loans(actor)
    if which == LATE:
        return under_way.filter(due_on__lt=today)
    if which == SOON:
        return under_way.filter(due_on__gte=today, due_on__lte=today + timedelta(days=SOON_DAYS))
    return under_way


def after_code(under_way: Any, code: str) -> Any:
    """Those that come after this one; all of them for a code that is not among them. One query."""
    last = under_way.filter(code=code).values_list("due_on", flat=True).first() if code else None
    if last is None and not (code and under_way.filter(code=code).exists()):
        return under_way
    if last is None:
        return under_way.filter(due_on=None, code__gt=code)
    return under_way.filter(Q(due_on__gt=last) | Q(due_on=last, code__gt=code) | Q(due_on=None))


class Counts(NamedTuple):
    all: int
    late: int
    soon: int


def counts(actor: Actor, today: date) -> Counts:
    """One query."""
    row = (
        Agreement.objects.visible_to(actor)
        .filter(kind=AgreementKind.LOAN, state=AgreementState.SIGNED)
        .aggregate(
            all=Count("pk"),
            late=Count("pk", filter=Q(due_on__lt=today)),
            soon=Count("pk", filter=Q(due_on__gte=today, due_on__lte=today + timedelta(days=SOON_DAYS))),
        )
    )
    return Counts(row["all"], row["late"], row["soon"])


def item_out(actor: Actor, code: str) -> Item | None:
    """The latest agreement by which this machine is out, if the actor sees it."""
    found: Item | None = (
        Item.objects.filter(device__code=code, agreement__in=Agreement.objects.visible_to(actor))
        .filter(state__in=(*GONE, ItemState.LOST))
        .select_related("agreement", "device", "device__holder")
        .order_by("-handed_at", "-id")
        .first()
    )
    return found


class Progress(NamedTuple):
    total: int
    back: int
    no_show: int

    @property
    def out(self) -> int:
        return self.total - self.back


def progress(recall: Recall) -> Progress:
    """One query."""
    row = recall.lines.aggregate(
        total=Count("pk"),
        out=Count("pk", filter=Q(item__state=ItemState.LENT)),
        no_show=Count("pk", filter=Q(no_show=True, item__state=ItemState.LENT)),
    )
    return Progress(row["total"], row["total"] - row["out"], row["no_show"])


def waiting(actor: Actor) -> Iterator[Waiting]:
    """For the start page: what is to hand over, then what is late. Two queries."""
    to_hand = agreements.free_promises(actor).order_by().values("request").distinct().count()
    drafts = Agreement.objects.visible_to(actor).filter(state=AgreementState.DRAFT).count()
    if count := to_hand + drafts:
        label = ngettext("handover to do", "handovers to do", count)
        action = _("Hand over") if actor.may("handover.do") else ""
        yield Waiting(count, label, reverse("desk:home"), "gift", action)
    tallied = counts(actor, agreements.today())
    if tallied.late:
        label = ngettext("loan past its day", "loans past their day", tallied.late)
        action = ngettext("See this loan", "See these loans", tallied.late)
        yield Waiting(tallied.late, label, f"{reverse('loans:list')}?voir={LATE}", "clock-history", action)
