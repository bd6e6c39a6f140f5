"""The same thing done to several machines: each has its own result, and what could not be done says why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from maillon.kernel import codes
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal
from maillon.kernel.translation import told
from maillon.territory.models import Place
from maillon.workshop import life, moves
from maillon.workshop.life import Obstacle, Step
from maillon.workshop.models import Device
from maillon.workshop.queries import device_facts
from maillon.workshop.stock import queries
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.forms import MOST_SELECTED

MOST_STEPS = 200  # each machine's proofs are read again


@dataclass(frozen=True, slots=True)
class Outcome:
    device: Device
    done: bool
    sentence: str

    @property
    def code(self) -> str:
        return codes.pretty(self.device.code)


@dataclass(frozen=True, slots=True)
class Planned:
    """Whether a step can be taken for a machine: what stands in the way, none when it can."""

    device: Device
    obstacles: list[Obstacle]

    @property
    def code(self) -> str:
        return codes.pretty(self.device.code)

    @property
    def reasons(self) -> list[str]:
        return [f"{told(each.what)} {told(each.remedy)}" for each in self.obstacles]


def chosen(actor: Actor, ids: Sequence[UUID], filters: str | None) -> list[Device]:
    """The machines of a selection, those the actor sees. filters: all those of this address instead of `ids`.

    Raises Refusal: none, or more than MOST_SELECTED.
    """
    if filters is None:
        numbers = queries.selected_numbers(actor, ids[: MOST_SELECTED + 1])
    else:
        asked = StockFilters.of(QueryDict(filters))
        numbers = [number for run in _first_runs(actor, asked) for number in run]
    if not numbers:
        raise Refusal(_("No machine is chosen."), _("Tick at least one in the list."))
    if len(numbers) > MOST_SELECTED:
        raise Refusal(
            _("More than %(most)d machines are chosen.") % {"most": MOST_SELECTED},
            _("Narrow the list with the filters first. Exports have no limit."),
        )
    devices = Device.objects.filter(number__in=numbers).select_related("place", "holder").order_by("-number")
    return list(devices)


def _first_runs(actor: Actor, filters: StockFilters) -> Iterable[list[int]]:
    count = 0
    for run in queries.numbers_of(actor, filters):
        yield run
        count += len(run)
        if count > MOST_SELECTED:
            return


def move(actor: Actor, devices: Sequence[Device], place: Place | None) -> list[Outcome]:
    """Put machines on a place. Those of another workshop stay where they are. Raises NotAllowed."""
    actor.require("stock.move")
    mine = set(
        Device.objects.workable_by(actor).filter(number__in=[d.number for d in devices]).values_list("id", flat=True)
    )
    name = place.name if place else _("no place")
    outcomes, moving = [], []
    for device in devices:
        if device.id not in mine:
            outcomes.append(Outcome(device, False, _("It is not yours to move.")))
        elif place and device.holder_id != place.organisation_id:
            outcomes.append(Outcome(device, False, _elsewhere(device)))
        elif device.place_id == (place.pk if place else None):
            outcomes.append(Outcome(device, True, _("Already there: %(place)s.") % {"place": name}))
        else:
            moving.append(device)
            outcomes.append(Outcome(device, True, _("Moved: %(place)s.") % {"place": name}))
    try:
        moves.move_to(actor=actor, device_ids=[device.id for device in moving], place=place)
    except NotFound:  # one of them changed hands meanwhile: nothing was moved
        taken = {device.id for device in moving}
        sentence = _("Nothing was moved: one of these machines has just left your stock. Choose again.")
        return [Outcome(o.device, False, sentence) if o.device.id in taken else o for o in outcomes]
    return outcomes


def _elsewhere(device: Device) -> str:
    return _("It is held by %(holder)s, which has no such place.") % {"holder": device.holder.name}


def open_steps(actor: Actor, devices: Iterable[Device]) -> list[tuple[Step, int]]:
    """The steps by hand that at least one of them is at the right stage for, and how many are."""
    states = [life.State(device.state) for device in devices]
    steps = [s for s in life.STEPS if s.by_hand and actor.may(s.permission)]
    counted = [(step, sum(state in step.sources for state in states)) for step in steps]
    return [(step, count) for step, count in counted if count]


def step_plan(actor: Actor, devices: Sequence[Device], step: Step) -> list[Planned]:
    """What would happen. Raises NotAllowed, Refusal (too many)."""
    actor.require(step.permission)
    if len(devices) > MOST_STEPS:
        raise Refusal(
            _("At most %(most)d machines can take a step together.") % {"most": MOST_STEPS},
            _("Choose fewer machines, and do it again for the others."),
        )
    return [Planned(device, life.obstacles(step, device_facts(device))) for device in devices]


def take(actor: Actor, devices: Sequence[Device], step: Step, answers: Mapping[str, Any]) -> list[Outcome]:
    """Take a step for each machine that can, each in its own transaction. Raises NotAllowed."""
    actor.require(step.permission)
    outcomes = []
    place = answers.get("place")
    for device in devices:
        if place and place.organisation_id != device.holder_id:
            outcomes.append(Outcome(device, False, _elsewhere(device)))
            continue
        try:
            moves.take_step(actor=actor, device_id=device.id, step=step.name, answers=answers)
            outcomes.append(Outcome(device, True, _("Done: %(step)s.") % {"step": told(step.label)}))
        except Refusal as refused:
            outcomes.append(Outcome(device, False, str(refused)))
        except NotFound:
            outcomes.append(Outcome(device, False, _("It is not yours to change.")))
    return outcomes
