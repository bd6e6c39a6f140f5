"""The API: keys, scopes, refusals, and a walk of its schema by schemathesis."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from maillon.collection.commands import announce_lot
from maillon.config.wsgi import application
from maillon.territory.commands import create_token
from maillon.territory.roles import scopes_of_kind
from maillon.workshop import api
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Lists
from maillon.workshop.models import Device, RawInput
from tests.workshop.fleet_lists import ROWS, again, csv_of, mapping_of, outcomes, receive
from tests.world import dmidecode, make_world, smartctl, wipe_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
# Not "whatever fits the schema is accepted": a device may not be ready for a step, which no schema can say.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def world():
    return make_world()


def key(world, *scopes, organisation=None):
    where = organisation or world.workshop
    _token, secret = create_token(
        actor=world.actor("coordinator"),
        organisation_id=where.pk,
        label="t",
        scopes=scopes or list(scopes_of_kind(where.kind)),
    )
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_ACCEPT_LANGUAGE": "en"}


def send(client, world, data=None, **headers):
    file = SimpleUploadedFile("t470.txt", data or dmidecode())
    return client.post("/api/v1/snapshots", {"files": [file]}, **(headers or key(world)))


def test_files_sent_become_devices(client, world):
    response = send(client, world)
    [line] = response.json()
    assert (response.status_code, line["outcome"], line["title"]) == (200, "new", "Lenovo ThinkPad T470")
    assert Device.objects.get().code == line["device"]


def test_what_is_refused_says_why_and_what_to_do(client, world):
    [line] = send(client, world, b"Sous le pont Mirabeau coule la Seine").json()
    assert line["outcome"] == "refused" and line["because"] and line["hint"]


@pytest.mark.parametrize(
    "headers", [{}, {"HTTP_AUTHORIZATION": "Bearer maillon_no"}, {"HTTP_AUTHORIZATION": "Basic x"}]
)
def test_without_a_key_nothing_is_told(client, world, headers):
    response = client.get("/api/v1/devices", **headers)
    assert response.status_code == 401 and response.json()["code"] == "no_key"


def test_a_key_does_only_what_its_scopes_say(client, world):
    response = send(client, world, **key(world, "stock.view"))
    assert response.status_code == 403 and "stock.intake" in response.json()["detail"]
    assert not Device.objects.exists()


def test_a_key_for_erasure_reports_alone_sends_them_and_has_readings_kept_aside(client, world):
    bench = key(world, "stock.erasure")
    [line] = send(client, world, **bench).json()
    assert line["outcome"] == "refused" and "readings" in line["because"] and not Device.objects.exists()
    [again] = send(client, world, **bench).json()
    assert again["because"] == line["because"] and RawInput.objects.count() == 1, "kept once"
    files = [SimpleUploadedFile("pc/dmidecode.txt", dmidecode()), SimpleUploadedFile("pc/smartctl.json", smartctl())]
    client.post("/api/v1/snapshots", {"files": files}, **key(world))
    [proof] = send(client, world, wipe_report(), **bench).json()
    assert proof["outcome"] == "erasure" and Device.objects.get().state == "erased"
    [read] = send(client, world, **key(world, "stock.intake")).json()
    assert read["outcome"] == "known", "the reading kept aside is read when a key that may sends it"


def test_a_key_for_erasure_reports_alone_leaves_a_list_that_waits_as_it_is(client, world):
    listed = receive(world, csv_of(*ROWS), lists=Lists(ask=True))
    assert listed[0].outcome == "pending"
    [line] = send(client, world, csv_of(*ROWS), **key(world, "stock.erasure")).json()
    assert line["outcome"] == "refused" and RawInput.objects.get().status == "pending"


@pytest.mark.parametrize(("count", "size"), [(201, 1), (2, 13 * 2**20)])
def test_too_much_at_once_says_what_to_do_and_keeps_nothing(client, world, count, size):
    files = [SimpleUploadedFile(f"{n}.txt", b"x" * size) for n in range(count)]
    response = client.post("/api/v1/snapshots", {"files": files}, **key(world))
    assert response.status_code == 413 and "several requests" in response.json()["detail"]
    assert not RawInput.objects.exists()


def test_a_body_that_is_no_form_is_refused_as_anything_else_is(client, world):
    part = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{"a" * 5000}"\r\n\r\n{{}}\r\n--x--\r\n'
    answer = client.post("/api/v1/snapshots", part, content_type="multipart/form-data; boundary=x", **key(world))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_valid")


def test_a_list_too_long_to_wait_for_is_kept_for_its_page(client, world, monkeypatch):
    monkeypatch.setattr(api, "LONGEST_LIST", 2)
    [line] = send(client, world, csv_of(*ROWS)).json()
    raw = RawInput.objects.get()
    assert line["outcome"] == "refused" and str(raw.pk) in line["hint"] and "several parts" in line["hint"]
    assert raw.status == "pending" and not Device.objects.exists()
    assert len(send(client, world, csv_of(*ROWS[:2])).json()) == 2 == Device.objects.count()
    receive(world, csv_of(*ROWS), lists=Lists((mapping_of(csv_of(*ROWS)),)))
    mapping = json.dumps(mapping_of(csv_of(*ROWS), D=None).to_json())
    files = {"files": [SimpleUploadedFile("parc.csv", csv_of(*ROWS))], "mapping": mapping}
    [line] = client.post("/api/v1/snapshots", files, **key(world)).json()
    raw.refresh_from_db()
    assert line["outcome"] == "refused" and raw.status == "read", "what was read stays as it was read"


def test_an_archive_too_large_to_wait_for_is_kept_and_read_whole_by_the_job(client, world, monkeypatch):
    monkeypatch.setattr(receiving, "WHILE_WAITED_FOR", replace(receiving.WHILE_WAITED_FOR, members=2))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as members:
        for n in range(3):
            members.writestr(f"pc{n}.txt", dmidecode(f"PF1{n:05d}", uuid=f"11111111-2222-4333-8444-{n:012d}"))
    [line] = send(client, world, packed.getvalue()).json()
    assert line["outcome"] == "refused" and not Device.objects.exists()
    assert outcomes(again(world, [RawInput.objects.get().pk])) == ["new"] * 3
    assert not RawInput.objects.filter(status="refused").exists()


def test_a_key_sees_its_own_organisation_alone(client, world):
    send(client, world)
    device = Device.objects.get()
    theirs = key(world, organisation=world.neighbour)
    assert client.get(f"/api/v1/devices/{device.code}", **theirs).status_code == 404
    assert client.get("/api/v1/devices", **theirs).json()["devices"] == []
    mine = client.get(f"/api/v1/devices/{device.code}", **key(world)).json()
    assert mine["serial"] == device.serial and mine["events"][0]["kind"] == "device.received"


def test_a_step_refused_says_everything_that_is_missing(client, world):
    send(client, world)
    device = Device.objects.get()
    Device.objects.update(state="repaired")
    response = client.post(
        f"/api/v1/devices/{device.code}/steps/installed",
        {"system": "lmde-7"},
        content_type="application/json",
        **key(world),
    )
    assert response.status_code == 409 and response.json()["remedies"]


def test_a_step_s_answers_are_checked(client, world):
    send(client, world)
    device = Device.objects.get()
    Device.objects.update(state="received")
    url = f"/api/v1/devices/{device.code}/steps/triaged"
    assert client.post(url, {"condition": "Z"}, content_type="application/json", **key(world)).status_code == 422
    assert (
        client.post(url, {"condition": "B"}, content_type="application/json", **key(world)).json()["state"] == "triaged"
    )


def test_the_list_goes_on_by_key(client, world):
    send(client, world)
    page = client.get("/api/v1/devices?state=inspected", **key(world)).json()
    assert len(page["devices"]) == 1 and page["next"] is None


def test_the_machine_tells_where_each_value_was_read(client, world):
    send(client, world)
    device = Device.objects.get()
    machine = client.get(f"/api/v1/devices/{device.code}/machine", **key(world)).json()
    assert machine["system"]["serial"] == device.serial and "dmidecode" in json.dumps(machine)


def test_lots_and_places_tell_what_to_give_with_files(client, world):
    lot = announce_lot(actor=world.actor("coordinator"), donor_id=world.donor.pk, holder_id=world.workshop.pk)
    assert [row["id"] for row in client.get("/api/v1/lots", **key(world)).json()] == [str(lot.pk)]
    assert [row["name"] for row in client.get("/api/v1/places", **key(world)).json()] == [world.shelf.name]
    theirs = key(world, organisation=world.neighbour)
    assert client.get("/api/v1/lots", **theirs).json() == client.get("/api/v1/places", **theirs).json() == []


def test_the_schema_is_openapi_3_1(client):
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1") and "/api/v1/snapshots" in schema["paths"]
    schemathesis.openapi.from_dict(schema).validate()  # against the schema of OpenAPI 3.1 itself
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) and all(operation["security"] for operation in operations)


@pytest.fixture
def schema(client, world):
    document = client.get("/api/v1/openapi.json").json()
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = application
    # Each request of Schemathesis would close the test's connection when it ends, as a server's do (the test client
    # holds this back for its own requests, then lets go).
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield loaded
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_whatever_is_sent_gets_an_answer_that_the_schema_tells(schema, world):
    """Schemathesis draws requests from the schema, sound and unsound; no answer may be a 500 or off the schema."""
    # Schemathesis asks for compressed answers, and does not open those of an application it calls itself.
    headers = {"Authorization": key(world)["HTTP_AUTHORIZATION"], "Accept-Encoding": "identity"}
    tried, walked = 0, set()
    for result in schema.get_all_operations():
        operation = result.ok()
        walked.add((operation.method.upper(), operation.path))

        @settings(
            max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
        )
        @given(case=operation.as_strategy())
        def walk(case):
            nonlocal tried
            tried += 1
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)

        walk()
    assert tried > 50
    offered = {(method.upper(), path) for path, methods in schema.raw_schema["paths"].items() for method in methods}
    assert walked == offered
