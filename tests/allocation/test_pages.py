"""The pages of the allocation: what each reader sees and may do, from an empty queue to a review answered."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from maillon.allocation import campaigns, check, promises, reviews, rulesets, showing, trials
from maillon.allocation.models import Campaign, Promise, Review, RuleSet, RuleTrial
from maillon.allocation.rules import DEFAULT
from maillon.kernel.codes import pretty
from maillon.kernel.jobs.models import Job
from maillon.kernel.jobs.running import drain
from maillon.needs import family
from maillon.needs.commands import forget
from maillon.needs.models import Request
from maillon.territory.models import Organisation
from tests.allocation.promises import make_request
from tests.allocation.queue import DAY, commune, make_queue, stocked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def today():
    return timezone.localdate()


def at_once(world, campaign=None, *, approve=True, publish=True):
    actor = world.actor("coordinator")
    campaign = campaign or campaigns.open_campaign(actor=actor, closes_on=timezone.localdate())
    campaign = campaigns.simulate(actor=actor, campaign_id=campaign.pk)
    if approve:
        campaign = campaigns.approve(actor=actor, campaign_id=campaign.pk, plan_sha256=campaign.plan_sha256)
    return campaigns.publish(actor=actor, campaign_id=campaign.pk) if approve and publish else campaign


def enter(client, world, who):
    client.force_login(world.users[who])
    client.cookies["django_language"] = "en"


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def family_of(client, request):
    session = client.session
    session[family.SESSION_KEY] = [str(request.pk), int(timezone.now().timestamp()) + 600]
    session.save()
    Request.objects.filter(pk=request.pk).update(pin_digest="x")
    client.cookies["django_language"] = "en"


def test_one_next_action_in_each_state(client):
    world, *_ = make_queue([{}], 1)
    enter(client, world, "coordinator")
    opened = client.post("/attributions/nouvelle/", {"closes_on": timezone.localdate().isoformat()})
    address = opened["Location"]

    def buttons():
        return re.findall(
            r'class="btn btn-primary"[^>]*>(?:<svg.*?</svg>)?([^<]+)', client.get(address).content.decode()
        )

    assert buttons() == ["Compute the plan"]
    assert client.post(f"{address}calculer/").status_code == 302
    assert Job.objects.count() == 1
    client.post(f"{address}calculer/")  # pressed twice
    assert Job.objects.count() == 1 and "Under way" in text_of(client.get(address))
    campaign = Campaign.objects.get()
    campaigns.simulate(actor=world.actor("coordinator"), campaign_id=campaign.pk)
    Campaign.objects.update(job_id=None)
    campaign.refresh_from_db()
    assert buttons() == ["I approve this plan"]
    assert client.post(f"{address}approuver/", {"plan": "0" * 64}).status_code == 409
    assert client.post(f"{address}approuver/", {"plan": campaign.plan_sha256}).status_code == 302
    assert buttons() == ["Publish and promise"]
    campaigns.publish(actor=world.actor("coordinator"), campaign_id=campaign.pk)
    assert buttons() == ["The answer to each request"]


def test_who_reads_a_campaign_is_offered_no_action(client):
    world, *_ = make_queue([{}], 1)
    campaign = at_once(world, approve=False)
    enter(client, world, "reader")
    page = client.get(f"/attributions/{campaign.code}/").content.decode()
    assert "approuver" not in page and "calculer" not in page and "annuler" not in page
    for address in ("nouvelle/", "regles/changer/", "recours/", f"{campaign.code}/reponses/"):
        assert client.get(f"/attributions/{address}").status_code == 403


def test_a_workshop_s_head_decides_nothing(client):
    """It holds the coordinator's role, in a workshop: it reads."""
    world, [request], _devices = make_queue([{}], 1)
    campaign = at_once(world, approve=False)
    enter(client, world, "head")
    assert client.get(f"/attributions/{campaign.code}/").status_code == 200
    for address in (
        f"{campaign.code}/approuver/",
        f"{campaign.code}/calculer/",
        f"{campaign.code}/publier/",
        "tardives/",
    ):
        assert client.post(f"/attributions/{address}", {"plan": campaign.plan_sha256}).status_code == 403
    assert client.post(f"/attributions/demandes/{request.code}/urgence/", {"reason": "deadline"}).status_code == 403
    campaign.refresh_from_db()
    assert campaign.state == "simulated"


def test_the_prescriber_reads_everything_of_its_request_and_nothing_of_another(client):
    world, (first, second), _devices = make_queue(
        [
            {"criteria": ["no_computer", "schooling"], "since": timezone.localdate()},
            {"criteria": ["no_computer"], "since": timezone.localdate()},
        ],
        1,
    )
    at_once(world)
    enter(client, world, "prescriber")
    page = text_of(client.get(f"/besoins/{second.code}/"))
    assert "others came before" in page
    last = "The last one served with a machine that meets this need: tier 3 (Without a computer, or waiting for long)"
    assert f"{last}, 60 points" in page
    assert "No computer at home 30" in page and "Total 40" in page and "L311-3-1" in page
    assert first.code not in page and "not confirmed" in page
    served = text_of(client.get(f"/besoins/{first.code}/"))
    assert "is promised since" in served and "A machine was promised to it by this campaign." in served
    assert "The last one served with a machine that meets this need" in served


def test_the_family_reads_a_neutral_sentence_without_points(client):
    world, (_first, second), _devices = make_queue([{"criteria": ["no_computer"]}, {"criteria": ["formalities"]}], 1)
    at_once(world)
    family_of(client, second)
    page = text_of(client.get("/suivi/"))
    assert "There were not enough computers. This time the rules put other situations first." in page
    assert "points" not in page and "tier" not in page and "L311-3-1" in page
    [why, *_more] = showing.letter_reasons(second)
    assert why in page, "the letter says the same to whoever opens no page"


@pytest.mark.parametrize(("which", "since"), [(0, "waiting"), (1, "promised"), (1, "withdrawn")])
def test_a_decision_that_no_longer_holds_is_not_the_reason_of_what_is(client, which, since):
    """A machine refused, promised by hand, a request withdrawn: the page dates the answer, the letter omits it."""
    world, requests, _devices = make_queue([{"criteria": ["no_computer"]}, {"criteria": ["formalities"]}], 1)
    at_once(world)
    request = Request.objects.get(pk=requests[which].pk)
    assert showing.letter_reasons(request)
    family_of(client, request)
    answer = "A computer was found for you." if which == 0 else "There were not enough computers."
    page = text_of(client.get("/suivi/"))
    assert answer in page and f": {answer}" not in page
    Request.objects.filter(pk=request.pk).update(state=since)
    request.refresh_from_db()
    assert showing.letter_reasons(request) == []
    assert f": {answer}" in text_of(client.get("/suivi/"))


def test_a_family_asks_for_a_person_and_reads_the_answer(client):
    world, (_first, second), _devices = make_queue([{"criteria": ["no_computer"]}, {"criteria": ["formalities"]}], 1)
    at_once(world)
    family_of(client, second)
    client.post("/attributions/publiques/recours/", {"words": "Mon fils a un examen."})
    review = Review.objects.get()
    assert review.asker == "family" and "examen" not in review.words
    assert "Someone will answer here" in text_of(client.get("/suivi/"))
    client.post("/attributions/publiques/recours/", {"words": "encore"})
    assert Review.objects.count() == 1
    client.logout()

    enter(client, world, "prescriber")
    page = text_of(client.get(f"/besoins/{second.code}/"))
    assert "Review asked by: The person concerned" in page and "examen" not in page
    client.logout()

    enter(client, world, "coordinator")
    assert second.code[:3] in text_of(client.get("/attributions/recours/"))
    address = f"/attributions/recours/{review.pk}/"
    assert "Mon fils a un examen." in text_of(client.get(address))
    assert client.post(address, {"answer": "corrected", "reply": ""}).status_code == 422
    assert client.post(address, {"answer": "corrected", "reply": "Vous passez en urgence."}).status_code == 302
    assert client.post(address, {"answer": "confirmed", "reply": "x"}).status_code == 409
    review.refresh_from_db()
    assert review.answered_by == world.users["coordinator"].pk and "urgence" not in review.reply
    client.logout()

    family_of(client, second)
    assert "Vous passez en urgence." in text_of(client.get("/suivi/"))


def test_a_prescriber_asks_for_its_own_requests_after_a_decision(client):
    world, [request], _devices = make_queue([{}])
    enter(client, world, "prescriber")
    address = f"/attributions/demandes/{request.code}/recours/"
    assert client.post(address, {"words": ""}).status_code == 409  # nothing was decided yet
    at_once(world)
    assert client.post(address, {"words": "Elle attend depuis un an."}).status_code == 302
    assert reviews.read(Review.objects.get().words) == "Elle attend depuis un an."
    assert "Elle attend depuis un an." in text_of(client.get(f"/besoins/{request.code}/"))


def test_nobody_asks_for_a_family_without_its_page(client):
    make_queue([{}])
    answer = client.post("/attributions/publiques/recours/", {"words": "x"})
    assert answer["Location"] == "/suivi/" and not Review.objects.exists()


def test_the_public_page_lets_anyone_check(client):
    nantes = commune()
    world, requests, _devices = make_queue([{"commune": nantes}] * 13, 3)
    campaign = at_once(world)
    client.cookies["django_language"] = "en"
    page = client.get(f"/attributions/publiques/{campaign.code}/")
    said = text_of(page)
    assert "It decided nothing" in said and campaign.seed_commitment in said and "Tier 1: Broken down" in said
    assert all(request.code not in said for request in requests) and "Commune 44109" not in said
    problem = json.loads(client.get(f"/attributions/publiques/{campaign.code}/problem.json").content)
    plan = json.loads(client.get(f"/attributions/publiques/{campaign.code}/plan.json").content)
    check.check(problem, plan)
    checker = client.get("/attributions/publiques/check.py").content
    assert b"Checks, alone" in checker
    assert campaign.code[:3] in text_of(client.get("/attributions/publiques/"))


def test_small_counts_are_not_on_the_public_page(client):
    world, *_ = make_queue([{}] * 4, 2)
    campaign = at_once(world)
    client.cookies["django_language"] = "en"
    page = client.get(f"/attributions/publiques/{campaign.code}/").content.decode()
    cells = re.findall(r'class="num">(.*?)</td>', page)
    assert cells and all("not shown" in cell for cell in cells)


def test_exact_counts_are_for_those_who_decide(client):
    world, *_ = make_queue([{"commune": commune()}] * 4, 2)
    campaign = at_once(world)

    def cells(who):
        enter(client, world, who)
        page = client.get(f"/attributions/{campaign.code}/").content.decode()
        return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r'class="num">(.*?)</td>', page)]

    assert cells("coordinator")[-3:] == ["4", "2", "2"]
    assert set(cells("reader")) == set(cells("head")) == {"not shown"}


@pytest.mark.parametrize("state", ["draft", "simulated", "approved", "cancelled"])
def test_nothing_is_public_before_publication(client, state):
    world, *_ = make_queue([{}], 1)
    campaign = at_once(world, publish=False)
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
    for address in ("", "problem.json", "plan.json"):
        assert client.get(f"/attributions/publiques/{campaign.code}/{address}").status_code == 404


@pytest.mark.parametrize("state", ["draft", "simulated", "approved", "cancelled"])
def test_the_seed_is_committed_to_in_public_before_publication(client, state):
    """From the opening on, with no count; a cancelled one stays, or a draw could be made again unseen."""
    world, [request], _devices = make_queue([{}], 1)
    campaign = at_once(world, publish=False)
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
    urgent = Campaign.objects.create(
        code="TTTTTTT", territory=world.coordination, kind="urgent", rules=campaign.rules, closes_on=DAY, only=request,
        seed_sealed="-", seed_commitment="f" * 64,
    )  # fmt: skip
    page = text_of(client.get("/attributions/publiques/"))
    assert campaign.seed_commitment in page and urgent.seed_commitment not in page
    Campaign.objects.filter(pk=campaign.pk).update(state="published", published_at=timezone.now())
    assert campaign.seed_commitment not in text_of(client.get("/attributions/publiques/"))


def test_the_campaign_of_a_single_family_is_nobody_else_s_business(client):
    world, [request], _devices = make_queue([{}], 1)
    enter(client, world, "coordinator")
    address = f"/attributions/demandes/{request.code}/urgence/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "deadline"}).status_code == 302
    campaign = Campaign.objects.get()
    assert Promise.objects.get().campaign == campaign
    assert client.get(f"/attributions/publiques/{campaign.code}/").status_code == 404
    assert client.post(address, {"reason": "deadline"}).status_code == 409


def change(held, **fields):
    """What the form of the rules holds, with these fields changed."""
    document = held.document
    data = {f"points_{name}": document["points"].get(name, 0) for name in rulesets_criteria()}
    data |= {f"ageing_{name}": value for name, value in document["ageing"].items()}
    data |= {f"distance_{name}": value for name, value in document["distance"].items()}
    data |= {f"level_{level}": rank for rank, level in enumerate(document["levels"], 1)}
    data |= {name: json.dumps(document[name]) for name in ("tiers", "limits", "exclusive")}
    return data | {"points_max": document["points_max"]} | fields


def rulesets_criteria():
    from maillon.allocation.rules import CRITERIA

    return CRITERIA


def test_a_change_of_rules_is_tried_then_adopted(client):
    world, *_ = make_queue([{"criteria": ["formalities"]}, {"criteria": ["shared_computer"]}], 1)
    enter(client, world, "coordinator")
    held = rulesets.current(world.coordination.pk)
    answer = client.post("/attributions/regles/changer/", change(held, points_formalities=20))
    tried = RuleTrial.objects.get()
    assert answer["Location"] == f"/attributions/regles/essais/{tried.pk}/"
    assert "Under way" in text_of(client.get(answer["Location"]))
    trials.compute(actor=world.actor("coordinator"), trial_id=tried.pk)
    page = text_of(client.get(answer["Location"]))
    assert "Needed for administrative steps: adds 20 points" in page and "not shown" in page
    assert RuleSet.objects.count() == 1  # trying adopts nothing
    client.post(f"{answer['Location']}adopter/")
    assert rulesets.current(world.coordination.pk).version == 2
    assert client.post(f"{answer['Location']}adopter/").status_code == 409
    assert "Version 2, adopted on" in text_of(client.get("/attributions/regles/"))


def test_a_least_and_a_most_are_numbers_to_type_and_named_ones_stay(client):
    world, *_ = make_queue([{}], 1)
    held = rulesets.current(world.coordination.pk)
    named = {"44109": {"floor": 3, "cap": None}}
    limits = held.document["limits"] | {"districts": held.document["limits"]["districts"] | named}
    typed = {"limit_districts_floor": 1, "limit_districts_cap": "", "limit_territory_cap": 20}
    enter(client, world, "coordinator")
    client.post("/attributions/regles/changer/", change(held, limits=json.dumps(limits), **typed))
    tried = RuleTrial.objects.get().document["limits"]
    assert tried["districts"] == {"default": {"floor": 1, "cap": None}, **named}
    assert tried["territory"] == {"floor": 0, "cap": 20}
    assert tried["prescribers"] == held.document["limits"]["prescribers"]
    for broken in ("[]", "3", '{"territory": 3}', '{"districts": {"default": null}}'):
        answer = client.post("/attributions/regles/changer/", change(held, limits=broken, **typed))
        assert answer.status_code == 422 and 'value="20"' in answer.content.decode(), broken


def test_a_wrong_change_of_rules_loses_nothing_that_was_typed(client):
    world, *_ = make_queue()
    enter(client, world, "coordinator")
    held = rulesets.current(world.coordination.pk)
    answer = client.post(
        "/attributions/regles/changer/", change(held, points_no_computer=60, tiers="[{", points_partner=7)
    )
    assert answer.status_code == 422 and 'value="7"' in answer.content.decode()
    assert "Line 1 is not written as expected" in text_of(answer)
    answer = client.post("/attributions/regles/changer/", change(held, tiers="[" * 50_000))
    assert answer.status_code == 422 and "Line 1 is not written as expected" in text_of(answer)
    answer = client.post("/attributions/regles/changer/", change(held, points_no_computer=60, level_tier=1))
    assert "A request may reach 130 points" in text_of(answer) and "Two levels have the same rank" in text_of(answer)
    assert client.post("/attributions/regles/changer/", change(held)).status_code == 409  # nothing changed


def test_who_gains_and_who_loses_is_counted_by_district():
    here, there = commune("44109"), commune("44143")
    world, *_ = make_queue()
    for _ in range(12):
        make_request(world, commune=here, criteria=["formalities"])
        make_request(world, commune=there, criteria=["shared_computer"])
    for _ in range(12):
        stocked(world)
    held = rulesets.current(world.coordination.pk)
    actor = world.actor("coordinator")
    document = held.document | {"points": held.document["points"] | {"formalities": 20}}
    tried = trials.compute(actor=actor, trial_id=trials.propose(actor=actor, document=document).pk)
    assert tried.result["districts"] == {"44109": [12, 0, 0], "44143": [0, 12, 0]}
    assert tried.result["given"] == [12, 12]
    rows, total = trials.masked_rows(tried.result)
    assert [row.total for row in rows] == [12, 12] and total.total == 24
    assert all(cell is None or cell >= 11 for row in rows for cell in row[1:])
    make_request(world, commune=commune("44172"))
    make_request(world, commune=commune("44190"))
    tried = trials.compute(actor=actor, trial_id=tried.pk)
    rows, total = trials.masked_rows(tried.result)
    assert [row.district for row in rows][-1] == "Districts of fewer than 11 (2 together)"
    assert len(rows) == 3 and (rows[-1].total, total.total) == (None, 26)


def test_the_jobs_do_what_the_buttons_ask(client):
    world, *_ = make_queue([{}, {}], 1)
    enter(client, world, "coordinator")
    address = client.post("/attributions/nouvelle/", {"closes_on": timezone.localdate().isoformat()})["Location"]
    client.post(f"{address}calculer/")
    worked()
    campaign = Campaign.objects.get()
    assert campaign.state == "simulated"
    client.post(f"{address}approuver/", {"plan": campaign.plan_sha256})
    client.post(f"{address}publier/")
    worked()
    campaign.refresh_from_db()
    assert campaign.state == "published" and Promise.objects.count() == 1


def test_the_start_page_says_what_the_coordination_has_to_do(client):
    world, *_ = make_queue([{}], 1)
    enter(client, world, "coordinator")
    assert "machine ready, promised to nobody" in text_of(client.get("/"))
    campaign = at_once(world, approve=False)
    assert "Look at its plan and approve it" in text_of(client.get("/"))
    at_once(world, campaign)
    assert "Look at its plan" not in text_of(client.get("/"))


def test_a_promise_is_ended_from_its_request(client):
    world, [request], _devices = make_queue([{}], 1)
    at_once(world)
    made = Promise.objects.get()
    enter(client, world, "prescriber")
    address = f"/attributions/promesses/{made.pk}/fin/"
    assert client.post(address, {"state": "refused"}).status_code == 422
    for told_by_itself_alone in ("erased", "no_news"):  # nothing is erased by ending a promise
        wrong = {"state": "refused", "reason": "not_suited", "leaves": told_by_itself_alone}
        assert client.post(address, wrong).status_code == 422
    ended = client.post(address, {"state": "refused", "reason": "not_suited", "leaves": ""}, follow=True)
    assert "the same machine may come back" in text_of(ended)
    request.refresh_from_db()
    assert request.state == "waiting"
    assert client.post(address, {"state": "refused", "reason": "not_suited"}).status_code == 409


def test_a_machine_that_goes_back_to_who_refused_it_is_told_before_anyone_approves(client):
    world, [request], [device] = make_queue([{}], 1)
    at_once(world)
    promises.end_promise(world.actor("coordinator"), Promise.objects.get().pk, "refused", "not_suited")
    campaign = at_once(world, approve=False)
    assert campaign.summary["refused"] == [[request.code, device.code]]
    enter(client, world, "coordinator")
    page = text_of(client.get(f"/attributions/{campaign.code}/"))
    assert f"Machine {pretty(device.code)} goes to request {pretty(request.code)}" in page
    assert "The answer to each request" in page, "a plan is read request by request before it is approved"


def test_a_least_that_was_not_reached_is_told_by_the_name_of_its_district(client):
    world, *_ = make_queue([{"commune": commune()}], 1)
    rulesets.adopt(
        actor=world.actor("coordinator"),
        document=DEFAULT
        | {
            "limits": {
                "territory": {"floor": 0, "cap": None},
                "districts": {"default": {"floor": 2, "cap": None}},
                "prescribers": {"default": {"floor": 2, "cap": None}},
            }
        },
    )
    campaign = at_once(world, approve=False)
    enter(client, world, "coordinator")
    page = text_of(client.get(f"/attributions/{campaign.code}/"))
    prescriber = Organisation.objects.get(pk=world.actor("prescriber").organisation_id)
    assert "Commune 44109: 1 / 2" in page and f"Commune 44109, {prescriber.name}: 1 / 2" in page


def test_a_former_version_of_the_rules_is_read_and_come_back_to(client):
    world, *_ = make_queue([{}], 1)
    first = rulesets.current(world.actor("coordinator").territory)
    points = first.document["points"] | {"schooling": 0, "job_search": 15}
    rulesets.adopt(actor=world.actor("coordinator"), document=first.document | {"points": points})
    enter(client, world, "coordinator")
    former = text_of(client.get("/attributions/regles/?version=1"))
    assert "This version holds no longer" in former and "needed for school or studies: adds 20" in former.lower()
    address = "/attributions/regles/changer/?version=1"
    form = client.get(address).context["form"]
    tried = client.post(address, {n: f.initial for n, f in form.fields.items() if f.initial is not None}, follow=True)
    page = text_of(tried)
    held, gone = page.split("What would hold no longer:")
    assert "20 points" in held and "15 points" in gone, page
    tried = RuleTrial.objects.get()
    assert tried.document == first.document
    for wrong in ("9", "x", "-1", "²", "9" * 30):
        assert client.get(f"/attributions/regles/?version={wrong}").status_code == 404


@pytest.mark.parametrize("size", [3, 30])
def test_the_campaign_and_its_answers_cost_the_same_whatever_the_queue(client, size, django_assert_max_num_queries):
    world, *_ = make_queue([{"commune": commune()}] * size, 2)
    campaign = at_once(world)
    enter(client, world, "coordinator")
    client.get("/")
    for address in (f"/attributions/{campaign.code}/", f"/attributions/{campaign.code}/reponses/", "/attributions/"):
        with django_assert_max_num_queries(22):
            assert client.get(address).status_code == 200


def test_answers_are_found_by_code_and_by_reason(client):
    world, (first, second), _devices = make_queue([{"criteria": ["no_computer"]}, {"criteria": ["formalities"]}], 1)
    campaign = at_once(world)
    enter(client, world, "coordinator")
    address = f"/attributions/{campaign.code}/reponses/"
    assert first.code not in client.get(address, {"code": second.code}).content.decode().replace(second.code, "")
    page = client.get(address, {"pourquoi": 0}).content.decode()
    assert f"/besoins/{first.code}/" in page and f"/besoins/{second.code}/" not in page
    assert client.get(address, {"code": "nothing"}).status_code == 422


def test_the_closing_day_is_waited_for(client, today):
    world, *_ = make_queue([{}], 1)
    enter(client, world, "coordinator")
    later = (today + timedelta(days=3)).isoformat()
    address = client.post("/attributions/nouvelle/", {"closes_on": later})["Location"]
    page = client.get(address)
    assert "calculer" not in page.content.decode() and "requests are taken until" in text_of(page)
    assert client.post("/attributions/nouvelle/", {"closes_on": later}).status_code == 409
    assert client.post("/attributions/nouvelle/", {"closes_on": "2020-01-01"}).status_code == 409


def worked():
    assert drain() == 1


def test_what_was_written_goes_with_the_name(client):
    world, [request], _devices = make_queue([{}])
    at_once(world)
    family_of(client, request)
    client.post("/attributions/publiques/recours/", {"words": "Mon fils a un examen."})
    made = Review.objects.get()
    reviews.answer(actor=world.actor("coordinator"), review_id=made.pk, answer="confirmed", reply="Votre fils…")
    forget(Request.objects.get(pk=request.pk))
    made.refresh_from_db()
    assert (made.words, made.reply, made.answer) == ("", "", "confirmed")


def tiles_of(page):
    found = re.findall(r'class="tile-value">([^<]*)</span><span class="tile-label">(?:<svg.*?</svg>)?([^<]*)<', page)
    return {label: value for value, label in found}


def test_no_small_count_stands_beside_the_masked_tables(client):
    """Tiles, lists, history and promises: what a table hides is told nowhere else to who decides nothing."""
    world, *_ = make_queue([{"since": timezone.localdate()}] * 15, 9)
    campaign = at_once(world)
    seen = {
        f"publiques/{campaign.code}/": ("machines given",),
        f"{campaign.code}/": ("machines given", "requests served in full"),
        "": ("requests waiting", "machines promised, to hand over"),
    }
    for who in (None, "reader", "head"):
        client.logout()
        if who:
            enter(client, world, who)
        client.cookies["django_language"] = "en"
        for address, masked in list(seen.items())[: None if who else 1]:
            page = client.get(f"/attributions/{address}").content.decode()
            tiles = tiles_of(page)
            assert {tiles[label] for label in masked} == {"not shown"}, (who, address, tiles)
            assert not re.search(r"<(td|dd|strong)[^>]*>[69]<", page), (who, address)
            assert "9 machines promised" not in page and "9 machines for" not in page, (who, address)
    enter(client, world, "coordinator")
    page = client.get(f"/attributions/{campaign.code}/").content.decode()
    assert tiles_of(page)["machines given"] == "9" and "9 machines promised" in page
