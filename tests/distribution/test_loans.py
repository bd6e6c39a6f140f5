"""Loans: longer, given, lost without blame, back with erasure to prove again, recalled with a whole school."""

import re
from datetime import date, timedelta

import pytest

from maillon.distribution import jobs
from maillon.distribution.agreements import queries as agreements
from maillon.distribution.agreements.models import Agreement, Item
from maillon.distribution.loans import commands
from maillon.distribution.loans.models import Recall
from maillon.distribution.loans.rules import gift_day, months_later
from maillon.kernel import codes
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.territory.models import Organisation
from maillon.workshop.life import MediumState
from maillon.workshop.models import Device, Medium
from tests.allocation.promises import make_request
from tests.distribution.handing import signed
from tests.distribution.test_desk import only, photo
from tests.world import make_world

db = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 24), 12, date(2027, 11, 24)),
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
    ],
)
def test_months_later_is_a_day_that_exists(day, months, later):
    assert months_later(day, months) == later


@pytest.mark.parametrize(
    ("due", "after", "gift"),
    [
        (None, 24, date(2028, 11, 24)),
        (None, None, None),
        (date(2027, 6, 1), 24, None),
        (date(2030, 6, 1), 24, date(2028, 11, 24)),
    ],
)
def test_a_loan_becomes_a_gift_only_if_it_lasts_that_long(due, after, gift):
    assert gift_day(date(2026, 11, 24), due, after) == gift


@db
def test_a_loan_is_extended_to_an_open_day(world):
    agreement = signed(world)
    agreement.refresh_from_db()
    before = agreement.due_on
    sunday = before + timedelta(days=30 + (6 - (before + timedelta(days=30)).weekday()))
    commands.extend(actor=world.actor("head"), agreement_id=agreement.pk, due_on=sunday)
    agreement.refresh_from_db()
    assert agreement.due_on > sunday and agreement.due_on.weekday() < 5
    commands.extend(actor=world.actor("head"), agreement_id=agreement.pk, due_on=None)
    agreement.refresh_from_db()
    assert agreement.open_ended


@db
def test_an_extension_is_never_shorter(world, english):
    agreement = signed(world)
    agreement.refresh_from_db()
    with pytest.raises(Refusal, match="until a later day"):
        commands.extend(
            actor=world.actor("head"), agreement_id=agreement.pk, due_on=agreement.due_on - timedelta(days=40)
        )


@db
@pytest.mark.parametrize(
    ("who", "error"), [("prescriber", NotAllowed), ("neighbour", NotFound), ("mediator", NotFound), ("donor", NotFound)]
)
def test_who_lends_decides(world, who, error):
    agreement = signed(world)
    for command, more in ((commands.extend, {"due_on": None}), (commands.give, {})):
        with pytest.raises(error):
            command(actor=world.actor(who), agreement_id=agreement.pk, **more)
    commands.give(actor=world.actor("coordinator"), agreement_id=agreement.pk)
    agreement.refresh_from_db()
    assert agreement.state == "ended" and only(agreement).state == "owned"


@db
def test_a_loan_becomes_a_gift_on_its_day_and_not_before(world, client):
    commands.change_terms(actor=world.actor("head"), category="", loan_months=12, gift_after_months=18)
    agreement = signed(world, open_ended=True)
    agreement.refresh_from_db()
    client.force_login(world.users["head"])
    coming = "Lui appartient le"
    assert coming in client.get(f"/conventions/{agreement.code}/").content.decode()
    assert commands.give_by_rule(agreement.gift_on - timedelta(days=1)) == 0
    assert commands.give_by_rule(agreement.gift_on) == 1
    agreement.refresh_from_db()
    assert (agreement.state, only(agreement).state) == ("ended", "owned")
    assert coming not in client.get(f"/conventions/{agreement.code}/").content.decode(), "it is theirs"
    assert Entry.objects.get(kind="loan.given").data["by_rule"] is True
    assert jobs.loans_become_gifts.func() == 0


@db
@pytest.mark.parametrize("how", ["lost", "stolen"])
def test_a_loss_is_written_without_blame(world, client, how):
    agreement = signed(world)
    item = only(agreement)
    client.force_login(world.users["prescriber"])
    answer = client.post(f"/prets/machines/{item.pk}/perte/", {"how": how})
    assert answer.status_code == 302
    item.refresh_from_db()
    agreement.refresh_from_db()
    assert (item.state, agreement.state, Device.objects.get().state) == ("lost", "ended", "lost")


@db
def test_what_comes_back_is_received_and_must_be_erased_again(world):
    agreement = signed(world)
    item = only(agreement)
    commands.take_back(
        actor=world.actor("head"), item_id=item.pk, condition="C", accessories=["charger"], place=world.shelf
    )
    device = Device.objects.get()
    assert (device.state, device.condition, device.place) == ("received", "C", world.shelf)
    assert set(Medium.objects.values_list("state", flat=True)) == {MediumState.TO_ERASE.value}
    item.refresh_from_db()
    assert (item.state, item.condition, item.condition_back, item.accessories_back) == (
        "returned",
        "B",
        "C",
        ["charger"],
    )
    told = Entry.objects.get(kind="loan.returned").data
    assert (told["before"], told["condition"], told["missing"]) == ("B", "C", ["mouse"])
    steps = Entry.objects.filter(subject=device.id).order_by("sequence").values_list("kind", flat=True)
    assert list(steps)[-2:] == ["device.returned", "device.received"]
    agreement.refresh_from_db()
    assert agreement.state == "ended"


@db
def test_what_comes_back_elsewhere_is_received_by_its_workshop(world, client):
    """A prescriber is no workshop: the machine is returned, and received when it arrives."""
    item = only(signed(world))
    commands.take_back(actor=world.actor("prescriber"), item_id=item.pk, condition="B")
    device = Device.objects.get()
    assert device.state == "returned"
    client.force_login(world.users["technician"])
    assert f"/machines/{device.code}/etape/received/" in client.get(f"/machines/{device.code}/").content.decode()
    client.post(f"/machines/{device.code}/etape/received/", {"place": ""})
    device.refresh_from_db()
    assert device.state == "received"


@db
def test_a_gift_may_come_back_and_a_lost_one_be_found(world):
    given = only(signed(world, kind="gift"))
    commands.take_back(actor=world.actor("head"), item_id=given.pk, condition="D")
    lost = only(signed(world))
    commands.declare_lost(actor=world.actor("head"), item_id=lost.pk, how="lost")
    commands.take_back(actor=world.actor("head"), item_id=lost.pk, condition="C")
    assert set(Device.objects.values_list("state", flat=True)) == {"received"}
    with pytest.raises(Refusal):
        commands.take_back(actor=world.actor("head"), item_id=lost.pk, condition="C")


@db
def test_a_return_is_scanned_and_compared_side_by_side(world, client):
    item = only(signed(world))
    client.force_login(world.users["technician"])
    answer = client.post("/prets/retour/", {"code": f"https://maillon.example/m/{item.device.code}"})
    assert answer.url == f"/prets/machines/{item.pk}/retour/"
    seen = client.post(f"{answer.url}photos/", {"photo": photo(), "condition": "C", "broken": "on"})
    page = seen.content.decode()
    assert page.count("/remises/photos/") == 1 and 'value="B"' in page
    form = seen.context["form"]
    assert (form["condition"].value(), form["broken"].value(), form["accessories"].value()) == ("C", "on", [])
    assert f'action="{answer.url}"' in page, "what is sent from there takes the machine back"
    assert client.post(answer.url, {"accessories": ["charger"]}).status_code == 422
    assert client.post(answer.url, {"condition": "C", "accessories": ["charger"]}).status_code == 302
    assert client.post("/prets/retour/", {"code": item.device.code}).status_code == 409


@db
def test_a_partial_return_leaves_the_rest_on_loan(world):
    agreement = signed(world, machines=2)
    first, second = agreements.items_of(agreement)
    commands.take_back(actor=world.actor("head"), item_id=first.pk, condition="B")
    agreement.refresh_from_db()
    second.refresh_from_db()
    assert (agreement.state, second.state) == ("signed", "lent")


@db
def test_a_school_is_recalled_scanned_and_closed_with_who_did_not_come(world, client):
    school = Organisation.objects.get(territory=world.coordination, kind="prescriber")
    signed(world, machines=3, request=make_request(world, quantity=3, beneficiary="group"))
    signed(world, kind="gift")
    client.force_login(world.users["head"])
    day = agreements.today() + timedelta(days=10)
    answer = client.post("/prets/rappels/nouveau/", {"prescriber": str(school.pk), "day": day.isoformat()})
    recall = Recall.objects.get()
    assert answer.url == f"/prets/rappels/{recall.code}/" and recall.lines.count() == 3
    assert "scan-refused" not in client.get(answer.url).content.decode()  # nothing was scanned yet
    first, second, late = Item.objects.filter(state="lent").select_related("device").order_by("id")
    for item in (first, second):
        answer = client.post(
            f"/prets/rappels/{recall.code}/scanner/", {"code": item.device.code}, headers={"X-Maillon-Scan": "1"}
        )
        assert answer.status_code == 200 and codes.pretty(item.device.code) in answer.content.decode()
    answer = client.post(f"/prets/rappels/{recall.code}/scanner/", {"code": "K7M2XQ4"})
    assert answer.status_code == 409
    assert client.post(f"/prets/rappels/{recall.code}/clore/").status_code == 302
    assert list(recall.lines.filter(no_show=True).values_list("item_id", flat=True)) == [late.pk]
    assert Entry.objects.get(kind="loan.recall_closed").data == {"back": 2, "no_show": 1}
    late.refresh_from_db()
    assert late.state == "lent"


@db
def test_a_recall_asks_back_only_what_one_sees(world, client):
    signed(world)
    school = Organisation.objects.get(territory=world.coordination, kind="prescriber")
    for who, status in (("neighbour", 422), ("mediator", 422), ("reader", 403), ("prescriber", 302)):
        client.force_login(world.users[who])
        day = (agreements.today() + timedelta(days=3)).isoformat()
        answer = client.post("/prets/rappels/nouveau/", {"prescriber": str(school.pk), "day": day})
        assert answer.status_code == status, who
    recall = Recall.objects.get()
    client.force_login(world.users["neighbour"])
    for address in ("", "clore/", "scanner/"):
        method = client.post if address else client.get
        assert method(f"/prets/rappels/{recall.code}/{address}").status_code == 404


@db
def test_the_list_of_loans_tells_late_from_soon(world, client, django_assert_max_num_queries):
    today = agreements.today()
    for days in (-3, 5, 90):
        agreement = signed(world)
        Agreement.objects.filter(pk=agreement.pk).update(due_on=today + timedelta(days=days))
    client.force_login(world.users["head"])
    shown = {}
    for which in ("", "?voir=soon", "?voir=late"):
        with django_assert_max_num_queries(12):
            page = client.get(f"/prets/{which}").content.decode()
        shown[which] = sum(codes.pretty(code) in page for code in Agreement.objects.values_list("code", flat=True))
    assert shown == {"": 3, "?voir=soon": 1, "?voir=late": 1}
    assert "/prets/?voir=late" in client.get("/").content.decode()


@db
@pytest.mark.parametrize(
    ("who", "status"), [("head", 302), ("coordinator", 302), ("technician", 403), ("mediator", 403)]
)
def test_who_states_the_terms(world, client, who, status):
    client.force_login(world.users[who])
    answer = client.post("/prets/conditions/", {"loan_months": 6, "gift_after_months": "", "category": ""})
    assert answer.status_code == status


@db
@pytest.mark.parametrize("data", [{"loan_months": 0}, {"loan_months": 121}, {"loan_months": 6, "gift_after_months": 0}])
def test_terms_that_make_no_sense_are_refused(world, client, data):
    client.force_login(world.users["head"])
    assert client.post("/prets/conditions/", data).status_code == 422


@db
def test_long_lists_are_read_page_by_page_and_whole(world, client, monkeypatch):
    from maillon.distribution.agreements import views as agreement_views
    from maillon.distribution.loans import queries

    monkeypatch.setattr(queries, "SHOWN", 2)
    monkeypatch.setattr(agreement_views, "SHOWN", 2)
    for due in (date(2030, 1, 8), date(2030, 1, 8), None, None, date(2031, 3, 4)):
        signed(world, due_on=due, open_ended=due is None)
    everything = set(Agreement.objects.values_list("code", flat=True))
    client.force_login(world.users["head"])
    for address in ("/prets/", "/conventions/"):
        seen, page = [], address
        while page:
            text = client.get(page).content.decode()
            here = [code for code in everything if f">{codes.pretty(code)}</a>" in text]
            seen += here
            [page] = re.findall(r'href="(\?[^"]*apres=\w+)" rel="next"', text) or [""]
            page = address + page.replace("&amp;", "&") if page else ""
        assert sorted(seen) == sorted(everything), address
