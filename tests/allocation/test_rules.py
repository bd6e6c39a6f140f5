"""The rules: what they refuse, where they put a request, and what they say of themselves."""

import copy
from datetime import date, timedelta

import pytest

from maillon.allocation import telling
from maillon.allocation.rules import CRITERIA, DEFAULT, LEVELS, RequestFacts, RulesRefused, read, standing_of
from maillon.needs.vocabulary import Criterion

DAY = date(2026, 11, 24)
RULES = read(DEFAULT)


def facts(*criteria, waited=0, needed_in=None):
    deadline = DAY + timedelta(days=needed_in) if needed_in is not None else None
    return RequestFacts(frozenset(criteria), DAY - timedelta(days=waited), deadline, DAY)


def changed(**parts):
    document = copy.deepcopy(DEFAULT)
    for where, value in parts.items():
        *path, last = where.split("__")
        inside = document
        for key in path:
            inside = inside[int(key) if key.isdigit() else key]
        inside[last] = value
    return document


def refused(document):
    with pytest.raises(RulesRefused) as caught:
        read(document)
    return [refusal.where for refusal in caught.value.refusals]


def test_each_criterion_of_a_request_is_known_to_the_rules():
    assert set(CRITERIA) == {*Criterion.values, "priority_district", "partner"}


def test_the_default_grid_reaches_its_most_and_no_more():
    everything = standing_of(facts(*CRITERIA), RULES)
    assert everything.points == RULES.points_max == 100


@pytest.mark.parametrize(
    ("criteria", "points"),
    [
        ((), 0),
        (("no_computer",), 30),
        (("no_computer", "smartphone_only"), 30),  # the best of the two
        (("smartphone_only", "job_search", "income_b", "partner"), 25 + 20 + 12 + 10),
        (("income_c", "recent_accident"), 20),  # an accident counts for the income that last year's papers do not tell
        (("newcomer",), 0),
    ],
)
def test_points_are_the_sum_of_the_best_line_of_each_group(criteria, points):
    standing = standing_of(facts(*criteria), RULES)
    assert standing.points == points == sum(line.points for line in standing.lines if line.counted)


def test_each_line_is_told_even_when_a_better_one_counts():
    lines = standing_of(facts("no_computer", "smartphone_only"), RULES).lines
    assert [(line.criterion, line.points, line.counted) for line in lines] == [
        ("no_computer", 30, True),
        ("smartphone_only", 25, False),
    ]


@pytest.mark.parametrize(
    ("criteria", "more", "tier"),
    [
        (("replacement",), {}, 0),
        (("no_computer",), {"needed_in": 14}, 1),
        (("no_computer",), {"needed_in": 15}, 2),
        (("no_computer",), {"needed_in": -3}, 1),  # overdue
        (("schooling",), {"needed_in": 3}, 3),  # it has a computer
        (("emergency_housing", "smartphone_only"), {}, 1),
        (("emergency_housing",), {}, 3),
        (("schooling",), {"waited": 179}, 3),
        (("schooling",), {"waited": 180}, 2),  # nobody starves
        ((), {}, 3),
    ],
)
def test_the_tier_is_the_first_whose_condition_holds(criteria, more, tier):
    assert standing_of(facts(*criteria, **more), RULES).tier == tier


@pytest.mark.parametrize(("waited", "aged"), [(0, 0), (13, 0), (14, 2), (28, 4), (1000, 30), (-5, 0)])
def test_waiting_adds_points_by_steps_up_to_a_most(waited, aged):
    assert standing_of(facts(waited=waited), RULES).aged == aged


def test_everything_wrong_is_told_at_once():
    document = changed(
        levels=["tier"],
        points__no_computer=-1,
        points__nonsense=3,
        tiers__1__name="",
        tiers__2__any=[],
        ageing__days=0,
        limits__territory={"floor": 5, "cap": 2},
        distance__reach=1.5,
        surprise=1,
    )
    assert set(refused(document)) == {
        "surprise",
        "levels",
        "points.no_computer",
        "points.nonsense",
        "tiers.1.name",
        "tiers.2.any",
        "ageing.days",
        "limits.territory",
        "distance.reach",
    }


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (None, "rules"),
        ([], "rules"),
        (changed(schema="alloc-rules/2"), "schema"),
        (changed(points_max=99), "points_max"),
        (changed(points__partner=11), "points_max"),
        (changed(points__partner=True), "points.partner"),
        (changed(exclusive=[["no_computer"], ["no_computer"]]), "exclusive.1"),
        (changed(exclusive=[["vip"]]), "exclusive.0"),
        (changed(tiers=[]), "tiers"),
        (changed(tiers=[{"name": "x", "any": [{}]}] * 17), "tiers"),
        (changed(tiers__3__any=[{"all": ["partner"]}]), "tiers.3.any"),
        (changed(tiers__0__any=[{}]), "tiers.0.any"),
        (changed(levels=["fairness", *(name for name in DEFAULT["levels"] if name != "fairness")]), "levels"),
        (changed(tiers__0__any=[{"all": "replacement"}]), "tiers.0.any.0.all"),
        (changed(tiers__0__any=[{"deadline_days": "3"}]), "tiers.0.any.0.deadline_days"),
        (changed(limits__districts={"Dervallières !": {"floor": 0, "cap": None}}), "limits.districts"),
        (changed(limits__prescribers={"default": {"floor": 0}}), "limits.prescribers.default.cap"),
        (changed(levels=[*LEVELS[:-1], "floors"]), "levels"),
    ],
)
def test_what_is_refused_is_named(document, where):
    assert where in refused(document)


def test_limits_of_whoever_is_not_named_are_the_default_ones():
    rules = read(changed(limits__districts={"44109": {"floor": 3, "cap": None}, "default": {"floor": 0, "cap": 9}}))
    assert rules.limits.of_district("44109").floor == 3
    assert rules.limits.of_district("44190").cap == 9
    assert rules.limits.of_prescriber("x").cap is None


def test_the_rules_tell_themselves_and_what_was_changed():
    rules = read(changed(points__no_computer=20, limits__districts={"44109": {"floor": 3, "cap": None}}))
    said = {str(said.what): str(said.source) for part in telling.sections(rules, RULES) for said in part.said}
    assert said["no computer at home: adds 20 points"] == "decided by the coordination"
    assert said["a telephone only: adds 25 points"] == (
        "ours, from what associations practise: a first proposal, to adjust"
    )
    least = "at least 3 machines each time, if possible, with those promised and not handed over."
    assert said[f"District 44109: {least}"] == "decided by the coordination"
    [tier] = [said for part in telling.sections(RULES, RULES) for said in part.said if "Tier 2" in str(said.what)]
    assert str(tier.more[0]) == "no computer at home or a telephone only, and needed within 14 days"
