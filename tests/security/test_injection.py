"""Hardware that calls itself a script, a formula, a template or a program: every page and file it appears in."""

import csv
import io
import json
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from maillon.kernel.sheets import FORMULA_STARTS
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.models import Device, Erasure
from tests.world import dmidecode, make_world, smartctl, wipe_report

pytestmark = pytest.mark.django_db
EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)//</title></script>",
    "{{7*7}}{% debug %}{% now 'Y' %}",
    "=cmd|'/c calc'!A0",
    '#import "/etc/passwd" #panic() $x$ `code` *bold* @ref <label> \\u{1F}',
    "%s%(x)s%n",
    "]]><!--Evil",
    "'; DROP TABLE workshop_device;--",
]
DISK = "S3Z9NB0K111111"


class Tags(HTMLParser):
    """What a browser would act upon: scripts without a source, handlers, addresses that run."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "script" and "src" not in given:
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on") or name == "style"]
        addresses = [given.get(name) or "" for name in ("href", "src", "action", "formaction", "hx-get", "hx-post")]
        self.found += [address for address in addresses if address.lower().startswith("javascript:")]
        if tag == "img" and given.get("src") == "x":
            self.found.append("img")


def evil_world(evil):
    world = make_world()
    told = dmidecode().decode().replace("ThinkPad T470", evil).replace("LENOVO", evil).replace("Intel(R)", evil)
    disk = json.loads(smartctl(DISK)) | {"model_name": evil}
    wipe = json.loads(wipe_report(DISK))
    wipe["result"] |= {"model": evil, "method": "nwipe-zero", "version": f"nwipe {evil}"}
    files = [
        Incoming(f"{evil}/dmidecode.txt", told.encode()),
        Incoming(f"{evil}/smartctl.json", json.dumps(disk).encode()),
        Incoming(f"{evil}.json", json.dumps(wipe).encode()),
        Incoming(evil, b"poem " + evil.encode()),
    ]
    list(receiving.receive(actor=world.actor("technician"), files=files))
    device = Device.objects.get()
    assert evil.split()[0][:8] in f"{device.vendor} {device.model}"
    return world, device


@pytest.mark.parametrize("evil", EVIL)
def test_no_page_acts_upon_what_hardware_says(client, evil):
    world, device = evil_world(evil)
    client.force_login(world.users["technician"])
    pages = [
        "/", "/stock/", "/effacements/", "/releves/refuses/", "/releves/doutes/", f"/p/{device.code}/",
        *(f"/machines/{device.code}/{page}" for page in ("", "materiel/", "note/", "description/", "controle/")),
        *(f"/c/{row.number}/" for row in Erasure.objects.filter(number__isnull=False)),
    ]  # fmt: skip
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert Tags(answer.content.decode()).found == [], page
        assert ">49<" not in answer.content.decode()


@pytest.mark.parametrize("evil", EVIL)
def test_no_file_is_broken_or_runs_by_what_hardware_says(client, evil):
    world, device = evil_world(evil)
    client.force_login(world.users["technician"])
    for path in (f"/machines/{device.code}/etiquette.pdf", f"/etiquettes/?format=L7160&codes={device.code}"):
        assert client.get(path).content.startswith(b"%PDF")
    for row in Erasure.objects.filter(number__isnull=False):
        assert client.get(f"/c/{row.number}/certificat.pdf").content.startswith(b"%PDF")
    assert json.loads(client.get(f"/p/{device.code}/passeport.jsonld").content)["name"]
    table = b"".join(client.get("/stock/export/").streaming_content).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(table), delimiter=";") for cell in line]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
    ods = b"".join(client.get("/stock/export/?format=ods").streaming_content)
    sheet = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(ods)).read("content.xml"))
    assert not [part for part in sheet.iter() if any(name.endswith("formula") for name in part.attrib)]
