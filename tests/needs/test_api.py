"""Requests through the API: scopes, references, who is told what, and a walk of the schema by schemathesis."""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from maillon.config.wsgi import application
from maillon.kernel.errors import Refusal
from maillon.kernel.ledger import Entry
from maillon.needs import api, commands
from maillon.needs.lists import commands as lists
from maillon.needs.models import Request
from maillon.territory.commands import create_token
from maillon.territory.models import Organisation, Token
from maillon.territory.queries import scopes_to_give
from maillon.territory.roles import ROLES_OF_KIND, Role, scopes_of_kind
from tests.needs.list_files import communes, csv, receive
from tests.needs.requests import make_request
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ASKED = {
    "reference": "D-2026-1",
    "person": {"name": "Camille Exemple", "phone": "06 12 34 56 78"},
    "beneficiary": "household",
    "use": "administrative",
    "machines": ["laptop"],
    "commune": "44109",
    "criteria": [{"criterion": "single_parent", "proof_seen_on": "2026-01-05"}],
}


@pytest.fixture
def world():
    communes()
    return make_world()


def key(world, *scopes, who="prescriber", maker=None):
    """Made by the prescriber when it reads names, by the coordination otherwise, unless a maker is named."""
    home = Organisation.objects.get(pk=world.actor(who).home)
    named = not scopes or "needs.identity" in scopes
    maker = world.actor(maker or ("prescriber" if who == "prescriber" and named else "coordinator"))
    _token, secret = create_token(
        actor=maker, organisation_id=home.pk, label="t", scopes=scopes or scopes_to_give(maker, home)
    )
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_ACCEPT_LANGUAGE": "en"}


def post(client, world, path="", headers=None, **changed):
    asked = {} if path else {**ASKED, **changed}
    body = changed if path else asked
    return client.post(f"/api/v1/requests{path}", body, content_type="application/json", **(headers or key(world)))


def test_a_request_is_filed_and_read_by_its_code(client, world):
    answer = post(client, world)
    assert answer.status_code == 201
    filed = answer.json()
    request = Request.objects.get()
    assert filed["code"] == request.code and filed["kinds"] == ["convertible", "notebook"]
    assert "Camille" not in answer.content.decode()
    mine = client.get(f"/api/v1/requests/{request.code}", **key(world)).json()
    assert mine["identity"] == {
        "name": "Camille Exemple", "contact": "", "phone": "+33612345678", "email": "", "address": "", "note": ""
    }  # fmt: skip
    assert mine["criteria"] == [{"criterion": "single_parent", "proof_seen_on": "2026-01-05"}]
    [read] = Entry.objects.filter(kind="identity.read")
    assert read.data == {"purpose": "api"} and read.actor_kind == "token"


def test_no_coordination_makes_a_key_that_reads_names(client, world):
    post(client, world)
    code = Request.objects.get().code
    with pytest.raises(Refusal, match="Only someone of"):
        key(world, "needs.view", "needs.identity", maker="coordinator")
    client.force_login(world.users["coordinator"])
    page = f"/organisations/{world.actor('prescriber').home}/"
    offered = client.get(page).content.decode()
    assert 'value="needs.view"' in offered and "needs.identity" not in offered
    asked = {"label": "x", "scopes": ["needs.view", "needs.identity"]}
    assert client.post(f"{page}cles/", asked).status_code == 422
    headers = key(world, "needs.view", "needs.change", maker="coordinator")
    Token.objects.filter(scopes=["needs.change", "needs.view"]).update(scopes=["needs.identity", "needs.view"])
    assert client.get(f"/api/v1/requests/{code}", **headers).json()["identity"] is None
    shown = client.get(page).content.decode()
    assert "Read whom the organisation" not in shown


def test_a_prescriber_makes_and_revokes_the_keys_of_its_own_organisation(client, world):
    client.force_login(world.users["prescriber"])
    home = world.actor("prescriber").home
    page = client.get(f"/organisations/{home}/").content.decode()
    assert 'value="needs.identity"' in page and 'value="stock.view"' not in page
    asked = {"label": "x", "scopes": ["needs.view", "needs.identity"]}
    assert "maillon_" in client.post(f"/organisations/{home}/cles/", asked).content.decode()
    token = Token.objects.get(organisation_id=home)
    assert client.post(f"/organisations/{world.workshop.pk}/cles/", asked).status_code == 404
    client.post(f"/organisations/{home}/cles/{token.pk}/revoquer/")
    token.refresh_from_db()
    assert token.revoked_at


def test_the_same_reference_again_files_nothing(client, world):
    first, again = post(client, world), post(client, world, person={"name": "Someone else"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["code"] == first.json()["code"] and Request.objects.count() == 1
    assert post(client, world, reference="D-2026-2").status_code == 201
    assert not Request.objects.filter(import_key__contains="D-2026").exists()


def test_a_reference_is_the_same_in_a_list_and_through_the_api(client, world):
    post(client, world)
    listed = receive(
        world,
        csv(
            [["D-2026-1", "Camille EXEMPLE", "démarches", "portable", "Nantes"]],
            ["Dossier", "Nom", "Usage", "Matériel", "Commune"],
        ),
    )
    assert len(lists.enter(actor=world.actor("prescriber"), list_id=listed.pk).known) == 1


def test_another_prescriber_s_reference_is_its_own(client, world):
    foreign = make_world(" ailleurs")
    ours, theirs = post(client, world), post(client, world, headers=key(foreign))
    assert (ours.status_code, theirs.status_code) == (201, 201)
    [row] = client.get("/api/v1/requests", **key(foreign)).json()["requests"]
    assert row["code"] == theirs.json()["code"] != ours.json()["code"]


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"commune": "44999"}, 422, "No commune"),
        ({"commune": "Nantes"}, 422, "schema"),
        ({"person": {"name": "X", "phone": "12"}}, 422, "no telephone number"),
        ({"person": {"name": "X", "email": "x@"}}, 422, "email"),
        ({"person": {"name": "\ud800"}}, 422, ""),
        ({"person": {"name": "a\x00b"}}, 422, "schema"),
        ({"use": "play"}, 422, "schema"),
        ({"quantity": 2, "minimum": 3}, 409, "not complete"),
        ({"deadline": "2019-01-01"}, 409, "not complete"),
        ({"district": "QN04499N"}, 409, "not complete"),
        ({"contact_way": "post"}, 409, "not complete"),
        ({"places": ["00000000-0000-4000-8000-000000000000"]}, 409, "not complete"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_filed(client, world, changed, status, says):
    answer = post(client, world, **changed)
    assert answer.status_code == status and says in answer.json()["detail"] and not Request.objects.exists()
    assert status != 409 or answer.json()["remedies"]


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        (["needs.view"], (403, 200, 200, 403)),
        (["needs.change"], (201, 403, 403, 200)),
        (["needs.identity"], (403, 403, 403, 403)),
        (["lots.view"], (403, 403, 403, 403)),
    ],
)
def test_a_key_does_only_what_its_scopes_say(client, world, scopes, statuses):
    code = make_request(world).code
    headers = key(world, *scopes)
    answers = (
        post(client, world, headers=headers),
        client.get("/api/v1/requests", **headers),
        client.get(f"/api/v1/requests/{code}", **headers),
        post(client, world, f"/{code}/withdraw", headers=headers, closing="moved"),
    )
    assert tuple(answer.status_code for answer in answers) == statuses
    assert not any("Camille" in answer.content.decode() for answer in answers)
    assert not Entry.objects.filter(kind="identity.read").exists()


def test_the_coordination_s_key_reads_requests_and_never_who(client, world):
    code = make_request(world).code
    headers = key(world, who="coordinator")
    assert [row["code"] for row in client.get("/api/v1/requests", **headers).json()["requests"]] == [code]
    mine = client.get(f"/api/v1/requests/{code}", **headers).json()
    assert mine["identity"] is None and not Entry.objects.filter(kind="identity.read").exists()
    with pytest.raises(Refusal):
        key(world, "needs.identity", who="coordinator")
    assert post(client, world, headers=headers).status_code == 403


def test_a_stranger_s_key_finds_nothing(client, world):
    code = make_request(world).code
    headers = key(make_world(" ailleurs"))
    assert client.get("/api/v1/requests", **headers).json() == {"requests": [], "next": None}
    assert client.get(f"/api/v1/requests/{code}", **headers).status_code == 404
    assert post(client, world, f"/{code}/withdraw", headers=headers).status_code == 404


def test_the_list_goes_on_by_key_and_by_state(client, world, monkeypatch):
    monkeypatch.setattr(api, "PAGE", 2)
    made = [make_request(world) for _n in range(3)]
    commands.withdraw_request(actor=world.actor("prescriber"), request_id=made[2].pk)
    headers = key(world)
    page = client.get("/api/v1/requests", **headers).json()
    rest = client.get(f"/api/v1/requests?after={page['next']}", **headers).json()
    assert [row["code"] for row in page["requests"] + rest["requests"]] == [one.code for one in made]
    assert rest["next"] is None
    gone = client.get("/api/v1/requests?state=withdrawn", **headers).json()["requests"]
    assert [row["code"] for row in gone] == [made[2].code]


def test_a_request_is_withdrawn_once_for_a_reason(client, world):
    code = make_request(world).code
    assert post(client, world, f"/{code}/withdraw", closing="erased").status_code == 422
    answer = post(client, world, f"/{code}/withdraw", closing="found_elsewhere")
    assert (answer.status_code, answer.json()["state"], answer.json()["closing"]) == (
        200,
        "withdrawn",
        "found_elsewhere",
    )
    assert post(client, world, f"/{code}/withdraw").status_code == 409


def test_an_identity_that_was_erased_is_null(client, world):
    request = make_request(world)
    commands.erase_identity(actor=world.actor("prescriber"), request_id=request.pk)
    assert client.get(f"/api/v1/requests/{request.code}", **key(world)).json()["identity"] is None


def test_only_who_prescribes_may_have_keys_that_file_requests():
    for kind, roles in ROLES_OF_KIND.items():
        allowed = set(scopes_of_kind(kind))
        assert ({"needs.change", "needs.identity"} <= allowed) == (Role.PRESCRIBER in roles), kind
        assert ("needs.view" in allowed) == (Role.PRESCRIBER in roles or kind == "coordination"), kind
        assert "lots.view" in allowed


@pytest.fixture
def schema(client, world):
    document = client.get("/api/v1/openapi.json").json()
    document["paths"] = {path: methods for path, methods in document["paths"].items() if "/requests" in path}
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = application
    for signal in (request_started, request_finished):  # as tests/workshop/test_api.py explains
        signal.disconnect(close_old_connections)
    yield loaded
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_whatever_is_sent_gets_an_answer_that_the_schema_tells(schema, world):
    headers = {"Authorization": key(world)["HTTP_AUTHORIZATION"], "Accept-Encoding": "identity"}
    code, walked = make_request(world).code, set()
    for result in schema.get_all_operations():
        operation = result.ok()
        walked.add((operation.method.upper(), operation.path))

        @settings(
            max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
        )
        @given(case=operation.as_strategy())
        def walk(case):
            if case.path_parameters and len(case.path_parameters["code"]) % 2:
                case.path_parameters["code"] = code
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        walk()
    assert len(walked) == 4 and json.dumps(sorted(walked)).count("/requests") == 4
