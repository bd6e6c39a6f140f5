"""From a report to actions that are followed, each to its indicator."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from maillon.allocation import promises
from maillon.consultation.commands import receive
from maillon.consultation.plan import commands, lists, queries
from maillon.consultation.plan.commands import Card
from maillon.consultation.plan.models import Action, Indicator, Line, Measure, Source, Status
from maillon.demo.consultation import TRAME
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from tests.allocation.promises import make_promise
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
TODAY = date(2026, 11, 24)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def actor(world):
    return world.actor("prescriber")


@pytest.fixture
def report(actor):
    return receive(actor=actor, data=TRAME.read_bytes(), name="trame.md")


@pytest.fixture
def followed(actor, report):
    commands.follow(actor=actor, report_id=report.pk, today=TODAY)
    return report


@pytest.fixture
def client(client, world):
    client.force_login(world.users["prescriber"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def indicator(label):
    return next(each for each in Indicator.objects.all() if label in queries.vault.unseal(each.label, queries.USE))


def card(action, **changed):
    said = commands.read(action.said)
    return Card(**{**said, "start": action.start, "end": action.end, "status": Status(action.status), **changed})


def test_a_plan_becomes_actions_with_the_times_understood(actor, followed):
    plan = queries.plan(actor, TODAY)
    assert [line.what for line in plan.lines] == [["Équiper"], ["Anticiper"]]
    assert [[row.how for row in line.actions] for line in plan.lines] == [
        ["Demander dix ordinateurs en prêt", "Faire remplir le questionnaire d'équipement"],
        [
            "Choisir en conseil des maîtres les deux outils de l'école",
            "Écrire la charte de communication avec les familles",
        ],
    ]
    first, second = (line.actions[0].action for line in plan.lines)
    assert (first.start, first.end) == (date(2027, 9, 1), date(2027, 9, 30))  # said in November: the next one
    assert (second.start, second.end) == (date(2026, 5, 1), date(2027, 7, 5))
    assert [row.label for row in plan.lines[1].indicators] == ["Connexions à l'ENT", "Nombre de décrocheurs"]
    later = queries.plan(actor, date(2027, 8, 1))
    assert not plan.lines[1].actions[0].late and later.lines[1].actions[0].late


def test_its_words_are_sealed(followed):
    kept = json.dumps([list(model.objects.values()) for model in (Line, Action, Indicator)], default=str)
    told = json.dumps(list(Entry.objects.values()), default=str)
    for words in ("ordinateurs", "directrice", "ENT"):
        assert words not in kept and words not in told


def test_a_plan_followed_again_adds_what_is_new_alone(actor, followed):
    assert commands.follow(actor=actor, report_id=followed.pk) == 0
    assert Action.objects.count() == 4 and Indicator.objects.count() == 4
    Action.objects.first().delete()
    assert commands.follow(actor=actor, report_id=followed.pk) == 1


def test_a_report_without_a_plan_says_so(actor):
    bare = receive(actor=actor, data=b"# Trame de restitution\n\nA\n\n## Idees\n\n- une", name="a.md")
    with pytest.raises(Refusal, match="no plan"):
        commands.follow(actor=actor, report_id=bare.pk)


def test_a_state_has_its_reason_and_days_their_order(actor, followed):
    action = Action.objects.first()
    for status in (Status.DONE, Status.SET_ASIDE):
        with pytest.raises(Refusal, match="Nothing says"):
            commands.change(actor=actor, action_id=action.pk, card=card(action, status=status), version=1)
    with pytest.raises(Refusal, match="end before"):
        wrong = card(action, start=date(2027, 1, 2), end=date(2027, 1, 1))
        commands.change(actor=actor, action_id=action.pk, card=wrong, version=1)
    done = card(action, status=Status.DONE, evidence="Compte rendu du conseil d'école")
    commands.change(actor=actor, action_id=action.pk, card=done, version=1)
    with pytest.raises(Refusal, match="Somebody changed"):
        commands.change(actor=actor, action_id=action.pk, card=done, version=1)
    entry = Entry.objects.get(kind="action.changed")
    assert entry.data == {"status": "done", "former": "planned"}


@pytest.mark.parametrize("who", ["coordinator", "mediator", "technician"])
def test_others_see_nothing_of_it(world, followed, who):
    stranger = world.actor(who)
    assert queries.plan(stranger, TODAY).lines == []
    action, found = Action.objects.first(), Indicator.objects.first()
    with pytest.raises((NotAllowed, NotFound)):
        commands.change(actor=stranger, action_id=action.pk, card=card(action), version=1)
    with pytest.raises((NotAllowed, NotFound)):
        commands.measure(actor=stranger, indicator_id=found.pk, on=TODAY, value=Decimal(1), source="")


def test_an_indicator_goes_from_where_it_starts_to_what_is_expected(actor, followed):
    found = indicator("décrocheurs")
    aim = {"source": Source.TYPED, "baseline": Decimal(12), "expected": Decimal(2), "unit": "élèves"}
    today = timezone.localdate()
    commands.aim(actor=actor, indicator_id=found.pk, **aim, next_on=today, since=None)
    (row,) = queries.indicator_rows(actor, Indicator.objects.filter(pk=found.pk), today)
    assert row.due and row.value is None and row.reached is None
    commands.measure(actor=actor, indicator_id=found.pk, on=today, value=Decimal(7), source="appel du matin")
    commands.measure(actor=actor, indicator_id=found.pk, on=today, value=Decimal(8), source="appel, corrigé")
    (row,) = queries.indicator_rows(actor, Indicator.objects.filter(pk=found.pk), today)
    assert (row.value, row.reached, row.due) == (8, 0.4, False) and Measure.objects.count() == 1
    with pytest.raises(Refusal, match="yet to come"):
        tomorrow = today + timedelta(days=1)
        commands.measure(actor=actor, indicator_id=found.pk, on=tomorrow, value=Decimal(1), source="")


def test_an_indicator_fills_itself_from_what_the_platform_did(world, actor, followed):
    found = indicator("Ordinateurs remis")
    aim = {"baseline": Decimal(0), "expected": Decimal(2), "unit": "", "next_on": None}
    commands.aim(actor=actor, indicator_id=found.pk, source=Source.MACHINES, since=date(2026, 1, 1), **aim)
    mine = Indicator.objects.filter(pk=found.pk)
    assert queries.indicator_rows(actor, mine, TODAY)[0].value == 0
    made = make_promise(world)
    promises.keep_promise(world.actor("coordinator"), made.pk)
    (row,) = queries.indicator_rows(actor, mine, TODAY)
    assert (row.value, row.reached) == (1, 0.5)
    with pytest.raises(Refusal, match="counted by the platform"):
        commands.measure(actor=actor, indicator_id=found.pk, on=TODAY, value=Decimal(9), source="")
    commands.aim(actor=actor, indicator_id=found.pk, source=Source.REQUESTS, since=date(2026, 1, 1), **aim)
    assert queries.indicator_rows(actor, mine, TODAY)[0].value == 1


def test_the_pages_follow_an_action_to_its_indicator(client, report):
    page = client.post(f"/consultations/{report.pk}/suivre/", follow=True).content.decode()
    assert "4 actions are followed." in page and "Demander dix ordinateurs" in page
    action = next(each for each in Action.objects.all() if "dix ordinateurs" in commands.read(each.said)["how"])
    address = f"/consultations/plan/actions/{action.pk}/"
    sent = {"how": "Demander dix ordinateurs", "carrier": "La direction", "status": "done", "version": "1"}
    assert client.post(address, sent).status_code == 409
    page = client.post(address, sent | {"evidence": "Dix prêts signés"}, follow=True).content.decode()
    assert "The action is up to date." in page and "La direction" in page
    found = indicator("Taux de retour")
    address = f"/consultations/plan/indicateurs/{found.pk}/"
    client.post(address, {"do": "aim", "source": "typed", "baseline": "60", "expected": "90", "unit": "%"})
    page = client.post(address, {"do": "measure", "on": "2026-11-02", "value": "75"}, follow=True).content.decode()
    assert "50%" in page and "75" in page
    assert client.post(address, {"do": "measure", "on": "", "value": "x"}).status_code == 422


def test_the_trame_s_own_indicators_are_ready(followed):
    units = {queries.vault.unseal(each.label, queries.USE): each.unit for each in Indicator.objects.all()}
    assert units["Nombre de décrocheurs"] == "pupils" and units["Connexions à l'ENT"] == "logins a week"
    assert units["Taux de retour des cahiers : écart entre l'existant et l'attendu"] == "%"


@pytest.mark.parametrize(
    "data",
    [
        "jour;valeur;source\n01/09/2026;12;appel\n2026-10-01;9,5;\n\n",
        '01/09/2026,12,appel\n01/10/2026,"9,5",\n',
        "01/09/2026\t12\tappel\n01/10/2026\t9,5\t\n",
    ],
)
def test_measures_enter_from_a_list(client, followed, data):
    found = indicator("décrocheurs")
    sent = {"do": "list", "file": SimpleUploadedFile("a.csv", data.encode())}
    client.post(f"/consultations/plan/indicateurs/{found.pk}/", sent)
    kept = [(each.on, each.value, source) for each, source in queries.sources(list(found.measures.all()))]
    assert kept == [(date(2026, 10, 1), Decimal("9.5"), ""), (date(2026, 9, 1), 12, "appel")]


def test_a_list_with_one_wrong_row_enters_nothing(client, followed):
    found = indicator("décrocheurs")
    data = "01/09/2026;12\n31/02/2026;3\n01/10/2026;beaucoup\n01/10/2999;3\n"
    sent = {"do": "list", "file": SimpleUploadedFile("a.csv", data.encode())}
    answer = client.post(f"/consultations/plan/indicateurs/{found.pk}/", sent)
    assert answer.status_code == 409 and not Measure.objects.exists()
    for said in ("row 2: “31/02/2026” is no day", "row 3: “beaucoup” is no number", "row 4: this day is yet to come"):
        assert said in answer.content.decode()


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"titres;sans;mesure"])
def test_what_is_no_list_is_said(actor, followed, data):
    with pytest.raises(Refusal):
        lists.enter(actor=actor, indicator_id=indicator("décrocheurs").pk, data=data)


def test_the_plan_costs_the_same_whatever_its_size(client, actor, followed, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        client.get("/consultations/plan/")
    for number in range(3):
        data = TRAME.read_bytes().replace(b"Octobre 2026", f"{number + 1} octobre 2026".encode())
        commands.follow(actor=actor, report_id=receive(actor=actor, data=data, name="a.md").pk)
    with django_assert_max_num_queries(9):
        client.get("/consultations/plan/")
