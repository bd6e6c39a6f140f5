"""What changes a plan that is followed. Its words are sealed; events hold states, days and numbers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.consultation.commands import USE, restitution_of
from maillon.consultation.models import Report, ReportState
from maillon.consultation.plan.models import Action, Indicator, Line, Measure, Source, Status
from maillon.consultation.plan.ready import ready
from maillon.consultation.trame import moments
from maillon.consultation.trame.model import COLUMNS, Column, Entry, Kind, Row
from maillon.consultation.trame.words import folded
from maillon.kernel import ledger, vault
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal, find

LONGEST = 2_000  # characters of what is typed


@dataclass(frozen=True, slots=True)
class Card:
    """What a person says of an action. evidence: of its state: where it may be seen, or why it was set aside."""

    how: str
    carrier: str
    concerned: str
    success: str
    start: date | None
    end: date | None
    status: Status
    evidence: str


def read(sealed: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(vault.unseal(sealed, USE))
    return found


def _seal(said: Mapping[str, Any]) -> str:
    return vault.seal(json.dumps(said, ensure_ascii=False), USE)


def _new_mark(known: QuerySet[Any], said: str) -> str | None:
    """The mark of a statement that is not followed yet, whatever the vault key it was marked with; None: it is."""
    marks = vault.marks(folded(said), USE)
    return None if known.filter(mark__in=marks).exists() else marks[0]


def follow(*, actor: Actor, report_id: UUID, today: date | None = None) -> int:
    """Follow the plan of a report: each of its actions, with the times understood. What is followed already stays.

    Returns how many actions are new. Raises NotAllowed, NotFound, Refusal (it has no plan).
    """
    actor.require("consultation.change")
    today = today or timezone.localdate()
    with transaction.atomic():
        report: Report = find(Report.objects.visible_to(actor).select_for_update(of=("self",)), report_id)
        rows = [] if report.state == ReportState.REFUSED else _rows(report)
        if not rows:
            raise Refusal(
                _("This report holds no plan of action."), _("Add one to it: Correct, then a row of its plan.")
            )
        new = sum(_follow_row(report, place, row, today) for place, row in rows)
        if new:
            ledger.append("plan.followed", actor, report.pk, actions=new)
    return new


def _rows(report: Report) -> list[tuple[str, Row]]:
    return [
        (f"{number}.{place}", row)
        for number, contribution in enumerate(restitution_of(report).contributions, 1)
        for place, row in enumerate(contribution.rows(Kind.PLAN))
        if _cell(row, Column.HOW) or _cell(row, Column.WHAT)
    ]


def _cell(row: Row, column: Column) -> tuple[Entry, ...]:
    return row.cells[COLUMNS[Kind.PLAN].index(column)]


def _said(entries: Sequence[Entry]) -> list[str]:
    return [" ".join(str(entry).split()) for entry in entries]


def _moment(when: Sequence[str], today: date) -> moments.Moment | None:
    """Of the school year under way; of the next one when that time has passed: "à la rentrée", said in November."""
    year = moments.school_year_of(today)
    found = moments.whole(when, year, today)
    return moments.whole(when, year + 1, today) if found and found.end < today else found


def _follow_row(report: Report, place: str, row: Row, today: date) -> int:
    said = {
        "theme": " ".join(_said(row.theme)),
        "what": _said(_cell(row, Column.WHAT)),
        "who": _said(_cell(row, Column.WHO)),
        "when": _said(_cell(row, Column.WHEN)),
    }
    line, _new = Line.objects.get_or_create(
        report=report, place=place, defaults={"organisation_id": report.organisation_id, "said": _seal(said)}
    )
    moment = _moment(said["when"], today)
    new = 0
    for how in _said(_cell(row, Column.HOW)) or said["what"]:
        if mark := _new_mark(line.actions.all(), how):
            Action.objects.create(
                organisation_id=report.organisation_id,
                line=line,
                mark=mark,
                said=_seal({"how": how, "carrier": "", "concerned": "", "success": "", "evidence": ""}),
                start=moment.start if moment else None,
                end=moment.end if moment else None,
            )
            new += 1
    for label in _said(_cell(row, Column.INDICATORS)):
        if mark := _new_mark(line.indicators.all(), label):
            Indicator.objects.create(
                organisation_id=report.organisation_id,
                line=line,
                mark=mark,
                label=vault.seal(label, USE),
                unit=str(ready(label).unit)[:20],
            )
    return new


def change(*, actor: Actor, action_id: UUID, card: Card, version: int) -> Action:
    """Raises NotAllowed, NotFound, Refusal (changed meanwhile; ends before it starts; a state without its reason)."""
    actor.require("consultation.change")
    if card.start and card.end and card.end < card.start:
        raise Refusal(_("This action would end before it starts."), _("Correct one of the two days."))
    if card.status in (Status.DONE, Status.SET_ASIDE) and not card.evidence.strip():
        raise Refusal(
            _("Nothing says how one knows that it is done, or why it is set aside."), _("Write it in a few words.")
        )
    with transaction.atomic():
        action: Action = find(Action.objects.visible_to(actor).select_for_update(of=("self",)), action_id)
        if action.version != version:
            raise Refusal(
                _("Somebody changed this action while you were."), _("Copy what you typed and open the page again.")
            )
        former = action.status
        said = {name: getattr(card, name)[:LONGEST] for name in ("how", "carrier", "concerned", "success", "evidence")}
        action.said = _seal(said)
        action.start, action.end, action.status = card.start, card.end, card.status.value
        action.version += 1
        action.save()
        ledger.append("action.changed", actor, action.pk, status=action.status, former=former)
    return action


def aim(
    *,
    actor: Actor,
    indicator_id: UUID,
    source: Source,
    baseline: Decimal | None,
    expected: Decimal | None,
    unit: str,
    next_on: date | None,
    since: date | None,
) -> Indicator:
    """Say where an indicator starts, where it should go and when it is measured next. Raises NotAllowed, NotFound."""
    actor.require("consultation.change")
    with transaction.atomic():
        found: Indicator = find(Indicator.objects.visible_to(actor).select_for_update(of=("self",)), indicator_id)
        found.source, found.baseline, found.expected = source.value, baseline, expected
        found.unit, found.next_on = unit[:20], next_on
        found.since = (since or timezone.localdate()) if source is not Source.TYPED else None
        found.save()
        ledger.append("indicator.aimed", actor, found.pk, source=found.source)
    return found


def measure(*, actor: Actor, indicator_id: UUID, on: date, value: Decimal, source: str) -> Measure:
    """What it is on a day; the same day again replaces it. Raises NotAllowed, NotFound, Refusal (the future)."""
    actor.require("consultation.change")
    if on > timezone.localdate():
        raise Refusal(_("This day is yet to come: nothing can be measured on it."), _("Write the day it was measured."))
    with transaction.atomic():
        found: Indicator = find(Indicator.objects.visible_to(actor).select_for_update(of=("self",)), indicator_id)
        if found.source != Source.TYPED:
            raise Refusal(
                _("This indicator is counted by the platform."), _("Choose “typed by a person” to write it yourself.")
            )
        made, _new = Measure.objects.update_or_create(
            indicator=found, on=on, defaults={"value": value, "source": vault.seal(source[:LONGEST], USE)}
        )
        if found.next_on and found.next_on <= on:
            found.next_on = None
            found.save(update_fields=["next_on"])
        ledger.append("indicator.measured", actor, found.pk)
    return made
