"""Whatever a link leads to: every page that a role can reach from its start page, found by following the links.

The pages of the tour are chosen; here none can be forgotten. One page of each route and role is looked at (of machines
a few, from several lists), at the width of a phone.
"""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from tests.chain.test_every_page import COORDINATOR, DONOR, TECHNICIAN, UNSEEN_TICKS, violations

pytestmark = pytest.mark.browser
PRESCRIBER, READER = "prescription@exemple.invalid", "lecture@exemple.invalid"
WIDTH = 360
NOT_PAGES = (
    *(".pdf", ".json", ".jsonld", ".pem", ".csv", ".zip", ".ods", ".py", ".ics"),
    *("/brut/", "/export/", "recovery-codes/download/", "/vide/csv/", "/vide/ods/"),
)
LINKS = """[...document.querySelectorAll("a[href]")].filter(a => !a.hasAttribute("download"))
    .map(a => new URL(a.getAttribute("href"), location).href)"""  # a drawing's links have no address of their own
SEVERAL = {("stock:list", None): 4, ("workshop:device", None): 6}
ENOUGH = 160  # pages a role; a role has some 80


@pytest.mark.parametrize("who", ["", TECHNICIAN, COORDINATOR, DONOR, PRESCRIBER, READER])
def test_every_page_within_reach_is_accessible_and_fits(visit, served, who):
    page = visit(who, width=WIDTH)
    waiting, seen, known, faults = ["/"], set(), Counter(), []
    while waiting:
        address = waiting.pop(0)
        route = kind_of(address)
        if address in seen or known[route] >= SEVERAL.get(route, 1):
            continue
        seen.add(address)
        known[route] += 1
        assert len(seen) < ENOUGH, sorted(seen)
        status = page.goto(address).status
        faults += [(address, fault) for fault in faults_of(page, status)]
        page.complaints.clear()
        found = [local for href in page.evaluate(LINKS) if (local := within(served.url, href))]
        waiting += found[::-1] if route == ("stock:list", None) else found  # the oldest machines have gone furthest
    assert faults == []
    assert len(known) >= {"": 5, PRESCRIBER: 9}.get(who, 15), known


def kind_of(address):
    """What is looked at once: a route, with its words but not its codes and identifiers."""
    found = resolve(urlsplit(address).path)
    return found.view_name, found.kwargs.get("name")


def within(origin, href):
    address = href.partition("#")[0].removeprefix(origin)
    path = urlsplit(address).path
    return address if href.startswith(origin) and not path.endswith(NOT_PAGES) else None


def faults_of(page, status):
    if status != 200:
        yield f"answers {status}"
        return
    yield from page.complaints
    if page.evaluate("document.documentElement.scrollWidth") > WIDTH:
        yield "wider than a phone"
    if page.locator("h1").count() != 1:
        yield "not one title"
    yield from page.evaluate(UNSEEN_TICKS)
    yield from violations(page)
