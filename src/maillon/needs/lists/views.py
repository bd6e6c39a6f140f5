"""The pages of lists of requests: sent, their columns confirmed, what would enter seen, then entered.

Nothing enters before someone saw what would: the form carries the mark of what was shown.
"""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from maillon.kernel.access import access
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal, find
from maillon.kernel.http import Request as HttpRequest
from maillon.kernel.jobs import queries as jobs
from maillon.needs.facts import MOST_MACHINES
from maillon.needs.lists import columns, commands, files, rows, words
from maillon.needs.lists.commands import Content
from maillon.needs.lists.forms import ColumnsForm, GroupForm, UploadForm, WholeForm, WordsForm
from maillon.needs.lists.models import KEPT_DAYS, ListHabits, ListState, RequestList
from maillon.needs.lists.rows import Checked, Whole

LATEST = 20
PROBLEMS_SHOWN = 200
EXAMPLES = 3


@access("needs.change")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Send a list; those sent lately."""
    form, refused, status = UploadForm(request.POST or None, request.FILES or None), None, 200
    if request.method == "POST":
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                received = commands.receive(actor=request.actor, data=file.read(), name=file.name or "?")
            except Refusal as caught:
                refused, status = caught, 409
            else:
                return redirect("needs:list", received.pk)
        else:
            status = 422
    sent = RequestList.objects.readable_by(request.actor).defer("sealed")[:LATEST]
    context = {"form": form, "refused": refused, "lists": sent, "words": files.accepted(), "days": KEPT_DAYS}
    return render(request, "needs/lists/lists.html", context, status=status)


@access("needs.change")
@require_safe
def empty(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind not in ("csv", "ods"):
        raise NotFound
    return files.answer(_("requests-empty"), files.empty_ods() if kind == "ods" else files.empty_csv())


@access("needs.identity")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def list_(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """What its columns hold and what would enter; once entered, what became of it."""
    listed: RequestList = find(RequestList.objects.readable_by(request.actor), list_id)
    if listed.state != ListState.WAITING:
        return _after(request, listed)
    content, habits = commands.open_list(request.actor, listed), commands.habits_of(request.actor)
    if request.method == "POST":
        return _said(request, listed, content, habits)
    return _page(request, listed, content, habits)


def _said(request: HttpRequest, listed: RequestList, content: Content, habits: ListHabits) -> HttpResponse:
    """What was posted: kept, then shown again, or entered when it is what was shown."""
    actor = request.actor
    said = commands.columns_of(listed, content, habits)
    form = ColumnsForm(request.POST, sheets=content.sheets, columns=said)
    whole_form = WholeForm(request.POST, actor=actor, whole=Whole.from_json(listed.whole))
    if not (form.is_valid() and whole_form.is_valid()):
        return _page(request, listed, content, habits, status=422, columns_form=form, whole_form=whole_form)
    chosen = form.said()
    if form.elsewhere:
        table = content.sheet(form.cleaned_data["sheet"])
        header = form.cleaned_data["header"] if "header" in form.changed_data else None
        chosen = columns.guess(table, habits.titles, header)
    whole = whole_form.whole()
    action = request.POST.get("action")
    group = GroupForm(request.POST if action == "group" else None, prefix="group")
    if action == "group" and not group.is_valid():
        return _page(request, listed, content, habits, status=422, group_form=group, whole_form=whole_form)
    try:
        listed = commands.describe(
            actor=actor,
            list_id=listed.pk,
            said=chosen,
            whole=whole,
            meant=WordsForm.meant(request.POST.dict()),
            updates="updates" in request.POST if "updates_shown" in request.POST else listed.updates,
        )
        if action == "group":
            filed = commands.enter_group(
                actor=actor, list_id=listed.pk, person=group.person(), facts=group.facts(whole)
            )
            messages.success(request, _("One request was filed for the group; no name of the list was kept."))
            return redirect("needs:request", filed.code)
        if action == "enter":
            habits = commands.habits_of(actor)
            _columns, found = commands.checked(actor, listed, content, habits)
            if request.POST.get("seen") == _mark(listed, habits, found):
                commands.enter(actor=actor, list_id=listed.pk)
            else:
                messages.warning(
                    request, _("Something changed: here is what would enter now. Nothing was entered yet.")
                )
    except Refusal as refused:
        shown = commands.habits_of(actor)
        return _page(
            request, listed, content, shown, status=409, refused=refused, group_form=group, whole_form=whole_form
        )
    return redirect("needs:list", listed.pk)


def _page(
    request: HttpRequest, listed: RequestList, content: Content, habits: ListHabits, *, status: int = 200, **more: Any
) -> HttpResponse:
    actor = request.actor
    said, found = commands.checked(actor, listed, content, habits)
    counts = rows.summary(found)
    every = [problem for row in found for problem in row.problems]
    problems = [problem for problem in every if not problem.missing]
    changed = [row for row in found if row.outcome == "changed"]
    table = content.sheet(said.sheet)
    columns_form = more.pop("columns_form", None) or ColumnsForm(sheets=content.sheets, columns=said)
    context = {
        "list": listed,
        "name": content.name,
        "columns_form": columns_form,
        "columns": [
            (column, _examples(table, said.header, column.index), columns_form[f"c{column.index}"])
            for column in columns_form.columns.columns
            if f"c{column.index}" in columns_form.fields
        ],
        "clashes": [columns.FIELDS[field] for field in said.clashes()],
        "missing": list(dict.fromkeys(columns.FIELDS.get(one.missing, one.missing) for one in every if one.missing)),
        "nameless": not (said.of("name") or said.of("first_name")),
        "private": [column.name for column in said.of("private")],
        "whole_form": WholeForm(actor=actor, whole=Whole.from_json(listed.whole)),
        "words_form": WordsForm(unknown=rows.unknown_words(found, said)),
        "counts": counts,
        "machines": rows.machines_asked(found),
        "problems": problems[:PROBLEMS_SHOWN],
        "problems_more": max(0, len(problems) - PROBLEMS_SHOWN),
        "repeated": [row for row in found if row.outcome == "repeated"][:PROBLEMS_SHOWN],
        "changed": [(row, [columns.FIELDS[name] for name in row.changes]) for row in changed[:PROBLEMS_SHOWN]],
        "changed_more": max(0, len(changed) - PROBLEMS_SHOWN),
        "known": [row for row in found if row.outcome == "known"][:PROBLEMS_SHOWN],
        "group_form": GroupForm(prefix="group", initial={"quantity": _how_many(found, listed)}),
        "mark": _mark(listed, habits, found),
        "at_once": commands.AT_ONCE,
    }
    return render(request, "needs/lists/list.html", {**context, **more}, status=status)


def _how_many(found: list[Checked], listed: RequestList) -> int | None:
    """Nothing beyond what one request takes: a browser would hold the whole page back for it."""
    count = max(1, len(found) or listed.count)
    return count if count <= MOST_MACHINES else None


def _examples(table: Any, header: int, index: int) -> list[str]:
    said = (words.text(row[index]) for row in table.rows[header : header + 50] if index < len(row))
    return list(dict.fromkeys(text for text in said if text))[:EXAMPLES]


def _mark(listed: RequestList, habits: ListHabits, found: list[Checked]) -> str:
    """What was shown, in a few signs: another mark means that something else would enter, or change.

    A colleague may have filed, or corrected, a request that the list would change, since it was shown.
    """
    changed = [
        [row.number, row.code, row.changes, row.request and row.request.changed_at.isoformat()]
        for row in found
        if row.outcome == "changed"
    ]
    shown = json.dumps([listed.columns, listed.whole, habits.words, changed], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def _after(request: HttpRequest, listed: RequestList) -> HttpResponse:
    job = _job(request.actor, listed)
    context = {
        "list": listed,
        "job": job,
        "going": listed.state == ListState.ENTERING and (job is None or job.going),
        "failed": listed.state == ListState.ENTERING and job is not None and not job.going,
        "entered": listed.entered[:PROBLEMS_SHOWN],
        "changed": listed.changed[:PROBLEMS_SHOWN],
        "changed_more": max(0, len(listed.changed) - PROBLEMS_SHOWN),
        "more": max(0, len(listed.entered) - PROBLEMS_SHOWN),
    }
    return render(request, "needs/lists/_after.html" if request.htmx else "needs/lists/after.html", context)


def _job(actor: Actor, listed: RequestList) -> jobs.JobRow | None:
    try:
        return jobs.job_row(actor, UUID(listed.job)) if listed.job else None
    except NotFound:
        return None


@access("needs.identity")
@never_cache
@require_safe
def rest(request: HttpRequest, list_id: UUID, kind: str) -> HttpResponseBase:
    """The rows that can not enter, with why, to correct and send again."""
    listed: RequestList = find(RequestList.objects.readable_by(request.actor), list_id)
    if kind not in ("csv", "ods") or listed.state == ListState.ENTERING or not listed.sealed:
        raise NotFound
    if listed.state == ListState.WAITING:
        content, habits = commands.open_list(request.actor, listed), commands.habits_of(request.actor)
        left = commands.to_correct(content, *commands.checked(request.actor, listed, content, habits))
    else:
        left = commands.open_rest(request.actor, listed)
    name = _("requests-to-correct")
    return files.answer(name, files.rest_ods(left) if kind == "ods" else files.rest_csv(left))


@access("needs.identity")
@require_POST
def erase(request: HttpRequest, list_id: UUID) -> HttpResponse:
    try:
        commands.erase(actor=request.actor, list_id=list_id)
    except Refusal as refused:
        messages.warning(request, str(refused))
        return redirect("needs:list", list_id)
    messages.success(request, _("The list was erased. The requests it made stay."))
    return redirect("needs:lists")


@access("needs.identity")
@require_POST
def again(request: HttpRequest, list_id: UUID) -> HttpResponse:
    try:
        commands.again(actor=request.actor, list_id=list_id)
    except Refusal as refused:
        messages.warning(request, str(refused))
    return redirect("needs:list", list_id)
