"""A donor's report: machines, never people; each figure with its source and what it does not know."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillon.collection.commands import announce_lot
from maillon.distribution.donor_report import paper, queries, rules
from maillon.distribution.donor_report.commands import tell_stock
from maillon.distribution.donor_report.models import RetiredStock
from maillon.distribution.donor_report.rules import Age, Fate, Given, Period
from maillon.hardware.model import Kind
from maillon.kernel import codes
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.territory.models import Organisation
from maillon.workshop import moves
from maillon.workshop.life import State
from maillon.workshop.models import Device
from tests.allocation.promises import make_promise, make_request, ready_device
from tests.distribution.help_world import machine
from tests.world import make_world

pytestmark = pytest.mark.usefixtures("english")
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def pages_in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def town(world):
    """The donor is a town: a public body."""
    Organisation.objects.filter(pk=world.donor.pk).update(kind="town")
    world.donor.refresh_from_db()
    return world


def given(world, **fields):
    """A machine of the donor on the bench, of the donor's lot."""
    return machine(world, **{"state": "ready", **fields})


def step(world, device, name, at, **answers):
    moves.take_step(actor=world.actor("coordinator"), device_id=device.id, step=name, at=at, answers=answers)


def at(year, month, day):
    return datetime(year, month, day, 12, tzinfo=UTC)


def report(world, who="donor", **more):
    return queries.report(world.actor(who), world.donor, until=TODAY, **more)


# --- rules


def test_every_state_has_a_fate_as_coarse_as_the_passport():
    fates = {state: rules.fate_of(state.value) for state in State}
    assert fates[State.HANDED_OVER] is Fate.IN_USE and fates[State.LOST] is Fate.LOST
    assert fates[State.RESERVED] is fates[State.READY] is Fate.AVAILABLE  # for whom it is kept is nobody's business
    assert {fates[state] for state in (State.RECEIVED, State.ERASED, State.CHECKED, State.RETURNED)} == {Fate.PREPARING}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], []),
        ([("received", 1)], []),
        ([("handed_over", 2)], [(2, None)]),
        ([("handed_over", 2), ("returned", 9), ("handed_over", 12)], [(2, 9), (12, None)]),
        ([("handed_over", 2), ("lost", 5), ("restored", 7)], [(2, 5)]),
        ([("handed_over", 2), ("handed_over", 4), ("recycled", 6)], [(2, 6)]),
    ],
)
def test_periods_of_service(steps, expected):
    day = lambda number: date(2026, 1, number) if number else None  # noqa: E731
    found = rules.periods([(name, day(number)) for name, number in steps])
    assert found == [Period(day(start), day(end)) for start, end in expected]


def test_days_served_go_to_the_day_of_the_report():
    served = [Period(date(2025, 1, 1), date(2025, 3, 1)), Period(date(2026, 11, 20), None)]
    assert rules.days_served(served, TODAY) == 59 + 4
    assert rules.days_served([Period(date(2027, 1, 1), None)], TODAY) == 0


def test_emissions_are_a_range_from_nothing_of_laptops_alone():
    told = rules.avoided([(Kind.NOTEBOOK, 3653), (Kind.CONVERTIBLE, 0), (Kind.DESKTOP, 1000), (Kind.TABLET, 500)])
    assert (told.low, round(told.high)) == (0, 270)  # ten years of 27 kg
    assert (told.machines, told.others, told.others_days) == (2, 2, 1500)
    assert rules.avoided([]).high == 0


def test_emissions_grow_with_the_years_served_only():
    one, two = (rules.avoided([(Kind.NOTEBOOK, days)]).high for days in (365, 730))
    assert two == pytest.approx(2 * one) and one < 28  # never the footprint of making one, some 200 kg


@pytest.mark.parametrize(
    ("bought", "not_before", "age"),
    [
        (date(2016, 6, 1), None, Age.WITHIN),
        (date(2016, 5, 31), None, Age.OVER),
        (date(2016, 5, 31), 2025, Age.OVER),  # the day told goes before
        (None, 2017, Age.WITHIN),
        (None, 2016, Age.UNKNOWN),  # bought that year or much later
        (None, None, Age.UNKNOWN),
    ],
)
def test_age_when_retired(bought, not_before, age):
    assert rules.age_when_retired(date(2026, 6, 1), bought, not_before) is age


def test_a_machine_bought_on_a_29th_of_february_has_a_tenth_birthday():
    assert rules.age_when_retired(date(2026, 2, 28), date(2016, 2, 29), None) is Age.WITHIN


@pytest.mark.parametrize(("year", "percent"), [(2022, None), (2023, 25), (2024, 35), (2025, 50), (2031, 50)])
def test_targets_of_the_decree(year, percent):
    assert rules.target(year) == percent


def one(year=2025, kind=Kind.NOTEBOOK, age=Age.WITHIN, fate=Fate.IN_USE, served=True):
    return Given(year, kind, age, fate, served)


def test_the_rate_of_reuse_is_told_with_what_is_missing():
    machines = [
        *[one()] * 4,
        *[one(fate=Fate.PREPARING, served=False)] * 2,
        one(fate=Fate.RECYCLED, served=True),  # it served before
        *[one(fate=Fate.RECYCLED, served=False)] * 3,
        one(age=Age.OVER),
        *[one(age=Age.UNKNOWN)] * 2,
        one(kind=Kind.SERVER),
        one(fate=Fate.EXPECTED, served=False),  # not here yet
        one(year=2024),
    ]
    [year, before] = rules.reuse(machines, {2025: 20})
    assert (year.oriented, year.proved, year.not_reused) == (7, 5, 3)
    assert (year.left_out, year.age_unknown, year.other_kinds) == (1, 2, 1)
    assert (year.rate, year.rate_proved, year.target) == (7 / 20, 5 / 20, 50)
    assert (before.stock, before.rate, before.target) == (None, None, 35)


def test_a_year_told_before_any_machine_came_has_its_rate():
    [year] = rules.reuse([], {2026: 10})
    assert (year.oriented, year.rate, year.more_than_stock) == (0, 0, False)
    [nothing] = rules.reuse([], {2026: 0})
    assert nothing.rate is None


def test_more_than_the_stock_is_said():
    assert rules.reuse([one()] * 3, {2025: 2})[0].more_than_stock


# --- the report


def test_each_machine_with_what_became_of_it(world):
    used, back, bench = ready_device(world), ready_device(world), given(world, state="erased")
    Device.objects.update(donor=world.donor)
    step(world, used, "handed_over", at(2025, 11, 24), reference="R-1")
    step(world, back, "handed_over", at(2026, 1, 1), reference="R-2")
    step(world, back, "returned", at(2026, 4, 1), condition="B")
    told = report(world)
    rows = {machine.code: machine for machine in told.machines}
    assert rows[used.code].fate is Fate.IN_USE and rows[used.code].since == date(2025, 11, 24)
    assert round(rows[used.code].years, 2) == 1.0
    assert (rows[back.code].fate, rows[back.code].since, rows[back.code].days) == (Fate.PREPARING, None, 90)
    assert not rows[bench.code].served
    assert told.fates == {Fate.PREPARING: 2, Fate.IN_USE: 1} and told.days == 365 + 90
    assert round(told.avoided.high) == round(27 * 455 / 365.25)


def test_certificates_are_those_of_the_machine_s_disks(world):
    device = ready_device(world)
    Device.objects.filter(pk=device.pk).update(donor=world.donor)
    [row] = report(world).machines
    [number] = row.certificates
    assert Entry.objects.filter(stream=f"device:{device.id}", payload__contains=number).exists()


def test_a_year_shows_the_machines_that_came_in_it(world):
    given(world, created_at=at(2024, 5, 1))
    given(world, created_at=at(2026, 5, 1))
    assert [len(report(world, year=year).machines) for year in (None, 2024, 2025, 2026)] == [2, 1, 0, 1]
    assert report(world).years == (2026, 2024)


def test_only_a_public_body_s_gifts_have_a_rate(town):
    public = announce_lot(actor=town.actor("coordinator"), donor_id=town.donor.pk, holder_id=town.workshop.pk)
    given(town, lot=public, created_at=at(2025, 3, 1), state="handed_over")
    company = announce_lot(
        actor=town.actor("coordinator"), donor_id=town.donor.pk, holder_id=town.workshop.pk, regime="company"
    )
    given(town, lot=company, created_at=at(2025, 3, 1))
    tell_stock(actor=town.actor("donor"), donor=town.donor, year=2025, count=4)
    told = report(town)
    [year] = told.reuse
    assert told.public and year.age_unknown == 1 and year.oriented == 0  # no reading says how old it is
    assert (year.stock, year.rate) == (4, 0)


def test_a_company_has_no_rate(world):
    given(world)
    told = report(world)
    assert not told.public and told.reuse == ()
    with pytest.raises(Refusal, match="asked of public bodies"):
        tell_stock(actor=world.actor("donor"), donor=world.donor, year=2025, count=4)


def test_the_age_comes_from_the_list_then_from_the_processor(town):
    device = ready_device(town)  # its processor, an i5-7300U, came out in 2016
    who, day = town.actor("coordinator"), date(2025, 6, 1)
    lot = announce_lot(actor=who, donor_id=town.donor.pk, holder_id=town.workshop.pk, agreed_on=day)
    Device.objects.filter(pk=device.pk).update(donor=town.donor, lot=lot)
    snapshot = device.snapshots.first()
    assert report(town).reuse[0].oriented == 1
    told = {"2010-01-05": (0, 1, 0), "2020-01-05": (1, 0, 0), "2012": (0, 0, 1)}  # a year alone is not sure
    for bought, counts in told.items():
        type(snapshot).objects.filter(pk=snapshot.pk).update(notes={"purchase_date": bought})
        year = report(town).reuse[0]
        assert (year.oriented, year.left_out, year.age_unknown) == counts


def test_the_stock_is_told_by_the_donor_or_its_coordination_and_corrected(town):
    for who, count in (("donor", 40), ("coordinator", 38)):
        tell_stock(actor=town.actor(who), donor=town.donor, year=2025, count=count)
    assert RetiredStock.objects.get().count == 38
    assert Entry.objects.filter(kind="donor.stock_told").count() == 2
    for who in ("technician", "head", "mediator"):
        with pytest.raises(NotAllowed):
            tell_stock(actor=town.actor(who), donor=town.donor, year=2025, count=1)
    for year in (2022, queries.this_year() + 1):
        with pytest.raises(Refusal, match="not a year to tell"):
            tell_stock(actor=town.actor("donor"), donor=town.donor, year=year, count=1)


# --- who reads what


def test_a_donor_reads_its_own_report_alone(world):
    other = Organisation.objects.create(kind="donor", name="Autre", territory=world.coordination)
    assert queries.donor_of(world.actor("donor"), world.donor.pk) == world.donor
    with pytest.raises(NotFound):
        queries.donor_of(world.actor("donor"), other.pk)
    foreign = make_world(" étrangère")
    with pytest.raises(NotFound):
        queries.donor_of(world.actor("coordinator"), foreign.donor.pk)
    with pytest.raises(NotFound):
        queries.donor_of(world.actor("neighbour"), world.donor.pk)  # it holds none of its machines


def test_a_workshop_reads_of_those_it_holds_and_is_told_so(world, client):
    given(world)
    neighbour = Organisation.objects.get(name="Atelier voisin")
    Device.objects.create(code=codes.new_code(), territory=world.coordination, holder=neighbour, donor=world.donor)
    assert len(report(world, "donor").machines) == 2 == len(report(world, "coordinator").machines)
    told = report(world, "technician")
    assert len(told.machines) == 1 and told.partial
    client.force_login(world.users["technician"])
    assert "Only the machines that your workshop holds" in client.get(f"/dons/{world.donor.pk}/").content.decode()


def test_no_page_or_file_says_for_whom(world, client):
    request = make_request(world)
    device = make_promise(world, request=request).device
    Device.objects.filter(pk=device.pk).update(donor=world.donor)
    step(world, device, "handed_over", at(2026, 3, 17), reference=request.code)
    client.force_login(world.users["donor"])
    base = f"/dons/{world.donor.pk}/"
    page = client.get(base).content.decode()
    table = b"".join(client.get(f"{base}bilan.csv").streaming_content).decode()
    for text in (page, table):
        assert codes.pretty(device.code) in text
        for secret in (request.code, codes.pretty(request.code), "Prescripteur", "household", "2026-03-17", "March 17"):
            assert secret not in text
    assert "March 2026" in page and "2026-03" in table  # a month, not a day


def test_the_table_runs_nothing_in_a_spreadsheet(world, client):
    given(world, vendor="=HYPERLINK(1)", model="", asset_tag="@tag", serial="+33")
    client.force_login(world.users["donor"])
    table = b"".join(client.get(f"/dons/{world.donor.pk}/bilan.csv").streaming_content).decode()
    assert "'=HYPERLINK" in table and "'@tag" in table and "'+33" in table


def test_the_pdf_is_the_same_for_the_same_report(town, client):
    given(town, model='T470 #[box] "quotes"')
    tell_stock(actor=town.actor("donor"), donor=town.donor, year=2025, count=4)
    told = report(town)
    assert paper.pdf(told) == paper.pdf(told)
    client.force_login(town.users["donor"])
    answer = client.get(f"/dons/{town.donor.pk}/bilan.pdf?annee={queries.this_year()}")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")


def test_the_page_of_who_gave_nothing_yet_says_what_to_do(world, client):
    client.force_login(world.users["donor"])
    answer = client.get("/dons/", follow=True)
    page = answer.content.decode()
    assert answer.request["PATH_INFO"] == f"/dons/{world.donor.pk}/" and 'href="/lots/nouveau/"' in page
    assert "bilan.pdf" not in page and answer.content.count(b"btn-primary") == 1


def test_a_coordination_sees_its_donors_and_what_is_in_use(world, client):
    given(world, state="handed_over")
    given(world)
    client.force_login(world.users["coordinator"])
    page = client.get("/dons/").content.decode()
    assert f'href="/dons/{world.donor.pk}/"' in page
    assert queries.counts(world.actor("coordinator")) == {world.donor.pk: (2, 1)}


def test_a_public_donor_tells_its_stock_on_the_page(town, client):
    given(town, created_at=at(2025, 3, 1))
    client.force_login(town.users["donor"])
    base = f"/dons/{town.donor.pk}/"
    page = client.get(base).content.decode()
    assert "was not told: no rate" in page and "décret n° 2023-266" in page and "not legal advice" in page
    assert client.post(f"{base}stock/", {"year": "2025", "count": "many"}).status_code == 422
    assert client.post(f"{base}stock/", {"year": "2999", "count": "1"}).status_code == 409
    assert client.post(f"{base}stock/", {"year": "2025", "count": "8"}).status_code == 302
    assert "B: 8 in stock on 1 January." in client.get(base).content.decode()
    client.force_login(town.users["technician"])
    assert client.post(f"{base}stock/", {"year": "2025", "count": "1"}).status_code == 403


def test_the_page_goes_by_a_hundred(world, client, monkeypatch):
    from maillon.distribution.donor_report import views

    monkeypatch.setattr(views, "PER_PAGE", 2)
    machines = [given(world) for _ in range(3)]
    client.force_login(world.users["donor"])
    first = client.get(f"/dons/{world.donor.pk}/").content.decode()
    assert codes.pretty(machines[0].code) not in first and f"apres={machines[1].pk}" in first
    second = client.get(f"/dons/{world.donor.pk}/?apres={machines[1].pk}").content.decode()
    assert codes.pretty(machines[0].code) in second and 'href="?apres=' not in second


def test_the_report_costs_as_much_for_many_machines(world):
    def cost():
        actor = world.actor("donor")
        with CaptureQueriesContext(connection) as captured:
            queries.report(actor, world.donor)
        return len(captured)

    given(world)
    alone = cost()
    for _ in range(20):
        given(world)
    assert cost() == alone <= 10


def test_the_start_page_of_a_donor_leads_to_its_report_and_its_certificates(world, client):
    Device.objects.filter(pk=ready_device(world).pk).update(donor=world.donor)
    client.force_login(world.users["donor"])
    page = client.get("/").content.decode()
    assert "certificate of erasure" in page and "What became of your machines" in page
