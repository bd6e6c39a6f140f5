"""Filing, changing, withdrawing: what is written, what is refused, and that no event says who it is for."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs import commands, identities, queries, signals
from maillon.needs.identities import Person
from maillon.needs.models import Identity, IdentityMark, Request
from tests.needs.requests import facts, make_request
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    return make_world()


def events_of(request):
    return list(Entry.objects.filter(stream=f"request:{request.pk}").order_by("sequence"))


def test_a_request_is_filed_with_its_identity_apart_and_one_event(world):
    request = make_request(world, name="Camille Exemple", phone="+33612345678", quantity=2, minimum=1)
    assert request.state == "waiting" and request.since == timezone.localdate()
    assert "Camille" not in request.identity.sealed and "612345678" not in request.identity.sealed
    assert identities.read(request.identity) == Person("Camille Exemple", phone="+33612345678")
    [event] = events_of(request)
    assert (event.kind, event.subject, event.data) == (
        "request.filed",
        request.pk,
        {
            "beneficiary": "household",
            "use": "administrative",
            "quantity": 2,
            "minimum": 1,
            "criteria": ["no_computer"],
            "commune": "44109",
            "district": None,
        },
    )


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(world):
    with pytest.raises(Refusal) as refused:
        make_request(world, name=" ", kinds=[], minimum=3, quantity=2, contact_way="phone", deadline=date(2020, 1, 1))
    assert len(refused.value.remedies) == 5
    assert not Request.objects.exists() and not Identity.objects.exists() and not Entry.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"use": "gaming"},
        {"beneficiary": "cat"},
        {"kinds": ["toaster"]},
        {"criteria": {"left_handed": None}},
        {"adaptations": ["illness"]},
        {"quantity": 201, "minimum": 1},
        {"district": "QN00000X"},
        {"criteria": {"income_a": date(2999, 1, 1)}},
    ],
)
def test_what_is_not_of_the_lists_is_refused(world, wrong):
    with pytest.raises(Refusal):
        make_request(world, **wrong)


def test_a_private_shelf_is_no_place_to_fetch_a_machine(world):
    with pytest.raises(Refusal, match="not open to the public"):
        make_request(world, places=[world.shelf.pk])
    world.shelf.open_to_public = True
    world.shelf.save()
    assert list(make_request(world, places=[world.shelf.pk]).places.all()) == [world.shelf]


def test_a_change_says_what_changed_and_never_the_words(world):
    request = make_request(world)
    actor = world.actor("prescriber")
    commands.change_request(
        actor=actor,
        request_id=request.pk,
        facts=facts(use="primary", criteria={"income_a": timezone.localdate()}),
        person=Person("Dominique Exemple"),
    )
    assert events_of(request)[-1].data == {"changed": ["use", "criteria", "identity"]}
    request.refresh_from_db()
    assert identities.read(request.identity).name == "Dominique Exemple"
    count = Entry.objects.count()
    commands.change_request(
        actor=actor,
        request_id=request.pk,
        facts=facts(use="primary", criteria={"income_a": timezone.localdate()}),
        person=Person("Dominique Exemple"),
    )
    assert Entry.objects.count() == count, "nothing changed, nothing is told"


def test_once_a_machine_is_promised_what_it_must_be_stays(world):
    request = make_request(world)
    Request.objects.update(state="promised")
    with pytest.raises(Refusal, match="take the promise back"):
        commands.change_request(actor=world.actor("prescriber"), request_id=request.pk, facts=facts(use="creation"))
    commands.change_request(actor=world.actor("prescriber"), request_id=request.pk, facts=facts(language="ar"))
    assert events_of(request)[-1].data == {"changed": ["language"]}


def test_a_request_is_withdrawn_once_with_a_reason_and_can_be_opened_again(world):
    request, actor = make_request(world), world.actor("prescriber")
    commands.withdraw_request(actor=actor, request_id=request.pk, closing="mistake")
    with pytest.raises(Refusal, match="Withdrawn"):
        commands.withdraw_request(actor=actor, request_id=request.pk)
    commands.reopen_request(actor=actor, request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, request.closing, request.closed_at) == ("waiting", "", None)
    assert [event.kind for event in events_of(request)] == [
        "request.filed",
        "request.withdrawn",
        "request.reopened",
    ]


def test_who_promised_a_machine_is_asked_before_a_request_closes(world):
    request = make_request(world)

    def refuse(sender, **told):
        assert told["request"].pk == request.pk and told["closing"] == "moved"
        raise Refusal("The machine is on its way.")

    signals.closing.connect(refuse)
    try:
        with pytest.raises(Refusal, match="on its way"):
            commands.withdraw_request(actor=world.actor("prescriber"), request_id=request.pk, closing="moved")
    finally:
        signals.closing.disconnect(refuse)
    request.refresh_from_db()
    assert request.state == "waiting"


def test_a_contact_renews_the_day_the_retention_counts_from(world):
    then = timezone.now() - timedelta(days=400)
    request = make_request(world, at=then)
    assert request.identity.last_contact_on == timezone.localdate(then)  # late in the evening, in summer, the day after
    commands.record_contact(actor=world.actor("prescriber"), request_id=request.pk)
    request.identity.refresh_from_db()
    assert request.identity.last_contact_on == timezone.localdate()


def test_each_reading_of_an_identity_is_told_in_the_request_s_history(world):
    request = make_request(world)
    person = commands.read_identity(actor=world.actor("prescriber"), request_id=request.pk, purpose="page")
    assert person.name == "Camille Exemple" and repr(person) == "<Person>"
    assert (events_of(request)[-1].kind, events_of(request)[-1].data) == ("identity.read", {"purpose": "page"})
    both = [request.pk, make_request(world, name="Sacha Exemple").pk]
    people = commands.read_identities(actor=world.actor("prescriber"), request_ids=both, purpose="list")
    assert {person.name for person in people.values()} == {"Camille Exemple", "Sacha Exemple"}
    assert Entry.objects.filter(kind="identity.read").count() == 3


@pytest.mark.parametrize("who", ["coordinator", "head", "technician", "reader", "donor", "mediator", "nobody"])
def test_nobody_else_reads_an_identity(world, who):
    request = make_request(world)
    with pytest.raises(NotAllowed):
        commands.read_identity(actor=world.actor(who), request_id=request.pk, purpose="page")
    assert not Entry.objects.filter(kind="identity.read").exists()


def test_another_prescriber_neither_sees_nor_touches_it(world):
    other = make_world(" autre")
    request = make_request(world)
    stranger = other.actor("prescriber")
    assert not Request.objects.visible_to(stranger).exists()
    for act in (
        lambda: commands.read_identity(actor=stranger, request_id=request.pk, purpose="page"),
        lambda: commands.withdraw_request(actor=stranger, request_id=request.pk),
        lambda: commands.record_contact(actor=stranger, request_id=request.pk),
        lambda: commands.set_pin(actor=stranger, request_id=request.pk),
        lambda: commands.erase_identity(actor=stranger, request_id=request.pk),
    ):
        with pytest.raises(NotFound):
            act()
    assert commands.read_identities(actor=stranger, request_ids=[request.pk], purpose="list") == {}


def test_an_erasure_leaves_the_facts_and_nobody(world):
    request, actor = make_request(world, adaptations=["large_screen"], import_key="D-12"), world.actor("prescriber")
    commands.set_pin(actor=actor, request_id=request.pk)
    commands.erase_identity(actor=actor, request_id=request.pk)
    request.refresh_from_db()
    assert not Identity.objects.exists() and not IdentityMark.objects.exists()
    assert (request.identity, request.pin_digest, request.import_key, request.adaptations) == (None, "", "", [])
    assert (request.state, request.closing, request.commune_id) == ("withdrawn", "erased", "44109")
    with pytest.raises(Refusal, match="erased"):
        commands.erase_identity(actor=actor, request_id=request.pk)
    with pytest.raises(Refusal, match="erased"):
        commands.set_pin(actor=actor, request_id=request.pk)


def test_lists_cost_one_query_whatever_their_length(world, django_assert_num_queries):
    for _number in range(5):
        make_request(world)
    viewer = world.actor("coordinator")
    with django_assert_num_queries(1):
        page = queries.request_page(viewer, "waiting")
        assert [str(request.commune) + request.prescriber.name for request in page.requests] == [
            "NantesPrescripteur"
        ] * 5
    assert page.next == ""
