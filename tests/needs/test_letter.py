"""The letter: one tagged page in the family's language, the same bytes for the same facts, its square readable."""

import io
from datetime import UTC, datetime

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from maillon.kernel import documents
from maillon.needs import identities, letter
from maillon.needs.vocabulary import RequestState
from tests.needs.requests import make_request
from tests.world import make_world

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def made(**fields):
    request = make_request(make_world(), **fields)
    return request, letter.pdf(request, identities.read(request.identity), "012345", NOON)


@pytest.mark.parametrize(("language", "written"), [("fr", "fr"), ("en", "en"), ("ar", "fr")])
def test_it_is_one_tagged_page_in_the_family_s_language(language, written):
    _request, pdf = made(language=language, address="2 rue Inventée\n44000 Nantes", contact="Une enseignante")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1
        assert bool(document.Root.MarkInfo.Marked) and str(document.Root.Lang).startswith(written)
        assert document.docinfo["/Title"]


def test_the_same_facts_give_the_same_bytes():
    request, pdf = made()
    assert letter.pdf(request, identities.read(request.identity), "012345", NOON) == pdf


@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_says_where_the_request_is_and_why_on_one_page_still(monkeypatch, state, language):
    held = []
    drawn = letter.render
    monkeypatch.setattr(letter, "render", lambda name, data, **named: held.append(data) or drawn(name, data, **named))
    monkeypatch.setattr(
        letter, "_reasons", {"x": lambda request: ["Une phrase qui dit pourquoi, en mots simples."] * 3}
    )
    request = make_request(make_world(), language=language, address="2 rue Inventée\n44000 Nantes", contact="Mme X")
    request.state = state.value
    pdf = letter.pdf(request, identities.read(request.identity), "012345", NOON)
    assert held[0]["why"] and held[0]["where"][0] and len(held[0]["where"]) > 1
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1


@pytest.mark.parametrize("lines", [1, 4, 6])
def test_a_long_address_keeps_it_on_one_page(monkeypatch, lines):
    monkeypatch.setattr(letter, "_reasons", {"x": lambda request: ["Une phrase qui dit pourquoi, assez longue."] * 6})
    address = "\n".join(f"Résidence des Trois Chênes, bâtiment {number}, porte 214" for number in range(lines))
    request = make_request(make_world(), language="fr", address=address, contact="Mme X, assistante sociale")
    request.prescriber.name = "Centre communal d'action sociale de Saint-Sébastien-sur-Loire"
    request.prescriber.address = "12 rue de l'Hôtel de Ville, boîte postale 12345"
    request.prescriber.email = "accueil.social@exemple.invalid"
    pdf = letter.pdf(request, identities.read(request.identity), "012345", NOON)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1


def test_its_square_opens_the_page_with_the_code_and_never_the_secret_one(monkeypatch, settings):
    settings.SITE_URL = "https://maillon.example"
    drawn = documents.render
    monkeypatch.setattr(letter, "render", lambda *given, **named: drawn(*given, **named, format="png", ppi=144))
    request, picture = made()
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert found.text == f"https://maillon.example/suivi/?c={request.code}"
