"""A list of machines from the file dropped to the stock, clicked through as a technician would."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.chain.test_every_page import take_picture

pytestmark = pytest.mark.browser
TECHNICIAN = "technicienne@exemple.invalid"
LIST = """Parc de la salle informatique;;;;;
Type;Marque;Modèle;N° de série;RAM;Observations
Portable;HP;ProBook 450 G5;{0}AAA;8 Go;charnière usée
Portable;HP;ProBook 450 G5;{0}BBB;8 Go ?;
Fixe;Dell;OptiPlex 7010;;4 Go;
"""


def fits_and_is_accessible(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def drop(page, path, script):
    page.goto("/releves/")
    page.locator("input[type=file]").set_input_files([path])
    if not script:
        page.locator("form#intake button:visible").first.click()
    line = page.locator("#intake-lines tr.line-pending").first
    line.wait_for()
    return line


@pytest.mark.parametrize(("script", "serial"), [(True, "5CDSCR1"), (False, "5CDSCR2")])
def test_a_list_is_dropped_its_columns_corrected_and_its_machines_entered(visit, tmp_path, script, serial):
    width = 360 if script else 1280
    page = visit(TECHNICIAN, script=script, width=width)
    path = tmp_path / f"parc-{serial}.csv"
    path.write_text(LIST.format(serial), encoding="utf-8")
    drop(page, path, script).locator('a[href^="/releves/listes/"]').click()
    page.wait_for_url("**/releves/listes/**")
    address = page.url
    assert page.locator("tr.plan-new").count() == 3
    take_picture(page, "liste-colonnes", width)
    assert page.get_by_text("8 Go ?").count() >= 1, "what was not understood is quoted"
    if script:
        fits_and_is_accessible(page)

    page.locator("select[name=s0-c5]").select_option("state")  # the person says otherwise…
    page.locator("button[value=enter]").click()  # …and is shown what would enter first
    page.wait_for_selector(".notice-warning")
    assert page.locator("select[name=s0-c5]").input_value() == "state"
    page.locator("button[value=enter]").click()
    page.locator("tr.line-new").first.wait_for()
    assert page.locator("tr.line-new").count() == 3
    if script:
        fits_and_is_accessible(page)

    page.locator("tr.line-new a").first.click()
    page.get_by_text(f"{serial}AAA").first.wait_for()
    assert page.get_by_text("charnière usée").count()

    page.goto(address)  # other columns correct what it made, and make nothing twice
    page.locator("select[name=s0-c2]").select_option("")
    page.locator("button[value=preview]").click()
    page.wait_for_selector("tr.plan-known")
    assert page.locator("tr.plan-new").count() == 0
    page.locator("button[value=enter]").click()
    page.locator("tr.line-known").first.wait_for()
    page.goto(f"/stock/?q={serial}AAA")
    assert len(set(re.findall(r'href="(/machines/[^"/]+/)"', page.content()))) == 1
    assert page.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_long_list_is_entered_by_a_job_that_its_page_follows(visit, tmp_path, script):
    width = 360 if script else 1280
    page = visit(TECHNICIAN, script=script, width=width)
    prefix = "7CDA" if script else "7CDB"
    rows = [f"Portable;HP;ProBook 450 G5;{prefix}{n:05d};8 Go;" for n in range(1_050)]
    path = tmp_path / f"grand-parc-{prefix}.csv"
    path.write_text("\n".join(["Type;Marque;Modèle;N° de série;RAM;Observations", *rows]), encoding="utf-8")
    drop(page, path, script).locator('a[href^="/releves/listes/"]').click()
    page.wait_for_url("**/releves/listes/**")
    page.locator("button[value=enter]").click()
    page.wait_for_url("**/releves/depots/**")  # by itself: refreshed by the script, or by the browser every 5 s
    page.locator("#drop .notice-success").wait_for(timeout=60_000)
    assert page.get_by_text("1050 nouvelles machines").count()
    take_picture(page, "liste-entree", width)
    if script:
        fits_and_is_accessible(page)
    page.goto(f"/stock/?q={prefix}00000")
    assert len(set(re.findall(r'href="(/machines/[^"/]+/)"', page.content()))) == 1
    assert page.complaints == []
