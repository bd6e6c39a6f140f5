"""Lists of requests: any spreadsheet, its columns proposed, each row checked, nothing entered twice, names sealed."""

import csv as csv_module
import datetime
import io
import json

import pytest
from django.utils import timezone
from django.utils.translation import override

from maillon.hardware.tables import Table
from maillon.kernel.actor import system
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs.commands import file_request, read_identity
from maillon.needs.lists import columns, commands, files, jobs, words
from maillon.needs.lists.models import KEPT_DAYS, RequestList
from maillon.needs.models import Request
from maillon.territory.districts import import_districts
from maillon.territory.models import Membership, Place, User
from tests.needs.list_files import ROWS, TITLES, check, communes, csv, ods, receive, sentences, xlsx
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    communes()
    return make_world()


def enter(world, listed):
    return commands.enter(actor=world.actor("prescriber"), list_id=listed.pk)


def rest_of(world, listed):
    return commands.open_rest(world.actor("prescriber"), listed)


def rows_of_csv(pieces):
    return list(csv_module.reader(io.StringIO("".join(pieces).removeprefix("\ufeff")), delimiter=";"))


# -- reading


@pytest.mark.parametrize(
    "data",
    [
        csv(),
        csv(delimiter=","),
        csv(encoding="cp1252"),
        xlsx(),
        xlsx(above=[["Demandes de l'année"], []]),
        ods(),
    ],
    ids=["csv", "commas", "cp1252", "xlsx", "below", "ods"],
)
def test_any_spreadsheet_becomes_requests(world, data):
    listed = enter(world, receive(world, data))
    assert [len(listed.entered), listed.wrong, listed.state] == [3, 0, "entered"]
    first, second, third = Request.objects.order_by("created_at")
    assert (first.use, first.kinds, first.commune_id) == ("secondary", ["convertible", "notebook"], "44109")
    assert (second.use, second.commune_id, len(second.kinds)) == ("administrative", "44162", 5)
    assert (third.use, third.kinds, third.commune_id) == ("video_call", ["tablet"], "44162")
    person = read_identity(actor=world.actor("prescriber"), request_id=first.pk, purpose="page")
    assert (person.name, person.phone) == ("Camille EXEMPLE", "+33612345678")


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Nom de l'élève", "name"),
        ("N° de dossier", "reference"),
        ("Tél. portable", "phone"),
        ("Téléphone du responsable", "phone"),
        ("Responsable légal 1", "contact"),
        ("Adresse e-mail", "email"),
        ("Adresse", "address"),
        ("Code postal", "postcode"),
        ("Ville de résidence", "commune"),
        ("Matériel souhaité", "machines"),
        ("Situation familiale", "criteria"),
        ("Justificatif vu le", "proof"),
        ("QPV", "district"),
        ("Langue parlée", "language"),
        ("Usage (démarches | école)", "use"),
        ("Quotient familial", "private"),
        ("Date de naissance", "private"),
        ("Nationalité", "private"),
        ("Handicap", "private"),
        ("Numéro de sécurité sociale", "private"),
        ("Classe", "other"),
        ("Nom de l’enfant", "name"),
        ("Portable des parents", "phone"),
        ("Mail des parents", "email"),
        ("Monoparental", "is_single_parent"),
        ("No computer at home", "is_no_computer"),
        ("Blabla", ""),
        ("", ""),
    ],
)
def test_a_column_is_recognised_by_the_words_of_schools_and_social_services(title, field):
    assert columns.title_field(title)[0] == field


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", ["csv", "ods"])
def test_the_empty_list_is_read_whole_and_each_word_it_gives_is_understood(language, kind, world):
    with override(language):
        for field in files.EMPTY:
            for value, name in words.choices(field) if field in words.SYNONYMS else ():
                assert words.choice(field, name, {}) == value, (field, name)
        data = files.empty_ods() if kind == "ods" else "".join(files.empty_csv()).encode()
    [table, *_notes] = commands.tables.read_tables(data, commands.LIMITS)
    guessed = columns.guess(table, {})
    assert tuple(column.field for column in guessed.columns) == files.EMPTY


def test_words_that_two_choices_fit_are_in_neither():
    for field, values in words.SYNONYMS.items():
        said = [word for synonyms in values.values() for word in synonyms.split("|")]
        assert len(said) == len(set(said)), field


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (612345678.0, "+33612345678"),
        ("612345678", "+33612345678"),
        ("'+33612345678", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("demander", None),
    ],
)
def test_a_telephone_that_a_spreadsheet_took_for_a_number_gets_its_zero_back(cell, expected):
    assert words.phone(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("18/03/2027", datetime.date(2027, 3, 18)),
        ("18-3-27", datetime.date(2027, 3, 18)),
        ("2027-03-18", datetime.date(2027, 3, 18)),
        (datetime.date(2027, 3, 18), datetime.date(2027, 3, 18)),
        ("31/02/2027", None),
        ("bientôt", None),
        ("03/2027", None),
    ],
)
def test_a_day_is_a_day_or_nothing(cell, expected):
    assert words.day(cell) == expected


def test_each_thing_wrong_is_said_with_its_row_its_column_and_what_to_do(world):
    rows = [
        ["EXEMPLE", "Camille", "06 12", "Scol", "portable", "Nantes"],
        ROWS[1],
        ["", "", "", "collège", "portable", "Nantes"],
        ["FICTIVE", "Alex", "", "collège", "grille-pain", "Nulle-Part"],
    ]
    said = sentences(world, csv(rows))
    assert said[0] == (
        "Row 2, column “Téléphone”: “06 12” is no telephone number. Write ten digits, or “+” and the country's."
    )
    assert said[1].startswith("Row 2, column “Usage”: “Scol” is not understood. Write one of these: administrative")
    assert said[2].startswith("Row 5, column “Matériel”: “grille-pain” is not understood.")
    assert said[3].startswith("Row 5, column “Commune”: No commune is called “Nulle-Part”.")
    assert len(said) == 4, "a row without a name is a row left empty; nothing is said twice of one cell"


@pytest.mark.parametrize(
    ("title", "cell", "says"),
    [
        ("Mail", "camille@", "no e-mail address"),
        ("Quantité", "beaucoup", "not a number of machines"),
        ("Quantité", "900", "1 to 200"),
        ("À livrer", "peut-être", "neither yes nor no"),
        ("Date limite", "bientôt", "not a day. Write it as 18/03/2027"),
        ("Date limite", "18/03/2019", "This day is past"),
        ("QPV", "oui", "Write which priority district"),
        ("QPV", "Ailleurs", "no priority district of this commune"),
        ("Lieu de retrait", "Nulle part", "no place open to the public"),
        ("Monoparental", "à voir", "neither yes nor no, nor the day"),
        ("Justificatif vu le", "18/03/2099", "a day to come"),
        ("Moyen de contact", "courrier", "they need an address"),
        ("Adresse", "x" * 301, "too long"),
        ("Commune de résidence", "Saint-Denis", "Several communes"),
    ],
)
def test_what_is_wrong_in_any_column_is_said(world, title, cell, says):
    if "Denis" in cell:
        commands.rows.Commune.objects.create(code="93066", name="Saint-Denis", postcodes=["93200"])
        commands.rows.Commune.objects.create(code="97411", name="Saint-Denis", postcodes=["97400"])
    if title == "Justificatif vu le":
        title, cell = "Monoparental", cell
    row = ["EXEMPLE", "Camille", "", "collège", "portable", "" if "Commune" in title else "Nantes", cell]
    titles = [*TITLES[:5], "x" if "Commune" in title else "Commune", title]
    [sentence] = sentences(world, csv([row], titles))
    assert says in sentence and sentence.startswith("Row 2")


def test_the_postcode_and_nearness_tell_communes_of_one_name_apart(world):
    commands.rows.Commune.objects.create(code="35001", name="Rezé", postcodes=["35000"])
    commands.rows.Commune.objects.create(code="35002", name="Double", postcodes=["35001"])
    commands.rows.Commune.objects.create(code="35003", name="Double", postcodes=["35002"])
    titles = [*TITLES, "Code postal"]
    rows = [[*ROWS[0][:5], "Double", "35002"], [*ROWS[1][:5], "", "44400"], [*ROWS[2][:5], "44109", ""]]
    _said, found = check(world, receive(world, csv(rows, titles)))
    assert [row.facts.commune for row in found] == ["35003", "44143", "44109"]
    world.coordination.commune_id = "44109"
    world.coordination.save()
    _said, found = check(world, receive(world, csv([[*ROWS[0][:5], "reze"]])))
    assert found[0].facts.commune == "44143", "the one of the coordination's grouping"


def test_criteria_come_in_one_cell_or_in_columns_of_their_own_with_the_day_of_their_proof(world):
    titles = [*TITLES, "Situation", "Monoparental", "Recherche d'emploi", "Justificatif vu le"]
    rows = [
        [*ROWS[0], "pas d'ordinateur / parent isolé, tranche A", "", "", "05/01/2026"],
        [*ROWS[1], "", "06/01/2026", "oui", ""],
        [*ROWS[2], "", "non", "x", "07/01/2026"],
    ]
    _said, found = check(world, receive(world, csv(rows, titles)))
    first, second, third = [row.facts.criteria for row in found]
    seen = datetime.date(2026, 1, 5)
    assert first == {"no_computer": None, "single_parent": seen, "income_a": seen}
    assert second == {"single_parent": datetime.date(2026, 1, 6), "job_search": None}
    assert third == {"job_search": datetime.date(2026, 1, 7)}


def test_what_is_said_of_every_row_holds_where_a_row_says_nothing(world):
    place = Place.objects.create(organisation=world.workshop, name="Accueil", open_to_public=True)
    import_districts(actor=system(), data=b"code_qp;lib_qp;insee_com\nQN04491N;Fictif;44109", name="f.csv")
    whole = {
        "beneficiary": "pupil",
        "use": "secondary",
        "machines": ("laptop",),
        "commune": "44109",
        "places": (str(place.pk),),
        "delivery": True,
        "deadline": f"{timezone.localdate().year + 1}-01-05",
        "criteria": ("schooling", "income_a"),
        "proof": "2026-01-05",
        "contact_way": "prescriber",
    }
    data = csv(
        [["Camille EXEMPLE", "", "", ""], ["Sacha FICTIVE", "44162", "non", "fictif"]],
        ["Élève", "Commune", "À livrer", "Quartier"],
    )
    _said, [first, second] = check(world, receive(world, data, **whole))
    assert first.problems == [] and first.facts.use == "secondary" and first.facts.commune == "44109"
    assert first.facts.places == [place.pk] and first.facts.delivery and first.facts.beneficiary == "pupil"
    assert first.facts.criteria == {"schooling": None, "income_a": datetime.date(2026, 1, 5)}
    assert second.facts.commune == "44162" and not second.facts.delivery
    assert "no priority district of this commune" in second.problems[0].sentence, "the district is of Nantes"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "holds no list"),
        (b"Nom", "holds no list"),
        (b"\x00\x01\x02" * 40, "neither a spreadsheet nor text"),
        (b"x" * (5 * 2**20 + 1), "larger than 5 MB"),
        (b"Nom\n" + b"Exemple\n" * 5_001, "more than 5000 rows"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do_and_nothing_is_kept(world, data, says):
    with pytest.raises(Refusal, match=says) as refused:
        receive(world, data)
    assert refused.value.remedies and not RequestList.objects.exists() and not Entry.objects.exists()


# -- entering


def test_good_rows_enter_and_the_others_come_back_to_be_corrected(world):
    rows = [ROWS[0], [*ROWS[1][:3], "Scol", *ROWS[1][4:]], ROWS[2]]
    listed = enter(world, receive(world, csv(rows)))
    assert (len(listed.entered), listed.wrong) == (2, 1)
    assert [row for row, _code in listed.entered] == [2, 4]
    left = rest_of(world, listed)
    assert left.titles == [*TITLES, "To correct"] and left.rows[0][:6] == [*rows[1]]
    assert left.rows[0][6].startswith("Column “Usage”: “Scol” is not understood.")
    # Corrected in the file that came back, and sent again, with the rows that entered in case they are sent too.
    table = rows_of_csv(files.rest_csv(left))
    table[1][3] = "collège"
    again = enter(world, receive(world, csv([table[1], [*ROWS[0], ""]], table[0])))
    assert (len(again.entered), len(again.known), again.wrong) == (1, 1, 0)
    assert Request.objects.count() == 3


def test_a_file_corrected_badly_says_its_reasons_in_one_column_still(world):
    listed = enter(world, receive(world, csv([[*ROWS[1][:3], "Scol", *ROWS[1][4:]]])))
    table = rows_of_csv(files.rest_csv(rest_of(world, listed)))
    again = enter(world, receive(world, csv(table[1:], table[0])))
    left = rest_of(world, again)
    assert left.titles == [*TITLES, "To correct"] and len(left.rows[0]) == 7
    assert left.rows[0][6].count("not understood") == 1


def test_the_same_list_twice_files_nothing_twice(world):
    first = enter(world, receive(world, csv()))
    second = enter(world, receive(world, xlsx()))
    assert second.entered == [] and second.known == first.entered and Request.objects.count() == 3


def test_an_own_reference_makes_a_row_the_same_whatever_else_changes(world):
    titles = ["Dossier", *TITLES]
    enter(world, receive(world, csv([["D-1", *ROWS[0]], ["D-2", *ROWS[0]]], titles)))
    assert Request.objects.count() == 2, "two references are two requests, were they alike"
    listed = enter(world, receive(world, csv([["d-1 ", *ROWS[1]], ["D-3", *ROWS[2]]], titles)))
    assert (len(listed.entered), len(listed.changed)) == (1, 1)
    keys = Request.objects.values_list("import_key", flat=True)
    assert not any("D-" in key or "d-" in key for key in keys), "a reference may be a person's number elsewhere"


def only(world):
    """The one request of the world, and whom it is for."""
    [request] = Request.objects.all()
    return request, read_identity(actor=world.actor("prescriber"), request_id=request.pk, purpose="page")


@pytest.mark.parametrize(
    ("column", "cell", "changes"),
    [
        (2, "06 12 34 56 79", ["phone"]),
        (2, "", []),
        (3, "démarches", ["use"]),
        (4, "tablette", ["machines"]),
        (5, "Rezé", ["commune"]),
        (1, "Camille ", []),
    ],
)
def test_a_row_corrected_since_changes_its_request_and_files_nothing(world, column, cell, changes):
    enter(world, receive(world, csv([ROWS[0]])))
    row = [*ROWS[0][:column], cell, *ROWS[0][column + 1 :]]
    listed = receive(world, csv([row]))
    _said, [found] = check(world, listed)
    assert (found.outcome, found.changes) == ("changed" if changes else "known", changes)
    listed = enter(world, listed)
    assert (listed.entered, len(listed.changed), len(listed.known)) == ([], bool(changes), not changes)
    request, person = only(world)
    assert person.phone == ("+33612345679" if changes == ["phone"] else "+33612345678"), "an empty cell says nothing"
    assert request.use == ("administrative" if changes == ["use"] else "secondary")
    assert request.commune_id == ("44143" if changes == ["commune"] else "44109")
    again = enter(world, receive(world, csv([row])))
    assert (again.entered, again.changed, len(again.known)) == ([], [], 1)


def test_a_class_without_telephones_entered_in_the_wrong_commune_is_corrected(world):
    titles, rows = ["Nom", "Usage", "Matériel", "Commune"], [["Camille EXEMPLE", "collège", "portable", "Nantes"]]
    enter(world, receive(world, csv(rows, titles)))
    listed = enter(world, receive(world, csv([[*rows[0][:3], "Rezé"]], titles)))
    assert len(listed.changed) == 1 and only(world)[0].commune_id == "44143"


def test_people_of_one_name_are_several_when_nothing_else_is_the_same(world):
    enter(world, receive(world, csv([ROWS[0]])))
    other = [*ROWS[0][:2], "06 99 88 77 66", *ROWS[0][3:5], "Rezé"]
    assert len(enter(world, receive(world, csv([other]))).entered) == 1
    with_reference = csv([["D-9", *ROWS[0]]], ["Dossier", *TITLES])
    enter(world, receive(world, with_reference))
    assert Request.objects.count() == 2, "a reference given afterwards does not make it another request"
    Request.objects.update(import_key="")
    enter(world, receive(world, csv([["D-9", "AUTRE", *ROWS[0][1:]]], ["Dossier", *TITLES])))
    twin = csv([["D-10", "AUTRE", *ROWS[0][1:]]], ["Dossier", *TITLES])
    assert len(enter(world, receive(world, twin)).entered) == 1, "two references are two requests"


def test_a_reference_and_a_telephone_tell_two_people_of_one_name_and_commune_apart(world):
    enter(world, receive(world, csv([ROWS[0]])))
    other = ["D-2", *ROWS[0][:2], "06 99 88 77 66", *ROWS[0][3:]]
    listed = enter(world, receive(world, csv([other], ["Dossier", *TITLES])))
    assert (len(listed.entered), listed.changed) == (1, []), "the first one keeps its request"
    assert len(enter(world, receive(world, csv([ROWS[0]]))).known) == 1


def test_a_correction_loses_nothing_that_was_completed_since(world):
    titles = [*TITLES, "Situation", "Justificatif vu le", "Monoparental"]
    enter(world, receive(world, csv([[*ROWS[0], "pas d'ordinateur, tranche A", "", "oui"]], titles)))
    seen, later = datetime.date(2026, 1, 5), datetime.date(2026, 2, 6)
    request, _person = only(world)
    request.criteria.filter(criterion="income_a").update(proof_seen_on=seen)
    request.criteria.create(criterion="newcomer")
    request.delivery, request.deadline = True, timezone.localdate() - datetime.timedelta(days=1)
    request.save()
    row = [*ROWS[0], "téléphone seul, tranche A", "06/02/2026", "non"]
    listed = receive(world, csv([row], titles))
    assert enter(world, listed).changed, "a day that has passed since keeps nothing back"
    request, _person = only(world)
    assert request.delivery and request.deadline
    said = dict(request.criteria.values_list("criterion", "proof_seen_on"))
    assert said == {"smartphone_only": None, "income_a": seen, "newcomer": None}
    request.criteria.filter(criterion="income_a").update(proof_seen_on=None)
    enter(world, receive(world, csv([row], titles)))
    assert request.criteria.get(criterion="income_a").proof_seen_on == later, "the day its proof was seen at last"


def test_a_correction_is_not_made_when_it_is_not_wanted_or_not_possible(world):
    enter(world, receive(world, csv([ROWS[0]])))
    corrected = csv([[*ROWS[0][:4], "tablette", "Nantes"]])
    kept = receive(world, corrected)
    RequestList.objects.filter(pk=kept.pk).update(updates=False)
    kept = enter(world, kept)
    assert (kept.changed, len(kept.known), only(world)[0].kinds) == ([], 1, ["convertible", "notebook"])
    Request.objects.update(state="promised")
    _said, [row] = check(world, receive(world, corrected))
    assert row.outcome == "wrong" and "A machine is promised" in row.problems[0].sentence
    Request.objects.update(state="withdrawn")
    listed = receive(world, corrected)
    _said, [row] = check(world, listed)
    assert (row.outcome, row.request.state) == ("known", "withdrawn"), "what is closed stays as it was"


def test_a_correction_is_told_without_a_word_of_whom(world):
    enter(world, receive(world, csv([ROWS[0]])))
    listed = enter(world, receive(world, csv([[*ROWS[0][:2], "06 12 34 56 79", *ROWS[0][3:]]])))
    [told] = Entry.objects.filter(kind="request.changed")
    assert told.data == {"changed": ["identity"]} and listed.changed == [[2, only(world)[0].code]]


def test_rows_of_one_reference_do_not_change_a_request_in_turn(world):
    titles = ["Dossier", *TITLES]
    enter(world, receive(world, csv([["D-1", *ROWS[0]]], titles)))
    _said, found = check(world, receive(world, csv([["D-1", *ROWS[0]], ["D-1", *ROWS[1]]], titles)))
    assert [row.outcome for row in found] == ["known", "repeated"]


def test_a_row_that_repeats_another_does_not_enter(world):
    _said, found = check(world, receive(world, csv([ROWS[0], ROWS[1], ROWS[0]])))
    assert [row.outcome for row in found] == ["new", "new", "repeated"] and found[2].code == "2"
    listed = enter(world, receive(world, csv([ROWS[0], ROWS[0]])))
    assert (len(listed.entered), Request.objects.count()) == (1, 1)


def test_a_change_of_vault_key_neither_loses_a_list_nor_enters_it_twice(world, settings, tmp_path):
    settings.DATA, settings.VAULT_KEY = tmp_path, "the-key-before"
    waits = receive(world, csv([*ROWS, ["FICTIVE", "Alex", "", "démarches", "portable", "Nantes"]]))
    enter(world, receive(world, csv()))
    (tmp_path / "vault-key.old").write_text("the-key-before\n")
    settings.VAULT_KEY = "the-key-after"
    listed = enter(world, waits)
    assert (len(listed.entered), len(listed.known)) == (1, 3)


def test_another_prescriber_enters_the_same_list_for_itself(world):
    foreign = make_world(" ailleurs")
    enter(world, receive(world, csv()))
    listed = receive(foreign, csv())
    assert len(commands.enter(actor=foreign.actor("prescriber"), list_id=listed.pk).entered) == 3


def test_a_row_refused_at_the_last_moment_is_to_correct_and_the_others_enter(world, monkeypatch):
    def refuse(*, person, **more):
        if "Sacha" in person.name:
            raise Refusal("no", "Because.")
        return file_request(person=person, **more)

    monkeypatch.setattr(commands, "file_request", refuse)
    listed = enter(world, receive(world, csv()))
    assert (len(listed.entered), listed.wrong) == (2, 1)
    assert rest_of(world, listed).rows[0][-1] == "Because."


def test_a_line_entered_by_someone_else_at_this_moment_is_known(world):
    first, second = receive(world, csv()), receive(world, csv())
    actor = world.actor("prescriber")
    _said, found = check(world, second)
    enter(world, first)
    commands.enter_some(actor, second, found)
    assert Request.objects.count() == 3 and len(second.entered) == 3


def test_a_whole_class_is_one_request_and_no_name_is_kept(world):
    listed = receive(world, csv([["EXEMPLE", "Camille"], ["FICTIVE", "Sacha"]], ["Nom", "Prénom"]))
    person = commands.Person("Classe fictive", contact="Mme Inventée")
    facts = commands.Facts(
        beneficiary="group", use="primary", kinds=["notebook"], quantity=2, minimum=2, commune="44109"
    )
    request = commands.enter_group(actor=world.actor("prescriber"), list_id=listed.pk, person=person, facts=facts)
    listed.refresh_from_db()
    assert (request.beneficiary, request.quantity, listed.state, listed.sealed) == ("group", 2, "entered", "")


# -- what an organisation said is remembered


def test_titles_and_words_said_once_are_proposed_for_the_next_list(world):
    actor = world.actor("prescriber")
    data = csv([["EXEMPLE Camille", "Rattrapage", "portable", "Nantes"]], ["Bénéf", "Pour", "Matériel", "Commune"])
    listed = receive(world, data)
    said, found = check(world, listed)
    assert found == [] and not said.of("name")
    said = said.said({0: "name", 1: "use"})
    commands.describe(
        actor=actor,
        list_id=listed.pk,
        said=said,
        whole=commands.Whole(beneficiary="pupil"),
        meant={"use": {"rattrapage": "secondary", "x": "nonsense"}},
    )
    listed.refresh_from_db()
    _said, [row] = check(world, listed)
    assert row.outcome == "new" and row.facts.use == "secondary"
    after = commands.receive(actor=actor, data=data, name="b.csv")
    said, [row] = check(world, after)
    assert [column.sure for column in said.columns[:2]] == ["remembered", "remembered"] and row.facts.use == "secondary"
    assert row.facts.beneficiary == "pupil"
    neighbour = make_world(" ailleurs")
    assert check(neighbour, receive(neighbour, data))[1] == [], "another organisation's words are its own"


# -- names


def test_the_file_is_sealed_then_what_entered_is_erased(world):
    listed = receive(world, csv([ROWS[0], [*ROWS[1][:3], "Scol", *ROWS[1][4:]]]), name="Famille EXEMPLE.csv")

    def told(one):
        row = RequestList.objects.filter(pk=one.pk).values().get()
        return json.dumps(row, default=str)

    for name in ("EXEMPLE", "FICTIVE", "0612345678", "06 12"):
        assert name not in told(listed)
    enter(world, listed)
    left = rest_of(world, RequestList.objects.get(pk=listed.pk))
    assert "EXEMPLE" not in json.dumps(left.rows) and "FICTIVE" in json.dumps(left.rows)
    assert enter(world, receive(world, csv([ROWS[2]]))).sealed == ""


def test_neither_the_ledger_nor_a_job_holds_a_name(world, monkeypatch):
    from maillon.kernel.jobs.models import Job

    monkeypatch.setattr(commands, "AT_ONCE", 0)
    enter(world, receive(world, csv(), name="Famille EXEMPLE.csv"))
    told = json.dumps([*Entry.objects.values("payload", "kind"), *Job.objects.values("args", "kwargs", "message")])
    for name in ("EXEMPLE", "Camille", "612345678", "FICTIVE"):
        assert name not in told
    assert "EXEMPLE" not in repr(commands.open_list(world.actor("prescriber"), RequestList.objects.get()))


def test_a_colleague_who_opens_a_list_is_recorded_and_its_sender_is_not(world):
    listed = receive(world)
    check(world, listed)
    assert not Entry.objects.filter(kind="request_list.read").exists()
    colleague = User.objects.create_user("collegue@exemple.invalid")
    Membership.objects.create(user=colleague, organisation_id=world.actor("prescriber").home, role="prescriber")
    world.users["colleague"] = colleague
    check(world, listed, "colleague")
    assert Entry.objects.filter(kind="request_list.read", user_id=colleague.pk).count() == 1


@pytest.mark.parametrize("who", ["coordinator", "technician", "reader", "mediator", "donor"])
def test_others_neither_send_nor_find_a_list(world, who):
    listed = receive(world)
    assert not RequestList.objects.readable_by(world.actor(who)).exists()
    with pytest.raises(NotAllowed):
        receive(world, who=who)
    with pytest.raises(NotAllowed):
        commands.erase(actor=world.actor(who), list_id=listed.pk)


def test_another_prescriber_finds_nothing(world):
    listed, foreign = receive(world), make_world(" ailleurs")
    for command in (commands.enter, commands.erase, commands.again):
        with pytest.raises(NotFound):
            command(actor=foreign.actor("prescriber"), list_id=listed.pk)


def test_a_list_nobody_enters_is_erased_when_its_time_is_over_and_so_are_rows_left(world):
    old, left, recent = receive(world), receive(world, csv([[*ROWS[1][:3], "Scol", *ROWS[1][4:]]])), receive(world)
    enter(world, left)
    before = timezone.now() - datetime.timedelta(days=KEPT_DAYS, hours=1)
    RequestList.objects.filter(pk=old.pk).update(created_at=before)
    RequestList.objects.filter(pk=left.pk).update(created_at=before, finished_at=before)
    assert jobs.erase_lists.func() == 2
    states = {one.pk: (one.state, bool(one.sealed)) for one in RequestList.objects.all()}
    assert states == {old.pk: ("erased", False), left.pk: ("entered", False), recent.pk: ("waiting", True)}
    assert Entry.objects.filter(kind="request_list.erased").count() == 2


def test_a_list_is_entered_or_erased_once(world):
    listed = receive(world)
    enter(world, listed)
    for command in (commands.enter, commands.again):
        with pytest.raises(Refusal):
            command(actor=world.actor("prescriber"), list_id=listed.pk)
    other = receive(world, csv([ROWS[0]]))
    commands.erase(actor=world.actor("prescriber"), list_id=other.pk)
    with pytest.raises(Refusal):
        commands.open_list(world.actor("prescriber"), RequestList.objects.get(pk=other.pk))


def test_checking_costs_the_same_whatever_the_rows(world, django_assert_max_num_queries):
    rows = [[f"FICTIVE{n}", "Sacha", "", "démarches", "portable", "Nantes"] for n in range(300)]
    few, many = receive(world, csv(rows[:2])), receive(world, csv(rows))
    with django_assert_max_num_queries(8):
        assert len(check(world, few)[1]) == 2
    with django_assert_max_num_queries(8):
        assert len(check(world, many)[1]) == 300
    enter(world, receive(world, csv(rows[:30])))
    corrected = receive(world, csv([[*row[:4], "tablette", "Nantes"] for row in rows[:30]]))
    with django_assert_max_num_queries(12):
        assert rows_changed(check(world, corrected)[1]) == 30


def rows_changed(found):
    return sum(row.outcome == "changed" for row in found)


def test_an_empty_table_is_no_list():
    assert columns.guess(Table("", ((),)), {}).columns == ()
