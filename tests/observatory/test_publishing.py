"""What anyone reads of the needs: no small count, no trace of one family, in the page, the exports and over time."""

import csv
import io
import json
from datetime import date, timedelta
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone

from maillon.kernel.codes import new_code
from maillon.kernel.masking import LEAST
from maillon.needs.models import Request
from maillon.observatory import publishing
from maillon.observatory.models import Published
from maillon.territory.models import Commune, District
from tests.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = make_world()
    for code, name in (("44001", "Première"), ("44002", "Deuxième"), ("44003", "Troisième")):
        Commune.objects.create(code=code, name=name)
    District.objects.create(code="QN04499N", name="Quartier fictif")
    made.prescriber = made.users["prescriber"].memberships.get().organisation
    return made


def ask(world, count, commune, *, district=None, state="waiting", use="secondary"):
    rows = [
        Request(
            code=new_code(),
            territory=world.coordination,
            prescriber=world.prescriber,
            beneficiary="household",
            use=use,
            commune_id=commune,
            district_id=district,
            state=state,
            since=date(2026, 9, 1),
        )
        for _ in range(count)
    ]
    Request.objects.bulk_create(rows)


def needed(world):
    return next(each for each in publishing.measures(world.coordination.pk) if each.name == "needed")


def test_counts_are_published_by_district_commune_and_use(world):
    ask(world, 20, "44001")
    ask(world, 15, "44002", state="promised", use="creation")
    ask(world, 12, "44002", district="QN04499N")
    ask(world, 40, "44003", state="served")
    ask(world, 40, "44003", state="withdrawn")
    assert publishing.publish(world.coordination.pk) > 0
    *_machines, told, served = publishing.measures(world.coordination.pk)
    assert told.parts["zone"] == {"44001": 20, "44002": 15, "QN04499N": 12} and told.total == 47
    assert told.parts["use"] == {"creation": 15, "secondary": 32}
    assert served.parts["zone"] == {"44003": 40} and served.total == 40


def test_nothing_is_told_before_it_is_published(world):
    ask(world, 30, "44001")
    assert needed(world).parts["zone"] == {} and needed(world).total is None


def test_a_platform_that_counted_nothing_yet_says_so(client, world):
    def page():
        shown = client.get(f"/chiffres/{world.coordination.pk}/", headers={"accept-language": "en"})
        return shown.content.decode()

    assert "Nothing was counted yet" in page()
    publishing.publish(world.coordination.pk)
    assert "Nothing was counted yet" not in page() and "Machines available" in page()


def test_a_small_place_is_told_with_the_others_and_never_alone(world):
    ask(world, 4, "44001")
    ask(world, 30, "44002")
    ask(world, 50, "44003")
    publishing.publish(world.coordination.pk)
    assert needed(world).parts["zone"] == {"44002": 30, "44003": 50} and needed(world).total == 80
    ask(world, 8, None)
    publishing.publish(world.coordination.pk)
    assert needed(world).parts["zone"] == {"": 12, "44002": 30, "44003": 50} and needed(world).total == 92


def test_the_first_family_of_a_place_is_not_seen_to_come(world):
    """Neither in the total of the next day, nor by its name among those not shown."""
    ask(world, 30, "44001")
    ask(world, 30, "44002")
    publishing.publish(world.coordination.pk)
    before = needed(world)
    ask(world, 1, "44003", use="creation")
    assert publishing.publish(world.coordination.pk) == 0 and needed(world) == before


def test_the_uses_do_not_undo_the_places_nor_the_places_the_uses(world):
    ask(world, 30, "44001")
    ask(world, 4, "44001", use="creation")  # one zone, two uses: 34 less the visible use would tell 4
    publishing.publish(world.coordination.pk)
    assert needed(world).total == 34 and needed(world).parts["use"] == {"secondary": None}
    other = make_world(" B")
    other.prescriber = other.users["prescriber"].memberships.get().organisation
    ask(other, 30, "44001", use="primary")
    ask(other, 20, "44001")
    ask(other, 4, "44002")  # 54 for their use, 50 in the place shown
    publishing.publish(other.coordination.pk)
    assert needed(other).total == 50 and needed(other).parts["use"] == {"primary": 30, "secondary": None}


def test_a_count_that_fell_leaves_on_the_first_of_a_month(world):
    ask(world, 15, "44001")
    ask(world, 40, "44002")
    publishing.publish(world.coordination.pk, on=date(2026, 9, 10))
    here = Request.objects.filter(commune_id="44001").values_list("pk", flat=True)
    Request.objects.filter(pk__in=list(here[:13])).update(state="withdrawn")
    for day in (11, 30):
        publishing.publish(world.coordination.pk, on=date(2026, 9, day))
        assert needed(world).parts["zone"] == {"44001": 15, "44002": 40}
    publishing.publish(world.coordination.pk, on=date(2026, 10, 1))
    assert needed(world).parts["zone"] == {"44002": 40} and needed(world).total == 40


def test_one_family_more_changes_nothing(world):
    ask(world, 20, "44001")
    ask(world, 20, "44002")
    publishing.publish(world.coordination.pk)
    before = needed(world)
    ask(world, 10, "44001")
    assert publishing.publish(world.coordination.pk) == 0 and needed(world) == before
    ask(world, 1, "44001")
    publishing.publish(world.coordination.pk)
    assert needed(world).parts["zone"]["44001"] == 31


def test_nobody_is_found_by_subtraction_from_one_day_to_the_next(world):
    """Two months of arrivals and departures, by one, by a few and by a class: what a reader who keeps every page has.

    Each figure, and each name, comes, moves or goes for 11 or more; the total is that of the places shown; what the
    uses shown lack of it is either nothing, or 11 or more; nothing goes but on the first of a month.
    """
    draw = Random(4)
    communes, uses = ["44001", "44002", "44003", None], ["secondary", "creation", "primary"]
    last = {}
    first = date(2026, 9, 1)
    seen = set()
    for day in range(60):
        today = first + timedelta(days=day)
        for commune in communes:
            ask(world, draw.choice((0, 0, 1, 2, 12 if day % 9 == 0 else 0)), commune, use=draw.choice(uses))
            here = Request.objects.filter(commune_id=commune, state="waiting").values_list("pk", flat=True)
            gone = draw.choice((0, 1, 3, 14 if day % 7 == 0 else 0))
            Request.objects.filter(pk__in=list(here[:gone])).update(state=draw.choice(("served", "withdrawn")))
        publishing.publish(world.coordination.pk, on=today)
        for measure in publishing.measures(world.coordination.pk):
            zones, by_use = measure.parts.get("zone", {}), measure.parts.get("use", {})
            if zones:
                assert measure.total == sum(zones.values())
                lacking = measure.total - sum(count for count in by_use.values() if count is not None)
                assert not 0 < abs(lacking) < LEAST
                assert lacking or None not in by_use.values()
            kept = {(measure.name, part, key) for part, cells in measure.parts.items() for key in cells}
            for cell in kept | {cell for cell in last if cell[0] == measure.name}:
                _name, part, key = cell
                count, before = measure.parts[part].get(key, 0), last.get(cell, 0)
                if count is None:
                    continue
                assert count == 0 or count >= LEAST
                assert count == before or abs(count - before) >= LEAST
                assert count or not before or today.day == 1
                seen |= {"gone"} if before and not count else {"moved"} if count != before else set()
                last[cell] = count
    assert seen == {"gone", "moved"}


def test_a_few_machines_given_are_a_few_families(client, world):
    """A machine given is a family served: under 11 they are told nowhere, page and exports."""
    now = timezone.now()
    for measure, count in (("available", 5), ("given", LEAST - 1)):
        Published.objects.create(
            territory=world.coordination, measure="machines", part=measure, key="", count=count, since=now
        )
    address = reverse("observatory:territory-figures", args=[world.coordination.pk])
    page = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert '"board-value">5<' in page and '"board-value">10<' not in page and "Not shown" in page
    told = {row["measure"]: row["count"] for row in json.loads(client.get(f"{address}donnees.json").content)["figures"]}
    assert told["machines_available"] == 5 and told["machines_given"] is None
    Published.objects.filter(part="given").update(count=LEAST)
    assert [each.total for each in publishing.measures(world.coordination.pk)][:2] == [5, LEAST]


def test_no_cache_keeps_a_page_that_names_its_reader(client, world):
    client.force_login(world.users["coordinator"])
    address = reverse("observatory:territory-figures", args=[world.coordination.pk])
    assert client.get(address).headers["Cache-Control"] == "private, no-store"
    client.logout()
    assert "public" not in client.get(address).headers["Cache-Control"]
    assert "public" in client.get(f"{address}donnees.json").headers["Cache-Control"]


def test_page_and_exports_tell_the_same(client, world):
    ask(world, 4, "44001")
    ask(world, 30, "44002")
    ask(world, 50, "44003")
    publishing.publish(world.coordination.pk)
    address = reverse("observatory:territory-figures", args=[world.coordination.pk])
    page = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "Première" not in page and "Deuxième" in page and ">50<" in page and ">4<" not in page
    told = json.loads(client.get(f"{address}donnees.json").content)["figures"]
    lines = list(csv.DictReader(io.StringIO(client.get(f"{address}donnees.csv").content.decode())))
    assert [(row["key"], row["count"] or None) for row in lines] == [
        (row["key"], str(row["count"]) if row["count"] is not None else None) for row in told
    ]
    zone = {row["key"]: row["count"] for row in told if row["measure"] == "needed" and row["part"] == "zone"}
    assert zone == {"44002": 30, "44003": 50}


def test_no_name_is_a_formula_in_the_export(client, world):
    Commune.objects.filter(code="44002").update(name="=HYPERLINK(1)")
    ask(world, 30, "44002")
    publishing.publish(world.coordination.pk)
    address = reverse("observatory:territory-figures", args=[world.coordination.pk])
    names = [row["name"] for row in csv.DictReader(io.StringIO(client.get(f"{address}donnees.csv").content.decode()))]
    assert "'=HYPERLINK(1)" in names and not any(name.startswith("=") for name in names)


def test_another_territory_is_apart(client, world):
    other = make_world(" B")
    ask(world, 30, "44001")
    publishing.publish(world.coordination.pk)
    publishing.publish(other.coordination.pk)
    theirs = Published.objects.filter(territory=other.coordination)
    assert set(theirs.values_list("measure", "count")) == {("machines", 0)}
    assert client.get(reverse("observatory:figures")).status_code == 200
    unknown = reverse("observatory:territory-figures", args=[world.workshop.pk])
    assert client.get(unknown).status_code == 404


def test_publishing_costs_the_same_whatever_the_queue(world, django_assert_max_num_queries):
    ask(world, 200, "44001")
    publishing.publish(world.coordination.pk)
    ask(world, 200, "44001")
    with django_assert_max_num_queries(20):
        publishing.publish(world.coordination.pk)
    with django_assert_max_num_queries(1):
        publishing.measures(world.coordination.pk)
