"""Help with a machine in someone's hands: asked for by anyone, read by who helps, ended by what is done."""

import importlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillon.distribution.agreements.models import Agreement, Item
from maillon.distribution.help import commands, jobs, queries, rules
from maillon.distribution.help.commands import close_ticket, move_ticket, open_ticket, read_words, record_repair
from maillon.distribution.help.models import Repair, Ticket
from maillon.distribution.help.rules import Due, Standing
from maillon.distribution.help.vocabulary import FAULT_OF, LINES_OF, Fault
from maillon.distribution.help.words import Words
from maillon.kernel import codes, vault
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs.signals import forgotten
from maillon.territory.models import Organisation, Place
from maillon.workshop import moves
from maillon.workshop.models import Device
from maillon.workshop.vocabulary import CHECK_LINES
from maillon.workshop.vocabulary import Repair as Part
from tests.allocation.promises import make_promise, make_request
from tests.distribution.handing import signed
from tests.distribution.help_world import machine
from tests.world import make_world

pytestmark = pytest.mark.usefixtures("english")
SECRET = "Il est tombé quand mon mari est parti"
PHONE = "06 12 34 56 78"


@pytest.fixture(autouse=True)
def pages_in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def world(db):
    cache.clear()  # the counts of those who ask
    return make_world()


def ask(world, device=None, who="technician", **more):
    given = {"source": "phone", "symptom": "screen", "told": Words(SECRET, PHONE), **more}
    return open_ticket(actor=world.actor(who), device=device or machine(world), **given)


def kinds(stream):
    return list(Entry.objects.filter(stream=stream).order_by("sequence").values_list("kind", flat=True))


# --- asking


def test_help_is_asked_for_once_a_machine(world):
    device = machine(world)
    ticket = ask(world, device)
    with pytest.raises(commands.AlreadyOpen) as refused:
        ask(world, device)
    assert refused.value.ticket == ticket and Ticket.objects.count() == 1
    close_ticket(actor=world.actor("technician"), ticket_id=ticket.pk, outcome="advice")
    assert ask(world, device).pk != ticket.pk


@pytest.mark.parametrize("state", ["ready", "returned", "lost", "recycled"])
def test_help_is_for_machines_in_someone_s_hands(world, state):
    with pytest.raises(Refusal, match="not in anybody's hands"):
        ask(world, machine(world, state=state))
    assert not Ticket.objects.exists() and not Entry.objects.filter(kind="ticket.opened").exists()


def test_whoever_receives_people_opens_a_ticket_for_any_machine_of_the_territory(world):
    ticket = ask(world, who="mediator", source="place")
    place = Organisation.objects.get(kind="place", territory=world.coordination)
    assert (ticket.opener, ticket.holder, ticket.source) == (place, world.workshop, "place")


def test_a_machine_of_another_territory_is_not_found(world):
    foreign = make_world(" étrangère")
    with pytest.raises(NotFound):
        ask(world, machine(foreign))
    place = Place.objects.create(organisation=foreign.workshop, name="Là-bas")
    with pytest.raises(NotFound):
        ask(world, place=place)


def test_who_may_not_open_a_ticket(world):
    for who in ("donor", "reader"):
        with pytest.raises(NotAllowed):
            ask(world, who=who)


def test_the_ledger_and_the_table_hold_no_word_of_the_person(world):
    ticket = ask(world)
    close_ticket(actor=world.actor("technician"), ticket_id=ticket.pk, outcome="advice")
    payloads = " ".join(Entry.objects.values_list("payload", flat=True))
    assert "tombé" not in payloads and "06 12" not in payloads
    assert (
        "tombé" not in ticket.sealed
        and "06" not in str(Words(SECRET, PHONE))
        and str(ticket) == codes.pretty(ticket.code)
    )
    with pytest.raises(vault.Unreadable):
        vault.unseal(ticket.sealed, "identity")  # another use's key opens nothing


def test_nothing_told_is_nothing_kept(world):
    assert ask(world, told=Words()).sealed == ""


def test_a_ticket_knows_the_request_its_machine_was_handed_over_for(world):
    request = make_request(world)
    device = make_promise(world, request=request).device
    moves.take_step(
        actor=world.actor("coordinator"), device_id=device.id, step="handed_over", answers={"reference": request.code}
    )
    device.refresh_from_db()
    ticket = ask(world, device)
    assert ticket.request == request
    assert Ticket.objects.visible_to(world.actor("prescriber")).get() == ticket
    assert not Ticket.objects.visible_to(world.actor("mediator")).exists()


# --- reading


def test_the_words_are_read_by_who_helps_and_each_reading_is_written_down(world):
    ticket = ask(world, who="mediator")
    for who in ("technician", "mediator"):
        assert read_words(actor=world.actor(who), ticket_id=ticket.pk) == Words(SECRET, PHONE)
    for who in ("coordinator", "prescriber", "neighbour"):  # the coordination sees the ticket, not the words
        with pytest.raises(NotFound):
            read_words(actor=world.actor(who), ticket_id=ticket.pk)
    assert kinds(f"ticket:{ticket.pk}") == ["ticket.opened", "ticket.read", "ticket.read"]


def test_the_words_are_erased_three_months_after_the_end(world):
    old, recent, living = ask(world), ask(world), ask(world)
    past = datetime.now(UTC) - timedelta(days=jobs.KEPT_DAYS + 1)
    close_ticket(actor=world.actor("technician"), ticket_id=old.pk, outcome="advice", at=past)
    close_ticket(actor=world.actor("technician"), ticket_id=recent.pk, outcome="advice")
    assert jobs.forget_words.call() == 1
    assert [t.sealed == "" for t in (Ticket.objects.get(pk=each.pk) for each in (old, recent, living))] == [
        True,
        False,
        False,
    ]
    assert kinds(f"ticket:{old.pk}")[-1] == "ticket.forgotten" and jobs.forget_words.call() == 0


def test_the_words_of_who_was_forgotten_are_erased_at_once(world):
    request = make_request(world)
    ticket = ask(world)
    Ticket.objects.filter(pk=ticket.pk).update(request=request)
    forgotten.send(type(request), request=request)
    ticket.refresh_from_db()
    assert ticket.sealed == "" and kinds(f"ticket:{ticket.pk}")[-1] == "ticket.forgotten"


# --- what becomes of it


def test_a_repair_ends_the_ticket_and_is_told_on_the_machine_s_page(world):
    ticket = ask(world)
    move_ticket(actor=world.actor("technician"), ticket_id=ticket.pk, state="part")
    repair = record_repair(
        actor=world.actor("technician"), ticket_id=ticket.pk, fault="screen", status="fixed", parts=["screen"]
    )
    ticket.refresh_from_db()
    assert (ticket.state, ticket.outcome, repair.parts) == ("done", "fixed", ["screen"])
    assert kinds(f"ticket:{ticket.pk}") == ["ticket.opened", "ticket.moved", "ticket.closed"]
    assert kinds(f"device:{ticket.device.id}") == ["repair.recorded"]


def test_beyond_repair_is_to_exchange_and_the_exchange_ends_it(world):
    ticket = ask(world)
    record_repair(
        actor=world.actor("technician"), ticket_id=ticket.pk, fault="board", status="end_of_life", barrier="dear_parts"
    )
    ticket.refresh_from_db()
    assert ticket.state == "exchange"
    moves.take_step(
        actor=world.actor("technician"), device_id=ticket.device.id, step="returned", answers={"condition": "C"}
    )
    ticket.refresh_from_db()
    assert (ticket.state, ticket.outcome) == ("done", "exchanged")


def test_the_exchange_leads_to_the_agreement_that_keeps_the_person_s_place(world, client):
    request = make_request(world)
    device = machine(world)
    agreement = Agreement.objects.create(
        code=codes.new_code(),
        territory=world.coordination,
        lender=world.workshop,
        desk=world.workshop,
        prescriber=request.prescriber,
        request=request,
    )
    item = Item.objects.create(agreement=agreement, device=device, state="lent")
    ticket = ask(world, device)
    client.force_login(world.users["technician"])
    address = f"/aide/demandes/{ticket.code}/"
    assert f"/prets/machines/{item.pk}/retour/" not in client.get(address).content.decode()
    move_ticket(actor=world.actor("technician"), ticket_id=ticket.pk, state="exchange")
    back = f"/prets/machines/{item.pk}/retour/"
    assert f'{back}?broken"' in client.get(address).content.decode()
    ticked = 'name="broken"'
    form = {address: client.get(address).content.decode() for address in (back, f"{back}?broken")}
    boxes = {address: page[page.index(ticked) :].partition(">")[0] for address, page in form.items()}
    assert ("checked" in boxes[back], "checked" in boxes[f"{back}?broken"]) == (False, True)


def test_what_can_still_be_repaired_stays_where_it_is(world):
    ticket = ask(world)
    record_repair(actor=world.actor("technician"), ticket_id=ticket.pk, fault="screen", status="repairable")
    ticket.refresh_from_db()
    assert ticket.state == "open" and Repair.objects.get().status == "repairable"


@pytest.mark.parametrize(("step", "answers", "outcome"), [
    ("returned", {"condition": "B"}, "returned"),
    ("lost", {"reason": "stolen"}, "lost"),
])  # fmt: skip
def test_a_machine_that_leaves_its_user_ends_its_ticket(world, step, answers, outcome):
    ticket = ask(world)
    moves.take_step(actor=world.actor("coordinator"), device_id=ticket.device.id, step=step, answers=answers)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.outcome) == ("done", outcome)


def test_a_barrier_is_told_at_the_end_of_life_only(world):
    ticket = ask(world)
    with pytest.raises(Refusal, match="the machine can be repaired"):
        record_repair(
            actor=world.actor("technician"), ticket_id=ticket.pk, fault="screen", status="fixed", barrier="no_parts"
        )
    assert not Repair.objects.exists()


def test_the_second_of_two_people_is_told_what_the_first_one_did(world):
    ticket = ask(world)
    move_ticket(actor=world.actor("technician"), ticket_id=ticket.pk, state="part", seen="open")
    with pytest.raises(Refusal, match="someone may have been quicker"):
        move_ticket(actor=world.actor("head"), ticket_id=ticket.pk, state="person", seen="open")
    close_ticket(actor=world.actor("technician"), ticket_id=ticket.pk, outcome="no_news")
    with pytest.raises(Refusal, match="someone may have been quicker"):
        record_repair(actor=world.actor("head"), ticket_id=ticket.pk, fault="screen", status="fixed")


def test_only_a_workshop_records_a_repair(world):
    ticket = ask(world, who="mediator")
    with pytest.raises(NotAllowed):
        record_repair(actor=world.actor("mediator"), ticket_id=ticket.pk, fault="screen", status="fixed")
    with pytest.raises(NotFound):
        record_repair(actor=world.actor("neighbour"), ticket_id=ticket.pk, fault="screen", status="fixed")


def test_a_repair_on_the_bench_is_kept_one_fault_at_a_time(world):
    device = machine(world, state="erased")
    parts = ["battery", "screen", "memory", "disk", "cleaning"]
    moves.take_step(actor=world.actor("technician"), device_id=device.id, step="repaired", answers={"repair": parts})
    told = list(Repair.objects.order_by("fault").values_list("fault", "status", "parts", "ticket"))
    assert told == [("battery", "fixed", ["battery"], None), ("screen", "fixed", ["screen"], None)]
    assert kinds(f"device:{device.id}") == ["device.repaired"]  # already told: not twice


def test_repairs_of_before_the_table_are_read_from_the_ledger(world):
    device = machine(world, state="erased")
    moves.take_step(
        actor=world.actor("technician"),
        device_id=device.id,
        step="repaired",
        answers={"repair": ["charger", "memory"]},
        at=datetime(2025, 3, 4, 12, tzinfo=UTC),
    )
    Repair.objects.all().delete()
    past = importlib.import_module("maillon.distribution.migrations.0003_repairs_of_the_past")
    assert {part: fault.value for part, fault in FAULT_OF.items()} == past.FAULT_OF
    past.keep(apps, None)
    repair = Repair.objects.get()
    assert (repair.fault, repair.on, repair.device, repair.parts) == ("power", date(2025, 3, 4), device, ["charger"])


def test_each_part_and_each_line_named_exists():
    assert set(FAULT_OF) <= set(Part.values)
    assert {line for lines in LINES_OF.values() for line in lines} <= set(CHECK_LINES)
    assert set(LINES_OF) <= set(Fault)


# --- the queue


@pytest.mark.parametrize(("state", "days", "due"), [
    ("open", 0, Due.ANSWER),
    ("exchange", 0, Due.EXCHANGE),
    ("person", 6, Due.NOTHING),
    ("person", 7, Due.CALL),
    ("part", 13, Due.NOTHING),
    ("part", 14, Due.LOOK),
])  # fmt: skip
def test_what_is_due(state, days, due):
    assert rules.due(Standing(state, timedelta(days=days))) is due


def test_a_finished_ticket_has_no_standing():
    with pytest.raises(ValueError, match="done"):
        rules.due(Standing("done", timedelta()))


def test_the_queue_shows_what_is_due_first_then_who_waits_longest(world):
    now = datetime.now(UTC)
    quiet, older, newer, call = (ask(world, at=now - timedelta(days=days)) for days in (30, 20, 10, 15))
    move_ticket(actor=world.actor("technician"), ticket_id=quiet.pk, state="part")
    move_ticket(actor=world.actor("technician"), ticket_id=call.pk, state="person", at=now - timedelta(days=9))
    rows = queries.queue(world.actor("technician"))
    assert [(row.ticket, row.due) for row in rows] == [
        (older, Due.ANSWER),
        (newer, Due.ANSWER),
        (call, Due.CALL),
        (quiet, Due.NOTHING),
    ]
    assert queries.queue(world.actor("neighbour")) == []
    assert queries.counts(world.actor("coordinator")) == {"open": 2, "part": 1, "person": 1}


def test_the_queue_costs_as_much_for_many_tickets_as_for_one(world, client):
    client.force_login(world.users["technician"])
    ask(world)
    client.get("/aide/")  # what is asked once a session
    one = queries_of(client, "/aide/")
    for _ in range(5):
        ask(world)
    assert queries_of(client, "/aide/") == one


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- pages


def test_the_passport_of_a_machine_in_use_leads_to_help_and_its_telephone(world, client):
    Organisation.objects.filter(pk=world.workshop.pk).update(phone="02 40 00 00 00")
    device = machine(world)
    page = client.get(f"/p/{device.code}/").content.decode()
    assert f'href="/aide/m/{device.code}/"' in page and "02 40 00 00 00" in page
    assert "/aide/m/" not in client.get(f"/p/{machine(world, state='ready').code}/").content.decode()


def test_anyone_asks_for_help_without_an_account_and_follows_it(world, client):
    device = machine(world)
    form = {"symptom": "screen", "said": SECRET, "contact": PHONE}
    page = client.get(f"/aide/m/{device.code}/")
    assert page.status_code == 200 and not Ticket.objects.exists()  # looking opens nothing
    answer = client.post(f"/aide/m/{codes.pretty(device.code).lower()}/", form, follow=True)
    ticket = Ticket.objects.get()
    assert answer.request["PATH_INFO"] == f"/aide/suivi/{ticket.code}/"
    shown = answer.content.decode()
    assert "We have your request." in shown and "tombé" not in shown and PHONE not in shown
    assert (ticket.source, ticket.opener, ticket.opened_by) == ("family", None, None)
    assert Entry.objects.get(kind="ticket.opened").actor_kind == "public"
    again = client.post(f"/aide/m/{device.code}/", {**form, "said": ""})
    assert again.status_code == 409 and ticket.code not in again.content.decode()  # the code is for who asked


def test_the_same_request_sent_twice_is_one_and_gives_its_code_again(world, client):
    device = machine(world)
    told = {"symptom": "keys", "said": SECRET, "contact": PHONE}
    first = client.post(f"/aide/m/{device.code}/", told)
    again = client.post(f"/aide/m/{device.code}/", told)
    assert again.status_code == 302 and again.url == first.url
    assert Ticket.objects.count() == 1
    other = client.post(f"/aide/m/{device.code}/", {**told, "said": "Something else"})
    assert other.status_code == 409 and Ticket.objects.get().code not in other.content.decode()
    Ticket.objects.update(opened_at=timezone.now() - timedelta(hours=1))
    assert client.post(f"/aide/m/{device.code}/", told).status_code == 409, "an hour later, its code was given"


@pytest.mark.parametrize(
    ("outcome", "at_a_place", "says", "may_ask"),
    [
        ("fixed", False, "Does it still not work?", True),
        ("fixed", True, "You can fetch it", False),
        ("advice", False, "Does it still not work?", True),
        ("exchanged", False, "You keep your place", False),
        ("returned", False, "You no longer have this machine", False),
        ("lost", False, "You no longer have this machine", False),
    ],
)
def test_who_still_has_the_machine_may_ask_again(world, client, outcome, at_a_place, says, may_ask):
    place = Place.objects.create(organisation=world.workshop, name="Desk") if at_a_place else None
    ticket = ask(world, place=place)
    Ticket.objects.update(state="done", outcome=outcome, done_at=timezone.now())
    page = client.get(f"/aide/suivi/{ticket.code}/").content.decode()
    assert says in page and (f"/aide/m/{ticket.device.code}/" in page) == may_ask


def test_who_can_not_see_a_request_is_told_whom_to_ask(world, client):
    device = machine(world)
    ticket = ask(world, device)
    client.force_login(world.users["mediator"])
    shown = client.post("/aide/nouveau/", {"code": device.code, "source": "place", "symptom": "screen"})
    page = shown.content.decode()
    assert shown.status_code == 409 and ticket.code not in page
    assert f"{world.workshop.name} looks after it" in page


def test_what_was_typed_stays_when_the_form_is_refused(world, client):
    device = machine(world)
    answer = client.post(f"/aide/m/{device.code}/", {"said": "Écran noir", "contact": PHONE})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Écran noir" in page and PHONE in page and not Ticket.objects.exists()


def test_a_machine_at_the_workshop_is_not_asked_about(world, client):
    device = machine(world, state="ready")
    page = client.get(f"/aide/m/{device.code}/").content.decode()
    assert "at the workshop" in page and "<textarea" not in page
    assert client.post(f"/aide/m/{device.code}/", {"symptom": "screen"}).status_code == 409


def test_nobody_asks_without_end_from_one_address(world, client):
    for _ in range(30):
        assert client.post(f"/aide/m/{machine(world).code}/", {"symptom": "screen"}).status_code == 302
    assert client.post(f"/aide/m/{machine(world).code}/", {"symptom": "screen"}).status_code == 429
    assert Ticket.objects.count() == 30


def test_codes_of_tickets_are_not_to_be_guessed(world, client):
    for _ in range(30):
        assert client.get(f"/aide/suivi/{codes.new_code()}/").status_code == 404
    assert client.get(f"/aide/suivi/{ask(world).code}/").status_code == 429


@pytest.mark.parametrize(("typed", "status"), [("", 200), ("nothing", 404), ("K7M-2XQ4", 404)])
def test_the_code_of_a_ticket_is_typed(world, client, typed, status):
    assert client.get("/aide/suivi/", {"code": typed}).status_code == status
    ticket = ask(world)
    found = client.get("/aide/suivi/", {"code": codes.pretty(ticket.code).lower()})
    assert found.status_code == 302 and found.url == f"/aide/suivi/{ticket.code}/"


def test_a_professional_opens_a_ticket_by_the_code(world, client):
    device = machine(world)
    client.force_login(world.users["mediator"])
    form = {"code": codes.pretty(device.code), "source": "place", "symptom": "slow", "said": SECRET}
    answer = client.post("/aide/nouveau/", form, follow=True)
    ticket = Ticket.objects.get()
    assert answer.request["PATH_INFO"] == f"/aide/demandes/{ticket.code}/" and ticket.device == device
    assert "tombé" not in answer.content.decode()
    assert client.post("/aide/nouveau/", form).status_code == 409
    wrong = client.post("/aide/nouveau/", {**form, "code": codes.new_code()})
    assert wrong.status_code == 422 and "No machine has this code" in wrong.content.decode()
    assert client.post("/aide/nouveau/", {**form, "code": "K7M"}).status_code == 422


@pytest.mark.parametrize("machines", [1, 2])
def test_the_code_of_the_agreement_opens_help_as_the_paper_says(world, client, machines):
    agreement = signed(world, machines=machines)
    client.force_login(world.users["technician"])
    form = {"code": codes.pretty(agreement.code), "source": "phone", "symptom": "screen"}
    answer = client.post("/aide/nouveau/", form)
    devices = [item.device for item in agreement.items.select_related("device")]
    if machines == 1:
        assert answer.status_code == 302 and Ticket.objects.get().device == devices[0]
    else:
        assert answer.status_code == 422 and not Ticket.objects.exists()
        assert all(codes.pretty(device.code) in answer.content.decode() for device in devices)


def test_the_words_are_shown_once_asked_for(world, client):
    ticket = ask(world)
    client.force_login(world.users["technician"])
    assert "tombé" not in client.get(f"/aide/demandes/{ticket.code}/").content.decode()
    answer = client.post(f"/aide/demandes/{ticket.code}/mots/")
    assert "tombé" in answer.content.decode() and PHONE in answer.content.decode()
    assert kinds(f"ticket:{ticket.pk}") == ["ticket.opened", "ticket.read"]
    client.force_login(world.users["coordinator"])
    assert client.get(f"/aide/demandes/{ticket.code}/").status_code == 200
    assert client.post(f"/aide/demandes/{ticket.code}/mots/").status_code == 404


def test_a_repair_is_recorded_by_its_form(world, client):
    ticket = ask(world)
    client.force_login(world.users["technician"])
    address = f"/aide/demandes/{ticket.code}/reparation/"
    assert client.get(address).status_code == 200
    form = {"fault": "screen", "status": "fixed", "parts": ["screen"], "on": "2026-09-01"}
    assert client.post(address, {**form, "on": "2999-01-01"}).status_code == 422
    assert client.post(address, {**form, "barrier": "no_parts"}).status_code == 409
    assert client.post(address, form).status_code == 302
    assert client.get(address).url == f"/aide/demandes/{ticket.code}/"  # nothing more is recorded of it
    late = client.post(address, form)
    assert late.status_code == 409 and "is now “Finished”" in late.content.decode()
    shown = client.get(f"/aide/demandes/{ticket.code}/").content.decode()
    assert "<br><small>Screen</small>" in shown and f"/aide/nouveau/?code={ticket.device.code}" in shown
    page = client.get(f"/aide/machines/{ticket.device.code}/").content.decode()
    assert "Screen" in page and ticket.code[:3] in page
    client.force_login(world.users["donor"])  # sees what its machine went through, not who asked
    page = client.get(f"/aide/machines/{ticket.device.code}/").content.decode()
    assert "Screen" in page and codes.pretty(ticket.code) not in page


def test_a_ticket_moves_and_ends_by_its_buttons(world, client):
    ticket = ask(world)
    client.force_login(world.users["mediator"])
    assert client.post(f"/aide/demandes/{ticket.code}/etat/", {"state": "person"}).status_code == 404  # not hers
    client.force_login(world.users["technician"])
    base = f"/aide/demandes/{ticket.code}"
    assert client.post(f"{base}/etat/", {"state": "person", "seen": "open"}).status_code == 302
    assert client.post(f"{base}/etat/", {"state": "person", "seen": "open"}).status_code == 409
    assert client.post(f"{base}/etat/", {"state": "done"}).status_code == 404
    assert "We need to speak to you." in client.get(f"/aide/suivi/{ticket.code}/").content.decode()
    assert client.post(f"{base}/fin/", {"outcome": ""}).status_code == 422
    assert client.post(f"{base}/fin/", {"outcome": "fixed"}).status_code == 422  # a repair says so, not a choice
    assert client.post(f"{base}/fin/", {"outcome": "no_news", "seen": "person"}).status_code == 302
    assert "Finish without a repair" not in client.get(f"{base}/").content.decode()


def test_the_slip_is_a_pdf_without_a_word_of_the_person(world, client):
    ticket = ask(world)
    client.force_login(world.users["technician"])
    answer = client.get(f"/aide/demandes/{ticket.code}/bon.pdf")
    assert answer.content.startswith(b"%PDF") and b"06 12" not in answer.content


def test_the_start_page_counts_what_is_due_for_the_reader(world, client):
    ask(world, who="mediator")
    client.force_login(world.users["technician"])
    assert "request for help to look at" in client.get("/").content.decode()
    client.force_login(world.users["mediator"])  # the workshop answers
    assert "request for help to look at" not in client.get("/").content.decode()
    assert 'class="btn btn-primary" href="/aide/demandes' not in client.get("/aide/").content.decode()


def test_the_machine_s_page_shows_its_ticket_to_its_workshop_and_not_to_its_donor(world, client):
    ticket = ask(world)
    address = f"/machines/{ticket.device.code}/"
    client.force_login(world.users["technician"])
    assert codes.pretty(ticket.code) in client.get(address).content.decode()
    client.force_login(world.users["donor"])
    assert codes.pretty(ticket.code) not in client.get(address).content.decode()


def test_the_family_s_page_leads_to_help(world):
    from maillon.distribution.help.parts import on_family_page

    request = make_request(world)
    assert on_family_page(request) is None
    device = make_promise(world, request=request).device
    moves.take_step(
        actor=world.actor("coordinator"), device_id=device.id, step="handed_over", answers={"reference": request.code}
    )
    [(shown, ticket)] = on_family_page(request)["machines"]
    assert shown == device and ticket is None
    device = Device.objects.get(pk=device.pk)
    opened = open_ticket(actor=commands.public(device), device=device, source="family", symptom="slow")
    assert on_family_page(request)["machines"] == [(device, opened)]


def test_what_the_ledger_keeps_of_a_ticket_is_choices(world):
    ask(world)
    payload = json.loads(Entry.objects.get(kind="ticket.opened").payload)
    assert payload == {
        "device": Ticket.objects.get().device.code,
        "symptom": "screen",
        "source": "phone",
        "place": None,
    }
