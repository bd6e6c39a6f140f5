"""What anyone reads of the needs: no small count, no trace of one family, in the page, the exports and over time."""

import csv
import io
import json
from datetime import date
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


def test_a_small_count_and_its_complement_are_hidden(world):
    ask(world, 4, "44001")
    ask(world, 30, "44002")
    ask(world, 50, "44003")
    publishing.publish(world.coordination.pk)
    assert needed(world).parts["zone"] == {"44001": None, "44002": None, "44003": 50}
    assert needed(world).total == 84


def test_a_total_that_would_undo_the_uses_is_hidden(world):
    ask(world, 30, "44001")
    ask(world, 4, "44001", use="creation")  # one zone, two uses: 34 less the visible use would tell 4
    publishing.publish(world.coordination.pk)
    told = needed(world)
    assert told.parts["use"] == {"creation": None, "secondary": None}
    ask(world, 3, "44002", use="creation")
    publishing.publish(world.coordination.pk)
    assert all(count is None or count >= LEAST for part in needed(world).parts.values() for count in part.values())


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
    """A year of arrivals and departures: no cell moves for fewer than 11, and none can be had from total and others."""
    draw = Random(4)
    communes = ["44001", "44002", "44003"]
    last: dict[tuple[str, str, str], int | None] = {}
    for _day in range(40):
        for commune in communes:
            ask(world, draw.randrange(0, 5), commune, use=draw.choice(["secondary", "creation", "primary"]))
            here = Request.objects.filter(commune_id=commune, state="waiting").values_list("pk", flat=True)
            Request.objects.filter(pk__in=list(here[: draw.randrange(0, 4)])).update(state="served")
        publishing.publish(world.coordination.pk)
        for measure in publishing.measures(world.coordination.pk):
            for part, cells in measure.parts.items():
                hidden = [key for key, count in cells.items() if count is None]
                if measure.total is not None and hidden:
                    rest = measure.total - sum(count for count in cells.values() if count is not None)
                    assert len(hidden) >= 2
                    assert part == "use" or rest >= LEAST  # a use's cells settle apart from the total
                for key, count in cells.items():
                    before = last.get((measure.name, part, key))
                    assert count is None or count >= LEAST
                    if count is not None and before is not None and count != before:
                        assert abs(count - before) >= LEAST
                    if count is not None:
                        last[measure.name, part, key] = count


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
    assert "Première" in page and "not shown" in page and ">50<" in page and ">4<" not in page
    told = json.loads(client.get(f"{address}donnees.json").content)["figures"]
    lines = list(csv.DictReader(io.StringIO(client.get(f"{address}donnees.csv").content.decode())))
    assert [(row["key"], row["count"] or None) for row in lines] == [
        (row["key"], str(row["count"]) if row["count"] is not None else None) for row in told
    ]
    zone = {row["key"]: row["count"] for row in told if row["measure"] == "needed" and row["part"] == "zone"}
    assert zone == {"44001": None, "44002": None, "44003": 50}


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
