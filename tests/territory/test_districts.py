"""Priority districts come from the official file. Every district below is fictitious: invented codes, names, shapes."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from maillon.cli import main
from maillon.kernel.actor import system
from maillon.kernel.errors import NotAllowed, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs.models import Request
from maillon.territory import districts
from maillon.territory.models import Commune, District
from maillon.territory.places import load_communes
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
SQUARE = [[[-1.61, 47.201234567], [-1.6, 47.2], [-1.6, 47.21], [-1.61, 47.201234567]]]


@pytest.fixture(autouse=True)
def communes(settings):
    settings.LANGUAGE_CODE = "en"
    load_communes("244400404")


def feature(code="QN04491N", name="Quartier fictif", commune="44109", square=SQUARE, **more):
    properties = {"code_qp": code, "lib_qp": name, "insee_dep": "44", "insee_com": commune, "lib_com": "x", **more}
    geometry = {"type": "Polygon", "coordinates": square} if square else None
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def take(data, name="QP2024_fictif_WGS84.geojson", actor=None, **more):
    return districts.import_districts(actor=actor or system(), data=data, name=name, **more)


def test_the_official_file_becomes_districts():
    done = take(geojson(feature(), feature("QN04492M", "Autre fictif", "44162")))
    assert (done.added, done.problems) == (2, [])
    one = District.objects.get(code="QN04491N")
    assert (one.name, one.version) == ("Quartier fictif", "QP2024_fictif_WGS84")
    assert [commune.name for commune in one.communes.all()] == ["Nantes"]
    assert one.outline["type"] == "MultiPolygon" and one.outline["coordinates"][0][0][0] == [-1.61, 47.20123]
    entry = Entry.objects.get(kind="districts.imported")
    assert entry.data["added"] == 2


def test_a_district_of_two_communes_is_one_whichever_way_the_file_tells_it():
    take(geojson(feature(), feature(commune="44162")))
    take(geojson(feature("QN04492N", commune="44109, 44162")))
    for one in District.objects.all():
        assert {commune.pk for commune in one.communes.all()} == {"44109", "44162"}
    assert len(District.objects.get(code="QN04491N").outline["coordinates"]) == 2


@pytest.mark.parametrize(
    "table",
    [
        "code_qp;lib_qp;insee_com\nQN04491N;Quartier fictif;44109\n",
        "Export du 1er\n\nCodeQP,Nom,Commune\nQN04491N,Quartier fictif,Nantes\n",
        "CODE_QUARTIER;Quartier prioritaire;Noms des communes concernées\nQN04491N;Quartier fictif;NANTES\n",
        "code_qp\tnom_qp\tcodes_insee\nQN04491N\tQuartier fictif\t44109\n",
    ],
)
def test_a_table_without_shapes_is_read_by_its_usual_titles(table):
    assert take(table.encode("cp1252"), "quartiers.csv").added == 1
    one = District.objects.get()
    assert (one.pk, one.name, one.outline, one.communes.get().pk) == ("QN04491N", "Quartier fictif", None, "44109")


def test_the_archive_as_it_is_published_gives_its_file_in_degrees():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        lambert = [[[355000.0, 6689000.0], [355100.0, 6689000.0], [355100.0, 6689100.0], [355000.0, 6689000.0]]]
        archive.writestr("GEOJSON/QP2024_fictif_LB93.geojson", geojson(*[feature(square=lambert)] * 9))
        archive.writestr("GEOJSON/QP2024_fictif_WGS84.geojson", geojson(feature()))
        archive.writestr("SHP/notice.txt", "x")
    assert take(packed.getvalue(), "qp2024.zip").added == 1
    assert District.objects.get().outline["coordinates"][0][0][0][0] == -1.61


def test_importing_again_updates_and_keeps_the_shape_that_a_table_does_not_tell():
    take(geojson(feature(), feature("QN04492N")))
    done = take(
        b"code_qp;lib_qp;insee_com\nQN04491N;Nouveau nom fictif;44162\nQN04492N;Quartier fictif;44109", "v2.csv"
    )
    assert (done.added, done.changed, done.same) == (0, 1, 1)
    one = District.objects.get(code="QN04491N")
    assert (one.name, one.communes.get().pk, one.version) == ("Nouveau nom fictif", "44162", "v2")
    assert one.outline is not None and District.objects.get(code="QN04492N").version == "v2"


def test_nothing_is_removed_unless_asked_and_never_what_a_request_uses():
    world = make_world()
    take(geojson(feature(), feature("QN04492N"), feature("QN04493N"), feature("QN04993N")))
    take(geojson(feature()))
    assert District.objects.count() == 4
    Request.objects.create(
        code="AAAAAAA",
        territory=world.coordination,
        prescriber=world.workshop,
        beneficiary="adult",
        use="web",
        district_id="QN04492N",
        since="2026-01-05",
    )
    done = take(geojson(feature()), remove=True)
    assert (done.removed, done.kept) == (1, ["QN04492N"])
    assert set(District.objects.values_list("pk", flat=True)) == {"QN04491N", "QN04492N", "QN04993N"}, "49 is untouched"
    assert any("QN04492N" in sentence for sentence in districts.summary(done))


def test_only_the_departments_asked_and_the_communes_known_enter():
    done = take(
        geojson(feature(), feature("QN08591N", commune="44109"), feature("QN04494N", commune="44999")),
        departments=["044"],
    )
    assert (done.added, sorted(done.elsewhere)) == (1, ["QN04494N", "QN08591N"])


def test_an_arrondissement_is_of_its_commune():
    Commune.objects.create(code="13055", name="Marseille")
    take(geojson(feature("QN01391N", commune="13215")))
    assert District.objects.get().communes.get().name == "Marseille"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"code": "44109"}, "is not the code of a district"),
        ({"name": ""}, "has no name"),
        ({"square": [[[355000.0, 6689000.0]]]}, "WGS84"),
        ({"square": [[["a", "b"]]]}, "neither a Polygon"),
        ({"commune": "", "lib_com": ""}, "names no commune"),
    ],
)
def test_what_is_wrong_with_a_district_is_said_with_its_place_and_the_others_enter(wrong, says):
    done = take(geojson(feature("QN04490N"), feature(**wrong)))
    assert done.added == 1 and len(done.problems) == 1
    assert done.problems[0].startswith("Feature 2") and says in done.problems[0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no line of titles"),
        (b'{"type": "FeatureCollection"}', "not a GeoJSON"),
        (b'{"features": [1, 2]}', "not a GeoJSON"),
        (b"[" * 100_000, "no line of titles"),
        (b'{"a":' * 100_000, "not a GeoJSON"),
        (b"nom;ville\nx;y", "no line of titles"),
        (geojson(), "holds no district"),
        (geojson(feature(square=[[[355000.0, 6689000.0]]])), "WGS84"),
        (b"\x00\x01\x02" * 50, "neither a spreadsheet nor text"),
    ],
)
def test_a_file_that_is_none_is_refused_whole_with_what_to_do(data, says):
    with pytest.raises(Refusal, match=says) as refused:
        take(data, "quartiers.geojson")
    assert refused.value.remedies and not District.objects.exists() and not Entry.objects.exists()


def test_the_command_tells_what_it_did_and_fails_on_what_it_refused(tmp_path, capsys):
    file = tmp_path / "quartiers.geojson"
    file.write_bytes(geojson(feature(), feature(code="?")))
    assert main(["districts", str(file), "--department", "44"]) == 1
    told = capsys.readouterr()
    assert "1 added" in told.out and "quartiers.geojson, Feature 2: “?” is not the code" in told.err
    file.write_bytes(geojson(feature()))
    assert main(["districts", str(file)]) == 0
    assert main(["districts", str(tmp_path / "none")]) == 1 and "none" in capsys.readouterr().err


def test_the_page_imports_for_a_coordination_alone(client):
    world = make_world()
    page = reverse("territory:districts")
    client.force_login(world.users["head"])
    assert client.get(page).status_code == 403
    with pytest.raises(NotAllowed):
        take(geojson(feature()), actor=world.actor("head"))
    client.force_login(world.users["coordinator"])
    assert "No district is known yet" in client.get(page).content.decode()

    def send(data, **more):
        return client.post(page, {"file": SimpleUploadedFile("v3.geojson", data), "departments": "44", **more})

    answer = send(geojson(feature(), feature(code="?")))
    body = answer.content.decode()
    assert answer.status_code == 200 and "1 added" in body and "Feature 2" in body and "v3" in body
    assert send(b"x").status_code == 409 and send(geojson(feature()), departments="Loire").status_code == 422


def test_the_page_costs_the_same_whatever_the_districts(client, django_assert_num_queries):
    world = make_world()
    client.force_login(world.users["coordinator"])
    take(geojson(feature()))
    client.get(reverse("territory:districts"))
    with django_assert_num_queries(9) as few:
        client.get(reverse("territory:districts"))
    take(geojson(*[feature(f"QN0449{n}M") for n in range(9)]))
    with django_assert_num_queries(len(few)):
        client.get(reverse("territory:districts"))
