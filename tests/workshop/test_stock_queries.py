"""What the stock page reads: the same answers as a plain look at every device, whatever the question."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from maillon.kernel.actor import PUBLIC, system
from maillon.kernel.errors import NotAllowed
from maillon.workshop.models import Device
from maillon.workshop.stock import index, queries
from maillon.workshop.stock.facets import memory_class
from maillon.workshop.stock.filters import StockFilters
from maillon.workshop.stock.queries import Cursor, stock_page
from tests.workshop.stock_world import stock_world  # noqa: F401 - the fixture "world"

pytestmark = pytest.mark.django_db

MODELS = ["ThinkPad T470", "Latitude E5470", "ProBook 450 G3", "Élitebook 840", "MacBook Pro", "Optiplex 3050"]


def fill(world, count=130, seed=5):
    pick = random.Random(seed)
    made = [
        world.device(
            synced=False,
            holder=pick.choice([world.workshop, world.workshop, world.other_workshop, world.far_workshop]),
            donor=pick.choice([None, world.donor]),
            lot=pick.choice([None, world.lot]),
            place=pick.choice([None, world.shelf]),
            state=pick.choice(["received", "ready", "handed_over", "lost"]),
            kind=pick.choice(["notebook", "desktop"]),
            grade=pick.choice([None, 2, 3]),
            memory_mb=pick.choice([None, 3900, 8192]),
            disk_kind=pick.choice(["", "hdd", "nvme"]),
            condition=pick.choice(["", "A", "C"]),
            vendor=pick.choice(["Lenovo", "HP"]),
            model=pick.choice(MODELS),
            serial=f"PF-{pick.randrange(10**6):06}",
        )
        for _ in range(count)
    ]
    index.sync([device.number for device in made])
    return made


def plain(actor, filters):
    """The same question put to the devices themselves."""
    devices = Device.objects.visible_to(actor).select_related("donor", "lot").order_by("-number")
    return [d for d in devices if matches(d, filters)]


def matches(device, filters, but=""):
    values = {
        "state": device.state,
        "kind": device.kind,
        "grade": "none" if device.grade is None else str(device.grade),
        "memory": memory_class(device.memory_mb),
        "disk": device.disk_kind or "none",
        "condition": device.condition,
        "holder": device.holder_id,
        "donor": device.donor_id,
        "place": device.place_id,
        "lot": device.lot_id,
    }
    if any(getattr(filters, n) and v not in getattr(filters, n) for n, v in values.items() if n != but):
        return False
    text = f"{device.code} {device.serial} {device.vendor} {device.model}".lower().replace("é", "e").replace("-", "")
    return all(word in text for word in filters.q.lower().replace("é", "e").replace("-", "").split())


FILTERS = [
    StockFilters(),
    StockFilters(state=("ready",)),
    StockFilters(state=("ready", "lost"), kind=("notebook",)),
    StockFilters(grade=("none",), memory=("4",), disk=("none",)),
    StockFilters(state=("recycled",)),
    StockFilters(q="think"),
    StockFilters(q="ELITE 840", state=("ready",)),
    StockFilters(q="pf-0 pro"),
    StockFilters(q="pro", condition=("A",), memory=("8",)),
    StockFilters(condition=("A", "C")),
    StockFilters(q="nothing like this"),
]


@pytest.mark.parametrize("filters", FILTERS, ids=lambda f: f.query() or "none")
@pytest.mark.parametrize("role", ["coordinator", "technician", "donor"])
def test_pages_and_counts_are_those_of_the_devices(world, filters, role):
    fill(world)
    organisation = {"coordinator": world.coordination, "technician": world.workshop, "donor": world.donor}[role]
    actor = world.actor(role, organisation)
    expected = plain(actor, filters)
    page = stock_page(actor, filters)
    assert page.total == len(expected)
    seen = [row.number for row in page.rows]
    while page.next:
        page = stock_page(actor, filters, page.next)
        seen += [row.number for row in page.rows]
    assert seen == [device.number for device in expected]
    everything = list(Device.objects.visible_to(actor).select_related("donor", "lot"))
    for name, column in (("state", "state"), ("kind", "kind")):
        counted = Counter(getattr(d, column) for d in everything if matches(d, filters, but=name))
        assert +Counter(page.facets[name]) == counted


@pytest.mark.parametrize("filters", [StockFilters(), StockFilters(state=("ready", "lost")), StockFilters(q="pf")])
def test_going_back_shows_the_same_pages(world, filters):
    fill(world, 260)
    actor = world.actor("coordinator", world.coordination)
    forward, page = [], stock_page(actor, filters)
    forward.append(page)
    while page.next:
        page = stock_page(actor, filters, page.next)
        forward.append(page)
    assert len(forward) > 1
    for expected in reversed(forward[:-1]):
        page = stock_page(actor, filters, page.previous)
        assert page.rows == expected.rows
    assert page.previous is None


def test_coming_back_near_the_top_shows_a_full_first_page(world):
    made = world.devices(70)
    actor = world.actor("technician", world.workshop)
    page = stock_page(actor, StockFilters(), Cursor(after=sorted(d.number for d in made)[60]))
    assert len(page.rows) == 50 and page.previous is None


def test_filters_by_place_lot_holder_and_donor(world):
    fill(world)
    coordinator = world.actor("coordinator", world.coordination)
    for filters in (
        StockFilters(place=(world.shelf.pk,)),
        StockFilters(lot=(world.lot.pk,), state=("ready",)),
        StockFilters(holder=(world.workshop.pk,), donor=(world.donor.pk,)),
        StockFilters(holder=(world.workshop.pk, world.other_workshop.pk), kind=("desktop",)),
        StockFilters(donor=(world.donor.pk,), q="lenovo"),
    ):
        page = stock_page(coordinator, filters)
        expected = plain(coordinator, filters)
        assert page.total == len(expected) > 0 and [r.number for r in page.rows] == [d.number for d in expected][:50]


def test_a_coordination_counts_its_workshops(world):
    fill(world)
    coordinator = world.actor("coordinator", world.coordination)
    for filters in (StockFilters(), StockFilters(state=("ready",)), StockFilters(holder=(world.workshop.pk,))):
        counted = Counter(d.holder_id for d in plain(coordinator, replace(filters, holder=())))
        assert stock_page(coordinator, filters).holders == counted


def test_the_neighbour_sees_nothing_whatever_is_asked(world):
    made = fill(world)
    theirs = [d for d in made if d.holder_id == world.far_workshop.pk]
    assert theirs
    Device.objects.filter(pk__in=[d.pk for d in theirs]).update(serial="SECRET77")
    index.sync([d.number for d in theirs])
    for role, organisation in (("coordinator", world.coordination), ("technician", world.workshop)):
        actor = world.actor(role, organisation)
        for filters in (StockFilters(q="secret77"), StockFilters(holder=(world.far_workshop.pk,))):
            page = stock_page(actor, filters)
            assert (page.rows, page.total) == ([], 0) and not any(page.facets["state"].values())


def test_who_sees_nothing_and_who_may_not_look(world):
    fill(world, 5)
    with pytest.raises(NotAllowed):
        stock_page(PUBLIC, StockFilters())
    with pytest.raises(NotAllowed):
        stock_page(system(world.coordination.pk), StockFilters())


@pytest.mark.parametrize("role", ["coordinator", "technician", "donor", "reader"])
def test_the_index_shows_what_visible_to_shows(world, role):
    fill(world)
    for organisation in (world.coordination, world.workshop, world.other_workshop, world.donor, world.elsewhere):
        actor = world.actor(role, organisation)
        found = [number for run in queries.numbers_of(actor, StockFilters()) for number in run]
        assert found == list(Device.objects.visible_to(actor).order_by("-number").values_list("number", flat=True))
        assert stock_page(actor, StockFilters()).total == len(found)


@pytest.mark.parametrize("q", ["%", "_", '"', "'", "%%", "\\", "*", "()", "-", "”", "%\0"])
def test_signs_alone_find_nothing(world, q):
    world.device(model="100% _ * ( \\ '")
    asked = QueryDict(mutable=True)
    asked["q"] = q
    assert stock_page(world.actor("technician", world.workshop), StockFilters.of(asked)).total == 0


@pytest.mark.parametrize(
    ("q", "finds"),
    [
        ("t4", True),
        ("47", False),  # two signs: at the beginning of words
        ("470", True),
        ("NKPA", True),
        ("t470 len", True),
        ("len%", True),
        ('"thinkpad"', True),
        ("thinkpad* OR hp", False),
        ("NOT thinkpad", False),
        ("thinkpad-t470", True),
        ("think_pad", True),
        ("societe generique", True),
        ("GÉNÉRIQUE", True),
        ("l2026a", True),
        ("inv-77", True),
        ("inv77", True),
        ("thi pad zzz", False),
        ("thikpad", False),  # its runs of signs are all there, the word is not
        ("5 t470", False),
        ("t t470", True),
        ("🙂", False),
        ("x" * 300, False),
        ("a b c d e f g h i j", True),  # too short: not searched yet
    ],
)
def test_what_is_typed_is_data(world, q, finds):
    device = world.device(
        code="KQKQKQK",
        vendor="Lenovo",
        model="ThinkPad T470",
        donor=world.donor,
        lot=world.lot,
        asset_tag="INV-77",
    )
    world.device(code="QQQQQQQ", vendor="HP", model="thi hik ikp kpa pad", serial="not this one")
    page = stock_page(world.actor("technician", world.workshop), StockFilters(q=q))
    assert (device.number in [row.number for row in page.rows]) is finds


def test_codes_are_found_with_and_without_dash(world):
    device = world.device()
    other = world.device()
    technician = world.actor("technician", world.workshop)
    code = device.code
    for q in (code, code.lower(), f"{code[:3]}-{code[3:]}", f"{code[:3]} {code[3:]}", code[2:6]):
        rows = stock_page(technician, StockFilters(q=q)).rows
        assert device.number in [r.number for r in rows] and other.number not in [r.number for r in rows]


def test_one_sign_alone_leaves_the_list_as_it_is(world):
    world.devices(3, model="Zebra")
    filters = StockFilters(q="z")
    assert filters.too_short
    assert stock_page(world.actor("technician", world.workshop), filters).total == 3


def test_more_than_a_thousand_answers_are_not_counted(world, monkeypatch):
    monkeypatch.setattr(queries, "MOST_COUNTED", 60)
    world.devices(70, model="Latitude", state="ready")
    world.devices(55, model="Latitude", state="lost")
    technician = world.actor("technician", world.workshop)
    page = stock_page(technician, StockFilters(q="latitude"))
    assert page.total is None and page.facets is None and len(page.rows) == 50
    deep = stock_page(technician, StockFilters(q="latitude"), page.next)
    assert len(deep.rows) == 50 and deep.rows[0].number < page.rows[-1].number
    assert stock_page(technician, StockFilters(q="latitude"), deep.previous).rows == page.rows
    narrowed = stock_page(technician, StockFilters(q="latitude", state=("lost",)))
    assert narrowed.total == 55


@pytest.mark.parametrize("filters", FILTERS[:8], ids=lambda f: f.query() or "none")
def test_the_number_of_queries_does_not_grow(world, filters):
    actor = world.actor("coordinator", world.coordination)
    costs = []
    for count in (8, 150):
        fill(world, count, seed=count)
        with CaptureQueriesContext(connection) as captured:
            stock_page(actor, filters)
        costs.append(len(captured))
    assert costs[1] <= max(costs[0], 6 if connection.vendor == "sqlite" else 8)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has several ways")
@pytest.mark.parametrize("rare", [0, 10**9])
@pytest.mark.parametrize("latest", [1, 20_000])
def test_every_way_of_postgresql_gives_the_same(world, monkeypatch, rare, latest):
    from maillon.workshop.stock import lookup

    monkeypatch.setattr(lookup, "RARE", rare)
    monkeypatch.setattr(lookup, "LATEST", latest)
    monkeypatch.setattr(lookup, "SAMPLE", 100)
    fill(world, 260)
    actor = world.actor("coordinator", world.coordination)
    for filters in FILTERS:
        expected = [d.number for d in plain(actor, filters)]
        page = stock_page(actor, filters)
        seen = [row.number for row in page.rows]
        while page.next:
            page = stock_page(actor, filters, page.next)
            seen += [row.number for row in page.rows]
        assert seen == expected
        while page.previous:
            page = stock_page(actor, filters, page.previous)
        assert [row.number for row in page.rows] == expected[:50]
