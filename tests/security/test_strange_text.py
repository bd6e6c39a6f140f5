"""Text that no database, no XML or no reader's eye can hold, from machines and file names: kept out, nothing lost."""

import io
import json
import tarfile
import zipfile
from xml.etree import ElementTree

import pytest

from maillon.hardware.junk import clean, legible
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming, Outcome
from maillon.workshop.models import Device, RawInput
from maillon.workshop.stock.export import write_ods
from maillon.workshop.stock.queries import rows_of
from tests.world import dmidecode, make_world, wipe_report

STRANGE = ["a\x00b", "\ud800", "\udcff", "\u202egnp.exe", "\uffff\ufffe", "\x1b[31m", "\u2028"]
SNAPSHOTS = [
    {"json_format_version": [1, 0], "smartctl": {"version": [7, 4]}, "device": {"name": "HOLE"}, "model_name": "HOLE"},
    {"deviceid": "HOLE", "versionclient": "GLPI-Agent_v1.5", "content": {"bios": {"smanufacturer": "HOLE"}}},
    {"op": "wipe", "HOLE": 1, "result": {"serial": "HOLE", "model": "HOLE", "device": "HOLE"}},
]


def tar(name, data):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("snapshot", range(len(SNAPSHOTS)))
def test_strange_text_in_json_loses_nothing_of_what_is_beside_it(strange, snapshot):
    told = json.dumps(SNAPSHOTS[snapshot]).replace("HOLE", json.dumps(strange)[1:-1])
    files = [Incoming("odd.json", told.encode()), Incoming("pc/dmidecode.txt", dmidecode("PF0GOOD1"))]
    lines = list(receiving.receive(actor=make_world().actor("technician"), files=files))
    assert len(lines) == 2
    assert Device.objects.filter(serial="PF0GOOD1").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["a\udcff/d.txt", "x\r\nSet-Cookie: a=b.txt", "a" * 3000 + ".txt"])
@pytest.mark.parametrize("data", [dmidecode("PF0GOOD1"), b"poem", wipe_report("ZZZ999888")])
def test_strange_names_in_an_archive_lose_nothing(name, data):
    [line] = receiving.receive(actor=make_world().actor("technician"), files=[Incoming("x.tar", tar(name, data))])
    assert line.name.isprintable()
    assert RawInput.objects.get().name.isprintable()


@pytest.mark.django_db
def test_strange_names_of_files_are_marked(client):
    world = make_world()
    files = [Incoming("p\x00q\u202e.txt", b"poem"), Incoming("p\ud800.txt", b"another poem")]
    lines = list(receiving.receive(actor=world.actor("technician"), files=files))
    assert [line.outcome for line in lines] == [Outcome.REFUSED, Outcome.REFUSED]
    assert all(raw.name.isprintable() for raw in RawInput.objects.all())


def test_names_stay_readable():
    assert legible("Étagère\u00a01/PC 2.txt") == "Étagère 1/PC 2.txt"


@pytest.mark.parametrize("strange", STRANGE)
def test_what_a_tool_says_is_always_text(strange):
    assert clean(f"Dell {strange} 7400").encode().decode().isprintable()


@pytest.mark.django_db
def test_an_export_is_xml_whatever_the_machines_are_called():
    world = make_world()
    list(receiving.receive(actor=world.actor("technician"), files=[Incoming("d.txt", dmidecode("PF0GOOD1"))]))
    Device.objects.update(vendor="a\uffffb\ufffec\x0b<&>]]>")
    made = io.BytesIO()
    write_ods(iter(rows_of([Device.objects.get().number])), made)
    assert "abc" in "".join(ElementTree.fromstring(zipfile.ZipFile(made).read("content.xml")).itertext())


def test_a_file_is_named_legibly_from_the_door_on():
    assert Incoming("p\x00q\ud800.txt", b"").name == "p\ufffdq\ufffd.txt"
