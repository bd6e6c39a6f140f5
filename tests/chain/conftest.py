"""A platform served for real, on a small demonstration of its own, and a real browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

MACHINES = 140
CHROMIUM = os.environ.get("MAILLON_CHROMIUM") or "/usr/bin/chromium"
TOUR = Path(__file__).resolve().parents[2] / "docs" / "tour"


@dataclass(frozen=True)
class Served:
    url: str
    data: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(self.data, *arguments)


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "maillon.cli", *arguments],
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=300,
    )


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLON_", "DATABASE_URL"))}
    return {**kept, "MAILLON_DATA": str(data), "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    data = tmp_path_factory.mktemp("served")
    for arguments in (("manage", "migrate", "--verbosity=0"), ("demo", f"--machines={MACHINES}")):
        done = run(data, *arguments)
        assert done.returncode == 0, done.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "maillon.cli", "serve", f"--port={port}", "--workers=1"]
    log = (data / "serve.log").open("w")
    process = subprocess.Popen(command, env=environment(data), stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process, data / "serve.log")
        yield Served(url, data)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def browser(driver: Playwright):
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    launched = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def sessions(browser: Browser, served: Served):
    """The cookies of each of the demonstration's people, who enters by the door once."""
    kept = {}

    def of(who: str):
        if who not in kept:
            context = browser.new_context(base_url=served.url, locale="fr-FR")
            page = context.new_page()
            page.goto("/demonstration/")
            page.locator("form", has=page.locator(f'input[value="{who}"]')).get_by_role("button").click()
            page.wait_for_url("**/")
            kept[who] = context.storage_state()
            context.close()
        return kept[who]

    return of


@pytest.fixture
def visit(browser: Browser, served: Served, sessions):
    """`visit(who, width=…, script=…)` opens a page signed in as one of the demonstration's people."""
    contexts = []

    def open_page(who: str = "", *, width: int = 1280, script: bool = True, **more):
        context = browser.new_context(
            base_url=served.url,
            viewport={"width": width, "height": 800},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            java_script_enabled=script,
            storage_state=sessions(who) if who else None,
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
