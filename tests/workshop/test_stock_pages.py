"""The stock page in a browser that runs no script, and the part that htmx asks for."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillon.kernel import codes
from maillon.workshop.models import Device, SavedView
from maillon.workshop.stock import index
from tests.workshop.stock_world import stock_world  # noqa: F401 - the fixture "world"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.LANGUAGE_CODE = "en"


def signed_in(client, world, role="technician", organisation=None):
    client.force_login(world.person(role, organisation or world.workshop))
    return client


def page(client, query="", **headers):
    response = client.get(f"{reverse('stock:list')}{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_stock_says_what_to_do(client, world):
    html = page(signed_in(client, world))
    assert "Drop in a first reading" in html and reverse("workshop:intake") in html


def test_a_reader_of_an_empty_stock_is_not_told_to_drop_files(client, world):
    assert "Drop in a first reading" not in page(signed_in(client, world, "reader"))


def test_rows_lead_to_the_devices(client, world):
    device = world.device(vendor="Lenovo", model="T470", serial="PF0X", memory_mb=8192, place=world.shelf, grade=3)
    world.device(holder=world.other_workshop, model="Theirs")
    html = page(signed_in(client, world))
    assert reverse("workshop:device", args=[device.code]) in html and codes.pretty(device.code) in html
    assert "Lenovo T470" in html and "Shelf 3" in html and "3 out of 5" in html and "Theirs" not in html


def test_no_answer_offers_to_remove_the_filters(client, world):
    world.device()
    html = page(signed_in(client, world), "?q=nothing+like+this&state=ready")
    assert "No machine answers these filters." in html and "Remove all filters" in html


def test_text_of_devices_and_of_people_is_escaped(client, world):
    world.device(vendor="<script>alert(1)</script>", model="<b>")
    html = page(signed_in(client, world), "?q=<script>alert")
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html


def test_facets_count_and_stay_ticked(client, world):
    world.devices(3, state="ready")
    world.devices(2, state="lost", kind="tablet")
    html = page(signed_in(client, world), "?state=ready")
    assert 'name="state" value="ready" id="f-state-ready" checked' in html
    assert 'name="state" value="lost" id="f-state-lost"' in html and "3 machines" in html


def test_addresses_with_unknown_values_still_open(client, world):
    world.device()
    query = "?state=nonsense&place=x&lot=zz&grade=99&before=abc&after=-1&holder=" + str(uuid4())
    page(signed_in(client, world), "?state=nonsense&place=x&lot=zz&grade=99&before=abc&after=9e9")
    page(client, query)
    page(client, "?before=99999999999999999999999")
    page(client, "?q=" + "a" * 5_000)


def test_pages_follow_one_another(client, world):
    world.devices(120, state="ready")
    signed_in(client, world)
    first = client.get(reverse("stock:list"), {"state": "ready"})
    second = client.get(first.context["next_url"])
    assert len(first.context["rows"]) == len(second.context["rows"]) == 50
    back = client.get(second.context["previous_url"])
    assert [row.id for row in back.context["rows"]] == [row.id for row in first.context["rows"]]


@pytest.mark.parametrize("query", ["", "?q=latitude", "?state=ready", "?q=zzz"])
def test_htmx_receives_what_the_full_page_shows(client, world, query):
    world.devices(60, model="Latitude", state="ready")
    signed_in(client, world)
    full = page(client, query)
    part = page(client, query, **{"HX-Request": "true", "HX-Target": "stock-results"})
    listed, _, facets = part.partition('<div id="stock-facets" hx-swap-oob="innerHTML">')
    without_token = _without_tokens(listed)
    assert without_token.strip() in _without_tokens(full)
    assert facets.strip().removesuffix("</div>").strip() in full
    assert "<html" not in part


def _without_tokens(html):
    return "".join(part.split(">", 1)[-1] for part in html.split('<input type="hidden" name="csrfmiddlewaretoken"'))


def test_the_page_costs_as_many_queries_whatever_the_stock(client, world):
    signed_in(client, world, "coordinator", world.coordination)
    costs = []
    for count in (2, 60):
        world.devices(count, model="Latitude", state="ready", donor=world.donor, place=world.shelf, lot=world.lot)
        with CaptureQueriesContext(connection) as captured:
            page(client, "?state=ready")
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 16


def test_strangers_and_neighbours(client, world):
    device = world.device(holder=world.far_workshop, model="Secret")
    assert client.get(reverse("stock:list")).status_code == 302
    signed_in(client, world)
    assert "Secret" not in page(client) and "Secret" not in page(client, f"?q={device.code}")
    for role in ("prescriber", "mediator"):
        client.force_login(world.person(role, world.workshop))
        assert client.get(reverse("stock:list")).status_code == 403


def test_a_donor_sees_what_it_gave(client, world):
    world.device(donor=world.donor, model="Given")
    world.device(model="Of someone else")
    html = page(signed_in(client, world, "donor", world.donor))
    assert "Given" in html and "Of someone else" not in html and "Act on the chosen" not in html


def test_a_search_keeps_the_choices_of_the_page(client, world):
    world.device(model="Latitude", donor=world.donor, lot=world.lot, place=world.shelf)
    signed_in(client, world, "coordinator", world.coordination)
    chosen = {"holder": world.workshop, "donor": world.donor, "lot": world.lot, "place": world.shelf}
    html = page(client, "?q=latitude&condition=A&" + "&".join(f"{name}={each.pk}" for name, each in chosen.items()))
    for name, each in chosen.items():
        assert re.search(rf'(name="{name}" value="{each.pk}"|<option value="{each.pk}" selected)', html), name
    assert 'value="A" id="f-condition-A" checked' in html
    foreign = page(client, f"?holder={world.far_workshop.pk}")
    assert "Far workshop" not in foreign


def test_donors_are_listed_with_their_machines(client, world):
    world.devices(3, donor=world.donor, state="ready")
    world.device(state="ready")
    signed_in(client, world)
    html = client.get(reverse("stock:donors"), {"state": "ready"}).content.decode()
    assert "Société Générique" in html and f"state=ready&amp;donor={world.donor.pk}" in html and ">3<" in html
    assert "Société" not in client.get(reverse("stock:donors"), {"state": "lost"}).content.decode()


# Saved views


def test_views_are_kept_renamed_and_deleted(client, world):
    signed_in(client, world)
    client.post(reverse("stock:save-view"), {"name": "Ready", "query": "state=ready&nonsense=1&q=t470"})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.organisation) == ("Ready", "q=t470&state=ready", world.workshop)
    client.post(reverse("stock:save-view"), {"name": "Ready", "query": "state=lost"})
    assert SavedView.objects.get().query == "state=lost"
    assert "Ready" in page(client)
    client.post(reverse("stock:rename-view", args=[view.pk]), {"name": "Lost ones"})
    assert SavedView.objects.get().name == "Lost ones"
    client.post(reverse("stock:save-view"), {"name": "Other", "query": ""})
    answer = client.post(reverse("stock:rename-view", args=[view.pk]), {"name": "Other"})
    assert answer.status_code == 422 and "Another view has this name" in answer.content.decode()
    client.post(reverse("stock:delete-view", args=[view.pk]))
    assert SavedView.objects.get().name == "Other"


def test_a_reader_uses_the_views_kept_and_changes_none(client, world):
    view = SavedView.objects.create(organisation=world.workshop, name="Ready", query="state=ready")
    signed_in(client, world, "reader")
    shown = page(client)
    assert "?state=ready" in shown and reverse("stock:save-view") not in shown and reverse("stock:views") not in shown
    for name, args in (("save-view", []), ("rename-view", [view.pk]), ("delete-view", [view.pk])):
        assert client.post(reverse(f"stock:{name}", args=args), {"name": "Mine", "query": ""}).status_code == 403
    assert SavedView.objects.get().name == "Ready"


def test_views_of_neighbours_are_not_there(client, world):
    theirs = SavedView.objects.create(organisation=world.other_workshop, name="Theirs", query="")
    signed_in(client, world)
    assert "Theirs" not in page(client)
    for name in ("stock:rename-view", "stock:delete-view"):
        assert client.post(reverse(name, args=[theirs.pk]), {"name": "x"}).status_code == 404
    assert SavedView.objects.get().name == "Theirs"


# Acting on several machines


def act(client, **data):
    return client.post(reverse("stock:selection"), data)


def test_a_selection_is_moved_with_a_result_for_each(client, world):
    mine, there = world.device(), world.device(place=world.shelf)
    theirs = world.device(holder=world.other_workshop)
    signed_in(client, world, "coordinator", world.coordination)
    ids = [str(device.id) for device in (mine, there, theirs)]
    assert "Put them on a place" in act(client, device=ids).content.decode()
    html = act(client, devices=" ".join(ids), do="place", place=world.shelf.pk).content.decode()
    assert "Moved: Shelf 3." in html and "Already there: Shelf 3." in html and "has no such place" in html
    places = dict(Device.objects.values_list("number", "place"))
    assert places == {mine.number: world.shelf.pk, there.number: world.shelf.pk, theirs.number: None}
    assert index.check() == []


def test_what_others_hold_can_not_be_chosen(client, world):
    theirs = world.device(holder=world.other_workshop)
    signed_in(client, world)
    answer = act(client, device=[str(theirs.id)], do="place", place=world.shelf.pk)
    assert answer.status_code == 409
    assert Device.objects.get().place is None


def test_a_step_says_first_who_can_and_does_only_that(client, world):
    can, late = world.device(state="received"), world.device(state="handed_over")
    signed_in(client, world)
    ids = f"{can.id} {late.id}"
    html = act(client, devices=ids, do="step", step="triaged").content.decode()
    assert "1 machine can" in html and "not at this stage" in html
    assert Device.objects.get(pk=can.pk).state == "received"
    assert act(client, devices=ids, do="take", step="triaged").status_code == 422  # the looks are asked
    html = act(client, devices=ids, do="take", step="triaged", condition="B").content.decode()
    assert "1 machine was left as it is." in html
    assert dict(Device.objects.values_list("number", "state")) == {can.number: "triaged", late.number: "handed_over"}


def test_the_whole_list_can_be_chosen(client, world):
    world.devices(60, state="ready")
    world.devices(3, state="lost")
    signed_in(client, world)
    answer = act(client, every="1", filters="state=ready")
    assert len(answer.context["devices"]) == 60


@pytest.mark.parametrize("data", [{}, {"device": "not-an-id"}, {"devices": "x y"}, {"device": str(uuid4())}])
def test_a_selection_of_nothing_is_refused(client, world, data):
    signed_in(client, world)
    assert act(client, **data).status_code == 409
    assert client.get(reverse("stock:selection")).status_code == 302


def test_labels_are_printed_from_a_selection(client, world):
    device = world.device()
    signed_in(client, world)
    answer = act(client, device=[str(device.id)], do="labels")
    assert answer.status_code == 302 and device.code in answer.url and answer.url.startswith(reverse("workshop:labels"))


@pytest.mark.parametrize("do", ["place", "take", "labels"])
def test_readers_change_nothing(client, world, do):
    device = world.device()
    signed_in(client, world, "reader")
    answer = act(client, device=[str(device.id)], do=do, step="triaged", condition="A", place=world.shelf.pk)
    assert answer.status_code == 403
    assert Device.objects.get().state == "received"
