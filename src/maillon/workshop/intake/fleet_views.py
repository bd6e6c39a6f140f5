"""The page of a list of machines: what its columns hold, what would enter, then its entry.

Nothing is written before someone has seen what would enter with exactly these columns: the form carries the mark of
what was shown, and anything else is shown again first.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from maillon.collection.models import Lot
from maillon.hardware import fleet_columns, fleet_values, tables
from maillon.hardware.fleet import FORMAT, is_fleet
from maillon.hardware.fleet_columns import FIELDS, Mapping
from maillon.hardware.foreign import refuse
from maillon.hardware.messages import Message
from maillon.hardware.model import Unreadable
from maillon.kernel.access import access
from maillon.kernel.errors import Refusal, find
from maillon.kernel.http import Request
from maillon.kernel.translation import kept, told
from maillon.territory.models import Place
from maillon.workshop.forms import ListForm
from maillon.workshop.intake import fleet_lists, receiving
from maillon.workshop.intake.drops import commands as dropping
from maillon.workshop.intake.drops.commands import Confirmed
from maillon.workshop.intake.fleet_lists import LEFT_OUT, SURE, Plan
from maillon.workshop.intake.views import summary
from maillon.workshop.models import RawInput

MOST_SHEETS = 20
MOST_COLUMNS = 80
MOST_HEADER = 1_000  # further down no one looks for titles
FIRST_ROWS = 5
MACHINES_SHOWN = 25
REMARKS_SHOWN = 200
LINES_SHOWN = 200
PLANNED_AT_ONCE = 5_000  # rows
OUTCOMES = ("doubt", "new", "known", "unchanged")  # those that ask for something come first
NO_LIST = gettext_noop("This file is no list of machines.")
NO_LIST_HINT = gettext_noop("Drop a list in CSV, Excel or LibreOffice, with one machine a row.")
SET_ASIDE = gettext_noop("Set aside by a person: not read.")
SET_ASIDE_HINT = gettext_noop("Open its page to read it after all.")


def _choices() -> list[tuple[str, str]]:
    return [("", _("left out")), *((name, told(Message(text))) for name, text in FIELDS.items())]


class SheetForm(forms.Form):
    """Whether a sheet is read, which row holds its titles, and what each of its columns holds."""

    read = forms.BooleanField(label=gettext_lazy("Read this sheet"), required=False)

    def __init__(self, *args: Any, rows: int, mapping: Mapping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        header = gettext_lazy("Row of the titles (0: there are none)")
        self.fields["header"] = forms.IntegerField(label=header, min_value=0, max_value=min(rows, MOST_HEADER))
        for column in mapping.columns[:MOST_COLUMNS]:
            # Titles may be missing or repeated: the letter tells columns apart.
            label = _("What column %(letter)s holds: %(title)s") % {
                "letter": fleet_columns.letters(column.index),
                "title": column.title or _("without title"),
            }
            widget = forms.Select(attrs={"aria-label": label})
            field = forms.ChoiceField(choices=_choices(), required=False, label=label, widget=widget)
            self.fields[f"c{column.index}"] = field
        self.fields["was"] = forms.IntegerField(widget=forms.HiddenInput, required=False)  # the header shown


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as the page shows it."""

    table: tables.Table
    mapping: Mapping
    chosen: bool
    form: SheetForm

    @property
    def columns(self) -> list[dict[str, Any]]:
        body = self.table.rows[self.mapping.header_row :]
        shown = []
        for column in self.mapping.columns[:MOST_COLUMNS]:
            said = [fleet_values.text(row[column.index]) for row in body if column.index < len(row)]
            examples = list(dict.fromkeys(text for text in said if text))[:3]
            if not examples and not column.title:
                continue
            shown.append(
                {
                    "letter": fleet_columns.letters(column.index),
                    "column": column,
                    "examples": examples,
                    "field": self.form[f"c{column.index}"],
                    "look": _look(column),
                }
            )
        return shown

    @property
    def first_rows(self) -> list[tuple[int, list[str]]]:
        start = max(0, self.mapping.header_row - 1)
        rows = self.table.rows[start : start + FIRST_ROWS + 1]
        return [(start + n, [fleet_values.text(cell) for cell in row[:MOST_COLUMNS]]) for n, row in enumerate(rows, 1)]

    @property
    def letters(self) -> list[str]:
        width = max((len(row) for row in self.table.rows[:FIRST_ROWS]), default=0)
        return [fleet_columns.letters(n) for n in range(min(width, MOST_COLUMNS))]


def _look(column: fleet_columns.Column) -> str:
    """How sure it is: "said", "sure", "likely", "weak", or "none" for a column that is left out."""
    if column.confidence >= 1:
        return "said"
    if not column.field or column.field in LEFT_OUT:
        return "none"
    return "sure" if column.confidence >= SURE else "likely" if column.confidence >= 0.5 else "weak"


@access("stock.intake")
@require_http_methods(["GET", "HEAD", "POST"])
def fleet(request: Request, raw_id: UUID) -> HttpResponse:
    """Ask what the columns hold, show what would enter, and file it in once it was seen."""
    raw: RawInput = find(RawInput.objects.filter(organisation_id=request.actor.home), raw_id)
    found = _tables(raw)
    if isinstance(found, Unreadable):
        return render(request, "workshop/fleet.html", {"raw": raw, "refusal": found}, status=422)
    if drop := dropping.reading(raw):
        return redirect("workshop:drop", drop.pk)
    form = _list_form(request, raw)
    sheets = [_sheet(n, table, raw, request) for n, table in enumerate(found[:MOST_SHEETS])]
    context: dict[str, Any] = {"raw": raw, "sheets": sheets, "form": form, "again": raw.status == RawInput.Status.READ}
    if any(sheet.form.is_bound and sheet.form.errors for sheet in sheets) or (form.is_bound and not form.is_valid()):
        return render(request, "workshop/fleet.html", context, status=422)
    mappings = tuple(sheet.mapping for sheet in sheets if sheet.chosen)
    if request.POST.get("action") == "columns":
        return _download(mappings)
    lot, place = _chosen(form, raw)
    mark = fleet_lists.mark(raw, mappings, lot, place)
    seen = request.POST.get("seen", "")
    rows = sum(len(table.rows) for table in found)
    if request.POST.get("action") == "enter" and seen == mark and mappings:
        shown = _told(request.POST.get("shown", ""))
        if max(rows, sum(shown.values())) > dropping.LIST_MACHINES:
            return _enter_by_job(request, raw, Confirmed([m.to_json() for m in mappings], mark, shown), lot, place)
        return _enter(request, raw, mappings, lot, place)
    long = rows > PLANNED_AT_ONCE and request.method != "POST"  # its columns first: what would enter takes a while
    planned = bool(mappings) and not long
    plan = fleet_lists.plan(actor=request.actor, raw=raw, sheets=found, mappings=mappings, lot=lot) if planned else None
    context |= {"changed": request.POST.get("action") == "enter", "mark": mark, "none_chosen": not mappings}
    return render(request, "workshop/fleet.html", context | {"long": long} | _shown(plan))


def _tables(raw: RawInput) -> list[tables.Table] | Unreadable:
    data = receiving.content_of(raw)
    readable = fleet_lists.readable(data) if raw.format in (FORMAT, "table") else None
    if readable is None:
        return refuse(NO_LIST, NO_LIST_HINT)
    return readable


def _list_form(request: Request, raw: RawInput) -> ListForm:
    place = raw.instructions.get("place")
    initial = {"lot": raw.lot.code if raw.lot else "", "place": place or ""}
    return ListForm(request.POST or None, actor=request.actor, initial=initial)


def _chosen(form: ListForm, raw: RawInput) -> tuple[Lot | None, Place | None]:
    """The lot and the place: of the form, or those with which the list was read the first time."""
    if raw.status == RawInput.Status.READ or not form.is_bound:
        return raw.lot, receiving.place_said(raw)
    return form.cleaned_data["lot"], form.cleaned_data["place"]


def _sheet(number: int, table: tables.Table, raw: RawInput, request: Request) -> Sheet:
    """The sheet with its columns as they were posted, recorded or guessed, in this order."""
    recorded = fleet_lists.recorded(raw)
    before = next((mapping for mapping in recorded if mapping.sheet == table.sheet), None)
    guess = fleet_columns.guess_columns(table, before.header_row if before else None)
    mapping = _corrected(guess, {c.index: c.field for c in before.columns}) if before else guess
    chosen = before is not None if recorded else is_fleet(guess, table) or number == 0
    prefix = f"s{number}"
    if request.method == "POST":
        posted = SheetForm(request.POST, rows=len(table.rows), mapping=mapping, prefix=prefix)
        if not posted.is_valid():
            return Sheet(table, mapping, chosen, posted)
        said = posted.cleaned_data
        chosen = said["read"]
        guess = fleet_columns.guess_columns(table, said["header"])
        if said["header"] == said["was"]:
            columns = {c.index: said[f"c{c.index}"] or None for c in mapping.columns if f"c{c.index}" in said}
            mapping = _corrected(guess, columns)
        else:
            mapping = guess
    initial: dict[str, Any] = {f"c{c.index}": c.field or "" for c in mapping.columns}
    initial |= {"read": chosen, "header": mapping.header_row, "was": mapping.header_row}
    return Sheet(
        table, mapping, chosen, SheetForm(rows=len(table.rows), mapping=mapping, prefix=prefix, initial=initial)
    )


def _corrected(guess: Mapping, fields: dict[int, str | None]) -> Mapping:
    """The guess, with what a person said otherwise."""
    for column in guess.columns:
        if column.index in fields and fields[column.index] != column.field:
            guess = guess.with_field(column.index, fields[column.index])
    return guess


def _shown(plan: Plan | None) -> dict[str, Any]:
    if plan is None:
        return {}
    machines = sorted(plan.machines, key=lambda planned: OUTCOMES.index(planned.outcome))
    cells = plan.cells
    counts = plan.counts
    return {
        "plan": plan,
        "counts": {name: counts[name] for name in OUTCOMES},
        "shown": ",".join(str(counts[name]) for name in OUTCOMES),
        "machines": machines[:MACHINES_SHOWN],
        "machines_more": max(0, len(machines) - MACHINES_SHOWN),
        "cells": cells[:REMARKS_SHOWN],
        "cells_more": max(0, len(cells) - REMARKS_SHOWN),
        "entering": counts["new"] + counts["known"] + counts["doubt"],
    }


def _told(shown: str) -> dict[str, int]:
    """Machines by outcome, as the page told them; empty when it is not what we wrote. It is shown again, no more."""
    try:
        counts = {name: int(count) for name, count in zip(OUTCOMES, shown.split(","), strict=True)}
    except ValueError:
        return {}
    return counts if all(0 <= count < 10**7 for count in counts.values()) else {}


def _enter_by_job(
    request: Request, raw: RawInput, confirmed: Confirmed, lot: Lot | None, place: Place | None
) -> HttpResponse:
    try:
        drop = dropping.take_list(actor=request.actor, raw=raw, confirmed=confirmed, lot=lot, place=place)
    except Refusal as refused:  # someone confirmed it at the same moment
        messages.warning(request, str(refused))
        return redirect("workshop:fleet", raw.pk)
    return redirect("workshop:drop", drop.pk)


def _enter(
    request: Request, raw: RawInput, mappings: tuple[Mapping, ...], lot: Lot | None, place: Place | None
) -> HttpResponse:
    lines = receiving.read_list(
        actor=request.actor,
        raw_id=raw.pk,
        mappings=mappings,
        lot_id=lot.pk if lot else None,
        place_id=place.pk if place else None,
    )
    context = {
        "raw": raw,
        "lines": lines[:LINES_SHOWN],
        "more": max(0, len(lines) - LINES_SHOWN),
        "summary": summary(lines),
    }
    return render(request, "workshop/fleet_done.html", context)


def _download(mappings: tuple[Mapping, ...]) -> HttpResponse:
    """The columns as `maillon intake --mapping` and the API take them."""
    document = {"mappings": [mapping.to_json() for mapping in mappings]}
    response = HttpResponse(json.dumps(document, ensure_ascii=False, indent=1), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="colonnes.json"'
    return response


@access("stock.intake")
@require_POST
def set_aside(request: Request, raw_id: UUID) -> HttpResponse:
    """The list is not to be read: it stays among the refused files, with this reason."""
    waiting = RawInput.objects.filter(organisation_id=request.actor.home, status=RawInput.Status.PENDING)
    raw: RawInput = find(waiting, raw_id)
    raw.reason = {"reason": kept(Message(SET_ASIDE)), "hint": kept(Message(SET_ASIDE_HINT))}
    raw.status = RawInput.Status.REFUSED
    raw.instructions = {**raw.instructions, "aside": True}  # an upgrade does not read it again by itself
    raw.save(update_fields=["status", "reason", "instructions"])
    messages.info(request, _("The list was set aside."))
    return redirect("workshop:intake")
