"""Writing a step of a device's life, once it is known to be allowed. Inside the caller's transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound
from maillon.territory.models import Place
from maillon.workshop.life import MediumState, State, Step
from maillon.workshop.models import Device
from maillon.workshop.queries import judgement_of, machine_of
from maillon.workshop.signals import step_taken
from maillon.workshop.stock import index

# It left: the shelf it stood on is free.
LEAVES_ITS_PLACE = frozenset({State.HANDED_OVER, State.RECYCLED, State.LOST})
OUT_OF_HANDS = frozenset({State.HANDED_OVER, State.LOST})


def locked(actor: Actor, device_id: UUID) -> Device:
    """The device, locked until the end of the transaction, if the actor may change it. Raises NotFound."""
    device: Device | None = Device.objects.select_for_update().workable_by(actor).filter(id=device_id).first()
    if device is None:
        raise NotFound
    return device


def record_step(actor: Actor, device: Device, step: Step, answers: dict[str, Any], at: datetime | None = None) -> None:
    """Write a step whose conditions were checked: state, answers, event, index. Inside the caller's transaction."""
    payload: dict[str, object] = {}
    for name in step.asks:
        value = answers.get(name)
        if name == "place":
            if isinstance(value, Place):
                device.place = value
            payload["place"] = device.place_id
        else:
            payload[name] = value
            if name in ("condition", "system") and value:
                setattr(device, name, value)
    if device.state in OUT_OF_HANDS and step.to not in OUT_OF_HANDS:
        _erasure_must_be_proved_again(device)
    if step.to in LEAVES_ITS_PLACE:
        device.place = None
    device.state = step.to.value
    device.save(
        update_fields=["state", "place", "condition", "system", "no_disk_declared", "no_disk_witness", "changed_at"]
    )
    if step.name == "received":
        payload["lot"] = device.lot.code if device.lot else None
    if step.name == "faulty":
        device.checks.all().delete()  # what was seen to work is looked at again
    ledger.append_many([ledger.Event(f"device.{step.name}", actor, device.id, at, None, payload)])
    index.sync([device.number])
    step_taken.send(Device, device=device, step=step.name, answers=answers, actor=actor, at=at)


def regrade(device: Device) -> None:
    """After its check-list changed: what a person saw work counts for what no tool saw. Inside a transaction."""
    machine = machine_of(device)
    grade = judgement_of(device, machine).grade if machine else device.grade
    if grade != device.grade:
        device.grade = grade
        device.save(update_fields=["grade", "changed_at"])
        index.sync([device.number])


def _erasure_must_be_proved_again(device: Device) -> None:
    """Someone used it: what was proved or declared before says nothing of its disks now, nor of what is on them."""
    away = ledger.Entry.objects.filter(stream=f"device:{device.id}", kind__in=("device.handed_over", "device.lost"))
    left = away.order_by("-sequence").values_list("at", flat=True).first()
    fitted = device.media.filter(fitted=True)
    fitted.filter(state=MediumState.ABSENT.value).update(fitted=False)
    fitted.filter(state=MediumState.ERASED.value).update(state=MediumState.TO_ERASE.value)
    fitted.update(used_at=left)
    device.no_disk_declared, device.no_disk_witness = False, ""
    device.checks.all().delete()
    regrade(device)
