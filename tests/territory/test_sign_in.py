"""Signing in by a code sent by e-mail, as someone invited who never chose a password."""

import re

import pytest

from maillon.territory.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "called"), [("", "invitee@exemple.invalid"), ("Nadège", "Nadège")])
def test_the_page_greets_by_name_or_e_mail_never_by_identifier(client, mailoutbox, name, called):
    user = User.objects.create_user("invitee@exemple.invalid", name=name)
    client.post("/compte/login/code/", {"email": user.email})
    code = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", mailoutbox[0].body, re.MULTILINE)[1]
    page = client.post("/compte/login/code/confirm/", {"code": code}, follow=True).content.decode()
    assert f"Connexion avec {called} réussie." in page and str(user.pk) not in page
