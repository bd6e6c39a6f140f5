"""Large drops: kept at once, read by a job, followed on a page."""

import io
import zipfile
from contextlib import contextmanager

import pytest
import zstandard
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from maillon.kernel.errors import NotAllowed, Refusal
from maillon.kernel.jobs.models import Job, Status
from maillon.kernel.jobs.running import drain
from maillon.territory.models import Membership
from maillon.territory.roles import Role
from maillon.workshop.intake import fleet_lists
from maillon.workshop.intake.drops import commands
from maillon.workshop.intake.drops.commands import Confirmed
from maillon.workshop.intake.drops.models import Drop, DropFile
from maillon.workshop.intake.fleet_lists import Lists
from maillon.workshop.intake.receiving import CHUNK, Incoming
from maillon.workshop.jobs import read_drop
from maillon.workshop.models import Device, RawInput, Snapshot
from maillon.workshop.stock import index
from tests.workshop.fleet_lists import ROWS, again, csv_of, mapping_of, outcomes, receive
from tests.world import dmidecode, make_world, wipe_report

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


def page_of(client, address):
    return client.get(address, headers={"Accept-Language": "en"}).content.decode()


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

    def dies_once(drop, source, start):
        if len(filed) == 1:
            filed.append("dead")
            raise OSError("gone")
        filed.append(start)
        real(drop, source, start)

    monkeypatch.setattr(commands, "file_some", dies_once)
    drain()
    assert Device.objects.count() == CHUNK and not Drop.objects.get().finished_at
    Job.objects.update(run_after=timezone.now())
    drain()
    assert filed == [0, "dead", CHUNK] and Device.objects.count() == CHUNK + 3
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
    big = archive(3) + b"\0" * commands.PACKED_BYTES
    response = client.post("/releves/", {"files": [SimpleUploadedFile("e.zip", big)]}, headers={"X-Batch": "1"})
    assert str(Drop.objects.get().pk) in response.content.decode()


def test_small_files_are_read_at_once():
    assert not commands.is_large([Incoming("a.txt", dmidecode())])
    assert not commands.is_large([Incoming("parc.csv", csv_of(*ROWS))])
    assert commands.is_large([Incoming("a.txt", b"x" * (commands.PLAIN_BYTES + 1))])
    assert commands.is_large([Incoming("parc.csv", csv_of(*ROWS * 2_000))])


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


# --- lists whose columns were confirmed


def confirm(world, data, place=None, shown=None, **fields):
    [line] = receive(world, data, lists=Lists(ask=True))
    raw = RawInput.objects.get(pk=line.raw_id)
    mapping = mapping_of(data, **fields)
    mark = fleet_lists.mark(raw, [mapping], None, place)
    confirmed = Confirmed([mapping.to_json()], mark, shown or {"new": len(ROWS)})
    return commands.take_list(actor=world.actor("technician"), raw=raw, confirmed=confirmed, lot=None, place=place)


def test_a_confirmed_list_enters_by_the_job_with_the_columns_and_the_place_confirmed(world):
    drop = confirm(world, csv_of(*ROWS), place=world.shelf, D=None)
    assert not Device.objects.exists() and RawInput.objects.get().status == "pending"
    drain()
    drop.refresh_from_db()
    assert drop.finished_at and drop.lines.filter(outcome="new").count() == len(ROWS) == Device.objects.count()
    assert set(Device.objects.values_list("serial", "place")) == {("", world.shelf.pk)}
    assert RawInput.objects.get().status == "read"


def test_nothing_of_a_list_is_in_when_its_job_dies_and_all_of_it_once_it_went_on(world, monkeypatch):
    drop, real = confirm(world, csv_of(*ROWS)), commands.kept_line

    def dies(line):
        raise OSError("gone")

    monkeypatch.setattr(commands, "kept_line", dies)
    drain()
    assert not Device.objects.exists() and RawInput.objects.get().status == "pending" and not drop.lines.exists()
    monkeypatch.setattr(commands, "kept_line", real)
    Job.objects.update(run_after=timezone.now())
    drain()
    assert Device.objects.count() == len(ROWS) == drop.lines.count()


def test_a_row_whose_machine_came_in_meanwhile_is_that_machine_and_the_page_says_so(world, client):
    drop = confirm(world, csv_of(*ROWS))
    receive(world, dmidecode("5CD8123AAA", vendor="HP"), "bench.txt")
    drain()
    assert Device.objects.count() == len(ROWS) and drop.lines.filter(outcome="known").count() == 1
    client.force_login(world.users["technician"])
    page = page_of(client, f"/releves/depots/{drop.pk}/")
    assert "You were shown: 3 new machines." in page and "2 new machines, 1 machine known" in page


@pytest.mark.parametrize("change", ["columns", "place"])
def test_a_list_that_is_not_as_it_was_shown_any_longer_does_not_enter(world, client, change):
    drop = confirm(world, csv_of(*ROWS), place=world.shelf)
    if change == "columns":
        receive(world, csv_of(*ROWS), lists=Lists((mapping_of(csv_of(*ROWS), D=None),)))
    else:
        world.shelf.delete()
    before = Device.objects.count()
    drain()
    drop.refresh_from_db()
    assert not drop.finished_at and Device.objects.count() == before and not drop.lines.exists()
    assert Job.objects.get(pk=drop.job).status == Status.FAILED, "trying again would not help"
    client.force_login(world.users["technician"])
    page = page_of(client, f"/releves/depots/{drop.pk}/")
    assert "Nothing of the list entered." in page and "http-equiv" not in page


def test_a_list_is_entered_once_at_a_time_and_its_page_leads_to_the_job(world, client):
    drop = confirm(world, csv_of(*ROWS))
    with pytest.raises(Refusal, match="being entered"):
        confirm(world, csv_of(*ROWS))
    client.force_login(world.users["technician"])
    address = f"/releves/listes/{RawInput.objects.get().pk}/"
    assert client.get(address).url == f"/releves/depots/{drop.pk}/"
    page = page_of(client, f"/releves/depots/{drop.pk}/")
    assert '<noscript><meta http-equiv="refresh"' in page and "parc.csv" in page
    drain()
    assert client.get(address).status_code == 200


# --- what was refused, read again


def test_what_was_refused_is_read_again_by_the_job_line_by_line(world):
    receive(world, b"Sous le pont Mirabeau coule la Seine", "poeme.txt")
    receive(world, wipe_report("S3Z9NB0K999999"), "wipe.json")
    RawInput.objects.update(reader_version="0.0.1")
    assert sorted(outcomes(again(world))) == ["refused", "refused"]
    assert again(world) == [], "this version read them: only those that are chosen are read once more"
    assert len(again(world, RawInput.objects.values_list("pk", flat=True))) == 2
    assert RawInput.objects.count() == 2


def test_an_archive_that_was_refused_whole_is_no_longer_refused_once_it_opens(world):
    raw = RawInput(organisation=world.workshop, digest="0" * 64, name="ecole.zip", status="refused")
    data = archive(CHUNK + 2)
    raw.size, raw.content, raw.reader_version = len(data), zstandard.compress(data), "0.0.1"
    raw.instructions = {"place": str(world.shelf.pk)}
    raw.save()
    lines = outcomes(again(world))
    raw.refresh_from_db()
    assert lines.count("new") == CHUNK + 2 and raw.status == "read" and raw.format == "archive"
    assert set(Device.objects.values_list("place", flat=True)) == {world.shelf.pk}
    assert again(world) == []


def test_the_page_of_refused_files_leads_to_what_became_of_each(world, client):
    client.force_login(world.users["technician"])
    receive(world, b"Sous le pont Mirabeau coule la Seine", "poeme.txt")
    assert client.post("/releves/refuses/relire/").url == "/releves/refuses/", "nothing: this version refused it"
    response = client.post("/releves/refuses/relire/", {"input": [str(RawInput.objects.get().pk)]})
    drain()
    page = page_of(client, response.url)
    assert "poeme.txt" in page and "Refused" in page
    client.force_login(world.users["neighbour"])
    assert client.get(response.url).status_code == 404


def test_another_organisation_reads_nothing_of_ours_again(world):
    receive(world, b"Sous le pont Mirabeau coule la Seine", "poeme.txt")
    assert again(world, [RawInput.objects.get().pk], who="neighbour") == []


def test_too_many_files_without_a_script_are_told_to_come_as_an_archive(world, client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    client.force_login(world.users["technician"])
    client.raise_request_exception = False
    response = client.post("/releves/", {"files": [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(3)]})
    assert response.status_code == 400 and "archive (zip)" in response.content.decode()
    assert not RawInput.objects.exists()


def test_a_job_for_someone_who_left_files_nothing_in_their_other_organisation(world):
    take_in(world, archive(1))
    person = world.users["technician"]
    person.memberships.all().delete()
    Membership.objects.create(user=person, organisation=world.neighbour, role=Role.TECHNICIAN)
    drain()
    assert not Device.objects.exists() and not RawInput.objects.exists()


@contextmanager
def full_disk():
    """No page more for the database, on this connection."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no page is free that another test gave back
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        most = cursor.execute("PRAGMA max_page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA max_page_count = {most}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a disk is filled by a setting of SQLite")
@pytest.mark.parametrize("large", [False, True])
def test_nothing_is_lost_nor_half_in_when_the_disk_is_full(world, client, large):
    client.force_login(world.users["technician"])
    client.raise_request_exception = False
    count = CHUNK * 5 if large else CHUNK
    data = archive(count, poem=False)

    def send():
        files = [SimpleUploadedFile("ecole.zip", data)]
        return client.post("/releves/", {"files": files}, headers={"X-Batch": "1", "Accept-Language": "en"})

    if large:
        assert send().status_code == 200
    with full_disk():
        if large:
            drain()
        else:
            answer = send()
            assert answer.status_code == 500 and "<tr" not in answer.content.decode()
    assert Device.objects.count() == RawInput.objects.count() == Snapshot.objects.count()
    if large:
        Job.objects.update(run_after=timezone.now())
        drain()
    else:
        assert send().status_code == 200
    assert Device.objects.count() == count and index.check() == []
