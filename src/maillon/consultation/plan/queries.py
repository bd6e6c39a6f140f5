"""What the pages of a plan show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from maillon.allocation.models import Promise, PromiseState
from maillon.consultation.commands import USE
from maillon.consultation.plan.commands import read
from maillon.consultation.plan.models import Action, Indicator, Line, Measure, Source, Status
from maillon.kernel import vault
from maillon.kernel.actor import Actor
from maillon.needs.models import Request


@dataclass(frozen=True, slots=True)
class ActionRow:
    action: Action
    how: str
    carrier: str
    late: bool
    left: float = 0  # of the bar of its days, in parts of 100
    wide: float = 0


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """value: the latest, None when nothing was measured. reached: from baseline to expected, 0 to 1; None: unknown."""

    indicator: Indicator
    label: str
    value: Decimal | None
    on: date | None
    reached: float | None
    due: bool
    measures: list[Measure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LineRow:
    line: Line
    theme: str
    what: list[str]
    who: list[str]
    when: list[str]
    actions: list[ActionRow]
    indicators: list[IndicatorRow]


@dataclass(frozen=True, slots=True)
class Plan:
    lines: list[LineRow]
    counts: list[tuple[str, Any, int]]
    start: date | None
    end: date | None
    today: float | None  # where today stands, in parts of 100


def plan(actor: Actor, today: date, report_id: UUID | None = None) -> Plan:
    """Six queries, whatever the size: lines, actions, indicators, measures, and the counts of the platform."""
    lines = Line.objects.visible_to(actor).select_related("report")
    if report_id:
        lines = lines.filter(report_id=report_id)
    found = list(lines.order_by("-report__created_at", "place"))
    actions = list(Action.objects.visible_to(actor).filter(line__in=found))
    days = [day for action in actions for day in (action.start, action.end) if day]
    start, end = (min(days), max(days)) if days else (None, None)
    rows: dict[UUID, list[ActionRow]] = {}
    for action in actions:
        rows.setdefault(action.line_id, []).append(action_row(action, today, start, end))
    indicators: dict[UUID, list[IndicatorRow]] = {}
    for row in indicator_rows(actor, Indicator.objects.visible_to(actor).filter(line__in=found), today):
        indicators.setdefault(row.indicator.line_id, []).append(row)
    return Plan(
        lines=[_line(line, rows.get(line.pk, []), indicators.get(line.pk, [])) for line in found],
        counts=[
            (status.value, status.label, sum(1 for action in actions if action.status == status)) for status in Status
        ],
        start=start,
        end=end,
        today=_part(today, start, end) if start and end and start <= today <= end else None,
    )


def _line(line: Line, actions: list[ActionRow], indicators: list[IndicatorRow]) -> LineRow:
    said = read(line.said)
    return LineRow(line, said["theme"], said["what"], said["who"], said["when"], actions, indicators)


def line_row(line: Line) -> LineRow:
    return _line(line, [], [])


def action_row(action: Action, today: date, start: date | None, end: date | None) -> ActionRow:
    said = read(action.said)
    late = bool(action.end and action.end < today and action.status in (Status.PLANNED, Status.UNDER_WAY))
    left = wide = 0.0
    if start and end and (action.start or action.end):
        left = _part(action.start or action.end, start, end)
        wide = max(_part(action.end or action.start, start, end) - left, 1.0)
    return ActionRow(action, said["how"], said["carrier"], late, round(left, 1), round(wide, 1))


def _part(day: date | None, start: date, end: date) -> float:
    days = (end - start).days or 1
    return 0.0 if day is None else 100 * (day - start).days / days


def indicator_rows(actor: Actor, indicators: QuerySet[Indicator], today: date) -> list[IndicatorRow]:
    """Three queries and one for each source that the platform counts."""
    found = list(indicators)
    measures: dict[UUID, list[Measure]] = {}
    for measured in Measure.objects.filter(indicator__in=found):
        measures.setdefault(measured.indicator_id, []).append(measured)
    rows = []
    for indicator in found:
        known = measures.get(indicator.pk, [])
        if indicator.source == Source.TYPED:
            value, on = (known[0].value, known[0].on) if known else (None, None)
        else:
            value, on = Decimal(_counted(actor, indicator)), today
        rows.append(
            IndicatorRow(
                indicator,
                vault.unseal(indicator.label, USE),
                value,
                on,
                reached(indicator.baseline, indicator.expected, value),
                bool(indicator.next_on and indicator.next_on <= today),
                known,
            )
        )
    return rows


def reached(baseline: Decimal | None, expected: Decimal | None, value: Decimal | None) -> float | None:
    """How much of the way from the baseline to what is expected was gone: 0 to 1. Works where less is better."""
    if baseline is None or expected is None or value is None or baseline == expected:
        return None
    return float(min(max((value - baseline) / (expected - baseline), Decimal(0)), Decimal(1)))


def _counted(actor: Actor, indicator: Indicator) -> int:
    """What the platform did for the organisation's own requests since a day."""
    own: Mapping[str, Any] = {"prescriber_id": indicator.organisation_id}
    if indicator.source == Source.REQUESTS:
        return int(Request.objects.filter(**own, since__gte=indicator.since).count())
    kept = Promise.objects.filter(
        request__prescriber_id=indicator.organisation_id,
        state=PromiseState.KEPT,
        ended_at__date__gte=indicator.since,
    )
    return int(kept.aggregate(count=Count("pk"))["count"])


def sources(measures: Sequence[Measure]) -> list[tuple[Measure, str]]:
    return [(each, vault.unseal(each.source, USE) if each.source else "") for each in measures]
