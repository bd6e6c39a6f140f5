"""The whole chain in a browser, in French: a lot given, a machine read, erased, made good; a school asks; a campaign
promises; anyone verifies; the agreement is signed on a tablet; the label opens the passport; the machine comes back.
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from maillon.demo.models import models
from maillon.demo.readings import erasure_report, reading
from tests.chain.test_every_page import take_picture

pytestmark = pytest.mark.browser

COORDINATOR, DONOR = "coordination@exemple.invalid", "don@exemple.invalid"
TECHNICIAN, SCHOOL = "technicienne@exemple.invalid", "ecole@exemple.invalid"
NUMBER = 60_001  # of the machine: no other of the demonstration has it
TABLET = 820


def shot(page, name):
    """A picture of the README's tour, when it is asked for."""
    page.evaluate("window.scrollTo(0, 0)")
    take_picture(page, f"chaine-{name}", page.viewport_size["width"])


def drop(page, files, lot=""):
    page.goto(f"/releves/?lot={lot}")
    page.locator("input[type=file]").set_input_files(
        [
            {"name": name.replace("/", "-"), "mimeType": "application/octet-stream", "buffer": text}
            for name, text in files
        ]
    )
    page.locator("#intake-lines tr").first.wait_for()
    return page.locator("#intake-lines tr").first


def done(page, path):
    """Wait for a job asked on this page: the page says that it is under way until it is done."""
    for _time in range(120):
        page.goto(path)
        if not page.get_by_role("heading", name="En cours").count():
            return
        page.wait_for_timeout(500)
    pytest.fail(f"{path}: the job did not end")


@pytest.fixture(scope="module")
def machine():
    model = next(model for model in models() if model.version == "ThinkPad T490s")
    return reading(model, Random(NUMBER), NUMBER)


def test_from_a_donated_lot_to_a_machine_that_comes_back(visit, machine, tmp_path):
    lot = announced_and_arrived(visit)
    made_available(visit, machine, lot)
    asked = school_asks(visit)
    campaign = promised(visit, asked)
    verified(visit, campaign, tmp_path)
    given = handed_over(visit, asked)
    passport_opens(visit, given)
    came_back(visit, given)


def announced_and_arrived(visit):
    donor = visit(DONOR)
    donor.goto("/lots/nouveau/")
    donor.locator("input[name=announced_count]").fill("1")
    shot(donor, "01-lot")
    donor.locator("main form button.btn-primary").click()
    donor.wait_for_url(re.compile(r"/lots/[0-9A-Z-]+/$"))
    address = donor.url
    coordinator = visit(COORDINATOR)
    coordinator.goto(address)
    coordinator.locator('form[action*="arrive"] button').first.click()
    coordinator.wait_for_load_state()
    return address.rstrip("/").rsplit("/", 1)[-1]


def made_available(visit, machine, lot):
    page = visit(TECHNICIAN)
    line = drop(page, machine.files, lot)
    assert line.get_attribute("class") == "line-new", line.inner_text()
    shot(page, "02-releve")
    address = line.locator("a").first.get_attribute("href")
    report = erasure_report(machine, succeeds=True, ended=datetime.now(UTC) - timedelta(minutes=5))
    assert "line-erasure" in drop(page, [("wipe.json", report.encode())]).get_attribute("class")
    page.goto(f"{address}etape/installed/")
    page.locator("select[name=system]").select_option("lmde-7")
    page.locator("main form[method=post] button").click()
    page.goto(f"{address}controle/")
    for answer in page.locator('input[value="ok"]').all():
        answer.check()
    page.locator("main form[method=post] button.btn-primary").click()
    page.wait_for_url(f"**{address}")
    for step in ("checked", "ready"):
        page.goto(f"{address}etape/{step}/")
        page.locator("main form[method=post] button").click()
        page.wait_for_url(f"**{address}")
    shot(page, "03-disponible")
    assert page.complaints == []


def school_asks(visit):
    """By the keyboard alone would do: every field has its label."""
    page = visit(SCHOOL)
    page.goto("/besoins/nouvelle/")
    for name, value in (("beneficiary", "pupil"), ("use", "secondary"), ("equipment", "no_computer")):
        page.locator(f'input[name={name}][value="{value}"]').check()
    page.locator('input[name=machines][value="laptop"]').check()
    for reason in ("schooling", "exam_year", "emergency_housing"):
        page.locator(f'input[name=situation][value="{reason}"]').check()
    page.locator('input[name=income][value="income_a"]').check()
    page.locator("input[name=proofs_today]").check()
    page.locator("input[name=commune]").fill("Nantes")
    for place in page.locator("input[name=places]").all():
        place.check()
    page.locator("input[name=deadline]").fill(f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}")
    page.locator("input[name=name]").fill("Élève fictif de la chaîne")
    shot(page, "04-demande")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/besoins/[0-9A-Z-]{6,}/$"))
    assert page.complaints == []
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def promised(visit, asked):
    """The campaign that was open is cancelled, another closes today: computed, approved by a person, published."""
    page = visit(COORDINATOR)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/attributions/")
    page.locator("td a, th a").first.click()
    page.wait_for_load_state()
    if page.locator('form[action$="/annuler/"]').count():
        page.locator("details:has(form[action$='/annuler/']) summary").click()
        page.locator('form[action$="/annuler/"] button').click()
        page.wait_for_load_state()
    page.goto("/attributions/nouvelle/")
    page.locator("input[name=closes_on]").fill(f"{datetime.now():%Y-%m-%d}")  # noqa: DTZ005 - the day of the place
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    address = page.url
    for action, picture in (("calculer", "05-plan"), ("approuver", ""), ("publier", "06-publiee")):
        page.locator(f'form[action$="/{action}/"] button').first.click()
        page.wait_for_load_state()
        done(page, address)
        if picture:
            shot(page, picture)
    page.goto(f"/besoins/{asked}/")
    assert "Machine promise" in page.locator("main").inner_text(), page.locator("main").inner_text()
    shot(page, "07-reponse")
    assert page.complaints == []
    return address.rstrip("/").rsplit("/", 1)[-1]


def verified(visit, campaign, tmp_path):
    """A citizen takes the three files of the public page and runs the checker, on any Python."""
    page = visit()
    page.goto(f"/attributions/publiques/{campaign}/")
    shot(page, "08-publique")
    for name in ("problem.json", "plan.json"):
        answer = page.request.get(f"/attributions/publiques/{campaign}/{name}")
        assert answer.ok
        (tmp_path / name).write_bytes(answer.body())
    (tmp_path / "check.py").write_bytes(page.request.get("/attributions/publiques/check.py").body())
    command = [sys.executable, "-I", "-S", "check.py", "problem.json", "plan.json"]
    accepted = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    plan = json.loads((tmp_path / "plan.json").read_text())
    plan["values"][0]["value"] += 1
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert refused.returncode == 1


def handed_over(visit, asked):
    page = visit(COORDINATOR, width=TABLET, has_touch=True)
    page.goto(f"/conventions/nouvelle/{asked}/")
    page.locator('input[name=kind][value="loan"]').check()
    page.locator("input[name=name]").fill("Élève fictif de la chaîne")
    page.locator("input[name=guardian]").fill("Parent fictif de la chaîne")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/remises/[0-9A-Z-]+/$"))
    code = page.locator(".card-line .code").first.inner_text().strip()
    page.locator("#scan-field").fill(code)
    page.locator("#scan-form button").first.click()
    page.wait_for_url(re.compile(r"/machines/[0-9a-f-]+/$"))
    for given in ("charger", "guide"):
        page.locator(f'#list input[name=accessories][value="{given}"]').check()
    for box in page.locator("#list input[name=first_start]").all():
        box.check()
    page.locator('#list input[name=condition][value="B"]').check()
    shot(page, "09-guichet")
    page.locator("#list button.btn-primary").click()
    page.wait_for_url(re.compile(r"/remises/[0-9A-Z-]+/$"))
    page.locator('a[href$="/signer/"]').first.click()
    pad = page.locator("#sign-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 40 + step * 30, box["y"] + (30 if step % 2 else 90))
    page.mouse.up()
    shot(page, "10-signature")
    page.locator("#sign-form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/fait/$"))
    shot(page, "11-remise")
    assert page.complaints == []
    return code.replace("-", "").replace(" ", "")


def passport_opens(visit, code):
    """What the label's QR opens for anyone: no serial, no place, no person."""
    page = visit(width=360)
    page.goto(f"/m/{code}")
    page.wait_for_url(re.compile(r"/p/"))
    assert "Élève fictif" not in page.content()
    shot(page, "12-passeport")


def came_back(visit, code):
    page = visit(COORDINATOR)
    page.goto("/prets/retour/")
    page.locator("#scan-field").fill(code)
    page.locator("#scan-form button").first.click()
    page.wait_for_url(re.compile(r"/retour/$"))
    page.locator('input[name=condition][value="C"]').check()
    shot(page, "13-retour")
    page.locator("main form.big-choices button.btn-primary").click()
    page.wait_for_load_state()
    page.goto(f"/machines/{code}/")
    state = page.locator("main").inner_text()
    assert re.search("Reçue|Effacement non prouvé|effacer", state), state
    assert page.complaints == []
