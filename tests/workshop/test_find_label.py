"""A label that cannot be scanned: its code is typed, by anyone."""

import pytest

from maillon.kernel.codes import draw, pretty
from tests.security.test_erasure import machine
from tests.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages_in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def device():
    return machine(make_world().actor("technician"))


def test_the_welcome_page_takes_a_code_to_the_passport(client, device):
    assert 'action="/m/"' in client.get("/").content.decode()
    answer = client.get("/m/", {"code": f" {pretty(device.code).lower()} "}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/p/{device.code}/" and answer.status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [("K7M", "A code has seven signs"), ("<b>", "only digits and letters"), (None, "No machine has this code")],
)
def test_a_wrong_code_is_said_and_kept_to_be_corrected(client, device, typed, said):
    typed = typed or next(code for code in draw(2, lambda _codes: []) if code != device.code)
    answer = client.get("/m/", {"code": typed})
    page = answer.content.decode()
    assert answer.status_code == 404 and said in page
    assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in page


def test_codes_are_not_to_be_found_one_after_the_other(client, device):
    others = [code for code in draw(60, lambda _codes: []) if code != device.code]
    assert client.get("/m/").status_code == 200
    answers = [client.get("/m/", {"code": code}).status_code for code in others]
    assert answers[0] == 404 and answers[-1] == 429
