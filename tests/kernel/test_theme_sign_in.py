"""The sign-in pages: each wears the same clothes, and passkeys work under the strict security policy."""

import os
import re
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from maillon.config import urls as site
from maillon.territory.models import User

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-long-enough-sentence"
urlpatterns = site.urlpatterns


@pytest.fixture(autouse=True)
def pages():
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def person():
    return User.objects.create_user("person@example.org", PASSWORD, name="Person")


def foreign_addresses(resolver=None):
    """Every address of allauth that takes no argument."""
    for entry in (resolver or get_resolver(__name__)).url_patterns:
        if isinstance(entry, URLResolver):
            yield from foreign_addresses(entry)
        elif isinstance(entry, URLPattern) and (entry.name or "").startswith(("account_", "mfa_", "socialaccount_")):
            with suppress(NoReverseMatch):
                yield reverse(entry.name)


def test_every_foreign_page_is_ours_to_look_at(client, person):
    """Signed out, then in: whatever answers a page answers one with our frame and nothing inline."""
    seen = set()
    for signed_in in (False, True):
        if signed_in:
            client.login(email=person.email, password=PASSWORD)
        for address in sorted(set(foreign_addresses())):
            answer = client.get(address, follow=True)
            if answer.headers["Content-Type"].startswith("text/html"):
                html = answer.content.decode()
                assert '<main id="main"' in html and "maillon.css" in html, address
                assert not re.search(r"<(?!meta)[^>]+\sstyle=|<script>|\son[a-z]+=", html), address
                seen |= {template.name for template in answer.templates if template.name}
    assert {"account/login.html", "account/logout.html", "account/password_change.html", "mfa/index.html"} <= seen
    assert len(seen) > 15


def page_of(chromium, live_server, width=360):
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale="fr-FR", base_url=live_server.url)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    return page


@pytest.fixture(scope="module")
def chromium(driver):
    path = os.environ.get("MAILLON_CHROMIUM") or "/usr/bin/chromium"
    browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
    yield browser
    browser.close()


def sign_in_by_code(page, mailoutbox, email):
    page.goto("/compte/login/code/")
    page.locator("input[name=email]").fill(email)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/code/confirm/")
    code = re.search(r"^([A-Z0-9-]{6,})$", mailoutbox[-1].body, re.MULTILINE)[1]
    page.locator("input[name=code]").fill(code)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/compte/" not in url)


@pytest.mark.browser
def test_a_code_then_a_passkey_open_the_door(chromium, live_server, mailoutbox, person):
    page = page_of(chromium, live_server)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in_by_code(page, mailoutbox, person.email)
    page.goto("/compte/2fa/webauthn/add/")  # asks for the password again: who is at the keyboard?
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.locator("input[name=name]").fill("Clé d'essai")
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "add" not in url)
    assert person.authenticator_set.filter(type="webauthn").count() == 1
    assert Axe().run(page).violations_count == 0

    page.context.clear_cookies()
    page.goto("/compte/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(lambda url: "/compte/" not in url)
    page.locator("summary", has_text="Person").wait_for()
    assert page.problems == []


@pytest.mark.browser
def test_a_passkey_that_fails_says_so(chromium, live_server, person):
    page = page_of(chromium, live_server)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")  # no authenticator at all
    page.goto("/compte/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('cancelled')) }")
    page.locator("#passkey_login").click()
    page.locator("#live .notice").wait_for()
    assert page.url.endswith("/compte/login/")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_account_pages_are_accessible(chromium, live_server, mailoutbox, person, width):
    page = page_of(chromium, live_server, width)
    sign_in_by_code(page, mailoutbox, person.email)
    for name in ("mfa_index", "mfa_activate_totp", "account_set_password", "account_email", "account_logout"):
        page.goto(reverse(name))
        result = Axe().run(page)
        assert result.violations_count == 0, (name, result.generate_report())
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name
