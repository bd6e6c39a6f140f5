"""What pages read of one device."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import zstandard
from django.db.models import QuerySet
from django.utils.functional import Promise

from maillon.hardware import schema
from maillon.hardware.criteria import Criterion
from maillon.hardware.fleet import FORMAT
from maillon.hardware.judgement import Judgement, judge
from maillon.hardware.model import Kind, Machine
from maillon.kernel import events
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger import Entry
from maillon.workshop import additions
from maillon.workshop.life import Facts, MediumFacts, MediumState, State
from maillon.workshop.models import STATE_LABELS, CheckAnswer, Device, Hardware
from maillon.workshop.vocabulary import CHECK_LINES, check_lines

CHECKED = {"camera": Criterion.CAMERA, "sound": Criterion.SOUND, "wifi": Criterion.NETWORK}
BEFORE_CHECKS = {State.ANNOUNCED, State.RECEIVED, State.TRIAGED, State.INSPECTED, State.ERASED}


def device_by_code(actor: Actor, code: str) -> Device:
    """The device with this code, if the actor may see it. One query. Raises NotFound."""
    devices = Device.objects.visible_to(actor).select_related("lot", "place", "holder", "donor")
    device: Device | None = devices.filter(code=code).first()
    if device is None:
        raise NotFound
    return device


def device_facts(device: Device) -> Facts:
    """What the rules of its life need to know. Three queries."""
    media = list(device.media.filter(fitted=True))
    answers = dict(device.checks.values_list("line", "answer"))
    lines = check_lines(Kind(device.kind))
    failing = tuple(str(CHECK_LINES[line]) for line in lines if answers.get(line) == CheckAnswer.Answer.FAILING)
    return Facts(
        state=State(device.state),
        inspected=device.snapshots.exclude(raw__format=FORMAT).exists(),  # a list is no reading
        grade=device.grade,
        parts_only=device.parts_only,
        media=tuple(MediumFacts(medium.name, MediumState(medium.state)) for medium in media),
        media_known=bool(media) or device.no_disk_declared,
        checks_open=sum(line not in answers for line in lines),
        checks_failing=failing,
        checks_done=all(line in answers for line in lines),
    )


def machine_of(device: Device) -> Machine | None:
    """The hardware known of a device, or None before its first reading. One query."""
    hardware = Hardware.objects.filter(device=device).first()
    return unpacked(hardware.document) if hardware else None


def reserved_for(device: Device) -> str:
    """The reference of the request it was last reserved for; empty when nothing says so. One query."""
    reserved = Entry.objects.filter(stream=f"device:{device.id}", kind="device.reserved").order_by("sequence").last()
    return str(reserved.data.get("reference") or "") if reserved else ""


FOR_A_REQUEST = {"device.reserved": State.RESERVED, "device.handed_over": State.HANDED_OVER}


def sentence(actor: Actor, device: Device, entry: Entry) -> str:
    """What happened to it; for which request, to who holds it and to the coordination alone: a donor knows families."""
    if entry.kind in FOR_A_REQUEST and not (actor.oversees or device.holder_id == actor.organisation_id):
        return str(STATE_LABELS[FOR_A_REQUEST[entry.kind]])
    return events.sentence(entry)


def judgement_of(device: Device, machine: Machine) -> Judgement:
    """With what its check-list says of parts that no tool may have seen. One query, none before it is on the bench."""
    if State(device.state) in BEFORE_CHECKS:
        return judge(machine)
    return judge(machine, seen_of(dict(device.checks.filter(line__in=CHECKED).values_list("line", "answer"))))


def reservations(device: Device) -> list[tuple[str | Promise, str | Promise]]:
    """What the grade is subject to: the line of the check-list that often fails on machines like it, and why.

    A grade says what the parts are, not that they work. What nobody answered for on this machine stays in; a person's
    answer takes it out (docs/decisions/0027). One query, and those of what the later links know.
    """
    notes = additions.notes_on_checks(device)
    if not notes:
        return []
    settled = (CheckAnswer.Answer.OK, CheckAnswer.Answer.ABSENT)
    seen = set(device.checks.filter(line__in=notes, answer__in=settled).values_list("line", flat=True))
    return [(CHECK_LINES[line], notes[line]) for line in check_lines(Kind(device.kind)) if line in notes.keys() - seen]


def judged(devices: QuerySet[Device]) -> Iterator[tuple[int, Machine, Judgement]]:
    """Number, hardware and judgement of each of these devices that was read and went past the bench. Two queries."""
    answers: dict[int, dict[str, str]] = {}
    checks = CheckAnswer.objects.filter(device__in=devices, line__in=CHECKED)
    for number, line, answer in checks.values_list("device_id", "line", "answer"):
        answers.setdefault(number, {})[line] = answer
    rows: Any = Hardware.objects.filter(device__in=devices).values_list("device_id", "document")
    for number, document in rows.iterator():
        machine = unpacked(document)
        yield number, machine, judge(machine, seen_of(answers.get(number, {})))


def seen_of(answers: Mapping[str, str]) -> dict[Criterion, bool]:
    """What a person saw work, or saw that there is none."""
    works, absent = CheckAnswer.Answer.OK, CheckAnswer.Answer.ABSENT
    seen = {CHECKED[line]: True for line, answer in answers.items() if answer == works}
    return seen | {CHECKED[line]: False for line in ("camera", "sound") if answers.get(line) == absent}


def packed(machine: Machine) -> bytes:
    """A machine as it is stored: JSON, zstandard."""
    return zstandard.compress(json.dumps(schema.to_dict(machine), ensure_ascii=False).encode(), 3)


def unpacked(document: bytes | memoryview) -> Machine:
    return schema.from_dict(json.loads(zstandard.decompress(bytes(document), max_output_size=64 * 2**20)))


def hardware_of(numbers: Iterable[int]) -> dict[int, Machine]:
    """The hardware known of several devices. One query."""
    rows: Any = Hardware.objects.filter(device_id__in=list(numbers)).values_list("device_id", "document")
    return {number: unpacked(document) for number, document in rows}
