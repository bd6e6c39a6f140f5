"""The stock page and scan mode in a real browser: what the scripts add to pages that work without them."""

import io
import os
from pathlib import Path

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from maillon.kernel import codes
from tests.workshop.stock_world import stock_world  # noqa: F401 - the fixture "world"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = os.environ.get("MAILLON_CHROMIUM") or "/usr/bin/chromium"


@pytest.fixture(autouse=True)
def plain_static(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def visit(driver, live_server, client, world):
    """`visit(user, width=…, camera=file)`: a page signed in as this person."""
    browsers = []

    def open_page(user, *, width=1280, camera=None):
        arguments = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
        if camera:
            arguments += [
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={camera}",
            ]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        browsers.append(browser)
        client.force_login(user)
        context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": 800}, locale="en")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        return page

    yield open_page
    for browser in browsers:
        browser.close()


def shown_codes(page):
    return [text.strip() for text in page.locator(".stock-table th a").all_inner_texts()]


def keep(page, name):
    """A picture for the eye, where MAILLON_TEST_SHOTS says."""
    if folder := os.environ.get("MAILLON_TEST_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found]


def test_search_and_filters_answer_as_one_types(visit, world):
    ready = world.device(vendor="Lenovo", model="ThinkPad T470", state="ready", kind="notebook", grade=3)
    world.devices(60, vendor="HP", model="ProBook 450 G3", state="received", kind="notebook", memory_mb=8192)
    page = visit(world.person("technician", world.workshop))
    page.goto("/stock/")
    assert len(shown_codes(page)) == 50
    page.locator("#stock-q").press_sequentially("think", delay=30)
    expect(page.locator(".stock-table th a")).to_have_count(1)
    assert shown_codes(page) == [codes.pretty(ready.code)] and "q=think" in page.url
    assert page.evaluate("document.activeElement.id") == "stock-q"
    page.locator("#stock-q").fill("")
    expect(page.locator(".stock-table th a")).to_have_count(50)
    page.locator("#f-state-ready").check()
    expect(page.locator(".stock-table th a")).to_have_count(1)
    assert page.locator("#f-state-ready").is_checked() and "state=ready" in page.url
    page.locator(".stock-table [name=device]").first.check()
    assert page.locator(".stock-picked").inner_text().endswith("1")
    keep(page, "stock-1280")
    page.reload()
    assert shown_codes(page) == [codes.pretty(ready.code)]
    assert page.complaints == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("address", ["/stock/", "/stock/?state=lost", "/stock/scanner/", "/stock/scanner/?place=&step=",
                                     "/stock/importer/", "/stock/vues/", "/stock/donneurs/"])  # fmt: skip
def test_pages_are_accessible_and_fit(visit, world, address, width):
    world.devices(3, vendor="Lenovo", model="ThinkPad T470", serial="PF0ABC12", state="ready", kind="notebook", grade=3,
                  donor=world.donor, lot=world.lot, place=world.shelf, processor="Intel Core i5-7300U", memory_mb=8192,
                  disk_kind="nvme", disk_gb=256)  # fmt: skip
    page = visit(world.person("technician", world.workshop), width=width)
    page.goto(address)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"{address.strip('/').replace('/', '-').replace('?', '_')}-{width}")
    assert page.complaints == []


def test_a_reader_that_types_fast_loses_nothing(visit, world):
    devices = world.devices(6, state="received")
    page = visit(world.person("technician", world.workshop))
    page.goto(f"/stock/scanner/?place={world.shelf.pk}&step=")
    for device in devices:
        page.keyboard.type(device.code + "\n")  # the focus is in the field: nothing is clicked
    expect(page.locator("#scan-lines .scan-done")).to_have_count(6)
    first = page.locator("#scan-lines li").first.inner_text()
    assert codes.pretty(devices[-1].code) in first
    page.keyboard.type("K7M2XQ5\n")
    page.wait_for_selector("#scan-lines .scan-refused")
    page.locator("#scan-undo button").click()
    expect(page.locator("#scan-lines li")).to_have_count(8)
    for device in devices:
        device.refresh_from_db()
    assert [d.place for d in devices] == [world.shelf] * 5 + [None]
    assert page.evaluate("document.activeElement.id") == "scan-field"
    keep(page, "scan-1280")
    assert [c for c in page.complaints if "409" not in c] == []


def film(path, text):
    """A silent film of a label, as the camera would see it."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=7, border=4)
    label = Image.open(drawn).convert("L")
    frame = Image.new("L", (640, 480), 150)
    frame.paste(label, (180, 100))
    colours = bytes([128]) * (320 * 240 * 2)
    picture = b"FRAME\n" + frame.tobytes() + colours
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + picture * 3)
    return path


def test_the_camera_reads_a_label_once_while_it_stays_in_view(visit, world, tmp_path):
    device = world.device(state="received")
    camera = film(tmp_path / "label.y4m", f"http://localhost:8000/m/{device.code}")
    page = visit(world.person("technician", world.workshop), camera=camera)
    page.goto(f"/stock/scanner/?place={world.shelf.pk}&step=")
    page.locator("#scan-start").click()
    page.wait_for_selector("#scan-lines .scan-done", timeout=20_000)
    page.wait_for_timeout(1_500)
    assert page.locator("#scan-lines li").count() == 1
    device.refresh_from_db()
    assert device.place == world.shelf
    page.locator("#scan-stop").click()
    assert page.locator("#scan-camera").is_hidden()
    assert page.complaints == []
