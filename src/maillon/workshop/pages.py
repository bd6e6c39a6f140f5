"""What the page of a device shows, gathered in a constant number of queries."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from maillon.collection.rules import Regime, WasteStatus, price_caps, rules_of
from maillon.hardware.fleet_columns import FIELDS
from maillon.hardware.messages import Message
from maillon.hardware.model import Kind, Machine, Origin
from maillon.kernel import wording
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger import Entry
from maillon.kernel.translation import told
from maillon.territory.queries import member_names, organisation_names
from maillon.workshop import additions, life
from maillon.workshop.erasure import proving
from maillon.workshop.models import Device, Medium, Snapshot
from maillon.workshop.queries import device_facts, judgement_of, machine_of, reservations, sentence
from maillon.workshop.vocabulary import check_lines

TIMELINE = 60
# One action comes first: what was announced, or came back, is received before it is read or erased; what is away waits
# for nothing.
READ_NEXT = life.BY_NAME["inspected"].sources - {life.State.ANNOUNCED, life.State.RETURNED}
ON_THE_BENCH = life.IN_WORKSHOP | {life.State.FOR_PARTS}
PARTS = (
    "system",
    "chassis",
    "board",
    "firmware",
    "processors",
    "memory",
    "storage",
    "graphics",
    "displays",
    "network",
    "batteries",
    "audio",
    "cameras",
    "bluetooth",
    "ports",
    "tpm",
    "locks",
)


def device_page(actor: Actor, device: Device) -> dict[str, Any]:
    """Everything the page needs."""
    machine = machine_of(device)
    facts = device_facts(device)
    steps = life.next_steps(facts, actor.permissions) if Device.objects.workable_by(actor).filter(pk=device.pk) else []
    by_hand = [each for each in steps if each[0].by_hand]
    main = next((each for each in by_hand if not each[0].optional), None)
    media = list(device.media.all())
    proofs, absences = proving.certificates(media), proving.absences(media)
    snapshots = list(device.snapshots.select_related("raw").defer("document", "raw__content")[:20])
    return {
        "device": device,
        "machine": machine,
        "judgement": judgement_of(device, machine) if machine else None,
        "reservations": reservations(device) if machine else [],
        "facts": facts,
        "next": main,
        "others": [each for each in by_hand if each is not main],
        "waits_for_reading": not facts.inspected and facts.state in READ_NEXT,
        "waits_for_erasure": facts.inspected and facts.state in ON_THE_BENCH and not life.erasure_established(facts),
        "to_destroy": [medium for medium in media if medium.fitted and medium.state == life.MediumState.FAILED],
        "to_erase": [medium for medium in media if medium.fitted and medium.state == life.MediumState.TO_ERASE],
        "media": [(medium, proofs.get(medium.pk), absences.get(medium.pk)) for medium in media if medium.fitted],
        "removed_media": [(medium, proofs.get(medium.pk)) for medium in media if not medium.fitted],
        "timeline": timeline(actor, device),
        "documents": list(device.documents.all()),
        "snapshots": snapshots,
        "listed": [] if actor.gives else listed_notes(snapshots),  # its comments may name people
        "checks": _checks(device, facts),
        "rules": origin_rules(device),
        "more": additions.shown(additions.DEVICE, actor, device),
    }


def _checks(device: Device, facts: life.Facts) -> dict[str, Any] | None:
    """How far its check-list is; None before the first answer."""
    total = len(check_lines(Kind(device.kind)))
    answered = total - facts.checks_open
    return {"answered": answered, "total": total, "failing": facts.checks_failing} if answered else None


def listed_notes(snapshots: Iterable[Snapshot]) -> list[tuple[str, str]]:
    """What the latest list says of it beyond the machine, in the list's own words: label, value."""
    notes: dict[str, str] = next((snapshot.notes for snapshot in snapshots if snapshot.notes), {})
    shown = []
    for name, value in notes.items():
        if name == "purchase_date":
            with suppress(ValueError):
                value = wording.long_date(date.fromisoformat(value))
        shown.append((told(Message(FIELDS[name])) if name in FIELDS else name, value))
    return shown


def timeline(actor: Actor, device: Device) -> list[dict[str, Any]]:
    """The device's events, newest first, with who acted for whom. Three queries.

    A person is named to their own organisation and to the coordination; others read for which organisation they acted.
    """
    entries = list(Entry.objects.filter(stream=f"device:{device.id}").order_by("-sequence")[:TIMELINE])
    named = [entry for entry in entries if actor.oversees or entry.organisation_id == actor.organisation_id]
    people = member_names(entry.user_id for entry in named if entry.user_id)
    organisations = organisation_names(entry.organisation_id for entry in entries if entry.organisation_id)
    return [
        {
            "at": entry.at,
            "sentence": sentence(actor, device, entry),
            "who": " – ".join(
                name
                for name in (
                    people.get(entry.user_id, "") if entry.user_id and entry in named else "",
                    organisations.get(entry.organisation_id, "") if entry.organisation_id else "",
                )
                if name
            ),
        }
        for entry in entries
    ]


def origin_rules(device: Device) -> dict[str, Any]:
    """What its origin forbids or asks, shown where it binds."""
    if device.lot is None:
        return {}
    regime = Regime(device.lot.regime)
    return {
        "rules": rules_of(regime, WasteStatus(device.lot.waste_status)),
        "caps": price_caps(regime, Kind(device.kind)),
    }


def medium_of(device: Device, medium_id: UUID) -> Medium:
    medium: Medium | None = device.media.filter(pk=medium_id).first()
    if medium is None:
        raise NotFound
    return medium


def parts(machine: Machine) -> list[tuple[str, list[list[tuple[str, Any, Origin | None]]]]]:
    """Part by part: its name, then each one's known values and where each was read."""
    shown = []
    for name in PARTS:
        value = getattr(machine, name)
        ones = value if isinstance(value, tuple) else [value] if value is not None else []
        rows = [row for one in ones if (row := list(_values(one)))]
        if name == "memory":
            rows.extend(row for module in machine.memory.modules if (row := list(_values(module))))
        if rows:
            shown.append((name, rows))
    return shown


def _values(part: Any) -> Iterator[tuple[str, Any, Origin | None]]:
    for field in fields(part):
        value = getattr(part, field.name)
        if field.name in ("origin", "modules") or value in (None, "", ()):
            continue
        yield field.name, value, part.origin.get(field.name)
