"""Every state, every step, every role: the page offers what may be done and nothing else, and the address obeys it."""

import re

import pytest

from maillon.collection.commands import announce_lot
from maillon.hardware.model import Kind
from maillon.kernel.ledger import Entry
from maillon.territory.commands import create_token
from maillon.workshop import moves
from maillon.workshop.intake import by_hand
from maillon.workshop.life import STEPS, State
from maillon.workshop.models import CheckAnswer, Device, Medium
from maillon.workshop.stock import index
from maillon.workshop.vocabulary import check_lines
from tests.security.test_erasure import DISK, bring, machine
from tests.world import make_world, wipe_report

pytestmark = pytest.mark.django_db
DECISIONS = {"reserved", "released", "handed_over", "recycled", "lost"}  # a workshop's head or the coordination
EVIDENCE = {"inspected", "erased"}  # nobody, by hand
NAMES = {step.name for step in STEPS}
REASONS = {"for_parts": "broken", "restored": "mistake", "released": "cancelled", "lost": "stolen"}


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def device(world):
    """Nothing stands in its way: erased, checked, graded."""
    actor = world.actor("technician")
    made = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK)))
    put(made, State.ERASED)
    return made


def put(device, state):
    Device.objects.filter(pk=device.pk).update(state=state.value, grade=3, parts_only=False)
    Medium.objects.filter(device=device).update(state="erased")
    for line in check_lines(Kind(device.kind)):
        CheckAnswer.objects.get_or_create(device=device, line=line, defaults={"answer": "ok"})


def answers(step):
    return {
        "place": "",
        "condition": "B",
        "repair": ["battery"],
        "system": "lmde-7",
        "reason": REASONS.get(step, ""),
        "reference": "R-12",
        "slip": "BSD-7",
    }


def take(client, device, step, **more):
    """The answer, and the kinds of the events that were written."""
    before = Entry.objects.count()
    answer = client.post(f"/machines/{device.code}/etape/{step}/", answers(step) | more)
    entries = Entry.objects.order_by("recorded_at", "sequence")[before:]
    return answer, [entry.kind for entry in entries]


def state_of(device):
    return State(Device.objects.values_list("state", flat=True).get(pk=device.pk))


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize(("who", "may"), [("technician", NAMES - DECISIONS), ("coordinator", NAMES)])
def test_the_page_offers_each_step_that_can_be_taken_and_no_other(world, device, client, who, may, state):
    client.force_login(world.users[who])
    put(device, state)
    page = client.get(f"/machines/{device.code}/").content.decode()
    offered = set(re.findall(rf"/machines/{device.code}/etape/(\w+)/", page))
    expected = {step.name for step in STEPS if state in step.sources and step.name in may - EVIDENCE}
    assert offered == expected
    for step in STEPS:
        put(device, state)
        answer, written = take(client, device, step.name)
        if step.name in offered:
            assert (answer.status_code, written, state_of(device)) == (302, [f"device.{step.name}"], step.to)
        else:
            refused = 404 if step.name in EVIDENCE else 409 if step.name in may else 403
            assert (answer.status_code, written, state_of(device)) == (refused, [], state)


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("donor", 403), ("neighbour", 404), ("prescriber", 403)])
def test_who_may_take_no_step_takes_none(world, device, client, who, status):
    client.force_login(world.users[who])
    Device.objects.update(donor=world.donor)
    for step in STEPS:
        if step.name in EVIDENCE:
            continue
        put(device, sorted(step.sources)[0])
        answer, written = take(client, device, step.name)
        wanted = {status, 403} if step.name in DECISIONS else {status}  # a technician of elsewhere decides nothing
        assert answer.status_code in wanted and written == []


@pytest.mark.parametrize("who", ["reader", "donor"])
def test_who_only_looks_is_offered_nothing(world, device, client, who):
    client.force_login(world.users[who])
    Device.objects.update(donor=world.donor)
    for state in State:
        put(device, state)
        assert "/etape/" not in client.get(f"/machines/{device.code}/").content.decode()


def test_a_form_filled_in_before_someone_else_moved_the_machine_changes_nothing(world, device, client):
    client.force_login(world.users["head"])
    put(device, State.CHECKED)
    page = client.get(f"/machines/{device.code}/etape/for_parts/").content.decode()
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    put(device, State.READY)  # from where it may be kept for parts as well
    answer, written = take(client, device, "for_parts", seen=seen)
    assert (answer.status_code, written, state_of(device)) == (409, [], State.READY)
    answer, written = take(client, device, "for_parts", seen="ready")
    assert (answer.status_code, written) == (302, ["device.for_parts"])


def test_a_step_taken_twice_is_written_once(world, device, client):
    client.force_login(world.users["technician"])
    put(device, State.INSTALLED)
    first, written = take(client, device, "checked", seen="installed")
    again, nothing = take(client, device, "checked", seen="installed")
    assert (first.status_code, written, again.status_code, nothing) == (302, ["device.checked"], 409, [])


def test_a_disk_that_failed_is_to_be_destroyed_and_no_report_is_asked_for(world, client):
    actor = world.actor("technician")
    device = machine(actor)
    bring(actor, ("wipe.json", wipe_report(DISK, errors=2)))
    client.force_login(world.users["technician"])
    page = client.get(f"/machines/{device.code}/").content.decode()
    first = re.findall(r'<a class="btn btn-primary" href="([^"]+)"', page)
    assert first == [f"/machines/{device.code}/disques/{device.media.get().pk}/destruction/"]


@pytest.mark.parametrize("state", list(State))
def test_one_action_comes_first(world, client, state):
    """Whatever is known of it: erased or not, read or not."""
    actor = world.actor("head")
    client.force_login(world.users["head"])
    read = machine(actor)
    bare = by_hand.register(actor=actor, kind="notebook", vendor="Acer", model="Aspire")
    for device in (read, bare):
        Device.objects.filter(pk=device.pk).update(state=state.value)
        page = client.get(f"/machines/{device.code}/").content.decode()
        assert page.count("btn btn-primary") <= 1


CHOICES = [("erased", "installed", "system"), ("checked", "for_parts", "reason")]


@pytest.mark.parametrize(("state", "step", "field"), CHOICES)
def test_a_button_pressed_too_soon_states_nothing(world, client, device, state, step, field):
    put(device, State(state))
    client.force_login(world.users["head"])
    page = client.get(f"/machines/{device.code}/etape/{step}/").content.decode()
    assert re.search(rf'<select name="{field}"[^>]*required[^>]*>\s*<option value="" selected>', page)
    answer, events = take(client, device, step, **{field: ""})
    device.refresh_from_db()
    assert answer.status_code == 422 and not events and device.state == state


def test_the_start_page_counts_every_state(world, client):
    actor = world.actor("head")
    client.force_login(world.users["head"])
    for number, state in enumerate(State):
        made = by_hand.register(actor=actor, kind="notebook", vendor="Acer", model=f"Aspire {number}")
        Device.objects.filter(pk=made.pk).update(state=state.value)
    index.rebuild()
    page = client.get("/").content.decode()
    assert {state for state in State if f"?state={state.value}" in page} == set(State)


def test_lots_are_offered_by_what_people_know_of_them(world, client, english):
    announce_lot(actor=world.actor("technician"), donor_id=world.donor.pk, announced_count=12)
    client.force_login(world.users["technician"])
    assert f"{world.donor.name} · 12 machines" in client.get("/releves/").content.decode()


def test_a_donor_does_not_read_for_which_request_its_machine_left(world, device, client, english):
    """A school gives and follows families: a code on a machine it knows would say who has it."""
    put(device, State.READY)
    for step in ("reserved", "handed_over"):
        moves.take_step(
            actor=world.actor("coordinator"), device_id=device.id, step=step, answers={"reference": "K7M2XQ4"}
        )
    Device.objects.update(donor=world.donor)
    for who, told in (("donor", False), ("technician", True), ("coordinator", True)):
        client.force_login(world.users[who])
        client.cookies["django_language"] = "en"
        page = client.get(f"/machines/{device.code}/").content.decode()
        assert ("K7M-2XQ4" in page or "K7M2XQ4" in page) == told, who
        assert "Handed over" in page and "Reserved" in page, who
    token = create_token(
        actor=world.actor("coordinator"), organisation_id=world.donor.pk, label="t", scopes=["stock.view"]
    )[1]
    told = client.get(f"/api/v1/devices/{device.code}", HTTP_AUTHORIZATION=f"Bearer {token}").json()
    assert told["code"] == device.code and "K7M" not in str(told)
