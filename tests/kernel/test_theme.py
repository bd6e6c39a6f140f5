"""The look: light enough, readable in both themes, usable with a finger, without script and without a mouse."""

import gzip
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.core.management import call_command
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory, override_settings
from django.urls import path

from maillon.config import settings as installed
from maillon.config import urls as site
from maillon.kernel import navigation
from maillon.kernel.access import EVERYONE, SIGNED_IN, access
from maillon.kernel.actor import Actor, ActorKind
from maillon.kernel.context import my_organisations
from maillon.kernel.errors import Refusal
from maillon.kernel.middleware import compressed
from maillon.kernel.templatetags.maillon import STATE_LOOKS
from maillon.territory.models import Membership, Organisation, OrganisationKind, User
from maillon.territory.roles import Role

SOURCE = Path(__file__).resolve().parents[2] / "src/maillon"
BROWSER = {"executable_path": os.environ.get("MAILLON_CHROMIUM") or "/usr/bin/chromium", "args": ["--no-sandbox"]}
SIZES, SCHEMES = (360, 1280), ("light", "dark")


class Donor(forms.Form):
    name = forms.CharField(label="Nom", help_text="Comme sur la convention.")
    regime = forms.ChoiceField(label="Régime", choices=[("a", "Administration"), ("b", "Entreprise")])
    note = forms.CharField(label="Remarque", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    arrival = forms.ChoiceField(
        label="Arrivée", choices=[("a", "Enlèvement"), ("b", "Dépôt")], widget=forms.RadioSelect
    )
    signed = forms.BooleanField(label="La convention est signée")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


class Files(forms.Form):
    files = forms.FileField(label="Fichiers")


@access(EVERYONE)
def parts(request):
    source = (Path(__file__).parent / "showcase.html").read_text(encoding="utf-8")
    context = {
        "form": Donor({"name": ""}) if "wrong" in request.GET else Donor(),
        "files": Files(),
        "states": [(code, code) for code in STATE_LOOKS],
        "entries": [{"at": datetime(2026, 1, 1, tzinfo=UTC), "sentence": "Effacé", "who": "Banc", "url": "/"}],
        "refused": Refusal("Pas remis.", "Branchez-le.", "Remplacez-la."),
    }
    return HttpResponse(engines["django"].from_string(source).render(context, request))


@access(EVERYONE)
def broken(request):
    raise RuntimeError("on purpose")


@access(EVERYONE)
def refuses(request):
    """Answers what it is asked for, with a fragment."""
    return HttpResponse("<p id=answer>refused</p>", status=int(request.GET["status"]))


@access(EVERYONE)
def asks(request):
    source = """{% extends "base.html" %}{% load static %}
    {% block htmx %}<script src="{% static "vendor/htmx.min.js" %}" defer></script>{% endblock %}
    {% block content %}{% for status in statuses %}
    <button class="btn" hx-get="/refuses/?status={{ status }}" hx-target="#place">{{ status }}</button>{% endfor %}
    <div id="place">empty</div>{% endblock %}"""
    template = engines["django"].from_string(source)
    return HttpResponse(template.render({"statuses": [409, 422, 500]}, request))


urlpatterns = [
    path("asks/", asks),
    path("refuses/", refuses),
    path("parts/", parts, name="parts"),
    path("broken/", broken, name="broken"),
    *site.urlpatterns,  # the welcome page leads everywhere
]


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Static files as an installation serves them: hashed names, compressed."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder, STORAGES=installed.STORAGES):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def served(live_server):
    with override_settings(ROOT_URLCONF=__name__):
        yield live_server.url


@pytest.fixture(scope="module")
def chromium(driver):
    browser = driver.chromium.launch(**BROWSER)
    yield browser
    browser.close()


def page_of(chromium, width, scheme="light", **options):
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **options)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda said: page.problems.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    return page


# --- what the files say


def colours(name):
    css = (SOURCE / "static" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"--m-([a-z-]+): (#[0-9a-f]{6});", css))


def luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2, relative luminance."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", ["maillon.css", "dark.css"])
def test_words_stand_out_of_their_ground(name):
    c = colours(name)
    grounds = ("paper", "surface", "sunken")
    pairs = [(ink, ground) for ink in ("ink", "ink-soft", "brand", "brand-strong") for ground in grounds]
    pairs += [
        (tone, ground) for tone in ("accent", "good", "warn", "bad", "info") for ground in ("surface", f"{tone}-soft")
    ]
    pairs += [("ink", f"{tone}-soft") for tone in ("good", "warn", "bad", "info", "brand")]
    pairs += [("brand-strong", "brand-soft"), ("on-brand", "brand")]
    assert {
        pair: round(contrast(c[pair[0]], c[pair[1]]), 2) for pair in pairs if contrast(c[pair[0]], c[pair[1]]) < 4.5
    } == {}
    edges = {ground: contrast(c["line-strong"], c[ground]) for ground in ("paper", "surface")}
    assert {ground: ratio for ground, ratio in edges.items() if ratio < 3} == {}


def test_both_themes_name_the_same_colours():
    def names(name):
        return set(re.findall(r"(--m-[a-z-]+):", (SOURCE / "static" / name).read_text(encoding="utf-8")))

    assert names("maillon.css") - names("dark.css") == {"--m-radius"}
    assert names("dark.css") <= names("maillon.css")


def test_rgb_variants_follow_their_colour():
    for name in ("maillon.css", "dark.css"):
        css = (SOURCE / "static" / name).read_text(encoding="utf-8")
        for variant, triple in re.findall(r"--m-([a-z-]+)-rgb: ([0-9, ]+);", css):
            hexadecimal = colours(name)[variant]
            expected = ", ".join(str(int(hexadecimal[i : i + 2], 16)) for i in (1, 3, 5))
            assert triple == expected, (name, variant)


def test_no_template_writes_what_the_security_policy_refuses():
    found = []
    for template in SOURCE.rglob("templates/**/*.html"):
        text = re.sub(r"{#.*?#}", "", template.read_text(encoding="utf-8"))
        inline = re.search(r"""\s(style|on[a-z]+|hx-on[:a-z-]*)\s*=\s*["']""", text)
        scripts = [tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag and "application/" not in tag]
        if inline or scripts or "<style" in text or 'hx-vals="js:' in text:
            found.append(template.relative_to(SOURCE).as_posix())
    assert found == []


def test_every_icon_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (SOURCE / "static/vendor/icons.svg").read_text(encoding="utf-8")))
    for template in SOURCE.rglob("templates/**/*.html"):
        text = template.read_text(encoding="utf-8")
        named = set(re.findall(r'{% icon "([^"]+)"', text)) | set(re.findall(r'\bicon(?:_name)?="([^"]+)"', text))
        assert named - sprite == set(), template


def test_what_is_no_page_is_sent_as_it_is(rf):
    def answer(request):
        return HttpResponse(b"same " * 500, content_type=request.GET["kind"])

    def sent(kind, **headers):
        return compressed(answer)(rf.get("/", {"kind": kind}, headers={"accept-encoding": "gzip", **headers}))

    assert [sent(kind).has_header("Content-Encoding") for kind in ("text/html; charset=utf-8", "image/jpeg")] == [1, 0]
    assert not sent("text/html", **{"accept-encoding": "identity"}).has_header("Content-Encoding")


def test_the_first_page_weighs_less_than_100_kb(collected, client, db, capsys):
    """What a first visit brings: the page as it is sent; styles, scripts, sprite and preloaded typefaces (Brotli)."""
    with override_settings(ROOT_URLCONF=__name__, STATIC_ROOT=collected, STORAGES=installed.STORAGES):
        sent = client.get("/", headers={"accept-language": "fr", "accept-encoding": "gzip, br"})
    assert sent.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in sent.headers["Vary"]
    html = gzip.decompress(sent.content).decode()
    names = set(re.findall(r'(?:src|href)="/static/([^"#]+)', html))
    weights = {}
    for name in sorted(names):
        packed = collected / f"{name}.br"
        weights[name] = (packed if packed.exists() else collected / name).stat().st_size
    assert any("icons" in name for name in weights) and sum(name.endswith(".woff2") for name in weights) == 2
    weights["the page"] = len(sent.content)
    total = sum(weights.values())
    with capsys.disabled():
        print(f"\nfirst page: {total / 1000:.1f} kB", json.dumps(weights))  # noqa: T201 - the figure is the point
    assert total < 100_000


# --- navigation


@pytest.fixture
def menu(monkeypatch):
    monkeypatch.setattr(navigation, "_items", {})
    navigation.add(
        navigation.Item("Stock", "parts", "boxes", "stock.view", order=20, group="Workshop"),
        navigation.Item("Start", "home", "house", EVERYONE, order=10),
        navigation.Item("Mine", "broken", "person", SIGNED_IN, order=30, group="Workshop"),
        navigation.Item("Gone", "no-such-address", "x", EVERYONE, order=5),
    )


def menu_of(actor, address):
    request = RequestFactory().get(address)
    request.actor = actor
    with override_settings(ROOT_URLCONF=__name__):
        return navigation.entries(request)


def test_the_menu_shows_what_its_reader_may_open(menu):
    from maillon.kernel.actor import PUBLIC

    assert [entry.label for entry in menu_of(PUBLIC, "/")] == ["Start"]
    technician = Actor(ActorKind.PERSON, user_id=1, permissions=frozenset({"stock.view"}))
    assert [entry.label for entry in menu_of(technician, "/")] == ["Start", "Stock", "Mine"]


def test_the_menu_marks_where_one_is(menu):
    technician = Actor(ActorKind.PERSON, user_id=1, permissions=frozenset({"stock.view"}))
    for address, current in (("/", ["Start"]), ("/parts/", ["Stock"]), ("/parts/deeper/", ["Stock"]), ("/else/", [])):
        assert [entry.label for entry in menu_of(technician, address) if entry.current] == current


def test_a_group_is_headed_once(menu):
    technician = Actor(ActorKind.PERSON, user_id=1, permissions=frozenset({"stock.view"}))
    assert [entry.starts_group for entry in menu_of(technician, "/")] == ["", "Workshop", ""]


# --- forms


def test_a_field_ties_its_hint_and_error_to_its_widget():
    drawn = str(Donor({"name": "", "regime": "a", "arrival": "a", "signed": "on"}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'id="id_name_helptext"' in drawn and 'id="id_name_error"' in drawn
    assert 'class="form-control is-invalid"' in drawn and 'class="form-select"' in drawn
    assert drawn.count('class="form-check-input"') == 3 and 'type="hidden"' in drawn


# --- in a browser


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("address", ["/parts/?wrong", "/", "/compte/login/", "/compte/login/code/", "/nowhere"])
def test_pages_are_accessible_and_fit(served, chromium, width, scheme, address):
    page = page_of(chromium, width, scheme)
    page.goto(served + address)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    said = [problem for problem in page.problems if "404 (Not Found)" not in problem]
    assert said == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_is_touched_is_wide_enough(served, chromium):
    """Links within a sentence are exempt (WCAG 2.2, 2.5.8)."""
    page = page_of(chromium, 360)
    page.goto(served + "/parts/")
    small = page.evaluate(
        """() => [...document.querySelectorAll(
            'button, summary, .btn, .crumbs a, td > a, th > a, input:not([type=hidden]), select')]
        .filter(e => e.getClientRects().length && !e.closest('.visually-hidden'))
        .filter(e => (e.closest('.form-check') || e).getBoundingClientRect().height < 43.9)
        .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert small == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_dark_theme_needs_no_script_and_can_be_chosen(served, chromium):
    dark, light = "rgb(19, 29, 29)", "rgb(250, 247, 241)"
    ground = "getComputedStyle(document.body).backgroundColor"
    bare = page_of(chromium, 1280, "dark", java_script_enabled=False)
    bare.goto(served + "/parts/")
    assert bare.locator("body").evaluate(f"() => {ground}") == dark
    page = page_of(chromium, 1280, "light")
    page.goto(served + "/parts/")
    assert page.evaluate(f"() => {ground}") == light
    page.locator("summary:has([aria-label])").first.click()
    page.locator('[data-theme-choice="dark"]').click()
    assert page.evaluate(f"() => {ground}") == dark
    assert page.locator('[data-theme-choice="dark"]').get_attribute("aria-pressed") == "true"
    page.reload()
    assert page.evaluate(f"() => {ground}") == dark


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_language_changes_without_script(served, chromium):
    page = page_of(chromium, 360, locale="fr-FR", java_script_enabled=False)
    page.goto(served + "/parts/")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.locator("summary:has([aria-label])").first.click()
    with page.expect_navigation():
        page.locator('button[lang="en"]').click()
    assert page.url.endswith("/parts/") and page.locator("html").get_attribute("lang") == "en"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_keyboard_reaches_the_content_first_and_closes_menus(served, chromium):
    page = page_of(chromium, 1280)
    page.goto(served + "/parts/")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.locator("details.menu summary").first.click()
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_dropped_files_go_into_the_form(served, chromium):
    page = page_of(chromium, 1280)
    page.goto(served + "/parts/")
    page.evaluate(
        """() => {
          const bag = new DataTransfer()
          bag.items.add(new File(['a'], 'machine.json'))
          const dropped = new DragEvent('drop', { dataTransfer: bag, bubbles: true })
          document.querySelector('[data-drop-zone]').dispatchEvent(dropped)
        }"""
    )
    page.locator(".drop-list", has_text="machine.json").wait_for()
    assert page.evaluate("() => document.querySelector('[data-drop-zone] input').files.length") == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [409, 422])
def test_a_refusal_replaces_its_part_of_the_page(served, chromium, status):
    page = page_of(chromium, 1280)
    page.goto(served + "/asks/")
    page.locator("button", has_text=str(status)).click()
    page.locator("#place", has_text="refused").wait_for()
    assert page.locator("#live").inner_text() == ""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_failure_and_a_lost_connection_are_told(served, chromium):
    page = page_of(chromium, 1280)
    page.goto(served + "/asks/")
    page.locator("button", has_text="500").click()
    page.locator("#live", has_text=page.locator("body").get_attribute("data-failed")).wait_for()
    assert page.locator("#place").inner_text() == "empty"
    page.context.set_offline(True)
    page.locator("button", has_text="422").click()
    page.locator("#live", has_text=page.locator("body").get_attribute("data-offline")).wait_for()


def test_one_who_belongs_to_two_organisations_can_change(client, db, django_assert_num_queries):
    first = Organisation(kind=OrganisationKind.COORDINATION, name="Example coordination")
    first.territory = first
    first.save()
    second = Organisation.objects.create(kind=OrganisationKind.WORKSHOP, name="Example workshop", territory=first)
    user = User.objects.create_user("person@example.org", name="Person")
    for organisation, role in ((first, Role.COORDINATOR), (second, Role.TECHNICIAN), (second, Role.READER)):
        Membership.objects.create(user=user, organisation=organisation, role=role)
    client.force_login(user)
    with override_settings(ROOT_URLCONF=__name__):
        html = client.get("/parts/").content.decode()
        assert html.count('name="organisation"') == 2 and "<small>Example coordination</small>" in html
        client.post("/organisation/changer/", {"organisation": str(second.pk)})
        assert "<small>Example workshop</small>" in client.get("/parts/").content.decode()
    request = RequestFactory().get("/")
    request.user = user
    with django_assert_num_queries(1):
        assert [organisation.name for organisation in my_organisations(request)] == [first.name, second.name]


def test_a_page_that_breaks_says_so_without_a_database(client, collected, caplog):
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__, STATIC_ROOT=collected, STORAGES=installed.STORAGES):
        response = client.get("/broken/")
    assert response.status_code == 500 and b'<main id="main"' in response.content
