"""The problem of a territory: what is in it, what a machine proves, and what it does not tell."""

import json
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest

from maillon.allocation import problems, rulesets
from maillon.allocation.core.problem import read as read_problem
from maillon.allocation.problems import BIT, least_grade
from maillon.allocation.rules import read
from maillon.hardware.model import Display
from maillon.hardware.thresholds import Use
from maillon.needs.models import RequestCriterion
from maillon.territory.models import District
from tests.allocation.promises import make_promise, make_request
from tests.allocation.queue import DAY, commune, make_queue, public_place, stocked
from tests.hardware.machines import desktop, laptop
from tests.world import make_world

pytestmark = pytest.mark.django_db
COMMITMENT = sha256(b"seed").hexdigest()


def build(world, **more):
    rules = read(rulesets.current(world.coordination.pk).document)
    return problems.build(territory_id=world.coordination.pk, rules=rules, as_of=DAY, commitment=COMMITMENT, **more)


def adopt(world, **parts):
    held = rulesets.current(world.coordination.pk)
    rulesets.adopt(actor=world.actor("coordinator"), document=held.document | parts)


def columns(built, table):
    """The lines of a table by the code of the request or of the machine."""
    held = built.problem[table]["columns"]
    codes = [built.device_of[name] if table == "devices" else name for name in held["id"]]
    return {code: {name: values[at] for name, values in held.items()} for at, code in enumerate(codes)}


def test_the_solver_takes_the_problem_as_it_is():
    world, _requests, _devices = make_queue([{}, {"use": "secondary", "quantity": 3, "delivery": True}], devices=2)
    make_promise(world, request=make_request(world), device=stocked(world))
    problem = build(world).problem
    read_problem(json.loads(json.dumps(problem)))
    assert problem["requests"]["n"] == 3 and problem["devices"]["n"] == 3 and len(problem["promises"]) == 1


def test_only_what_waits_on_the_day_and_what_is_ready_is_there():
    world, (waits,), (ready,) = make_queue([{}], devices=1)
    make_request(world, since=DAY + timedelta(days=1))
    make_request(world, state="withdrawn")
    stocked(world, state="checked")
    foreign = make_world(" étrangère")
    make_request(foreign)
    stocked(foreign)
    built = build(world)
    assert list(columns(built, "requests")) == [waits.code] and list(columns(built, "devices")) == [ready.code]


def test_an_earlier_promise_is_there_with_its_run():
    world, _requests, _devices = make_queue()
    made = make_promise(world, request=make_request(world), device=stocked(world))
    assert build(world).problem["promises"] == [{"request": made.request.code, "device": "M1", "run": "0" * 64}]


def test_the_label_of_a_machine_leads_to_no_line_of_the_file():
    """Neither its code nor its place in the order of codes is there, for a machine to give as for one promised."""
    world, *_ = make_queue(devices=12)
    for _ in range(12):
        make_promise(world, request=make_request(world), device=stocked(world))
    built = build(world)
    text = json.dumps(built.problem)
    codes = sorted(built.device_of.values())
    assert len(codes) == 24 and not any(code in text for code in codes)
    assert built.problem["devices"]["columns"]["id"] == [f"M{rank}" for rank in range(1, 25)] == [*built.device_of]
    assert [*built.device_of.values()] != codes
    promised = [built.device_of[promise["device"]] for promise in built.problem["promises"]]
    assert promised != sorted(promised)
    rules = read(rulesets.current(world.coordination.pk).document)
    other = problems.build(territory_id=world.coordination.pk, rules=rules, as_of=DAY, commitment="b" * 64)
    assert other.device_of != built.device_of == build(world).device_of  # drawn again for each campaign


@pytest.mark.parametrize(
    ("use", "grade"),
    [("administrative", 2), ("primary", 2), ("secondary", 3), ("video_call", 2), ("creation", 3)],
)
def test_the_least_grade_follows_from_what_the_use_asks(use, grade):
    """A machine fit for the use has at least this grade: the table of uses covers that of grades."""
    assert least_grade(Use(use)) == grade


@pytest.mark.parametrize(
    ("machine", "has", "lacks"),
    [
        (laptop(), ["use:secondary", "use:video_call", "use:administrative"], ["use:creation", "light"]),
        (laptop(displays=(Display(built_in=True, width_px=1920, height_px=1080, width_mm=309, height_mm=174),)),
         ["light"], ["large_screen"]),
        (laptop(displays=(Display(built_in=True, width_px=1920, height_px=1080, width_mm=345, height_mm=194),)),
         ["large_screen"], ["light"]),
        (desktop(), ["large_screen", "use:secondary"], ["light", "use:video_call"]),  # no camera
        (laptop(cameras=(), tools=()), ["use:secondary"], ["use:video_call"]),  # nobody looked: not proved
    ],
)  # fmt: skip
def test_a_machine_has_what_its_reading_proves(machine, has, lacks):
    world, _requests, _devices = make_queue()
    device = stocked(world, machine)
    mask = columns(build(world), "devices")[device.code]["extras"]
    assert all(mask & BIT[name] for name in has) and not any(mask & BIT[name] for name in lacks)


def test_what_no_machine_shows_is_not_asked_of_it():
    world, (plain, adapted), _devices = make_queue(
        [{}, {"adaptations": ["screen_reader", "large_keys", "one_hand", "simple"]}]
    )
    asked = columns(build(world), "requests")
    assert asked[plain.code]["extras"] == asked[adapted.code]["extras"] == BIT["use:administrative"]
    light = make_request(world, adaptations=["light", "large_screen"])
    asked = columns(build(world), "requests")
    assert asked[light.code]["extras"] == BIT["use:administrative"] | BIT["light"] | BIT["large_screen"]


def test_a_machine_never_read_is_left_out_and_told():
    world, _requests, _devices = make_queue()
    device = stocked(world)
    device.hardware.delete()
    built = build(world)
    assert built.unread == [device.code] and built.problem["devices"]["n"] == 0


def test_a_criterion_that_needs_a_proof_counts_once_it_was_seen():
    world, (request,), _devices = make_queue([{"criteria": ("no_computer", "income_a")}])
    assert columns(build(world), "requests")[request.code]["points"] == 30 + 10  # partner
    RequestCriterion.objects.filter(criterion="income_a").update(proof_seen_on=DAY)
    assert columns(build(world), "requests")[request.code]["points"] == 30 + 20 + 10


def test_distances_are_the_steps_of_the_rules():
    nantes, reze, far = commune("44109"), commune("44143"), commune("49007", "")
    world, _requests, _devices = make_queue()
    here = public_place(world, nantes)
    stocked(world, place=here)
    stocked(world)  # at the workshop: brought where it is accepted
    cases = {
        make_request(world, commune=nantes).code: {2, 15},
        make_request(world, commune=reze).code: {10, 15},
        make_request(world, commune=far).code: {30, 15},
    }
    there = make_request(world, commune=nantes)
    there.places.add(public_place(world, nantes, "Ailleurs"))
    cases[there.code] = {-1, 15}
    built = build(world)
    for code, expected in cases.items():
        assert set(built.problem["distance_km"][columns(built, "requests")[code]["zone"]]) == expected
    assert columns(built, "requests")[there.code]["km"] == 30


def test_someone_to_whom_it_is_delivered_is_reached_everywhere():
    world, (request,), _devices = make_queue([{"delivery": True}])
    assert columns(build(world), "requests")[request.code]["km"] == -1


def test_neither_district_nor_prescriber_is_named_unless_a_limit_must_be_seen():
    many, few = commune("44109"), commune("44143")
    qpv = District.objects.create(code="QN04401M", name="Quartier")
    world, *_ = make_queue()
    for _ in range(11):
        make_request(world, commune=many)
    alone = make_request(world, commune=few)
    inside = make_request(world, commune=many, district=qpv)
    named = {"44109": {"floor": 1, "cap": None}, "44143": {"floor": 1, "cap": None}}
    limits = rulesets.current(world.coordination.pk).document["limits"]
    for districts, seen in ({}, set()), (named, {"44109"}):  # 44143: too few for its lines to be laid on a map
        adopt(world, limits=limits | {"districts": districts})
        built = build(world)
        names = {node["id"] for node in built.problem["nodes"] if node["district"]}
        assert {name for name in names if not name.startswith("D")} == seen and len(names) == 3
    text = json.dumps(built.problem)
    assert str(alone.prescriber_id) not in text and alone.prescriber.name not in text
    assert built.district_of[alone.code] == "44143" and built.district_of[inside.code] == "QN04401M"


def test_numbers_are_drawn_again_for_each_campaign_and_stay_for_one():
    world, *_ = make_queue()
    for number in range(12):
        make_request(world, commune=commune(f"441{number:02d}", ""))

    def order(commitment):
        rules = read(rulesets.current(world.coordination.pk).document)
        built = problems.build(territory_id=world.coordination.pk, rules=rules, as_of=DAY, commitment=commitment)
        at = {code: built.problem["nodes"][row["node"]]["id"] for code, row in columns(built, "requests").items()}
        return [at[code] for code in sorted(at, key=lambda code: built.district_of[code])]

    assert order("a" * 64) == order("a" * 64) != order("b" * 64)
    assert order("a" * 64) != sorted(order("a" * 64))


def test_limits_of_the_rules_are_on_their_nodes():
    nantes = commune("44109")
    world, *_ = make_queue()
    for _ in range(11):
        make_request(world, commune=nantes)
    limits = {
        "territory": {"floor": 0, "cap": 50},
        "districts": {"44109": {"floor": 4, "cap": None}},
        "prescribers": {"default": {"floor": 0, "cap": 7}},
    }
    adopt(world, limits=limits)
    root, district, leaf = build(world).problem["nodes"]
    assert (root["cap"], district["floor"], district["district"], leaf["cap"]) == (50, 4, True, 7)


def test_late_machines_alone_or_one_request_alone():
    world, (first, _second), (_old, late) = make_queue([{}, {}], devices=2)
    assert list(columns(build(world, devices=[late.number]), "devices")) == [late.code]
    assert list(columns(build(world, only=first.pk), "requests")) == [first.code]


@pytest.mark.parametrize("size", [2, 40])
def test_building_costs_the_same_queries_whatever_the_size(size, django_assert_num_queries):
    place_of = commune()
    world, requests, _devices = make_queue([{"commune": place_of}] * size, devices=size)
    for request in requests:
        request.places.add(public_place(world, place_of, f"Lieu {request.code}"))
    rules = read(rulesets.current(world.coordination.pk).document)
    with django_assert_num_queries(8):
        problems.build(territory_id=world.coordination.pk, rules=rules, as_of=DAY, commitment=COMMITMENT)


def test_the_file_tells_nothing_of_a_person():
    """Codes, numbers and days alone: every text of the file is a code, a name of ours, or a day."""
    world, requests, _devices = make_queue([{"commune": commune()}], devices=1)
    problem = build(world).problem

    def texts(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (text for inner in value.values() for text in texts(inner))
        elif isinstance(value, list):
            yield from (text for inner in value for text in texts(inner))

    known = {*problem["kinds"], *problem["extras"], *problem["rules"]["levels"], "alloc-problem/1", COMMITMENT}
    known |= {requests[0].code, DAY.isoformat(), requests[0].since.isoformat()}
    assert set(texts(problem)) - known == {"T", "D1", "D1.1", "W1", "Z1", "M1"}


def test_a_request_filed_in_the_future_is_not_yet_there_and_a_future_date_never_weighs():
    world, (request,), _ = make_queue([{"since": date(2027, 1, 1)}])
    made = make_promise(world, request=request, device=stocked(world))
    row = columns(build(world), "requests")[made.request.code]
    assert row["since"] == DAY.isoformat()
    assert replace(read(rulesets.current(world.coordination.pk).document).ageing, days=1).gained(-3) == 0
