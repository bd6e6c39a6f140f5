"""A machine from the file dropped to "available", clicked through as a technician would, with a script and without."""

import re

import pytest

from tests.world import dmidecode, smartctl, wipe_report

pytestmark = pytest.mark.browser
TECHNICIAN = "technicienne@exemple.invalid"


@pytest.mark.parametrize(("script", "serial"), [(True, "PFCHAIN1"), (False, "PFCHAIN2")])
def test_a_machine_is_read_erased_installed_checked_and_made_available(visit, tmp_path, script, serial):
    page = visit(TECHNICIAN, script=script, width=360 if script else 1280)
    disk = f"S3Z9{serial}"
    uuid = f"4c4c4544-0042-3510-8051-b9c04f4d3{len(serial)}{ord(serial[-1])}"
    reading = tmp_path / "dmidecode.txt"
    reading.write_bytes(dmidecode(serial, uuid=uuid))
    smart = tmp_path / "smartctl.json"
    smart.write_bytes(smartctl(disk))
    report = tmp_path / "wipe.json"
    report.write_bytes(wipe_report(disk))

    page.goto("/releves/")
    sent = page.locator("form#intake button")
    assert sent.is_visible() != script  # with a script files go at once: a button would send an empty form
    page.locator("input[type=file]").set_input_files([reading, smart])
    if not script:
        page.locator("form#intake button:visible").first.click()
    line = page.locator("#intake-lines tr").first
    line.wait_for()
    assert line.get_attribute("class") == "line-new"
    address = line.locator("a").first.get_attribute("href")

    page.goto(f"{address}etape/installed/")
    assert page.locator("form[method=post] select").count() == 0  # not before its disk is erased
    page.goto(address)
    assert page.get_by_role("heading", level=1).inner_text() == "Lenovo ThinkPad T470"

    page.goto("/releves/")
    page.locator("input[type=file]").set_input_files([report])
    if not script:
        page.locator("form#intake button:visible").first.click()
    page.locator("#intake-lines tr.line-erasure").first.wait_for()

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
    assert page.locator(".state-ready, [class*=ready]").count() or re.search("Disponible|Available", page.content())
    assert page.complaints == []
    certificate = page.locator('a[href^="/c/"]').first.get_attribute("href")

    passer_by = visit(script=script)
    passer_by.goto(certificate)
    assert disk in passer_by.content() and passer_by.locator(".notice-success, [class*=success]").count()
    passport = address.replace("machines", "p")
    passer_by.goto(passport)
    assert "ThinkPad T470" in passer_by.content()
    assert disk not in passer_by.content() and serial not in passer_by.content()
