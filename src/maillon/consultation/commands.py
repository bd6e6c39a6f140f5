"""What changes reports of consultations. A report names people: it is sealed, and no event holds a word of it."""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import zstandard
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from maillon.consultation.models import Report, ReportState
from maillon.consultation.trame import document, original, reading
from maillon.consultation.trame.model import Entry, Grid, Restitution
from maillon.consultation.trame.original import Original
from maillon.consultation.trame.text import plain
from maillon.consultation.trame.writers import layout
from maillon.hardware.model import Unreadable
from maillon.kernel import ledger, vault
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, Refusal, find
from maillon.kernel.translation import told

USE = "consultation"
MOST_BYTES = 20 * 2**20
SECONDS = 30  # of processor, to read a document while its sender waits


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A report unsealed. Its representation says nothing: it names people."""

    name: str
    restitution: Restitution
    original: Original | None

    def __repr__(self) -> str:
        return "<Opened>"


def receive(*, actor: Actor, data: bytes, name: str) -> Report:
    """Keep a document, read or not. The same file again is the same report.

    Raises NotAllowed, Refusal (too large: nothing is kept).
    """
    actor.require("consultation.change")
    if actor.user_id is None or actor.organisation_id is None:
        raise NotAllowed("(not a person)")
    if len(data) > MOST_BYTES:
        raise Refusal(
            _("This file is larger than %(size)d MB.") % {"size": MOST_BYTES >> 20},
            _("Take the pictures out of it, or send it in several parts."),
        )
    digest = hashlib.sha256(data).hexdigest()
    own = Report.objects.visible_to(actor)
    if known := own.filter(sha256=digest).first():
        return known
    found = reading.read(data, name, SECONDS)
    received = Report(
        organisation_id=actor.organisation_id,
        user=actor.user_id,
        file=vault.seal(b64encode(zstandard.compress(data, 9)).decode(), USE),
        title=vault.seal(name[-200:], USE),
        sha256=digest,
    )
    if isinstance(found, Unreadable):
        received.state = ReportState.REFUSED.value
        received.refusal = f"{told(found.reason)} {told(found.hint)}"
    else:
        received.format = found.format
        if found.original is not None:
            received.original = vault.seal(json.dumps(original.to_json(found.original)), USE)
        _write(received, found.restitution)
    try:
        with transaction.atomic():
            received.save()
            ledger.append("report.received", actor, received.pk, state=received.state, statements=received.statements)
    except IntegrityError:  # a colleague sent the same file at the same moment
        return own.get(sha256=digest)
    return received


def _write(report: Report, restitution: Restitution) -> None:
    report.restitution = vault.seal(json.dumps(document.to_dict(restitution)), USE)
    report.doubts = len(restitution.doubts)
    report.statements = statements(restitution)


def statements(restitution: Restitution) -> int:
    """How many things are said in its tables and its free text."""
    count = 0
    for contribution in restitution.contributions:
        for section in contribution.sections:
            for each in section.content:
                if isinstance(each, Grid):
                    count += sum(len(cell) for row in each.rows for cell in row.cells)
                else:
                    count += isinstance(each, Entry)
    return count


def opened(report: Report) -> Opened:
    """Raises vault.Unreadable."""
    lines = original.from_json(json.loads(vault.unseal(report.original, USE))) if report.original else None
    return Opened(name_of(report), restitution_of(report), lines)


def restitution_of(report: Report) -> Restitution:
    """What was read, with what a person corrected."""
    return document.from_dict(json.loads(vault.unseal(report.restitution, USE)))


def name_of(report: Report) -> str:
    return vault.unseal(report.title, USE)


def heading_of(restitution: Restitution) -> str:
    """What a report is called: who contributes; where several do, or nobody says, the consultation."""
    heads = [contribution.head for contribution in restitution.contributions if contribution.head]
    if not heads:
        return layout.title(restitution)
    one = heads[0][1] if len(restitution.contributions) == 1 and len(heads[0]) > 1 else heads[0][0]
    return plain(one.text).replace("\n", " ")


def file_of(report: Report) -> bytes:
    return zstandard.decompress(b64decode(vault.unseal(report.file, USE)), max_output_size=MOST_BYTES)


def correct(*, actor: Actor, report_id: UUID, version: int, change: Callable[[Restitution], Restitution]) -> Report:
    """Write what a person corrected. version: of what they saw.

    Raises NotAllowed, NotFound, Refusal (somebody else corrected it since; it was never read).
    """
    actor.require("consultation.change")
    with transaction.atomic():
        report: Report = find(Report.objects.visible_to(actor).select_for_update(of=("self",)), report_id)
        _must_be_read(report)
        if report.version != version:
            raise Refusal(
                _("Somebody corrected this report while you were."),
                _("Copy what you typed, open the page again, and put it in."),
            )
        before = restitution_of(report)
        after = change(before)
        if after == before:
            return report
        _write(report, after)
        report.version += 1
        report.state = ReportState.DRAFT.value
        report.save()
        ledger.append("report.corrected", actor, report.pk, version=report.version, statements=report.statements)
    return report


def check(*, actor: Actor, report_id: UUID) -> Report:
    """A person read it over beside the original. Raises NotAllowed, NotFound, Refusal (never read)."""
    actor.require("consultation.change")
    with transaction.atomic():
        report: Report = find(Report.objects.visible_to(actor).select_for_update(of=("self",)), report_id)
        _must_be_read(report)
        if report.state != ReportState.CHECKED:
            report.state = ReportState.CHECKED.value
            report.save(update_fields=["state", "changed_at"])
            ledger.append("report.checked", actor, report.pk, version=report.version)
    return report


def _must_be_read(report: Report) -> None:
    if report.state == ReportState.REFUSED:
        raise Refusal(_("This document could not be read."), _("Send it in another form, as its page says."))


def erase(*, actor: Actor, report_id: UUID) -> None:
    """The file, what was read of it and what was made of it. Raises NotAllowed, NotFound."""
    actor.require("consultation.change")
    with transaction.atomic():
        report: Report = find(Report.objects.visible_to(actor).select_for_update(of=("self",)), report_id)
        ledger.append("report.erased", actor, report.pk)
        report.delete()
