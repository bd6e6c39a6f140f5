"""Large drops: kept at once, read by a job, followed on a page."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from maillon.kernel.errors import NotAllowed
from maillon.kernel.jobs.running import drain
from maillon.workshop.intake.drops import commands
from maillon.workshop.intake.drops.models import Drop, DropFile
from maillon.workshop.intake.receiving import CHUNK, Incoming
from maillon.workshop.jobs import read_drop
from maillon.workshop.models import Device, RawInput
from tests.world import dmidecode, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    return make_world()


def archive(count, *, poem=True):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as members:
        for n in range(count):
            members.writestr(f"pc{n}.txt", dmidecode(f"PF1{n:05d}", uuid=f"11111111-2222-4333-8444-{n:012d}"))
        if poem:
            members.writestr("poeme.txt", b"Sous le pont Mirabeau coule la Seine")
    return packed.getvalue()


def take_in(world, data, who="technician"):
    files = [Incoming("ecole.zip", data)]
    return commands.take_in(actor=world.actor(who), files=files, lot=None, place=world.shelf)


def test_everything_is_read_by_the_job_and_the_bytes_are_then_the_stock_s(world):
    drop = take_in(world, archive(CHUNK + 3))
    assert Device.objects.count() == 0 and DropFile.objects.count() == 1
    drain()
    drop.refresh_from_db()
    assert drop.finished_at and Device.objects.count() == CHUNK + 3
    assert sorted(set(drop.lines.values_list("outcome", flat=True))) == ["new", "refused"]
    assert not DropFile.objects.exists() and Device.objects.first().place == world.shelf


def test_a_job_that_died_after_a_step_goes_on_where_it_was(world, monkeypatch):
    drop = take_in(world, archive(CHUNK + 3, poem=False))
    filed, real = [], commands.file_some

    def dies_once(drop, units):
        if len(filed) == 1:
            filed.append("dead")
            raise OSError("gone")
        filed.append(len(units))
        real(drop, units)

    monkeypatch.setattr(commands, "file_some", dies_once)
    drain()
    assert Device.objects.count() == CHUNK and not Drop.objects.get().finished_at
    from maillon.kernel.jobs.models import Job

    Job.objects.update(run_after=timezone.now())
    drain()
    assert filed == [CHUNK, "dead", 3] and Device.objects.count() == CHUNK + 3
    assert drop.lines.count() == CHUNK + 3 == RawInput.objects.count()


def test_what_is_large_goes_to_the_job_and_the_page_follows_it(world, client):
    client.force_login(world.users["technician"])
    noise = bytes(range(256)) * 1200
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as members:
        members.writestr("pc.txt", dmidecode())
        members.writestr("photo.raw", noise)
    response = client.post("/releves/", {"files": [SimpleUploadedFile("ecole.zip", packed.getvalue())]})
    assert response.status_code == 302 and "/releves/depots/" in response.url
    assert client.get(response.url).status_code == 200
    drain()
    page = client.get(response.url).content.decode()
    assert Device.objects.get().code[:3] in page
    client.force_login(world.users["neighbour"])
    assert client.get(response.url).status_code == 404


def test_with_a_script_the_batch_answers_a_line_that_leads_there(world, client):
    client.force_login(world.users["technician"])
    big = archive(3) + b"\0" * commands.ARCHIVE_BYTES
    response = client.post("/releves/", {"files": [SimpleUploadedFile("e.zip", big)]}, headers={"X-Batch": "1"})
    assert str(Drop.objects.get().pk) in response.content.decode()


def test_small_files_are_read_at_once():
    assert not commands.is_large([Incoming("a.txt", dmidecode())])
    assert commands.is_large([Incoming("a.txt", b"x" * (commands.PLAIN_BYTES + 1))])


def test_who_may_not(world):
    with pytest.raises(NotAllowed):
        take_in(world, archive(1), who="reader")
    assert not Drop.objects.exists()


def test_a_job_for_someone_who_lost_the_right_meanwhile_does_nothing(world):
    take_in(world, archive(1))
    world.users["technician"].memberships.all().delete()
    drain()
    assert Device.objects.count() == 0
    assert read_drop.name
