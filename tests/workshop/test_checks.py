"""The check-list: what a person saw work is evidence too."""

from dataclasses import replace

import pytest

from maillon.hardware.criteria import Criterion
from maillon.hardware.judgement import judge
from maillon.workshop import moves
from maillon.workshop.intake.receiving import Incoming, receive
from maillon.workshop.models import CheckAnswer, Device, Hardware
from maillon.workshop.queries import judgement_of, machine_of, packed
from maillon.workshop.stock import index
from maillon.workshop.vocabulary import CHECK_LINES
from tests.hardware.test_judgement import laptop
from tests.world import dmidecode, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    return make_world()


def on_the_bench(world, machine):
    list(receive(actor=world.actor("technician"), files=[Incoming("t470.txt", dmidecode())]))
    device = Device.objects.get()
    Hardware.objects.filter(device=device).update(document=packed(machine))
    device.state, device.grade = "installed", judge(machine).grade
    device.save()
    index.sync([device.number])
    return device


def unknown(device):
    device.refresh_from_db()
    return {found.criterion for found in judgement_of(device, machine_of(device)).unknowns}


def test_what_a_person_saw_work_counts_for_what_no_tool_saw(world):
    bare = replace(laptop(cameras=(), audio=(), network=()), tools=("dmidecode 3.5",))
    device = on_the_bench(world, bare)
    parts = {Criterion.CAMERA, Criterion.SOUND, Criterion.NETWORK}
    assert parts <= unknown(device)
    before = device.grade or 0
    answers = {"camera": "ok", "sound": "ok", "wifi": "ok"}
    moves.answer_checks(actor=world.actor("technician"), device_id=device.id, answers=answers)
    assert not parts & unknown(device)
    assert device.grade > before and index.check() == [], "the stock's list says the same"


def test_a_part_that_is_not_there_is_no_longer_unknown(world):
    device = on_the_bench(world, replace(laptop(cameras=()), tools=("dmidecode 3.5",)))
    moves.answer_checks(actor=world.actor("technician"), device_id=device.id, answers={"camera": "absent"})
    assert Criterion.CAMERA not in unknown(device)
    assert "No camera." in [str(reason) for reason in judgement_of(device, machine_of(device)).because]


def test_answers_taken_back_count_no_more(world):
    device = on_the_bench(world, replace(laptop(cameras=()), tools=("dmidecode 3.5",)))
    moves.answer_checks(actor=world.actor("technician"), device_id=device.id, answers={"camera": "ok"})
    moves.answer_checks(actor=world.actor("technician"), device_id=device.id, answers={"camera": ""})
    assert Criterion.CAMERA in unknown(device)


def test_a_machine_goes_to_whom_it_was_reserved_for(client, world):
    list(receive(actor=world.actor("technician"), files=[Incoming("t470.txt", dmidecode())]))
    device = Device.objects.get()
    device.no_disk_declared, device.state, device.grade = True, "ready", 3
    device.save()
    CheckAnswer.objects.bulk_create(CheckAnswer(device=device, line=line, answer="ok") for line in CHECK_LINES)
    client.force_login(world.users["coordinator"])
    moves.take_step(
        actor=world.actor("coordinator"), device_id=device.id, step="reserved", answers={"reference": "D-41"}
    )
    page = client.get(f"/machines/{device.code}/etape/handed_over/").content.decode()
    assert 'value="D-41"' in page
