"""One scan: a machine is put on a place, takes a step, or both, as the context says; and the last one undone.

Undoing is a new event, never an erasure: the ledger keeps both. A place can always be given back; a step only when
nothing followed from it and nothing was destroyed by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillon.kernel import codes, ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.translation import told
from maillon.territory.models import Place
from maillon.workshop import life, moves, steps
from maillon.workshop.life import BY_NAME, State, Step
from maillon.workshop.models import STATE_LABELS, Device
from maillon.workshop.stock import index

# Steps after which the machine is as it was, but for what was written of it.
REVERSIBLE = frozenset(
    {"received", "triaged", "repaired", "installed", "checked", "ready", "for_parts", "restored", "released"}
)
IRREVERSIBLE = {
    "reserved": gettext_lazy("Someone was told that it is reserved: release it on its page."),
    "faulty": gettext_lazy("Its check-list was set aside: repair it, then check it again."),
    "handed_over": gettext_lazy("It has left: take it back on its page when it returns."),
    "returned": gettext_lazy("Its proofs of erasure were set aside when it came back: its disks must be erased again."),
    "recycled": gettext_lazy("It was sent to recycling, and the slip is written."),
    "lost": gettext_lazy("Put it back into the workshop on its page, with the reason."),
}


@dataclass(frozen=True, slots=True)
class Context:
    """What each scan does. answers: what the step asks, the place excepted."""

    place: Place | None = None
    step: Step | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def only_looks(self) -> bool:
        return self.place is None and self.step is None


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one scan did. undo: what is needed to undo it, as JSON; empty when there is nothing to undo."""

    done: bool
    code: str
    sentence: str
    title: str = ""
    device_code: str = ""
    undo: dict[str, Any] = field(default_factory=dict)


def scan(actor: Actor, text: str, context: Context) -> Scanned:
    """text: what the reader, the camera or a person gave: a code, or the address behind a label's QR.

    Never raises for what was scanned: what is refused is a line too. All of the context is done, or nothing.
    Raises NotAllowed.
    """
    if not context.only_looks:
        actor.require("stock.move")
    shown = " ".join(text.split())[:60]
    code = codes.parse(text)
    if not isinstance(code, str):
        return Scanned(False, shown, str(code.message))
    seen = Device.objects.visible_to(actor) if context.only_looks else Device.objects.workable_by(actor)
    device: Device | None = seen.filter(code=code).first()
    if device is None:
        return Scanned(False, codes.pretty(code), _("No machine of your stock has this code."))
    if context.only_looks:
        return _line(device, True, _state(device))
    try:
        return _do(actor, device.id, context)
    except Refusal as refused:
        return _line(device, False, str(refused))
    except NotFound:
        return Scanned(False, codes.pretty(code), _("No machine of your stock has this code."))


def _line(device: Device, done: bool, sentence: str, undo: dict[str, Any] | None = None) -> Scanned:
    return Scanned(done, codes.pretty(device.code), sentence, device.title, device.code, undo or {})


def _state(device: Device) -> str:
    return str(STATE_LABELS[State(device.state)])


def _do(actor: Actor, device_id: UUID, context: Context) -> Scanned:
    with transaction.atomic():
        device = steps.locked(actor, device_id)
        _check_place(device, context.place)
        before = {
            "state": device.state,
            "place": device.place_id,
            "condition": device.condition,
            "system": device.system,
        }
        said, took = [], False
        if context.step:
            took = _take(actor, device, context)
            device.refresh_from_db()
            said.append(_state(device) if took else _("Already: %(state)s.") % {"state": _state(device)})
        if context.place:
            moved = device.place_id != context.place.pk
            if moved:
                moves.move_to(actor=actor, device_ids=[device_id], place=context.place)
                device.refresh_from_db()
            arrived = moved or before["place"] != device.place_id
            said.append(
                context.place.name if arrived else _("Already there: %(place)s.") % {"place": context.place.name}
            )
        if not took and device.place_id == before["place"]:
            return _line(device, True, " ".join(said))
        undo: dict[str, Any] = {key: str(value) if value else "" for key, value in before.items()}
        undo |= {"device": str(device.id), "step": context.step.name if context.step and took else ""}
        undo["moved"] = device.place_id != before["place"]
        undo["events"] = _events(device.id)
    return _line(device, True, " · ".join(said), undo)


def _check_place(device: Device, place: Place | None) -> None:
    if place and place.organisation_id != device.holder_id:
        raise Refusal(
            _("It is held by %(holder)s, which has no such place.") % {"holder": device.holder.name},
            _("Choose one of its places."),
        )


def _take(actor: Actor, device: Device, context: Context) -> bool:
    """Whether the step was taken; False when the machine is already there, as a label is often read twice."""
    step = context.step
    assert step is not None  # noqa: S101 - the caller looked
    if State(device.state) is step.to and State(device.state) not in step.sources:
        return False
    answers = {**context.answers, "place": context.place}
    moves.take_step(actor=actor, device_id=device.id, step=step.name, answers=answers)
    return True


def _events(device_id: UUID) -> int:
    return ledger.Entry.objects.filter(subject=device_id).count()


def undo(actor: Actor, kept: Mapping[str, Any]) -> Scanned:
    """Give back the place and the state of before a scan. kept: `Scanned.undo`.

    Raises NotAllowed, NotFound, Refusal (why it can not be undone, and what to do instead). Nothing is written then.
    """
    actor.require("stock.move")
    with transaction.atomic():
        device = steps.locked(actor, UUID(kept["device"]))
        if _events(device.id) != kept["events"]:
            raise Refusal(
                _("%(code)s: something else happened to it since.") % {"code": codes.pretty(device.code)},
                _("Open its page to see what, and correct it there."),
            )
        if kept["step"]:
            _give_back_state(actor, device, kept)
        if kept["moved"]:
            _give_back_place(actor, device, kept)
    device.refresh_from_db()
    where = device.place.name if device.place else _("no place")
    return _line(device, True, _("Undone: %(state)s, %(place)s.") % {"state": _state(device), "place": where})


def _give_back_state(actor: Actor, device: Device, kept: Mapping[str, Any]) -> None:
    step = BY_NAME[kept["step"]]
    if step.permission not in actor.permissions:
        raise NotAllowed(step.permission)
    if step.name not in REVERSIBLE:
        raise Refusal(
            _("%(code)s: “%(step)s” can not be undone.")
            % {"code": codes.pretty(device.code), "step": told(step.label)},
            str(IRREVERSIBLE.get(step.name, "")),
        )
    device.state, device.condition, device.system = kept["state"], kept["condition"], kept["system"]
    device.save(update_fields=["state", "condition", "system", "changed_at"])
    ledger.append("device.step_undone", actor, device.id, state=kept["state"], undone=step.name)
    index.sync([device.number])


def _give_back_place(actor: Actor, device: Device, kept: Mapping[str, Any]) -> None:
    place = Place.objects.filter(pk=kept["place"]).first() if kept["place"] else None
    if kept["place"] and place is None:
        raise Refusal(_("The place it came from is gone."), _("Choose a place on its page."))
    moves.move_to(actor=actor, device_ids=[device.id], place=place)


def offered_steps(actor: Actor) -> list[Step]:
    """The steps that may be the context of scans."""
    return [step for step in life.STEPS if step.by_hand and actor.may(step.permission) and "slip" not in step.asks]


__all__ = ["Context", "Scanned", "offered_steps", "scan", "undo"]
