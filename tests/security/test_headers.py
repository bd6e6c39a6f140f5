"""What every answer says to browsers and caches, and how much anyone may send."""

import io

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from PIL import Image

from maillon.kernel.actor import PUBLIC
from maillon.kernel.middleware import LARGEST_BODY, LARGEST_FROM_PASSERS_BY, body_limit
from maillon.workshop import moves
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.models import Device
from tests.world import dmidecode, make_world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/stock/", "/stock/export/", "/compte/email/", "/nulle-part/"])
def test_what_a_member_sees_is_kept_by_no_cache(client, path):
    client.force_login(make_world().users["technician"])
    assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_a_photo_is_kept_by_no_cache_either(client):
    world = make_world()
    actor, photo = world.actor("technician"), io.BytesIO()
    Image.new("RGB", (40, 40), "grey").save(photo, "JPEG")
    list(receiving.receive(actor=actor, files=[Incoming("dmidecode.txt", dmidecode())]))
    device = Device.objects.get()
    kept = moves.add_photo(actor=actor, device_id=device.id, data=photo.getvalue())
    client.force_login(world.users["technician"])
    answer = client.get(f"/machines/{device.code}/documents/{kept.pk}/")
    answer.close()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")


@pytest.mark.parametrize("path", ["/", "/compte/login/", "/stock/", "/nulle-part/"])
def test_every_page_refuses_to_be_framed_or_to_run_what_is_written_in_it(client, path):
    headers = client.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in headers["Cache-Control"]


class Unread:
    """A body that must not be read."""

    def read(self, *_size):
        pytest.fail("the body was read")


@pytest.mark.parametrize(
    ("actor", "path", "length", "status"),
    [
        (PUBLIC, "/compte/login/", LARGEST_FROM_PASSERS_BY, 200),
        (PUBLIC, "/compte/login/", LARGEST_FROM_PASSERS_BY + 1, 413),
        (PUBLIC, "/api/v1/snapshots", LARGEST_FROM_PASSERS_BY + 1, 200),
        (PUBLIC, "/api/v1/snapshots", LARGEST_BODY + 1, 413),
        ("member", "/releves/", LARGEST_BODY, 200),
        ("member", "/releves/", LARGEST_BODY + 1, 413),
    ],
)
def test_a_body_too_big_is_refused_before_it_is_read(actor, path, length, status):
    request = RequestFactory().post(path)
    request.META.update({"CONTENT_LENGTH": str(length), "wsgi.input": Unread()})
    request.actor = make_world().actor("technician") if actor == "member" else actor
    assert body_limit(lambda _request: HttpResponse())(request).status_code == status


def test_the_limit_is_in_force(client):
    body = b"a" * (LARGEST_FROM_PASSERS_BY + 1)
    response = client.post("/compte/login/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
