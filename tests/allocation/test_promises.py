"""A promise, its machine and its request move together; what happens in the workshop is followed."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from maillon.allocation import problems, promises, rulesets
from maillon.allocation.models import Ending, Promise, PromiseState
from maillon.allocation.rules import read
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs import family
from maillon.needs.commands import withdraw_request
from maillon.workshop import moves
from maillon.workshop.models import Device, Medium
from tests.allocation.promises import make_promise, make_request, ready_device
from tests.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def told(request):
    return list(
        Entry.objects.filter(stream=f"request:{request.pk}").order_by("sequence").values_list("kind", flat=True)
    )


def now(made):
    """State of the machine, of its request and of the promise, as the database holds them."""
    found = Promise.objects.select_related("device", "request").get(pk=made.pk)
    return found.device.state, found.request.state, found.state


def test_a_promise_reserves_the_machine_and_tells_its_request(world):
    made = make_promise(world)
    assert now(made) == ("reserved", "promised", "active")
    assert told(made.request) == ["promise.made"]
    reserved = Entry.objects.get(stream=f"device:{made.device.id}", kind="device.reserved")
    assert reserved.data["reference"] == made.request.code


def test_a_machine_is_promised_once(world):
    made = make_promise(world)
    with pytest.raises(promises.DeviceGone):
        make_promise(world, device=made.device)
    Device.objects.filter(pk=made.device_id).update(state="ready")  # even if its state were wrong
    with pytest.raises(promises.DeviceGone):
        make_promise(world, device=made.device)
    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.create(territory=made.territory, request=made.request, device=made.device)
    assert Promise.objects.count() == 1


def test_a_request_receives_no_more_than_it_asks(world):
    request = make_request(world, quantity=2)
    for _ in range(2):
        make_promise(world, request=request)
    third = ready_device(world)
    with pytest.raises(promises.RequestGone):
        make_promise(world, request=request, device=third)
    third.refresh_from_db()
    assert third.state == "ready"


def test_a_machine_whose_disk_is_not_proved_erased_is_not_promised(world, english):
    device = ready_device(world)
    Medium.objects.filter(device=device).update(state="to_erase")
    request = make_request(world)
    with pytest.raises(Refusal, match="Erasure not proved"):
        make_promise(world, request=request, device=device)
    assert told(request) == [] and not Promise.objects.exists()


@pytest.mark.parametrize("who", ["head", "technician", "prescriber", "mediator", "reader", "donor"])
def test_the_coordination_alone_promises(world, who):
    request, device = make_request(world), ready_device(world)
    with pytest.raises(NotAllowed):
        promises.promise(actor=world.actor(who), campaign=None, request=request, device=device)


def test_another_territory_s_machine_or_request_is_not_found(world):
    foreign = make_world(" étrangère")
    mine, theirs = ready_device(world), ready_device(foreign)
    with pytest.raises(NotFound):
        make_promise(world, device=theirs)
    with pytest.raises(NotFound):
        make_promise(world, device=mine, request=make_request(foreign))
    with pytest.raises(NotFound):
        promises.keep_promise(foreign.actor("coordinator"), make_promise(world, device=mine).pk)


@pytest.mark.parametrize(
    ("state", "reason", "device", "kind"),
    [
        ("refused", "not_suited", "ready", "device.released"),
        ("no_show", "did_not_come", "ready", "device.released"),
        ("released", "mistake", "ready", "device.released"),
        ("broken", "broke_down", "erased", "device.faulty"),
    ],
)
def test_a_promise_that_ends_frees_its_machine_and_the_request_keeps_its_place(world, state, reason, device, kind):
    made = make_promise(world)
    since = made.request.since
    promises.end_promise(world.actor("coordinator"), made.pk, state, reason)
    assert now(made) == (device, "waiting", state)
    made.request.refresh_from_db()
    assert made.request.since == since
    assert Entry.objects.filter(stream=f"device:{made.device.id}").order_by("sequence").last().kind == kind
    first = made.request.criteria.filter(criterion="replacement").exists()
    assert first == (state == "broken")


def test_a_request_leaves_the_queue_when_it_is_said(world):
    made = make_promise(world)
    promises.end_promise(world.actor("coordinator"), made.pk, "refused", "found_elsewhere", leaves="found_elsewhere")
    made.request.refresh_from_db()
    assert (made.request.state, made.request.closing) == ("withdrawn", "found_elsewhere")
    assert made.request.closed_at is not None


def test_a_machine_freed_is_promised_to_another(world):
    first = make_promise(world)
    promises.end_promise(world.actor("coordinator"), first.pk, "no_show", "did_not_come")
    second = make_promise(world, device=Device.objects.get(pk=first.device_id))
    assert now(second) == ("reserved", "promised", "active") and now(first)[2] == "no_show"


def test_a_promise_ends_once(world, english):
    made = make_promise(world)
    coordinator = world.actor("coordinator")
    promises.end_promise(coordinator, made.pk, "refused", "not_suited")
    for late in (
        lambda: promises.end_promise(coordinator, made.pk, "no_show", "did_not_come"),
        lambda: promises.keep_promise(coordinator, made.pk),
    ):
        with pytest.raises(Refusal, match="This promise ended: Refused"):
            late()


def test_a_request_is_served_when_all_its_machines_are_handed_over(world):
    request = make_request(world, quantity=2)
    first, second = (make_promise(world, request=request) for _ in range(2))
    coordinator = world.actor("coordinator")
    promises.keep_promise(coordinator, first.pk)
    assert now(first)[1:] == ("promised", "kept")
    promises.keep_promise(coordinator, second.pk)
    assert now(second)[1:] == ("served", "kept")
    promises.keep_promise(coordinator, second.pk)  # twice changes nothing
    assert told(request).count("promise.kept") == 2


@pytest.mark.parametrize("ended_first", [True, False])
def test_one_of_several_refused_is_waited_for_when_its_place_is_kept(world, ended_first):
    """A class that takes two of three and keeps the place of the third waits for one more, whatever came first."""
    request = make_request(world, quantity=3, minimum=1)
    first, second, refused = (make_promise(world, request=request) for _ in range(3))
    coordinator = world.actor("coordinator")
    acts = [lambda: promises.end_promise(coordinator, refused.pk, PromiseState.REFUSED, Ending.NOT_SUITED)]
    acts += [lambda made=made: promises.keep_promise(coordinator, made.pk) for made in (first, second)]
    for act in acts if ended_first else reversed(acts):
        act()
    assert now(refused) == ("ready", "waiting", "refused")
    built = problems.build(
        territory_id=world.coordination.pk,
        rules=read(rulesets.current(world.coordination.pk).document),
        as_of=date(2026, 12, 1),
        commitment="0" * 64,
    )
    columns = built.problem["requests"]["columns"]
    assert (columns["id"], columns["quantity"], columns["minimum"]) == ([request.code], [1], [1])
    made = make_promise(world, request=request, device=refused.device)
    promises.keep_promise(coordinator, made.pk)
    assert now(made)[1:] == ("served", "kept")


def test_one_of_several_refused_for_good_is_not_asked_for_again(world):
    request = make_request(world, quantity=3, minimum=3)
    kept, *others = (make_promise(world, request=request) for _ in range(3))
    coordinator = world.actor("coordinator")
    for made in others:
        promises.end_promise(coordinator, made.pk, PromiseState.REFUSED, Ending.NOT_SUITED, leaves="no_longer_needed")
    promises.keep_promise(coordinator, kept.pk)
    assert now(kept)[1:] == ("served", "kept")
    request.refresh_from_db()
    assert (request.quantity, request.minimum) == (1, 1)


def test_a_request_that_holds_machines_is_served_when_it_gives_up_the_rest(world):
    request = make_request(world, quantity=2, minimum=2)
    first, second = (make_promise(world, request=request) for _ in range(2))
    promises.keep_promise(world.actor("coordinator"), first.pk)
    withdraw_request(actor=world.actor("prescriber"), request_id=request.pk)
    assert now(second) == ("ready", "served", "released")


def test_a_machine_that_breaks_down_at_its_holder_s_brings_the_request_back_first(world):
    made = make_promise(world)
    coordinator = world.actor("coordinator")
    moves.take_step(
        actor=coordinator, device_id=made.device.id, step="handed_over", answers={"reference": made.request.code}
    )
    assert now(made) == ("handed_over", "served", "kept")
    promises.end_promise(coordinator, made.pk, PromiseState.BROKEN, Ending.BROKE_DOWN)
    assert now(made) == ("handed_over", "waiting", "broken")
    assert made.request.criteria.filter(criterion="replacement").exists()


# -- steps taken by hand in the workshop


def reserve(world, who, device, reference):
    return moves.take_step(
        actor=world.actor(who), device_id=device.id, step="reserved", answers={"reference": reference}
    )


def test_reserving_by_hand_for_a_request_is_a_promise(world):
    request, device = make_request(world), ready_device(world)
    reserve(world, "coordinator", device, f"{request.code[:3]}-{request.code[3:].lower()}")
    made = Promise.objects.get()
    assert (made.campaign, made.request, made.device) == (None, request, device)
    assert now(made) == ("reserved", "promised", "active")


def test_a_workshop_does_not_choose_the_family(world, english):
    request, device = make_request(world), ready_device(world)
    with pytest.raises(Refusal, match="the coordination decides who receives a machine"):
        reserve(world, "head", device, request.code)
    device.refresh_from_db()
    assert device.state == "ready"
    reserve(world, "head", device, "SALON-2026")  # a note of the workshop's own: no family waits behind it
    assert not Promise.objects.exists()


def test_reserving_by_hand_for_a_request_that_does_not_wait_is_refused(world):
    request, device = make_request(world, state="withdrawn"), ready_device(world)
    with pytest.raises(promises.RequestGone):
        reserve(world, "coordinator", device, request.code)
    device.refresh_from_db()
    assert device.state == "ready"


def test_handing_over_by_hand_what_nobody_was_promised_is_a_promise_kept_at_once(world, english):
    request, device, other = make_request(world), ready_device(world), ready_device(world)

    def hand_over(who, which, reference):
        answers = {"reference": reference}
        moves.take_step(actor=world.actor(who), device_id=which.id, step="handed_over", answers=answers)

    with pytest.raises(Refusal, match="the coordination decides"):
        hand_over("head", device, request.code)
    hand_over("coordinator", device, request.code)
    assert now(Promise.objects.get()) == ("handed_over", "served", "kept")
    assert told(request) == ["promise.made", "promise.kept"]
    with pytest.raises(promises.RequestGone):  # it has its machine
        hand_over("coordinator", other, request.code)
    hand_over("head", other, "SALON-2026")  # no family waits behind it
    assert Promise.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "answers", "expected"),
    [
        ("released", {"reason": "no_show"}, ("ready", "waiting", "no_show")),
        ("released", {"reason": "cancelled"}, ("ready", "waiting", "released")),
        ("faulty", {}, ("erased", "waiting", "broken")),
        ("lost", {"reason": "stolen"}, ("lost", "waiting", "broken")),
    ],
)
def test_what_happens_to_the_machine_ends_its_promise(world, step, answers, expected):
    made = make_promise(world)
    moves.take_step(actor=world.actor("coordinator"), device_id=made.device.id, step=step, answers=answers)
    assert now(made) == expected


def test_a_promised_machine_is_handed_over_to_nobody_else(world, english):
    made = make_promise(world)
    other = make_request(world)
    with pytest.raises(Refusal, match="is promised to request"):
        moves.take_step(
            actor=world.actor("coordinator"),
            device_id=made.device.id,
            step="handed_over",
            answers={"reference": other.code},
        )
    assert now(made) == ("reserved", "promised", "active")


def test_who_may_end_a_promise(world):
    made = make_promise(world)
    for who in ("donor", "reader"):
        with pytest.raises(NotAllowed):
            promises.end_promise(world.actor(who), made.pk, "refused", "not_suited")
    with pytest.raises(NotFound):
        promises.end_promise(world.actor("mediator"), made.pk, "refused", "not_suited")  # not kept at its place
    promises.end_promise(world.actor("prescriber"), made.pk, "refused", "not_suited")


@pytest.mark.parametrize("who", ["prescriber", "family"])
def test_a_request_withdrawn_takes_its_promise_back(world, who):
    made = make_promise(world)
    actor = family.actor_of(made.request) if who == "family" else world.actor("prescriber")
    withdraw_request(actor=actor, request_id=made.request_id, closing="found_elsewhere")
    assert now(made) == ("ready", "withdrawn", "released")
    made.request.refresh_from_db()
    assert made.request.closing == "found_elsewhere"
    assert told(made.request) == ["promise.made", "promise.ended", "request.withdrawn"]
