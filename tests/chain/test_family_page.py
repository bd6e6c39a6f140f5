"""A family opens its page with its two codes, on a small telephone, with and without script: nothing for axe to say."""

import re

import pytest

from tests.chain.test_every_page import PRESCRIBER, take_picture, violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["waiting", "served"])
def codes(request, served, browser):
    """The code and secret code of a request in this state, drawn by its prescriber."""
    page = browser.new_context(base_url=served.url).new_page()
    page.goto("/demonstration/")
    page.locator("form", has=page.locator(f'input[value="{PRESCRIBER}"]')).get_by_role("button").click()
    page.goto(f"/besoins/?state={request.param}")
    links = page.locator('main th a[href^="/besoins/"]')
    (links.first if request.param == "served" else links.last).click()  # the newest: its name is still known
    page.locator('form[action$="/code-secret/"] button').click()
    code, pin = re.match(r"(\S+)\s+(\d{3} \d{3})", page.locator(".code-shown").inner_text()).groups()
    page.context.close()
    return request.param, code, pin


@pytest.mark.parametrize(("width", "script"), [(360, True), (1280, True), (360, False)])
def test_a_family_follows_its_request(visit, codes, width, script):
    state, code, pin = codes
    page = visit("", width=width, script=script)
    page.goto("/suivi/")
    page.locator("#id_code").fill(code)
    page.locator("#id_pin").fill(pin)
    with page.expect_navigation():
        page.locator("#id_pin").press("Enter")
    assert page.locator("h1").count() == 1 and code in page.locator(".family-code").inner_text()
    take_picture(page, f"famille-{state}", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if script:
        assert violations(page) == []
        assert page.complaints == []
    page.get_by_text("Voir mes données").first.click()
    page.locator("#id_pin").fill(pin)
    page.locator('form[action$="/mes-donnees/"] .btn-secondary').click()
    assert page.locator("dl.facts dd").first.inner_text() != ""
    page.goto("/suivi/")
    page.locator('form[action$="/quitter/"] button').click()
    page.locator("#id_pin").wait_for()  # the page is closed: its codes are asked for again
