"""Signing in by a code sent by e-mail, as someone invited who never chose a password."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt

from maillon.territory.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "called"), [("", "invitee@exemple.invalid"), ("Nadège", "Nadège")])
def test_the_page_greets_by_name_or_e_mail_never_by_identifier(client, mailoutbox, name, called):
    user = User.objects.create_user("invitee@exemple.invalid", name=name)
    client.post("/compte/login/code/", {"email": user.email})
    code = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", mailoutbox[0].body, re.MULTILINE)[1]
    page = client.post("/compte/login/code/confirm/", {"code": code}, follow=True).content.decode()
    assert f"Connexion avec {called} réussie." in page and str(user.pk) not in page


PASSWORD = "corbeau-mirabelle"


def signed_in_with_a_key(client):
    user = User.objects.create_user("cle@exemple.invalid", PASSWORD)
    data = {"name": "Téléphone", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    client.force_login(user)
    return user


def test_only_a_form_without_a_button_of_its_own_is_hidden(client):
    user = User.objects.create_user("code@exemple.invalid", PASSWORD)
    client.force_login(user)
    assert not re.findall(r"<form[^>]* hidden", client.get("/compte/logout/").content.decode())
    client.logout()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = client.post("/compte/login/", {"login": user.email, "password": PASSWORD}, follow=True).content.decode()
    assert re.findall(r'<form[^>]* hidden id="webauthn_form"', page)


def test_keys_are_called_keys_in_french(client):
    signed_in_with_a_key(client)
    page = client.get("/compte/2fa/webauthn/").content.decode()
    assert "Téléphone" in page and "Connecte à elle seule" in page and "jamais" in page
    assert not re.findall("Not used|clé de sécurité|Clé de sécurité", page)


def test_the_name_of_a_key_is_asked_in_french(client):
    user = signed_in_with_a_key(client)
    key = user.authenticator_set.get()
    client.post("/compte/reauthenticate/", {"password": PASSWORD})
    pages = [client.get(f"/compte/2fa/webauthn/keys/{key.pk}/edit/").content.decode()]
    key.delete()
    pages.append(client.get("/compte/2fa/webauthn/add/").content.decode())
    assert all("Nom de cette clé" in page and ">Name" not in page for page in pages)


def test_a_stranger_is_told_to_ask_for_an_invitation_not_to_sign_up(client, mailoutbox):
    client.post("/compte/login/code/", {"email": "inconnu@exemple.invalid"})
    body = mailoutbox[0].body
    assert "sur invitation" in body and "signup" not in body and "!" not in body


def test_a_code_opens_once_and_three_wrong_ones_close_the_door(client, mailoutbox):
    user = User.objects.create_user("invitee@exemple.invalid")

    def ask():
        client.post("/compte/login/code/", {"email": user.email})
        return re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", mailoutbox[-1].body, re.MULTILINE)[1]

    code = ask()
    for _wrong in range(3):
        client.post("/compte/login/code/confirm/", {"code": "AAAA-BBBB"})
    client.post("/compte/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session
    code = ask()
    client.post("/compte/login/code/confirm/", {"code": code})
    assert "_auth_user_id" in client.session
    client.logout()
    client.post("/compte/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_an_address_that_is_not_proved_does_not_become_someone_s_account(client, mailoutbox):
    """Else someone could wait, under the address of a person about to be invited, for that person's role."""
    user = User.objects.create_user("curieux@exemple.invalid")
    client.force_login(user)
    victim = "future@exemple.invalid"
    client.post("/compte/email/", {"action_add": "", "email": victim})
    client.post("/compte/email/", {"action_primary": "", "email": victim})
    user.refresh_from_db()
    assert user.email == "curieux@exemple.invalid"


def test_a_new_password_is_told_by_letter(client, mailoutbox):
    user = User.objects.create_user("mot-de-passe@exemple.invalid", PASSWORD)
    client.force_login(user)
    words = {"oldpassword": PASSWORD, "password1": "chouette-prunelle", "password2": "chouette-prunelle"}
    client.post("/compte/password/change/", words)
    [letter] = mailoutbox
    assert letter.to == [user.email] and letter.subject == "Maillon – Mot de passe modifié"
    assert "prévenez votre coordination" in letter.body and "chouette" not in letter.body


def test_the_secrets_of_second_factors_are_not_in_the_database(settings, tmp_path):
    """The former vault key still reads them; without it no code is right, and none is the same for everyone."""
    settings.DATA, vault_key = tmp_path, settings.VAULT_KEY
    user = User.objects.create_user("facteur@exemple.invalid", PASSWORD)
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(user).generate_codes()
    secret, seed = (next(iter(kept.data.values())) for kept in Authenticator.objects.order_by("-type"))
    assert secret.startswith("f1:") and seed.startswith("f1:")
    assert decrypt(secret) == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

    settings.VAULT_KEY = "v" * 40
    (tmp_path / "vault-key.old").write_text(f"{vault_key}\n")
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes() == codes
    (tmp_path / "vault-key.old").unlink()
    lost = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    assert len({*codes, *lost.generate_codes(), *lost.generate_codes()}) == 3 * len(codes)
    assert not TOTP(Authenticator.objects.get(type="totp")).validate_code("123456")


def test_a_second_factor_kept_before_they_were_encrypted_is_read():
    user = User.objects.create_user("ancien@exemple.invalid", PASSWORD)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
    assert decrypt(Authenticator.objects.get(user=user).data["secret"]) == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_who_asks_for_a_letter_does_not_choose_where_it_leads(client, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    User.objects.create_user("visee@exemple.invalid", PASSWORD)
    client.post("/compte/password/reset/", {"email": "visee@exemple.invalid"}, HTTP_HOST="ailleurs.exemple")
    letter = mailoutbox[0].body
    assert f"{settings.SITE_URL}/compte/password/reset/key/" in letter and "ailleurs.exemple" not in letter
