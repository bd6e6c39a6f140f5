"""Requests that another site makes a browser send."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from maillon.kernel.access import EVERYONE
from tests.test_access import ours
from tests.world import make_world

pytestmark = pytest.mark.django_db


def address(name, path):
    known = {"code": "K7M2XQ4", "number": 1 if "<int:number>" in path else "K7M2XQ4", "name": "x"}
    names = re.findall(r"<(?:\w+:)?(\w+)>", path)
    return reverse(name, kwargs={each: known.get(each, uuid4()) for each in names})


def test_no_page_takes_a_post_that_does_not_come_from_its_own_form():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_world().users["coordinator"])
    taken = []
    for name, path, rule in ours():
        if rule == EVERYONE and name != "set_language" and "demo" not in name:
            continue  # public pages answer GET alone
        if client.post(address(name, path)).status_code not in (403, 405):
            taken.append(path)
    assert taken == []


@pytest.mark.parametrize("path", ["/compte/login/", "/compte/login/code/", "/compte/logout/", "/demonstration/"])
def test_nobody_is_signed_in_or_out_from_elsewhere(path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_world().users["coordinator"])
    assert client.post(path, {"email": "coordination@exemple.invalid"}).status_code == 403
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:x"])
@pytest.mark.parametrize("path", ["/langue/", "/compte/login/"])
def test_no_page_sends_elsewhere(client, path, next_page):
    user = make_world().users["reader"]
    user.set_password("correct horse battery 9")
    user.save()
    sent = {"language": "en", "login": user.email, "password": "correct horse battery 9", "next": next_page}
    answer = client.post(path, sent)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_sign_in_changes_the_session(client):
    user = make_world().users["reader"]
    user.set_password("correct horse battery 9")
    user.save()
    client.get("/langue/")
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    client.post("/compte/login/", {"login": user.email, "password": "correct horse battery 9"})
    assert client.session.session_key != before


def test_the_demonstration_s_doors_exist_nowhere_else(client, settings):
    settings.DEMO = False
    make_world()
    assert client.get("/demonstration/").status_code == 404
    assert client.post("/demonstration/", {"email": "coordination@exemple.invalid"}).status_code == 404
