"""The coordinator's board: counted from the register, scoped to who looks, at a constant cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maillon.allocation.models import Promise
from maillon.kernel import ledger
from maillon.kernel.codes import new_code
from maillon.needs.models import Request
from maillon.observatory import board, lists, queries
from maillon.observatory.flow import Fate
from maillon.territory.models import Commune, District
from maillon.workshop.models import Device
from tests.world import make_world

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def days_ago(count):
    return NOW - timedelta(days=count)


@pytest.fixture
def world():
    made = make_world()
    made.commune = Commune.objects.create(code="44001", name="Première")
    made.prescriber = made.users["prescriber"].memberships.get().organisation
    return made


def device(world, state, came, **events):
    """events: kind -> days ago."""
    made = Device.objects.create(
        code=new_code(),
        territory=world.coordination,
        holder=world.workshop,
        state=state,
        created_at=days_ago(came),
    )
    for kind, when in events.items():
        payload = {"erased": {"media": []}, "ready": {"place": None}, "handed_over": {"reference": "R1"}}[kind]
        ledger.append(f"device.{kind}", world.actor("technician"), made.id, at=days_ago(when), **payload)
    return made


def request(world, since, state="waiting", **more):
    return Request.objects.create(
        code=new_code(),
        territory=world.coordination,
        prescriber=world.prescriber,
        beneficiary="adult",
        use="primary",
        commune=world.commune,
        since=days_ago(since).date(),
        state=state,
        **more,
    )


def test_each_machine_is_where_it_went(world):
    device(world, "inspected", 20)
    device(world, "erased", 20, erased=10)
    device(world, "for_parts", 20, erased=10)
    device(world, "handed_over", 40, erased=30, ready=20, handed_over=10)
    device(world, "erased", 40, erased=30, ready=20, handed_over=10)  # came back, and erased again
    device(world, "announced", 5)
    device(world, "ready", 500, erased=490, ready=480)  # before the span
    assert queries.fates(world.actor("coordinator"), queries.lately()) == {
        Fate("received", "here"): 1,
        Fate("erased", "here"): 1,
        Fate("erased", "parts"): 1,
        Fate("handed_over", "in_use"): 1,
        Fate("handed_over", "returned"): 1,
    }
    assert queries.fates(world.actor("neighbour"), queries.lately()) == {}


def test_delays_are_medians_of_what_happened(world):
    actor = world.actor("coordinator")
    assert queries.donation_to_handover(actor, queries.lately()) == (None, 0)
    for came, left in ((30, 20), (40, 10), (60, 2)):
        device(world, "handed_over", came, handed_over=left)
    assert queries.donation_to_handover(actor, queries.lately()) == (30, 3)
    served = request(world, 50, state="served")
    given = device(world, "handed_over", 60, handed_over=8)
    Promise.objects.create(
        territory=world.coordination, request=served, device=given, state="kept", ended_at=days_ago(8)
    )
    request(world, 300)
    assert queries.request_to_machine(actor, queries.lately()) == (42, 1)


def test_need_is_told_by_zone_and_use(world):
    request(world, 50, quantity=3)
    request(world, 90)
    request(world, 10, state="withdrawn")
    actor = world.actor("coordinator")
    [zone] = queries.need_by_zone(actor, queries.lately())
    assert (zone.name, zone.asked, zone.promised) == ("Première", 4, 0)
    assert queries.need_by_use(actor) == {"primary": 4}
    assert [one.since for one in queries.oldest_waiting(actor)] == [days_ago(90).date(), days_ago(50).date()]
    assert queries.need_by_use(world.actor("technician")) == {}


def test_the_page_costs_as_many_queries_whatever_there_is(client, world):
    client.force_login(world.users["coordinator"])
    client.get(reverse("observatory:board"))
    costs = []
    for _time in range(2):
        device(world, "handed_over", 40, erased=30, ready=20, handed_over=10)
        request(world, 20)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("observatory:board")).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 30


def test_a_workshop_sees_its_machines_and_no_need(client, world):
    request(world, 20)
    client.force_login(world.users["head"])
    page = client.get(reverse("observatory:board"), headers={"accept-language": "en"}).content.decode()
    assert "The way of the machines" in page and "Première" not in page


def test_each_figure_opens_a_list_as_long_as_it_says(client, world, english):
    """Every count of the board, and what its list holds: machines, or those that its requests ask for."""
    district = District.objects.create(code="QN04499N", name="Quartier fictif")
    device(world, "inspected", 20)
    device(world, "erased", 20, erased=10)
    device(world, "for_parts", 20, erased=10)
    device(world, "lost", 20)
    for _one in range(3):
        device(world, "handed_over", 40, erased=30, ready=20, handed_over=10)
    device(world, "erased", 40, erased=30, ready=20, handed_over=10)
    ready = [device(world, "ready", 30, erased=20, ready=10) for _one in range(2)]
    asks = [request(world, 50, quantity=3), request(world, 90), request(world, 30, district=district)]
    served = request(world, 60, state="served")
    for asked, state in ((asks[0], "active"), (served, "kept"), (asks[1], "refused")):
        Promise.objects.create(
            territory=world.coordination, request=asked, device=ready[0], state=state, ended_at=days_ago(3)
        )
    actor = world.actor("coordinator")
    client.force_login(world.users["coordinator"])
    shown = board.board(actor)
    counts = [(cell.count, cell.url) for line in (*shown.zones, *shown.uses) for cell in line.cells]
    counts += [(bar.count, bar.url) for bar in shown.sankey.bars]
    counts += [(count, url) for _source, _target, count, url in shown.sankey.rows]
    assert sum(count > 0 for count, _url in counts) > 20
    steps = shown.sankey.steps  # what a phone shows for the picture: what reaches a stage goes on, or is told under it
    assert [step.label for step in steps] == ["Came in", "Erased", "Made available", "Handed over"]
    following = [*(step.count for step in steps[1:]), 0]
    assert all(
        step.count == sum(bar.count for bar in step.then) + more for step, more in zip(steps, following, strict=True)
    )
    for count, url in counts:
        listed = client.get(url).context["listed"]
        asked = [int(value) for row in listed.rows for head, value in row.cells if head == "Machines"]
        assert (sum(asked) if asked else len(listed.rows)) == count, url
        assert listed.said.split(",")[0] == lists.machines(count), url
        assert str(listed.definition)
    for figure, over in zip(shown.figures, (4, 1), strict=False):
        assert len(client.get(figure.url).context["listed"].rows) == over
        assert f"Over {over} " in figure.definition


def test_a_list_goes_on_over_pages_and_an_unknown_figure_is_not_found(client, world):
    for _one in range(lists.PER_PAGE + 1):
        device(world, "inspected", 20)
    client.force_login(world.users["coordinator"])
    first = client.get(lists.address("flow", stage="received")).context["listed"]
    second = client.get(first.next).context["listed"]
    assert (len(first.rows), len(second.rows), second.next) == (lists.PER_PAGE, 1, "")
    assert not {row.code for row in first.rows} & {row.code for row in second.rows}
    for wrong in ("flow/", "flow/?stage=nowhere", "flow/?stage=ready&now=never", "asked/?use=none", "asked/?zone=0",
                  "asked/", "nothing/", "flow/?stage=ready&page=0", "flow/?stage=ready&page=x",
                  "flow/?stage=ready&page=2"):  # fmt: skip
        assert client.get(f"{reverse('observatory:board')}{wrong}").status_code == 404, wrong


def test_a_workshop_lists_its_machines_and_no_request(client, world):
    device(world, "inspected", 20)
    client.force_login(world.users["head"])
    assert len(client.get(lists.address("flow", stage="received")).context["listed"].rows) == 1
    for figure in ("request", "asked", "suitable", "promised", "available"):
        assert client.get(lists.address(figure, zone="44001", use="primary")).status_code == 404
