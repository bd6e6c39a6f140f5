"""The desk: labels read, check-lists, refusals, a class of machines one after the other, and who may do it."""

import io

import pytest
from PIL import Image

from maillon.allocation.models import Promise
from maillon.distribution.agreements import commands as agreements
from maillon.distribution.agreements import queries
from maillon.distribution.agreements.models import Agreement, Photo
from maillon.distribution.desk import commands
from maillon.distribution.desk.commands import Answers
from maillon.kernel import codes
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs.models import RequestCriterion
from maillon.workshop.models import Device
from tests.allocation.promises import make_promise, make_request, ready_device
from tests.distribution.handing import STROKES, digest_of, drafted, prepared, signed
from tests.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def only(agreement):
    [item] = queries.items_of(agreement)
    return item


def photo():
    out = io.BytesIO()
    Image.effect_noise((800, 600), 80).convert("RGB").save(out, "JPEG")
    out.seek(0)
    out.name = "photo.jpg"
    return out


def test_a_machine_is_read_before_its_check_list(world, english):
    agreement = drafted(world)
    item = only(agreement)
    with pytest.raises(Refusal, match="was not read yet"):
        commands.prepare_item(actor=world.actor("head"), item_id=item.pk, answers=Answers(condition="B"))
    commands.scan(actor=world.actor("head"), agreement_id=agreement.pk, text=item.device.code)
    answers = Answers(condition="C", accessories=["mouse", "charger", "nonsense"], first_start=["account"])
    commands.prepare_item(actor=world.actor("head"), item_id=item.pk, answers=answers)
    item.refresh_from_db()
    assert (item.condition, item.accessories, item.first_start) == ("C", ["charger", "mouse"], ["account"])
    kinds = list(
        Entry.objects.filter(subject=agreement.pk, kind__startswith="handover.").values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["handover.prepared", "handover.scanned"]


@pytest.mark.parametrize("way", ["address", "lower", "spaced"])
def test_a_label_is_read_whatever_reads_it(world, way):
    agreement = drafted(world)
    code = only(agreement).device.code
    text = {"address": f"https://maillon.example/m/{code}", "lower": codes.pretty(code).lower(), "spaced": f" {code} "}
    assert commands.scan(actor=world.actor("head"), agreement_id=agreement.pk, text=text[way]).scanned_at


def test_another_machine_on_the_desk_is_found_out(world, english):
    agreement = drafted(world)
    other = ready_device(world)
    with pytest.raises(Refusal, match="is not in this agreement"):
        commands.scan(actor=world.actor("head"), agreement_id=agreement.pk, text=other.code)
    assert not agreement.items.exclude(scanned_at=None).exists()


@pytest.mark.parametrize(
    ("reason", "leaves", "promise", "request_state", "device"),
    [
        ("too_heavy", False, "refused", "waiting", "ready"),
        ("found_elsewhere", True, "refused", "withdrawn", "ready"),
        ("unsuitable", True, "refused", "withdrawn", "ready"),
        ("broken", False, "broken", "waiting", "erased"),
    ],
)
def test_a_refusal_frees_the_machine_and_says_what_becomes_of_the_request(
    world, reason, leaves, promise, request_state, device
):
    agreement = drafted(world)
    item = only(agreement)
    commands.refuse(actor=world.actor("head"), item_id=item.pk, reason=reason, leaves=leaves)
    item.refresh_from_db()
    agreement.request.refresh_from_db()
    assert item.state == "refused"
    assert (Promise.objects.get().state, agreement.request.state) == (promise, request_state)
    assert Device.objects.get().state == device


def test_a_refused_machine_is_not_signed_for_and_another_takes_its_place(world):
    request = make_request(world, quantity=2)
    agreement = drafted(world, request=request, machines=2)
    first, second = queries.items_of(agreement)
    commands.refuse(actor=world.actor("head"), item_id=first.pk, reason="looks")
    commands.scan(actor=world.actor("head"), agreement_id=agreement.pk, text=second.device.code)
    commands.prepare_item(actor=world.actor("head"), item_id=second.pk, answers=Answers(condition="B"))
    agreements.sign(
        actor=world.actor("head"),
        agreement_id=agreement.pk,
        text_sha256=digest_of(agreement),
        signature=agreements.Signature(agreements.Way.FINGER, strokes=STROKES),
    )
    first.device.refresh_from_db()
    second.device.refresh_from_db()
    assert (first.device.state, second.device.state) == ("ready", "handed_over")


def test_another_day_keeps_the_machine_promised(world):
    agreement = drafted(world, machines=2)
    kept = queries.items_of(agreement)[0]
    commands.leave_out(actor=world.actor("head"), item_id=kept.pk)
    kept.device.refresh_from_db()
    assert kept.device.state == "reserved"
    waiting = queries.requests_to_hand_over(world.actor("head"))
    assert [(row.request.pk, row.machines) for row in waiting] == [(agreement.request_id, 1)]


@pytest.mark.parametrize(
    ("reason", "promise", "request_state", "device"),
    [
        ("mistake", "active", "promised", "reserved"),
        ("no_show", "no_show", "waiting", "ready"),
        ("declined", "refused", "withdrawn", "ready"),
    ],
)
def test_what_follows_when_nothing_is_handed_over(world, reason, promise, request_state, device):
    agreement = prepared(world)
    commands.call_off(actor=world.actor("head"), agreement_id=agreement.pk, reason=reason)
    agreement.refresh_from_db()
    agreement.request.refresh_from_db()
    assert (agreement.state, agreement.party) == ("cancelled", "")
    assert (Promise.objects.get().state, agreement.request.state) == (promise, request_state)
    assert Device.objects.get().state == device


@pytest.mark.parametrize("who", ["neighbour", "mediator"])
def test_strangers_find_no_agreement_at_their_desk(world, client, who):
    agreement = drafted(world)
    item = only(agreement)
    with pytest.raises(NotFound):
        commands.scan(actor=world.actor(who), agreement_id=agreement.pk, text=item.device.code)
    client.force_login(world.users[who])
    for address in (f"/remises/{agreement.code}/", f"/conventions/{agreement.code}/signer/"):
        assert client.get(address).status_code == 404
    assert client.post("/remises/trouver/", {"code": agreement.request.code}).status_code == 409


def test_a_coordination_that_is_no_party_sees_and_signs_nothing_in_their_place(world, client):
    agreement = prepared(world)
    client.force_login(world.users["coordinator"])
    assert client.get(f"/remises/{agreement.code}/").status_code == 200
    assert client.get(f"/conventions/{agreement.code}/signer/").status_code == 403
    with pytest.raises(NotAllowed):
        commands.leave_out(actor=world.actor("coordinator"), item_id=only(agreement).pk)


def test_a_photo_shows_the_machine_as_it_left(world, client):
    agreement = drafted(world)
    item = only(agreement)
    client.force_login(world.users["head"])
    client.post(f"/remises/{agreement.code}/scanner/", {"code": item.device.code})
    address = f"/remises/{agreement.code}/machines/{item.pk}/"
    answer = client.post(f"{address}photos/", {"photo": photo(), "accessories": ["mouse"], "condition": "B"})
    kept = Photo.objects.get()
    page, form = answer.content.decode(), answer.context["form"]
    assert f'src="/remises/photos/{kept.pk}/"' in page and f'action="{address}"' in page
    assert (form["accessories"].value(), form["condition"].value()) == (["mouse"], "B"), "nothing answered is lost"
    answer = client.get(f"/remises/photos/{kept.pk}/")
    assert answer["Content-Type"] == "image/jpeg" and b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    commands.prepare_item(actor=world.actor("head"), item_id=item.pk, answers=commands.Answers(condition="B"))
    page = client.get(f"/conventions/{agreement.code}/signer/").content.decode()
    assert f'src="/remises/photos/{kept.pk}/"' in page, "what is signed for is seen"
    client.force_login(world.users["neighbour"])
    assert client.get(f"/remises/photos/{kept.pk}/").status_code == 404


def test_a_photo_chosen_goes_with_the_check_list_and_a_file_that_is_none_loses_nothing(world, client):
    agreement = drafted(world)
    item = only(agreement)
    client.force_login(world.users["head"])
    client.post(f"/remises/{agreement.code}/scanner/", {"code": item.device.code})
    address = f"/remises/{agreement.code}/machines/{item.pk}/"
    words = io.BytesIO(b"words")
    words.name = "photo.jpg"
    for where in (address, f"{address}photos/"):
        words.seek(0)
        answer = client.post(where, {"photo": words, "accessories": ["mouse"], "condition": "B"})
        assert answer.status_code == 409 and answer.context["form"]["condition"].value() == "B"
    assert client.post(address, {"photo": photo(), "condition": "B"}).status_code == 302
    item.refresh_from_db()
    assert item.prepared_at and item.photos.count() == 1


def test_a_family_is_handed_its_machines_page_by_page(world, client):
    """Without script: found by the request's code, each label read, each check-list answered, signed, done."""
    request = make_request(world, quantity=2)
    for _each in range(2):
        make_promise(world, request=request)
    client.force_login(world.users["prescriber"])
    assert codes.pretty(request.code) in client.get("/remises/").content.decode()
    answer = client.post("/remises/trouver/", {"code": codes.pretty(request.code)})
    assert answer.url == f"/conventions/nouvelle/{request.code}/"
    assert client.post(answer.url, {"kind": "loan", "name": "A B", "minor": "on"}).status_code == 422
    answer = client.post(answer.url, {"kind": "loan", "name": "A B", "length": "until", "language": "fr"})
    agreement = Agreement.objects.get()
    assert answer.url == f"/remises/{agreement.code}/"
    for item in queries.items_of(agreement):
        answer = client.post(f"/remises/{agreement.code}/scanner/", {"code": item.device.code})
        assert answer.url == f"/remises/{agreement.code}/machines/{item.pk}/"
        assert client.post(answer.url, {"accessories": ["charger"]}).status_code == 422  # its looks are not said
        answer = client.post(answer.url, {"accessories": ["charger"], "condition": "B", "first_start": ["account"]})
        assert answer.status_code == 302
    assert f"/conventions/{agreement.code}/signer/" in client.get(f"/remises/{agreement.code}/").content.decode()
    data = {"way": "finger", "text": digest_of(agreement), "strokes": STROKES}
    answer = client.post(f"/conventions/{agreement.code}/signer/", data)
    assert answer.url == f"/remises/{agreement.code}/fait/" and client.get(answer.url).status_code == 200
    request.refresh_from_db()
    assert request.state == "served"


def test_a_class_is_handed_its_machines_by_one_scan_each(world, client):
    agreement = drafted(world, machines=5, request=make_request(world, quantity=5, beneficiary="group"))
    client.force_login(world.users["head"])
    page = client.get(f"/remises/{agreement.code}/?each=1&accessories=charger&accessories=bag").content.decode()
    assert 'name="accessories" value="bag"' in page
    page = client.post(f"/remises/{agreement.code}/scanner/", {"code": "?", "each": "1", "accessories": "bag"})
    assert f'href="/remises/{agreement.code}/?each=1&amp;accessories=bag"' in page.content.decode(), "not a POST's"
    items = queries.items_of(agreement)
    for item in items:
        data = {"code": item.device.code, "each": "1", "accessories": ["charger", "bag"]}
        answer = client.post(f"/remises/{agreement.code}/scanner/", data, headers={"X-Maillon-Scan": "1"})
        assert answer.status_code == 200 and codes.pretty(item.device.code) in answer.content.decode()
    again = client.post(
        f"/remises/{agreement.code}/scanner/", {"code": "K7M2XQ4", "each": "1"}, headers={"X-Maillon-Scan": "1"}
    )
    assert again.status_code == 409
    assert {tuple(item.accessories) for item in queries.items_of(agreement)} == {("charger", "bag")}
    assert all(item.prepared_at for item in queries.items_of(agreement))


def test_the_desk_costs_the_same_whatever_waits(world, client, django_assert_max_num_queries):
    for _each in range(3):
        make_promise(world)
    drafted(world, machines=2)
    client.force_login(world.users["head"])
    with django_assert_max_num_queries(12):
        assert client.get("/remises/").status_code == 200


def test_the_start_page_says_what_waits_at_the_desk(world, client, english):
    make_promise(world)
    drafted(world)
    client.force_login(world.users["prescriber"])
    page = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert "handovers to do" in page and "/remises/" in page


def test_an_exchange_names_the_machine_it_replaces(world):
    from maillon.distribution.loans.commands import take_back

    agreement = signed(world)
    broken = only(agreement)
    take_back(actor=world.actor("head"), item_id=broken.pk, condition="D", broken=True)
    request = agreement.request
    request.refresh_from_db()
    assert request.state == "waiting" and Promise.objects.get().state == "broken"
    assert RequestCriterion.objects.filter(request=request, criterion="replacement").exists()
    make_promise(world, request=request)
    new = prepared_again(world, request)
    assert only(new).replaces_id == broken.pk


def prepared_again(world, request):
    from tests.distribution.handing import card

    return agreements.prepare(actor=world.actor("head"), request_id=request.pk, card=card())


@pytest.mark.parametrize(("how", "reason"), [("refuse", "declined"), ("leave_out", "mistake")])
def test_an_agreement_left_without_a_machine_is_closed_without_a_question_more(world, client, how, reason):
    agreement = drafted(world)
    also = {"reason": "looks"} if how == "refuse" else {}
    getattr(commands, how)(actor=world.actor("head"), item_id=only(agreement).pk, **also)
    client.force_login(world.users["head"])
    assert f'name="reason" value="{reason}"' in client.get(f"/remises/{agreement.code}/").content.decode()
    assert client.post(f"/conventions/{agreement.code}/annuler/", {"reason": reason}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.state == "cancelled"
