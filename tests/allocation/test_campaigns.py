"""A campaign, from its sealed seed to its promises: what each state allows, and what nobody may do."""

import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest

from maillon.allocation import campaigns, check, promises, rulesets
from maillon.allocation.models import Campaign, Outcome, Promise
from maillon.kernel import events, vault, wording
from maillon.kernel.actor import system
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs.models import Request
from maillon.workshop.models import Device
from tests.allocation.promises import make_request
from tests.allocation.queue import DAY, make_queue, stocked
from tests.hardware.machines import laptop
from tests.world import make_world

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Europe/Paris"))


def opened(world, **more):
    return campaigns.open_campaign(actor=world.actor("coordinator"), closes_on=DAY, at=NOON, **more)


def computed(world, campaign=None):
    campaign = campaign or opened(world)
    return campaigns.simulate(actor=world.actor("coordinator"), campaign_id=campaign.pk, at=NOON)


def approved(world, campaign=None):
    campaign = campaign or computed(world)
    actor = world.actor("coordinator")
    return campaigns.approve(actor=actor, campaign_id=campaign.pk, plan_sha256=campaign.plan_sha256, at=NOON)


def published(world, campaign=None):
    campaign = approved(world, campaign)
    return campaigns.publish(actor=world.actor("coordinator"), campaign_id=campaign.pk, at=NOON)


def kinds(campaign):
    stream = Entry.objects.filter(stream=f"campaign:{campaign.pk}").order_by("sequence")
    return list(stream.values_list("kind", flat=True))


def state_of(made):
    made.refresh_from_db()
    return made.state


def test_a_campaign_gives_the_machine_to_who_comes_first_by_the_rules():
    world, (other, first), [device] = make_queue([{"criteria": ["formalities"]}, {"criteria": ["no_computer"]}], 1)
    campaign = published(world)
    made = Promise.objects.get()
    assert (made.request, made.device, made.campaign) == (first, device, campaign)
    assert (state_of(first), state_of(other), state_of(device)) == ("promised", "waiting", "reserved")
    assert kinds(campaign) == ["campaign.opened", "campaign.simulated", "campaign.approved", "campaign.published"]
    assert campaign.approved_by == world.users["coordinator"].pk
    outcomes = {o.request_id: o for o in Outcome.objects.all()}
    assert (outcomes[first.pk].code, outcomes[other.pk].code) == (0, 2)
    assert (outcomes[other.pk].cutoff_tier, outcomes[first.pk].tier) == (2, 2)


def test_the_files_of_a_campaign_are_accepted_by_the_independent_checker():
    world, *_ = make_queue([{}, {"use": "secondary"}, {"quantity": 3, "minimum": 2}], 4)
    campaign = computed(world)
    problem, plan = campaigns.unpacked(campaign.problem), campaigns.unpacked(campaign.plan)
    check.check(json.loads(json.dumps(problem)), json.loads(json.dumps(plan)))
    assert campaign.summary["checked"] is True
    assert plan["certificate"]["plan_sha256"] == campaign.plan_sha256
    assert plan["problem_sha256"] == campaign.problem_sha256


def test_the_files_name_no_label_and_the_promises_find_the_machine():
    world, _requests, devices = make_queue([{}, {"use": "secondary"}], 4)
    campaign = published(world)
    files = campaigns.unpacked_text(campaign.problem) + campaigns.unpacked_text(campaign.plan)
    assert not any(device.code.encode() in files for device in devices)
    promised = set(Promise.objects.values_list("request__code", "device__code"))
    assert len(promised) == 2 and promised == set(campaigns.pairs_of(campaign))
    assign, code_of = campaigns.unpacked(campaign.plan)["assign"], campaigns.unpacked(campaign.devices)
    assert promised == {(r, code_of[d]) for r, d in zip(assign["request"], assign["device"], strict=True)}


def test_a_plan_approved_when_files_named_machines_by_their_codes_is_still_published():
    world, [request], [device] = make_queue([{}], 1)
    campaign = approved(world)
    plan = campaigns.unpacked(campaign.plan)
    plan["assign"]["device"] = [device.code]
    Campaign.objects.update(plan=campaigns.packed(plan), devices=None)
    campaigns.publish(actor=world.actor("coordinator"), campaign_id=campaign.pk, at=NOON)
    assert Promise.objects.get(request=request).device == device


def test_the_seed_is_committed_first_and_revealed_with_the_plan():
    world, *_ = make_queue([{}], 1)
    campaign = opened(world)
    event = Entry.objects.get(kind="campaign.opened")
    assert event.data["commitment"] == campaign.seed_commitment
    seed = vault.unseal(campaign.seed_sealed, "lottery")
    assert sha256(seed.encode()).hexdigest() == campaign.seed_commitment
    assert seed not in campaign.seed_sealed
    assert campaigns.unpacked(computed(world, campaign).plan)["seed"] == seed


def test_the_history_writes_the_closing_day_as_people_do(english):
    world, *_ = make_queue([{}], 1)
    campaign = campaigns.open_campaign(actor=world.actor("coordinator"), closes_on=DAY, at=NOON)
    told = events.sentence(Entry.objects.get(kind="campaign.opened", subject=campaign.pk))
    assert wording.long_date(DAY) in told and DAY.isoformat() not in told


def test_the_plan_waits_for_the_closing_day(english):
    world, *_ = make_queue([{}], 1)
    campaign = campaigns.open_campaign(actor=world.actor("coordinator"), closes_on=DAY + timedelta(days=1), at=NOON)
    with pytest.raises(Refusal, match=r"Requests are taken until .*21.* 2026"):
        computed(world, campaign)


def test_a_plan_may_be_computed_again_until_it_is_approved(english):
    world, *_ = make_queue([{}], 1)
    campaign = computed(world)
    make_request(world, criteria=["replacement"])
    again = computed(world, campaign)
    assert again.plan_sha256 != campaign.plan_sha256 and again.summary["requests"] == 2
    with pytest.raises(Refusal, match="computed again while you were deciding"):
        approved(world, campaign)
    approved(world, again)
    with pytest.raises(Refusal, match="is “Approved”"):
        computed(world, again)


@pytest.mark.parametrize("who", ["head", "technician", "reader", "prescriber", "mediator", "donor", "neighbour"])
def test_the_coordination_alone_decides(who):
    world, *_ = make_queue([{}], 1)
    campaign = computed(world)
    actor = world.actor(who)
    for change in (
        lambda: campaigns.open_campaign(actor=actor, closes_on=DAY, at=NOON),
        lambda: campaigns.simulate(actor=actor, campaign_id=campaign.pk, at=NOON),
        lambda: campaigns.approve(actor=actor, campaign_id=campaign.pk, plan_sha256=campaign.plan_sha256),
        lambda: campaigns.publish(actor=actor, campaign_id=campaign.pk),
        lambda: campaigns.cancel(actor=actor, campaign_id=campaign.pk),
        lambda: campaigns.urgent(actor=actor, request_id=Request.objects.get().pk, reason="situation"),
        lambda: rulesets.adopt(actor=actor, document={}),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert kinds(campaign) == ["campaign.opened", "campaign.simulated"]


def test_the_system_never_approves():
    world, *_ = make_queue([{}], 1)
    campaign = computed(world)
    with pytest.raises(NotAllowed):
        campaigns.approve(
            actor=system(world.coordination.pk), campaign_id=campaign.pk, plan_sha256=campaign.plan_sha256
        )


def test_a_plan_that_the_checker_refuses_is_not_approved(english, monkeypatch):
    world, *_ = make_queue([{}], 1)

    def refuses(*_args):
        raise check.Refused("plan")

    monkeypatch.setattr(check, "check", refuses)
    campaign = computed(world)
    with pytest.raises(Refusal, match="independent checker refuses"):
        approved(world, campaign)


def test_another_territory_s_campaign_is_not_found():
    world, *_ = make_queue([{}], 1)
    campaign = computed(world)
    foreign = make_world(" étrangère")
    with pytest.raises(NotFound):
        campaigns.cancel(actor=foreign.actor("coordinator"), campaign_id=campaign.pk)


def test_one_campaign_at_a_time(english):
    world, *_ = make_queue([{}], 1)
    first = opened(world)
    with pytest.raises(Refusal, match="is under way"):
        opened(world)
    campaigns.cancel(actor=world.actor("coordinator"), campaign_id=first.pk)
    opened(world)


def test_a_day_gone_by_is_refused(english):
    world, *_ = make_queue()
    with pytest.raises(Refusal, match="This day is gone"):
        campaigns.open_campaign(actor=world.actor("coordinator"), closes_on=date(2026, 11, 19), at=NOON)


def test_a_machine_that_left_before_publication_is_told_and_its_request_comes_first_next_time():
    world, requests, devices = make_queue([{}, {}], 2)
    campaign = approved(world)
    gone = devices[0]
    Device.objects.filter(pk=gone.pk).update(state="lost")
    campaign = campaigns.publish(actor=world.actor("coordinator"), campaign_id=campaign.pk, at=NOON)
    [(code, why)] = campaign.summary["gone"].values()
    left = Request.objects.get(code=code)
    assert why == "device" and left.state == "waiting"
    assert left.criteria.filter(criterion="replacement").exists()
    assert Promise.objects.count() == 1
    again = computed(world, opened(world))
    assert again.outcomes.get(request=left).tier == 0
    assert requests


def test_a_request_withdrawn_before_publication_leaves_its_machine_ready():
    world, [request], [device] = make_queue([{}], 1)
    campaign = approved(world)
    Request.objects.filter(pk=request.pk).update(state="withdrawn")
    campaign = campaigns.publish(actor=world.actor("coordinator"), campaign_id=campaign.pk, at=NOON)
    assert campaign.summary["gone"] == {device.code: [request.code, "request"]}
    assert state_of(device) == "ready"


def test_publishing_stopped_anywhere_goes_on_and_promises_nothing_twice(monkeypatch):
    world, _requests, _devices = make_queue([{}] * 5, 5)
    campaign = approved(world)
    monkeypatch.setattr(campaigns, "CHUNK", 2)
    make, done = promises.promise, []

    def stopped_at_the_fourth(**given):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(given)
        return make(**given)

    actor = world.actor("coordinator")
    monkeypatch.setattr(promises, "promise", stopped_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        campaigns.publish(actor=actor, campaign_id=campaign.pk, at=NOON)
    assert state_of(campaign) == "approved" and Promise.objects.count() == 2  # the second chunk left nothing
    with pytest.raises(Refusal):
        campaigns.cancel(actor=actor, campaign_id=campaign.pk)
    monkeypatch.setattr(promises, "promise", make)
    campaigns.publish(actor=actor, campaign_id=campaign.pk, at=NOON)
    assert Promise.objects.count() == 5 == Promise.objects.values("device").distinct().count()
    assert state_of(campaign) == "published"
    with pytest.raises(Refusal):
        campaigns.publish(actor=actor, campaign_id=campaign.pk, at=NOON)


def test_earlier_promises_never_move():
    world, [first], [device] = make_queue([{"criteria": ["formalities"]}], 1)
    published(world)
    before = Promise.objects.get()
    make_request(world, criteria=["replacement"])
    late = published(world)
    assert late.summary["given"] == 0
    after = Promise.objects.get()
    assert (after.pk, after.request, after.device, after.state) == (before.pk, first, device, "active")


def test_a_machine_that_comes_late_goes_to_who_enters_the_served_set():
    """Not to the first compatible of the queue: better placed, who files after the round waits for the next one."""
    world, (served, next_one, _last), _devices = make_queue(
        [{"criteria": ["no_computer", "schooling"]}, {"criteria": ["no_computer"]}, {"criteria": ["formalities"]}], 1
    )
    published(world)
    later = make_request(world, criteria=["replacement"], since=DAY + timedelta(days=2))
    stocked(world)
    campaign = campaigns.open_campaign(
        actor=world.actor("coordinator"), closes_on=DAY, kind="arrival", at=NOON + timedelta(days=3)
    )
    published(world, computed(world, campaign))
    assert (campaign.closes_on, campaign.kind) == (DAY, "arrival")
    assert [state_of(r) for r in (served, next_one, later)] == ["promised", "promised", "waiting"]


def test_machines_come_late_after_a_round_only(english):
    world, *_ = make_queue([{}], 1)
    with pytest.raises(Refusal, match="No round was published yet"):
        opened(world, kind="arrival")


def test_the_same_day_a_person_serves_one_request_with_the_least_machine_that_does():
    world, (before, request), (better,) = make_queue([{"criteria": ["no_computer"]}, {"criteria": []}], 1)
    enough = stocked(world, laptop(cameras=()), grade=3)
    campaign = campaigns.urgent(actor=world.actor("coordinator"), request_id=request.pk, reason="situation", at=NOON)
    assert (campaign.kind, campaign.state, campaign.urgency) == ("urgent", "published", "situation")
    assert Promise.objects.get().device == enough
    assert [state_of(r) for r in (before, request)] == ["waiting", "promised"] and state_of(better) == "ready"


def test_an_urgency_that_no_machine_fits_is_cancelled_and_the_request_waits(english):
    world, [request], _devices = make_queue([{"use": "creation"}], 1)
    with pytest.raises(Refusal, match="No machine that is ready fits"):
        campaigns.urgent(actor=world.actor("coordinator"), request_id=request.pk, reason="deadline", at=NOON)
    assert Campaign.objects.get().state == "cancelled" and state_of(request) == "waiting"
    opened(world)  # it holds nothing back


def test_a_group_receives_all_that_it_accepts_or_nothing():
    world, [group], _devices = make_queue([{"quantity": 3, "minimum": 2}], 1)
    assert published(world).summary["given"] == 0 and state_of(group) == "waiting"
    stocked(world)
    published(world)
    assert Promise.objects.count() == 2 and state_of(group) == "promised"


def test_no_request_and_no_machine_is_a_plan_too():
    world, *_ = make_queue()
    campaign = published(world)
    assert (campaign.summary["requests"], campaign.summary["given"]) == (0, 0)


def test_requests_without_any_machine_are_answered():
    world, [request], _devices = make_queue([{"use": "secondary", "adaptations": ["light"]}])
    campaign = published(world)
    assert campaign.outcomes.get().code == 1 and state_of(request) == "waiting"


@pytest.mark.parametrize(
    ("asked", "bit", "eased"),
    [
        ({"kinds": ["tablet"]}, 2, {"kinds": ["tablet", "notebook"]}),
        ({"adaptations": ["light"]}, 8, {"adaptations": []}),
    ],
)
def test_a_change_that_is_told_would_have_served(asked, bit, eased):
    """What the prescriber reads, tried: the request with this change, on the same queue and stock, receives a machine.

    A use that every machine here is fit for, so that going without extras gives up the adaptation alone.
    """
    world, [request], _devices = make_queue([{**asked, "criteria": ["no_computer"]}], 1)
    campaign = computed(world)
    outcome = campaign.outcomes.get()
    assert outcome.code == 1 and outcome.changes & bit
    Request.objects.filter(pk=request.pk).update(**eased)
    assert computed(world, campaign).outcomes.get().code == 0
