"""From the report people have to an action followed to its indicator, in a browser, on a phone without JavaScript."""

import pytest

from maillon.demo.consultation import TRAME
from tests.hardware.samples import SAMPLES

pytestmark = pytest.mark.browser
REPORT = SAMPLES / "restitutions/etats-generaux-numerique-nantes-2020.md"


def test_a_report_becomes_an_action_followed_to_its_indicator(visit):
    real = REPORT.exists()
    page = visit("association@exemple.invalid", width=360, script=False)
    page.goto("/consultations/")
    page.locator("#id_file").set_input_files(REPORT if real else TRAME)
    with page.expect_navigation():
        page.locator("main form .btn-primary").click()
    report = page.url
    assert page.locator(".original-doubt").count() == (13 if real else 4)

    with page.expect_navigation():
        page.locator(f'a[href$="corriger/{2 if real else 1}/"]').click()
    box = page.locator('textarea[name$=".how"]').first
    box.fill(box.input_value() + "\nMesurer chaque mois")
    with page.expect_navigation():
        page.locator("main form .btn-primary").click()
    assert "Mesurer chaque mois" in page.locator(".row-cells").all_inner_texts()[-1 if real else -2]

    with page.expect_navigation():
        page.locator('form[action$="/suivre/"] button').click()
    page.goto("/consultations/plan/")
    assert page.locator('a[href*="/plan/actions/"]').count() == (8 if real else 5)
    with page.expect_navigation():
        page.get_by_role("link", name="Mesurer chaque mois").click()
    page.locator("#id_carrier").fill("Comité numérique")
    page.locator('input[name="status"][value="under_way"]').check()
    with page.expect_navigation():
        page.locator("main form .btn-primary").click()
    assert "Comité numérique" in page.locator("main").inner_text()

    with page.expect_navigation():
        page.get_by_role("link", name="Nombre de décrocheurs").click()
    page.locator("#id_baseline").fill("12")
    page.locator("#id_expected").fill("2")
    with page.expect_navigation():
        page.locator('button:has-text("Garder ce but")').click()
    page.locator("#id_value").fill("7")
    with page.expect_navigation():
        page.locator('button:has-text("Garder cette mesure")').click()
    assert "50" in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.goto(report)
    with page.expect_navigation():
        page.locator('a[href$="/effacer/"]').click()
    with page.expect_navigation():
        page.locator("main form .btn-danger").click()
